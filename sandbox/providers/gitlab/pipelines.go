package gitlab

import (
	"context"
	"net/http"
	"strings"

	"estate/providers/internal/crud"
	"estate/providers/internal/plugin"
)

func (p *provider) schedule() *crud.Handler {
	o := object{
		mapping: mapping{local: []string{"takeOwnership", "inputs"}},
		owner:   "project", path: "pipeline_schedules", update: http.MethodPut, shown: "pipelineScheduleId",
		fromAPI: func(c *crud.Call, element, state plugin.Map) {
			owner, _ := element["owner"].(map[string]any)
			state["owner"] = owner["id"]
			// GitLab writes a bare branch name out.
			ref, _ := state["ref"].(string)
			if given := c.Text("ref"); given != "" && bareRef(ref) == bareRef(given) {
				state["ref"] = given
			}
		},
		toAPI: func(c *crud.Call, body plugin.Map) {
			if c.Given("inputs") {
				body["inputs"] = c.List("inputs")
			}
		},
	}
	handler := p.crud(o)
	handler.Amend = crud.Alike("ref", func(a, b string) bool { return bareRef(a) == bareRef(b) })
	base := handler.Update
	handler.Update = func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
		if c.Bool("takeOwnership") && c.ID != "" {
			key, err := o.locate(c)
			if err != nil {
				return nil, err
			}
			if err := p.Post(ctx, o.item(c, key)+"/take_ownership", nil, nil); err != nil {
				return nil, err
			}
		}
		return base(ctx, c)
	}
	return handler
}

func bareRef(ref string) string {
	return strings.TrimPrefix(strings.TrimPrefix(ref, "refs/heads/"), "refs/tags/")
}

func (p *provider) scheduleVariable() *crud.Handler {
	list := func(c *crud.Call) string {
		return ownerPath("project", c.Text("project")) + "/pipeline_schedules/" + number(c.Inputs["pipelineScheduleId"]) + "/variables"
	}
	o := object{
		mapping: mapping{local: []string{"pipelineScheduleId", "project"}, onlyNew: []string{"key"}},
		owner:   "project", key: "key", update: http.MethodPut,
		lists:   list,
		element: func(c *crud.Call, key string) string { return list(c) + "/" + escape(key) },
		idOf: func(c *crud.Call, _ plugin.Map) string {
			return c.Text("project") + ":" + number(c.Inputs["pipelineScheduleId"]) + ":" + c.Text("key")
		},
		parse: func(c *crud.Call) (string, error) {
			found, err := parts(c.ID, "project", "pipelineScheduleId", "key")
			if err != nil {
				return "", err
			}
			c.Inputs = withInput(c.Inputs, "project", found[0])
			c.Inputs = withInput(c.Inputs, "pipelineScheduleId", integer(found[1]))
			c.Inputs = withInput(c.Inputs, "key", found[2])
			return found[2], nil
		},
		fromAPI: func(c *crud.Call, _, state plugin.Map) { state["pipelineScheduleId"] = c.Inputs["pipelineScheduleId"] },
	}
	handler := p.crud(o)
	// A variable has no address to read it from: it comes with its schedule.
	handler.Read = func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
		key, err := o.locate(c)
		if err != nil {
			return nil, err
		}
		var whole plugin.Map
		if err := p.Get(ctx, strings.TrimSuffix(list(c), "/variables"), &whole); err != nil {
			return gone(nil, err)
		}
		variables, _ := whole["variables"].([]any)
		for _, one := range variables {
			if element, ok := one.(map[string]any); ok && element["key"] == key {
				return o.read(c, element), nil
			}
		}
		return nil, nil
	}
	return handler
}

// A trigger's token is shown to its owner only, but always.
func (p *provider) trigger() *crud.Handler {
	o := object{
		owner: "project", path: "triggers", update: http.MethodPut, shown: "pipelineTriggerId",
		fromAPI: func(c *crud.Call, element, state plugin.Map) {
			// Other users than the owner see the beginning only.
			const shownLength = 4
			if token := plugin.Text(element["token"]); len(token) <= shownLength {
				delete(state, "token")
			}
		},
	}
	return p.crud(o)
}
