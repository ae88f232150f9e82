import { setting } from "./configuration";
import type { Harbor } from "./harbor";
import type { Project } from "./model";

/** Makes a project with its quota; the owner becomes its administrator. The name must be free and well-formed. */
export function addProject(
    harbor: Harbor,
    spec: { name: string; ownerId: number; metadata: Record<string, string>; storageLimit: number },
): Project {
    const { state } = harbor;
    const now = harbor.now();
    const project: Project = {
        project_id: harbor.nextId("project"),
        name: spec.name,
        owner_id: spec.ownerId,
        registry_id: 0,
        metadata: spec.metadata,
        cve_allowlist: { items: [], expires_at: null, creation_time: now, update_time: now },
        creation_time: now,
        update_time: now,
    };
    state.projects.push(project);
    state.members.push({
        id: harbor.nextId("member"),
        project_id: project.project_id,
        role_id: 1,
        entity_type: "u",
        entity_id: spec.ownerId,
    });
    if (setting<boolean>(state, "quota_per_project_enable")) {
        state.quotas.push({
            id: harbor.nextId("quota"),
            project_id: project.project_id,
            storage: spec.storageLimit,
            creation_time: now,
            update_time: now,
        });
    }
    return project;
}

/** User who owns what no user made: the first system administrator. */
export const firstAdmin = (harbor: Harbor): number =>
    harbor.state.users.find((user) => user.sysadmin_flag)?.user_id ?? 1;
