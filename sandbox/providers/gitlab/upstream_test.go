package gitlab

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"estate/providers/internal/plugin"
)

// What the published plugin does, by resource, when an object is there before it is made, when it is gone before it is
// deleted, and when it is gone when it is read. provider-behaviour of the published plugin is in sdks/gitlab/schema.yaml,
// with its sources; that it does so is not shown here.
func TestAsThePublishedPlugin(t *testing.T) {
	const refused, fails = "refused", true
	taken := answer(400, plugin.Map{"message": "already exists"})
	conflict := answer(409, plugin.Map{"message": "Member already exists"})
	tests := map[string]struct {
		id     string
		inputs plugin.Map
		there  map[string]func(plugin.Map) (int, any) // what the server answers while the object is there
		made   string                                 // id of what is made then, or refused
		calls  []string                               // in order, beside those that read
		// strict: deleting what is gone fails.
		strict bool
	}{
		"Group": {
			id: "3", inputs: plugin.Map{"name": "Acme", "path": "acme"}, there: map[string]func(plugin.Map) (int, any){"POST /groups": taken},
			made: refused, calls: []string{"POST /groups"}, strict: fails,
		},
		"Project": {
			id: "7", inputs: plugin.Map{"name": "web", "namespaceId": 3.0}, there: map[string]func(plugin.Map) (int, any){"POST /projects": taken},
			made: refused, calls: []string{"POST /projects"}, strict: fails,
		},
		"Branch": {
			id: "7:test", inputs: plugin.Map{"project": "7", "name": "test", "ref": "dev"},
			there: map[string]func(plugin.Map) (int, any){
				"POST /projects/7/repository/branches":     answer(400, plugin.Map{"message": "Branch already exists"}),
				"GET /projects/7/repository/branches/test": answer(200, plugin.Map{"name": "test", "commit": plugin.Map{"id": "c"}}),
			},
			made: refused, calls: []string{"POST /projects/7/repository/branches"}, strict: fails,
		},
		"BranchProtection": {
			id: "7:test", inputs: plugin.Map{"project": "7", "branch": "test", "pushAccessLevel": "no one"},
			there: map[string]func(plugin.Map) (int, any){
				"GET /projects/7":                         answer(200, plugin.Map{"default_branch": "dev"}),
				"GET /projects/7/protected_branches/test": answer(200, protected(0, 40, false)),
			},
			made: refused, strict: fails,
		},
		"TagProtection": {
			id: "7:v*", inputs: plugin.Map{"project": "7", "tag": "v*", "createAccessLevel": "maintainer"},
			there: map[string]func(plugin.Map) (int, any){
				"POST /projects/7/protected_tags":        once(taken, answer(201, plugin.Map{"name": "v*", "create_access_levels": []any{plugin.Map{"access_level": 40}}})),
				"DELETE /projects/7/protected_tags/v%2A": answer(204, nil),
				"GET /projects/7/protected_tags/v%2A":    answer(200, plugin.Map{"name": "v*"}),
			},
			made: "7:v*", calls: []string{"POST /projects/7/protected_tags", "DELETE /projects/7/protected_tags/v%2A", "POST /projects/7/protected_tags"}, strict: fails,
		},
		"RepositoryFile": {
			id: "7:dev:a", inputs: plugin.Map{"project": "7", "branch": "dev", "filePath": "a", "content": "x", "encoding": "text", "commitMessage": "m"},
			there: map[string]func(plugin.Map) (int, any){
				"POST /projects/7/repository/files/a": answer(400, plugin.Map{"message": "A file with this name already exists"}),
				"GET /projects/7/repository/files/a":  answer(200, plugin.Map{"content": "eA==", "last_commit_id": "c"}),
			},
			made: refused, calls: []string{"POST /projects/7/repository/files/a"}, strict: fails,
		},
		"ProjectVariable": {
			id: "7:K:*", inputs: plugin.Map{"project": "7", "key": "K", "value": "v"},
			there: map[string]func(plugin.Map) (int, any){
				"POST /projects/7/variables":  taken,
				"GET /projects/7/variables/K": answer(200, plugin.Map{"key": "K", "value": "v", "environment_scope": "*"}),
			},
			made: refused, calls: []string{"POST /projects/7/variables"},
		},
		"GroupVariable": {
			id: "3:K:*", inputs: plugin.Map{"group": "3", "key": "K", "value": "v"},
			there: map[string]func(plugin.Map) (int, any){"POST /groups/3/variables": taken}, made: refused,
			calls: []string{"POST /groups/3/variables"}, strict: fails,
		},
		"ProjectHook": {
			id: "7:4", inputs: plugin.Map{"project": "7", "url": "http://x"},
			there: map[string]func(plugin.Map) (int, any){
				"GET /projects/7/hooks":  answer(200, []any{plugin.Map{"id": 4, "url": "http://x", "push_events": true}}),
				"POST /projects/7/hooks": answer(201, plugin.Map{"id": 5, "url": "http://x"}),
			},
			made: "7:5", calls: []string{"POST /projects/7/hooks"}, strict: fails,
		},
		"ProjectDeployToken": {
			id: "7:1", inputs: plugin.Map{"project": "7", "name": "reader", "scopes": []any{"read_repository"}},
			there: map[string]func(plugin.Map) (int, any){
				"GET /projects/7/deploy_tokens":  answer(200, []any{plugin.Map{"id": 1, "name": "reader", "scopes": []any{"read_repository"}}}),
				"POST /projects/7/deploy_tokens": answer(201, plugin.Map{"id": 2, "name": "reader", "token": "t"}),
			},
			made: "7:2", calls: []string{"POST /projects/7/deploy_tokens"},
		},
		"ProjectAccessToken": {
			id: "7:1", inputs: plugin.Map{"project": "7", "name": "ci", "scopes": []any{"api"}, "expiresAt": "2026-06-01"},
			there: map[string]func(plugin.Map) (int, any){
				"GET /projects/7/access_tokens":  answer(200, []any{plugin.Map{"id": 1, "name": "ci", "scopes": []any{"api"}, "access_level": 40}}),
				"POST /projects/7/access_tokens": answer(201, plugin.Map{"id": 2, "name": "ci", "token": "t"}),
			},
			made: "7:2", calls: []string{"POST /projects/7/access_tokens"}, strict: fails,
		},
		"GroupMembership": {
			id: "3:9", inputs: plugin.Map{"groupId": 3.0, "userId": 9.0, "accessLevel": "developer"},
			there: map[string]func(plugin.Map) (int, any){
				"POST /groups/3/members":  conflict,
				"GET /groups/3/members/9": answer(200, plugin.Map{"id": 9, "access_level": 30}),
			},
			made: refused, calls: []string{"POST /groups/3/members"}, strict: fails,
		},
		"ProjectMembership": {
			id: "7:9", inputs: plugin.Map{"project": "7", "userId": 9.0, "accessLevel": "developer"},
			there: map[string]func(plugin.Map) (int, any){"POST /projects/7/members": conflict}, made: refused,
			calls: []string{"POST /projects/7/members"}, strict: fails,
		},
		"ProjectShareGroup": {
			id: "7:3", inputs: plugin.Map{"project": "7", "groupId": 3.0, "groupAccess": "developer"},
			there: map[string]func(plugin.Map) (int, any){
				"POST /projects/7/share": conflict,
				"GET /projects/7":        answer(200, plugin.Map{"shared_with_groups": []any{plugin.Map{"group_id": 3, "group_access_level": 30}}}),
			},
			made: refused, calls: []string{"POST /projects/7/share"}, strict: fails,
		},
		"ProjectEnvironment": {
			id: "7:5", inputs: plugin.Map{"project": "7", "name": "prod", "stopBeforeDestroy": true}, strict: fails,
			there: map[string]func(plugin.Map) (int, any){
				"POST /projects/7/environments": taken,
				"GET /projects/7/environments":  answer(200, []any{plugin.Map{"id": 5, "name": "prod"}}),
			},
			made: refused, calls: []string{"POST /projects/7/environments"},
		},
		"ProjectProtectedEnvironment": {
			id: "7:prod", inputs: plugin.Map{"project": "7", "environment": "prod"},
			there: map[string]func(plugin.Map) (int, any){
				"POST /projects/7/protected_environments":     conflict,
				"GET /projects/7/protected_environments/prod": answer(200, plugin.Map{"name": "prod"}),
			},
			made: refused, calls: []string{"POST /projects/7/protected_environments"}, strict: fails,
		},
		"ProjectPushRules": {
			id: "7", inputs: plugin.Map{"project": "7", "preventSecrets": true},
			there: map[string]func(plugin.Map) (int, any){
				"GET /projects/7/push_rule": answer(200, plugin.Map{"id": 1}),
				"PUT /projects/7/push_rule": answer(200, plugin.Map{"id": 1, "prevent_secrets": true}),
			},
			made: "7", calls: []string{"PUT /projects/7/push_rule"}, strict: fails,
		},
		"ProjectApprovalRule": {
			id: "7:6", inputs: plugin.Map{"project": "7", "name": "prod", "approvalsRequired": 1.0},
			there: map[string]func(plugin.Map) (int, any){
				"GET /projects/7/approval_rules":  answer(200, []any{plugin.Map{"id": 6, "name": "prod", "approvals_required": 1}}),
				"POST /projects/7/approval_rules": answer(201, plugin.Map{"id": 8, "name": "prod", "approvals_required": 1}),
			},
			made: "7:8", calls: []string{"POST /projects/7/approval_rules"}, strict: fails,
		},
		"ProjectLabel": {
			id: "7:bug", inputs: plugin.Map{"project": "7", "name": "bug", "color": "#fff"},
			there: map[string]func(plugin.Map) (int, any){
				"POST /projects/7/labels":    conflict,
				"GET /projects/7/labels/bug": answer(200, plugin.Map{"id": 1, "name": "bug", "color": "#fff"}),
			},
			made: refused, calls: []string{"POST /projects/7/labels"}, strict: fails,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			backend, _, f := start(t, test.there)
			made, err := create(t, backend, name, test.inputs)
			got := made.ID
			if err != nil {
				got = refused
				if !strings.Contains(err.Error(), "already exists") {
					t.Errorf("the error does not say why: %v", err)
				}
			}
			if got != test.made || !reflect.DeepEqual(f.calls, test.calls) {
				t.Errorf("made %s by %v (%v)", got, f.calls, err)
			}

			backend, _, _ = start(t, map[string]func(plugin.Map) (int, any){})
			ctx, about := context.Background(), resource(name)
			read, err := backend.Read(ctx, plugin.ReadRequest{Resource: about, ID: test.id, Inputs: test.inputs, Outputs: test.inputs})
			if err != nil || read.ID != "" {
				t.Errorf("what is gone leaves the state: %v, %v", read, err)
			}
			err = backend.Delete(ctx, plugin.DeleteRequest{Resource: about, ID: test.id, OldInputs: test.inputs, Olds: test.inputs})
			if (err != nil) != test.strict {
				t.Errorf("deleting what is gone: %v", err)
			}
		})
	}
}

// once answers in one way the first time, and in another from then on.
func once(first, then func(plugin.Map) (int, any)) func(plugin.Map) (int, any) {
	asked := false
	return func(body plugin.Map) (int, any) {
		if asked {
			return then(body)
		}
		asked = true
		return first(body)
	}
}

// Commits, protections and uses change outputs by themselves: a refresh shows it, and nothing follows from it.
func TestRefreshShowsWhatChangedByItself(t *testing.T) {
	for name, test := range map[string]struct {
		id            string
		inputs, olds  plugin.Map
		path          string
		found         plugin.Map
		output        string
		before, after any
	}{
		"Branch": {
			"7:test", plugin.Map{"project": "7", "name": "test", "ref": "dev"}, plugin.Map{"protected": false}, "repository/branches/test",
			plugin.Map{"name": "test", "protected": true, "commit": plugin.Map{"id": "c2"}}, "protected", false, true,
		},
		"RepositoryFile": {
			"7:dev:a", plugin.Map{"project": "7", "branch": "dev", "filePath": "a", "content": "x", "encoding": "text"}, plugin.Map{"lastCommitId": "c1"}, "repository/files/a",
			plugin.Map{"content": "eA==", "last_commit_id": "c2"}, "lastCommitId", "c1", "c2",
		},
		"ProjectEnvironment": {
			"7:5", plugin.Map{"project": "7", "name": "prod"}, plugin.Map{"state": "available"}, "environments/5",
			plugin.Map{"id": 5, "name": "prod", "state": "stopped"}, "state", "available", "stopped",
		},
		"ProjectHook": {
			"7:4", plugin.Map{"project": "7", "url": "http://x"}, plugin.Map{"alertStatus": "executable"}, "hooks/4",
			plugin.Map{"id": 4, "url": "http://x", "alert_status": "disabled"}, "alertStatus", "executable", "disabled",
		},
	} {
		t.Run(name, func(t *testing.T) {
			backend, _, _ := start(t, map[string]func(plugin.Map) (int, any){"GET /projects/7/" + test.path: answer(200, test.found)})
			ctx, about := context.Background(), resource(name)
			read, err := backend.Read(ctx, plugin.ReadRequest{Resource: about, ID: test.id, Inputs: test.inputs, Outputs: test.olds})
			if err != nil || read.Outputs[test.output] != test.after {
				t.Fatalf("got %v, %v", read.Outputs, err)
			}
			found, err := backend.Diff(ctx, plugin.DiffRequest{Resource: about, ID: test.id, Olds: read.Outputs, OldInputs: read.Inputs, News: test.inputs})
			if err != nil || len(found.Changes) > 0 {
				t.Errorf("it makes a change: %v, %v", found, err)
			}
		})
	}
}

// A token that was revoked by hand is still there. The published plugin replaces an access token, and lives on with a deploy
// token that opens nothing any more.
func TestRevokedTokens(t *testing.T) {
	for name, test := range map[string]struct {
		path   string
		inputs plugin.Map
		found  plugin.Map
		change string
	}{
		"ProjectAccessToken": {
			"access_tokens/1",
			plugin.Map{"project": "7", "name": "ci", "scopes": []any{"api"}, "rotationConfiguration": map[string]any{"expirationDays": 30.0, "rotateBeforeDays": 3.0}},
			plugin.Map{"id": 1, "name": "ci", "scopes": []any{"api"}, "access_level": 40, "expires_at": "2999-01-01", "active": false, "revoked": true}, "revoked",
		},
		"ProjectDeployToken": {
			"deploy_tokens/1", plugin.Map{"project": "7", "name": "reader", "scopes": []any{"read_repository"}},
			plugin.Map{"id": 1, "name": "reader", "scopes": []any{"read_repository"}, "revoked": true}, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			backend, _, _ := start(t, map[string]func(plugin.Map) (int, any){"GET /projects/7/" + test.path: answer(200, test.found)})
			ctx, about := context.Background(), resource(name)
			read, err := backend.Read(ctx, plugin.ReadRequest{Resource: about, ID: "7:1", Inputs: test.inputs, Outputs: test.inputs})
			if err != nil || read.ID == "" || read.Outputs["revoked"] != true {
				t.Fatalf("it stays in the state: %v, %v", read, err)
			}
			found, err := backend.Diff(ctx, plugin.DiffRequest{Resource: about, ID: "7:1", Olds: read.Outputs, OldInputs: read.Inputs, News: test.inputs})
			change := ""
			for _, each := range found.Changes {
				if each.Replace {
					change = each.Path
				}
			}
			if err != nil || change != test.change || found.DeleteBeforeReplace {
				t.Errorf("got %v, %v", found, err)
			}
		})
	}
}
