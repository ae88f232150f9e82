// Command docker stands in for Docker where jobs of the sandbox's pipelines deliver to a machine, and no container engine is
// there. It reads Compose files with the library that Docker Compose reads them with, asks registries for images with the
// login of the job, and says what would run. Health is decided by what is in the image, see health.go. What it is asked for
// beside the commands of a delivery it refuses.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
)

const standIn = "The sandbox's stand-in for Docker: no container is started. It reads the Compose file as Docker Compose does, " +
	"asks the registry for each image with this job's login, and says what would run."

// refused is a command that the stand-in does not know.
var refused = errors.New("the sandbox's stand-in for Docker does not know this command")

// Machine is what one job sees of Docker: where it writes to, and what it remembers.
type Machine struct {
	out, err io.Writer
	memory   Memory
}

func main() {
	home, err := os.UserHomeDir()
	if err == nil {
		machine := Machine{out: os.Stdout, err: os.Stderr, memory: Memory{folder: home + "/.docker-stand-in"}}
		err = machine.Run(os.Args[1:])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// Run carries out one command.
func (m Machine) Run(arguments []string) error {
	command, rest := "", []string(nil)
	if len(arguments) > 0 {
		command, rest = arguments[0], arguments[1:]
	}
	switch {
	case command == "version":
		fmt.Fprintln(m.out, standIn)
		return nil
	case command == "pull":
		return m.pull(rest)
	case command == "image" && len(rest) > 0 && rest[0] == "inspect":
		return m.inspect(rest[1:])
	case command == "compose":
		return m.compose(rest)
	}
	return fmt.Errorf("docker %s: %w", command, refused)
}
