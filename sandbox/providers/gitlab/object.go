package gitlab

import (
	"context"
	"fmt"
	"net/http"

	"estate/providers/internal/crud"
	"estate/providers/internal/plugin"
)

// object is a resource that is an element of a list below a project or group.
type object struct {
	mapping
	// owner is the input that names the project or group, path the list below it.
	owner, path string
	// key is the input that is the last part of the element's path and of the id. Without one the server's id is.
	key string
	// ident is the field of the server's id: `id` if empty. As state is the output that shows it.
	ident, shown string
	// update is the method that changes an element; empty: nothing changes in place.
	update string
	// lists and element replace the paths of the list and of one element; toAPI and fromAPI amend body and state; amended the handler.
	lists   func(c *crud.Call) string
	element func(c *crud.Call, key string) string
	toAPI   func(c *crud.Call, body plugin.Map)
	fromAPI func(c *crud.Call, object, state plugin.Map)
	// idOf replaces the making of an id, parse the reading.
	idOf  func(c *crud.Call, object plugin.Map) string
	parse func(c *crud.Call) (key string, err error)
	// lenient: deleting an object that is gone is no failure.
	lenient bool
}

func (o object) list(c *crud.Call) string {
	if o.lists != nil {
		return o.lists(c)
	}
	return ownerPath(o.owner, c.Text(o.owner)) + "/" + o.path
}

func (o object) item(c *crud.Call, key string) string {
	if o.element != nil {
		return o.element(c, key)
	}
	return o.list(c) + "/" + escape(key)
}

func (o object) keyOf(c *crud.Call, element plugin.Map) string {
	if o.key != "" {
		return number(c.Inputs[o.key])
	}
	ident := o.ident
	if ident == "" {
		ident = "id"
	}
	return number(element[ident])
}

func (o object) id(c *crud.Call, element plugin.Map) string {
	if o.idOf != nil {
		return o.idOf(c, element)
	}
	return c.Text(o.owner) + ":" + o.keyOf(c, element)
}

// locate reads the id: the owner's part becomes an input of the call, so that paths can be made in an import too.
func (o object) locate(c *crud.Call) (string, error) {
	if o.parse != nil {
		return o.parse(c)
	}
	last := "id"
	if o.key != "" {
		last = o.key
	}
	found, err := parts(c.ID, o.owner, last)
	if err != nil {
		return "", err
	}
	c.Inputs = withInput(c.Inputs, o.owner, found[0])
	return found[1], nil
}

// createOfProject makes what a project has exactly once, with the write that updates it too: its id is the project's.
func createOfProject(
	write func(context.Context, *crud.Call) (plugin.Map, error),
) func(context.Context, *crud.Call) (string, plugin.Map, error) {
	return func(ctx context.Context, c *crud.Call) (string, plugin.Map, error) {
		state, err := write(ctx, c)
		if err != nil {
			return "", nil, err
		}
		return c.Text("project"), state, nil
	}
}

func withInput(inputs plugin.Map, name string, value any) plugin.Map {
	result := plugin.Map{name: value}
	for key, other := range inputs {
		result[key] = other
	}
	result[name] = value
	return result
}

func (o object) read(c *crud.Call, element plugin.Map) plugin.Map {
	state := o.state(c.Spec, element)
	owner := c.Spec.Inputs[o.owner]
	state[o.owner] = typedText(owner.Type, c.Text(o.owner), c.Inputs[o.owner])
	if o.key != "" && state[o.key] == nil {
		state[o.key] = c.Inputs[o.key]
	}
	if o.shown != "" {
		state[o.shown] = element["id"]
	}
	if o.fromAPI != nil {
		o.fromAPI(c, element, state)
	}
	return state
}

// typedText gives an id as the property wants it.
func typedText(kind, text string, value any) any {
	if n, isNumber := value.(float64); isNumber && kind == "integer" {
		return n
	}
	if kind == "integer" {
		return integer(text)
	}
	return text
}

func integer(text string) any {
	var n float64
	if _, err := fmt.Sscan(text, &n); err != nil {
		return nil
	}
	return n
}

func (p *provider) crud(o object) *crud.Handler {
	create := func(ctx context.Context, c *crud.Call) (string, plugin.Map, error) {
		body := o.body(c, false)
		if o.toAPI != nil {
			o.toAPI(c, body)
		}
		var made plugin.Map
		if err := p.Post(ctx, o.list(c), body, &made); err != nil {
			return "", nil, err
		}
		return o.id(c, made), o.read(c, made), nil
	}
	handler := &crud.Handler{
		Create: create,
		Read: func(ctx context.Context, c *crud.Call) (plugin.Map, error) {
			key, err := o.locate(c)
			if err != nil {
				return nil, err
			}
			if o.key != "" && !c.Given(o.key) {
				c.Inputs = withInput(c.Inputs, o.key, typedText(c.Spec.Inputs[o.key].Type, key, nil))
			}
			var element plugin.Map
			err = p.Get(ctx, o.item(c, key), &element)
			if err != nil {
				return gone(nil, err)
			}
			return o.read(c, element), nil
		},
		Delete: func(ctx context.Context, c *crud.Call) error {
			key, err := o.locate(c)
			if err != nil {
				return err
			}
			if o.lenient {
				return p.Client.Delete(ctx, o.item(c, key))
			}
			return p.erase(ctx, o.item(c, key))
		},
	}
	if o.update != "" {
		handler.Update = func(ctx context.Context, c *crud.Call) (plugin.Map, error) { return p.change(ctx, o, c) }
	}
	return handler
}

func (p *provider) change(ctx context.Context, o object, c *crud.Call) (plugin.Map, error) {
	key, err := o.locate(c)
	if err != nil {
		return nil, err
	}
	body := o.body(c, true)
	if o.toAPI != nil {
		o.toAPI(c, body)
	}
	var element plugin.Map
	reply, err := p.Call(ctx, o.update, o.item(c, key), body, &element)
	if err != nil {
		return nil, err
	}
	if len(reply.Body) == 0 || element == nil {
		if _, err := p.Call(ctx, http.MethodGet, o.item(c, key), nil, &element); err != nil {
			return nil, err
		}
	}
	return o.read(c, element), nil
}
