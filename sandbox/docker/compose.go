package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"sort"
	"strings"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

// Container is what would run of a service, in the words of docker compose ps.
type Container struct {
	Service string
	State   string
	Health  string
	Lines   []string
}

// files are the values of an option that may be given several times.
type files []string

func (f *files) String() string { return strings.Join(*f, ",") }

func (f *files) Set(value string) error {
	*f = append(*f, value)
	return nil
}

// compose carries out one command of docker compose.
func (m Machine) compose(arguments []string) error {
	flags := flag.NewFlagSet("compose", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	var paths files
	flags.Var(&paths, "file", "")
	project := flags.String("project-name", "", "")
	directory := flags.String("project-directory", "", "")
	if err := flags.Parse(arguments); err != nil || flags.NArg() == 0 {
		return fmt.Errorf("docker compose: %w", refused)
	}
	command, rest := flags.Arg(0), flags.Args()[1:]
	if command == "version" {
		fmt.Fprintln(m.out, standIn)
		return nil
	}
	run, known := map[string]func(*types.Project, []string) error{
		"config": m.config, "pull": m.pullAll, "up": m.up, "ps": m.list, "logs": m.logs,
	}[command]
	if !known {
		return fmt.Errorf("docker compose %s: %w", command, refused)
	}
	options, err := cli.NewProjectOptions(paths,
		cli.WithName(*project), cli.WithWorkingDirectory(*directory), cli.WithOsEnv, cli.WithResolvedPaths(true))
	if err != nil {
		return err
	}
	loaded, err := options.LoadProject(context.Background())
	if err != nil {
		return err
	}
	return run(loaded, rest)
}

func (m Machine) config(_ *types.Project, arguments []string) error {
	if err := quietFlags("config").Parse(arguments); err != nil {
		return fmt.Errorf("docker compose config: %w", refused)
	}
	return nil
}

func (m Machine) pullAll(project *types.Project, arguments []string) error {
	if err := quietFlags("pull").Parse(arguments); err != nil {
		return fmt.Errorf("docker compose pull: %w", refused)
	}
	for _, service := range services(project) {
		if service.Image == "" {
			return fmt.Errorf("service %s has no image: nothing is built on a machine", service.Name)
		}
		if _, _, err := find(service.Image); err != nil {
			return err
		}
	}
	return nil
}

// up says what would run, and fails when something of it would not get healthy.
func (m Machine) up(project *types.Project, arguments []string) error {
	flags := flag.NewFlagSet("up", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	for _, name := range []string{"detach", "wait", "remove-orphans"} {
		flags.Bool(name, false, "")
	}
	flags.Int("wait-timeout", 0, "")
	if err := flags.Parse(arguments); err != nil || flags.NArg() > 0 {
		return fmt.Errorf("docker compose up: %w", refused)
	}
	fmt.Fprintln(m.out, standIn)
	if host := os.Getenv("DOCKER_HOST"); host != "" {
		fmt.Fprintf(m.out, "It would be on %s, which is not connected to.\n", host)
	}
	var containers []Container
	var unhealthy []string
	for _, service := range services(project) {
		container, err := m.start(service)
		if err != nil {
			return err
		}
		containers = append(containers, container)
		if container.Health == "unhealthy" {
			unhealthy = append(unhealthy, service.Name)
		}
	}
	if err := m.memory.write(containersFile(project), containers); err != nil {
		return err
	}
	if len(unhealthy) > 0 {
		return fmt.Errorf("container of %s is unhealthy", strings.Join(unhealthy, ", "))
	}
	return nil
}

// start says what would run of a service.
func (m Machine) start(service types.ServiceConfig) (Container, error) {
	_, descriptor, err := find(service.Image)
	if err != nil {
		return Container{}, err
	}
	fmt.Fprintf(m.out, "Would run service %s: image %s (%s)\n", service.Name, service.Image, descriptor.Digest)
	for _, port := range service.Ports {
		fmt.Fprintf(m.out, "  port %d of the container as %s of the machine\n", port.Target, orAny(port.Published))
	}
	for _, key := range sortedKeys(service.Environment) {
		// Values may be secrets.
		fmt.Fprintf(m.out, "  variable %s\n", key)
	}
	health, line, err := healthOf(service, descriptor)
	if err != nil {
		return Container{}, err
	}
	fmt.Fprintf(m.out, "  %s\n", line)
	return Container{Service: service.Name, State: "running", Health: health, Lines: []string{line}}, nil
}

func (m Machine) list(project *types.Project, arguments []string) error {
	flags := flag.NewFlagSet("ps", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Bool("all", false, "")
	format := flags.String("format", "", "")
	if err := flags.Parse(arguments); err != nil || flags.NArg() > 0 || *format == "" {
		return fmt.Errorf("docker compose ps: %w", refused)
	}
	var containers []Container
	if err := m.memory.read(containersFile(project), &containers); err != nil && !os.IsNotExist(err) {
		return err
	}
	for _, container := range containers {
		if err := written(m.out, *format, container); err != nil {
			return err
		}
	}
	return nil
}

func (m Machine) logs(project *types.Project, arguments []string) error {
	flags := flag.NewFlagSet("logs", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Bool("no-color", false, "")
	flags.Bool("no-log-prefix", false, "")
	flags.Int("tail", 0, "")
	if err := flags.Parse(arguments); err != nil || flags.NArg() != 1 {
		return fmt.Errorf("docker compose logs: %w", refused)
	}
	var containers []Container
	if err := m.memory.read(containersFile(project), &containers); err != nil {
		return err
	}
	for _, container := range containers {
		if container.Service == flags.Arg(0) {
			fmt.Fprintln(m.out, strings.Join(container.Lines, "\n"))
		}
	}
	return nil
}

func containersFile(project *types.Project) string { return "project-" + project.Name + ".json" }

// services are those of a project, by name.
func services(project *types.Project) []types.ServiceConfig {
	all := make([]types.ServiceConfig, 0, len(project.Services))
	for _, service := range project.Services {
		all = append(all, service)
	}
	sort.Slice(all, func(a, b int) bool { return all[a].Name < all[b].Name })
	return all
}

func sortedKeys(environment types.MappingWithEquals) []string {
	keys := make([]string, 0, len(environment))
	for key := range environment {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}

func orAny(port string) string {
	if port == "" {
		return "any free one"
	}
	return port
}
