package noop

import (
	"context"
	"reflect"
	"testing"

	"estate/providers/internal/plugin"
)

func TestWhatIsGivenIsWhatThereIs(t *testing.T) {
	ctx, backend := context.Background(), New()
	inputs := plugin.Map{"text": "a"}
	of := plugin.Resource{Name: "one", Type: "noop:index:Resource"}

	made, err := backend.Create(ctx, plugin.CreateRequest{Resource: of, Inputs: inputs})
	if err != nil || made.ID != "one" || !reflect.DeepEqual(made.Outputs, inputs) {
		t.Errorf("create gave %v, %v", made, err)
	}
	read, err := backend.Read(ctx, plugin.ReadRequest{Resource: of, ID: "one", Outputs: inputs, Inputs: inputs})
	if err != nil || read.ID != "one" || !reflect.DeepEqual(read.Outputs, inputs) {
		t.Errorf("read gave %v, %v", read, err)
	}
	same, err := backend.Diff(ctx, plugin.DiffRequest{Resource: of, OldInputs: inputs, News: plugin.Map{"text": "a"}})
	if err != nil || len(same.Changes) != 0 {
		t.Errorf("the same inputs differ: %v, %v", same, err)
	}
	changed, err := backend.Diff(ctx, plugin.DiffRequest{Resource: of, OldInputs: inputs, News: plugin.Map{"text": "b"}})
	if err != nil || len(changed.Changes) != 1 || changed.Changes[0].Replace {
		t.Errorf("another input gave %v, %v", changed, err)
	}
}
