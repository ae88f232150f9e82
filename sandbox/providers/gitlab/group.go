package gitlab

import (
	"context"
	"net/url"
	"strings"
	"time"

	"estate/providers/internal/crud"
	"estate/providers/internal/plugin"
	"estate/providers/internal/rest"
	"estate/providers/schema"
)

// deletionLimit is how long a delete of a group or project may take.
const deletionLimit = 10 * time.Minute

// timeLimit is the time an operation may take that has to wait: what the program set, else ten minutes.
func timeLimit(c *crud.Call) time.Duration {
	if c.Timeout > 0 {
		return c.Timeout
	}
	return deletionLimit
}

var groupFields = mapping{
	names: map[string]string{"visibilityLevel": "visibility", "allowedEmailDomainsLists": "allowed_email_domains_list"},
	local: []string{
		"archiveOnDestroy", "avatar", "avatarHash", "permanentlyRemoveOnDelete", "pushRules", "parentId",
		"defaultBranchProtectionDefaults", "ipRestrictionRanges",
	},
}

func groupBody(c *crud.Call, update bool) plugin.Map {
	body := groupFields.body(c, update)
	if c.Given("ipRestrictionRanges") || update && c.Old["ipRestrictionRanges"] != nil {
		body["ip_restriction_ranges"] = joined(c.List("ipRestrictionRanges"))
	}
	if domains := c.List("allowedEmailDomainsLists"); c.Given("allowedEmailDomainsLists") {
		body["allowed_email_domains_list"] = joined(domains)
	}
	if defaults, given := c.Inputs["defaultBranchProtectionDefaults"].(map[string]any); given {
		sent := plugin.Map{}
		for property, value := range defaults {
			switch property {
			case "allowedToPushes", "allowedToMerges":
				sent[strings.TrimSuffix(snake(property), "es")] = levels(value)
			default:
				sent[snake(property)] = value
			}
		}
		if merges, given := sent["allowed_to_merges"]; given {
			delete(sent, "allowed_to_merges")
			sent["allowed_to_merge"] = merges
		}
		body["default_branch_protection_defaults"] = sent
	}
	return body
}

func levels(value any) []any {
	list, _ := value.([]any)
	result := make([]any, len(list))
	for i, one := range list {
		result[i] = plugin.Map{"access_level": level(plugin.Text(one))}
	}
	return result
}

func joined(list []any) string {
	texts := make([]string, len(list))
	for i, one := range list {
		texts[i] = plugin.Text(one)
	}
	return strings.Join(texts, ",")
}

func split(value any) []any {
	list := []any{}
	for _, part := range strings.Split(plugin.Text(value), ",") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}

func groupState(c *crud.Call, group plugin.Map) plugin.Map {
	state := groupFields.state(c.Spec, group)
	state["parentId"] = group["parent_id"]
	if state["parentId"] == nil {
		state["parentId"] = 0.0
	}
	if ranges, there := group["ip_restriction_ranges"]; there {
		state["ipRestrictionRanges"] = split(ranges)
	}
	if domains, isText := group["allowed_email_domains_list"].(string); isText {
		state["allowedEmailDomainsLists"] = split(domains)
	}
	if defaults, there := group["default_branch_protection_defaults"].(map[string]any); there {
		shown := plugin.Map{}
		for field, property := range map[string]string{
			"allow_force_push": "allowForcePush", "developer_can_initial_push": "developerCanInitialPush",
			"code_owner_approval_required": "codeOwnerApprovalRequired",
		} {
			if value := defaults[field]; value != nil {
				shown[property] = value
			}
		}
		for field, property := range map[string]string{"allowed_to_push": "allowedToPushes", "allowed_to_merge": "allowedToMerges"} {
			entries, _ := defaults[field].([]any)
			names := []any{}
			for _, entry := range entries {
				one, _ := entry.(map[string]any)
				names = append(names, role(one["access_level"]))
			}
			shown[property] = names
		}
		state["defaultBranchProtectionDefaults"] = shown
	}
	return state
}

func (p *provider) group() *crud.Handler {
	path := func(id string) string { return "/groups/" + escape(id) }
	get := func(ctx context.Context, id string) (plugin.Map, error) {
		var group plugin.Map
		err := p.Get(ctx, path(id)+"?with_projects=false", &group)
		return group, err
	}
	// settle sends what a create call does not take, and the push rules.
	settle := func(ctx context.Context, c *crud.Call, group plugin.Map, body plugin.Map) (plugin.Map, error) {
		id := number(group["id"])
		if rest := unsettled(c, groupState(c, group), body, groupFields.field); len(rest) > 0 {
			if err := p.Put(ctx, path(id), rest, &group); err != nil {
				return nil, err
			}
		}
		state := groupState(c, group)
		return state, p.nestedPushRules(ctx, c, "/groups/"+id, state)
	}
	return &crud.Handler{
		Create: func(ctx context.Context, c *crud.Call) (string, plugin.Map, error) {
			body := groupBody(c, false)
			if c.Int("parentId") != 0 {
				body["parent_id"] = c.Int("parentId")
			}
			var group plugin.Map
			err := p.Post(ctx, "/groups", body, &group)
			if err != nil {
				return "", nil, err
			}
			id := number(group["id"])
			// A new group cannot always be found at once.
			err = p.until(ctx, timeLimit(c), "waiting for the new group to be found", func() (bool, error) {
				found, err := get(ctx, id)
				if rest.NotFound(err) {
					return false, nil
				}
				group = found
				return err == nil, err
			})
			if err != nil {
				return id, nil, err
			}
			state, err := settle(ctx, c, group, body)
			return id, state, err
		},
		Read: func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
			group, err := get(ctx, c.ID)
			if err != nil || group["marked_for_deletion_on"] != nil {
				return gone(nil, err)
			}
			state := groupState(c, group)
			return state, p.readNestedPushRules(ctx, c, path(c.ID), state)
		},
		Update: func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
			if c.Given("parentId") && c.Changed("parentId") && !plugin.Equal(c.State["parentId"], c.Inputs["parentId"]) {
				body := plugin.Map{}
				if c.Int("parentId") != 0 {
					body["group_id"] = c.Int("parentId")
				}
				if err := p.Post(ctx, path(c.ID)+"/transfer", body, nil); err != nil {
					return nil, err
				}
			}
			var group plugin.Map
			if err := p.Put(ctx, path(c.ID), groupBody(c, true), &group); err != nil {
				return nil, err
			}
			state := groupState(c, group)
			return state, p.nestedPushRules(ctx, c, path(c.ID), state)
		},
		Delete: func(ctx context.Context, c *crud.Call) error {
			if c.Bool("archiveOnDestroy") {
				return p.Post(ctx, path(c.ID)+"/archive", nil, nil)
			}
			return p.remove(ctx, c, path(c.ID), "marked_for_deletion_on", "full_path", c.Bool("permanentlyRemoveOnDelete"))
		},
	}
}

// unsettled are the fields of a body that an object does not have yet.
func unsettled(c *crud.Call, state, body plugin.Map, field func(string) string) plugin.Map {
	left := plugin.Map{}
	for name := range c.Spec.Inputs {
		value, sent := body[field(name)]
		if actual, known := state[name]; sent && known && !schema.Matches(c.Inputs[name], actual) {
			left[field(name)] = value
		}
	}
	return left
}

// remove deletes a group or project and waits until it is gone or marked: GitLab keeps both for some days.
func (p *provider) remove(ctx context.Context, c *crud.Call, path, marked, fullPath string, forGood bool) error {
	find := func() (plugin.Map, error) {
		var found plugin.Map
		return found, p.Get(ctx, path, &found)
	}
	_, err := p.Call(ctx, "DELETE", path, nil, nil)
	switch {
	case err != nil && !strings.Contains(err.Error(), "already") && !strings.Contains(err.Error(), "marked for deletion"):
		return err
	}
	var last plugin.Map
	err = p.until(ctx, timeLimit(c), "waiting for the deletion", func() (bool, error) {
		found, err := find()
		if rest.NotFound(err) {
			return true, nil
		}
		last = found
		return found[marked] != nil, err
	})
	if err != nil || !forGood || last[marked] == nil {
		return err
	}
	// Only what is marked can be removed for good, and only by its present path.
	query := url.Values{"permanently_remove": {"true"}, "full_path": {plugin.Text(last[fullPath])}}
	if err := p.Client.Delete(ctx, path+"?"+query.Encode()); err != nil {
		return err
	}
	return p.until(ctx, timeLimit(c), "waiting for the removal", func() (bool, error) {
		_, err := find()
		if rest.NotFound(err) {
			return true, nil
		}
		return false, err
	})
}
