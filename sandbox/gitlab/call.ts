import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

import {
    effectiveGroupLevel,
    effectiveProjectLevel,
    featureOpen,
    allowsJobToken,
    readsCode,
    seesGroup,
    seesProject,
    type Principal,
} from "./access";
import { authenticate, acceptsJobToken } from "./auth";
import { ApiError, forbidden, insufficientScope, noRoute, notFound, unauthorized } from "./errors";
import type { GitLab } from "./gitlab";
import { Level, type Group, type Project, type User } from "./model";
import { paginate, type PageOptions } from "./pagination";
import { Throttle } from "./throttle";
import { decodeForm, parse, type Field, type Input, type Parsed } from "./params";

/** Which features of a project a route belongs to: where one of them is switched off, there is nothing to be had. */
const featureRoutes: readonly (readonly [RegExp, readonly string[]])[] = [
    [/^(repository|releases|protected_branches|protected_tags)(\/|$)/, ["repository"]],
    [/^merge_requests(\/|$)/, ["repository", "merge_requests"]],
    [/^(pipelines|pipeline|statuses|trigger)(\/|$)/, ["repository"]],
    [/^(jobs|pipeline_schedules|ci|resource_groups|triggers)(\/|$)/, ["repository", "builds"]],
    [/^(environments|deployments)(\/|$)/, ["repository", "builds", "environments"]],
    [/^releases(\/|$)/, ["releases"]],
    [/^registry(\/|$)/, ["container_registry"]],
];

function featuresOf(route: string): string[] {
    const [, rest = ""] = /^\/api\/v4\/projects\/:id\/(.+)$/.exec(route) ?? [];
    return featureRoutes.flatMap(([pattern, features]) => (pattern.test(rest) ? features : []));
}

/** One REST request on its way: who asks, with what, and the ways to answer. */
export class Call {
    readonly input: Input;

    constructor(
        readonly gitlab: GitLab,
        readonly request: FastifyRequest,
        readonly reply: FastifyReply,
        readonly principal: Principal | undefined,
    ) {
        const query = decodeForm(request.url.split("?").slice(1).join("?"));
        const body = request.body;
        this.input =
            typeof body === "object" && body !== null && !Buffer.isBuffer(body)
                ? { ...query, ...(body as Input) }
                : query;
    }

    /** A part of the path, decoded. */
    id(name: string): string {
        return (this.request.params as Record<string, string>)[name] ?? "";
    }

    /** A part of the path that is a number. @throws ApiError 404 when it is not. */
    number(name: string): number {
        const value = this.id(name);
        if (!/^\d+$/.test(value)) {
            throw new ApiError(400, { error: `${name} is invalid` });
        }
        return Number(value);
    }

    parse<S extends Record<string, Field<unknown>>>(fields: S): Parsed<S> {
        return parse(this.input, fields);
    }

    /** The user who asks. @throws ApiError 401 for nobody. */
    get user(): User {
        if (!this.principal) {
            throw unauthorized();
        }
        return this.principal.user;
    }

    get maybeUser(): User | undefined {
        return this.principal?.user;
    }

    get isAdmin(): boolean {
        return this.maybeUser?.admin ?? false;
    }

    /** @throws ApiError 403 for everybody but administrators. */
    requireAdmin(): User {
        const { user } = this;
        if (!user.admin) {
            throw forbidden();
        }
        return user;
    }

    /** Ends as on a server without the feature. @throws ApiError 404 in the free tier. */
    requirePremium(): void {
        if (this.gitlab.tier !== "premium") {
            throw noRoute();
        }
    }

    /**
     * The project in the path, if the user has at least this level in it.
     * @throws ApiError 404 when the user may not know of it, 401 or 403 when the level is too low.
     */
    project(level: number = Level.none, parameter = "id"): Project {
        const project = this.gitlab.findProject(this.id(parameter));
        if (!project || !seesProject(this.gitlab, this.maybeUser, project)) {
            throw notFound("Project");
        }
        if (this.principal?.job && !allowsJobToken(this.gitlab, project, this.principal.job.project)) {
            throw forbidden("Authentication through CI_JOB_TOKEN is not authorized");
        }
        this.gitlab.settle(project);
        const features = featuresOf(this.request.routeOptions.url ?? "");
        if (!features.every((each) => featureOpen(this.gitlab, this.maybeUser, project, each))) {
            throw forbidden();
        }
        if (level > Level.none && this.projectLevel(project) < level) {
            throw this.principal ? forbidden() : unauthorized();
        }
        return project;
    }

    /**
     * The project in the path, if the user may see its pipelines: who reads it and, with public jobs, everybody who sees it.
     * @throws ApiError as {@link project}.
     */
    pipelineProject(): Project {
        const project = this.project();
        const open = project.visibility !== "private" && project.settings["public_jobs"] !== false;
        return open ? project : this.project(Level.guest);
    }

    /** As {@link project}, and the project is not archived. */
    writableProject(level: number): Project {
        const project = this.project(level);
        if (project.archived) {
            throw forbidden();
        }
        return project;
    }

    /** The project in the path, if the user may read its code. */
    codeProject(): Project {
        const project = this.project();
        if (!readsCode(this.gitlab, this.maybeUser, project)) {
            throw this.principal ? forbidden() : notFound("Project");
        }
        return project;
    }

    /** The group in the path; errors as for {@link project}. */
    group(level: number = Level.none, parameter = "id"): Group {
        const group = this.gitlab.findGroup(this.id(parameter));
        if (!group || !seesGroup(this.gitlab, this.maybeUser, group)) {
            throw notFound("Group");
        }
        if (level > Level.none && this.groupLevel(group) < level) {
            throw this.principal ? forbidden() : unauthorized();
        }
        return group;
    }

    projectLevel(project: Project): number {
        return this.principal ? effectiveProjectLevel(this.gitlab, this.principal.user, project) : 0;
    }

    groupLevel(group: Group): number {
        return this.principal ? effectiveGroupLevel(this.gitlab, this.principal.user, group) : 0;
    }

    /** One page of a list, shown. Paging headers are set. */
    page<T, R>(items: readonly T[], show: (item: T) => R, options?: PageOptions<T>): R[] {
        return paginate(this.request, this.reply, this.input, this.gitlab.url, items, options).map(show);
    }

    /** As {@link page}, for items that take git to show. */
    async pageAsync<T, R>(
        items: readonly T[],
        show: (item: T) => Promise<R>,
        options?: PageOptions<T>,
    ): Promise<R[]> {
        return Promise.all(
            paginate(this.request, this.reply, this.input, this.gitlab.url, items, options).map(show),
        );
    }

    status(code: number): void {
        this.reply.code(code);
    }
}

export interface RouteOptions {
    /** Scopes of which the token must have one. Default: `api`, and for reading also `read_api`. `"any"`: all. */
    scopes?: string[] | "any";
    /** Set for writes that must not be followed by a save, and for reads that must. */
    saves?: boolean;
}

export type Handler = (call: Call) => unknown;

/** Adds REST routes below `/api/v4`. */
export class Routes {
    private readonly throttle: Throttle;

    constructor(
        private readonly fastify: FastifyInstance,
        private readonly gitlab: GitLab,
    ) {
        this.throttle = new Throttle(gitlab);
    }

    get(path: string, handler: Handler, options?: RouteOptions): void {
        this.add("GET", path, handler, options);
    }

    post(path: string, handler: Handler, options?: RouteOptions): void {
        this.add("POST", path, handler, options);
    }

    put(path: string, handler: Handler, options?: RouteOptions): void {
        this.add("PUT", path, handler, options);
    }

    patch(path: string, handler: Handler, options?: RouteOptions): void {
        this.add("PATCH", path, handler, options);
    }

    delete(path: string, handler: Handler, options?: RouteOptions): void {
        this.add("DELETE", path, handler, options);
    }

    private add(method: string, path: string, handler: Handler, options: RouteOptions = {}): void {
        const reads = method === "GET"; // fastify answers HEAD by the same handler
        this.fastify.route({
            method,
            url: `/api/v4${path}`,
            handler: async (request, reply) => {
                const principal = authenticate(this.gitlab, request, acceptsJobToken(method, path));
                this.throttle.check(request, principal?.user.id);
                checkScopes(principal, options.scopes ?? (reads ? ["api", "read_api"] : ["api"]));
                if (method === "POST") {
                    reply.code(201);
                }
                const call = new Call(this.gitlab, request, reply, principal);
                const result = await handler(call);
                if (options.saves ?? !reads) {
                    await this.gitlab.save();
                }
                if (reply.sent) {
                    return reply;
                }
                if (result === undefined) {
                    return reply.code(reply.statusCode === 202 ? 202 : 204).send();
                }
                return reply.send(result);
            },
        });
    }
}

function checkScopes(principal: Principal | undefined, scopes: string[] | "any"): void {
    if (!principal || scopes === "any") {
        return;
    }
    if (!scopes.some((scope) => principal.token.scopes.includes(scope))) {
        throw insufficientScope(scopes);
    }
}
