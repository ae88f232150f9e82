/**
 * A Pulumi CLI that behaves as the real one does when it is asked to end: an operation lets go of its calls at the first signal
 * and writes the state, at the second one it ends at once with its lock in place; a terminal that is gone kills it, unless who
 * started it has that ignored, which Go keeps and Node does not. Other calls die of any signal. It makes nothing.
 */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { TestContext } from "node:test";

const program = `
const fs = require("node:fs");
const path = require("node:path");
const args = process.argv.slice(2);
const file = (name) => path.join(process.env.FAKE_ENGINE, name);
fs.appendFileSync(file("calls"), args.join(" ") + "\\n");
const state = () => JSON.parse(fs.readFileSync(file("state.json"), "utf8"));
const write = (next) => fs.writeFileSync(file("state.json"), JSON.stringify(next));
const [command, second] = args;
const marked = (protect) => {
  const next = state();
  next.deployment.resources.filter(({ urn }) => args.includes(urn)).forEach((each) => (each.protect = protect));
  write(next);
};
const waits = () => {
  fs.writeFileSync(file("waits"), "");
  setInterval(() => undefined, 1000);
};
if (process.env.FAKE_ENGINE_HANGS === args.slice(0, 2).join(" ")) {
  if (second === "protect") marked(true);
  waits();
} else if (["up", "destroy", "refresh", "preview"].includes(command)) {
  const log = args[args.indexOf("--event-log") + 1];
  const event = (each) => fs.appendFileSync(log, JSON.stringify(each) + "\\n");
  fs.writeFileSync(file("lock"), "");
  let asked = 0;
  const ask = (signal) => {
    asked++;
    const name = signal === "SIGTERM" ? signal : "^C";
    const message = name + " received; " + (asked === 1 ? "cancelling." : "terminating");
    console.log(message);
    event({ stdoutEvent: { message, color: "always" } });
    fs.writeFileSync(file(asked === 1 ? "cancelling" : "terminating"), "");
    if (asked > 1) process.exit(255);
    setTimeout(() => {
      write({ ...state(), written: true });
      fs.rmSync(file("lock"));
      process.exit(255);
    }, Number(process.env.FAKE_ENGINE_CALL ?? 1500));
  };
  process.on("SIGINT", ask);
  process.on("SIGTERM", ask);
  if (process.env.HANGUP_IGNORED === "true") process.on("SIGHUP", () => undefined);
  event({ resOutputsEvent: { metadata: { op: "create", urn: "urn:pulumi:prod::p::t::made", type: "t" } } });
  waits();
} else if (command === "state") {
  marked(second === "protect");
} else {
  process.stdout.write(second === "export" ? JSON.stringify(state()) : "{}");
}
`;

/** On Linux: whether the process was started with the hangup ignored. */
const launcher = `#!/bin/sh
ignored=$(sed -n 's/^SigIgn:.*\\(.\\)$/\\1/p' /proc/self/status)
case $ignored in [13579bdf]) export HANGUP_IGNORED=true ;; esac
exec node "$(dirname "$0")/engine.cjs" "$@"
`;

/** One such engine, in a folder that goes with the test. */
export class FakeEngine {
    private constructor(readonly dir: string) {}

    /** @param resources of the state it begins with. */
    static make(context: TestContext, resources: readonly object[] = []): FakeEngine {
        const engine = new FakeEngine(fs.mkdtempSync(path.join(os.tmpdir(), "fake-engine-")));
        context.after(() => fs.rmSync(engine.dir, { recursive: true, force: true }));
        fs.mkdirSync(path.join(engine.dir, "bin"));
        fs.mkdirSync(path.join(engine.dir, "tmp"));
        fs.writeFileSync(path.join(engine.dir, "bin", "pulumi"), launcher, { mode: 0o755 });
        fs.writeFileSync(path.join(engine.dir, "bin", "engine.cjs"), program);
        fs.writeFileSync(
            path.join(engine.dir, "state.json"),
            JSON.stringify({ version: 3, deployment: { resources } }),
        );
        return engine;
    }

    /** Environment of a command that finds it, with a folder of its own for what is temporary. */
    environment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
        return {
            ...process.env,
            PATH: `${path.join(this.dir, "bin")}${path.delimiter}${process.env["PATH"] ?? ""}`,
            TMPDIR: path.join(this.dir, "tmp"),
            FAKE_ENGINE: this.dir,
            ...more,
        };
    }

    /** Whether it got so far: `waits`, `cancelling`, `terminating`, or has its `lock`. */
    has(mark: string): boolean {
        return fs.existsSync(path.join(this.dir, mark));
    }

    get calls(): readonly string[] {
        return fs.readFileSync(path.join(this.dir, "calls"), "utf8").trimEnd().split("\n");
    }

    get state(): { written?: true; deployment: { resources: { urn: string; protect?: boolean }[] } } {
        return JSON.parse(fs.readFileSync(path.join(this.dir, "state.json"), "utf8")) as never;
    }

    /** What runs have left behind of what is theirs for a moment. */
    get leftovers(): readonly string[] {
        return fs
            .readdirSync(path.join(this.dir, "tmp"))
            .filter((name) => name.startsWith("gitops-estate-run-"));
    }
}
