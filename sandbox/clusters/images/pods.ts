/** What a kubelet writes into a pod's status while its images are pulled. Pure. */
import { type ClusterObject } from "../informer";
import { isLocalImage } from "./reference";

interface PodContainer {
    readonly name: string;
    readonly image: string;
}

export interface Pod extends ClusterObject {
    readonly spec: {
        readonly nodeName?: string;
        readonly containers: readonly PodContainer[];
        readonly initContainers?: readonly PodContainer[];
        readonly imagePullSecrets?: readonly { readonly name: string }[];
    };
    readonly status?: {
        readonly phase?: string;
        readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    };
}

/** The condition that lets a pod start, see the stage `pod-start`. */
export const imagesPulled = "gitops-estate/ImagesPulled";

/** The images that have to be asked for before this pod may start; none for a pod that is done with, or not yet on a node. */
export function imagesToPull(pod: Pod): string[] {
    const { spec, status, metadata } = pod;
    const done = status?.conditions?.some(({ type, status: is }) => type === imagesPulled && is === "True");
    if (
        done === true ||
        spec.nodeName === undefined ||
        metadata.deletionTimestamp !== undefined ||
        status?.phase === "Succeeded" ||
        status?.phase === "Failed"
    ) {
        return [];
    }
    const all = [...(spec.initContainers ?? []), ...spec.containers].map(({ image }) => image);
    return [...new Set(all.filter(isLocalImage))];
}

/** Why a container waits. */
export type WaitingReason = "ContainerCreating" | "ErrImagePull" | "ImagePullBackOff";

/** How pulling went so far. */
export interface PullState {
    /** Digest of what was pulled, by image. */
    readonly digests: ReadonlyMap<string, string>;
    /** What went wrong, by image. */
    readonly problems: ReadonlyMap<string, string>;
    /** Between two tries. */
    readonly backingOff: boolean;
}

/** A strategic merge patch of the pod's status. */
export function statusPatch(pod: Pod, state: PullState, now: Date): Record<string, unknown> {
    const failed = state.problems.size > 0;
    const time = now.toISOString();
    const unready = pod.spec.containers.map(({ name }) => name).join(" ");
    const waitingCondition = (type: string): Record<string, string> => ({
        type,
        status: "False",
        lastTransitionTime: time,
        reason: "ContainersNotReady",
        message: `containers with unready status: [${unready}]`,
    });
    return {
        status: {
            phase: "Pending",
            conditions: [
                {
                    type: imagesPulled,
                    status: failed ? "False" : "True",
                    lastTransitionTime: time,
                    ...(failed ? { reason: reasonOf(state) } : {}),
                },
                waitingCondition("ContainersReady"),
                waitingCondition("Ready"),
            ],
            containerStatuses: pod.spec.containers.map((each) => containerStatus(each, state)),
            ...(pod.spec.initContainers === undefined
                ? {}
                : {
                      initContainerStatuses: pod.spec.initContainers.map((each) =>
                          containerStatus(each, state),
                      ),
                  }),
        },
    };
}

function reasonOf({ backingOff }: PullState): WaitingReason {
    return backingOff ? "ImagePullBackOff" : "ErrImagePull";
}

function containerStatus({ name, image }: PodContainer, state: PullState): Record<string, unknown> {
    const problem = state.problems.get(image);
    const digest = state.digests.get(image);
    const waiting =
        problem === undefined
            ? { reason: "ContainerCreating" satisfies WaitingReason }
            : {
                  reason: reasonOf(state),
                  message: state.backingOff ? `Back-off pulling image "${image}": ${problem}` : problem,
              };
    return {
        name,
        image,
        imageID: digest === undefined ? "" : `${image.replace(/(:[^/:@]*)?(@.*)?$/, "")}@${digest}`,
        ready: false,
        started: false,
        restartCount: 0,
        state: { waiting },
    };
}
