package main

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// gate is a relay with one gated project, and the GitLab behind it.
type gate struct {
	t     *testing.T
	relay *httptest.Server
	mutex sync.Mutex
	// jobs is what the pipeline has; statuses of the gate are taken one by one, the last stays.
	statuses []string
	calls    []string
}

func newGate(t *testing.T, statuses ...string) *gate {
	t.Helper()
	g := &gate{t: t, statuses: statuses}
	gitlab := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.mutex.Lock()
		defer g.mutex.Unlock()
		if r.Header.Get("PRIVATE-TOKEN") != "runs-jobs" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if r.Method == http.MethodPost {
			g.calls = append(g.calls, r.URL.EscapedPath())
			w.WriteHeader(http.StatusCreated)
			return
		}
		if strings.HasSuffix(r.URL.Path, "/jobs") {
			jobs := []gateJob{{ID: 4, Name: "test", Status: "success"}}
			if status := g.statuses[0]; status != "" {
				jobs = append(jobs, gateJob{ID: 5, Name: "approvals", Status: status})
			}
			if len(g.statuses) > 1 {
				g.statuses = g.statuses[1:]
			}
			_ = json.NewEncoder(w).Encode(jobs)
			return
		}
		_, _ = io.WriteString(w, `{"state":"opened","head_pipeline":{"id":9}}`)
	}))
	t.Cleanup(gitlab.Close)
	config := Config{Approvals: &ApprovalsConfig{
		GitLab: gitlab.URL, Job: "approvals", Projects: map[string]string{"acme/shop/web-config": "approvals-web"},
	}}
	secrets := map[string]string{"hook-token": "known", "approvals-web": "runs-jobs"}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	relay, err := NewRelay(config, log)
	if err != nil {
		t.Fatal(err)
	}
	relay.approvals.secret = func(name string) (string, error) { return secrets[name], nil }
	relay.approvals.pause = time.Millisecond
	t.Cleanup(func() { relay.Close(context.Background()) })
	g.relay = httptest.NewServer(relay.Handler())
	t.Cleanup(g.relay.Close)
	t.Cleanup(relay.approvals.workers.Wait)
	return g
}

// post sends an event and answers with the status and what GitLab was asked to do in the end.
func (g *gate) post(token, event string, wanted int) {
	g.t.Helper()
	request, _ := http.NewRequest(http.MethodPost, g.relay.URL+"/approvals", strings.NewReader(event))
	request.Header.Set("X-Gitlab-Token", token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		g.t.Fatal(err)
	}
	_ = response.Body.Close()
	if response.StatusCode != wanted {
		g.t.Fatalf("answered with %d, wanted %d", response.StatusCode, wanted)
	}
}

func (g *gate) expect(wanted ...string) {
	g.t.Helper()
	comesTo(g.t, "GitLab was asked for", strings.Join(wanted, " "), func() string {
		g.mutex.Lock()
		defer g.mutex.Unlock()
		return strings.Join(g.calls, " ")
	})
}

// comesTo waits until something is as wanted.
func comesTo(t *testing.T, what, wanted string, got func() string) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for got() != wanted {
		if time.Now().After(deadline) {
			t.Fatalf("%s\n%s\nwanted\n%s", what, got(), wanted)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// With the parts of GitLab's event that have the names of what the relay reads in another one.
func mergeRequestEvent(action string) string {
	return `{"object_kind":"merge_request","event_type":"merge_request","user":{"id":4,"username":"carol"},
		"project":{"id":3,"path_with_namespace":"acme/shop/web-config"},
		"object_attributes":{"id":70,"iid":7,"action":"` + action + `","state":"opened","source_branch":"test","target_branch":"prod",
			"source":{"id":3,"path_with_namespace":"acme/shop/web-config"},"target":{"id":3,"path_with_namespace":"acme/shop/web-config"},
			"last_commit":{"id":"0a1b","message":"more"},"assignee_ids":[],"reviewer_ids":[]},
		"labels":[],"changes":{},"repository":{"name":"web-config"}}`
}

const retried = "/api/v4/projects/acme%2Fshop%2Fweb-config/jobs/5/retry"

func TestApprovalRunsTheGateAgain(t *testing.T) {
	for _, action := range []string{"approved", "approval", "unapproved", "unapproval"} {
		g := newGate(t, "failed")
		g.post("known", mergeRequestEvent(action), http.StatusAccepted)
		g.expect(retried)
	}
}

func TestAJobThatRunsIsWaitedFor(t *testing.T) {
	g := newGate(t, "pending", "running", "failed")
	g.post("known", mergeRequestEvent("approved"), http.StatusAccepted)
	g.expect(retried)
}

func TestAnApprovalTakenBackReddensTheGate(t *testing.T) {
	g := newGate(t, "success")
	g.post("known", mergeRequestEvent("unapproved"), http.StatusAccepted)
	g.expect(retried)
}

func TestOnlyTheSecretCounts(t *testing.T) {
	g := newGate(t, "failed")
	for _, token := range []string{"", "guessed"} {
		g.post(token, mergeRequestEvent("approved"), http.StatusUnauthorized)
	}
	g.expect()
}

func TestOtherEventsDoNothing(t *testing.T) {
	g := newGate(t, "failed")
	for _, event := range []string{
		mergeRequestEvent("open"), mergeRequestEvent("merge"),
		strings.Replace(mergeRequestEvent("approved"), "web-config", "other", 1),
		`{"object_kind":"push"}`,
		// Green, with the gate in it.
		`{"object_kind":"pipeline","project":{"path_with_namespace":"acme/shop/web-config"},"merge_request":{"iid":7},"object_attributes":{"source":"merge_request_event","status":"success"},"builds":[{"name":"approvals","status":"success"}]}`,
		// Of a branch.
		`{"object_kind":"pipeline","project":{"path_with_namespace":"acme/shop/web-config"},"object_attributes":{"source":"push","status":"success"},"builds":[]}`,
	} {
		g.post("known", event, http.StatusOK)
	}
	g.post("known", "{", http.StatusBadRequest)
	g.expect()
}

func TestAGreenPipelineWithoutTheGateIsMadeAnew(t *testing.T) {
	g := newGate(t, "")
	g.post("known", `{"object_kind":"pipeline","project":{"path_with_namespace":"acme/shop/web-config"},"merge_request":{"iid":7},"object_attributes":{"source":"merge_request_event","status":"success"},"builds":[{"name":"test","status":"success"}]}`, http.StatusAccepted)
	g.expect("/api/v4/projects/acme%2Fshop%2Fweb-config/merge_requests/7/pipelines")
}

func TestSettingsOfApprovalsAreChecked(t *testing.T) {
	config := Config{Approvals: &ApprovalsConfig{GitLab: "gitlab", Projects: map[string]string{"a/b": "../token"}}}
	err := config.check()
	for _, wanted := range []string{"approvals.gitlab", "approvals.job", "not the name of a file"} {
		if err == nil || !strings.Contains(err.Error(), wanted) {
			t.Errorf("%v does not say %q", err, wanted)
		}
	}
}
