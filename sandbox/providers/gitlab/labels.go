package gitlab

import (
	"net/http"
	"strings"

	"estate/providers/internal/crud"
	"estate/providers/internal/plugin"
)

func (p *provider) label(owner string) *crud.Handler {
	return p.crud(object{
		mapping: mapping{onlyNew: []string{"name"}},
		owner:   owner, path: "labels", key: "name", update: http.MethodPut,
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
}
