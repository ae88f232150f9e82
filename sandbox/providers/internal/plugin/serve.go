package plugin

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/credentials/insecure"
)

// maxMessage is the largest message either side accepts, in bytes; the engine's own limit.
const maxMessage = 400 << 20

// Serve runs a provider for the engine at the given address (empty: for nobody in particular) until it is stopped by a signal.
// It prints the port it listens on, as the engine expects, and ends by itself when the engine has gone.
func Serve(backend Backend, engine string) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("cannot listen on 127.0.0.1: %w", err)
	}
	instance := newServer(backend)
	if engine != "" {
		if err := instance.connect(engine); err != nil {
			return err
		}
	}
	server := grpc.NewServer(grpc.MaxRecvMsgSize(maxMessage), grpc.MaxSendMsgSize(maxMessage))
	pulumirpc.RegisterResourceProviderServer(server, instance)

	signals := make(chan os.Signal, 1)
	// The engine asks its plugins to end by an interrupt and waits for them. One from the terminal does not come here: each
	// plugin is a process group of its own.
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		instance.stop()
		server.Stop()
	}()
	fmt.Printf("%d\n", listener.Addr().(*net.TCPAddr).Port)
	if err := server.Serve(listener); err != nil && !errors.Is(err, grpc.ErrServerStopped) {
		return err
	}
	return nil
}

// connect opens the way back to the engine, for log lines, and ends this process when the engine is gone: an engine that
// was killed cannot stop its plugins.
func (s *server) connect(address string) error {
	connection, err := grpc.NewClient("passthrough:///"+address,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxMessage)))
	if err != nil {
		return fmt.Errorf("cannot reach the engine at %s: %w", address, err)
	}
	s.engine = pulumirpc.NewEngineClient(connection)
	connection.Connect()
	go watchEngine(connection)
	return nil
}

// engineGrace is how long the engine may be out of reach before it counts as gone. An engine that ends properly stops
// listening some time before it stops its plugins, and takes a plugin that is gone by then for one that crashed.
const engineGrace = 20 * time.Second

func watchEngine(connection *grpc.ClientConn) {
	lost := time.Now()
	for {
		state := connection.GetState()
		switch state {
		case connectivity.Ready:
			lost = time.Time{}
		case connectivity.Idle:
			connection.Connect()
		}
		if state != connectivity.Ready && lost.IsZero() {
			lost = time.Now()
		}
		if !lost.IsZero() && time.Since(lost) > engineGrace {
			os.Exit(1)
		}
		ctx, cancel := context.WithTimeout(context.Background(), engineGrace/4)
		connection.WaitForStateChange(ctx, state)
		cancel()
	}
}

type loggerKey struct{}

// Logger writes lines for the user through the engine, under the resource they are about.
type Logger struct {
	engine pulumirpc.EngineClient
	urn    string
}

// Log is the logger of a call. It is never nil.
func Log(ctx context.Context) *Logger {
	if logger, ok := ctx.Value(loggerKey{}).(*Logger); ok {
		return logger
	}
	return &Logger{}
}

// Warn shows a warning that stays visible.
func (l *Logger) Warn(format string, args ...any) {
	l.send(pulumirpc.LogSeverity_WARNING, false, fmt.Sprintf(format, args...))
}

// Info shows a line that stays visible.
func (l *Logger) Info(format string, args ...any) {
	l.send(pulumirpc.LogSeverity_INFO, false, fmt.Sprintf(format, args...))
}

// Status shows a line beside the resource until the next one replaces it: what is being waited for.
func (l *Logger) Status(format string, args ...any) {
	l.send(pulumirpc.LogSeverity_INFO, true, fmt.Sprintf(format, args...))
}

func (l *Logger) send(severity pulumirpc.LogSeverity, ephemeral bool, message string) {
	if l.engine == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	// A line that cannot be shown is no reason to fail the operation it is about.
	_, _ = l.engine.Log(ctx, &pulumirpc.LogRequest{Severity: severity, Message: message, Urn: l.urn, Ephemeral: ephemeral})
}
