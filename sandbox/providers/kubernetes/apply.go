package kubernetes

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"estate/providers/internal/plugin"
)

// appearWait bounds how long a create waits for its kind or namespace to appear: both may be on their way without a
// dependency in the program that says so.
const appearWait = 30 * time.Second

// Create applies a new object and waits until it is what its kind calls ready.
func (b *Backend) Create(ctx context.Context, req plugin.CreateRequest) (plugin.CreateResponse, error) {
	inputs := object(plugin.StripMap(req.Inputs))
	t, err := targetOf(req.Type, inputs)
	if err != nil {
		return plugin.CreateResponse{}, err
	}
	manager := managerOf(req.URN, inputs, nil)
	if req.Preview {
		outputs, err := b.previewCreate(ctx, req, t, inputs, manager)
		return plugin.CreateResponse{Outputs: outputs}, err
	}
	ctx, cancel := plugin.WithTimeout(ctx, inputs.timeout())
	defer cancel()
	var live object
	err = b.untilThere(ctx, t, func() (err error) {
		live, err = b.create(ctx, &t, inputs, manager)
		return err
	})
	if err != nil {
		return plugin.CreateResponse{}, b.explain("create", t, inputs, req.Inputs, err)
	}
	outputs, err := b.settle(ctx, t, live, inputs, req.Inputs, manager, inputs.text("apiVersion"))
	return plugin.CreateResponse{ID: t.id(), Outputs: outputs}, err
}

// create makes the object, or takes over what an earlier try of the same resource made.
func (b *Backend) create(ctx context.Context, t *target, inputs object, manager string) (object, error) {
	if t.Name == "" {
		return b.createUnnamed(ctx, t, inputs, manager)
	}
	for {
		existing, err := b.metadataOf(ctx, t, false)
		switch {
		case err != nil:
			return nil, err
		case t.Patch && existing == nil:
			return nil, fmt.Errorf("there is no such object to patch")
		case t.Patch || existing == nil:
		case existing.isBeingDeleted():
			if err := b.waitGone(ctx, *t, existing.uid()); err != nil {
				return nil, err
			}
			continue
		case !b.mayTake(existing, inputs, manager):
			return nil, &existsError{*t}
		}
		return b.apply(ctx, t, inputs, manager, applyOptions{force: b.forced(inputs)})
	}
}

func (b *Backend) mayTake(existing, inputs object, manager string) bool {
	return b.settings.upsert || appliedBy(existing, manager)
}

// appliedBy says whether a field manager has applied an object.
func appliedBy(live object, manager string) bool {
	for _, entry := range live.list("metadata", "managedFields") {
		fields, ok := entry.(map[string]any)
		if ok && fields["manager"] == manager && fields["operation"] == "Apply" {
			return true
		}
	}
	return false
}

func (b *Backend) createUnnamed(ctx context.Context, t *target, inputs object, manager string) (object, error) {
	path, err := b.pathOf(ctx, t, false)
	if err != nil {
		return nil, err
	}
	live, err := b.client.do(ctx, call{
		method: http.MethodPost, path: path, body: inputs, once: true, query: url.Values{"fieldManager": {manager}},
	})
	if err == nil {
		t.Name = live.name()
	}
	return live, err
}

type applyOptions struct{ force, dryRun bool }

// apply is a server-side apply of what the program sets.
func (b *Backend) apply(ctx context.Context, t *target, inputs object, manager string, o applyOptions) (object, error) {
	path, err := b.pathOf(ctx, t, o.dryRun)
	if err != nil {
		return nil, err
	}
	body, metadata := inputs.withMetadata()
	if t.Namespace == "" {
		delete(metadata, "namespace")
	} else {
		metadata["namespace"] = t.Namespace
	}
	// An object that sets nothing but its name (a ServiceAccount) leaves no trace of who applied it, and would look foreign
	// to the next try after a lost answer. To hold its annotations, none, changes nothing on it.
	if len(body) == 3 && onlyNamed(metadata) {
		metadata["annotations"] = map[string]any{}
	}
	// Refused in an apply: it says what manages the fields, and that is what the call itself is about.
	delete(metadata, "managedFields")
	query := url.Values{"fieldManager": {manager}, "force": {strconv.FormatBool(o.force)}}
	if o.dryRun {
		query.Set("dryRun", "All")
	}
	return b.client.do(ctx, call{
		method: http.MethodPatch, path: path, body: body, typ: typeApply, query: query, quick: o.dryRun,
	})
}

func onlyNamed(metadata map[string]any) bool {
	for key, value := range metadata {
		if key != "name" && key != "namespace" && value != nil {
			return false
		}
	}
	return true
}

// metadataOf reads only an object's metadata; nil if there is no such object.
func (b *Backend) metadataOf(ctx context.Context, t *target, quick bool) (object, error) {
	path, err := b.pathOf(ctx, t, quick)
	if err != nil {
		return nil, err
	}
	live, err := b.client.do(ctx, call{method: http.MethodGet, path: path, accept: typeMetadata, quick: quick})
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	return live, err
}

func (b *Backend) forced(inputs object) bool {
	switch inputs.annotation(annotationForce) {
	case "true":
		return true
	case "false":
		return false
	}
	return b.settings.force
}

// untilThere repeats a call while the object's kind or namespace is missing, for a bounded time, and while a new
// namespace has no service account for pods yet.
func (b *Backend) untilThere(ctx context.Context, t target, run func() error) error {
	deadline := time.Now().Add(appearWait)
	for delay := 250 * time.Millisecond; ; delay = min(2*delay, 2*time.Second) {
		err := run()
		missing := isNoKind(err) || isMissingNamespace(err) ||
			(t.Kind == "Pod" && apierrors.IsForbidden(err) && strings.Contains(err.Error(), "serviceaccount"))
		if !missing || time.Now().After(deadline) {
			return err
		}
		plugin.Log(ctx).Status("waiting: %s", err)
		select {
		case <-ctx.Done():
			return err
		case <-time.After(delay):
		}
	}
}

// settle waits for an object that was just applied and makes the outputs of it.
func (b *Backend) settle(
	ctx context.Context, t target, live, inputs object, given plugin.Map, manager, initialVersion string,
) (plugin.Map, error) {
	settled, err := b.wait(ctx, t, live, inputs)
	outputs := outputsOf(settled, given, manager, initialVersion)
	if err != nil {
		return nil, &plugin.InitError{ID: t.id(), Outputs: outputs, Reasons: []string{redact(err.Error(), given)}}
	}
	return outputs, nil
}

// Update applies what the program sets now. What it no longer sets is given up, and goes if nothing else holds it.
func (b *Backend) Update(ctx context.Context, req plugin.UpdateRequest) (plugin.UpdateResponse, error) {
	inputs, state := object(plugin.StripMap(req.News)), object(plugin.StripMap(req.Olds))
	t, err := targetOf(req.Type, inputs)
	if err != nil {
		return plugin.UpdateResponse{}, err
	}
	known, err := targetOfID(req.Type, req.ID, inputs)
	if err != nil {
		return plugin.UpdateResponse{}, err
	}
	t.Name = known.Name
	if known.Namespace != "" {
		t.Namespace = known.Namespace
	}
	manager := managerOf(req.URN, inputs, state)
	initialVersion := initialVersionOf(state, inputs)
	if req.Preview {
		local := outputsOf(withUnknowns(object(req.News), updatedKeys), req.News, manager, initialVersion)
		if plugin.HasUnknown(req.News) {
			return plugin.UpdateResponse{Outputs: local}, nil
		}
		body, err := b.withoutForeign(ctx, t, inputs, manager, req.IgnoreChanges, true)
		if err != nil {
			return plugin.UpdateResponse{Outputs: local}, b.previewError(ctx, "update", t, inputs, req.News, err)
		}
		outputs, err := b.dryRun(ctx, "update", t, body, req.News, manager, local)
		return plugin.UpdateResponse{Outputs: outputs}, err
	}
	ctx, cancel := plugin.WithTimeout(ctx, inputs.timeout())
	defer cancel()
	var live object
	err = b.untilThere(ctx, t, func() error {
		body, err := b.withoutForeign(ctx, t, inputs, manager, req.IgnoreChanges, false)
		if err != nil {
			return err
		}
		live, err = b.apply(ctx, &t, body, manager, applyOptions{force: b.forced(inputs)})
		return err
	})
	if err != nil {
		if isUnreachable(err) && b.settings.skipUpdateUnreachable {
			plugin.Log(ctx).Warn("%s is left as it is: %s", t, err)
			return plugin.UpdateResponse{Outputs: req.Olds}, nil
		}
		return plugin.UpdateResponse{}, b.explain("update", t, inputs, req.News, err)
	}
	outputs, err := b.settle(ctx, t, live, inputs, req.News, manager, initialVersion)
	return plugin.UpdateResponse{Outputs: outputs}, err
}

// withoutForeign leaves out of an apply the fields that the program ignores and that something else manages by now: an
// autoscaler's replicas must not be fought over, nor be a conflict.
func (b *Backend) withoutForeign(
	ctx context.Context, t target, inputs object, manager string, ignored []string, quick bool,
) (object, error) {
	if len(ignored) == 0 {
		return inputs, nil
	}
	live, err := b.metadataOf(ctx, &t, quick)
	if err != nil || live == nil {
		return inputs, err
	}
	own, all := fieldsOf(live, manager), fieldsOf(live, "")
	var result any = map[string]any(inputs)
	for _, path := range ignored {
		segments, ok := plugin.ParsePath(path)
		if !ok || len(segments) == 0 || own.has(segments) || !all.has(segments) {
			continue
		}
		result = without(result, segments)
	}
	return result.(map[string]any), nil
}

// without is a copy of value that lacks what is at a path.
func without(value any, path []any) any {
	switch v := value.(type) {
	case map[string]any:
		result := make(map[string]any, len(v))
		for key, element := range v {
			switch {
			case path[0] != key && path[0] != "*":
				result[key] = element
			case len(path) > 1:
				result[key] = without(element, path[1:])
			}
		}
		return result
	case []any:
		result := make([]any, 0, len(v))
		for i, element := range v {
			switch {
			case path[0] != i && path[0] != "*":
				result = append(result, element)
			case len(path) > 1:
				result = append(result, without(element, path[1:]))
			}
		}
		return result
	}
	return value
}
