package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"sync"
	"time"
)

// ApprovalsConfig is for estates whose GitLab has no required approvals: a job of each merge request holds it, and is run
// once more when somebody approves.
type ApprovalsConfig struct {
	// GitLab is the server's URL, without a slash at its end.
	GitLab string `json:"gitlab"`
	// Job is the name of the job.
	Job string `json:"job"`
	// Projects are the repositories whose job is run again, by full path: the name of the file with the token for it.
	Projects map[string]string `json:"projects"`
}

var tokenFile = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

func (c *ApprovalsConfig) check() []string {
	if c == nil {
		return nil
	}
	problems := checkURL("approvals.gitlab", c.GitLab)
	if c.Job == "" {
		problems = append(problems, "approvals.job is empty")
	}
	for path, file := range c.Projects {
		if !tokenFile.MatchString(file) {
			problems = append(problems, fmt.Sprintf("approvals.projects[%q]: %q is not the name of a file", path, file))
		}
	}
	return problems
}

// MergeRequestEvent is what GitLab reports: of a merge request, or of a pipeline of one.
type MergeRequestEvent struct {
	Kind    string `json:"object_kind"`
	Project struct {
		Path string `json:"path_with_namespace"`
	} `json:"project"`
	Attributes struct {
		Number int    `json:"iid"`
		Action string `json:"action"`
		Source text   `json:"source"`
		Status string `json:"status"`
	} `json:"object_attributes"`
	Request struct {
		Number int `json:"iid"`
	} `json:"merge_request"`
	Jobs []struct {
		Name   string `json:"name"`
		Status string `json:"status"`
	} `json:"builds"`
}

// text is empty where it is no text: the source of a pipeline is a word, and that of a merge request is a whole project.
type text string

func (t *text) UnmarshalJSON(data []byte) error {
	var word string
	if json.Unmarshal(data, &word) != nil {
		word = ""
	}
	*t = text(word)
	return nil
}

// errand is what an event asks for.
type errand struct {
	path   string
	number int
	// anew: the pipeline is green and the job is not in it, so that it was replaced by somebody's status: another pipeline.
	anew bool
	// taken: an approval was taken back, so that a job that has succeeded is run again too.
	taken bool
}

// What GitLab calls an approval and its end; with a licence the first of several has a name of its own.
var approvalActions = map[string]bool{"approved": false, "approval": false, "unapproved": true, "unapproval": true}

func (c *ApprovalsConfig) errand(event MergeRequestEvent) (errand, bool) {
	path := event.Project.Path
	if _, known := c.Projects[path]; !known {
		return errand{}, false
	}
	switch event.Kind {
	case "merge_request":
		taken, wanted := approvalActions[event.Attributes.Action]
		return errand{path: path, number: event.Attributes.Number, taken: taken}, wanted && event.Attributes.Number > 0
	case "pipeline":
		passed := false
		for _, job := range event.Jobs {
			passed = passed || job.Name == c.Job && job.Status == "success"
		}
		return errand{path: path, number: event.Request.Number, anew: true},
			event.Attributes.Source == "merge_request_event" && event.Attributes.Status == "success" && !passed && event.Request.Number > 0
	}
	return errand{}, false
}

// Approvals runs the job again. One errand of a merge request at a time; what comes meanwhile is done after it, once.
type Approvals struct {
	config  ApprovalsConfig
	secret  func(name string) (string, error)
	server  gitlabServer
	log     *slog.Logger
	pause   time.Duration
	mutex   sync.Mutex
	busy    map[string]*errand
	counts  map[string]int
	workers sync.WaitGroup
	ctx     context.Context
}

func newApprovals(ctx context.Context, config ApprovalsConfig, secret func(string) (string, error), log *slog.Logger) *Approvals {
	return &Approvals{
		config: config, secret: secret, server: gitlabServer{config.GitLab, newClient()}, log: log, pause: 2 * time.Second,
		busy: map[string]*errand{}, counts: map[string]int{}, ctx: ctx,
	}
}

// How long a job that is running is waited for, in pauses: it may have read the approvals before this one.
const approvalPatience = 150

// serve takes an event of GitLab that comes with the secret of the hook. It answers at once, as GitLab wants it.
func (a *Approvals) serve(w http.ResponseWriter, request *http.Request) {
	token, err := a.secret("hook-token")
	if err != nil || token == "" || !same(request.Header.Get("X-Gitlab-Token"), token) {
		respond(w, http.StatusUnauthorized, map[string]string{"error": "the hook's secret is another one"})
		return
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, request.Body, 4<<20))
	if err != nil {
		respond(w, http.StatusRequestEntityTooLarge, map[string]string{"error": "the event cannot be read"})
		return
	}
	var event MergeRequestEvent
	if err := json.Unmarshal(data, &event); err != nil {
		respond(w, http.StatusBadRequest, map[string]string{"error": "the event is not JSON of a merge request"})
		return
	}
	wanted, concerns := a.config.errand(event)
	if !concerns {
		respond(w, http.StatusOK, map[string]string{"outcome": "nothing to do"})
		return
	}
	a.start(wanted)
	respond(w, http.StatusAccepted, map[string]string{"outcome": "queued"})
}

func (a *Approvals) start(wanted errand) {
	key := fmt.Sprintf("%s!%d", wanted.path, wanted.number)
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if _, running := a.busy[key]; running {
		a.busy[key] = &wanted
		return
	}
	a.busy[key] = nil
	a.workers.Add(1)
	go func() {
		defer a.workers.Done()
		for next := &wanted; next != nil; {
			outcome, err := a.run(*next)
			if err != nil {
				outcome = "failed"
				a.log.Error("the gate of a merge request was not run again", "request", key, "error", err.Error())
			} else {
				a.log.Info("the gate of a merge request", "request", key, "outcome", outcome)
			}
			a.mutex.Lock()
			a.counts[outcome]++
			if next = a.busy[key]; next == nil {
				delete(a.busy, key)
			} else {
				a.busy[key] = nil
			}
			a.mutex.Unlock()
		}
	}()
}

func (a *Approvals) run(wanted errand) (string, error) {
	request := fmt.Sprintf("/projects/%s/merge_requests/%d", url.PathEscape(wanted.path), wanted.number)
	for attempt := 0; attempt < approvalPatience; attempt++ {
		var shown struct {
			State    string `json:"state"`
			Pipeline *struct {
				ID     int    `json:"id"`
				Source string `json:"source"`
			} `json:"head_pipeline"`
		}
		if err := a.call(wanted.path, http.MethodGet, request, &shown); err != nil {
			return "", err
		}
		if shown.State != "opened" {
			return "over", nil
		}
		if shown.Pipeline != nil {
			job, err := a.job(wanted.path, shown.Pipeline.ID)
			if err != nil {
				return "", err
			}
			switch {
			case job.Status == "success" && !wanted.taken:
				return "passed already", nil
			case job.Status == "" && wanted.anew:
				return "new pipeline", a.call(wanted.path, http.MethodPost, request+"/pipelines", nil)
			case job.Status == "":
				return "no gate", nil
			case job.Status == "failed" || job.Status == "success" || job.Status == "canceled":
				again := fmt.Sprintf("/projects/%s/jobs/%d/retry", url.PathEscape(wanted.path), job.ID)
				return "run again", a.call(wanted.path, http.MethodPost, again, nil)
			}
		}
		// No pipeline yet, or the job has not ended.
		select {
		case <-a.ctx.Done():
			return "", a.ctx.Err()
		case <-time.After(a.pause):
		}
	}
	return "", fmt.Errorf("its job does not end")
}

type gateJob struct {
	ID     int    `json:"id"`
	Name   string `json:"name"`
	Status string `json:"status"`
}

// job is the newest run of the gate in a pipeline; without a status where there is none that counts.
func (a *Approvals) job(path string, pipeline int) (gateJob, error) {
	for page := 1; ; page++ {
		var jobs []gateJob
		list := fmt.Sprintf("/projects/%s/pipelines/%d/jobs?per_page=100&page=%d", url.PathEscape(path), pipeline, page)
		if err := a.call(path, http.MethodGet, list, &jobs); err != nil {
			return gateJob{}, err
		}
		for _, job := range jobs {
			if job.Name == a.config.Job {
				return job, nil
			}
		}
		if len(jobs) < 100 {
			return gateJob{}, nil
		}
	}
}

// call asks GitLab, three times where it does not answer. Answers never hold a token.
func (a *Approvals) call(path, method, resource string, answer any) error {
	token, err := a.secret(a.config.Projects[path])
	if err != nil || token == "" {
		return fmt.Errorf("there is no token for %s", path)
	}
	for attempt := 1; ; attempt++ {
		status, err := a.server.ask(a.ctx, token, method, resource, nil, answer)
		if err == nil && status < 300 {
			return nil
		}
		passing := err != nil || status >= 500 || status == http.StatusTooManyRequests
		if !passing || attempt == 3 {
			if err == nil {
				err = fmt.Errorf("status %d", status)
			}
			return fmt.Errorf("%s %s: %w", method, resource, err)
		}
		select {
		case <-a.ctx.Done():
			return a.ctx.Err()
		case <-time.After(a.pause * time.Duration(attempt)):
		}
	}
}
