/** What a message says, as template expressions of Argo CD's notifications. Pure. */
import type { Language } from "../../../../estate/model";
import type { Event } from "../../../notifications/catalog";

/** A text in both languages. */
export type Words = Readonly<Record<Language, string>>;

/** A line of a message. */
export interface Fact {
    readonly key: string;
    readonly label: Words;
    /** Go template that yields a text; it does not fail, whatever the Application lacks. */
    readonly value: string;
    /** Long texts get a line of their own. */
    readonly long?: true;
}

export interface Button {
    readonly label: Words;
    readonly url: string;
}

/**
 * How a value is written so that it can neither break the message nor act in it. Values come from people: commit
 * authors, branch names, messages of Kubernetes.
 */
export type Escape = (expression: string) => string;

/**
 * For a JSON string: escaped, without the quotes around it. Go's raw strings (backquotes) stand for texts in
 * expressions, because JSON would escape double quotes. `pairs` are replaced before: what a chat system takes for markup.
 * In `from`, a line break stands for one; backslashes cannot be written.
 */
export function jsonText(pairs: readonly (readonly [string, string])[]): Escape {
    const replaced = pairs
        .map(([from, to]) => ` | replace ${from === "\n" ? lineBreak : `\`${from}\``} \`${to}\``)
        .join("");
    return (expression) =>
        `{{ with (${expression} | toString${replaced} | toJson) }}{{ substr 1 (int (sub (len .) 1)) . }}{{ end }}`;
}

/** A line break in an expression: a raw string cannot hold one, because JSON escapes it. */
const lineBreak = "(printf `%c` 10)";

/** For a text that nothing reads but people. */
export const plainText: Escape = (expression) => `{{ ${expression} }}`;

/** Longest message of Argo CD that a card repeats, in bytes: Feishu takes 20 KB in all. */
const longestMessage = 1500;

/** A dash where there is nothing. */
function orDash(path: string): string {
    return `(${path} | default \`-\`)`;
}

/** The commit of the last sync, or the one that a sync was to apply. */
export const revision =
    "((((.app.status).operationState).syncResult).revision | " +
    "default ((((.app.status).operationState).operation).sync).revision | default ``)";

function factsAsTemplates(escape: Escape): Record<string, Fact> {
    const value = (path: string): string => escape(orDash(path));
    const startedAt = "((.app.status).operationState).startedAt";
    const syncStatus = "((.app.status).sync).status";
    return {
        app: {
            key: "application",
            label: { en: "Application", zh: "应用" },
            value: value(".app.metadata.name"),
        },
        time: {
            key: "time",
            label: { en: "Time", zh: "时间" },
            value: `{{ if ${startedAt} }}{{ (call .time.Parse ${startedAt}).Local.Format \`2006-01-02 15:04:05 -07:00\` }}{{ else }}-{{ end }}`,
        },
        phase: {
            key: "sync",
            label: { en: "Sync", zh: "同步状态" },
            value: `${value("((.app.status).operationState).phase")} ({{ ${orDash(syncStatus)} }})`,
        },
        health: {
            key: "health",
            label: { en: "Health", zh: "健康状态" },
            value: value("((.app.status).health).status"),
        },
        cluster: {
            key: "cluster",
            label: { en: "Cluster", zh: "集群" },
            value: value("(.app.spec.destination.name | default .app.spec.destination.server)"),
        },
        namespace: {
            key: "namespace",
            label: { en: "Namespace", zh: "命名空间" },
            value: value(".app.spec.destination.namespace"),
        },
        commit: { key: "commit", label: { en: "Commit", zh: "提交" }, value: value(revision) },
        author: {
            key: "author",
            label: { en: "Author", zh: "提交人" },
            // The repo-server is asked, and a template whose call fails sends nothing: so only where it just answered
            // Argo CD's own question about this repository. The mail address behind the name is nobody's business.
            value:
                `{{ if and (regexMatch \`^[0-9a-f]{40}$\` ${revision}) (has ${orDash(syncStatus)} (list \`Synced\` \`OutOfSync\`)) }}` +
                `${escape(`(regexReplaceAll \` *<[^<>]*>$\` (call .repo.GetCommitMetadata ${revision}).Author \`\`)`)}{{ else }}-{{ end }}`,
        },
        image: {
            key: "image",
            label: { en: "Image", zh: "镜像" },
            value: value("(((.app.status).summary).images | default list | join ` `)"),
        },
    };
}

/** Argo CD's own words about a problem, by what the problem is. */
function message(event: Event, escape: Escape): Fact {
    const short = (text: string): string => escape(`(${text} | trunc ${longestMessage})`);
    const operation = "(((.app.status).operationState).message | default ``)";
    const sources: Partial<Record<Event["name"], string>> = {
        failed: short(operation),
        unknown: `{{ range ((.app.status).conditions) }}${short("(.message | default ``)")} {{ end }}`,
        degraded:
            `{{ range ((.app.status).resources) }}{{ if has ((.health).status | default \`-\`) (list \`Degraded\` \`Unknown\`) }}` +
            `${escape("(printf `%s %s: %s` .kind .name ((.health).message | default `-`) | trunc 400)")} {{ end }}{{ end }}` +
            short("((((.app.status).health).message) | default ``)"),
    };
    return {
        key: "message",
        label: { en: "Message", zh: "信息" },
        value: sources[event.name] ?? short(operation),
        long: true,
    };
}

/** Facts of one event: problems come with Argo CD's own words. */
export function factsOf(event: Event, escape: Escape): readonly Fact[] {
    const facts = Object.values(factsAsTemplates(escape));
    return event.color === "green" || event.color === "blue" ? facts : [...facts, message(event, escape)];
}

/** Links below a message: Argo CD, and the workload, on a page of the estate's or in Argo CD's own tree. */
export function buttons(workloadPage: boolean): readonly Button[] {
    const application =
        "{{ .context.argocdUrl }}/applications/{{ .app.metadata.namespace }}/{{ .app.metadata.name }}";
    return [
        { label: { en: "Open in Argo CD", zh: "打开 Argo CD" }, url: application },
        {
            label: { en: "Open the workload", zh: "查看工作负载" },
            url: workloadPage
                ? "{{ .context.clusterPageUrl }}/{{ .app.spec.destination.name }}/{{ .app.spec.destination.namespace }}"
                : `${application}?view=tree&resource=kind:Deployment`,
        },
    ];
}
