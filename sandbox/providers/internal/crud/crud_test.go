package crud

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"

	"estate/providers/internal/plugin"
	"estate/providers/schema"
)

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

// Of what the program leaves out, what the server always has is left to it; what only people set is removed again.
func TestRefreshLooksAtWhatTheProgramGives(t *testing.T) {
	state := plugin.Map{}
	p := provider(map[string]*Handler{"Project": {
		Read: func(context.Context, *Call) (plugin.Map, error) { return state, nil },
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
	if same.Outputs["emptyRepo"] != false || same.Outputs["wikiAccessLevel"] != "disabled" {
		t.Errorf("outputs: %v", same.Outputs)
	}
	state = plugin.Map{"topics": []any{"a"}, "mergeMethod": "merge"}
	changed := read()
	if changed.Inputs["mergeMethod"] != "merge" || len(changed.Inputs["topics"].([]any)) != 1 {
		t.Errorf("got %v", changed.Inputs)
	}
	state = plugin.Map{
		"topics": []any{"a", "b"}, "mergeMethod": "ff", "mergeCommitTemplate": "%{title}", "ciConfigPath": "other.yml", "suggestionCommitMessage": "",
		"archived": false, "approvalsBeforeMerge": 0.0, "wikiAccessLevel": "private",
	}
	found, err := p.Diff(context.Background(), plugin.DiffRequest{
		Resource: plugin.Resource{Type: token("Project")}, ID: "7", OldInputs: read().Inputs,
		News: plugin.Map{"topics": []any{"b", "a"}, "mergeMethod": "ff", "skipWaitForDefaultBranchProtection": true},
	})
	var paths []string
	for _, change := range found.Changes {
		paths = append(paths, change.Path)
	}
	if err != nil || strings.Join(paths, " ") != "ciConfigPath mergeCommitTemplate" {
		t.Errorf("set by hand: %v is taken away (%v)", paths, err)
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
