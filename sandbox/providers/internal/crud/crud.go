// Package crud is the common part of providers whose resources are objects of a REST API and are described by a schema:
// a resource brings four functions, this package checks inputs, finds changes, hides secrets and names what failed.
package crud

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"estate/providers/internal/plugin"
	"estate/providers/internal/rest"
	"estate/providers/schema"
)

// Call is one operation on one resource.
type Call struct {
	plugin.Resource
	Spec *schema.Resource
	ID   string
	// Inputs are those to be made real; in Read and Delete those of the last update (empty in an import). Old are those
	// of the last update, State the outputs. None has secret marks.
	Inputs, Old, State plugin.Map
	// Timeout that the program set; 0 for none.
	Timeout time.Duration

	own *owned
}

// Text, Int, Bool and List read an input; the zero value if it is not given.
func (c *Call) Text(name string) string { return plugin.Text(c.Inputs[name]) }

// Int reads a whole number.
func (c *Call) Int(name string) int { return Int(c.Inputs[name]) }

// Bool reads a flag.
func (c *Call) Bool(name string) bool { value, _ := c.Inputs[name].(bool); return value }

// List reads a list.
func (c *Call) List(name string) []any { value, _ := c.Inputs[name].([]any); return value }

// Given says whether the program set an input.
func (c *Call) Given(name string) bool { return c.Inputs[name] != nil }

// Changed says whether an input differs from that of the last update.
func (c *Call) Changed(name string) bool {
	return !plugin.Equal(c.Inputs[name], c.Old[name])
}

// Int reads a number from a JSON value.
func Int(value any) int {
	number, _ := value.(float64)
	return int(number)
}

// Owned says whether an object with that id belongs to a resource that this run has dealt with already.
func (c *Call) Owned(id string) bool { return c.own.has(c.Type, id) }

// Handler is what a resource does. Read returns nil for an object that is gone. Create may return an id together with an
// error: the object exists but is not yet as it should be, and the next update goes on from there.
type Handler struct {
	Create func(context.Context, *Call) (id string, state plugin.Map, err error)
	Read   func(context.Context, *Call) (plugin.Map, error)
	Update func(context.Context, *Call) (plugin.Map, error)
	Delete func(context.Context, *Call) error
	// Check finds mistakes the schema cannot express. Optional. Values may be unknown.
	Check func(inputs plugin.Map) []plugin.Failure
	// Amend changes what was found to differ. Optional.
	Amend func(req plugin.DiffRequest, changes []plugin.Change) []plugin.Change
	// Renews lists the outputs that an update will give new values. Optional.
	Renews func(*Call) []string
	// Volatile outputs change by themselves, by other resources or by use: a refresh leaves them as they were.
	Volatile []string
	// Key inputs make the object unique on the server: if a replacement keeps them all, the old object must go first.
	Key []string
}

// Alike makes an Amend that drops a change between two spellings of the same text.
func Alike(property string, same func(old, news string) bool) func(plugin.DiffRequest, []plugin.Change) []plugin.Change {
	return func(req plugin.DiffRequest, changes []plugin.Change) []plugin.Change {
		old, news := plugin.Text(req.OldInputs[property]), plugin.Text(req.News[property])
		if old == "" || news == "" || !same(old, news) {
			return changes
		}
		return slices.DeleteFunc(changes, func(c plugin.Change) bool { return c.Path == property })
	}
}

// Provider is a plugin.Backend over handlers. Set the fields before it is served.
type Provider struct {
	plugin.Base
	Schema   *schema.Schema
	Handlers map[string]*Handler
	// Setup receives the provider's settings, with defaults and environment filled in; Unready says why not, if it could
	// not be set up in a preview because settings are unknown.
	Setup func(ctx context.Context, settings plugin.Map) error

	unknown bool
	own     owned
}

// owned remembers which objects this run has dealt with, and which of them it made or took over.
type owned struct {
	mutex     sync.Mutex
	ids, made map[string]bool
}

func (o *owned) create(kind, id string) {
	o.add(kind, id)
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if o.made == nil {
		o.made = map[string]bool{}
	}
	o.made[kind+" "+id] = true
}

func (o *owned) isNew(kind, id string) bool {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.made[kind+" "+id]
}

func (o *owned) add(kind, id string) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if o.ids == nil {
		o.ids = map[string]bool{}
	}
	o.ids[kind+" "+id] = true
}

func (o *owned) has(kind, id string) bool {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.ids[kind+" "+id]
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
func (p *Provider) Check(_ context.Context, req plugin.CheckRequest) (plugin.CheckResponse, error) {
	spec, handler, err := p.handler(req.Type)
	if err != nil {
		return plugin.CheckResponse{Inputs: req.News, Failures: []plugin.Failure{{Reason: err.Error()}}}, nil
	}
	inputs, failures := p.Schema.Check(spec, req)
	if len(failures) == 0 && handler.Check != nil {
		failures = handler.Check(plugin.StripMap(inputs))
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
	p.own.add(req.Type, req.ID)
	changes := spec.Diff(req)
	if handler.Amend != nil {
		changes = handler.Amend(req, changes)
	}
	response := plugin.DiffResponse{Changes: changes}
	if len(handler.Key) > 0 && slices.ContainsFunc(changes, func(c plugin.Change) bool { return c.Replace }) {
		response.DeleteBeforeReplace = !slices.ContainsFunc(changes, func(c plugin.Change) bool {
			return slices.Contains(handler.Key, fmt.Sprint(c.Segments[0]))
		})
	}
	return response, nil
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
	call := &Call{Resource: req.Resource, Spec: spec, Inputs: plugin.StripMap(req.Inputs), Timeout: req.Timeout, own: &p.own}
	id, state, err := handler.Create(ctx, call)
	if id != "" {
		p.own.create(req.Type, id)
	}
	outputs := Outputs(spec, req.Inputs, state)
	switch {
	case err != nil && id != "":
		return plugin.CreateResponse{}, &plugin.InitError{ID: id, Outputs: outputs, Reasons: []string{explain(req.Resource, err).Error()}}
	case err != nil:
		return plugin.CreateResponse{}, explain(req.Resource, err)
	}
	return plugin.CreateResponse{ID: id, Outputs: outputs}, nil
}

// foreseen are the outputs a preview can know: what the program gives.
func foreseen(spec *schema.Resource, inputs plugin.Map) plugin.Map {
	outputs := plugin.Map{}
	mark := func(name string, property schema.Property, value any) {
		if property.Secret {
			value = plugin.AsSecret(value)
		}
		outputs[name] = value
	}
	for name, property := range spec.Inputs {
		switch {
		case inputs[name] != nil:
			mark(name, property, inputs[name])
		case property.Always:
			mark(name, property, plugin.Unknown{})
		}
	}
	for name, property := range spec.Outputs {
		mark(name, property, plugin.Unknown{})
	}
	return outputs
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
	call := &Call{Resource: req.Resource, Spec: spec, ID: req.ID, Inputs: last, Old: last, State: plugin.StripMap(req.Outputs), own: &p.own}
	state, err := handler.Read(ctx, call)
	if err != nil {
		return plugin.ReadResponse{}, explain(req.Resource, err)
	}
	if state == nil {
		return plugin.ReadResponse{}, nil
	}
	p.own.add(req.Type, req.ID)
	for _, name := range handler.Volatile {
		if value, known := call.State[name]; known {
			state[name] = value
		}
	}
	inputs := observed(spec, req.Inputs, state, len(req.Inputs) == 0)
	// What the API does not return stays as it was.
	for name, value := range call.State {
		if _, known := state[name]; !known {
			if _, exists := spec.Property(name); exists {
				state[name] = value
			}
		}
	}
	return plugin.ReadResponse{ID: req.ID, Outputs: Outputs(spec, inputs, state), Inputs: inputs}, nil
}

// observed are the inputs a program would have to give for the object to be as it is. In a refresh only what the program
// gives is looked at; what it leaves out is the server's business.
func observed(spec *schema.Resource, last, state plugin.Map, importing bool) plugin.Map {
	inputs := plugin.Map{}
	for name, property := range spec.Inputs {
		old, actual := last[name], state[name]
		switch {
		case old == nil && !importing:
		case importing && (actual == nil || !property.Required && !property.Always && !isText(actual)):
			// Settings a program rarely gives: their usual values are the server's business.
		case importing && !property.Required && isZero(actual):
		case importing:
			inputs[name] = mark(property, nil, actual)
		case actual == nil && wasRead(state, name):
			// Gone on the server: a program that gives it differs from that.
		case actual == nil, schema.Matches(old, actual):
			inputs[name] = old
		default:
			inputs[name] = mark(property, old, actual)
		}
	}
	return inputs
}

func wasRead(state plugin.Map, name string) bool { _, known := state[name]; return known }

func isText(value any) bool {
	switch value.(type) {
	case bool, float64:
		return false
	}
	return true
}

func isZero(value any) bool {
	switch v := value.(type) {
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}

func mark(property schema.Property, model, value any) any {
	if property.Secret || plugin.HasSecret(model) {
		return plugin.AsSecret(value)
	}
	return value
}

// Outputs puts the state together: what the server says, in the program's own spelling where it means the same, and what
// the server keeps to itself as the program gave it. Secrets are marked.
func Outputs(spec *schema.Resource, inputs, state plugin.Map) plugin.Map {
	outputs := plugin.Map{}
	put := func(name string, property schema.Property) {
		given, actual := plugin.Strip(inputs[name]), state[name]
		var value any
		switch {
		case actual == nil:
			value = given
		case given != nil && schema.Matches(given, actual):
			value = schema.Merge(given, actual)
		default:
			value = actual
		}
		if value != nil {
			outputs[name] = mark(property, inputs[name], value)
		}
	}
	for name, property := range spec.Inputs {
		put(name, property)
	}
	for name, property := range spec.Outputs {
		put(name, property)
	}
	for name, value := range state { // what a resource remembers for itself
		if strings.HasPrefix(name, "__") && value != nil {
			outputs[name] = value
		}
	}
	return outputs
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
		State: plugin.StripMap(req.Olds), Timeout: req.Timeout, own: &p.own,
	}
	p.own.add(req.Type, req.ID)
	if handler.Update == nil {
		// Only settings of this provider itself can have changed: everything else replaces.
		return plugin.UpdateResponse{Outputs: Outputs(spec, req.News, remembered(spec, call))}, nil
	}
	state, err := handler.Update(ctx, call)
	if err != nil {
		return plugin.UpdateResponse{}, explain(req.Resource, err)
	}
	for _, name := range slices.Concat(handler.Volatile, slices.Collect(maps.Keys(spec.Outputs))) {
		if _, read := state[name]; !read {
			state[name] = call.State[name]
		}
	}
	return plugin.UpdateResponse{Outputs: Outputs(spec, req.News, state)}, nil
}

// remembered is the last state without inputs that the program no longer gives.
func remembered(spec *schema.Resource, call *Call) plugin.Map {
	state := maps.Clone(call.State)
	for name, property := range spec.Inputs {
		if call.Inputs[name] != nil || !property.Always {
			delete(state, name)
		}
	}
	return state
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
	if p.own.isNew(req.Type, req.ID) {
		// A replacement that did not finish left the old object to be deleted, and its name was wanted again: the new
		// resource has taken the object over, so it stays.
		return nil
	}
	last := plugin.StripMap(req.OldInputs)
	state := plugin.StripMap(req.Olds)
	if len(last) == 0 { // read, never updated: what is known are the outputs
		last = state
	}
	call := &Call{Resource: req.Resource, Spec: spec, ID: req.ID, Inputs: last, Old: last, State: state, Timeout: req.Timeout, own: &p.own}
	if err := handler.Delete(ctx, call); err != nil {
		return explain(req.Resource, err)
	}
	return nil
}

func about(resource plugin.Resource) string {
	kind := resource.Type[strings.LastIndex(resource.Type, ":")+1:]
	return fmt.Sprintf("%s %q", kind, resource.Name)
}

// explain names the object in an error, and what ended the operation if it was not the call itself.
func explain(resource plugin.Resource, err error) error {
	return fmt.Errorf("%s: %w", about(resource), err)
}

// ErrTaken is what a create fails with when the object exists and is not unmistakably the one to be made.
type ErrTaken struct{ What, ImportID string }

func (e *ErrTaken) Error() string {
	text := e.What
	if e.ImportID != "" {
		text += fmt.Sprintf(" (to manage it, import it with the id %q)", e.ImportID)
	}
	return text
}

// Once makes an object by a call that must not be repeated blindly. If no answer came, or the server says that there is
// such an object, find looks for it: found, it is taken as the one that was to be made (an earlier attempt, in this run or
// in one that was killed, made it). Else the call is made again, unless the server refused it.
//
// find returns ok for an object that is unmistakably the same, and an error to give up with.
func Once[T any](ctx context.Context, pause time.Duration, post func() (T, error), find func() (found T, ok bool, err error)) (T, error) {
	const rounds = 3
	for round := 1; ; round++ {
		made, err := post()
		if err == nil {
			return made, nil
		}
		lost := rest.MayHaveWorked(err)
		if !lost && !refused(err) || ctx.Err() != nil {
			return made, err
		}
		if lost { // it may still be at work
			if sleepErr := rest.Sleep(ctx, pause); sleepErr != nil {
				return made, err
			}
		}
		found, ok, findErr := find()
		switch {
		case findErr != nil:
			var taken *ErrTaken
			if errors.As(findErr, &taken) {
				return made, fmt.Errorf("%w: %w", err, taken)
			}
			return made, fmt.Errorf("%w; looking for what it may have made failed as well: %w", err, findErr)
		case ok:
			plugin.Log(ctx).Info("an earlier attempt had made this already: it is taken over")
			return found, nil
		case !lost || round == rounds:
			return made, err
		}
		pause *= 2
	}
}

// refused: 400, 409 and 422 are what servers answer when something of that name is there.
func refused(err error) bool {
	switch rest.Status(err) {
	case 400, 409, 412, 422:
		return true
	}
	return false
}
