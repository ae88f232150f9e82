package gitlab

import (
	"context"

	"estate/providers/internal/crud"
	"estate/providers/internal/plugin"
)

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
