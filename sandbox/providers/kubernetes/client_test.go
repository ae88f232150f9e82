package kubernetes

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/rest"

	"estate/providers/internal/plugin"
)

// served is a provider whose cluster is an HTTP handler. What such a cluster cannot prove (server-side apply, real
// conflicts) is left to cluster_test.go.
func served(t *testing.T, handler http.HandlerFunc) *Backend {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	b := offline()
	var err error
	if b.client, err = newClient(&rest.Config{Host: server.URL}, 2*time.Second); err != nil {
		t.Fatal(err)
	}
	b.client.delay = time.Millisecond
	return b
}

const coreKinds = `{"kind":"APIResourceList","groupVersion":"v1","resources":[
	{"name":"configmaps","kind":"ConfigMap","namespaced":true},{"name":"configmaps/status","kind":"ConfigMap","namespaced":true},
	{"name":"namespaces","kind":"Namespace","namespaced":false}]}`

func answer(w http.ResponseWriter, code int, text string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_, _ = io.WriteString(w, text)
}

func failure(code int, reason, message string) string {
	return fmt.Sprintf(`{"kind":"Status","apiVersion":"v1","status":"Failure","code":%d,"reason":%q,"message":%q}`, code, reason, message)
}

func TestCallsAreRepeatedWhereThatIsSafe(t *testing.T) {
	tests := []struct {
		name  string
		code  int
		once  bool
		calls int32
	}{
		{"too many requests", 429, false, tries},
		{"too many requests, not to be repeated", 429, true, tries},
		{"internal error", 500, false, tries},
		{"internal error, not to be repeated", 500, true, 1},
		{"unavailable", 503, false, tries},
		{"forbidden", 403, false, 1},
		{"not found", 404, false, 1},
		{"conflict", 409, false, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int32
			b := served(t, func(w http.ResponseWriter, _ *http.Request) {
				calls.Add(1)
				answer(w, test.code, failure(test.code, "Whatever", "the message"))
			})
			_, err := b.client.do(context.Background(), call{method: http.MethodGet, path: "/x", once: test.once})
			if err == nil || !strings.Contains(err.Error(), "the message") {
				t.Errorf("error: %v", err)
			}
			if calls.Load() != test.calls {
				t.Errorf("%d calls, want %d", calls.Load(), test.calls)
			}
		})
	}
}

func TestACallSucceedsAfterTrouble(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	b := served(t, func(w http.ResponseWriter, _ *http.Request) {
		if calls.Add(1) < 3 {
			answer(w, 503, "<html>gateway</html>")
			return
		}
		answer(w, 200, `{"big":9007199254740993}`)
	})
	got, err := b.client.do(context.Background(), call{method: http.MethodGet, path: "/x"})
	if err != nil || got["big"] != int64(9007199254740993) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestAnUnreachableClusterIsSaidOnceAndQuickly(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	address := server.URL
	server.Close()
	b := offline()
	var err error
	if b.client, err = newClient(&rest.Config{Host: address}, time.Second); err != nil {
		t.Fatal(err)
	}
	started := time.Now()
	_, err = b.client.do(context.Background(), call{method: http.MethodGet, path: "/x"})
	first := time.Since(started)
	if !isUnreachable(err) || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("error: %v", err)
	}
	started = time.Now()
	if _, err = b.client.do(context.Background(), call{method: http.MethodGet, path: "/x"}); !isUnreachable(err) {
		t.Errorf("second error: %v", err)
	}
	if second := time.Since(started); second > first/4 {
		t.Errorf("the second call took %s after %s for the first", second, first)
	}
}

func TestASilentClusterIsGivenUp(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	b := served(t, func(http.ResponseWriter, *http.Request) { <-release })
	defer close(release)
	b.client.timeout = 20 * time.Millisecond
	_, err := b.client.do(context.Background(), call{method: http.MethodGet, path: "/x", quick: true})
	if !isUnreachable(err) || !strings.Contains(err.Error(), "no answer within 20ms") {
		t.Errorf("error: %v", err)
	}
	b.client.givenUp.Store(0)
	ctx, cancel := context.WithTimeoutCause(context.Background(), 30*time.Millisecond, plugin.ErrTimeout)
	defer cancel()
	if _, err = b.client.do(ctx, call{method: http.MethodGet, path: "/x"}); err == nil || !strings.Contains(err.Error(), plugin.ErrTimeout.Error()) {
		t.Errorf("error: %v", err)
	}
}

func TestDiscoveryIsAskedOncePerGroup(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	b := served(t, func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		answer(w, 200, coreKinds)
	})
	for range 3 {
		spot := target{versionKind: versionKind{"", "v1", "ConfigMap"}, Namespace: "n", Name: "x"}
		if path, err := b.pathOf(context.Background(), &spot, false); err != nil || path != "/api/v1/namespaces/n/configmaps/x" {
			t.Errorf("%s, %v", path, err)
		}
	}
	// A namespace that was only assumed is dropped.
	spot := target{versionKind: versionKind{"", "v1", "Namespace"}, Namespace: "n", Name: "x"}
	if path, err := b.pathOf(context.Background(), &spot, false); err != nil || path != "/api/v1/namespaces/x" || spot.id() != "x" {
		t.Errorf("%s, %v, %s", path, err, spot.id())
	}
	if calls.Load() != 1 {
		t.Errorf("%d calls", calls.Load())
	}
	missing := target{versionKind: versionKind{"", "v1", "Nonsense"}, Name: "x"}
	if _, err := b.pathOf(context.Background(), &missing, false); !isNoKind(err) {
		t.Errorf("error: %v", err)
	}
}

func TestAPreviewWithoutChangesAsksNothing(t *testing.T) {
	t.Parallel()
	b := served(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("asked: %s %s", r.Method, r.URL) })
	inputs := configMap(m{"name": "x", "namespace": "n"})
	checked := check(t, b, configMapToken, inputs, inputs)
	if got := summary(diff(t, b, configMapToken, inputs, checked.Inputs)); got != "" {
		t.Errorf("changes: %s", got)
	}
	custom := thing("argoproj.io/v1alpha1", "Application", nil)
	check(t, b, "kubernetes:argoproj.io/v1alpha1:Application", custom, custom)
}

func TestPreviewsWithoutTheCluster(t *testing.T) {
	t.Parallel()
	inputs := configMap(m{"name": "x", "namespace": "n"})
	for name, handler := range map[string]http.HandlerFunc{
		"no such kind":      func(w http.ResponseWriter, _ *http.Request) { answer(w, 404, failure(404, "NotFound", "")) },
		"silent":            func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) },
		"overloaded":        func(w http.ResponseWriter, _ *http.Request) { answer(w, 429, failure(429, "TooManyRequests", "")) },
		"missing namespace": missingNamespace,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			response, err := served(t, handler).Create(context.Background(), plugin.CreateRequest{
				Resource: plugin.Resource{URN: "u", Type: configMapToken}, Inputs: inputs, Preview: true,
			})
			if err != nil {
				t.Fatal(err)
			}
			outputs := object(response.Outputs)
			if outputs.text("data", "a") != "b" || outputs.at("metadata", "uid") != (plugin.Unknown{}) || outputs["status"] != (plugin.Unknown{}) {
				t.Errorf("outputs: %v", outputs)
			}
		})
	}
}

func missingNamespace(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/api/v1":
		answer(w, 200, coreKinds)
	case r.Method == http.MethodGet:
		answer(w, 404, failure(404, "NotFound", "no such thing"))
	default:
		answer(w, 404, `{"kind":"Status","status":"Failure","code":404,"reason":"NotFound","message":"namespaces \"n\" not found","details":{"name":"n","kind":"namespaces"}}`)
	}
}

func TestErrorsNameTheObjectAndHideSecrets(t *testing.T) {
	t.Parallel()
	b := served(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/api/v1":
			answer(w, 200, coreKinds)
		case r.Method == http.MethodGet:
			answer(w, 404, failure(404, "NotFound", ""))
		default:
			answer(w, 422, failure(422, "Invalid", `data: Invalid value: "hunter22"`))
		}
	})
	inputs := configMap(m{"name": "x", "namespace": "n"})
	inputs["data"] = m{"a": plugin.Secret{Value: "hunter22"}}
	_, err := b.Create(context.Background(), plugin.CreateRequest{Resource: plugin.Resource{URN: "u", Type: configMapToken}, Inputs: inputs})
	if err == nil || !strings.Contains(err.Error(), "cannot create ConfigMap n/x on 127.0.0.1") || !strings.Contains(err.Error(), `"[secret]"`) ||
		strings.Contains(err.Error(), "hunter22") {
		t.Errorf("error: %v", err)
	}
}

func TestConflictsNameFieldAndManager(t *testing.T) {
	t.Parallel()
	conflict := `{"kind":"Status","status":"Failure","code":409,"reason":"Conflict","message":"Apply failed with 2 conflicts","details":{"causes":[
		{"reason":"FieldManagerConflict","message":"conflict with \"kubectl-edit\" using v1","field":".data.a"},
		{"reason":"FieldManagerConflict","message":"conflict with \"hpa\" with subresource \"scale\" using apps/v1 at 2026","field":".spec.replicas"}]}}`
	b := served(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/v1" {
			answer(w, 200, coreKinds)
			return
		}
		answer(w, 409, conflict)
	})
	inputs := configMap(m{"name": "x", "namespace": "n"})
	_, err := b.Update(context.Background(), plugin.UpdateRequest{
		Resource: plugin.Resource{URN: "u", Type: configMapToken}, ID: "n/x", OldInputs: inputs, News: inputs,
	})
	for _, part := range []string{".data.a (managed by kubectl-edit)", ".spec.replicas (managed by hpa)", annotationForce, "ignoreChanges"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%q is missing in: %v", part, err)
		}
	}
}

func TestUnreachableClustersAndTheState(t *testing.T) {
	t.Parallel()
	gone := func() *Backend {
		b := offline()
		b.client, _ = newClient(&rest.Config{Host: "http://127.0.0.1:1"}, time.Second)
		b.client.givenUp.Store(time.Now().UnixNano())
		return b
	}
	resource := plugin.Resource{URN: "u", Type: configMapToken}
	inputs := configMap(m{"name": "x", "namespace": "n"})
	err := gone().Delete(context.Background(), plugin.DeleteRequest{Resource: resource, ID: "n/x", OldInputs: inputs})
	if err == nil || !strings.Contains(err.Error(), "PULUMI_K8S_DELETE_UNREACHABLE") || !strings.Contains(err.Error(), "ConfigMap n/x") {
		t.Errorf("error: %v", err)
	}
	b := gone()
	b.settings.deleteUnreachable = true
	if err := b.Delete(context.Background(), plugin.DeleteRequest{Resource: resource, ID: "n/x", OldInputs: inputs}); err != nil {
		t.Errorf("deleteUnreachable: %v", err)
	}
	if got, err := b.Read(context.Background(), plugin.ReadRequest{Resource: resource, ID: "n/x", Inputs: inputs}); err != nil || got.ID != "" {
		t.Errorf("deleteUnreachable: %v, %v", got, err)
	}
	b = gone()
	b.settings.skipUpdateUnreachable = true
	outputs := plugin.Map{"kind": "ConfigMap"}
	if got, err := b.Read(context.Background(), plugin.ReadRequest{Resource: resource, ID: "n/x", Inputs: inputs, Outputs: outputs}); err != nil || got.ID != "n/x" {
		t.Errorf("skipUpdateUnreachable: %v, %v", got, err)
	}
}

func TestWarningsAreRead(t *testing.T) {
	for header, want := range map[string]string{
		`299 - "policy/v1beta1 is deprecated"`:   "policy/v1beta1 is deprecated",
		`299 kube "a \"quoted\" thing" "a date"`: `a "quoted" thing`,
		`199 - "else"`:                           "",
		`299`:                                    "",
	} {
		if got, _ := parseWarning(header); got != want {
			t.Errorf("%s: got %q", header, got)
		}
	}
}

func TestServerErrorsKeepTheirReason(t *testing.T) {
	b := served(t, func(w http.ResponseWriter, _ *http.Request) { answer(w, 404, "page not found") })
	_, err := b.client.do(context.Background(), call{method: http.MethodGet, path: "/x"})
	if !apierrors.IsNotFound(err) || !strings.Contains(err.Error(), "page not found") {
		t.Errorf("error: %v", err)
	}
}
