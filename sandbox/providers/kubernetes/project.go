package kubernetes

import (
	"encoding/base64"

	"k8s.io/apimachinery/pkg/api/resource"

	"estate/providers/internal/plugin"
)

// project is what the program's inputs would be if they described the object as it is now: the shape of the last inputs
// with the values of the cluster. Fields that the program does not set never appear; a field that was changed by hand
// appears with its new value; one that was removed is missing. Values that only the server writes differently stay as the
// program wrote them.
func project(inputs, live object) object {
	managed := fieldsOf(live, "")
	result := make(object, len(inputs))
	for key, old := range inputs {
		switch key {
		case "status", "apiVersion", "kind":
			// A program's status is ignored by the server; version and kind are how the object was asked for.
			result[key] = old
		case "stringData":
			projectStringData(result, old, live)
		case "metadata":
			result[key] = projectMetadata(old, live[key], managed.child(key))
		default:
			if value, keep := projectValue(key, old, live[key], managed.child(key)); keep {
				result[key] = value
			}
		}
	}
	return result
}

func projectMetadata(old, live any, managed fieldSet) any {
	value, _ := projectValue("metadata", old, live, managed)
	fields, ok := value.(map[string]any)
	if !ok {
		return old
	}
	given, _ := old.(map[string]any)
	// Set for the creation only, by a program or in exported manifests.
	for _, key := range []string{"creationTimestamp", "generateName", "resourceVersion", "uid", "generation", "selfLink",
		"managedFields"} {
		if value, set := given[key]; set {
			fields[key] = value
		}
	}
	return fields
}

// projectStringData: the server stores it base64 coded under data.
func projectStringData(result object, old any, live object) {
	given, ok := old.(map[string]any)
	if !ok {
		result["stringData"] = old
		return
	}
	stored := live.fields("data")
	values := map[string]any{}
	for key := range given {
		encoded, ok := stored[key].(string)
		if !ok {
			continue
		}
		if decoded, err := base64.StdEncoding.DecodeString(encoded); err == nil {
			values[key] = string(decoded)
		}
	}
	result["stringData"] = values
}

// isEmpty says whether a value is one that servers leave out.
func isEmpty(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case bool:
		return !v
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		for _, element := range v {
			if !isEmpty(element) {
				return false
			}
		}
		return true
	}
	number, isNumber := plugin.Number(value)
	return isNumber && number == 0
}

// projectValue is the live value in the shape of the old one; keep is false if the field is gone.
func projectValue(key string, old, live any, managed fieldSet) (value any, keep bool) {
	if live == nil {
		return old, isEmpty(old)
	}
	switch o := old.(type) {
	case map[string]any:
		if l, ok := live.(map[string]any); ok {
			return projectMap(key, o, l, managed), true
		}
	case []any:
		if l, ok := live.([]any); ok {
			return projectList(o, l, managed), true
		}
	case nil:
		// A null says nothing about the field; what the server put there is its default.
		return nil, true
	default:
		if sameValue(old, live) {
			return old, true
		}
	}
	return live, true
}

// wholeMaps are maps of a program's own keys which servers hold as a whole: keys that were added by hand take effect, and
// an apply would remove them.
var wholeMaps = map[string]bool{"matchLabels": true, "nodeSelector": true, "selector": true}

func projectMap(key string, old, live map[string]any, managed fieldSet) map[string]any {
	result := make(map[string]any, len(old))
	for field, value := range old {
		if projected, keep := projectValue(field, value, live[field], managed.child(field)); keep {
			result[field] = projected
		}
	}
	if wholeMaps[key] && len(managed) == 0 && allStrings(old) && allStrings(live) {
		for field, value := range live {
			result[field] = value
		}
	}
	return result
}

func allStrings(fields map[string]any) bool {
	for _, value := range fields {
		if _, ok := value.(string); !ok {
			return false
		}
	}
	return true
}

func projectList(old, live []any, managed fieldSet) []any {
	result := make([]any, 0, len(old))
	if keys := managed.itemKeys(); keys != nil {
		for _, element := range old {
			if match := findItem(element, live, keys); match != nil {
				projected, _ := projectValue("", element, match, managed.item(match, keys))
				result = append(result, projected)
			}
		}
		return result
	}
	if managed.isSet() {
		for _, element := range old {
			for _, candidate := range live {
				if sameValue(element, candidate) {
					result = append(result, element)
					break
				}
			}
		}
		return result
	}
	// What was appended by hand is not looked at, as in the published plugin.
	for i, element := range live[:min(len(live), len(old))] {
		projected, _ := projectValue("", old[i], element, nil)
		result = append(result, projected)
	}
	return result
}

// findItem finds the item of a list with the key fields of element. A key field that the program left to its default
// (`protocol: TCP`) fits any value.
func findItem(element any, live []any, keys []string) map[string]any {
	wanted, ok := element.(map[string]any)
	if !ok {
		return nil
	}
next:
	for _, candidate := range live {
		fields, ok := candidate.(map[string]any)
		if !ok {
			continue
		}
		for _, key := range keys {
			if value, set := wanted[key]; set && value != nil && !plugin.Equal(value, fields[key]) {
				continue next
			}
		}
		return fields
	}
	return nil
}

// sameValue says whether two single values mean the same to Kubernetes: numbers, quantities (`1000m` and `1`) and base64
// text are written in more than one way.
func sameValue(a, b any) bool {
	if plugin.Equal(a, b) {
		return true
	}
	x, y := asQuantityText(a), asQuantityText(b)
	if x == "" || y == "" {
		return false
	}
	const longest = 40 // no quantity is longer
	if len(x) <= longest && len(y) <= longest {
		p, errP := resource.ParseQuantity(x)
		q, errQ := resource.ParseQuantity(y)
		return errP == nil && errQ == nil && p.Cmp(q) == 0
	}
	return false
}

func asQuantityText(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case float64, int64:
		encoded, ok := plugin.Number(v)
		if !ok {
			return ""
		}
		quantity := resource.NewMilliQuantity(int64(encoded*1000), resource.DecimalSI)
		return quantity.String()
	}
	return ""
}

// importedInputs are the inputs a program would give for an object that it does not know yet.
func importedInputs(live object) object {
	inputs, metadata := live.withMetadata()
	delete(inputs, "status")
	for _, key := range []string{"managedFields", "uid", "resourceVersion", "generation", "creationTimestamp", "selfLink",
		"deletionTimestamp", "deletionGracePeriodSeconds", "ownerReferences"} {
		delete(metadata, key)
	}
	if annotations, ok := metadata["annotations"].(map[string]any); ok {
		kept := map[string]any{}
		for key, value := range annotations {
			if key != annotationLastApplied && key != "deployment.kubernetes.io/revision" {
				kept[key] = value
			}
		}
		metadata["annotations"] = kept
		if len(kept) == 0 {
			delete(metadata, "annotations")
		}
	}
	if inputs.versionKind() == (versionKind{"", "v1", "Namespace"}) {
		// Every namespace has these; nobody writes them.
		delete(inputs, "spec")
		labels := map[string]any{}
		for key, value := range live.fields("metadata", "labels") {
			if key != "kubernetes.io/metadata.name" {
				labels[key] = value
			}
		}
		metadata["labels"] = labels
		if len(labels) == 0 {
			delete(metadata, "labels")
		}
	}
	if inputs.versionKind() == (versionKind{"", "v1", kindSecret}) && inputs["data"] != nil {
		inputs["data"] = plugin.AsSecret(inputs["data"])
	}
	return inputs
}
