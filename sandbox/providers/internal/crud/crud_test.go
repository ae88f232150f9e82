package crud

import (
	"context"
	"errors"
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

func TestOldOneGoesFirstIfTheNameStays(t *testing.T) {
	p := provider(map[string]*Handler{"Branch": {Key: []string{"project", "name"}}})
	diff := func(news plugin.Map) bool {
		response, err := p.Diff(context.Background(), plugin.DiffRequest{
			Resource: plugin.Resource{Type: token("Branch")}, ID: "7:dev",
			OldInputs: plugin.Map{"project": "7", "name": "dev", "ref": "main"}, News: news,
		})
		if err != nil || len(response.Changes) == 0 {
			t.Fatal(response, err)
		}
		return response.DeleteBeforeReplace
	}
	if !diff(plugin.Map{"project": "7", "name": "dev", "ref": "other"}) {
		t.Error("both cannot be there at once")
	}
	if diff(plugin.Map{"project": "7", "name": "next", "ref": "main"}) {
		t.Error("both can be there at once")
	}
}

func TestObjectTakenOverIsNotDeletedAsTheOldOne(t *testing.T) {
	deleted := []string{}
	p := provider(map[string]*Handler{"ProjectHook": {
		Create: func(context.Context, *Call) (string, plugin.Map, error) { return "7:4", nil, nil },
		Delete: func(_ context.Context, c *Call) error { deleted = append(deleted, c.ID); return nil },
	}})
	hook := plugin.Resource{Type: token("ProjectHook"), Name: "x"}
	if _, err := p.Create(context.Background(), plugin.CreateRequest{Resource: hook, Inputs: plugin.Map{}}); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"7:3", "7:4"} {
		if err := p.Delete(context.Background(), plugin.DeleteRequest{Resource: hook, ID: id}); err != nil {
			t.Fatal(err)
		}
	}
	if len(deleted) != 1 || deleted[0] != "7:3" {
		t.Errorf("deleted %v", deleted)
	}
}
