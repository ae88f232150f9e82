/** What a run found, for the terminal, as Markdown and as JSON, in English and Chinese. Pure. */
import { lists, type Difference, type DriftReport, type Finding, type List } from "./finding";
import { nouns, phrases, remarks, type Language } from "./words";

/** Whether nothing differs and everything could be read. */
export function isQuiet({ findings, unread }: DriftReport): boolean {
    return findings.length === 0 && unread.length === 0;
}

/** Exit code of the command: 0 quiet, 1 something differs, 2 something could not be read. */
export function exitCode({ findings, unread }: DriftReport): 0 | 1 | 2 {
    return unread.length > 0 ? 2 : findings.length > 0 ? 1 : 0;
}

/** `GitLab acme/shop/web-config: branch protection prod`. */
export function whereAndWhat({ server, place, noun, name }: Finding, language: Language): string {
    const where = [server, ...(place === "" ? [] : [place])].join(" ");
    return `${where}: ${nouns[noun][language]}${name === place ? "" : ` ${name}`}`;
}

function says(text: keyof typeof phrases, language: Language): string {
    return phrases[text][language];
}

/** What differs, in one line. */
export function whatDiffers({ list, differences, remark }: Finding, language: Language): string {
    const parts = [
        ...(list === "missing" && remark === undefined ? [says("gone", language)] : []),
        ...differences.map(differenceText),
        ...(remark === undefined ? [] : [remarks[remark][language]]),
    ];
    return parts.join("; ");
}

function differenceText({ property, made, found }: Difference): string {
    const value = (text: string): string => (text === "" ? '""' : text);
    return made === undefined
        ? `${property} ${value(found)}`
        : `${property}: ${value(made)} -> ${value(found)}`;
}

function whoAndWhen({ who, when }: Finding, language: Language): string {
    const by = who === undefined ? "" : `${says("by", language)} ${who}`;
    const at = when === undefined ? "" : when.replace(/\.\d+/, "");
    return [by, at].filter((part) => part !== "").join(", ");
}

/** The text a person reads in a terminal. */
export function terminalText(report: DriftReport, language: Language): string {
    const sections = lists.flatMap((list) => {
        const own = report.findings.filter((each) => each.list === list);
        return own.length === 0
            ? []
            : [
                  `${says(list, language)} (${own.length})`,
                  ...own.flatMap((finding) => terminalLines(finding, language)),
                  "",
              ];
    });
    const unread = report.unread.map(
        ({ server, what, why }) => `  ${[server, what].join(" ").trim()}: ${why}`,
    );
    return [
        `${says("title", language)} ${report.stack}`,
        "",
        ...sections,
        ...(unread.length === 0 ? [] : [`${says("unread", language)} (${unread.length})`, ...unread, ""]),
        ...decided(report, language, "  "),
        summary(report, language),
    ].join("\n");
}

/** What was decided to be kept, so that nobody forgets it. */
function decided({ accepted, unused }: DriftReport, language: Language, indent: string): string[] {
    const lines = accepted.map(
        ({ finding, reason }) => `${indent}${whereAndWhat(finding, language)}: ${reason}`,
    );
    return [
        ...(lines.length === 0 ? [] : [`${says("accepted", language)} (${lines.length})`, ...lines, ""]),
        ...(unused.length === 0
            ? []
            : [`${says("unused", language)}`, ...unused.map((each) => `${indent}${each}`), ""]),
    ];
}

function terminalLines(finding: Finding, language: Language): string[] {
    const when = whoAndWhen(finding, language);
    return [
        `  [${says(finding.risk, language)}] ${whereAndWhat(finding, language)}`,
        `      ${[whatDiffers(finding, language), when].filter((part) => part !== "").join("; ")}`.trimEnd(),
        `      ${says("mend", language)}: ${finding.mend}`,
        ...(finding.adopt === undefined ? [] : [`      ${says("adopt", language)}: ${finding.adopt}`]),
    ].filter((line) => line.trim() !== "");
}

/** The last line: how many of what. */
export function summary({ findings, unread, compared }: DriftReport, language: Language): string {
    if (findings.length === 0) {
        const text = unread.length === 0 ? "quiet" : "quietExceptUnread";
        return `${says(text, language)} (${says("compared", language)}: ${compared})`;
    }
    const count = (list: List): number => findings.filter((each) => each.list === list).length;
    return lists.map((list) => `${says(list, language)}: ${count(list)}`).join(", ");
}

/** A page for an issue or an artifact. */
export function markdown(report: DriftReport, language: Language): string {
    const sections = lists.flatMap((list) => {
        const own = report.findings.filter((each) => each.list === list);
        const head = [
            `| ${(["risk", "where", "what", "when", "mend"] as const).map((word) => says(word, language)).join(" | ")} |`,
            "| --- | --- | --- | --- | --- |",
        ];
        return own.length === 0
            ? []
            : [
                  `## ${says(list, language)} (${own.length})`,
                  "",
                  ...head,
                  ...own.map((finding) => markdownRow(finding, language)),
                  "",
              ];
    });
    const unread = report.unread.map(
        ({ server, what, why }) => `- ${cell([server, what].join(" ").trim())}: ${cell(why)}`,
    );
    return [
        `# ${says("title", language)} ${report.stack}`,
        "",
        summary(report, language),
        "",
        ...sections,
        ...(unread.length === 0
            ? []
            : [`## ${says("unread", language)} (${unread.length})`, "", ...unread, ""]),
        ...(report.accepted.length === 0
            ? []
            : [
                  `## ${says("accepted", language)} (${report.accepted.length})`,
                  "",
                  ...report.accepted.map(
                      ({ finding, reason }) => `- ${cell(whereAndWhat(finding, language))}: ${cell(reason)}`,
                  ),
                  "",
              ]),
    ].join("\n");
}

function markdownRow(finding: Finding, language: Language): string {
    const adopt = finding.adopt === undefined ? "" : `<br>${says("adopt", language)}: ${code(finding.adopt)}`;
    return `| ${[
        says(finding.risk, language),
        cell(whereAndWhat(finding, language)),
        cell(whatDiffers(finding, language)),
        cell(whoAndWhen(finding, language)),
        `${code(finding.mend)}${adopt}`,
    ].join(" | ")} |`;
}

/** Text of a server in a table: it must not be markup, nor mention anybody. */
function cell(text: string): string {
    return text
        .replace(/\s+/g, " ")
        .replace(/[\\`*_{}[\]<>|~#&]/g, (character) => `&#${character.charCodeAt(0)};`)
        .replace(/@/g, "@\u200b");
}

/** A command in a table. In HTML, because a bar ends a cell even inside backquotes. */
function code(text: string): string {
    return `<code>${text
        .replace(/&/g, "&amp;")
        .replace(/</g, "&lt;")
        .replace(/>/g, "&gt;")
        .replace(/\|/g, "&#124;")}</code>`;
}

/** For programs. The fields are those of {@link Finding}, with `what` in words. */
export function json(report: DriftReport, language: Language): string {
    return JSON.stringify(
        {
            stack: report.stack,
            quiet: isQuiet(report),
            compared: report.compared,
            findings: report.findings.map((finding) => ({
                ...finding,
                kind: nouns[finding.noun][language],
                what: whatDiffers(finding, language),
            })),
            unread: report.unread,
            accepted: report.accepted,
            unused: report.unused,
        },
        undefined,
        2,
    );
}
