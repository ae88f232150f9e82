/** What each robot may do, as data. Pure: policies read the same answers. */
import { appIn } from "../../estate/flows/plan";
import type { App, AppEnvironment } from "../../estate/model";
import { promotionRobot, pullRobot, pushRobot, robotName, shorten } from "../../estate/names";

/** One action on one kind of thing; the words are Harbor's. */
export interface Access {
    readonly resource: string;
    readonly action: string;
}

/** What a robot may do in one project. */
export interface ProjectPermissions {
    /** Name of the Harbor project. */
    readonly project: string;
    readonly accesses: readonly Access[];
}

const pull: Access = { resource: "repository", action: "pull" };
const push: Access = { resource: "repository", action: "push" };
const readArtifact: Access = { resource: "artifact", action: "read" };
const createArtifact: Access = { resource: "artifact", action: "create" };

/** For clusters: read images, nothing else. */
export const pullPermissions: readonly Access[] = [pull];

/** For CI: write images. Harbor's registry wants the pull right with a push, to see which layers it has. */
export const pushPermissions: readonly Access[] = [pull, push];

/** For CI with images of merge requests: it finds and removes them when the merge request is over. */
const previewPermissions: readonly Access[] = [
    ...pushPermissions,
    { resource: "artifact", action: "list" },
    { resource: "artifact", action: "delete" },
    { resource: "tag", action: "delete" },
];

/** What a robot inside a project is for. */
export type RobotPurpose = "pull" | "push" | "preview";

/** What each of them may do. */
export const robotPermissions: Readonly<Record<RobotPurpose, readonly Access[]>> = {
    pull: pullPermissions,
    push: pushPermissions,
    preview: previewPermissions,
};

/**
 * What promotion needs, by registry. Inside one registry Harbor copies by itself: reading an artifact in the source and
 * creating one in the target is enough. Between registries the image is pulled from one and pushed to the other.
 */
export function promotionPermissions(app: App): Record<string, ProjectPermissions[]> {
    const registries: Record<string, Map<string, Access[]>> = {};
    const grant = (environment: AppEnvironment, ...accesses: Access[]): void => {
        const projects = (registries[environment.registry] ??= new Map<string, Access[]>());
        projects.set(environment.project, [...(projects.get(environment.project) ?? []), ...accesses]);
    };
    for (const step of app.plan.promotions) {
        const [source, target] = [appIn(app, step.source), appIn(app, step.target)];
        if (source.registry === target.registry) {
            grant(source, readArtifact);
            grant(target, readArtifact, createArtifact);
        } else {
            grant(source, readArtifact, pull);
            grant(target, readArtifact, pull, push);
        }
    }
    return Object.fromEntries(
        Object.entries(registries).map(([registry, projects]) => [
            registry,
            [...projects.entries()]
                .sort(([left], [right]) => (left < right ? -1 : 1))
                .map(([project, accesses]) => ({ project, accesses: unique(accesses) })),
        ]),
    );
}

function unique(accesses: readonly Access[]): Access[] {
    const key = ({ resource, action }: Access): string => `${resource}:${action}`;
    const found = new Map(accesses.map((access) => [key(access), access]));
    return [...found.entries()]
        .sort(([left], [right]) => (left < right ? -1 : 1))
        .map(([, access]) => access);
}

/** Name of a robot inside a project. Harbor puts prefix and project before it. */
export function projectRobotName(purpose: RobotPurpose, generation: number): string {
    return `${purpose === "pull" ? pullRobot : pushRobot}-g${generation}`;
}

/** Name of an app's promotion robot, one per registry. */
export function promotionRobotName(estate: string, app: string, generation: number): string {
    return shorten(`${promotionRobot(estate, app)}-g${generation}`, robotName.maximum);
}
