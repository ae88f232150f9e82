/** What a refresh found changed or gone on the servers, in lines for people. Pure. */
import { isDeepStrictEqual } from "node:util";
import type { Estate, Language } from "../../estate/model";
import { compare, show } from "../../estate/problem";
import { secretMark } from "../review/change";
import { hiddenText, hideValue, isSecretData } from "../review/hide";
import { knownNoun } from "../review/nouns";
import { namedIds, namedIn, withNames, type Ids, type KnownObject } from "./gitlabIds";
import { plainText, type EventState, type Step } from "./runReport";
import { isOfProgram, nameOf } from "./urn";

/** Most properties of one object, and most characters of a value. */
const mostProperties = 4;
const mostCharacters = 60;

/**
 * One line for each object that is not as the last update left it: where it belongs, what it is, what differs, `made -> found`.
 * Sorted. Secrets are never shown.
 */
export function driftLines(estate: Estate, refreshed: readonly Step[], language: Language = "en"): string[] {
    const [steps] = readable([refreshed], language);
    const lines = steps.flatMap((step) => {
        const what = difference(step, language);
        return what === undefined
            ? []
            : [`${ownerOf(step, estate, language)}${objectOf(step, language)} ${what}`];
    });
    return [...new Set(lines)].sort(compare);
}

/** The whole text; empty when everything is as it was left. */
export function driftText(estate: Estate, refreshed: readonly Step[], language: Language = "en"): string {
    const lines = driftLines(estate, refreshed, language);
    const title =
        language === "zh"
            ? `上次更新以来服务器上的变化（${lines.length} 处），平台设置的值 -> 当前的值：`
            : `Changed on the servers since the last update (${lines.length}), as it was made -> as it is:`;
    return lines.length === 0 ? "" : `${title}\n${lines.map((line) => `  ${line}`).join("\n")}\n`;
}

/** Steps with names where settings of GitLab have numbers, as far as an object of any of the lists has them. */
export function readable<T extends readonly (readonly Step[])[]>(lists: T, language: Language): T {
    const ids = namedIds(namedIn(lists.flat().flatMap(knownObjects)), language);
    return lists.map((steps) => steps.map((step) => named(step, ids, language))) as unknown as T;
}

/** What a step says of an object that is there, or was. */
function knownObjects({ urn, type, old, new: now }: Step): KnownObject[] {
    const object = (state: EventState | null | undefined): KnownObject[] =>
        state === undefined || state === null
            ? []
            : [
                  {
                      name: nameOf(urn),
                      type,
                      ...(state.id === undefined ? {} : { id: state.id }),
                      inputs: state.inputs ?? {},
                      outputs: state.outputs ?? {},
                  },
              ];
    return [...object(old), ...object(now)];
}

function named(step: Step, ids: Ids, language: Language): Step {
    const side = (state: EventState): EventState => ({
        ...state,
        ...(state.inputs ? { inputs: withNames(state.inputs, ids, language) } : {}),
        ...(state.outputs ? { outputs: withNames(state.outputs, ids, language) } : {}),
    });
    return !step.type.startsWith("gitlab:")
        ? step
        : {
              ...step,
              ...(step.old ? { old: side(step.old) } : {}),
              ...(step.new ? { new: side(step.new) } : {}),
          };
}

function difference(step: Step, language: Language): string | undefined {
    const zh = language === "zh";
    if (step.old === undefined || step.old === null || isOfProgram(step.type)) {
        return undefined;
    }
    if (step.new === undefined || step.new === null) {
        return zh ? "已不存在" : "is gone";
    }
    const differing = Object.keys(step.detailedDiff ?? {});
    const found = changes({ type: step.type, differing, language }, step.old, step.new);
    if (found.length === 0) {
        return undefined;
    }
    const more = found.length - mostProperties;
    return (
        found.slice(0, mostProperties).join(zh ? "；" : "; ") +
        (more > 0 ? (zh ? `；另有 ${more} 处` : `; ${more} more`) : "")
    );
}

/** What the engine says of an object beside what it was and is, and the language of the report. */
interface ReportedChange {
    readonly type: string;
    /** Places that its provider says differ. */
    readonly differing: readonly string[];
    readonly language: Language;
}

/** Of what the program itself set, what is different now; other properties are the server's own. */
function changes({ type, differing, language }: ReportedChange, old: EventState, now: EventState): string[] {
    const made = old.inputs ?? {};
    const before = { ...old.inputs, ...old.outputs };
    const after = now.outputs ?? {};
    const found = Object.keys(made)
        .filter((key) => !key.startsWith("__"))
        .sort(compare)
        .flatMap((key) =>
            differences(
                { place: [key], secret: isSecretData(type, key) },
                made[key],
                before[key],
                after[key],
            ),
        );
    const said = found.map((line) => line.split(":")[0]);
    // Where both are hidden only the provider can see that they differ.
    const hidden = differing.filter(
        (place) =>
            [before, after].some((tree) => valueAt(tree, place) === secretMark) && !said.includes(place),
    );
    return [
        ...found,
        ...hidden
            .sort(compare)
            .map(
                (place) =>
                    `${place}: ${language === "zh" ? "（隐藏的值）有变化" : "(hidden) has another value"}`,
            ),
    ];
}

function valueAt(tree: unknown, place: string): unknown {
    return place
        .split(/[.[\]"]+/)
        .filter((key) => key !== "")
        .reduce<unknown>((value, key) => (isMap(value) ? value[key] : undefined), tree);
}

function isMap(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A place in an object, and whether nothing of it may show. */
interface Spot {
    readonly place: readonly string[];
    readonly secret: boolean;
}

/** Walks down as far as the program described it: a map of a server may have more keys. */
function differences(spot: Spot, made: unknown, before: unknown, after: unknown): string[] {
    const { place, secret } = spot;
    if (isMap(made) && isMap(before) && isMap(after)) {
        return Object.keys(made)
            .filter((key) => !key.startsWith("__"))
            .sort(compare)
            .flatMap((key) =>
                differences({ ...spot, place: [...place, key] }, made[key], before[key], after[key]),
            );
    }
    // What was never read back says nothing, and a server that only takes a secret does not give it back.
    if (
        before === undefined ||
        (after === undefined && JSON.stringify(before).includes(secretMark)) ||
        isDeepStrictEqual(before, after) ||
        (after === undefined && isEmpty(before))
    ) {
        return [];
    }
    // A plugin may give back in the open what the program kept secret.
    const known =
        secret || [made, before, after].some((each) => JSON.stringify(each ?? "").includes(secretMark));
    const text = (found: unknown): string => (known ? hiddenText : value(place.at(-1) ?? "", found));
    return [`${place.join(".")}: ${text(before)} -> ${text(after)}`];
}

function isEmpty(found: unknown): boolean {
    return (
        found === null ||
        found === "" ||
        found === false ||
        found === 0 ||
        isDeepStrictEqual(found, []) ||
        isDeepStrictEqual(found, {})
    );
}

/** @param key what it is called, which says whether it is a secret as much as its form does. */
function value(key: string, found: unknown): string {
    // Hidden before it is cut: half a secret looks like none.
    const shown = hideValue(found, key);
    if (shown === hiddenText || JSON.stringify(shown ?? "").includes(secretMark)) {
        return hiddenText;
    }
    const text = show(shown);
    return text.length > mostCharacters ? `${text.slice(0, mostCharacters - 1)}…` : text;
}

/** `app web, prod: `, `team shop: `, or nothing. */
function ownerOf(step: Step, estate: Estate, language: Language): string {
    const zh = language === "zh";
    const name = nameOf(step.urn);
    const [, kind = "", rest = ""] =
        /^(app|config|delivery|updater|webhook|team|space)-(.+)$/.exec(name) ?? [];
    const owners = Object.keys(kind === "team" || kind === "space" ? estate.teams : estate.apps);
    const owner = owners
        .filter((each) => rest === each || rest.startsWith(`${each}-`))
        .sort((a, b) => b.length - a.length)[0];
    if (owner === undefined) {
        return "";
    }
    if (kind === "team" || kind === "space") {
        return zh ? `团队 ${owner}：` : `team ${owner}: `;
    }
    const left = `-${rest.slice(owner.length)}-`;
    const environment = estate.apps[owner]?.environments.find((each) =>
        left.includes(`-${each.environment}-`),
    );
    return zh
        ? `应用 ${owner}${environment === undefined ? "" : `，${environment.environment}`}：`
        : `app ${owner}${environment === undefined ? "" : `, ${environment.environment}`}: `;
}

const servers: Readonly<Record<string, string>> = { gitlab: "GitLab", harbor: "Harbor", kubernetes: "" };

/** Properties that name an object, the most specific first. */
const naming = [
    "fullPath",
    "pathWithNamespace",
    "filePath",
    "key",
    "branch",
    "tag",
    "fullName",
    "name",
    "username",
    "url",
];

/** `GitLab branch protection "test"`, `Secret argocd/cluster-member1`. */
function objectOf(step: Step, language: Language): string {
    const [server = ""] = step.type.split(":");
    const kind = step.type.split(":").at(-1) ?? step.type;
    const known: Record<string, unknown> = { ...step.old?.inputs, ...step.old?.outputs };
    if (server === "kubernetes") {
        const { name, namespace } = (isMap(known["metadata"]) ? known["metadata"] : {}) as Record<
            string,
            string
        >;
        return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name ?? nameOf(step.urn)}`;
    }
    const english = kind.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
    const noun = language === "zh" ? (knownNoun(step.type)?.zh ?? english) : english;
    const own = naming
        .map((key) => known[key])
        .find((each) => typeof each === "string" && each !== "" && each !== secretMark);
    return `${[servers[server] ?? server, noun].filter((word) => word !== "").join(" ")} ${typeof own === "string" ? own : nameOf(step.urn)}`;
}

/** What the engine prints of a preview with a refresh, without the rows of what it only looked at. Colours stay. */
export function withoutRefreshRows(output: string): string {
    const looked = [
        /^@ /,
        /^ *~ +\S+ \S+ refresh(ing)?( \([\ds.]+\))?$/,
        // A row without an operation: nothing changes.
        /^ {4}[\w.-]+:[\w./-]+:\w+ \S+$/,
    ];
    return output
        .split("\n")
        .filter((line) => {
            const text = plainText(line.trimEnd()).trimEnd();
            const row = `${/^ */.exec(line)?.[0] ?? ""}${text}`;
            return !looked.some((form) => form.test(row));
        })
        .join("\n");
}
