package kubernetes

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	exactjson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/client-go/rest"

	"estate/providers/internal/plugin"
)

const (
	// tries is how often a call is made before its last error is reported; the delay doubles each time.
	tries      = 5
	firstDelay = 250 * time.Millisecond
	// longestDelay bounds what a server's Retry-After can make us wait between two tries.
	longestDelay = 10 * time.Second
	// unreachableFor is how long after a fruitless series of tries a cluster is asked only once more per call.
	unreachableFor = 15 * time.Second

	typeJSON     = "application/json"
	typeApply    = "application/apply-patch+yaml"
	typeMetadata = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json"
)

// unreachableError says that the cluster gave no answer at all, or, without a host, that there is none to ask.
type unreachableError struct {
	host  string
	cause error
}

func (e *unreachableError) Error() string {
	if e.host == "" {
		return fmt.Sprintf("no cluster is configured: %s", e.cause)
	}
	return fmt.Sprintf("the cluster at %s is unreachable: %s", e.host, e.cause)
}

func (e *unreachableError) Unwrap() error { return e.cause }

func isUnreachable(err error) bool {
	var unreachable *unreachableError
	return errors.As(err, &unreachable)
}

// client makes calls to one API server.
type client struct {
	base    *url.URL
	http    *http.Client
	timeout time.Duration
	delay   time.Duration // before the second try
	silent  bool          // the server's warnings are not shown
	// givenUp is when the server was last found unreachable, in nanoseconds since 1970.
	givenUp atomic.Int64
}

func newClient(config *rest.Config, timeout time.Duration) (*client, error) {
	config = rest.CopyConfig(config)
	config.UserAgent = "pulumi-kubernetes/" + version
	base, _, err := rest.DefaultServerUrlFor(config)
	if err != nil {
		return nil, err
	}
	transport, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, err
	}
	return &client{base: base, http: transport, timeout: timeout, delay: firstDelay}, nil
}

// call is one request to the API server.
type call struct {
	method string
	path   string
	query  url.Values
	body   any    // sent as JSON
	typ    string // of the body; JSON by default
	accept string // JSON by default
	// once: the call must not be repeated when it may have been carried out.
	once bool
	// quick: a preview, where a missing answer is no failure and must not take long.
	quick bool
}

// do makes a call, and again after errors that pass by themselves. Errors of the API are [apierrors.StatusError].
func (c *client) do(ctx context.Context, request call) (object, error) {
	var body []byte
	if request.body != nil {
		var err error
		if body, err = json.Marshal(request.body); err != nil {
			return nil, err
		}
	}
	limit := tries
	if request.quick {
		limit = 2
	}
	if time.Since(time.Unix(0, c.givenUp.Load())) < unreachableFor {
		limit = 1
	}
	delay := c.delay
	for attempt := 1; ; attempt++ {
		answer, after, err := c.try(ctx, request, body)
		if err == nil {
			return answer, nil
		}
		if ctx.Err() != nil {
			return nil, fmt.Errorf("%w (last error: %w)", context.Cause(ctx), err)
		}
		if !c.mayRepeat(request, err) {
			return nil, err
		}
		if attempt >= limit {
			if isUnreachable(err) {
				c.givenUp.Store(time.Now().UnixNano())
			}
			return nil, err
		}
		if after > delay {
			delay = min(after, longestDelay)
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("%w (last error: %w)", context.Cause(ctx), err)
		case <-time.After(delay):
		}
		delay *= 2
	}
}

func (c *client) mayRepeat(request call, err error) bool {
	if isUnreachable(err) {
		return !request.once || errors.Is(err, syscall.ECONNREFUSED)
	}
	var answered apierrors.APIStatus
	if !errors.As(err, &answered) {
		return false
	}
	code := int(answered.Status().Code)
	return code == http.StatusTooManyRequests || (code >= 500 && code != http.StatusNotImplemented && !request.once)
}

// try makes a call once. The second result is how long the server asks to wait before the next try.
func (c *client) try(ctx context.Context, request call, body []byte) (object, time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	address := *c.base
	address.Path = strings.TrimSuffix(address.Path, "/") + request.path
	address.RawQuery = request.query.Encode()
	var content io.Reader
	if body != nil {
		content = bytes.NewReader(body)
	}
	outgoing, err := http.NewRequestWithContext(ctx, request.method, address.String(), content)
	if err != nil {
		return nil, 0, err
	}
	outgoing.Header.Set("Accept", orElse(request.accept, typeJSON))
	if body != nil {
		outgoing.Header.Set("Content-Type", orElse(request.typ, typeJSON))
	}
	response, err := c.http.Do(outgoing)
	if err != nil {
		return nil, 0, c.unanswered(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, 0, c.unanswered(err)
	}
	if response.StatusCode >= 400 {
		seconds, _ := strconv.Atoi(response.Header.Get("Retry-After"))
		return nil, time.Duration(seconds) * time.Second, statusError(request, response, text)
	}
	for _, warning := range response.Header.Values("Warning") {
		if message, ok := parseWarning(warning); ok && !c.silent {
			plugin.Log(ctx).Warn("%s", message)
		}
	}
	c.givenUp.Store(0)
	var result map[string]any
	if err := exactjson.Unmarshal(text, &result); err != nil {
		return nil, 0, fmt.Errorf("%s %s: the answer is no JSON object: %w", request.method, request.path, err)
	}
	return result, 0, nil
}

func orElse(value, fallback string) string {
	if value == "" {
		return fallback
	}
	return value
}

func (c *client) unanswered(err error) error {
	var refused *url.Error
	if errors.As(err, &refused) {
		// The URL is named already, and the same text for each object helps reading.
		err = refused.Err
	}
	var timeout net.Error
	if errors.Is(err, context.DeadlineExceeded) || (errors.As(err, &timeout) && timeout.Timeout()) {
		err = fmt.Errorf("no answer within %s", c.timeout)
	}
	return &unreachableError{host: c.base.Host, cause: err}
}

func statusError(request call, response *http.Response, text []byte) error {
	var answer metav1.Status
	if json.Unmarshal(text, &answer) == nil && answer.Kind == "Status" && answer.Status != metav1.StatusSuccess {
		if answer.Code == 0 {
			answer.Code = int32(response.StatusCode)
		}
		return &apierrors.StatusError{ErrStatus: answer}
	}
	const shown = 300
	message := strings.TrimSpace(string(text))
	if len(message) > shown {
		message = message[:shown] + " …"
	}
	return &apierrors.StatusError{ErrStatus: metav1.Status{
		Status:  metav1.StatusFailure,
		Code:    int32(response.StatusCode),
		Reason:  reasonOf(response.StatusCode),
		Message: fmt.Sprintf("%s %s: %s: %s", request.method, request.path, response.Status, message),
	}}
}

func reasonOf(code int) metav1.StatusReason {
	switch code {
	case http.StatusNotFound:
		return metav1.StatusReasonNotFound
	case http.StatusUnauthorized:
		return metav1.StatusReasonUnauthorized
	case http.StatusForbidden:
		return metav1.StatusReasonForbidden
	case http.StatusTooManyRequests:
		return metav1.StatusReasonTooManyRequests
	}
	return metav1.StatusReasonUnknown
}

// parseWarning reads a Warning header: 299 - "text".
func parseWarning(header string) (string, bool) {
	rest, found := strings.CutPrefix(header, "299 ")
	if !found {
		return "", false
	}
	_, quoted, found := strings.Cut(rest, " ")
	if !found {
		return "", false
	}
	prefix, err := strconv.QuotedPrefix(quoted)
	if err != nil {
		return "", false
	}
	message, err := strconv.Unquote(prefix)
	return message, err == nil
}

// noKindError says that the cluster does not know a kind.
type noKindError struct{ versionKind }

func (e *noKindError) Error() string {
	return fmt.Sprintf("the cluster knows no kind %s in %s: is its CustomResourceDefinition missing, or not depended on?",
		e.Kind, e.apiVersion())
}

func isNoKind(err error) bool {
	var missing *noKindError
	return errors.As(err, &missing)
}

// isMissingNamespace says whether a call failed only because the namespace is not there.
func isMissingNamespace(err error) bool {
	var answered apierrors.APIStatus
	if !errors.As(err, &answered) || !apierrors.IsNotFound(err) {
		return false
	}
	details := answered.Status().Details
	return details != nil && details.Kind == "namespaces"
}
