package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"strings"
	"text/template"
	"time"
)

// FluxEvent is what Flux's notification controller posts to a provider of type generic-hmac.
type FluxEvent struct {
	InvolvedObject struct {
		Kind      string `json:"kind"`
		Namespace string `json:"namespace"`
		Name      string `json:"name"`
	} `json:"involvedObject"`
	Severity  string            `json:"severity"`
	Timestamp time.Time         `json:"timestamp"`
	Message   string            `json:"message"`
	Reason    string            `json:"reason"`
	Metadata  map[string]string `json:"metadata"`
}

// What the estate's events are in Flux's words, by reason. What is not here is reported to nobody: it is on its way, or has
// been reported with its beginning.
var fluxReasons = map[string][]string{
	// With a release or a Kustomization that waits, its end is the health of what it made.
	"InstallSucceeded":        {"healthy", "succeeded"},
	"UpgradeSucceeded":        {"healthy", "succeeded"},
	"ReconciliationSucceeded": {"healthy", "succeeded"},
	"InstallFailed":           {"failed"},
	"UpgradeFailed":           {"failed"},
	"RollbackFailed":          {"failed"},
	"UninstallFailed":         {"failed"},
	"BuildFailed":             {"failed"},
	"ReconciliationFailed":    {"failed"},
	"PruneFailed":             {"failed"},
	"InvalidChartReference":   {"failed"},
	"ChartPullError":          {"failed"},
	"MetadataPatchError":      {"failed"},
	"ValuesFilesError":        {"failed"},
	"DependencyBuildError":    {"failed"},
	"ChartPackageError":       {"failed"},
	"ChartVerificationError":  {"failed"},
	"TestFailed":              {"degraded"},
	"HealthCheckFailed":       {"degraded"},
	"Progressing":             {"running"},
	"ArtifactFailed":          {"unknown"},
	"DependencyNotReady":      {"unknown"},
	"GitOperationFailed":      {"unknown"},
	"AuthenticationFailed":    {"unknown"},
	"StorageOperationFailed":  {"unknown"},
}

// How each of the estate's events reads as a state of health.
var fluxHealth = map[string]string{
	"healthy": "Healthy", "succeeded": "Healthy", "degraded": "Degraded", "failed": "Degraded",
	"running": "Progressing", "unknown": "Unknown",
}

// event is the one of the estate's events that the channel is notified of; empty for none.
func (e FluxEvent) event() string {
	wanted := map[string]bool{}
	for _, name := range strings.Split(e.metadata("events"), ",") {
		wanted[name] = true
	}
	candidates, known := fluxReasons[e.Reason]
	// A controller that is newer than this table: a problem is better reported in general words than not at all.
	if !known && e.Severity == "error" {
		candidates = []string{"failed"}
	}
	for _, name := range candidates {
		if wanted[name] {
			return name
		}
	}
	return ""
}

// metadata finds a value also where its key has the prefix of the controller's API group.
func (e FluxEvent) metadata(key string) string {
	if value, found := e.Metadata[key]; found {
		return value
	}
	for name, value := range e.Metadata {
		if strings.HasSuffix(name, "/"+key) {
			return value
		}
	}
	return ""
}

// Both end in the commit: main@sha1:<commit> of a source, 0.1.0+<commit> of a chart, behind which may be a count.
var fluxCommit = regexp.MustCompile(`(?:sha1:|\+)([0-9a-f]{7,40})(?:\.\d+)?$`)

func (e FluxEvent) commit() string {
	if found := fluxCommit.FindStringSubmatch(e.metadata("revision")); found != nil {
		return found[1]
	}
	return ""
}

// Longest message of a controller that a card repeats, in bytes: Feishu takes 20 KB in all.
const longestFluxMessage = 1500

// fact is a value of a card; a dash where there is nothing.
func (e FluxEvent) fact(event, name string) string {
	value := ""
	switch name {
	case "application":
		value = e.metadata("application")
	case "time":
		if !e.Timestamp.IsZero() {
			value = e.Timestamp.Local().Format("2006-01-02 15:04:05 -07:00")
		}
	case "sync":
		value = e.Reason
	case "health":
		value = fluxHealth[event]
	case "cluster", "namespace":
		value = e.metadata(name)
	case "commit":
		value = e.commit()
	case "message":
		value = strings.ToValidUTF8(e.Message[:min(len(e.Message), longestFluxMessage)], "")
	case "page":
		value = e.metadata("page")
		if commit := e.commit(); commit != "" {
			value += "/-/commit/" + commit
		}
	}
	if value == "" {
		return "-"
	}
	return value
}

// branchRevision is the revision that Flux has of the app's branch now; empty where the event is about something else.
func (e FluxEvent) branchRevision() string {
	if e.InvolvedObject.Kind != "GitRepository" {
		return ""
	}
	return e.metadata("revision")
}

// messageFor is the message about an event as a channel wants it; nil where it wants none. An event that names no revision is
// about the newest that its app's branch has: source-controller says nothing more of a chart that it cannot build.
func (e FluxEvent) messageFor(cards map[string]json.RawMessage, newest string) (*Message, error) {
	nameless := e.metadata("revision") == ""
	if nameless && newest != "" {
		e.Metadata = maps.Clone(e.Metadata)
		e.Metadata["revision"] = newest
	}
	event := e.event()
	card, found := cards[event]
	if !found {
		return nil, nil
	}
	filled, err := e.fill(event, card)
	if err != nil {
		return nil, err
	}
	message := &Message{Event: event, App: e.metadata("application"), Revision: e.metadata("revision"), Card: filled}
	if e.InvolvedObject.Kind == "HelmRelease" && !isTrouble(event) {
		// The message of a success names the release's number: the same chart with other values is another deployment.
		// A failure is repeated with each attempt and reported once.
		message.Operation = e.Message
	}
	if nameless {
		// Nothing else distinguishes two of them.
		message.Operation = e.Reason
	}
	return message, message.check()
}

// fill writes the event's values into the texts of a card. They are encoded after that, so none of them can leave its text.
func (e FluxEvent) fill(event string, card json.RawMessage) (json.RawMessage, error) {
	var value any
	if err := json.Unmarshal(card, &value); err != nil {
		return nil, err
	}
	functions := template.FuncMap{"fact": func(name string, replacements ...string) string {
		return strings.NewReplacer(replacements...).Replace(e.fact(event, name))
	}}
	filled, err := eachText(value, func(text string) (string, error) {
		parsed, err := template.New("card").Funcs(functions).Parse(text)
		if err != nil {
			return "", err
		}
		var out bytes.Buffer
		err = parsed.Execute(&out, nil)
		return out.String(), err
	})
	if err != nil {
		return nil, err
	}
	return json.Marshal(filled)
}

// eachText changes every text of a JSON value.
func eachText(value any, change func(string) (string, error)) (any, error) {
	var err error
	switch typed := value.(type) {
	case string:
		return change(typed)
	case []any:
		for place := range typed {
			if typed[place], err = eachText(typed[place], change); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for key := range typed {
			if typed[key], err = eachText(typed[key], change); err != nil {
				return nil, err
			}
		}
	}
	return value, nil
}

// flux takes an event of Flux. Its sender proves itself by a signature of the body with the relay's token.
func (r *Relay) flux(w http.ResponseWriter, request *http.Request) {
	data, signed := r.signedByFlux(w, request)
	if !signed {
		return
	}
	channel := r.channels[request.PathValue("channel")]
	if channel == nil {
		respond(w, http.StatusNotFound, map[string]string{"error": "no such channel"})
		return
	}
	event, err := readFluxEvent(data)
	var message *Message
	if err == nil {
		message, err = event.messageFor(channel.settings.Cards, channel.Newest(event.metadata("application"), event.branchRevision()))
	}
	if err != nil {
		channel.log.Error("an event is not what the relay takes", "error", err.Error())
		respond(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
		return
	}
	if message == nil {
		respond(w, http.StatusOK, Result{Outcome: Unwanted})
		return
	}
	r.pass(w, request, channel, *message)
}

// fluxCommits takes an event that is reported on GitLab.
func (r *Relay) fluxCommits(w http.ResponseWriter, request *http.Request) {
	data, signed := r.signedByFlux(w, request)
	if !signed {
		return
	}
	event, err := readFluxEvent(data)
	if err != nil {
		respond(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
		return
	}
	r.commits.accept(w, event.done())
}

// signedByFlux reads an event, and answers where it is not Flux's.
func (r *Relay) signedByFlux(w http.ResponseWriter, request *http.Request) ([]byte, bool) {
	data, err := io.ReadAll(http.MaxBytesReader(w, request.Body, messageLimit))
	token, failure := r.config.secret("token")
	if err != nil || failure != nil || token == "" || !signedBy(token, data, request.Header.Get("X-Signature")) {
		respond(w, http.StatusUnauthorized, map[string]string{"error": "sign the body with the relay's token, as generic-hmac does with SHA-256"})
		return nil, false
	}
	return data, true
}

func readFluxEvent(data []byte) (FluxEvent, error) {
	var event FluxEvent
	err := json.Unmarshal(data, &event)
	if err == nil && event.metadata("application") == "" {
		err = fmt.Errorf("the event has no application in its metadata")
	}
	return event, err
}

// signedBy checks `sha256=<hex>`.
func signedBy(token string, data []byte, header string) bool {
	given, prefixed := strings.CutPrefix(header, "sha256=")
	signature, err := hex.DecodeString(given)
	if !prefixed || err != nil {
		return false
	}
	mac := hmac.New(sha256.New, []byte(token))
	mac.Write(data)
	return hmac.Equal(signature, mac.Sum(nil))
}
