package gitlab

import (
	"context"

	"estate/providers/internal/crud"
	"estate/providers/internal/plugin"
)

// protectedEnvironment: entries are changed by their ids, so a change sends those that go with a mark to remove them.
func (p *provider) protectedEnvironment() *crud.Handler {
	lists := map[string]string{"deployAccessLevelsAttributes": "deploy_access_levels", "approvalRules": "approval_rules"}
	list := func(c *crud.Call) string {
		return ownerPath("project", c.Text("project")) + "/protected_environments"
	}
	item := func(c *crud.Call) string { return list(c) + "/" + escape(c.Text("environment")) }
	show := func(c *crud.Call, found plugin.Map) plugin.Map {
		state := plugin.Map{"project": c.Text("project"), "environment": c.Text("environment")}
		for property, field := range lists {
			entries, _ := found[field].([]any)
			shown := []any{}
			for _, one := range entries {
				entry, _ := one.(map[string]any)
				grant := shownGrant(entry)
				for _, name := range []string{"id", "groupInheritanceType", "requiredApprovals"} {
					if value := entry[snake(name)]; value != nil {
						grant[name] = value
					}
				}
				shown = append(shown, map[string]any(grant))
			}
			state[property] = shown
		}
		return state
	}
	sent := func(c *crud.Call, property string) []any {
		result := []any{}
		for _, one := range c.List(property) {
			entry, _ := one.(map[string]any)
			result = append(result, sentGrant(entry))
		}
		return result
	}
	get := func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
		var found plugin.Map
		if err := p.Get(ctx, item(c), &found); err != nil {
			return gone(nil, err)
		}
		return found, nil
	}
	return &crud.Handler{
		Create: func(ctx context.Context, c *crud.Call) (string, plugin.Map, error) {
			body := plugin.Map{"name": c.Text("environment")}
			for property, field := range lists {
				if c.Given(property) {
					body[field] = sent(c, property)
				}
			}
			id := c.Text("project") + ":" + c.Text("environment")
			var found plugin.Map
			err := p.Post(ctx, list(c), body, &found)
			if err != nil {
				return "", nil, err
			}
			return id, show(c, found), nil
		},
		Read: func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
			found, err := parts(c.ID, "project", "environment")
			if err != nil {
				return nil, err
			}
			c.Inputs = withInput(withInput(c.Inputs, "project", found[0]), "environment", found[1])
			element, err := get(ctx, c)
			if err != nil || element == nil {
				return nil, err
			}
			return show(c, element), nil
		},
		Update: func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
			found, err := get(ctx, c)
			if err != nil {
				return nil, err
			}
			body := plugin.Map{}
			for property, field := range lists {
				if !c.Given(property) && c.Old[property] == nil {
					continue
				}
				entries := sent(c, property)
				old, _ := found[field].([]any)
				for _, one := range old {
					entry, _ := one.(map[string]any)
					entries = append(entries, plugin.Map{"id": entry["id"], "_destroy": true})
				}
				body[field] = entries
			}
			var changed plugin.Map
			if err := p.Put(ctx, item(c), body, &changed); err != nil {
				return nil, err
			}
			return show(c, changed), nil
		},
		Delete: func(ctx context.Context, c *crud.Call) error { return p.erase(ctx, item(c)) },
	}
}
