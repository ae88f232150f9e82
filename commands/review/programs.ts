/** Programs that a change installs in another version, under the same name or another. Pure. */
import { kindOf, mapOf, textOf, type Change, type Properties } from "./change";
import { clusterOf, metadataOf } from "./containers";

/** A program that runs in another version from then on. */
export interface OtherVersion {
    /** Last part of its image's name. */
    readonly program: string;
    readonly was: string;
    readonly is: string;
    /** What it ran as, where it is another object from then on. */
    readonly successorOf?: Change;
    readonly now: Change;
}

const workload = /^(?:Deployment|StatefulSet)$/;

/** Every program whose image has another tag. */
export function otherVersions(changes: readonly Change[]): OtherVersion[] {
    const workloads = changes.filter(({ type }) => workload.test(kindOf(type)));
    const same = workloads.flatMap((now) => versionsBetween(now, now));
    const others = workloads
        .filter(({ kind }) => kind === "delete")
        .flatMap((successorOf) => {
            const now = workloads.find((each) => succeeds(each, successorOf));
            return now === undefined
                ? []
                : versionsBetween(successorOf, now).map((each) => ({ ...each, successorOf }));
        });
    return [...same, ...others];
}

/** What goes on as another object, by the URN of the one that goes. */
export function successors(changes: readonly Change[]): ReadonlyMap<string, Change> {
    return new Map(
        otherVersions(changes).flatMap(({ successorOf, now }) =>
            successorOf === undefined ? [] : [[successorOf.urn, now] as const],
        ),
    );
}

function versionsBetween({ before }: Change, now: Change): OtherVersion[] {
    if (before === undefined || now.after === undefined) {
        return [];
    }
    const was = imagesOf(before);
    return [...imagesOf(now.after)].flatMap(([program, is]) => {
        const old = was.get(program);
        return old === undefined || old === is ? [] : [{ program, was: old, is, now }];
    });
}

/** Made in its place: of the same component, beside where it was. */
function succeeds(each: Change, gone: Change): boolean {
    return (
        each.kind === "create" &&
        each.type === gone.type &&
        each.parent === gone.parent &&
        clusterOf(each) === clusterOf(gone) &&
        metadataOf(each)["namespace"] === metadataOf(gone)["namespace"]
    );
}

/** Tags by the last part of the image's name. */
function imagesOf(properties: Properties): Map<string, string> {
    const pod = mapOf(mapOf(mapOf(properties["spec"])["template"])["spec"]);
    const containers = [pod["containers"], pod["initContainers"]].flatMap((list) =>
        Array.isArray(list) ? list.map(mapOf) : [],
    );
    return new Map(
        containers.flatMap((each) => {
            const [, name, tag] = /([^/]+):([^:/@]+)(?:@.*)?$/.exec(textOf(each["image"]) ?? "") ?? [];
            return name === undefined || tag === undefined ? [] : [[name, tag]];
        }),
    );
}
