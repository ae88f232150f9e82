// @ts-check
/**
 * Holds a merge request until enough people have approved it, for servers whose licence has no required approvals: as many
 * as its target branch wants, each of a maintainer who is neither its author nor one of its committers, and given after its
 * last change. It reads and changes nothing; when somebody approves, the job is run once more.
 *
 * It is fed to Node in a job that takes nothing from the merge request's own branch. Needs Node 20 or newer and no package.
 */

/** @typedef {Readonly<Record<string, string | undefined>>} Variables */
/** @typedef {(url: string, init: RequestInit) => Promise<Response>} Fetch */
/** @typedef {{ readonly id: number, readonly username: string }} Person */
/** @typedef {{ readonly user: Person, readonly at: string | undefined, readonly level: number, readonly active: boolean, readonly bot: boolean }} Approval */
/** @typedef {{ readonly counted: readonly Person[], readonly refused: readonly { readonly user: Person, readonly reason: string }[] }} Verdict */

/** The merge request has to wait, or cannot be judged; the message says why and what to do. */
export class ApprovalsError extends Error {}

/** GitLab's number of the role whose approval counts: maintainer. */
const approving = 40;

/**
 * How many approvals a branch wants, as the estate says: by branch, or by pattern with `*`. The greatest that matches.
 * @param {Readonly<Record<string, number>>} wanted
 * @param {string} branch
 */
export function wantedFor(wanted, branch) {
  const numbers = Object.entries(wanted)
    .filter(([pattern]) =>
      new RegExp(
        `^${pattern
          .split("*")
          .map((part) => part.replace(/[.+/\\^$?()|[\]{}]/g, "\\$&"))
          .join(".*")}$`,
      ).test(branch),
    )
    .map(([, number]) => number);
  return Math.max(0, ...numbers);
}

/**
 * Which approvals count, and why the others do not.
 * @param {readonly Approval[]} approvals
 * @param {{ readonly author: Person, readonly committers: readonly Person[], readonly since: string }} request `since`: when it last changed
 * @returns {Verdict}
 */
export function judge(approvals, { author, committers, since }) {
  /** @param {Approval} approval */
  const refusal = ({ user, at, level, active, bot }) =>
    user.id === author.id
      ? "is the author"
      : committers.some(({ id }) => id === user.id)
        ? "has committed to it"
        : bot
          ? "is a program"
          : !active || level < approving
            ? "is not a maintainer of this project"
            : at === undefined
              ? "approved at a time that GitLab does not say"
              : Date.parse(at) > Date.parse(since)
                ? undefined
                : "approved what was there before the last change, and has to take that back and approve again";
  const judged = approvals.map((approval) => ({ user: approval.user, reason: refusal(approval) }));
  return {
    counted: judged.flatMap(({ user, reason }) => (reason === undefined ? [user] : [])),
    refused: judged.flatMap(({ user, reason }) => (reason === undefined ? [] : [{ user, reason }])),
  };
}

/**
 * @param {Variables} variables of a job of a merge request's pipeline; `APPROVALS` is how many each branch wants, as JSON, and
 * `APPROVALS_TOKEN` reads the project
 * @param {(line: string) => void} report
 * @param {Fetch} [ask]
 * @returns {Promise<void>}
 * @throws {ApprovalsError} when approvals are missing, or what is known of them cannot be read
 */
export async function hold(variables, report, ask = fetch) {
  const {
    CI_API_V4_URL: api,
    CI_PROJECT_ID: project,
    CI_MERGE_REQUEST_IID: iid,
    APPROVALS_TOKEN: token,
  } = variables;
  if (!api || !project || !iid) {
    throw new ApprovalsError("This is no job of a merge request's pipeline on GitLab.");
  }
  if (!variables.APPROVALS || !token) {
    throw new ApprovalsError(
      "APPROVALS or APPROVALS_TOKEN is not set: this project has not got its variables from the estate.",
    );
  }
  /** @type {Readonly<Record<string, number>>} */
  const branches = JSON.parse(variables.APPROVALS);
  const read = reader(token, ask);
  const at = `${api}/projects/${project}/merge_requests/${iid}`;

  /** @type {{ target_branch: string, sha: string, author: Person, references: { full: string } }} */
  const request = await read(at);
  const wanted = wantedFor(branches, request.target_branch);
  if (wanted === 0) {
    report(`Nobody has to approve merges into ${request.target_branch}.`);
    return;
  }
  /** @type {{ head_commit_sha: string, created_at: string }[]} */
  const [version] = await read(`${at}/versions?per_page=1`);
  if (version === undefined || version.head_commit_sha !== request.sha) {
    throw new ApprovalsError("GitLab is still working on the last push; run this job again.");
  }
  const committers = await committersOf(api, request.references.full, iid, token, ask);
  const approvals = await approvalsOf(read, `${api}/projects/${project}`, `${api}/users`, at);
  const { counted, refused } = judge(approvals, {
    author: request.author,
    committers,
    since: version.created_at,
  });

  report(
    `Merges into ${request.target_branch} want ${plural(wanted)} of maintainers who are neither the author nor a committer.`,
  );
  counted.forEach(({ username }) => report(`  @${username} has approved.`));
  refused.forEach(({ user, reason }) =>
    report(`  The approval of @${user.username} does not count: @${user.username} ${reason}.`),
  );
  const missing = wanted - counted.length;
  if (missing > 0) {
    const others = await couldApprove(read, `${api}/projects/${project}`, [
      request.author,
      ...committers,
      ...counted,
    ]);
    throw new ApprovalsError(
      `${plural(missing)} ${missing === 1 ? "is" : "are"} missing. ${
        others.length === 0
          ? "Nobody else could give one: the project has no other maintainer."
          : `Who could give one: ${others.map(({ username }) => `@${username}`).join(", ")}.`
      } This job runs again when somebody approves.`,
    );
  }
}

/** @param {number} number */
function plural(number) {
  return number === 1 ? "1 approval" : `${number} approvals`;
}

/**
 * @param {string} token
 * @param {Fetch} ask
 * @returns {(url: string) => Promise<any>}
 */
function reader(token, ask) {
  return (url) => answer(url, { headers: { "PRIVATE-TOKEN": token } }, ask);
}

/**
 * The body of an answer; three attempts.
 * @param {string} url
 * @param {RequestInit} init
 * @param {Fetch} ask
 * @returns {Promise<any>}
 * @throws {ApprovalsError}
 */
async function answer(url, init, ask) {
  for (let attempt = 1; ; attempt++) {
    /** @type {string} */
    let reason;
    try {
      const response = await ask(url, { ...init, signal: AbortSignal.timeout(30_000) });
      if (response.ok) {
        return await response.json();
      }
      if (response.status === 404 && url.includes("/members/all/")) {
        // Not a member, or not any more.
        return undefined;
      }
      reason = `status ${response.status}`;
      if (response.status < 500 && response.status !== 429) {
        attempt = 3;
      }
    } catch (error) {
      const { message, cause } = /** @type {Error} */ (error);
      reason = `no answer (${cause instanceof Error ? cause.message : message})`;
    }
    if (attempt >= 3) {
      throw new ApprovalsError(
        `${url.split("?")[0]} was answered with ${reason}, so it is not known who approved. Run this job again; if it stays, the token of the gate may have ended, and an update of the estate makes a new one.`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, attempt * 1000));
  }
}

/**
 * Who has commits in the merge request, by the addresses in them. Only GraphQL has them.
 * @param {string} api
 * @param {string} reference `group/project!1`
 * @param {string} iid
 * @param {string} token
 * @param {Fetch} ask
 * @returns {Promise<Person[]>}
 */
async function committersOf(api, reference, iid, token, ask) {
  const query =
    "query($path: ID!, $iid: String!) { project(fullPath: $path) { mergeRequest(iid: $iid) { committers { nodes { id username } } } } }";
  /** @type {{ data?: { project?: { mergeRequest?: { committers?: { nodes?: { id: string, username: string }[] } } } }, errors?: { message: string }[] }} */
  const { data, errors } = await answer(
    api.replace(/\/v4$/, "/graphql"),
    {
      method: "POST",
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
      body: JSON.stringify({ query, variables: { path: reference.replace(/!\d+$/, ""), iid } }),
    },
    ask,
  );
  const nodes = data?.project?.mergeRequest?.committers?.nodes;
  if (!Array.isArray(nodes)) {
    throw new ApprovalsError(
      `GitLab does not say who committed: ${errors?.[0]?.message ?? "the merge request cannot be read"}.`,
    );
  }
  return nodes.map(({ id, username }) => ({ id: Number(String(id).replace(/^.*\//, "")), username }));
}

/**
 * @param {(url: string) => Promise<any>} read
 * @param {string} project
 * @param {string} users
 * @param {string} request
 * @returns {Promise<Approval[]>}
 */
async function approvalsOf(read, project, users, request) {
  /** @type {{ approved_by: { user: Person, approved_at?: string }[] }} */
  const { approved_by: given } = await read(`${request}/approvals`);
  const times = given.some(({ approved_at: at }) => at === undefined)
    ? await approvalTimes(read, request)
    : new Map();
  return Promise.all(
    given.map(async ({ user, approved_at: at }) => {
      /** @type {[{ access_level: number, state: string } | undefined, { bot?: boolean }]} */
      const [member, account] = await Promise.all([
        read(`${project}/members/all/${user.id}`),
        read(`${users}/${user.id}`),
      ]);
      return {
        user,
        at: at ?? times.get(user.id),
        level: member?.access_level ?? 0,
        active: member?.state === "active",
        bot: account.bot === true,
      };
    }),
  );
}

/**
 * When each approved, as the merge request's activity has it, for a GitLab that does not say it with the approvals.
 * @param {(url: string) => Promise<any>} read
 * @param {string} request
 * @returns {Promise<Map<number, string>>}
 */
async function approvalTimes(read, request) {
  const times = new Map();
  for (let page = 1; ; page++) {
    /** @type {{ system: boolean, body: string, author: Person, created_at: string }[]} */
    const notes = await read(`${request}/notes?sort=asc&order_by=created_at&per_page=100&page=${page}`);
    notes
      .filter(({ system, body }) => system && body === "approved this merge request")
      .forEach(({ author, created_at: at }) => times.set(author.id, at));
    if (notes.length < 100) {
      return times;
    }
  }
}

/**
 * Maintainers who have not been asked yet.
 * @param {(url: string) => Promise<any>} read
 * @param {string} project
 * @param {readonly Person[]} without
 * @returns {Promise<Person[]>}
 */
async function couldApprove(read, project, without) {
  /** @type {(Person & { access_level: number, state: string })[]} */
  const members = await read(`${project}/members/all?per_page=100`);
  return members.filter(
    ({ id, username, access_level: level, state }) =>
      level >= approving &&
      state === "active" &&
      !/^(project|group)_\d+_bot/.test(username) &&
      without.every((each) => each.id !== id),
  );
}

if (process.argv[1] === "-") {
  hold(process.env, console.log).catch((/** @type {unknown} */ error) => {
    process.exitCode = 1;
    if (!(error instanceof ApprovalsError)) {
      throw error;
    }
    console.error(`approvals: ${error.message}`);
  });
}
