// Command miniredis serves the Redis protocol from memory, for the parts of Argo CD that keep their cache there.
// Nothing is written to disk and nothing survives a restart, which is all that a cache needs.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// version is the module's version; toolchain/tools.ts sets it at link time.
var version = "unknown"

func main() {
	address := flag.String("address", "127.0.0.1:6379", "address to listen on")
	passwordFile := flag.String("password-file", "", "file with the password that clients must give")
	printVersion := flag.Bool("version", false, "print the version and exit")
	flag.Parse()
	if *printVersion {
		fmt.Println("miniredis", version)
		return
	}
	if err := serve(*address, *passwordFile); err != nil {
		fmt.Fprintln(os.Stderr, "miniredis:", err)
		os.Exit(1)
	}
}

// serve answers clients until the process is told to end.
func serve(address, passwordFile string) error {
	server := miniredis.NewMiniRedis()
	if passwordFile != "" {
		password, err := os.ReadFile(passwordFile)
		if err != nil {
			return err
		}
		server.RequireAuth(strings.TrimSpace(string(password)))
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	if err := server.StartAddr(address); err != nil {
		return err
	}
	defer server.Close()
	fmt.Println("listening on", server.Addr())
	age(server, stop)
	return nil
}

// age lets time pass for the server until stop: by itself it keeps every entry for ever, whatever its time to live, and
// Argo CD would never look at a branch again that it has seen once.
func age(server *miniredis.Miniredis, stop <-chan os.Signal) {
	const step = time.Second
	ticker := time.NewTicker(step)
	defer ticker.Stop()
	last := time.Now()
	for {
		select {
		case <-stop:
			return
		case now := <-ticker.C:
			server.FastForward(now.Sub(last))
			last = now
		}
	}
}
