package harbor

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"estate/providers/internal/crud"
	"estate/providers/internal/plugin"
)

func robotBody(c *crud.Call, name string) plugin.Map {
	permissions := []any{}
	for _, one := range c.List("permissions") {
		permission, _ := one.(map[string]any)
		accesses, _ := permission["accesses"].([]any)
		access := []any{}
		for _, each := range accesses {
			entry, _ := each.(map[string]any)
			sent := plugin.Map{"resource": entry["resource"], "action": entry["action"]}
			if effect := plugin.Text(entry["effect"]); effect != "" {
				sent["effect"] = effect
			}
			access = append(access, sent)
		}
		permissions = append(permissions, plugin.Map{"kind": permission["kind"], "namespace": permission["namespace"], "access": access})
	}
	duration := -1
	if c.Given("duration") {
		duration = c.Int("duration")
	}
	return plugin.Map{
		"name": name, "description": c.Text("description"), "level": c.Text("level"), "disable": c.Bool("disable"),
		"duration": duration, "permissions": permissions,
	}
}

func (p *provider) robotState(ctx context.Context, c *crud.Call, robot plugin.Map) (plugin.Map, error) {
	permissions := []any{}
	list, _ := robot["permissions"].([]any)
	for _, one := range list {
		permission, _ := one.(map[string]any)
		access, _ := permission["access"].([]any)
		accesses := []any{}
		for _, each := range access {
			entry, _ := each.(map[string]any)
			shown := map[string]any{"resource": entry["resource"], "action": entry["action"]}
			if effect := plugin.Text(entry["effect"]); effect != "" {
				shown["effect"] = effect
			}
			accesses = append(accesses, shown)
		}
		permissions = append(permissions, map[string]any{"kind": permission["kind"], "namespace": permission["namespace"], "accesses": accesses})
	}
	full := plugin.Text(robot["name"])
	name := full
	if robot["level"] == "project" {
		if _, after, ok := strings.Cut(full, "+"); ok {
			name = after
		}
	} else {
		prefix, err := p.prefix(ctx, c, full)
		if err != nil {
			return nil, err
		}
		name = strings.TrimPrefix(full, prefix)
	}
	disabled, _ := robot["disable"].(bool)
	return plugin.Map{
		"name": name, "fullName": full, "robotId": whole(robot["id"]), "level": robot["level"], "description": robot["description"],
		"disable": disabled, "duration": robot["duration"], "permissions": permissions,
	}, nil
}

// prefix is what the names of robots start with. Only administrators can ask for it.
func (p *provider) prefix(ctx context.Context, c *crud.Call, full string) (string, error) {
	if p.robotPrefix != "" {
		return p.robotPrefix, nil
	}
	if name := c.Text("name"); name != "" && strings.HasSuffix(full, name) {
		return strings.TrimSuffix(full, name), nil
	}
	var found plugin.Map
	if err := p.Get(ctx, "/configurations", &found); err != nil {
		return "", fmt.Errorf("the robots' name prefix cannot be read, set robotPrefix on the provider: %w", err)
	}
	entry, _ := found["robot_name_prefix"].(map[string]any)
	return plugin.Text(entry["value"]), nil
}

// robot: Harbor makes the secret and shows it once.
func (p *provider) robot() *crud.Handler {
	read := func(ctx context.Context, c *crud.Call, id string) (plugin.Map, error) {
		found, err := p.get(ctx, id)
		if err != nil || found == nil {
			return nil, err
		}
		return p.robotState(ctx, c, found)
	}
	setSecret := func(ctx context.Context, id, secret string) (string, error) {
		var answer plugin.Map
		if _, err := p.Call(ctx, http.MethodPatch, id, plugin.Map{"secret": secret}, &answer); err != nil {
			return "", err
		}
		if secret == "" {
			return plugin.Text(answer["secret"]), nil
		}
		return secret, nil
	}
	write := func(ctx context.Context, c *crud.Call, id string) error {
		// The name has to be sent as Harbor shows it.
		found, err := p.get(ctx, id)
		if err != nil {
			return err
		}
		if found == nil {
			return fmt.Errorf("there is no robot %s any more", id)
		}
		return p.Put(ctx, id, robotBody(c, plugin.Text(found["name"])), nil)
	}
	return &crud.Handler{
		Check: func(_ context.Context, inputs plugin.Map) []plugin.Failure {
			list, _ := inputs["permissions"].([]any)
			if inputs["level"] == "project" && len(list) > 1 {
				return []plugin.Failure{{Property: "permissions", Reason: "a robot of level project has rights in exactly one project"}}
			}
			return nil
		},
		Create: func(ctx context.Context, c *crud.Call) (string, plugin.Map, error) {
			var answer plugin.Map
			id, err := p.post(ctx, "/robots", robotBody(c, c.Text("name")), &answer)
			if err != nil {
				return "", nil, err
			}
			secret := plugin.Text(answer["secret"])
			if c.Given("secret") {
				// A robot whose secret cannot be set is left on the server, and no state knows it: as with the published plugin.
				if secret, err = setSecret(ctx, id, c.Text("secret")); err != nil {
					return "", nil, err
				}
			}
			state, err := read(ctx, c, id)
			if state == nil {
				state = plugin.Map{}
			}
			state["secret"] = secret
			return id, state, err
		},
		Read: func(ctx context.Context, c *crud.Call) (plugin.Map, error) { return read(ctx, c, c.ID) },
		Update: func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
			if err := write(ctx, c, c.ID); err != nil {
				return nil, err
			}
			secret := plugin.Text(c.State["secret"])
			// One that was imported has none, and the published plugin gives it none.
			if c.Given("secret") && c.Text("secret") != secret {
				var err error
				if secret, err = setSecret(ctx, c.ID, c.Text("secret")); err != nil {
					return nil, err
				}
			}
			state, err := read(ctx, c, c.ID)
			if err != nil || state == nil {
				return nil, err
			}
			state["secret"] = secret
			return state, nil
		},
		Delete: func(ctx context.Context, c *crud.Call) error { return p.remove(ctx, c) },
	}
}
