package harbor

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"

	"estate/providers/internal/crud"
	"estate/providers/internal/plugin"
)

// job is something Harbor does on a schedule of which there is one.
type job struct {
	path       string
	word       string // the input with the schedule
	parameters func(c *crud.Call) plugin.Map
	shown      func(c *crud.Call, parameters plugin.Map, state plugin.Map)
}

// body of a schedule: Harbor wants its own word for the usual ones, and "None" for none.
func (j job) body(c *crud.Call, schedule string) plugin.Map {
	kind := "Custom"
	if _, isWord := schedules[strings.ToLower(schedule)]; isWord {
		kind = strings.ToUpper(schedule[:1]) + strings.ToLower(schedule[1:])
	}
	if schedule == "" {
		kind = "None"
	}
	body := plugin.Map{"schedule": plugin.Map{"type": kind, "cron": cron(schedule)}}
	if j.parameters != nil {
		body["parameters"] = j.parameters(c)
	}
	return body
}

func (j job) read(ctx context.Context, p *provider, c *crud.Call) (plugin.Map, error) {
	found, err := p.get(ctx, j.path)
	if err != nil {
		return nil, err
	}
	schedule, _ := found["schedule"].(map[string]any)
	if schedule == nil || schedule["type"] == "None" || plugin.Text(schedule["type"]) == "" {
		return nil, nil
	}
	state := plugin.Map{j.word: spelled(c.Text(j.word), plugin.Text(schedule["cron"]))}
	if kind := strings.ToLower(plugin.Text(schedule["type"])); strings.EqualFold(kind, c.Text(j.word)) {
		state[j.word] = c.Text(j.word)
	} else if _, isWord := schedules[kind]; isWord && c.Text(j.word) == "" {
		state[j.word] = kind
	}
	if j.shown != nil {
		parameters := plugin.Map{}
		_ = json.Unmarshal([]byte(plugin.Text(found["job_parameters"])), &parameters) // shown only if it can be read
		j.shown(c, parameters, state)
	}
	return state, nil
}

// write sets the schedule: a first one is made, another changed.
func (j job) write(ctx context.Context, p *provider, c *crud.Call, schedule string) error {
	found, err := p.get(ctx, j.path)
	if err != nil {
		return err
	}
	if found["schedule"] == nil && schedule != "" {
		return p.Post(ctx, j.path, j.body(c, schedule), nil)
	}
	if found["schedule"] == nil {
		return nil
	}
	return p.Put(ctx, j.path, j.body(c, schedule), nil)
}

func (p *provider) job(j job) *crud.Handler {
	set := func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
		if err := j.write(ctx, p, c, c.Text(j.word)); err != nil {
			return nil, err
		}
		state, err := j.read(ctx, p, c)
		if state == nil {
			state = plugin.Map{}
		}
		return state, err
	}
	return &crud.Handler{
		Amend: crud.Alike(j.word, func(a, b string) bool { return cron(a) == cron(b) }),
		Create: func(ctx context.Context, c *crud.Call) (string, plugin.Map, error) {
			state, err := set(ctx, c)
			if err != nil {
				return "", nil, err
			}
			return j.path, state, nil
		},
		Read:   func(ctx context.Context, c *crud.Call) (plugin.Map, error) { return j.read(ctx, p, c) },
		Update: set,
		Delete: func(ctx context.Context, c *crud.Call) error { return j.write(ctx, p, c, "") },
	}
}

func (p *provider) garbageCollection() *crud.Handler {
	return p.job(job{
		path: "/system/gc/schedule", word: "schedule",
		parameters: func(c *crud.Call) plugin.Map {
			return plugin.Map{"delete_untagged": c.Bool("deleteUntagged"), "workers": max(1, c.Int("workers"))}
		},
		shown: func(_ *crud.Call, parameters, state plugin.Map) {
			untagged, _ := parameters["delete_untagged"].(bool)
			state["deleteUntagged"] = untagged
			if workers, there := parameters["workers"].(float64); there {
				state["workers"] = workers
			}
		},
	})
}

func (p *provider) purge() *crud.Handler {
	return p.job(job{
		path: "/system/purgeaudit/schedule", word: "schedule",
		parameters: func(c *crud.Call) plugin.Map {
			return plugin.Map{"audit_retention_hour": c.Int("auditRetentionHour"), "include_operations": c.Text("includeOperations"), "dry_run": false}
		},
		shown: func(_ *crud.Call, parameters, state plugin.Map) {
			if hours, there := parameters["audit_retention_hour"].(float64); there {
				state["auditRetentionHour"] = hours
			}
			if operations, there := parameters["include_operations"].(string); there {
				state["includeOperations"] = operations
			}
		},
	})
}

// interrogation is the schedule of scanning everything, and which scanner does it.
func (p *provider) interrogation() *crud.Handler {
	handler := p.job(job{path: "/system/scanAll/schedule", word: "vulnerabilityScanPolicy"})
	choose := func(ctx context.Context, c *crud.Call, state plugin.Map) (plugin.Map, error) {
		if state == nil || !c.Given("defaultScanner") {
			return state, nil
		}
		scanners, err := p.all(ctx, "/scanners")
		if err != nil {
			return nil, err
		}
		for _, scanner := range scanners {
			if scanner["name"] != c.Text("defaultScanner") {
				continue
			}
			state["defaultScanner"] = scanner["name"]
			if scanner["is_default"] == true {
				return state, nil
			}
			_, err := p.Call(ctx, "PATCH", "/scanners/"+plugin.Text(scanner["uuid"]), plugin.Map{"is_default": true}, nil)
			return state, err
		}
		return nil, fmt.Errorf("Harbor has no scanner %s", c.Text("defaultScanner"))
	}
	create, update := handler.Create, handler.Update
	handler.Create = func(ctx context.Context, c *crud.Call) (string, plugin.Map, error) {
		if _, err := choose(ctx, c, plugin.Map{}); err != nil { // scanning wants a scanner
			return "", nil, err
		}
		id, state, err := create(ctx, c)
		if err == nil {
			state, err = choose(ctx, c, state)
		}
		return id, state, err
	}
	handler.Update = func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
		state, err := update(ctx, c)
		if err != nil {
			return nil, err
		}
		return choose(ctx, c, state)
	}
	read := handler.Read
	handler.Read = func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
		state, err := read(ctx, c)
		if err != nil || state == nil {
			return nil, err
		}
		scanners, err := p.all(ctx, "/scanners")
		for _, scanner := range scanners {
			if scanner["is_default"] == true {
				state["defaultScanner"] = scanner["name"]
			}
		}
		return state, err
	}
	return handler
}

// tasks is the old form of interrogation: it sets the schedule and looks at nothing afterwards.
func (p *provider) tasks() *crud.Handler {
	handler := p.job(job{path: "/system/scanAll/schedule", word: "vulnerabilityScanPolicy"})
	create := handler.Create
	handler.Create = func(ctx context.Context, c *crud.Call) (string, plugin.Map, error) {
		_, state, err := create(ctx, c)
		if err != nil {
			return "", nil, err
		}
		return rand.Text()[:15], state, nil
	}
	handler.Read = func(_ context.Context, c *crud.Call) (plugin.Map, error) {
		return plugin.Map{"vulnerabilityScanPolicy": c.Text("vulnerabilityScanPolicy")}, nil
	}
	return handler
}
