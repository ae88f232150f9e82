package harbor

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"estate/providers/internal/plugin"
)

// What the published plugin does, by resource, on the answers of a server: which failed reads take an object out of the
// state, what a refresh does not look at, whether an object that is gone can be deleted, and which of old and new goes
// first in a replacement. The facts are in sdks/harbor/schema.yaml, with their sources. It is not shown here that the
// published plugin does so.
func TestAsThePublishedPlugin(t *testing.T) {
	const kept, dropped, failed = "kept", "dropped", "failed"
	project := func(change plugin.Map) plugin.Map {
		metadata := plugin.Map{"public": "false", "auto_scan": "true"}
		for key, value := range change {
			metadata[key] = value
		}
		return plugin.Map{"project_id": 3, "name": "shop", "registry_id": 0, "metadata": metadata}
	}
	hook := func(change plugin.Map) plugin.Map {
		found := plugin.Map{
			"id": 7, "name": "updater", "enabled": true, "event_types": []any{"PUSH_ARTIFACT"},
			"targets": []any{plugin.Map{"type": "http", "address": "http://a", "skip_cert_verify": true}},
		}
		for key, value := range change {
			found[key] = value
		}
		return found
	}
	rule := func(pattern string) []any {
		return []any{plugin.Map{
			"id": 5, "tag_selectors": []any{plugin.Map{"decoration": "matches", "pattern": pattern}},
			"scope_selectors": plugin.Map{"repository": []any{plugin.Map{"decoration": "repoMatches", "pattern": "**"}}},
		}}
	}
	policy := func(number int) plugin.Map {
		return plugin.Map{
			"id": 9, "scope": plugin.Map{"level": "project", "ref": 3}, "trigger": plugin.Map{"settings": plugin.Map{"cron": "0 0 0 * * *"}},
			"rules": []any{plugin.Map{
				"template": "latestPushedK", "params": plugin.Map{"latestPushedK": number},
				"tag_selectors":   []any{plugin.Map{"decoration": "matches", "pattern": "**", "extras": `{"untagged":true}`}},
				"scope_selectors": plugin.Map{"repository": []any{plugin.Map{"decoration": "repoMatches", "pattern": "**"}}},
			}},
		}
	}
	tests := map[string]struct {
		id     string
		inputs plugin.Map
		path   string // what is read
		found  any    // as the program made it
		edited any    // as people changed it by hand
		seen   []string
		// What becomes of the object when it is read and the server answers so.
		status map[int]string
		strict bool
		// A change that replaces, if there is one; old first?
		replace  plugin.Map
		oldFirst bool
	}{
		"Project": {
			id: "/projects/3", path: "/projects/3", inputs: plugin.Map{"name": "shop", "storageQuota": 5.0, "deploymentSecurity": "critical"},
			found: project(plugin.Map{"prevent_vul": "true", "severity": "critical"}), edited: project(plugin.Map{"prevent_vul": "false", "auto_scan": "false"}),
			seen: []string{"deploymentSecurity", "vulnerabilityScanning"}, status: map[int]string{404: dropped, 403: failed, 503: failed},
			replace: plugin.Map{"name": "other"}, oldFirst: true,
		},
		"RobotAccount": {
			id: "/robots/4", path: "/robots/4", inputs: robotInputs(), found: robot(nil), edited: robot(plugin.Map{"disable": true, "duration": 7, "expires_at": 1}),
			seen: []string{"disable", "duration"}, status: map[int]string{404: dropped, 401: dropped, 403: dropped, 500: dropped, 503: dropped}, strict: true,
			replace: plugin.Map{"name": "other"}, oldFirst: true,
		},
		"RetentionPolicy": {
			id: "/retentions/9", path: "/retentions/9",
			inputs: plugin.Map{"scope": "/projects/3", "schedule": "Daily", "rules": []any{map[string]any{"mostRecentlyPushed": 5.0, "tagMatching": "**", "repoMatching": "**", "disabled": false, "untaggedArtifacts": true}}},
			found:  policy(5), edited: policy(50), seen: []string{"rules[0].mostRecentlyPushed"}, status: map[int]string{404: dropped, 503: failed},
			strict: true, replace: plugin.Map{"scope": "/projects/4"},
		},
		"ImmutableTagRule": {
			id: "/projects/3/immutabletagrules/5", path: "/projects/3/immutabletagrules",
			inputs: plugin.Map{"projectId": "/projects/3", "tagMatching": "v*", "repoMatching": "**"}, found: rule("v*"), edited: rule("w*"),
			seen: []string{"tagMatching"}, status: map[int]string{404: dropped, 503: failed}, strict: true, replace: plugin.Map{"projectId": "/projects/4"},
		},
		"ProjectWebhook": {
			id: "/projects/3/webhook/policies/7", path: "/projects/3/webhook/policies/7",
			inputs: plugin.Map{"name": "updater", "projectId": "/projects/3", "address": "http://a", "notifyType": "http", "eventsTypes": []any{"PUSH_ARTIFACT"}},
			found:  hook(nil), edited: hook(plugin.Map{"event_types": []any{"DELETE_ARTIFACT"}, "enabled": false}), seen: []string{"enabled"},
			status: map[int]string{404: failed, 503: failed}, strict: true, replace: plugin.Map{"name": "other"}, oldFirst: true,
		},
		"ProjectMemberUser": {
			id: "/projects/3/members/8", path: "/projects/3/members/8", inputs: plugin.Map{"projectId": "/projects/3", "userName": "mia", "role": "guest"},
			found: plugin.Map{"id": 8, "entity_name": "mia", "role_id": 3}, edited: plugin.Map{"id": 8, "entity_name": "mia", "role_id": 1}, seen: []string{"role"},
			status: map[int]string{404: dropped, 503: failed}, replace: plugin.Map{"userName": "max"},
		},
		"Label": {
			id: "/labels/6", path: "/labels/6", inputs: plugin.Map{"name": "stable", "color": "#fff"}, found: plugin.Map{"id": 6, "name": "stable", "color": "#fff", "scope": "g"},
			edited: plugin.Map{"id": 6, "name": "stable", "color": "#000", "scope": "g"}, seen: []string{"color"}, status: map[int]string{404: dropped, 503: failed},
		},
		"User": {
			id: "/users/2", path: "/users/2", inputs: plugin.Map{"username": "mia", "password": "Secret-1", "fullName": "Mia", "email": "m@x"},
			found: plugin.Map{"user_id": 2, "username": "mia", "realname": "Mia", "email": "m@x"}, edited: plugin.Map{"user_id": 2, "username": "mia", "realname": "M", "email": "m@x"},
			seen: []string{"fullName"}, status: map[int]string{404: failed, 503: failed}, strict: true, replace: plugin.Map{"username": "max"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			answer := reply{200, "", test.found}
			backend, _ := start(t, map[string]func(plugin.Map) reply{
				"GET " + test.path: func(plugin.Map) reply { return answer },
				// A retention policy that is gone is recognized by its project.
				"GET /projects/3": func(plugin.Map) reply {
					if test.path == "/projects/3" {
						return answer
					}
					return reply{200, "", project(plugin.Map{"retention_id": "9"})}
				},
			})
			ctx, about := context.Background(), resource(name)
			checked, err := backend.Check(ctx, plugin.CheckRequest{Resource: about, News: test.inputs})
			if err != nil || len(checked.Failures) > 0 {
				t.Fatal(checked.Failures, err)
			}
			read := func() (plugin.ReadResponse, error) {
				return backend.Read(ctx, plugin.ReadRequest{Resource: about, ID: test.id, Inputs: checked.Inputs, Outputs: checked.Inputs})
			}
			diff := func(actual plugin.Map) (paths []string) {
				found, err := backend.Diff(ctx, plugin.DiffRequest{Resource: about, ID: test.id, Olds: actual, OldInputs: actual, News: checked.Inputs})
				if err != nil {
					t.Fatal(err)
				}
				for _, change := range found.Changes {
					paths = append(paths, change.Path)
				}
				return paths
			}
			same, err := read()
			if err != nil || diff(same.Inputs) != nil {
				t.Errorf("as it was made it differs in %v (%v)", diff(same.Inputs), err)
			}
			answer.value = test.edited
			edited, err := read()
			if got := diff(edited.Inputs); err != nil || !reflect.DeepEqual(got, test.seen) {
				t.Errorf("of what was edited by hand %v is seen, not %v (%v)", got, test.seen, err)
			}
			for status, want := range test.status {
				answer = reply{status, "", nil}
				got := kept
				if found, err := read(); err != nil {
					got = failed
				} else if found.ID == "" {
					got = dropped
				}
				if got != want {
					t.Errorf("status %d: %s, not %s", status, got, want)
				}
			}
			if answer = (reply{200, "", test.found}); name == "Project" {
				answer = reply{404, "", nil}
			}
			err = backend.Delete(ctx, plugin.DeleteRequest{Resource: about, ID: test.id, Olds: checked.Inputs, OldInputs: checked.Inputs})
			if (err != nil) != test.strict {
				t.Errorf("deleting what is gone: %v", err)
			}
			if test.replace == nil {
				return
			}
			news := plugin.Map{}
			for _, from := range []plugin.Map{checked.Inputs, test.replace} {
				for key, value := range from {
					news[key] = value
				}
			}
			found, err := backend.Diff(ctx, plugin.DiffRequest{Resource: about, ID: test.id, Olds: checked.Inputs, OldInputs: checked.Inputs, News: news})
			if err != nil || len(found.Changes) != 1 || !found.Changes[0].Replace || found.DeleteBeforeReplace != test.oldFirst {
				t.Errorf("%v: %v (%v)", test.replace, found, err)
			}
		})
	}
}

func TestServersAreAskedOnce(t *testing.T) {
	if attempts := newProvider().Attempts; attempts != 1 {
		t.Errorf("a call is made up to %d times", attempts)
	}
}

// A schedule while Harbor's job service starts: what people see is that the policy which the project has not cannot be
// changed.
func TestRetentionPolicyThatHarborCannotMake(t *testing.T) {
	metadata := plugin.Map{}
	backend, f := start(t, map[string]func(plugin.Map) reply{
		"POST /retentions":  always(500, nil),
		"GET /projects/3":   func(plugin.Map) reply { return reply{200, "", plugin.Map{"metadata": metadata}} },
		"PUT /retentions/9": always(200, nil),
		"GET /retentions/9": always(200, plugin.Map{"scope": plugin.Map{"ref": 3}}),
	})
	inputs := plugin.Map{"scope": "/projects/3", "schedule": "Daily", "rules": []any{map[string]any{"mostRecentlyPushed": 5.0}}}
	if _, err := create(t, backend, "RetentionPolicy", inputs); err == nil || !strings.Contains(err.Error(), "PUT ") || !strings.Contains(err.Error(), "/retentions/: 404") {
		t.Errorf("got %v", err)
	}
	metadata["retention_id"] = "9"
	one, err := create(t, backend, "RetentionPolicy", inputs)
	if err != nil || one.ID != "/retentions/9" || f.calls[len(f.calls)-1] != "PUT /retentions/9" {
		t.Errorf("an existing policy is taken over: %v, %v, %v", one, err, f.calls)
	}
}
