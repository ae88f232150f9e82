package gitlab

import (
	"context"
	"net/http"

	"estate/providers/internal/crud"
	"estate/providers/internal/plugin"
	"estate/providers/internal/rest"
)

// An environment can only be deleted when it is stopped.
func (p *provider) environment() *crud.Handler {
	o := object{
		mapping: mapping{local: []string{"stopBeforeDestroy"}, onlyNew: []string{"name"}},
		owner:   "project", path: "environments", update: http.MethodPut,
		fromAPI: func(_ *crud.Call, element, state plugin.Map) {
			if agent, ok := element["cluster_agent"].(map[string]any); ok {
				state["clusterAgentId"] = agent["id"]
			}
		},
	}
	handler := p.crud(o)
	handler.Delete = func(ctx context.Context, c *crud.Call) error {
		key, err := o.locate(c)
		if err != nil {
			return err
		}
		item := o.item(c, key)
		if c.Bool("stopBeforeDestroy") {
			// As the published plugin: the first call has to be taken, also for one that is gone; jobs that stop it are waited for
			// by further calls, which may be refused once it is stopped.
			force := plugin.Text(c.State["autoStopSetting"]) == "with_action"
			if err := p.Post(ctx, item+"/stop", plugin.Map{"force": force}, nil); err != nil {
				return err
			}
			stopped := func() (bool, error) {
				var element plugin.Map
				err := p.Get(ctx, item, &element)
				if rest.NotFound(err) {
					return true, nil
				}
				return element["state"] == "stopped", err
			}
			if err := p.until(ctx, timeLimit(c), "waiting for the environment to stop", stopped); err != nil {
				return err
			}
		}
		return p.Client.Delete(ctx, item)
	}
	return handler
}
