package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

const fluxCard = `{"msg_type":"interactive","card":{"title":"{{ fact \"application\" }}: failed",` +
	`"text":"{{ fact \"message\" \"<\" \"&#60;\" }} at {{ fact \"commit\" }} in {{ fact \"cluster\" }} {{ fact \"image\" }}",` +
	`"url":"{{ fact \"page\" }}"}}`

func newFluxWorld(t *testing.T) *world {
	w := newWorld(t, "feishu")
	w.stop()
	cards := map[string]json.RawMessage{}
	for _, event := range []string{"failed", "healthy", "degraded"} {
		cards[event] = json.RawMessage(fluxCard)
	}
	w.config.Channels["ops"] = ChannelConfig{Kind: "feishu", Cards: cards}
	w.start()
	return w
}

// fluxEvent is an event as the controller posts it, of a HelmRelease.
func fluxEvent(reason, severity, message, events string) string {
	body, _ := json.Marshal(map[string]any{
		"involvedObject": map[string]string{"kind": "HelmRelease", "namespace": "flux-shop", "name": "web-live-member1"},
		"severity":       severity, "reason": reason, "message": message, "timestamp": "2026-01-02T03:04:05Z",
		"metadata": map[string]string{
			"helm.toolkit.fluxcd.io/revision": "0.1.0+0123456789ab", "application": "web-live-member1", "cluster": "member1",
			"namespace": "web-live", "events": events, "page": "https://gitlab.test/acme/shop/web-config",
		},
	})
	return string(body)
}

func (w *world) flux(body, signature string) (int, Result) {
	w.t.Helper()
	request, err := http.NewRequest(http.MethodPost, w.api.URL+"/flux/ops", strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	request.Header.Set("X-Signature", signature)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		w.t.Fatal(err)
	}
	defer response.Body.Close()
	data, _ := io.ReadAll(response.Body)
	var result Result
	_ = json.Unmarshal(data, &result)
	return response.StatusCode, result
}

func signature(token, body string) string {
	mac := hmac.New(sha256.New, []byte(token))
	mac.Write([]byte(body))
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

func (w *world) expectFlux(body string, status int, outcome Outcome) {
	w.t.Helper()
	got, result := w.flux(body, signature("token", body))
	if got != status || result.Outcome != outcome {
		w.t.Fatalf("got %d %s, want %d %s", got, result.Outcome, status, outcome)
	}
}

func TestAnEventOfFluxBecomesACard(t *testing.T) {
	w := newFluxWorld(t)
	w.expectFlux(fluxEvent("UpgradeFailed", "error", `a "quoted" <at id=all>`, "failed,healthy"), 200, Delivered)
	var sent struct {
		Card map[string]string `json:"card"`
	}
	if err := json.Unmarshal([]byte(<-w.bodies), &sent); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{
		"title": "web-live-member1: failed",
		"text":  `a "quoted" &#60;at id=all> at 0123456789ab in member1 -`,
		"url":   "https://gitlab.test/acme/shop/web-config/-/commit/0123456789ab",
	} {
		if sent.Card[key] != want {
			t.Errorf("%s is %q, want %q", key, sent.Card[key], want)
		}
	}
}

func TestAFailureOfFluxIsReportedOncePerRevision(t *testing.T) {
	w := newFluxWorld(t)
	w.expectFlux(fluxEvent("UpgradeFailed", "error", "attempt 1", "failed,healthy"), 200, Delivered)
	w.expectFlux(fluxEvent("UpgradeFailed", "error", "attempt 2", "failed,healthy"), 200, Duplicate)
	w.expectFlux(fluxEvent("UpgradeSucceeded", "info", "web.v2", "failed,healthy"), 200, Delivered)
	w.expectFlux(fluxEvent("UpgradeSucceeded", "info", "web.v2", "failed,healthy"), 200, Duplicate)
	// The same chart with other values.
	w.expectFlux(fluxEvent("UpgradeSucceeded", "info", "web.v3", "failed,healthy"), 200, Delivered)
}

func TestAChartThatCannotBeBuiltIsReported(t *testing.T) {
	w := newFluxWorld(t)
	chart := func(reason, severity string) string {
		return strings.Replace(fluxEvent(reason, severity, "values files merge error", "failed,healthy"), "HelmRelease", "HelmChart", 1)
	}
	// That one is made is on the way of a release, which reports its end itself.
	w.expectFlux(chart("ChartPackageSucceeded", "info"), 200, Unwanted)
	w.expectFlux(chart("ValuesFilesError", "error"), 200, Delivered)
	w.expectFlux(chart("ValuesFilesError", "error"), 200, Duplicate)
}

func TestABrokenChartIsReportedOncePerCommitOfItsBranch(t *testing.T) {
	w := newFluxWorld(t)
	about := func(kind, reason, severity, revision string) string {
		body := strings.Replace(fluxEvent(reason, severity, "values files merge error", "failed,healthy"), "HelmRelease", kind, 1)
		return strings.Replace(body, `"helm.toolkit.fluxcd.io/revision":"0.1.0+0123456789ab"`, revision, 1)
	}
	commit := func(sha string) string {
		return about("GitRepository", "NewArtifact", "info", `"revision":"live@sha1:`+sha+`"`)
	}
	// Of such a failure Flux says neither commit nor anything else that changes.
	broken := about("HelmChart", "ValuesFilesError", "error", `"nothing":""`)
	w.expectFlux(commit("aaaaaaaaaaaa"), 200, Unwanted)
	w.expectFlux(broken, 200, Delivered)
	if card := <-w.bodies; !strings.Contains(card, "/-/commit/aaaaaaaaaaaa") {
		t.Errorf("the card does not lead to the commit: %s", card)
	}
	w.expectFlux(broken, 200, Duplicate)
	w.expectFlux(commit("bbbbbbbbbbbb"), 200, Unwanted)
	w.stop()
	w.start()
	w.expectFlux(broken, 200, Delivered)
	w.expectFlux(broken, 200, Duplicate)
	w.expectFlux(about("HelmChart", "ChartPullError", "error", `"nothing":""`), 200, Delivered)
}

func TestWhatAChannelDoesNotWantOfFluxIsNotReported(t *testing.T) {
	w := newFluxWorld(t)
	w.expectFlux(fluxEvent("UpgradeSucceeded", "info", "web.v2", "failed"), 200, Unwanted)
	w.expectFlux(fluxEvent("NewArtifact", "info", "stored", "failed,healthy"), 200, Unwanted)
	w.expectFlux(fluxEvent("RollbackSucceeded", "info", "rolled back", "failed,healthy"), 200, Unwanted)
	// Wanted, but there is no card for it.
	w.expectFlux(fluxEvent("GitOperationFailed", "error", "out of reach", "unknown"), 200, Unwanted)
	w.expectFlux(fluxEvent("SomethingNewFailed", "error", "no", "failed"), 200, Delivered)
}

func TestOnlyASignatureOpensForFlux(t *testing.T) {
	w := newFluxWorld(t)
	body := fluxEvent("UpgradeFailed", "error", "no", "failed")
	good := signature("token", body)
	for _, bad := range []string{"", "sha256=", "sha256=zz", strings.TrimPrefix(good, "sha256="), signature("other", body), signature("token", body+" ")} {
		if status, _ := w.flux(body, bad); status != 401 {
			t.Errorf("%q: got %d", bad, status)
		}
	}
	if status, _ := w.flux("{}", signature("token", "{}")); status != 400 {
		t.Errorf("an event without an application: got %d", status)
	}
	if w.calls.Load() != 0 {
		t.Error("the bot was asked")
	}
}

func TestCommitsOfFluxRevisions(t *testing.T) {
	for revision, want := range map[string]string{
		"main@sha1:0123456789abcdef0123456789abcdef01234567": "0123456789abcdef0123456789abcdef01234567",
		"0.1.0+0123456789ab": "0123456789ab", "0.1.0+0123456789ab.2": "0123456789ab", "0.1.0": "", "": "",
	} {
		if got := (FluxEvent{Metadata: map[string]string{"revision": revision}}).commit(); got != want {
			t.Errorf("%q: got %q, want %q", revision, got, want)
		}
	}
}

func TestALongMessageOfFluxIsCutBetweenCharacters(t *testing.T) {
	event := FluxEvent{Message: strings.Repeat("应", longestFluxMessage)}
	if cut := event.fact("failed", "message"); len(cut) > longestFluxMessage || !strings.HasSuffix(cut, "应") {
		t.Errorf("got %d bytes ending in %q", len(cut), cut[len(cut)-3:])
	}
}

func TestACardThatIsNoTemplateIsRefusedAtTheStart(t *testing.T) {
	config := Config{Channels: map[string]ChannelConfig{"ops": {Kind: "feishu", Cards: map[string]json.RawMessage{"failed": json.RawMessage(`{"a":"{{ nothing }}"}`)}}}}
	if err := config.check(); err == nil || !bytes.Contains([]byte(err.Error()), []byte(`card of "failed"`)) {
		t.Error(fmt.Sprint(err))
	}
}
