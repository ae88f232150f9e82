/**
 * Recovery from pending operations, which a run left in the state that was killed, or whose answer was lost. The
 * published plugins refuse to make what is there ("already exists"), so it is imported before the next update; most refuse to
 * delete what is gone (404), so it leaves the state. What has a password that was shown once, and to the killed run, is
 * deleted and made anew.
 */
import type { Estate } from "../../estate/model";
import { checkoutDir } from "../../toolchain/checkout";
import { gitlabConnection, harborConnection } from "../doctor/connections";
import { client, Unreachable, type Ask } from "../doctor/http";
import { credentialsOf } from "../doctor/stack";
import { withoutResources } from "./branches";
import { CommandError } from "./console";
import { stopIfAsked, unbroken } from "./ending";
import { runPulumi, stackArguments, type PulumiEngine } from "./pulumiEngine";
import { exportStack, importState, withFile, type ExportedStack, type StateResource } from "./exported";
import { deletedOnce, finders, findExisting, type Wanted } from "./leftOnServer";
import { nameOf } from "./urn";

/** The server of a resource: GitLab, or a Harbor by the name of its registry. */
type Server = { readonly kind: "gitlab" } | { readonly kind: "harbor"; readonly registry: string };

/** Pending creates whose servers can be asked. Pure. */
export function pendingCreates(exported: ExportedStack): Wanted[] {
    return pendingOf(exported, "creating").filter(({ type }) => type in finders);
}

/** Pending deletes whose servers can be asked: a second call fails where the first was done. Pure. */
export function pendingDeletes(exported: ExportedStack): StateResource[] {
    return pendingOf(exported, "deleting").filter(({ type }) => type in finders || type in deletedOnce);
}

/** Pending updates of tokens, which rotate them: GitLab takes a second call for a theft. Pure. */
export function pendingRotations(exported: ExportedStack): StateResource[] {
    return pendingOf(exported, "updating").filter(
        ({ type }) => type === "gitlab:index/projectAccessToken:ProjectAccessToken",
    );
}

function pendingOf(exported: ExportedStack, operation: string): StateResource[] {
    return (exported.deployment?.pending_operations ?? []).flatMap(({ type, resource }) =>
        type === operation && resource !== undefined ? [resource] : [],
    );
}

/**
 * Whether a resource of the state is no more on its server; another one in its place may be.
 *
 * @param others ids of what the state has beside it by the same URN.
 */
export async function isGone(
    { type, id = "", inputs = {} }: StateResource,
    others: readonly string[],
    ask: Ask,
): Promise<boolean> {
    const left = await (finders[type] ?? deletedOnce[type])?.(inputs, ask);
    const number = (of: string): string => of.split(/[:/]/).at(-1) ?? "";
    return (
        left === undefined ||
        (left.kind === "delete"
            ? number(left.path) !== number(id)
            : left.id !== id && others.includes(left.id))
    );
}

/** The state without creations whose answer nobody waited for, or undefined if it has none. Pure. */
export function withoutPendingCreates<T extends ExportedStack>(exported: T): T | undefined {
    const pending = exported.deployment?.pending_operations ?? [];
    const kept = pending.filter((operation) => operation.type !== "creating");
    return kept.length === pending.length
        ? undefined
        : { ...exported, deployment: { ...exported.deployment, pending_operations: kept } };
}

/**
 * The state as the killed run would have written it, or undefined where it is so: what is gone has left, and what is to be
 * imported finds its place free. What stood there was deleted for it, or is deleted after it. Pure.
 */
export function recoveredState<T extends ExportedStack>(
    exported: T,
    gone: readonly StateResource[],
    imports: readonly Wanted[],
): T | undefined {
    const coming = new Set(imports.map(({ urn }) => urn));
    const isSame = (one: StateResource, other: StateResource): boolean =>
        one.urn === other.urn && one.id === other.id;
    const all = exported.deployment?.resources ?? [];
    const kept = all.flatMap((each): StateResource[] => {
        const inTheWay = coming.has(each.urn) && each.delete !== true;
        if (gone.some((one) => isSame(one, each)) || (inTheWay && each.pendingReplacement === true)) {
            return [];
        }
        return [inTheWay ? { ...each, delete: true } : each];
    });
    const urns = new Set(kept.map(({ urn }) => urn));
    const missing = all.filter(({ urn }) => !urns.has(urn)).map(({ urn }) => urn);
    const pending = exported.deployment?.pending_operations ?? [];
    const open = pending.filter(
        ({ type, resource }) =>
            type === "creating" || resource === undefined || !gone.some((one) => isSame(one, resource)),
    );
    return kept.length === all.length && kept.every((each, at) => each === all[at])
        ? undefined
        : withoutResources(
              {
                  ...exported,
                  deployment: { ...exported.deployment, resources: kept, pending_operations: open },
              },
              missing,
          );
}

/** File for `pulumi import`. Pure. */
export function importFile(found: readonly (readonly [Wanted, id: string])[]): unknown {
    const nameTable: Record<string, string> = {};
    const named = (urn: string): string => {
        const known = Object.entries(nameTable).find(([, each]) => each === urn);
        const name = known?.[0] ?? `r${Object.keys(nameTable).length}`;
        nameTable[name] = urn;
        return name;
    };
    const resources = found.map(([{ urn, type, parent, provider }, id]) => ({
        type,
        name: nameOf(urn),
        id,
        ...(parent === undefined ? {} : { parent: named(parent) }),
        ...(provider === undefined ? {} : { provider: named(providerUrn(provider)) }),
    }));
    return { nameTable, resources };
}

/** The provider's URN, of the reference that a state has: without the id at its end. */
const providerUrn = (reference: string): string => reference.slice(0, reference.lastIndexOf("::"));

function serverOf({ type, provider = "" }: Wanted): Server | undefined {
    if (type.startsWith("gitlab:")) {
        return { kind: "gitlab" };
    }
    const [, registry] = /::harbor-([^:]+)::[^:]*$/.exec(provider) ?? [];
    return registry === undefined ? undefined : { kind: "harbor", registry };
}

/**
 * Recovers from the pending operations of a killed run: what it made and could not write down is imported into the state.
 *
 * @throws CommandError when a server does not answer, or Pulumi does not take the import; nothing was updated then.
 */
export async function recoverPendingOperations(
    engine: PulumiEngine,
    estate: Estate,
    report: (line: string) => void,
): Promise<void> {
    const exported = await exportStack(engine);
    if ((exported.deployment?.pending_operations ?? []).length === 0) {
        return;
    }
    // What an interrupted recovery has imported already would no more be pending, and lack what an import cannot read.
    await unbroken(async () => {
        await recover(engine, estate, exported, report);
        const repaired = withoutPendingCreates(await exportStack(engine));
        if (repaired !== undefined) {
            await importState(engine, repaired);
        }
    });
    stopIfAsked();
}

/** @throws CommandError where an answer does not say whether something is there. */
function certain(ask: Ask): Ask {
    return async (method, path, body) => {
        const answer = await ask(method, path, body);
        if ([401, 429].includes(answer.status) || answer.status >= 500) {
            throw new CommandError(
                `An earlier run was killed, and whether it was done with ${path} is not known: the server answered ${answer.status}. Nothing was changed. Run it again when it answers.`,
            );
        }
        return answer;
    };
}

/**
 * Imports what a killed run has made, removes from the state what it has deleted, and deletes what has a password that nobody knows.
 */
async function recover(
    engine: PulumiEngine,
    estate: Estate,
    exported: ExportedStack,
    report: (line: string) => void,
): Promise<void> {
    const context = { credentials: await credentialsOf(engine), folder: checkoutDir(), env: engine.env };
    const end = AbortSignal.timeout(120_000);
    const clients = new Map<string, ReturnType<typeof client>>();
    const askOf = (server: Server): Ask | undefined => {
        const key = server.kind === "gitlab" ? "" : server.registry;
        const registry = server.kind === "harbor" ? estate.registries[server.registry] : undefined;
        if (server.kind === "harbor" && registry === undefined) {
            return undefined; // no longer in the spec
        }
        const known =
            clients.get(key) ??
            client(
                registry === undefined
                    ? gitlabConnection(estate, context)
                    : harborConnection(registry, estate, context),
                end,
                10_000,
            );
        clients.set(key, known);
        return certain(known.ask);
    };
    const askFor = (each: Wanted): Ask | undefined => {
        const server = serverOf(each);
        return server === undefined ? undefined : askOf(server);
    };
    const imports: [Wanted, string][] = [];
    const gone: StateResource[] = [];
    const all = exported.deployment?.resources ?? [];
    try {
        const rotated = pendingRotations(exported);
        for (const each of [...pendingDeletes(exported), ...rotated]) {
            const others = all.flatMap(({ urn, id }) =>
                urn === each.urn && id !== undefined && id !== each.id ? [id] : [],
            );
            const ask = askFor(each);
            if (ask !== undefined && (await isGone(each, others, ask))) {
                gone.push(each);
            }
        }
        // Of a token that was rotated there is another one, whose value nobody knows.
        for (const each of [...pendingCreates(exported), ...rotated.filter((one) => gone.includes(one))]) {
            const ask = askFor(each);
            const left = ask === undefined ? undefined : await findExisting(each, ask);
            if (left?.kind === "import") {
                imports.push([each, left.id]);
            } else if (left?.kind === "delete") {
                report(`${nameOf(each.urn)} was made, and its password was lost: deleted, to be made anew.`);
                await ask?.("DELETE", left.path);
            }
        }
    } catch (error) {
        if (!(error instanceof Unreachable)) {
            throw error;
        }
        throw new CommandError(
            `An earlier run was killed, and a server that knows what it made does not answer: ${error.message}. Run it again when it does.`,
        );
    } finally {
        clients.forEach(({ close }) => close());
    }
    const free = recoveredState(
        exported,
        gone,
        imports.map(([each]) => each),
    );
    if (gone.length > 0) {
        report(
            `Gone from the servers by an earlier run that could not write it down, taken out of the state: ${gone.map(({ urn }) => nameOf(urn)).join(", ")}`,
        );
    }
    if (free !== undefined) {
        await importState(engine, free);
    }
    if (imports.length > 0) {
        const names = imports.map(([{ urn }]) => nameOf(urn)).join(", ");
        report(`Made by an earlier run that could not write it down, taken into the state: ${names}`);
        await importAs(engine, imports);
    }
}

/**
 * Takes into the state those of the resources that are on the server. Their names.
 *
 * @throws CommandError when Pulumi does not take them.
 */
export async function importResources(
    engine: PulumiEngine,
    wanted: readonly Wanted[],
    ask: Ask,
): Promise<string[]> {
    const looks = await Promise.all(
        wanted.map(async (each) => [each, await findExisting(each, ask)] as const),
    );
    const found = looks.flatMap(([each, left]) =>
        left?.kind === "import" ? [[each, left.id] as const] : [],
    );
    if (found.length > 0) {
        await importAs(engine, found);
    }
    return found.map(([{ urn }]) => nameOf(urn));
}

/**
 * The state with what the servers keep to themselves filled in as it was sent: an import cannot read it, and what the
 * program leaves as it is (`ignoreChanges`) would be missing. Pure.
 */
export function filledIn<T extends ExportedStack>(exported: T, sent: readonly Wanted[]): T {
    const by = new Map(sent.map((each) => [each.urn, each.inputs ?? {}]));
    const resources = exported.deployment?.resources?.map((resource) => {
        const inputs = by.get(resource.urn);
        return inputs === undefined
            ? resource
            : {
                  ...resource,
                  inputs: { ...inputs, ...resource.inputs },
                  outputs: { ...inputs, ...resource.outputs },
              };
    });
    return { ...exported, deployment: { ...exported.deployment, ...(resources ? { resources } : {}) } };
}

async function importAs(
    engine: PulumiEngine,
    found: readonly (readonly [Wanted, id: string])[],
): Promise<void> {
    await withFile(importFile(found), async (file) => {
        const options = ["--yes", "--skip-preview", "--protect=false", "--generate-code=false"];
        const { code, stdout, stderr } = await runPulumi(engine, [
            "import",
            "--file",
            file,
            ...options,
            ...stackArguments(engine),
        ]);
        if (code !== 0) {
            throw new CommandError(
                `What is on the servers already could not be imported:\n${stdout.trim()}\n${stderr.trim()}`,
            );
        }
    });
    const sent = found.map(([wanted]) => wanted);
    await importState(engine, filledIn(await exportStack(engine), sent));
}
