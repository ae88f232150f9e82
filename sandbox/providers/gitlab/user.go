package gitlab

import (
	"context"

	"estate/providers/internal/crud"
	"estate/providers/internal/plugin"
	"estate/providers/internal/rest"
)

var userFields = mapping{
	names:   map[string]string{"isAdmin": "admin", "isExternal": "external", "isAuditor": "auditor"},
	local:   []string{"state"},
	onlyNew: []string{"password", "forceRandomPassword", "resetPassword", "skipConfirmation"},
}

func (p *provider) user() *crud.Handler {
	show := func(c *crud.Call, user plugin.Map) plugin.Map {
		state := userFields.state(c.Spec, user)
		for _, name := range userFields.onlyNew {
			delete(state, name)
		}
		if state["state"] = user["state"]; state["state"] == "active" && len(c.Inputs) == 0 {
			delete(state, "state") // the usual one: an import need not give it
		}
		return state
	}
	// A user's state is changed by calls of their own.
	settle := func(ctx context.Context, c *crud.Call, user plugin.Map) (plugin.Map, error) {
		actual, wanted := plugin.Text(user["state"]), c.Text("state")
		if wanted == "" || wanted == actual {
			return show(c, user), nil
		}
		path := "/users/" + number(user["id"])
		actions := map[string]string{"blocked": "block", "deactivated": "deactivate", "active": "activate"}
		if actual == "blocked" {
			if err := p.Post(ctx, path+"/unblock", nil, nil); err != nil {
				return nil, err
			}
		}
		if wanted != "active" || actual == "deactivated" {
			if err := p.Post(ctx, path+"/"+actions[wanted], nil, nil); err != nil {
				return nil, err
			}
		}
		if err := p.Get(ctx, path, &user); err != nil {
			return nil, err
		}
		return show(c, user), nil
	}
	return &crud.Handler{
		Create: func(ctx context.Context, c *crud.Call) (string, plugin.Map, error) {
			var user plugin.Map
			err := p.Post(ctx, "/users", userFields.body(c, false), &user)
			if err != nil {
				return "", nil, err
			}
			id := number(user["id"])
			state, err := settle(ctx, c, user)
			return id, state, err
		},
		Read: func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
			var user plugin.Map
			if err := p.Get(ctx, "/users/"+escape(c.ID), &user); err != nil {
				return gone(nil, err)
			}
			return show(c, user), nil
		},
		Update: func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
			var user plugin.Map
			if err := p.Put(ctx, "/users/"+escape(c.ID), userFields.body(c, true), &user); err != nil {
				return nil, err
			}
			return settle(ctx, c, user)
		},
		Delete: func(ctx context.Context, c *crud.Call) error {
			path := "/users/" + escape(c.ID)
			if err := p.Client.Delete(ctx, path+"?hard_delete=true"); err != nil {
				return err
			}
			return p.until(ctx, timeLimit(c), "waiting for the user to be gone", func() (bool, error) {
				err := p.Get(ctx, path, nil)
				if rest.NotFound(err) {
					return true, nil
				}
				return false, err
			})
		},
	}
}
