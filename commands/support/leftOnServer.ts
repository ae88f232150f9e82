/**
 * How an object that a run made is found on its server, by kind of resource: from what the program says of it to what is there
 * in its place. The servers are asked; nothing is changed.
 */
import type { Ask } from "../doctor/http";
import { all, record, text, type Unread } from "../doctor/json";
import { CommandError } from "./console";
import type { StateResource } from "./exported";

/** A resource that a run was making. */
export type Wanted = Pick<StateResource, "urn" | "type" | "parent" | "provider" | "inputs">;

/** What is on the server in its place: importable by an id, or an object whose password nobody knows. */
export type Left =
    { readonly kind: "import"; readonly id: string } | { readonly kind: "delete"; readonly path: string };

type Inputs = Readonly<Record<string, unknown>>;
type Finder = (inputs: Inputs, ask: Ask) => Promise<Left | undefined>;

const word = (value: unknown): string =>
    typeof value === "string" || typeof value === "number" ? String(value) : "";
const part = (value: unknown): string => encodeURIComponent(word(value));
const inProject = (inputs: Inputs): string => `/projects/${part(inputs["project"])}`;

/** An object that has an address made of the inputs, and an id made of them. */
function keyed(address: (inputs: Inputs) => string, id: (inputs: Inputs) => string): Finder {
    return async (inputs, ask) =>
        (await ask("GET", address(inputs))).status === 200 ? { kind: "import", id: id(inputs) } : undefined;
}

/**
 * A whole list; empty where there is none.
 * @throws CommandError when it breaks off: what is not in a part of it may be there all the same.
 */
async function whole(
    ask: Ask,
    path: string,
    size: "per_page" | "page_size",
): Promise<readonly Record<string, unknown>[]> {
    const unread: Unread[] = [];
    const found = await all(ask, path, size, unread);
    const [gap] = unread;
    if (gap) {
        throw new CommandError(
            `${gap.list} was not read to its end: it answered ${gap.status}. Run it again.`,
        );
    }
    return found;
}

/** An object of a list of GitLab, recognised by some fields. */
function listed(
    list: (inputs: Inputs) => string,
    isIt: (element: Record<string, unknown>, inputs: Inputs) => boolean,
    left: (element: Record<string, unknown>, inputs: Inputs) => Left,
): Finder {
    return async (inputs, ask) => {
        const found = (await whole(ask, list(inputs), "per_page")).find((each) => isIt(each, inputs));
        return found === undefined ? undefined : left(found, inputs);
    };
}

const ofProject =
    (key: string) =>
    (inputs: Inputs): string =>
        `${word(inputs["project"])}:${word(inputs[key])}`;

const scope = (inputs: Inputs): string => word(inputs["environmentScope"]) || "*";

const numbered = (element: Record<string, unknown>, inputs: Inputs): Left => ({
    kind: "import",
    id: `${word(inputs["project"])}:${word(element["id"])}`,
});

const sameName = (element: Record<string, unknown>, inputs: Inputs): boolean =>
    element["name"] === inputs["name"];

/** An object of a project whose value was shown once. */
function shownOnce(list: string, isIt: Parameters<typeof listed>[1]): Finder {
    return listed(
        (inputs) => `${inProject(inputs)}/${list}`,
        isIt,
        (element, inputs) => ({
            kind: "delete",
            path: `${inProject(inputs)}/${list}/${word(element["id"])}`,
        }),
    );
}

/** A token in use. */
const tokens = (list: string): Finder =>
    shownOnce(list, (element, inputs) => sameName(element, inputs) && element["revoked"] !== true);

/** A group or project at the path that the inputs say. */
function placed(above: string, below: "groups" | "projects"): Finder {
    return async (inputs, ask) => {
        let parent = "";
        if (word(inputs[above]) !== "") {
            const { status, body } = await ask("GET", `/namespaces/${part(inputs[above])}`);
            if (status !== 200) {
                return undefined;
            }
            parent = `${text(record(body)["full_path"])}/`;
        }
        const { status, body } = await ask(
            "GET",
            `/${below}/${encodeURIComponent(parent + word(inputs["path"]))}`,
        );
        const found = record(body);
        const deleted = found["marked_for_deletion_on"] ?? found["marked_for_deletion_at"];
        return status === 200 && !deleted ? { kind: "import", id: word(found["id"]) } : undefined;
    };
}

/** An object of a Harbor project, recognised by some fields; its id is its path. */
function ofImages(list: string, isIt: (element: Record<string, unknown>, inputs: Inputs) => boolean): Finder {
    return async (inputs, ask) => {
        const folder = `${word(inputs["projectId"])}/${list}`;
        const found = (await whole(ask, folder, "page_size")).find((each) => isIt(each, inputs));
        return found === undefined ? undefined : { kind: "import", id: `${folder}/${word(found["id"])}` };
    };
}

const robots: Finder = async (inputs, ask) => {
    const [permission] = (inputs["permissions"] ?? []) as readonly Inputs[];
    const project = await ask("GET", `/projects/${part(permission?.["namespace"])}`);
    if (project.status !== 200) {
        return undefined;
    }
    const query = encodeURIComponent(`Level=project,ProjectID=${word(record(project.body)["project_id"])}`);
    const found = (await whole(ask, `/robots?q=${query}`, "page_size")).find(
        (each) => text(each["name"]).split("+").at(-1) === inputs["name"],
    );
    return found === undefined ? undefined : { kind: "delete", path: `/robots/${word(found["id"])}` };
};

/** What can be made again as it is: the provider takes over what there is. */
export const madeAgain: ReadonlySet<string> = new Set([
    "gitlab:index/tagProtection:TagProtection",
    "gitlab:index/projectPushRules:ProjectPushRules",
    "gitlab:index/projectLevelMrApprovals:ProjectLevelMrApprovals",
    "harbor:index/retentionPolicy:RetentionPolicy",
]);

/** By kind of resource of GitLab and Harbor. Objects of Kubernetes are taken over by their provider, too. */
export const finders: Readonly<Record<string, Finder>> = {
    "gitlab:index/group:Group": placed("parentId", "groups"),
    "gitlab:index/project:Project": placed("namespaceId", "projects"),
    "gitlab:index/groupMembership:GroupMembership": keyed(
        (inputs) => `/groups/${part(inputs["groupId"])}/members/${part(inputs["userId"])}`,
        (inputs) => `${word(inputs["groupId"])}:${word(inputs["userId"])}`,
    ),
    "gitlab:index/branch:Branch": keyed(
        (inputs) => `${inProject(inputs)}/repository/branches/${part(inputs["name"])}`,
        ofProject("name"),
    ),
    "gitlab:index/branchProtection:BranchProtection": keyed(
        (inputs) => `${inProject(inputs)}/protected_branches/${part(inputs["branch"])}`,
        ofProject("branch"),
    ),
    "gitlab:index/repositoryFile:RepositoryFile": keyed(
        (inputs) =>
            `${inProject(inputs)}/repository/files/${part(inputs["filePath"])}?ref=${part(inputs["branch"])}`,
        (inputs) => `${ofProject("branch")(inputs)}:${word(inputs["filePath"])}`,
    ),
    "gitlab:index/projectVariable:ProjectVariable": keyed(
        (inputs) =>
            `${inProject(inputs)}/variables/${part(inputs["key"])}?filter[environment_scope]=${encodeURIComponent(scope(inputs))}`,
        (inputs) => `${ofProject("key")(inputs)}:${scope(inputs)}`,
    ),
    "gitlab:index/projectTag:ProjectTag": keyed(
        (inputs) => `${inProject(inputs)}/repository/tags/${part(inputs["name"])}`,
        ofProject("name"),
    ),
    "gitlab:index/projectLabel:ProjectLabel": keyed(
        (inputs) => `${inProject(inputs)}/labels/${part(inputs["name"])}`,
        ofProject("name"),
    ),
    "gitlab:index/projectShareGroup:ProjectShareGroup": async (inputs, ask) => {
        const { status, body } = await ask("GET", inProject(inputs));
        const shares =
            status === 200 ? ((record(body)["shared_with_groups"] ?? []) as readonly Inputs[]) : [];
        return shares.some((each) => word(each["group_id"]) === word(inputs["groupId"]))
            ? { kind: "import", id: ofProject("groupId")(inputs) }
            : undefined;
    },
    // GitLab makes a second one without a word.
    "gitlab:index/pipelineTrigger:PipelineTrigger": shownOnce(
        "triggers",
        (element, inputs) => element["description"] === inputs["description"],
    ),
    "gitlab:index/projectEnvironment:ProjectEnvironment": listed(
        (inputs) => `${inProject(inputs)}/environments`,
        sameName,
        numbered,
    ),
    "gitlab:index/projectProtectedEnvironment:ProjectProtectedEnvironment": keyed(
        (inputs) => `${inProject(inputs)}/protected_environments/${part(inputs["environment"])}`,
        ofProject("environment"),
    ),
    "gitlab:index/projectApprovalRule:ProjectApprovalRule": listed(
        (inputs) => `${inProject(inputs)}/approval_rules`,
        sameName,
        numbered,
    ),
    "gitlab:index/projectHook:ProjectHook": listed(
        (inputs) => `${inProject(inputs)}/hooks`,
        (element, inputs) => element["url"] === inputs["url"],
        numbered,
    ),
    "gitlab:index/projectDeployToken:ProjectDeployToken": tokens("deploy_tokens"),
    "gitlab:index/projectAccessToken:ProjectAccessToken": tokens("access_tokens"),
    "harbor:index/project:Project": async (inputs, ask) => {
        const { status, body } = await ask("GET", `/projects/${part(inputs["name"])}`);
        return status === 200
            ? { kind: "import", id: `/projects/${word(record(body)["project_id"])}` }
            : undefined;
    },
    "harbor:index/robotAccount:RobotAccount": robots,
    "harbor:index/projectWebhook:ProjectWebhook": ofImages("webhook/policies", sameName),
    "harbor:index/immutableTagRule:ImmutableTagRule": ofImages("immutabletagrules", (element, inputs) => {
        const [selector] = (element["tag_selectors"] ?? []) as readonly Inputs[];
        return selector?.["pattern"] === inputs["tagMatching"];
    }),
};

/** What may be made again, and not deleted twice. */
export const deletedOnce: Readonly<Record<string, Finder>> = {
    "gitlab:index/tagProtection:TagProtection": keyed(
        (inputs) => `${inProject(inputs)}/protected_tags/${part(inputs["tag"])}`,
        ofProject("tag"),
    ),
    "gitlab:index/projectPushRules:ProjectPushRules": async (inputs, ask) => {
        const { status, body } = await ask("GET", `${inProject(inputs)}/push_rule`);
        return status === 200 && body !== null ? { kind: "import", id: word(inputs["project"]) } : undefined;
    },
};

/** Looks for what is on a server in place of a resource. Undefined where nothing does. */
export async function findExisting({ type, inputs = {} }: Wanted, ask: Ask): Promise<Left | undefined> {
    return finders[type]?.(inputs, ask);
}
