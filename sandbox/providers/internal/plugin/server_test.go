package plugin

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"
)

// fake is a backend whose calls are set by each test.
type fake struct {
	Base
	config Map
	create func(context.Context, CreateRequest) (CreateResponse, error)
	diff   DiffResponse
	check  CheckRequest
}

func (*fake) Name() string    { return "fake" }
func (*fake) Version() string { return "1.2.3" }
func (f *fake) Configure(_ context.Context, req ConfigureRequest) error {
	f.config = req.Inputs
	return nil
}
func (f *fake) Check(_ context.Context, req CheckRequest) (CheckResponse, error) {
	f.check = req
	return CheckResponse{Inputs: req.News, Failures: []Failure{{"a.b", "is bad"}}}, nil
}
func (f *fake) Diff(context.Context, DiffRequest) (DiffResponse, error) { return f.diff, nil }
func (f *fake) Create(ctx context.Context, req CreateRequest) (CreateResponse, error) {
	return f.create(ctx, req)
}
func (*fake) Read(context.Context, ReadRequest) (ReadResponse, error) { return ReadResponse{}, nil }
func (*fake) Update(_ context.Context, req UpdateRequest) (UpdateResponse, error) {
	return UpdateResponse{Outputs: req.News}, nil
}
func (*fake) Delete(context.Context, DeleteRequest) error { return errors.New("will not go") }

func wire(t *testing.T, object Map) *structpb.Struct {
	t.Helper()
	result, err := toWire(object)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func TestCheckPassesFailuresAndNames(t *testing.T) {
	backend := &fake{}
	response, err := newServer(backend).Check(context.Background(), &pulumirpc.CheckRequest{
		Urn: "u", Name: "n", Type: "t", News: wire(t, Map{"s": Secret{Value: "x"}}),
		Autonaming: &pulumirpc.CheckRequest_AutonamingOptions{
			ProposedName: "p", Mode: pulumirpc.CheckRequest_AutonamingOptions_ENFORCE,
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(response.Failures) != 1 || response.Failures[0].Property != "a.b" {
		t.Errorf("failures: %v", response.Failures)
	}
	if backend.check.Name != "n" || backend.check.Autonaming.Proposed != "p" || !backend.check.Autonaming.Enforced {
		t.Errorf("request: %+v", backend.check)
	}
	if inputs, _ := fromWire(response.Inputs); inputs["s"] != (Secret{Value: "x"}) {
		t.Errorf("the secret is lost: %v", inputs)
	}
}

func TestDiffOnTheWire(t *testing.T) {
	backend := &fake{diff: DiffResponse{DeleteBeforeReplace: true, Changes: []Change{
		{Path: "spec.a", Kind: Updated, Replace: true}, {Path: `spec["b.c"]`, Kind: Added}, {Path: "x[0]", Kind: Deleted},
	}}}
	response, err := newServer(backend).Diff(context.Background(), &pulumirpc.DiffRequest{})
	if err != nil {
		t.Fatal(err)
	}
	if response.Changes != pulumirpc.DiffResponse_DIFF_SOME || !response.DeleteBeforeReplace || !response.HasDetailedDiff {
		t.Errorf("response: %v", response)
	}
	if strings.Join(response.Diffs, ",") != "spec,x" || strings.Join(response.Replaces, ",") != "spec.a" {
		t.Errorf("diffs %v, replaces %v", response.Diffs, response.Replaces)
	}
	if response.DetailedDiff["spec.a"].Kind != pulumirpc.PropertyDiff_UPDATE_REPLACE {
		t.Errorf("detail: %v", response.DetailedDiff)
	}
	backend.diff = DiffResponse{}
	if response, _ = newServer(backend).Diff(context.Background(), &pulumirpc.DiffRequest{}); response.Changes != pulumirpc.DiffResponse_DIFF_NONE {
		t.Errorf("nothing changed, but: %v", response)
	}
}

func TestAnIncompleteResourceKeepsItsState(t *testing.T) {
	backend := &fake{create: func(context.Context, CreateRequest) (CreateResponse, error) {
		return CreateResponse{}, &InitError{ID: "i", Outputs: Map{"a": "b"}, Reasons: []string{"not ready"}}
	}}
	_, err := newServer(backend).Create(context.Background(), &pulumirpc.CreateRequest{})
	details := status.Convert(err).Details()
	if len(details) != 1 {
		t.Fatalf("details: %v", details)
	}
	detail, ok := details[0].(*pulumirpc.ErrorResourceInitFailed)
	if !ok || detail.Id != "i" || detail.Properties.Fields["a"].GetStringValue() != "b" || detail.Reasons[0] != "not ready" {
		t.Errorf("detail: %v", details[0])
	}
}

func TestTimeoutAndCancellationSayWhy(t *testing.T) {
	until := func(ctx context.Context, _ CreateRequest) (CreateResponse, error) {
		<-ctx.Done()
		return CreateResponse{}, context.Cause(ctx)
	}
	_, err := newServer(&fake{create: until}).Create(context.Background(), &pulumirpc.CreateRequest{Timeout: 0.01})
	if err == nil || !strings.Contains(err.Error(), ErrTimeout.Error()) {
		t.Errorf("timeout: %v", err)
	}
	instance := newServer(nil)
	started := make(chan struct{})
	instance.backend = &fake{create: func(ctx context.Context, req CreateRequest) (CreateResponse, error) {
		close(started)
		return until(ctx, req)
	}}
	done := make(chan error)
	go func() {
		_, err := instance.Create(context.Background(), &pulumirpc.CreateRequest{Timeout: 60})
		done <- err
	}()
	<-started
	if _, err := instance.Cancel(context.Background(), &emptypb.Empty{}); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err == nil || !strings.Contains(err.Error(), ErrCancelled.Error()) {
		t.Errorf("cancellation: %v", err)
	}
}

func TestAMissingDeadlineGetsTheDefault(t *testing.T) {
	ctx, cancel := WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	<-ctx.Done()
	if !errors.Is(context.Cause(ctx), ErrTimeout) {
		t.Errorf("cause: %v", context.Cause(ctx))
	}
	bounded, release := context.WithTimeout(context.Background(), time.Hour)
	defer release()
	kept, cancel := WithTimeout(bounded, time.Millisecond)
	defer cancel()
	if deadline, _ := kept.Deadline(); time.Until(deadline) < time.Minute {
		t.Error("a deadline of the request was shortened")
	}
}

func TestConfigurationIsDecoded(t *testing.T) {
	backend := &fake{}
	_, err := newServer(backend).Configure(context.Background(), &pulumirpc.ConfigureRequest{Args: wire(t, Map{
		"list": `["a"]`, "secret": Secret{Value: `{"b":1}`}, "text": "plain", "flag": "true", "number": "12", "broken": "{x",
	})})
	if err != nil {
		t.Fatal(err)
	}
	if list, ok := backend.config["list"].([]any); !ok || list[0] != "a" {
		t.Errorf("list: %v", backend.config["list"])
	}
	if secret, ok := backend.config["secret"].(Secret); !ok || !Equal(secret.Value, map[string]any{"b": 1.0}) {
		// A secret inside an object marks the value that held it.
		t.Errorf("secret: %#v", backend.config["secret"])
	}
	number, _ := Number(backend.config["number"])
	if !Bool(backend.config["flag"]) || number != 12 || Text(backend.config["text"]) != "plain" || Text(backend.config["broken"]) != "{x" {
		t.Errorf("config: %#v", backend.config)
	}
}

func TestWhatIsGoneHasNoID(t *testing.T) {
	response, err := newServer(&fake{}).Read(context.Background(), &pulumirpc.ReadRequest{Id: "i"})
	if err != nil || response.Id != "" || response.Properties != nil {
		t.Errorf("%v, %v", response, err)
	}
	if _, err := newServer(&fake{}).Delete(context.Background(), &pulumirpc.DeleteRequest{}); err == nil || !strings.Contains(err.Error(), "will not go") {
		t.Errorf("error: %v", err)
	}
}
