package kubernetes

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"estate/providers/internal/plugin"
)

// Annotations by which a program steers the provider, as upstream defines them. They are stored on the object.
const (
	annotationAutonamed    = "pulumi.com/autonamed"
	annotationSkipAwait    = "pulumi.com/skipAwait"
	annotationWaitFor      = "pulumi.com/waitFor"
	annotationTimeout      = "pulumi.com/timeoutSeconds"
	annotationForce        = "pulumi.com/patchForce"
	annotationManager      = "pulumi.com/patchFieldManager"
	annotationReplace      = "pulumi.com/replaceUnready"
	annotationPropagation  = "pulumi.com/deletionPropagationPolicy"
	annotationLastApplied  = "kubectl.kubernetes.io/last-applied-configuration"
	outputFieldManager     = "__fieldManager"
	outputInitialVersion   = "__initialApiVersion"
	outputInputs           = "__inputs"
	managerPrefix          = "pulumi-kubernetes-"
	defaultTimeout         = 10 * time.Minute
	kindSecret             = "Secret"
	kindConfigMap          = "ConfigMap"
	kindCustomResourceDef  = "CustomResourceDefinition"
	groupAPIExtensions     = "apiextensions.k8s.io"
	typeServiceAccountAuth = "kubernetes.io/service-account-token"
)

// groupKind names a kind of object whatever its version.
type groupKind struct{ Group, Kind string }

// versionKind names a kind in one API version: Group is empty for the core group.
type versionKind struct{ Group, Version, Kind string }

func (k versionKind) groupKind() groupKind { return groupKind{k.Group, k.Kind} }

// apiVersion is the group and version as manifests write them.
func (k versionKind) apiVersion() string {
	if k.Group == "" {
		return k.Version
	}
	return k.Group + "/" + k.Version
}

// parseAPIVersion splits `apps/v1` or `v1`. The token of the core group (`core/v1`) means the same as `v1`.
func parseAPIVersion(apiVersion, kind string) versionKind {
	group, version, found := strings.Cut(apiVersion, "/")
	if !found {
		return versionKind{"", apiVersion, kind}
	}
	if group == "core" {
		group = ""
	}
	return versionKind{group, version, kind}
}

// parseToken reads a resource's token: kubernetes:<group>/<version>:<Kind>. The kind still has the suffix of a patch
// resource.
func parseToken(token string) (versionKind, error) {
	parts := strings.Split(token, ":")
	if len(parts) != 3 || parts[0] != "kubernetes" || parts[1] == "" || parts[2] == "" {
		return versionKind{}, fmt.Errorf("%q is not the token of a Kubernetes resource (kubernetes:<group>/<version>:<Kind>)", token)
	}
	return parseAPIVersion(parts[1], parts[2]), nil
}

// object is a Kubernetes object, or the part of it that a program sets, as plain JSON values.
type object map[string]any

func (o object) text(path ...string) string {
	text, _ := o.at(path...).(string)
	return text
}

func (o object) number(path ...string) (float64, bool) {
	return plugin.Number(o.at(path...))
}

func (o object) at(path ...string) any {
	var value any = map[string]any(o)
	for _, key := range path {
		parent, ok := value.(map[string]any)
		if !ok {
			return nil
		}
		value = parent[key]
	}
	return value
}

func (o object) list(path ...string) []any {
	list, _ := o.at(path...).([]any)
	return list
}

func (o object) fields(path ...string) map[string]any {
	fields, _ := o.at(path...).(map[string]any)
	return fields
}

func (o object) name() string                 { return o.text("metadata", "name") }
func (o object) namespace() string            { return o.text("metadata", "namespace") }
func (o object) annotation(key string) string { return o.text("metadata", "annotations", key) }
func (o object) isAnnotated(key string) bool  { return o.annotation(key) == "true" }
func (o object) versionKind() versionKind {
	return parseAPIVersion(o.text("apiVersion"), o.text("kind"))
}
func (o object) uid() string          { return o.text("metadata", "uid") }
func (o object) isBeingDeleted() bool { return o.text("metadata", "deletionTimestamp") != "" }
func (o object) condition(name string) (c object) {
	return findCondition(o.list("status", "conditions"), name)
}

func findCondition(conditions []any, name string) object {
	for _, entry := range conditions {
		if condition, ok := entry.(map[string]any); ok && condition["type"] == name {
			return condition
		}
	}
	return nil
}

// timeout is how long to wait for the object, unless the resource has customTimeouts.
func (o object) timeout() time.Duration {
	if seconds, ok := plugin.Number(o.annotation(annotationTimeout)); ok && seconds > 0 {
		return time.Duration(seconds * float64(time.Second))
	}
	return defaultTimeout
}

// withMetadata is a copy of the object whose metadata can be changed without touching the original.
func (o object) withMetadata() (object, map[string]any) {
	result := make(object, len(o))
	for key, value := range o {
		result[key] = value
	}
	metadata := map[string]any{}
	for key, value := range o.fields("metadata") {
		metadata[key] = value
	}
	result["metadata"] = metadata
	return result, metadata
}

// target is the place of one object in the cluster.
type target struct {
	versionKind
	Namespace, Name string
	// Patch says that the resource changes fields of an object that something else owns.
	Patch bool
}

// id is what the state knows the object by.
func (t target) id() string {
	if t.Namespace == "" {
		return t.Name
	}
	return t.Namespace + "/" + t.Name
}

// String names the object for people.
func (t target) String() string { return t.Kind + " " + t.id() }

// targetOf says which object the inputs are about. The token decides whether it is a patch; the inputs know the kind.
func targetOf(token string, inputs object) (target, error) {
	fromToken, err := parseToken(token)
	if err != nil {
		return target{}, err
	}
	kind := inputs.versionKind()
	if kind.Version == "" || kind.Kind == "" {
		return target{}, fmt.Errorf("the inputs of a %s say no apiVersion or kind", fromToken.Kind)
	}
	return target{
		versionKind: kind,
		Namespace:   inputs.namespace(),
		Name:        inputs.name(),
		Patch:       fromToken.Kind == kind.Kind+"Patch",
	}, nil
}

// targetOfID says which object a resource of the state is about; known is its inputs or outputs, if there are any.
func targetOfID(token, id string, known object) (target, error) {
	fromToken, err := parseToken(token)
	if err != nil {
		return target{}, err
	}
	kind := fromToken
	patch := false
	if known.text("apiVersion") != "" && known.text("kind") != "" {
		kind = known.versionKind()
		patch = fromToken.Kind == kind.Kind+"Patch"
	}
	namespace, name, found := strings.Cut(id, "/")
	if !found {
		namespace, name = "", id
	}
	if name == "" || strings.Contains(name, "/") {
		return target{}, fmt.Errorf("%q is not the id of a Kubernetes object: write <namespace>/<name>, or <name> for an object without a namespace", id)
	}
	return target{versionKind: kind, Namespace: namespace, Name: name, Patch: patch}, nil
}

// managerOf is the field manager a resource applies with. It follows from the URN, so that an object whose creation was
// never recorded (a killed engine, a lost answer) is known to be this resource's own. A manager that the state knows, or
// that an annotation sets, comes first.
func managerOf(urn string, inputs, state object) string {
	if manager := inputs.annotation(annotationManager); manager != "" {
		return manager
	}
	if manager := state.text(outputFieldManager); manager != "" {
		return manager
	}
	sum := sha256.Sum256([]byte(urn))
	return managerPrefix + hex.EncodeToString(sum[:4])
}

// outputsOf turns an object of the cluster into a resource's outputs: what was secret in the inputs stays secret, the data
// of a Secret always is.
func outputsOf(live object, inputs plugin.Map, manager, initialVersion string) plugin.Map {
	outputs, metadata := live.withMetadata()
	// The bookkeeping of server-side apply is as big as the object itself and of no use to a program.
	delete(metadata, "managedFields")
	if outputs.versionKind().groupKind() == (groupKind{groupAPIExtensions, kindCustomResourceDef}) {
		outputs["spec"] = withoutSchemas(outputs["spec"])
	}
	for key, value := range outputs {
		if model, given := inputs[key]; given {
			outputs[key] = plugin.MarkLike(value, model)
		}
	}
	if outputs.versionKind() == (versionKind{"", "v1", kindSecret}) {
		for _, key := range []string{"data", "stringData"} {
			if value, given := outputs[key]; given {
				outputs[key] = plugin.AsSecret(value)
			}
		}
		markLastApplied(metadata)
	} else if plugin.HasSecret(inputs) {
		markLastApplied(metadata)
	}
	outputs[outputFieldManager] = manager
	outputs[outputInitialVersion] = initialVersion
	outputs[outputInputs] = rememberedInputs(inputs)
	return plugin.Map(outputs)
}

// rememberedInputs are a resource's inputs as upstream keeps them among its outputs. Upstream compares with these and not
// with the engine's own record: without them it would replace every object of a state that was made here.
func rememberedInputs(inputs plugin.Map) map[string]any {
	kept := make(map[string]any, len(inputs))
	for key, value := range inputs {
		kept[key] = value
	}
	if object(plugin.StripMap(inputs)).versionKind() == (versionKind{"", "v1", kindSecret}) {
		for _, key := range []string{"data", "stringData"} {
			if value, given := kept[key]; given {
				kept[key] = plugin.AsSecret(value)
			}
		}
	}
	return kept
}

// withoutSchemas takes the schemas out of a CustomResourceDefinition's spec. They are most of what an installation
// consists of, no program reads them back, and as outputs they would pass through the engine, the state and the program a
// second time in every preview.
func withoutSchemas(spec any) any {
	fields, ok := spec.(map[string]any)
	if !ok {
		return spec
	}
	versions, ok := fields["versions"].([]any)
	if !ok {
		return spec
	}
	shortened := make([]any, len(versions))
	for i, entry := range versions {
		version, ok := entry.(map[string]any)
		if !ok {
			return spec
		}
		kept := make(map[string]any, len(version))
		for key, value := range version {
			if key != "schema" {
				kept[key] = value
			}
		}
		shortened[i] = kept
	}
	result := make(map[string]any, len(fields))
	for key, value := range fields {
		result[key] = value
	}
	result["versions"] = shortened
	return result
}

// markLastApplied hides the copy of the object that `kubectl apply` leaves in an annotation.
func markLastApplied(metadata map[string]any) {
	annotations, ok := metadata["annotations"].(map[string]any)
	if !ok || annotations[annotationLastApplied] == nil {
		return
	}
	copied := make(map[string]any, len(annotations))
	for key, value := range annotations {
		copied[key] = value
	}
	copied[annotationLastApplied] = plugin.AsSecret(copied[annotationLastApplied])
	metadata["annotations"] = copied
}

// initialVersionOf is the API version the object was first created with.
func initialVersionOf(state, inputs object) string {
	if version := state.text(outputInitialVersion); version != "" {
		return version
	}
	return inputs.text("apiVersion")
}
