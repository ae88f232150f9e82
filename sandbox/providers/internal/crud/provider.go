package crud

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"estate/providers/internal/plugin"
	"estate/providers/schema"
)

// Provider is a plugin.Backend over handlers. Set the fields before it is served.
type Provider struct {
	plugin.Base
	Schema   *schema.Schema
	Handlers map[string]*Handler
	// Setup receives the provider's settings. It is not called in a preview in which some are not known yet.
	Setup func(ctx context.Context, settings plugin.Map) error

	// unknown: the settings are not known yet, so nothing can be asked of the server.
	unknown bool
}

// Name of the package.
func (p *Provider) Name() string { return p.Schema.Name }

// Version of the upstream provider this one stands in for.
func (p *Provider) Version() string { return p.Schema.Version }

func (p *Provider) handler(token string) (*schema.Resource, *Handler, error) {
	spec := p.Schema.Find(token)
	if spec == nil {
		return nil, nil, fmt.Errorf("%s %s has no resource %s", p.Schema.Name, p.Schema.Version, token)
	}
	handler := p.Handlers[spec.Name]
	if handler == nil {
		return spec, nil, fmt.Errorf("%s is not available in the sandbox: use the upstream provider and a real server (ESTATE_PROVIDERS=upstream)", spec.Name)
	}
	return spec, handler, nil
}

// CheckConfig finds settings the provider does not have.
func (p *Provider) CheckConfig(_ context.Context, req plugin.CheckRequest) (plugin.CheckResponse, error) {
	var failures []plugin.Failure
	for _, name := range slices.Sorted(maps.Keys(req.News)) {
		_, known := p.Schema.Provider[name]
		if !known && name != "version" && name != "pluginDownloadURL" && !strings.HasPrefix(name, "__") {
			failures = append(failures, plugin.Failure{Property: name, Reason: "the " + p.Schema.Name + " provider has no setting " + name})
		}
	}
	return plugin.CheckResponse{Inputs: req.News, Failures: failures}, nil
}

// Configure sets the provider up.
func (p *Provider) Configure(ctx context.Context, req plugin.ConfigureRequest) error {
	settings := plugin.StripMap(req.Inputs)
	if plugin.HasUnknown(settings) {
		// A preview of a program that makes the server or token: nothing can be asked of it.
		p.unknown = true
		return nil
	}
	if err := p.Setup(ctx, settings); err != nil {
		return fmt.Errorf("%s provider: %w", p.Schema.Name, err)
	}
	return nil
}

// Check fills in defaults and finds mistakes.
func (p *Provider) Check(ctx context.Context, req plugin.CheckRequest) (plugin.CheckResponse, error) {
	spec, handler, err := p.handler(req.Type)
	if err != nil {
		return plugin.CheckResponse{Inputs: req.News, Failures: []plugin.Failure{{Reason: err.Error()}}}, nil
	}
	inputs, failures := p.Schema.Check(spec, req)
	if len(failures) == 0 && handler.Check != nil {
		failures = handler.Check(ctx, plugin.StripMap(inputs))
	}
	for name, property := range spec.Inputs {
		if property.Secret && inputs[name] != nil {
			inputs[name] = plugin.AsSecret(inputs[name])
		}
	}
	return plugin.CheckResponse{Inputs: inputs, Failures: failures}, nil
}

// Diff lists the changes.
func (p *Provider) Diff(_ context.Context, req plugin.DiffRequest) (plugin.DiffResponse, error) {
	spec, handler, err := p.handler(req.Type)
	if err != nil {
		return plugin.DiffResponse{}, err
	}
	changes := spec.Diff(req)
	if handler.Amend != nil {
		changes = handler.Amend(req, changes)
	}
	replaced := slices.ContainsFunc(changes, func(c plugin.Change) bool { return c.Replace })
	// Resources of the plugin framework are always made anew first, also where the old and the new one are the same object to
	// the server. Of the others, those whose name the program gives go first.
	response := plugin.DiffResponse{Changes: changes, DeleteBeforeReplace: replaced && !spec.Upstream.Framework && namedBy(spec, req.News)}
	return response, nil
}

// namedBy says whether the program gives the object's name; Pulumi would make up one otherwise.
func namedBy(spec *schema.Resource, inputs plugin.Map) bool {
	_, has := spec.Inputs["name"]
	return has && inputs["name"] != nil
}

func (p *Provider) ready(resource plugin.Resource) error {
	if p.unknown {
		return fmt.Errorf("%s: the %s provider's settings are not known yet", about(resource), p.Schema.Name)
	}
	return nil
}

// Create makes the object.
func (p *Provider) Create(ctx context.Context, req plugin.CreateRequest) (plugin.CreateResponse, error) {
	spec, handler, err := p.handler(req.Type)
	if err != nil {
		return plugin.CreateResponse{}, err
	}
	if req.Preview {
		return plugin.CreateResponse{Outputs: foreseen(spec, req.Inputs)}, nil
	}
	if err := p.ready(req.Resource); err != nil {
		return plugin.CreateResponse{}, err
	}
	call := &Call{Resource: req.Resource, Spec: spec, Inputs: plugin.StripMap(req.Inputs), Timeout: req.Timeout}
	id, state, err := handler.Create(ctx, call)
	unread(spec, state)
	outputs := Identified(spec, id, Outputs(spec, req.Inputs, state))
	switch {
	case err != nil && id != "":
		return plugin.CreateResponse{}, &plugin.InitError{ID: id, Outputs: outputs, Reasons: []string{explain(req.Resource, err).Error()}}
	case err != nil:
		return plugin.CreateResponse{}, explain(req.Resource, err)
	}
	return plugin.CreateResponse{ID: id, Outputs: outputs}, nil
}

// Read finds the object for a refresh or an import.
func (p *Provider) Read(ctx context.Context, req plugin.ReadRequest) (plugin.ReadResponse, error) {
	spec, handler, err := p.handler(req.Type)
	if err != nil {
		return plugin.ReadResponse{}, err
	}
	if err := p.ready(req.Resource); err != nil {
		return plugin.ReadResponse{}, err
	}
	last := plugin.StripMap(req.Inputs)
	call := &Call{Resource: req.Resource, Spec: spec, ID: req.ID, Inputs: last, Old: last, State: plugin.StripMap(req.Outputs)}
	state, err := handler.Read(ctx, call)
	switch {
	case err != nil && spec.Upstream.Gone == "any":
		return plugin.ReadResponse{}, nil
	case err != nil:
		return plugin.ReadResponse{}, explain(req.Resource, err)
	case state == nil && spec.Upstream.Gone == "never":
		return plugin.ReadResponse{}, explain(req.Resource, errors.New("Resource not found "+req.ID))
	case state == nil:
		return plugin.ReadResponse{}, nil
	}
	unread(spec, state)
	inputs := observed(spec, req.Inputs, state, len(req.Inputs) == 0)
	// What the API does not return stays as it was.
	for name, value := range call.State {
		if _, known := state[name]; !known {
			if _, exists := spec.Property(name); exists {
				state[name] = value
			}
		}
	}
	return plugin.ReadResponse{ID: call.ID, Outputs: Identified(spec, call.ID, Outputs(spec, inputs, state)), Inputs: inputs}, nil
}

// Update changes the object.
func (p *Provider) Update(ctx context.Context, req plugin.UpdateRequest) (plugin.UpdateResponse, error) {
	spec, handler, err := p.handler(req.Type)
	if err != nil {
		return plugin.UpdateResponse{}, err
	}
	if req.Preview {
		outputs := maps.Clone(req.Olds)
		for name, property := range spec.Inputs {
			if req.News[name] != nil {
				outputs[name] = mark(property, req.News[name], plugin.Strip(req.News[name]))
			}
		}
		if handler.Renews != nil {
			call := &Call{Resource: req.Resource, Spec: spec, ID: req.ID, Inputs: plugin.StripMap(req.News), State: plugin.StripMap(req.Olds)}
			for _, name := range handler.Renews(call) {
				property, _ := spec.Property(name)
				outputs[name] = mark(property, nil, plugin.Unknown{})
			}
		}
		return plugin.UpdateResponse{Outputs: outputs}, nil
	}
	if err := p.ready(req.Resource); err != nil {
		return plugin.UpdateResponse{}, err
	}
	call := &Call{
		Resource: req.Resource, Spec: spec, ID: req.ID, Inputs: plugin.StripMap(req.News), Old: plugin.StripMap(req.OldInputs),
		State: plugin.StripMap(req.Olds), Timeout: req.Timeout,
	}
	if handler.Update == nil {
		// Only settings of this provider itself can have changed: everything else replaces.
		return plugin.UpdateResponse{Outputs: Identified(spec, req.ID, Outputs(spec, req.News, remembered(spec, call)))}, nil
	}
	state, err := handler.Update(ctx, call)
	if err != nil {
		return plugin.UpdateResponse{}, explain(req.Resource, err)
	}
	unread(spec, state)
	for name := range spec.Outputs {
		if _, read := state[name]; !read {
			state[name] = call.State[name]
		}
	}
	return plugin.UpdateResponse{Outputs: Identified(spec, call.ID, Outputs(spec, req.News, state))}, nil
}

// Delete removes the object.
func (p *Provider) Delete(ctx context.Context, req plugin.DeleteRequest) error {
	spec, handler, err := p.handler(req.Type)
	if err != nil {
		return err
	}
	if err := p.ready(req.Resource); err != nil {
		return err
	}
	last := plugin.StripMap(req.OldInputs)
	state := plugin.StripMap(req.Olds)
	if len(last) == 0 { // read, never updated: what is known are the outputs
		last = state
	}
	call := &Call{Resource: req.Resource, Spec: spec, ID: req.ID, Inputs: last, Old: last, State: state, Timeout: req.Timeout}
	if err := handler.Delete(ctx, call); err != nil {
		return explain(req.Resource, err)
	}
	return nil
}

// unread takes out of what was read what the published plugin does not look at.
func unread(spec *schema.Resource, state plugin.Map) {
	for _, name := range spec.Upstream.Unread {
		delete(state, name)
	}
}

func about(resource plugin.Resource) string {
	kind := resource.Type[strings.LastIndex(resource.Type, ":")+1:]
	return fmt.Sprintf("%s %q", kind, resource.Name)
}

// explain names the object in an error, and what ended the operation if it was not the call itself.
func explain(resource plugin.Resource, err error) error {
	return fmt.Errorf("%s: %w", about(resource), err)
}
