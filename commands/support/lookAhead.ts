/**
 * What can be said of a change from what a stack has and from the spec alone, before a server is asked: what an update refuses,
 * and what leaves the stack and stays on its server. A preview with credentials has it from the state, one without from an
 * inventory. Pure.
 */
import type { Estate } from "../../estate/model";
import type { Refusal } from "../doctor/finding";
import { handOvers, refusedHandOvers, type HandOver } from "../handOver/places";
import { changedBranches, withoutResources, type ChangedBranches } from "./branches";
import { liveResources, type ExportedStack } from "./exported";
import { leftRepositories, type LeftRepository } from "./leftRepositories";
import { movedImages, type MovedImages } from "./movedImages";
import { lowerVisibility, moves, obstacles, versionsMoved, type MovedVersion } from "./moves";
import type { Step } from "./runReport";
import { newStarts, type NewStart } from "./starts";

/** What is known of a change. */
export interface LookAhead {
    /** What is refused unless `--accept-outage` is given. */
    readonly refused: readonly Refusal[];
    /** What is refused whatever is given. */
    readonly blocked: readonly Refusal[];
    readonly handOvers: readonly HandOver[];
    readonly moved: readonly MovedVersion[];
    readonly branches: ChangedBranches;
    readonly images: readonly MovedImages[];
    readonly starts: readonly NewStart[];
    readonly repositories: readonly LeftRepository[];
    /** URNs of what leaves the stack before the update, and stays on its server. */
    readonly leftAlone: ReadonlySet<string>;
    /** Those of them that a preview has to pass over: they are protected, and still in the state that it reads. */
    readonly passedOver: readonly string[];
}

/** Compares a spec with what its stack has. */
export function lookAhead(estate: Estate, exported: ExportedStack): LookAhead {
    const places = handOvers(estate, exported);
    const repositories = leftRepositories(estate, exported);
    const passedOver = repositories.flatMap(({ staying }) => staying);
    const branches = changedBranches(estate, exported);
    const images = movedImages(estate, exported);
    const starts = newStarts(estate, exported);
    return {
        refused: [
            ...moves(estate, exported),
            ...lowerVisibility(estate, exported),
            ...refusedHandOvers(places),
        ],
        blocked: obstacles(estate, withoutResources(exported, passedOver)),
        handOvers: places,
        moved: versionsMoved(estate, exported),
        branches,
        images,
        starts,
        repositories,
        leftAlone: new Set([
            ...branches.left.flatMap(({ resources }) => resources.map(({ urn }) => urn)),
            ...images.flatMap(({ staying }) => staying),
            ...starts.flatMap(({ files }) => files),
            ...passedOver,
        ]),
        passedOver,
    };
}

/** The steps that an engine does not report of what it is to pass over. */
export function passedSteps({ passedOver }: Pick<LookAhead, "passedOver">, exported: ExportedStack): Step[] {
    const urns = new Set(passedOver);
    return liveResources(exported)
        .filter(({ urn }) => urns.has(urn))
        .map(({ urn, type, id, parent, provider, inputs }) => ({
            op: "delete",
            urn,
            type,
            old: {
                ...(id === undefined ? {} : { id }),
                ...(parent === undefined ? {} : { parent }),
                ...(provider === undefined ? {} : { provider }),
                // A secret is ciphertext here, in a map of its own.
                inputs: Object.fromEntries(
                    Object.entries(inputs ?? {}).filter(([, value]) => typeof value !== "object"),
                ),
            },
        }));
}
