package harbor

import (
	"context"

	"estate/providers/internal/crud"
	"estate/providers/internal/plugin"
)

var registryKinds = map[string]string{
	"alibaba": "ali-acr", "artifact-hub": "artifact-hub", "aws": "aws-ecr", "azure": "azure-acr", "docker-hub": "docker-hub",
	"docker-registry": "docker-registry", "gitlab": "gitlab", "github": "github-ghcr", "google": "google-gcr", "harbor": "harbor",
	"helm": "helm-hub", "huawei": "huawei-SWR", "jfrog": "jfrog-artifactory", "quay": "quay",
}

func (p *provider) registry() *crud.Handler {
	handler := p.crud(object{
		list: func(*crud.Call) string { return "/registries" },
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
	return handler
}

func (p *provider) replication() *crud.Handler {
	flags := map[string]string{"enabled": "enabled", "override": "override", "deletion": "deletion", "copyByChunk": "copy_by_chunk"}
	return p.crud(object{
		list: func(*crud.Call) string { return "/replication/policies" },
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
