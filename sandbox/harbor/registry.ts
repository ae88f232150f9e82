import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

import {
    deleteArtifact,
    findArtifact,
    findRepository,
    requireArtifact,
    requireRepository,
} from "./artifacts";
import { tokenService } from "./auth";
import { setting } from "./configuration";
import { digestOf, inTurn, pushManifest, recordPull } from "./content";
import { badRequest, HarborError, methodNotAllowed, notFound } from "./errors";
import { type Harbor, nameOf } from "./harbor";
import type { Artifact, Project } from "./model";
import { requireRoom } from "./quota";
import type { Principal, TokenAccess } from "./rights";

/** Largest manifest taken, bytes; the registry's own limit. */
const manifestLimit = 4 * 1024 * 1024;

/** What a request to `/v2/` is about. */
interface Target {
    repository: string;
    kind: "manifest" | "blob" | "upload" | "tags" | "referrers";
    reference: string;
}

/** Takes a path below `/v2/` apart; undefined when it is none of the distribution API. */
export function parseTarget(path: string): Target | undefined {
    const forms: [RegExp, Target["kind"]][] = [
        [/^(.+)\/manifests\/([^/]+)$/, "manifest"],
        [/^(.+)\/blobs\/uploads(?:\/([^/]*))?$/, "upload"],
        [/^(.+)\/blobs\/([^/]+)$/, "blob"],
        [/^(.+)\/tags\/list()$/, "tags"],
        [/^(.+)\/referrers\/([^/]+)$/, "referrers"],
    ];
    for (const [form, kind] of forms) {
        const match = form.exec(path);
        if (match?.[1]) {
            return { repository: match[1], kind, reference: decodeURIComponent(match[2] ?? "") };
        }
    }
    return undefined;
}

const actionOf = (method: string): string =>
    method === "GET" || method === "HEAD" ? "pull" : method === "DELETE" ? "delete" : "push";

/** Adds `/service/token` and the registry API under `/v2/`. */
export function registerRegistry(fastify: FastifyInstance, harbor: Harbor): void {
    fastify.get("/service/token", (request, reply) => tokenRoute(harbor, request, reply));
    fastify.register(async (scope) => {
        // Bodies go to the registry as they come; only manifests are looked at.
        scope.removeAllContentTypeParsers();
        scope.addContentTypeParser("*", (_request, payload, done) => done(null, payload));
        scope.setErrorHandler((error, request, reply) => {
            if (!(error instanceof HarborError)) {
                harbor.log(`${request.method} ${request.url}: ${(error as Error).stack ?? String(error)}`);
            }
            const known =
                error instanceof HarborError
                    ? error
                    : new HarborError(500, "UNKNOWN", "internal server error");
            return reply
                .code(known.status)
                .headers({ "docker-distribution-api-version": "registry/2.0", ...known.headers })
                .send(known.body());
        });
        const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;
        for (const url of ["/v2", "/v2/"]) {
            scope.route({ method: ["GET", "HEAD"], url, handler: (...args) => base(harbor, ...args) });
        }
        scope.route({ method: "GET", url: "/v2/_catalog", handler: (...args) => catalog(harbor, ...args) });
        scope.route({ method: [...methods], url: "/v2/*", handler: (...args) => serve(harbor, ...args) });
        await Promise.resolve();
    });
}

/** Issues a registry token with what the caller may do in each repository asked for, and nothing else. */
async function tokenRoute(harbor: Harbor, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const query = new URL(request.url, "http://harbor").searchParams;
    if (query.get("service") !== tokenService) {
        throw badRequest(`Unable to handle service: ${query.get("service") ?? ""}`);
    }
    const principal = harbor.identify(request.headers.authorization);
    const scopes = query.getAll("scope").flatMap((scope) => scope.split(" ").filter((part) => part !== ""));
    // Whoever cannot log in gets a token all the same, as anybody does: one that grants nothing.
    if (principal.kind === "token" || (principal.kind === "anonymous" && scopes.length === 0)) {
        throw new HarborError(401, "UNAUTHORIZED", "unauthorized");
    }
    const access = scopes.map((scope) => grant(harbor, principal, scope));
    const seconds = setting<number>(harbor.state, "token_expiration") * 60;
    const token = harbor.keys.issue(nameOf(principal), access, seconds, Date.now());
    return reply.send({
        token,
        access_token: token,
        expires_in: seconds,
        issued_at: new Date().toISOString(),
    });
}

function grant(harbor: Harbor, principal: Principal, scope: string): TokenAccess {
    const [type = "", ...rest] = scope.split(":");
    const name = rest.slice(0, -1).join(":");
    const none = { type, name, actions: [] };
    if (type === "registry") {
        const allowed = name === "catalog" && harbor.canInSystem(principal, "catalog", "read");
        return allowed ? { type, name, actions: ["*"] } : none;
    }
    const slash = name.indexOf("/");
    const project = slash > 0 ? harbor.findProject(name.slice(0, slash), true) : undefined;
    if (type !== "repository" || !project) {
        return none;
    }
    const actions = ["pull", "push", "delete"].filter((action) =>
        harbor.can(principal, project, "repository", action),
    );
    return { type, name, actions: actions.length === 3 ? [...actions, "*"] : actions };
}

/** The refusal that says where a client gets a token, or that its credentials are not enough. */
function refuse(
    harbor: Harbor,
    request: FastifyRequest,
    message: string,
    scopes: string[] = [],
): HarborError {
    const challenge =
        request.headers.authorization !== undefined
            ? 'Basic realm="harbor"'
            : `Bearer realm="${harbor.url}/service/token",service="${tokenService}"` +
              (scopes.length > 0 ? `,scope="${scopes.join(" ")}"` : "");
    return new HarborError(401, "UNAUTHORIZED", message, { "www-authenticate": challenge });
}

async function base(harbor: Harbor, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    if (harbor.identify(request.headers.authorization).kind === "anonymous") {
        throw refuse(harbor, request, "unauthorized");
    }
    return reply.header("docker-distribution-api-version", "registry/2.0").send({});
}

function catalog(harbor: Harbor, request: FastifyRequest, reply: FastifyReply): unknown {
    const principal = harbor.identify(request.headers.authorization);
    const byToken =
        principal.kind === "token" &&
        principal.access.some(
            ({ type, name, actions }) => type === "registry" && name === "catalog" && actions.includes("*"),
        );
    if (!byToken && !harbor.canInSystem(principal, "catalog", "read")) {
        throw refuse(harbor, request, "unauthorized to list catalog", ["registry:catalog:*"]);
    }
    const names = harbor.state.repositories.map((repository) => repository.name);
    return page(request, reply, names, (repositories) => ({ repositories }), "/v2/_catalog");
}

/** `n` and `last`, as the distribution API pages lists of names. */
function page(
    request: FastifyRequest,
    reply: FastifyReply,
    names: string[],
    wrap: (names: string[]) => object,
    path: string,
): unknown {
    const { n, last } = request.query as { n?: string; last?: string };
    const after = names.sort().filter((name) => last === undefined || name > last);
    const count = n === undefined ? after.length : Number(n);
    if (!Number.isInteger(count) || count < 0) {
        throw badRequest("the value of n must be a non-negative number");
    }
    const shown = after.slice(0, count);
    const end = shown.at(-1);
    if (end !== undefined && shown.length < after.length) {
        reply.header("link", `<${path}?n=${count}&last=${encodeURIComponent(end)}>; rel="next"`);
    }
    return reply.send(wrap(shown));
}

async function serve(harbor: Harbor, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const [path = "", query] = request.url.slice("/v2/".length).split("?");
    const target = parseTarget(path);
    if (!target) {
        harbor.log(`unknown registry path ${request.method} /v2/${path}`);
        throw notFound("page not found");
    }
    const { principal, project } = authorize(harbor, request, target, new URLSearchParams(query ?? ""));
    const changing = actionOf(request.method) !== "pull";
    if (changing && setting<boolean>(harbor.state, "read_only")) {
        throw new HarborError(
            403,
            "DENIED",
            "The system is in read only mode. Any modification is prohibited.",
        );
    }
    const call = { harbor, request, reply, principal, project, target };
    switch (target.kind) {
        case "tags":
            return listTags(call);
        case "referrers":
            return listReferrers(call);
        case "manifest":
            return manifest(call);
        case "upload":
            if (request.method === "POST") {
                beginUpload(call);
            }
            return pass(call, request.url, request.body as NodeJS.ReadableStream | undefined);
        default:
            return pass(call, request.url, request.body as NodeJS.ReadableStream | undefined);
    }
}

interface RegistryCall {
    harbor: Harbor;
    request: FastifyRequest;
    reply: FastifyReply;
    principal: Principal;
    project: Project;
    target: Target;
}

/** Harbor's check in front of the registry. @throws HarborError 401 with a challenge. */
function authorize(
    harbor: Harbor,
    request: FastifyRequest,
    target: Target,
    query: URLSearchParams,
): { principal: Principal; project: Project } {
    const action = actionOf(request.method);
    const from = query.get("mount") ? query.get("from") : null;
    const wanted = [
        { repository: target.repository, needed: action },
        ...(from ? [{ repository: from, needed: "pull" }] : []),
    ];
    const scopes = wanted.map(
        ({ repository, needed }) => `repository:${repository}:${needed === "push" ? "pull,push" : needed}`,
    );
    const principal = harbor.identify(request.headers.authorization);
    if (request.method === "HEAD" && request.headers.authorization === undefined) {
        throw refuse(harbor, request, "authorize header needed to send HEAD to repository", scopes);
    }
    let owner: Project | undefined;
    for (const { repository, needed } of wanted) {
        const name = repository.split("/")[0] ?? "";
        const project = harbor.findProject(name, true);
        if (!project) {
            throw refuse(harbor, request, `project ${name} not found`, scopes);
        }
        if (!mayInRepository(harbor, principal, project, repository, needed)) {
            const message = `unauthorized to access repository: ${repository}, action: ${needed}`;
            throw refuse(harbor, request, message, scopes);
        }
        owner ??= project;
    }
    if (!owner) {
        throw refuse(harbor, request, "unauthorized", scopes);
    }
    return { principal, project: owner };
}

function mayInRepository(
    harbor: Harbor,
    principal: Principal,
    project: Project,
    repository: string,
    action: string,
): boolean {
    if (principal.kind === "token") {
        // Narrower than the project: a token is for the repositories it names.
        return principal.access.some(
            (access) =>
                access.type === "repository" && access.name === repository && access.actions.includes(action),
        );
    }
    return harbor.can(principal, project, "repository", action);
}

/** @throws HarborError 403 when the project's quota is used up, or has no room for a blob that is mounted. */
function beginUpload({ harbor, request, principal, project, target }: RegistryCall): void {
    const { mount } = request.query as { mount?: string };
    const known = harbor.state.artifacts
        .flatMap((artifact) => artifact.blobs)
        .find((blob) => blob.digest === mount);
    requireRoom(harbor, project, known, nameOf(principal), target.repository);
}

async function listTags({ harbor, request, reply, target }: RegistryCall): Promise<unknown> {
    if (request.method !== "GET") {
        throw methodNotAllowed("only GET is allowed");
    }
    const repository = requireRepository(harbor, target.repository);
    const names = harbor.state.tags
        .filter((tag) => tag.repository_id === repository.id)
        .map((tag) => tag.name);
    const path = `/v2/${target.repository}/tags/list`;
    await Promise.resolve();
    return page(request, reply, names, (tags) => ({ name: target.repository, tags }), path);
}

async function listReferrers({ harbor, request, reply, target }: RegistryCall): Promise<unknown> {
    const { artifactType } = request.query as { artifactType?: string };
    const repository = findRepository(harbor, target.repository);
    const manifests = harbor.state.artifacts
        .filter(
            (artifact) =>
                artifact.repository_id === repository?.id &&
                artifact.subject === target.reference &&
                (artifactType === undefined || artifact.artifact_type === artifactType),
        )
        .map((artifact) => ({
            mediaType: artifact.manifest_media_type,
            digest: artifact.digest,
            size: artifact.blobs.find((blob) => blob.digest === artifact.digest)?.size ?? 0,
            artifactType: artifact.artifact_type,
            annotations: artifact.annotations,
        }));
    if (artifactType !== undefined) {
        reply.header("OCI-Filters-Applied", "artifactType");
    }
    const type = "application/vnd.oci.image.index.v1+json";
    await Promise.resolve();
    return reply.type(type).send(JSON.stringify({ schemaVersion: 2, mediaType: type, manifests }));
}

async function manifest(call: RegistryCall): Promise<unknown> {
    const { harbor, request, target } = call;
    if (request.method === "PUT") {
        return putManifest(call);
    }
    const artifact = requireArtifact(harbor, target.repository, target.reference);
    const tag = target.reference.includes(":") ? undefined : target.reference;
    if (request.method === "DELETE") {
        return deleteManifest(call);
    }
    requirePullable(call, artifact);
    const repository = requireRepository(harbor, target.repository);
    const answer = await forward(call, `/v2/${target.repository}/manifests/${artifact.digest}`);
    if (request.method === "GET" && answer.statusCode === 200) {
        recordPull(harbor, call.principal, call.project, repository, artifact, tag);
    }
    return relay(call, answer);
}

/**
 * Where a project prevents vulnerable images from running, those without a scan are blocked too, for everybody and
 * from a mere look as well. Without a scanner nothing is blocked; here nothing is ever scanned.
 * @throws HarborError 412.
 */
function requirePullable({ harbor, project }: RegistryCall, artifact: Artifact): void {
    const { scanners } = harbor.state;
    const scanner =
        scanners.find((candidate) => candidate.uuid === project.scanner) ??
        scanners.find((candidate) => candidate.is_default);
    if (project.metadata["prevent_vul"] !== "true" || !scanner || artifact.type !== "IMAGE") {
        return;
    }
    const severity = project.metadata["severity"] ?? "low";
    throw new HarborError(
        412,
        "PROJECTPOLICYVIOLATION",
        "current image without vulnerability scanning cannot be pulled due to configured policy in " +
            `'Prevent images with vulnerability severity of "${severity.charAt(0).toUpperCase()}${severity.slice(1)}" or higher from running.' ` +
            "To continue with pull, please contact your project administrator for help.",
    );
}

async function putManifest(call: RegistryCall): Promise<unknown> {
    const { harbor, request, reply, target, project, principal } = call;
    const body = await readAll(request.body as NodeJS.ReadableStream | undefined);
    const type = request.headers["content-type"] ?? "";
    if (target.reference.includes(":") && target.reference !== digestOf(body)) {
        throw new HarborError(400, "DIGEST_INVALID", "provided digest did not match uploaded content");
    }
    let answer: IncomingMessage | undefined;
    const artifact = await inTurn(harbor, project, () =>
        pushManifest(
            harbor,
            principal,
            project,
            target.repository,
            target.reference,
            { type, body },
            async (digest) => {
                answer = await forward(call, `/v2/${target.repository}/manifests/${digest}`, body);
                return answer.statusCode === 201;
            },
        ),
    );
    if (artifact?.subject !== undefined) {
        reply.header("OCI-Subject", artifact.subject);
    }
    if (!answer) {
        throw new Error("a manifest that was not refused has been sent to the registry");
    }
    return relay(call, answer);
}

async function deleteManifest({ harbor, reply, principal, project, target }: RegistryCall): Promise<unknown> {
    const repository = requireRepository(harbor, target.repository);
    const artifact = findArtifact(harbor, target.repository, target.reference);
    if (!artifact || !target.reference.includes(":")) {
        throw badRequest("a manifest is deleted by its digest");
    }
    await inTurn(harbor, project, () => deleteArtifact(harbor, principal, project, repository, artifact));
    return reply.code(202).send();
}

/** Hands the request to the registry and its answer to the client. */
async function pass(call: RegistryCall, url: string, body?: NodeJS.ReadableStream): Promise<unknown> {
    return relay(call, await forward(call, url, body));
}

const notForwarded = new Set(["host", "connection", "authorization", "transfer-encoding", "expect"]);

/** The registry sees a token of Harbor for this one repository and action, never the client's credentials. */
function forward(
    { harbor, request, target }: RegistryCall,
    url: string,
    body?: NodeJS.ReadableStream | Buffer,
): Promise<IncomingMessage> {
    const headers: OutgoingHttpHeaders = {};
    for (const [name, value] of Object.entries(request.headers)) {
        if (!notForwarded.has(name) && value !== undefined) {
            headers[name] = value;
        }
    }
    const from = (request.query as { mount?: string; from?: string }).from;
    const action = actionOf(request.method);
    const actions = action === "push" ? ["pull", "push"] : [action];
    headers["authorization"] = `Bearer ${harbor.backend.token(target.repository, actions, from)}`;
    if (Buffer.isBuffer(body)) {
        headers["content-length"] = body.length;
    }
    return harbor.backend.request(request.method, url, headers, body);
}

async function relay({ harbor, request, reply }: RegistryCall, answer: IncomingMessage): Promise<unknown> {
    reply.code(answer.statusCode ?? 502);
    for (const [name, value] of Object.entries(answer.headers)) {
        if (name === "location" && typeof value === "string") {
            // Under the name that the client knows Harbor by.
            reply.header(
                name,
                new URL(value, `${new URL(harbor.url).protocol}//${request.headers.host ?? harbor.host}`)
                    .href,
            );
        } else if (value !== undefined && !["connection", "transfer-encoding", "keep-alive"].includes(name)) {
            reply.header(name, value);
        }
    }
    await Promise.resolve();
    return reply.send(answer);
}

async function readAll(stream: NodeJS.ReadableStream | undefined): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of stream ?? []) {
        chunks.push(chunk as Buffer);
        size += (chunk as Buffer).length;
        if (size > manifestLimit) {
            throw badRequest(`a manifest may have ${manifestLimit} bytes`);
        }
    }
    return Buffer.concat(chunks);
}
