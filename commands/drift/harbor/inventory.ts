/** What a Harbor has in the image projects of a stack, and what reaches into them from outside. Only reads. */
import { record } from "../../doctor/json";
import type { Declared } from "../declared";
import type { Raw, Reader } from "../reader";

/** Pulumi's types of what a stack has in a Harbor. */
export const types = {
    project: "harbor:index/project:Project",
    robot: "harbor:index/robotAccount:RobotAccount",
    retention: "harbor:index/retentionPolicy:RetentionPolicy",
    immutable: "harbor:index/immutableTagRule:ImmutableTagRule",
    webhook: "harbor:index/projectWebhook:ProjectWebhook",
    userMember: "harbor:index/projectMemberUser:ProjectMemberUser",
    groupMember: "harbor:index/projectMemberGroup:ProjectMemberGroup",
    replication: "harbor:index/replication:Replication",
} as const;

/** `undefined`: could not be read, so nothing is known about it. */
type List = readonly Raw[] | undefined;

/** An image project of the stack. */
export interface ImageProjectInventory {
    /** `/projects/3`, as its resource has it. */
    readonly id: string;
    readonly name: string;
    /** `null`: it is gone. */
    readonly body: Raw | null | undefined;
    readonly members: List;
    readonly robots: List;
    readonly webhooks: List;
    readonly immutable: List;
    /** `null`: it has none. */
    readonly retention: Raw | null | undefined;
    /** What looks its images through: the project's own choice, or else the default of the Harbor; empty: nothing does. */
    readonly scanner: Raw | null | undefined;
}

export interface HarborInventory {
    readonly projects: readonly ImageProjectInventory[];
    readonly quotas: List;
    /** Of the whole Harbor. */
    readonly robots: List;
    readonly replications: List;
    /** Of the whole Harbor. */
    readonly scanners: List;
    /** Of the whole Harbor. */
    readonly users: List;
    /** Settings by name, each with its value; `null`: this Harbor shows none. */
    readonly configuration: Raw | null | undefined;
}

export async function harborInventory(
    reader: Reader,
    declared: readonly Declared[],
): Promise<HarborInventory> {
    const list = (path: string): Promise<List> => reader.list(path, "page_size");
    const [quotas, robots, replications, scanners, users, configuration, projects] = await Promise.all([
        list("/quotas?reference=project"),
        list("/robots"),
        list("/replication/policies"),
        list("/scanners"),
        list("/users"),
        reader.object("/configurations"),
        Promise.all(
            declared
                .filter(({ type }) => type === types.project)
                .map((project) => projectInventory(reader, project, list)),
        ),
    ]);
    return { projects, quotas, robots, replications, scanners, users, configuration };
}

async function projectInventory(
    reader: Reader,
    { id, inputs, outputs }: Declared,
    list: (path: string) => Promise<List>,
): Promise<ImageProjectInventory> {
    const name = String(inputs["name"] ?? outputs["name"]);
    const body = await reader.object(id);
    if (body === undefined || body === null) {
        return {
            id,
            name,
            body,
            members: undefined,
            robots: undefined,
            webhooks: undefined,
            immutable: undefined,
            retention: undefined,
            scanner: undefined,
        };
    }
    const number = id.split("/").at(-1) ?? "";
    const policy = record(body["metadata"])["retention_id"];
    const [members, robots, webhooks, immutable, retention, scanner] = await Promise.all([
        list(`${id}/members`),
        list(`/robots?q=${encodeURIComponent(`Level=project,ProjectID=${number}`)}`),
        list(`${id}/webhook/policies`),
        list(`${id}/immutabletagrules`),
        typeof policy === "string" && policy !== "" ? reader.object(`/retentions/${policy}`) : null,
        reader.object(`${id}/scanner`),
    ]);
    return { id, name, body, members, robots, webhooks, immutable, retention, scanner };
}
