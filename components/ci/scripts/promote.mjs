#!/usr/bin/env node
// @ts-check
/**
 * Decides which images go along with the versions that a branch names, and has `copy.mjs` copy them.
 *
 * In the pipeline of a merge request from one environment's branch to the next it copies each image, by digest, before
 * anything is merged: a pipeline that fails blocks the merge, and nothing is promoted. After the merge the branch's
 * pipeline runs it again and copies what is still missing. Running it twice does no harm.
 *
 * Any other merge request may change everything but the version: an image comes only from the environment before. That
 * is found out by comparing with the target branch by git, and needs no credential: such a pipeline has none.
 *
 * What is promoted where is in the variables PROMOTIONS…, one for each app, which the estate sets; docs/pipelines of the
 * estate explains them. Needs Node 20 or newer; to compare, git and a checkout with the whole history.
 */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

import { copyImage, CopyError, ignoredProxy } from "./copy.mjs";

/** @typedef {Readonly<Record<string, string | undefined>>} Variables */
/**
 * `username` and `password` are the names of the variables that have them.
 * @typedef {{ readonly url: string, readonly insecure?: boolean, readonly username: string, readonly password: string }} Registry
 */
/** @typedef {{ readonly registry: string, readonly image: string }} Image `registry` is a key of `registries`; `image` has a host and no tag */
/**
 * A merge of branch `from` into branch `into` promotes the version that `file` names under `key`.
 * @typedef {{ readonly from: string, readonly into: string, readonly file: string, readonly key: string, readonly source: Image, readonly target: Image }} Step
 */
/** @typedef {{ readonly app: string, readonly registries: Readonly<Record<string, Registry>>, readonly steps: readonly Step[] }} Promotions */
/**
 * What a pipeline is about: a merge request, or a branch after a merge. `foreign`: the source branch is another project's.
 * @typedef {{ readonly merging: true, readonly from: string, readonly into: string, readonly foreign: boolean } | { readonly merging: false, readonly into: string }} Pipeline
 */

/** The form of {@link Promotions}: names of types, `*` for any key, one element for lists; `?` may be left out. */
const form = {
  app: "string",
  registries: { "*": { url: "string", "insecure?": "boolean", username: "string", password: "string" } },
  steps: [
    {
      from: "string",
      into: "string",
      file: "string",
      key: "string",
      source: { registry: "string", image: "string" },
      target: { registry: "string", image: "string" },
    },
  ],
};

/** The job cannot go on; the message says why and what to do. */
export class PromotionError extends Error {}

/**
 * Everything wrong with a value.
 * @param {unknown} value
 * @param {unknown} expected
 * @param {string} path
 * @returns {string[]}
 */
function mistakes(value, expected, path) {
  if (typeof expected === "string") {
    return typeof value === expected
      ? []
      : [`${path} must be a ${expected}, and is ${JSON.stringify(value)}`];
  }
  if (Array.isArray(expected)) {
    return Array.isArray(value)
      ? value.flatMap((each, index) => mistakes(each, expected[0], `${path}[${index}]`))
      : [`${path} must be a list, and is ${JSON.stringify(value)}`];
  }
  if (typeof value !== "object" || value === null) {
    return [`${path} must be an object, and is ${JSON.stringify(value)}`];
  }
  const fields = /** @type {Record<string, unknown>} */ (value);
  return Object.entries(/** @type {Record<string, unknown>} */ (expected)).flatMap(([key, each]) => {
    const name = key.replace("?", "");
    const keys = key === "*" ? Object.keys(fields) : key === name || name in fields ? [name] : [];
    return keys.flatMap((own) => mistakes(fields[own], each, `${path}.${own}`));
  });
}

/**
 * What the variables say is promoted, by app.
 * @param {Variables} variables
 * @returns {Promotions[]}
 * @throws {PromotionError} with every mistake
 */
export function promotionsOf(variables) {
  const keys = Object.keys(variables).filter((key) => /^PROMOTIONS(_|$)/.test(key) && variables[key]);
  const read = keys.sort().map((key) => {
    /** @type {Promotions} */
    let value;
    try {
      value = /** @type {Promotions} */ (JSON.parse(variables[key] ?? ""));
    } catch (error) {
      return { value: undefined, wrong: [`${key} is not JSON: ${/** @type {Error} */ (error).message}`] };
    }
    const wrong = mistakes(value, form, key);
    const unknown = (wrong.length === 0 ? value.steps : [])
      .flatMap(({ source, target }) => [source.registry, target.registry])
      .filter((name) => !Object.hasOwn(value.registries, name));
    return { value, wrong: [...wrong, ...unknown.map((name) => `${key}.registries has no ${name}`)] };
  });
  const wrong = read.flatMap((each) => each.wrong);
  if (wrong.length > 0) {
    throw new PromotionError(
      `${wrong.join("; ")}. The estate sets these variables; its next update sets them anew.`,
    );
  }
  return read.flatMap(({ value }) => value ?? []);
}

/**
 * GitLab and Jenkins say it in different variables.
 * @param {Variables} variables
 * @returns {Pipeline}
 * @throws {PromotionError}
 */
export function pipelineOf(variables) {
  const into = variables.CI_MERGE_REQUEST_TARGET_BRANCH_NAME || variables.CHANGE_TARGET;
  const from = variables.CI_MERGE_REQUEST_SOURCE_BRANCH_NAME || variables.CHANGE_BRANCH || "";
  const branch = variables.CI_COMMIT_BRANCH || variables.BRANCH_NAME;
  if (into) {
    const { CHANGE_FORK, CI_MERGE_REQUEST_SOURCE_PROJECT_PATH, CI_MERGE_REQUEST_PROJECT_PATH } = variables;
    const foreign =
      Boolean(CHANGE_FORK) || CI_MERGE_REQUEST_SOURCE_PROJECT_PATH !== CI_MERGE_REQUEST_PROJECT_PATH;
    return { merging: true, from, into, foreign };
  }
  if (branch) {
    return { merging: false, into: branch };
  }
  throw new PromotionError("neither a merge request nor a branch is known here");
}

/**
 * The version that the text of a file has: under a key of the outermost level (`imagetag`), or in the entry of a list that
 * has a name (`images.app.newTag`), or of the image that has a comment behind it (`# version`). Nothing when there is none yet.
 * @param {string} text YAML as the estate seeds it, and as kustomize and people write it, or an object of Jsonnet: one key a line
 * @param {string} key
 * @returns {string | undefined}
 */
export function versionIn(text, key) {
  if (key.startsWith("#")) {
    const line = text
      .split(/\r?\n/)
      .find((each) => /^\s*(- )?image:/.test(each) && each.trimEnd().endsWith(` ${key}`));
    const [, tag] = /:(\w[\w.-]*)(?:@sha256:\w+)?["']?\s+#[^#]*$/.exec(line ?? "") ?? [];
    return tag === "none" ? undefined : tag;
  }
  // In an object of Jsonnet what is outermost is indented.
  const inBraces = /^(?:\s*(?:\/\/.*)?\n)*\s*\{/.test(text);
  const [first, name, field] = key.split(".");
  let list = false;
  let entry;
  for (const line of text.split(/\r?\n/)) {
    const [, indent = "", dash = "", word, rest = ""] =
      /^(\s*)(- +)?["']?([\w.-]+)["']?\s*:(.*)$/.exec(line) ?? [];
    const value = rest
      .replace(/\s+(?:#|\/\/).*$/, "")
      .replace(/["'\s]/g, "")
      .replace(/,$/, "");
    if (word !== undefined && (indent === "" || inBraces) && dash === "") {
      list = word === first;
      entry = undefined;
      if (list && name === undefined) {
        return value === "" || value === "none" ? undefined : value;
      }
    }
    if (dash !== "") {
      entry = undefined;
    }
    if (list && word === "name") {
      entry = value;
    } else if (list && entry === name && word === field) {
      return value === "" || value === "none" ? undefined : value;
    }
  }
  return undefined;
}

/** @param {string} file */
function fileText(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** @param {...string} args */
function git(...args) {
  const { status, stdout, stderr, error } = spawnSync("git", args, {
    encoding: "utf8",
    env: { ...process.env, GIT_TERMINAL_PROMPT: "0" },
    maxBuffer: 64 * 1024 * 1024,
  });
  const missing = error !== undefined && /** @type {NodeJS.ErrnoException} */ (error).code === "ENOENT";
  const why = missing ? "this job's image has no git" : (error?.message ?? stderr).trim().split("\n").at(-1);
  return { ok: status === 0, out: status === 0 ? stdout.trim() : "", why };
}

/**
 * One step in a merge request that does not promote it: the version is one that the target branch has, or had.
 * @param {Step} step
 * @param {string} from
 * @returns {string} what to report
 * @throws {PromotionError}
 */
function compare({ file, key, into, from: before }, from) {
  const version = versionIn(fileText(file), key);
  if (version === undefined) {
    return noVersion(file);
  }
  // Where the checkout has it already, it does not matter whether this job may fetch.
  const fetched = git("fetch", "--quiet", "origin", `+refs/heads/${into}:refs/remotes/origin/${into}`);
  const target = git("rev-parse", "--verify", "--quiet", `refs/remotes/origin/${into}^{commit}`);
  const common = target.ok ? git("merge-base", "HEAD", target.out) : { ...fetched, ok: false };
  if (!common.ok) {
    throw new PromotionError(
      `cannot compare with ${into}, so it is not known whether ${from} changes the version: ${common.why}. The job needs git, and a checkout that has ${into} and the whole history: in GitLab GIT_DEPTH 0, in Jenkins ${into} in the checkout's refspec.`,
    );
  }
  const versionAt = (/** @type {string} */ commit) => versionIn(git("show", `${commit}:${file}`).out, key);
  if (version === versionAt(common.out)) {
    return `${from} leaves the version as it is.`;
  }
  // What was merged, and not what the merged branches went through before.
  const merged = git("rev-list", "--first-parent", target.out, "--", file).out.split("\n");
  if (merged.some((commit) => commit !== "" && versionAt(commit) === version)) {
    return `${from} has version ${version}, which ${into} has had.`;
  }
  throw new PromotionError(
    `branch ${from} brings version ${version}, which ${into} has never had. Versions come to ${into} only by merging ${before}; take the tag out of this branch.`,
  );
}

/** @param {string} file */
function noVersion(file) {
  const folder = dirname(file);
  let others;
  try {
    others = readdirSync(folder).filter((name) => /^\.argocd-source-.*\.yaml$/.test(name));
  } catch {
    others = /** @type {string[]} */ ([]);
  }
  const hints = others.map(
    (name) =>
      ` ${folder}/${name} has one, which only that application reads; set the updater's writeBack to values to promote it.`,
  );
  return `no version is written in ${folder} yet.${hints.join("")}`;
}

/**
 * One step whose source branch is merged here, or was: the image goes along.
 * @param {Promotions} promotions
 * @param {Step} step
 * @param {Pipeline} pipeline
 * @param {Variables} variables
 * @param {(line: string) => void} report
 * @returns {Promise<string>} what to report
 * @throws {PromotionError | CopyError}
 */
async function promote({ registries }, { file, key, source, target }, pipeline, variables, report) {
  const tag = versionIn(fileText(file), key);
  if (tag === undefined) {
    return noVersion(file);
  }
  const place = (/** @type {Image} */ { registry, image }) => {
    const { url, insecure = false, username, password } = /** @type {Registry} */ (registries[registry]);
    const secret = variables[password];
    if (!secret) {
      throw new PromotionError(
        `${password} is empty. It is a protected variable: ${whoHasIt(pipeline, variables)}`,
      );
    }
    return {
      registry: { url, insecure, username: variables[username] ?? "", password: secret },
      repository: image.slice(image.indexOf("/") + 1),
    };
  };
  const { outcome, digest } = await copyImage({
    source: place(source),
    target: place(target),
    tag,
    acceptPresent: !pipeline.merging,
    patience: {
      attempts: Number(variables.PROMOTION_ATTEMPTS || 6),
      pauseSeconds: Number(variables.PROMOTION_INTERVAL || 2),
      timeoutSeconds: Number(variables.PROMOTION_TIMEOUT || 120),
    },
    report,
  });
  switch (outcome) {
    case "copied":
      return `copied ${source.image}:${tag} to ${target.image}:${tag} (${digest}).`;
    case "present":
      return `${target.image}:${tag} is there (${digest}).`;
    case "gone from source":
      return `${target.image}:${tag} is there (${digest}); ${source.image} has it no more.`;
  }
}

/**
 * Who has protected variables, and what to do about it.
 * @param {Pipeline} pipeline
 * @param {Variables} variables
 */
function whoHasIt(pipeline, variables) {
  const { into } = pipeline;
  if (!pipeline.merging) {
    return `jobs have it only on protected branches; is ${into} protected?`;
  }
  const { GITLAB_USER_LOGIN: user = "Somebody", CI_MERGE_REQUEST_PROJECT_URL: project } = variables;
  const page = project
    ? `${project}/-/merge_requests/${variables.CI_MERGE_REQUEST_IID ?? ""}/pipelines, `
    : "";
  return (
    `the pipeline of a merge request has it only when ${pipeline.from} and ${into} are protected, the project lets merge requests have it (GitLab 18.1 or newer), and whoever started the pipeline may merge into ${into}.` +
    ` ${user} started this one; each push to ${pipeline.from} starts one for whoever pushes.` +
    ` Somebody who may merge into ${into} opens ${page}the merge request's tab Pipelines, and presses "Run pipeline".`
  );
}

/**
 * Everything that is due in a pipeline; one app that fails does not stop another.
 * @param {Variables} variables
 * @param {(line: string) => void} report
 * @param {(line: string) => void} complain
 * @returns {Promise<boolean>} whether all of it went well
 */
export async function run(variables, report, complain) {
  const pipeline = pipelineOf(variables);
  const due = promotionsOf(variables).flatMap((promotions) =>
    promotions.steps.filter(({ into }) => into === pipeline.into).map((step) => ({ promotions, step })),
  );
  if (due.length === 0) {
    report(`Nothing is promoted into ${pipeline.into}.`);
  }
  let failed = 0;
  for (const { promotions, step } of due) {
    const say = (/** @type {string} */ line) => report(`${promotions.app}: ${line}`);
    const promoting = !pipeline.merging || (pipeline.from === step.from && !pipeline.foreign);
    try {
      say(
        promoting ? await promote(promotions, step, pipeline, variables, say) : compare(step, pipeline.from),
      );
    } catch (error) {
      if (!(error instanceof PromotionError || error instanceof CopyError)) {
        throw error;
      }
      failed++;
      complain(`${promotions.app}: ${error.message}`);
    }
  }
  if (failed > 0) {
    complain(`${failed} of ${due.length} apps cannot go to ${pipeline.into}; see above.`);
  }
  return failed === 0;
}

async function main() {
  const complain = (/** @type {string} */ line) => console.error(`promote: ${line}`);
  try {
    const proxy = ignoredProxy(process.env, process.versions.node);
    if (proxy !== undefined) {
      complain(proxy);
    }
    process.exitCode = (await run(process.env, console.log, complain)) ? 0 : 1;
  } catch (error) {
    process.exitCode = 1;
    if (!(error instanceof PromotionError)) {
      throw error;
    }
    complain(error.message);
  }
}

const [, started] = process.argv;
if (started !== undefined && realpathSync(started) === fileURLToPath(import.meta.url)) {
  void main();
}
