package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// world is a relay with one channel, and the bot behind it.
type world struct {
	t       *testing.T
	config  Config
	relay   *Relay
	api     *httptest.Server
	bot     *httptest.Server
	calls   atomic.Int32
	answers chan func(w http.ResponseWriter)
	bodies  chan string
	queries chan url.Values
	logs    *strings.Builder
}

func taken(body string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) { _, _ = io.WriteString(w, body) }
}

const feishuTaken = `{"code":0,"msg":"success"}`

// newWorld starts a bot that takes everything unless set otherwise, and a relay in front of it.
func newWorld(t *testing.T, kind string) *world {
	t.Helper()
	w := &world{
		t: t, answers: make(chan func(http.ResponseWriter), 100), bodies: make(chan string, 100),
		queries: make(chan url.Values, 100), logs: &strings.Builder{},
	}
	w.bot = httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) {
		w.calls.Add(1)
		body, _ := io.ReadAll(in.Body)
		w.bodies <- string(body)
		w.queries <- in.URL.Query()
		select {
		case answer := <-w.answers:
			answer(out)
		default:
			taken(map[string]string{"feishu": feishuTaken, "dingtalk": `{"errcode":0}`}[kind])(out)
		}
	}))
	t.Cleanup(w.bot.Close)
	secrets := t.TempDir()
	for name, value := range map[string]string{"token": "token", "ops-url": w.bot.URL + "/hook?access_token=hidden", "ops-secret": "signing"} {
		if err := os.WriteFile(filepath.Join(secrets, name), []byte(value+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w.config = Config{
		Secrets: secrets, State: t.TempDir(), DedupMinutes: 30,
		Channels: map[string]ChannelConfig{"ops": {Kind: kind}},
	}
	w.start()
	return w
}

func (w *world) start() {
	w.t.Helper()
	relay, err := NewRelay(w.config, slog.New(slog.NewJSONHandler(&locked{to: w.logs}, nil)))
	if err != nil {
		w.t.Fatal(err)
	}
	w.relay = relay
	w.api = httptest.NewServer(relay.Handler())
	w.t.Cleanup(w.stop)
}

func (w *world) stop() {
	if w.api == nil {
		return
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	w.relay.Close(ended)
	w.api.Close()
	w.api = nil
}

// locked lets several write to one text.
type locked struct {
	sync.Mutex
	to io.Writer
}

func (l *locked) Write(data []byte) (int, error) {
	l.Lock()
	defer l.Unlock()
	return l.to.Write(data)
}

func (w *world) post(path, token, body string) (int, Result) {
	w.t.Helper()
	request, _ := http.NewRequest(http.MethodPost, w.api.URL+path, strings.NewReader(body))
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		w.t.Fatal(err)
	}
	defer response.Body.Close()
	var result Result
	_ = json.NewDecoder(response.Body).Decode(&result)
	return response.StatusCode, result
}

func message(event, revision string) string {
	return fmt.Sprintf(`{"event":%q,"app":"web","revision":%q,"operation":"o","message":{"msg_type":"text","n":%q}}`, event, revision, event+revision)
}

func (w *world) notify(event, revision string) (int, Outcome) {
	w.t.Helper()
	status, result := w.post("/notify/ops", "token", message(event, revision))
	return status, result.Outcome
}

func (w *world) expect(event, revision string, status int, outcome Outcome) {
	w.t.Helper()
	if gotStatus, got := w.notify(event, revision); got != outcome || gotStatus != status {
		w.t.Errorf("%s %s: %d %s, expected %d %s", event, revision, gotStatus, got, status, outcome)
	}
}

func TestFeishuIsSignedInItsBody(t *testing.T) {
	w := newWorld(t, "feishu")
	w.expect("healthy", "a", 200, Delivered)
	var body map[string]string
	_ = json.Unmarshal([]byte(<-w.bodies), &body)
	if body["sign"] != sign(body["timestamp"]+"\nsigning", "") || body["msg_type"] != "text" {
		t.Errorf("not signed: %v", body)
	}
}

func TestDingTalkIsSignedInItsQuery(t *testing.T) {
	w := newWorld(t, "dingtalk")
	w.expect("healthy", "a", 200, Delivered)
	query := <-w.queries
	if query.Get("sign") != sign("signing", query.Get("timestamp")+"\nsigning") || query.Get("access_token") != "hidden" {
		t.Errorf("not signed: %v", query)
	}
}

// Values of the two documented recipes, computed independently with openssl.
func TestSignatures(t *testing.T) {
	at := time.UnixMilli(1_700_000_000_000)
	_, body, _ := signFeishu(&url.URL{}, []byte(`{}`), "demo", at)
	address, _, _ := signDingTalk(&url.URL{}, nil, "demo", at)
	if want := "8oT2n3SMKFfEnDoiwer8BUM/SjKLwe9SqoEIHlhDTKo="; !strings.Contains(string(body), want) {
		t.Errorf("Feishu: %s", body)
	}
	if want := "xfnlAuOK5y01v9a1lNRpnLkBRS0dfla0aOWLQMANQuE="; address.Query().Get("sign") != want {
		t.Errorf("DingTalk: %s", address.Query().Get("sign"))
	}
}

func TestTheSameIsReportedOnce(t *testing.T) {
	w := newWorld(t, "feishu")
	w.expect("degraded", "a", 200, Delivered)
	w.expect("degraded", "a", 200, Duplicate)
	w.expect("degraded", "b", 200, Delivered)
	w.expect("healthy", "b", 200, Delivered)
	w.expect("healthy", "b", 200, Duplicate)
	// Trouble again after health is news, and so is health after it.
	w.expect("degraded", "b", 200, Delivered)
	w.expect("healthy", "b", 200, Delivered)
	if calls := w.calls.Load(); calls != 5 {
		t.Errorf("%d calls", calls)
	}
}

func TestMemoryOutlivesTheProcess(t *testing.T) {
	w := newWorld(t, "feishu")
	w.expect("healthy", "a", 200, Delivered)
	w.stop()
	w.start()
	w.expect("healthy", "a", 200, Duplicate)
}

func TestARefusalIn200IsSeen(t *testing.T) {
	w := newWorld(t, "feishu")
	w.answers <- taken(`{"code":19021,"msg":"sign match fail"}`)
	status, result := w.post("/notify/ops", "token", message("healthy", "a"))
	if status != 422 || result.Code != "19021" || result.Reason != "sign match fail" {
		t.Errorf("%d %+v", status, result)
	}
	// Argo CD comes again each minute; the bot is left alone meanwhile.
	w.expect("healthy", "a", 422, Refused)
	if calls := w.calls.Load(); calls != 1 {
		t.Errorf("%d calls", calls)
	}
}

func TestWhatIsSafeIsRepeated(t *testing.T) {
	for name, answer := range map[string]func(http.ResponseWriter){
		"busy, in 200": taken(`{"code":11232,"msg":"frequency limited"}`),
		"500":          func(w http.ResponseWriter) { w.WriteHeader(500) },
		"429":          func(w http.ResponseWriter) { w.Header().Set("Retry-After", "1"); w.WriteHeader(429) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, "feishu")
			w.answers <- answer
			w.expect("healthy", "a", 200, Delivered)
			if calls := w.calls.Load(); calls != 2 {
				t.Errorf("%d calls", calls)
			}
		})
	}
}

func TestWhatMayHaveArrivedIsNotRepeated(t *testing.T) {
	w := newWorld(t, "feishu")
	w.answers <- func(w http.ResponseWriter) {
		connection, _, _ := w.(http.Hijacker).Hijack()
		_ = connection.Close()
	}
	w.expect("healthy", "a", 200, Unconfirmed)
	w.expect("healthy", "a", 200, Duplicate)
	if calls := w.calls.Load(); calls != 1 {
		t.Errorf("%d calls", calls)
	}
}

func TestLimitsAreKeptAndSlowMessagesAreQueued(t *testing.T) {
	w := newWorld(t, "feishu")
	w.relay.patience = 50 * time.Millisecond
	begin := time.Now()
	for i := range 5 {
		w.expect("running", fmt.Sprint(i), 200, Delivered)
	}
	w.expect("running", "sixth", 202, Queued)
	for w.calls.Load() < 6 {
		if time.Since(begin) > 10*time.Second {
			t.Fatal("the sixth message never came")
		}
		time.Sleep(10 * time.Millisecond)
	}
	if passed := time.Since(begin); passed < time.Second {
		t.Errorf("six messages within %s", passed)
	}
}

func TestAFullQueueDropsTheOldestOfAnAppAndSaysSo(t *testing.T) {
	log := slog.New(slog.NewJSONHandler(io.Discard, nil))
	config := Config{DedupMinutes: 30, Channels: map[string]ChannelConfig{"ops": {Kind: "feishu"}}}
	channel := newChannel("ops", config, nil, log, ChannelState{})
	add := func(app string, revision int) *Job {
		job, _ := channel.Accept(Message{Event: "running", App: app, Revision: fmt.Sprint(revision), Card: json.RawMessage(`{}`)})
		return job
	}
	first, older := add("a", 0), add("b", 0)
	for i := range queueLimit - 2 {
		add(fmt.Sprint("other", i), 0)
	}
	add("b", 1)
	if older.result.Outcome != Dropped || first.result.Outcome != "" || len(channel.state.Waiting) != queueLimit {
		t.Errorf("dropped %v and %v", older.result, first.result)
	}
	if channel.state.Dropped != 1 {
		t.Errorf("%d counted", channel.state.Dropped)
	}
	channel.state.Waiting = nil
	if note, _ := channel.next(); note == nil || !strings.Contains(string(note.Message.Card), "1 notifications were left out") {
		t.Errorf("nobody is notified: %+v", note)
	}
}

func TestAMessageOnItsWayAtAKillIsNotRepeated(t *testing.T) {
	log := slog.New(slog.NewJSONHandler(io.Discard, nil))
	config := Config{DedupMinutes: 30, Channels: map[string]ChannelConfig{"ops": {Kind: "feishu"}}}
	sent, waits := Message{Event: "healthy", App: "a"}, Message{Event: "healthy", App: "b"}
	state := ChannelState{Waiting: []*Job{
		{Message: sent, Since: time.Now(), Sending: true}, {Message: waits, Since: time.Now()},
	}}
	channel := newChannel("ops", config, nil, log, state)
	if len(channel.state.Waiting) != 1 || channel.state.Waiting[0].Message.App != "b" {
		t.Errorf("waiting: %+v", channel.state.Waiting)
	}
	if !channel.state.Reported.Knows(sent, time.Now().Add(-time.Minute)) {
		t.Error("it would be sent again")
	}
}

func TestOnlyTheTokenOpens(t *testing.T) {
	w := newWorld(t, "feishu")
	for _, token := range []string{"", "wrong", "token2"} {
		if status, _ := w.post("/notify/ops", token, message("healthy", "a")); status != 401 {
			t.Errorf("%q: %d", token, status)
		}
	}
	if status, _ := w.post("/notify/none", "token", message("healthy", "a")); status != 404 {
		t.Errorf("unknown channel: %d", status)
	}
	if err := os.Remove(filepath.Join(w.config.Secrets, "token")); err != nil {
		t.Fatal(err)
	}
	if status, _ := w.post("/notify/ops", "", message("healthy", "a")); status != 401 {
		t.Errorf("without a token set: %d", status)
	}
}

func TestWhatIsNoMessageIsRefused(t *testing.T) {
	w := newWorld(t, "feishu")
	for body, status := range map[string]int{
		"no json":             400,
		`{"event":"healthy"}`: 400,
		`{"event":"a","app":"b","message":"text"}`:          400,
		`{"x":"` + strings.Repeat("y", messageLimit) + `"}`: 413,
	} {
		if got, _ := w.post("/notify/ops", "token", body); got != status {
			t.Errorf("%.40s: %d", body, got)
		}
	}
}

func TestATestCardIsAnsweredWithTheBotsWords(t *testing.T) {
	w := newWorld(t, "feishu")
	if status, result := w.post("/test/ops", "token", ""); status != 200 || result.Outcome != Delivered {
		t.Errorf("%d %+v", status, result)
	}
	w.answers <- taken(`{"code":19024,"msg":"Key Words Not Found"}`)
	if status, result := w.post("/test/ops", "token", ""); status != 422 || result.Reason != "Key Words Not Found" {
		t.Errorf("%d %+v", status, result)
	}
}

func TestADryRunSendsNothing(t *testing.T) {
	w := newWorld(t, "feishu")
	w.stop()
	w.config.DryRun = true
	w.start()
	w.expect("healthy", "a", 200, DryRun)
	if calls := w.calls.Load(); calls != 0 {
		t.Errorf("%d calls", calls)
	}
}

func TestLogsAndAnswersHoldNoSecret(t *testing.T) {
	w := newWorld(t, "feishu")
	w.bot.Close()
	w.relay.patience = 100 * time.Millisecond
	w.expect("healthy", "a", 202, Queued)
	_, result := w.post("/test/ops", "token", "")
	w.stop()
	for _, text := range []string{w.logs.String(), result.Reason} {
		for _, secret := range []string{"hidden", "signing", "Bearer", "access_token"} {
			if strings.Contains(text, secret) {
				t.Errorf("%q in %s", secret, text)
			}
		}
	}
}

func TestMetricsAndHealth(t *testing.T) {
	w := newWorld(t, "feishu")
	w.expect("healthy", "a", 200, Delivered)
	for path, want := range map[string]string{
		"/metrics": `relay_messages_total{channel="ops",outcome="delivered"} 1`,
		"/healthz": "ok",
	} {
		response, err := http.Get(w.api.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if !strings.Contains(string(body), want) {
			t.Errorf("%s: %s", path, body)
		}
	}
}

func TestSettings(t *testing.T) {
	file := filepath.Join(t.TempDir(), "config.json")
	load := func(text string) (Config, error) {
		_ = os.WriteFile(file, []byte(text), 0o600)
		return LoadConfig(file, func(name string) string { return map[string]string{"RELAY_LISTEN": "127.0.0.1:1"}[name] })
	}
	config, err := load(`{"channels":{"ops":{"kind":"feishu"}}}`)
	if err != nil || config.Listen != "127.0.0.1:1" || config.DedupMinutes != 30 {
		t.Errorf("%+v %v", config, err)
	}
	for _, wrong := range []string{`{"chanels":{}}`, `{"channels":{"ops":{"kind":"fax"}}}`, `{"channels":{"../x":{"kind":"slack"}}}`, `{"dedupMinutes":-1}`} {
		if _, err := load(wrong); err == nil {
			t.Errorf("%s was taken", wrong)
		}
	}
}
