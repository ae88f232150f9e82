package rest

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func client(t *testing.T, handle http.HandlerFunc) *Client {
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	return &Client{
		Base: server.URL, HTTP: &http.Client{}, Attempts: 3, Timeout: 2 * time.Second, Pause: time.Millisecond, PauseLimit: time.Millisecond,
		Explain: func(body []byte) string { return string(body) }, Secrets: []string{"hush-hush"},
	}
}

func cut(w http.ResponseWriter) {
	connection, _, _ := w.(http.Hijacker).Hijack()
	_ = connection.Close()
}

func TestRepeats(t *testing.T) {
	tests := map[string]struct {
		method string
		status int // 0: the connection is cut
		calls  int32
		maybe  bool
	}{
		"get again":           {"GET", 503, 3, true},
		"put again":           {"PUT", 500, 3, true},
		"delete again":        {"DELETE", 502, 3, true},
		"get after a cut":     {"GET", 0, 3, true},
		"post only once":      {"POST", 503, 1, true},
		"post after a cut":    {"POST", 0, 1, true},
		"post again on 429":   {"POST", 429, 3, false},
		"get refused":         {"GET", 404, 1, false},
		"put with a mistake":  {"PUT", 400, 1, false},
		"patch after gateway": {"PATCH", 504, 3, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var calls atomic.Int32
			c := client(t, func(w http.ResponseWriter, r *http.Request) {
				calls.Add(1)
				_, _ = io.Copy(io.Discard, r.Body)
				if test.status == 0 {
					cut(w)
					return
				}
				w.Header().Set("Retry-After", "0")
				w.WriteHeader(test.status)
			})
			_, err := c.Call(context.Background(), test.method, "/x", map[string]any{"a": 1}, nil)
			var failed *Error
			if !errors.As(err, &failed) {
				t.Fatalf("got %v", err)
			}
			if got := calls.Load(); got != test.calls {
				t.Errorf("%d calls, not %d", got, test.calls)
			}
			if failed.Status != test.status || MayHaveWorked(err) != test.maybe {
				t.Errorf("status %d, may have worked: %v", failed.Status, MayHaveWorked(err))
			}
			if !strings.HasPrefix(err.Error(), test.method+" "+c.Base+"/x: ") {
				t.Errorf("the error does not name the call: %s", err)
			}
		})
	}
}

func TestRecovers(t *testing.T) {
	var calls atomic.Int32
	c := client(t, func(w http.ResponseWriter, _ *http.Request) {
		if calls.Add(1) < 3 {
			w.WriteHeader(500)
			return
		}
		_, _ = w.Write([]byte(`{"a": 1}`))
	})
	var got map[string]any
	if err := c.Get(context.Background(), "/x", &got); err != nil || got["a"] != 1.0 {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestRefusedConnectionIsTriedAgainAlsoForPost(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	_ = listener.Close()
	c := client(t, nil)
	c.Base = "http://" + address
	err = c.Post(context.Background(), "/x", nil, nil)
	var failed *Error
	if !errors.As(err, &failed) || failed.Attempts != 3 || MayHaveWorked(err) {
		t.Errorf("got %v", err)
	}
}

func TestSecretsStayOut(t *testing.T) {
	c := client(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(400)
		_, _ = w.Write([]byte("the token hush-hush is bad"))
	})
	err := c.Get(context.Background(), "/x", nil)
	if err == nil || strings.Contains(err.Error(), "hush-hush") || !strings.Contains(err.Error(), "the token [secret] is bad") {
		t.Errorf("got %v", err)
	}
}

func TestSilenceEnds(t *testing.T) {
	release := make(chan struct{})
	c := client(t, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	})
	defer close(release)
	c.Timeout, c.Attempts = 20*time.Millisecond, 2
	err := c.Get(context.Background(), "/x", nil)
	if err == nil || !strings.Contains(err.Error(), "no answer (2 attempts): nothing came within 20ms") {
		t.Errorf("got %v", err)
	}
}

func TestCancelled(t *testing.T) {
	c := client(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) })
	c.Pause, c.PauseLimit, c.Attempts = time.Hour, time.Hour, 5
	why := errors.New("the operation was cancelled")
	ctx, cancel := context.WithCancelCause(context.Background())
	time.AfterFunc(10*time.Millisecond, func() { cancel(why) })
	err := c.Get(ctx, "/x", nil)
	if err == nil || !strings.Contains(err.Error(), "gave up: the operation was cancelled") {
		t.Errorf("got %v", err)
	}
}
