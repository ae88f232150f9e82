package gitlab

import (
	"net/http"

	"estate/providers/internal/crud"
	"estate/providers/internal/plugin"
)

// The token and signing token of a hook, and the values of its headers and variables, are never shown.
func (p *provider) hook(owner string) *crud.Handler {
	return p.crud(object{
		owner: owner, path: "hooks", update: http.MethodPut, shown: "hookId",
		fromAPI: func(c *crud.Call, _, state plugin.Map) {
			delete(state, "token")
			delete(state, "signingToken")
			for _, name := range []string{"customHeaders", "urlVariables"} {
				hiddenValues(c, state, name)
			}
			if state["signingTokenPresent"] == nil {
				state["signingTokenPresent"] = c.Given("signingToken")
			}
		},
	})
}

// hiddenValues fills in values that the API does not return: those the program gave for the same keys.
func hiddenValues(c *crud.Call, state plugin.Map, name string) {
	list, isList := state[name].([]any)
	if !isList {
		return
	}
	given := map[string]any{}
	for _, one := range c.List(name) {
		if entry, ok := one.(map[string]any); ok {
			given[plugin.Text(entry["key"])] = entry["value"]
		}
	}
	result := make([]any, 0, len(list))
	for _, one := range list {
		entry, _ := one.(map[string]any)
		key := plugin.Text(entry["key"])
		result = append(result, map[string]any{"key": key, "value": given[key]})
	}
	state[name] = result
}
