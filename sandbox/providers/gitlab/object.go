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
	// twins: the server accepts a second object that is just the same, so one is looked for before making one.
	twins bool
	// same lists the properties that, all equal, show an object to be the one that was to be made.
	same []string
	// lists and element replace the paths of the list and of one element; toAPI and fromAPI amend body and state; amended the handler.
	lists   func(c *crud.Call) string
	element func(c *crud.Call, key string) string
	toAPI   func(c *crud.Call, body plugin.Map)
	fromAPI func(c *crud.Call, object, state plugin.Map)
	// idOf replaces the making of an id, parse the reading.
	idOf  func(c *crud.Call, object plugin.Map) string
	parse func(c *crud.Call) (key string, err error)
	// usable says whether an object that is the same may be taken over; nil: yes.
	usable func(ctx context.Context, c *crud.Call, object plugin.Map) bool
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
		find := func() (plugin.Map, bool, error) { return p.find(ctx, o, c) }
		post := func() (plugin.Map, error) {
			body := o.body(c, false)
			if o.toAPI != nil {
				o.toAPI(c, body)
			}
			var made plugin.Map
			err := p.Post(ctx, o.list(c), body, &made)
			return made, err
		}
		made, taken, err := plugin.Map(nil), false, error(nil)
		if o.twins {
			if made, taken, err = find(); err != nil {
				return "", nil, err
			}
		}
		if !taken {
			adopted := false
			made, err = crud.Once(ctx, p.Pause, post, func() (plugin.Map, bool, error) {
				found, ok, err := find()
				adopted = ok
				return found, ok, err
			})
			if err != nil {
				return "", nil, err
			}
			taken = adopted
		}
		id := o.id(c, made)
		if taken && o.update != "" {
			// What cannot be read, such as a token, is made what it should be.
			c.ID = id
			state, err := p.change(ctx, o, c)
			return id, state, err
		}
		return id, o.read(c, made), nil
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
			return p.Client.Delete(ctx, o.item(c, key))
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

// find looks for an object that an earlier attempt made: the one with the same key, or one with the same properties that
// no other resource of this run has. One that has the key but differs belongs to somebody else.
func (p *provider) find(ctx context.Context, o object, c *crud.Call) (plugin.Map, bool, error) {
	if o.key != "" {
		var element plugin.Map
		if err := p.Get(ctx, o.item(c, o.keyOf(c, nil)), &element); err != nil {
			_, err = gone(nil, err)
			return nil, false, err
		}
		if !o.fits(ctx, c, element) {
			return nil, false, &crud.ErrTaken{What: "one of that name exists and differs from what the program says", ImportID: o.id(c, element)}
		}
		return element, true, nil
	}
	elements, err := p.all(ctx, o.list(c))
	if err != nil {
		_, err = gone(nil, err)
		return nil, false, err
	}
	for _, element := range elements {
		if o.fits(ctx, c, element) && !c.Owned(o.id(c, element)) {
			return element, true, nil
		}
	}
	return nil, false, nil
}

func (o object) fits(ctx context.Context, c *crud.Call, element plugin.Map) bool {
	return same(c, o.read(c, element), o.same...) && (o.usable == nil || o.usable(ctx, c, element))
}
