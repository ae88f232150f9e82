// @ts-check
/**
 * What became of the version that a config repository names: the estate's relay says it with a status of the commit, one for
 * each cluster. Waits until all of them say that it is healthy.
 *
 * Started by itself it waits for the version of CI_COMMIT_TAG, at the place that the variable ROLLOUT names, and ends with 0
 * once it is healthy, with 3 when another version came before that, and with 1 when it is not healthy.
 * Needs Node 20 or newer.
 */
import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * Where a version is named, and who says what became of it. `api` is the config repository in GitLab's API, `file` of
 * `branch` has the version, `statuses` are the names of the statuses, and `token` is the variable with what reads them.
 * @typedef {object} Place
 * @property {string} api
 * @property {string} branch
 * @property {string} file
 * @property {readonly string[]} statuses
 * @property {string} token
 */
/**
 * `at` is the commit that all clusters have, `written` the last one that changed the file.
 * @typedef {object} Rollout
 * @property {"healthy" | "failed" | "pending"} state
 * @property {string} said
 * @property {string} written
 * @property {string} [at]
 */
/**
 * How the last answer was: healthy, at `at`; or not, and what to do.
 * @typedef {{ outcome: "healthy", at: string } | { outcome: "superseded" | "unhealthy", why: string }} End
 */
/** @typedef {(address: string) => Promise<unknown>} Ask */

/** The wait cannot go on; the message says why and what to do. */
export class RolloutError extends Error {}

/** GitLab cannot answer now. */
class Passing extends Error {}

/** Ref of the pipeline that the relay's statuses are in: see relay/commits.go. */
const deliveries = "gitops-deliveries";

/** Most commits whose statuses one look reads. */
const mostCommits = 30;

const perPage = 100;

/**
 * What GitLab says now. A commit that leaves the file alone has the version too, so of the commits since it was written the
 * newest status of each cluster counts. Only those that were heads of the branch: what a merge brought was never delivered.
 * @param {Place} place
 * @param {Ask} ask
 * @returns {Promise<Rollout>}
 */
export async function look({ api, branch, file, statuses }, ask) {
  const heads = async (/** @type {Record<string, string>} */ more) => {
    const query = new URLSearchParams({ ref_name: branch, first_parent: "true", ...more });
    const found = /** @type {{ id: string }[]} */ (
      await ask(`${api}/repository/commits?${query.toString()}`)
    );
    return found.map(({ id }) => id);
  };
  const [written] = await heads({ path: file, per_page: "1" });
  if (written === undefined) {
    throw new RolloutError(`${file} is not in branch ${branch} of the config repository.`);
  }
  const newest = await heads({ per_page: String(mostCommits) });
  const end = newest.indexOf(written);
  const since = end === -1 ? [...newest, written] : newest.slice(0, end + 1);
  /** @type {Map<string, { status: string, description: string, place: number }>} */
  const found = new Map();
  for (const [place, commit] of since.entries()) {
    if (found.size === statuses.length) {
      break;
    }
    for (const { name, status, description } of await statusesOf(api, commit, ask)) {
      if (statuses.includes(name) && !found.has(name)) {
        found.set(name, { status, description: description ?? "", place });
      }
    }
  }
  const all = statuses.map((name) => ({ name, ...found.get(name) }));
  const failed = all.filter(({ status }) => status === "failed");
  const open = all.filter(({ status }) => status !== "failed" && status !== "success");
  const at = since[Math.max(...all.map(({ place = 0 }) => place))];
  return failed.length > 0
    ? {
        state: "failed",
        said: failed.map(({ name, description }) => `${name}: ${description}`).join("; "),
        written,
      }
    : open.length > 0 || at === undefined
      ? { state: "pending", said: `nothing yet of ${open.map(({ name }) => name).join(", ")}`, written }
      : { state: "healthy", said: "healthy", written, at };
}

/**
 * The relay's statuses of a commit, the newest of each name.
 * @param {string} api
 * @param {string} commit
 * @param {Ask} ask
 */
async function statusesOf(api, commit, ask) {
  /** @type {{ name: string, status: string, description: string | null }[]} */
  const all = [];
  for (let page = 1; ; page++) {
    const query = new URLSearchParams({ ref: deliveries, per_page: String(perPage), page: String(page) });
    const shown = /** @type {typeof all} */ (
      await ask(`${api}/repository/commits/${commit}/statuses?${query.toString()}`)
    );
    all.push(...shown);
    if (shown.length < perPage) {
      return all;
    }
  }
}

/**
 * Whether a file names a version.
 * @param {string} text
 * @param {string} tag
 */
export function names(text, tag) {
  const exact = tag.replace(/[.+/\\^$?()|[\]{}*-]/g, "\\$&");
  return new RegExp(`(?:^|[\\s"':])${exact}(?=$|[\\s"',@])`, "m").test(text);
}

/**
 * Waits. What has failed may heal, as when a node comes back, but a job that waits keeps a runner from others, such as the
 * one with the fix: it is given a minute.
 * @param {Place} place
 * @param {string} tag version that is waited for
 * @param {object} options
 * @param {Ask} options.ask
 * @param {(line: string) => void} options.report
 * @param {number} [options.seconds] longest wait
 * @param {number} [options.failing] how long it may have failed
 * @param {number} [options.every] seconds between two looks
 * @returns {Promise<End>}
 */
export async function settled(place, tag, { ask, report, seconds = 900, failing = 60, every = 5 }) {
  const begun = Date.now();
  let [before, written, failedSince] = ["", "", 0];
  for (;;) {
    let said = "";
    try {
      const now = await look(place, ask);
      if (now.written !== written) {
        const file = `${place.api}/repository/files/${encodeURIComponent(place.file)}/raw`;
        const text = String(await ask(`${file}?ref=${now.written}`));
        if (!names(text, tag)) {
          return { outcome: "superseded", why: `${place.file} does not name ${tag} any more` };
        }
        written = now.written;
      }
      if (now.state === "healthy" && now.at !== undefined) {
        return { outcome: "healthy", at: now.at };
      }
      said = now.said;
      failedSince = now.state === "failed" ? failedSince || Date.now() : 0;
    } catch (error) {
      if (!(error instanceof Passing)) {
        throw error;
      }
      said = error.message;
    }
    if (said !== before) {
      report(`${tag} is not healthy yet: ${said}`);
      before = said;
    }
    const over = failedSince > 0 && Date.now() - failedSince >= failing * 1000;
    if (over || Date.now() - begun >= seconds * 1000) {
      return {
        outcome: "unhealthy",
        why: `${tag} is not healthy: ${said}. Run this job again once it is`,
      };
    }
    await new Promise((resolve) => setTimeout(resolve, every * 1000));
  }
}

/**
 * What asks GitLab with the token of a place.
 * @param {Pick<Place, "token">} place
 * @param {Readonly<Record<string, string | undefined>>} variables
 * @param {(address: string, init: RequestInit) => Promise<Response>} [get]
 * @returns {Ask}
 */
export function asking({ token }, variables, get = fetch) {
  const secret = variables[token];
  if (!secret) {
    throw new RolloutError(
      `${token} is empty. It is a protected variable, given to jobs on protected branches and tags only; is ${variables.CI_COMMIT_REF_NAME ?? "this one"} protected?`,
    );
  }
  return async (address) => {
    const path = new URL(address).pathname;
    /** @type {Response} */
    let answer;
    try {
      answer = await get(address, {
        headers: { "PRIVATE-TOKEN": secret },
        signal: AbortSignal.timeout(30_000),
      });
      if (answer.ok) {
        return path.endsWith("/raw") ? await answer.text() : await answer.json();
      }
    } catch (error) {
      const { message, cause } = /** @type {Error} */ (error);
      throw new Passing(`GitLab does not answer (${cause instanceof Error ? cause.message : message})`);
    }
    if (answer.status >= 500 || answer.status === 429) {
      throw new Passing(`GitLab answers ${answer.status}`);
    }
    throw new RolloutError(
      `${path} was answered with ${answer.status}: ${token} may be over. An update of the estate renews it; then run this job again.`,
    );
  };
}

/**
 * How long a job waits, from its variables.
 * @param {Readonly<Record<string, string | undefined>>} variables
 */
export function patience({ ROLLOUT_SECONDS, ROLLOUT_INTERVAL }) {
  return { seconds: Number(ROLLOUT_SECONDS || 900), every: Number(ROLLOUT_INTERVAL || 5) };
}

/**
 * @param {Readonly<Record<string, string | undefined>>} variables
 * @param {(line: string) => void} report
 * @returns {Promise<number>} the exit code
 */
async function waited(variables, report) {
  /** @type {Place} */
  const place = JSON.parse(variables.ROLLOUT ?? "");
  const tag = variables.CI_COMMIT_TAG ?? "";
  const end = await settled(place, tag, { ask: asking(place, variables), report, ...patience(variables) });
  if (end.outcome === "healthy") {
    report(`${tag} is healthy.`);
    return 0;
  }
  if (end.outcome === "superseded") {
    report(`${tag} was followed by another version before it was healthy: ${end.why}.`);
    return 3;
  }
  throw new RolloutError(`${end.why}.`);
}

const [, started] = process.argv;
if (started !== undefined && realpathSync(started) === fileURLToPath(import.meta.url)) {
  waited(process.env, console.log).then(
    (code) => {
      process.exitCode = code;
    },
    (/** @type {unknown} */ error) => {
      process.exitCode = 1;
      if (!(error instanceof RolloutError)) {
        throw error;
      }
      console.error(`rollout: ${error.message}`);
    },
  );
}
