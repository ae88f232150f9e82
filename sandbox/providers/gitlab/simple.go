package gitlab

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"estate/providers/internal/crud"
	"estate/providers/internal/plugin"
	"estate/providers/internal/rest"
)

// A variable is found by key and environment scope.
func (p *provider) variable(owner string) *crud.Handler {
	scope := func(c *crud.Call) string {
		if text := c.Text("environmentScope"); text != "" {
			return text
		}
		return "*"
	}
	o := object{
		mapping: mapping{local: []string{"hidden"}, onlyNew: []string{"key"}},
		owner:   owner, path: "variables", key: "key", update: http.MethodPut,
		// An earlier attempt left just this; anything else of that name is somebody's.
		same: []string{"value", "variableType", "protected", "masked", "raw", "description"},
		element: func(c *crud.Call, key string) string {
			return ownerPath(owner, c.Text(owner)) + "/variables/" + escape(key) +
				"?filter%5Benvironment_scope%5D=" + url.QueryEscape(scope(c))
		},
		idOf: func(c *crud.Call, _ plugin.Map) string {
			return c.Text(owner) + ":" + c.Text("key") + ":" + scope(c)
		},
		parse: func(c *crud.Call) (string, error) {
			found, err := parts(c.ID, owner, "key", "environmentScope")
			if err != nil {
				return "", err
			}
			for i, name := range []string{owner, "key", "environmentScope"} {
				c.Inputs = withInput(c.Inputs, name, found[i])
			}
			return found[1], nil
		},
		toAPI: func(c *crud.Call, body plugin.Map) {
			if c.Bool("hidden") {
				// Only at creation; the two together are one setting of the API.
				delete(body, "masked")
				body["masked_and_hidden"] = true
			}
		},
		fromAPI: func(c *crud.Call, element, state plugin.Map) {
			hidden, _ := element["hidden"].(bool)
			state["hidden"] = hidden
			if hidden { // never shown again
				delete(state, "value")
			}
			if c.Spec.Inputs["environmentScope"].Type != "" && state["environmentScope"] == nil {
				state["environmentScope"] = scope(c)
			}
		},
	}
	handler := p.crud(o)
	handler.Key = []string{owner, "key", "environmentScope"}
	return handler
}

// The token and signing token of a hook, and the values of its headers and variables, are never shown.
func (p *provider) hook(owner string) *crud.Handler {
	handler := p.crud(object{
		owner: owner, path: "hooks", update: http.MethodPut, shown: "hookId", twins: true,
		same: []string{
			"url", "description", "pushEvents", "pushEventsBranchFilter", "branchFilterStrategy", "tagPushEvents",
			"mergeRequestsEvents", "issuesEvents", "noteEvents", "pipelineEvents", "jobEvents", "wikiPageEvents",
			"deploymentEvents", "releasesEvents", "enableSslVerification", "customWebhookTemplate",
		},
		fromAPI: func(c *crud.Call, _, state plugin.Map) {
			delete(state, "token")
			delete(state, "signingToken")
			for _, name := range []string{"customHeaders", "urlVariables"} {
				hiddenValues(c, state, name)
			}
			if state["signingTokenPresent"] == nil {
				state["signingTokenPresent"] = c.Given("signingToken")
			}
		},
	})
	handler.Volatile = []string{"alertStatus", "disabledUntil"}
	return handler
}

// hiddenValues fills in values that the API keeps to itself: those the program gave for the same keys.
func hiddenValues(c *crud.Call, state plugin.Map, name string) {
	list, isList := state[name].([]any)
	if !isList {
		return
	}
	given := map[string]any{}
	for _, one := range c.List(name) {
		if entry, ok := one.(map[string]any); ok {
			given[plugin.Text(entry["key"])] = entry["value"]
		}
	}
	result := make([]any, 0, len(list))
	for _, one := range list {
		entry, _ := one.(map[string]any)
		key := plugin.Text(entry["key"])
		result = append(result, map[string]any{"key": key, "value": given[key]})
	}
	state[name] = result
}

func (p *provider) membership(owner string) *crud.Handler {
	list := func(c *crud.Call) string {
		return ownerPath(strings.TrimSuffix(owner, "Id"), number(c.Inputs[owner])) + "/members"
	}
	o := object{
		mapping: mapping{
			roles:   []string{"accessLevel"},
			local:   []string{"skipSubresourcesOnDestroy", "unassignIssuablesOnDestroy", owner},
			onlyNew: []string{"userId"},
			names:   map[string]string{"userId": "user_id", "memberRoleId": "member_role_id"},
		},
		owner: owner, path: "members", key: "userId", update: http.MethodPut, same: []string{"accessLevel", "expiresAt"},
		lists:   list,
		element: func(c *crud.Call, key string) string { return list(c) + "/" + key },
		fromAPI: func(c *crud.Call, element, state plugin.Map) { state["userId"] = element["id"] },
	}
	o.parse = func(c *crud.Call) (string, error) {
		found, err := parts(c.ID, owner, "userId")
		if err != nil {
			return "", err
		}
		c.Inputs = withInput(c.Inputs, owner, typedText(c.Spec.Inputs[owner].Type, found[0], nil))
		return found[1], nil
	}
	o.idOf = func(c *crud.Call, _ plugin.Map) string {
		return number(c.Inputs[owner]) + ":" + number(c.Inputs["userId"])
	}
	handler := p.crud(o)
	handler.Delete = func(ctx context.Context, c *crud.Call) error {
		key, err := o.locate(c)
		if err != nil {
			return err
		}
		query := url.Values{}
		if c.Bool("skipSubresourcesOnDestroy") {
			query.Set("skip_subresources", "true")
		}
		if c.Bool("unassignIssuablesOnDestroy") {
			query.Set("unassign_issuables", "true")
		}
		path := o.item(c, key)
		if len(query) > 0 {
			path += "?" + query.Encode()
		}
		return p.Client.Delete(ctx, path)
	}
	return handler
}

// share gives a group access to a project or group. There is no address for one share: it is read with its owner.
func (p *provider) share(owner, with string) *crud.Handler {
	path := func(c *crud.Call) string {
		kind := "group"
		if owner == "project" {
			kind = "project"
		}
		return ownerPath(kind, number(c.Inputs[owner]))
	}
	read := func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
		var whole plugin.Map
		if err := p.Get(ctx, path(c), &whole); err != nil {
			return gone(nil, err)
		}
		list, _ := whole["shared_with_groups"].([]any)
		for _, one := range list {
			entry, _ := one.(map[string]any)
			if !plugin.Equal(entry["group_id"], float64(crud.Int(c.Inputs[with]))) {
				continue
			}
			expires, _ := entry["expires_at"].(string)
			return plugin.Map{
				owner: c.Inputs[owner], with: entry["group_id"], "groupAccess": role(entry["group_access_level"]), "expiresAt": expires,
			}, nil
		}
		return nil, nil
	}
	return &crud.Handler{
		Key: []string{owner, with},
		Create: func(ctx context.Context, c *crud.Call) (string, plugin.Map, error) {
			body := plugin.Map{"group_id": c.Int(with), "group_access": level(c.Text("groupAccess"))}
			if c.Given("expiresAt") {
				body["expires_at"] = c.Text("expiresAt")
			}
			if c.Given("memberRoleId") {
				body["member_role_id"] = c.Int("memberRoleId")
			}
			state, err := crud.Once(ctx, p.Pause,
				func() (plugin.Map, error) {
					if err := p.Post(ctx, path(c)+"/share", body, nil); err != nil {
						return nil, err
					}
					return read(ctx, c)
				},
				func() (plugin.Map, bool, error) {
					found, err := read(ctx, c)
					return found, found != nil && same(c, found, "groupAccess", "expiresAt"), err
				})
			if err != nil {
				return "", nil, err
			}
			return number(c.Inputs[owner]) + ":" + number(c.Inputs[with]), state, nil
		},
		Read: func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
			found, err := parts(c.ID, owner, with)
			if err != nil {
				return nil, err
			}
			c.Inputs = withInput(c.Inputs, owner, typedText(c.Spec.Inputs[owner].Type, found[0], nil))
			c.Inputs = withInput(c.Inputs, with, typedText("integer", found[1], nil))
			return read(ctx, c)
		},
		Delete: func(ctx context.Context, c *crud.Call) error {
			return p.Client.Delete(ctx, path(c)+"/share/"+number(c.Inputs[with]))
		},
	}
}

// An environment can only be deleted when it is stopped.
func (p *provider) environment() *crud.Handler {
	o := object{
		mapping: mapping{local: []string{"stopBeforeDestroy"}, onlyNew: []string{"name"}},
		owner:   "project", path: "environments", update: http.MethodPut,
		same: []string{"name", "externalUrl", "tier", "description"},
		fromAPI: func(_ *crud.Call, element, state plugin.Map) {
			if agent, ok := element["cluster_agent"].(map[string]any); ok {
				state["clusterAgentId"] = agent["id"]
			}
		},
	}
	handler := p.crud(o)
	handler.Key = []string{"project", "name"}
	handler.Volatile = []string{"updatedAt", "autoStopAt", "state"}
	handler.Delete = func(ctx context.Context, c *crud.Call) error {
		key, err := o.locate(c)
		if err != nil {
			return err
		}
		item := o.item(c, key)
		if c.Bool("stopBeforeDestroy") {
			if err := p.Post(ctx, item+"/stop", plugin.Map{"force": true}, nil); err != nil && !rest.NotFound(err) {
				return err
			}
			stopped := func() (bool, error) {
				var element plugin.Map
				err := p.Get(ctx, item, &element)
				if rest.NotFound(err) {
					return true, nil
				}
				return element["state"] == "stopped", err
			}
			if err := p.until(ctx, timeLimit(c), "waiting for the environment to stop", stopped); err != nil {
				return err
			}
		}
		return p.Client.Delete(ctx, item)
	}
	return handler
}

func (p *provider) schedule() *crud.Handler {
	o := object{
		mapping: mapping{local: []string{"takeOwnership", "inputs"}},
		owner:   "project", path: "pipeline_schedules", update: http.MethodPut, shown: "pipelineScheduleId", twins: true,
		same: []string{"description", "ref", "cron", "cronTimezone", "active"},
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
		owner:   "project", key: "key", update: http.MethodPut, same: []string{"value", "variableType"},
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
	handler.Key = []string{"project", "pipelineScheduleId", "key"}
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
		owner: "project", path: "triggers", update: http.MethodPut, shown: "pipelineTriggerId", twins: true, same: []string{"description"},
		usable: func(ctx context.Context, _ *crud.Call, element plugin.Map) bool {
			owner, _ := element["owner"].(map[string]any)
			return element["last_used"] == nil && p.isMe(ctx, owner["id"])
		},
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

func (p *provider) deployKey() *crud.Handler {
	handler := p.crud(object{
		owner: "project", path: "deploy_keys", shown: "deployKeyId", same: []string{"key", "title", "canPush"},
		fromAPI: func(c *crud.Call, _, state plugin.Map) {
			// GitLab drops the comment at the end of a key.
			if given := c.Text("key"); given != "" && sameKey(given, plugin.Text(state["key"])) {
				state["key"] = given
			}
		},
	})
	handler.Key = []string{"project", "key"}
	return handler
}

func sameKey(a, b string) bool {
	x, y := strings.Fields(a), strings.Fields(b)
	return len(x) > 1 && len(y) > 1 && x[0] == y[0] && x[1] == y[1]
}

func (p *provider) deployKeyEnable() *crud.Handler {
	item := func(c *crud.Call) string {
		return ownerPath("project", c.Text("project")) + "/deploy_keys/" + escape(c.Text("keyId"))
	}
	read := func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
		var element plugin.Map
		if err := p.Get(ctx, item(c), &element); err != nil {
			return gone(nil, err)
		}
		return plugin.Map{
			"project": c.Text("project"), "keyId": c.Text("keyId"), "title": element["title"], "key": element["key"], "canPush": element["can_push"],
		}, nil
	}
	return &crud.Handler{
		Key: []string{"project", "keyId"},
		Create: func(ctx context.Context, c *crud.Call) (string, plugin.Map, error) {
			id := c.Text("project") + ":" + c.Text("keyId")
			enable := func() (plugin.Map, error) { return nil, p.Post(ctx, item(c)+"/enable", nil, nil) }
			find := func() (plugin.Map, bool, error) {
				state, err := read(ctx, c)
				return state, state != nil, err
			}
			if _, err := crud.Once(ctx, p.Pause, enable, find); err != nil {
				return "", nil, err
			}
			if c.Given("canPush") {
				if err := p.Put(ctx, item(c), plugin.Map{"can_push": c.Bool("canPush")}, nil); err != nil {
					return id, nil, err
				}
			}
			state, err := read(ctx, c)
			return id, state, err
		},
		Read: func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
			found, err := parts(c.ID, "project", "keyId")
			if err != nil {
				return nil, err
			}
			c.Inputs = withInput(withInput(c.Inputs, "project", found[0]), "keyId", found[1])
			return read(ctx, c)
		},
		Delete: func(ctx context.Context, c *crud.Call) error { return p.Client.Delete(ctx, item(c)) },
	}
}

func (p *provider) label(owner string) *crud.Handler {
	handler := p.crud(object{
		mapping: mapping{onlyNew: []string{"name"}},
		owner:   owner, path: "labels", key: "name", update: http.MethodPut, same: []string{"color", "description", "priority"},
		fromAPI: func(c *crud.Call, element, state plugin.Map) {
			state["colorHex"], state["labelId"] = element["color"], element["id"]
			// The API gives a colour's number also where a name was given.
			if given := c.Text("color"); given != "" && !strings.HasPrefix(given, "#") {
				if c.State["colorHex"] == nil || plugin.Equal(c.State["colorHex"], element["color"]) {
					state["color"] = given
				}
			} else if strings.EqualFold(given, plugin.Text(element["color"])) {
				state["color"] = given
			}
		},
	})
	return handler
}

func (p *provider) tag() *crud.Handler {
	handler := p.crud(object{
		mapping: mapping{names: map[string]string{"name": "tag_name"}},
		owner:   "project", path: "repository/tags", key: "name",
		fromAPI: func(c *crud.Call, element, state plugin.Map) {
			state["name"] = element["name"]
			if state["name"] == nil {
				state["name"] = c.Text("name")
			}
			state["target"] = element["target"]
			protected, _ := element["protected"].(bool)
			state["protected"] = protected
			state["commits"] = commits(element["commit"])
			release, _ := element["release"].(map[string]any)
			state["releases"] = []any{}
			if release != nil {
				state["releases"] = []any{plugin.Map{"tagName": release["tag_name"], "description": release["description"]}}
			}
		},
		usable: func(ctx context.Context, c *crud.Call, element plugin.Map) bool {
			head, err := p.head(ctx, c.Text("project"), c.Text("ref"))
			commit, _ := element["commit"].(map[string]any)
			return err == nil && head != "" && head == commit["id"]
		},
	})
	handler.Volatile = []string{"protected", "releases"}
	return handler
}

// commits is how a commit is shown: as a list of one.
func commits(value any) any {
	commit, isCommit := value.(map[string]any)
	if !isCommit {
		return []any{}
	}
	shown := plugin.Map{}
	for _, name := range []string{
		"id", "shortId", "title", "message", "authorName", "authorEmail", "authoredDate", "committerName", "committerEmail",
		"committedDate", "parentIds",
	} {
		if field := commit[snake(name)]; field != nil {
			shown[name] = field
		}
	}
	return []any{shown}
}

// head is the id of the commit that a branch, tag or commit names.
func (p *provider) head(ctx context.Context, project, ref string) (string, error) {
	var commit plugin.Map
	err := p.Get(ctx, ownerPath("project", project)+"/repository/commits/"+escape(ref), &commit)
	return plugin.Text(commit["id"]), err
}

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
		Key: []string{owner},
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
	handler.Volatile = []string{"updatedAt"}
	return handler
}
