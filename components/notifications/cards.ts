/**
 * What a message looks like in each chat system: JSON with template expressions of Argo CD's notifications in its
 * strings. Pure.
 *
 * Expressions use Go's raw strings (backquotes), because JSON escapes double quotes; values that come from people
 * (commit author, messages) are escaped by {@link quoted}, or a quote in them would end the JSON.
 */
import type { Channel } from "../../estate/model";
import type { Event, Language } from "./catalog";

/** A line of a message. */
interface Fact {
    readonly label: Readonly<Record<Language, string>>;
    /** Template expression. */
    readonly value: string;
}

/** A value made safe to stand inside a JSON string. */
function quoted(expression: string): string {
    return `{{ with (${expression} | toString | toJson) }}{{ substr 1 (int (sub (len .) 1)) . }}{{ end }}`;
}

/** A field of the running or last operation; a dash while there was none. */
function operation(body: string): string {
    return `{{ with .app.status.operationState }}${body}{{ else }}-{{ end }}`;
}

const facts: readonly Fact[] = [
    { label: { en: "Application", zh: "应用" }, value: "{{ .app.metadata.name }}" },
    {
        label: { en: "Time", zh: "时间" },
        value: "{{ with .app.status.operationState }}{{ (call $.time.Parse .startedAt).Local.Format `2006-01-02 15:04:05 -07:00` }}{{ else }}-{{ end }}",
    },
    { label: { en: "Sync", zh: "同步状态" }, value: operation("{{ .phase }}") },
    { label: { en: "Health", zh: "健康状态" }, value: "{{ .app.status.health.status }}" },
    { label: { en: "Cluster", zh: "集群" }, value: "{{ .app.spec.destination.name }}" },
    { label: { en: "Namespace", zh: "命名空间" }, value: "{{ .app.spec.destination.namespace }}" },
    {
        label: { en: "Commit", zh: "提交" },
        value: operation("{{ with .syncResult }}{{ .revision }}{{ else }}-{{ end }}"),
    },
    {
        label: { en: "Image", zh: "镜像" },
        value: "{{ with .app.status.summary }}{{ range .images }}{{ . }} {{ end }}{{ end }}",
    },
];

const message: Fact = {
    label: { en: "Message", zh: "信息" },
    value: `{{ with .app.status.operationState }}${quoted(".message")}{{ end }}`,
};

/** Facts of one event: problems come with Argo CD's own words. */
function factsOf(event: Event): readonly Fact[] {
    return event.color === "green" || event.color === "blue" ? facts : [...facts, message];
}

interface Button {
    readonly label: Readonly<Record<Language, string>>;
    readonly url: string;
}

/** Links below the message. The workload page exists only where the estate names one. */
function buttons(workloadPage: boolean): Button[] {
    return [
        {
            label: { en: "Open in Argo CD", zh: "打开 Argo CD" },
            url: "{{ .context.argocdUrl }}/applications/{{ .app.metadata.namespace }}/{{ .app.metadata.name }}",
        },
        ...(workloadPage
            ? [
                  {
                      label: { en: "Open the workload", zh: "查看工作负载" },
                      url: "{{ .context.clusterPageUrl }}/{{ .app.spec.destination.name }}/{{ .app.spec.destination.namespace }}",
                  },
              ]
            : []),
    ];
}

/** The body of a message to a channel of a webhook kind; undefined for mail, which has no JSON body. */
export function webhookBody(channel: Channel, event: Event, workloadPage: boolean): unknown {
    switch (channel.kind) {
        case "feishu":
            return feishuCard(event, channel.language, workloadPage);
        case "dingtalk":
            return dingtalkCard(event, channel.language, workloadPage);
        case "slack":
            return slackMessage(event, channel.language, workloadPage);
        case "webhook":
            return plainMessage(event);
        case "email":
            return undefined;
    }
}

/** Feishu's interactive card: https://open.feishu.cn, "custom bot", message type `interactive`. */
function feishuCard(event: Event, language: Language, workloadPage: boolean): unknown {
    const cells = factsOf(event).map((fact) => ({
        is_short: fact !== message,
        text: { tag: "lark_md", content: `**${fact.label[language]}**\n${fact.value}` },
    }));
    return {
        msg_type: "interactive",
        card: {
            config: { wide_screen_mode: true },
            header: { template: event.color, title: { tag: "plain_text", content: title(event, language) } },
            elements: [
                { tag: "div", fields: cells },
                { tag: "hr" },
                {
                    tag: "action",
                    actions: buttons(workloadPage).map((button, index) => ({
                        tag: "button",
                        type: index === 0 ? "primary" : "default",
                        text: { tag: "plain_text", content: button.label[language] },
                        url: button.url,
                    })),
                },
            ],
        },
    };
}

/** DingTalk's action card with independent buttons. It has no colours; the title says how things are. */
function dingtalkCard(event: Event, language: Language, workloadPage: boolean): unknown {
    const lines = factsOf(event).map((fact) => `- **${fact.label[language]}**: ${fact.value}`);
    return {
        msgtype: "actionCard",
        actionCard: {
            title: title(event, language),
            text: [`### ${mark(event)} ${title(event, language)}`, ...lines].join("\n"),
            btnOrientation: "1",
            btns: buttons(workloadPage).map((button) => ({
                title: button.label[language],
                actionURL: button.url,
            })),
        },
    };
}

/** Slack's incoming webhook with one attachment, whose colour is the event's. */
function slackMessage(event: Event, language: Language, workloadPage: boolean): unknown {
    const colors = { green: "#2eb67d", red: "#e01e5a", orange: "#ecb22e", blue: "#36c5f0", grey: "#868686" };
    return {
        text: title(event, language),
        attachments: [
            {
                color: colors[event.color],
                fields: factsOf(event).map((fact) => ({
                    title: fact.label[language],
                    value: fact.value,
                    short: fact !== message,
                })),
                actions: buttons(workloadPage).map((button) => ({
                    type: "button",
                    text: button.label[language],
                    url: button.url,
                })),
            },
        ],
    };
}

/** For receivers of one's own: the facts under fixed English keys. */
function plainMessage(event: Event): unknown {
    const entries = factsOf(event).map((fact) => [fact.label.en.toLowerCase(), fact.value]);
    return { event: event.name, ...(Object.fromEntries(entries) as Record<string, string>) };
}

/** Subject and text of a mail. */
export function mail(event: Event, language: Language): { subject: string; body: string } {
    return {
        subject: title(event, language),
        body: factsOf(event)
            .map((fact) => `${fact.label[language]}: ${fact.value}`)
            .join("\n"),
    };
}

function title(event: Event, language: Language): string {
    return `{{ .app.metadata.name }}: ${event.title[language]}`;
}

function mark(event: Event): string {
    return { green: "🟢", red: "🔴", orange: "🟠", blue: "🔵", grey: "⚪" }[event.color];
}
