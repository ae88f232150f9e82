// @ts-check
/**
 * Starts the pipeline that delivers this branch to prod. It is in another repository, which has the credentials: this one
 * has a token that starts it and does nothing else. It takes what the branch has by then.
 *
 * Needs Node 20 or newer and no package.
 */
import { realpathSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** @typedef {Readonly<Record<string, string | undefined>>} Variables */
/** @typedef {(url: string, init: RequestInit) => Promise<Response>} Fetch */

/** The job cannot go on; the message says why and what to do. */
export class HandOverError extends Error {}

/**
 * @param {Variables} variables
 * @param {(line: string) => void} report
 * @param {Fetch} [ask]
 * @param {number} [pauseSeconds] before the second attempt
 * @returns {Promise<void>}
 * @throws {HandOverError}
 */
export async function handOver(variables, report, ask = fetch, pauseSeconds = 2) {
  const { RELEASE_URL: url, RELEASE_REF: ref, RELEASE_TOKEN: token } = variables;
  if (!url || !ref) {
    throw new HandOverError(
      "RELEASE_URL or RELEASE_REF is not set: this project has not got its variables from the estate.",
    );
  }
  if (!token) {
    throw new HandOverError(
      `RELEASE_TOKEN is empty. It is a protected variable, given to jobs on protected branches only; is ${variables.CI_COMMIT_REF_NAME ?? "this one"} protected?`,
    );
  }
  const body = new URLSearchParams({ token, ref });
  for (let attempt = 1; ; attempt++) {
    const outcome = await answered(() =>
      ask(url, { method: "POST", body, signal: AbortSignal.timeout(30_000) }),
    );
    if (typeof outcome !== "string" && outcome.status === 201) {
      const { web_url: page } = /** @type {{ web_url?: string }} */ (await outcome.json());
      report(`The release has begun: ${page ?? "in the config repository of prod"} (for maintainers).`);
      return;
    }
    const reason =
      typeof outcome === "string"
        ? outcome
        : `status ${outcome.status}: ${(await outcome.text()).replace(/\s+/g, " ").slice(0, 300)}`;
    const passing = typeof outcome === "string" || outcome.status >= 500 || outcome.status === 429;
    if (!passing || attempt === 5) {
      throw new HandOverError(
        `${url} was answered with ${reason}. Nothing was released; run this job again${passing ? "" : ", after an update of the estate if the token is not known any more"}.`,
      );
    }
    report(`No pipeline yet (${reason}); trying again`);
    await pause(attempt * pauseSeconds * 1000);
  }
}

/**
 * An answer, or why there is none.
 * @param {() => Promise<Response>} once
 */
async function answered(once) {
  try {
    return await once();
  } catch (error) {
    const { message, cause } = /** @type {Error} */ (error);
    return `no answer (${cause instanceof Error ? cause.message : message})`;
  }
}

const [, started] = process.argv;
if (started !== undefined && realpathSync(started) === fileURLToPath(import.meta.url)) {
  handOver(process.env, console.log).catch((/** @type {unknown} */ error) => {
    process.exitCode = 1;
    if (!(error instanceof HandOverError)) {
      throw error;
    }
    console.error(`hand-over: ${error.message}`);
  });
}
