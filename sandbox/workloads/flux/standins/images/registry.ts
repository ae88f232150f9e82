/** The few questions to a registry (OCI distribution): its tags, and a tag's digest; with a pull secret's account. */
import { manifestTypes } from "../../../../clusters/images/registry";
import { fetchFor } from "../trust";

export interface RegistryOptions {
    /** Plain http. */
    readonly insecure: boolean;
    readonly account?: { readonly username: string; readonly password: string } | undefined;
    /** PEM of an authority that is trusted too. */
    readonly authority?: string | undefined;
    /** Milliseconds for one request. */
    readonly timeout: number;
}

/** An image's address: `registry/path`. @throws Error for one with a scheme, a tag or without a registry. */
export function parseImage(image: string): { readonly registry: string; readonly repository: string } {
    if (image.includes("://")) {
        throw new Error(
            `.spec.image value should not start with URL scheme; remove '${image.split("://")[0]}://'`,
        );
    }
    const slash = image.indexOf("/");
    const [registry, repository] = [image.slice(0, slash), image.slice(slash + 1)];
    if (slash < 0 || !/[.:]|^localhost$/.test(registry)) {
        throw new Error(`image '${image}' names no registry; the stand-in knows no default one`);
    }
    if (repository.includes(":") || repository.includes("@")) {
        throw new Error(
            `.spec.image value should not contain a tag; remove '${repository.split(/[:@]/)[1] ?? ""}'`,
        );
    }
    return { registry, repository };
}

/** The account for a registry in a Secret of type `kubernetes.io/dockerconfigjson`. */
export function accountIn(
    secret: Readonly<Record<string, string>>,
    registry: string,
): { username: string; password: string } | undefined {
    const text = secret[".dockerconfigjson"];
    if (text === undefined) {
        throw new Error("the secret has no key .dockerconfigjson");
    }
    const { auths = {} } = JSON.parse(text) as {
        auths?: Record<string, { username?: string; password?: string; auth?: string }>;
    };
    const host = (key: string): string => key.replace(/^https?:\/\//, "").split("/")[0] ?? "";
    const found = Object.entries(auths).find(([key]) => host(key) === registry)?.[1];
    if (found === undefined) {
        return undefined;
    }
    const [username = "", ...password] = Buffer.from(found.auth ?? "", "base64")
        .toString("utf8")
        .split(":");
    return {
        username: found.username ?? username,
        password: found.password ?? password.join(":"),
    };
}

/** Every tag of a repository. @throws Error when the registry refuses. */
export async function listTags(image: string, options: RegistryOptions): Promise<string[]> {
    const { registry, repository } = parseImage(image);
    const tags: string[] = [];
    for (let path: string | undefined = `/v2/${repository}/tags/list?n=1000`; path !== undefined;) {
        const answer: Response = await ask(registry, repository, "GET", path, options);
        const body = (await answer.json()) as { tags?: string[] | null };
        tags.push(...(body.tags ?? []));
        const next: string | undefined = /<([^>]+)>;\s*rel="?next"?/.exec(
            answer.headers.get("link") ?? "",
        )?.[1];
        path = next === undefined ? undefined : next.replace(/^https?:\/\/[^/]+/, "");
    }
    return tags;
}

/** The digest that a tag means now. @throws Error when the registry refuses or says none. */
export async function digestOf(image: string, tag: string, options: RegistryOptions): Promise<string> {
    const { registry, repository } = parseImage(image);
    const answer = await ask(registry, repository, "HEAD", `/v2/${repository}/manifests/${tag}`, options);
    const digest = answer.headers.get("docker-content-digest");
    if (digest === null) {
        throw new Error(`${registry} says no digest of ${repository}:${tag}`);
    }
    return digest;
}

async function ask(
    registry: string,
    repository: string,
    method: string,
    path: string,
    options: RegistryOptions,
): Promise<Response> {
    const url = `${options.insecure ? "http" : "https"}://${registry}${path}`;
    const accept = { accept: method === "HEAD" ? manifestTypes : "application/json" };
    const send = (headers: Record<string, string>): Promise<Response> =>
        fetchFor(url, options.authority)(url, {
            method,
            headers: { ...accept, ...headers },
            signal: AbortSignal.timeout(options.timeout),
        });
    let answer = await send({});
    if (answer.status === 401) {
        const header = answer.headers.get("www-authenticate") ?? "";
        answer = await send({ authorization: await authorization(header, repository, options) });
    }
    if (!answer.ok) {
        throw new Error(`${method} ${url}: HTTP ${answer.status} ${(await answer.text()).slice(0, 200)}`);
    }
    return answer;
}

/** What answers a registry's challenge: the account itself, or a token that its token server gives for it. */
async function authorization(
    challenge: string,
    repository: string,
    { account, authority, timeout }: RegistryOptions,
): Promise<string> {
    const basic =
        account === undefined
            ? undefined
            : `Basic ${Buffer.from(`${account.username}:${account.password}`).toString("base64")}`;
    if (!/^bearer /i.test(challenge)) {
        return basic ?? "";
    }
    const value = (name: string): string | undefined => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1];
    const url = new URL(value("realm") ?? "");
    const service = value("service");
    if (service !== undefined) {
        url.searchParams.set("service", service);
    }
    url.searchParams.set("scope", value("scope") ?? `repository:${repository}:pull`);
    const answer = await fetchFor(url.href, authority)(url.href, {
        headers: basic === undefined ? {} : { authorization: basic },
        signal: AbortSignal.timeout(timeout),
    });
    if (!answer.ok) {
        throw new Error(`${url.origin}${url.pathname} gives no token: HTTP ${answer.status}`);
    }
    const { token, access_token: other } = (await answer.json()) as { token?: string; access_token?: string };
    return `Bearer ${token ?? other ?? ""}`;
}
