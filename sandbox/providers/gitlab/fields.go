package gitlab

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"estate/providers/internal/crud"
	"estate/providers/internal/plugin"
	"estate/providers/schema"
)

// snake writes a property's name as the API has it: `pushEvents` is `push_events`.
func snake(name string) string {
	var out strings.Builder
	for _, r := range name {
		if unicode.IsUpper(r) {
			out.WriteByte('_')
			r = unicode.ToLower(r)
		}
		out.WriteRune(r)
	}
	return out.String()
}

var roles = []struct {
	name  string
	level int
}{
	{"no one", 0}, {"minimal", 5}, {"guest", 10}, {"planner", 15}, {"reporter", 20},
	{"developer", 30}, {"maintainer", 40}, {"owner", 50}, {"admin", 60},
}

// level is the number of a role; the schema lets only known roles through.
func level(role string) int {
	for _, one := range roles {
		if one.name == role {
			return one.level
		}
	}
	return 0
}

// role is the name of a level.
func role(value any) string {
	for _, one := range roles {
		if value != nil && one.level == crud.Int(value) {
			return one.name
		}
	}
	return ""
}

// mapping says how properties and an API's fields differ in name.
type mapping struct {
	// names: property to field, where it is not just the same in snake case.
	names map[string]string
	// local properties are never sent or read; roles are sent as numbers; onlyNew are sent at creation only.
	local, roles, onlyNew []string
}

func (m mapping) field(property string) string {
	if name, ok := m.names[property]; ok {
		return name
	}
	return snake(property)
}

// body is what to send for the inputs. What the program no longer gives is reset, if only the program sets it.
func (m mapping) body(c *crud.Call, update bool) plugin.Map {
	body := plugin.Map{}
	for name, property := range c.Spec.Inputs {
		if slices.Contains(m.local, name) || update && slices.Contains(m.onlyNew, name) {
			continue
		}
		value := c.Inputs[name]
		if value == nil {
			if update && c.Old[name] != nil && !property.Always {
				body[m.field(name)] = none(property)
			}
			continue
		}
		if slices.Contains(m.roles, name) {
			value = level(plugin.Text(value))
		}
		body[m.field(name)] = value
	}
	return body
}

// none is the value that means "not set" on the server.
func none(property schema.Property) any {
	if _, isList := property.List(); isList {
		return []any{}
	}
	switch property.Type {
	case "string":
		return ""
	case "boolean":
		return false
	}
	return nil
}

// state is what an object of the API says about the properties. A field that is not there is left out.
func (m mapping) state(spec *schema.Resource, object plugin.Map) plugin.Map {
	state := plugin.Map{}
	read := func(name string, property schema.Property) {
		if slices.Contains(m.local, name) {
			return
		}
		value, there := object[m.field(name)]
		if !there {
			return
		}
		if slices.Contains(m.roles, name) {
			value = role(value)
		}
		state[name] = typed(property, value)
	}
	for name, property := range spec.Inputs {
		read(name, property)
	}
	for name, property := range spec.Outputs {
		read(name, property)
	}
	return state
}

// typed makes a value fit the schema: a null becomes the empty value, a number in place of text is written out.
func typed(property schema.Property, value any) any {
	if value == nil {
		if property.Type == "integer" {
			return nil
		}
		return none(property)
	}
	if _, isText := value.(string); !isText && property.Type == "string" {
		if n, isNumber := value.(float64); isNumber {
			return number(n)
		}
		if flag, isFlag := value.(bool); isFlag {
			return fmt.Sprint(flag)
		}
		return ""
	}
	return value
}

// ownerPath is the path of the project or group that an input names.
func ownerPath(owner, id string) string {
	if strings.HasPrefix(owner, "project") {
		return "/projects/" + escape(id)
	}
	return "/groups/" + escape(id)
}
