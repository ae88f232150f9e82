/** The chat stand-ins: one server for all of them, and a mail server beside it. */
import * as path from "node:path";

import type { FastifyInstance } from "fastify";

import { Faults, registerFaults } from "../support/faults";
import { createServer, listen, type RunningServer, type TlsFiles } from "../support/server";
import { Store } from "../support/store";
import { dingtalkBusy, dingtalkLimits, receiveDingtalk } from "./dingtalk";
import { feishuBusy, feishuLimits, receiveFeishu } from "./feishu";
import { startMail, type Mail } from "./mail";
import {
    chatKinds,
    emptyState,
    isObject,
    maxMessages,
    parseObject,
    withoutEntities,
    type ChatKind,
    type ChatState,
    type Delivery,
    type Message,
    type Refusal,
    type Rendered,
    type Verdict,
} from "./model";
import { page } from "./page";
import { Rates, type Limit } from "./rate";
import { channelSecret } from "./signature";
import { receiveSlack, receiveWebhook, slackBusy, slackLimits } from "./slack";

export interface ChatOptions {
    readonly host: string;
    /** 0 takes a free port, here and for mail. */
    readonly port: number;
    readonly mailPort: number;
    /** Certificate and key of both servers: https, and STARTTLS for mail. Without them nothing is encrypted. */
    readonly tls?: TlsFiles | undefined;
    /** Folder of the state. */
    readonly dataDir: string;
    /** What the channels' secrets are derived from: GitLab's root token of this sandbox. */
    readonly secret: string;
    /** Clock in milliseconds since 1970. Default: the machine's. */
    readonly now?: () => number;
    /** Gets one line per request. Default: silence. */
    readonly log?: (line: string) => void;
}

/** A running chat: its URL, and the port of its mail server. */
export interface RunningChat extends RunningServer {
    readonly mailPort: number;
}

interface System {
    readonly limits: readonly Limit[];
    readonly busy: Verdict;
    readonly receive: (delivery: Delivery) => Verdict;
}

const systems: Readonly<Record<ChatKind, System>> = {
    feishu: { limits: feishuLimits, busy: feishuBusy, receive: receiveFeishu },
    dingtalk: { limits: dingtalkLimits, busy: dingtalkBusy, receive: receiveDingtalk },
    slack: { limits: slackLimits, busy: slackBusy, receive: receiveSlack },
    webhook: {
        limits: [],
        busy: { status: 429, body: {} },
        receive: receiveWebhook,
    },
};

/** Starts the stand-ins. @throws when a port is taken or the state cannot be read. */
export async function startChat(options: ChatOptions): Promise<RunningChat> {
    const store = await Store.open(path.join(options.dataDir, "state.json"), emptyState);
    const chat = new Chat(store, options);
    const mail = await startMail({
        host: options.host,
        port: options.mailPort,
        tls: options.tls,
        password: (account) => channelSecret(options.secret, account),
        received: (received) => chat.mail(received),
        refused: (account, code, reason) => chat.refuse("email", account, code, reason),
    });
    const fastify = createServer({
        bodyLimit: 1024 * 1024,
        ...(options.log ? { log: options.log } : {}),
        tls: options.tls,
    });
    chat.routes(fastify);
    try {
        const url = await listen(fastify, options, { tls: options.tls });
        return {
            url,
            mailPort: mail.port,
            close: async () => {
                await Promise.all([fastify.close(), mail.close()]);
                await store.close();
            },
        };
    } catch (error) {
        await mail.close();
        throw error;
    }
}

class Chat {
    private readonly rates = new Rates();
    private readonly now: () => number;

    constructor(
        private readonly store: Store<ChatState>,
        private readonly options: ChatOptions,
    ) {
        this.now = options.now ?? Date.now;
    }

    routes(fastify: FastifyInstance): void {
        registerFaults(fastify, new Faults());
        void fastify.register((scope, _options, done) => {
            this.bots(scope);
            done();
        });
        fastify.get<{ Querystring: { channel?: string } }>("/", (request, reply) =>
            reply.type("text/html; charset=utf-8").send(page(this.store.data, request.query.channel)),
        );
        fastify.get<{ Querystring: { channel?: string } }>("/__sandbox/messages", (request) =>
            ofChannel(this.store.data.messages, request.query.channel),
        );
        fastify.get<{ Querystring: { channel?: string } }>("/__sandbox/refusals", (request) =>
            ofChannel(this.store.data.refusals, request.query.channel),
        );
        fastify.delete("/__sandbox/messages", async (_request, reply) => {
            this.store.data.messages = [];
            this.store.data.refusals = [];
            await this.store.save();
            return reply.code(204).send();
        });
        fastify.put<{ Params: { kind: string; channel: string }; Body: unknown }>(
            "/__sandbox/bots/:kind/:channel",
            async (request, reply) => {
                const bot = isObject(request.body) ? request.body : undefined;
                if (bot === undefined) {
                    return reply.code(400).send({ message: "Give signed, keywords or disabled." });
                }
                this.store.data.bots[`${request.params.kind}/${request.params.channel}`] = bot;
                await this.store.save();
                return bot;
            },
        );
    }

    /** The routes that bots are at. */
    private bots(scope: FastifyInstance): void {
        // Each system says itself what it thinks of a body.
        scope.removeAllContentTypeParsers();
        scope.addContentTypeParser("*", { parseAs: "string" }, (_request, text, done) => done(null, text));
        for (const kind of chatKinds) {
            scope.post<{ Params: { channel: string }; Querystring: Record<string, string> }>(
                `/${kind}/:channel`,
                async (request, reply) => {
                    const verdict = await this.receive(kind, request.params.channel, {
                        query: request.query,
                        contentType: request.headers["content-type"] ?? "",
                        text: typeof request.body === "string" ? request.body : "",
                    });
                    const type = typeof verdict.body === "string" ? "text/plain" : "application/json";
                    return reply
                        .code(verdict.status)
                        .headers(verdict.headers ?? {})
                        .type(`${type}; charset=utf-8`)
                        .send(typeof verdict.body === "string" ? verdict.body : JSON.stringify(verdict.body));
                },
            );
        }
    }

    /** One message to a bot. */
    async receive(
        kind: ChatKind,
        channel: string,
        request: Pick<Delivery, "query" | "contentType" | "text">,
    ): Promise<Verdict> {
        const system = systems[kind];
        const verdict = this.rates.take(`${kind}/${channel}`, system.limits, this.now())
            ? system.receive({
                  ...request,
                  channel,
                  bot: this.store.data.bots[`${kind}/${channel}`] ?? {},
                  secret: channelSecret(this.options.secret, channel),
                  now: this.now(),
              })
            : system.busy;
        if (verdict.rendered === undefined) {
            const { code, reason } = verdict.refusal ?? { code: String(verdict.status), reason: "" };
            await this.refuse(kind, channel, code, reason);
        } else {
            await this.keep(kind, channel, verdict.rendered, withoutSignature(parseObject(request.text)));
        }
        return verdict;
    }

    async mail({ account, from, to, subject, text }: Mail): Promise<void> {
        const rendered = { title: subject, color: "grey", lines: text.trimEnd().split("\n"), buttons: [] };
        await this.keep("email", account, rendered, { from, to, subject, text }, to);
    }

    async refuse(kind: Refusal["kind"], channel: string, code: string, reason: string): Promise<void> {
        const { data } = this.store;
        data.refusals.push({ at: new Date(this.now()).toISOString(), kind, channel, code, reason });
        data.refusals.splice(0, Math.max(0, data.refusals.length - maxMessages));
        this.options.log?.(`refused ${kind}/${channel}: ${code} ${reason}`);
        await this.store.save();
    }

    private async keep(
        kind: Message["kind"],
        channel: string,
        rendered: Rendered,
        raw: unknown,
        to?: readonly string[],
    ): Promise<void> {
        const { data } = this.store;
        data.messages.push({
            id: data.nextId++,
            at: new Date(this.now()).toISOString(),
            kind,
            channel,
            rendered: {
                ...rendered,
                title: withoutEntities(rendered.title),
                lines: rendered.lines.map(withoutEntities),
            },
            raw,
            ...(to === undefined ? {} : { to }),
        });
        data.messages.splice(0, Math.max(0, data.messages.length - maxMessages));
        await this.store.save();
    }
}

function ofChannel<T extends { readonly channel: string }>(
    list: readonly T[],
    channel?: string,
): readonly T[] {
    return channel === undefined ? list : list.filter((each) => each.channel === channel);
}

function withoutSignature(body: unknown): unknown {
    if (!isObject(body)) {
        return body;
    }
    const { sign: _sign, timestamp: _timestamp, ...rest } = body;
    return rest;
}
