/** What a message says, as template expressions of Argo CD's notifications (Go templates). Pure. */
import type { Event } from "../../../notifications/cardTexts";
import type { Encoding, FactName, MessageSource } from "../../../notifications/cardFacts";

/** An expression in a message, written as its place in there demands. */
type Write = (expression: string) => string;

/**
 * For a JSON string: escaped, without the quotes around it. Go's raw strings (backquotes) are used for texts in
 * expressions, because JSON would escape double quotes. In the text that is replaced, a line break is written as one;
 * backslashes cannot be written.
 */
function writer({ format, replacements }: Encoding): Write {
    if (format === "text") {
        return (expression) => `{{ ${expression} }}`;
    }
    const replaced = replacements
        .map(([from, to]) => ` | replace ${from === "\n" ? lineBreak : `\`${from}\``} \`${to}\``)
        .join("");
    return (expression) =>
        `{{ with (${expression} | toString${replaced} | toJson) }}{{ substr 1 (int (sub (len .) 1)) . }}{{ end }}`;
}

/** A line break in an expression: a raw string cannot hold one, because JSON escapes it. */
const lineBreak = "(printf `%c` 10)";

/** Longest message of Argo CD that a card repeats, in bytes: Feishu takes 20 KB in all. */
const longestMessage = 1500;

/** A dash where there is nothing. */
function orDash(path: string): string {
    return `(${path} | default \`-\`)`;
}

/** The commit of the last sync, or the one that a sync was to apply. */
const revision =
    "((((.app.status).operationState).syncResult).revision | " +
    "default ((((.app.status).operationState).operation).sync).revision | default ``)";

const startedAt = "((.app.status).operationState).startedAt";
const syncStatus = "((.app.status).sync).status";
const appName = ".app.metadata.name";

/** The value of each fact. */
const values: Readonly<Record<FactName, (write: Write, event: Event) => string>> = {
    application: (write) => write(orDash(appName)),
    time: () =>
        `{{ if ${startedAt} }}{{ (call .time.Parse ${startedAt}).Local.Format \`2006-01-02 15:04:05 -07:00\` }}{{ else }}-{{ end }}`,
    sync: (write) => `${write(orDash("((.app.status).operationState).phase"))} ({{ ${orDash(syncStatus)} }})`,
    health: (write) => write(orDash("((.app.status).health).status")),
    cluster: (write) => write(orDash("(.app.spec.destination.name | default .app.spec.destination.server)")),
    // Argo CD delivers to none.
    machine: () => "-",
    namespace: (write) => write(orDash(".app.spec.destination.namespace")),
    commit: (write) => write(orDash(revision)),
    // The repo-server is asked, and a template whose call fails sends nothing: so only where it just answered Argo CD's
    // own question about this repository. The mail address behind the name is nobody's business.
    author: (write) =>
        `{{ if and (regexMatch \`^[0-9a-f]{40}$\` ${revision}) (has ${orDash(syncStatus)} (list \`Synced\` \`OutOfSync\`)) }}` +
        `${write(`(regexReplaceAll \` *<[^<>]*>$\` (call .repo.GetCommitMetadata ${revision}).Author \`\`)`)}{{ else }}-{{ end }}`,
    image: (write) => write(orDash("(((.app.status).summary).images | default list | join ` `)")),
    message,
};

/** Argo CD's own words about a problem, by what the problem is. */
function message(write: Write, event: Event): string {
    const short = (text: string): string => write(`(${text} | trunc ${longestMessage})`);
    const operation = "(((.app.status).operationState).message | default ``)";
    const sources: Partial<Record<Event["name"], string>> = {
        failed: short(operation),
        unknown: `{{ range ((.app.status).conditions) }}${short("(.message | default ``)")} {{ end }}`,
        degraded:
            `{{ range ((.app.status).resources) }}{{ if has ((.health).status | default \`-\`) (list \`Degraded\` \`Unknown\`) }}` +
            `${write("(printf `%s %s: %s` .kind .name ((.health).message | default `-`) | trunc 400)")} {{ end }}{{ end }}` +
            short("((((.app.status).health).message) | default ``)"),
    };
    return sources[event.name] ?? short(operation);
}

/** Argo CD's own page of an Application. */
const applicationPage =
    "{{ .context.argocdUrl }}/applications/{{ .app.metadata.namespace }}/{{ .app.metadata.name }}";

/**
 * Messages about Applications.
 *
 * @param workloadPage whether the context has `clusterPageUrl`, the estate's own pages about workloads; Argo CD's tree
 *     of the Application otherwise.
 */
export function applicationMessages(workloadPage: boolean): MessageSource {
    return {
        engine: "Argo CD",
        fact: (name, event, encoding) => values[name](writer(encoding), event),
        unknown: ["machine"],
        links: {
            app: applicationPage,
            workload: workloadPage
                ? "{{ .context.clusterPageUrl }}/{{ .app.spec.destination.name }}/{{ .app.spec.destination.namespace }}"
                : `${applicationPage}?view=tree&resource=kind:Deployment`,
        },
        occurrence: {
            app: (encoding) => writer(encoding)(appName),
            revision: (encoding) => writer(encoding)(revision),
            operation: (encoding) =>
                writer(encoding)("(((.app.status).operationState).startedAt | default ``)"),
        },
    };
}
