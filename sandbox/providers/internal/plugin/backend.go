package plugin

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Backend is one provider. Every method may be called many times at once, and may be called for many resources before
// the first call has returned; Configure is called once, before any call about a resource.
//
// The context of each call ends when the engine cancels the operation, and at the deadline that the resource's
// `customTimeouts` set. Embed [Base] for the calls most providers do not need.
type Backend interface {
	// Name is the package name (`gitlab`), Version the plugin's version without a leading v.
	Name() string
	Version() string

	// CheckConfig looks at the provider resource's own inputs; DiffConfig says whether changing them replaces it.
	CheckConfig(ctx context.Context, req CheckRequest) (CheckResponse, error)
	DiffConfig(ctx context.Context, req DiffRequest) (DiffResponse, error)
	// Configure receives the provider resource's inputs. They can hold unknown values in a preview.
	Configure(ctx context.Context, req ConfigureRequest) error

	// Check fills in defaults and finds mistakes. Mistakes of the user are Failures; an error is for the rest.
	Check(ctx context.Context, req CheckRequest) (CheckResponse, error)
	// Diff compares the last inputs with the new ones.
	Diff(ctx context.Context, req DiffRequest) (DiffResponse, error)
	// Create makes the resource. With Preview set nothing may be changed; ID may then be left empty. Return an
	// [InitError] when the resource exists but is not as it should be.
	Create(ctx context.Context, req CreateRequest) (CreateResponse, error)
	// Read finds the resource by its id: a refresh when Inputs are given, else an import. Gone: an empty ID.
	Read(ctx context.Context, req ReadRequest) (ReadResponse, error)
	// Update changes the resource in place and returns its outputs.
	Update(ctx context.Context, req UpdateRequest) (UpdateResponse, error)
	// Delete removes the resource. One that is already gone is no error.
	Delete(ctx context.Context, req DeleteRequest) error
	// Invoke runs a function of the package.
	Invoke(ctx context.Context, req InvokeRequest) (InvokeResponse, error)
}

// Resource says which resource a call is about.
type Resource struct {
	URN  string // empty in no call but Invoke
	Name string // the name the program gave it
	Type string // its token: `gitlab:index/project:Project`
}

// CheckRequest carries the program's inputs and those of the last update, which are empty for a new resource.
type CheckRequest struct {
	Resource
	Olds, News Map
	// RandomSeed is the same each time for one resource and one update; empty when the engine sends none.
	RandomSeed []byte
	// Autonaming is what the user's settings say about names; nil without any.
	Autonaming *Autonaming
}

// Autonaming is the engine's wish for the name of a resource that the program left unnamed. Disabled asks for a failure
// then, Enforced for exactly the Proposed name.
type Autonaming struct {
	Proposed           string
	Enforced, Disabled bool
}

// Failure is one mistake in the inputs, at a path such as `metadata.name`, or about the whole if that is empty.
type Failure struct{ Property, Reason string }

// CheckResponse holds the inputs as they go into the state.
type CheckResponse struct {
	Inputs   Map
	Failures []Failure
}

// DiffRequest carries the outputs (Olds) and inputs of the last update, and the new inputs.
type DiffRequest struct {
	Resource
	ID                    string
	Olds, OldInputs, News Map
	IgnoreChanges         []string
}

// DiffResponse lists what changes. No changes at all: nothing is updated. A change with Replace set: the resource is
// replaced, by deleting the old one first if DeleteBeforeReplace is set.
type DiffResponse struct {
	Changes             []Change
	DeleteBeforeReplace bool
}

// ConfigureRequest carries the provider resource's inputs. Nested values are decoded.
type ConfigureRequest struct{ Inputs Map }

// CreateRequest carries checked inputs. Timeout is 0 when the user set none.
type CreateRequest struct {
	Resource
	Inputs  Map
	Timeout time.Duration
	Preview bool
}

// CreateResponse holds the new resource's id and outputs. Mark secret outputs with [Secret].
type CreateResponse struct {
	ID      string
	Outputs Map
}

// ReadRequest carries the last known outputs and inputs; both are empty in an import.
type ReadRequest struct {
	Resource
	ID              string
	Outputs, Inputs Map
}

// ReadResponse holds what is there now, the inputs in the form that a program would write them.
type ReadResponse struct {
	ID              string
	Outputs, Inputs Map
}

// UpdateRequest carries the outputs (Olds) and inputs of the last update and the new checked inputs.
type UpdateRequest struct {
	Resource
	ID                    string
	Olds, OldInputs, News Map
	Timeout               time.Duration
	Preview               bool
	IgnoreChanges         []string
}

// UpdateResponse holds the outputs after the update.
type UpdateResponse struct{ Outputs Map }

// DeleteRequest carries the outputs (Olds) and inputs of the last update.
type DeleteRequest struct {
	Resource
	ID              string
	Olds, OldInputs Map
	Timeout         time.Duration
}

// InvokeRequest names the function by its token.
type InvokeRequest struct {
	Token string
	Args  Map
}

// InvokeResponse holds the function's result.
type InvokeResponse struct {
	Result   Map
	Failures []Failure
}

// InitError says that a resource exists (and belongs into the state) but did not become what it should: the next update
// goes on from there instead of creating a second one.
type InitError struct {
	ID              string
	Outputs, Inputs Map // Inputs only in Read
	Reasons         []string
}

func (e *InitError) Error() string { return strings.Join(e.Reasons, "; ") }

// Base answers the calls most providers do not need. Embed it in a Backend.
type Base struct{}

// CheckConfig takes the configuration as it is.
func (Base) CheckConfig(_ context.Context, req CheckRequest) (CheckResponse, error) {
	return CheckResponse{Inputs: req.News}, nil
}

// DiffConfig reports every changed setting as an update in place.
func (Base) DiffConfig(_ context.Context, req DiffRequest) (DiffResponse, error) {
	return DiffResponse{Changes: Compare(req.OldInputs, req.News)}, nil
}

// Invoke knows no function.
func (Base) Invoke(_ context.Context, req InvokeRequest) (InvokeResponse, error) {
	return InvokeResponse{}, fmt.Errorf("this provider has no function %s", req.Token)
}

// ErrTimeout is the cause of a context that ended at the resource's own timeout: see [context.Cause].
var ErrTimeout = errors.New("the timeout passed")

// ErrCancelled is the cause of a context that ended because the engine cancelled the operation.
var ErrCancelled = errors.New("the operation was cancelled")

// WithTimeout bounds a call that has no deadline of its own by a default. A call whose request brought a timeout keeps it.
func WithTimeout(ctx context.Context, fallback time.Duration) (context.Context, context.CancelFunc) {
	if _, bounded := ctx.Deadline(); bounded {
		return context.WithCancel(ctx)
	}
	return context.WithTimeoutCause(ctx, fallback, ErrTimeout)
}
