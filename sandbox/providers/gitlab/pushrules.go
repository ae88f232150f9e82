package gitlab

import (
	"context"
	"net/http"

	"estate/providers/internal/crud"
	"estate/providers/internal/plugin"
	"estate/providers/internal/rest"
)

var pushRuleFields = mapping{local: []string{"project"}}

// rules reads the push rules of a project or group; nil if it has none.
func (p *provider) rules(ctx context.Context, path string) (plugin.Map, error) {
	var found plugin.Map
	if err := p.Get(ctx, path+"/push_rule", &found); err != nil {
		return gone(nil, err)
	}
	if found["id"] == nil {
		return nil, nil
	}
	return found, nil
}

// setRules makes or changes them: there is one set for a project.
func (p *provider) setRules(ctx context.Context, path string, body plugin.Map) (plugin.Map, error) {
	found, err := p.rules(ctx, path)
	if err != nil {
		return nil, err
	}
	method := http.MethodPost
	if found != nil {
		method = http.MethodPut
	}
	var made plugin.Map
	_, err = p.Call(ctx, method, path+"/push_rule", body, &made)
	return made, err
}

func (p *provider) pushRules() *crud.Handler {
	path := func(c *crud.Call) string { return ownerPath("project", c.Text("project")) }
	write := func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
		found, err := p.setRules(ctx, path(c), pushRuleFields.body(c, true))
		if err != nil {
			return nil, err
		}
		state := pushRuleFields.state(c.Spec, found)
		state["project"] = c.Text("project")
		return state, nil
	}
	return &crud.Handler{
		Create: createOfProject(write),
		Read: func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
			found, err := p.rules(ctx, ownerPath("project", c.ID))
			if err != nil || found == nil {
				return nil, err
			}
			state := pushRuleFields.state(c.Spec, found)
			state["project"] = c.ID
			return state, nil
		},
		Update: write,
		Delete: func(ctx context.Context, c *crud.Call) error { return p.erase(ctx, path(c)+"/push_rule") },
	}
}

// nestedPushRules are those given as part of a project or group.
func (p *provider) nestedPushRules(ctx context.Context, c *crud.Call, path string, state plugin.Map) error {
	given, wanted := c.Inputs["pushRules"].(map[string]any)
	if !wanted {
		return nil
	}
	body := plugin.Map{}
	for property, value := range given {
		body[snake(property)] = value
	}
	found, err := p.setRules(ctx, path, body)
	if err == nil {
		state["pushRules"] = shownRules(given, found)
	}
	return err
}

func (p *provider) readNestedPushRules(ctx context.Context, c *crud.Call, path string, state plugin.Map) error {
	given, wanted := c.Inputs["pushRules"].(map[string]any)
	if !wanted {
		return nil
	}
	found, err := p.rules(ctx, path)
	if err != nil && rest.Status(err) != http.StatusForbidden {
		return err
	}
	state["pushRules"] = shownRules(given, found)
	return nil
}

func shownRules(given, found plugin.Map) plugin.Map {
	shown := plugin.Map{}
	for property := range given {
		shown[property] = found[snake(property)]
	}
	return shown
}
