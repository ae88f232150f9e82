// Package harbor stands in for the Harbor provider: the same resources, properties and ids.
package harbor

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"estate/providers/internal/crud"
	"estate/providers/internal/plugin"
	"estate/providers/internal/rest"
	"estate/providers/schema"
)

type provider struct {
	*rest.Client
	// robotPrefix is what robots' names start with, if the program says so.
	robotPrefix string
	user        string
}

// New makes the provider.
func New() plugin.Backend {
	p := newProvider()
	return &crud.Provider{Schema: schema.Load("harbor"), Handlers: p.handlers(), Setup: p.setup}
}

func newProvider() *provider {
	return &provider{Client: &rest.Client{
		// The published plugin's client asks once, too.
		HTTP: &http.Client{}, Explain: explain, Attempts: 1, Timeout: 20 * time.Second,
		Pause: 500 * time.Millisecond, PauseLimit: 8 * time.Second,
	}}
}

func (p *provider) handlers() map[string]*crud.Handler {
	return map[string]*crud.Handler{
		"Project":               p.project(),
		"RobotAccount":          p.robot(),
		"Registry":              p.registry(),
		"Replication":           p.replication(),
		"RetentionPolicy":       p.retention(),
		"ImmutableTagRule":      p.immutableRule(),
		"ProjectMemberUser":     p.member("u"),
		"ProjectMemberGroup":    p.member("g"),
		"ProjectWebhook":        p.webhook(),
		"Label":                 p.label(),
		"GarbageCollection":     p.garbageCollection(),
		"PurgeAuditLog":         p.purge(),
		"InterrogationServices": p.interrogation(),
		"Tasks":                 p.tasks(),
		"ConfigSystem":          p.configSystem(),
		"ConfigAuth":            p.configAuth(),
		"ConfigSecurity":        p.configSecurity(),
		"User":                  p.account(),
		"Group":                 p.userGroup(),
	}
}

// setup reads the settings: a session id, a bearer token or a user name and password, tried in this order.
func (p *provider) setup(_ context.Context, settings plugin.Map) error {
	text := func(name, env string) string {
		if value := plugin.Text(settings[name]); value != "" {
			return value
		}
		return os.Getenv(env)
	}
	base := strings.TrimSuffix(text("url", "HARBOR_URL"), "/")
	address, err := url.Parse(base)
	if err != nil || address.Host == "" || address.Scheme != "http" && address.Scheme != "https" {
		return fmt.Errorf("url %q is no http(s) address", base)
	}
	if version, given := plugin.Number(settings["apiVersion"]); given && version != 2 {
		return fmt.Errorf("apiVersion %v is not supported: only 2 is", version)
	}
	p.Base = strings.TrimSuffix(base, "/api") + "/api/v2.0"
	p.robotPrefix = plugin.Text(settings["robotPrefix"])
	p.user = text("username", "HARBOR_USERNAME")
	password, bearer, session := text("password", "HARBOR_PASSWORD"), plugin.Text(settings["bearerToken"]), plugin.Text(settings["sessionId"])
	if session == "" && bearer == "" && (p.user == "" || password == "") {
		return errors.New("set username and password, or bearerToken")
	}
	p.Sign = func(request *http.Request) {
		switch {
		case session != "":
			request.AddCookie(&http.Cookie{Name: "sid", Value: session})
		case bearer != "":
			request.Header.Set("Authorization", "Bearer "+bearer)
		default:
			request.SetBasicAuth(p.user, password)
		}
	}
	p.Secrets = []string{password, bearer, session}
	insecure := settings["insecure"] == nil || plugin.Bool(settings["insecure"])
	if value := os.Getenv("HARBOR_IGNORE_CERT"); settings["insecure"] == nil && value != "" {
		insecure = plugin.Bool(value)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: insecure}
	p.HTTP.Transport = transport
	return nil
}

// explain takes the reasons out of an error answer.
func explain(body []byte) string {
	var answer struct {
		Errors []struct{ Code, Message string }
	}
	if json.Unmarshal(body, &answer) != nil {
		return ""
	}
	var reasons []string
	for _, one := range answer.Errors {
		reasons = append(reasons, one.Message)
	}
	return strings.Join(reasons, "; ")
}

// made is the id of a new object: its address without what is before the version.
func made(reply *rest.Reply) (string, error) {
	location := reply.Header.Get("Location")
	if _, rest, ok := strings.Cut(location, "/api/v2.0"); ok {
		return rest, nil
	}
	if location == "" {
		return "", errors.New("Harbor made the object but did not say where")
	}
	return location, nil
}

// post makes an object and gives its id.
func (p *provider) post(ctx context.Context, path string, body, into any) (string, error) {
	reply, err := p.Call(ctx, http.MethodPost, path, body, into)
	if err != nil {
		return "", err
	}
	return made(reply)
}

// get reads an object; nil if there is none.
func (p *provider) get(ctx context.Context, path string) (plugin.Map, error) {
	var found plugin.Map
	err := p.Get(ctx, path, &found)
	if rest.NotFound(err) {
		return nil, nil
	}
	return found, err
}

// remove deletes the object of a call. Whether one that is gone is an error is a fact of the resource.
func (p *provider) remove(ctx context.Context, c *crud.Call) error {
	_, err := p.Call(ctx, http.MethodDelete, c.ID, nil, nil)
	if rest.NotFound(err) && !c.Spec.Upstream.Strict {
		return nil
	}
	return err
}

// all gets a list, page by page.
func (p *provider) all(ctx context.Context, path string) ([]plugin.Map, error) {
	const size = 100
	joint := "?"
	if strings.Contains(path, "?") {
		joint = "&"
	}
	var list []plugin.Map
	for page := 1; ; page++ {
		var some []plugin.Map
		if err := p.Get(ctx, fmt.Sprintf("%s%spage=%d&page_size=%d", path, joint, page, size), &some); err != nil {
			return nil, err
		}
		list = append(list, some...)
		if len(some) < size {
			return list, nil
		}
	}
}

// projectPath is the path of a project that an input names by id (`/projects/3`) or number.
func projectPath(text string) string {
	if strings.HasPrefix(text, "/projects/") {
		return text
	}
	return "/projects/" + text
}

// tail is the last part of an id as a number: 3 of `/projects/3`.
func tail(id string) float64 {
	number, _ := strconv.ParseFloat(id[strings.LastIndex(id, "/")+1:], 64)
	return number
}

func whole(value any) string {
	number, _ := value.(float64)
	return strconv.FormatInt(int64(number), 10)
}

func same(c *crud.Call, state plugin.Map, properties ...string) bool {
	for _, name := range properties {
		if c.Given(name) && !schema.Matches(c.Inputs[name], state[name]) && !(state[name] == nil && schema.Empty(c.Inputs[name])) {
			return false
		}
	}
	return true
}

func with(inputs plugin.Map, name string, value any) plugin.Map {
	result := plugin.Map{}
	for key, other := range inputs {
		result[key] = other
	}
	result[name] = value
	return result
}
