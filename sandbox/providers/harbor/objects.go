package harbor

import (
	"context"
	"strings"

	"estate/providers/internal/crud"
	"estate/providers/internal/plugin"
)

// object is a resource with an address of its own that is made, read, changed and deleted in the usual way.
type object struct {
	list  func(c *crud.Call) string
	body  func(c *crud.Call, update bool) plugin.Map
	state func(c *crud.Call, found plugin.Map) plugin.Map
	fixed bool // nothing can be changed in place
	after func(ctx context.Context, c *crud.Call, id string, isNew bool) error
}

func (p *provider) crud(o object) *crud.Handler {
	read := func(ctx context.Context, c *crud.Call, id string) (plugin.Map, error) {
		found, err := p.get(ctx, id)
		if err != nil || found == nil {
			return nil, err
		}
		return o.state(c, found), nil
	}
	handler := &crud.Handler{
		Create: func(ctx context.Context, c *crud.Call) (string, plugin.Map, error) {
			id, err := p.post(ctx, o.list(c), o.body(c, false), nil)
			if err != nil {
				return "", nil, err
			}
			if o.after != nil {
				if err := o.after(ctx, c, id, true); err != nil {
					return id, nil, err
				}
			}
			state, err := read(ctx, c, id)
			return id, state, err
		},
		Read:   func(ctx context.Context, c *crud.Call) (plugin.Map, error) { return read(ctx, c, c.ID) },
		Delete: func(ctx context.Context, c *crud.Call) error { return p.remove(ctx, c) },
	}
	if !o.fixed {
		handler.Update = func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
			if err := p.Put(ctx, c.ID, o.body(c, true), nil); err != nil {
				return nil, err
			}
			if o.after != nil {
				if err := o.after(ctx, c, c.ID, false); err != nil {
					return nil, err
				}
			}
			return read(ctx, c, c.ID)
		}
	}
	return handler
}

// owner is the project part of an id such as /projects/3/members/4.
func owner(id string) string {
	parts := strings.Split(id, "/")
	if len(parts) > 2 {
		return "/projects/" + parts[2]
	}
	return ""
}

// projectOf is the project an object belongs to: as the program writes it, or from the id in an import.
func projectOf(c *crud.Call) string {
	if given := c.Text("projectId"); given != "" {
		return given
	}
	return owner(c.ID)
}

func (p *provider) webhook() *crud.Handler {
	return p.crud(object{
		list: func(c *crud.Call) string { return projectOf(c) + "/webhook/policies" },
		body: func(c *crud.Call, _ bool) plugin.Map {
			return plugin.Map{
				"name": c.Text("name"), "description": c.Text("description"), "enabled": c.Bool("enabled"), "event_types": c.List("eventsTypes"),
				"targets": []any{plugin.Map{
					"type": c.Text("notifyType"), "address": c.Text("address"), "auth_header": c.Text("authHeader"),
					"skip_cert_verify": c.Bool("skipCertVerify"),
				}},
			}
		},
		state: func(c *crud.Call, found plugin.Map) plugin.Map {
			enabled, _ := found["enabled"].(bool)
			state := plugin.Map{
				"projectId": projectOf(c), "name": found["name"], "description": plugin.Text(found["description"]),
				"enabled": enabled, "eventsTypes": found["event_types"],
			}
			targets, _ := found["targets"].([]any)
			if len(targets) > 0 {
				target, _ := targets[0].(map[string]any)
				skip, _ := target["skip_cert_verify"].(bool)
				state["address"], state["notifyType"], state["skipCertVerify"] = target["address"], target["type"], skip
				state["authHeader"] = plugin.Text(target["auth_header"])
			}
			return state
		},
	})
}

func (p *provider) label() *crud.Handler {
	return p.crud(object{
		list: func(*crud.Call) string { return "/labels" },
		body: func(c *crud.Call, _ bool) plugin.Map {
			body := plugin.Map{"name": c.Text("name"), "description": c.Text("description"), "color": c.Text("color"), "scope": "g"}
			if project := c.Text("projectId"); project != "" {
				body["scope"], body["project_id"] = "p", tail(project)
			}
			return body
		},
		state: func(c *crud.Call, found plugin.Map) plugin.Map {
			state := plugin.Map{
				"name": found["name"], "description": plugin.Text(found["description"]), "color": plugin.Text(found["color"]), "scope": found["scope"],
			}
			if number := crud.Int(found["project_id"]); number != 0 {
				state["projectId"] = "/projects/" + whole(found["project_id"])
				if given := c.Text("projectId"); given != "" && tail(given) == float64(number) {
					state["projectId"] = given
				}
			}
			return state
		},
	})
}
