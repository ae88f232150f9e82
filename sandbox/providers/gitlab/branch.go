package gitlab

import (
	"context"
	"fmt"
	"net/http"

	"estate/providers/internal/crud"
	"estate/providers/internal/plugin"
	"estate/providers/internal/rest"
	"estate/providers/schema"
)

func (p *provider) branch() *crud.Handler {
	item := func(c *crud.Call) string {
		return ownerPath("project", c.Text("project")) + "/repository/branches/" + escape(c.Text("name"))
	}
	show := func(c *crud.Call, branch plugin.Map) plugin.Map {
		state := plugin.Map{
			"project": c.Text("project"), "name": c.Text("name"), "webUrl": branch["web_url"], "commits": commits(branch["commit"]),
			"developerCanMerge": branch["developers_can_merge"], "developerCanPush": branch["developers_can_push"],
		}
		for _, name := range []string{"canPush", "default", "merged", "protected"} {
			state[name] = branch[snake(name)]
		}
		return state
	}
	return &crud.Handler{
		Create: func(ctx context.Context, c *crud.Call) (string, plugin.Map, error) {
			id := c.Text("project") + ":" + c.Text("name")
			var branch plugin.Map
			body := plugin.Map{"branch": c.Text("name"), "ref": c.Text("ref")}
			err := p.Post(ctx, ownerPath("project", c.Text("project"))+"/repository/branches", body, &branch)
			if err != nil {
				return "", nil, err
			}
			return id, show(c, branch), nil
		},
		Read: func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
			found, err := parts(c.ID, "project", "name")
			if err != nil {
				return nil, err
			}
			c.Inputs = withInput(withInput(c.Inputs, "project", found[0]), "name", found[1])
			var branch plugin.Map
			if err := p.Get(ctx, item(c), &branch); err != nil {
				return gone(nil, err)
			}
			return show(c, branch), nil
		},
		Delete: func(ctx context.Context, c *crud.Call) error {
			if c.Bool("keepOnDestroy") {
				return nil
			}
			return p.erase(ctx, item(c))
		},
	}
}

// grants are who may do something to a protected branch or tag: roles, users, groups and deploy keys.
type grants struct {
	// role is the input with one role, list that with a list; field is the API's, short that of the role when making one.
	role, list, field, short string
}

var branchGrants = []grants{
	{"pushAccessLevel", "allowedToPushes", "push_access_levels", "push_access_level"},
	{"mergeAccessLevel", "allowedToMerges", "merge_access_levels", "merge_access_level"},
	{"", "allowedToUnprotects", "unprotect_access_levels", ""},
}

var tagGrants = []grants{{"createAccessLevel", "allowedToCreates", "create_access_levels", "create_access_level"}}

// body adds what to send for the grants.
func (g grants) body(c *crud.Call, body plugin.Map) {
	if g.role != "" && c.Given(g.role) {
		body[g.short] = level(c.Text(g.role))
	}
	if !c.Given(g.list) {
		return
	}
	sent := []any{}
	for _, one := range c.List(g.list) {
		entry, _ := one.(map[string]any)
		sent = append(sent, sentGrant(entry))
	}
	body[snake(trimPlural(g.list))] = sent
}

// changes are the entries that turn an object's list into the wanted one: new ones, and those to be taken out by their id.
func (g grants) changes(c *crud.Call, object plugin.Map) []any {
	entries, _ := object[g.field].([]any)
	kept := make([]bool, len(entries))
	changes := []any{}
	for _, one := range c.List(g.list) {
		wanted, _ := one.(map[string]any)
		known := false
		for i, entry := range entries {
			if !kept[i] && schema.Matches(wanted, map[string]any(shownGrant(entry.(map[string]any)))) {
				kept[i], known = true, true
				break
			}
		}
		if !known {
			changes = append(changes, sentGrant(wanted))
		}
	}
	for i, entry := range entries {
		if !kept[i] {
			changes = append(changes, plugin.Map{"id": entry.(map[string]any)["id"], "_destroy": true})
		}
	}
	return changes
}

// trimPlural: allowedToPushes is a list of allowedToPush.
func trimPlural(name string) string {
	for _, one := range []struct{ many, single string }{
		{"allowedToPushes", "allowedToPush"}, {"allowedToMerges", "allowedToMerge"}, {"allowedToUnprotects", "allowedToUnprotect"},
		{"allowedToCreates", "allowedToCreate"},
	} {
		if one.many == name {
			return one.single
		}
	}
	return name
}

func sentGrant(entry plugin.Map) plugin.Map {
	sent := plugin.Map{}
	for property, value := range entry {
		switch {
		case property == "accessLevel" && plugin.Text(value) != "":
			sent["access_level"] = level(plugin.Text(value))
		case property == "accessLevelDescription" || property == "id" || value == nil || plugin.Text(value) == "" && property == "accessLevel":
		default:
			sent[snake(property)] = value
		}
	}
	return sent
}

// shownGrant is an entry of the API as a property has it. That of a user, group or key has no role of its own.
func shownGrant(entry plugin.Map) plugin.Map {
	shown := plugin.Map{"accessLevelDescription": entry["access_level_description"]}
	whose := false
	for property, field := range map[string]string{"userId": "user_id", "groupId": "group_id", "deployKeyId": "deploy_key_id"} {
		if entry[field] != nil {
			shown[property], whose = entry[field], true
		}
	}
	if !whose {
		shown["accessLevel"] = role(entry["access_level"])
	}
	return shown
}

// read adds what an object says to the state. The role is the lowest there is: if somebody added a wider one, it shows.
func (g grants) read(c *crud.Call, object, state plugin.Map) {
	entries, _ := object[g.field].([]any)
	lowest, list := -1, []any{}
	for _, one := range entries {
		entry, _ := one.(map[string]any)
		shown := shownGrant(entry)
		if _, isRole := shown["accessLevel"]; isRole {
			rank := crud.Int(entry["access_level"])
			if rank == 0 {
				rank = 1000 // nobody: the narrowest
			}
			if lowest < 0 || rank < lowest {
				lowest = rank
			}
		}
		list = append(list, shown)
	}
	if g.role != "" {
		switch {
		case lowest == 1000:
			state[g.role] = role(0.0)
		case lowest >= 0:
			state[g.role] = role(float64(lowest))
		}
	}
	if g.role != "" && c.Given(g.role) && c.Given(g.list) {
		// The role is an entry of the list too, but not one the program lists.
		for i, one := range list {
			if entry := one.(plugin.Map); entry["accessLevel"] == state[g.role] && !listed(c, g.list, entry) {
				list = append(list[:i:i], list[i+1:]...)
				break
			}
		}
	}
	if g.list == "allowedToCreates" && !c.Given(g.list) && len(list) < 2 {
		return // the role says it all
	}
	state[g.list] = list
}

func listed(c *crud.Call, name string, entry plugin.Map) bool {
	for _, one := range c.List(name) {
		if schema.Matches(one, map[string]any(entry)) {
			return true
		}
	}
	return false
}

// protection is a protected branch or tag.
type protection struct {
	path, name string
	grants     []grants
	flags      []string
	shown      string
}

func (r protection) list(c *crud.Call) string {
	return ownerPath("project", c.Text("project")) + "/" + r.path
}

func (r protection) item(c *crud.Call) string { return r.list(c) + "/" + escape(c.Text(r.name)) }

func (r protection) body(c *crud.Call) plugin.Map {
	body := plugin.Map{"name": c.Text(r.name)}
	for _, flag := range r.flags {
		if c.Given(flag) {
			body[snake(flag)] = c.Bool(flag)
		}
	}
	for _, one := range r.grants {
		one.body(c, body)
	}
	return body
}

func (r protection) state(c *crud.Call, object plugin.Map) plugin.Map {
	state := plugin.Map{"project": c.Text("project"), r.name: c.Text(r.name)}
	if r.shown != "" {
		state[r.shown] = object["id"]
	}
	for _, flag := range r.flags {
		value, _ := object[snake(flag)].(bool)
		state[flag] = value
	}
	for _, one := range r.grants {
		one.read(c, object, state)
	}
	return state
}

func (r protection) locate(c *crud.Call) error {
	found, err := parts(c.ID, "project", r.name)
	if err == nil {
		c.Inputs = withInput(withInput(c.Inputs, "project", found[0]), r.name, found[1])
	}
	return err
}

func (p *provider) protection(r protection) *crud.Handler {
	return &crud.Handler{
		Read: func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
			if err := r.locate(c); err != nil {
				return nil, err
			}
			var found plugin.Map
			if err := p.Get(ctx, r.item(c), &found); err != nil {
				return gone(nil, err)
			}
			return r.state(c, found), nil
		},
		Delete: func(ctx context.Context, c *crud.Call) error { return p.erase(ctx, r.item(c)) },
	}
}

func (p *provider) branchProtection() *crud.Handler {
	r := protection{
		path: "protected_branches", name: "branch", grants: branchGrants, shown: "branchProtectionId",
		flags: []string{"allowForcePush", "codeOwnerApprovalRequired"},
	}
	handler := p.protection(r)
	handler.Check = p.otherEdition
	handler.Create = func(ctx context.Context, c *crud.Call) (string, plugin.Map, error) {
		id := c.Text("project") + ":" + c.Text("branch")
		var found plugin.Map
		err := p.Get(ctx, r.item(c), &found)
		if err != nil && !rest.NotFound(err) {
			return "", nil, err
		}
		if err == nil {
			// GitLab protects the default branch by itself: that protection is replaced. Any other was made by somebody.
			var project plugin.Map
			if err := p.Get(ctx, ownerPath("project", c.Text("project")), &project); err != nil {
				return "", nil, err
			}
			if project["default_branch"] != c.Text("branch") {
				return "", nil, fmt.Errorf("protected branch %q on project %q already exists", c.Text("branch"), c.Text("project"))
			}
			if err := p.erase(ctx, r.item(c)); err != nil {
				return "", nil, err
			}
		}
		if err := p.Post(ctx, r.list(c), r.body(c), &found); err != nil {
			return "", nil, err
		}
		state, err := p.inOwnWords(ctx, r.state(c, found))
		return id, state, err
	}
	// Levels replace the protection; lists, flags and code owners change in place, without a moment in which it is open.
	handler.Update = func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
		var before plugin.Map
		if err := p.Get(ctx, r.item(c), &before); err != nil {
			return nil, err
		}
		body := plugin.Map{}
		for _, flag := range r.flags {
			if c.Given(flag) || c.Old[flag] != nil {
				body[snake(flag)] = c.Bool(flag)
			}
		}
		for _, one := range r.grants {
			if c.Changed(one.list) && c.Given(one.list) {
				body[snake(trimPlural(one.list))] = one.changes(c, before)
			}
		}
		var found plugin.Map
		if _, err := p.Call(ctx, http.MethodPatch, r.item(c), body, &found); err != nil {
			return nil, err
		}
		return p.inOwnWords(ctx, r.state(c, found))
	}
	read := handler.Read
	handler.Read = func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
		state, err := read(ctx, c)
		if state == nil || err != nil {
			return nil, err
		}
		return p.inOwnWords(ctx, state)
	}
	return handler
}

// inOwnWords leaves in the state of a branch's protection what the edition of GitLab has: lists or levels, as upstream does.
func (p *provider) inOwnWords(ctx context.Context, state plugin.Map) (plugin.Map, error) {
	enterprise, err := p.enterprise(ctx)
	if err != nil {
		return nil, err
	}
	for _, one := range branchGrants {
		if enterprise {
			delete(state, one.role)
		} else {
			delete(state, one.list)
		}
	}
	return state, nil
}

// otherEdition finds the inputs that belong to the other edition of GitLab: upstream's plan refuses them, whatever the
// licence. A tag's protection has the same inputs in both.
func (p *provider) otherEdition(ctx context.Context, inputs plugin.Map) []plugin.Failure {
	if p.Base == "" || offline() {
		return nil
	}
	enterprise, err := p.enterprise(ctx)
	if err != nil {
		return []plugin.Failure{{Reason: "cannot tell which edition of GitLab this is: " + err.Error()}}
	}
	var failures []plugin.Failure
	refuse := func(property, reason string) {
		value := inputs[property]
		if _, unknown := value.(plugin.Unknown); value != nil && value != false && !unknown {
			failures = append(failures, plugin.Failure{Property: property, Reason: "feature unavailable: " + reason})
		}
	}
	for _, one := range branchGrants {
		switch {
		case !enterprise:
			refuse(one.list, "only the Enterprise Edition of GitLab has it, and this is a Community Edition")
		case one.role != "":
			refuse(one.role, "only for the Community Edition of GitLab; use "+one.list+" instead, this is an Enterprise Edition")
		}
	}
	if !enterprise {
		refuse("codeOwnerApprovalRequired", "only the Enterprise Edition of GitLab has it, and this is a Community Edition")
	}
	return failures
}

// A tag's protection is taken over from whoever made one, as upstream does.
func (p *provider) tagProtection() *crud.Handler {
	r := protection{path: "protected_tags", name: "tag", grants: tagGrants}
	handler := p.protection(r)
	handler.Create = func(ctx context.Context, c *crud.Call) (string, plugin.Map, error) {
		var found plugin.Map
		if err := p.Post(ctx, r.list(c), r.body(c), &found); err != nil {
			// Whatever failed, the published plugin deletes what is there and asks again.
			plugin.Log(ctx).Info("%v: the tags' protection is taken away and made again", err)
			if err := p.erase(ctx, r.item(c)); err != nil {
				return "", nil, err
			}
			if err := p.Post(ctx, r.list(c), r.body(c), &found); err != nil {
				return "", nil, err
			}
		}
		return c.Text("project") + ":" + c.Text("tag"), r.state(c, found), nil
	}
	return handler
}
