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
)

// deployToken: the token is shown at creation and never again. One that was revoked is still there: the published plugin
// notes it and does nothing about it.
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
	return &crud.Handler{
		Check: pastDate,
		Create: func(ctx context.Context, c *crud.Call) (string, plugin.Map, error) {
			var element plugin.Map
			if err := p.Post(ctx, list(c), m.body(c, false), &element); err != nil {
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
			if err := p.Get(ctx, list(c)+"/"+found[1], &element); err != nil {
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

// accessToken: as with a deploy token the secret is shown once. One that was revoked is replaced, and whatever changes in
// place rotates it.
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
		// Rotating gives a token a new id.
		c.ID = c.Text(owner) + ":" + number(element["id"])
		return state
	}
	item := func(c *crud.Call) (string, error) {
		// The state's own id is that of the token before it was rotated, until the next refresh.
		found, err := parts(first(plugin.Text(c.State["id"]), c.ID), owner, "id")
		if err != nil {
			return "", err
		}
		c.Inputs = withInput(c.Inputs, owner, found[0])
		return list(c) + "/" + found[1], nil
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
			if lost(plugin.StripMap(req.News), plugin.StripMap(req.Olds), p.now()) {
				return append(changes, plugin.Change{Path: "revoked", Segments: []any{"revoked"}, Kind: plugin.Updated, Replace: true})
			}
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
			renewed := []string{"token", "createdAt"}
			if due(c.Inputs, c.State, p.now()) {
				renewed = append(renewed, "expiresAt")
			}
			if !plugin.Equal(c.Inputs["rotationConfiguration"], c.State["rotationConfiguration"]) {
				// What the program changes makes everything unknown that the server says.
				renewed = append(renewed, "active", "revoked", "userId")
			}
			return renewed
		},
		Create: func(ctx context.Context, c *crud.Call) (string, plugin.Map, error) {
			body := m.body(c, false)
			body["expires_at"] = end(c, p.now())
			var element plugin.Map
			if err := p.Post(ctx, list(c), body, &element); err != nil {
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
			if err := p.Get(ctx, path, &element); err != nil {
				return gone(nil, err)
			}
			return show(c, element), nil
		},
		Update: func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
			path, err := item(c)
			if err != nil {
				return nil, err
			}
			// Never repeated: a rotation whose answer is lost leaves the old token revoked, which the next refresh finds.
			var element plugin.Map
			if err := p.Post(ctx, path+"/rotate", plugin.Map{"expires_at": nextEnd(c, p.now())}, &element); err != nil {
				return nil, err
			}
			return show(c, element), nil
		},
		Delete: func(ctx context.Context, c *crud.Call) error {
			path, err := item(c)
			if err != nil {
				return err
			}
			if err := p.erase(ctx, path); err != nil {
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

// nextEnd is the last day of a token that is rotated now: the one it had, unless that is near or the program gives another.
func nextEnd(c *crud.Call, now time.Time) string {
	if c.Given("rotationConfiguration") && !due(c.Inputs, c.State, now) {
		return plugin.Text(c.State["expiresAt"])
	}
	return end(c, now)
}

// lost says whether a token was revoked that is still needed.
func lost(inputs, state plugin.Map, now time.Time) bool {
	if state["revoked"] != true {
		return false
	}
	last, err := time.Parse(time.DateOnly, plugin.Text(state["expiresAt"]))
	return inputs["rotationConfiguration"] != nil || err != nil || !last.Before(now)
}
