/** What a state has of a repository, and what would be beside it. Pure. */
import type { StateResource } from "./exported";
import type { Wanted } from "./leftOnServer";
import { nameOf } from "./urn";

/** A repository that a state has. */
export interface RepositoryInState {
    readonly project: StateResource;
    /** Logical name of the component that made it. */
    readonly component: string;
    /** Its resources of a type, by an input. */
    readonly ofProject: (type: string, key: string) => Map<unknown, StateResource>;
}

/** The repository of a full path; undefined where the state has none. */
export function repositoryIn(
    live: readonly StateResource[],
    repository: string,
): RepositoryInState | undefined {
    const project = live.find(
        ({ type, outputs }) =>
            type === "gitlab:index/project:Project" && outputs?.["pathWithNamespace"] === repository,
    );
    return project?.id === undefined
        ? undefined
        : {
              project,
              component: nameOf(project.urn).replace(/-project$/, ""),
              ofProject: (type, key) =>
                  new Map(
                      live
                          .filter((each) => each.type === type && each.inputs?.["project"] === project.id)
                          .map((each) => [each.inputs?.[key], each]),
                  ),
          };
}

/** A resource of the same component and provider as the project. */
export function beside(
    { urn, id = "", parent, provider }: StateResource,
    type: string,
    name: string,
    inputs: Readonly<Record<string, string>>,
): Wanted {
    return {
        // A state has the types above it before its own; an inventory does not.
        urn: urn.replace(/[^:$]+:[^:$]+:[^:$]+::[^:]*$/, () => `${type}::${name}`),
        type,
        ...(parent === undefined ? {} : { parent }),
        ...(provider === undefined ? {} : { provider }),
        inputs: { project: id, ...inputs },
    };
}
