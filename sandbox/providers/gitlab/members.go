package gitlab

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"estate/providers/internal/crud"
	"estate/providers/internal/plugin"
)

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
		owner: owner, path: "members", key: "userId", update: http.MethodPut,
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
		return p.erase(ctx, path)
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
		Create: func(ctx context.Context, c *crud.Call) (string, plugin.Map, error) {
			body := plugin.Map{"group_id": c.Int(with), "group_access": level(c.Text("groupAccess"))}
			if c.Given("expiresAt") {
				body["expires_at"] = c.Text("expiresAt")
			}
			if c.Given("memberRoleId") {
				body["member_role_id"] = c.Int("memberRoleId")
			}
			if err := p.Post(ctx, path(c)+"/share", body, nil); err != nil {
				return "", nil, err
			}
			state, err := read(ctx, c)
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
			return p.erase(ctx, path(c)+"/share/"+number(c.Inputs[with]))
		},
	}
}
