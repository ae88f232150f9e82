package gitlab

import (
	"context"
	"fmt"
	"strings"
	"time"

	"estate/providers/internal/crud"
	"estate/providers/internal/plugin"
	"estate/providers/internal/rest"
)

// protectionLimit is how long GitLab may take to protect the default branch of a new project.
const protectionLimit = 2 * time.Minute

var projectFields = mapping{
	names: map[string]string{"visibilityLevel": "visibility"},
	local: []string{
		"archiveOnDestroy", "archived", "avatar", "avatarHash", "branches", "forkedFromProjectId", "permanentlyDeleteOnDestroy",
		"pushRules", "skipWaitForDefaultBranchProtection", "containerExpirationPolicy", "namespaceId", "importUrlPassword",
		"importUrlUsername", "importUrl",
	},
	onlyNew: []string{
		"initializeWithReadme", "templateName", "templateProjectId", "groupWithProjectTemplatesId", "useCustomTemplate",
	},
}

var policyFields = map[string]string{
	"cadence": "cadence", "enabled": "enabled", "keepN": "keep_n", "nameRegexDelete": "name_regex", "nameRegexKeep": "name_regex_keep",
	"nextRunAt": "next_run_at", "olderThan": "older_than",
}

func projectBody(c *crud.Call, update bool) plugin.Map {
	body := projectFields.body(c, update)
	if policy, given := c.Inputs["containerExpirationPolicy"].(map[string]any); given {
		sent := plugin.Map{}
		for property, value := range policy {
			sent[policyFields[property]] = value
		}
		body["container_expiration_policy_attributes"] = sent
	}
	return body
}

func projectState(c *crud.Call, project plugin.Map) plugin.Map {
	state := projectFields.state(c.Spec, project)
	namespace, _ := project["namespace"].(map[string]any)
	state["namespaceId"] = namespace["id"]
	archived, _ := project["archived"].(bool)
	state["archived"] = archived
	if project["default_branch"] == nil {
		// Empty: the branch comes with the first commit.
		delete(state, "defaultBranch")
	}
	if policy, there := project["container_expiration_policy"].(map[string]any); there {
		shown := plugin.Map{}
		for property, field := range policyFields {
			if policy[field] != nil {
				shown[property] = policy[field]
			}
		}
		state["containerExpirationPolicy"] = shown
	}
	if origin, isFork := project["forked_from_project"].(map[string]any); isFork {
		state["forkedFromProjectId"] = origin["id"]
	}
	// The address comes back without the password.
	if address, _ := project["import_url"].(string); address != "" && !c.Given("importUrl") {
		state["importUrl"] = address
	}
	return state
}

func (p *provider) project() *crud.Handler {
	path := func(id string) string { return "/projects/" + escape(id) }
	return &crud.Handler{
		Create: func(ctx context.Context, c *crud.Call) (string, plugin.Map, error) {
			body := projectBody(c, false)
			if !c.Bool("initializeWithReadme") {
				// GitLab takes a default branch only together with a first commit.
				delete(body, "default_branch")
			}
			if c.Given("namespaceId") {
				body["namespace_id"] = c.Int("namespaceId")
			}
			if c.Given("importUrl") {
				body["import_url"] = importAddress(c)
			}
			var project plugin.Map
			err := p.Post(ctx, newProjectPath(c), body, &project)
			if err != nil {
				return "", nil, err
			}
			id := number(project["id"])
			state, err := p.settleProject(ctx, c, id, project, body)
			if err != nil {
				delete(state, "pathWithNamespace") // so that the next update waits again
			}
			return id, state, err
		},
		Read: func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
			var project plugin.Map
			if err := p.Get(ctx, path(c.ID), &project); err != nil || project["marked_for_deletion_at"] != nil || project["marked_for_deletion_on"] != nil {
				return gone(nil, err)
			}
			state := projectState(c, project)
			return state, p.readNestedPushRules(ctx, c, path(c.ID), state)
		},
		Update: func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
			if c.Given("namespaceId") && c.Changed("namespaceId") && !plugin.Equal(c.State["namespaceId"], c.Inputs["namespaceId"]) {
				if err := p.Put(ctx, path(c.ID)+"/transfer", plugin.Map{"namespace": c.Int("namespaceId")}, nil); err != nil {
					return nil, err
				}
			}
			body := projectBody(c, true)
			// The state of a create that did not finish lacks what came after it: the wait is done again.
			if c.State["pathWithNamespace"] == nil {
				var project plugin.Map
				if err := p.Get(ctx, path(c.ID), &project); err != nil {
					return nil, err
				}
				return p.settleProject(ctx, c, c.ID, project, body)
			}
			var project plugin.Map
			if err := p.Put(ctx, path(c.ID), body, &project); err != nil {
				return nil, err
			}
			if err := p.archive(ctx, c, path(c.ID), &project); err != nil {
				return nil, err
			}
			state := projectState(c, project)
			return state, p.nestedPushRules(ctx, c, path(c.ID), state)
		},
		Delete: func(ctx context.Context, c *crud.Call) error {
			if c.Bool("archiveOnDestroy") {
				return p.Post(ctx, path(c.ID)+"/archive", nil, nil)
			}
			return p.remove(ctx, c, path(c.ID), "marked_for_deletion_on", "path_with_namespace", c.Bool("permanentlyDeleteOnDestroy"))
		},
	}
}

func newProjectPath(c *crud.Call) string {
	if c.Given("forkedFromProjectId") {
		return "/projects/" + number(c.Inputs["forkedFromProjectId"]) + "/fork"
	}
	return "/projects"
}

// importAddress puts user and password into the address, the only way the API takes them.
func importAddress(c *crud.Call) string {
	address := c.Text("importUrl")
	if user := c.Text("importUrlUsername"); user != "" {
		scheme, rest, ok := strings.Cut(address, "://")
		if ok {
			return scheme + "://" + escape(user) + ":" + escape(c.Text("importUrlPassword")) + "@" + rest
		}
	}
	return address
}

// settleProject waits for what GitLab does in the background, and sends what a create call does not take.
func (p *provider) settleProject(ctx context.Context, c *crud.Call, id string, project, body plugin.Map) (plugin.Map, error) {
	path := "/projects/" + id
	if status := plugin.Text(project["import_status"]); status != "" && status != "none" {
		if err := p.imported(ctx, c, path); err != nil {
			return projectState(c, project), err
		}
		if err := p.Get(ctx, path, &project); err != nil {
			return nil, err
		}
	}
	if !c.Bool("skipWaitForDefaultBranchProtection") && project["default_branch"] != nil && p.expectsProtection(ctx, project) {
		branch := path + "/repository/branches/" + escape(plugin.Text(project["default_branch"]))
		err := p.until(ctx, protectionLimit, "waiting for the default branch to be protected", func() (bool, error) {
			var found plugin.Map
			err := p.Get(ctx, branch, &found)
			if rest.NotFound(err) {
				return true, nil
			}
			return found["protected"] == true, err
		})
		if err != nil {
			return projectState(c, project), err
		}
	}
	if left := unsettled(c, projectState(c, project), body, projectFields.field); len(left) > 0 {
		if err := p.Put(ctx, path, left, &project); err != nil {
			return projectState(c, project), err
		}
	}
	if err := p.archive(ctx, c, path, &project); err != nil {
		return projectState(c, project), err
	}
	state := projectState(c, project)
	return state, p.nestedPushRules(ctx, c, path, state)
}

func (p *provider) imported(ctx context.Context, c *crud.Call, path string) error {
	return p.until(ctx, timeLimit(c), "waiting for the import", func() (bool, error) {
		var status plugin.Map
		if err := p.Get(ctx, path+"/import", &status); err != nil {
			return false, err
		}
		switch plugin.Text(status["import_status"]) {
		case "scheduled", "started":
			return false, nil
		case "failed":
			return false, fmt.Errorf("the import failed: %s", plugin.Text(status["import_error"]))
		}
		return true, nil
	})
}

// expectsProtection: a group can switch the protection of new default branches off. If it cannot be asked: yes.
func (p *provider) expectsProtection(ctx context.Context, project plugin.Map) bool {
	namespace, _ := project["namespace"].(map[string]any)
	if namespace["kind"] != "group" {
		return true
	}
	var group plugin.Map
	if err := p.Get(ctx, "/groups/"+number(namespace["id"])+"?with_projects=false", &group); err != nil {
		return true
	}
	return !plugin.Equal(group["default_branch_protection"], 0.0)
}

func (p *provider) archive(ctx context.Context, c *crud.Call, path string, project *plugin.Map) error {
	archived, _ := (*project)["archived"].(bool)
	if !c.Given("archived") || archived == c.Bool("archived") {
		return nil
	}
	action := "/archive"
	if archived {
		action = "/unarchive"
	}
	return p.Post(ctx, path+action, nil, project)
}
