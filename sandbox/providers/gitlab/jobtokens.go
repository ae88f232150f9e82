package gitlab

import (
	"context"
	"net/http"

	"estate/providers/internal/crud"
	"estate/providers/internal/plugin"
)

// jobTokenScopes is the whole list of projects and groups whose jobs may reach a project, which always is on it itself.
func (p *provider) jobTokenScopes() *crud.Handler {
	path := func(c *crud.Call) string { return ownerPath("project", c.Text("project")) + "/job_token_scope" }
	lists := []struct{ property, path, field string }{
		{"targetProjectIds", "/allowlist", "target_project_id"},
		{"targetGroupIds", "/groups_allowlist", "target_group_id"},
	}
	read := func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
		var found, own plugin.Map
		if err := p.Get(ctx, path(c), &found); err != nil {
			return gone(nil, err)
		}
		if err := p.Get(ctx, ownerPath("project", c.Text("project")), &own); err != nil {
			return gone(nil, err)
		}
		state := plugin.Map{"project": c.Text("project"), "enabled": found["inbound_enabled"]}
		for _, list := range lists {
			elements, err := p.all(ctx, path(c)+list.path)
			if err != nil {
				return nil, err
			}
			entries := []any{}
			for _, element := range elements {
				if list.property == "targetProjectIds" && plugin.Equal(element["id"], own["id"]) {
					continue
				}
				entries = append(entries, element["id"])
			}
			state[list.property] = entries
		}
		return state, nil
	}
	write := func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
		if c.Given("enabled") {
			if _, err := p.Call(ctx, http.MethodPatch, path(c), plugin.Map{"enabled": c.Bool("enabled")}, nil); err != nil {
				return nil, err
			}
		}
		state, err := read(ctx, c)
		if err != nil {
			return nil, err
		}
		for _, list := range lists {
			if !c.Given(list.property) && c.Old[list.property] == nil {
				continue
			}
			wanted, have := numbers(c.List(list.property)), numbers(state[list.property])
			for id := range wanted {
				if have[id] {
					continue
				}
				if err := p.Post(ctx, path(c)+list.path, plugin.Map{list.field: id}, nil); err != nil {
					return nil, err
				}
			}
			for id := range have {
				if !wanted[id] {
					if err := p.Client.Delete(ctx, path(c)+list.path+"/"+number(id)); err != nil {
						return nil, err
					}
				}
			}
		}
		return read(ctx, c)
	}
	return &crud.Handler{
		Create: createOfProject(write),
		Read: func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
			c.Inputs = withInput(c.Inputs, "project", c.ID)
			return read(ctx, c)
		},
		Update: write,
		Delete: func(ctx context.Context, c *crud.Call) error {
			c.Old = plugin.Map{"targetProjectIds": []any{}, "targetGroupIds": []any{}}
			c.Inputs = plugin.Map{"project": c.Text("project"), "enabled": true}
			_, err := write(ctx, c)
			_, err = gone(nil, err)
			return err
		},
	}
}

func numbers(value any) map[int]bool {
	list, _ := value.([]any)
	result := map[int]bool{}
	for _, one := range list {
		result[crud.Int(one)] = true
	}
	return result
}
