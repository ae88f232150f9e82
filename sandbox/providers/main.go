// The sandbox's provider plugins: one program that is all of them, by the name it is started under
// (pulumi-resource-kubernetes) or by its first argument (providers kubernetes).
package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"estate/providers/gitlab"
	"estate/providers/harbor"
	"estate/providers/internal/plugin"
	"estate/providers/kubernetes"
	"estate/providers/noop"
)

var backends = map[string]func() plugin.Backend{
	"gitlab":     func() plugin.Backend { return gitlab.New() },
	"harbor":     func() plugin.Backend { return harbor.New() },
	"kubernetes": func() plugin.Backend { return kubernetes.New() },
	"noop":       func() plugin.Backend { return noop.New() },
}

func main() {
	name := strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe")
	args := os.Args[1:]
	name, isPlugin := strings.CutPrefix(name, "pulumi-resource-")
	if !isPlugin && len(args) > 0 {
		name, args = args[0], args[1:]
	}
	build, known := backends[name]
	if !known {
		names := slices.Sorted(maps.Keys(backends))
		fmt.Fprintf(os.Stderr, "usage: providers <%s> [engine address]\n", strings.Join(names, "|"))
		os.Exit(2)
	}
	// The engine's address is the only argument that is not a flag.
	engine := ""
	for _, arg := range args {
		if !strings.HasPrefix(arg, "-") {
			engine = arg
		}
	}
	// An estate runs one for each server and cluster, and they mostly wait: memory is dearer than their time.
	debug.SetGCPercent(25)
	if err := plugin.Serve(build(), engine); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %s\n", name, err)
		os.Exit(1)
	}
}
