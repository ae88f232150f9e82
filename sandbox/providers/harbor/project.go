package harbor

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"estate/providers/internal/crud"
	"estate/providers/internal/plugin"
)

const gibibyte = 1 << 30

// The properties of a project that Harbor keeps as texts.
var projectFlags = map[string]string{
	"public": "public", "vulnerabilityScanning": "auto_scan", "autoSbomGeneration": "auto_sbom_generation",
	"enableContentTrust": "enable_content_trust", "enableContentTrustCosign": "enable_content_trust_cosign",
}

func projectBody(c *crud.Call) plugin.Map {
	metadata := plugin.Map{"prevent_vul": "false", "severity": "low"}
	for property, field := range projectFlags {
		metadata[field] = strconv.FormatBool(c.Bool(property))
	}
	if severity := c.Text("deploymentSecurity"); severity != "" {
		metadata["prevent_vul"], metadata["severity"] = "true", severity
	}
	body := plugin.Map{"metadata": metadata}
	items := []any{}
	for _, one := range c.List("cveAllowlists") {
		items = append(items, plugin.Map{"cve_id": one})
	}
	metadata["reuse_sys_cve_allowlist"] = strconv.FormatBool(len(items) == 0)
	if len(items) > 0 || c.Old["cveAllowlists"] != nil {
		body["cve_allowlist"] = plugin.Map{"items": items}
	}
	return body
}

func projectState(project plugin.Map) plugin.Map {
	metadata, _ := project["metadata"].(map[string]any)
	state := plugin.Map{"name": project["name"], "projectId": project["project_id"], "registryId": project["registry_id"], "deploymentSecurity": ""}
	for property, field := range projectFlags {
		state[property] = metadata[field] == "true"
	}
	if metadata["prevent_vul"] == "true" {
		state["deploymentSecurity"] = metadata["severity"]
	}
	allowlist, _ := project["cve_allowlist"].(map[string]any)
	items, _ := allowlist["items"].([]any)
	cves := []any{}
	for _, one := range items {
		entry, _ := one.(map[string]any)
		cves = append(cves, entry["cve_id"])
	}
	state["cveAllowlists"] = cves
	return state
}

func (p *provider) project() *crud.Handler {
	read := func(ctx context.Context, id string) (plugin.Map, error) {
		found, err := p.get(ctx, id)
		if err != nil || found == nil {
			return nil, err
		}
		return projectState(found), nil
	}
	return &crud.Handler{
		Create: func(ctx context.Context, c *crud.Call) (string, plugin.Map, error) {
			body := projectBody(c)
			body["project_name"] = c.Text("name")
			body["storage_limit"] = bytes(c.Inputs["storageQuota"])
			if c.Int("registryId") != 0 {
				body["registry_id"] = c.Int("registryId")
			}
			id, err := p.post(ctx, "/projects", body, nil)
			if err != nil {
				return "", nil, err
			}
			if c.Given("cveAllowlists") {
				delete(body, "project_name")
				delete(body, "storage_limit")
				delete(body, "registry_id")
				if err := p.Put(ctx, id, body, nil); err != nil {
					return id, nil, err
				}
			}
			state, err := read(ctx, id)
			return id, state, err
		},
		Read: func(ctx context.Context, c *crud.Call) (plugin.Map, error) { return read(ctx, c.ID) },
		Update: func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
			if err := p.Put(ctx, c.ID, projectBody(c), nil); err != nil {
				return nil, err
			}
			p.setQuota(ctx, c)
			return read(ctx, c.ID)
		},
		Delete: func(ctx context.Context, c *crud.Call) error { return p.deleteProject(ctx, c) },
	}
}

func bytes(gib any) int64 {
	size, given := gib.(float64)
	if !given || size < 0 {
		return -1
	}
	return int64(size) * gibibyte
}

// setQuota sets a project's quota in each update. As in the published plugin nobody learns that it failed.
func (p *provider) setQuota(ctx context.Context, c *crud.Call) {
	configuration, err := p.get(ctx, "/configurations")
	enabled, _ := configuration["quota_per_project_enable"].(map[string]any)
	if err != nil || enabled["value"] != true {
		return
	}
	list, _ := p.all(ctx, "/quotas")
	for _, one := range list {
		ref, _ := one["ref"].(map[string]any)
		if plugin.Equal(ref["id"], tail(c.ID)) {
			body := plugin.Map{"hard": plugin.Map{"storage": bytes(c.Inputs["storageQuota"])}}
			_ = p.Put(ctx, "/quotas/"+whole(one["id"]), body, nil)
		}
	}
}

func (p *provider) deleteProject(ctx context.Context, c *crud.Call) error {
	name := plugin.Text(c.State["name"])
	if name == "" {
		name = c.Text("name")
	}
	repositories, err := p.all(ctx, "/projects/"+url.PathEscape(name)+"/repositories")
	if err != nil {
		found, getErr := p.get(ctx, c.ID)
		if getErr == nil && found == nil {
			return nil
		}
		return err
	}
	if len(repositories) > 0 && !c.Bool("forceDestroy") {
		return fmt.Errorf("the project %s still holds %d repositories: delete them, or set forceDestroy and update before destroying", name, len(repositories))
	}
	for _, one := range repositories {
		// A repository's name starts with the project's; what is left can hold slashes, which the API wants escaped twice.
		inner := strings.TrimPrefix(plugin.Text(one["name"]), name+"/")
		path := "/projects/" + url.PathEscape(name) + "/repositories/" + url.PathEscape(url.PathEscape(inner))
		if err := p.Client.Delete(ctx, path); err != nil {
			return err
		}
	}
	return p.Client.Delete(ctx, c.ID)
}
