package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// gitlabServer is GitLab's REST API.
type gitlabServer struct {
	// url of the server, without a slash at its end.
	url    string
	client *http.Client
}

// checkURL says what is wrong with a server's address in the settings.
func checkURL(key, value string) []string {
	if address, err := url.Parse(value); err != nil || address.Host == "" {
		return []string{fmt.Sprintf("%s %q is not a URL", key, value)}
	}
	return nil
}

// ask makes one attempt. What it answers never holds the token. `body` and `answer` may be nil.
func (g gitlabServer) ask(ctx context.Context, token, method, resource string, body, answer any) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	var content io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return 0, err
		}
		content = bytes.NewReader(data)
	}
	request, err := http.NewRequestWithContext(ctx, method, g.url+"/api/v4"+resource, content)
	if err != nil {
		return 0, err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	request.Header.Set("PRIVATE-TOKEN", token)
	response, err := g.client.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	if response.StatusCode >= 300 || answer == nil {
		return response.StatusCode, nil
	}
	return response.StatusCode, json.NewDecoder(io.LimitReader(response.Body, 8<<20)).Decode(answer)
}

// badStatus is the status of an answer that is not a good one.
type badStatus int

func (b badStatus) Error() string { return fmt.Sprintf("status %d", int(b)) }

// must is ask with every answer but a good one as an error.
func (g gitlabServer) must(ctx context.Context, token, method, resource string, body, answer any) error {
	status, err := g.ask(ctx, token, method, resource, body, answer)
	if err == nil && status >= 300 {
		err = badStatus(status)
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, resource, err)
	}
	return nil
}
