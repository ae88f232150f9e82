import type { Socket } from "node:net";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

/** What goes wrong, and for which requests. Give exactly one of `status`, `hang` and `dropResponse`. */
export interface FaultRule {
    /** HTTP method it applies to, any case. Default: every method. */
    method?: string;
    /** Regular expression searched in the path and query. Default: every path. */
    path?: string;
    /** Answer with this status instead of doing the work. */
    status?: number;
    /** Never answer: the connection stays open until the client gives up, or the faults are cleared, which cuts it. */
    hang?: boolean;
    /** Do the work, then cut the connection instead of answering. */
    dropResponse?: boolean;
    /** Seconds for the `Retry-After` header that goes with `status`. */
    retryAfter?: number;
    /** How many requests it hits before it is used up. Default: all until it is removed. */
    times?: number;
}

/** A rule as it is now: with its number and the requests it has hit. */
export interface ActiveFault extends FaultRule {
    id: number;
    hits: number;
}

/** The faults a stand-in is asked to show, in the order they were added: the first that matches is used. */
export class Faults {
    private rules: (ActiveFault & { pattern?: RegExp })[] = [];
    private nextId = 1;
    /** Connections that are not answered. */
    private readonly silent = new Set<Socket>();

    /** @throws Error with a plain sentence when the rule makes no sense. */
    add(rule: FaultRule): ActiveFault {
        const kinds = [rule.status !== undefined, rule.hang === true, rule.dropResponse === true];
        if (kinds.filter(Boolean).length !== 1) {
            throw new Error("A fault needs exactly one of status, hang and dropResponse.");
        }
        if (
            rule.status !== undefined &&
            !(Number.isInteger(rule.status) && rule.status >= 400 && rule.status <= 599)
        ) {
            throw new Error(`A fault's status must be between 400 and 599, not ${rule.status}.`);
        }
        if (rule.times !== undefined && !(Number.isInteger(rule.times) && rule.times > 0)) {
            throw new Error(`A fault's times must be a whole number above 0, not ${rule.times}.`);
        }
        let pattern: RegExp | undefined;
        try {
            pattern = rule.path === undefined ? undefined : new RegExp(rule.path);
        } catch (error) {
            throw new Error(`A fault's path must be a regular expression: ${(error as Error).message}`);
        }
        const active = { ...rule, id: this.nextId++, hits: 0 };
        this.rules.push(pattern ? { ...active, pattern } : active);
        return active;
    }

    /** Every rule that is still in force. */
    list(): ActiveFault[] {
        return this.rules.map(({ pattern: _pattern, ...rule }) => rule);
    }

    /** Back to normal, as after a restart: who still waits for an answer loses the connection. */
    clear(): void {
        this.rules = [];
        for (const socket of this.silent) {
            socket.destroy();
        }
        this.silent.clear();
    }

    /** A connection that is left without an answer. */
    leave(socket: Socket): void {
        this.silent.add(socket);
        socket.once("close", () => this.silent.delete(socket));
    }

    /** The fault this request meets, counted as one hit; undefined when it meets none. */
    take(method: string, url: string): ActiveFault | undefined {
        const found = this.rules.find(
            (rule) =>
                (rule.method === undefined || rule.method.toUpperCase() === method.toUpperCase()) &&
                (rule.pattern === undefined || rule.pattern.test(url)),
        );
        if (!found) {
            return undefined;
        }
        found.hits++;
        if (found.times !== undefined && found.hits >= found.times) {
            this.rules = this.rules.filter((rule) => rule !== found);
        }
        return found;
    }
}

/** Lets a stand-in word the body of a fault as the real server would. */
export interface FaultBodies {
    body?: (status: number) => unknown;
}

/**
 * Puts the faults in front of every route of the server and adds the control routes
 * `POST | GET | DELETE /__sandbox/faults`. Paths under `/__sandbox/` never meet a fault.
 */
export function registerFaults(fastify: FastifyInstance, faults: Faults, bodies: FaultBodies = {}): void {
    fastify.addHook("onRequest", async (request: FastifyRequest, reply: FastifyReply) => {
        if (request.url.startsWith("/__sandbox/")) {
            return;
        }
        const fault = faults.take(request.method, request.url);
        if (!fault) {
            return;
        }
        request.log.info({ fault: fault.id, url: request.url }, "fault shown");
        if (fault.hang) {
            reply.hijack();
            faults.leave(request.raw.socket);
        } else if (fault.dropResponse) {
            cutInsteadOfAnswering(request, reply);
        } else {
            const status = fault.status ?? 500;
            if (fault.retryAfter !== undefined) {
                reply.header("Retry-After", String(fault.retryAfter));
            }
            await reply.code(status).send(bodies.body?.(status) ?? { message: `${status} (injected fault)` });
        }
    });

    fastify.post<{ Body: FaultRule | undefined }>("/__sandbox/faults", async (request, reply) => {
        try {
            return await reply.code(201).send(faults.add(request.body ?? {}));
        } catch (error) {
            return reply.code(400).send({ message: (error as Error).message });
        }
    });
    fastify.get("/__sandbox/faults", () => faults.list());
    fastify.delete("/__sandbox/faults", async (_request, reply) => {
        faults.clear();
        return reply.code(204).send();
    });
}

/**
 * The handler runs to its end, but nothing it writes leaves: the socket is destroyed at the moment the answer
 * would be finished. Done on the raw response so that hijacked (git) and ordinary replies behave alike.
 */
function cutInsteadOfAnswering(request: FastifyRequest, reply: FastifyReply): void {
    const raw = reply.raw;
    const cut = (): void => {
        request.raw.socket.destroy();
    };
    raw.writeHead = () => raw;
    raw.flushHeaders = () => undefined;
    raw.write = () => true;
    raw.end = () => {
        cut();
        return raw;
    };
}
