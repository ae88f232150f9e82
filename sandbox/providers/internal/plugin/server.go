package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"
)

// server translates between the protocol and a Backend.
type server struct {
	pulumirpc.UnimplementedResourceProviderServer
	backend Backend
	engine  pulumirpc.EngineClient

	mutex     sync.Mutex
	cancelled context.Context
	cancel    context.CancelCauseFunc
}

func newServer(backend Backend) *server {
	s := &server{backend: backend}
	s.cancelled, s.cancel = context.WithCancelCause(context.Background())
	return s
}

func (s *server) stop() { s.cancel(ErrCancelled) }

// begin makes the context of a call: it ends with the call, with the operation, and at the resource's timeout.
func (s *server) begin(ctx context.Context, urn string, seconds float64) (context.Context, func()) {
	ctx = context.WithValue(ctx, loggerKey{}, &Logger{engine: s.engine, urn: urn})
	ctx, cancel := context.WithCancelCause(ctx)
	unlink := context.AfterFunc(s.cancelled, func() { cancel(ErrCancelled) })
	end := func() { unlink(); cancel(nil) }
	if seconds > 0 {
		bounded, release := context.WithTimeoutCause(ctx, time.Duration(seconds*float64(time.Second)), ErrTimeout)
		return bounded, func() { release(); end() }
	}
	return ctx, end
}

func seconds(value float64) time.Duration { return time.Duration(value * float64(time.Second)) }

// fail turns an error of a backend into what the engine shows.
func fail(err error) error {
	var incomplete *InitError
	if errors.As(err, &incomplete) {
		outputs, wireErr := toWire(incomplete.Outputs)
		if wireErr != nil {
			return wireErr
		}
		inputs, wireErr := toWire(incomplete.Inputs)
		if wireErr != nil {
			return wireErr
		}
		detail := &pulumirpc.ErrorResourceInitFailed{
			Id: incomplete.ID, Properties: outputs, Inputs: inputs, Reasons: incomplete.Reasons,
		}
		with, detailErr := status.New(codes.Unknown, incomplete.Error()).WithDetails(detail)
		if detailErr != nil {
			return detailErr
		}
		return with.Err()
	}
	if _, ok := status.FromError(err); ok {
		return err
	}
	return status.Error(codes.Unknown, err.Error())
}

func objects(sources ...*structpb.Struct) ([]Map, error) {
	result := make([]Map, len(sources))
	for i, source := range sources {
		object, err := fromWire(source)
		if err != nil {
			return nil, status.Error(codes.InvalidArgument, err.Error())
		}
		result[i] = object
	}
	return result, nil
}

func (s *server) Handshake(
	_ context.Context, req *pulumirpc.ProviderHandshakeRequest,
) (*pulumirpc.ProviderHandshakeResponse, error) {
	return &pulumirpc.ProviderHandshakeResponse{
		AcceptSecrets: true, AcceptResources: true, SupportsAutonamingConfiguration: true,
	}, nil
}

func (s *server) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: s.backend.Version()}, nil
}

func (s *server) GetSchema(
	context.Context, *pulumirpc.GetSchemaRequest,
) (*pulumirpc.GetSchemaResponse, error) {
	schema, err := json.Marshal(map[string]string{"name": s.backend.Name(), "version": s.backend.Version()})
	return &pulumirpc.GetSchemaResponse{Schema: string(schema)}, err
}

func (s *server) Attach(_ context.Context, req *pulumirpc.PluginAttach) (*emptypb.Empty, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return &emptypb.Empty{}, s.connect(req.GetAddress())
}

func (s *server) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	s.stop()
	return &emptypb.Empty{}, nil
}

func (s *server) Configure(
	ctx context.Context, req *pulumirpc.ConfigureRequest,
) (*pulumirpc.ConfigureResponse, error) {
	ctx, end := s.begin(ctx, req.GetUrn(), 0)
	defer end()
	inputs, err := fromWire(req.GetArgs())
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	if err := s.backend.Configure(ctx, ConfigureRequest{Inputs: decodeConfig(inputs)}); err != nil {
		return nil, fail(err)
	}
	return &pulumirpc.ConfigureResponse{
		AcceptSecrets: true, SupportsPreview: true, AcceptResources: true, SupportsAutonamingConfiguration: true,
	}, nil
}

// decodeConfig undoes the JSON encoding that SDKs apply to provider settings which are not strings. A string that happens
// to be JSON of another type (`"8080"`, `"true"`) cannot be distinguished: see [Bool] and [Number].
func decodeConfig(inputs Map) Map {
	result := make(Map, len(inputs))
	for key, value := range inputs {
		text, isText := unmark(value).(string)
		var decoded any
		if isText && len(text) > 0 && (text[0] == '{' || text[0] == '[') && json.Unmarshal([]byte(text), &decoded) == nil {
			result[key] = MarkLike(decoded, value)
			continue
		}
		result[key] = value
	}
	return result
}

// Bool reads a provider setting that can come as a boolean or as its JSON text.
func Bool(value any) bool {
	switch v := unmark(value).(type) {
	case bool:
		return v
	case string:
		return v == "true" || v == "1"
	}
	return false
}

// Number reads a provider setting that can come as a number or as its JSON text.
func Number(value any) (float64, bool) {
	switch v := unmark(value).(type) {
	case float64:
		return v, true
	case int64:
		return float64(v), true
	case int:
		return float64(v), true
	case string:
		var number float64
		err := json.Unmarshal([]byte(v), &number)
		return number, err == nil
	}
	return 0, false
}

// Text reads a string, "" if it is missing, unknown or something else.
func Text(value any) string {
	text, _ := unmark(value).(string)
	return text
}

type checker func(context.Context, CheckRequest) (CheckResponse, error)

func (s *server) check(ctx context.Context, req *pulumirpc.CheckRequest, run checker) (*pulumirpc.CheckResponse, error) {
	ctx, end := s.begin(ctx, req.GetUrn(), 0)
	defer end()
	olds, err := objects(req.GetOlds())
	if err != nil {
		return nil, err
	}
	news, err := fromWire(req.GetNews())
	if err != nil {
		return &pulumirpc.CheckResponse{Failures: []*pulumirpc.CheckFailure{{Reason: err.Error()}}}, nil
	}
	request := CheckRequest{
		Resource: Resource{URN: req.GetUrn(), Name: req.GetName(), Type: req.GetType()},
		Olds:     olds[0], News: news, RandomSeed: req.GetRandomSeed(),
	}
	if wish := req.GetAutonaming(); wish != nil {
		request.Autonaming = &Autonaming{
			Proposed: wish.GetProposedName(),
			Enforced: wish.GetMode() == pulumirpc.CheckRequest_AutonamingOptions_ENFORCE,
			Disabled: wish.GetMode() == pulumirpc.CheckRequest_AutonamingOptions_DISABLE,
		}
	}
	response, err := run(ctx, request)
	if err != nil {
		return nil, fail(err)
	}
	inputs, err := toWire(response.Inputs)
	if err != nil {
		return nil, err
	}
	return &pulumirpc.CheckResponse{Inputs: inputs, Failures: failures(response.Failures)}, nil
}

func failures(list []Failure) []*pulumirpc.CheckFailure {
	var result []*pulumirpc.CheckFailure
	for _, failure := range list {
		result = append(result, &pulumirpc.CheckFailure{Property: failure.Property, Reason: failure.Reason})
	}
	return result
}

func (s *server) CheckConfig(ctx context.Context, req *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	return s.check(ctx, req, s.backend.CheckConfig)
}

func (s *server) Check(ctx context.Context, req *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	return s.check(ctx, req, s.backend.Check)
}

type differ func(context.Context, DiffRequest) (DiffResponse, error)

func (s *server) diff(ctx context.Context, req *pulumirpc.DiffRequest, run differ) (*pulumirpc.DiffResponse, error) {
	ctx, end := s.begin(ctx, req.GetUrn(), 0)
	defer end()
	maps, err := objects(req.GetOlds(), req.GetOldInputs(), req.GetNews())
	if err != nil {
		return nil, err
	}
	response, err := run(ctx, DiffRequest{
		Resource: Resource{URN: req.GetUrn(), Name: req.GetName(), Type: req.GetType()},
		ID:       req.GetId(), Olds: maps[0], OldInputs: maps[1], News: maps[2], IgnoreChanges: req.GetIgnoreChanges(),
	})
	if err != nil {
		return nil, fail(err)
	}
	return wireDiff(response), nil
}

func wireDiff(response DiffResponse) *pulumirpc.DiffResponse {
	result := &pulumirpc.DiffResponse{
		Changes:             pulumirpc.DiffResponse_DIFF_NONE,
		DeleteBeforeReplace: response.DeleteBeforeReplace,
		DetailedDiff:        map[string]*pulumirpc.PropertyDiff{},
		HasDetailedDiff:     true,
	}
	kinds := map[Kind][2]pulumirpc.PropertyDiff_Kind{
		Added:   {pulumirpc.PropertyDiff_ADD, pulumirpc.PropertyDiff_ADD_REPLACE},
		Deleted: {pulumirpc.PropertyDiff_DELETE, pulumirpc.PropertyDiff_DELETE_REPLACE},
		Updated: {pulumirpc.PropertyDiff_UPDATE, pulumirpc.PropertyDiff_UPDATE_REPLACE},
	}
	seen := map[string]bool{}
	for _, change := range response.Changes {
		result.Changes = pulumirpc.DiffResponse_DIFF_SOME
		kind := kinds[change.Kind][0]
		if change.Replace {
			kind = kinds[change.Kind][1]
			result.Replaces = append(result.Replaces, change.Path)
		}
		result.DetailedDiff[change.Path] = &pulumirpc.PropertyDiff{Kind: kind, InputDiff: true}
		top, _ := ParsePath(change.Path)
		if len(top) == 0 {
			continue
		}
		if key := fmt.Sprint(top[0]); !seen[key] {
			seen[key] = true
			result.Diffs = append(result.Diffs, key)
		}
	}
	return result
}

func (s *server) DiffConfig(ctx context.Context, req *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	return s.diff(ctx, req, s.backend.DiffConfig)
}

func (s *server) Diff(ctx context.Context, req *pulumirpc.DiffRequest) (*pulumirpc.DiffResponse, error) {
	return s.diff(ctx, req, s.backend.Diff)
}

func (s *server) Create(ctx context.Context, req *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	ctx, end := s.begin(ctx, req.GetUrn(), req.GetTimeout())
	defer end()
	maps, err := objects(req.GetProperties())
	if err != nil {
		return nil, err
	}
	response, err := s.backend.Create(ctx, CreateRequest{
		Resource: Resource{URN: req.GetUrn(), Name: req.GetName(), Type: req.GetType()},
		Inputs:   maps[0], Timeout: seconds(req.GetTimeout()), Preview: req.GetPreview(),
	})
	if err != nil {
		return nil, fail(err)
	}
	outputs, err := toWire(response.Outputs)
	if err != nil {
		return nil, err
	}
	return &pulumirpc.CreateResponse{Id: response.ID, Properties: outputs}, nil
}

func (s *server) Read(ctx context.Context, req *pulumirpc.ReadRequest) (*pulumirpc.ReadResponse, error) {
	ctx, end := s.begin(ctx, req.GetUrn(), 0)
	defer end()
	maps, err := objects(req.GetProperties(), req.GetInputs())
	if err != nil {
		return nil, err
	}
	response, err := s.backend.Read(ctx, ReadRequest{
		Resource: Resource{URN: req.GetUrn(), Name: req.GetName(), Type: req.GetType()},
		ID:       req.GetId(), Outputs: maps[0], Inputs: maps[1],
	})
	if err != nil {
		return nil, fail(err)
	}
	if response.ID == "" {
		return &pulumirpc.ReadResponse{}, nil
	}
	outputs, err := toWire(response.Outputs)
	if err != nil {
		return nil, err
	}
	inputs, err := toWire(response.Inputs)
	if err != nil {
		return nil, err
	}
	return &pulumirpc.ReadResponse{Id: response.ID, Properties: outputs, Inputs: inputs}, nil
}

func (s *server) Update(ctx context.Context, req *pulumirpc.UpdateRequest) (*pulumirpc.UpdateResponse, error) {
	ctx, end := s.begin(ctx, req.GetUrn(), req.GetTimeout())
	defer end()
	maps, err := objects(req.GetOlds(), req.GetOldInputs(), req.GetNews())
	if err != nil {
		return nil, err
	}
	response, err := s.backend.Update(ctx, UpdateRequest{
		Resource: Resource{URN: req.GetUrn(), Name: req.GetName(), Type: req.GetType()},
		ID:       req.GetId(), Olds: maps[0], OldInputs: maps[1], News: maps[2],
		Timeout: seconds(req.GetTimeout()), Preview: req.GetPreview(), IgnoreChanges: req.GetIgnoreChanges(),
	})
	if err != nil {
		return nil, fail(err)
	}
	outputs, err := toWire(response.Outputs)
	if err != nil {
		return nil, err
	}
	return &pulumirpc.UpdateResponse{Properties: outputs}, nil
}

func (s *server) Delete(ctx context.Context, req *pulumirpc.DeleteRequest) (*emptypb.Empty, error) {
	ctx, end := s.begin(ctx, req.GetUrn(), req.GetTimeout())
	defer end()
	maps, err := objects(req.GetProperties(), req.GetOldInputs())
	if err != nil {
		return nil, err
	}
	err = s.backend.Delete(ctx, DeleteRequest{
		Resource: Resource{URN: req.GetUrn(), Name: req.GetName(), Type: req.GetType()},
		ID:       req.GetId(), Olds: maps[0], OldInputs: maps[1], Timeout: seconds(req.GetTimeout()),
	})
	if err != nil {
		return nil, fail(err)
	}
	return &emptypb.Empty{}, nil
}

func (s *server) Invoke(ctx context.Context, req *pulumirpc.InvokeRequest) (*pulumirpc.InvokeResponse, error) {
	ctx, end := s.begin(ctx, "", 0)
	defer end()
	maps, err := objects(req.GetArgs())
	if err != nil {
		return nil, err
	}
	response, err := s.backend.Invoke(ctx, InvokeRequest{Token: req.GetTok(), Args: maps[0]})
	if err != nil {
		return nil, fail(err)
	}
	result, err := toWire(response.Result)
	if err != nil {
		return nil, err
	}
	return &pulumirpc.InvokeResponse{Return: result, Failures: failures(response.Failures)}, nil
}

func (s *server) Construct(
	_ context.Context, req *pulumirpc.ConstructRequest,
) (*pulumirpc.ConstructResponse, error) {
	return nil, status.Errorf(codes.Unimplemented,
		"%s %s has no component %s: register the resources themselves", s.backend.Name(), s.backend.Version(), req.GetType())
}
