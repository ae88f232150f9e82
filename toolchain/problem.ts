import { ExpectedError } from "./expected";

/** A tool could not be found or built. */
export class ToolchainError extends ExpectedError {
    /** `reason` is for programs and tests; `message` for people. */
    constructor(
        readonly reason:
            | "go-missing"
            | "go-old"
            | "node-old"
            | "disk"
            | "network"
            | "checksum"
            | "compile"
            | "killed"
            | "cancelled"
            | "unknown-tool"
            | "sources-missing"
            | "sources-changing",
        message: string,
    ) {
        super(message);
    }
}

const LAST_LINES = 15;

/** What a failing `go` was run for. */
export interface FailedRun {
    readonly tool: string;
    readonly version: string;
    /** All that `go` printed. */
    readonly output: string;
    /** Where that is kept. */
    readonly log: string;
    /** Signal that ended it, if one did. */
    readonly signal?: string;
}

// Texts of Go's net, crypto/tls and module packages.
const NETWORK =
    /dial tcp|no such host|proxyconnect|i\/o timeout|TLS handshake timeout|connection (refused|reset)|network is unreachable|Client\.Timeout|server misbehaving|module lookup disabled|unexpected EOF|x509: |: (403|407|429|5\d\d) [A-Z]/;
const DISK = /no space left on device|disk quota exceeded/;
const CHECKSUM = /checksum mismatch|SECURITY ERROR/;
const GO_OLD = /requires go >= (\d+(?:\.\d+)*) \(running go (\d+(?:\.\d+)*)/;

/** The one message for a `go` run that failed, by what it printed. */
export function explainFailure(run: FailedRun): ToolchainError {
    const lines = run.output.trimEnd().split("\n");
    const tail = (count: number, match?: RegExp): string =>
        lines
            .filter((line) => line.trim() !== "" && (match === undefined || match.test(line)))
            .slice(-count)
            .map((line) => `    ${line.trim()}`)
            .join("\n");
    const what = `${run.tool} ${run.version}`;
    const old = GO_OLD.exec(run.output);
    if (old?.[1] !== undefined && old[2] !== undefined) {
        return goTooOld(old[2], old[1], what);
    }
    if (DISK.test(run.output)) {
        return new ToolchainError(
            "disk",
            `The disk filled up while ${what} was built:\n${tail(1, DISK)}\n` +
                "Free some space (`go clean -cache` empties Go's build cache) and run the same command again: " +
                "what was compiled so far is kept.",
        );
    }
    if (CHECKSUM.test(run.output)) {
        return new ToolchainError(
            "checksum",
            `A module of ${what} is not the one this checkout pins in go.sum:\n${tail(4)}\n` +
                "Nothing of it was used. `go clean -modcache` discards a damaged download; if it comes back, " +
                `the server named by GOPROXY gives out something else. All of it is in ${run.log}`,
        );
    }
    if (NETWORK.test(run.output)) {
        return new ToolchainError(
            "network",
            `The Go modules of ${what} could not be downloaded:\n${tail(2, NETWORK)}\n` +
                "Check the network. Behind a firewall, set GOPROXY to a module proxy that can be reached " +
                "(`go env -w GOPROXY=<address>`), or HTTPS_PROXY to the way out, and run the same command again. " +
                `All of it is in ${run.log}`,
        );
    }
    if (run.signal !== undefined) {
        return new ToolchainError(
            "killed",
            `The build of ${what} was ended by ${run.signal}` +
                (run.signal === "SIGKILL"
                    ? ": most likely the machine ran out of memory (about 4 GB are needed)."
                    : ".") +
                ` Run the same command again: what was compiled so far is kept. All of it is in ${run.log}`,
        );
    }
    return new ToolchainError(
        "compile",
        `${what} does not build. The last lines were:\n${tail(LAST_LINES)}\nAll of it is in ${run.log}`,
    );
}

/** `go` cannot be run at all. */
export function goMissing(tools: readonly string[], needed: string): ToolchainError {
    return new ToolchainError(
        "go-missing",
        `Go is needed to build ${tools.join(", ")}, and there is no \`go\` on PATH.\n` +
            `Install Go ${needed} or newer with your system's package manager or from the Go project's own site, ` +
            "open a new terminal and run the same command again.",
    );
}

/** `go` is there, but older than a module asks for. */
export function goTooOld(found: string, needed: string, what: string): ToolchainError {
    return new ToolchainError(
        "go-old",
        `Go ${found} is too old for ${what}: Go ${needed} or newer is needed.\n` +
            "Install a newer Go, or let this one fetch it (`go env -w GOTOOLCHAIN=auto`, Go 1.21 and newer can), " +
            "and run the same command again.",
    );
}

/** This Node.js is older than the package asks for. */
export function nodeTooOld(found: string, needed: string): ToolchainError {
    return new ToolchainError(
        "node-old",
        `Node.js ${found} is too old: Node.js ${needed} or newer is needed. ` +
            "Install a newer one, open a new terminal and run `npm ci` and the same command again.",
    );
}

/** A file system that cannot hold what the builds leave. */
export function noSpace(needed: number, free: number, folders: readonly string[]): ToolchainError {
    return new ToolchainError(
        "disk",
        `Building needs about ${gigabytes(needed)} on the disk of ${folders.join(", ")}; ${gigabytes(free)} are free.\n` +
            "Free some space, or move Go's caches and the tools elsewhere with GOCACHE, GOMODCACHE and ESTATE_CACHE.",
    );
}

function gigabytes(bytes: number): string {
    return `${(bytes / 1024 ** 3).toFixed(1)} GB`;
}
