// Package noop is a provider that does nothing: what it is given is what there is. It is what `npm run bench` measures the
// estate against, so that both sides pay for the same kind of plugin.
package noop

import (
	"context"

	"estate/providers/internal/plugin"
)

// Backend takes any type of the package. It keeps nothing; the engine's state is all there is.
type Backend struct{ plugin.Base }

// New makes the provider.
func New() plugin.Backend { return Backend{} }

// Name is the package of the resources: `noop:index:Resource`.
func (Backend) Name() string { return "noop" }

// Version is fixed: nobody else publishes this provider.
func (Backend) Version() string { return "1.0.0" }

// Configure needs nothing.
func (Backend) Configure(context.Context, plugin.ConfigureRequest) error { return nil }

// Check takes the inputs as they are.
func (Backend) Check(_ context.Context, req plugin.CheckRequest) (plugin.CheckResponse, error) {
	return plugin.CheckResponse{Inputs: req.News}, nil
}

// Diff reports every changed input as an update in place.
func (Backend) Diff(_ context.Context, req plugin.DiffRequest) (plugin.DiffResponse, error) {
	return plugin.DiffResponse{Changes: plugin.Compare(req.OldInputs, req.News)}, nil
}

// Create answers at once. The id is the resource's name.
func (Backend) Create(_ context.Context, req plugin.CreateRequest) (plugin.CreateResponse, error) {
	return plugin.CreateResponse{ID: req.Name, Outputs: req.Inputs}, nil
}

// Read answers what the state says.
func (Backend) Read(_ context.Context, req plugin.ReadRequest) (plugin.ReadResponse, error) {
	return plugin.ReadResponse{ID: req.ID, Outputs: req.Outputs, Inputs: req.Inputs}, nil
}

// Update answers at once.
func (Backend) Update(_ context.Context, req plugin.UpdateRequest) (plugin.UpdateResponse, error) {
	return plugin.UpdateResponse{Outputs: req.News}, nil
}

// Delete answers at once.
func (Backend) Delete(context.Context, plugin.DeleteRequest) error { return nil }
