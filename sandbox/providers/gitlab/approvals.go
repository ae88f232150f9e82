package gitlab

import (
	"context"
	"net/http"

	"estate/providers/internal/crud"
	"estate/providers/internal/plugin"
)

// A project has one set of approval settings: making it is changing it, deleting it is setting it back.
func (p *provider) approvals() *crud.Handler {
	path := func(c *crud.Call) string { return ownerPath("project", c.Text("project")) + "/approvals" }
	m := mapping{local: []string{"project"}}
	show := func(c *crud.Call, found plugin.Map) plugin.Map {
		state := m.state(c.Spec, found)
		state["project"] = c.Text("project")
		return state
	}
	write := func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
		// The call sets values, so making it again is safe.
		return crud.Once(ctx, p.Pause,
			func() (plugin.Map, error) {
				var found plugin.Map
				if err := p.Post(ctx, path(c), m.body(c, true), &found); err != nil {
					return nil, err
				}
				return show(c, found), nil
			},
			func() (plugin.Map, bool, error) { return nil, false, nil })
	}
	return &crud.Handler{
		Key: []string{"project"},
		Create: func(ctx context.Context, c *crud.Call) (string, plugin.Map, error) {
			state, err := write(ctx, c)
			if err != nil {
				return "", nil, err
			}
			return c.Text("project"), state, nil
		},
		Read: func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
			c.Inputs = withInput(c.Inputs, "project", c.ID)
			var found plugin.Map
			if err := p.Get(ctx, path(c), &found); err != nil {
				return gone(nil, err)
			}
			return show(c, found), nil
		},
		Update: write,
		Delete: func(ctx context.Context, c *crud.Call) error {
			err := p.Post(ctx, path(c), plugin.Map{
				"reset_approvals_on_push": true, "disable_overriding_approvers_per_merge_request": false,
				"merge_requests_author_approval": false, "merge_requests_disable_committers_approval": false,
				"require_reauthentication_to_approve": false, "selective_code_owner_removals": false,
			}, nil)
			_, err = gone(nil, err)
			return err
		},
	}
}

func (p *provider) approvalRule() *crud.Handler {
	o := object{
		mapping: mapping{local: []string{"project", "disableImportingDefaultAnyApproverRuleOnCreate", "userIds", "groupIds", "protectedBranchIds"},
			onlyNew: []string{"ruleType", "reportType"}},
		owner: "project", path: "approval_rules", update: http.MethodPut,
		same: []string{"name", "approvalsRequired", "ruleType", "userIds", "groupIds", "protectedBranchIds"},
		toAPI: func(c *crud.Call, body plugin.Map) {
			for _, name := range []string{"userIds", "groupIds", "protectedBranchIds"} {
				if c.Given(name) || c.Old[name] != nil {
					body[snake(name)] = append([]any{}, c.List(name)...)
				}
			}
		},
		fromAPI: func(_ *crud.Call, element, state plugin.Map) {
			for field, property := range map[string]string{"users": "userIds", "groups": "groupIds", "protected_branches": "protectedBranchIds"} {
				state[property] = ids(element[field])
			}
		},
	}
	handler := p.crud(o)
	handler.Key = []string{"project", "name"}
	base := handler.Create
	handler.Create = func(ctx context.Context, c *crud.Call) (string, plugin.Map, error) {
		if c.Text("ruleType") == "any_approver" && !c.Bool("disableImportingDefaultAnyApproverRuleOnCreate") {
			rules, err := p.all(ctx, o.list(c))
			if err != nil {
				return "", nil, err
			}
			for _, rule := range rules {
				// GitLab has one such rule, and makes it itself when it is first looked at.
				if rule["rule_type"] == "any_approver" && crud.Int(rule["approvals_required"]) == 0 {
					c.ID = o.id(c, rule)
					state, err := p.change(ctx, o, c)
					return c.ID, state, err
				}
			}
		}
		return base(ctx, c)
	}
	return handler
}

func ids(value any) []any {
	list, _ := value.([]any)
	result := make([]any, 0, len(list))
	for _, one := range list {
		if entry, ok := one.(map[string]any); ok {
			result = append(result, entry["id"])
		}
	}
	return result
}

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
		Key: []string{"project", "environment"},
		Create: func(ctx context.Context, c *crud.Call) (string, plugin.Map, error) {
			body := plugin.Map{"name": c.Text("environment")}
			for property, field := range lists {
				if c.Given(property) {
					body[field] = sent(c, property)
				}
			}
			id := c.Text("project") + ":" + c.Text("environment")
			found, err := crud.Once(ctx, p.Pause,
				func() (plugin.Map, error) {
					var made plugin.Map
					return made, p.Post(ctx, list(c), body, &made)
				},
				func() (plugin.Map, bool, error) {
					found, err := get(ctx, c)
					return found, found != nil && same(c, show(c, found), "deployAccessLevelsAttributes", "approvalRules"), err
				})
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
		Delete: func(ctx context.Context, c *crud.Call) error { return p.Client.Delete(ctx, item(c)) },
	}
}

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
				// One that is on the list already, by an attempt whose answer was lost, is no error.
				_, err := crud.Once(ctx, p.Pause,
					func() (bool, error) {
						return true, p.Post(ctx, path(c)+list.path, plugin.Map{list.field: id}, nil)
					},
					func() (bool, bool, error) {
						now, err := read(ctx, c)
						return true, numbers(now[list.property])[id], err
					})
				if err != nil {
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
		Key: []string{"project"},
		Create: func(ctx context.Context, c *crud.Call) (string, plugin.Map, error) {
			state, err := write(ctx, c)
			if err != nil {
				return "", nil, err
			}
			return c.Text("project"), state, nil
		},
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
