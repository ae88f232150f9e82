/**
 * What can be said of a change from what a stack has and from the spec alone, before a server is asked: what an update refuses,
 * and what leaves the stack and stays on its server. A preview with credentials has it from the state, one without from an
 * inventory. Pure.
 */
import type { Estate } from "../../estate/model";
import type { Refusal } from "../doctor/finding";
import { handOvers, refusedHandOvers, type HandOver } from "../handOver/places";
import { changedBranches, withoutResources, type ChangedBranches } from "./branches";
import { changedEnvironments, type ChangedEnvironments } from "./environments";
import { liveResources, type ExportedStack } from "./exported";
import { retainedRepositories, type RetainedRepository } from "./retainedRepositories";
import { movedImages, type MovedImages } from "./movedImages";
import { disruptiveChanges } from "./disruptive";
import { obstacles } from "./disruptive/obstacles";
import { relocatedVersions, type RelocatedVersion } from "./disruptive/versions";
import { lowerVisibility } from "./disruptive/visibility";
import type { Step } from "./runReport";
import { newDefaultBranches, type NewDefaultBranch } from "./defaultBranches";

/** What is known of a change. */
export interface LookAhead {
    /** What is refused unless `--accept-outage` is given. */
    readonly refused: readonly Refusal[];
    /** What is refused whatever is given. */
    readonly blocked: readonly Refusal[];
    readonly handOvers: readonly HandOver[];
    readonly relocated: readonly RelocatedVersion[];
    readonly branches: ChangedBranches;
    readonly environments: ChangedEnvironments;
    readonly images: readonly MovedImages[];
    readonly defaultBranches: readonly NewDefaultBranch[];
    readonly repositories: readonly RetainedRepository[];
    /** URNs of what leaves the stack before the update, and stays on its server. */
    readonly retained: ReadonlySet<string>;
    /** Those of them that a preview has to pass over: they are protected, and still in the state that it reads. */
    readonly excluded: readonly string[];
}

/** Compares a spec with what its stack has. */
export function lookAhead(estate: Estate, exported: ExportedStack): LookAhead {
    const places = handOvers(estate, exported);
    const repositories = retainedRepositories(estate, exported);
    const excluded = repositories.flatMap(({ retained }) => retained);
    const branches = changedBranches(estate, exported);
    const environments = changedEnvironments(estate, exported);
    const images = movedImages(estate, exported);
    const defaultBranches = newDefaultBranches(estate, exported);
    return {
        refused: [
            ...disruptiveChanges(estate, exported),
            ...lowerVisibility(estate, exported),
            ...refusedHandOvers(places),
        ],
        blocked: obstacles(estate, withoutResources(exported, excluded)),
        handOvers: places,
        relocated: relocatedVersions(estate, exported),
        branches,
        environments,
        images,
        defaultBranches,
        repositories,
        retained: new Set([
            ...[...branches.left, ...environments.left].flatMap(({ resources }) =>
                resources.map(({ urn }) => urn),
            ),
            ...images.flatMap(({ retained }) => retained),
            ...defaultBranches.flatMap(({ files }) => files),
            ...excluded,
        ]),
        excluded,
    };
}

/** The steps that an engine does not report of what it is to pass over. */
export function excludedSteps({ excluded }: Pick<LookAhead, "excluded">, exported: ExportedStack): Step[] {
    const urns = new Set(excluded);
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
