package kubernetes

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"estate/providers/internal/plugin"
)

// existsError says that the object is there already and was not made by this resource.
type existsError struct{ target }

func (e *existsError) Error() string {
	return fmt.Sprintf("it already exists in the cluster and was not made by this resource. Take it over by importing it "+
		"(the resource option `import: %q`), change single fields of it with a %sPatch resource, delete it, or let the "+
		"provider take over everything (upsertExistingObjects)", e.id(), e.Kind)
}

// explain makes an error of the cluster one that names the object, the call and the way out.
func (b *Backend) explain(verb string, t target, inputs object, given plugin.Map, err error) error {
	var exists *existsError
	var text string
	switch conflicts := conflictsOf(err); {
	case errors.As(err, &exists):
		text = err.Error()
	case len(conflicts) > 0:
		text = fmt.Sprintf("something else manages fields that the program sets: %s. To take them over, set the annotation "+
			"%s: \"true\" on the object (or enablePatchForce on the provider); to leave them alone, take them out of the "+
			"program or list them in the resource option ignoreChanges", strings.Join(conflicts, "; "), annotationForce)
	case isUnreachable(err):
		text = err.Error()
		if verb == "delete" || verb == "read" {
			text += "\nIf the cluster is gone for good, run the command again with PULUMI_K8S_DELETE_UNREACHABLE=true (or " +
				"deleteUnreachable on the provider): its objects are then taken out of the state only"
		}
	default:
		text = err.Error()
	}
	where := ""
	if b.client != nil {
		where = " on " + b.client.base.Host
	}
	return fmt.Errorf("cannot %s %s%s: %s", verb, t, where, redact(text, given))
}

var conflictPattern = regexp.MustCompile(`^conflict with "([^"]*)"(?: with subresource "[^"]*")? using (\S+?)(?: at .*)?$`)

// conflictsOf lists the fields that other managers hold, as `.data.key (kubectl-edit)`.
func conflictsOf(err error) []string {
	var answered apierrors.APIStatus
	if !errors.As(err, &answered) || answered.Status().Details == nil {
		return nil
	}
	var result []string
	for _, cause := range answered.Status().Details.Causes {
		if cause.Type != metav1.CauseTypeFieldManagerConflict {
			continue
		}
		manager := cause.Message
		if match := conflictPattern.FindStringSubmatch(cause.Message); match != nil {
			manager = match[1]
		}
		result = append(result, fmt.Sprintf("%s (managed by %s)", cause.Field, manager))
	}
	return result
}

// redact takes secret values out of a message: servers like to quote what they refuse.
func redact(text string, given plugin.Map) string {
	var walk func(value any, secret bool)
	walk = func(value any, secret bool) {
		switch v := value.(type) {
		case plugin.Secret:
			walk(v.Value, true)
		case string:
			const short = 4 // shorter ones are in any text by chance
			if secret && len(v) >= short {
				text = strings.ReplaceAll(text, v, "[secret]")
			}
		case []any:
			for _, element := range v {
				walk(element, secret)
			}
		case map[string]any:
			for _, element := range v {
				walk(element, secret)
			}
		}
	}
	walk(map[string]any(given), false)
	return text
}
