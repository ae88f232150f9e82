package kubernetes

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"

	"estate/providers/internal/plugin"
)

// settings are the provider resource's inputs, with environment variables where upstream has them.
type settings struct {
	defaultNamespace      string
	force                 bool
	upsert                bool
	configMapMutable      bool
	secretMutable         bool
	deleteUnreachable     bool
	skipUpdateUnreachable bool
	suppressDeprecation   bool
}

// flag reads a setting that can also come from the environment.
func flag(inputs plugin.Map, key, variable string) bool {
	if value, given := inputs[key]; given && value != nil {
		return plugin.Bool(value)
	}
	value := os.Getenv(variable)
	return value == "true" || value == "1"
}

func settingsOf(inputs plugin.Map) settings {
	return settings{
		force:                 flag(inputs, "enablePatchForce", "PULUMI_K8S_ENABLE_PATCH_FORCE"),
		upsert:                flag(inputs, "upsertExistingObjects", "PULUMI_K8S_UPSERT_EXISTING_OBJECTS"),
		configMapMutable:      flag(inputs, "enableConfigMapMutable", "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE"),
		secretMutable:         flag(inputs, "enableSecretMutable", "PULUMI_K8S_ENABLE_SECRET_MUTABLE"),
		deleteUnreachable:     flag(inputs, "deleteUnreachable", "PULUMI_K8S_DELETE_UNREACHABLE"),
		skipUpdateUnreachable: flag(inputs, "skipUpdateUnreachable", "PULUMI_K8S_SKIP_UPDATE_UNREACHABLE"),
		suppressDeprecation: flag(inputs, "suppressDeprecationWarnings",
			"PULUMI_K8S_SUPPRESS_DEPRECATION_WARNINGS"),
	}
}

// kubeconfigText is the kubeconfig setting as text: a program can also hand it over as an object.
func kubeconfigText(value any) string {
	if fields, ok := plugin.Strip(value).(map[string]any); ok {
		text, err := json.Marshal(fields)
		if err == nil {
			return string(text)
		}
	}
	return plugin.Text(value)
}

// loadKubeconfig reads the kubeconfig setting: the content of a kubeconfig, the path of one, or empty for what kubectl
// would use.
func loadKubeconfig(value any) (*clientcmdapi.Config, error) {
	text := kubeconfigText(value)
	if text == "" {
		config, err := clientcmd.NewDefaultClientConfigLoadingRules().Load()
		if err != nil {
			return nil, fmt.Errorf("the kubeconfig of the environment cannot be read: %w", err)
		}
		if len(config.Contexts) == 0 && len(config.Clusters) == 0 {
			return nil, fmt.Errorf("no kubeconfig: set the provider's `kubeconfig`, or KUBECONFIG")
		}
		return config, nil
	}
	if !strings.ContainsAny(text, "\n{") {
		path := text
		if rest, isHome := strings.CutPrefix(path, "~/"); isHome {
			home, err := os.UserHomeDir()
			if err != nil {
				return nil, err
			}
			path = filepath.Join(home, rest)
		}
		config, err := clientcmd.LoadFromFile(path)
		if err != nil {
			return nil, fmt.Errorf("the kubeconfig cannot be read: %w", err)
		}
		return config, clientcmd.ResolveLocalPaths(config)
	}
	config, err := clientcmd.Load([]byte(text))
	if err != nil {
		return nil, fmt.Errorf("the kubeconfig is not well-formed: %w", err)
	}
	return config, nil
}

func overridesOf(inputs plugin.Map) *clientcmd.ConfigOverrides {
	return &clientcmd.ConfigOverrides{
		CurrentContext: plugin.Text(inputs["context"]),
		Context:        clientcmdapi.Context{Cluster: plugin.Text(inputs["cluster"])},
	}
}

// restConfig is how to reach the cluster, and the namespace of the chosen context.
func restConfig(inputs plugin.Map) (*rest.Config, string, error) {
	kubeconfig, err := loadKubeconfig(inputs["kubeconfig"])
	if err != nil {
		return nil, "", err
	}
	client := clientcmd.NewDefaultClientConfig(*kubeconfig, overridesOf(inputs))
	config, err := client.ClientConfig()
	if err != nil {
		return nil, "", err
	}
	namespace, _, err := client.Namespace()
	return config, namespace, err
}

// CheckConfig finds settings that cannot work before anything is done with them.
func (b *Backend) CheckConfig(_ context.Context, req plugin.CheckRequest) (plugin.CheckResponse, error) {
	response := plugin.CheckResponse{Inputs: req.News}
	fail := func(property, format string, args ...any) {
		response.Failures = append(response.Failures,
			plugin.Failure{Property: property, Reason: fmt.Sprintf(format, args...)})
	}
	if value, given := req.News["enableServerSideApply"]; given && value != nil && !plugin.HasUnknown(value) &&
		!plugin.Bool(value) {
		fail("enableServerSideApply", "this plugin always applies server-side: leave the setting out, or set it to true")
	}
	if plugin.Text(req.News["renderYamlToDirectory"]) != "" {
		fail("renderYamlToDirectory", "this plugin does not render files: use the upstream plugin for that")
	}
	if plugin.HasUnknown(req.News) {
		return response, nil
	}
	// A kubeconfig that is not there (yet) is no mistake: the cluster counts as unreachable.
	kubeconfig, err := loadKubeconfig(req.News["kubeconfig"])
	if err != nil {
		return response, nil
	}
	if name := plugin.Text(req.News["context"]); name != "" && kubeconfig.Contexts[name] == nil {
		fail("context", "the kubeconfig has no context %q, only %s", name, known(kubeconfig.Contexts))
	}
	if name := plugin.Text(req.News["cluster"]); name != "" && kubeconfig.Clusters[name] == nil {
		fail("cluster", "the kubeconfig has no cluster %q, only %s", name, known(kubeconfig.Clusters))
	}
	return response, nil
}

func known[T any](named map[string]T) string {
	if len(named) == 0 {
		return "none"
	}
	return strings.Join(slices.Sorted(maps.Keys(named)), ", ")
}

// DiffConfig replaces the provider, and with it every resource of the cluster, when it now points at another cluster. As a
// cluster has no identity that could be asked for, that is: another address or CA, or another `clusterIdentifier` where
// that is set.
func (b *Backend) DiffConfig(_ context.Context, req plugin.DiffRequest) (plugin.DiffResponse, error) {
	changes := plugin.Compare(req.OldInputs, req.News)
	if len(changes) == 0 {
		return plugin.DiffResponse{}, nil
	}
	replace := false
	oldIdentifier, identifier := req.OldInputs["clusterIdentifier"], req.News["clusterIdentifier"]
	if oldIdentifier != nil || identifier != nil {
		replace = oldIdentifier != nil && !plugin.Equal(oldIdentifier, identifier)
	} else {
		replace = plugin.HasUnknown(req.News["kubeconfig"]) || !sameCluster(req.OldInputs, req.News)
	}
	for i := range changes {
		switch changes[i].Segments[0] {
		case "kubeconfig", "context", "cluster", "clusterIdentifier":
			changes[i].Replace = replace
		}
	}
	return plugin.DiffResponse{Changes: changes}, nil
}

func sameCluster(olds, news plugin.Map) bool {
	a, b := activeCluster(olds), activeCluster(news)
	// Which cluster a kubeconfig meant that can no longer be read is not to be known: an update repairs, a replacement
	// would delete everything.
	return a == nil || b == nil || reflect.DeepEqual(a, b)
}

func activeCluster(inputs plugin.Map) *clientcmdapi.Cluster {
	kubeconfig, err := loadKubeconfig(inputs["kubeconfig"])
	if err != nil {
		return nil
	}
	name := plugin.Text(inputs["cluster"])
	if name == "" {
		chosen := plugin.Text(inputs["context"])
		if chosen == "" {
			chosen = kubeconfig.CurrentContext
		}
		if kubeconfig.Contexts[chosen] == nil {
			return nil
		}
		name = kubeconfig.Contexts[chosen].Cluster
	}
	if kubeconfig.Clusters[name] == nil {
		return nil
	}
	cluster := *kubeconfig.Clusters[name]
	cluster.LocationOfOrigin = ""
	return &cluster
}

// Configure prepares for a cluster without asking it anything.
func (b *Backend) Configure(_ context.Context, req plugin.ConfigureRequest) error {
	b.settings = settingsOf(req.Inputs)
	b.settings.defaultNamespace = plugin.Text(req.Inputs["namespace"])
	if plugin.HasUnknown(req.Inputs["kubeconfig"]) || plugin.HasUnknown(req.Inputs["context"]) {
		b.unconfigured = "the provider's kubeconfig is not known yet"
		b.defaultNamespace()
		return nil
	}
	config, namespace, err := restConfig(req.Inputs)
	if b.settings.defaultNamespace == "" {
		b.settings.defaultNamespace = namespace
	}
	b.defaultNamespace()
	if err != nil {
		b.unconfigured = err.Error()
		return nil
	}
	b.client, err = newClient(config, clientTimeout(req.Inputs))
	if err != nil {
		b.unconfigured = err.Error()
		return nil
	}
	b.client.silent = b.settings.suppressDeprecation
	return nil
}

func (b *Backend) defaultNamespace() {
	if b.settings.defaultNamespace == "" {
		b.settings.defaultNamespace = "default"
	}
}

// clientTimeout is kubeClientSettings.timeout (seconds): how long one request may take.
func clientTimeout(inputs plugin.Map) time.Duration {
	if fields, ok := plugin.Strip(inputs["kubeClientSettings"]).(map[string]any); ok {
		if seconds, ok := plugin.Number(fields["timeout"]); ok && seconds > 0 {
			return time.Duration(seconds * float64(time.Second))
		}
	}
	return 30 * time.Second
}
