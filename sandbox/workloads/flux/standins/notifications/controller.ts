/** Stands in for notification-controller: takes events, tells providers, and takes reports of pushes. */
import * as http from "node:http";

import { type Informer } from "../../../../clusters/informer";
import { loopback } from "../../../../support/ports";
import { readBody } from "../../../body";
import { type Cluster } from "../cluster";
import { type FluxEvent } from "../events";
import { kindOf, kinds } from "../kinds";
import { Loop } from "../loop";
import { milliseconds, type Outcome, requestedAt, statusAfter } from "../objects";
import { type StandInSettings } from "../settings";
import { type Alert, eventKey, matches, notificationOf } from "./alerts";
import { accepts, messageFor, onThisMachine, type Provider, recipientOf, send } from "./providers";
import { faultOf, type Receiver, receiverTypes, webhookPath } from "./receivers";

/** Longest body, in bytes. */
const maxBody = 4 * 1024 * 1024;

export interface NotificationPorts {
    readonly events: number;
    readonly receiver: number;
    /** Port of the relay's process. */
    readonly relay: number | undefined;
}

export class Notifications {
    private readonly alerts: Informer<Alert>;
    private readonly providers: Informer<Provider>;
    private readonly receivers: Informer<Receiver>;
    private readonly paths: Loop<Receiver>;
    /** When an event may be sent again, by its key. */
    private readonly told = new Map<string, number>();
    private readonly servers: http.Server[] = [];

    constructor(
        private readonly cluster: Cluster,
        private readonly settings: StandInSettings,
        private readonly ports: NotificationPorts,
        private readonly log: (line: string) => void,
    ) {
        this.alerts = cluster.informer(kinds.Alert, () => undefined);
        this.providers = cluster.informer(kinds.Provider, () => undefined);
        this.paths = new Loop<Receiver>(() => this.receivers, {
            kind: "Receiver",
            reconcile: (receiver) => this.announce(receiver),
            log,
        });
        this.receivers = cluster.informer(kinds.Receiver, (object) => this.paths.changed(object));
    }

    async run(): Promise<void> {
        this.servers.push(
            await listen(this.ports.events, (call) => this.receiveEvent(call)),
            await listen(this.ports.receiver, (call) => this.receiveWebhook(call)),
        );
        await Promise.all([this.alerts.run(), this.providers.run(), this.receivers.run()]);
    }

    stop(): void {
        [this.paths, this.alerts, this.providers, this.receivers].forEach((each) => each.stop());
        for (const server of this.servers) {
            server.close();
            server.closeAllConnections();
        }
    }

    /** Says where a receiver listens. */
    private async announce(receiver: Receiver): Promise<number | undefined> {
        const { metadata, spec } = receiver;
        const end = async (outcome: Outcome, path?: string): Promise<void> => {
            const status = {
                ...statusAfter(receiver, outcome, new Date()),
                ...(path === undefined ? {} : { webhookPath: path }),
            };
            await this.cluster.patchStatus(kinds.Receiver, receiver, status);
        };
        const unknown = [
            ...((receiverTypes as readonly string[]).includes(spec.type) ? [] : [`type ${spec.type}`]),
            ...((spec.resourceFilter ?? "") === "" ? [] : ["resourceFilter"]),
        ];
        if (unknown.length > 0) {
            const message = `the stand-in does not know ${unknown.join(", ")} of a Receiver`;
            await end({ ready: false, stalled: true, reason: "NotSupported", message });
            return undefined;
        }
        const token = await this.tokenOf(receiver).catch(async (error: unknown) => {
            await end({ ready: false, reason: "TokenNotFound", message: (error as Error).message });
            throw error;
        });
        const path = webhookPath(token, metadata.name, metadata.namespace ?? "");
        const message = `Receiver initialized for path: ${path}`;
        await end({ ready: true, reason: "Succeeded", message }, path);
        return milliseconds(spec.interval, 600_000);
    }

    private async tokenOf({ metadata, spec }: Receiver): Promise<string> {
        const { namespace = "" } = metadata;
        const name = spec.secretRef?.name ?? "";
        const secret = await this.cluster.secret(namespace, name);
        const token = secret?.["token"];
        if (token === undefined) {
            throw new Error(
                secret === undefined
                    ? `unable to read token from secret '${namespace}/${name}' error: not found`
                    : `invalid '${namespace}/${name}' secret data: required field 'token'`,
            );
        }
        return token;
    }

    private async receiveWebhook({ method, path, headers, body }: Incoming): Promise<number> {
        if (path === "/healthz") {
            return 200;
        }
        const receiver = this.receivers.values().find(({ status }) => status?.webhookPath === path);
        if (method !== "POST" || receiver === undefined) {
            return 404;
        }
        const { metadata, spec } = receiver;
        const title = `receiver ${metadata.namespace ?? ""}/${metadata.name}`;
        if (spec.suspend === true) {
            this.log(`${title} is suspended`);
            return 503;
        }
        const fault = await this.tokenOf(receiver)
            .then((token) => faultOf(receiver, token, { headers, body }))
            .catch((error: unknown) => (error as Error).message);
        if (fault !== undefined) {
            this.log(`${title}: unable to validate payload: ${fault}`);
            return 400;
        }
        let failed = false;
        for (const resource of spec.resources) {
            await this.request(receiver, resource).catch((error: unknown) => {
                failed = true;
                this.log(`${title}: ${(error as Error).message}`);
            });
        }
        return failed ? 500 : 200;
    }

    /** Asks for a reconciliation of what a resource of a receiver names. */
    private async request(
        { metadata }: Receiver,
        {
            kind: name,
            namespace = metadata.namespace ?? "",
            name: object,
            matchLabels,
        }: Receiver["spec"]["resources"][number],
    ): Promise<void> {
        const kind = kindOf(name);
        if (kind === undefined) {
            throw new Error(`the stand-in does not know resources of kind ${name}`);
        }
        if (this.settings.noCrossNamespaceRefs && namespace !== metadata.namespace) {
            throw new Error(
                `can't access '${name}/${namespace}/${object}', cross-namespace references have been blocked`,
            );
        }
        if (object === "*" && matchLabels === undefined) {
            throw new Error("matchLabels field not set when using wildcard '*' as name");
        }
        const names =
            object === "*" ? await this.cluster.names(kind, namespace, matchLabels ?? {}) : [object];
        for (const each of names) {
            if ((await this.cluster.get(kind, namespace, each)) === undefined) {
                throw new Error(`unable to read ${name} '${namespace}/${each}': not found`);
            }
            await this.cluster.annotate(kind, namespace, each, { [requestedAt]: new Date().toISOString() });
            this.log(`resource '${name}/${each}.${namespace}' annotated`);
        }
    }

    private async receiveEvent({ method, path, body }: Incoming): Promise<number> {
        if (path === "/healthz") {
            return 200;
        }
        if (method !== "POST") {
            return 405;
        }
        let event: FluxEvent;
        try {
            event = JSON.parse(body.toString("utf8")) as FluxEvent;
        } catch {
            return 400;
        }
        if (this.isRepeated(event)) {
            return 429;
        }
        for (const alert of await this.alertsFor(event)) {
            const title = `alert ${alert.metadata.namespace ?? ""}/${alert.metadata.name}`;
            // Not waited for: a recipient that is slow shall not hold the controllers up.
            void this.dispatch(alert, event).catch((error: unknown) =>
                this.log(`${title}: failed to send notification: ${(error as Error).message}`),
            );
        }
        return 202;
    }

    /** As Flux does, the same event is sent once in the time of `--rate-limit-interval`. */
    private isRepeated(event: FluxEvent): boolean {
        const now = Date.now();
        for (const [key, until] of this.told) {
            if (until <= now) {
                this.told.delete(key);
            }
        }
        const key = eventKey(event);
        if (this.told.has(key)) {
            return true;
        }
        this.told.set(key, now + milliseconds(this.settings.flag("rate-limit-interval"), 300_000));
        return false;
    }

    private async alertsFor(event: FluxEvent): Promise<Alert[]> {
        const candidates = this.alerts.values();
        const { kind, namespace, name } = event.involvedObject;
        const needsLabels = candidates.some(({ spec }) =>
            spec.eventSources.some((each) => each.kind === kind && each.matchLabels !== undefined),
        );
        const known = kindOf(kind);
        const object =
            needsLabels && known !== undefined ? await this.cluster.get(known, namespace, name) : undefined;
        return candidates.filter((alert) => matches(alert, event, object?.metadata.labels ?? {}));
    }

    private async dispatch(alert: Alert, event: FluxEvent): Promise<void> {
        const { namespace = "" } = alert.metadata;
        if (this.settings.noCrossNamespaceRefs && event.involvedObject.namespace !== namespace) {
            throw new Error("discarding event, access denied to cross-namespace sources");
        }
        const provider = this.providers.get(namespace, alert.spec.providerRef.name);
        if (provider === undefined) {
            throw new Error(`there is no provider ${namespace}/${alert.spec.providerRef.name}`);
        }
        const { spec } = provider;
        if (spec.suspend === true || !accepts(spec.type, event)) {
            return;
        }
        const secret = async (
            reference: { readonly name: string } | undefined,
        ): Promise<Record<string, string>> => {
            const found = reference === undefined ? {} : await this.cluster.secret(namespace, reference.name);
            if (found === undefined) {
                throw new Error(`failed to get secret '${namespace}/${reference?.name ?? ""}'`);
            }
            return found;
        };
        const recipient = recipientOf(
            provider,
            await secret(spec.secretRef),
            await secret(spec.certSecretRef),
            milliseconds(spec.timeout, 15_000),
        );
        const { authorities } = this.settings;
        const reached = {
            ...recipient,
            authority: recipient.authority ?? authorities,
            address: onThisMachine(recipient.address, this.ports.relay),
        };
        const message = messageFor(reached, notificationOf(event, alert));
        if (message !== undefined) {
            await send(reached, message);
            const { kind, name } = event.involvedObject;
            this.log(
                `${kind} ${namespace}/${name}: ${event.reason} was told to provider ${provider.metadata.name}`,
            );
        }
    }
}

interface Incoming {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string | undefined>>;
    readonly body: Buffer;
}

/** Answers with the status that `take` resolves with, and an empty body as Flux does. */
function listen(port: number, take: (call: Incoming) => Promise<number>): Promise<http.Server> {
    const server = http.createServer((request, response) => {
        void readBody(request, maxBody)
            .then((body) =>
                body === undefined
                    ? 413
                    : take({
                          method: request.method ?? "",
                          path: request.url ?? "/",
                          headers: request.headers as Record<string, string | undefined>,
                          body,
                      }),
            )
            .catch(() => 500)
            .then((status) => response.writeHead(status).end());
    });
    return new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen({ host: loopback, port, exclusive: true }, () => resolve(server));
    });
}
