package gitlab

import (
	"context"
	"strings"

	"estate/providers/internal/crud"
	"estate/providers/internal/plugin"
)

func (p *provider) deployKey() *crud.Handler {
	return p.crud(object{
		owner: "project", path: "deploy_keys", shown: "deployKeyId",
		fromAPI: func(c *crud.Call, _, state plugin.Map) {
			// GitLab drops the comment at the end of a key.
			if given := c.Text("key"); given != "" && sameKey(given, plugin.Text(state["key"])) {
				state["key"] = given
			}
		},
	})
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
		Create: func(ctx context.Context, c *crud.Call) (string, plugin.Map, error) {
			id := c.Text("project") + ":" + c.Text("keyId")
			if err := p.Post(ctx, item(c)+"/enable", nil, nil); err != nil {
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
		Delete: func(ctx context.Context, c *crud.Call) error { return p.erase(ctx, item(c)) },
	}
}
