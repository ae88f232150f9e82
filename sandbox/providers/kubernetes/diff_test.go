package kubernetes

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"estate/providers/internal/plugin"
)

func diff(t *testing.T, b *Backend, token string, olds, news m, ignored ...string) plugin.DiffResponse {
	t.Helper()
	response, err := b.Diff(context.Background(), plugin.DiffRequest{
		Resource: plugin.Resource{Type: token}, OldInputs: olds, News: news, IgnoreChanges: ignored,
	})
	if err != nil {
		t.Fatal(err)
	}
	return response
}

// summary writes changes as `path` or `path!` (replaces), and `<` in front when the old object goes first.
func summary(response plugin.DiffResponse) string {
	var parts []string
	for _, change := range response.Changes {
		text := change.Path
		if change.Replace {
			text += "!"
		}
		parts = append(parts, text)
	}
	if response.DeleteBeforeReplace {
		parts = append([]string{"<"}, parts...)
	}
	return strings.Join(parts, " ")
}

func thing(apiVersion, kind string, rest m) m {
	result := m{"apiVersion": apiVersion, "kind": kind, "metadata": m{"name": "x", "namespace": "n"}}
	for key, value := range rest {
		result[key] = value
	}
	return result
}

func TestDiffAndReplaceRules(t *testing.T) {
	selector := func(app string) m { return m{"matchLabels": m{"app": app}} }
	tests := []struct {
		name       string
		olds, news m
		want       string
	}{
		{"nothing", thing("v1", "ConfigMap", m{"data": m{"a": "1"}}), thing("v1", "ConfigMap", m{"data": m{"a": "1"}}), ""},
		{"label", thing("v1", "ConfigMap", nil), thing("v1", "ConfigMap", m{"metadata": m{"name": "x", "namespace": "n", "labels": m{"a": "b"}}}), "metadata.labels"},
		{"data", thing("v1", "ConfigMap", m{"data": m{"a": "1"}}), thing("v1", "ConfigMap", m{"data": m{"a": "2"}}), "< data.a!"},
		{"secret data", thing("v1", "Secret", m{"stringData": m{"a": "1"}}), thing("v1", "Secret", m{"stringData": plugin.Secret{Value: m{"a": "2"}}}), "< stringData.a!"},
		{"secret type", thing("v1", "Secret", m{"type": "a"}), thing("v1", "Secret", m{"type": "b"}), "< type!"},
		{"name", thing("v1", "Secret", nil), thing("v1", "Secret", m{"metadata": m{"name": "y", "namespace": "n"}}), "metadata.name!"},
		{"namespace", thing("v1", "Secret", nil), thing("v1", "Secret", m{"metadata": m{"name": "x", "namespace": "o"}}), "metadata.namespace!"},
		{"replicas", thing("apps/v1", "Deployment", m{"spec": m{"replicas": 1.0}}), thing("apps/v1", "Deployment", m{"spec": m{"replicas": 2.0}}), "spec.replicas"},
		{
			"selector", thing("apps/v1", "Deployment", m{"spec": m{"selector": selector("a")}}),
			thing("apps/v1", "Deployment", m{"spec": m{"selector": selector("b")}}), "< spec.selector.matchLabels.app!",
		},
		{
			"whole spec", thing("apps/v1", "Deployment", m{"spec": m{"selector": selector("a")}}),
			thing("apps/v1", "Deployment", nil), "< spec!",
		},
		{"job template", thing("batch/v1", "Job", m{"spec": m{"template": m{"a": "1"}}}), thing("batch/v1", "Job", m{"spec": m{"template": m{"a": "2"}}}), "< spec.template.a!"},
		{"claim", thing("v1", "PersistentVolumeClaim", m{"spec": m{"volumeName": "a"}}), thing("v1", "PersistentVolumeClaim", m{"spec": m{"volumeName": "b"}}), "< spec.volumeName!"},
		{"role ref", thing("rbac.authorization.k8s.io/v1", "RoleBinding", m{"roleRef": m{"name": "a"}}), thing("rbac.authorization.k8s.io/v1", "RoleBinding", m{"roleRef": m{"name": "b"}}), "< roleRef.name!"},
		{"service address", thing("v1", "Service", m{"spec": m{"clusterIP": "None"}}), thing("v1", "Service", m{"spec": m{}}), "< spec.clusterIP!"},
		{"service port", thing("v1", "Service", m{"spec": m{"ports": []any{m{"port": 80.0}}}}), thing("v1", "Service", m{"spec": m{"ports": []any{m{"port": 81.0}}}}), "spec.ports[0].port"},
		{
			"pod image", thing("v1", "Pod", m{"spec": m{"containers": []any{m{"image": "a"}}}}),
			thing("v1", "Pod", m{"spec": m{"containers": []any{m{"image": "b"}}}}), "< spec.containers[0].image!",
		},
		{"custom", thing("argoproj.io/v1alpha1", "Application", m{"spec": m{"project": "a"}}), thing("argoproj.io/v1alpha1", "Application", m{"spec": m{"project": "b"}}), "spec.project"},
		{"version", thing("policy/v1beta1", "PodDisruptionBudget", nil), thing("policy/v1", "PodDisruptionBudget", nil), "apiVersion"},
		{"unknown", thing("v1", "Service", m{"spec": m{"a": "1"}}), thing("v1", "Service", m{"spec": m{"a": plugin.Unknown{}}}), "spec.a"},
		{"null", thing("v1", "Service", m{"spec": m{"a": nil}}), thing("v1", "Service", m{"spec": m{}}), ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			kind := object(test.news).versionKind()
			token := fmt.Sprintf("kubernetes:%s:%s", kind.apiVersion(), kind.Kind)
			if got := summary(diff(t, offline(), token, test.olds, test.news)); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestMutableData(t *testing.T) {
	b := offline()
	b.settings.configMapMutable, b.settings.secretMutable = true, true
	olds, news := m{"data": m{"a": "1"}}, m{"data": m{"a": "2"}}
	if got := summary(diff(t, b, configMapToken, thing("v1", "ConfigMap", olds), thing("v1", "ConfigMap", news))); got != "data.a" {
		t.Errorf("mutable: %q", got)
	}
	olds["immutable"], news["immutable"] = true, true
	if got := summary(diff(t, b, configMapToken, thing("v1", "ConfigMap", olds), thing("v1", "ConfigMap", news))); got != "< data.a!" {
		t.Errorf("marked immutable: %q", got)
	}
}

func TestReplacementsOfAutomaticNames(t *testing.T) {
	auto := func(data string) m {
		return m{
			"apiVersion": "v1", "kind": "ConfigMap", "data": m{"a": data},
			"metadata": m{"name": "x-1", "namespace": "n", "annotations": m{annotationAutonamed: "true"}},
		}
	}
	// The new one gets another name, so that both can exist for a while.
	if got := summary(diff(t, offline(), configMapToken, auto("1"), auto("2"))); got != "data.a!" {
		t.Errorf("got %q", got)
	}
}

func TestNamespacesThatAreTheSame(t *testing.T) {
	without := m{"apiVersion": "v1", "kind": "Service", "metadata": m{"name": "x"}}
	with := m{"apiVersion": "v1", "kind": "Service", "metadata": m{"name": "x", "namespace": "default"}}
	if got := summary(diff(t, offline(), "kubernetes:core/v1:Service", without, with)); got != "" {
		t.Errorf("default written out: %q", got)
	}
	cluster := m{"apiVersion": "v1", "kind": "Namespace", "metadata": m{"name": "x"}}
	assumed := m{"apiVersion": "v1", "kind": "Namespace", "metadata": m{"name": "x", "namespace": "n"}}
	if got := summary(diff(t, offline(), "kubernetes:core/v1:Namespace", assumed, cluster)); got != "" {
		t.Errorf("kind without namespaces: %q", got)
	}
}

func TestIgnoredChanges(t *testing.T) {
	olds := thing("apps/v1", "Deployment", m{"spec": m{"replicas": 1.0, "template": m{"spec": m{"containers": []any{m{"image": "a"}}}}}})
	news := thing("apps/v1", "Deployment", m{"spec": m{"replicas": 2.0, "template": m{"spec": m{"containers": []any{m{"image": "b"}}}}}})
	token := "kubernetes:apps/v1:Deployment"
	if got := summary(diff(t, offline(), token, olds, news, "spec.replicas")); got != "spec.template.spec.containers[0].image" {
		t.Errorf("one: %q", got)
	}
	if got := summary(diff(t, offline(), token, olds, news, "spec.replicas", "spec.template.spec.containers[*].image")); got != "" {
		t.Errorf("both: %q", got)
	}
	if got := summary(diff(t, offline(), token, olds, news, "spec")); got != "" {
		t.Errorf("all: %q", got)
	}
}

func TestPatchesReplaceOnlyByIdentity(t *testing.T) {
	if got := summary(diff(t, offline(), "kubernetes:core/v1:ConfigMapPatch", thing("v1", "ConfigMap", m{"data": m{"a": "1"}}),
		thing("v1", "ConfigMap", m{"data": m{"a": "2"}}))); got != "data.a" {
		t.Errorf("got %q", got)
	}
}

func TestProvidersOfAnotherCluster(t *testing.T) {
	config := func(server, user string) string {
		return fmt.Sprintf(`{"apiVersion":"v1","kind":"Config","current-context":"c","contexts":[{"name":"c","context":{"cluster":"k","user":"u"}}],`+
			`"clusters":[{"name":"k","cluster":{"server":%q}}],"users":[{"name":"u","user":{"token":%q}}]}`, server, user)
	}
	tests := []struct {
		name       string
		olds, news m
		want       string
	}{
		{"same", m{"kubeconfig": config("https://a", "1")}, m{"kubeconfig": config("https://a", "1")}, ""},
		{"other credentials", m{"kubeconfig": config("https://a", "1")}, m{"kubeconfig": config("https://a", "2")}, "kubeconfig"},
		{"other server", m{"kubeconfig": config("https://a", "1")}, m{"kubeconfig": config("https://b", "1")}, "kubeconfig!"},
		{"not known yet", m{"kubeconfig": config("https://a", "1")}, m{"kubeconfig": plugin.Unknown{}}, "kubeconfig!"},
		{"no longer readable", m{"kubeconfig": "/nowhere/at/all"}, m{"kubeconfig": config("https://b", "1")}, "kubeconfig"},
		{"other setting", m{"kubeconfig": config("https://a", "1")}, m{"kubeconfig": config("https://a", "1"), "enablePatchForce": true}, "enablePatchForce"},
		{
			"same identifier", m{"kubeconfig": config("https://a", "1"), "clusterIdentifier": "x"},
			m{"kubeconfig": config("https://b", "1"), "clusterIdentifier": "x"}, "kubeconfig",
		},
		{
			"other identifier", m{"kubeconfig": config("https://a", "1"), "clusterIdentifier": "x"},
			m{"kubeconfig": config("https://a", "1"), "clusterIdentifier": "y"}, "clusterIdentifier!",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			response, err := offline().DiffConfig(context.Background(), plugin.DiffRequest{OldInputs: test.olds, News: test.news})
			if err != nil {
				t.Fatal(err)
			}
			if got := summary(response); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestCheckConfig(t *testing.T) {
	config := `{"apiVersion":"v1","kind":"Config","contexts":[{"name":"a","context":{"cluster":"k"}}],"clusters":[{"name":"k","cluster":{"server":"https://a"}}]}`
	tests := []struct {
		name string
		news m
		want string
	}{
		{"good", m{"kubeconfig": config, "context": "a"}, ""},
		{"decoded by the engine", m{"kubeconfig": m{"contexts": []any{}}, "context": ""}, ""},
		{"no such context", m{"kubeconfig": config, "context": "b"}, `no context "b", only a`},
		{"no such cluster", m{"kubeconfig": config, "cluster": "b"}, `no cluster "b", only k`},
		{"client-side apply", m{"kubeconfig": config, "enableServerSideApply": false}, "always applies server-side"},
		{"rendering", m{"kubeconfig": config, "renderYamlToDirectory": "x"}, "does not render"},
		{"not there yet", m{"kubeconfig": "/nowhere/at/all", "context": "b"}, ""},
		{"unknown", m{"kubeconfig": plugin.Unknown{}, "context": "b"}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			response, err := offline().CheckConfig(context.Background(), plugin.CheckRequest{News: test.news})
			if err != nil {
				t.Fatal(err)
			}
			var reasons []string
			for _, failure := range response.Failures {
				reasons = append(reasons, failure.Reason)
			}
			got := strings.Join(reasons, "; ")
			if (test.want == "") != (got == "") || !strings.Contains(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
