package schema

import (
	"sort"

	"estate/providers/internal/plugin"
)

// Matches says whether an object is as wanted: everything wanted is there with the same value. What only the object has
// does not count, and lists are equal in any order: the APIs behind these providers return most lists as sets.
func Matches(wanted, actual any) bool {
	wanted, actual = plugin.Strip(wanted), plugin.Strip(actual)
	switch w := wanted.(type) {
	case nil:
		return true
	case map[string]any:
		object, ok := actual.(map[string]any)
		if !ok {
			return false
		}
		for key, value := range w {
			if !Matches(value, object[key]) {
				return false
			}
		}
		return true
	case []any:
		list, ok := actual.([]any)
		if !ok {
			return actual == nil && len(w) == 0
		}
		_, complete := pair(w, list)
		return complete && len(w) == len(list)
	}
	return plugin.Equal(wanted, actual)
}

// pair finds for each wanted element one of the list that matches it, each used once. -1: none.
func pair(wanted, list []any) (places []int, complete bool) {
	used := make([]bool, len(list))
	places = make([]int, len(wanted))
	complete = true
	for i, want := range wanted {
		places[i] = -1
		for j, have := range list {
			if !used[j] && Matches(want, have) {
				used[j], places[i] = true, j
				break
			}
		}
		complete = complete && places[i] >= 0
	}
	return places, complete
}

// Merge gives an object's value in the form a program wrote it: its order of lists, its spelling of equal values, with
// what only the object knows added. The two must match.
func Merge(wanted, actual any) any {
	switch w := wanted.(type) {
	case map[string]any:
		object, ok := actual.(map[string]any)
		if !ok {
			return wanted
		}
		result := make(map[string]any, len(object))
		for key, value := range object {
			if value != nil {
				result[key] = value
			}
		}
		for key, value := range w {
			result[key] = Merge(value, object[key])
		}
		return result
	case []any:
		list, ok := actual.([]any)
		if !ok {
			return wanted
		}
		places, _ := pair(w, list)
		result := make([]any, len(w))
		for i, place := range places {
			result[i] = w[i]
			if place >= 0 {
				result[i] = Merge(w[i], list[place])
			}
		}
		return result
	}
	return wanted
}

// Diff lists what changed from the last inputs to the new ones. An input that is no longer given counts only if nothing
// else than the program sets it: otherwise the object keeps the value, as upstream has it. One that is given for the
// first time counts only if the object differs from it.
func (r *Resource) Diff(req plugin.DiffRequest) []plugin.Change {
	var changes []plugin.Change
	for name, property := range r.Inputs {
		old, news := req.OldInputs[name], req.News[name]
		switch {
		case news == nil && (old == nil || property.Always || Empty(old)):
			continue
		case news != nil && !plugin.HasUnknown(news):
			have := old
			if have == nil {
				have = req.Olds[name]
			}
			if have != nil && Matches(news, have) || have == nil && Empty(news) {
				continue
			}
		}
		found := plugin.Compare(plugin.Map{name: old}, plugin.Map{name: news})
		if len(found) == 0 { // the same at another place: say that the whole value changed
			found = []plugin.Change{{Path: name, Segments: []any{name}, Kind: plugin.Updated}}
		}
		for i := range found {
			found[i].Replace = property.Replace || property.ReplaceGiven && news != nil
		}
		changes = append(changes, found...)
	}
	sort.Slice(changes, func(i, j int) bool { return changes[i].Path < changes[j].Path })
	return changes
}

// Empty values are what the APIs return for something that was never set.
func Empty(value any) bool {
	switch v := plugin.Strip(value).(type) {
	case nil:
		return true
	case string:
		return v == ""
	case bool:
		return !v
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}
