/** Inventories of stacks: made after an update, and compared with where nobody has a credential. */
import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as path from "node:path";
import { today } from "../../estate/days";
import type { Language } from "../../estate/model";
import { credentialsOf } from "../doctor/stack";
import type { NoteSource } from "../review/note";
import { addressesOf, otherAddresses, serversOf, type Described, type Servers } from "../support/addresses";
import { CommandError } from "../support/console";
import { lookAhead } from "../support/lookAhead";
import { policiesFor } from "../support/policy";
import { toInclude } from "../support/seeds";
import type { PulumiEngine } from "../support/pulumiEngine";
import { committedStackFile, estateOf } from "../support/stack";
import { sandboxStackFile } from "../support/stackFile";
import { withSandbox } from "../support/withSandbox";
import { compared } from "./compare";
import { itemsOf, readInventory, type Inventory } from "./inventory";
import { policyResults } from "./policies";
import type { Registration } from "./registration";
import { replacements } from "./replaced";
import { stateOfInventory } from "./state";

/** What the program declares. It is loaded only here: with it comes the Pulumi SDK, a second of processor time. */
function declaredBy(described: Described, servers: Servers): Promise<readonly Registration[]> {
    const { declaredObjects } = createRequire(__filename)("./program") as typeof import("./program");
    return declaredObjects(described, servers);
}

/**
 * Writes what a stack has. Only right after an update of the whole stack, when that is what the program declares.
 *
 * @param commit the commit that was applied, where it is known.
 */
export async function exportInventory(
    engine: PulumiEngine,
    file: string,
    commit: string | undefined,
): Promise<void> {
    const { stack, configFile } = engine;
    const text = configFile === undefined ? committedStackFile(stack) : fs.readFileSync(configFile, "utf8");
    const servers = await serversOf({ stack, text }, await credentialsOf(engine));
    const inventory: Inventory = {
        version: 1,
        stack,
        at: new Date().toISOString(),
        ...(commit === undefined || commit === "" ? {} : { commit }),
        ...(engine.kind === "sandbox" ? { portBase: withSandbox().sandboxPlace().portBase } : {}),
        servers,
        objects: itemsOf(await declaredBy({ stack, text }, servers), addressesOf({ stack, text }, servers)),
    };
    fs.mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
    fs.writeFileSync(file, `${JSON.stringify(inventory)}\n`);
}

/**
 * The stack file as the update of an inventory read it: in a sandbox with that one's ports, whatever ports this machine's has, and
 * with the folder in which this machine has its files.
 */
export function asInventoried(
    text: string,
    { portBase }: Pick<Inventory, "portBase">,
    dir: () => string,
): string {
    return portBase === undefined ? text : sandboxStackFile(text, { portBase, dir: dir() });
}

/** What a note is made from, by an inventory alone. @throws CommandError when there is none, or the spec is wrong. */
export async function againstInventory(
    {
        stack,
        text: committed,
        policy,
        language,
    }: Described & { readonly policy: boolean; readonly language: Language },
    file: string,
): Promise<Omit<NoteSource, "language">> {
    if (!fs.existsSync(file)) {
        throw new CommandError(`There is no inventory ${file}.`);
    }
    const inventory = readInventory(fs.readFileSync(file, "utf8"), stack, file);
    const text = asInventoried(committed, inventory, () => withSandbox().sandboxPlace().dir);
    const declared = await declaredBy({ stack, text }, inventory.servers);
    const addresses = addressesOf({ stack, text }, inventory.servers);
    const items = itemsOf(declared, addresses);
    const configured = policiesFor(stack);
    const estate = estateOf(stack, text);
    const state = stateOfInventory(inventory, estate);
    const looked = lookAhead(estate, state);
    const ahead = {
        ...looked,
        refused: [
            ...looked.refused,
            ...(inventory.portBase === undefined ? otherAddresses(estate, state, addresses) : []),
        ],
    };
    return {
        stack,
        estate,
        report: {
            ...compared(inventory, items, replacements(), ahead.retained),
            policies: policy ? policyResults(declared, configured, stack, today(), language) : [],
        },
        policy,
        ...(policy ? { ownPolicies: configured.own } : {}),
        retained: ahead.retained,
        ahead,
        against: {
            at: inventory.at,
            toInclude: toInclude(estate, state).map(({ path, branch }) => ({ path, branch })),
            ...(inventory.commit === undefined ? {} : { commit: inventory.commit }),
        },
    };
}
