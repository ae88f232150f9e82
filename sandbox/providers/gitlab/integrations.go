package gitlab

import (
	"context"
	"fmt"

	"estate/providers/internal/crud"
	"estate/providers/internal/plugin"
)

// integration is one of a project's or group's connections to other programs: there is one of each kind, on or off.
func (p *provider) integration(slug, owner string) *crud.Handler {
	m := mapping{names: map[string]string{}, local: []string{owner}}
	if slug == "jenkins" {
		m.names["mergeRequestEvents"] = "merge_requests_events"
	}
	path := func(c *crud.Call) string { return ownerPath(owner, c.Text(owner)) + "/integrations/" + slug }
	// Settings that are not passwords come back under `properties`, passwords never.
	read := func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
		var element plugin.Map
		if err := p.Get(ctx, path(c), &element); err != nil {
			return gone(nil, err)
		}
		if active, _ := element["active"].(bool); !active {
			return nil, nil
		}
		if properties, ok := element["properties"].(map[string]any); ok {
			for name, value := range properties {
				if _, known := element[name]; !known {
					element[name] = value
				}
			}
		}
		state := m.state(c.Spec, element)
		for name, property := range c.Spec.Inputs {
			if property.Secret || name == "webhook" {
				delete(state, name)
			}
		}
		state[owner] = c.Text(owner)
		return state, nil
	}
	write := func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
		if err := p.Put(ctx, path(c), m.body(c, true), nil); err != nil {
			return nil, err
		}
		state, err := read(ctx, c)
		if err == nil && state == nil {
			err = fmt.Errorf("%s is off although its settings were taken", slug)
		}
		return state, err
	}
	handler := &crud.Handler{
		Create: func(ctx context.Context, c *crud.Call) (string, plugin.Map, error) {
			state, err := write(ctx, c)
			return c.Text(owner), state, err
		},
		Read: func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
			c.Inputs = withInput(c.Inputs, owner, c.ID)
			return read(ctx, c)
		},
		Update: write,
		Delete: func(ctx context.Context, c *crud.Call) error { return p.Client.Delete(ctx, path(c)) },
	}
	return handler
}
