package gitlab

import (
	"estate/providers/internal/crud"
	"estate/providers/internal/plugin"
)

func (p *provider) tag() *crud.Handler {
	return p.crud(object{
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
	})
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
