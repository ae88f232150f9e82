package schema

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"

	"estate/providers/internal/plugin"
)

// Check looks at a program's inputs: it turns values into the types they should have where nothing is lost by it (a number
// given as text), fills in defaults and a name, and reports every mistake with the property it is about. Secret marks stay.
func (s *Schema) Check(resource *Resource, req plugin.CheckRequest) (plugin.Map, []plugin.Failure) {
	checker := checker{schema: s}
	inputs := checker.object(resource.Inputs, req.News, "", resource.Name)
	if _, wantsName := resource.Inputs["name"]; wantsName && inputs["name"] == nil && !resource.Inputs["name"].Required {
		if name, failure := autoname(req); failure != nil {
			checker.failures = append(checker.failures, *failure)
		} else {
			inputs["name"] = name
		}
	}
	for name, property := range resource.Inputs {
		if inputs[name] == nil && property.Default != nil {
			inputs[name] = property.Default
		}
	}
	checker.combinations(resource.Upstream, inputs)
	sort.Slice(checker.failures, func(i, j int) bool { return checker.failures[i].Property < checker.failures[j].Property })
	return inputs, checker.failures
}

// combinations looks at inputs that need or exclude each other, in the words of the published plugin.
func (c *checker) combinations(upstream Upstream, inputs map[string]any) {
	given := func(names []string) []string {
		return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return inputs[name] == nil })
	}
	list := func(names []string) string {
		sorted := slices.Sorted(slices.Values(names))
		return "`" + strings.Join(sorted, ",") + "`"
	}
	for _, names := range upstream.Together {
		if found := given(names); len(found) > 0 && len(found) < len(names) {
			c.fail(found[0], "all of %s must be specified", list(names))
		}
	}
	for _, names := range upstream.Exclusive {
		if found := given(names); len(found) > 1 {
			c.fail(found[0], "conflicts with %s", strings.Join(found[1:], ", "))
		}
	}
	for _, names := range upstream.One {
		if found := given(names); len(found) != 1 {
			c.fail(names[0], "exactly one of %s must be specified", list(names))
		}
	}
}

type checker struct {
	schema   *Schema
	failures []plugin.Failure
}

func (c *checker) fail(path, format string, args ...any) {
	c.failures = append(c.failures, plugin.Failure{Property: path, Reason: fmt.Sprintf(format, args...)})
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// object checks the properties of a resource or nested type. What is null counts as left out.
func (c *checker) object(properties map[string]Property, news map[string]any, path, owner string) map[string]any {
	result := make(map[string]any, len(news))
	for name, value := range news {
		property, known := properties[name]
		if !known {
			if name != "__defaults" {
				c.fail(join(path, name), "%s has no property %s.%s", owner, name, suggestion(name, properties))
			}
			continue
		}
		if value == nil {
			continue
		}
		result[name] = c.value(property, value, join(path, name))
	}
	for name, property := range properties {
		if property.Required && result[name] == nil {
			if given, ok := news[name]; !ok || given == nil {
				c.fail(join(path, name), "%s needs %s (%s)", owner, name, property.Type)
			}
		}
	}
	return result
}

func (c *checker) value(property Property, value any, path string) any {
	if secret, isSecret := value.(plugin.Secret); isSecret {
		return plugin.AsSecret(c.value(property, secret.Value, path))
	}
	if _, unknown := value.(plugin.Unknown); unknown {
		return value
	}
	if element, isList := property.List(); isList {
		list, ok := value.([]any)
		if !ok {
			c.fail(path, "must be a list, not %s", describe(value))
			return value
		}
		one := property
		one.Type = element
		result := make([]any, len(list))
		for i, item := range list {
			result[i] = c.value(one, item, path+"["+strconv.Itoa(i)+"]")
		}
		return result
	}
	converted, ok := c.convert(property.Type, value, path)
	if !ok {
		c.fail(path, "must be %s, not %s", article(property.Type), describe(value))
		return value
	}
	if len(property.Values) > 0 && !slices.ContainsFunc(property.Values, func(one any) bool { return plugin.Equal(one, converted) }) {
		c.fail(path, "must be one of %s, not %v", listing(property.Values), converted)
	}
	return converted
}

func (c *checker) convert(kind string, value any, path string) (any, bool) {
	switch kind {
	case "string":
		switch v := value.(type) {
		case string:
			return v, true
		case float64:
			return strconv.FormatFloat(v, 'f', -1, 64), true
		case bool:
			return strconv.FormatBool(v), true
		}
		return nil, false
	case "boolean":
		switch v := value.(type) {
		case bool:
			return v, true
		case string:
			parsed, err := strconv.ParseBool(v)
			return parsed, err == nil
		}
		return nil, false
	case "integer":
		switch v := value.(type) {
		case float64:
			return v, v == math.Trunc(v)
		case string:
			parsed, err := strconv.ParseInt(v, 10, 64)
			return float64(parsed), err == nil
		}
		return nil, false
	}
	object, ok := value.(map[string]any)
	if !ok {
		return nil, false
	}
	if inner, isMap := strings.CutPrefix(kind, "map<"); isMap {
		one := Property{Type: strings.TrimSuffix(inner, ">")}
		result := make(map[string]any, len(object))
		for key, element := range object {
			result[key] = c.value(one, element, path+"["+strconv.Quote(key)+"]")
		}
		return result, true
	}
	return c.object(c.schema.Types[kind], object, path, kind), true
}

func article(kind string) string {
	switch {
	case kind == "integer":
		return "a whole number"
	case kind == "string" || kind == "boolean":
		return "a " + kind
	}
	return "an object"
}

// describe says what a value is without showing it: it may be a secret in a place where none is expected.
func describe(value any) string {
	switch value.(type) {
	case string:
		return "a string"
	case bool:
		return "a boolean"
	case float64:
		return "a number"
	case []any:
		return "a list"
	case map[string]any:
		return "an object"
	}
	return "nothing"
}

func listing(values []any) string {
	texts := make([]string, len(values))
	for i, value := range values {
		texts[i] = fmt.Sprint(value)
	}
	return strings.Join(texts, ", ")
}

// suggestion names the property that was most likely meant.
func suggestion(name string, properties map[string]Property) string {
	best, distance := "", len(name)/3+2
	for candidate := range properties {
		if d := levenshtein(strings.ToLower(name), strings.ToLower(candidate)); d < distance || d == distance && candidate < best {
			best, distance = candidate, d
		}
	}
	if best == "" {
		return ""
	}
	return " Did you mean " + best + "?"
}

func levenshtein(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		previous := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			previous, row[j+1] = row[j+1], min(row[j]+1, row[j+1]+1, previous+cost)
		}
	}
	return row[len(b)]
}

// autoname makes the name of a resource that the program left unnamed: the resource's own name and seven hexadecimal
// digits, as upstream does. Once made it stays.
func autoname(req plugin.CheckRequest) (string, *plugin.Failure) {
	if old := plugin.Text(req.Olds["name"]); old != "" {
		return old, nil
	}
	if wish := req.Autonaming; wish != nil {
		switch {
		case wish.Disabled:
			return "", &plugin.Failure{Property: "name", Reason: "must be given: automatic naming is switched off"}
		case wish.Proposed != "":
			return wish.Proposed, nil
		}
	}
	seed := req.RandomSeed
	if len(seed) == 0 {
		seed = make([]byte, 16)
		_, _ = rand.Read(seed) // never fails
	}
	sum := sha256.Sum256(append(seed[:len(seed):len(seed)], req.URN...))
	return req.Name + "-" + hex.EncodeToString(sum[:])[:7], nil
}
