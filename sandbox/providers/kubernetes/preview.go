package kubernetes

import (
	"context"
	"os"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"estate/providers/internal/plugin"
)

// previewCreate asks the server what would come of the inputs, where it can know.
func (b *Backend) previewCreate(
	ctx context.Context, req plugin.CreateRequest, t target, inputs object, manager string,
) (plugin.Map, error) {
	local := outputsOf(withUnknowns(object(req.Inputs), createdKeys), req.Inputs, manager, inputs.text("apiVersion"))
	if t.Name == "" || plugin.HasUnknown(req.Inputs) {
		return local, nil
	}
	existing, err := b.metadataOf(ctx, &t, true)
	if err != nil {
		return local, b.previewError(ctx, "create", t, inputs, req.Inputs, err)
	}
	if existing != nil && !t.Patch {
		if !b.mayTake(existing, inputs, manager) && !existing.isBeingDeleted() {
			return nil, b.explain("create", t, inputs, req.Inputs, &existsError{t})
		}
		// The object of this very resource: it is to be replaced, and goes before the new one comes.
		return local, nil
	}
	if existing == nil && t.Patch {
		return local, nil
	}
	return b.dryRun(ctx, "create", t, inputs, req.Inputs, manager, local)
}

// dryRun applies without effect and leaves out of the answer what the real apply would give another value.
func (b *Backend) dryRun(
	ctx context.Context, verb string, t target, inputs object, given plugin.Map, manager string, local plugin.Map,
) (plugin.Map, error) {
	live, err := b.apply(ctx, &t, inputs, manager, applyOptions{force: b.forced(inputs), dryRun: true})
	if err != nil {
		return local, b.previewError(ctx, verb, t, inputs, given, err)
	}
	predicted := withUnknowns(live, updatedKeys)
	if verb == "create" {
		predicted = withUnknowns(live, createdKeys)
		switch t.groupKind() {
		case groupKind{"", "Service"}:
			predicted["spec"] = withoutAddress(predicted.fields("spec"), inputs.fields("spec"))
		case groupKind{"", kindSecret}:
			if inputs.text("type") == typeServiceAccountAuth {
				predicted["data"] = plugin.Unknown{}
			}
		}
	}
	return outputsOf(predicted, given, manager, plugin.Text(local[outputInitialVersion])), nil
}

// Which metadata only the real call decides: a dry run answers with made-up values.
var (
	updatedKeys = []string{"resourceVersion", "generation"}
	createdKeys = []string{"resourceVersion", "generation", "uid", "creationTimestamp"}
)

// withUnknowns is a copy of an object for a preview: what the real call decides, and the status, are not known.
func withUnknowns(live object, keys []string) object {
	if _, isObject := plugin.Strip(live["metadata"]).(map[string]any); !isObject {
		return live
	}
	if secret, isSecret := live["metadata"].(plugin.Secret); isSecret {
		copied := make(object, len(live))
		for key, value := range live {
			copied[key] = value
		}
		copied["metadata"] = secret.Value
		live = copied
	}
	result, metadata := live.withMetadata()
	for _, key := range keys {
		metadata[key] = plugin.Unknown{}
	}
	result["status"] = plugin.Unknown{}
	return result
}

// withoutAddress leaves out of a Service's spec the addresses that a dry run draws anew each time.
func withoutAddress(spec, given map[string]any) map[string]any {
	result := make(map[string]any, len(spec))
	for key, value := range spec {
		switch key {
		case "clusterIP", "clusterIPs", "healthCheckNodePort":
			if given["clusterIP"] == nil {
				value = plugin.Unknown{}
			}
		}
		result[key] = value
	}
	return result
}

// previewError decides which errors of a preview are worth failing it: not those that the update itself may resolve.
func (b *Backend) previewError(
	ctx context.Context, verb string, t target, inputs object, given plugin.Map, err error,
) error {
	switch {
	case isUnreachable(err):
		if os.Getenv("ESTATE_OFFLINE") == "true" {
			return nil // no cluster is meant to be asked; who started the preview says so
		}
		b.warned.Do(func() {
			plugin.Log(ctx).Warn("this and the other objects of the cluster are previewed without it: %s", err)
		})
		return nil
	case isNoKind(err), isMissingNamespace(err), apierrors.IsTooManyRequests(err), apierrors.IsNotFound(err),
		apierrors.IsServiceUnavailable(err), apierrors.IsTimeout(err), apierrors.IsServerTimeout(err):
		return nil
	case apierrors.IsForbidden(err) && strings.Contains(err.Error(), "because it is being terminated"):
		return nil
	case strings.Contains(err.Error(), "does not support dry run"):
		return nil
	}
	return b.explain(verb, t, inputs, given, err)
}
