/**
 * Image projects of environments that are moved to another registry. The new project is empty, and the old one holds what
 * runs: deleted, it would take its images along, or Harbor would refuse that in the middle of the update. So it leaves the
 * stack before, with its rules, and stays in its Harbor until a person deletes it. Robots and webhooks are no data: the
 * update makes new ones and takes the old ones back. Pure.
 */
import type { Estate } from "../../estate/model";
import { liveResources, type ExportedStack, type StateResource } from "./exported";
import { nameOf } from "./urn";

/** An image project that a stack has. */
export interface ImageProjectOfStack {
    readonly app: string;
    readonly environment: string;
    /** Name of the registry. */
    readonly registry: string;
    readonly resource: StateResource;
}

const projectType = "harbor:index/project:Project";

/** Whether an object of a type is an image project or one of its rules. */
export function isRetainedWithImages(type: string): boolean {
    return /^harbor:index\/\w+:(Project|RetentionPolicy|ImmutableTagRule)$/.test(type);
}

/** Every image project of the apps that the stack has. */
export function imageProjects(exported: ExportedStack): ImageProjectOfStack[] {
    const live = liveResources(exported);
    const components = new Map(live.map((each) => [each.urn, each]));
    return live.flatMap((resource): ImageProjectOfStack[] => {
        const { type, parent = "", provider = "" } = resource;
        const [, registry] = /::harbor-([^:]+)::[^:]*$/.exec(provider) ?? [];
        if (type !== projectType || registry === undefined) {
            return [];
        }
        const app = nameOf(components.get(parent)?.parent ?? "").replace(/^app-/, "");
        return [{ app, environment: nameOf(parent).replace(`app-${app}-images-`, ""), registry, resource }];
    });
}

/** An image project whose environment is in another registry now. */
export interface MovedImages extends ImageProjectOfStack {
    /** Name of the project. */
    readonly project: string;
    /** Registry of the spec. */
    readonly to: string;
    /** URNs of what stays: the project and its rules. */
    readonly retained: readonly string[];
}

/** The projects that are not where the spec has them. */
export function movedImages({ apps }: Pick<Estate, "apps">, exported: ExportedStack): MovedImages[] {
    const live = liveResources(exported);
    return imageProjects(exported).flatMap((each): MovedImages[] => {
        const now = apps[each.app]?.environments.find(({ environment }) => environment === each.environment);
        return now === undefined || now.registry === each.registry
            ? []
            : [
                  {
                      ...each,
                      project: now.project,
                      to: now.registry,
                      retained: live
                          .filter(
                              ({ type, parent }) =>
                                  isRetainedWithImages(type) && parent === each.resource.parent,
                          )
                          .map(({ urn }) => urn),
                  },
              ];
    });
}
