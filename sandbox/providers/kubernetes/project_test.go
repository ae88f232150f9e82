package kubernetes

import (
	"encoding/json"
	"reflect"
	"testing"

	exactjson "k8s.io/apimachinery/pkg/util/json"
)

// parse reads JSON as the client does: whole numbers become int64.
func parse(t *testing.T, text string) object {
	t.Helper()
	var result map[string]any
	if err := exactjson.Unmarshal([]byte(text), &result); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return result
}

func TestProjection(t *testing.T) {
	tests := []struct{ name, inputs, live, fields, want string }{
		{"unchanged", `{"data":{"a":"1"}}`, `{"data":{"a":"1"},"immutable":false}`, `{}`, `{"data":{"a":"1"}}`},
		{"changed", `{"data":{"a":"1"}}`, `{"data":{"a":"2"}}`, `{}`, `{"data":{"a":"2"}}`},
		{"removed", `{"data":{"a":"1","b":"2"}}`, `{"data":{"b":"2"}}`, `{}`, `{"data":{"b":"2"}}`},
		{"added by others", `{"data":{"a":"1"}}`, `{"data":{"a":"1","b":"2"}}`, `{}`, `{"data":{"a":"1"}}`},
		{"server leaves out empty values", `{"spec":{"a":false,"b":"","c":{},"d":[],"e":0,"f":null}}`, `{"spec":{}}`, `{}`, `{"spec":{"a":false,"b":"","c":{},"d":[],"e":0,"f":null}}`},
		{"default for a null", `{"spec":{"a":null}}`, `{"spec":{"a":3}}`, `{}`, `{"spec":{"a":null}}`},
		{"quantities", `{"spec":{"hard":{"cpu":"1000m","mem":"0.5Gi","n":2}}}`, `{"spec":{"hard":{"cpu":"1","mem":"512Mi","n":"2"}}}`, `{}`, `{"spec":{"hard":{"cpu":"1000m","mem":"0.5Gi","n":2}}}`},
		{"other quantity", `{"spec":{"hard":{"cpu":"1000m"}}}`, `{"spec":{"hard":{"cpu":"2"}}}`, `{}`, `{"spec":{"hard":{"cpu":"2"}}}`},
		{"numbers", `{"spec":{"replicas":1.0}}`, `{"spec":{"replicas":1}}`, `{}`, `{"spec":{"replicas":1.0}}`},
		{"status is not ours", `{"status":{"a":1}}`, `{"status":{"a":2}}`, `{}`, `{"status":{"a":1}}`},
		{"text became a list", `{"spec":{"a":"x"}}`, `{"spec":{"a":["x"]}}`, `{}`, `{"spec":{"a":["x"]}}`},
		{"secret text", `{"stringData":{"a":"1","b":"2"}}`, `{"data":{"a":"MQ==","b":"Mw=="}}`, `{}`, `{"stringData":{"a":"1","b":"3"}}`},
		{"secret text removed", `{"stringData":{"a":"1"}}`, `{"data":{}}`, `{}`, `{"stringData":{}}`},
		{
			"whole list grows, which is not seen", `{"rules":[{"verbs":["get"]}]}`, `{"rules":[{"verbs":["get","delete"]},{"verbs":["*"]}]}`,
			`{"f:rules":{}}`, `{"rules":[{"verbs":["get"]}]}`,
		},
		{"whole list shrinks", `{"args":["a","b"]}`, `{"args":["a"]}`, `{"f:args":{}}`, `{"args":["a"]}`},
		{
			"items by key", `{"spec":{"c":[{"name":"a","image":"1"},{"name":"b","image":"2"}]}}`,
			`{"spec":{"c":[{"name":"side","image":"9"},{"name":"b","image":"3","pull":"x"},{"name":"a","image":"1"}]}}`,
			`{"f:spec":{"f:c":{"k:{\"name\":\"a\"}":{"f:image":{}},"k:{\"name\":\"b\"}":{"f:image":{}}}}}`,
			`{"spec":{"c":[{"name":"a","image":"1"},{"name":"b","image":"3"}]}}`,
		},
		{
			"item removed", `{"spec":{"c":[{"name":"a"},{"name":"b"}]}}`, `{"spec":{"c":[{"name":"a"}]}}`,
			`{"f:spec":{"f:c":{"k:{\"name\":\"a\"}":{}}}}`, `{"spec":{"c":[{"name":"a"}]}}`,
		},
		{
			"key with a default", `{"spec":{"ports":[{"port":80}]}}`, `{"spec":{"ports":[{"port":80,"protocol":"TCP","targetPort":80}]}}`,
			`{"f:spec":{"f:ports":{"k:{\"port\":80,\"protocol\":\"TCP\"}":{}}}}`, `{"spec":{"ports":[{"port":80}]}}`,
		},
		{
			"set", `{"metadata":{"finalizers":["a","b"]}}`, `{"metadata":{"finalizers":["x","b"]}}`,
			`{"f:metadata":{"f:finalizers":{"v:\"b\"":{},"v:\"x\"":{}}}}`, `{"metadata":{"finalizers":["b"]}}`,
		},
		{
			"key added to a selector", `{"spec":{"selector":{"a":"1"}}}`, `{"spec":{"selector":{"a":"1","b":"2"}}}`,
			`{"f:spec":{"f:selector":{}}}`, `{"spec":{"selector":{"a":"1","b":"2"}}}`,
		},
		{"metadata of exports", `{"metadata":{"creationTimestamp":null,"name":"x"}}`, `{"metadata":{"creationTimestamp":"now","name":"x","uid":"u"}}`, `{}`, `{"metadata":{"creationTimestamp":null,"name":"x"}}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			live := parse(t, test.live)
			metadata, _ := live["metadata"].(map[string]any)
			if metadata == nil {
				metadata = map[string]any{}
				live["metadata"] = metadata
			}
			metadata["managedFields"] = []any{map[string]any{"manager": "any", "fieldsV1": map[string]any(parse(t, test.fields))}}
			got, _ := json.Marshal(project(parse(t, test.inputs), live))
			want, _ := json.Marshal(parse(t, test.want))
			if string(got) != string(want) {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func TestImportedInputs(t *testing.T) {
	live := parse(t, `{"apiVersion":"apps/v1","kind":"Deployment","status":{"a":1},"spec":{"replicas":1},"metadata":{"name":"x","namespace":"n",
		"uid":"u","resourceVersion":"1","generation":1,"creationTimestamp":"t","managedFields":[],"labels":{"a":"b"},
		"annotations":{"deployment.kubernetes.io/revision":"1","kubectl.kubernetes.io/last-applied-configuration":"{}"}}}`)
	want := parse(t, `{"apiVersion":"apps/v1","kind":"Deployment","spec":{"replicas":1},"metadata":{"name":"x","namespace":"n","labels":{"a":"b"}}}`)
	if got := importedInputs(live); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v", got)
	}
	if live.uid() != "u" {
		t.Error("the object itself was changed")
	}
	live = parse(t, `{"apiVersion":"v1","kind":"Namespace","spec":{"finalizers":["kubernetes"]},"metadata":{"name":"x","labels":{"kubernetes.io/metadata.name":"x"}}}`)
	want = parse(t, `{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"x"}}`)
	if got := importedInputs(live); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v", got)
	}
}

func TestFieldSets(t *testing.T) {
	live := parse(t, `{"metadata":{"managedFields":[
		{"manager":"ours","fieldsV1":{"f:spec":{"f:replicas":{},"f:template":{"f:spec":{}}}}},
		{"manager":"hpa","fieldsV1":{"f:spec":{"f:replicas":{},"f:paused":{}}}}]}}`)
	own, all := fieldsOf(live, "ours"), fieldsOf(live, "")
	tests := []struct {
		path     []any
		own, all bool
	}{
		{[]any{"spec", "replicas"}, true, true},
		{[]any{"spec", "paused"}, false, true},
		{[]any{"spec", "other"}, false, false},
		{[]any{"spec"}, true, true},
		{[]any{"spec", "template", "spec", "containers", 0}, false, false},
	}
	for _, test := range tests {
		if own.has(test.path) != test.own || all.has(test.path) != test.all {
			t.Errorf("%v: own %v, all %v", test.path, own.has(test.path), all.has(test.path))
		}
	}
	removed, _ := json.Marshal(without(map[string]any{"a": map[string]any{"b": 1, "c": []any{1, 2}}}, []any{"a", "c", 0}))
	if string(removed) != `{"a":{"b":1,"c":[2]}}` {
		t.Errorf("without: %s", removed)
	}
}
