package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"time"
)

// Outcome of one attempt, and of a message.
type Outcome string

const (
	// Delivered: the bot took it.
	Delivered Outcome = "delivered"
	// Refused: the bot will never take it as it is.
	Refused Outcome = "refused"
	// Later: the bot did not take it, and may at another time. Only for attempts.
	Later Outcome = "later"
	// Unconfirmed: it was sent, and no answer came. The bot may have taken it, so it is not sent again.
	Unconfirmed Outcome = "unconfirmed"
	// GivenUp: the bot did not take it within the time a message is good for.
	GivenUp Outcome = "given-up"
	// Duplicate: sent already.
	Duplicate Outcome = "duplicate"
	// Queued: waits for its turn.
	Queued Outcome = "queued"
	// Dropped: made room for newer ones.
	Dropped Outcome = "dropped"
	// Unwanted: an event that the channel is not notified of.
	Unwanted Outcome = "unwanted"
	// DryRun: logged, not sent.
	DryRun Outcome = "dry-run"
)

// Result is an outcome and the words for it. They never hold an address or a secret.
type Result struct {
	Outcome Outcome `json:"outcome"`
	Code    string  `json:"code,omitempty"`
	Reason  string  `json:"reason,omitempty"`
	// After is how long the bot wants to be left alone.
	After time.Duration `json:"-"`
}

// Longest answer that is read.
const answerLimit = 64 << 10

// How long one attempt may take.
const attemptTimeout = 10 * time.Second

func newClient() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	// A connection that the other side closed meanwhile would make it unclear whether the message left.
	transport.DisableKeepAlives = true
	return &http.Client{
		Transport: transport,
		Timeout:   attemptTimeout,
		// A bot does not redirect; the message would lose its body on the way.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// send makes one attempt.
func send(ctx context.Context, client *http.Client, kind Kind, address *url.URL, body []byte) Result {
	connected := false
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { connected = true },
	})
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address.String(), bytes.NewReader(body))
	if err != nil {
		return Result{Outcome: Refused, Reason: "the address is not usable"}
	}
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	response, err := client.Do(request)
	if err != nil {
		// The outer error names the address.
		var outer *url.Error
		if errors.As(err, &outer) {
			err = outer.Err
		}
		if !connected {
			return Result{Outcome: Later, Reason: err.Error()}
		}
		return Result{Outcome: Unconfirmed, Reason: err.Error()}
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, answerLimit))
	status := strconv.Itoa(response.StatusCode)
	switch {
	case response.StatusCode == http.StatusTooManyRequests, response.StatusCode == http.StatusServiceUnavailable:
		return Result{Outcome: Later, Code: status, Reason: excerpt(answer), After: retryAfter(response.Header)}
	case response.StatusCode == http.StatusGatewayTimeout:
		return Result{Outcome: Unconfirmed, Code: status, Reason: excerpt(answer)}
	case response.StatusCode >= 500:
		return Result{Outcome: Later, Code: status, Reason: excerpt(answer)}
	case response.StatusCode >= 300:
		return Result{Outcome: Refused, Code: status, Reason: excerpt(answer)}
	case err != nil:
		return Result{Outcome: Unconfirmed, Code: status, Reason: "the answer broke off"}
	}
	verdict := kind.Judge(answer)
	switch {
	case verdict.Taken:
		return Result{Outcome: Delivered}
	case verdict.Busy:
		return Result{Outcome: Later, Code: verdict.Code, Reason: verdict.Reason}
	}
	return Result{Outcome: Refused, Code: verdict.Code, Reason: verdict.Reason}
}

func retryAfter(header http.Header) time.Duration {
	seconds, err := strconv.Atoi(header.Get("Retry-After"))
	if err != nil || seconds < 0 {
		return 0
	}
	return min(time.Duration(seconds)*time.Second, 5*time.Minute)
}

func excerpt(answer []byte) string {
	text := string(bytes.ToValidUTF8(bytes.TrimSpace(answer), []byte("?")))
	if runes := []rune(text); len(runes) > 200 {
		return string(runes[:200]) + "…"
	}
	return text
}
