package gitlab

import (
	"context"
	"net/http"
	"net/url"

	"estate/providers/internal/crud"
	"estate/providers/internal/plugin"
)

// A variable is found by key and environment scope.
func (p *provider) variable(owner string) *crud.Handler {
	scope := func(c *crud.Call) string {
		if text := c.Text("environmentScope"); text != "" {
			return text
		}
		return "*"
	}
	o := object{
		mapping: mapping{local: []string{"hidden"}, onlyNew: []string{"key"}},
		owner:   owner, path: "variables", key: "key", update: http.MethodPut, lenient: owner == "project",
		element: func(c *crud.Call, key string) string {
			return ownerPath(owner, c.Text(owner)) + "/variables/" + escape(key) +
				"?filter%5Benvironment_scope%5D=" + url.QueryEscape(scope(c))
		},
		idOf: func(c *crud.Call, _ plugin.Map) string {
			return c.Text(owner) + ":" + c.Text("key") + ":" + scope(c)
		},
		parse: func(c *crud.Call) (string, error) {
			found, err := parts(c.ID, owner, "key", "environmentScope")
			if err != nil {
				return "", err
			}
			for i, name := range []string{owner, "key", "environmentScope"} {
				c.Inputs = withInput(c.Inputs, name, found[i])
			}
			return found[1], nil
		},
		toAPI: func(c *crud.Call, body plugin.Map) {
			if c.Bool("hidden") {
				// Only at creation; the two together are one setting of the API.
				delete(body, "masked")
				body["masked_and_hidden"] = true
			}
			// What the program leaves out goes out with each write, and takes back what people set by hand.
			for field, unset := range map[string]any{"masked": false, "raw": false, "description": ""} {
				if body[field] == nil && body["masked_and_hidden"] == nil {
					body[field] = unset
				}
			}
		},
		fromAPI: func(c *crud.Call, element, state plugin.Map) {
			hidden, _ := element["hidden"].(bool)
			state["hidden"] = hidden
			if hidden { // never shown again
				delete(state, "value")
			}
			if c.Spec.Inputs["environmentScope"].Type != "" && state["environmentScope"] == nil {
				state["environmentScope"] = scope(c)
			}
		},
	}
	handler := p.crud(o)
	handler.Check = func(_ context.Context, inputs plugin.Map) []plugin.Failure {
		if hidden, _ := inputs["hidden"].(bool); hidden && inputs["masked"] == false || hidden && inputs["masked"] == nil {
			return []plugin.Failure{{Property: "hidden", Reason: "a hidden variable must be masked: set masked to true"}}
		}
		return nil
	}
	return handler
}
