/**
 * What runs before anything is refreshed: nothing is while a Harbor is ill, see harborRefresh.ts, and tokens that were revoked
 * by hand leave the state, see revokedTokens.ts.
 */
import type { Estate } from "../../estate/model";
import { checkoutDir } from "../../toolchain/checkout";
import { gitlabConnection, harborConnection, type ConnectionContext } from "../doctor/connections";
import { asking, Unreachable, type Ask } from "../doctor/http";
import { credentialsOf } from "../doctor/stack";
import { CommandError } from "./console";
import { onStack, type PulumiEngine } from "./pulumiEngine";
import { exportStack, importState, type ExportedStack } from "./exported";
import { harborObjects, lookAtHarbor, waitForParts, withDrift, type HarborLook } from "./harborRefresh";
import { revokedOf, tokensOf } from "./revokedTokens";
import { recoveredState } from "./pendingOperations";
import { nameOf } from "./urn";

/** How a stack is refreshed. */
export interface Refresh {
    /** False for a preview: the state stays as it is. */
    readonly writes: boolean;
    /** Objects whose absence would fail the refresh are taken out of the state. */
    readonly forgetGone: boolean;
    readonly report: (line: string) => void;
}

/**
 * Looks at every Harbor of the stack before a refresh, and at the tokens on GitLab.
 *
 * @throws CommandError when a Harbor is ill, or something is gone that the refresh would fail at.
 */
export async function guardRefresh(engine: PulumiEngine, estate: Estate, refresh: Refresh): Promise<void> {
    const exported = await exportStack(engine);
    await guardHarbors(engine, estate, exported, refresh);
    await letGoRevoked(engine, estate, exported, refresh);
}

/** Tokens that were revoked leave the state, so that the update makes new ones. */
async function letGoRevoked(
    engine: PulumiEngine,
    estate: Estate,
    exported: ExportedStack,
    { writes, report }: Refresh,
): Promise<void> {
    const tokens = tokensOf(exported);
    if (tokens.length === 0) {
        return;
    }
    const revoked = await onGitLab(engine, estate, (ask) => revokedOf(tokens, ask));
    if (revoked.length === 0) {
        return;
    }
    const names = revoked.map(({ urn }) => nameOf(urn)).join(", ");
    if (!writes) {
        report(
            `Revoked on GitLab by hand: ${names}\nThe preview below may not know of it; npm run up -- --refresh makes new ones.`,
        );
        return;
    }
    // The look at the Harbors may have put another state in its place.
    const free = recoveredState(await exportStack(engine), revoked, []);
    if (free !== undefined) {
        await importState(engine, free);
    }
    report(`Revoked on GitLab by hand, taken out of the state to be made anew: ${names}`);
}

/** Asks GitLab. Nothing is found where it does not answer: the refresh says so. */
async function onGitLab<T>(
    engine: PulumiEngine,
    estate: Estate,
    work: (ask: Ask) => Promise<readonly T[]>,
): Promise<readonly T[]> {
    const connection = gitlabConnection(estate, await contextOf(engine));
    try {
        return await asking(connection, AbortSignal.timeout(120_000), work, 10_000);
    } catch (error) {
        if (!(error instanceof Unreachable)) {
            throw error;
        }
        return [];
    }
}

async function guardHarbors(
    engine: PulumiEngine,
    estate: Estate,
    exported: ExportedStack,
    refresh: Refresh,
): Promise<void> {
    const objects = harborObjects(exported);
    if (objects.size === 0) {
        return;
    }
    // The sandbox's plugin finds by itself that a policy is gone.
    const policies = engine.kind === "own" || process.env["ESTATE_PROVIDERS"] === "upstream";
    const looks = await onHarbors(engine, estate, [...objects.keys()], (ask, registry) =>
        lookAtHarbor(ask, objects.get(registry) ?? [], policies),
    );
    const ill = looks.flatMap(([name, look]) => look.ill.map((why) => `  ${name}: ${why}`));
    if (ill.length > 0) {
        throw new CommandError(
            `Nothing was refreshed, because Harbor is not well:\n${ill.join("\n")}\n` +
                "A robot that cannot be read would be taken for one that is gone, and be made anew with another password. Run it again when Harbor is well.",
        );
    }
    const gone = looks.flatMap(([, look]) => look.gone);
    if (gone.length > 0 && !(refresh.forgetGone && refresh.writes)) {
        throw new CommandError(
            `Nothing was refreshed, because the provider cannot refresh what is gone:\n${gone.map(({ text }) => `  ${text}`).join("\n")}\n` +
                "To make it anew: npm run up -- --refresh --forget-gone, with the --stack that you gave.",
        );
    }
    for (const { urn, text } of gone) {
        await onStack(engine, ["state", "delete", "--yes", urn]);
        refresh.report(`Taken out of the state, because it is gone: ${text}`);
    }
    await recordDrift(engine, looks, refresh);
}

/** Reports what no refresh sees, and puts it into the state as a refresh would, so that the update mends it. */
async function recordDrift(engine: PulumiEngine, looks: readonly Look[], refresh: Refresh): Promise<void> {
    const drift = looks.flatMap(([, look]) => look.drift);
    if (drift.length === 0) {
        return;
    }
    refresh.report(
        `Changed on Harbor, where the provider does not look:\n${drift.map(({ text }) => `  ${text}`).join("\n")}` +
            (refresh.writes
                ? ""
                : "\nThe preview below does not know of it; npm run up -- --refresh puts it back."),
    );
    if (!refresh.writes) {
        return;
    }
    await importState(engine, withDrift(await exportStack(engine), drift));
}

/** Waits for Harbors whose job service starts, and reports what is not well afterwards. */
export async function waitForHarbors(
    engine: PulumiEngine,
    estate: Estate,
    report: (line: string) => void,
): Promise<void> {
    for (const [name, ill] of await onHarbors(engine, estate, Object.keys(estate.registries), (ask) =>
        waitForParts(ask),
    )) {
        if (ill.some((part) => part.includes("jobservice"))) {
            report(
                `${name}: ${ill.join("; ")}. While its job service is away it takes no retention policy: that ends with status 500, or with "/retentions/" and status 404 or 405. The next up goes on from there.`,
            );
        }
    }
}

type Look = readonly [registry: string, look: HarborLook];

async function contextOf(engine: PulumiEngine): Promise<ConnectionContext> {
    return { credentials: await credentialsOf(engine), folder: checkoutDir(), env: engine.env };
}

/** Asks several Harbors at once; those that the spec has no more cannot be asked. */
async function onHarbors<T>(
    engine: PulumiEngine,
    estate: Estate,
    registries: readonly string[],
    work: (ask: Ask, registry: string) => Promise<T>,
): Promise<(readonly [string, T])[]> {
    const context = await contextOf(engine);
    const known = registries.flatMap((name) => estate.registries[name] ?? []);
    return Promise.all(
        known.map(async (registry) => {
            const answer = await asking(
                harborConnection(registry, estate, context),
                AbortSignal.timeout(120_000),
                (ask) => work(ask, registry.name),
                10_000,
            );
            return [`Harbor ${registry.name} (${registry.url})`, answer] as const;
        }),
    );
}
