// Package kubernetes is a provider for every kind of Kubernetes object, by server-side apply. Its tokens, properties, ids
// and annotations are those of the upstream provider of the same version.
package kubernetes

import (
	"context"
	"fmt"
	"sync"

	"sigs.k8s.io/yaml"

	"estate/providers/internal/plugin"
)

// version is the release of the upstream provider whose tokens and properties this one serves.
const version = "4.34.2"

// Backend serves the resources of one cluster.
type Backend struct {
	plugin.Base
	settings settings
	client   *client // nil if no cluster is configured
	// unconfigured says why client is nil.
	unconfigured string
	mapping      *mapping
	// lastNames are the automatic names that resources have so far, by URN.
	lastNames sync.Map
	// warned: that the cluster is unreachable is said once, not under each of its objects.
	warned sync.Once
}

// New makes a provider that is not configured yet.
func New() *Backend {
	return &Backend{mapping: newMapping(), unconfigured: "the provider has not been configured"}
}

// Name is the package's name.
func (*Backend) Name() string { return "kubernetes" }

// Version is the plugin's version.
func (*Backend) Version() string { return version }

// Invoke serves kubernetes:yaml:decode, by which the SDK's yaml.ConfigFile and yaml.ConfigGroup read manifests.
func (b *Backend) Invoke(ctx context.Context, req plugin.InvokeRequest) (plugin.InvokeResponse, error) {
	if req.Token != "kubernetes:yaml:decode" {
		return b.Base.Invoke(ctx, req)
	}
	documents, err := decodeManifests(plugin.Text(req.Args["text"]))
	if err != nil {
		return plugin.InvokeResponse{Failures: []plugin.Failure{{Property: "text", Reason: err.Error()}}}, nil
	}
	return plugin.InvokeResponse{Result: plugin.Map{"result": documents}}, nil
}

// decodeManifests reads a stream of YAML documents. Empty documents are left out, lists are taken apart.
func decodeManifests(text string) ([]any, error) {
	result := []any{}
	for i, document := range splitDocuments(text) {
		var manifest map[string]any
		if err := yaml.Unmarshal([]byte(document), &manifest); err != nil {
			return nil, fmt.Errorf("document %d: %w", i+1, err)
		}
		switch {
		case len(manifest) == 0:
		case manifest["kind"] == "List":
			items, _ := manifest["items"].([]any)
			result = append(result, items...)
		default:
			result = append(result, manifest)
		}
	}
	return result, nil
}
