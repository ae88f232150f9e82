// Command relay stands between an engine's notifications and chat bots. Webhooks of Argo CD and Flux can neither sign a
// message for a bot nor see that it refused one with a 200; the relay makes cards of Flux's events, signs, looks into the answer, keeps to the bots' rate limits, repeats
// what is safe to repeat, and never reports the same thing twice.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// How long a stop waits for messages that are on their way: less than Kubernetes' 30 seconds.
const grace = 20 * time.Second

func main() {
	file := flag.String("config", "/etc/relay/config.json", "settings, a JSON file")
	flag.Parse()
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	if err := run(*file, log); err != nil {
		log.Error("the relay cannot run", "error", err.Error())
		os.Exit(1)
	}
}

func run(file string, log *slog.Logger) error {
	config, err := LoadConfig(file, os.Getenv)
	if err != nil {
		return err
	}
	relay, err := NewRelay(config, log)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", config.Listen)
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler:           relay.Handler(),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       20 * time.Second,
		IdleTimeout:       60 * time.Second,
	}
	stopped, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	fmt.Printf("ready http://%s\n", listener.Addr())

	select {
	case err = <-failed:
	case <-stopped.Done():
		ending, cancel := context.WithTimeout(context.Background(), grace)
		defer cancel()
		// What waits longer than that is in the state file, or is reported to Argo CD as failed and comes again.
		relay.Close(ending)
		err = server.Shutdown(ending)
	}
	if errors.Is(err, http.ErrServerClosed) || errors.Is(err, context.DeadlineExceeded) {
		return nil
	}
	return err
}
