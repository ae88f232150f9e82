package gitlab

import (
	"context"
	"net/url"

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
			adopted := false
			user, err := crud.Once(ctx, p.Pause,
				func() (plugin.Map, error) {
					var made plugin.Map
					return made, p.Post(ctx, "/users", userFields.body(c, false), &made)
				},
				func() (plugin.Map, bool, error) {
					found, err := p.orphanUser(ctx, c, show)
					adopted = found != nil
					return found, adopted, err
				})
			if err != nil {
				return "", nil, err
			}
			id := number(user["id"])
			if adopted && c.Given("password") {
				if err := p.Put(ctx, "/users/"+id, plugin.Map{"password": c.Text("password")}, nil); err != nil {
					return id, nil, err
				}
			}
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

// orphanUser finds the user an earlier attempt made: same names and address, and never signed in.
func (p *provider) orphanUser(ctx context.Context, c *crud.Call, show func(*crud.Call, plugin.Map) plugin.Map) (plugin.Map, error) {
	found, err := p.all(ctx, "/users?username="+url.QueryEscape(c.Text("username")))
	if err != nil || len(found) == 0 {
		return nil, err
	}
	id := number(found[0]["id"])
	var user plugin.Map
	if err := p.Get(ctx, "/users/"+id, &user); err != nil {
		return nil, err
	}
	if user["last_sign_in_at"] != nil || c.Owned(id) || !same(c, show(c, user), "email", "name", "username", "isAdmin", "isExternal") {
		return nil, &crud.ErrTaken{What: "the user " + c.Text("username") + " exists and was not left behind by an earlier attempt", ImportID: id}
	}
	return user, nil
}
