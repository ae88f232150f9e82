package plugin

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func TestCompare(t *testing.T) {
	tests := []struct {
		name       string
		olds, news Map
		want       string
	}{
		{"equal", Map{"a": 1.0, "b": []any{"x"}}, Map{"a": int64(1), "b": []any{"x"}}, ""},
		{"secret or not", Map{"a": Secret{Value: "x"}}, Map{"a": "x"}, ""},
		{"null is missing", Map{"a": nil}, Map{}, ""},
		{"update", Map{"a": "x"}, Map{"a": "y"}, "a=2"},
		{"add and delete", Map{"a": "x"}, Map{"b": "x"}, "a=1 b=0"},
		{"nested", Map{"a": map[string]any{"b": map[string]any{"c": 1.0}}}, Map{"a": map[string]any{"b": map[string]any{"c": 2.0}}}, "a.b.c=2"},
		{"list shrinks", Map{"a": []any{"x", "y"}}, Map{"a": []any{"x"}}, "a[1]=1"},
		{"list grows", Map{"a": []any{"x"}}, Map{"a": []any{"x", "y"}}, "a[1]=0"},
		{"unknown", Map{"a": "x"}, Map{"a": Unknown{}}, "a=2"},
		{"both unknown", Map{"a": Unknown{}}, Map{"a": Unknown{}}, "a=2"},
		{"type changes", Map{"a": "x"}, Map{"a": []any{}}, "a=2"},
		{"awkward keys", Map{"d": map[string]any{"a.b": "1", `q"`: "1"}}, Map{"d": map[string]any{"a.b": "2", `q"`: "2"}}, `d["a.b"]=2 d["q\""]=2`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, change := range Compare(test.olds, test.news) {
				got = append(got, fmt.Sprintf("%s=%d", change.Path, change.Kind))
			}
			if joined := strings.Join(got, " "); joined != test.want {
				t.Errorf("got %q, want %q", joined, test.want)
			}
			if Equal(map[string]any(test.olds), map[string]any(test.news)) != (test.want == "") {
				t.Error("Equal disagrees with Compare")
			}
		})
	}
}

func TestPathsReadBack(t *testing.T) {
	for _, path := range [][]any{{"a"}, {"a", "b", 0, "c"}, {"a", "x.y/z", 12}, {`quote"d`}, {"a", ""}} {
		got, ok := ParsePath(FormatPath(path))
		if !ok || !reflect.DeepEqual(got, path) {
			t.Errorf("%s: got %#v, want %#v", FormatPath(path), got, path)
		}
	}
	if got, ok := ParsePath("a[*].b"); !ok || !reflect.DeepEqual(got, []any{"a", "*", "b"}) {
		t.Errorf("wildcard: %#v", got)
	}
	for _, path := range []string{"a.", "a[", "a[x]", `a["b`, "a[-1]"} {
		if _, ok := ParsePath(path); ok {
			t.Errorf("%q must not be read as a path", path)
		}
	}
}

func TestChangesHavePathsOfTheirOwn(t *testing.T) {
	changes := Compare(
		Map{"a": map[string]any{"b": map[string]any{"x": 1.0, "y": 1.0, "z": 1.0}}},
		Map{"a": map[string]any{"b": map[string]any{"x": 2.0, "y": 2.0, "z": 2.0}}})
	for _, change := range changes {
		if FormatPath(change.Segments) != change.Path {
			t.Errorf("%v does not fit %s", change.Segments, change.Path)
		}
	}
}
