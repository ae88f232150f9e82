// @ts-check
/**
 * Delivers to environments that take their images from an earlier one, and builds nothing.
 *
 *   deliver    looks at the branch of the app repository that comes to this job's environment, finds the image that the
 *              earlier environment has of the same content, gives it to this environment by digest, and writes the version
 *   baseline   tags what is written, with its digest: a baseline. Where the estate reports what becomes of commits, once that
 *              is healthy on all clusters of the environment
 *   (no word)  both, without looking at health: for pipelines with one job for them
 *   rollback   in the pipeline of a baseline: opens a merge request that puts its version back, and holds it there
 *
 * GitLab's merges make new commits, so an image is found by content: the commits of the delivered branches with the same
 * tree as the head of this one, but for ci/estate.yml, which the estate writes without a build. These are protected; tags and other branches, which developers make, are not looked at. What releases what is in the variables RELEASE…, one for each app, which the estate sets.
 * Needs Node 20 or newer, git, and ci/copy.mjs, ci/rollout.mjs and ci/deliver.sh beside it.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { fileURLToPath } from "node:url";

import { CopyError, digestOf, hasTag, ignoredProxy, retagImage } from "./copy.mjs";
import { asking, patience, RolloutError, settled } from "./rollout.mjs";

/** @typedef {Readonly<Record<string, string | undefined>>} Variables */
/**
 * Names of the variables with a login.
 * @typedef {{ readonly username: string, readonly password: string }} Login
 */
/**
 * An image without tag, its registry's address, and the names of the variables with a login.
 * @typedef {Login & { readonly url: string, readonly insecure?: boolean, readonly image: string }} Image
 */
/**
 * `branch` of the app repository comes to it; `file` of branch `revision` of the config repository has its version. `rollout`:
 * who says what becomes of that; absent: nobody does.
 * @typedef {object} Environment
 * @property {string} environment
 * @property {string} branch
 * @property {string} file
 * @property {string} revision
 * @property {readonly Image[]} sources
 * @property {Image} target
 * @property {import("./rollout.mjs").Place} [rollout]
 */
/**
 * One app. `source` and `config` are the addresses of its repositories, `branches` those whose builds are delivered.
 * @typedef {object} Release
 * @property {string} app
 * @property {string} source
 * @property {Login} sourceLogin
 * @property {readonly string[]} branches
 * @property {string} config
 * @property {Login} configLogin
 * @property {"helm" | "kustomize" | "plain" | "jsonnet"} format
 * @property {readonly Environment[]} environments
 */

/** The job cannot go on; the message says why and what to do. */
export class ReleaseError extends Error {}

/**
 * What the variables say is released, by app.
 * @param {Variables} variables
 * @returns {Release[]}
 */
export function releasesOf(variables) {
  const found = Object.keys(variables)
    .filter((key) => /^RELEASE(_[A-Z0-9_]+)?$/.test(key) && variables[key]?.startsWith("{"))
    .sort();
  if (found.length === 0) {
    throw new ReleaseError(
      "no variable RELEASE… is set: this project has not got its variables from the estate.",
    );
  }
  return found.map((key) => {
    /** @type {Release} */
    const value = JSON.parse(variables[key] ?? "");
    return value;
  });
}

/** The estate's file of an app repository: which pipelines it includes is nothing of the app, and starts no build. */
const estateFile = "ci/estate.yml";

/**
 * Commits with the content of a branch's head, the head first; then those before them from which nothing changed but the
 * estate's file.
 * @param {string} log lines with a commit, its tree and its parents, of the head and then of the branches that are delivered
 * @param {(parent: string, commit: string) => string} changed names of the files that differ, a line each
 */
export function sameContent(log, changed) {
  const commits = log
    .trim()
    .split("\n")
    .map((line) => {
      const [commit = "", tree = "", ...parents] = line.split(" ");
      return { commit, tree, parents };
    });
  const trees = new Map(commits.map(({ commit, tree }) => [commit, tree]));
  const wanted = new Set(commits.slice(0, 1).map(({ tree }) => tree));
  /** @type {Set<string>} */
  const found = new Set();
  // The set grows while it is gone through.
  for (const each of wanted) {
    for (const { commit, tree, parents } of commits) {
      if (tree !== each || found.has(commit)) {
        continue;
      }
      found.add(commit);
      for (const parent of parents) {
        const before = trees.get(parent);
        if (before !== undefined && !wanted.has(before) && changed(parent, commit).trim() === estateFile) {
          wanted.add(before);
        }
      }
    }
  }
  return [...found];
}

/**
 * The same of a clone. By full names: of a branch and a tag with one name git takes the tag, which anybody may have pushed.
 * @param {(...words: string[]) => string} git
 * @param {string} branch
 * @param {readonly string[]} branches
 * @throws {ReleaseError} when the branch is not there
 */
export function commitsLike(git, branch, branches) {
  const there = new Set(git("for-each-ref", "--format=%(refname)", "refs/heads/").trim().split("\n"));
  const full = (/** @type {string} */ name) => `refs/heads/${name}`;
  if (!there.has(full(branch))) {
    throw new ReleaseError(`the app repository has no branch ${branch}, which is what is released.`);
  }
  const log = (/** @type {string[]} */ ...words) => git("log", "--format=%H %T %P", ...words, "--");
  return sameContent(
    log("-n1", full(branch)) + log(...[branch, ...branches].map(full).filter((name) => there.has(name))),
    (parent, commit) => git("diff", "--name-only", "--no-renames", parent, commit, "--"),
  );
}

/**
 * A file with a version, with another tag, and nothing else changed; as ci/deliver.sh writes it.
 * @param {string} text
 * @param {Release["format"]} format
 * @param {string} tag
 * @returns {string | undefined} nothing when it has no place for one
 */
export function withTag(text, format, tag) {
  if (format === "plain") {
    // Each image with the comment behind it.
    const image =
      /^([ \t]*(?:- )?image:[ \t]*)["']?(\S+?):\w[\w.-]*(?:@sha256:\w+)?["']?[ \t]+# version[ \t\r]*$/gm;
    return image.test(text) ? text.replace(image, `$1$2:${tag} # version`) : undefined;
  }
  const bare = (/** @type {string} */ line) =>
    line
      .replace(/^[^:]*:[ \t]*/, "")
      .replace(/[ \t]+#.*$/, "")
      .replace(/["' \t\r]/g, "");
  let [list, entry, found] = [false, "", false];
  const lines = text.split("\n").map((line) => {
    if (/^[A-Za-z]/.test(line)) {
      [list, entry] = [line.startsWith("images:"), ""];
    }
    if (/^[ \t]*- /.test(line)) {
      entry = "";
    }
    if (list && /^[ \t]*(- )?name:/.test(line)) {
      entry = bare(line);
    }
    const place =
      format === "helm"
        ? line.startsWith("imagetag:")
        : format === "jsonnet"
          ? /^[ \t]*imagetag:/.test(line)
          : list && entry === "app" && /^[ \t]+newTag:/.test(line);
    if (found || !place) {
      return line;
    }
    found = true;
    // Flux finds the place of a tag by a comment. Any other was about the tag that goes.
    const [mark = ""] = /[ \t]+#[ \t]*\{"\$imagepolicy":.*$/.exec(line) ?? [];
    const written = format === "jsonnet" ? `'${tag}',` : `"${tag}"`;
    return `${line.slice(0, line.indexOf(":"))}: ${written}${mark}`;
  });
  return found ? lines.join("\n") : undefined;
}

/**
 * The tag that a file with a version has.
 * @param {string} text
 * @param {Release["format"]} format
 * @returns {string | undefined} nothing where there is no version yet
 */
export function tagIn(text, format) {
  const before = text.split("\n");
  const after = (withTag(text, format, "another") ?? text).split("\n");
  const line = before.find((each, place) => each !== after[place]) ?? "";
  const bare = line
    .replace(/[ \t]+#.*$/, "")
    .replace(/@sha256:\w+/, "")
    .replace(/["', \t\r]/g, "");
  const value = bare.slice((format === "plain" ? bare.lastIndexOf(":") : bare.indexOf(":")) + 1);
  return value === "" || value === "none" ? undefined : value;
}

/**
 * What holds an environment where it is, by its file `hold.yaml`.
 * @param {string} text
 * @param {string} today `YYYY-MM-DD`
 * @returns {string | undefined} in words; nothing when it is over
 */
export function heldBy(text, today) {
  const value = (/** @type {string} */ key) =>
    new RegExp(`^${key}:[ \\t]*(.*)$`, "m")
      .exec(text)?.[1]
      ?.trim()
      .replace(/^"(.*)"$/, "$1") ?? "";
  const until = value("until");
  if (/^\d{4}-\d{2}-\d{2}$/.test(until) && until < today) {
    return undefined;
  }
  return `held at ${value("baseline") || "what it has"}${until === "" ? "" : ` until ${until}`}: ${value("reason") || "no reason given"}`;
}

/** What one run works with. */
class Work {
  /**
   * @param {Variables} variables
   * @param {(line: string) => void} report
   * @param {boolean} shared whether several apps are released here
   */
  constructor(variables, report, shared) {
    this.variables = variables;
    this.report = report;
    this.shared = shared;
    this.folder = mkdtempSync(path.join(variables.RELEASE_WORK ?? tmpdir(), "release-"));
    this.patience = {
      attempts: Number(variables.PROMOTION_ATTEMPTS || 6),
      pauseSeconds: Number(variables.PROMOTION_INTERVAL || 2),
      timeoutSeconds: Number(variables.PROMOTION_TIMEOUT || 120),
    };
  }

  /**
   * The values of a login's variables.
   * @param {Login} login
   */
  login({ username, password }) {
    const secret = this.variables[password];
    if (!secret) {
      throw new ReleaseError(
        `${password} is empty. It is a protected variable, given to jobs on protected branches and tags only; is ${this.variables.CI_COMMIT_REF_NAME ?? "this one"} protected?`,
      );
    }
    return { username: this.variables[username] ?? "oauth2", password: secret };
  }

  /** @param {Image} image */
  place(image) {
    const { url, insecure = false } = image;
    return {
      registry: { url, insecure, ...this.login(image) },
      repository: image.image.slice(image.image.indexOf("/") + 1),
    };
  }

  /**
   * git with a login, which is in no argument, no address and no file.
   * @param {Login} login
   * @param {readonly string[]} words
   * @param {string} [cwd]
   */
  git(login, words, cwd = this.folder) {
    const { username, password } = this.login(login);
    const run = spawnSync("git", words, {
      cwd,
      encoding: "utf8",
      maxBuffer: 1 << 28,
      env: {
        ...process.env,
        ...this.variables,
        ...credentials({ username, password }),
      },
    });
    if (run.status !== 0) {
      throw new ReleaseError(
        `git ${words.slice(0, 2).join(" ")} failed: ${(run.stderr || String(run.error ?? "")).trim()}`,
      );
    }
    return run.stdout;
  }

  /**
   * A clone of an app repository.
   * @param {Release} release
   */
  source({ app, source, sourceLogin }) {
    const folder = path.join(this.folder, `source-${app}`);
    if (!existsSync(folder)) {
      this.git(sourceLogin, ["clone", "--quiet", "--bare", "--", source, folder]);
    }
    return folder;
  }

  /**
   * A clone of a config repository's branch.
   * @param {Release} release
   * @param {string} revision
   */
  config({ app, config, configLogin }, revision) {
    const folder = path.join(this.folder, `config-${app}-${revision}`);
    if (!existsSync(folder)) {
      this.git(configLogin, ["clone", "--quiet", "--branch", revision, "--", config, folder]);
    }
    return folder;
  }
}

/**
 * Settings of git for one process, from which it has the login.
 * @param {{ username: string, password: string }} login
 */
function credentials(login) {
  return {
    GIT_CONFIG_COUNT: "2",
    GIT_CONFIG_KEY_0: "credential.helper",
    GIT_CONFIG_VALUE_0: "",
    GIT_CONFIG_KEY_1: "credential.helper",
    GIT_CONFIG_VALUE_1: helper,
    ...loginVariables(login),
  };
}

/** What git asks for a login. */
const helper =
  '!f() { test "$1" = get && printf "username=%s\\npassword=%s\\n" "$RELEASE_GIT_USERNAME" "$RELEASE_GIT_PASSWORD"; }; f';

/**
 * What that looks at.
 * @param {{ username: string, password: string }} login
 */
function loginVariables({ username, password }) {
  return { GIT_TERMINAL_PROMPT: "0", RELEASE_GIT_USERNAME: username, RELEASE_GIT_PASSWORD: password };
}

/**
 * What is released of an app.
 * @typedef {{ tag: string, commit: string, head: string | undefined, digest: string }} Version
 */

/**
 * Delivers one app to one environment.
 * @param {Work} work
 * @param {Release} release
 * @param {Environment} environment
 * @returns {Promise<Version | undefined>} nothing where nothing is due
 */
async function deliver(work, release, environment) {
  const { app } = release;
  const { branch, file, revision, sources, target } = environment;
  const { report, patience } = work;
  const hold = path.join(work.config(release, revision), path.dirname(file), "hold.yaml");
  const held = existsSync(hold) ? heldBy(readFileSync(hold, "utf8"), today()) : undefined;
  if (held !== undefined) {
    report(
      `${app} is not released to ${environment.environment}: it is ${held}. Remove ${path.join(path.dirname(file), "hold.yaml")} to lift that, and run this pipeline again.`,
    );
    return undefined;
  }
  const clone = work.source(release);
  const commits = commitsLike(
    (...words) => work.git(release.sourceLogin, words, clone),
    branch,
    release.branches,
  );
  const [head = ""] = commits;
  const found = await firstImage(work, sources, commits);
  if (found === undefined) {
    const before = work.git(
      release.configLogin,
      ["tag", "--list", `${baselinePrefix(app, environment.environment)}*`],
      work.config(release, revision),
    );
    if (work.shared && before.trim() === "") {
      // Another app's release, which this one does not hold up.
      report(`${app} has no release in ${environment.environment} yet, and no image to begin with.`);
      return undefined;
    }
    throw new ReleaseError(
      `no earlier environment has an image with the content of ${branch} (${head.slice(0, 10)}), and none is built here: what is released was seen before. Bring ${branch} into the branch before it, let that be delivered, and merge it again.`,
    );
  }
  const { source, commit, tag } = found;
  const to = work.place(target);
  let digest = await digestOf(to, tag, patience, report);
  if (digest === undefined && !(await hasTag(to, tag, patience, report))) {
    digest = await retagImage({ source: work.place(source), target: to, tag, as: tag, patience, report });
    report(`${target.image}:${tag} is ${source.image}:${tag} (${digest}).`);
  }
  write(work, release, environment, commit);
  return { tag, commit, head, digest: digest ?? unpulled };
}

/** In place of a digest. */
const unpulled = "unknown: its project lets nobody pull it";

/**
 * @param {Work} work
 * @param {readonly Image[]} sources
 * @param {readonly string[]} commits
 * @returns {Promise<{ source: Image, commit: string, tag: string } | undefined>}
 */
async function firstImage(work, sources, commits) {
  for (const source of sources) {
    for (const commit of commits) {
      const tag = commit.slice(0, 10);
      if (await hasTag(work.place(source), tag, work.patience, work.report)) {
        return { source, commit, tag };
      }
    }
  }
  return undefined;
}

/**
 * Has ci/deliver.sh write the version, as pipelines of app repositories do for other environments.
 * @param {Work} work
 * @param {Release} release
 * @param {Environment} environment
 * @param {string} commit
 */
function write(work, release, { branch, file, revision, target }, commit) {
  const { username, password } = work.login(release.configLogin);
  const clone = work.source(release);
  work.git(release.sourceLogin, ["config", "credential.helper", helper], clone);
  const script = path.join(path.dirname(fileURLToPath(import.meta.url)), "deliver.sh");
  const run = spawnSync("sh", [script], {
    cwd: clone,
    encoding: "utf8",
    env: {
      ...process.env,
      ...work.variables,
      // For the app repository, which it reads; for the config repository it has its own.
      ...loginVariables(work.login(release.sourceLogin)),
      APP: release.app,
      IMAGE: target.image,
      CI_JOB_TOKEN: "",
      CI_COMMIT_SHA: commit,
      CI_COMMIT_BRANCH: branch,
      CI_COMMIT_TAG: "",
      DELIVERY_BRANCH: branch,
      // What the branch has is decided, also when that is older.
      DELIVERY_START: "person",
      TAG_WRITER: "ci",
      TAG_OF: "commit",
      CONFIG_REPOSITORY: release.config,
      CONFIG_BRANCH: revision,
      CONFIG_FOLDER: path.dirname(file),
      CONFIG_FORMAT: release.format,
      CONFIG_USERNAME: username,
      CONFIG_TOKEN: password,
      CONFIG_PUSH_OPTION: isGated(work.variables) ? "ci.skip" : "",
    },
  });
  work.report(run.stdout.trimEnd());
  if (run.status !== 0) {
    throw new ReleaseError(run.stderr.trim() || `ci/deliver.sh ended with ${run.status}`);
  }
}

/**
 * Tags what is written for an environment, once it is healthy where somebody says so. Nothing where it has its baseline.
 * @param {Work} work
 * @param {Release} release
 * @param {Environment} environment
 */
async function settle(work, release, environment) {
  const { revision, file, rollout, target } = environment;
  const { report, variables } = work;
  const text = readFileSync(path.join(work.config(release, revision), file), "utf8");
  const tag = tagIn(text, release.format);
  if (tag === undefined) {
    report(`${release.app} has no version in ${environment.environment} yet.`);
    return;
  }
  const there = baselineOf(work, release, environment, tag);
  if (there !== undefined) {
    report(`Baseline ${there} is there already.`);
    return;
  }
  let at;
  if (rollout !== undefined) {
    const waits = !work.shared || isOf(work, release, environment, variables.CI_PIPELINE_URL);
    const end = await settled(rollout, tag, {
      ask: asking(rollout, variables),
      report: (line) => report(`${release.app}: ${line}`),
      ...patience(variables),
      ...(waits ? {} : { seconds: 0 }),
    });
    if (end.outcome !== "healthy") {
      if (end.outcome === "superseded") {
        report(`${release.app} has no baseline of ${tag}: another version came before it was healthy.`);
      } else if (waits) {
        throw new ReleaseError(`no baseline: ${end.why}; a later version has its own.`);
      }
      // Else it is another release's, whose own job reports it.
      return;
    }
    at = end.at;
  }
  const digest = (await digestOf(work.place(target), tag, work.patience, report)) ?? unpulled;
  await baseline(
    work,
    release,
    environment,
    { tag, digest, ...cameFrom(work, release, environment, tag) },
    at,
  );
}

/**
 * Whether a pipeline wrote the version that an environment has.
 * @param {Work} work
 * @param {Release} release
 * @param {Environment} environment
 * @param {string} [pipeline] its page, which ci/deliver.sh writes down
 */
function isOf(work, release, { revision, file }, pipeline = "none") {
  const folder = work.config(release, revision);
  const last = ["log", "-n1", "--first-parent", "--format=%B", `refs/remotes/origin/${revision}`, "--", file];
  return work.git(release.configLogin, last, folder).split("\n").includes(`App-Pipeline: ${pipeline}`);
}

/**
 * Commits that a version came from: the one that was built, and the one of the released branch with its content. The names of
 * those that are not found are left out.
 * @param {Work} work
 * @param {Release} release
 * @param {Environment} environment
 * @param {string} tag
 */
function cameFrom(work, release, { branch }, tag) {
  const clone = work.source(release);
  const git = (/** @type {string[]} */ ...words) => work.git(release.sourceLogin, words, clone);
  const commit = git("log", "--branches", "--format=%H")
    .split("\n")
    .find((each) => each.startsWith(tag));
  if (commit === undefined) {
    return { commit: tag, head: undefined };
  }
  const like = commitsLike(git, branch, release.branches);
  const tree = git("rev-parse", `${commit}^{tree}`).trim();
  const head = like.includes(commit)
    ? like[0]
    : git("log", "--first-parent", "--format=%T %H", `refs/heads/${branch}`, "--")
        .split("\n")
        .find((line) => line.startsWith(`${tree} `))
        ?.slice(tree.length + 1);
  return { commit, head };
}

/**
 * The baseline of a version, if there is one.
 * @param {Work} work
 * @param {Release} release
 * @param {Pick<Environment, "environment" | "revision">} environment
 * @param {string} tag
 */
function baselineOf(work, release, { environment, revision }, tag) {
  const folder = work.config(release, revision);
  const git = (/** @type {string[]} */ ...words) => work.git(release.configLogin, words, folder);
  git("fetch", "--quiet", "--tags", "origin", `+refs/heads/${revision}:refs/remotes/origin/${revision}`);
  const prefix = baselinePrefix(release.app, environment);
  return git("tag", "--list", `${prefix}*`)
    .split("\n")
    .find(
      (name) => /^\d{4}-\d{2}-\d{2}-$/.test(name.slice(prefix.length, -tag.length)) && name.endsWith(tag),
    );
}

/**
 * An annotated tag at what is written, with what was released. There is one of a version, and it is never moved.
 * @param {Work} work
 * @param {Release} release
 * @param {Environment} environment
 * @param {Version} version
 * @param {string} [at] commit that all clusters have; absent: the newest
 */
async function baseline(work, release, { environment, revision, target }, { tag, commit, head, digest }, at) {
  const there = baselineOf(work, release, { environment, revision }, tag);
  if (there !== undefined) {
    work.report(`Baseline ${there} is there already.`);
    return;
  }
  const folder = work.config(release, revision);
  const git = (/** @type {string[]} */ ...words) => work.git(release.configLogin, words, folder);
  const name = `${baselinePrefix(release.app, environment)}${today()}-${tag}`;
  const message = [
    `${release.app} in ${environment}: ${tag}`,
    "",
    `Image: ${target.image}:${tag}`,
    `Digest: ${digest}`,
    `App-Commit: ${commit}`,
    ...(head === undefined ? [] : [`App-Release: ${head}`]),
  ].join("\n");
  const commitish = at ?? `refs/remotes/origin/${revision}^{commit}`;
  git(...author(work.variables), "tag", "--annotate", "--message", message, name, commitish);
  const gated = isGated(work.variables);
  git("push", "--quiet", ...(gated ? ["-o", "ci.skip"] : []), "origin", `refs/tags/${name}`);
  work.report(`Baseline ${name}: ${digest}`);
  if (gated) {
    await startPipeline(work, name);
  }
}

/**
 * Whether a job holds merges of this repository. Its pipelines then begin with a file of another project, which programs may
 * not read: theirs would fail.
 * @param {Variables} variables
 */
function isGated({ APPROVALS }) {
  return APPROVALS !== undefined && APPROVALS !== "" && APPROVALS !== "{}";
}

/**
 * The pipeline of a tag that a program pushed, with its rollback: as of whoever this job is of.
 * @param {Work} work
 * @param {string} ref
 */
async function startPipeline(work, ref) {
  const { CI_API_V4_URL, CI_PROJECT_ID, CI_JOB_TOKEN: token } = work.variables;
  const url = `${CI_API_V4_URL}/projects/${CI_PROJECT_ID}/trigger/pipeline`;
  let reason;
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ token, ref }),
      signal: AbortSignal.timeout(30_000),
    });
    reason = answer.ok ? undefined : `GitLab answered with ${answer.status}`;
  } catch (error) {
    reason = `GitLab did not answer: ${error instanceof Error ? error.message : String(error)}`;
  }
  if (reason !== undefined) {
    work.report(`${ref} has no pipeline that can roll back to it (${reason}): run one for this tag by hand.`);
  }
}

/**
 * Beginning of the baselines of an app in an environment.
 * @param {string} app
 * @param {string} environment
 */
function baselinePrefix(app, environment) {
  return `${app}-${environment}-`;
}

/**
 * @param {Variables} variables
 * @returns {string[]}
 */
function author({ GITLAB_USER_NAME, GITLAB_USER_EMAIL }) {
  return [
    ...["-c", `user.name=${GITLAB_USER_NAME || "CI"}`],
    ...["-c", `user.email=${GITLAB_USER_EMAIL || "ci@localhost"}`],
    ...["-c", "commit.gpgSign=false", "-c", "tag.gpgSign=false"],
  ];
}

/**
 * Opens a merge request that puts the version of a baseline back.
 * @param {Work} work
 * @param {readonly Release[]} releases
 */
async function rollBack(work, releases) {
  const { CI_COMMIT_TAG: name = "", GITLAB_USER_LOGIN = "somebody", ROLLBACK_DAYS } = work.variables;
  const days = Number(ROLLBACK_DAYS || 7);
  const found = releases
    .flatMap((release) => release.environments.map((environment) => ({ release, environment })))
    .filter(({ release, environment }) =>
      new RegExp(`^${baselinePrefix(release.app, environment.environment)}\\d{4}-\\d{2}-\\d{2}-`).test(name),
    )[0];
  if (found === undefined) {
    throw new ReleaseError(
      `${name || "this pipeline's ref"} is no baseline of an app that is released here.`,
    );
  }
  const { release, environment } = found;
  const { file, revision, target } = environment;
  const folder = work.config(release, revision);
  const git = (/** @type {string[]} */ ...words) => work.git(release.configLogin, words, folder);
  git("fetch", "--quiet", "--tags", "origin");
  const message = git("for-each-ref", "--format=%(contents)", `refs/tags/${name}`);
  const [, digest] = /^Digest: (sha256:[0-9a-f]{64})$/m.exec(message) ?? [];
  const [, tag = ""] = /^Image: .*:([^:\s]+)$/m.exec(message) ?? [];
  const present = await digestOf(work.place(target), tag, work.patience, work.report);
  if (present === undefined || (digest !== undefined && present !== digest)) {
    throw new ReleaseError(
      `${target.image}:${tag} is ${present ?? "not there any more, or not to be pulled"}, and was ${digest ?? "unknown"}: ${name} cannot be put back. Choose a baseline whose image is kept.`,
    );
  }
  const until = new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  const hold = path.join(path.dirname(file), "hold.yaml");
  const branch = `rollback/${name}`;
  git("checkout", "--quiet", "--no-track", "-B", branch, `refs/remotes/origin/${revision}`);
  // The version alone: what else the file says now is not the release's.
  const values = path.join(folder, file);
  const text = withTag(readFileSync(values, "utf8"), release.format, tag);
  if (text === undefined) {
    throw new ReleaseError(`${file} has no place for a tag, so ${name} cannot be put back into it.`);
  }
  writeFileSync(values, text);
  writeFileSync(
    path.join(folder, hold),
    [
      "# Releases leave this environment alone until this day is over, or this file is gone.",
      `baseline: ${name}`,
      `until: "${until}"`,
      `reason: ${JSON.stringify(`rolled back to ${name} by ${GITLAB_USER_LOGIN}`)}`,
      "",
    ].join("\n"),
  );
  git("add", "--", file, hold);
  git(...author(work.variables), "commit", "--quiet", "--message", `Roll back to ${name}`);
  git(
    ...["push", "--quiet", "--force"],
    ...["-o", "merge_request.create", "-o", `merge_request.target=${revision}`],
    ...["-o", `merge_request.title=Roll back ${release.app} in ${environment.environment} to ${name}`],
    ...["-o", "merge_request.remove_source_branch"],
    ...["origin", `HEAD:refs/heads/${branch}`],
  );
  work.report(
    `A merge request puts ${name} back (${present}) and holds it until ${until}; write the reason into ${hold} before it is merged.`,
  );
}

function today() {
  return new Date().toISOString().slice(0, 10);
}

/**
 * @param {Variables} variables
 * @param {string | undefined} word
 * @param {(line: string) => void} report
 */
export async function release(variables, word, report) {
  const releases = releasesOf(variables);
  const work = new Work(variables, report, releases.length > 1);
  if (word === "rollback") {
    return rollBack(work, releases);
  }
  if (word !== undefined && word !== "deliver" && word !== "baseline") {
    throw new ReleaseError(`"${word}" is none of deliver, baseline and rollback.`);
  }
  /** @type {string[]} */
  const failed = [];
  const attempt = async (/** @type {Release} */ each, /** @type {Environment} */ environment) => {
    try {
      if (word === "baseline") {
        await settle(work, each, environment);
        return;
      }
      const version = await deliver(work, each, environment);
      if (word === undefined && version !== undefined) {
        await baseline(work, each, environment, version);
      }
    } catch (error) {
      if (!isExpected(error)) {
        throw error;
      }
      failed.push(`${each.app}: ${error.message}`);
    }
  };
  const due = releases.flatMap((each) =>
    each.environments
      .filter(({ environment }) => environment === variables.CI_ENVIRONMENT_NAME)
      .map((environment) => ({ each, environment })),
  );
  if (word === "baseline") {
    // One that is not healthy keeps no other waiting.
    await Promise.all(due.map(({ each, environment }) => attempt(each, environment)));
  } else {
    for (const { each, environment } of due) {
      await attempt(each, environment);
    }
  }
  if (failed.length > 0) {
    throw new ReleaseError(failed.sort().join("\n"));
  }
}

/**
 * @param {unknown} error
 * @returns {error is Error}
 */
function isExpected(error) {
  return error instanceof ReleaseError || error instanceof CopyError || error instanceof RolloutError;
}

async function main() {
  const complain = (/** @type {string} */ line) => console.error(`release: ${line}`);
  try {
    const proxy = ignoredProxy(process.env, process.versions.node);
    if (proxy !== undefined) {
      complain(proxy);
    }
    await release(process.env, process.argv[2], console.log);
  } catch (error) {
    process.exitCode = 1;
    if (!isExpected(error)) {
      throw error;
    }
    complain(error.message);
  }
}

const [, started] = process.argv;
if (started !== undefined && realpathSync(started) === fileURLToPath(import.meta.url)) {
  void main();
}
