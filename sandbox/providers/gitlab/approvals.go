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
		var found plugin.Map
		if err := p.Post(ctx, path(c), m.body(c, true), &found); err != nil {
			return nil, err
		}
		return show(c, found), nil
	}
	return &crud.Handler{
		Create: createOfProject(write),
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
