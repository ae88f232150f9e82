package gitlab

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"estate/providers/internal/crud"
	"estate/providers/internal/plugin"
	"estate/providers/schema"
)

// fake is a server that answers from a table of calls and notes what it was asked. These tests show what the provider asks
// for and makes of the answers; that the real API answers so is not shown here.
type fake struct {
	t       *testing.T
	answers map[string]func(body plugin.Map) (int, any)
	mutex   sync.Mutex
	calls   []string
	bodies  []plugin.Map
}

// status 0 cuts the connection after the call was carried out.
func answer(status int, value any) func(plugin.Map) (int, any) {
	return func(plugin.Map) (int, any) { return status, value }
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	text, _ := io.ReadAll(r.Body)
	var body plugin.Map
	_ = json.Unmarshal(text, &body)
	path, _, _ := strings.Cut(r.URL.EscapedPath(), "?")
	call := r.Method + " " + strings.TrimPrefix(path, "/api/v4")
	f.mutex.Lock()
	if r.Method != http.MethodGet {
		f.calls, f.bodies = append(f.calls, call), append(f.bodies, body)
	}
	handle := f.answers[call]
	f.mutex.Unlock()
	if handle == nil {
		w.WriteHeader(404)
		_, _ = w.Write([]byte(`{"message": "404 Not Found"}`))
		return
	}
	status, value := handle(body)
	if status == 0 {
		connection, _, _ := w.(http.Hijacker).Hijack()
		_ = connection.Close()
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if value != nil {
		_ = json.NewEncoder(w).Encode(value)
	}
}

func (f *fake) sent(call string) plugin.Map {
	for i, one := range f.calls {
		if one == call {
			return f.bodies[i]
		}
	}
	return nil
}

func start(t *testing.T, answers map[string]func(plugin.Map) (int, any)) (*crud.Provider, *provider, *fake) {
	f := &fake{t: t, answers: answers}
	f.answers["GET /user"] = answer(200, plugin.Map{"id": 1, "username": "root"})
	if f.answers["GET /metadata"] == nil {
		f.answers["GET /metadata"] = answer(200, plugin.Map{"version": "19.4.0", "enterprise": false})
	}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	p := newProvider()
	p.Pause, p.PauseLimit, p.pause, p.Attempts = time.Millisecond, time.Millisecond, 8*time.Millisecond, 2
	backend := &crud.Provider{Schema: schema.Load("gitlab"), Handlers: p.handlers(), Setup: p.setup}
	if err := backend.Configure(context.Background(), plugin.ConfigureRequest{Inputs: plugin.Map{"baseUrl": server.URL, "token": "glpat-test"}}); err != nil {
		t.Fatal(err)
	}
	return backend, p, f
}

func resource(name string) plugin.Resource {
	return plugin.Resource{Type: schema.Load("gitlab").Resources[name].Token, Name: "one", URN: "urn"}
}

func create(t *testing.T, backend *crud.Provider, name string, inputs plugin.Map) (plugin.CreateResponse, error) {
	checked, err := backend.Check(context.Background(), plugin.CheckRequest{Resource: resource(name), News: inputs, RandomSeed: []byte("x")})
	if err != nil || len(checked.Failures) > 0 {
		t.Fatalf("check: %v %v", checked.Failures, err)
	}
	return backend.Create(context.Background(), plugin.CreateRequest{Resource: resource(name), Inputs: checked.Inputs})
}

func TestSettings(t *testing.T) {
	t.Setenv("GITLAB_TOKEN", "")
	t.Setenv("GITLAB_BASE_URL", "")
	for name, test := range map[string]struct {
		settings plugin.Map
		want     string
	}{
		"no address":     {plugin.Map{"baseUrl": "gitlab", "token": "x"}, `baseUrl "gitlab" is no http(s) address`},
		"no token":       {plugin.Map{"baseUrl": "http://x"}, "a token is needed"},
		"no certificate": {plugin.Map{"baseUrl": "http://x", "token": "x", "cacertFile": "/nowhere"}, "cacertFile: open /nowhere"},
	} {
		t.Run(name, func(t *testing.T) {
			err := newProvider().setup(context.Background(), test.settings)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestWrongTokenIsFoundEarly(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(401)
		_, _ = w.Write([]byte(`{"message":"401 Unauthorized"}`))
	}))
	defer server.Close()
	err := newProvider().setup(context.Background(), plugin.Map{"baseUrl": server.URL, "token": "glpat-secret"})
	if err == nil || !strings.Contains(err.Error(), "/api/v4/user: 401 Unauthorized") || strings.Contains(err.Error(), "glpat-secret") {
		t.Errorf("got %v", err)
	}
	if err := newProvider().setup(context.Background(), plugin.Map{"baseUrl": server.URL, "token": "x", "earlyAuthCheck": "false"}); err != nil {
		t.Errorf("the check was switched off: %v", err)
	}
}

func protected(push, merge int, force bool) plugin.Map {
	return plugin.Map{
		"id": 5, "name": "main", "allow_force_push": force,
		"push_access_levels":  []any{plugin.Map{"access_level": push, "access_level_description": "x"}},
		"merge_access_levels": []any{plugin.Map{"access_level": merge, "access_level_description": "x"}},
	}
}

func TestProtectionOfTheDefaultBranchIsReplaced(t *testing.T) {
	present := true
	backend, _, f := start(t, map[string]func(plugin.Map) (int, any){
		"GET /projects/7": answer(200, plugin.Map{"default_branch": "main"}),
		"GET /projects/7/protected_branches/main": func(plugin.Map) (int, any) {
			if present {
				return 200, protected(40, 40, false)
			}
			return 404, nil
		},
		"DELETE /projects/7/protected_branches/main": func(plugin.Map) (int, any) { present = false; return 204, nil },
		"POST /projects/7/protected_branches":        answer(201, protected(0, 30, false)),
	})
	inputs := plugin.Map{"project": "7", "branch": "main", "pushAccessLevel": "no one", "mergeAccessLevel": "developer"}
	made, err := create(t, backend, "BranchProtection", inputs)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"DELETE /projects/7/protected_branches/main", "POST /projects/7/protected_branches"}; !reflect.DeepEqual(f.calls, want) {
		t.Errorf("calls: %v", f.calls)
	}
	want := plugin.Map{"name": "main", "push_access_level": 0.0, "merge_access_level": 30.0, "allow_force_push": false}
	if got := f.sent("POST /projects/7/protected_branches"); !reflect.DeepEqual(got, want) {
		t.Errorf("sent %v", got)
	}
	if made.ID != "7:main" || made.Outputs["pushAccessLevel"] != "no one" || made.Outputs["branchProtectionId"] != 5.0 {
		t.Errorf("made %v", made)
	}
}

func TestProtectionInTheWordsOfTheOtherEditionIsRefused(t *testing.T) {
	levels := plugin.Map{"pushAccessLevel": "no one", "mergeAccessLevel": "developer"}
	lists := plugin.Map{
		"allowedToPushes":           []any{map[string]any{"accessLevel": "developer"}},
		"allowedToMerges":           plugin.Unknown{},
		"allowedToUnprotects":       []any{map[string]any{"accessLevel": "maintainer"}},
		"codeOwnerApprovalRequired": false,
	}
	for name, test := range map[string]struct {
		metadata func(plugin.Map) (int, any)
		inputs   plugin.Map
		offline  string
		want     []string
	}{
		"levels, community":  {answer(200, plugin.Map{"enterprise": false}), levels, "", nil},
		"lists, enterprise":  {answer(200, plugin.Map{"enterprise": true}), lists, "", nil},
		"levels, enterprise": {answer(200, plugin.Map{"enterprise": true}), levels, "", []string{"pushAccessLevel use allowedToPushes instead", "mergeAccessLevel use allowedToMerges instead"}},
		"lists, community":   {answer(200, plugin.Map{"enterprise": false}), lists, "", []string{"allowedToPushes this is a Community Edition", "allowedToUnprotects this is a Community Edition"}},
		"nobody to ask":      {answer(403, plugin.Map{"message": "403 Forbidden"}), levels, "", []string{" cannot tell which edition of GitLab this is"}},
		"offline":            {answer(403, plugin.Map{"message": "403 Forbidden"}), levels, "true", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("ESTATE_OFFLINE", test.offline)
			backend, _, _ := start(t, map[string]func(plugin.Map) (int, any){"GET /metadata": test.metadata})
			inputs := plugin.Map{"project": "7", "branch": "main"}
			for key, value := range test.inputs {
				inputs[key] = value
			}
			checked, err := backend.Check(context.Background(), plugin.CheckRequest{Resource: resource("BranchProtection"), News: inputs})
			if err != nil || len(checked.Failures) != len(test.want) {
				t.Fatalf("got %v, %v", checked.Failures, err)
			}
			for i, failure := range checked.Failures {
				property, reason, _ := strings.Cut(test.want[i], " ")
				if failure.Property != property || !strings.Contains(failure.Reason, reason) {
					t.Errorf("got %v, not %s", failure, test.want[i])
				}
			}
		})
	}
}

func TestListsChangeInPlace(t *testing.T) {
	found := protected(30, 40, false)
	found["push_access_levels"] = []any{
		plugin.Map{"id": 1, "access_level": 30, "access_level_description": "x"},
		plugin.Map{"id": 2, "access_level": 40, "user_id": 9, "access_level_description": "Mia"},
	}
	backend, _, f := start(t, map[string]func(plugin.Map) (int, any){
		"GET /projects/7/protected_branches/dev":   answer(200, found),
		"PATCH /projects/7/protected_branches/dev": answer(200, found),
		"GET /metadata": answer(200, plugin.Map{"enterprise": true}),
	})
	levels := func(roles ...string) []any {
		list := []any{}
		for _, role := range roles {
			list = append(list, map[string]any{"accessLevel": role})
		}
		return list
	}
	_, err := backend.Update(context.Background(), plugin.UpdateRequest{
		Resource: resource("BranchProtection"), ID: "7:dev",
		OldInputs: plugin.Map{"project": "7", "branch": "dev", "allowedToPushes": levels("developer"), "allowForcePush": false},
		News:      plugin.Map{"project": "7", "branch": "dev", "allowedToPushes": levels("developer", "maintainer"), "allowForcePush": true},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []plugin.Map{{
		"allow_force_push": true,
		// The developers stay, maintainers are added, and the person somebody added by hand goes.
		"allowed_to_push": []any{map[string]any{"access_level": 40.0}, map[string]any{"id": 2.0, "_destroy": true}},
	}}
	if len(f.calls) != 1 || f.calls[0] != "PATCH /projects/7/protected_branches/dev" || !reflect.DeepEqual(f.bodies, want) {
		t.Errorf("calls %v, sent %v", f.calls, f.bodies)
	}
}

func TestLevelsReplaceAndTheProtectionIsLostUnlessTheOldOneGoesFirst(t *testing.T) {
	exists := true
	backend, _, _ := start(t, map[string]func(plugin.Map) (int, any){
		"GET /projects/7": answer(200, plugin.Map{"default_branch": "main"}),
		"GET /projects/7/protected_branches/main": func(plugin.Map) (int, any) {
			if exists {
				return 200, protected(40, 40, false)
			}
			return 404, nil
		},
		"DELETE /projects/7/protected_branches/main": func(plugin.Map) (int, any) { exists = false; return 204, nil },
		"POST /projects/7/protected_branches":        func(plugin.Map) (int, any) { exists = true; return 201, protected(0, 40, false) },
	})
	old := plugin.Map{"project": "7", "branch": "main", "pushAccessLevel": "maintainer", "mergeAccessLevel": "maintainer"}
	news := plugin.Map{"project": "7", "branch": "main", "pushAccessLevel": "no one", "mergeAccessLevel": "maintainer"}
	diff, err := backend.Diff(context.Background(), plugin.DiffRequest{Resource: resource("BranchProtection"), ID: "7:main", OldInputs: old, Olds: old, News: news})
	if err != nil || len(diff.Changes) != 1 || !diff.Changes[0].Replace || diff.DeleteBeforeReplace {
		t.Fatalf("a level replaces, and the new one is made first: %v %v", diff, err)
	}
	if _, err := create(t, backend, "BranchProtection", news); err != nil {
		t.Fatal(err)
	}
	if err := backend.Delete(context.Background(), plugin.DeleteRequest{Resource: resource("BranchProtection"), ID: "7:main", OldInputs: old, Olds: old}); err != nil {
		t.Fatal(err)
	}
	if exists {
		t.Error("upstream's deletion of the old one unprotects the branch: a program has to say deleteBeforeReplace")
	}
}

func TestWiderGrantOfAnotherShows(t *testing.T) {
	found := protected(40, 40, false)
	found["push_access_levels"] = append(found["push_access_levels"].([]any),
		plugin.Map{"access_level": 30, "access_level_description": "y"}, plugin.Map{"access_level": 40, "user_id": 9, "access_level_description": "Mia"})
	read := func(enterprise bool, inputs plugin.Map) plugin.ReadResponse {
		backend, _, _ := start(t, map[string]func(plugin.Map) (int, any){
			"GET /projects/7/protected_branches/main": answer(200, found),
			"GET /metadata": answer(200, plugin.Map{"enterprise": enterprise}),
		})
		inputs["project"], inputs["branch"] = "7", "main"
		read, err := backend.Read(context.Background(), plugin.ReadRequest{Resource: resource("BranchProtection"), ID: "7:main", Inputs: inputs, Outputs: inputs})
		if err != nil {
			t.Fatal(err)
		}
		return read
	}
	community := read(false, plugin.Map{"pushAccessLevel": "maintainer"})
	if community.Inputs["pushAccessLevel"] != "developer" || community.Outputs["allowedToPushes"] != nil {
		t.Errorf("got %v", community)
	}
	enterprise := read(true, plugin.Map{"allowedToPushes": []any{map[string]any{"accessLevel": "maintainer"}}})
	list, _ := enterprise.Outputs["allowedToPushes"].([]any)
	if len(list) != 3 || !reflect.DeepEqual(list[2], map[string]any{"userId": 9.0, "accessLevelDescription": "Mia"}) {
		t.Errorf("got %v", list)
	}
	if shown, _ := enterprise.Inputs["allowedToPushes"].([]any); len(shown) != 3 || enterprise.Outputs["pushAccessLevel"] != nil {
		t.Errorf("got %v", enterprise)
	}
}

func TestTokenIsRenewedBeforeItsEnd(t *testing.T) {
	backend, p, f := start(t, map[string]func(plugin.Map) (int, any){
		"POST /projects/7/access_tokens/1/rotate": answer(200, plugin.Map{"id": 9, "token": "new", "expires_at": "2026-06-19"}),
		"POST /projects/7/access_tokens/9/rotate": answer(200, plugin.Map{"id": 11, "token": "newer", "expires_at": "2026-06-19"}),
		"GET /projects/7/access_tokens/11":        answer(200, plugin.Map{"id": 11, "active": true, "expires_at": "2026-06-19"}),
	})
	inputs := plugin.Map{"project": "7", "rotationConfiguration": map[string]any{"expirationDays": 30.0, "rotateBeforeDays": 10.0}}
	state := plugin.Map{"project": "7", "expiresAt": "2026-05-31", "token": plugin.Secret{Value: "old"}}
	diff := func() int {
		found, err := backend.Diff(context.Background(), plugin.DiffRequest{
			Resource: resource("ProjectAccessToken"), ID: "7:1", Olds: state, OldInputs: inputs, News: inputs,
		})
		if err != nil {
			t.Fatal(err)
		}
		return len(found.Changes)
	}
	p.now = func() time.Time { return time.Date(2026, 5, 20, 12, 0, 0, 0, time.UTC) }
	if diff() != 0 {
		t.Error("eleven days before its end it is left alone")
	}
	p.now = func() time.Time { return time.Date(2026, 5, 21, 0, 0, 0, 0, time.UTC) }
	if diff() != 1 {
		t.Fatal("ten days before its end it is renewed")
	}
	update := plugin.UpdateRequest{Resource: resource("ProjectAccessToken"), ID: "7:1", Olds: state, OldInputs: inputs, News: inputs, Preview: true}
	foreseen, err := backend.Update(context.Background(), update)
	if err != nil || !plugin.HasUnknown(foreseen.Outputs["token"]) {
		t.Errorf("a preview must not promise the old token: %v %v", foreseen, err)
	}
	update.Preview = false
	changed, err := backend.Update(context.Background(), update)
	if err != nil || changed.Outputs["token"] != (plugin.Secret{Value: "new"}) || f.sent("POST /projects/7/access_tokens/1/rotate")["expires_at"] != "2026-06-20" {
		t.Fatalf("got %v, %v", changed, err)
	}
	// It has another id at GitLab now; an update cannot change that of the resource, the next refresh does.
	if changed.Outputs["id"] != "7:9" {
		t.Errorf("the outputs have the new id, not %v", changed.Outputs["id"])
	}
	// Whatever changes in place rotates it, with the end it had.
	changed.Outputs["expiresAt"] = "2026-06-19"
	inputs["validatePastExpirationDate"] = true
	update = plugin.UpdateRequest{Resource: resource("ProjectAccessToken"), ID: "7:1", Olds: changed.Outputs, OldInputs: inputs, News: inputs}
	if changed, err = backend.Update(context.Background(), update); err != nil || changed.Outputs["id"] != "7:11" || f.sent("POST /projects/7/access_tokens/9/rotate")["expires_at"] != "2026-06-19" {
		t.Errorf("a change is a rotation: %v, %v, %v", changed, err, f.calls)
	}
	read, err := backend.Read(context.Background(), plugin.ReadRequest{Resource: resource("ProjectAccessToken"), ID: "7:1", Inputs: inputs, Outputs: changed.Outputs})
	if err != nil || read.ID != "7:11" || read.Outputs["id"] != "7:11" {
		t.Errorf("got %v, %v", read, err)
	}
}

func project(change plugin.Map) plugin.Map {
	found := plugin.Map{
		"id": 7, "name": "web", "path": "web", "path_with_namespace": "acme/web", "creator_id": 1, "empty_repo": true, "visibility": "private",
		"namespace": plugin.Map{"id": 3, "kind": "group"}, "default_branch": nil, "description": "", "import_status": "none",
	}
	for field, value := range change {
		found[field] = value
	}
	return found
}

func TestProjectWaits(t *testing.T) {
	imports, looks := 0, 0
	backend, _, f := start(t, map[string]func(plugin.Map) (int, any){
		"POST /projects": answer(201, project(plugin.Map{"import_status": "scheduled"})),
		"GET /projects/7/import": func(plugin.Map) (int, any) {
			if imports++; imports < 3 {
				return 200, plugin.Map{"import_status": "started"}
			}
			return 200, plugin.Map{"import_status": "finished"}
		},
		"GET /projects/7": answer(200, project(plugin.Map{"default_branch": "main", "empty_repo": false, "merge_pipelines_enabled": false})),
		"GET /groups/3":   answer(200, plugin.Map{"default_branch_protection": 2}),
		"GET /projects/7/repository/branches/main": func(plugin.Map) (int, any) {
			looks++
			return 200, plugin.Map{"protected": looks > 2}
		},
		"PUT /projects/7": answer(200, project(plugin.Map{"merge_pipelines_enabled": true})),
	})
	made, err := create(t, backend, "Project", plugin.Map{"name": "web", "namespaceId": 3.0, "importUrl": "http://x/y.git", "mergePipelinesEnabled": true})
	if err != nil || made.ID != "7" || imports != 3 || looks != 3 {
		t.Errorf("got %v, %v; %d looks at the import, %d at the branch", made.ID, err, imports, looks)
	}
	if got := f.sent("PUT /projects/7"); !reflect.DeepEqual(got, plugin.Map{"merge_pipelines_enabled": true}) {
		t.Errorf("only what the create did not take is sent again, not %v", got)
	}
}

func TestFailedImportStaysInTheState(t *testing.T) {
	backend, _, _ := start(t, map[string]func(plugin.Map) (int, any){
		"POST /projects":         answer(201, project(plugin.Map{"import_status": "scheduled"})),
		"GET /projects/7/import": answer(200, plugin.Map{"import_status": "failed", "import_error": "no such repository"}),
	})
	_, err := create(t, backend, "Project", plugin.Map{"name": "web", "namespaceId": 3.0, "importUrl": "http://x/y.git"})
	incomplete, ok := err.(*plugin.InitError)
	if !ok || incomplete.ID != "7" || !strings.Contains(err.Error(), `Project "one": the import failed: no such repository`) {
		t.Errorf("got %v", err)
	}
}

func TestDeletionIsWaitedFor(t *testing.T) {
	for name, last := range map[string]func() (int, any){
		"gone":   func() (int, any) { return 404, nil },
		"marked": func() (int, any) { return 200, plugin.Map{"marked_for_deletion_on": "2026-05-08"} },
	} {
		t.Run(name, func(t *testing.T) {
			looks := 0
			backend, _, _ := start(t, map[string]func(plugin.Map) (int, any){
				"DELETE /groups/3": answer(202, nil),
				"GET /groups/3": func(plugin.Map) (int, any) {
					if looks++; looks < 3 {
						return 200, plugin.Map{"id": 3}
					}
					return last()
				},
			})
			err := backend.Delete(context.Background(), plugin.DeleteRequest{Resource: resource("Group"), ID: "3", OldInputs: plugin.Map{"path": "x"}})
			if err != nil || looks != 3 {
				t.Errorf("got %v after %d looks", err, looks)
			}
		})
	}
}

func TestFileIsWrittenAgainWhenTheBranchMoved(t *testing.T) {
	writes := 0
	content := "b25lCg=="
	backend, _, _ := start(t, map[string]func(plugin.Map) (int, any){
		"GET /projects/7/repository/files/a%2Fb.txt": func(plugin.Map) (int, any) {
			return 200, plugin.Map{"content": content, "last_commit_id": fmt.Sprint("c", writes)}
		},
		"PUT /projects/7/repository/files/a%2Fb.txt": func(body plugin.Map) (int, any) {
			if writes++; writes == 1 {
				return 400, plugin.Map{"message": "You are attempting to update a file that has changed. Please refresh and try again."}
			}
			if body["last_commit_id"] != "c1" {
				t.Errorf("the last commit is to be read again: %v", body)
			}
			content = "dHdvCg=="
			return 200, plugin.Map{}
		},
	})
	inputs := plugin.Map{"project": "7", "branch": "dev", "filePath": "a/b.txt", "content": "two\n", "encoding": "text"}
	changed, err := backend.Update(context.Background(), plugin.UpdateRequest{Resource: resource("RepositoryFile"), ID: "7:dev:a/b.txt", News: inputs})
	if err != nil || writes != 2 || changed.Outputs["content"] != "two\n" {
		t.Errorf("got %v, %v", changed, err)
	}
}
