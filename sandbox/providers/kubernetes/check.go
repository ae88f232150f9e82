package kubernetes

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	pathvalidation "k8s.io/apimachinery/pkg/api/validation/path"
	"k8s.io/apimachinery/pkg/util/validation"

	"estate/providers/internal/plugin"
)

// Check fills in the namespace and a name, and finds what the API server would refuse for every cluster alike.
func (b *Backend) Check(ctx context.Context, req plugin.CheckRequest) (plugin.CheckResponse, error) {
	token, err := parseToken(req.Type)
	if err != nil {
		return plugin.CheckResponse{}, err
	}
	inputs := object(req.News)
	failures := checkKind(token, inputs)
	if len(failures) > 0 {
		return plugin.CheckResponse{Inputs: req.News, Failures: failures}, nil
	}
	news := object(plugin.StripMap(req.News))
	olds := object(plugin.StripMap(req.Olds))
	kind := news.versionKind()
	if kind.groupKind() == (groupKind{groupAPIExtensions, kindCustomResourceDef}) {
		b.mapping.define(news)
	}
	if value, given := news["metadata"]; given && value != nil {
		if _, unknown := value.(plugin.Unknown); unknown {
			return plugin.CheckResponse{Inputs: req.News}, nil
		}
		if _, isObject := value.(map[string]any); !isObject {
			return plugin.CheckResponse{Inputs: req.News, Failures: []plugin.Failure{
				{Property: "metadata", Reason: "must be an object"},
			}}, nil
		}
	}

	isPatch := token.Kind == kind.Kind+"Patch"
	checked := &checkedInputs{inputs: inputs}
	failures = append(failures, b.checkNamespace(ctx, checked, news, olds, kind)...)
	failures = append(failures, b.checkName(checked, req, news, olds, kind, isPatch)...)
	failures = append(failures, checkStringMaps(news, kind)...)
	return plugin.CheckResponse{Inputs: plugin.Map(checked.inputs), Failures: failures}, nil
}

// checkedInputs are the inputs of the program, whose metadata is copied before the first change to it. Secret marks stay.
type checkedInputs struct {
	inputs   object
	metadata map[string]any
}

func (c *checkedInputs) writable() map[string]any {
	if c.metadata == nil {
		if secret, isSecret := c.inputs["metadata"].(plugin.Secret); isSecret {
			// The name is part of the id, which cannot be secret anyway.
			c.inputs, _ = c.inputs.withMetadata()
			c.inputs["metadata"] = secret.Value
		}
		c.inputs, c.metadata = c.inputs.withMetadata()
	}
	return c.metadata
}

func checkKind(token versionKind, inputs object) []plugin.Failure {
	var failures []plugin.Failure
	for _, key := range []string{"apiVersion", "kind"} {
		switch value := plugin.Strip(inputs[key]).(type) {
		case plugin.Unknown:
			failures = append(failures, plugin.Failure{Property: key, Reason: "must be known when the program runs"})
		case string:
			if value == "" {
				failures = append(failures, plugin.Failure{Property: key, Reason: "must not be empty"})
			}
		case nil:
			failures = append(failures, plugin.Failure{Property: key, Reason: fmt.Sprintf(
				"is missing; this plugin serves objects of the API, and %s is none without it", token.Kind)})
		default:
			failures = append(failures, plugin.Failure{Property: key, Reason: "must be a string"})
		}
	}
	if len(failures) > 0 {
		return failures
	}
	kind := plugin.Text(inputs["kind"])
	if token.Kind != kind && token.Kind != kind+"Patch" {
		return []plugin.Failure{{Property: "kind", Reason: fmt.Sprintf(
			"is %q, but the resource's type is for %s", kind, token.Kind)}}
	}
	if _, isList := plugin.Strip(inputs["items"]).([]any); isList && strings.HasSuffix(kind, "List") {
		return []plugin.Failure{{Property: "kind", Reason: fmt.Sprintf(
			"%s is what the API answers with, no object of its own: register its items one by one", kind)}}
	}
	return nil
}

// checkNamespace fills in the provider's namespace, and refuses one for a kind that has none.
func (b *Backend) checkNamespace(
	ctx context.Context, checked *checkedInputs, news, olds object, kind versionKind,
) []plugin.Failure {
	given := news.at("metadata", "namespace")
	namespaced, certain := b.isNamespaced(ctx, olds, kind)
	switch value := given.(type) {
	case plugin.Unknown:
		return nil
	case nil:
	case string:
		if value != "" && certain && !namespaced {
			return []plugin.Failure{{Property: "metadata.namespace", Reason: fmt.Sprintf(
				"is %q, but a %s belongs to the whole cluster: leave it out", value, kind.Kind)}}
		}
		if value != "" {
			if problems := validation.IsDNS1123Label(value); len(problems) > 0 {
				return []plugin.Failure{{Property: "metadata.namespace", Reason: fmt.Sprintf(
					"%q is no name for a namespace: %s", value, problems[0])}}
			}
			return nil
		}
	default:
		return []plugin.Failure{{Property: "metadata.namespace", Reason: "must be a string"}}
	}
	if namespaced {
		checked.writable()["namespace"] = b.settings.defaultNamespace
	}
	return nil
}

// isNamespaced says whether the objects of a kind are in namespaces, asking the cluster only for kinds that neither every
// cluster nor this update's CustomResourceDefinitions define. As long as nobody knows, they are assumed to be.
func (b *Backend) isNamespaced(ctx context.Context, olds object, kind versionKind) (namespaced, certain bool) {
	if namespaced, known := b.mapping.namespacedOffline(kind.groupKind()); known {
		return namespaced, true
	}
	if olds.text("kind") == kind.Kind && olds.versionKind().Group == kind.Group {
		// What was true at the last update; a wrong guess was put right there.
		return olds.namespace() != "", false
	}
	if b.client == nil {
		return true, false
	}
	where, err := b.mapping.find(ctx, b.client, kind, true)
	if err != nil {
		return true, false
	}
	return where.namespaced, true
}

// checkName gives an object without a name one that stays the same from then on: the resource's name and 8 hex digits.
func (b *Backend) checkName(
	checked *checkedInputs, req plugin.CheckRequest, news, olds object, kind versionKind, isPatch bool,
) []plugin.Failure {
	property := "metadata.name"
	switch value := news.at("metadata", "name").(type) {
	case plugin.Unknown:
		return nil
	case string:
		if value != "" {
			return validName(kind, value)
		}
	case nil:
	default:
		return []plugin.Failure{{Property: property, Reason: "must be a string"}}
	}
	if isPatch {
		return []plugin.Failure{{Property: property, Reason: "is missing: say which object is to be patched"}}
	}
	if news.text("metadata", "generateName") != "" {
		return nil
	}
	if olds.isAnnotated(annotationAutonamed) && olds.name() != "" {
		b.lastNames.Store(req.URN, olds.name())
		setAutoname(checked, news, olds.name())
		return nil
	}
	// A replacement is checked once more, then without the old inputs: it needs another name than the object it replaces.
	replaced, _ := b.lastNames.Load(req.URN)
	name := req.Name + "-" + suffix(req.URN, replaced)
	if wish := req.Autonaming; wish != nil {
		switch {
		case wish.Disabled:
			return []plugin.Failure{{Property: property, Reason: "is missing, and automatic names are switched off"}}
		case wish.Proposed != "":
			name = wish.Proposed
		}
	}
	setAutoname(checked, news, name)
	return validName(kind, name)
}

func setAutoname(checked *checkedInputs, news object, name string) {
	metadata := checked.writable()
	metadata["name"] = name
	annotations := map[string]any{annotationAutonamed: "true"}
	if _, unknown := news.at("metadata", "annotations").(plugin.Unknown); unknown {
		return
	}
	given, _ := plugin.Strip(metadata["annotations"]).(map[string]any)
	for key, value := range given {
		annotations[key] = value
	}
	metadata["annotations"] = plugin.MarkLike(annotations, metadata["annotations"])
}

// suffix is 8 hex digits that follow from the resource and the name it had before, if any. They are the same for every try
// of the same update, so that an object whose creation was never recorded is found again.
func suffix(urn string, replaced any) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\n%v", urn, replaced))
	return hex.EncodeToString(sum[:4])
}

// labelNames are the kinds whose names must be DNS labels; other kinds allow dots.
var labelNames = map[groupKind]bool{{"", "Namespace"}: true, {"", "Service"}: true}

func validName(kind versionKind, name string) []plugin.Failure {
	check := validation.IsDNS1123Subdomain
	switch {
	case kind.Group == "rbac.authorization.k8s.io":
		check = pathvalidation.IsValidPathSegmentName
	case labelNames[kind.groupKind()]:
		check = validation.IsDNS1123Label
	}
	problems := check(name)
	if len(problems) == 0 {
		return nil
	}
	return []plugin.Failure{{Property: "metadata.name", Reason: fmt.Sprintf(
		"%q is no name for a %s: %s", name, kind.Kind, problems[0])}}
}

// checkStringMaps finds numbers and booleans where the API wants strings: the commonest slip in labels and annotations.
func checkStringMaps(news object, kind versionKind) []plugin.Failure {
	paths := [][]string{{"metadata", "labels"}, {"metadata", "annotations"}}
	if kind.Group == "" && (kind.Kind == kindConfigMap || kind.Kind == kindSecret) {
		paths = append(paths, []string{"data"}, []string{"stringData"}, []string{"binaryData"})
	}
	var failures []plugin.Failure
	for _, path := range paths {
		for key, value := range news.fields(path...) {
			switch value.(type) {
			case string, nil, plugin.Unknown:
				continue
			}
			segments := make([]any, 0, len(path)+1)
			for _, segment := range path {
				segments = append(segments, segment)
			}
			failures = append(failures, plugin.Failure{
				Property: plugin.FormatPath(append(segments, key)),
				Reason:   "must be a string: put it in quotes, or encode it",
			})
		}
	}
	return failures
}
