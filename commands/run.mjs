/**
 * The first step of every npm script: plain JavaScript without dependencies, so that it works on a fresh
 * clone. It checks Node, installs the npm packages unless those of the lock file are there, by whatever
 * command, and hands over to the TypeScript command.
 *
 *     node commands/run.mjs <file.ts> [arguments]
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { isatty } from "node:tty";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const oldestNode = [20, 19];

/** Commands that need nothing of the sandbox for a stack whose servers are elsewhere: `npm ci --omit=dev` is enough. */
const productCommands = [
  "commands/pulumi.ts",
  "commands/doctor.ts",
  "commands/board.ts",
  "commands/drift.ts",
];

/**
 * What git says to its hooks about the repository they are called for. A command that a hook starts is about this one, and
 * may be started from another: a reviewed plan would then be bound to the files of that.
 */
const ofHooks = new Set([
  "GIT_DIR",
  "GIT_WORK_TREE",
  "GIT_INDEX_FILE",
  "GIT_PREFIX",
  "GIT_COMMON_DIR",
  "GIT_NAMESPACE",
  "GIT_OBJECT_DIRECTORY",
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "GIT_QUARANTINE_PATH",
]);

/**
 * The variables a command runs with: the caller's but those of hooks, proxies hold for Node too, and programs on this machine are reached past them. The Pulumi
 * engine, its plugins and the sandbox speak to each other at 127.0.0.1, where the caller's proxy cannot reach them.
 */
function environmentOf(env) {
  const loopback = ["127.0.0.1", "localhost", "::1"];
  // gRPC asks for the last one first and, where it is set, for no other.
  const names = ["no_proxy", "NO_PROXY", ...(env.no_grpc_proxy ? ["no_grpc_proxy"] : [])];
  const other = { no_proxy: env.NO_PROXY, NO_PROXY: env.no_proxy };
  const proxied = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"].some((name) => env[name]);
  return Object.fromEntries([
    // Node's own requests, for manifests by their URL, take a proxy only where this says so; from 22.21 and 24.5 on.
    ...(proxied ? [["NODE_USE_ENV_PROXY", "1"]] : []),
    ...Object.entries(env).filter(([name]) => !ofHooks.has(name)),
    ...names.map((name) => {
      const listed = (env[name] || other[name] || "").split(",").filter((host) => host.trim() !== "");
      // "*" is everything, and to some programs only where it is alone.
      const missing = loopback.filter((host) => !listed.some((each) => ["*", host].includes(each.trim())));
      return [name, [...listed, ...missing].join(",")];
    }),
  ]);
}

/** Ends with one message and no stack trace. */
function fail(message) {
  process.stderr.write(`\n${message}\n`);
  process.exit(1);
}

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < oldestNode[0] || (major === oldestNode[0] && minor < oldestNode[1])) {
    fail(
      `Node.js ${process.versions.node} is too old: ${oldestNode.join(".")} or newer is needed.\n` +
        "Install a current LTS release of Node.js, then run the same command again.",
    );
  }
}

/** The packages of a lock file by path, or undefined where there is none. */
function packagesOf(...at) {
  try {
    return JSON.parse(readFileSync(join(root, ...at), "utf8")).packages;
  } catch {
    return undefined;
  }
}

/** npm's own record of what lies in node_modules. */
const installedLock = ["node_modules", ".package-lock.json"];

/**
 * Whether the packages of the lock file are in node_modules: the same versions of the same content, and in
 * their places. What the lock file has as optional may be missing, it is for other platforms; without `dev`
 * what only development needs may be missing too.
 */
function isInstalled(dev) {
  const wanted = packagesOf("package-lock.json");
  const found = packagesOf(...installedLock);
  if (wanted === undefined || found === undefined) {
    return false;
  }
  const places = Object.keys(wanted).filter((place) => place !== "");
  return (
    Object.keys(found).every((place) => place in wanted) &&
    places.every((place) => {
      const [want, have] = [wanted[place], found[place]];
      if (have === undefined) {
        const marks = want.link === true ? wanted[want.resolved] : want;
        return marks?.optional === true || (!dev && (marks?.dev === true || marks?.devOptional === true));
      }
      // A lock file need not say where a package is from, but where a link leads to.
      const keys = ["version", "integrity", "link", ...(want.link === true ? ["resolved"] : [])];
      const same = keys.every((key) => want[key] === have[key]);
      return same && existsSync(join(root, place, "package.json"));
    })
  );
}

/** For packages that npm installs in another way than the lock file says: good as long as neither changes. */
function installDigest() {
  const hash = createHash("sha256");
  for (const file of [["package-lock.json"], installedLock]) {
    const text = existsSync(join(root, ...file)) ? readFileSync(join(root, ...file)) : "";
    hash.update(`${text.length}:`).update(text);
  }
  return hash.digest("hex");
}

/** Whether this has a terminal. */
const atTerminal = [0, 1, 2].some((stream) => isatty(stream));

/**
 * Runs a command to its end with our terminal, whatever signal we get meanwhile: it ends in its own way, and we wait for it.
 * `asked`: the signal that asked for the end.
 */
function run(command, args, env = process.env) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: "inherit", env });
    let asked;
    const forward = (signal) => {
      asked ??= signal;
      // Ctrl-C goes to the whole foreground group, so the child has it; without a terminal only npm may have got it.
      if (signal !== "SIGINT" || !atTerminal) {
        child.kill(signal);
      }
    };
    const signals = ["SIGHUP", "SIGINT", "SIGTERM"];
    signals.forEach((signal) => process.on(signal, forward));
    // A shell between npm and us does not pass on what ends it, and neither does an npm that is killed.
    const parent = process.ppid;
    const watch = setInterval(() => {
      if (process.ppid !== parent) {
        clearInterval(watch);
        forward("SIGTERM");
      }
    }, 500);
    if (process.env.npm_lifecycle_event === undefined) {
      clearInterval(watch);
    }
    const ended = (result) => {
      clearInterval(watch);
      signals.forEach((signal) => process.off(signal, forward));
      resolve({ ...result, asked });
    };
    child.on("error", (error) => ended({ code: 127, error }));
    child.on("exit", (code, signal) => ended({ code: code ?? codeOf(signal) }));
  });
}

/** What ends by a signal, or because of one, ends with this, as shells have it. */
function codeOf(signal) {
  return 128 + constants.signals[signal];
}

/** Two installations at once take each other's files away: the second waits. Returns what ends the wait of others. */
async function installLock() {
  const file = join(
    tmpdir(),
    `gitops-estate-npm-${createHash("sha256").update(root).digest("hex").slice(0, 16)}`,
  );
  const end = Date.now() + 10 * 60_000;
  for (let reported = false; ; reported = true) {
    try {
      writeFileSync(file, String(process.pid), { flag: "wx", mode: 0o600 });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (error.code !== "EEXIST") {
        throw error;
      }
    }
    // Empty: just being written.
    const holder = Number((existsSync(file) && readFileSync(file, "utf8")) || NaN);
    if (holder > 0 && !isAlive(holder)) {
      rmSync(file, { force: true });
      continue;
    }
    if (Date.now() > end) {
      fail(
        `Process ${holder} has been installing the npm packages for ten minutes. End it, then run the same command again.`,
      );
    }
    if (!reported) {
      process.stderr.write(`Process ${holder} is installing the npm packages; waiting for it\n`);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** A zombie, killed but not yet collected by its parent, counts as gone (Linux; elsewhere somebody collects them). */
function isAlive(pid) {
  const stat = `/proc/${pid}/stat`;
  try {
    process.kill(pid, 0);
    return !existsSync(stat) || !/\) Z /.test(readFileSync(stat, "utf8"));
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** A package.json of ours that the lock file was not made from, with the field that differs. */
function staleManifest() {
  const text = (dependencies = {}) => JSON.stringify(Object.entries(dependencies).sort());
  for (const [place, locked] of Object.entries(packagesOf("package-lock.json") ?? {})) {
    const file = join(place, "package.json");
    if (place.includes("node_modules") || !existsSync(join(root, file))) {
      continue;
    }
    const manifest = JSON.parse(readFileSync(join(root, file), "utf8"));
    const field = ["dependencies", "devDependencies"].find(
      (each) => text(manifest[each]) !== text(locked[each]),
    );
    if (field !== undefined) {
      return { file, field };
    }
  }
  return undefined;
}

async function installPackages(dev) {
  const stamp = join(root, "node_modules", ".estate-installed");
  const isReady = () =>
    isInstalled(dev) || (existsSync(stamp) && readFileSync(stamp, "utf8") === installDigest());
  const stale = staleManifest();
  if (stale !== undefined) {
    fail(
      `package-lock.json does not have the ${stale.field} of ${stale.file}. Run: npm install --ignore-scripts`,
    );
  }
  if (isReady()) {
    return;
  }
  const release = await installLock();
  if (isReady()) {
    release();
    return;
  }
  const started = Date.now();
  process.stderr.write("Installing npm packages (about half a minute) ...\n");
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  // Not `npm ci`, which takes node_modules away first: this puts back what was there when it fails. The lock file is
  // followed and not written.
  const options = ["--no-save", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund"];
  const { code, asked } = await run(npm, ["install", ...options, "--loglevel=error"]);
  if (code !== 0) {
    release();
    if (asked !== undefined) {
      process.stderr.write("\nStopped while npm packages were installed. Run it again.\n");
      process.exit(codeOf(asked));
    }
    fail(
      "The npm packages could not be installed; npm's own message is above. What was installed before is still there.\n" +
        "Behind a firewall, point npm at your registry mirror (npm config set registry <url>) or set HTTPS_PROXY,\n" +
        "then run the same command again.",
    );
  }
  // Written last: an interrupted installation leaves no stamp and is repeated.
  writeFileSync(stamp, installDigest());
  release();
  process.stderr.write(`npm packages installed in ${Math.round((Date.now() - started) / 1000)} s\n`);
}

const [script, ...args] = process.argv.slice(2);
if (!script) {
  fail("usage: node commands/run.mjs <file.ts> [arguments]");
}
checkNode();
await installPackages(!productCommands.includes(script));
const command = ["--require", "tsx/cjs", join(root, script), ...args];
const { code } = await run(process.execPath, command, environmentOf(process.env));
process.exit(code);
