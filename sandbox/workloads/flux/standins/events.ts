/** Events between Flux's controllers (github.com/fluxcd/pkg/apis/event/v1beta1). */
import { apiVersion, type Kind } from "./kinds";
import { type FluxObject, type Outcome, standInNote, wasReady } from "./objects";

export interface FluxEvent {
    readonly involvedObject: {
        readonly kind: string;
        readonly namespace: string;
        readonly name: string;
        readonly apiVersion: string;
        readonly uid?: string;
        readonly resourceVersion?: string;
    };
    readonly severity: "trace" | "info" | "error";
    /** ISO 8601, to the second. */
    readonly timestamp: string;
    readonly message: string;
    readonly reason: string;
    readonly metadata?: Readonly<Record<string, string>>;
    readonly reportingController: string;
    readonly reportingInstance?: string;
}

/** Group of the object that an event is about. */
export function groupOf({ involvedObject }: FluxEvent): string {
    return involvedObject.apiVersion.split("/")[0] ?? "";
}

/** Sends events to the notification controller. */
export class Reporter {
    constructor(
        private readonly address: string,
        private readonly controller: string,
        private readonly log: (line: string) => void,
    ) {}

    /**
     * Reports how an attempt ended, as Flux's image controllers do: a success that is news, and every failure.
     *
     * @param news whether something was done.
     */
    async ended(kind: Kind, object: FluxObject, outcome: Outcome, news: boolean): Promise<void> {
        if (outcome.ready && !news && wasReady(object)) {
            return;
        }
        const { metadata } = object;
        const event: FluxEvent = {
            involvedObject: {
                kind: kind.kind,
                namespace: metadata.namespace ?? "",
                name: metadata.name,
                apiVersion: apiVersion(kind),
                ...(metadata.uid === undefined ? {} : { uid: metadata.uid }),
                ...(metadata.resourceVersion === undefined
                    ? {}
                    : { resourceVersion: metadata.resourceVersion }),
            },
            severity: outcome.ready ? "info" : "error",
            timestamp: `${new Date().toISOString().slice(0, 19)}Z`,
            message: `${outcome.message} ${standInNote}`,
            reason: outcome.reason,
            reportingController: this.controller,
            reportingInstance: this.controller,
        };
        try {
            const answer = await fetch(this.address, {
                method: "POST",
                headers: { "content-type": "application/json" },
                body: JSON.stringify(event),
                signal: AbortSignal.timeout(15_000),
            });
            if (!answer.ok && answer.status !== 429) {
                this.log(`an event of ${kind.kind} ${metadata.name} was not taken: HTTP ${answer.status}`);
            }
        } catch (error) {
            this.log(`an event of ${kind.kind} ${metadata.name} was not sent: ${(error as Error).message}`);
        }
    }
}
