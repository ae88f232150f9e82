package kubernetes

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/util/jsonpath"

	"estate/providers/internal/plugin"
)

// state is how far an object is: done, or what is missing, or an error when it cannot get there any more.
type state struct {
	done    bool
	missing string
	failed  error
}

var ready = state{done: true}

func waiting(format string, args ...any) state { return state{missing: fmt.Sprintf(format, args...)} }
func failed(format string, args ...any) state  { return state{failed: fmt.Errorf(format, args...)} }

// judge says how far an object is.
type judge func(ctx context.Context, live object) (state, error)

// wait waits until an object that was applied is what its kind, or its own annotation, calls ready, and returns its last
// state, also with an error.
func (b *Backend) wait(ctx context.Context, t target, live, inputs object) (object, error) {
	if inputs.isAnnotated(annotationSkipAwait) {
		return live, nil
	}
	decide, err := b.judgeOf(t, inputs)
	if err != nil || decide == nil {
		return live, err
	}
	started := time.Now()
	missing := "nothing known"
	for delay := 100 * time.Millisecond; ; delay = min(delay*3/2, time.Second) {
		current, err := decide(ctx, live)
		switch {
		case err != nil && ctx.Err() == nil:
			return live, fmt.Errorf("%s was applied, but it cannot be known whether it is ready: %w", t, err)
		case err == nil && current.done:
			return live, nil
		case err == nil && current.failed != nil:
			return live, fmt.Errorf("%s was applied and has failed: %w", t, current.failed)
		case err == nil:
			missing = current.missing
		}
		if time.Since(started) > 2*time.Second {
			plugin.Log(ctx).Status("%s", missing)
		}
		select {
		case <-ctx.Done():
			return live, fmt.Errorf("%s was applied, but is not ready after %s: %s%s (%w)", t,
				time.Since(started).Round(time.Second), missing, b.podTrouble(ctx, live), context.Cause(ctx))
		case <-time.After(delay):
		}
		next, err := b.get(ctx, t, false)
		switch {
		case apierrors.IsNotFound(err):
			return live, fmt.Errorf("%s was applied, but something deleted it while it was waited for (%s)", t, missing)
		case err != nil && ctx.Err() == nil:
			return live, fmt.Errorf("%s was applied, but it cannot be read any more: %w (last: %s)", t, err, missing)
		case err == nil:
			live = next
		}
	}
}

// podTrouble is what the first pod behind a workload that is not ready says about it; empty for other kinds. The context
// has ended by then: it lends its values only.
func (b *Backend) podTrouble(ctx context.Context, live object) string {
	var selectors []string
	for key, value := range live.fields("spec", "selector", "matchLabels") {
		selectors = append(selectors, fmt.Sprintf("%s=%v", key, value))
	}
	if live.versionKind().Group != "apps" || len(selectors) == 0 {
		return ""
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	pods := target{versionKind: versionKind{"", "v1", "Pod"}, Namespace: live.namespace()}
	path, err := b.pathOf(ctx, &pods, true)
	if err != nil {
		return ""
	}
	found, err := b.client.do(ctx, call{method: http.MethodGet, path: path, quick: true, query: url.Values{
		"labelSelector": {strings.Join(selectors, ",")},
	}})
	if err != nil {
		return ""
	}
	for _, item := range found.list("items") {
		pod, _ := item.(map[string]any)
		current := podState(pod)
		switch {
		case current.failed != nil:
			return fmt.Sprintf("; pod %s has failed: %s", object(pod).name(), current.failed)
		case !current.done:
			return fmt.Sprintf("; pod %s: %s", object(pod).name(), current.missing)
		}
	}
	return ""
}

// judgeOf is what an object is waited for; nil for nothing.
func (b *Backend) judgeOf(t target, inputs object) (judge, error) {
	if wanted := inputs.annotation(annotationWaitFor); wanted != "" {
		conditions, err := parseWaitFor(wanted)
		if err != nil {
			return nil, err
		}
		return pure(func(live object) state { return conditions.judge(live) }), nil
	}
	if t.Patch {
		return nil, nil
	}
	switch t.groupKind() {
	case groupKind{"apps", "Deployment"}:
		return pure(deploymentState), nil
	case groupKind{"apps", "StatefulSet"}:
		return pure(statefulSetState), nil
	case groupKind{"apps", "DaemonSet"}:
		return pure(daemonSetState), nil
	case groupKind{"batch", "Job"}:
		return pure(jobState), nil
	case groupKind{"", "Pod"}:
		return pure(podState), nil
	case groupKind{"", "PersistentVolume"}:
		return pure(volumeState), nil
	case groupKind{"", "ResourceQuota"}:
		return pure(quotaState), nil
	case groupKind{"", "PersistentVolumeClaim"}:
		return b.claimState, nil
	case groupKind{"", "Service"}:
		return b.serviceState, nil
	case groupKind{"", kindSecret}:
		if inputs.text("type") == typeServiceAccountAuth {
			return pure(tokenState), nil
		}
	case groupKind{groupAPIExtensions, kindCustomResourceDef}:
		return b.definitionState, nil
	}
	return nil, nil
}

func pure(decide func(object) state) judge {
	return func(_ context.Context, live object) (state, error) { return decide(live), nil }
}

// waitFor are the conditions of the annotation pulumi.com/waitFor, all of which must hold.
type waitFor []waitCondition

type waitCondition struct {
	text   string
	path   *jsonpath.JSONPath // nil for a status condition
	name   string             // of the status condition
	wanted string
	exists bool // any value will do
}

// parseWaitFor reads `condition=Ready`, `condition=Ready=False`, `jsonpath={.status.phase}=Running`,
// `jsonpath={.status.address}`, or a JSON list of such.
func parseWaitFor(annotation string) (waitFor, error) {
	expressions := []string{annotation}
	if strings.HasPrefix(strings.TrimSpace(annotation), "[") {
		if err := json.Unmarshal([]byte(annotation), &expressions); err != nil {
			return nil, fmt.Errorf("the annotation %s is no JSON list: %w", annotationWaitFor, err)
		}
	}
	var result waitFor
	for _, expression := range expressions {
		condition, err := parseWaitCondition(expression)
		if err != nil {
			return nil, fmt.Errorf("the annotation %s: %q: %w", annotationWaitFor, expression, err)
		}
		result = append(result, condition)
	}
	return result, nil
}

func parseWaitCondition(expression string) (waitCondition, error) {
	condition := waitCondition{text: expression}
	if rest, ok := strings.CutPrefix(expression, "condition="); ok {
		name, wanted, _ := strings.Cut(rest, "=")
		condition.name, condition.wanted = name, orElse(wanted, "True")
		if name == "" {
			return condition, errors.New("says no condition")
		}
		return condition, nil
	}
	rest, ok := strings.CutPrefix(expression, "jsonpath=")
	if !ok {
		return condition, errors.New("must begin with condition= or jsonpath=")
	}
	rest = strings.Trim(rest, "'\"")
	end := strings.LastIndex(rest, "}")
	if !strings.HasPrefix(rest, "{") || end < 0 {
		return condition, errors.New("the path must be in braces")
	}
	condition.path = jsonpath.New("waitFor").AllowMissingKeys(true)
	if err := condition.path.Parse(rest[:end+1]); err != nil {
		return condition, err
	}
	wanted, hasValue := strings.CutPrefix(strings.TrimLeft(rest[end+1:], "'\""), "=")
	condition.wanted, condition.exists = wanted, !hasValue
	return condition, nil
}

func (w waitFor) judge(live object) state {
	for _, condition := range w {
		if !condition.holds(live) {
			return waiting("%s does not hold", condition.text)
		}
	}
	return ready
}

func (c waitCondition) holds(live object) bool {
	if c.path == nil {
		return strings.EqualFold(live.condition(c.name).text("status"), c.wanted)
	}
	found, err := c.path.FindResults(map[string]any(live))
	if err != nil {
		return false
	}
	for _, values := range found {
		for _, value := range values {
			if c.exists || fmt.Sprint(value.Interface()) == c.wanted {
				return true
			}
		}
	}
	return false
}

// serviceState: a Service is ready when a ready pod is behind it; one of the type LoadBalancer also has its address.
func (b *Backend) serviceState(ctx context.Context, live object) (state, error) {
	typ := live.text("spec", "type")
	if typ == "LoadBalancer" && len(live.list("status", "loadBalancer", "ingress")) == 0 {
		return waiting("no load balancer address yet"), nil
	}
	if typ == "ExternalName" || len(live.fields("spec", "selector")) == 0 || live.text("spec", "clusterIP") == "None" {
		return ready, nil
	}
	slices := target{versionKind: versionKind{"discovery.k8s.io", "v1", "EndpointSlice"}, Namespace: live.namespace()}
	path, err := b.pathOf(ctx, &slices, false)
	if err != nil {
		return state{}, err
	}
	found, err := b.client.do(ctx, call{method: http.MethodGet, path: path, query: url.Values{
		"labelSelector": {"kubernetes.io/service-name=" + live.name()},
	}})
	if apierrors.IsForbidden(err) {
		plugin.Log(ctx).Warn("Service %s is not waited for: %s", live.name(), err)
		return ready, nil
	}
	if err != nil {
		return state{}, err
	}
	for _, item := range found.list("items") {
		slice, _ := item.(map[string]any)
		for _, entry := range object(slice).list("endpoints") {
			endpoint, _ := entry.(map[string]any)
			if object(endpoint).at("conditions", "ready") != false {
				return ready, nil
			}
		}
	}
	return waiting("no ready pod is behind the Service: its selector fits none, or they are not ready"), nil
}

// claimState: a PersistentVolumeClaim is ready when it is bound, or when its storage class binds on first use only.
func (b *Backend) claimState(ctx context.Context, live object) (state, error) {
	if live.text("status", "phase") == "Bound" {
		return ready, nil
	}
	name := live.text("spec", "storageClassName")
	if name == "" {
		return waiting("the claim is %s", orElse(live.text("status", "phase"), "not bound")), nil
	}
	class, err := b.get(ctx, target{versionKind: versionKind{"storage.k8s.io", "v1", "StorageClass"}, Name: name}, false)
	if err == nil && class.text("volumeBindingMode") == "WaitForFirstConsumer" {
		return ready, nil
	}
	if apierrors.IsNotFound(err) {
		return waiting("the claim's storage class %q does not exist", name), nil
	}
	return waiting("the claim is %s", orElse(live.text("status", "phase"), "not bound")), nil
}

// definitionState: a CustomResourceDefinition is ready when the API serves its kind.
func (b *Backend) definitionState(ctx context.Context, live object) (state, error) {
	if names := live.condition("NamesAccepted"); names.text("status") == "False" {
		return failed("its names are taken: %s", names.text("message")), nil
	}
	if established := live.condition("Established"); established.text("status") != "True" {
		return waiting("the definition is not established yet: %s", established.text("message")), nil
	}
	for _, entry := range live.list("spec", "versions") {
		fields, _ := entry.(map[string]any)
		if fields["served"] != true {
			continue
		}
		served, _ := fields["name"].(string)
		kind := versionKind{live.text("spec", "group"), served, live.text("spec", "names", "kind")}
		_, err := b.mapping.find(ctx, b.client, kind, false)
		if isNoKind(err) {
			return waiting("the API does not list %s %s yet", kind.apiVersion(), kind.Kind), nil
		}
		if err != nil {
			return state{}, err
		}
	}
	return ready, nil
}
