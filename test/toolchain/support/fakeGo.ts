import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";

/**
 * A checkout, a cache and a PATH of a test's own, with a `go` that downloads and compiles nothing: `build` writes a script
 * that prints its own name, after doing what FAKE_GO says.
 */
export class FakeWorld {
    readonly folder = mkdtempSync(join(tmpdir(), "toolchain-"));
    readonly bin = join(this.folder, "bin");
    readonly checkout = join(this.folder, "checkout");
    readonly root = join(this.folder, "cache", "tools");
    readonly calls = join(this.folder, "calls");
    readonly env: NodeJS.ProcessEnv;

    constructor(fakeGo: Record<string, string> = {}) {
        mkdirSync(this.bin, { recursive: true });
        this.env = {
            // /bin and /usr/bin for sh, sleep and friends, which the scripts use.
            PATH: [this.bin, "/usr/bin", "/bin"].join(delimiter),
            ESTATE_CACHE: dirname(this.root),
            FAKE_GO_FOLDER: this.folder,
            ...fakeGo,
        };
        this.program("go", GO);
    }

    /** Puts an executable script on the test's PATH. */
    program(name: string, script: string, folder = this.bin): string {
        mkdirSync(folder, { recursive: true });
        const path = join(folder, name);
        writeFileSync(path, script);
        chmodSync(path, 0o755);
        return path;
    }

    /** Writes the pins of a module into the test's checkout. */
    module(name: string, goMod = `module m/${name}\n\ngo 1.26.0\n`, goSum = "sum\n"): void {
        const folder = join(this.checkout, "toolchain", name);
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, "go.mod"), goMod);
        writeFileSync(join(folder, "go.sum"), goSum);
    }

    /** Arguments of every `go` run that was not `go env`, in order. */
    goRuns(): string[] {
        return existsSync(this.calls) ? readFileSync(this.calls, "utf8").trimEnd().split("\n") : [];
    }

    remove(): void {
        rmSync(this.folder, { recursive: true, force: true });
    }
}

const GO = `#!/bin/sh
if [ "$1" = env ]; then
    [ -n "$FAKE_GO_ENV_ERROR" ] && { echo "$FAKE_GO_ENV_ERROR" >&2; exit 1; }
    printf '{"GOVERSION":"go%s","GOOS":"linux","GOARCH":"amd64","GOCACHE":"%s/gocache","GOMODCACHE":"%s/gomod"}' \\
        "\${FAKE_GO_VERSION:-1.26.2}" "$FAKE_GO_FOLDER" "$FAKE_GO_FOLDER"
    exit 0
fi
echo "$PWD GOFLAGS=$GOFLAGS CGO_ENABLED=$CGO_ENABLED \${GOTOOLCHAIN:+GOTOOLCHAIN=$GOTOOLCHAIN }$*" >> "$FAKE_GO_FOLDER/calls"
[ -n "$FAKE_GO_STDERR" ] && printf '%b\\n' "$FAKE_GO_STDERR" >&2
[ -n "$FAKE_GO_WAIT" ] && while [ ! -e "$FAKE_GO_WAIT" ]; do sleep 0.05; done
[ -n "$FAKE_GO_EDITS" ] && [ "$(wc -l < "$FAKE_GO_FOLDER/calls")" -le "$FAKE_GO_EDITS" ] && echo "// edited" >> main.go
[ -n "$FAKE_GO_KILL" ] && kill -KILL $$
[ -n "$FAKE_GO_EXIT" ] && exit "$FAKE_GO_EXIT"
if [ "$1 $2" = "mod download" ]; then
    dir="$FAKE_GO_FOLDER/gomod/$4@v3.2.11"
    mkdir -p "$dir/manifests" && echo "kind: Thing" > "$dir/manifests/install.yaml"
    printf '{"Dir":"%s"}' "$dir"
    exit 0
fi
while [ $# -gt 0 ]; do
    [ "$1" = -o ] && out="$2"
    case "$1" in -modfile=*) [ -n "$FAKE_GO_COPIES" ] && cp -r "$(dirname "\${1#-modfile=}")" "$FAKE_GO_FOLDER/copy" ;; esac
    shift
done
printf '#!/bin/sh\\necho built\\n' > "$out" && chmod +x "$out"
`;
