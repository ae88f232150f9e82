// @ts-check
/**
 * Takes the image of this commit from an earlier environment, so that what is released is what was tested: the same
 * digest, under this lane's tag. Where no earlier environment has one it copies nothing, and ci/image.sh builds.
 *
 * Needs Node 20 or newer and no package, but ci/copy.mjs.
 */
import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { CopyError, hasTag, ignoredProxy, retagImage, tagsOf } from "./copy.mjs";

/** @typedef {Readonly<Record<string, string | undefined>>} Variables */
/**
 * An image without tag, its registry's address, and the names of the variables with a login.
 * @typedef {{ readonly url: string, readonly insecure?: boolean, readonly image: string, readonly username: string, readonly password: string }} Image
 */
/**
 * Where an image of the commit is looked for, in this order, and where it goes.
 * @typedef {{ readonly sources: readonly Image[], readonly target: Image }} Reuse
 */

/** The job cannot go on; the message says why and what to do. */
export class ReuseError extends Error {}

/**
 * The tag of this lane's image, as ci/image.sh has it.
 * @param {Variables} variables
 */
export function laneTag({
  TAG_OF,
  TAG_PREFIX = "",
  CI_COMMIT_TAG = "",
  CI_COMMIT_BRANCH = "",
  CI_COMMIT_SHA = "",
}) {
  const commit = CI_COMMIT_SHA.slice(0, 10);
  switch (TAG_OF) {
    case "ref":
      return CI_COMMIT_TAG;
    case "branch":
      return `${CI_COMMIT_BRANCH.slice(0, 100).replace(/[^A-Za-z0-9_.-]/g, "-")}.${commit}`;
    default:
      return `${TAG_PREFIX}${commit}`;
  }
}

/**
 * The tag among some that an image of a commit has; the last where several branches were built from it.
 * @param {readonly string[]} tags sorted
 * @param {string} sha
 */
export function tagOfCommit(tags, sha) {
  return tags.findLast((tag) => tag.endsWith(`.${sha.slice(0, 10)}`));
}

/**
 * @param {Variables} variables
 * @param {(line: string) => void} report
 * @returns {Promise<void>}
 * @throws {ReuseError | CopyError}
 */
export async function reuse(variables, report) {
  const { REUSE, CI_COMMIT_SHA: sha } = variables;
  if (!REUSE || !sha) {
    throw new ReuseError(
      `${REUSE ? "CI_COMMIT_SHA" : "REUSE"} is not set: this job has not got its variables from the estate. They belong to an environment; has the job the keyword environment?`,
    );
  }
  const { sources, target } = /** @type {Reuse} */ (JSON.parse(REUSE));
  const place = (/** @type {Image} */ { url, insecure = false, image, username, password }) => {
    const secret = variables[password];
    if (!secret) {
      throw new ReuseError(
        `${password} is empty. It is a protected variable, given to jobs on protected branches and tags only; is ${variables.CI_COMMIT_REF_NAME ?? "this one"} protected?`,
      );
    }
    return {
      registry: { url, insecure, username: variables[username] ?? "", password: secret },
      repository: image.slice(image.indexOf("/") + 1),
    };
  };
  const patience = {
    attempts: Number(variables.PROMOTION_ATTEMPTS || 6),
    pauseSeconds: Number(variables.PROMOTION_INTERVAL || 2),
    timeoutSeconds: Number(variables.PROMOTION_TIMEOUT || 120),
  };
  const as = laneTag(variables);
  if (await hasTag(place(target), as, patience, report)) {
    report(`${target.image}:${as} is there already.`);
    return;
  }
  for (const source of sources) {
    const tag = tagOfCommit(await tagsOf(place(source), patience, report), sha);
    if (tag !== undefined) {
      const order = { source: place(source), target: place(target), tag, as, patience, report };
      report(`${target.image}:${as} is ${source.image}:${tag} (${await retagImage(order)}).`);
      return;
    }
  }
  report(`No earlier environment has an image of commit ${sha.slice(0, 10)}: it is built here.`);
}

async function main() {
  const complain = (/** @type {string} */ line) => console.error(`reuse: ${line}`);
  try {
    const proxy = ignoredProxy(process.env, process.versions.node);
    if (proxy !== undefined) {
      complain(proxy);
    }
    await reuse(process.env, console.log);
  } catch (error) {
    process.exitCode = 1;
    if (!(error instanceof ReuseError || error instanceof CopyError)) {
      throw error;
    }
    complain(error.message);
  }
}

const [, started] = process.argv;
if (started !== undefined && realpathSync(started) === fileURLToPath(import.meta.url)) {
  void main();
}
