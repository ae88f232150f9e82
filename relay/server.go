package main

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sort"
	"strings"
	"time"
)

// Handler is the relay's API.
//
//	POST /notify/<channel>  a message of Argo CD; 200 done, 202 queued, 422 refused by the bot, 503 not taken in time
//	POST /flux/<channel>    an event of Flux, signed; as above, and 200 for what the channel is not notified of
//	POST /commits           what Argo CD says of a commit; 202 where it will be reported on GitLab, 200 where there is nothing to report
//	POST /commits/flux      the same as an event of Flux, signed
//	POST /approvals         an event of GitLab about a merge request, with the hook's secret; 202 where its gate is run again
//	POST /test/<channel>    sends a test card and answers with what the bot said
//	GET  /healthz           alive
//	GET  /metrics           counts, in Prometheus' text format
func (r *Relay) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /notify/{channel}", r.authorized(r.toChannel(r.notify)))
	mux.HandleFunc("POST /flux/{channel}", r.flux)
	mux.HandleFunc("POST /test/{channel}", r.authorized(r.toChannel(r.test)))
	if r.commits != nil {
		mux.HandleFunc("POST /commits", r.authorized(r.commits.serve))
		mux.HandleFunc("POST /commits/flux", r.fluxCommits)
	}
	if r.approvals != nil {
		mux.HandleFunc("POST /approvals", r.approvals.serve)
	}
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /metrics", r.metrics)
	return mux
}

type route func(w http.ResponseWriter, request *http.Request, channel *Channel)

// authorized lets through who knows the token. Without a token nobody does.
func (r *Relay) authorized(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, request *http.Request) {
		token, err := r.config.secret("token")
		given, bearer := strings.CutPrefix(request.Header.Get("Authorization"), "Bearer ")
		if err != nil || token == "" || !bearer || !same(given, token) {
			respond(w, http.StatusUnauthorized, map[string]string{"error": "give the relay's token as a bearer token"})
			return
		}
		next(w, request)
	}
}

func (r *Relay) toChannel(next route) http.HandlerFunc {
	return func(w http.ResponseWriter, request *http.Request) {
		channel := r.channels[request.PathValue("channel")]
		if channel == nil {
			respond(w, http.StatusNotFound, map[string]string{"error": "no such channel"})
			return
		}
		next(w, request, channel)
	}
}

// same compares in a time that does not show how much is right.
func same(left, right string) bool {
	a, b := sha256.Sum256([]byte(left)), sha256.Sum256([]byte(right))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

func (r *Relay) notify(w http.ResponseWriter, request *http.Request, channel *Channel) {
	data, err := io.ReadAll(http.MaxBytesReader(w, request.Body, messageLimit))
	if err != nil {
		status := http.StatusBadRequest
		if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
			status = http.StatusRequestEntityTooLarge
		}
		respond(w, status, map[string]string{"error": "the message cannot be read"})
		return
	}
	var message Message
	if err = json.Unmarshal(data, &message); err == nil {
		err = message.check()
	}
	if err != nil {
		channel.log.Error("a message is not what the relay takes", "error", err.Error())
		respond(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
		return
	}
	r.pass(w, request, channel, message)
}

// pass sends a message, and answers with what became of it as far as that is known in time.
func (r *Relay) pass(w http.ResponseWriter, request *http.Request, channel *Channel, message Message) {
	job, result := channel.Accept(message)
	if job == nil {
		respond(w, statusOf(result.Outcome), result)
		return
	}
	r.save()
	timer := time.NewTimer(r.patience)
	defer timer.Stop()
	select {
	case <-job.done:
		respond(w, statusOf(job.result.Outcome), job.result)
	case <-timer.C:
		respond(w, http.StatusAccepted, Result{Outcome: Queued})
	case <-request.Context().Done():
	}
}

func (r *Relay) test(w http.ResponseWriter, request *http.Request, channel *Channel) {
	result := channel.test(request.Context())
	respond(w, statusOf(result.Outcome), result)
}

func statusOf(outcome Outcome) int {
	switch outcome {
	case Refused:
		return http.StatusUnprocessableEntity
	case GivenUp, Dropped, Later:
		return http.StatusServiceUnavailable
	case Queued:
		return http.StatusAccepted
	}
	return http.StatusOK
}

func respond(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func (r *Relay) metrics(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4")
	names := make([]string, 0, len(r.channels))
	for name := range r.channels {
		names = append(names, name)
	}
	sort.Strings(names)
	outcomes := []Outcome{Delivered, Duplicate, Refused, Unconfirmed, GivenUp, Dropped, DryRun}
	fmt.Fprintln(w, "# HELP relay_messages_total Messages by what became of them.\n# TYPE relay_messages_total counter")
	for _, name := range names {
		counts := r.channels[name].numbers()
		for _, outcome := range outcomes {
			fmt.Fprintf(w, "relay_messages_total{channel=%q,outcome=%q} %d\n", name, outcome, counts.outcomes[outcome])
		}
	}
	fmt.Fprintln(w, "# HELP relay_attempts_total Requests to the bots.\n# TYPE relay_attempts_total counter")
	for _, name := range names {
		fmt.Fprintf(w, "relay_attempts_total{channel=%q} %d\n", name, r.channels[name].numbers().attempts)
	}
	if r.commits != nil {
		fmt.Fprintln(w, "# HELP relay_commits_total Deliveries reported on GitLab, by outcome.\n# TYPE relay_commits_total counter")
		for _, outcome := range []string{"reported", "known", "given-up"} {
			fmt.Fprintf(w, "relay_commits_total{outcome=%q} %d\n", outcome, r.commits.count(outcome))
		}
	}
	fmt.Fprintln(w, "# HELP relay_waiting Messages that wait for their turn.\n# TYPE relay_waiting gauge")
	for _, name := range names {
		fmt.Fprintf(w, "relay_waiting{channel=%q} %d\n", name, r.channels[name].numbers().waiting)
	}
	fmt.Fprintf(w, "# HELP relay_uptime_seconds Since the relay started.\n# TYPE relay_uptime_seconds gauge\nrelay_uptime_seconds %.0f\n",
		time.Since(r.started).Seconds())
}

type numbers struct {
	outcomes map[Outcome]int
	attempts int
	waiting  int
}

func (c *Channel) numbers() numbers {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	outcomes := map[Outcome]int{}
	for outcome, count := range c.counts {
		outcomes[outcome] = count
	}
	return numbers{outcomes, c.attempts, len(c.state.Waiting)}
}
