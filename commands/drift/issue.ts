/**
 * One issue for a stack, in a project of GitLab: opened when something differs, edited while it does, closed when it is gone;
 * and one card to a channel at its beginning and at its end. It is known by its author, who is the account of the token, its label, and a mark in its text: an issue that somebody
 * else opened with both is not taken over. It is confidential, since it names what is open on the servers.
 */
import type { Answer, Ask } from "../doctor/http";
import { list, record, text } from "../doctor/json";
import { CommandError } from "../support/console";
import type { DriftReport } from "./finding";
import { isQuiet, markdown, summary } from "./report";
import { phrases, type Language } from "./words";

/** Label of these issues; GitLab makes it when it is first used. */
export const label = "gitops-estate-drift";

/** Most characters of an issue's text; GitLab takes about a million. */
const mostCharacters = 200_000;

/** Issues of a page, and pages at most. */
const pageSize = 100;
const mostPages = 50;

/** An open issue of a stack. */
export interface OpenIssue {
    readonly iid: number;
    readonly title: string;
    readonly description: string;
}

/** What is to be done with it. */
export type IssueStep =
    | { readonly kind: "nothing" }
    | { readonly kind: "open"; readonly title: string; readonly description: string }
    | { readonly kind: "edit"; readonly iid: number; readonly title: string; readonly description: string }
    | { readonly kind: "close"; readonly iid: number; readonly description: string };

export function markOf(stack: string): string {
    return `<!-- ${label}: ${stack} -->`;
}

/** Marks an issue whose beginning a channel was notified of. */
const notifiedMark = `<!-- ${label}: told -->`;

/**
 * What a report comes to. While something could not be read nothing is closed. Pure.
 *
 * @param notified whether a channel was notified of it.
 */
export function issueStep(
    report: DriftReport,
    known: OpenIssue | undefined,
    language: Language,
    notified = known?.description.includes(notifiedMark) === true,
): IssueStep {
    const mark = [markOf(report.stack), ...(notified ? [notifiedMark] : [])].join("\n");
    if (isQuiet(report)) {
        return known === undefined
            ? { kind: "nothing" }
            : {
                  kind: "close",
                  iid: known.iid,
                  description: `${mark}\n\n${phrases.quiet[language]}`,
              };
    }
    const title = `${phrases.title[language]} ${report.stack} (${summary(report, language)})`;
    const body = `${mark}\n\n${markdown(report, language)}`;
    const description =
        body.length > mostCharacters
            ? `${body.slice(0, body.lastIndexOf("\n", mostCharacters))}\n\n${phrases.cut[language]}`
            : body;
    if (known === undefined) {
        return { kind: "open", title, description };
    }
    return known.title === title && known.description.trim() === description.trim()
        ? { kind: "nothing" }
        : { kind: "edit", iid: known.iid, title, description };
}

/** Notifies a channel that an issue was opened, or that what it was about is gone. @throws when the channel does not take it. */
export type NotifyChannel = (news: "begins" | "ends", address: string) => Promise<void>;

/**
 * Does it. What was done, with the issue's address; undefined for nothing.
 *
 * @param notify gets one card when an issue begins and one when it ends; one that could not be sent is sent by the next run.
 * @throws CommandError when GitLab refuses it.
 */
export async function reconcileIssue(
    ask: Ask,
    project: string,
    report: DriftReport,
    language: Language,
    notify?: NotifyChannel,
): Promise<string | undefined> {
    const at = `/projects/${encodeURIComponent(project)}/issues`;
    const found = await ownIssue(ask, project, report.stack);
    let known = found === undefined ? undefined : openIssue(found);
    let address = text(found?.["web_url"]);
    const does = async (step: IssueStep): Promise<string | undefined> => {
        if (step.kind === "nothing") {
            return undefined;
        }
        const { kind, ...rest } = step;
        const answer =
            step.kind === "open"
                ? await ask("POST", at, { ...rest, labels: label, issue_type: "issue", confidential: true })
                : await ask("PUT", `${at}/${step.iid}`, {
                      ...("title" in step ? { title: step.title } : {}),
                      description: step.description,
                      ...(kind === "close" ? { state_event: "close" } : {}),
                  });
        refuse(answer, `The issue about drift cannot be written in ${project}`);
        known = openIssue(record(answer.body));
        address = text(record(answer.body)["web_url"]);
        const words = { open: "opened", edit: "edited", close: "closed" } as const;
        return `${words[step.kind]}: ${address}`;
    };
    const step = issueStep(report, known, language);
    const wasNotified = known?.description.includes(notifiedMark) === true;
    if (step.kind === "close" && wasNotified) {
        await notify?.("ends", address);
    }
    const done = await does(step);
    if (notify !== undefined && !isQuiet(report) && !wasNotified) {
        await notify("begins", address);
        await does(issueStep(report, known, language, true));
    }
    return done;
}

function openIssue(found: Readonly<Record<string, unknown>>): OpenIssue {
    return {
        iid: Number(found["iid"]),
        title: text(found["title"]),
        description: text(found["description"]),
    };
}

/** The open issue of a stack that this account opened. */
async function ownIssue(
    ask: Ask,
    project: string,
    stack: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
    const user = await ask("GET", "/user");
    const self = record(user.body)["id"];
    if (user.status !== 200 || typeof self !== "number") {
        throw new CommandError(
            `GitLab does not say whose the token is (GET /user: status ${user.status}), so the issue that it keeps is not known. The token needs the scope api.`,
            2,
        );
    }
    const at = `/projects/${encodeURIComponent(project)}/issues`;
    const query = `state=opened&labels=${label}&order_by=created_at&sort=asc&per_page=${pageSize}`;
    for (let page = 1; page <= mostPages; page++) {
        const found = await ask("GET", `${at}?${query}&page=${page}`);
        refuse(found, `The issues of ${project} cannot be read`);
        const issues = list(found.body);
        const own = issues.find(
            (each) =>
                record(each["author"])["id"] === self && text(each["description"]).includes(markOf(stack)),
        );
        if (own !== undefined || issues.length < pageSize) {
            return own;
        }
    }
    throw new CommandError(
        `${project} has more than ${mostPages * pageSize} open issues with the label ${label}; close what is not needed.`,
        2,
    );
}

function refuse({ status, body }: Answer, what: string): void {
    if (status >= 300) {
        const why = record(body)["message"] ?? record(body)["error"];
        throw new CommandError(
            `${what}: status ${status}${typeof why === "string" ? `, ${why}` : ""}. The project must exist, have issues, and let the token in (scope api, role reporter).`,
            2,
        );
    }
}
