import { manifestTypes } from "./backend";
import { matches } from "./doublestar";
import { apiBase } from "./api";

/** An artifact of a registry, as replication sees it. */
export interface RemoteArtifact {
    digest: string;
    tags: string[];
    labels: string[];
    /** Harbor's kind, e.g. `IMAGE`; `IMAGE` where the registry does not say. */
    type: string;
}

/** How to reach a registry. */
export interface RemoteOptions {
    url: string;
    /** Harbors list projects and artifacts by their own API and make projects on demand. */
    type: "harbor" | "docker-registry";
    username?: string;
    password?: string;
    /** Makes tokens without asking the registry: this Harbor itself. */
    token?: (repository: string, actions: string[]) => string;
    /** Makes a project without asking the registry: this Harbor itself. */
    makeProject?: (name: string, isPublic: boolean) => void;
    /** Milliseconds one request may take until its answer begins. Default 30 seconds. */
    timeoutMs?: number;
}

type Body = Buffer | string | undefined;

/** A client of any registry that speaks the distribution API, with Bearer tokens as Harbor and Docker use them. */
export class RemoteRegistry {
    private readonly tokens = new Map<string, { value: string; until: number }>();
    private readonly knownProjects = new Set<string>();

    constructor(private readonly options: RemoteOptions) {}

    private get base(): string {
        return this.options.url.replace(/\/+$/, "");
    }

    private get basic(): Record<string, string> {
        const { username, password } = this.options;
        return username
            ? {
                  authorization: `Basic ${Buffer.from(`${username}:${password ?? ""}`).toString("base64")}`,
              }
            : {};
    }

    /** @throws Error with what went wrong when the registry cannot be reached or refuses the credentials. */
    async check(): Promise<void> {
        if (this.options.type === "harbor") {
            await this.expect(await this.plain("GET", `${apiBase}/health`), [200], "asking for its health");
        }
        const response = await this.send("GET", "/v2/", "", []);
        await this.expect(response, [200], "logging in");
    }

    /** Digest of a manifest; undefined when there is none. */
    async digest(repository: string, reference: string): Promise<string | undefined> {
        const response = await this.send(
            "HEAD",
            `/v2/${repository}/manifests/${reference}`,
            repository,
            ["pull"],
            {
                accept: manifestTypes.join(", "),
            },
        );
        await response.body?.cancel();
        if (response.status === 404) {
            return undefined;
        }
        await this.expect(response, [200], `looking for ${repository}:${reference}`);
        return response.headers.get("docker-content-digest") ?? undefined;
    }

    async manifest(repository: string, digest: string): Promise<{ type: string; body: Buffer }> {
        const response = await this.send(
            "GET",
            `/v2/${repository}/manifests/${digest}`,
            repository,
            ["pull"],
            {
                accept: manifestTypes.join(", "),
            },
        );
        await this.expect(response, [200], `reading ${repository}@${digest}`);
        return {
            type: response.headers.get("content-type") ?? "",
            body: Buffer.from(await response.arrayBuffer()),
        };
    }

    async putManifest(repository: string, reference: string, type: string, body: Buffer): Promise<void> {
        const response = await this.send(
            "PUT",
            `/v2/${repository}/manifests/${reference}`,
            repository,
            ["pull", "push"],
            { "content-type": type },
            body,
        );
        await this.expect(response, [201], `writing ${repository}:${reference}`);
    }

    /** Copies a blob from another registry unless it is here already. Answers whether bytes were moved. */
    async copyBlob(from: RemoteRegistry, source: string, target: string, digest: string): Promise<boolean> {
        const head = await this.send("HEAD", `/v2/${target}/blobs/${digest}`, target, ["pull"]);
        if (head.status === 200) {
            return false;
        }
        const blob = await from.send("GET", `/v2/${source}/blobs/${digest}`, source, ["pull"]);
        await from.expect(blob, [200], `reading the blob ${source}@${digest}`);
        const start = await this.send("POST", `/v2/${target}/blobs/uploads/`, target, ["pull", "push"]);
        await this.expect(start, [202], `starting an upload in ${target}`);
        const location = new URL(start.headers.get("location") ?? "", `${this.base}/`);
        location.searchParams.set("digest", digest);
        const headers: Record<string, string> = { "content-type": "application/octet-stream" };
        const length = blob.headers.get("content-length");
        if (length !== null) {
            headers["content-length"] = length;
        }
        const authorization = await this.authorization(target, ["pull", "push"]);
        const put = await fetch(location, {
            method: "PUT",
            headers: { ...headers, ...authorization },
            body: blob.body,
            duplex: "half",
        });
        await this.expect(put, [201], `writing the blob ${target}@${digest}`);
        return true;
    }

    /** Removes a tag, and the artifact when it has no other; Harbors only. Gone already is fine. */
    async deleteTag(repository: string, tag: string): Promise<void> {
        const path = `${this.artifactsPath(repository)}/${tag}/tags/${tag}`;
        await this.expect(await this.plain("DELETE", path), [200, 404], `deleting ${repository}:${tag}`);
    }

    /** Removes an artifact; Harbors only. Gone already is fine. */
    async deleteArtifact(repository: string, digest: string): Promise<void> {
        const path = `${this.artifactsPath(repository)}/${digest}`;
        await this.expect(await this.plain("DELETE", path), [200, 404], `deleting ${repository}@${digest}`);
    }

    /** Makes the repository's project when it is missing; Harbors only. */
    async ensureProject(repository: string, isPublic: boolean): Promise<void> {
        const name = repository.split("/")[0] ?? "";
        if (this.options.type !== "harbor" || this.knownProjects.has(name)) {
            return;
        }
        this.knownProjects.add(name);
        if (this.options.makeProject) {
            this.options.makeProject(name, isPublic);
            return;
        }
        const head = await this.plain("HEAD", `${apiBase}/projects?project_name=${encodeURIComponent(name)}`);
        if (head.status === 404) {
            const body = JSON.stringify({
                project_name: name,
                metadata: { public: String(isPublic) },
            });
            const made = await this.plain("POST", `${apiBase}/projects`, body);
            await this.expect(made, [201, 409], `making the project ${name}`);
        }
    }

    /** Names of repositories that a pattern can mean. */
    async repositories(pattern: string): Promise<string[]> {
        let names: string[];
        if (this.options.type === "harbor") {
            names = (await this.all<{ name: string }>(`${apiBase}/repositories`)).map(({ name }) => name);
        } else {
            const response = await this.send("GET", "/v2/_catalog?n=1000", "", ["catalog"]);
            await this.expect(response, [200], "listing repositories");
            names = ((await response.json()) as { repositories: string[] | null }).repositories ?? [];
        }
        return names.filter((name) => matches(pattern, name));
    }

    async artifacts(repository: string): Promise<RemoteArtifact[]> {
        if (this.options.type === "harbor") {
            interface Shown {
                digest: string;
                type: string;
                tags: { name: string }[] | null;
                labels: { name: string }[] | null;
            }
            const path = `${this.artifactsPath(repository)}?with_tag=true&with_label=true`;
            return (await this.all<Shown>(path)).map((artifact) => ({
                digest: artifact.digest,
                type: artifact.type,
                tags: (artifact.tags ?? []).map((tag) => tag.name),
                labels: (artifact.labels ?? []).map((label) => label.name),
            }));
        }
        const response = await this.send("GET", `/v2/${repository}/tags/list`, repository, ["pull"]);
        await this.expect(response, [200], `listing tags of ${repository}`);
        const tags = ((await response.json()) as { tags: string[] | null }).tags ?? [];
        const byDigest = new Map<string, RemoteArtifact>();
        for (const tag of tags) {
            const digest = await this.digest(repository, tag);
            if (digest !== undefined) {
                const known = byDigest.get(digest) ?? { digest, tags: [], labels: [], type: "IMAGE" };
                known.tags.push(tag);
                byDigest.set(digest, known);
            }
        }
        return [...byDigest.values()];
    }

    private artifactsPath(repository: string): string {
        const [project = "", ...rest] = repository.split("/");
        const name = encodeURIComponent(encodeURIComponent(rest.join("/")));
        return `${apiBase}/projects/${project}/repositories/${name}/artifacts`;
    }

    /** Every page of a list of the Harbor API. */
    private async all<T>(path: string): Promise<T[]> {
        const items: T[] = [];
        for (let page = 1; ; page++) {
            const mark = path.includes("?") ? "&" : "?";
            const response = await this.plain("GET", `${path}${mark}page=${page}&page_size=100`);
            await this.expect(response, [200], `listing ${path}`);
            const part = (await response.json()) as T[];
            items.push(...part);
            if (part.length < 100) {
                return items;
            }
        }
    }

    /** A request with name and password. */
    private plain(method: string, path: string, body?: string): Promise<Response> {
        return this.fetch(path, method, { ...this.basic, "content-type": "application/json" }, body);
    }

    /** A request to the distribution API with the token it wants. */
    private async send(
        method: string,
        path: string,
        repository: string,
        actions: string[],
        headers: Record<string, string> = {},
        body?: Buffer,
    ): Promise<Response> {
        const authorization = await this.authorization(repository, actions);
        const response = await this.fetch(path, method, { ...headers, ...authorization }, body);
        if (response.status !== 401) {
            return response;
        }
        // The token may have run out; a new one is worth one more try.
        await response.body?.cancel();
        this.tokens.clear();
        return this.fetch(
            path,
            method,
            { ...headers, ...(await this.authorization(repository, actions)) },
            body,
        );
    }

    private async fetch(
        path: string,
        method: string,
        headers: Record<string, string>,
        body: Body,
    ): Promise<Response> {
        const abort = new AbortController();
        const timer = setTimeout(() => abort.abort(), this.options.timeoutMs ?? 30_000);
        try {
            return await fetch(`${this.base}${path}`, {
                method,
                headers,
                signal: abort.signal,
                ...(body === undefined ? {} : { body }),
            });
        } catch (error) {
            const cause = (error as Error).cause;
            const reason = abort.signal.aborted
                ? "no answer in time"
                : cause instanceof Error
                  ? cause.message
                  : (error as Error).message;
            throw new Error(`${this.base} cannot be reached: ${reason}`);
        } finally {
            clearTimeout(timer);
        }
    }

    private async authorization(repository: string, actions: string[]): Promise<Record<string, string>> {
        if (this.options.token) {
            return { authorization: `Bearer ${this.options.token(repository, actions)}` };
        }
        const key = `${repository}:${actions.join(",")}`;
        const known = this.tokens.get(key);
        if (known && known.until > Date.now()) {
            return known.value === "" ? this.basic : { authorization: `Bearer ${known.value}` };
        }
        const challenge = await this.fetch("/v2/", "GET", {}, undefined);
        await challenge.body?.cancel();
        const asked = challenge.headers.get("www-authenticate") ?? "";
        const realm = /^bearer .*realm="([^"]+)"/i.exec(asked)?.[1];
        if (realm === undefined) {
            // Basic authentication, or none at all.
            this.tokens.set(key, { value: "", until: Date.now() + 60_000 });
            return this.basic;
        }
        const url = new URL(realm);
        url.searchParams.set("service", /service="([^"]+)"/.exec(asked)?.[1] ?? "");
        if (repository !== "") {
            url.searchParams.set("scope", `repository:${key}`);
        } else if (actions.includes("catalog")) {
            url.searchParams.set("scope", "registry:catalog:*");
        }
        const response = await fetch(url, { headers: this.basic });
        await this.expect(response, [200], "getting a token");
        const answer = (await response.json()) as { token?: string; access_token?: string };
        const value = answer.token ?? answer.access_token ?? "";
        this.tokens.set(key, { value, until: Date.now() + 60_000 });
        return { authorization: `Bearer ${value}` };
    }

    private async expect(response: Response, statuses: number[], what: string): Promise<void> {
        if (!statuses.includes(response.status)) {
            const text = (await response.text()).slice(0, 300);
            throw new Error(`${this.base} answered ${response.status} when ${what}: ${text}`);
        }
    }
}
