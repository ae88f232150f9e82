/** What a headline is made from. Pure. */
import type { App, Estate, Language } from "../../../estate/model";
import { compare } from "../../../estate/problem";
import type { Change } from "../change";
import type { Loss } from "../losses";
import type { Names } from "../names";
import type { MovedPath } from "../paths";
import type { KeptImages } from "../retention";
import type { RightChange } from "../rights/right";
import type { MovedServer } from "../servers";
import type { Both, Place, Snapshot } from "../snapshot";

/** What a headline is made from. */
export interface HeadlineParts {
    readonly language: Language;
    /** As the spec has it now. */
    readonly estate: Estate;
    /** Whether the preview failed. */
    readonly failed: boolean;
    /** Whether an update refuses it. */
    readonly refused: boolean;
    /** Apps that go over to another flow. */
    readonly flows: readonly Pick<App, "name" | "flow">[];
    readonly lost: readonly Loss[];
    readonly rights: readonly RightChange[];
    readonly changes: readonly Change[];
    readonly both: Both<Snapshot>;
    /** App an object belongs to. */
    readonly appOf: (each: Change) => string | undefined;
    /** Where an object belongs. */
    readonly placeOf: (each: Change) => Place;
    readonly names: Pick<Names, "titled">;
    /** Whether an inventory says what there is, and no server. */
    readonly byInventory: boolean;
    /** Servers whose address changes. */
    readonly addresses: readonly MovedServer[];
    /** Groups and repositories of GitLab whose address changes with their path. */
    readonly paths: readonly MovedPath[];
    /** Where Harbor keeps another number of images. */
    readonly kept: readonly KeptImages[];
    /** Apps and environments, `web test`, whose branches are on GitLab from before. */
    readonly again: ReadonlySet<string>;
    /** How many objects the update puts back as they were. */
    readonly restored: number;
    /** How many repositories get a merge request with another version of their pipelines. */
    readonly proposed: number;
}

/** Names that are in the second set alone. */
export function added(one: ReadonlySet<string>, other: ReadonlySet<string>): string[] {
    return [...other].filter((name) => !one.has(name)).sort(compare);
}

/** A clause of the headline about so many; none of nothing. */
export function counted(count: number, language: Language, en: string, zh: string): string[] {
    return count === 0 ? [] : [language === "zh" ? zh : en];
}
