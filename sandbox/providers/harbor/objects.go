package harbor

import (
	"context"
	"net/url"
	"strings"

	"estate/providers/internal/crud"
	"estate/providers/internal/plugin"
)

// object is a resource with an address of its own that is made, read, changed and deleted in the usual way.
type object struct {
	list   func(c *crud.Call) string
	body   func(c *crud.Call, update bool) plugin.Map
	state  func(c *crud.Call, found plugin.Map) plugin.Map
	key    []string
	same   []string
	search func(c *crud.Call) string // the list to look through for one that an earlier attempt made; "": the list itself
	idOf   func(c *crud.Call, found plugin.Map) string
	read   func(ctx context.Context, c *crud.Call, id string) (plugin.Map, error)
	fixed  bool // nothing can be changed in place
	after  func(ctx context.Context, c *crud.Call, id string, isNew bool) error
}

func (p *provider) crud(o object) *crud.Handler {
	if o.idOf == nil {
		o.idOf = func(c *crud.Call, found plugin.Map) string { return o.list(c) + "/" + whole(found["id"]) }
	}
	if o.read == nil {
		o.read = func(ctx context.Context, _ *crud.Call, id string) (plugin.Map, error) { return p.get(ctx, id) }
	}
	read := func(ctx context.Context, c *crud.Call, id string) (plugin.Map, error) {
		found, err := o.read(ctx, c, id)
		if err != nil || found == nil {
			return nil, err
		}
		return o.state(c, found), nil
	}
	find := func(ctx context.Context, c *crud.Call) (string, error) {
		path := o.list(c)
		if o.search != nil {
			path = o.search(c)
		}
		list, err := p.all(ctx, path)
		if err != nil {
			return "", err
		}
		for _, found := range list {
			state, id := o.state(c, found), o.idOf(c, found)
			if !same(c, state, o.key...) {
				continue
			}
			if c.Owned(id) || !same(c, state, o.same...) {
				return "", &crud.ErrTaken{What: "one of that name exists and differs from what the program says", ImportID: id}
			}
			return id, nil
		}
		return "", nil
	}
	handler := &crud.Handler{
		Key: o.key,
		Create: func(ctx context.Context, c *crud.Call) (string, plugin.Map, error) {
			one, err := p.once(ctx,
				func() (string, error) { return p.post(ctx, o.list(c), o.body(c, false), nil) },
				func() (string, error) { return find(ctx, c) })
			if err != nil {
				return "", nil, err
			}
			if one.adopted && !o.fixed {
				// What cannot be read, such as a password, is made what it should be.
				if err := p.Put(ctx, one.id, o.body(c, true), nil); err != nil {
					return one.id, nil, err
				}
			}
			if o.after != nil {
				if err := o.after(ctx, c, one.id, true); err != nil {
					return one.id, nil, err
				}
			}
			state, err := read(ctx, c, one.id)
			return one.id, state, err
		},
		Read:   func(ctx context.Context, c *crud.Call) (plugin.Map, error) { return read(ctx, c, c.ID) },
		Delete: func(ctx context.Context, c *crud.Call) error { return p.Client.Delete(ctx, c.ID) },
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

var registryKinds = map[string]string{
	"alibaba": "ali-acr", "artifact-hub": "artifact-hub", "aws": "aws-ecr", "azure": "azure-acr", "docker-hub": "docker-hub",
	"docker-registry": "docker-registry", "gitlab": "gitlab", "github": "github-ghcr", "google": "google-gcr", "harbor": "harbor",
	"helm": "helm-hub", "huawei": "huawei-SWR", "jfrog": "jfrog-artifactory", "quay": "quay",
}

func (p *provider) registry() *crud.Handler {
	handler := p.crud(object{
		list: func(*crud.Call) string { return "/registries" },
		key:  []string{"name"}, same: []string{"endpointUrl", "providerName"},
		body: func(c *crud.Call, update bool) plugin.Map {
			body := plugin.Map{
				"name": c.Text("name"), "url": c.Text("endpointUrl"), "description": c.Text("description"), "insecure": c.Bool("insecure"),
			}
			if update {
				body["credential_type"], body["access_key"], body["access_secret"] = "basic", c.Text("accessId"), c.Text("accessSecret")
				return body
			}
			body["type"] = registryKinds[c.Text("providerName")]
			if c.Text("accessId") != "" || c.Text("accessSecret") != "" {
				body["credential"] = plugin.Map{"type": "basic", "access_key": c.Text("accessId"), "access_secret": c.Text("accessSecret")}
			}
			return body
		},
		state: func(_ *crud.Call, found plugin.Map) plugin.Map {
			kind := plugin.Text(found["type"])
			for name, value := range registryKinds {
				if value == kind {
					kind = name
				}
			}
			credential, _ := found["credential"].(map[string]any)
			insecure, _ := found["insecure"].(bool)
			return plugin.Map{
				"name": found["name"], "endpointUrl": found["url"], "description": plugin.Text(found["description"]), "insecure": insecure,
				"providerName": kind, "registryId": found["id"], "status": found["status"], "accessId": plugin.Text(credential["access_key"]),
			}
		},
	})
	handler.Volatile = []string{"status"}
	return handler
}

func (p *provider) replication() *crud.Handler {
	flags := map[string]string{"enabled": "enabled", "override": "override", "deletion": "deletion", "copyByChunk": "copy_by_chunk"}
	return p.crud(object{
		list: func(*crud.Call) string { return "/replication/policies" },
		key:  []string{"name"}, same: []string{"action", "registryId"},
		body: func(c *crud.Call, _ bool) plugin.Map {
			body := plugin.Map{
				"name": c.Text("name"), "description": c.Text("description"), "dest_namespace": c.Text("destNamespace"),
				"dest_namespace_replace_count": c.Int("destNamespaceReplace"), "speed": -1, "filters": filters(c.List("filters")),
			}
			if c.Given("speed") {
				body["speed"] = c.Int("speed")
			}
			for property, field := range flags {
				body[field] = c.Bool(property)
			}
			side := "src_registry"
			if c.Text("action") == "push" {
				side = "dest_registry"
			}
			body[side] = plugin.Map{"id": c.Int("registryId")}
			switch schedule := c.Text("schedule"); schedule {
			case "", "manual", "event_based":
				if schedule == "" {
					schedule = "manual"
				}
				body["trigger"] = plugin.Map{"type": schedule}
			default:
				body["trigger"] = plugin.Map{"type": "scheduled", "trigger_settings": plugin.Map{"cron": schedule}}
			}
			return body
		},
		state: func(_ *crud.Call, found plugin.Map) plugin.Map {
			state := plugin.Map{
				"name": found["name"], "description": plugin.Text(found["description"]), "destNamespace": plugin.Text(found["dest_namespace"]),
				"destNamespaceReplace": found["dest_namespace_replace_count"], "replicationPolicyId": found["id"], "speed": found["speed"],
			}
			for property, field := range flags {
				value, _ := found[field].(bool)
				state[property] = value
			}
			source, _ := found["src_registry"].(map[string]any)
			target, _ := found["dest_registry"].(map[string]any)
			// Harbor itself is the registry with the number 0.
			if crud.Int(target["id"]) != 0 {
				state["action"], state["registryId"] = "push", target["id"]
			} else {
				state["action"], state["registryId"] = "pull", source["id"]
			}
			trigger, _ := found["trigger"].(map[string]any)
			state["schedule"] = trigger["type"]
			if trigger["type"] == "scheduled" {
				settings, _ := trigger["trigger_settings"].(map[string]any)
				state["schedule"] = settings["cron"]
			}
			list, _ := found["filters"].([]any)
			shown := []any{}
			for _, one := range list {
				entry, _ := one.(map[string]any)
				filter := map[string]any{}
				property := plugin.Text(entry["type"])
				if property == "label" {
					property = "labels"
				}
				filter[property] = entry["value"]
				if decoration := plugin.Text(entry["decoration"]); decoration != "" {
					filter["decoration"] = decoration
				}
				shown = append(shown, filter)
			}
			state["filters"] = shown
			return state
		},
		after: func(ctx context.Context, c *crud.Call, id string, _ bool) error {
			if !c.Bool("executeOnChanged") {
				return nil
			}
			return p.Post(ctx, "/replication/executions", plugin.Map{"policy_id": tail(id)}, nil)
		},
	})
}

func filters(list []any) []any {
	result := []any{}
	for _, one := range list {
		entry, _ := one.(map[string]any)
		for property, field := range map[string]string{"name": "name", "tag": "tag", "labels": "label", "resource": "resource"} {
			value := entry[property]
			if value == nil || value == "" {
				continue
			}
			filter := plugin.Map{"type": field, "value": value}
			if decoration := plugin.Text(entry["decoration"]); decoration != "" {
				filter["decoration"] = decoration
			}
			result = append(result, filter)
		}
	}
	return result
}

var roles = map[string]float64{"projectadmin": 1, "developer": 2, "guest": 3, "maintainer": 4, "limitedguest": 5}

var groupTypes = map[string]float64{"ldap": 1, "internal": 2, "oidc": 3}

func nameOf(numbers map[string]float64, number any) string {
	for name, value := range numbers {
		if plugin.Equal(value, number) {
			return name
		}
	}
	return ""
}

// member is a user (kind u) or group (kind g) in a project.
func (p *provider) member(kind string) *crud.Handler {
	entity := map[string]string{"u": "userName", "g": "groupName"}[kind]
	return p.crud(object{
		list: func(c *crud.Call) string { return projectPath(projectOf(c)) + "/members" },
		key:  []string{"projectId", entity}, same: []string{"role"},
		body: func(c *crud.Call, update bool) plugin.Map {
			body := plugin.Map{"role_id": roles[c.Text("role")]}
			if update {
				return body
			}
			if kind == "u" {
				body["member_user"] = plugin.Map{"username": c.Text("userName")}
				return body
			}
			group := plugin.Map{"group_type": groupTypes[c.Text("type")]}
			if c.Given("groupName") {
				group["group_name"] = c.Text("groupName")
			}
			if c.Int("groupId") != 0 {
				group["id"] = c.Int("groupId")
			}
			if dn := c.Text("ldapGroupDn"); dn != "" {
				group["ldap_group_dn"] = dn
			}
			body["member_group"] = group
			return body
		},
		state: func(c *crud.Call, found plugin.Map) plugin.Map {
			state := plugin.Map{
				"projectId": projectOf(c), "role": nameOf(roles, found["role_id"]), "memberId": found["id"], entity: found["entity_name"],
			}
			if kind == "g" {
				state["groupId"] = found["entity_id"]
			}
			return state
		},
	})
}

func (p *provider) webhook() *crud.Handler {
	return p.crud(object{
		list: func(c *crud.Call) string { return projectOf(c) + "/webhook/policies" },
		key:  []string{"name"}, same: []string{"address", "notifyType", "eventsTypes"},
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
		key:  []string{"name"}, same: []string{"description", "color"},
		search: func(c *crud.Call) string {
			if project := c.Text("projectId"); project != "" {
				return "/labels?scope=p&project_id=" + whole(tail(project)) + "&name=" + url.QueryEscape(c.Text("name"))
			}
			return "/labels?scope=g&name=" + url.QueryEscape(c.Text("name"))
		},
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

func (p *provider) account() *crud.Handler {
	return p.crud(object{
		list: func(*crud.Call) string { return "/users" },
		key:  []string{"username"}, same: []string{"email", "fullName"},
		idOf: func(_ *crud.Call, found plugin.Map) string { return "/users/" + whole(found["user_id"]) },
		search: func(c *crud.Call) string {
			return "/users?q=" + url.QueryEscape("username="+c.Text("username"))
		},
		body: func(c *crud.Call, update bool) plugin.Map {
			body := plugin.Map{"email": c.Text("email"), "realname": c.Text("fullName")}
			if !update {
				body["username"], body["password"] = c.Text("username"), c.Text("password")
			}
			return body
		},
		state: func(_ *crud.Call, found plugin.Map) plugin.Map {
			admin, _ := found["sysadmin_flag"].(bool)
			return plugin.Map{"username": found["username"], "email": found["email"], "fullName": found["realname"], "admin": admin}
		},
		after: func(ctx context.Context, c *crud.Call, id string, isNew bool) error {
			if c.Bool("admin") != (c.State["admin"] == true) {
				if err := p.Put(ctx, id+"/sysadmin", plugin.Map{"sysadmin_flag": c.Bool("admin")}, nil); err != nil {
					return err
				}
			}
			// Harbor refuses to set the password that is set already.
			if !isNew && c.Changed("password") {
				return p.Put(ctx, id+"/password", plugin.Map{"new_password": c.Text("password")}, nil)
			}
			return nil
		},
	})
}

func (p *provider) userGroup() *crud.Handler {
	return p.crud(object{
		list: func(*crud.Call) string { return "/usergroups" },
		key:  []string{"groupName"}, same: []string{"groupType"}, fixed: true,
		body: func(c *crud.Call, _ bool) plugin.Map {
			return plugin.Map{"group_name": c.Text("groupName"), "group_type": c.Int("groupType"), "ldap_group_dn": c.Text("ldapGroupDn")}
		},
		state: func(_ *crud.Call, found plugin.Map) plugin.Map {
			return plugin.Map{"groupName": found["group_name"], "groupType": found["group_type"], "ldapGroupDn": plugin.Text(found["ldap_group_dn"])}
		},
	})
}
