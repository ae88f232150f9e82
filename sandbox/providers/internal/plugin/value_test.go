package plugin

import (
	"reflect"
	"strings"
	"testing"

	"google.golang.org/protobuf/types/known/structpb"
)

func TestValuesSurviveTheWire(t *testing.T) {
	original := Map{
		"text": "x", "number": 1.5, "yes": true, "nothing": nil, "unknown": Unknown{},
		"secret": Secret{Value: map[string]any{"inner": "y", "unknown": Unknown{}}},
		"list":   []any{"a", Secret{Value: "b"}, map[string]any{"c": 1.0}},
		"empty":  map[string]any{}, "none": []any{},
	}
	wire, err := toWire(original)
	if err != nil {
		t.Fatal(err)
	}
	back, err := fromWire(wire)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(back, original) {
		t.Errorf("got %#v, want %#v", back, original)
	}
}

func TestWholeNumbersAreSent(t *testing.T) {
	wire, err := toWire(Map{"a": 3, "b": int64(4), "c": int32(5), "d": []string{"x"}})
	if err != nil {
		t.Fatal(err)
	}
	back, _ := fromWire(wire)
	if want := (Map{"a": 3.0, "b": 4.0, "c": 5.0, "d": []any{"x"}}); !reflect.DeepEqual(back, want) {
		t.Errorf("got %#v", back)
	}
}

func TestMarkedObjects(t *testing.T) {
	marked := func(fields map[string]any) *structpb.Struct {
		inner, err := structpb.NewStruct(fields)
		if err != nil {
			t.Fatal(err)
		}
		return &structpb.Struct{Fields: map[string]*structpb.Value{"v": structpb.NewStructValue(inner)}}
	}
	tests := []struct {
		name   string
		fields map[string]any
		want   any
		error  string
	}{
		{"known output", map[string]any{sigKey: sigOutput, "value": "x"}, "x", ""},
		{"secret output", map[string]any{sigKey: sigOutput, "value": "x", "secret": true}, Secret{Value: "x"}, ""},
		{"unknown output", map[string]any{sigKey: sigOutput}, Unknown{}, ""},
		{"reference with id", map[string]any{sigKey: sigReference, "urn": "u", "id": "i"}, "i", ""},
		{"reference without id", map[string]any{sigKey: sigReference, "urn": "u"}, "u", ""},
		{"asset", map[string]any{sigKey: sigAsset, "text": "x"}, nil, "assets and archives"},
		{"unheard of", map[string]any{sigKey: "nonsense"}, nil, "unknown kind"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := fromWire(marked(test.fields))
			if test.error != "" {
				if err == nil || !strings.Contains(err.Error(), test.error) {
					t.Errorf("got error %v, want one with %q", err, test.error)
				}
				return
			}
			if err != nil || !reflect.DeepEqual(got["v"], test.want) {
				t.Errorf("got %#v, %v; want %#v", got["v"], err, test.want)
			}
		})
	}
}

func TestStripAndMarks(t *testing.T) {
	value := map[string]any{"a": Secret{Value: []any{"x"}}, "b": map[string]any{"c": Unknown{}}}
	if got := Strip(value); !reflect.DeepEqual(got, map[string]any{"a": []any{"x"}, "b": map[string]any{"c": Unknown{}}}) {
		t.Errorf("Strip: %#v", got)
	}
	if !HasSecret(value) || !HasUnknown(value) || HasSecret(Strip(value)) {
		t.Error("HasSecret or HasUnknown is wrong")
	}
	if AsSecret(AsSecret("x")) != (Secret{Value: "x"}) {
		t.Error("a secret must not hold a secret")
	}
	tests := []struct{ value, model, want any }{
		{"x", "y", "x"},
		{"x", Secret{Value: "y"}, Secret{Value: "x"}},
		{map[string]any{"a": "1", "b": "2"}, map[string]any{"a": Secret{Value: "0"}}, map[string]any{"a": Secret{Value: "1"}, "b": "2"}},
		{[]any{"1", "2"}, []any{Secret{Value: "0"}, "2"}, []any{Secret{Value: "1"}, "2"}},
		{[]any{"1"}, []any{Secret{Value: "0"}, "2"}, Secret{Value: []any{"1"}}},
		{"text", map[string]any{"a": Secret{Value: "0"}}, Secret{Value: "text"}},
	}
	for _, test := range tests {
		if got := MarkLike(test.value, test.model); !reflect.DeepEqual(got, test.want) {
			t.Errorf("MarkLike(%#v, %#v) = %#v, want %#v", test.value, test.model, got, test.want)
		}
	}
}
