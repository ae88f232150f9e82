package crud

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"estate/providers/internal/plugin"
	"estate/providers/internal/rest"
	"estate/providers/schema"
)

var (
	lost    = &rest.Error{Method: "POST", Path: "/x", MayHaveWorked: true}
	exists  = &rest.Error{Method: "POST", Path: "/x", Status: 409}
	refuses = &rest.Error{Method: "POST", Path: "/x", Status: 403}
)

func TestOnce(t *testing.T) {
	somebodys := &ErrTaken{What: "it is there", ImportID: "7"}
	tests := map[string]struct {
		posts []error // what the posts answer, in order; after the last: success
		finds []any   // what is found: true, false, or an error
		want  string  // made, found, or a part of the error
		count int
	}{
		"at once":                            {nil, nil, "made", 1},
		"lost, but it is there":              {[]error{lost}, []any{true}, "found", 1},
		"lost, and it is not there":          {[]error{lost}, []any{false}, "made", 2},
		"lost again and again":               {[]error{lost, lost, lost}, []any{false, false, false}, "no answer", 3},
		"there already, and the same":        {[]error{exists}, []any{true}, "found", 1},
		"refused for another reason":         {[]error{exists}, []any{false}, "409", 1},
		"there already, and somebody's":      {[]error{exists}, []any{somebodys}, `import it with the id "7"`, 1},
		"not allowed":                        {[]error{refuses}, nil, "403", 1},
		"lost, and nothing can be found out": {[]error{lost}, []any{errors.New("down")}, "failed as well: down", 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			posted, looked := 0, 0
			got, err := Once(context.Background(), time.Millisecond,
				func() (string, error) {
					posted++
					if posted <= len(test.posts) {
						return "", test.posts[posted-1]
					}
					return "made", nil
				},
				func() (string, bool, error) {
					looked++
					switch found := test.finds[looked-1].(type) {
					case error:
						return "", false, found
					case bool:
						return "found", found, nil
					}
					return "", false, nil
				})
			if err != nil {
				got = err.Error()
			}
			if !strings.Contains(got, test.want) || posted != test.count || looked != len(test.finds) {
				t.Errorf("got %q after %d posts and %d looks", got, posted, looked)
			}
		})
	}
}

func token(name string) string { return schema.Load("gitlab").Resources[name].Token }

func provider(handlers map[string]*Handler) *Provider {
	return &Provider{Schema: schema.Load("gitlab"), Handlers: handlers, Setup: func(context.Context, plugin.Map) error { return nil }}
}

func TestWhatTheSandboxLacksIsSaidInCheck(t *testing.T) {
	response, err := provider(nil).Check(context.Background(), plugin.CheckRequest{
		Resource: plugin.Resource{Type: token("ClusterAgent"), Name: "a"}, News: plugin.Map{},
	})
	if err != nil || len(response.Failures) != 1 || !strings.Contains(response.Failures[0].Reason, "ClusterAgent is not available in the sandbox") {
		t.Errorf("got %v, %v", response, err)
	}
}

func TestHalfMadeObjectsGoIntoTheState(t *testing.T) {
	p := provider(map[string]*Handler{"Branch": {Create: func(context.Context, *Call) (string, plugin.Map, error) {
		return "7:dev", plugin.Map{"webUrl": "http://x"}, errors.New("the wait was too long")
	}}})
	_, err := p.Create(context.Background(), plugin.CreateRequest{
		Resource: plugin.Resource{Type: token("Branch"), Name: "dev"}, Inputs: plugin.Map{"project": "7", "name": "dev", "ref": "main"},
	})
	var incomplete *plugin.InitError
	if !errors.As(err, &incomplete) || incomplete.ID != "7:dev" || incomplete.Outputs["webUrl"] != "http://x" || incomplete.Outputs["project"] != "7" {
		t.Fatalf("got %v", err)
	}
	if incomplete.Reasons[0] != `Branch "dev": the wait was too long` {
		t.Errorf("got %s", incomplete.Reasons[0])
	}
}

func TestSecretsAreMarked(t *testing.T) {
	p := provider(map[string]*Handler{
		"ProjectDeployToken": {Create: func(context.Context, *Call) (string, plugin.Map, error) {
			return "7:1", plugin.Map{"token": "hush"}, nil
		}},
		"ProjectVariable": {Create: func(_ context.Context, c *Call) (string, plugin.Map, error) {
			return "7:K:*", plugin.Map{"value": c.Text("value"), "key": "K"}, nil
		}},
	})
	create := func(name string, inputs plugin.Map) plugin.Map {
		response, err := p.Create(context.Background(), plugin.CreateRequest{Resource: plugin.Resource{Type: token(name), Name: "x"}, Inputs: inputs})
		if err != nil {
			t.Fatal(err)
		}
		return response.Outputs
	}
	if out := create("ProjectDeployToken", plugin.Map{"project": "7", "scopes": []any{}}); out["token"] != (plugin.Secret{Value: "hush"}) {
		t.Errorf("a secret by the schema: %v", out["token"])
	}
	if out := create("ProjectVariable", plugin.Map{"key": "K", "value": plugin.Secret{Value: "v"}}); out["value"] != (plugin.Secret{Value: "v"}) || out["key"] != "K" {
		t.Errorf("a secret by the program: %v", out)
	}
	if out := create("ProjectVariable", plugin.Map{"key": "K", "value": "v"}); out["value"] != "v" {
		t.Errorf("no secret: %v", out)
	}
}

func TestRefreshLooksOnlyAtWhatTheProgramGives(t *testing.T) {
	state := plugin.Map{}
	p := provider(map[string]*Handler{"Project": {
		Read:     func(context.Context, *Call) (plugin.Map, error) { return state, nil },
		Volatile: []string{"emptyRepo"},
	}})
	read := func() plugin.ReadResponse {
		response, err := p.Read(context.Background(), plugin.ReadRequest{
			Resource: plugin.Resource{Type: token("Project"), Name: "x"}, ID: "7",
			Inputs:  plugin.Map{"topics": []any{"b", "a"}, "mergeMethod": "ff", "skipWaitForDefaultBranchProtection": true},
			Outputs: plugin.Map{"topics": []any{"b", "a"}, "mergeMethod": "ff", "emptyRepo": true, "wikiAccessLevel": "enabled"},
		})
		if err != nil {
			t.Fatal(err)
		}
		return response
	}
	state = plugin.Map{"topics": []any{"a", "b"}, "mergeMethod": "ff", "emptyRepo": false, "wikiAccessLevel": "disabled"}
	same := read()
	if len(plugin.Compare(same.Inputs, plugin.Map{"topics": []any{"b", "a"}, "mergeMethod": "ff", "skipWaitForDefaultBranchProtection": true})) > 0 {
		t.Errorf("nothing of what the program gives has changed: %v", same.Inputs)
	}
	if same.Outputs["emptyRepo"] != true || same.Outputs["wikiAccessLevel"] != "disabled" {
		t.Errorf("outputs: %v", same.Outputs)
	}
	state = plugin.Map{"topics": []any{"a"}, "mergeMethod": "merge"}
	changed := read()
	if changed.Inputs["mergeMethod"] != "merge" || len(changed.Inputs["topics"].([]any)) != 1 {
		t.Errorf("got %v", changed.Inputs)
	}
	state = nil
	if gone := read(); gone.ID != "" {
		t.Errorf("got %v", gone)
	}
}

func TestWhichGoesFirstInAReplacement(t *testing.T) {
	p := provider(map[string]*Handler{"Branch": {}, "TagProtection": {}, "ProjectApprovalRule": {}, "RepositoryFile": {}})
	for name, test := range map[string]struct {
		resource  string
		old, news plugin.Map
		oldFirst  bool
	}{
		"framework, the same key": {"Branch", plugin.Map{"project": "7", "name": "dev", "ref": "main"}, plugin.Map{"project": "7", "name": "dev", "ref": "other"}, false},
		"framework, no name":      {"TagProtection", plugin.Map{"project": "7", "tag": "*", "createAccessLevel": "maintainer"}, plugin.Map{"project": "7", "tag": "*", "createAccessLevel": "no one"}, false},
		"sdk, a name":             {"ProjectApprovalRule", plugin.Map{"project": "7", "name": "prod", "approvalsRequired": 1.0}, plugin.Map{"project": "8", "name": "prod", "approvalsRequired": 1.0}, true},
		"sdk, no name":            {"RepositoryFile", plugin.Map{"project": "7", "filePath": "a"}, plugin.Map{"project": "7", "filePath": "b"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			response, err := p.Diff(context.Background(), plugin.DiffRequest{
				Resource: plugin.Resource{Type: token(test.resource)}, ID: "7:dev", OldInputs: test.old, News: test.news,
			})
			if err != nil || len(response.Changes) == 0 {
				t.Fatal(response, err)
			}
			if response.DeleteBeforeReplace != test.oldFirst {
				t.Errorf("the old one goes first: %v", response.DeleteBeforeReplace)
			}
		})
	}
}

func TestStatesCarryWhatThePublishedPluginLooksFor(t *testing.T) {
	p := provider(map[string]*Handler{
		"ProjectHook": {Create: func(context.Context, *Call) (string, plugin.Map, error) { return "7:3", nil, nil }},
		"Project":     {Create: func(context.Context, *Call) (string, plugin.Map, error) { return "7", nil, nil }},
	})
	for resource, want := range map[string]plugin.Map{
		"ProjectHook": {"id": "7:3", "__meta": `{"schema_version":"1"}`},
		"Project":     {"id": "7"},
	} {
		made, err := p.Create(context.Background(), plugin.CreateRequest{
			Resource: plugin.Resource{Type: token(resource), Name: "x"}, Inputs: plugin.Map{},
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"id", "__meta"} {
			if made.Outputs[name] != want[name] {
				t.Errorf("%s: %s is %v", resource, name, made.Outputs[name])
			}
		}
	}
}

func TestInputsThatNeedOrExcludeEachOther(t *testing.T) {
	p := provider(map[string]*Handler{"RepositoryFile": {}, "GroupAccessToken": {}})
	file := plugin.Map{"project": "7", "branch": "main", "filePath": "a", "content": "x", "encoding": "text"}
	token0 := plugin.Map{"group": "7", "name": "x", "scopes": []any{"read_api"}}
	with := func(base plugin.Map, more plugin.Map) plugin.Map {
		result := maps.Clone(base)
		maps.Copy(result, more)
		return result
	}
	for name, test := range map[string]struct {
		resource string
		inputs   plugin.Map
		want     string
	}{
		"one message of three": {"RepositoryFile", with(file, plugin.Map{"createCommitMessage": "a"}), "all of `createCommitMessage,deleteCommitMessage,updateCommitMessage` must be specified"},
		"one for all":          {"RepositoryFile", with(file, plugin.Map{"commitMessage": "a"}), ""},
		"all three":            {"RepositoryFile", with(file, plugin.Map{"createCommitMessage": "a", "updateCommitMessage": "b", "deleteCommitMessage": "c"}), ""},
		"both forms":           {"RepositoryFile", with(file, plugin.Map{"commitMessage": "d", "createCommitMessage": "a", "updateCommitMessage": "b", "deleteCommitMessage": "c"}), "conflicts with createCommitMessage"},
		"neither end":          {"GroupAccessToken", token0, "exactly one of `expiresAt,rotationConfiguration` must be specified"},
	} {
		t.Run(name, func(t *testing.T) {
			checked, err := p.Check(context.Background(), plugin.CheckRequest{Resource: plugin.Resource{Type: token(test.resource), Name: "x"}, News: test.inputs})
			if err != nil {
				t.Fatal(err)
			}
			if test.want == "" && len(checked.Failures) > 0 || test.want != "" && (len(checked.Failures) == 0 || !strings.Contains(checked.Failures[0].Reason, test.want)) {
				t.Errorf("got %v", checked.Failures)
			}
		})
	}
}
