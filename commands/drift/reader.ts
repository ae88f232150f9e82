/**
 * Reads lists and objects of one server: page by page, a few calls at once, and again when it is busy. What cannot be read
 * is remembered, and is undefined for who asked.
 */
import { setTimeout as pause } from "node:timers/promises";
import { Unreachable, type Answer, type Ask } from "../doctor/http";
import { record } from "../doctor/json";
import { pages, pageSize, Refused, tooLong } from "../support/pages";
import type { Unread } from "./finding";

/** An object of a server, as it came. */
export type Raw = Readonly<Record<string, unknown>>;

/** Calls that wait for an answer of one server. */
const atOnce = 8;

/** Pages of a list at most. */
const mostPages = 500;

/** The server has stopped answering; that is reported already. */
class Silent extends Error {}

/** Tries of one call, and milliseconds before each but the first. */
const pauses = [500, 2000];

/** Longest pause a busy server can ask for, in milliseconds. */
const longestPause = 15_000;

/** Answers that pass: the server is busy, restarts, or is behind a proxy that does not reach it. */
const passing = new Set([429, 502, 503, 504]);

export class Reader {
    readonly unread: Unread[] = [];
    /** Why no further call is made. */
    private silent: string | undefined;
    private running = 0;
    private readonly waiting: (() => void)[] = [];

    constructor(
        /** For people. */
        readonly server: string,
        private readonly ask: Ask,
        private readonly waits: readonly number[] = pauses,
    ) {}

    /**
     * An object; `null` where there is none of that address.
     *
     * @param refused whether "forbidden" is an answer too, `null`: it is somebody else's.
     */
    async object(path: string, refused = false): Promise<Raw | null | undefined> {
        const answer = await this.get(path);
        if (answer === undefined) {
            return undefined;
        }
        if (answer.status === 404 || (refused && answer.status === 403)) {
            return null;
        }
        return answer.status === 200 ? record(answer.body) : this.failed(path, answer);
    }

    /**
     * Every entry of a list of GitLab (`per_page`) or Harbor (`page_size`).
     *
     * @param absent statuses that mean an empty list: this server, or this edition, has no such thing.
     */
    async list(
        path: string,
        size: "per_page" | "page_size",
        absent: readonly number[] = [],
    ): Promise<readonly Raw[] | undefined> {
        const ask: Ask = async (_method, page) => {
            const answer = await this.get(page);
            if (answer === undefined) {
                throw new Silent();
            }
            return answer;
        };
        try {
            return await pages(ask, path, size, mostPages);
        } catch (error) {
            if (error instanceof Silent) {
                return undefined;
            }
            if (!(error instanceof Refused)) {
                throw error;
            }
            if (absent.includes(error.status)) {
                return [];
            }
            return error.status === tooLong
                ? this.say(path, `it has more than ${mostPages * pageSize} entries`)
                : this.failed(path, error);
        }
    }

    /** The first entry of a list of GitLab; `null` where it is empty. */
    async first(path: string): Promise<Raw | null | undefined> {
        const answer = await this.get(`${path}${path.includes("?") ? "&" : "?"}per_page=1`);
        if (answer === undefined) {
            return undefined;
        }
        return answer.status === 200 && Array.isArray(answer.body)
            ? answer.body.length === 0
                ? null
                : record(answer.body[0])
            : this.failed(path, answer);
    }

    /** Every entry of a list of Kubernetes. @param absent whether an unknown kind is an empty list. */
    async items(path: string, absent = false): Promise<readonly Raw[] | undefined> {
        const found: Raw[] = [];
        const glue = path.includes("?") ? "&" : "?";
        let next = "";
        do {
            const answer = await this.get(`${path}${glue}limit=500${next}`);
            if (answer === undefined) {
                return undefined;
            }
            if (answer.status === 404 && absent) {
                return [];
            }
            const { items, metadata } = record(answer.body);
            if (answer.status !== 200 || !Array.isArray(items)) {
                return this.failed(path, answer);
            }
            found.push(...items.map(record));
            const token = record(metadata)["continue"];
            next = typeof token === "string" && token !== "" ? `&continue=${encodeURIComponent(token)}` : "";
        } while (next !== "");
        return found;
    }

    private async get(path: string): Promise<Answer | undefined> {
        while (this.running >= atOnce) {
            await new Promise<void>((resolve) => this.waiting.push(resolve));
        }
        this.running++;
        try {
            return await this.patiently(path);
        } finally {
            this.running--;
            this.waiting.shift()?.();
        }
    }

    private async patiently(path: string): Promise<Answer | undefined> {
        for (let attempt = 0; ; attempt++) {
            if (this.silent !== undefined) {
                return undefined;
            }
            const wait = this.waits[attempt];
            try {
                const answer = await this.ask("GET", path);
                if (!passing.has(answer.status) || wait === undefined) {
                    return answer;
                }
                await pause(Math.min(longestPause, Math.max(wait, retryAfterSeconds(answer) * 1000)));
            } catch (error) {
                if (!(error instanceof Unreachable)) {
                    throw error;
                }
                // What is wrong with a certificate does not pass.
                if (wait === undefined || error.kind === "tls") {
                    this.fallSilent(error.message);
                    return undefined;
                }
                await pause(wait);
            }
        }
    }

    /** One line for a server that does not answer, and no further calls. */
    private fallSilent(why: string): void {
        if (this.silent === undefined) {
            this.silent = why;
            this.unread.push({ server: this.server, what: "", why: `it does not answer: ${why}` });
        }
    }

    private failed(path: string, { status }: Pick<Answer, "status">): undefined {
        return this.say(
            path,
            status === 401 || status === 403
                ? `the account may not read it (status ${status})`
                : `status ${status}`,
        );
    }

    private say(path: string, why: string): undefined {
        this.unread.push({ server: this.server, what: path.replace(/[?&].*$/, ""), why });
        return undefined;
    }
}

function retryAfterSeconds({ headers }: Answer): number {
    const seconds = Number(headers["retry-after"]);
    return Number.isFinite(seconds) ? seconds : 0;
}
