/** Looks after the objects of one kind: when they change, when somebody asks for it, and at their interval. */
import { type Informer } from "../../../clusters/informer";
import { type FluxObject, requestedAt } from "./objects";

export interface LoopSettings<T extends FluxObject> {
    /** For lines of the log. */
    readonly kind: string;
    /** Deals with one object; resolves with the time until the next look, in milliseconds, or undefined for none. */
    readonly reconcile: (object: T) => Promise<number | undefined>;
    readonly log: (line: string) => void;
    /** Objects that are dealt with at the same time. */
    readonly concurrent?: number;
    /** Waits after failures, in milliseconds: the first, doubled each time, up to the longest. */
    readonly backoff?: { readonly first: number; readonly longest: number };
}

export class Loop<T extends FluxObject> {
    private readonly queue = new Set<string>();
    private readonly running = new Set<string>();
    private readonly timers = new Map<string, NodeJS.Timeout>();
    private readonly failures = new Map<string, number>();
    /** What was last seen of an object: its own status changes are no reason to look again. */
    private readonly seen = new Map<string, string>();
    private stopped = false;

    constructor(
        private readonly informer: () => Informer<T>,
        private readonly settings: LoopSettings<T>,
    ) {}

    /** To be called by the informer. */
    changed(object?: T): void {
        const objects = object === undefined ? this.informer().values() : [object];
        for (const each of objects) {
            this.look(each);
        }
        const known = new Set(this.informer().values().map(keyOf));
        for (const key of [...this.seen.keys()].filter((one) => !known.has(one))) {
            this.forget(key);
        }
    }

    /** Looks again at all objects that `wanted` is true for. */
    again(wanted: (object: T) => boolean): void {
        this.informer()
            .values()
            .filter(wanted)
            .forEach((object) => this.enqueue(keyOf(object)));
    }

    /** Looks at nothing any more. */
    stop(): void {
        this.stopped = true;
        this.timers.forEach((timer) => clearTimeout(timer));
        this.queue.clear();
    }

    private look(object: T): void {
        const { metadata, spec } = object;
        const { suspend } = spec as { suspend?: boolean };
        const key = keyOf(object);
        const mark = JSON.stringify([
            metadata.uid,
            metadata.generation,
            metadata.annotations?.[requestedAt],
            metadata.deletionTimestamp,
        ]);
        if (
            this.seen.get(key) === mark ||
            this.informer().get(metadata.namespace ?? "", metadata.name) === undefined
        ) {
            return;
        }
        this.seen.set(key, mark);
        if (suspend !== true && metadata.deletionTimestamp === undefined) {
            this.enqueue(key);
        }
    }

    private forget(key: string): void {
        clearTimeout(this.timers.get(key));
        [this.timers, this.failures, this.seen].forEach((map) => map.delete(key));
        this.queue.delete(key);
    }

    private enqueue(key: string): void {
        if (this.stopped) {
            return;
        }
        this.queue.add(key);
        this.pump();
    }

    private pump(): void {
        for (const key of this.queue) {
            if (this.running.size >= (this.settings.concurrent ?? 4)) {
                return;
            }
            if (!this.running.has(key)) {
                this.queue.delete(key);
                this.running.add(key);
                void this.work(key).finally(() => {
                    this.running.delete(key);
                    this.pump();
                });
            }
        }
    }

    private async work(key: string): Promise<void> {
        const [namespace = "", name = ""] = key.split("/");
        const object = this.informer().get(namespace, name);
        clearTimeout(this.timers.get(key));
        if (
            object === undefined ||
            object.metadata.deletionTimestamp !== undefined ||
            (object.spec as { suspend?: boolean }).suspend === true
        ) {
            return;
        }
        let wait: number | undefined;
        try {
            wait = await this.settings.reconcile(object);
            this.failures.delete(key);
        } catch (error) {
            const count = this.failures.get(key) ?? 0;
            const { first, longest } = this.settings.backoff ?? { first: 1000, longest: 60_000 };
            wait = Math.min(first * 2 ** count, longest);
            this.failures.set(key, count + 1);
            this.settings.log(
                `${this.settings.kind} ${key}: ${(error as Error).message}; tried again in ${wait / 1000} s`,
            );
        }
        if (wait !== undefined && this.seen.has(key) && !this.stopped) {
            this.timers.set(
                key,
                setTimeout(() => this.enqueue(key), wait),
            );
        }
    }
}

function keyOf({ metadata }: FluxObject): string {
    return `${metadata.namespace ?? ""}/${metadata.name}`;
}
