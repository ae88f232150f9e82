package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"
)

// CommitsConfig is for estates that report on GitLab what became of a commit: a status of the commit, and a note in the
// merge request that it came by.
type CommitsConfig struct {
	// GitLab is the server's URL, without a slash at its end.
	GitLab string `json:"gitlab"`
}

func (c *CommitsConfig) check() []string {
	if c == nil {
		return nil
	}
	return checkURL("commits.gitlab", c.GitLab)
}

// Delivery is what an engine delivers from a branch to a cluster. They are in a file beside the settings, by the engine's
// name for them, which is read anew each time: another app is no reason to start anew.
type Delivery struct {
	// Project is the full path of the config repository.
	Project string `json:"project"`
	Branch  string `json:"branch"`
	// Token is the name of the file with the token for that project.
	Token       string `json:"token"`
	App         string `json:"app"`
	Environment string `json:"environment"`
	Cluster     string `json:"cluster"`
	// Page of the engine about it; empty where it has none.
	Page string `json:"page"`
}

// status is what GitLab calls the delivery.
func (d Delivery) status() string { return "gitops/" + d.App + "/" + d.Environment + "/" + d.Cluster }

// The statuses are in a pipeline of their own, of a ref that is no branch. On the branch itself GitLab lets only those
// set a status who may push or merge there, a failed one would fail the team's own pipeline, and merge requests out of
// that branch would be blocked.
const deliveriesRef = "gitops-deliveries"

// Done is what an engine says of a delivery.
type Done struct {
	// App is the engine's name for the delivery.
	App string `json:"app"`
	// Event is the estate's name of what happened.
	Event string `json:"event"`
	// Revision ends in a commit, which may be shortened; empty for the newest of the branch.
	Revision string `json:"revision"`
	// Message is the engine's own words.
	Message string `json:"message"`
}

// Argo CD calls an app unknown whose files it cannot make manifests of; it does so too where it reaches no repository or
// cluster, which says nothing of a commit. It names the commit of neither.
var unusable = regexp.MustCompile(`(?i)manifest generation error|failed to execute (helm|kustomize)|failed exit status|failed to unmarshal|accumulating resources`)

// outcome is the state of the status, and whether the event says one.
func (d Done) outcome() (state, revision string, known bool) {
	switch d.Event {
	case "healthy":
		return "success", d.Revision, true
	case "failed", "degraded":
		return "failed", d.Revision, true
	case "unknown":
		return "failed", "", unusable.MatchString(d.Message)
	}
	return "", "", false
}

// Most characters that GitLab takes as the description of a status.
const longestDescription = 255

func (d Done) description(state string) string {
	if state == "success" {
		return "Deployed and healthy"
	}
	words := strings.Join(strings.Fields(strings.ToValidUTF8(d.Message, "")), " ")
	if words == "" {
		words = "Not deployed"
	}
	// The cause is at the end: whoever passes an error on writes in front of it.
	if letters := []rune(words); len(letters) > longestDescription {
		return "…" + string(letters[len(letters)-longestDescription+1:])
	}
	return words
}

var shownCommit = regexp.MustCompile(`(?:^|sha1:|\+)([0-9a-f]{7,40})(?:\.\d+)?$`)

// pending is what is to be reported of one delivery, until it is.
type pending struct {
	done     Done
	since    time.Time
	attempts int
	notUntil time.Time
}

// Commits reports to GitLab. Of each delivery the newest is reported; what waited before it is no longer true.
type Commits struct {
	config     CommitsConfig
	secret     func(name string) (string, error)
	deliveries func() (map[string]Delivery, error)
	server     gitlabServer
	log        *slog.Logger
	ctx        context.Context
	pause      time.Duration
	life       time.Duration
	wake       chan struct{}
	mutex      sync.Mutex
	waiting    []*pending
	// dryRun: only the log gets it.
	dryRun bool
	// last is what GitLab knows, by delivery: nothing is reported twice.
	last   map[string]string
	counts map[string]int
}

func newCommits(
	ctx context.Context, config CommitsConfig, secret func(string) (string, error),
	deliveries func() (map[string]Delivery, error), log *slog.Logger,
) *Commits {
	return &Commits{
		config: config, secret: secret, deliveries: deliveries, server: gitlabServer{config.GitLab, newClient()}, log: log, ctx: ctx,
		pause: firstPause, life: messageLife, wake: make(chan struct{}, 1), last: map[string]string{}, counts: map[string]int{},
	}
}

// serve takes what Argo CD says.
func (c *Commits) serve(w http.ResponseWriter, request *http.Request) {
	var done Done
	data, err := io.ReadAll(http.MaxBytesReader(w, request.Body, messageLimit))
	if err == nil {
		err = json.Unmarshal(data, &done)
	}
	if err == nil && (done.App == "" || done.Event == "") {
		err = errors.New("missing: app or event")
	}
	if err != nil {
		respond(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
		return
	}
	c.accept(w, done)
}

// done is an event of Flux as what it says of a delivery.
func (e FluxEvent) done() Done {
	done := Done{App: e.metadata("application"), Revision: e.commit(), Message: e.Message}
	candidates, known := fluxReasons[e.Reason]
	switch {
	case known:
		done.Event = candidates[0]
	case e.Severity == "error":
		done.Event = "failed"
	}
	if done.Event == "unknown" {
		// Flux distinguishes what is broken from what is out of reach.
		done.Event = ""
	}
	return done
}

func (c *Commits) accept(w http.ResponseWriter, done Done) {
	if _, _, known := done.outcome(); !known {
		respond(w, http.StatusOK, Result{Outcome: Unwanted})
		return
	}
	c.mutex.Lock()
	kept := c.waiting[:0]
	for _, each := range c.waiting {
		if each.done.App != done.App {
			kept = append(kept, each)
		}
	}
	c.waiting = append(kept, &pending{done: done, since: time.Now()})
	c.mutex.Unlock()
	rouse(c.wake)
	respond(w, http.StatusAccepted, Result{Outcome: Queued})
}

// Work reports until the context ends.
func (c *Commits) Work() {
	for {
		next, pause := c.next()
		if next != nil {
			c.attempt(next)
			continue
		}
		if !rest(c.ctx, c.wake, pause) {
			return
		}
	}
}

// next is the first whose turn it is, taken out; or how long to wait.
func (c *Commits) next() (*pending, time.Duration) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	pause := time.Hour
	for place, each := range c.waiting {
		wait := time.Until(each.notUntil)
		if wait <= 0 && c.ctx.Err() == nil {
			c.waiting = append(c.waiting[:place:place], c.waiting[place+1:]...)
			return each, 0
		}
		pause = min(pause, max(wait, time.Millisecond))
	}
	return nil, pause
}

func (c *Commits) attempt(each *pending) {
	outcome, err := c.report(each.done)
	log := c.log.With("delivery", each.done.App, "event", each.done.Event, "revision", each.done.Revision)
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if err == nil {
		c.counts[outcome]++
		log.Info("a commit", "outcome", outcome)
		return
	}
	each.attempts++
	pause := min(c.pause<<min(each.attempts-1, 10), longPause)
	if time.Since(each.since)+pause > c.life {
		c.counts["given-up"]++
		log.Error("what became of a commit is not reported on GitLab", "error", err.Error())
		return
	}
	log.Warn("the report to GitLab has to be repeated", "error", err.Error(), "seconds", pause.Seconds())
	for _, other := range c.waiting {
		if other.done.App == each.done.App {
			return
		}
	}
	each.notUntil = time.Now().Add(pause)
	c.waiting = append(c.waiting, each)
}

func (c *Commits) count(outcome string) int {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.counts[outcome]
}

// report sets the status, and writes it into the notes of the merge requests that the commit came by.
func (c *Commits) report(done Done) (string, error) {
	deliveries, err := c.deliveries()
	if err != nil {
		return "", err
	}
	delivery, found := deliveries[done.App]
	if !found {
		return "", errors.New("the estate knows no such delivery, or the relay not yet")
	}
	token, err := c.secret(delivery.Token)
	if err != nil || token == "" {
		return "", fmt.Errorf("there is no token for %s", delivery.Project)
	}
	if c.dryRun {
		return "dry-run", nil
	}
	project := commitProject{c, token, "/projects/" + url.PathEscape(delivery.Project)}
	state, revision, _ := done.outcome()
	sha, err := project.commit(revision, delivery.Branch)
	if err != nil {
		return "", err
	}
	description := done.description(state)
	known := state + " " + sha
	if c.last[done.App] == known {
		return "known", nil
	}
	outcome := "reported"
	statuses, err := project.statuses(sha)
	if err != nil {
		return "", err
	}
	if statuses[delivery.status()].State == state {
		outcome = "known"
	} else {
		status := commitStatus{State: state, Name: delivery.status(), Ref: deliveriesRef, Description: description, Page: delivery.Page}
		if err = project.call(http.MethodPost, "/statuses/"+sha, status, nil); err != nil {
			return "", err
		}
		statuses[status.Name] = status
	}
	if err = project.note(sha, statuses); err != nil {
		return "", err
	}
	c.last[done.App] = known
	return outcome, nil
}

// commitProject is a config repository, as its token sees it.
type commitProject struct {
	commits *Commits
	token   string
	path    string
}

func (p commitProject) call(method, resource string, body, answer any) error {
	return p.commits.server.must(p.commits.ctx, p.token, method, p.path+resource, body, answer)
}

// commit is the whole name of a commit: of one that may be shortened, or of the newest of a branch.
func (p commitProject) commit(revision, branch string) (string, error) {
	name := branch
	if found := shownCommit.FindStringSubmatch(revision); found != nil {
		name = found[1]
		if len(name) == 40 {
			return name, nil
		}
	} else if revision != "" {
		return "", fmt.Errorf("%q names no commit", revision)
	}
	var shown struct {
		ID string `json:"id"`
	}
	err := p.call(http.MethodGet, "/repository/commits/"+url.PathEscape(name), nil, &shown)
	return shown.ID, err
}

type commitStatus struct {
	State       string `json:"state,omitempty"`
	Name        string `json:"name"`
	Ref         string `json:"ref"`
	Description string `json:"description"`
	Page        string `json:"target_url,omitempty"`
}

const perPage = 100

// statuses are those of the estate, by name.
func (p commitProject) statuses(sha string) (map[string]commitStatus, error) {
	found := map[string]commitStatus{}
	for page := 1; ; page++ {
		var shown []struct {
			commitStatus
			Status string `json:"status"`
		}
		list := fmt.Sprintf("/repository/commits/%s/statuses?ref=%s&per_page=%d&page=%d", sha, deliveriesRef, perPage, page)
		if err := p.call(http.MethodGet, list, nil, &shown); err != nil {
			return nil, err
		}
		for _, each := range shown {
			if strings.HasPrefix(each.Name, "gitops/") {
				each.commitStatus.State = each.Status
				found[each.Name] = each.commitStatus
			}
		}
		if len(shown) < perPage {
			return found, nil
		}
	}
}

// note says in the merge requests that ended in a commit where it runs. One note each, changed in its place: a new one
// is a mail to everybody who takes part.
func (p commitProject) note(sha string, statuses map[string]commitStatus) error {
	var requests []struct {
		Number int    `json:"iid"`
		State  string `json:"state"`
		Head   string `json:"sha"`
		Merge  string `json:"merge_commit_sha"`
		Squash string `json:"squash_commit_sha"`
	}
	if err := p.call(http.MethodGet, "/repository/commits/"+sha+"/merge_requests?per_page=100", nil, &requests); err != nil {
		return err
	}
	text := noteOf(sha, statuses)
	for _, request := range requests {
		end := request.Merge
		if end == "" {
			end = request.Squash
		}
		if end == "" {
			end = request.Head
		}
		// A commit is in the merge requests that carried it on, too; those end in commits of their own.
		if request.State != "merged" || end != sha {
			continue
		}
		if err := p.write(fmt.Sprintf("/merge_requests/%d/notes", request.Number), text); err != nil {
			return err
		}
	}
	return nil
}

// write changes the note, or adds one where the relay has none: the one it finds may be of its token before, whose user is
// gone, or of somebody who copied the mark. GitLab lets nobody else change those.
func (p commitProject) write(notes, text string) error {
	type note struct {
		ID   int    `json:"id,omitempty"`
		Body string `json:"body"`
	}
	for page := 1; ; page++ {
		var shown []note
		list := fmt.Sprintf("%s?sort=asc&order_by=created_at&per_page=%d&page=%d", notes, perPage, page)
		if err := p.call(http.MethodGet, list, nil, &shown); err != nil {
			return err
		}
		for _, each := range shown {
			if !strings.HasPrefix(each.Body, noteMark) {
				continue
			}
			if each.Body == text {
				return nil
			}
			place := fmt.Sprintf("%s/%d", notes, each.ID)
			err := p.call(http.MethodPut, place, note{Body: text}, nil)
			var refused badStatus
			if errors.As(err, &refused) && (refused == http.StatusForbidden || refused == http.StatusNotFound) {
				continue
			}
			return err
		}
		if len(shown) < perPage {
			return p.call(http.MethodPost, notes, note{Body: text}, nil)
		}
	}
}
