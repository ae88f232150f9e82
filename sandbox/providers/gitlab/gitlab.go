// Package gitlab stands in for the GitLab provider: the same resources, properties and ids, for those the estate uses and
// their neighbours.
package gitlab

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"estate/providers/internal/crud"
	"estate/providers/internal/plugin"
	"estate/providers/internal/rest"
	"estate/providers/schema"
)

// provider is what the resources' functions work with.
type provider struct {
	*rest.Client
	// pause is the time between two looks at something that takes its time.
	pause time.Duration
	// files lets one repository file be written at a time: GitLab refuses commits to a branch that moved meanwhile.
	files sync.Mutex
	// me is the token's own user, asked for once.
	meOnce sync.Once
	me     plugin.Map
	meErr  error
	// edition is what the server says of itself, asked for once.
	editionOnce sync.Once
	edition     plugin.Map
	editionErr  error
	now         func() time.Time
}

// New makes the provider.
func New() plugin.Backend {
	p := newProvider()
	resources := &crud.Provider{Schema: schema.Load("gitlab"), Handlers: p.handlers(), Setup: p.setup}
	return backend{Provider: resources, gitlab: p}
}

func newProvider() *provider {
	return &provider{
		Client: &rest.Client{
			HTTP: &http.Client{}, Explain: explain, Attempts: 5, Timeout: 20 * time.Second,
			Pause: 500 * time.Millisecond, PauseLimit: 8 * time.Second,
		},
		pause: time.Second,
		now:   time.Now,
	}
}

func (p *provider) handlers() map[string]*crud.Handler {
	return map[string]*crud.Handler{
		"Group":                       p.group(),
		"Project":                     p.project(),
		"Branch":                      p.branch(),
		"BranchProtection":            p.branchProtection(),
		"TagProtection":               p.tagProtection(),
		"ProjectTag":                  p.tag(),
		"ProjectVariable":             p.variable("project"),
		"GroupVariable":               p.variable("group"),
		"ProjectHook":                 p.hook("project"),
		"GroupHook":                   p.hook("group"),
		"ProjectDeployToken":          p.deployToken("project"),
		"GroupDeployToken":            p.deployToken("group"),
		"ProjectAccessToken":          p.accessToken("project"),
		"GroupAccessToken":            p.accessToken("group"),
		"ProjectMembership":           p.membership("project"),
		"GroupMembership":             p.membership("groupId"),
		"ProjectShareGroup":           p.share("project", "groupId"),
		"GroupShareGroup":             p.share("groupId", "shareGroupId"),
		"ProjectLevelMrApprovals":     p.approvals(),
		"ProjectApprovalRule":         p.approvalRule(),
		"RepositoryFile":              p.file(),
		"ProjectEnvironment":          p.environment(),
		"ProjectProtectedEnvironment": p.protectedEnvironment(),
		"ProjectPushRules":            p.pushRules(),
		"ProjectJobTokenScopes":       p.jobTokenScopes(),
		"PipelineSchedule":            p.schedule(),
		"PipelineScheduleVariable":    p.scheduleVariable(),
		"PipelineTrigger":             p.trigger(),
		"DeployKey":                   p.deployKey(),
		"DeployKeyEnable":             p.deployKeyEnable(),
		"ProjectLabel":                p.label("project"),
		"GroupLabel":                  p.label("group"),
		"User":                        p.user(),
		"ProjectIntegrationHarbor":    p.integration("harbor", "project"),
		"GroupIntegrationHarbor":      p.integration("harbor", "group"),
		"ProjectIntegrationJenkins":   p.integration("jenkins", "project"),
		"IntegrationSlack":            p.integration("slack", "project"),
	}
}

// setup reads the settings. Environment variables are the defaults of what is not given, as upstream has it.
func (p *provider) setup(ctx context.Context, settings plugin.Map) error {
	base := first(plugin.Text(settings["baseUrl"]), os.Getenv("GITLAB_BASE_URL"), "https://gitlab.com/api/v4/")
	token := first(plugin.Text(settings["token"]), os.Getenv("GITLAB_TOKEN"))
	address, err := url.Parse(base)
	if err != nil || address.Host == "" || address.Scheme != "http" && address.Scheme != "https" {
		return fmt.Errorf("baseUrl %q is no http(s) address", base)
	}
	if token == "" {
		return errors.New("a token is needed: set `token`, or GITLAB_TOKEN")
	}
	p.Base = strings.TrimSuffix(base, "/")
	if !strings.HasSuffix(p.Base, "/api/v4") {
		p.Base += "/api/v4"
	}
	headers, _ := settings["headers"].(map[string]any)
	p.Sign = func(request *http.Request) {
		request.Header.Set("PRIVATE-TOKEN", token)
		for name, value := range headers {
			request.Header.Set(name, plugin.Text(value))
		}
	}
	p.Secrets = []string{token}
	if retries, given := plugin.Number(settings["retries"]); given && retries >= 0 {
		p.Attempts = int(retries) + 1
	}
	transport, err := transport(settings)
	if err != nil {
		return err
	}
	p.HTTP.Transport = transport
	if !offline() && (settings["earlyAuthCheck"] == nil || plugin.Bool(settings["earlyAuthCheck"])) {
		if _, err := p.self(ctx); err != nil {
			return fmt.Errorf("the token was tried out: %w", err)
		}
	}
	return nil
}

func transport(settings plugin.Map) (*http.Transport, error) {
	result := http.DefaultTransport.(*http.Transport).Clone()
	result.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: plugin.Bool(settings["insecure"])}
	if file := plugin.Text(settings["cacertFile"]); file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("cacertFile: %w", err)
		}
		pool := x509.NewCertPool()
		if !pool.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("cacertFile: %s holds no certificate", file)
		}
		result.TLSClientConfig.RootCAs = pool
	}
	if file := plugin.Text(settings["clientCert"]); file != "" {
		pair, err := tls.LoadX509KeyPair(file, plugin.Text(settings["clientKey"]))
		if err != nil {
			return nil, fmt.Errorf("clientCert: %w", err)
		}
		result.TLSClientConfig.Certificates = []tls.Certificate{pair}
	}
	return result, nil
}

// self is the token's own user.
func (p *provider) self(ctx context.Context) (plugin.Map, error) {
	p.meOnce.Do(func() { p.meErr = p.Get(ctx, "/user", &p.me) })
	return p.me, p.meErr
}

// enterprise says whether the server is an Enterprise Edition, with a licence or without.
func (p *provider) enterprise(ctx context.Context) (bool, error) {
	p.editionOnce.Do(func() { p.editionErr = p.Get(ctx, "/metadata", &p.edition) })
	return plugin.Bool(p.edition["enterprise"]), p.editionErr
}

// explain takes the reason out of an error answer: a text, or lists of texts by attribute.
func explain(body []byte) string {
	var answer struct {
		Message any
		Error   any
		Detail  string `json:"error_description"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return ""
	}
	return strings.Join(slices.DeleteFunc([]string{flatten(answer.Message), flatten(answer.Error), answer.Detail}, func(s string) bool { return s == "" }), ": ")
}

func flatten(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case []any:
		parts := make([]string, len(v))
		for i, part := range v {
			parts[i] = flatten(part)
		}
		return strings.Join(parts, ", ")
	case map[string]any:
		var parts []string
		for key, part := range v {
			parts = append(parts, key+" "+flatten(part))
		}
		sort.Strings(parts)
		return strings.Join(parts, "; ")
	}
	return ""
}

func first(values ...string) string {
	for _, value := range values {
		if value != "" {
			return value
		}
	}
	return ""
}

// escape makes one part of a path of a name or id: `acme/shop` becomes `acme%2Fshop`.
func escape(part string) string { return url.PathEscape(part) }

// number writes a JSON number as GitLab's ids are written.
func number(value any) string {
	switch v := value.(type) {
	case float64:
		return strconv.FormatInt(int64(v), 10)
	case int:
		return strconv.Itoa(v)
	case string:
		return v
	}
	return ""
}

// parts takes an id apart. The last part may hold colons itself.
func parts(id string, names ...string) ([]string, error) {
	found := strings.SplitN(id, ":", len(names))
	if len(found) != len(names) || slices.Contains(found, "") {
		return nil, fmt.Errorf("the id %q does not have the form <%s>", id, strings.Join(names, ">:<"))
	}
	return found, nil
}

// all gets a list, page by page.
func (p *provider) all(ctx context.Context, path string) ([]plugin.Map, error) {
	joint := "?"
	if strings.Contains(path, "?") {
		joint = "&"
	}
	var list []plugin.Map
	for page := "1"; page != ""; {
		var some []plugin.Map
		reply, err := p.Call(ctx, http.MethodGet, path+joint+"per_page=100&page="+page, nil, &some)
		if err != nil {
			return nil, err
		}
		list = append(list, some...)
		page = reply.Header.Get("X-Next-Page")
	}
	return list, nil
}

// erase deletes; unlike [rest.Client.Delete] it fails at what is gone, as the published plugin does for most objects.
func (p *provider) erase(ctx context.Context, path string) error {
	_, err := p.Call(ctx, http.MethodDelete, path, nil, nil)
	return err
}

// gone turns "there is no such object" into nothing.
func gone(state plugin.Map, err error) (plugin.Map, error) {
	if rest.NotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return state, nil
}

// until asks again until something is as wanted, it fails, or the time is over.
func (p *provider) until(ctx context.Context, limit time.Duration, what string, done func() (bool, error)) error {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, plugin.ErrTimeout)
	defer cancel()
	for pause := p.pause / 8; ; pause = min(2*pause, 4*p.pause) {
		finished, err := done()
		if finished || err != nil {
			return err
		}
		if rest.Sleep(ctx, pause) != nil {
			return fmt.Errorf("%s: gave up after %s: %w", what, limit, context.Cause(ctx))
		}
	}
}
