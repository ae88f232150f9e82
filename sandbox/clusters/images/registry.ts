/** Asks a registry for an image as a container runtime does: OCI distribution, with the bearer token flow. */
import { parseImage } from "./reference";
import { type Login } from "./keyring";

/** An image that cannot be had. The message says what the registry answered. */
export class PullError extends Error {}

/** How long a registry may take for one answer, in milliseconds. */
const answerMs = 10_000;

/** What a client takes as a manifest, as an Accept header. */
export const manifestTypes = [
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/**
 * The digest of an image, read with the first of `logins` that the registry accepts, else anonymously.
 *
 * @param scheme what registries speak, as the configuration of a node's container runtime has it.
 * @throws PullError when there is no such image, nobody may have it, or the registry does not answer.
 */
export async function pullImage(
    image: string,
    logins: (registry: string) => readonly Login[],
    scheme: "http" | "https" = "http",
): Promise<string> {
    const { registry, repository, tag } = reference(image);
    const url = `${scheme}://${registry}/v2/${repository}/manifests/${tag}`;
    let refusal = "";
    for (const login of [...logins(registry), undefined]) {
        const answer = await askManifest(image, url, login);
        if (typeof answer !== "string") {
            return answer.digest;
        }
        refusal = refusal === "" ? answer : refusal;
    }
    throw new PullError(`failed to resolve reference "${image}": ${refusal}`);
}

function reference(image: string): ReturnType<typeof parseImage> {
    try {
        return parseImage(image);
    } catch (error) {
        throw new PullError((error as Error).message);
    }
}

/** The digest, or why this login does not get it. Throws when another login would fare no better. */
async function askManifest(
    image: string,
    url: string,
    login: Login | undefined,
): Promise<{ digest: string } | string> {
    const headers = { accept: manifestTypes };
    let response = await get(image, url, headers);
    if (response.status === 401) {
        const challenge = response.headers.get("www-authenticate") ?? "";
        await response.body?.cancel();
        const authorization = await authorize(image, challenge, login);
        if (authorization === undefined) {
            return "authorization failed: no basic auth credentials";
        }
        if (authorization instanceof Response) {
            return `authorization failed: ${await messageOf(authorization)}`;
        }
        response = await get(image, url, { ...headers, authorization });
    }
    if (response.status === 200) {
        const digest = response.headers.get("docker-content-digest") ?? "";
        await response.arrayBuffer();
        return { digest };
    }
    const message = await messageOf(response);
    if (response.status === 401 || response.status === 403) {
        return `pull access denied, repository does not exist or may require authorization: ${message}`;
    }
    if (response.status === 404) {
        return `${image}: not found (${message})`;
    }
    throw new PullError(`failed to resolve reference "${image}": ${message}`);
}

/** Value of the authorization header, the refusing answer of the token server, or undefined where no login is at hand. */
async function authorize(
    image: string,
    challenge: string,
    login: Login | undefined,
): Promise<string | Response | undefined> {
    const basic =
        login === undefined
            ? undefined
            : `Basic ${Buffer.from(`${login.username}:${login.password}`).toString("base64")}`;
    const { realm, ...parameters } = challengeParameters(challenge);
    if (!/^bearer /i.test(challenge) || realm === undefined) {
        return basic;
    }
    const url = new URL(realm);
    Object.entries(parameters).forEach(([name, value]) => url.searchParams.set(name, value));
    const response = await get(image, url.href, basic === undefined ? {} : { authorization: basic });
    if (response.status !== 200) {
        return response;
    }
    const { token, access_token: other } = (await response.json()) as {
        token?: string;
        access_token?: string;
    };
    return `Bearer ${token ?? other ?? ""}`;
}

/** The quoted parameters of a WWW-Authenticate header. */
export function challengeParameters(challenge: string): Record<string, string> {
    return Object.fromEntries(
        [...challenge.matchAll(/([a-z_]+)="([^"]*)"/gi)].map(([, name = "", value = ""]) => [
            name.toLowerCase(),
            value,
        ]),
    );
}

async function get(image: string, url: string, headers: Record<string, string>): Promise<Response> {
    try {
        return await fetch(url, { headers, signal: AbortSignal.timeout(answerMs) });
    } catch (error) {
        const { message, cause } = error as Error;
        const why = cause instanceof Error && cause.message !== "" ? cause.message : message;
        throw new PullError(
            `failed to resolve reference "${image}": failed to do request: Get "${url}": ${why}`,
        );
    }
}

/** Status and the registry's own words. */
async function messageOf(response: Response): Promise<string> {
    const text = await response.text().catch(() => "");
    let words = text.slice(0, 300);
    try {
        const { errors } = JSON.parse(text) as { errors?: { code?: string; message?: string }[] };
        words =
            errors?.map(({ code = "", message = "" }) => `${code.toLowerCase()}: ${message}`).join("; ") ??
            words;
    } catch {
        // Not JSON: as it is.
    }
    return `unexpected status ${response.status}${words === "" ? "" : ` ${words}`}`;
}
