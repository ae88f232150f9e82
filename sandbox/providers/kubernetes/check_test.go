package kubernetes

import (
	"context"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"estate/providers/internal/plugin"
)

// offline is a provider without a cluster: whatever needs one fails the test.
func offline() *Backend {
	b := New()
	b.settings.defaultNamespace = "default"
	return b
}

type m = map[string]any

func check(t *testing.T, b *Backend, token string, news, olds m) plugin.CheckResponse {
	t.Helper()
	response, err := b.Check(context.Background(), plugin.CheckRequest{
		Resource: plugin.Resource{URN: "urn", Name: "res", Type: token}, News: news, Olds: olds,
	})
	if err != nil {
		t.Fatal(err)
	}
	return response
}

const configMapToken = "kubernetes:core/v1:ConfigMap"

func configMap(metadata m) m {
	return m{"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": m{"a": "b"}}
}

func TestCheckFailures(t *testing.T) {
	tests := []struct {
		name, token string
		news        m
		property    string
		reason      string
	}{
		{"no apiVersion", configMapToken, m{"kind": "ConfigMap"}, "apiVersion", "is missing"},
		{"no kind", configMapToken, m{"apiVersion": "v1"}, "kind", "is missing"},
		{"unknown kind", configMapToken, m{"apiVersion": "v1", "kind": plugin.Unknown{}}, "kind", "must be known"},
		{"other kind", configMapToken, m{"apiVersion": "v1", "kind": "Secret"}, "kind", "for ConfigMap"},
		{"bad name", configMapToken, configMap(m{"name": "Not_Valid"}), "metadata.name", "no name for a ConfigMap"},
		{"bad namespace", configMapToken, configMap(m{"name": "x", "namespace": "a.b"}), "metadata.namespace", "no name for a namespace"},
		{"dotted service", "kubernetes:core/v1:Service", m{"apiVersion": "v1", "kind": "Service", "metadata": m{"name": "a.b"}}, "metadata.name", "no name for a Service"},
		{
			"namespace on a cluster-wide kind", "kubernetes:core/v1:Namespace",
			m{"apiVersion": "v1", "kind": "Namespace", "metadata": m{"name": "x", "namespace": "y"}}, "metadata.namespace", "whole cluster",
		},
		{"number in an annotation", configMapToken, configMap(m{"name": "x", "annotations": m{"a.b/c": 1.0}}), `metadata.annotations["a.b/c"]`, "must be a string"},
		{"boolean in data", configMapToken, m{"apiVersion": "v1", "kind": "ConfigMap", "data": m{"on": true}}, "data.on", "must be a string"},
		{"metadata is text", configMapToken, m{"apiVersion": "v1", "kind": "ConfigMap", "metadata": "x"}, "metadata", "must be an object"},
		{"patch without a name", "kubernetes:core/v1:ConfigMapPatch", configMap(m{}), "metadata.name", "which object"},
		{
			"list", "kubernetes:core/v1:ConfigMapList", m{"apiVersion": "v1", "kind": "ConfigMapList", "items": []any{}}, "kind", "one by one",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			response := check(t, offline(), test.token, test.news, nil)
			if len(response.Failures) != 1 {
				t.Fatalf("failures: %v", response.Failures)
			}
			if f := response.Failures[0]; f.Property != test.property || !strings.Contains(f.Reason, test.reason) {
				t.Errorf("got %+v, want %s: %s", f, test.property, test.reason)
			}
		})
	}
}

func TestCheckFillsIn(t *testing.T) {
	given := configMap(m{})
	b := offline()
	response := check(t, b, configMapToken, given, nil)
	inputs := object(response.Inputs)
	if len(response.Failures) > 0 || !regexp.MustCompile(`^res-[0-9a-f]{8}$`).MatchString(inputs.name()) || inputs.namespace() != "default" ||
		!inputs.isAnnotated(annotationAutonamed) {
		t.Errorf("%v %v", response.Failures, inputs)
	}
	if len(given["metadata"].(m)) != 0 {
		t.Error("the program's inputs were changed")
	}
	if repeated := object(check(t, offline(), configMapToken, given, nil).Inputs); repeated.name() != inputs.name() {
		t.Errorf("a second try of the same creation gets another name: %s, %s", repeated.name(), inputs.name())
	}
	// The name stays at the next update, but not for a replacement, which is checked without the old inputs.
	if kept := object(check(t, b, configMapToken, given, inputs).Inputs); kept.name() != inputs.name() {
		t.Errorf("the name has changed: %s", kept.name())
	}
	if replacement := object(check(t, b, configMapToken, given, nil).Inputs); replacement.name() == inputs.name() {
		t.Errorf("the replacement has the name of what it replaces: %s", replacement.name())
	}
	olds := configMap(m{"name": "res-ffffffff", "namespace": "default", "annotations": m{annotationAutonamed: "true"}})
	again := object(check(t, offline(), configMapToken, configMap(m{"labels": m{"x": "y"}}), olds).Inputs)
	if again.name() != "res-ffffffff" || !again.isAnnotated(annotationAutonamed) {
		t.Errorf("second name: %v", again)
	}
	// A name of the program's own comes first, also after an automatic one.
	if named := object(check(t, offline(), configMapToken, configMap(m{"name": "own"}), olds).Inputs); named.name() != "own" {
		t.Errorf("own name: %v", named)
	}
}

func TestCheckLeavesAlone(t *testing.T) {
	for name, metadata := range map[string]m{
		"generateName": {"generateName": "x-", "namespace": "n"},
		"unknown name": {"name": plugin.Unknown{}, "namespace": "n"},
		"all given":    {"name": "x", "namespace": "n"},
		"unknown ns":   {"name": "x", "namespace": plugin.Unknown{}},
	} {
		t.Run(name, func(t *testing.T) {
			response := check(t, offline(), configMapToken, configMap(metadata), nil)
			if len(response.Failures) > 0 {
				t.Fatal(response.Failures)
			}
			got := object(response.Inputs).fields("metadata")
			if len(got) != len(metadata) {
				t.Errorf("got %v, want %v", got, metadata)
			}
		})
	}
}

func TestAutonamingSettings(t *testing.T) {
	run := func(wish plugin.Autonaming) plugin.CheckResponse {
		response, err := offline().Check(context.Background(), plugin.CheckRequest{
			Resource: plugin.Resource{Name: "res", Type: configMapToken}, News: configMap(m{}), Autonaming: &wish,
		})
		if err != nil {
			t.Fatal(err)
		}
		return response
	}
	if got := object(run(plugin.Autonaming{Proposed: "wished"}).Inputs).name(); got != "wished" {
		t.Errorf("got %q", got)
	}
	if got := run(plugin.Autonaming{Disabled: true}).Failures; len(got) != 1 {
		t.Errorf("failures: %v", got)
	}
}

func TestSecretsStaySecret(t *testing.T) {
	news := m{"apiVersion": "v1", "kind": "Secret", "metadata": m{}, "stringData": plugin.Secret{Value: m{"a": "b"}}}
	inputs := check(t, offline(), "kubernetes:core/v1:Secret", news, nil).Inputs
	if !plugin.HasSecret(inputs["stringData"]) {
		t.Errorf("inputs: %v", inputs)
	}
}

func TestScopeWithoutACluster(t *testing.T) {
	thing := func(metadata m) m {
		return m{"apiVersion": "kp.example/v1", "kind": "Thing", "metadata": metadata}
	}
	b := offline()
	// Nothing is known of the kind: it is taken to be namespaced, but not for certain.
	if got := object(check(t, b, "kubernetes:kp.example/v1:Thing", thing(m{"name": "x"}), nil).Inputs); got.namespace() != "default" {
		t.Errorf("unknown kind: %v", got)
	}
	// The last update found that it has no namespace.
	if got := object(check(t, b, "kubernetes:kp.example/v1:Thing", thing(m{"name": "x"}), thing(m{"name": "x"})).Inputs); got.namespace() != "" {
		t.Errorf("kind of the last update: %v", got)
	}
	definition := m{
		"apiVersion": "apiextensions.k8s.io/v1", "kind": kindCustomResourceDef, "metadata": m{"name": "things.kp.example"},
		"spec": m{"group": "kp.example", "scope": "Cluster", "names": m{"kind": "Thing", "plural": "things"}},
	}
	check(t, b, "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition", definition, nil)
	if got := object(check(t, b, "kubernetes:kp.example/v1:Thing", thing(m{"name": "x"}), nil).Inputs); got.namespace() != "" {
		t.Errorf("defined in this update: %v", got)
	}
	if got := check(t, b, "kubernetes:kp.example/v1:Thing", thing(m{"name": "x", "namespace": "y"}), nil); len(got.Failures) != 1 {
		t.Errorf("failures: %v", got.Failures)
	}
}

func TestTokensAndIDs(t *testing.T) {
	tests := []struct {
		token, id string
		known     object
		want      string
		patch     bool
	}{
		{"kubernetes:core/v1:ConfigMap", "ns/x", nil, "v1 ConfigMap ns/x", false},
		{"kubernetes:apps/v1:Deployment", "ns/x", nil, "apps/v1 Deployment ns/x", false},
		{"kubernetes:argoproj.io/v1alpha1:Application", "a/b", nil, "argoproj.io/v1alpha1 Application a/b", false},
		{"kubernetes:core/v1:Namespace", "x", nil, "v1 Namespace x", false},
		{"kubernetes:core/v1:ConfigMapPatch", "ns/x", object{"apiVersion": "v1", "kind": "ConfigMap"}, "v1 ConfigMap ns/x", true},
	}
	for _, test := range tests {
		got, err := targetOfID(test.token, test.id, test.known)
		if err != nil {
			t.Fatal(err)
		}
		if text := got.apiVersion() + " " + got.String(); text != test.want || got.Patch != test.patch || got.id() != test.id {
			t.Errorf("%s %s: %s, patch %v", test.token, test.id, text, got.Patch)
		}
	}
	for _, id := range []string{"", "a/", "a/b/c"} {
		if _, err := targetOfID("kubernetes:core/v1:ConfigMap", id, nil); err == nil {
			t.Errorf("%q must not be taken for an id", id)
		}
	}
	for _, token := range []string{"", "gitlab:index/project:Project", "kubernetes:core/v1"} {
		if _, err := parseToken(token); err == nil {
			t.Errorf("%q must not be taken for a token", token)
		}
	}
}

// Upstream compares with the inputs among the outputs; a state without them would be replaced, object by object.
func TestOutputsRememberInputs(t *testing.T) {
	live := func(kind string) object {
		return object{"apiVersion": "v1", "kind": kind, "metadata": m{"name": "a", "uid": "u"}, "data": m{"a": "MQ=="}}
	}
	inputs := func(kind string) plugin.Map {
		return plugin.Map{"apiVersion": "v1", "kind": kind, "metadata": m{"name": "a"}, "data": m{"a": "MQ=="}}
	}
	outputs := outputsOf(live("ConfigMap"), inputs("ConfigMap"), "manager", "v1")
	if got := outputs[outputInputs]; !reflect.DeepEqual(got, map[string]any(inputs("ConfigMap"))) {
		t.Errorf("a ConfigMap's are %v", got)
	}
	kept, _ := outputsOf(live("Secret"), inputs("Secret"), "manager", "v1")[outputInputs].(map[string]any)
	if !plugin.HasSecret(kept["data"]) || plugin.HasSecret(kept["metadata"]) {
		t.Errorf("a Secret's are %v", kept)
	}
	marked := inputs("ConfigMap")
	marked["data"] = plugin.AsSecret(marked["data"])
	kept, _ = outputsOf(live("ConfigMap"), marked, "manager", "v1")[outputInputs].(map[string]any)
	if !plugin.HasSecret(kept["data"]) {
		t.Errorf("secret inputs are %v", kept)
	}
}

func TestManagers(t *testing.T) {
	first, second := managerOf("urn:a", nil, nil), managerOf("urn:b", nil, nil)
	if first == second || !strings.HasPrefix(first, managerPrefix) || len(first) != len(managerPrefix)+8 {
		t.Errorf("%s, %s", first, second)
	}
	if got := managerOf("urn:a", nil, object{outputFieldManager: "kept"}); got != "kept" {
		t.Errorf("state: %s", got)
	}
	set := object{"metadata": m{"annotations": m{annotationManager: "own"}}}
	if got := managerOf("urn:a", set, object{outputFieldManager: "kept"}); got != "own" {
		t.Errorf("annotation: %s", got)
	}
}
