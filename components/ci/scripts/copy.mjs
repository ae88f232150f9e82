// @ts-check
/**
 * Copies an image from one place to another, by digest. It knows registries and nothing else: which image goes where,
 * and why, is decided by whoever calls `copyImage`.
 *
 * Inside one Harbor the copy is Harbor's own. Between two the image is pulled and pushed here, by the API that every
 * registry has (OCI distribution). Needs Node 20 or newer and no package; behind a proxy Node 22.21, 24.5 or newer.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import * as tls from "node:tls";

/**
 * A Harbor and who asks it. `url` is the server's, without a path; `insecure`: any certificate is accepted.
 * @typedef {{ readonly url: string, readonly username: string, readonly password: string, readonly insecure?: boolean }} Registry
 */
/**
 * Where images are: `repository` is project and name, e.g. `web-dev/web`.
 * @typedef {{ readonly registry: Registry, readonly repository: string }} Place
 */
/**
 * How often a failing server is asked, how long the pause before the n-th repetition is (n times `pauseSeconds`), and
 * how long a server may be silent.
 * @typedef {{ readonly attempts: number, readonly pauseSeconds: number, readonly timeoutSeconds: number }} Patience
 */
/**
 * `acceptPresent`: where the target has the tag, whatever image it is, the source is not looked at.
 * @typedef {object} Order
 * @property {Place} source
 * @property {Place} target
 * @property {string} tag
 * @property {boolean} acceptPresent
 * @property {Patience} patience
 * @property {(line: string) => void} report gets a line for each repeated call
 */
/** @typedef {{ readonly call: string, readonly status: number, readonly body: string, readonly headers: http.IncomingHttpHeaders }} Answer */
/** @typedef {{ readonly call: string, readonly message: http.IncomingMessage }} Reply */
/** @typedef {{ headers?: http.OutgoingHttpHeaders, body?: string | Readable | undefined }} Content */
/** @typedef {{ readonly digest: string, readonly size: number, readonly urls?: readonly string[] }} Descriptor */
/** @typedef {{ readonly config?: Descriptor, readonly layers?: readonly Descriptor[], readonly manifests?: readonly Descriptor[] }} Manifest */

/** The image cannot be copied; the message says why and what to do. */
export class CopyError extends Error {}

/** A server that failed or is away; asking again may help. */
class Unavailable extends Error {}

/**
 * Sees to it that the tag in the target is the source's image. Doing it again changes nothing.
 * @param {Order} order
 * @returns {Promise<{ outcome: "copied" | "present" | "gone from source", digest: string }>} `gone from source`: the target has it and the source no more
 * @throws {CopyError}
 */
export async function copyImage({ source, target, tag, acceptPresent, patience, report }) {
  const to = new Client(target, patience, report);
  const from = new Client(source, patience, report);
  const present = (await to.find(tag)).digest;
  if (present !== undefined && acceptPresent) {
    return { outcome: "present", digest: present };
  }
  const { digest, answer } = await from.find(tag);
  if (digest === undefined && present !== undefined) {
    return { outcome: "gone from source", digest: present };
  }
  if (digest === undefined) {
    throw new CopyError(
      `${from.name}:${tag} does not exist: ${described(answer)}. Was the image pushed, and has retention not removed it? Deliver the version again.`,
    );
  }
  if (present === digest) {
    return { outcome: "present", digest };
  }
  if (present !== undefined) {
    throw new CopyError(
      `${to.name}:${tag} is another image (${present}) than ${from.name}:${tag} (${digest}). A version is one image everywhere, so the tag is not overwritten; deliver a new commit instead.`,
    );
  }
  if (source.registry.url === target.registry.url) {
    await copyInside(from, to, digest);
  } else {
    await repeated(`copying ${from.name}@${digest} to ${to.name}:${tag}`, patience, report, () =>
      copyAcross(from, to, digest, tag),
    );
  }
  const made = (await to.find(tag)).digest;
  if (made !== digest) {
    throw new CopyError(
      `after the copy ${to.name}:${tag} is ${made ?? "missing"}, and should be ${digest}. Look at what else writes to that project.`,
    );
  }
  return { outcome: "copied", digest };
}

/**
 * Gives the image of a tag another tag in another place, or in the same. It asks registries only, which robots that pull and
 * push may do; Harbor's own copy keeps the tags of the original.
 * @param {{ source: Place, target: Place, tag: string, as: string, patience: Patience, report: (line: string) => void }} order
 * @returns {Promise<string>} its digest
 * @throws {CopyError}
 */
export async function retagImage({ source, target, tag, as, patience, report }) {
  const from = new Client(source, patience, report);
  const to = new Client(target, patience, report);
  const there = await from.manifest(tag);
  if (there.digest === undefined) {
    throw new CopyError(
      `${from.name}:${tag} cannot be pulled: ${described(there.answer)}. A project that lets nobody pull images which are not scanned or have vulnerabilities says 412.`,
    );
  }
  const { digest } = there;
  await repeated(`copying ${from.name}@${digest} to ${to.name}:${as}`, patience, report, () =>
    copyAcross(from, to, digest, as),
  );
  return digest;
}

/**
 * Whether a repository has a tag; also one that its project lets nobody pull.
 * @param {Place} place
 * @param {string} tag
 * @param {Patience} patience
 * @param {(line: string) => void} report
 * @throws {CopyError}
 */
export async function hasTag(place, tag, patience, report) {
  const { digest, answer } = await new Client(place, patience, report).manifest(tag);
  return digest !== undefined || answer.status === 412;
}

/**
 * The digest that a tag has in a repository; none where it has no such tag, or its project lets nobody pull it.
 * @param {Place} place
 * @param {string} tag
 * @param {Patience} patience
 * @param {(line: string) => void} report
 * @throws {CopyError}
 */
export async function digestOf(place, tag, patience, report) {
  return (await new Client(place, patience, report).manifest(tag)).digest;
}

/**
 * The tags of a repository; none when it does not exist.
 * @param {Place} place
 * @param {Patience} patience
 * @param {(line: string) => void} report
 * @returns {Promise<string[]>} sorted
 * @throws {CopyError}
 */
export async function tagsOf(place, patience, report) {
  const client = new Client(place, patience, report);
  const answer = await repeated(`listing ${client.name}`, patience, report, async () =>
    text(await client.distribution("GET", "tags/list?n=10000")),
  );
  if (answer.status === 404) {
    return [];
  }
  if (answer.status !== 200) {
    throw new CopyError(
      `cannot list the tags of ${client.name}: ${described(answer)}. Has the robot the right to pull from there? ${refresh} restores it.`,
    );
  }
  const { tags } = /** @type {{ tags: readonly string[] | null }} */ (JSON.parse(answer.body));
  return [...(tags ?? [])].sort();
}

/**
 * By Harbor itself, with everything that belongs to the image.
 * @param {Client} from
 * @param {Client} to
 * @param {string} digest
 */
async function copyInside(from, to, digest) {
  const answer = await to.api("POST", `/artifacts?from=${from.repository}@${digest}`);
  if (answer.status !== 201) {
    throw refused(answer, from, to, digest);
  }
}

/** Kinds of manifests: of images and of lists of them. */
const manifestTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/**
 * Pulls a manifest, then what it names, and pushes it when all of that is there.
 * @param {Client} from
 * @param {Client} to
 * @param {string} digest
 * @param {string} reference tag or digest it gets in the target
 */
async function copyAcross(from, to, digest, reference) {
  const headers = { accept: manifestTypes };
  const pulled = await text(await from.distribution("GET", `manifests/${digest}`, { headers }));
  if (pulled.status !== 200) {
    throw refused(pulled, from, to, digest);
  }
  const actual = `sha256:${createHash("sha256").update(pulled.body).digest("hex")}`;
  if (actual !== digest) {
    throw new CopyError(`${from.name}@${digest} is not what it is called: its content is ${actual}.`);
  }
  const manifest = /** @type {Manifest} */ (JSON.parse(pulled.body));
  for (const child of manifest.manifests ?? []) {
    await copyAcross(from, to, child.digest, child.digest);
  }
  for (const blob of [manifest.config, ...(manifest.layers ?? [])]) {
    // A layer with addresses is not kept in registries.
    if (blob !== undefined && blob.urls === undefined) {
      await copyBlob(from, to, blob);
    }
  }
  const pushed = await text(
    await to.distribution("PUT", `manifests/${reference}`, {
      headers: { "content-type": String(pulled.headers["content-type"]) },
      body: pulled.body,
    }),
  );
  if (pushed.status !== 201) {
    throw refused(pushed, from, to, digest);
  }
}

/**
 * A configuration or layer, unless the target has it. The registry compares it with the digest.
 * @param {Client} from
 * @param {Client} to
 * @param {Descriptor} blob
 */
async function copyBlob(from, to, { digest, size }) {
  if ((await text(await to.distribution("HEAD", `blobs/${digest}`))).status === 200) {
    return;
  }
  const begun = await text(await to.distribution("POST", "blobs/uploads/"));
  if (begun.status !== 202 || begun.headers.location === undefined) {
    throw refused(begun, from, to, digest);
  }
  const content = await from.distribution("GET", `blobs/${digest}`);
  if (content.message.statusCode !== 200) {
    throw refused(await text(content), from, to, digest);
  }
  const upload = new URL(begun.headers.location, to.base);
  upload.searchParams.set("digest", digest);
  const headers = { "content-type": "application/octet-stream", "content-length": String(size) };
  const pushed = await text(await to.distribution("PUT", upload, { headers, body: content.message }));
  if (pushed.status !== 201) {
    throw refused(pushed, from, to, digest);
  }
}

/**
 * What a refusal means and what to do. Where a status has several reasons, Harbor's code and words distinguish them: 403 is
 * a right that is missing, a quota that is used up, or Harbor in read-only mode; 412 an immutable tag, or an image that
 * nobody may pull. A copy inside Harbor is 400 when the image is gone and 404 when the project it should go to is.
 * @param {Answer} answer
 * @param {Client} from
 * @param {Client} to
 * @param {string} digest
 */
function refused(answer, from, to, digest) {
  const image = `${from.name}@${digest}`;
  const was = described(answer);
  const pulling = answer.call.includes(`${from.base.origin}/v2/${from.repository}/`);
  switch (answer.status) {
    // A token that does not reach far enough is 401 as well.
    case 401:
    case 403:
      if (/read.?only mode/i.test(answer.body)) {
        return new CopyError(
          `${to.base.host} is in read-only mode: ${was}. Its administrator ends that; then run the job again.`,
        );
      }
      if (/"code":\s*"DENIED"|quota|storage resource/i.test(answer.body)) {
        return new CopyError(
          `the project of ${to.name} has no room, its quota is used up: ${was}. Raise the quota in the estate (storageGiB), or delete images that nothing runs.`,
        );
      }
      return new CopyError(
        `the promotion robot may not ${pulling ? `pull ${from.name}` : `copy into the project of ${to.name}`}: ${was}. Look at the robot's permissions. ${refresh} restores them.`,
      );
    case 400:
    case 404:
      return answer.status === 404 && /project .* not found/.test(answer.body)
        ? new CopyError(`the project of ${to.name} is not there: ${was}. ${refresh} makes it again.`)
        : new CopyError(
            `${image} is gone: ${was}. Has the retention of its project removed it just now? Deliver the version again.`,
          );
    case 412:
      return new CopyError(
        pulling
          ? `the project of ${from.name} refuses to hand out the image: ${was}. It lets nobody pull images that are not scanned or have vulnerabilities; scan it, or allow what was found.`
          : `a tag in the project of ${to.name} cannot be overwritten: ${was}. A tag of this image is immutable there and is another image; deliver a new commit instead.`,
      );
    default:
      return new CopyError(`the registry refused to copy ${image} to ${to.name}: ${was}.`);
  }
}

/** Only a refresh looks at what is there; an update by itself compares with what it did last. */
const refresh = "An update of the estate with --refresh";

const badLogin = `Is the robot disabled? ${refresh} enables it again. Has it expired, or is its password not the one the estate set? A higher credentials.generation makes a new one.`;

/**
 * A call and what it was answered, in one line.
 * @param {Answer} answer
 */
function described({ call, status, body }) {
  return `${call} was answered with status ${status}${reason(body)}`;
}

/**
 * Harbor's words in an answer, in brackets; nothing when it is not Harbor's.
 * @param {string} body
 */
function reason(body) {
  try {
    const { errors } = /** @type {{ errors?: readonly { message?: string }[] }} */ (JSON.parse(body));
    const message = errors?.[0]?.message ?? "";
    return message === "" ? "" : ` (${message.replace(/\s+/g, " ")})`;
  } catch {
    return "";
  }
}

/** One repository of a Harbor. */
class Client {
  /**
   * @param {Place} place
   * @param {Patience} patience
   * @param {(line: string) => void} report
   */
  constructor({ registry, repository }, patience, report) {
    this.repository = repository;
    this.base = new URL(registry.url);
    /** As people write it, without a tag. */
    this.name = `${this.base.host}/${repository}`;
    this.login = `Basic ${Buffer.from(`${registry.username}:${registry.password}`).toString("base64")}`;
    this.patience = patience;
    this.report = report;
    this.agents = agents(registry.insecure === true);
  }

  /**
   * The image of a tag; no digest when there is no such tag.
   * @param {string} tag
   * @returns {Promise<{ digest?: string, answer: Answer }>}
   */
  async find(tag) {
    const answer = await this.api("GET", `/artifacts/${tag}?with_tag=false&with_scan_overview=false`);
    if (answer.status === 200) {
      const { digest } = /** @type {{ digest: string }} */ (JSON.parse(answer.body));
      return { digest, answer };
    }
    if (answer.status === 404) {
      return { answer };
    }
    throw new CopyError(
      `cannot read ${this.name}:${tag}: ${described(answer)}. ` +
        (answer.status === 401
          ? badLogin
          : `Is the project there, and has the promotion robot the right to read artifacts of it? ${refresh} restores both.`),
    );
  }

  /**
   * What the registry itself says of a tag: its digest, or none.
   * @param {string} tag
   * @returns {Promise<{ digest?: string, answer: Answer }>}
   */
  async manifest(tag) {
    const answer = await repeated(`looking for ${this.name}:${tag}`, this.patience, this.report, async () =>
      text(await this.distribution("GET", `manifests/${tag}`, { headers: { accept: manifestTypes } })),
    );
    if (answer.status === 200) {
      return { digest: `sha256:${createHash("sha256").update(answer.body).digest("hex")}`, answer };
    }
    if (answer.status === 404 || answer.status === 412) {
      return { answer };
    }
    throw new CopyError(
      `cannot read ${this.name}:${tag}: ${described(answer)}. ${answer.status === 401 ? badLogin : `Has the robot the right to pull from there? ${refresh} restores it.`}`,
    );
  }

  /**
   * A call of Harbor's API about the repository. A slash in its name is encoded twice there.
   * @param {string} method
   * @param {string} path
   * @returns {Promise<Answer>}
   */
  api(method, path) {
    const [project = "", ...name] = this.repository.split("/");
    const repository = `/projects/${project}/repositories/${name.join("%252F")}`;
    const url = new URL(`/api/v2.0${repository}${path}`, this.base);
    return repeated(`${method} ${url.href}`, this.patience, this.report, async () =>
      text(
        await this.send(method, url, { headers: { accept: "application/json", authorization: this.login } }),
      ),
    );
  }

  /**
   * A call of the distribution API about the repository: a path below it, or an address that the registry named.
   * @param {string} method
   * @param {string | URL} path
   * @param {Content} [content]
   */
  async distribution(method, path, { headers = {}, body } = {}) {
    const url = new URL(path, new URL(`/v2/${this.repository}/`, this.base));
    const authorization = await this.authorization(method === "GET" ? "pull" : "pull,push");
    // An upload may go to a server of another name, which has its own way to know who sends it.
    const own = url.origin === this.base.origin ? { authorization } : {};
    return this.send(method, url, { headers: { ...headers, ...own }, body });
  }

  /**
   * What the registry wants to see: the login, or a token that it gives for it. A wrong login may get a token too, one
   * that permits nothing.
   * @param {string} actions
   */
  async authorization(actions) {
    const asked = await text(await this.send("GET", new URL("/v2/", this.base)));
    const challenge = String(asked.headers["www-authenticate"]);
    const realm = /^bearer .*?realm="([^"]+)"/i.exec(challenge)?.[1];
    if (realm === undefined) {
      return this.login;
    }
    const url = new URL(realm, this.base);
    url.searchParams.set("service", /service="([^"]*)"/.exec(challenge)?.[1] ?? "");
    url.searchParams.set("scope", `repository:${this.repository}:${actions}`);
    const answer = await text(await this.send("GET", url, { headers: { authorization: this.login } }));
    if (answer.status !== 200) {
      throw new CopyError(`the promotion robot is not let in: ${described(answer)}. ${badLogin}`);
    }
    const tokens = /** @type {{ token?: string, access_token?: string }} */ (JSON.parse(answer.body));
    return `Bearer ${tokens.token ?? tokens.access_token ?? ""}`;
  }

  /**
   * One call; returns when the head of the answer is there. Follows a registry that sends to its storage, without
   * showing credentials to another server.
   * @param {string} method
   * @param {URL} url
   * @param {Content} [content]
   * @returns {Promise<Reply>}
   * @throws {Unavailable} when the server does not answer, fails or wants a pause
   */
  async send(method, url, { headers = {}, body } = {}) {
    // The query of an upload's or a storage's address is long, and can be a secret.
    const call = `${method} ${url.pathname.startsWith("/v2/") ? url.origin + url.pathname : url.href}`;
    const message = await this.exchange(url, { method, headers, body });
    const status = message.statusCode ?? 0;
    if (status === 429 || status >= 500) {
      throw new Unavailable(`status ${status}${reason((await text({ call, message })).body)}`);
    }
    const { location } = message.headers;
    if (method !== "GET" || status < 300 || status >= 400 || location === undefined) {
      return { call, message };
    }
    message.resume();
    const storage = new URL(location, url);
    const { authorization: _, ...others } = headers;
    const shown = storage.origin === url.origin ? headers : others;
    return { call, message: await this.exchange(storage, { method, headers: shown }) };
  }

  /**
   * @param {URL} url
   * @param {Content & { method: string }} content
   * @returns {Promise<http.IncomingMessage>}
   */
  exchange(url, { method, headers, body }) {
    const [library, agent] =
      url.protocol === "https:" ? [https, this.agents.https] : [http, this.agents.http];
    const timeout = this.patience.timeoutSeconds * 1000;
    return new Promise((resolve, reject) => {
      const failed = (/** @type {Error} */ { message }) => reject(new Unavailable(`no answer (${message})`));
      const request = library.request(url, { method, headers, agent, timeout }, resolve);
      request.on("timeout", () => request.destroy(new Error(`silent for ${timeout / 1000} s`)));
      request.on("error", failed);
      if (body instanceof Readable) {
        pipeline(body, request).catch(failed);
      } else {
        request.end(body);
      }
    });
  }
}

/** Where systems have the certificates they trust: Debian and Alpine, Fedora, others. */
const bundles = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
];

/**
 * Connections trust Node's own certificates and, as other programs do, the image's and those that variables name, the
 * private authorities of the runner and of the estate among them; and they take the proxies that variables name.
 * @param {boolean} insecure
 */
function agents(insecure) {
  const {
    CI_SERVER_TLS_CA_FILE: runner,
    ESTATE_CA_FILE: estate,
    NODE_EXTRA_CA_CERTS: extra,
    SSL_CERT_FILE: own = bundles.find((file) => existsSync(file)),
  } = process.env;
  const files = [runner, estate, extra, own].filter(
    (file) => file !== undefined && file !== "" && existsSync(file),
  );
  const ca = [...tls.rootCertificates, ...files.map((file) => readFileSync(String(file), "utf8"))];
  const shared = { keepAlive: true, proxyEnv: process.env };
  return {
    http: new http.Agent(shared),
    https: new https.Agent({
      ...shared,
      rejectUnauthorized: !insecure,
      secureContext: tls.createSecureContext({ ca }),
    }),
  };
}

/**
 * Whether variables name a proxy that this Node would go past; nothing when they do not.
 * @param {NodeJS.ProcessEnv} variables
 * @param {string} version
 */
export function ignoredProxy(variables, version) {
  const named = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"].find((key) => variables[key]);
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const takes = major > 24 || (major === 24 && minor >= 5) || (major === 22 && minor >= 21);
  return named === undefined || takes
    ? undefined
    : `${named} is set, but Node ${version} cannot use a proxy; 22.21, 24.5 and newer can.`;
}

/**
 * The whole answer.
 * @param {Reply} reply
 * @returns {Promise<Answer>}
 */
async function text({ call, message }) {
  let body = "";
  message.setEncoding("utf8");
  try {
    for await (const part of message) {
      body += part;
    }
  } catch (error) {
    throw new Unavailable(`half an answer (${/** @type {Error} */ (error).message})`);
  }
  return { call, status: message.statusCode ?? 0, body, headers: message.headers };
}

/**
 * Tries again while servers fail or are away.
 * @template T
 * @param {string} what
 * @param {Patience} patience
 * @param {(line: string) => void} report
 * @param {() => Promise<T>} once
 * @returns {Promise<T>}
 */
async function repeated(what, { attempts, pauseSeconds }, report, once) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await once();
    } catch (error) {
      if (!(error instanceof Unavailable)) {
        throw error;
      }
      if (attempt >= attempts) {
        throw new CopyError(
          `${what} failed ${attempt} times, the last time with ${error.message}. Nothing was promoted; run the job again when the registry is well.`,
        );
      }
      report(`${what}: ${error.message}; trying again`);
      await new Promise((resolve) => setTimeout(resolve, attempt * pauseSeconds * 1000));
    }
  }
}
