// Package crud is the common part of providers whose resources are objects of a REST API and are described by a schema:
// a resource brings four functions, this package checks inputs, finds changes, hides secrets and names what failed.
package crud

import (
	"context"
	"slices"
	"time"

	"estate/providers/internal/plugin"
	"estate/providers/schema"
)

// Call is one operation on one resource.
type Call struct {
	plugin.Resource
	Spec *schema.Resource
	// ID in the state. A handler sets it where the object has a new one: Pulumi keeps the old one in an update and
	// takes the new one over in the next refresh, as with the published plugin.
	ID string
	// Inputs are those to be made real; in Read and Delete those of the last update (empty in an import). Old are those
	// of the last update, State the outputs. None has secret marks.
	Inputs, Old, State plugin.Map
	// Timeout that the program set; 0 for none.
	Timeout time.Duration
}

// Text, Int, Bool and List read an input; the zero value if it is not given.
func (c *Call) Text(name string) string { return plugin.Text(c.Inputs[name]) }

// Int reads a whole number.
func (c *Call) Int(name string) int { return Int(c.Inputs[name]) }

// Bool reads a flag.
func (c *Call) Bool(name string) bool { value, _ := c.Inputs[name].(bool); return value }

// List reads a list.
func (c *Call) List(name string) []any { value, _ := c.Inputs[name].([]any); return value }

// Given says whether the program set an input.
func (c *Call) Given(name string) bool { return c.Inputs[name] != nil }

// Changed says whether an input differs from that of the last update.
func (c *Call) Changed(name string) bool {
	return !plugin.Equal(c.Inputs[name], c.Old[name])
}

// Int reads a number from a JSON value.
func Int(value any) int {
	number, _ := value.(float64)
	return int(number)
}

// Handler is what a resource does. Read returns nil for an object that is gone. Create may return an id together with an
// error: the object exists but is not yet as it should be, and the next update goes on from there.
type Handler struct {
	Create func(context.Context, *Call) (id string, state plugin.Map, err error)
	Read   func(context.Context, *Call) (plugin.Map, error)
	Update func(context.Context, *Call) (plugin.Map, error)
	Delete func(context.Context, *Call) error
	// Check finds mistakes the schema cannot express. Optional. Values may be unknown, and the provider not set up.
	Check func(ctx context.Context, inputs plugin.Map) []plugin.Failure
	// Amend changes what was found to differ. Optional.
	Amend func(req plugin.DiffRequest, changes []plugin.Change) []plugin.Change
	// Renews lists the outputs that an update will give new values. Optional.
	Renews func(*Call) []string
}

// Alike makes an Amend that drops a change between two spellings of the same text.
func Alike(property string, same func(old, news string) bool) func(plugin.DiffRequest, []plugin.Change) []plugin.Change {
	return func(req plugin.DiffRequest, changes []plugin.Change) []plugin.Change {
		old, news := plugin.Text(req.OldInputs[property]), plugin.Text(req.News[property])
		if old == "" || news == "" || !same(old, news) {
			return changes
		}
		return slices.DeleteFunc(changes, func(c plugin.Change) bool { return c.Path == property })
	}
}
