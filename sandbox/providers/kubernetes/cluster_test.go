package kubernetes

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"estate/providers/internal/plugin"
)

func TestLifeOfAnObject(t *testing.T) {
	t.Parallel()
	c := realCluster(t)
	r := c.mustCreate("x", c.configMap("x", m{"a": "1", "b": "2"}))
	if r.id != c.namespace+"/x" || object(r.outputs).uid() == "" || object(r.outputs).at("metadata", "managedFields") != nil {
		t.Errorf("created: %s %v", r.id, r.outputs)
	}
	if drift := c.drift(r); drift != "" {
		t.Errorf("drift right after the creation: %s", drift)
	}
	if err := c.update(r, c.configMap("x", m{"a": "3"})); err != nil {
		t.Fatal(err)
	}
	if data := object(r.outputs).fields("data"); len(data) != 1 || data["a"] != "3" {
		t.Errorf("updated: %v", data)
	}
	c.edit("configmaps", "x", m{"data": m{"a": "by hand", "c": "theirs"}})
	if drift := c.drift(r); drift != "< data.a!" {
		t.Errorf("drift: %s", drift)
	}
	if err := c.delete(r); err != nil {
		t.Fatal(err)
	}
	if err := c.delete(r); err != nil {
		t.Errorf("second deletion: %v", err)
	}
	if gone := c.read(r); gone.ID != "" {
		t.Errorf("read after the deletion: %v", gone)
	}
}

func TestConflictsAreReportedAndForced(t *testing.T) {
	t.Parallel()
	c := realCluster(t)
	r := c.mustCreate("x", c.configMap("x", m{"a": "1"}))
	c.edit("configmaps", "x", m{"data": m{"a": "by hand"}})
	err := c.update(r, c.configMap("x", m{"a": "2"}))
	if err == nil || !strings.Contains(err.Error(), ".data.a (managed by by-hand)") {
		t.Errorf("error: %v", err)
	}
	if err := c.update(r, c.configMap("x", m{"a": "2"}, m{"annotations": m{annotationForce: "true"}})); err != nil {
		t.Errorf("forced by the annotation: %v", err)
	}
	c.edit("configmaps", "x", m{"data": m{"a": "by hand"}})
	c.settings.force = true
	if err := c.update(r, c.configMap("x", m{"a": "3"})); err != nil || object(r.outputs).text("data", "a") != "3" {
		t.Errorf("forced by the provider: %v %v", err, r.outputs)
	}
}

func TestWhatSomebodyElseManagesIsIgnoredOnRequest(t *testing.T) {
	t.Parallel()
	c := realCluster(t)
	skip := m{"annotations": m{annotationSkipAwait: "true"}}
	r := c.mustCreate("x", c.deployment("x", skip))
	c.send(call{
		method: http.MethodPatch, path: "/apis/apps/v1/namespaces/" + c.namespace + "/deployments/x", body: m{"spec": m{"replicas": 5}},
		typ: "application/merge-patch+json", query: url.Values{"fieldManager": {"autoscaler"}},
	})
	news := c.deployment("x", skip)
	news["metadata"].(m)["labels"] = m{"new": "label"}
	if err := c.update(r, news, "spec.replicas"); err != nil {
		t.Fatal(err)
	}
	if got, _ := object(r.outputs).number("spec", "replicas"); got != 5 || object(r.outputs).text("metadata", "labels", "new") != "label" {
		t.Errorf("%v replicas, labels %v", got, object(r.outputs).at("metadata", "labels"))
	}
}

func TestForeignObjectsAreNotTakenOver(t *testing.T) {
	t.Parallel()
	c := realCluster(t)
	for name, inputs := range map[string]m{
		"map":     c.configMap("foreign", m{"a": "1"}),
		"account": {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": c.meta("foreign")},
	} {
		t.Run(name, func(t *testing.T) {
			path, err := c.pathOf(context.Background(), &target{versionKind: object(inputs).versionKind(), Namespace: c.namespace}, false)
			if err != nil {
				t.Fatal(err)
			}
			c.send(call{method: http.MethodPost, path: path, body: inputs})
			for _, preview := range []bool{true, false} {
				r := c.resource("foreign", inputs)
				_, err = c.Create(context.Background(), plugin.CreateRequest{Resource: r.Resource, Inputs: inputs, Preview: preview})
				if err == nil || !strings.Contains(err.Error(), "already exists") || !strings.Contains(err.Error(), `import: "`+c.namespace+`/foreign"`) {
					t.Errorf("preview %v: %v", preview, err)
				}
			}
			c.settings.upsert = true
			defer func() { c.settings.upsert = false }()
			if _, err := c.create("foreign", inputs); err != nil {
				t.Errorf("upsertExistingObjects: %v", err)
			}
		})
	}
}

func TestACreationThatWasNotRecordedIsFinished(t *testing.T) {
	t.Parallel()
	c := realCluster(t)
	for name, inputs := range map[string]m{
		"map": c.configMap("x", m{"a": "1"}),
		// Sets nothing but its name: server-side apply records no manager by itself.
		"account": {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": c.meta("x")},
		"role":    {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": c.meta("x"), "rules": []any{}},
	} {
		t.Run(name, func(t *testing.T) {
			first := c.mustCreate(name, inputs)
			second := c.mustCreate(name, inputs)
			if object(first.outputs).uid() != object(second.outputs).uid() {
				t.Error("there are two")
			}
			if _, err := c.create("another resource", inputs); err == nil {
				t.Error("another resource has taken it over")
			}
		})
	}
}

// TestALostAnswer cuts the connection after the server has carried out the creation.
func TestALostAnswer(t *testing.T) {
	t.Parallel()
	c := realCluster(t)
	var lost atomic.Int32
	next := c.client.http.Transport
	c.client.http = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		response, err := next.RoundTrip(r)
		if err == nil && r.Method == http.MethodPatch && lost.Add(1) == 1 {
			response.Body.Close()
			return nil, errors.New("connection reset by peer")
		}
		return response, err
	})}
	r := c.mustCreate("x", c.configMap("x", m{"a": "1"}))
	if lost.Load() < 2 || object(r.outputs).uid() == "" {
		t.Errorf("%d applies, %v", lost.Load(), r.outputs)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestPreviewsPredict(t *testing.T) {
	t.Parallel()
	c := realCluster(t)
	ctx := context.Background()
	service := m{"apiVersion": "v1", "kind": "Service", "metadata": c.meta("x"), "spec": m{"ports": []any{m{"port": 80.0}}}}
	r := c.resource("x", service)
	response, err := c.Create(ctx, plugin.CreateRequest{Resource: r.Resource, Inputs: service, Preview: true})
	if err != nil {
		t.Fatal(err)
	}
	outputs := object(response.Outputs)
	if outputs.text("spec", "type") != "ClusterIP" || outputs.at("spec", "clusterIP") != (plugin.Unknown{}) ||
		outputs.at("metadata", "uid") != (plugin.Unknown{}) {
		t.Errorf("outputs: %v", outputs)
	}
	if existing := c.read(&made{Resource: r.Resource, id: c.namespace + "/x", inputs: service}); existing.ID != "" {
		t.Error("the preview has created it")
	}
	bad := m{"apiVersion": "v1", "kind": "Service", "metadata": c.meta("x"), "spec": m{"ports": []any{m{"port": 99999.0}}}}
	if _, err := c.Create(ctx, plugin.CreateRequest{Resource: r.Resource, Inputs: bad, Preview: true}); err == nil || !strings.Contains(err.Error(), "99999") {
		t.Errorf("error: %v", err)
	}
	misspelt := c.configMap("x", m{"a": "1"})
	misspelt["dat"] = m{"a": "1"}
	if _, err := c.Create(ctx, plugin.CreateRequest{Resource: c.resource("x", misspelt).Resource, Inputs: misspelt, Preview: true}); err == nil || !strings.Contains(err.Error(), ".dat") {
		t.Errorf("error: %v", err)
	}
	elsewhere := c.configMap("x", m{"a": "1"}, m{"namespace": "not-there-yet"})
	if _, err := c.Create(ctx, plugin.CreateRequest{Resource: r.Resource, Inputs: elsewhere, Preview: true}); err != nil {
		t.Errorf("namespace of the same update: %v", err)
	}
	custom := m{"apiVersion": "not.there/v1", "kind": "Yet", "metadata": c.meta("x")}
	if _, err := c.Create(ctx, plugin.CreateRequest{Resource: c.resource("x", custom).Resource, Inputs: custom, Preview: true}); err != nil {
		t.Errorf("kind of the same update: %v", err)
	}
	created := c.mustCreate("cm", c.configMap("cm", m{"a": "1"}))
	updated, err := c.Update(ctx, plugin.UpdateRequest{
		Resource: created.Resource, ID: created.id, Olds: created.outputs, OldInputs: created.inputs, News: c.configMap("cm", m{"a": "2"}), Preview: true,
	})
	if err != nil || object(updated.Outputs).text("data", "a") != "2" || object(updated.Outputs).uid() != object(created.outputs).uid() {
		t.Errorf("%v, %v", updated.Outputs, err)
	}
	if drift := c.drift(created); drift != "" {
		t.Errorf("the preview has changed it: %s", drift)
	}
}

func TestWaitsForWorkloads(t *testing.T) {
	t.Parallel()
	c := realCluster(t)
	r := c.mustCreate("web", c.deployment("web", m{"annotations": m{annotationTimeout: "60"}}))
	if got, _ := object(r.outputs).number("status", "availableReplicas"); got != 2 {
		t.Errorf("%v pods available", got)
	}
	if drift := c.drift(r); drift != "" {
		t.Errorf("drift: %s", drift)
	}
	service := c.mustCreate("svc", m{"apiVersion": "v1", "kind": "Service", "metadata": c.meta("svc"), "spec": m{
		"selector": m{"app": "web"}, "ports": []any{m{"port": 80.0}},
	}})
	if drift := c.drift(service); drift != "" {
		t.Errorf("drift of the Service: %s", drift)
	}
	for _, done := range []*made{service, r} {
		if err := c.delete(done); err != nil {
			t.Error(err)
		}
	}
}

func TestAWaitThatFailsKeepsTheObject(t *testing.T) {
	t.Parallel()
	c := realCluster(t)
	inputs := c.deployment("stuck", m{"annotations": m{annotationTimeout: "1"}})
	inputs["spec"].(m)["template"].(m)["spec"].(m)["nodeSelector"] = m{"no": "such-node"}
	_, err := c.create("stuck", inputs)
	var incomplete *plugin.InitError
	if !errors.As(err, &incomplete) {
		t.Fatalf("error: %v", err)
	}
	if incomplete.ID != c.namespace+"/stuck" || object(incomplete.Outputs).uid() == "" ||
		!strings.Contains(incomplete.Error(), "Deployment "+c.namespace+"/stuck was applied, but is not ready after 1s") ||
		!strings.Contains(incomplete.Error(), "PodScheduled") {
		t.Errorf("%+v", incomplete)
	}
}

func TestServiceAccountTokens(t *testing.T) {
	t.Parallel()
	c := realCluster(t)
	c.mustCreate("sa", m{"apiVersion": "v1", "kind": "ServiceAccount", "metadata": c.meta("sa")})
	r := c.mustCreate("token", m{
		"apiVersion": "v1", "kind": "Secret", "type": typeServiceAccountAuth,
		"metadata": c.meta("token", m{"annotations": m{"kubernetes.io/service-account.name": "sa"}}),
	})
	data, isSecret := r.outputs["data"].(plugin.Secret)
	if fields, ok := data.Value.(m); !isSecret || !ok || fields["token"] == nil {
		t.Errorf("outputs: %v", r.outputs["data"])
	}
	if drift := c.drift(r); drift != "" {
		t.Errorf("drift: %s", drift)
	}
}

func TestSecretText(t *testing.T) {
	t.Parallel()
	c := realCluster(t)
	r := c.mustCreate("x", m{
		"apiVersion": "v1", "kind": "Secret", "metadata": c.meta("x"), "stringData": plugin.Secret{Value: m{"password": "hunter22"}},
	})
	if _, isSecret := r.outputs["data"].(plugin.Secret); !isSecret {
		t.Errorf("outputs: %v", r.outputs)
	}
	if drift := c.drift(r); drift != "" {
		t.Errorf("drift: %s", drift)
	}
	c.edit("secrets", "x", m{"data": m{"password": "aGFja2Vk"}})
	if drift := c.drift(r); drift != "< stringData.password!" {
		t.Errorf("drift: %s", drift)
	}
	if !plugin.HasSecret(c.read(r).Inputs["stringData"]) {
		t.Error("the refreshed inputs are in plain text")
	}
}

func TestDefinitionsAndTheirObjects(t *testing.T) {
	t.Parallel()
	c := realCluster(t)
	group := strings.TrimPrefix(c.namespace, "provider-test-") + ".example"
	group = "g" + group
	definition := m{
		"apiVersion": "apiextensions.k8s.io/v1", "kind": kindCustomResourceDef, "metadata": m{"name": "things." + group},
		"spec": m{
			"group": group, "scope": "Cluster", "names": m{"kind": "Thing", "plural": "things"}, "preserveUnknownFields": false,
			"versions": []any{m{"name": "v1", "served": true, "storage": true, "schema": m{
				"openAPIV3Schema": m{"type": "object", "x-kubernetes-preserve-unknown-fields": true},
			}}},
		},
	}
	// The object comes first and waits for its kind, which nothing in the program says it depends on.
	created := make(chan error, 1)
	custom := m{"apiVersion": group + "/v1", "kind": "Thing", "metadata": m{"name": "one"}, "spec": m{"list": []any{m{"a": 1.0}}, "text": "x"}}
	var one *made
	go func() {
		r := c.resource("one", custom)
		response, err := c.Create(context.Background(), plugin.CreateRequest{Resource: r.Resource, Inputs: custom})
		r.id, r.outputs = response.ID, response.Outputs
		one = r
		created <- err
	}()
	d := c.mustCreate("definition", definition)
	if drift := c.drift(d); drift != "" {
		t.Errorf("drift of the definition: %s", drift)
	}
	if err := <-created; err != nil {
		t.Fatal(err)
	}
	if one.id != "one" {
		t.Errorf("id %q", one.id)
	}
	c.send(call{
		method: http.MethodPatch, path: "/apis/" + group + "/v1/things/one", body: m{"spec": m{"text": "by hand", "more": 1}},
		typ: "application/merge-patch+json",
	})
	if drift := c.drift(one); drift != "spec.text" {
		t.Errorf("drift: %s", drift)
	}
	if err := c.delete(d); err != nil {
		t.Fatal(err)
	}
	if gone := c.read(one); gone.ID != "" {
		t.Errorf("an object whose kind is gone: %v", gone)
	}
	if err := c.delete(one); err != nil {
		t.Errorf("deletion of an object whose kind is gone: %v", err)
	}
}

func TestImport(t *testing.T) {
	t.Parallel()
	c := realCluster(t)
	c.send(call{method: http.MethodPost, path: "/api/v1/namespaces/" + c.namespace + "/configmaps", body: c.configMap("x", m{"a": "1"})})
	r := &made{Resource: plugin.Resource{URN: "u", Name: "x", Type: configMapToken}, id: c.namespace + "/x"}
	response := c.read(r)
	r.inputs, r.outputs = response.Inputs, response.Outputs
	if changes := summary(diff(t, c.Backend, configMapToken, r.inputs, c.configMap("x", m{"a": "1"}))); changes != "" {
		t.Errorf("the program that describes it would change: %s", changes)
	}
	if err := c.update(r, c.configMap("x", m{"a": "1", "b": "2"})); err != nil {
		t.Fatal(err)
	}
	if drift := c.drift(r); drift != "" {
		t.Errorf("drift: %s", drift)
	}
}

func TestPatches(t *testing.T) {
	t.Parallel()
	c := realCluster(t)
	patch := func(name string) *made {
		r := c.resource("patch", c.configMap(name, m{"added": "yes"}))
		r.Type += "Patch"
		r.URN += "patch"
		return r
	}
	ctx := context.Background()
	r := patch("missing")
	if _, err := c.Create(ctx, plugin.CreateRequest{Resource: r.Resource, Inputs: r.inputs}); err == nil || !strings.Contains(err.Error(), "no such object") {
		t.Errorf("error: %v", err)
	}
	c.send(call{method: http.MethodPost, path: "/api/v1/namespaces/" + c.namespace + "/configmaps", body: c.configMap("x", m{"a": "1"})})
	r = patch("x")
	response, err := c.Create(ctx, plugin.CreateRequest{Resource: r.Resource, Inputs: r.inputs})
	if err != nil {
		t.Fatal(err)
	}
	r.id, r.outputs = response.ID, response.Outputs
	if data := object(r.outputs).fields("data"); data["a"] != "1" || data["added"] != "yes" {
		t.Errorf("patched: %v", data)
	}
	if drift := c.drift(r); drift != "" {
		t.Errorf("drift: %s", drift)
	}
	if err := c.delete(r); err != nil {
		t.Fatal(err)
	}
	left := c.send(call{method: http.MethodGet, path: "/api/v1/namespaces/" + c.namespace + "/configmaps/x"})
	if data := left.fields("data"); data["a"] != "1" || data["added"] != nil {
		t.Errorf("after giving up: %v", data)
	}
}

func TestGeneratedNames(t *testing.T) {
	t.Parallel()
	c := realCluster(t)
	r := c.mustCreate("x", m{"apiVersion": "v1", "kind": "ConfigMap", "metadata": m{"generateName": "gen-", "namespace": c.namespace}, "data": m{"a": "1"}})
	if !strings.HasPrefix(r.id, c.namespace+"/gen-") {
		t.Errorf("id %q", r.id)
	}
	if drift := c.drift(r); drift != "" {
		t.Errorf("drift: %s", drift)
	}
}

func TestNamespacesAreGoneAfterDeletion(t *testing.T) {
	t.Parallel()
	c := realCluster(t)
	name := c.namespace + "-own"
	r := c.mustCreate("ns", m{"apiVersion": "v1", "kind": "Namespace", "metadata": m{"name": name}})
	if r.id != name {
		t.Errorf("id %q", r.id)
	}
	c.mustCreate("inside", m{"apiVersion": "v1", "kind": "ConfigMap", "metadata": m{"name": "x", "namespace": name}})
	if err := c.delete(r); err != nil {
		t.Fatal(err)
	}
	if gone := c.read(r); gone.ID != "" {
		t.Errorf("still there: %v", gone.Outputs)
	}
}

func TestADeletionThatSomethingHoldsUp(t *testing.T) {
	t.Parallel()
	c := realCluster(t)
	r := c.mustCreate("x", c.configMap("x", m{"a": "1"}, m{"finalizers": []any{"example.com/held"}}))
	if drift := c.drift(r); drift != "" {
		t.Errorf("drift: %s", drift)
	}
	ctx, cancel := context.WithTimeoutCause(context.Background(), time.Second, plugin.ErrTimeout)
	defer cancel()
	err := c.Delete(ctx, plugin.DeleteRequest{Resource: r.Resource, ID: r.id, Olds: r.outputs, OldInputs: r.inputs})
	if err == nil || !strings.Contains(err.Error(), "example.com/held") || !strings.Contains(err.Error(), "cannot delete ConfigMap") {
		t.Errorf("error: %v", err)
	}
	c.edit("configmaps", "x", m{"metadata": m{"finalizers": nil}})
	if err := c.delete(r); err != nil {
		t.Errorf("once nothing holds it: %v", err)
	}
}

// TestNoDriftAfterCreation goes through kinds whose fields the server fills in or writes differently.
func TestNoDriftAfterCreation(t *testing.T) {
	t.Parallel()
	c := realCluster(t)
	skip := m{"annotations": m{annotationSkipAwait: "true"}}
	pod := m{"containers": []any{m{"name": "c", "image": "i", "ports": []any{m{"containerPort": 80.0}, m{"containerPort": 80.0, "protocol": "UDP", "name": "u"}}}}, "securityContext": m{}, "volumes": []any{
		m{"name": "e", "emptyDir": m{}}, m{"name": "s", "secret": m{"secretName": "x"}},
		m{"name": "p", "projected": m{"sources": []any{m{"configMap": m{"name": "y"}}}}},
	}, "tolerations": []any{m{"operator": "Exists"}}, "nodeSelector": m{"a": "b"}}
	template := m{"metadata": m{"labels": m{"app": "x"}, "creationTimestamp": nil}, "spec": pod}
	selector := m{"matchLabels": m{"app": "x"}}
	for name, inputs := range map[string]m{
		"deployment":   {"apiVersion": "apps/v1", "kind": "Deployment", "spec": m{"selector": selector, "template": template}, "status": m{}},
		"stateful set": {"apiVersion": "apps/v1", "kind": "StatefulSet", "spec": m{"serviceName": "x", "selector": selector, "template": template, "volumeClaimTemplates": []any{m{"metadata": m{"name": "d"}, "spec": m{"accessModes": []any{"ReadWriteOnce"}, "resources": m{"requests": m{"storage": "1024Mi"}}}}}}},
		"daemon set":   {"apiVersion": "apps/v1", "kind": "DaemonSet", "spec": m{"selector": selector, "template": template}},
		"cron job":     {"apiVersion": "batch/v1", "kind": "CronJob", "spec": m{"schedule": "* * * * *", "suspend": true, "jobTemplate": m{"spec": m{"template": m{"spec": m{"restartPolicy": "Never", "containers": pod["containers"]}}}}}},
		"service":      {"apiVersion": "v1", "kind": "Service", "spec": m{"selector": m{"app": "x"}, "ports": []any{m{"port": 80.0, "targetPort": "http", "name": "a"}, m{"port": 53.0, "protocol": "UDP", "name": "b"}}}},
		"claim":        {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "spec": m{"accessModes": []any{"ReadWriteOnce"}, "resources": m{"requests": m{"storage": "0.5Gi"}}}},
		"role":         {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "rules": []any{m{"apiGroups": []any{""}, "resources": []any{"pods"}, "verbs": []any{"get"}}}},
		"role binding": {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "roleRef": m{"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "x"}, "subjects": []any{m{"kind": "ServiceAccount", "name": "x", "namespace": c.namespace}}},
		"policy":       {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "spec": m{"podSelector": m{}, "policyTypes": []any{"Ingress"}, "ingress": []any{m{"ports": []any{m{"port": 80.0}}, "from": []any{m{"namespaceSelector": m{}}}}}}},
		"quota":        {"apiVersion": "v1", "kind": "ResourceQuota", "spec": m{"hard": m{"requests.cpu": "1500m", "limits.memory": "1024Mi", "pods": "1000"}}},
		"limits":       {"apiVersion": "v1", "kind": "LimitRange", "spec": m{"limits": []any{m{"type": "Container", "default": m{"cpu": "0.5"}, "defaultRequest": m{"cpu": "0.1"}}}}},
		"ingress":      {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "spec": m{"rules": []any{m{"host": "a.example", "http": m{"paths": []any{m{"path": "/", "pathType": "Prefix", "backend": m{"service": m{"name": "x", "port": m{"number": 80.0}}}}}}}}}},
		"budget":       {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "spec": m{"minAvailable": 1.0, "selector": selector}},
		"autoscaler":   {"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler", "spec": m{"maxReplicas": 3.0, "scaleTargetRef": m{"apiVersion": "apps/v1", "kind": "Deployment", "name": "x"}, "metrics": []any{m{"type": "Resource", "resource": m{"name": "cpu", "target": m{"type": "Utilization", "averageUtilization": 80.0}}}}}},
	} {
		t.Run(name, func(t *testing.T) {
			inputs["metadata"] = c.meta(strings.ReplaceAll(name, " ", "-"), skip)
			r := c.mustCreate(name, inputs)
			if drift := c.drift(r); drift != "" {
				t.Errorf("drift: %s", drift)
			}
		})
	}
}
