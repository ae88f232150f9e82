// Package schema knows what the resources of GitLab's and Harbor's providers are made of: it checks a program's inputs,
// finds what changed, and says what is secret. The facts are in the YAML files beside it; `npm run sdks` makes the JSON
// of them that is built in here.
package schema

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"
)

//go:embed gitlab.json harbor.json
var files embed.FS

// Property is one property of a resource or nested type.
type Property struct {
	// Type is string, boolean, integer, map<string>, the name of a nested type, or any of these with [].
	Type string `json:"type"`
	// Required inputs must be given. Always: every object has a value once it exists.
	Required bool `json:"required"`
	Always   bool `json:"always"`
	Secret   bool `json:"secret"`
	// Replace: a change cannot be made in place. ReplaceGiven: only a change to a value that the program gives.
	Replace      bool   `json:"replace"`
	ReplaceGiven bool   `json:"replaceGiven"`
	Default      any    `json:"default"`
	Values       []any  `json:"values"`
	Env          string `json:"env"`
}

// List says whether the value is a list, and gives the type of one element.
func (p Property) List() (element string, isList bool) { return strings.CutSuffix(p.Type, "[]") }

// Resource is one resource: what a program gives, and what only the provider sets.
type Resource struct {
	Name    string              `json:"-"`
	Token   string              `json:"token"`
	Inputs  map[string]Property `json:"inputs"`
	Outputs map[string]Property `json:"outputs"`
	// Upstream is how the published plugin treats the resource where the properties do not say it.
	Upstream Upstream `json:"upstream"`
}

// Upstream are facts about a resource of the published plugin; the schema files name their sources.
type Upstream struct {
	// Framework: the half of the plugin that is built on Terraform's plugin framework. A replacement there always makes the
	// new object first. In the other half the old one goes first where the program gives a `name`.
	Framework bool `json:"framework"`
	// State is the version of the form of its states, which states carry in `__meta`.
	State int `json:"state"`
	// Together: all of these inputs or none. Exclusive: at most one. One: exactly one.
	Together  [][]string `json:"together"`
	Exclusive [][]string `json:"exclusive"`
	One       [][]string `json:"one"`
	// Unread inputs are never looked at by a refresh.
	Unread []string `json:"unread"`
	// Gone says which failed reads take the object out of the state: "" that it is not there, "any" failure, "never".
	Gone string `json:"gone"`
	// Strict: deleting an object that is gone fails.
	Strict bool `json:"strict"`
}

// Property finds an input or output by name.
func (r *Resource) Property(name string) (Property, bool) {
	if property, ok := r.Inputs[name]; ok {
		return property, true
	}
	property, ok := r.Outputs[name]
	return property, ok
}

// Schema is one provider.
type Schema struct {
	Name      string                         `json:"name"`
	Version   string                         `json:"version"`
	Provider  map[string]Property            `json:"provider"`
	Types     map[string]map[string]Property `json:"types"`
	Resources map[string]*Resource           `json:"resources"`

	byToken map[string]*Resource
}

// Load reads the schema of a provider: gitlab or harbor. A built-in schema that cannot be read is a mistake in the build.
func Load(name string) *Schema {
	text, err := files.ReadFile(name + ".json")
	if err != nil {
		panic(err)
	}
	result := &Schema{byToken: map[string]*Resource{}}
	if err := json.Unmarshal(text, result); err != nil {
		panic(fmt.Errorf("%s.json: %w", name, err))
	}
	for name, resource := range result.Resources {
		resource.Name = name
		result.byToken[resource.Token] = resource
	}
	return result
}

// Find looks a resource up by its token; nil if there is none.
func (s *Schema) Find(token string) *Resource { return s.byToken[token] }
