package kubernetes

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"estate/providers/internal/plugin"
)

// Read finds an object. In a refresh the inputs become what the program would have had to say to get what is there now, so
// that the next Diff shows exactly what was changed by hand; in an import they are the whole object.
func (b *Backend) Read(ctx context.Context, req plugin.ReadRequest) (plugin.ReadResponse, error) {
	inputs, state := object(plugin.StripMap(req.Inputs)), object(plugin.StripMap(req.Outputs))
	if len(inputs) == 0 {
		if kept, ok := state[outputInputs].(map[string]any); ok {
			inputs = kept
		}
	}
	known := inputs
	if known.text("kind") == "" {
		known = state
	}
	t, err := targetOfID(req.Type, req.ID, known)
	if err != nil {
		return plugin.ReadResponse{}, err
	}
	live, err := b.get(ctx, t, false)
	switch {
	case apierrors.IsNotFound(err), isNoKind(err):
		return plugin.ReadResponse{}, nil
	case isUnreachable(err) && b.settings.deleteUnreachable:
		plugin.Log(ctx).Warn("%s is taken out of the state: %s", t, err)
		return plugin.ReadResponse{}, nil
	case isUnreachable(err) && b.settings.skipUpdateUnreachable && len(req.Outputs) > 0:
		plugin.Log(ctx).Warn("%s is left as it is in the state: %s", t, err)
		return plugin.ReadResponse{ID: req.ID, Outputs: req.Outputs, Inputs: req.Inputs}, nil
	case err != nil:
		return plugin.ReadResponse{}, b.explain("read", t, inputs, req.Inputs, err)
	}
	t.Namespace = live.namespace()
	response := plugin.ReadResponse{ID: t.id()}
	var current object
	if inputs.text("kind") == "" {
		current = importedInputs(live)
		response.Inputs = plugin.Map(current)
	} else {
		current = project(inputs, live)
		response.Inputs = plugin.Map{}
		for key, value := range current {
			response.Inputs[key] = plugin.MarkLike(value, req.Inputs[key])
		}
	}
	manager := managerOf(req.URN, current, state)
	response.Outputs = outputsOf(live, response.Inputs, manager, initialVersionOf(state, current))
	return response, nil
}

// leaves are kinds without dependents: deleting them in the background ends in the same as waiting for dependents that
// there are not, without a round through the garbage collector.
var leaves = map[groupKind]bool{
	{"", kindConfigMap}: true, {"", kindSecret}: true, {"", "ServiceAccount"}: true, {"", "ResourceQuota"}: true,
	{"", "LimitRange"}: true, {"", "PersistentVolumeClaim"}: true, {"", "PersistentVolume"}: true, {"", "Namespace"}: true,
	{"rbac.authorization.k8s.io", "Role"}: true, {"rbac.authorization.k8s.io", "RoleBinding"}: true,
	{"rbac.authorization.k8s.io", "ClusterRole"}: true, {"rbac.authorization.k8s.io", "ClusterRoleBinding"}: true,
	{"networking.k8s.io", "NetworkPolicy"}: true, {"networking.k8s.io", "Ingress"}: true,
	{"scheduling.k8s.io", "PriorityClass"}: true, {"storage.k8s.io", "StorageClass"}: true,
	{"policy", "PodDisruptionBudget"}: true, {"autoscaling", "HorizontalPodAutoscaler"}: true,
	{groupAPIExtensions, kindCustomResourceDef}: true,
}

// propagation is how the objects that belong to a deleted one go.
func propagation(t target, inputs object) (string, error) {
	switch wish := inputs.annotation(annotationPropagation); wish {
	case "":
		if leaves[t.groupKind()] {
			return "Background", nil
		}
		return "Foreground", nil
	case "background":
		return "Background", nil
	case "foreground":
		return "Foreground", nil
	case "orphan":
		return "Orphan", nil
	default:
		return "", fmt.Errorf("the annotation %s is %q: must be background, foreground or orphan", annotationPropagation, wish)
	}
}

// Delete removes an object and waits until it is gone; a patch resource gives up what it has set.
func (b *Backend) Delete(ctx context.Context, req plugin.DeleteRequest) error {
	inputs, state := object(plugin.StripMap(req.OldInputs)), object(plugin.StripMap(req.Olds))
	known := inputs
	if known.text("kind") == "" {
		known = state
	}
	t, err := targetOfID(req.Type, req.ID, known)
	if err != nil {
		return err
	}
	ctx, cancel := plugin.WithTimeout(ctx, known.timeout())
	defer cancel()
	if t.Patch {
		err = b.relinquish(ctx, t, managerOf(req.URN, inputs, state))
	} else {
		err = b.remove(ctx, t, known)
	}
	switch {
	case err == nil, apierrors.IsNotFound(err), isNoKind(err):
		return nil
	case isUnreachable(err) && b.settings.deleteUnreachable:
		plugin.Log(ctx).Warn("%s is only taken out of the state: %s", t, err)
		return nil
	}
	return b.explain("delete", t, inputs, req.OldInputs, err)
}

func (b *Backend) remove(ctx context.Context, t target, inputs object) error {
	policy, err := propagation(t, inputs)
	if err != nil {
		return err
	}
	path, err := b.pathOf(ctx, &t, false)
	if err != nil {
		return err
	}
	answer, err := b.client.do(ctx, call{method: http.MethodDelete, path: path, body: map[string]any{
		"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": policy,
	}})
	if err != nil {
		return err
	}
	if inputs.isAnnotated(annotationSkipAwait) {
		return nil
	}
	// A deletion that is over at once is answered with a Status, which has the uid elsewhere.
	uid := orElse(answer.uid(), answer.text("details", "uid"))
	if answer.text("kind") == "Status" && answer.text("status") == "Success" && uid == "" {
		return nil
	}
	return b.waitGone(ctx, t, uid)
}

// relinquish gives up every field that a patch has set; what was there before does not come back.
func (b *Backend) relinquish(ctx context.Context, t target, manager string) error {
	existing, err := b.metadataOf(ctx, &t, false)
	if err != nil || existing == nil {
		return err
	}
	path, err := b.pathOf(ctx, &t, false)
	if err != nil {
		return err
	}
	// The uid keeps the apply from making the object anew if it goes between the two calls.
	metadata := map[string]any{"name": t.Name, "uid": existing.uid()}
	if t.Namespace != "" {
		metadata["namespace"] = t.Namespace
	}
	_, err = b.client.do(ctx, call{
		method: http.MethodPatch, path: path, typ: typeApply, query: url.Values{"fieldManager": {manager}, "force": {"true"}},
		body: map[string]any{"apiVersion": t.apiVersion(), "kind": t.Kind, "metadata": metadata},
	})
	return err
}

// waitGone waits until an object is gone, or another one has its name.
func (b *Backend) waitGone(ctx context.Context, t target, uid string) error {
	started := time.Now()
	for delay := 50 * time.Millisecond; ; delay = min(delay*3/2, time.Second) {
		live, err := b.get(ctx, t, false)
		switch {
		case apierrors.IsNotFound(err), isNoKind(err):
			return nil
		case err != nil && ctx.Err() == nil:
			return err
		case err == nil && uid != "" && live.uid() != uid:
			return nil
		}
		if err == nil && time.Since(started) > 2*time.Second {
			plugin.Log(ctx).Status("waiting until it is gone (%s)", remaining(live))
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("it is not gone after %s: %w; what keeps it: %s",
				time.Since(started).Round(time.Second), context.Cause(ctx), remaining(live))
		case <-time.After(delay):
		}
	}
}

// remaining says what keeps an object that is being deleted.
func remaining(live object) string {
	var text string
	if finalizers := live.list("metadata", "finalizers"); len(finalizers) > 0 {
		text = fmt.Sprintf("finalizers %v", finalizers)
	}
	for _, entry := range live.list("status", "conditions") {
		condition, ok := entry.(map[string]any)
		if ok && condition["status"] == "True" && live.text("kind") == "Namespace" {
			if text != "" {
				text += "; "
			}
			text += fmt.Sprintf("%v: %v", condition["type"], condition["message"])
		}
	}
	return orElse(text, "nothing that it says")
}
