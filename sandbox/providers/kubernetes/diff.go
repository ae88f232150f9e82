package kubernetes

import (
	"context"
	"net/http"

	"estate/providers/internal/plugin"
)

// Diff compares the inputs of the last update with the new ones; the cluster is not asked. Drift comes in by a refresh,
// which turns it into inputs: see Read.
func (b *Backend) Diff(ctx context.Context, req plugin.DiffRequest) (plugin.DiffResponse, error) {
	oldInputs := req.OldInputs
	if len(oldInputs) == 0 {
		if kept, ok := plugin.Strip(req.Olds[outputInputs]).(map[string]any); ok {
			oldInputs = kept
		}
	}
	changes := plugin.Compare(oldInputs, req.News)
	olds, news := object(plugin.StripMap(oldInputs)), object(plugin.StripMap(req.News))
	changes = b.withoutNamespaceNoise(changes, olds, news)
	t, err := targetOf(req.Type, news)
	if err != nil {
		return plugin.DiffResponse{}, err
	}
	changes = withoutIgnored(changes, req.IgnoreChanges)
	rules := rulesOf(t, news, olds, b.settings)
	for i := range changes {
		changes[i].Replace = replaces(rules, changes[i].Segments)
	}
	if news.isAnnotated(annotationReplace) {
		changes = append(changes, b.unready(ctx, t)...)
	}
	response := plugin.DiffResponse{Changes: changes}
	for _, change := range changes {
		// Two objects cannot have one name: the old one goes first, unless the new one has another name or place.
		if change.Replace && !news.isAnnotated(annotationAutonamed) && olds.name() == news.name() &&
			b.namespaceOr(olds) == b.namespaceOr(news) {
			response.DeleteBeforeReplace = true
		}
	}
	return response, nil
}

func (b *Backend) namespaceOr(inputs object) string {
	if namespace := inputs.namespace(); namespace != "" {
		return namespace
	}
	return b.settings.defaultNamespace
}

// withoutNamespaceNoise drops a change of the namespace that is none: a default that is now written out, or the namespace
// that a kind without one was assumed to be in before the cluster knew the kind.
func (b *Backend) withoutNamespaceNoise(changes []plugin.Change, olds, news object) []plugin.Change {
	if len(changes) == 0 {
		return changes
	}
	namespaced, known := b.mapping.namespacedOffline(news.versionKind().groupKind())
	same := known && !namespaced
	if oldValue, isText := olds.at("metadata", "namespace").(string); isText || olds.at("metadata", "namespace") == nil {
		newValue, isText := news.at("metadata", "namespace").(string)
		if isText || news.at("metadata", "namespace") == nil {
			same = same || orElse(oldValue, b.settings.defaultNamespace) == orElse(newValue, b.settings.defaultNamespace)
		}
	}
	if !same {
		return changes
	}
	kept := changes[:0:0]
	for _, change := range changes {
		if change.Path != "metadata.namespace" {
			kept = append(kept, change)
		}
	}
	return kept
}

func withoutIgnored(changes []plugin.Change, ignored []string) []plugin.Change {
	kept := changes[:0:0]
next:
	for _, change := range changes {
		for _, path := range ignored {
			if segments, ok := plugin.ParsePath(path); ok && covers(segments, change.Segments) {
				continue next
			}
		}
		kept = append(kept, change)
	}
	return kept
}

// covers says whether path is inside of, or the same as, what pattern names; "*" stands for any one key or position.
func covers(pattern, path []any) bool {
	return len(path) >= len(pattern) && overlaps(pattern, path)
}

// overlaps says whether one of the two paths is inside of the other, or they are the same.
func overlaps(pattern, path []any) bool {
	for i := range min(len(pattern), len(path)) {
		if pattern[i] != "*" && pattern[i] != path[i] {
			return false
		}
	}
	return true
}

func replaces(rules [][]any, path []any) bool {
	for _, rule := range rules {
		if overlaps(rule, path) {
			return true
		}
	}
	return false
}

// unready looks whether a Job that asks to be replaced when it is not complete is in that state.
func (b *Backend) unready(ctx context.Context, t target) []plugin.Change {
	if t.groupKind() != (groupKind{"batch", "Job"}) {
		plugin.Log(ctx).Warn("the annotation %s is not supported for a %s", annotationReplace, t.Kind)
		return nil
	}
	live, err := b.get(ctx, t, true)
	if err != nil || live == nil || live.condition("Complete").text("status") == "True" {
		return nil
	}
	segments := []any{"metadata", "annotations", annotationReplace}
	return []plugin.Change{{
		Path: plugin.FormatPath(segments), Segments: segments, Kind: plugin.Updated, Replace: true,
	}}
}

// get reads an object; nil if it, its kind or the cluster's knowledge of it is gone.
func (b *Backend) get(ctx context.Context, t target, quick bool) (object, error) {
	path, err := b.pathOf(ctx, &t, quick)
	if err != nil {
		return nil, err
	}
	return b.client.do(ctx, call{method: http.MethodGet, path: path, quick: quick})
}
