package harbor

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"estate/providers/internal/crud"
	"estate/providers/internal/plugin"
	"estate/providers/schema"
)

type reply struct {
	status   int // 0: the connection is cut after the call was carried out
	location string
	value    any
}

// fake answers from a table of calls and notes what changes were asked for. What these tests do not show: that the real
// API answers so.
type fake struct {
	answers map[string]func(body plugin.Map) reply
	calls   []string
	bodies  []plugin.Map
}

func always(status int, value any) func(plugin.Map) reply {
	return func(plugin.Map) reply { return reply{status, "", value} }
}

func made201(location string, value any) func(plugin.Map) reply {
	return func(plugin.Map) reply { return reply{201, "/api/v2.0" + location, value} }
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	text, _ := io.ReadAll(r.Body)
	var body plugin.Map
	_ = json.Unmarshal(text, &body)
	call := r.Method + " " + strings.TrimPrefix(r.URL.EscapedPath(), "/api/v2.0")
	if r.Method != http.MethodGet {
		f.calls, f.bodies = append(f.calls, call), append(f.bodies, body)
	}
	handle := f.answers[call]
	if handle == nil {
		w.WriteHeader(404)
		return
	}
	answer := handle(body)
	if answer.status == 0 {
		connection, _, _ := w.(http.Hijacker).Hijack()
		_ = connection.Close()
		return
	}
	if answer.location != "" {
		w.Header().Set("Location", answer.location)
	}
	w.WriteHeader(answer.status)
	if answer.value != nil {
		_ = json.NewEncoder(w).Encode(answer.value)
	}
}

func start(t *testing.T, answers map[string]func(plugin.Map) reply) (*crud.Provider, *fake) {
	f := &fake{answers: answers}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	p := newProvider()
	p.Pause, p.PauseLimit, p.Attempts = time.Millisecond, time.Millisecond, 2
	backend := &crud.Provider{Schema: schema.Load("harbor"), Handlers: p.handlers(), Setup: p.setup}
	settings := plugin.Map{"url": server.URL, "username": "admin", "password": "Harbor12345"}
	if err := backend.Configure(context.Background(), plugin.ConfigureRequest{Inputs: settings}); err != nil {
		t.Fatal(err)
	}
	return backend, f
}

func resource(name string) plugin.Resource {
	return plugin.Resource{Type: schema.Load("harbor").Resources[name].Token, Name: "one", URN: "urn"}
}

func create(t *testing.T, backend *crud.Provider, name string, inputs plugin.Map) (plugin.CreateResponse, error) {
	checked, err := backend.Check(context.Background(), plugin.CheckRequest{Resource: resource(name), News: inputs, RandomSeed: []byte("x")})
	if err != nil || len(checked.Failures) > 0 {
		t.Fatalf("check: %v %v", checked.Failures, err)
	}
	return backend.Create(context.Background(), plugin.CreateRequest{Resource: resource(name), Inputs: checked.Inputs})
}

func TestEveryResourceIsHere(t *testing.T) {
	handlers := newProvider().handlers()
	for name := range schema.Load("harbor").Resources {
		if handlers[name] == nil {
			t.Errorf("%s has no functions", name)
		}
	}
}

func robot(change plugin.Map) plugin.Map {
	found := plugin.Map{
		"id": 4, "name": "robot$shop+ci", "level": "project", "duration": -1, "disable": false, "description": "",
		"permissions": []any{plugin.Map{"kind": "project", "namespace": "shop", "access": []any{plugin.Map{"resource": "repository", "action": "pull"}}}},
	}
	for field, value := range change {
		found[field] = value
	}
	return found
}

func robotInputs() plugin.Map {
	return plugin.Map{"name": "ci", "level": "project", "permissions": []any{
		map[string]any{"kind": "project", "namespace": "shop", "accesses": []any{map[string]any{"resource": "repository", "action": "pull"}}},
	}}
}

func TestRobotsSecretComesOnce(t *testing.T) {
	backend, f := start(t, map[string]func(plugin.Map) reply{
		"POST /robots":    made201("/robots/4", plugin.Map{"id": 4, "secret": "Once1234"}),
		"GET /robots/4":   always(200, robot(nil)),
		"PATCH /robots/4": always(200, plugin.Map{"secret": ""}),
		"PUT /robots/4":   always(200, nil),
	})
	one, err := create(t, backend, "RobotAccount", robotInputs())
	if err != nil || one.ID != "/robots/4" || one.Outputs["secret"] != (plugin.Secret{Value: "Once1234"}) ||
		one.Outputs["name"] != "ci" || one.Outputs["fullName"] != "robot$shop+ci" || one.Outputs["robotId"] != "4" {
		t.Fatalf("got %v, %v", one, err)
	}
	if !reflect.DeepEqual(f.calls, []string{"POST /robots"}) {
		t.Errorf("calls: %v", f.calls)
	}
	given := robotInputs()
	given["secret"], given["disable"] = "Given1234", true
	two, err := create(t, backend, "RobotAccount", given)
	if err != nil || two.Outputs["secret"] != (plugin.Secret{Value: "Given1234"}) {
		t.Fatalf("got %v, %v", two, err)
	}
	if !reflect.DeepEqual(f.calls[1:], []string{"POST /robots", "PATCH /robots/4"}) || f.bodies[1]["disable"] != true {
		t.Errorf("calls: %v %v", f.calls, f.bodies)
	}
}

func TestRobotOfAProjectHasOneProject(t *testing.T) {
	backend, _ := start(t, map[string]func(plugin.Map) reply{})
	inputs := robotInputs()
	inputs["permissions"] = append(inputs["permissions"].([]any), inputs["permissions"].([]any)[0])
	checked, err := backend.Check(context.Background(), plugin.CheckRequest{Resource: resource("RobotAccount"), News: inputs})
	if err != nil || len(checked.Failures) != 1 || checked.Failures[0].Property != "permissions" {
		t.Errorf("got %v, %v", checked.Failures, err)
	}
}

func TestWidenedRightsShow(t *testing.T) {
	wider := robot(nil)
	access := wider["permissions"].([]any)[0].(plugin.Map)["access"].([]any)
	wider["permissions"].([]any)[0].(plugin.Map)["access"] = append(access, plugin.Map{"resource": "repository", "action": "push"})
	backend, _ := start(t, map[string]func(plugin.Map) reply{"GET /robots/4": always(200, wider)})
	read, err := backend.Read(context.Background(), plugin.ReadRequest{Resource: resource("RobotAccount"), ID: "/robots/4", Inputs: robotInputs(), Outputs: robotInputs()})
	if err != nil || len(plugin.Compare(robotInputs(), read.Inputs)) != 1 {
		t.Errorf("got %v, %v", plugin.Compare(robotInputs(), read.Inputs), err)
	}
}

func TestRetentionPolicyIsTakenOverAndStays(t *testing.T) {
	var body plugin.Map
	backend, f := start(t, map[string]func(plugin.Map) reply{
		"POST /retentions":  always(400, plugin.Map{"errors": []any{plugin.Map{"message": "already has one"}}}),
		"GET /projects/3":   always(200, plugin.Map{"metadata": plugin.Map{"retention_id": "9"}}),
		"PUT /retentions/9": func(sent plugin.Map) reply { body = sent; return reply{status: 200} },
		"GET /retentions/9": func(plugin.Map) reply { return reply{200, "", body} },
	})
	inputs := plugin.Map{"scope": "/projects/3", "schedule": "Daily", "rules": []any{
		map[string]any{"mostRecentlyPushed": 10.0, "tagMatching": "v*", "untaggedArtifacts": false},
		map[string]any{"alwaysRetain": true, "repoExcluding": "tmp/**"},
	}}
	one, err := create(t, backend, "RetentionPolicy", inputs)
	if err != nil || one.ID != "/retentions/9" || one.Outputs["schedule"] != "Daily" {
		t.Fatalf("got %v, %v", one, err)
	}
	read, err := backend.Read(context.Background(), plugin.ReadRequest{Resource: resource("RetentionPolicy"), ID: one.ID, Inputs: inputs, Outputs: one.Outputs})
	if err != nil || len(plugin.Compare(inputs, read.Inputs)) > 0 {
		t.Errorf("it is as it was made, not %v (%v)", plugin.Compare(inputs, read.Inputs), err)
	}
	if err := backend.Delete(context.Background(), plugin.DeleteRequest{Resource: resource("RetentionPolicy"), ID: one.ID, OldInputs: inputs}); err != nil {
		t.Fatal(err)
	}
	settings := body["trigger"].(map[string]any)["settings"].(map[string]any)
	if f.calls[len(f.calls)-1] != "PUT /retentions/9" || len(body["rules"].([]any)) != 0 || settings["cron"] != "" {
		t.Errorf("left: %v", body)
	}
}

func TestRetentionPolicyThatIsGone(t *testing.T) {
	inputs := plugin.Map{"scope": "/projects/3", "schedule": "Daily", "rules": []any{}}
	for name, c := range map[string]struct {
		project reply
		gone    bool
	}{
		"with its project":     {reply{404, "", nil}, true},
		"alone":                {reply{200, "", plugin.Map{"metadata": plugin.Map{}}}, true},
		"another took over":    {reply{200, "", plugin.Map{"metadata": plugin.Map{"retention_id": "10"}}}, true},
		"not: Harbor is ill":   {reply{200, "", plugin.Map{"metadata": plugin.Map{"retention_id": "9"}}}, false},
		"unknown: nobody says": {reply{500, "", nil}, false},
	} {
		t.Run(name, func(t *testing.T) {
			backend, _ := start(t, map[string]func(plugin.Map) reply{
				"GET /retentions/9": always(500, plugin.Map{"errors": []any{plugin.Map{"message": "internal server error"}}}),
				"GET /projects/3":   func(plugin.Map) reply { return c.project },
			})
			read, err := backend.Read(context.Background(), plugin.ReadRequest{Resource: resource("RetentionPolicy"), ID: "/retentions/9", Inputs: inputs, Outputs: inputs})
			if (err == nil && read.ID == "") != c.gone {
				t.Errorf("read: %v, %v", read, err)
			}
			err = backend.Delete(context.Background(), plugin.DeleteRequest{Resource: resource("RetentionPolicy"), ID: "/retentions/9", OldInputs: inputs})
			if (err == nil) != c.gone {
				t.Errorf("delete: %v", err)
			}
		})
	}
}

func TestProject(t *testing.T) {
	found := plugin.Map{
		"project_id": 3, "name": "shop", "owner_name": "admin", "repo_count": 0, "registry_id": 0,
		"metadata": plugin.Map{"public": "false", "auto_scan": "true", "prevent_vul": "true", "severity": "high"},
	}
	var quota plugin.Map
	backend, f := start(t, map[string]func(plugin.Map) reply{
		"POST /projects":                             made201("/projects/3", nil),
		"GET /projects/3":                            always(200, found),
		"GET /configurations":                        always(200, plugin.Map{"quota_per_project_enable": plugin.Map{"value": true}}),
		"GET /quotas":                                always(200, []any{plugin.Map{"id": 8, "ref": plugin.Map{"id": 3}, "hard": plugin.Map{"storage": 5 * gibibyte}}}),
		"PUT /projects/3":                            always(200, nil),
		"PUT /quotas/8":                              func(body plugin.Map) reply { quota = body; return reply{status: 200} },
		"GET /projects/shop/repositories":            always(200, []any{plugin.Map{"name": "shop/a/b"}}),
		"DELETE /projects/shop/repositories/a%252Fb": always(200, nil),
		"DELETE /projects/3":                         always(200, nil),
	})
	inputs := plugin.Map{"name": "shop", "storageQuota": 5.0, "deploymentSecurity": "high"}
	one, err := create(t, backend, "Project", inputs)
	if err != nil || one.ID != "/projects/3" || one.Outputs["projectId"] != 3.0 || f.bodies[0]["storage_limit"] != 5.0*gibibyte {
		t.Fatalf("got %v, %v; sent %v", one, err, f.bodies)
	}
	changed := plugin.Map{"name": "shop", "storageQuota": 7.0}
	_, err = backend.Update(context.Background(), plugin.UpdateRequest{Resource: resource("Project"), ID: one.ID, Olds: one.Outputs, OldInputs: inputs, News: changed})
	if err != nil || quota["hard"].(map[string]any)["storage"] != 7.0*gibibyte {
		t.Errorf("got %v, %v", quota, err)
	}
	remove := plugin.DeleteRequest{Resource: resource("Project"), ID: one.ID, Olds: one.Outputs, OldInputs: inputs}
	if err := backend.Delete(context.Background(), remove); err == nil || !strings.Contains(err.Error(), "still holds 1 repositories") {
		t.Errorf("got %v", err)
	}
	remove.OldInputs = plugin.Map{"name": "shop", "forceDestroy": true}
	if err := backend.Delete(context.Background(), remove); err != nil {
		t.Error(err)
	}
	want := []string{"DELETE /projects/shop/repositories/a%252Fb", "DELETE /projects/3"}
	if !reflect.DeepEqual(f.calls[len(f.calls)-2:], want) {
		t.Errorf("calls: %v", f.calls)
	}
}

func TestImmutableRuleIsSwitchedOffByACallOfItsOwn(t *testing.T) {
	rule := plugin.Map{
		"id": 5, "disabled": false, "tag_selectors": []any{plugin.Map{"decoration": "matches", "pattern": "v*"}},
		"scope_selectors": plugin.Map{"repository": []any{plugin.Map{"decoration": "repoExcludes", "pattern": "tmp/**"}}},
	}
	backend, f := start(t, map[string]func(plugin.Map) reply{
		"POST /projects/3/immutabletagrules": made201("/projects/3/immutabletagrules/5", nil),
		"GET /projects/3/immutabletagrules":  func(plugin.Map) reply { return reply{200, "", []any{rule}} },
		"PUT /projects/3/immutabletagrules/5": func(body plugin.Map) reply {
			rule["disabled"] = body["disabled"]
			return reply{status: 200}
		},
	})
	one, err := create(t, backend, "ImmutableTagRule", plugin.Map{"projectId": "/projects/3", "tagMatching": "v*", "repoExcluding": "tmp/**", "disabled": true})
	if err != nil || one.ID != "/projects/3/immutabletagrules/5" || one.Outputs["disabled"] != true || one.Outputs["repoExcluding"] != "tmp/**" {
		t.Errorf("got %v, %v", one, err)
	}
	if len(f.calls) != 2 || f.bodies[1]["id"] != 5.0 {
		t.Errorf("calls: %v %v", f.calls, f.bodies)
	}
}

func TestSettings(t *testing.T) {
	for _, name := range []string{"HARBOR_URL", "HARBOR_USERNAME", "HARBOR_PASSWORD", "HARBOR_IGNORE_CERT"} {
		t.Setenv(name, "")
	}
	for name, test := range map[string]struct {
		settings plugin.Map
		want     string
	}{
		"no address":  {plugin.Map{"username": "a", "password": "b"}, `url "" is no http(s) address`},
		"no password": {plugin.Map{"url": "http://x", "username": "a"}, "set username and password"},
		"old API":     {plugin.Map{"url": "http://x", "username": "a", "password": "b", "apiVersion": "1"}, "apiVersion 1 is not supported"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := newProvider().setup(context.Background(), test.settings); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v", err)
			}
		})
	}
	insecure := func(settings plugin.Map) bool {
		p := newProvider()
		settings["url"], settings["bearerToken"] = "https://x", "t"
		if err := p.setup(context.Background(), settings); err != nil {
			t.Fatal(err)
		}
		return p.HTTP.Transport.(*http.Transport).TLSClientConfig.InsecureSkipVerify
	}
	if !insecure(plugin.Map{}) || insecure(plugin.Map{"insecure": "false"}) {
		t.Error("certificates are not verified unless the program wants it, as upstream has it")
	}
}
