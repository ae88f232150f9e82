package plugin

import (
	"sort"
	"strconv"
	"strings"
)

// Kind says what happened to the value at a path.
type Kind int

// The kinds of change.
const (
	Added Kind = iota
	Deleted
	Updated
)

// Change is one changed value. Path is in the engine's notation (`spec.ports[0].name`, `data["a.key"]`); Segments is the
// same path as keys (string) and list positions (int). Replace says that the change cannot be made in place.
type Change struct {
	Path     string
	Segments []any
	Kind     Kind
	Replace  bool
}

// Compare lists what differs between two objects, down to single values, sorted by path. Secret marks do not count; a
// missing key and a null are the same; whatever is unknown in news counts as changed, as it may well be.
func Compare(olds, news Map) []Change {
	var changes []Change
	compareMaps(nil, olds, news, &changes)
	sort.Slice(changes, func(i, j int) bool { return changes[i].Path < changes[j].Path })
	return changes
}

func compareMaps(path []any, olds, news map[string]any, changes *[]Change) {
	for key, old := range olds {
		compareValues(extend(path, key), old, news[key], changes)
	}
	for key, value := range news {
		if _, seen := olds[key]; !seen {
			compareValues(extend(path, key), nil, value, changes)
		}
	}
}

// extend copies: the segments of a reported change must not be overwritten by those of its neighbour.
func extend(path []any, segment any) []any {
	return append(path[:len(path):len(path)], segment)
}

func compareValues(path []any, old, value any, changes *[]Change) {
	old, value = unmark(old), unmark(value)
	report := func(kind Kind) {
		*changes = append(*changes, Change{Path: FormatPath(path), Segments: path, Kind: kind})
	}
	switch {
	case old == nil && value == nil:
		return
	case old == nil:
		report(Added)
		return
	case value == nil:
		report(Deleted)
		return
	}
	switch o := old.(type) {
	case map[string]any:
		if n, ok := value.(map[string]any); ok {
			compareMaps(path, o, n, changes)
			return
		}
	case []any:
		if n, ok := value.([]any); ok {
			for i := range max(len(o), len(n)) {
				var a, b any
				if i < len(o) {
					a = o[i]
				}
				if i < len(n) {
					b = n[i]
				}
				compareValues(extend(path, i), a, b, changes)
			}
			return
		}
	default:
		if equalScalars(old, value) {
			return
		}
	}
	report(Updated)
}

func unmark(value any) any {
	for {
		secret, ok := value.(Secret)
		if !ok {
			return value
		}
		value = secret.Value
	}
}

func equalScalars(a, b any) bool {
	switch b.(type) {
	case map[string]any, []any, Unknown:
		return false
	}
	if _, unknown := a.(Unknown); unknown {
		return false
	}
	if x, ok := asNumber(a); ok {
		y, ok := asNumber(b)
		return ok && x == y
	}
	return a == b
}

func asNumber(value any) (float64, bool) {
	switch v := value.(type) {
	case float64:
		return v, true
	case int64:
		return float64(v), true
	case int:
		return float64(v), true
	}
	return 0, false
}

// Equal says whether two values are the same, as [Compare] sees it.
func Equal(a, b any) bool {
	var changes []Change
	compareValues(nil, a, b, &changes)
	return len(changes) == 0
}

// FormatPath writes a path of keys and list positions in the engine's notation.
func FormatPath(path []any) string {
	var out strings.Builder
	for _, segment := range path {
		switch s := segment.(type) {
		case int:
			out.WriteString("[" + strconv.Itoa(s) + "]")
		case string:
			if s == "" || strings.ContainsAny(s, ".[]\"") {
				out.WriteString("[" + strconv.Quote(s) + "]")
				continue
			}
			if out.Len() > 0 {
				out.WriteByte('.')
			}
			out.WriteString(s)
		}
	}
	return out.String()
}

// ParsePath reads a path in the engine's notation. `*` is given back as the key "*". ok is false for a path that is not
// well-formed.
func ParsePath(path string) (segments []any, ok bool) {
	for len(path) > 0 {
		switch path[0] {
		case '.':
			path = path[1:]
			if path == "" {
				return nil, false
			}
		case '[':
			if strings.HasPrefix(path, "[\"") {
				quoted, err := strconv.QuotedPrefix(path[1:])
				if err != nil {
					return nil, false
				}
				key, err := strconv.Unquote(quoted)
				rest := path[1+len(quoted):]
				if err != nil || !strings.HasPrefix(rest, "]") {
					return nil, false
				}
				segments, path = append(segments, key), rest[1:]
				continue
			}
			end := strings.IndexByte(path, ']')
			if end < 0 {
				return nil, false
			}
			if inner := path[1:end]; inner == "*" {
				segments = append(segments, "*")
			} else if index, err := strconv.Atoi(inner); err == nil && index >= 0 {
				segments = append(segments, index)
			} else {
				return nil, false
			}
			path = path[end+1:]
		default:
			end := strings.IndexAny(path, ".[")
			if end < 0 {
				end = len(path)
			}
			segments, path = append(segments, path[:end]), path[end:]
		}
	}
	return segments, true
}
