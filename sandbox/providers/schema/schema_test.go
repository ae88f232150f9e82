package schema

import (
	"reflect"
	"testing"

	"estate/providers/internal/plugin"
)

var (
	gitlab = Load("gitlab")
	harbor = Load("harbor")
)

func TestEveryReplaceableInputIsAnInput(t *testing.T) {
	for _, one := range []*Schema{gitlab, harbor} {
		for name, resource := range one.Resources {
			for property, spec := range resource.Outputs {
				if spec.Replace || spec.Required || spec.Default != nil {
					t.Errorf("%s.%s is set by the provider only, but is marked as an input", name, property)
				}
			}
		}
	}
}

func TestCheckFailures(t *testing.T) {
	secret := plugin.Secret{Value: 5.0}
	tests := map[string]struct {
		token string
		news  plugin.Map
		want  []plugin.Failure
	}{
		"nothing wrong": {"Branch", plugin.Map{"project": "7", "name": "dev", "ref": "main"}, nil},
		"unknown property": {
			"Branch", plugin.Map{"project": "7", "name": "dev", "rev": "main", "ref": "main"},
			[]plugin.Failure{{Property: "rev", Reason: "Branch has no property rev. Did you mean ref?"}},
		},
		"nothing like it": {
			"Branch", plugin.Map{"project": "7", "ref": "main", "zzzzzzzzzz": 1.0},
			[]plugin.Failure{{Property: "zzzzzzzzzz", Reason: "Branch has no property zzzzzzzzzz."}},
		},
		"missing": {
			"Branch", plugin.Map{"name": "dev", "ref": nil},
			[]plugin.Failure{{Property: "project", Reason: "Branch needs project (string)"}, {Property: "ref", Reason: "Branch needs ref (string)"}},
		},
		"not yet known": {"Branch", plugin.Map{"project": plugin.Unknown{}, "ref": plugin.Unknown{}}, nil},
		"wrong type": {
			"ProjectApprovalRule", plugin.Map{"project": "7", "approvalsRequired": "two", "userIds": 5.0},
			[]plugin.Failure{
				{Property: "approvalsRequired", Reason: "must be a whole number, not a string"},
				{Property: "userIds", Reason: "must be a list, not a number"},
			},
		},
		"value that is not allowed": {
			"BranchProtection", plugin.Map{"project": "7", "branch": "x", "pushAccessLevel": "everybody"},
			[]plugin.Failure{{Property: "pushAccessLevel", Reason: "must be one of no one, developer, maintainer, admin, not everybody"}},
		},
		"one of a list": {
			"ProjectDeployToken", plugin.Map{"project": "7", "scopes": []any{"read_repository", "readRegistry"}},
			[]plugin.Failure{{Property: "scopes[1]", Reason: "must be one of read_repository, read_registry, write_registry, " +
				"read_virtual_registry, write_virtual_registry, read_package_registry, write_package_registry, not readRegistry"}},
		},
		"inside": {
			"BranchProtection", plugin.Map{"project": "7", "branch": "x", "allowedToPushes": []any{map[string]any{"user": 5.0}}},
			[]plugin.Failure{{Property: "allowedToPushes[0].user", Reason: "BranchProtectionAllowedToPush has no property user. Did you mean userId?"}},
		},
		"a secret is not shown": {
			"ProjectVariable", plugin.Map{"project": "7", "key": "K", "value": plugin.Secret{Value: []any{"hush"}}},
			[]plugin.Failure{{Property: "value", Reason: "must be a string, not a list"}},
		},
		"a number for a text": {"ProjectVariable", plugin.Map{"project": 7.0, "key": "K", "value": secret}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, failures := gitlab.Check(gitlab.Resources[test.token], plugin.CheckRequest{News: test.news})
			if !reflect.DeepEqual(failures, test.want) {
				t.Errorf("got  %v\nwant %v", failures, test.want)
			}
		})
	}
}

func TestCheckFillsIn(t *testing.T) {
	hook := gitlab.Resources["ProjectHook"]
	request := plugin.CheckRequest{
		Resource: plugin.Resource{Name: "hook", URN: "urn"}, RandomSeed: []byte("seed"),
		News: plugin.Map{"project": 7.0, "url": "http://x", "issuesEvents": "true", "description": nil},
	}
	inputs, failures := gitlab.Check(hook, request)
	if len(failures) > 0 {
		t.Fatal(failures)
	}
	name := inputs["name"]
	filled := plugin.Map{"project": "7", "issuesEvents": true, "pushEvents": true, "enableSslVerification": true, "noteEvents": false}
	for property, want := range filled {
		if inputs[property] != want {
			t.Errorf("%s is %v, not %v", property, inputs[property], want)
		}
	}
	if text, _ := name.(string); len(text) != len("hook-1234567") || text[:5] != "hook-" {
		t.Errorf("name is %v", name)
	}
	if again, _ := gitlab.Check(hook, request); again["name"] != name {
		t.Errorf("another name for the same seed: %v", again["name"])
	}
	request.Olds, request.RandomSeed = inputs, []byte("other")
	if later, _ := gitlab.Check(hook, request); later["name"] != name {
		t.Errorf("the name does not stay: %v", later["name"])
	}
	request.Olds, request.Autonaming = nil, &plugin.Autonaming{Disabled: true}
	if _, failures := gitlab.Check(hook, request); len(failures) != 1 || failures[0].Property != "name" {
		t.Errorf("automatic naming switched off: %v", failures)
	}
}

func TestDiff(t *testing.T) {
	type change struct {
		path    string
		replace bool
	}
	tests := map[string]struct {
		token           string
		olds, old, news plugin.Map
		want            []change
	}{
		"the same": {token: "Branch", old: plugin.Map{"name": "a"}, news: plugin.Map{"name": "a"}},
		"in place": {token: "Project", old: plugin.Map{"description": "a"}, news: plugin.Map{"description": "b"}, want: []change{{"description", false}}},
		"replaces": {token: "Branch", old: plugin.Map{"ref": "a"}, news: plugin.Map{"ref": "b"}, want: []change{{"ref", true}}},
		"another order": {
			token: "ProjectDeployToken", old: plugin.Map{"scopes": []any{"a", "b"}}, news: plugin.Map{"scopes": []any{"b", "a"}},
		},
		"one less": {
			token: "Project", old: plugin.Map{"topics": []any{"a", "b"}}, news: plugin.Map{"topics": []any{"a"}}, want: []change{{"topics[1]", false}},
		},
		"one added that the server would set": {
			token: "BranchProtection", old: plugin.Map{"allowedToPushes": []any{map[string]any{"accessLevel": "developer", "accessLevelDescription": "x"}}},
			news: plugin.Map{"allowedToPushes": []any{map[string]any{"accessLevel": "developer"}}},
		},
		"no longer given, kept by the server": {token: "Project", old: plugin.Map{"mergeMethod": "ff"}, news: plugin.Map{}},
		"no longer given, only the program's": {token: "Project", old: plugin.Map{"ciConfigPath": "x"}, news: plugin.Map{}, want: []change{{"ciConfigPath", false}}},
		"no longer given and empty":           {token: "Project", old: plugin.Map{"ciConfigPath": ""}, news: plugin.Map{}},
		"given first, as the object is":       {token: "Project", olds: plugin.Map{"mergeMethod": "ff"}, old: plugin.Map{}, news: plugin.Map{"mergeMethod": "ff"}},
		"given first, as the object is not":   {token: "Project", olds: plugin.Map{"mergeMethod": "ff"}, old: plugin.Map{}, news: plugin.Map{"mergeMethod": "merge"}, want: []change{{"mergeMethod", false}}},
		"not known yet may well be different": {token: "Branch", old: plugin.Map{"ref": "a"}, news: plugin.Map{"ref": plugin.Unknown{}}, want: []change{{"ref", true}}},
		"a secret that is the same":           {token: "ProjectVariable", old: plugin.Map{"value": plugin.Secret{Value: "a"}}, news: plugin.Map{"value": plugin.Secret{Value: "a"}}},
		"a secret that is not":                {token: "ProjectVariable", old: plugin.Map{"value": plugin.Secret{Value: "a"}}, news: plugin.Map{"value": plugin.Secret{Value: "b"}}, want: []change{{"value", false}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			found := gitlab.Resources[test.token].Diff(plugin.DiffRequest{Olds: test.olds, OldInputs: test.old, News: test.news})
			var got []change
			for _, one := range found {
				got = append(got, change{one.Path, one.Replace})
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestMergeKeepsTheProgramsForm(t *testing.T) {
	given := []any{map[string]any{"a": "2"}, map[string]any{"a": "1"}}
	actual := []any{map[string]any{"a": "1", "id": 1.0}, map[string]any{"a": "2", "id": 2.0, "none": nil}}
	if !Matches(given, actual) {
		t.Fatal("they match")
	}
	want := []any{map[string]any{"a": "2", "id": 2.0}, map[string]any{"a": "1", "id": 1.0}}
	if got := Merge(given, actual); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v", got)
	}
	if Matches(given, actual[:1]) || Matches([]any{given[0], given[0]}, actual) {
		t.Error("each element counts once")
	}
}
