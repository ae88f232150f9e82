/**
 * The first step of every npm script: plain JavaScript without dependencies, so that it works on a fresh
 * clone. It checks Node, installs the npm packages when they are missing or older than the lock file,
 * and hands over to the TypeScript command.
 *
 *     node commands/run.mjs <file.ts> [arguments]
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const oldestNode = [20, 19];

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

/** What the installed packages depend on; a different digest means they must be installed again. */
function lockDigest() {
  const hash = createHash("sha256").update(process.versions.node.split(".")[0]);
  const { dependencies, devDependencies, overrides } = JSON.parse(
    readFileSync(join(root, "package.json"), "utf8"),
  );
  hash.update(JSON.stringify({ dependencies, devDependencies, overrides }));
  hash.update(readFileSync(join(root, "package-lock.json")));
  return hash.digest("hex");
}

/** Runs a command to its end with our terminal; signals of the terminal reach it directly. */
function run(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: "inherit" });
    const forward = (signal) => child.kill(signal);
    const ignore = () => undefined;
    process.on("SIGTERM", forward);
    // Ctrl-C goes to the whole foreground group: the child ends in its own way, we only wait for it.
    process.on("SIGINT", ignore);
    child.on("error", (error) => resolve({ code: 127, error }));
    child.on("exit", (code, signal) => {
      process.off("SIGTERM", forward);
      process.off("SIGINT", ignore);
      resolve({ code: code ?? 128 + (signal === "SIGINT" ? 2 : 15) });
    });
  });
}

/** Two installations at once take each other's files away: the second waits. Returns what ends the wait of others. */
async function installLock() {
  const file = join(
    tmpdir(),
    `gitops-estate-npm-${createHash("sha256").update(root).digest("hex").slice(0, 16)}`,
  );
  const end = Date.now() + 10 * 60_000;
  for (let told = false; ; told = true) {
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
    if (!told) {
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

async function installPackages() {
  const stamp = join(root, "node_modules", ".estate-installed");
  const digest = lockDigest();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest) {
    return;
  }
  const release = await installLock();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest) {
    release();
    return;
  }
  const started = Date.now();
  process.stderr.write("Installing npm packages (about half a minute) ...\n");
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const { code } = await run(npm, ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]);
  if (code !== 0) {
    release();
    fail(
      "The npm packages could not be installed; npm's own message is above.\n" +
        "Behind a firewall, point npm at your registry mirror (npm config set registry <url>) or set HTTPS_PROXY,\n" +
        "then run the same command again.",
    );
  }
  // Written last: an interrupted installation leaves no stamp and is repeated.
  writeFileSync(stamp, digest);
  release();
  process.stderr.write(`npm packages installed in ${Math.round((Date.now() - started) / 1000)} s\n`);
}

const [script, ...args] = process.argv.slice(2);
if (!script) {
  fail("usage: node commands/run.mjs <file.ts> [arguments]");
}
checkNode();
await installPackages();
const { code } = await run(process.execPath, ["--require", "tsx/cjs", join(root, script), ...args]);
process.exit(code);
