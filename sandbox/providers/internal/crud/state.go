package crud

import (
	"fmt"
	"maps"
	"strings"

	"estate/providers/internal/plugin"
	"estate/providers/schema"
)

// foreseen are the outputs a preview can know: what the program gives.
func foreseen(spec *schema.Resource, inputs plugin.Map) plugin.Map {
	outputs := plugin.Map{}
	mark := func(name string, property schema.Property, value any) {
		if property.Secret {
			value = plugin.AsSecret(value)
		}
		outputs[name] = value
	}
	for name, property := range spec.Inputs {
		switch {
		case inputs[name] != nil:
			mark(name, property, inputs[name])
		case property.Always:
			mark(name, property, plugin.Unknown{})
		}
	}
	for name, property := range spec.Outputs {
		mark(name, property, plugin.Unknown{})
	}
	return outputs
}

// observed are the inputs a program would have to give for the object to be as it is. In a refresh what the program leaves
// out is the server's business where the server always has a value. Where it has one only when somebody sets it, a value
// that is there was set by hand: the next update takes it away.
func observed(spec *schema.Resource, last, state plugin.Map, importing bool) plugin.Map {
	inputs := plugin.Map{}
	for name, property := range spec.Inputs {
		old, actual := last[name], state[name]
		switch {
		case old == nil && !importing && (property.Always || property.Default != nil || actual == nil || schema.Empty(actual) || actual == 0.0):
		case old == nil && !importing:
			inputs[name] = mark(property, nil, actual)
		case importing && (actual == nil || !property.Required && !property.Always && !isText(actual)):
			// Settings a program rarely gives: their usual values are the server's business.
		case importing && !property.Required && isZero(actual):
		case importing:
			inputs[name] = mark(property, nil, actual)
		case actual == nil && wasRead(state, name):
			// Gone on the server: a program that gives it differs from that.
		case actual == nil, schema.Matches(old, actual):
			inputs[name] = old
		default:
			inputs[name] = mark(property, old, actual)
		}
	}
	return inputs
}

func wasRead(state plugin.Map, name string) bool { _, known := state[name]; return known }

func isText(value any) bool {
	switch value.(type) {
	case bool, float64:
		return false
	}
	return true
}

func isZero(value any) bool {
	switch v := value.(type) {
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}

func mark(property schema.Property, model, value any) any {
	if property.Secret || plugin.HasSecret(model) {
		return plugin.AsSecret(value)
	}
	return value
}

// Outputs puts the state together: what the server says, in the program's own spelling where it means the same, and what
// the server does not return as the program gave it. Secrets are marked.
func Outputs(spec *schema.Resource, inputs, state plugin.Map) plugin.Map {
	outputs := plugin.Map{}
	put := func(name string, property schema.Property) {
		given, actual := plugin.Strip(inputs[name]), state[name]
		var value any
		switch {
		case actual == nil:
			value = given
		case given != nil && schema.Matches(given, actual):
			value = schema.Merge(given, actual)
		default:
			value = actual
		}
		if value != nil {
			outputs[name] = mark(property, inputs[name], value)
		}
	}
	for name, property := range spec.Inputs {
		put(name, property)
	}
	for name, property := range spec.Outputs {
		put(name, property)
	}
	for name, value := range state { // what a resource remembers for itself
		if strings.HasPrefix(name, "__") && value != nil {
			outputs[name] = value
		}
	}
	return outputs
}

// Identified adds to a state what the published plugin's states carry, so that it can go on with them: the id among the
// outputs, and the version of the state's form. A state without one is taken for the oldest form and rewritten.
func Identified(spec *schema.Resource, id string, outputs plugin.Map) plugin.Map {
	if id != "" {
		outputs["id"] = id
	}
	if spec.Upstream.Framework || spec.Upstream.State > 0 {
		outputs["__meta"] = fmt.Sprintf(`{"schema_version":"%d"}`, spec.Upstream.State)
	}
	return outputs
}

// remembered is the last state without inputs that the program no longer gives.
func remembered(spec *schema.Resource, call *Call) plugin.Map {
	state := maps.Clone(call.State)
	for name, property := range spec.Inputs {
		if call.Inputs[name] != nil || !property.Always {
			delete(state, name)
		}
	}
	return state
}
