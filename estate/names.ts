import { createHash } from "node:crypto";

/**
 * Every name the estate derives, with the limit of the system it is for. A name that would be too long is
 * cut and ends in a hash of the whole, so that it stays the same from run to run and two long names
 * with one beginning stay apart.
 */

/** A name's form in one system. */
export interface NameRule {
    /** Where the name is used, for messages. */
    readonly what: string;
    readonly maximum: number;
    readonly pattern: RegExp;
    /** The pattern in words. */
    readonly form: string;
}

/** No double hyphen either: Harbor and GitLab refuse one. */
const label = "lower case letters and digits, a letter first, separated by single hyphens";

/** Names people choose in the spec: they become parts of Kubernetes, Harbor and GitLab names. */
export const specName: NameRule = {
    what: "name",
    maximum: 40,
    pattern: /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/,
    form: label,
};

/** RFC 1123 label: namespaces, and values of Kubernetes labels. */
export const namespaceName: NameRule = {
    what: "Kubernetes namespace",
    maximum: 63,
    pattern: /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/,
    form: "lower case letters, digits and hyphens, no hyphen first or last",
};

/** Harbor's rule for project and robot names. */
export const harborProjectName: NameRule = {
    what: "Harbor project",
    maximum: 255,
    pattern: /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/,
    form: "lower case letters and digits, separated by single dots, underscores or hyphens",
};

export const robotName: NameRule = { ...harborProjectName, what: "Harbor robot" };

/** One element of a GitLab path. */
export const gitlabPathElement: NameRule = {
    what: "GitLab path",
    maximum: 255,
    pattern: /^(?!.*(?:\.git|\.atom)$)(?!.*[-_.]{2})[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?$/,
    form: "letters, digits, single - _ or . between them, not ending in .git or .atom",
};

/** What git takes as a ref's name, less what needs quoting in shells. @param and what must not be there besides. */
function refForm(and: string): RegExp {
    return new RegExp(
        String.raw`^(?![-/.])(?!.*(?:\/\/|\.\.|\/\.|@\{))(?!.*(?:\.lock)(?:\/|$))` +
            and +
            String.raw`(?!(?:HEAD|@)$|refs\/(?:heads|tags|remotes)\/)[A-Za-z0-9._/@+-]+(?<![/.])$`,
    );
}

/** What git-check-ref-format and GitLab accept as a branch, less what needs quoting in shells. */
export const branchName: NameRule = {
    what: "git branch",
    maximum: 244,
    // GitLab takes no commit's id for a branch, nor for its first folder.
    pattern: refForm(String.raw`(?!(?:[0-9a-f]{40}|[0-9a-f]{64})(?:-?\/|$))`),
    form: "letters, digits and . _ / @ + -, no .. or //, not starting or ending with / or ., not ending in .lock, not a commit id, HEAD, @ or refs/heads/…",
};

/** A git branch, tag or commit that is there. */
export const refName: NameRule = {
    ...branchName,
    what: "branch, tag or commit",
    pattern: refForm(""),
    form: "a branch, a tag or a commit: letters, digits and . _ / @ + -, no .. or //, not starting or ending with / or .",
};

/** A git branch or tag, or several: `*` is for any characters. */
export const refPattern: NameRule = {
    what: "branch or tag, or pattern of some",
    maximum: 200,
    pattern:
        /^(?![-/.])(?!.*(?:\/\/|\.\.|\/\.|@\{))(?!.*(?:\.lock)(?:\/|$))(?!\*+$)[A-Za-z0-9._/@+*-]+(?<![/.])$/,
    form: "letters, digits and . _ / @ + -, with * for any characters, e.g. release-* or v*; not * alone",
};

/** A relative folder inside a repository. */
export const folderName: NameRule = {
    what: "folder",
    maximum: 255,
    pattern: /^(?!.*(?:^|\/)(?:\.{1,2}|\.[Gg][Ii][Tt])(?:\/|$))[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)*$/,
    form: "a relative path without . or .. elements, which git has no .git in",
};

/** Why `name` breaks `rule`; undefined when it does not. */
export function nameFault(name: string, rule: NameRule): string | undefined {
    if (name.length === 0 || name.length > rule.maximum) {
        return `a ${rule.what} has 1 to ${rule.maximum} characters; this has ${name.length}`;
    }
    return rule.pattern.test(name) ? undefined : `a ${rule.what} is ${rule.form}`;
}

const hashLength = 8;

/** Beginning of the SHA-256 of a text, for names that must stay apart. */
export function shortHash(text: string): string {
    return createHash("sha256").update(text).digest("hex").slice(0, hashLength);
}

/**
 * The name itself where it fits, else its beginning, a hyphen and the first 8 hex digits of the SHA-256 of
 * the whole name.
 */
export function shorten(name: string, maximum: number): string {
    if (name.length <= maximum) {
        return name;
    }
    const hash = shortHash(name);
    // What is cut may end in a separator; two in a row are refused by Harbor.
    const head = name.slice(0, maximum - hashLength - 1).replace(/[._-]+$/, "");
    return `${head}-${hash}`;
}

/** Harbor project of an app in an environment. */
export function harborProject(app: string, environment: string): string {
    return shorten(`${app}-${environment}`, harborProjectName.maximum);
}

/** Namespace of an app in an environment, the same on each of its clusters. */
export function namespace(app: string, environment: string): string {
    return shorten(`${app}-${environment}`, namespaceName.maximum);
}

/** Full path of a team's GitLab group. */
export function teamGroup(group: string, team: string): string {
    return `${group}/${team}`;
}

/** Last element of the path of the project that holds the estate's pipelines, where the spec names none. */
export const pipelinesPath = "pipelines";

/** Full path of the group of a team's config repositories that only its maintainers see: beside its own, which hands its members down. */
export function guardedGroup(group: string, team: string): string {
    return `${group}/${shorten(`${team}-prod`, gitlabPathElement.maximum)}`;
}

/** Last element of the path of a config repository; `owner` is the app or, for a shared one, the team. */
export function configPath(owner: string): string {
    return shorten(`${owner}-config`, gitlabPathElement.maximum);
}

/** System robot that copies an app's images from one environment's project to the next. */
export function promotionRobot(estate: string, app: string): string {
    return shorten(`${estate}-${app}-promote`, robotName.maximum);
}

/** Robot that CI pushes with, inside the Harbor project of the app's first environment. */
export const pushRobot = "push";

/** Robot that clusters pull with, inside each Harbor project. */
export const pullRobot = "pull";

/** Branch of the merge requests that bring repositories another version of their pipelines. */
export const proposalBranch = "estate/pipelines";
