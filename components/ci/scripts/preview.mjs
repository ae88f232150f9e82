#!/usr/bin/env node
// @ts-check
/**
 * The preview of a merge request, as far as GitLab and the registry are concerned. The engine brings it up and takes it
 * down; the merge request's label says which.
 *
 *   building  the pipeline has begun
 *   ready     the image is there: sets the label
 *   failed    a job before failed; an older preview stays up
 *   tested    the jobs that try the preview have ended
 *   gone      takes the label off and removes the images
 *
 * Each writes the same note of the merge request, with what tests came to once there is something to say. Needs Node 20 or newer.
 */
import { realpathSync, writeFileSync } from "node:fs";
import https from "node:https";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** @typedef {Readonly<Record<string, string | undefined>>} Variables */
/** @typedef {(url: string, init: RequestInit) => Promise<Response>} Fetch */
/** @typedef {{ readonly id: number, readonly body: string, readonly system: boolean }} Note */
/** @typedef {{ readonly iid: number, readonly state: string, readonly sha: string, readonly labels: readonly string[] }} MergeRequest */
/** @typedef {"building" | "ready" | "failed" | "tested" | "gone"} Step */

/** The job that holds merge requests until they are approved: it is red for as long as nobody has, which says nothing of a preview. */
const gate = "approvals";

/** What distinguishes the note from those of people. */
const marker = "<!-- preview of this merge request -->";

/** The job cannot go on; the message says why and what to do. */
export class PreviewError extends Error {}

/**
 * A variable that has to be there.
 * @param {Variables} variables
 * @param {string} key
 */
function wanted(variables, key) {
  const value = variables[key];
  if (!value) {
    throw new PreviewError(
      `the variable ${key} is not set. The estate sets PREVIEW_… for jobs of environments preview/*; GitLab sets CI_MERGE_REQUEST_… in pipelines of merge requests.`,
    );
  }
  return value;
}

/** GitLab's API and Harbor's, for one merge request. */
class Servers {
  /**
   * @param {Variables} variables
   * @param {Fetch} fetch
   * @param {number} pauseSeconds between two attempts
   */
  constructor(variables, fetch, pauseSeconds) {
    this.fetch = fetch;
    this.pauseSeconds = pauseSeconds;
    this.base = `${wanted(variables, "CI_API_V4_URL")}/projects/${wanted(variables, "CI_PROJECT_ID")}`;
    this.request = `/merge_requests/${wanted(variables, "CI_MERGE_REQUEST_IID")}`;
    this.token = wanted(variables, "PREVIEW_TOKEN");
  }

  /**
   * @param {string} method
   * @param {string} path below the project
   * @param {unknown} [body]
   * @returns {Promise<unknown>}
   */
  async gitlab(method, path, body) {
    const answer = await this.send(`${this.base}${path}`, {
      method,
      headers: { "private-token": this.token, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) {
      throw new PreviewError(
        `${method} ${this.base}${path} was answered with status ${answer.status}: ${(await answer.text()).slice(0, 300)}`,
      );
    }
    return answer.status === 204 ? undefined : answer.json();
  }

  /**
   * Asks again where the server failed or is away.
   * @param {string} url
   * @param {RequestInit} init
   * @param {Fetch} [fetch]
   * @returns {Promise<Response>}
   */
  async send(url, init, fetch = this.fetch) {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(30_000) });
        if (answer.status < 500 || attempt === 4) {
          return answer;
        }
      } catch (error) {
        if (attempt === 4) {
          const { message, cause } = /** @type {Error} */ (error);
          throw new PreviewError(
            `${init.method} ${url} got no answer: ${cause instanceof Error ? cause.message : message}`,
          );
        }
      }
      await pause(attempt * this.pauseSeconds * 1000);
    }
  }

  /** @returns {Promise<MergeRequest>} */
  async mergeRequest() {
    return /** @type {MergeRequest} */ (await this.gitlab("GET", this.request));
  }

  /**
   * How many other open merge requests have the label.
   * @param {Variables} variables
   */
  async others(variables) {
    const query = new URLSearchParams({
      state: "opened",
      labels: wanted(variables, "PREVIEW_LABEL"),
      per_page: "100",
    });
    const found = /** @type {MergeRequest[]} */ (
      await this.gitlab("GET", `/merge_requests?${query.toString()}`)
    );
    return found.filter(({ iid }) => String(iid) !== variables.CI_MERGE_REQUEST_IID).length;
  }

  /**
   * The note with this text: the one that is there, or a new one. Two runs at once make two; the older one stays.
   * @param {string} text
   */
  async note(text) {
    const body = `${marker}\n${text}`;
    const [first] = await this.notes();
    if (first === undefined) {
      await this.gitlab("POST", `${this.request}/notes`, { body });
    } else if (first.body !== body) {
      await this.gitlab("PUT", `${this.request}/notes/${first.id}`, { body });
    }
    for (const other of (await this.notes()).slice(1)) {
      await this.gitlab("DELETE", `${this.request}/notes/${other.id}`);
    }
  }

  /** The notes of earlier runs, oldest first. */
  async notes() {
    /** @type {Note[]} */
    const own = [];
    for (let page = 1; ; page++) {
      const path = `${this.request}/notes?sort=asc&order_by=created_at&per_page=100&page=${page}`;
      const notes = /** @type {Note[]} */ (await this.gitlab("GET", path));
      own.push(...notes.filter(({ body, system }) => !system && body.startsWith(marker)));
      if (notes.length < 100) {
        return own;
      }
    }
  }

  /**
   * What GitLab says of the pipeline below a path; undefined where it does not: no preview depends on that.
   * @param {Variables} variables
   * @param {string} path
   * @param {(line: string) => void} report
   * @returns {Promise<unknown>}
   */
  async ofPipeline(variables, path, report) {
    try {
      return await this.gitlab("GET", `/pipelines/${variables.CI_PIPELINE_ID ?? ""}${path}`);
    } catch (error) {
      if (!(error instanceof PreviewError)) {
        throw error;
      }
      report(`Not in the note: ${error.message}`);
      return undefined;
    }
  }

  /**
   * Results of the tests so far, and their coverage, as a paragraph of the note; empty where no job reports any.
   * @param {Variables} variables
   * @param {(line: string) => void} report
   */
  async tests(variables, report) {
    const summary =
      /** @type {{ readonly total?: Partial<Readonly<Record<string, number>>> } | undefined} */ (
        await this.ofPipeline(variables, "/test_report_summary", report)
      );
    const pipeline = /** @type {{ readonly coverage?: string | number | null } | undefined} */ (
      await this.ofPipeline(variables, "", report)
    );
    const { count = 0, success = 0, failed = 0, error = 0, skipped = 0 } = summary?.total ?? {};
    const counts = /** @type {const} */ ([
      [failed, "failed"],
      [error, "with errors"],
      [skipped, "skipped"],
    ]);
    const coverage = pipeline?.coverage;
    const parts = [
      ...(count === 0
        ? []
        : [
            [
              `${success} of ${count} passed`,
              ...counts.flatMap(([many, what]) => (many === 0 ? [] : [`${many} ${what}`])),
            ].join(", "),
          ]),
      ...(coverage === null || coverage === undefined ? [] : [`coverage ${Number(coverage)} %`]),
    ];
    return parts.length === 0 ? "" : `\n\n**Tests:** ${parts.join("; ")}.`;
  }

  /**
   * The jobs of the pipeline; empty where GitLab does not say.
   * @param {Variables} variables
   * @param {(line: string) => void} report
   * @param {string} scope
   */
  async jobs(variables, report, scope = "") {
    /** @typedef {{ readonly name: string, readonly status: string, readonly web_url: string, readonly failure_reason?: string, readonly allow_failure?: boolean }} Job */
    const found = /** @type {readonly Job[] | undefined} */ (
      await this.ofPipeline(variables, `/jobs?${scope}per_page=100`, report)
    );
    return found ?? [];
  }

  /**
   * The jobs that failed, with GitLab's reason, for the note.
   * @param {Variables} variables
   * @param {(line: string) => void} report
   */
  async failures(variables, report) {
    const jobs = await this.jobs(variables, report, "scope[]=failed&");
    return failuresText(jobs.filter((job) => job.allow_failure !== true));
  }

  /**
   * Removes the images of the merge request. What another one has too loses the tag only.
   * @param {Variables} variables
   * @returns {Promise<number>} how many tags
   */
  async removeImages(variables) {
    const image = wanted(variables, "IMAGE");
    const [project = "", ...name] = image.slice(image.indexOf("/") + 1).split("/");
    const base = `${wanted(variables, "REGISTRY_URL")}/api/v2.0/projects/${project}/repositories/${name.join("%252F")}/artifacts`;
    const login = `${wanted(variables, "REGISTRY_USERNAME")}:${wanted(variables, "REGISTRY_PASSWORD")}`;
    const headers = { authorization: `Basic ${Buffer.from(login).toString("base64")}` };
    const insecure = variables.REGISTRY_INSECURE === "true" && base.startsWith("https:");
    const fetch = insecure ? unverified : this.fetch;
    /** @type {[string, string[], string[]][]} digest, all tags, those of the merge request */
    const found = [];
    for (let page = 1; ; page++) {
      const answer = await this.send(
        `${base}?with_tag=true&page_size=100&page=${page}`,
        { method: "GET", headers },
        fetch,
      );
      if (answer.status === 404) {
        return 0;
      }
      if (!answer.ok) {
        throw new PreviewError(`GET ${base} was answered with status ${answer.status}`);
      }
      const artifacts = /** @type {{ digest: string, tags: { name: string }[] | null }[]} */ (
        await answer.json()
      );
      for (const { digest, tags } of artifacts) {
        const names = (tags ?? []).map((tag) => tag.name);
        const own = names.filter((tag) => tag.startsWith(`mr-${variables.CI_MERGE_REQUEST_IID}-`));
        if (own.length > 0) {
          found.push([digest, names, own]);
        }
      }
      if (artifacts.length < 100) {
        break;
      }
    }
    for (const [digest, names, own] of found) {
      const paths = own.length === names.length ? [`/${digest}`] : own.map((tag) => `/${digest}/tags/${tag}`);
      for (const path of paths) {
        const answer = await this.send(`${base}${path}`, { method: "DELETE", headers }, fetch);
        if (!answer.ok && answer.status !== 404) {
          throw new PreviewError(`DELETE ${base}${path} was answered with status ${answer.status}`);
        }
      }
    }
    return found.flatMap(([, , own]) => own).length;
  }
}

/**
 * Jobs that failed, at most five of them by name. Pure.
 * @param {readonly { readonly name: string, readonly web_url: string, readonly failure_reason?: string }[]} jobs
 */
function failuresText(jobs) {
  const named = jobs.slice(0, 5).map(({ name, web_url: url, failure_reason: reason }) => {
    const why =
      reason === undefined || reason === "script_failure" ? "" : ` (${reason.replaceAll("_", " ")})`;
    return `[${name.replace(/[\\`[\]<>]/g, " ")}](${url})${why}`;
  });
  const more = jobs.length - named.length;
  return `${jobs.length > 1 ? `${jobs.length} jobs` : "a job"} failed${named.length === 0 ? "" : ": "}${[...named, ...(more > 0 ? [`${more} more`] : [])].join(", ")}`;
}

/**
 * As fetch, which has no such option, for a registry whose certificate the estate says not to verify.
 * @type {Fetch}
 */
function unverified(url, { method, headers, signal }) {
  // Newer than the types that are installed: Node.js 24 takes proxies from it, and earlier versions pass it over.
  const proxies = { proxyEnv: process.env };
  const options = {
    agent: new https.Agent({ rejectUnauthorized: false, ...proxies }),
    headers: /** @type {Record<string, string>} */ (headers),
    ...(method === undefined ? {} : { method }),
    ...(signal ? { signal } : {}),
  };
  return new Promise((resolve, reject) => {
    const request = https.request(url, options, (message) => {
      /** @type {Buffer[]} */
      const parts = [];
      message.on("data", (/** @type {Buffer} */ part) => parts.push(part));
      message.on("error", reject);
      message.on("end", () => {
        const status = message.statusCode ?? 0;
        resolve(new Response(parts.length === 0 ? null : Buffer.concat(parts), { status }));
      });
    });
    request.on("error", reject);
    request.end();
  });
}

/**
 * @param {Step} step
 * @param {Variables} variables
 * @param {(line: string) => void} report
 * @param {Fetch} [fetch]
 * @param {number} [pauseSeconds]
 * @param {(url: string) => void} [keep] is given the address of a preview that comes up, for the jobs that try it
 * @returns {Promise<boolean>} whether all of it went well
 * @throws {PreviewError}
 */
export async function run(
  step,
  variables,
  report,
  fetch = globalThis.fetch,
  pauseSeconds = 2,
  keep = () => undefined,
) {
  const servers = new Servers(variables, fetch, pauseSeconds);
  const label = wanted(variables, "PREVIEW_LABEL");
  // A merged-results pipeline is about a commit that no branch has.
  const head = variables.CI_MERGE_REQUEST_SOURCE_BRANCH_SHA || (variables.CI_COMMIT_SHA ?? "");
  const commit = head.slice(0, 10);
  const pipeline = `[pipeline](${variables.CI_PIPELINE_URL ?? ""})`;
  const link = `${variables.PREVIEW_URL_START ?? ""}${variables.CI_MERGE_REQUEST_IID}${variables.PREVIEW_URL_END ?? ""}`;
  const { state, sha, labels } = await servers.mergeRequest();
  const current = state === "opened" && sha === head;
  if (step !== "gone" && !current) {
    report(
      state === "opened"
        ? `Nothing to do: ${commit} is no longer the newest commit of this merge request.`
        : `Nothing to do: this merge request is ${state}.`,
    );
    return true;
  }
  switch (step) {
    case "building":
      await servers.note(
        labels.includes(label)
          ? `**Preview:** ${commit} is being built (${pipeline}); until then ${link} has the version before.`
          : `**Preview:** ${commit} is being built (${pipeline}).`,
      );
      return true;
    case "ready": {
      const maximum = Number(wanted(variables, "PREVIEW_MAXIMUM"));
      if (!labels.includes(label) && (await servers.others(variables)) >= maximum) {
        const text = `the app has ${maximum} previews already, which is its maximum. Merge or close another merge request, or take the label ${label} off one; then run the job again (${pipeline}).`;
        await servers.note(`**Preview:** none, ${text}`);
        report(`No preview: ${text}`);
        return false;
      }
      await servers.gitlab("PUT", servers.request, { add_labels: label });
      await servers.note(
        `**Preview:** ${link} has ${commit}, in a moment if it is not there yet. It goes with this merge request.${await servers.tests(variables, report)}`,
      );
      report(`The label ${label} is set: ${link}`);
      if (variables.PREVIEW_PAGE !== "true") {
        keep(link);
      }
      return true;
    }
    case "failed":
      await servers.note(
        `**Preview:** ${commit} has none, because ${await servers.failures(variables, report)} (${pipeline}).${labels.includes(label) ? ` ${link} has the version before.` : ""}${await servers.tests(variables, report)}`,
      );
      return true;
    case "tested": {
      const jobs = await servers.jobs(variables, report);
      if (!jobs.some(({ name, status }) => name === "preview" && status === "success")) {
        report("Nothing to do: this pipeline has brought up no preview.");
        return true;
      }
      const failed = jobs.filter(({ name, status }) => status === "failed" && name !== gate);
      const red = failed.filter((job) => job.allow_failure !== true);
      const allowed = failed.filter((job) => job.allow_failure === true);
      const parts = [
        ...(red.length > 0 ? [`${failuresText(red)} (${pipeline})`] : []),
        ...(allowed.length > 0 ? [`${failuresText(allowed)}, and may (${pipeline})`] : []),
      ];
      await servers.note(
        `**Preview:** ${link} has ${commit}${parts.length === 0 ? "" : `; ${parts.join("; ")}`}. It goes with this merge request.${await servers.tests(variables, report)}`,
      );
      return true;
    }
    case "gone": {
      await servers.gitlab("PUT", servers.request, { remove_labels: label });
      const removed = await servers.removeImages(variables);
      await servers.note(
        state === "opened"
          ? `**Preview:** gone; it was stopped. The next push brings it back.`
          : `**Preview:** gone; this merge request is ${state}.`,
      );
      report(`The label ${label} is off, ${removed} tags of images are removed.`);
      return true;
    }
  }
}

async function main() {
  const complain = (/** @type {string} */ line) => console.error(`preview: ${line}`);
  const step = process.argv[2] ?? "";
  try {
    if (!["building", "ready", "failed", "tested", "gone"].includes(step)) {
      throw new PreviewError(`"${step}" is no step; there are building, ready, failed, tested and gone`);
    }
    const keep = (/** @type {string} */ url) => writeFileSync("preview.env", `PREVIEW_URL=${url}\n`);
    const good = await run(/** @type {Step} */ (step), process.env, console.log, undefined, undefined, keep);
    process.exitCode = good ? 0 : 1;
  } catch (error) {
    process.exitCode = 1;
    if (!(error instanceof PreviewError)) {
      throw error;
    }
    complain(error.message);
  }
}

const [, started] = process.argv;
if (started !== undefined && realpathSync(started) === fileURLToPath(import.meta.url)) {
  void main();
}
