package main

import (
	"bytes"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/crane"
	"github.com/google/go-containerregistry/pkg/registry"
)

// machine is a stand-in beside a registry that has images with these files, by tag of web/web.
func machine(t *testing.T, images map[string]map[string][]byte) (run func(...string) (string, error), host string) {
	t.Helper()
	server := httptest.NewServer(registry.New())
	t.Cleanup(server.Close)
	host = strings.TrimPrefix(server.URL, "http://")
	for tag, content := range images {
		image, err := crane.Image(content)
		if err == nil {
			err = crane.Push(image, host+"/web/web:"+tag)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	memory := Memory{folder: t.TempDir()}
	return func(arguments ...string) (string, error) {
		var out bytes.Buffer
		err := Machine{out: &out, err: &out, memory: memory}.Run(arguments)
		return out.String(), err
	}, host
}

// project writes Compose files, and gives the arguments that name them.
func project(t *testing.T, texts ...string) []string {
	t.Helper()
	folder := t.TempDir()
	arguments := []string{"compose", "--project-name", "web-dev", "--project-directory", folder}
	for index, text := range texts {
		file := filepath.Join(folder, "compose"+string(rune('a'+index))+".yaml")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		arguments = append(arguments, "--file", file)
	}
	return arguments
}

func contains(t *testing.T, text string, wanted ...string) {
	t.Helper()
	for _, each := range wanted {
		if !strings.Contains(text, each) {
			t.Errorf("no %q in:\n%s", each, text)
		}
	}
}

const service = `
services:
  web:
    image: IMAGE
    ports: ["8080"]
    environment: {MODE: test}
    healthcheck: {test: [CMD, wget, -q, "http://127.0.0.1:8080/"]}
`

var page = map[string][]byte{"www/index.html": []byte("<p>")}

func TestWhatWouldRunIsTheImageOfTheRegistry(t *testing.T) {
	run, host := machine(t, map[string]map[string][]byte{"1": page})
	image := host + "/web/web:1"
	if _, err := run("pull", "--quiet", image); err != nil {
		t.Fatal(err)
	}
	digest, err := run("image", "inspect", "--format", "{{range .RepoDigests}}{{println .}}{{end}}", image)
	if err != nil || !strings.HasPrefix(digest, host+"/web/web@sha256:") {
		t.Fatal(digest, err)
	}
	pinned := image + "@" + strings.TrimSpace(strings.SplitN(digest, "@", 2)[1])
	files := project(t, strings.ReplaceAll(service, "IMAGE", pinned), `{"services":{"web":{"environment":{"EXTRA":"5$$"}}}}`)
	out, err := run(append(files, "up", "--detach", "--wait", "--wait-timeout", "9", "--remove-orphans")...)
	if err != nil {
		t.Fatal(out, err)
	}
	contains(t, out, "no container is started", "Would run service web: image "+pinned, "port 8080", "variable EXTRA", "variable MODE", "200, the image has the file index.html")
	states, err := run(append(files, "ps", "--all", "--format", "{{.Service}} {{.State}} {{.Health}}")...)
	if err != nil || states != "web running healthy\n" {
		t.Fatalf("%q %v", states, err)
	}
}

func TestAPageThatTheImageHasNotIsUnhealthy(t *testing.T) {
	run, host := machine(t, map[string]map[string][]byte{"2": {"www/other.html": []byte("<p>")}})
	files := project(t, strings.ReplaceAll(service, "IMAGE", host+"/web/web:2"))
	out, err := run(append(files, "up", "--detach", "--wait")...)
	if err == nil || !strings.Contains(err.Error(), "container of web is unhealthy") {
		t.Fatal(out, err)
	}
	logs, err := run(append(files, "logs", "--no-color", "--no-log-prefix", "--tail", "5", "web")...)
	if err != nil {
		t.Fatal(err)
	}
	contains(t, logs, "404, the image has no file index.html")
}

func TestOtherChecksAreSaidToBeTakenForPassed(t *testing.T) {
	run, host := machine(t, map[string]map[string][]byte{"1": page})
	text := strings.ReplaceAll(service, "IMAGE", host+"/web/web:1")
	files := project(t, strings.Replace(text, `[CMD, wget, -q, "http://127.0.0.1:8080/"]`, `[CMD, pg_isready]`, 1))
	out, err := run(append(files, "up")...)
	if err != nil {
		t.Fatal(err)
	}
	contains(t, out, "taken for passed")
}

func TestWhatDockerRefusesIsRefused(t *testing.T) {
	run, host := machine(t, map[string]map[string][]byte{"1": page})
	for name, each := range map[string]struct {
		arguments []string
		words     string
	}{
		"a key that Compose has not": {append(project(t, "services: {web: {image: a, healthchek: {}}}"), "config", "--quiet"), "healthchek"},
		"an image that is not there": {append(project(t, strings.ReplaceAll(service, "IMAGE", host+"/web/web:9")), "pull", "--quiet"), "MANIFEST_UNKNOWN"},
		"an image nobody pulled":     {[]string{"image", "inspect", "--format", "{{.}}", host + "/web/web:1"}, "No such image"},
		"another command":            {[]string{"run", "busybox"}, "does not know this command"},
		"another option":             {append(project(t, strings.ReplaceAll(service, "IMAGE", host+"/web/web:1")), "up", "--build"), "does not know this command"},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := run(each.arguments...)
			if err == nil {
				t.Fatal("taken: ", out)
			}
			contains(t, err.Error(), each.words)
		})
	}
}
