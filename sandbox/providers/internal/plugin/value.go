// Package plugin is a small server layer over the engine's resource provider protocol. A provider implements [Backend]
// on plain Go values; this package does the wire format, timeouts, cancellation, logging and the life of the process.
package plugin

import (
	"errors"
	"fmt"
	"math"

	"google.golang.org/protobuf/types/known/structpb"
)

// Map is an object as the engine sends it: values are nil, bool, float64, string, []any, map[string]any, [Secret] or
// [Unknown]. Nested objects have the type map[string]any, never Map.
type Map = map[string]any

// Secret marks a value that the engine must encrypt in the state and hide in output. Value is never itself a Secret.
type Secret struct{ Value any }

// Unknown stands for a value that is not known yet, because this is a preview and what it depends on does not exist.
type Unknown struct{}

// The marks the engine's wire format uses for values that plain structures cannot express.
const (
	sigKey         = "4dabf18193072939515e22adb298388d"
	sigSecret      = "1b47061264138c4ac30d75fd1eb44270"
	sigReference   = "5cf8f73096256a8f31e491e813e4eb8e"
	sigOutput      = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
	sigAsset       = "c44067f5952c0a294b673a41bacd8c17"
	sigArchive     = "0def7320c3a5731c473e5ecbe6d01bc7"
	unknownOnWire  = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
	maxNestedDepth = 1000
)

var unknownMarks = map[string]bool{
	"1c4a061d-8072-4f0a-a4cb-0ff528b18fe7": true, // a boolean
	"3eeb2bf0-c639-47a8-9e75-3b44932eb421": true, // a number
	unknownOnWire:                          true, // a string
	"6a19a0b0-7e62-4c92-b797-7f8e31da9cc2": true, // an array
	"030794c1-ac77-496b-92df-f27374a8bd58": true, // an asset
	"e48ece36-62e2-4504-bad9-02848725956a": true, // an archive
	"dd056dcd-154b-4c76-9bd3-c8f88648b5ff": true, // an object
}

// fromWire converts an object of the protocol. A missing object is an empty map.
func fromWire(object *structpb.Struct) (Map, error) {
	result := make(Map, len(object.GetFields()))
	for key, field := range object.GetFields() {
		value, err := valueFromWire(field, 0)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		result[key] = value
	}
	return result, nil
}

func valueFromWire(field *structpb.Value, depth int) (any, error) {
	if depth > maxNestedDepth {
		return nil, errors.New("nested too deeply")
	}
	switch kind := field.GetKind().(type) {
	case *structpb.Value_BoolValue:
		return kind.BoolValue, nil
	case *structpb.Value_NumberValue:
		return kind.NumberValue, nil
	case *structpb.Value_StringValue:
		if len(kind.StringValue) == len(unknownOnWire) && unknownMarks[kind.StringValue] {
			return Unknown{}, nil
		}
		return kind.StringValue, nil
	case *structpb.Value_ListValue:
		list := make([]any, len(kind.ListValue.GetValues()))
		for i, element := range kind.ListValue.GetValues() {
			value, err := valueFromWire(element, depth+1)
			if err != nil {
				return nil, fmt.Errorf("[%d]: %w", i, err)
			}
			list[i] = value
		}
		return list, nil
	case *structpb.Value_StructValue:
		return objectFromWire(kind.StructValue, depth)
	}
	return nil, nil
}

func objectFromWire(object *structpb.Struct, depth int) (any, error) {
	fields := object.GetFields()
	switch fields[sigKey].GetStringValue() {
	case "":
	case sigSecret:
		value, err := valueFromWire(fields["value"], depth+1)
		if err != nil {
			return nil, err
		}
		return AsSecret(value), nil
	case sigOutput:
		var value any = Unknown{}
		if inner, known := fields["value"]; known {
			var err error
			if value, err = valueFromWire(inner, depth+1); err != nil {
				return nil, err
			}
		}
		if fields["secret"].GetBoolValue() {
			return AsSecret(value), nil
		}
		return value, nil
	case sigReference:
		if id, ok := fields["id"]; ok {
			return valueFromWire(id, depth+1)
		}
		return fields["urn"].GetStringValue(), nil
	case sigAsset, sigArchive:
		return nil, errors.New("assets and archives are not supported here: give the content as a string")
	default:
		return nil, fmt.Errorf("a value of an unknown kind (mark %s)", fields[sigKey].GetStringValue())
	}
	result := make(map[string]any, len(fields))
	for key, field := range fields {
		value, err := valueFromWire(field, depth+1)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		result[key] = value
	}
	return result, nil
}

// toWire converts an object for the protocol.
func toWire(object Map) (*structpb.Struct, error) {
	fields := make(map[string]*structpb.Value, len(object))
	for key, value := range object {
		field, err := valueToWire(value)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		fields[key] = field
	}
	return &structpb.Struct{Fields: fields}, nil
}

func valueToWire(value any) (*structpb.Value, error) {
	switch v := value.(type) {
	case nil:
		return structpb.NewNullValue(), nil
	case bool:
		return structpb.NewBoolValue(v), nil
	case string:
		return structpb.NewStringValue(v), nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%v is not a number that can be sent", v)
		}
		return structpb.NewNumberValue(v), nil
	case float32:
		return structpb.NewNumberValue(float64(v)), nil
	case int:
		return structpb.NewNumberValue(float64(v)), nil
	case int32:
		return structpb.NewNumberValue(float64(v)), nil
	case int64:
		return structpb.NewNumberValue(float64(v)), nil
	case Unknown:
		return structpb.NewStringValue(unknownOnWire), nil
	case Secret:
		inner, err := valueToWire(v.Value)
		if err != nil {
			return nil, err
		}
		return structpb.NewStructValue(&structpb.Struct{Fields: map[string]*structpb.Value{
			sigKey:  structpb.NewStringValue(sigSecret),
			"value": inner,
		}}), nil
	case []string:
		list := make([]*structpb.Value, len(v))
		for i, element := range v {
			list[i] = structpb.NewStringValue(element)
		}
		return structpb.NewListValue(&structpb.ListValue{Values: list}), nil
	case []any:
		list := make([]*structpb.Value, len(v))
		for i, element := range v {
			field, err := valueToWire(element)
			if err != nil {
				return nil, fmt.Errorf("[%d]: %w", i, err)
			}
			list[i] = field
		}
		return structpb.NewListValue(&structpb.ListValue{Values: list}), nil
	case map[string]any:
		object, err := toWire(v)
		if err != nil {
			return nil, err
		}
		return structpb.NewStructValue(object), nil
	}
	return nil, fmt.Errorf("a value of type %T cannot be sent", value)
}

// AsSecret marks a value as secret; a value that already is one stays as it is.
func AsSecret(value any) Secret {
	if secret, ok := value.(Secret); ok {
		return secret
	}
	return Secret{Value: value}
}

// Strip takes the secret marks off, at every depth. Unknown values stay. What holds no mark is shared, not copied.
func Strip(value any) any {
	if !holds(value, func(v any) bool { _, ok := v.(Secret); return ok }) {
		return value
	}
	switch v := value.(type) {
	case Secret:
		return Strip(v.Value)
	case []any:
		list := make([]any, len(v))
		for i, element := range v {
			list[i] = Strip(element)
		}
		return list
	case map[string]any:
		return StripMap(v)
	}
	return value
}

// StripMap is [Strip] for an object.
func StripMap(object Map) Map {
	result := make(Map, len(object))
	for key, value := range object {
		result[key] = Strip(value)
	}
	return result
}

// HasUnknown says whether a value is, or holds at any depth, a value that is not known yet.
func HasUnknown(value any) bool {
	return holds(value, func(v any) bool { _, ok := v.(Unknown); return ok })
}

// HasSecret says whether a value is, or holds at any depth, a secret.
func HasSecret(value any) bool {
	return holds(value, func(v any) bool { _, ok := v.(Secret); return ok })
}

func holds(value any, wanted func(any) bool) bool {
	if wanted(value) {
		return true
	}
	switch v := value.(type) {
	case Secret:
		return holds(v.Value, wanted)
	case []any:
		for _, element := range v {
			if holds(element, wanted) {
				return true
			}
		}
	case map[string]any:
		for _, element := range v {
			if holds(element, wanted) {
				return true
			}
		}
	}
	return false
}

// MarkLike returns value with the secret marks that model has at the same places: what came in as a secret goes out as
// one. Lists are matched by position; a list whose length differs becomes secret as a whole if any element was.
func MarkLike(value, model any) any {
	if !HasSecret(model) {
		return value
	}
	switch m := model.(type) {
	case Secret:
		return AsSecret(value)
	case []any:
		list, ok := value.([]any)
		if !ok || len(list) != len(m) {
			return AsSecret(value)
		}
		result := make([]any, len(list))
		for i := range list {
			result[i] = MarkLike(list[i], m[i])
		}
		return result
	case map[string]any:
		object, ok := value.(map[string]any)
		if !ok {
			return AsSecret(value)
		}
		result := make(map[string]any, len(object))
		for key, element := range object {
			result[key] = MarkLike(element, m[key])
		}
		return result
	}
	return value
}
