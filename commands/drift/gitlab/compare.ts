/** What in a GitLab is not as a stack declares it. Pure. */
import type { Declared } from "../declared";
import type { Finding } from "../finding";
import { GroupLook } from "./group";
import type { GitLabInventory } from "./inventory";
import type { GitLabContext } from "./place";
import { ProjectLook } from "./project";

/** Every difference, of everything the inventory knows. */
export function gitlabDrift(
    declared: readonly Declared[],
    inventory: GitLabInventory,
    context: GitLabContext,
): Finding[] {
    const groups = inventory.groups.flatMap((group) =>
        new GroupLook(group, declared, inventory, context).findings(),
    );
    const projects = inventory.projects.flatMap((project) =>
        new ProjectLook(project, declared, inventory, context).findings(),
    );
    return [...groups, ...projects];
}
