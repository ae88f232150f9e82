package gitlab

import (
	"context"
	"time"

	"estate/providers/internal/crud"
	"estate/providers/internal/plugin"
	"estate/providers/internal/rest"
)

const (
	day = 24 * time.Hour
	// revocationLimit is how long GitLab may take to forget a revoked token.
	revocationLimit = 5 * time.Minute
	// orphanAge bounds how old a token may be to count as left behind by an attempt whose answer was lost.
	orphanAge = day
	// currentID is where the state keeps the id of a token that was rotated: rotating gives it a new one.
	currentID = "__tokenId"
)

// deployToken: the token is shown at creation and never again. So one that an earlier attempt left behind cannot be taken
// over: it is revoked, and another is made. What was left behind is told by name, scopes, user name and end, all equal,
// and by belonging to no resource of this run. Two tokens that agree in all of these are therefore not for one project.
func (p *provider) deployToken(owner string) *crud.Handler {
	list := func(c *crud.Call) string { return ownerPath(owner, c.Text(owner)) + "/deploy_tokens" }
	m := mapping{local: []string{owner, "validatePastExpirationDate", "token"}}
	show := func(c *crud.Call, element plugin.Map) plugin.Map {
		state := m.state(c.Spec, element)
		state[owner] = c.Text(owner)
		state["expiresAt"] = sameMoment(c.Text("expiresAt"), plugin.Text(element["expires_at"]))
		if token := plugin.Text(element["token"]); token != "" {
			state["token"] = token
		}
		return state
	}
	orphans := func(ctx context.Context, c *crud.Call) error {
		return p.revokeOrphans(ctx, c, list(c), owner, func(element plugin.Map) bool {
			return element["revoked"] != true && same(c, show(c, element), "name", "scopes", "username", "expiresAt") &&
				(c.Given("expiresAt") || element["expires_at"] == nil)
		})
	}
	return &crud.Handler{
		Check: pastDate,
		Create: func(ctx context.Context, c *crud.Call) (string, plugin.Map, error) {
			element, err := p.mint(ctx, list(c), m.body(c, false), func() error { return orphans(ctx, c) })
			if err != nil {
				return "", nil, err
			}
			return c.Text(owner) + ":" + number(element["id"]), show(c, element), nil
		},
		Read: func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
			found, err := parts(c.ID, owner, "id")
			if err != nil {
				return nil, err
			}
			c.Inputs = withInput(c.Inputs, owner, found[0])
			var element plugin.Map
			if err := p.Get(ctx, list(c)+"/"+found[1], &element); err != nil || element["revoked"] == true {
				return gone(nil, err)
			}
			return show(c, element), nil
		},
		Delete: func(ctx context.Context, c *crud.Call) error {
			found, err := parts(c.ID, owner, "id")
			if err != nil {
				return err
			}
			return p.Client.Delete(ctx, list(c)+"/"+found[1])
		},
	}
}

// mint makes a token whose secret is shown once: after removing what earlier attempts left behind, and again if the answer
// with the secret was lost.
func (p *provider) mint(ctx context.Context, list string, body plugin.Map, removeOrphans func() error) (plugin.Map, error) {
	if err := removeOrphans(); err != nil {
		return nil, err
	}
	return crud.Once(ctx, p.Pause,
		func() (plugin.Map, error) {
			var made plugin.Map
			return made, p.Post(ctx, list, body, &made)
		},
		func() (plugin.Map, bool, error) { return nil, false, removeOrphans() })
}

func (p *provider) revokeOrphans(ctx context.Context, c *crud.Call, list, owner string, isOrphan func(plugin.Map) bool) error {
	elements, err := p.all(ctx, list)
	if err != nil {
		return err
	}
	for _, element := range elements {
		id := number(element["id"])
		if !isOrphan(element) || c.Owned(c.Text(owner)+":"+id) {
			continue
		}
		plugin.Log(ctx).Warn("the token %q (id %s) was left behind by an attempt that did not finish, its secret is lost: it is revoked and made anew", c.Text("name"), id)
		if err := p.Client.Delete(ctx, list+"/"+id); err != nil {
			return err
		}
	}
	return nil
}

// sameMoment keeps the program's spelling of a time.
func sameMoment(given, actual string) string {
	a, errA := time.Parse(time.RFC3339, given)
	b, errB := time.Parse(time.RFC3339, actual)
	if errA == nil && errB == nil && a.Equal(b) {
		return given
	}
	if errB == nil {
		return b.UTC().Format(time.RFC3339)
	}
	return actual
}

func pastDate(_ context.Context, inputs plugin.Map) []plugin.Failure {
	text, known := inputs["expiresAt"].(string)
	if check, _ := inputs["validatePastExpirationDate"].(bool); !check || !known {
		return nil
	}
	for _, form := range []string{time.RFC3339, time.DateOnly} {
		if moment, err := time.Parse(form, text); err == nil && moment.Before(time.Now()) {
			return []plugin.Failure{{Property: "expiresAt", Reason: text + " is in the past"}}
		}
	}
	return nil
}

// accessToken: as with a deploy token the secret is shown once, and one that an earlier attempt left behind is revoked and
// made anew. It is told by name, scopes, role and description, all equal, by being less than a day old and never used.
func (p *provider) accessToken(owner string) *crud.Handler {
	list := func(c *crud.Call) string { return ownerPath(owner, c.Text(owner)) + "/access_tokens" }
	m := mapping{
		local: []string{owner, "validatePastExpirationDate", "rotationConfiguration", "token"},
		roles: []string{"accessLevel"},
	}
	show := func(c *crud.Call, element plugin.Map) plugin.Map {
		state := m.state(c.Spec, element)
		state[owner] = c.Text(owner)
		if token := plugin.Text(element["token"]); token != "" {
			state["token"] = token
		}
		state[currentID] = number(element["id"])
		return state
	}
	item := func(c *crud.Call) (string, error) {
		found, err := parts(c.ID, owner, "id")
		if err != nil {
			return "", err
		}
		c.Inputs = withInput(c.Inputs, owner, found[0])
		return list(c) + "/" + first(plugin.Text(c.State[currentID]), found[1]), nil
	}
	orphans := func(ctx context.Context, c *crud.Call) error {
		return p.revokeOrphans(ctx, c, list(c), owner, func(element plugin.Map) bool {
			made, err := time.Parse(time.RFC3339, plugin.Text(element["created_at"]))
			return err == nil && p.now().Sub(made) < orphanAge && element["revoked"] != true && element["last_used_at"] == nil &&
				same(c, show(c, element), "name", "scopes", "accessLevel", "description")
		})
	}
	return &crud.Handler{
		Check: func(ctx context.Context, inputs plugin.Map) []plugin.Failure {
			if inputs["expiresAt"] != nil && inputs["rotationConfiguration"] != nil {
				return []plugin.Failure{{Property: "expiresAt", Reason: "give either this or rotationConfiguration"}}
			}
			if inputs["expiresAt"] == nil && inputs["rotationConfiguration"] == nil {
				return []plugin.Failure{{Property: "expiresAt", Reason: "GitLab wants an end: give this or rotationConfiguration"}}
			}
			if text, known := inputs["expiresAt"].(string); known {
				if _, err := time.Parse(time.DateOnly, text); err != nil {
					return []plugin.Failure{{Property: "expiresAt", Reason: "must be a date as YYYY-MM-DD"}}
				}
			}
			return pastDate(ctx, inputs)
		},
		Amend: func(req plugin.DiffRequest, changes []plugin.Change) []plugin.Change {
			for _, change := range changes {
				if change.Path == "expiresAt" {
					return changes
				}
			}
			if due(plugin.StripMap(req.News), plugin.StripMap(req.Olds), p.now()) {
				changes = append(changes, plugin.Change{Path: "expiresAt", Segments: []any{"expiresAt"}, Kind: plugin.Updated})
			}
			return changes
		},
		Renews: func(c *crud.Call) []string {
			if rotates(c, p.now()) {
				return []string{"token", "expiresAt", "createdAt"}
			}
			return nil
		},
		Create: func(ctx context.Context, c *crud.Call) (string, plugin.Map, error) {
			body := m.body(c, false)
			body["expires_at"] = end(c, p.now())
			element, err := p.mint(ctx, list(c), body, func() error { return orphans(ctx, c) })
			if err != nil {
				return "", nil, err
			}
			return c.Text(owner) + ":" + number(element["id"]), show(c, element), nil
		},
		Read: func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
			path, err := item(c)
			if err != nil {
				return nil, err
			}
			var element plugin.Map
			if err := p.Get(ctx, path, &element); err != nil || element["revoked"] == true || element["active"] == false {
				return gone(nil, err)
			}
			return show(c, element), nil
		},
		Update: func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
			path, err := item(c)
			if err != nil {
				return nil, err
			}
			if !rotates(c, p.now()) {
				state := plugin.Map{}
				for name, value := range c.State {
					state[name] = value
				}
				return state, nil
			}
			// Never repeated: a rotation whose answer is lost leaves the old token revoked, which the next refresh finds.
			var element plugin.Map
			if err := p.Post(ctx, path+"/rotate", plugin.Map{"expires_at": end(c, p.now())}, &element); err != nil {
				return nil, err
			}
			return show(c, element), nil
		},
		Delete: func(ctx context.Context, c *crud.Call) error {
			path, err := item(c)
			if err != nil {
				return err
			}
			var found plugin.Map
			if err := p.Get(ctx, path, &found); err != nil || found["revoked"] == true {
				_, err = gone(nil, err)
				return err
			}
			if err := p.Client.Delete(ctx, path); err != nil {
				return err
			}
			return p.until(ctx, revocationLimit, "waiting for the token to be revoked", func() (bool, error) {
				var found plugin.Map
				err := p.Get(ctx, path, &found)
				if rest.NotFound(err) {
					return true, nil
				}
				return found["revoked"] == true, err
			})
		},
	}
}

// end is the last day of a token that is made now.
func end(c *crud.Call, now time.Time) string {
	if rotation, given := c.Inputs["rotationConfiguration"].(map[string]any); given {
		return now.UTC().Add(time.Duration(crud.Int(rotation["expirationDays"])) * day).Format(time.DateOnly)
	}
	return c.Text("expiresAt")
}

// due says whether a token with rotation is close enough to its end.
func due(inputs, state plugin.Map, now time.Time) bool {
	rotation, given := inputs["rotationConfiguration"].(map[string]any)
	if !given {
		return false
	}
	last, err := time.Parse(time.DateOnly, plugin.Text(state["expiresAt"]))
	if err != nil {
		return false
	}
	return !now.Before(last.Add(-time.Duration(crud.Int(rotation["rotateBeforeDays"])) * day))
}

func rotates(c *crud.Call, now time.Time) bool {
	return due(c.Inputs, c.State, now) || c.Given("expiresAt") && c.Text("expiresAt") != plugin.Text(c.State["expiresAt"])
}
