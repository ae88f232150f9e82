package kubernetes

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"maps"
	"net/http"
	"net/url"
	"os"
	"testing"

	"estate/providers/internal/plugin"
)

// cluster is a provider for a real API server, with a controller manager and simulated nodes behind it, and a namespace of
// the test's own. What no simulated cluster can prove: that containers run.
type cluster struct {
	*Backend
	t         *testing.T
	namespace string
}

func realCluster(t *testing.T) *cluster {
	t.Helper()
	path := os.Getenv("ESTATE_TEST_KUBECONFIG")
	if path == "" {
		t.Skip("needs a cluster: set ESTATE_TEST_KUBECONFIG to the path of a kubeconfig")
	}
	digits := make([]byte, 4)
	_, _ = rand.Read(digits)
	c := &cluster{Backend: New(), t: t, namespace: "provider-test-" + hex.EncodeToString(digits)}
	c.configure(plugin.Map{"kubeconfig": path})
	ctx := context.Background()
	c.send(call{method: http.MethodPost, path: "/api/v1/namespaces", body: m{"metadata": m{"name": c.namespace}}})
	t.Cleanup(func() {
		_, _ = c.client.do(ctx, call{method: http.MethodDelete, path: "/api/v1/namespaces/" + c.namespace})
	})
	return c
}

func (c *cluster) configure(inputs plugin.Map) {
	c.t.Helper()
	if err := c.Configure(context.Background(), plugin.ConfigureRequest{Inputs: inputs}); err != nil || c.client == nil {
		c.t.Fatalf("%v %s", err, c.unconfigured)
	}
}

// send makes a call as somebody else would.
func (c *cluster) send(request call) object {
	c.t.Helper()
	result, err := c.client.do(context.Background(), request)
	if err != nil {
		c.t.Fatal(err)
	}
	return result
}

func (c *cluster) edit(plural, name string, patch m) {
	c.t.Helper()
	c.send(call{
		method: http.MethodPatch, path: "/api/v1/namespaces/" + c.namespace + "/" + plural + "/" + name, body: patch,
		typ: "application/merge-patch+json", query: url.Values{"fieldManager": {"by-hand"}},
	})
}

func tokenOf(inputs m) string {
	kind := object(inputs).versionKind()
	group := kind.apiVersion()
	if kind.Group == "" {
		group = "core/" + kind.Version
	}
	return "kubernetes:" + group + ":" + kind.Kind
}

// made is one resource with what the engine would keep of it.
type made struct {
	plugin.Resource
	id              string
	inputs, outputs m
}

func (c *cluster) resource(name string, inputs m) *made {
	token := tokenOf(inputs)
	return &made{Resource: plugin.Resource{
		URN: "urn:pulumi:" + c.namespace + "::test::" + token + "::" + name, Name: name, Type: token,
	}, inputs: inputs}
}

func (c *cluster) create(name string, inputs m) (*made, error) {
	c.t.Helper()
	r := c.resource(name, inputs)
	checked, err := c.Check(context.Background(), plugin.CheckRequest{Resource: r.Resource, News: inputs})
	if err != nil || len(checked.Failures) > 0 {
		c.t.Fatal(err, checked.Failures)
	}
	r.inputs = checked.Inputs
	response, err := c.Create(context.Background(), plugin.CreateRequest{Resource: r.Resource, Inputs: r.inputs})
	r.id, r.outputs = response.ID, response.Outputs
	return r, err
}

func (c *cluster) mustCreate(name string, inputs m) *made {
	c.t.Helper()
	r, err := c.create(name, inputs)
	if err != nil {
		c.t.Fatal(err)
	}
	return r
}

func (c *cluster) update(r *made, news m, ignored ...string) error {
	c.t.Helper()
	response, err := c.Update(context.Background(), plugin.UpdateRequest{
		Resource: r.Resource, ID: r.id, Olds: r.outputs, OldInputs: r.inputs, News: news, IgnoreChanges: ignored,
	})
	if err == nil {
		r.inputs, r.outputs = news, response.Outputs
	}
	return err
}

func (c *cluster) read(r *made) plugin.ReadResponse {
	c.t.Helper()
	response, err := c.Read(context.Background(), plugin.ReadRequest{
		Resource: r.Resource, ID: r.id, Inputs: r.inputs, Outputs: r.outputs,
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return response
}

// drift is what the program would see changed after a refresh.
func (c *cluster) drift(r *made) string {
	c.t.Helper()
	return summary(diff(c.t, c.Backend, r.Type, c.read(r).Inputs, r.inputs))
}

func (c *cluster) delete(r *made) error {
	return c.Delete(context.Background(), plugin.DeleteRequest{Resource: r.Resource, ID: r.id, Olds: r.outputs, OldInputs: r.inputs})
}

func (c *cluster) meta(name string, more ...m) m {
	result := m{"name": name, "namespace": c.namespace}
	for _, extra := range more {
		maps.Copy(result, extra)
	}
	return result
}

func (c *cluster) configMap(name string, data m, more ...m) m {
	return m{"apiVersion": "v1", "kind": "ConfigMap", "metadata": c.meta(name, more...), "data": data}
}

func (c *cluster) deployment(name string, more ...m) m {
	return m{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": c.meta(name, more...), "spec": m{
		"replicas": 2.0, "selector": m{"matchLabels": m{"app": name}}, "template": m{
			"metadata": m{"labels": m{"app": name}},
			"spec": m{"containers": []any{m{
				"name": "main", "image": "example:1", "ports": []any{m{"containerPort": 80.0}},
				"resources": m{"limits": m{"cpu": "1000m", "memory": "0.5Gi"}}, "env": []any{m{"name": "A", "value": "b"}},
			}}},
		},
	}}
}
