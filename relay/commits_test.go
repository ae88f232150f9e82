package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

const sha = "0123456789abcdef0123456789abcdef01234567"

// commitWorld is a relay that reports commits, and the GitLab behind it.
type commitWorld struct {
	t     *testing.T
	relay *Relay
	api   *httptest.Server
	mutex sync.Mutex
	// down makes GitLab answer with 503 so many times.
	down     int
	statuses []map[string]string
	requests string
	notes    []map[string]any
	// asked is what was posted and put, and heads what was asked for.
	asked []string
	heads []string
}

func newCommitWorld(t *testing.T) *commitWorld {
	t.Helper()
	w := &commitWorld{t: t, requests: "[]"}
	gitlab := httptest.NewServer(http.HandlerFunc(w.gitlab))
	t.Cleanup(gitlab.Close)
	config := Config{Commits: &CommitsConfig{GitLab: gitlab.URL}}
	relay, err := NewRelay(config, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	w.relay = relay
	t.Cleanup(func() { relay.Close(context.Background()) })
	relay.config.Secrets = t.TempDir()
	relay.commits.secret = func(name string) (string, error) { return map[string]string{"commits-web": "fake-token"}[name], nil }
	relay.commits.deliveries = func() (map[string]Delivery, error) {
		return map[string]Delivery{"web-live-member1": {
			Project: "acme/shop/web-config", Branch: "live", Token: "commits-web",
			App: "web", Environment: "live", Cluster: "member1", Page: "https://argocd.test/web",
		}}, nil
	}
	relay.commits.pause = time.Millisecond
	w.api = httptest.NewServer(http.HandlerFunc(relay.commits.serve))
	t.Cleanup(w.api.Close)
	return w
}

func (w *commitWorld) gitlab(out http.ResponseWriter, r *http.Request) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if r.Header.Get("PRIVATE-TOKEN") != "fake-token" {
		out.WriteHeader(http.StatusUnauthorized)
		return
	}
	if w.down > 0 {
		w.down--
		out.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	path := strings.TrimPrefix(r.URL.Path, "/api/v4/projects/acme/shop/web-config")
	if r.Method != http.MethodGet {
		var body map[string]string
		_ = json.NewDecoder(r.Body).Decode(&body)
		switch {
		case strings.HasPrefix(path, "/statuses/"):
			body["status"] = body["state"]
			w.statuses = append(w.statuses, body)
			w.asked = append(w.asked, fmt.Sprintf("%s %s on %s: %s, %s", body["state"], body["name"], body["ref"], body["description"], body["target_url"]))
		case r.Method == http.MethodPost:
			w.notes = append(w.notes, map[string]any{"id": 7, "body": body["body"]})
			w.asked = append(w.asked, "note "+path)
		case strings.HasSuffix(path, "/notes/6"):
			out.WriteHeader(http.StatusForbidden)
			return
		default:
			w.notes[len(w.notes)-1]["body"] = body["body"]
			w.asked = append(w.asked, "changed note "+path)
		}
		out.WriteHeader(http.StatusCreated)
		return
	}
	switch {
	case strings.HasSuffix(path, "/statuses"):
		_ = json.NewEncoder(out).Encode(w.statuses)
	case strings.HasSuffix(path, "/merge_requests"):
		_, _ = io.WriteString(out, w.requests)
	case strings.HasSuffix(path, "/notes"):
		_ = json.NewEncoder(out).Encode(w.notes)
	default:
		w.heads = append(w.heads, strings.TrimPrefix(path, "/repository/commits/"))
		_, _ = fmt.Fprintf(out, `{"id":%q}`, sha)
	}
}

func (w *commitWorld) say(event, revision, message string, wanted int) {
	w.t.Helper()
	body, _ := json.Marshal(Done{App: "web-live-member1", Event: event, Revision: revision, Message: message})
	response, err := http.Post(w.api.URL, "application/json", strings.NewReader(string(body)))
	if err != nil {
		w.t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != wanted {
		w.t.Fatalf("answered with %d, wanted %d", response.StatusCode, wanted)
	}
}

// expect waits until GitLab got just this.
func (w *commitWorld) expect(wanted ...string) {
	w.t.Helper()
	comesTo(w.t, "GitLab got", strings.Join(wanted, "\n"), func() string {
		w.mutex.Lock()
		defer w.mutex.Unlock()
		return strings.Join(w.asked, "\n")
	})
}

// settled waits until so many errands have ended.
func (w *commitWorld) settled(outcome string, count int) {
	w.t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for w.relay.commits.count(outcome) < count {
		if time.Now().After(deadline) {
			w.t.Fatalf("%s: %d, wanted %d", outcome, w.relay.commits.count(outcome), count)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

const green = "success gitops/web/live/member1 on gitops-deliveries: Deployed and healthy, https://argocd.test/web"

func TestACommitGetsAStatusOnce(t *testing.T) {
	w := newCommitWorld(t)
	w.say("healthy", sha, "", 202)
	w.expect(green)
	w.settled("reported", 1)
	w.say("healthy", sha, "", 202)
	w.settled("known", 1)
	w.say("degraded", sha, "Deployment web:\n  exceeded its deadline", 202)
	red := "failed gitops/web/live/member1 on gitops-deliveries: Deployment web: exceeded its deadline, https://argocd.test/web"
	w.expect(green, red)
}

func TestAStatusThatGitLabHasIsNotSetAgainAfterARestart(t *testing.T) {
	w := newCommitWorld(t)
	w.statuses = []map[string]string{{"name": "gitops/web/live/member1", "status": "success"}}
	w.say("healthy", sha, "", 202)
	w.settled("known", 1)
	w.expect()
}

func TestAShortCommitIsLookedUp(t *testing.T) {
	w := newCommitWorld(t)
	w.say("healthy", "0123456789ab", "", 202)
	w.expect(green)
	if got := strings.Join(w.heads, " "); got != "0123456789ab" {
		t.Fatalf("asked for %s", got)
	}
}

func TestFilesOfWhichNothingCanBeMadeAreTheNewestCommits(t *testing.T) {
	w := newCommitWorld(t)
	w.say("unknown", "fedcba9", "Failed to load target state: rpc error: failed to list refs: 503", 200)
	w.say("unknown", "fedcba9", "failed to execute helm template command: exit status 1: parse error", 202)
	w.expect("failed gitops/web/live/member1 on gitops-deliveries: failed to execute helm template command: exit status 1: parse error, https://argocd.test/web")
	if got := strings.Join(w.heads, " "); got != "live" {
		t.Fatalf("asked for %s", got)
	}
}

func TestWhatSaysNothingOfACommitIsNotReported(t *testing.T) {
	w := newCommitWorld(t)
	w.say("running", sha, "", 200)
	w.say("succeeded", sha, "", 200)
	w.say("", sha, "", 400)
	w.expect()
}

func TestCommitsAreReportedOnceGitLabAnswersAndOnlyTheNewest(t *testing.T) {
	w := newCommitWorld(t)
	w.down = 3
	w.say("failed", sha, "first", 202)
	w.expect("failed gitops/web/live/member1 on gitops-deliveries: first, https://argocd.test/web")
}

func TestWhatCannotBeReportedIsGivenUp(t *testing.T) {
	w := newCommitWorld(t)
	w.relay.commits.secret = func(string) (string, error) { return "", nil }
	w.relay.commits.life = 20 * time.Millisecond
	w.say("healthy", sha, "", 202)
	w.settled("given-up", 1)
	w.expect()
}

func TestTheMergeRequestOfACommitHasOneNote(t *testing.T) {
	w := newCommitWorld(t)
	w.requests = fmt.Sprintf(`[
		{"iid":1,"state":"merged","sha":"aaa","merge_commit_sha":%q},
		{"iid":2,"state":"merged","sha":%q,"merge_commit_sha":"bbb"},
		{"iid":3,"state":"opened","sha":%q}]`, sha, sha, sha)
	w.say("failed", sha, "a `| @all` <img>", 202)
	red := "failed gitops/web/live/member1 on gitops-deliveries: a `| @all` <img>, https://argocd.test/web"
	w.expect(red, "note /merge_requests/1/notes")
	w.say("healthy", sha, "", 202)
	w.expect(red, "note /merge_requests/1/notes", green, "changed note /merge_requests/1/notes/7")
	w.mutex.Lock()
	defer w.mutex.Unlock()
	text := w.notes[0]["body"].(string)
	if !strings.Contains(text, "| web | live | member1 | :green_circle: `` Deployed and healthy `` |") {
		t.Fatal(text)
	}
}

func TestANoteOfTheTokenBeforeStaysAndAnotherFollows(t *testing.T) {
	w := newCommitWorld(t)
	w.requests = fmt.Sprintf(`[{"iid":1,"state":"merged","merge_commit_sha":%q}]`, sha)
	w.notes = []map[string]any{{"id": 6, "body": noteMark + " red"}}
	w.say("healthy", sha, "", 202)
	w.expect(green, "note /merge_requests/1/notes")
	w.say("failed", sha, "no", 202)
	red := "failed gitops/web/live/member1 on gitops-deliveries: no, https://argocd.test/web"
	w.expect(green, "note /merge_requests/1/notes", red, "changed note /merge_requests/1/notes/7")
}

func TestANoteHoldsNothingThatActs(t *testing.T) {
	text := noteOf(sha, map[string]commitStatus{"gitops/web/live/member1": {State: "failed", Description: "``| @all\n/close ![x](http://x)"}})
	if !strings.HasSuffix(text, "| web | live | member1 | :red_circle: `` ''/ @all /close ![x](http://x) `` |") {
		t.Fatal(text)
	}
}

func TestADescriptionFitsGitLab(t *testing.T) {
	if got := (Done{Message: strings.Repeat("好", 300) + "因"}).description("failed"); got != "…"+strings.Repeat("好", 253)+"因" {
		t.Fatal(got)
	}
}

func TestWhatFluxSaysOfACommit(t *testing.T) {
	for reason, wanted := range map[string]string{
		"UpgradeSucceeded": "healthy", "HealthCheckFailed": "degraded", "UpgradeFailed": "failed", "BuildFailed": "failed",
		"DependencyNotReady": "", "GitOperationFailed": "", "Progressing": "running",
	} {
		event := FluxEvent{Reason: reason, Severity: "error", Metadata: map[string]string{
			"application": "web-live-member1", "helm.toolkit.fluxcd.io/revision": "0.1.0+0123456789ab.2",
		}}
		if got := event.done(); got.Event != wanted || got.Revision != "0123456789ab" || got.App != "web-live-member1" {
			t.Errorf("%s: %+v, wanted %s", reason, got, wanted)
		}
	}
}
