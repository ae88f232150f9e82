package harbor

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"estate/providers/internal/crud"
	"estate/providers/internal/plugin"
	"estate/providers/internal/rest"
)

// Words for schedules, and what Harbor keeps.
var schedules = map[string]string{"hourly": "0 0 * * * *", "daily": "0 0 0 * * *", "weekly": "0 0 0 * * 0"}

func cron(schedule string) string {
	if known, isWord := schedules[strings.ToLower(schedule)]; isWord {
		return known
	}
	return schedule
}

// spelled gives a cron form as the program wrote it, if it means the same.
func spelled(given, actual string) string {
	if given != "" && cron(given) == actual {
		return given
	}
	return actual
}

// The kinds of retention rule: property, template, and the name of its number (none for "all").
var templates = []struct{ property, template string }{
	{"mostRecentlyPulled", "latestPulledN"},
	{"mostRecentlyPushed", "latestPushedK"},
	{"nDaysSinceLastPull", "nDaysSinceLastPull"},
	{"nDaysSinceLastPush", "nDaysSinceLastPush"},
}

func selector(matching, excluding string, rule plugin.Map, names [2]string, extras string) plugin.Map {
	result := plugin.Map{"kind": "doublestar", "decoration": names[0], "pattern": "**"}
	if pattern := plugin.Text(rule[matching]); pattern != "" {
		result["pattern"] = pattern
	}
	if pattern := plugin.Text(rule[excluding]); pattern != "" {
		result["decoration"], result["pattern"] = names[1], pattern
	}
	if extras != "" {
		result["extras"] = extras
	}
	return result
}

var (
	tagDecorations  = [2]string{"matches", "excludes"}
	repoDecorations = [2]string{"repoMatches", "repoExcludes"}
)

func retentionBody(c *crud.Call) plugin.Map {
	rules := []any{}
	for _, one := range c.List("rules") {
		rule, _ := one.(map[string]any)
		sent := plugin.Map{"disabled": rule["disabled"] == true, "action": "retain", "template": "always", "params": plugin.Map{}}
		for _, kind := range templates {
			if number := crud.Int(rule[kind.property]); number != 0 {
				sent["template"], sent["params"] = kind.template, plugin.Map{kind.template: number}
			}
		}
		untagged, given := rule["untaggedArtifacts"].(bool)
		extras, _ := json.Marshal(map[string]bool{"untagged": untagged || !given})
		sent["tag_selectors"] = []any{selector("tagMatching", "tagExcluding", rule, tagDecorations, string(extras))}
		sent["scope_selectors"] = plugin.Map{"repository": []any{selector("repoMatching", "repoExcluding", rule, repoDecorations, "")}}
		rules = append(rules, sent)
	}
	return plugin.Map{
		"algorithm": "or", "rules": rules, "scope": plugin.Map{"level": "project", "ref": tail(c.Text("scope"))},
		"trigger": plugin.Map{"kind": "Schedule", "settings": plugin.Map{"cron": cron(c.Text("schedule"))}, "references": plugin.Map{}},
	}
}

func retentionState(c *crud.Call, found plugin.Map) plugin.Map {
	scope, _ := found["scope"].(map[string]any)
	trigger, _ := found["trigger"].(map[string]any)
	settings, _ := trigger["settings"].(map[string]any)
	state := plugin.Map{"scope": "/projects/" + whole(scope["ref"]), "schedule": spelled(c.Text("schedule"), plugin.Text(settings["cron"]))}
	if given := c.Text("scope"); given != "" && plugin.Equal(tail(given), scope["ref"]) {
		state["scope"] = given
	}
	list, _ := found["rules"].([]any)
	rules := []any{}
	for i, one := range list {
		entry, _ := one.(map[string]any)
		rule := map[string]any{"disabled": entry["disabled"] == true}
		params, _ := entry["params"].(map[string]any)
		if entry["template"] == "always" {
			rule["alwaysRetain"] = true
		}
		for _, kind := range templates {
			if entry["template"] == kind.template {
				rule[kind.property] = params[kind.template]
			}
		}
		tags, _ := entry["tag_selectors"].([]any)
		shownSelector(rule, tags, tagDecorations, "tagMatching", "tagExcluding")
		if len(tags) > 0 {
			first, _ := tags[0].(map[string]any)
			var extras map[string]bool
			if json.Unmarshal([]byte(plugin.Text(first["extras"])), &extras) == nil {
				rule["untaggedArtifacts"] = extras["untagged"]
			}
		}
		scopes, _ := entry["scope_selectors"].(map[string]any)
		repositories, _ := scopes["repository"].([]any)
		shownSelector(rule, repositories, repoDecorations, "repoMatching", "repoExcluding")
		if given := c.List("rules"); i < len(given) {
			sparse(rule, given[i])
		}
		rules = append(rules, rule)
	}
	state["rules"] = rules
	return state
}

// sparse lets what the program gives as "not set" pass for what the API leaves out.
func sparse(rule map[string]any, given any) {
	wanted, _ := given.(map[string]any)
	for name, value := range wanted {
		if _, there := rule[name]; !there && (value == false || value == "" || plugin.Equal(value, 0.0)) {
			rule[name] = value
		}
	}
}

func shownSelector(rule map[string]any, list []any, names [2]string, matching, excluding string) {
	if len(list) == 0 {
		return
	}
	first, _ := list[0].(map[string]any)
	switch plugin.Text(first["decoration"]) {
	case names[1]:
		rule[excluding] = first["pattern"]
	default:
		rule[matching] = first["pattern"]
	}
}

// retention: Harbor has at most one policy for a project, and it cannot be deleted through upstream's provider: it stays
// without rules. So one that is there is taken over.
func (p *provider) retention() *crud.Handler {
	write := func(ctx context.Context, c *crud.Call, id string) error {
		body := retentionBody(c)
		body["id"] = tail(id)
		return p.Put(ctx, id, body, nil)
	}
	// Harbor answers 500 for a policy that is gone: then its project says whether there is one.
	policy := func(ctx context.Context, c *crud.Call, id string) (plugin.Map, error) {
		found, err := p.get(ctx, id)
		if rest.Status(err) != http.StatusInternalServerError || c.Text("scope") == "" {
			return found, err
		}
		project, failed := p.get(ctx, projectPath(c.Text("scope")))
		metadata, _ := project["metadata"].(map[string]any)
		if failed != nil || "/retentions/"+plugin.Text(metadata["retention_id"]) == id {
			return nil, err
		}
		return nil, nil
	}
	read := func(ctx context.Context, c *crud.Call, id string) (plugin.Map, error) {
		found, err := policy(ctx, c, id)
		if err != nil || found == nil {
			return nil, err
		}
		return retentionState(c, found), nil
	}
	return &crud.Handler{
		Amend: crud.Alike("schedule", func(a, b string) bool { return cron(a) == cron(b) }),
		Create: func(ctx context.Context, c *crud.Call) (string, plugin.Map, error) {
			id, err := p.post(ctx, "/retentions", retentionBody(c), nil)
			if err != nil {
				// Whatever failed, the published plugin tries to change the policy that the project has: where there is none,
				// that fails as well, and its failure is what people see.
				project, err := p.get(ctx, projectPath(c.Text("scope")))
				if err != nil {
					return "", nil, err
				}
				metadata, _ := project["metadata"].(map[string]any)
				id = "/retentions/" + plugin.Text(metadata["retention_id"])
				if err := write(ctx, c, id); err != nil {
					return "", nil, err
				}
			}
			state, err := read(ctx, c, id)
			return id, state, err
		},
		Read: func(ctx context.Context, c *crud.Call) (plugin.Map, error) { return read(ctx, c, c.ID) },
		Update: func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
			if err := write(ctx, c, c.ID); err != nil {
				return nil, err
			}
			return read(ctx, c, c.ID)
		},
		Delete: func(ctx context.Context, c *crud.Call) error {
			c.Inputs = plugin.Map{"scope": c.Text("scope"), "rules": []any{}}
			found, err := policy(ctx, c, c.ID)
			if err != nil || found == nil {
				return err
			}
			return write(ctx, c, c.ID)
		},
	}
}

// immutableRule: there is no address to read one rule from, and a request changes either the rule or whether it is off.
func (p *provider) immutableRule() *crud.Handler {
	list := func(c *crud.Call) string { return projectPath(projectOf(c)) + "/immutabletagrules" }
	body := func(c *crud.Call, id string, disabled bool) plugin.Map {
		return plugin.Map{
			"id": tail(id), "disabled": disabled, "action": "immutable", "template": "immutable_template",
			"tag_selectors":   []any{selector("tagMatching", "tagExcluding", c.Inputs, tagDecorations, "")},
			"scope_selectors": plugin.Map{"repository": []any{selector("repoMatching", "repoExcluding", c.Inputs, repoDecorations, "")}},
		}
	}
	state := func(c *crud.Call, found plugin.Map) plugin.Map {
		rule := map[string]any{"projectId": projectPath(projectOf(c)), "disabled": found["disabled"] == true}
		for _, name := range []string{"tagMatching", "tagExcluding", "repoMatching", "repoExcluding"} {
			rule[name] = ""
		}
		tags, _ := found["tag_selectors"].([]any)
		shownSelector(rule, tags, tagDecorations, "tagMatching", "tagExcluding")
		scopes, _ := found["scope_selectors"].(map[string]any)
		repositories, _ := scopes["repository"].([]any)
		shownSelector(rule, repositories, repoDecorations, "repoMatching", "repoExcluding")
		return rule
	}
	read := func(ctx context.Context, c *crud.Call, id string) (plugin.Map, error) {
		rules, err := p.all(ctx, list(c))
		if rest.NotFound(err) {
			return nil, nil
		}
		for _, rule := range rules {
			if plugin.Equal(rule["id"], tail(id)) {
				return rule, nil
			}
		}
		return nil, err
	}
	return &crud.Handler{
		Create: func(ctx context.Context, c *crud.Call) (string, plugin.Map, error) {
			id, err := p.post(ctx, list(c), body(c, "", false), nil)
			if err != nil {
				return "", nil, err
			}
			found, err := read(ctx, c, id)
			if err != nil || found == nil {
				return id, nil, err
			}
			if (found["disabled"] == true) != c.Bool("disabled") {
				if err := p.Put(ctx, id, body(c, id, c.Bool("disabled")), nil); err != nil {
					return id, state(c, found), err
				}
				if found, err = read(ctx, c, id); err != nil {
					return id, nil, err
				}
			}
			return id, state(c, found), nil
		},
		Read: func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
			found, err := read(ctx, c, c.ID)
			if err != nil || found == nil {
				return nil, err
			}
			return state(c, found), nil
		},
		Update: func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
			found, err := read(ctx, c, c.ID)
			if err != nil {
				return nil, err
			}
			if found == nil {
				return nil, fmt.Errorf("there is no rule %s any more", c.ID)
			}
			disabled := found["disabled"] == true
			if !same(c, state(c, found), "tagMatching", "tagExcluding", "repoMatching", "repoExcluding") {
				if err := p.Put(ctx, c.ID, body(c, c.ID, disabled), nil); err != nil {
					return nil, err
				}
			}
			if disabled != c.Bool("disabled") {
				if err := p.Put(ctx, c.ID, body(c, c.ID, c.Bool("disabled")), nil); err != nil {
					return nil, err
				}
			}
			if found, err = read(ctx, c, c.ID); err != nil || found == nil {
				return nil, err
			}
			return state(c, found), nil
		},
		Delete: func(ctx context.Context, c *crud.Call) error { return p.remove(ctx, c) },
	}
}
