package main

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"net/url"
	"path"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// healthOf decides whether a service would get healthy, and says why. A check that fetches a page of the container itself with
// wget or curl is answered by the files of the image: the page is there when some folder of it has the file. No other check
// can be answered without running the image; it counts as passed, and that is said.
func healthOf(service types.ServiceConfig, descriptor *remote.Descriptor) (health, line string, err error) {
	check := service.HealthCheck
	if check == nil || check.Disable || len(check.Test) == 0 || check.Test[0] == "NONE" {
		return "", "no health check: it counts as up once it runs", nil
	}
	page := ownPage(check.Test)
	if page == nil {
		return "healthy", fmt.Sprintf("health check %q cannot be answered without running it: taken for passed", check.Test), nil
	}
	file := strings.TrimPrefix(page.Path, "/")
	if file == "" || strings.HasSuffix(file, "/") {
		file += "index.html"
	}
	found, err := hasFile(descriptor, file)
	if err != nil {
		return "", "", err
	}
	if !found {
		return "unhealthy", fmt.Sprintf("health check of %s: 404, the image has no file %s", page, file), nil
	}
	return "healthy", fmt.Sprintf("health check of %s: 200, the image has the file %s", page, file), nil
}

// ownPage is the page of the container itself that a check fetches; nil where it does something else.
func ownPage(test types.HealthCheckTest) *url.URL {
	words := strings.Fields(strings.Join(test[1:], " "))
	if len(words) == 0 || (path.Base(words[0]) != "wget" && path.Base(words[0]) != "curl") {
		return nil
	}
	for _, word := range words[1:] {
		page, err := url.Parse(strings.Trim(word, `"'`))
		if err == nil && page.Scheme == "http" && (page.Hostname() == "127.0.0.1" || page.Hostname() == "localhost") {
			return page
		}
	}
	return nil
}

// hasFile looks through all that the image's layers come to.
func hasFile(descriptor *remote.Descriptor, file string) (bool, error) {
	image, err := descriptor.Image()
	if err != nil {
		return false, err
	}
	content := mutate.Extract(image)
	defer content.Close()
	for archive := tar.NewReader(content); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		if header.Typeflag == tar.TypeReg && strings.HasSuffix("/"+path.Clean(header.Name), "/"+file) {
			return true, nil
		}
	}
}
