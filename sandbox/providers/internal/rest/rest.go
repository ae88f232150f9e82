// Package rest calls JSON APIs over HTTP: with a time limit for each attempt, bounded retries where repeating is safe, and
// errors that say which call failed and why.
package rest

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
	"syscall"
	"time"

	"estate/providers/internal/plugin"
)

// Client calls one API. Set the fields before the first call.
type Client struct {
	// Base is put before every path: `http://127.0.0.1:8929/api/v4`, without a slash at the end.
	Base string
	HTTP *http.Client
	// Sign adds what authenticates a request.
	Sign func(*http.Request)
	// Explain takes the reason out of the body of an error answer; "" if there is none.
	Explain func(body []byte) string
	// Secrets never appear in an error.
	Secrets []string

	// Attempts bounds how often a call is made; Timeout is for one of them; Pause is the time before the second, and
	// doubles from then on up to PauseLimit.
	Attempts          int
	Timeout           time.Duration
	Pause, PauseLimit time.Duration
}

// Reply is an answer with a status below 300.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte
}

// Error is a call that did not succeed.
type Error struct {
	Method, Server, Path string
	// Status of the last answer; 0 if none came.
	Status   int
	Reason   string
	Attempts int
	// MayHaveWorked: no usable answer came, so the server may have done what was asked.
	MayHaveWorked bool
	Cause         error
}

func (e *Error) Error() string {
	text := e.Method + " " + e.Server + e.Path + ": "
	if e.Status != 0 {
		text += strings.TrimSpace(strconv.Itoa(e.Status) + " " + http.StatusText(e.Status))
	} else {
		text += "no answer"
	}
	if e.Attempts > 1 {
		text += fmt.Sprintf(" (%d attempts)", e.Attempts)
	}
	if e.Reason != "" && !strings.HasSuffix(text, e.Reason) {
		text += ": " + e.Reason
	}
	return text
}

func (e *Error) Unwrap() error { return e.Cause }

// Status is the status an error stands for; 0 if it is none of a call or no answer came.
func Status(err error) int {
	var failed *Error
	if errors.As(err, &failed) {
		return failed.Status
	}
	return 0
}

// NotFound says whether an error means that there is no such object.
func NotFound(err error) bool { return Status(err) == http.StatusNotFound }

// MayHaveWorked says whether a failed call may have been carried out all the same.
func MayHaveWorked(err error) bool {
	var failed *Error
	return errors.As(err, &failed) && failed.MayHaveWorked
}

// Get, Post and so on: call with that method. `into` may be nil.
func (c *Client) Get(ctx context.Context, path string, into any) error {
	_, err := c.Call(ctx, http.MethodGet, path, nil, into)
	return err
}

// Post is not repeated unless the server cannot have seen it.
func (c *Client) Post(ctx context.Context, path string, body, into any) error {
	_, err := c.Call(ctx, http.MethodPost, path, body, into)
	return err
}

// Put replaces.
func (c *Client) Put(ctx context.Context, path string, body, into any) error {
	_, err := c.Call(ctx, http.MethodPut, path, body, into)
	return err
}

// Delete removes; an object that is not there is no error.
func (c *Client) Delete(ctx context.Context, path string) error {
	if _, err := c.Call(ctx, http.MethodDelete, path, nil, nil); err != nil && !NotFound(err) {
		return err
	}
	return nil
}

// Call makes a call, again if need be, and reads the answer into `into` (nil: ignore it). Any status from 300 is an [*Error].
func (c *Client) Call(ctx context.Context, method, path string, body, into any) (*Reply, error) {
	var content []byte
	if body != nil {
		var err error
		if content, err = json.Marshal(body); err != nil {
			return nil, fmt.Errorf("%s %s: %w", method, path, err)
		}
	}
	pause := c.Pause
	for attempt := 1; ; attempt++ {
		reply, failed := c.once(ctx, method, path, content)
		if failed == nil {
			if into != nil && len(bytes.TrimSpace(reply.Body)) > 0 {
				if err := json.Unmarshal(reply.Body, into); err != nil {
					return nil, &Error{Method: method, Server: c.Base, Path: path, Status: reply.Status, Attempts: attempt,
						Reason: "the answer is no JSON: " + err.Error(), Cause: err}
				}
			}
			return reply, nil
		}
		failed.Attempts = attempt
		wait, again := c.again(failed, reply, pause)
		if !again || attempt >= c.Attempts || ctx.Err() != nil {
			return nil, failed
		}
		if failed.Status != 0 {
			plugin.Log(ctx).Status("%s %s: %d, trying again in %s", method, path, failed.Status, wait.Round(time.Second))
		}
		if err := Sleep(ctx, wait); err != nil {
			failed.Reason = strings.TrimPrefix(failed.Reason+"; gave up: "+reasonOf(ctx, err), "; ")
			return nil, failed
		}
		pause = min(2*pause, c.PauseLimit)
	}
}

// Sleep waits, or returns the context's error if that ends first.
func Sleep(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// again decides whether repeating is safe and may help, and how long to wait before.
func (c *Client) again(failed *Error, reply *Reply, pause time.Duration) (time.Duration, bool) {
	if failed.Status == http.StatusTooManyRequests {
		if reply != nil {
			if seconds, err := strconv.Atoi(reply.Header.Get("Retry-After")); err == nil && seconds >= 0 {
				// A server that asks for more than this is not worth waiting for in every attempt.
				return min(time.Duration(seconds)*time.Second, time.Minute), true
			}
		}
		return pause, true
	}
	if failed.Status == 0 && !failed.MayHaveWorked {
		return pause, retryable(failed.Cause)
	}
	repeatable := failed.Method != http.MethodPost
	switch failed.Status {
	case 0, http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return pause, repeatable
	}
	return 0, false
}

// retryable: a refused connection passes when the server is up again; a certificate nobody trusts does not.
func retryable(cause error) bool { return errors.Is(cause, syscall.ECONNREFUSED) }

func (c *Client) once(ctx context.Context, method, path string, content []byte) (*Reply, *Error) {
	failed := &Error{Method: method, Server: c.Base, Path: path}
	attempt, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	var body io.Reader
	if content != nil {
		body = bytes.NewReader(content)
	}
	request, err := http.NewRequestWithContext(attempt, method, c.Base+path, body)
	if err != nil {
		failed.Reason, failed.Cause = c.hide(err.Error()), err
		return nil, failed
	}
	if content != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	request.Header.Set("Accept", "application/json")
	if c.Sign != nil {
		c.Sign(request)
	}
	response, err := c.HTTP.Do(request)
	if err != nil {
		failed.Cause = err
		failed.MayHaveWorked = mayHaveWorked(err)
		failed.Reason = c.hide(c.describe(ctx, attempt, err))
		return nil, failed
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		failed.Cause, failed.MayHaveWorked = err, true
		failed.Reason = "the answer was cut off: " + c.hide(c.describe(ctx, attempt, err))
		return nil, failed
	}
	reply := &Reply{Status: response.StatusCode, Header: response.Header, Body: text}
	if reply.Status < 300 {
		return reply, nil
	}
	failed.Status = reply.Status
	failed.MayHaveWorked = reply.Status >= 500
	if c.Explain != nil {
		failed.Reason = c.hide(c.Explain(text))
	}
	return reply, failed
}

// mayHaveWorked: a connection that never came about has carried nothing.
func mayHaveWorked(err error) bool {
	var dial *net.OpError
	if errors.As(err, &dial) && dial.Op == "dial" {
		return false
	}
	if strings.Contains(err.Error(), "tls: ") || strings.Contains(err.Error(), "x509: ") {
		return false
	}
	var name *net.DNSError
	return !errors.As(err, &name)
}

func (c *Client) describe(ctx, attempt context.Context, err error) string {
	if ctx.Err() != nil {
		return reasonOf(ctx, ctx.Err())
	}
	if attempt.Err() != nil {
		return fmt.Sprintf("nothing came within %s", c.Timeout)
	}
	var request *url.Error
	if errors.As(err, &request) {
		err = request.Err // the method and address are said already
	}
	if errors.Is(err, io.EOF) {
		return "the server closed the connection"
	}
	return err.Error()
}

func reasonOf(ctx context.Context, err error) string {
	if cause := context.Cause(ctx); cause != nil {
		return cause.Error()
	}
	return err.Error()
}

func (c *Client) hide(text string) string {
	for _, secret := range c.Secrets {
		if len(secret) > 3 {
			text = strings.ReplaceAll(text, secret, "[secret]")
		}
	}
	const limit = 500
	if len(text) > limit {
		text = text[:limit] + "…"
	}
	return text
}
