import { randomUUID } from "node:crypto";

/** One webhook call to make. */
export interface DeliveryRequest {
    url: string;
    /** @default "POST" */
    method?: string;
    headers: Record<string, string>;
    /** Names of headers whose value must not be recorded; compared without regard to case. */
    secretHeaders?: string[];
    body: string;
    /** What sent it, e.g. a hook's id: copied into the record as it is. */
    source?: string;
    /** Name of the event, copied into the record. */
    event?: string;
    /** Id of the delivery; a random UUID when not given. */
    id?: string;
    /** Headers that must be made anew for each attempt, e.g. a signature over the time. Never recorded. */
    sign?: (id: string, at: Date) => Record<string, string>;
}

/** One try at a delivery. */
export interface DeliveryAttempt {
    /** ISO 8601. */
    at: string;
    durationMs: number;
    /** HTTP status of the answer; absent when there was none. */
    status?: number;
    /** Why there was no answer. */
    error?: string;
    /** The first bytes of the answer. */
    response?: string;
}

/** A delivery as it is remembered: how it went, with secrets blotted out. */
export interface Delivery {
    id: string;
    source?: string;
    event?: string;
    url: string;
    method: string;
    headers: Record<string, string>;
    body: string;
    attempts: DeliveryAttempt[];
    state: "pending" | "delivered" | "failed" | "cancelled";
}

export interface DeliveriesOptions {
    /** How often one delivery is tried before it counts as failed; at least 1. */
    attempts: number;
    /** Wait before the second attempt, milliseconds; doubled for each further one. */
    backoffMs: number;
    /** How long one attempt may take, milliseconds. */
    timeoutMs: number;
    /** Called after every attempt with the same object, which then has one more attempt in it. */
    record: (delivery: Delivery) => void;
    /** How many calls may be under way at once. Default 8. */
    concurrency?: number;
}

const blot = "[REDACTED]";
const responseLimit = 2048;

/** Sends webhooks in the background: bounded retries, a record of every attempt, no secret in the record. */
export class Deliveries {
    private readonly waiting: (() => Promise<void>)[] = [];
    private readonly stop = new AbortController();
    private running = 0;
    private unfinished = 0;
    private idle: (() => void)[] = [];

    constructor(private readonly options: DeliveriesOptions) {}

    /** Takes the delivery over and returns at once; its record is returned so that a caller can follow it. */
    enqueue(request: DeliveryRequest): Delivery {
        const secret = new Set((request.secretHeaders ?? []).map((name) => name.toLowerCase()));
        const delivery: Delivery = {
            id: request.id ?? randomUUID(),
            url: withoutSecrets(request.url),
            method: request.method ?? "POST",
            headers: Object.fromEntries(
                Object.entries(request.headers).map(([name, value]) => [
                    name,
                    secret.has(name.toLowerCase()) ? blot : value,
                ]),
            ),
            body: request.body,
            attempts: [],
            state: "pending",
            ...(request.source === undefined ? {} : { source: request.source }),
            ...(request.event === undefined ? {} : { event: request.event }),
        };
        if (this.stop.signal.aborted) {
            delivery.state = "cancelled";
            return delivery;
        }
        this.unfinished++;
        this.waiting.push(() => this.deliver(request, delivery));
        this.pump();
        return delivery;
    }

    /** Resolves when nothing is left to send, retries included. */
    drain(): Promise<void> {
        return this.unfinished === 0
            ? Promise.resolve()
            : new Promise((resolve) => {
                  this.idle.push(resolve);
              });
    }

    /** Stops sending: calls under way are cut, the rest is dropped and recorded as cancelled. */
    async close(): Promise<void> {
        this.stop.abort();
        this.pump();
        await this.drain();
    }

    private pump(): void {
        while (this.running < (this.options.concurrency ?? 8)) {
            const next = this.waiting.shift();
            if (!next) {
                return;
            }
            this.running++;
            void next().finally(() => {
                this.running--;
                this.unfinished--;
                this.pump();
                if (this.unfinished === 0) {
                    const idle = this.idle;
                    this.idle = [];
                    idle.forEach((resolve) => resolve());
                }
            });
        }
    }

    private async deliver(request: DeliveryRequest, delivery: Delivery): Promise<void> {
        for (let attempt = 1; attempt <= this.options.attempts; attempt++) {
            if (this.stop.signal.aborted) {
                delivery.state = "cancelled";
                return;
            }
            const result = await this.attempt(request, delivery.id);
            delivery.attempts.push(result);
            const delivered = result.status !== undefined && result.status >= 200 && result.status < 300;
            if (delivered) {
                delivery.state = "delivered";
            } else if (attempt === this.options.attempts) {
                delivery.state = "failed";
            }
            this.options.record(delivery);
            if (delivery.state !== "pending") {
                return;
            }
            await this.pause(this.options.backoffMs * 2 ** (attempt - 1));
        }
    }

    private async attempt(request: DeliveryRequest, id: string): Promise<DeliveryAttempt> {
        const at = new Date();
        const cut = new AbortController();
        const onStop = (): void => cut.abort();
        this.stop.signal.addEventListener("abort", onStop);
        let late = false;
        const timer = setTimeout(() => {
            late = true;
            cut.abort();
        }, this.options.timeoutMs);
        try {
            const response = await fetch(request.url, {
                method: request.method ?? "POST",
                headers: { ...request.headers, ...request.sign?.(id, at) },
                body: request.body,
                redirect: "manual",
                signal: cut.signal,
            });
            const text = (await response.text()).slice(0, responseLimit);
            return {
                at: at.toISOString(),
                durationMs: Date.now() - at.getTime(),
                status: response.status,
                response: text,
            };
        } catch (error) {
            const cause = (error as Error).cause;
            const reason = cause instanceof Error && cause.message !== "" ? cause : (error as Error);
            return {
                at: at.toISOString(),
                durationMs: Date.now() - at.getTime(),
                error: late ? "no answer in time" : reason.message,
            };
        } finally {
            clearTimeout(timer);
            this.stop.signal.removeEventListener("abort", onStop);
        }
    }

    private pause(ms: number): Promise<void> {
        return new Promise((resolve) => {
            const done = (): void => {
                clearTimeout(timer);
                this.stop.signal.removeEventListener("abort", done);
                resolve();
            };
            const timer = setTimeout(done, ms);
            this.stop.signal.addEventListener("abort", done);
        });
    }
}

/** A URL fit for a record: passwords in it and the values of its query are blotted out. */
export function withoutSecrets(url: string): string {
    let parsed: URL;
    try {
        parsed = new URL(url);
    } catch {
        return url;
    }
    if (parsed.password !== "") {
        parsed.password = "REDACTED";
    }
    for (const key of [...parsed.searchParams.keys()]) {
        parsed.searchParams.set(key, "REDACTED");
    }
    return parsed.toString();
}
