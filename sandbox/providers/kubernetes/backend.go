// Package kubernetes is a provider for every kind of Kubernetes object, by server-side apply.
package kubernetes

import (
	"context"
	"errors"

	"estate/providers/internal/plugin"
)

// version is the release of the upstream provider whose tokens and properties this one serves.
const version = "4.34.2"

// Backend serves the resources of one cluster.
type Backend struct {
	plugin.Base
}

// New makes a provider that is not configured yet.
func New() *Backend { return &Backend{} }

var errTodo = errors.New("not written yet")

// Name is the package's name.
func (*Backend) Name() string { return "kubernetes" }

// Version is the plugin's version.
func (*Backend) Version() string { return version }

func (*Backend) Configure(context.Context, plugin.ConfigureRequest) error { return errTodo }

func (*Backend) Check(context.Context, plugin.CheckRequest) (plugin.CheckResponse, error) {
	return plugin.CheckResponse{}, errTodo
}

func (*Backend) Diff(context.Context, plugin.DiffRequest) (plugin.DiffResponse, error) {
	return plugin.DiffResponse{}, errTodo
}

func (*Backend) Create(context.Context, plugin.CreateRequest) (plugin.CreateResponse, error) {
	return plugin.CreateResponse{}, errTodo
}

func (*Backend) Read(context.Context, plugin.ReadRequest) (plugin.ReadResponse, error) {
	return plugin.ReadResponse{}, errTodo
}

func (*Backend) Update(context.Context, plugin.UpdateRequest) (plugin.UpdateResponse, error) {
	return plugin.UpdateResponse{}, errTodo
}

func (*Backend) Delete(context.Context, plugin.DeleteRequest) error { return errTodo }
