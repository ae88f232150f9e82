package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/template"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// Memory is what one job's commands leave for each other, as files.
type Memory struct{ folder string }

func (m Memory) write(file string, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(m.folder, 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(m.folder, file), data, 0o600)
}

func (m Memory) read(file string, value any) error {
	data, err := os.ReadFile(filepath.Join(m.folder, file))
	if err != nil {
		return err
	}
	return json.Unmarshal(data, value)
}

const imagesFile = "images.json"

// pulled are digests of images that were asked for, by reference.
func (m Memory) pulled() map[string]string {
	images := map[string]string{}
	// There is no such file before the first pull.
	_ = m.read(imagesFile, &images)
	return images
}

// find asks the registry for an image, with the login of the job. What a machine may not pull it does not get either.
func find(image string) (name.Reference, *remote.Descriptor, error) {
	reference, err := name.ParseReference(image)
	if err != nil {
		return nil, nil, err
	}
	descriptor, err := remote.Get(reference, remote.WithAuthFromKeychain(authn.DefaultKeychain))
	if err != nil {
		return nil, nil, fmt.Errorf("cannot pull %s: %w", image, err)
	}
	return reference, descriptor, nil
}

// pull asks for an image, and remembers its digest.
func (m Machine) pull(arguments []string) error {
	flags := quietFlags("pull")
	if err := flags.Parse(arguments); err != nil || flags.NArg() != 1 {
		return fmt.Errorf("docker pull: %w", refused)
	}
	image := flags.Arg(0)
	_, descriptor, err := find(image)
	if err != nil {
		return err
	}
	images := m.memory.pulled()
	images[image] = descriptor.Digest.String()
	fmt.Fprintln(m.out, image)
	return m.memory.write(imagesFile, images)
}

// inspect writes what is known of an image that was pulled, by a template of Go.
func (m Machine) inspect(arguments []string) error {
	flags := flag.NewFlagSet("inspect", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	format := flags.String("format", "", "")
	if err := flags.Parse(arguments); err != nil || flags.NArg() != 1 || *format == "" {
		return fmt.Errorf("docker image inspect: %w", refused)
	}
	image := flags.Arg(0)
	digest, known := m.memory.pulled()[image]
	if !known {
		return fmt.Errorf("Error response from daemon: No such image: %s", image)
	}
	reference, err := name.ParseReference(image)
	if err != nil {
		return err
	}
	facts := struct{ RepoDigests []string }{[]string{reference.Context().Name() + "@" + digest}}
	return written(m.out, *format, facts)
}

// written fills a template, whose last line is ended as docker ends it.
func written(out io.Writer, format string, facts any) error {
	functions := template.FuncMap{"println": fmt.Sprintln}
	parsed, err := template.New("format").Funcs(functions).Parse(format)
	if err != nil {
		return err
	}
	if err := parsed.Execute(out, facts); err != nil {
		return err
	}
	fmt.Fprintln(out)
	return nil
}

func quietFlags(command string) *flag.FlagSet {
	flags := flag.NewFlagSet(command, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Bool("quiet", false, "")
	return flags
}
