package kubernetes

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// place is where the objects of a kind are found in the API.
type place struct {
	plural     string
	namespaced bool
}

// staleAfter is how old a group's list of kinds may be when a kind is missing from it before it is asked for again.
const staleAfter = 500 * time.Millisecond

// mapping finds the place of a kind. Nothing is asked for before it is needed, and one group version at a time.
type mapping struct {
	mutex    sync.Mutex
	versions map[string]*versionPlaces
	// defined are the kinds of CustomResourceDefinitions among this update's resources: whether they are namespaced is
	// known before the cluster has them.
	defined map[groupKind]bool
}

// versionPlaces are the kinds of one group version.
type versionPlaces struct {
	mutex  sync.Mutex
	asked  time.Time
	places map[string]place
}

func newMapping() *mapping {
	return &mapping{versions: map[string]*versionPlaces{}, defined: map[groupKind]bool{}}
}

// find asks the cluster where the objects of a kind are; a [noKindError] says that it has no such kind (now).
func (m *mapping) find(ctx context.Context, c *client, kind versionKind, quick bool) (place, error) {
	m.mutex.Lock()
	entry := m.versions[kind.apiVersion()]
	if entry == nil {
		entry = &versionPlaces{}
		m.versions[kind.apiVersion()] = entry
	}
	m.mutex.Unlock()

	entry.mutex.Lock()
	defer entry.mutex.Unlock()
	if found, ok := entry.places[kind.Kind]; ok {
		return found, nil
	}
	if entry.places != nil && time.Since(entry.asked) < staleAfter {
		return place{}, &noKindError{kind}
	}
	places, err := discover(ctx, c, kind, quick)
	if err != nil {
		return place{}, err
	}
	entry.places, entry.asked = places, time.Now()
	if found, ok := places[kind.Kind]; ok {
		return found, nil
	}
	return place{}, &noKindError{kind}
}

func discover(ctx context.Context, c *client, kind versionKind, quick bool) (map[string]place, error) {
	path := "/apis/" + kind.apiVersion()
	if kind.Group == "" {
		path = "/api/" + kind.Version
	}
	answer, err := c.do(ctx, call{method: http.MethodGet, path: path, quick: quick})
	if apierrors.IsNotFound(err) {
		return map[string]place{}, nil
	}
	if err != nil {
		return nil, err
	}
	places := map[string]place{}
	for _, entry := range answer.list("resources") {
		resource, ok := entry.(map[string]any)
		if !ok {
			continue
		}
		plural, _ := resource["name"].(string)
		name, _ := resource["kind"].(string)
		namespaced, _ := resource["namespaced"].(bool)
		if plural == "" || strings.Contains(plural, "/") {
			continue
		}
		places[name] = place{plural, namespaced}
	}
	return places, nil
}

// define notes the kind of a CustomResourceDefinition that is part of this update.
func (m *mapping) define(definition object) {
	group, kind := definition.text("spec", "group"), definition.text("spec", "names", "kind")
	scope := definition.text("spec", "scope")
	if group == "" || kind == "" || scope == "" {
		return
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.defined[groupKind{group, kind}] = scope == "Namespaced"
}

// namespacedOffline says whether a kind is namespaced, as far as that is known without asking the cluster.
func (m *mapping) namespacedOffline(kind groupKind) (namespaced, known bool) {
	if builtinGroups[kind.Group] {
		return !clusterScoped[kind], true
	}
	m.mutex.Lock()
	defer m.mutex.Unlock()
	namespaced, known = m.defined[kind]
	return namespaced, known
}

// builtinGroups are the API groups that every cluster serves, whose kinds are known here.
var builtinGroups = map[string]bool{
	"": true, "admissionregistration.k8s.io": true, "apiextensions.k8s.io": true, "apiregistration.k8s.io": true,
	"apps": true, "authentication.k8s.io": true, "authorization.k8s.io": true, "autoscaling": true, "batch": true,
	"certificates.k8s.io": true, "coordination.k8s.io": true, "discovery.k8s.io": true, "events.k8s.io": true,
	"flowcontrol.apiserver.k8s.io": true, "networking.k8s.io": true, "node.k8s.io": true, "policy": true,
	"rbac.authorization.k8s.io": true, "scheduling.k8s.io": true, "storage.k8s.io": true,
}

// clusterScoped are the kinds of [builtinGroups] that have no namespace.
var clusterScoped = map[groupKind]bool{
	{"", "ComponentStatus"}:  true,
	{"", "Namespace"}:        true,
	{"", "Node"}:             true,
	{"", "PersistentVolume"}: true,
	{"admissionregistration.k8s.io", "MutatingWebhookConfiguration"}:     true,
	{"admissionregistration.k8s.io", "ValidatingWebhookConfiguration"}:   true,
	{"admissionregistration.k8s.io", "MutatingAdmissionPolicy"}:          true,
	{"admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding"}:   true,
	{"admissionregistration.k8s.io", "ValidatingAdmissionPolicy"}:        true,
	{"admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"}: true,
	{groupAPIExtensions, kindCustomResourceDef}:                          true,
	{"apiregistration.k8s.io", "APIService"}:                             true,
	{"authentication.k8s.io", "SelfSubjectReview"}:                       true,
	{"authentication.k8s.io", "TokenReview"}:                             true,
	{"authorization.k8s.io", "SelfSubjectAccessReview"}:                  true,
	{"authorization.k8s.io", "SelfSubjectRulesReview"}:                   true,
	{"authorization.k8s.io", "SubjectAccessReview"}:                      true,
	{"certificates.k8s.io", "CertificateSigningRequest"}:                 true,
	{"certificates.k8s.io", "ClusterTrustBundle"}:                        true,
	{"flowcontrol.apiserver.k8s.io", "FlowSchema"}:                       true,
	{"flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration"}:       true,
	{"networking.k8s.io", "IngressClass"}:                                true,
	{"networking.k8s.io", "IPAddress"}:                                   true,
	{"networking.k8s.io", "ServiceCIDR"}:                                 true,
	{"node.k8s.io", "RuntimeClass"}:                                      true,
	{"policy", "PodSecurityPolicy"}:                                      true,
	{"rbac.authorization.k8s.io", "ClusterRole"}:                         true,
	{"rbac.authorization.k8s.io", "ClusterRoleBinding"}:                  true,
	{"scheduling.k8s.io", "PriorityClass"}:                               true,
	{"storage.k8s.io", "CSIDriver"}:                                      true,
	{"storage.k8s.io", "CSINode"}:                                        true,
	{"storage.k8s.io", "StorageClass"}:                                   true,
	{"storage.k8s.io", "VolumeAttachment"}:                               true,
	{"storage.k8s.io", "VolumeAttributesClass"}:                          true,
}

// pathOf is the address of an object, or of the collection it is in if t has no name. A namespace that the kind does not
// have is dropped from t: it was only assumed before the cluster knew the kind.
func (b *Backend) pathOf(ctx context.Context, t *target, quick bool) (string, error) {
	if b.client == nil {
		return "", &unreachableError{cause: errors.New(b.unconfigured)}
	}
	where, err := b.mapping.find(ctx, b.client, t.versionKind, quick)
	if err != nil {
		return "", err
	}
	path := "/apis/" + t.apiVersion()
	if t.Group == "" {
		path = "/api/" + t.Version
	}
	if !where.namespaced {
		t.Namespace = ""
	} else {
		if t.Namespace == "" {
			t.Namespace = b.settings.defaultNamespace
		}
		path += "/namespaces/" + url.PathEscape(t.Namespace)
	}
	path += "/" + where.plural
	if t.Name != "" {
		path += "/" + url.PathEscape(t.Name)
	}
	return path, nil
}
