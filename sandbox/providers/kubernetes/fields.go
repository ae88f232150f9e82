package kubernetes

import (
	"encoding/json"
	"strings"

	"estate/providers/internal/plugin"
)

// fieldSet is what managers hold of an object, as its managedFields record it: a tree of fields (`f:name`), list items by
// key (`k:{"name":"web"}`), set members (`v:"x"`) and `.` for the thing itself. A list or map without children is held as
// a whole.
type fieldSet map[string]any

// fieldsOf merges the fields of one manager, or of all if the name is empty.
func fieldsOf(live object, manager string) fieldSet {
	result := map[string]any{}
	for _, entry := range live.list("metadata", "managedFields") {
		managed, ok := entry.(map[string]any)
		if !ok || (manager != "" && managed["manager"] != manager) {
			continue
		}
		if fields, ok := managed["fieldsV1"].(map[string]any); ok {
			mergeFields(result, fields)
		}
	}
	return result
}

func mergeFields(into, from map[string]any) {
	for key, value := range from {
		children, _ := value.(map[string]any)
		existing, _ := into[key].(map[string]any)
		if existing == nil {
			existing = make(map[string]any, len(children))
			into[key] = existing
		}
		mergeFields(existing, children)
	}
}

// child is the set under a field; nil if nobody holds anything there.
func (f fieldSet) child(field string) fieldSet {
	children, _ := f["f:"+field].(map[string]any)
	return children
}

// has says whether something is held at or under a path of fields. List positions cannot be told from managedFields: a
// path that has one is looked up only as far as the list.
func (f fieldSet) has(path []any) bool {
	for _, segment := range path {
		name, isField := segment.(string)
		if !isField || name == "*" {
			return true
		}
		if f = f.child(name); f == nil {
			return false
		}
	}
	return true
}

// itemKeys are the fields that identify the items of a list that is merged by key; nil for other lists.
func (f fieldSet) itemKeys() []string {
	for entry := range f {
		text, isItem := strings.CutPrefix(entry, "k:")
		if !isItem {
			continue
		}
		var keys map[string]any
		if json.Unmarshal([]byte(text), &keys) != nil {
			continue
		}
		names := make([]string, 0, len(keys))
		for name := range keys {
			names = append(names, name)
		}
		return names
	}
	return nil
}

// isSet says whether the list is a set, whose members are held one by one.
func (f fieldSet) isSet() bool {
	for entry := range f {
		if strings.HasPrefix(entry, "v:") {
			return true
		}
	}
	return false
}

// item is the set under the list item with the given key fields.
func (f fieldSet) item(element map[string]any, keys []string) fieldSet {
next:
	for entry, value := range f {
		text, isItem := strings.CutPrefix(entry, "k:")
		if !isItem {
			continue
		}
		var wanted map[string]any
		if json.Unmarshal([]byte(text), &wanted) != nil {
			continue
		}
		for _, key := range keys {
			if !plugin.Equal(wanted[key], element[key]) {
				continue next
			}
		}
		children, _ := value.(map[string]any)
		return children
	}
	return nil
}
