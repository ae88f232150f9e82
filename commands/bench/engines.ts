/**
 * `npm run bench -- engines [--runs <count>] [--apps <count>] [--silent <count>]`: both engines side by side in one estate:
 * from a commit to where it runs, for one app and for all apps of a repository at once; their memory; and the same once more
 * while a member accepts connections and never answers. docs/performance.md says how to read it.
 */
import { parseDocument } from "yaml";
import { engines } from "../../estate/engines";
import type { App } from "../../estate/model";
import { sandboxStatus } from "../../sandbox";
import { CommandError, table } from "../support/console";
import { fluxVersion } from "../support/engines/sandbox/flux";
import { sandboxStack } from "../support/estateSandbox";
import { committedStackFile } from "../support/stack";
import { Story } from "../support/story";
import { Changes } from "./changes";
import { measuredFirstUp, memoryOf, treeOf } from "./measure";
import { countsOf } from "./options";
import { median } from "./report";
import { machine, useStacks } from "./throwaway";

/** What is measured. */
export interface EnginesOptions {
    /** Commits of one app, with each engine. */
    readonly runs: number;
    /** Apps of each engine that change at once. */
    readonly apps: number;
    /** Those of them that run on the silent member too. */
    readonly silent: number;
}

/** @throws CommandError on an option that is not one, or a count that is none. */
export function parseEnginesOptions(argv: readonly string[]): EnginesOptions {
    return countsOf(argv, { runs: 10, apps: 100, silent: 10 });
}

/** The member that everything is looked at on, and the one that falls silent. */
const [near, far] = ["member1", "member2"] as const;

const engineNames = Object.keys(engines).sort();

/** Most that one silent member may slow the others by. */
const slowerAim = 1.2;

const one = (engine: string): string => `one-${engine}`;
const team = (engine: string): string => `many-${engine}`;

/** The committed dev stack with one app and `apps` apps of each engine; the latter share a repository. Pure. */
export function enginesStack(dev: string, { apps: count, silent }: Omit<EnginesOptions, "runs">): string {
    const document = parseDocument(dev);
    const set = (at: string, value: unknown): void =>
        document.setIn(
            ["config", "gitops-estate:estate", ...at.split(".")],
            value === undefined ? undefined : document.createNode(value),
        );
    const people = { maintainers: ["alice"], developers: ["bob"] };
    const apps: Record<string, unknown> = {};
    const teams: Record<string, unknown> = { single: people };
    for (const engine of engineNames) {
        const common = { ci: "none", engine, delivery: "kustomize" };
        teams[team(engine)] = people;
        apps[one(engine)] = { ...common, team: "single", clusters: [near] };
        for (let index = 0; index < count; index++) {
            apps[`${engine}-${String(index + 1).padStart(3, "0")}`] = {
                ...common,
                team: team(engine),
                config: { scope: "team" },
                clusters: index < silent ? [near, far] : [near],
            };
        }
    }
    set("environments", { live: { clusters: [near, far], class: "nonprod" } });
    set("channels", {});
    set("teams", teams);
    set("apps", apps);
    set("flux", {
        manifests: { version: fluxVersion, path: ".sandbox/flux" },
        webhookUrl: "http://127.0.0.1:8934",
        relayUrl: "http://127.0.0.1:8938",
    });
    return document.toString({ lineWidth: 0 });
}

/** A measure of one engine: while all members answer, and while one does not. */
export interface EngineRow {
    readonly engine: string;
    readonly what: string;
    readonly answering: readonly number[];
    readonly silent: readonly number[];
}

/** The rows as a table. */
export function enginesTable(rows: readonly EngineRow[]): string {
    const shown = (values: readonly number[]): string[] =>
        values.length === 0
            ? ["?", "?"]
            : [`${median(values).toFixed(1)} s`, `${Math.max(...values).toFixed(1)} s`];
    return table(
        [
            "FROM A COMMIT TO",
            "ENGINE",
            "RUNS",
            "MEDIAN",
            "MAXIMUM",
            "ONE SILENT",
            "MAXIMUM",
            "RATIO",
            "AIM",
            "",
        ],
        rows.map(({ engine, what, answering, silent }) => {
            const ratio = median(silent) / median(answering);
            const known = answering.length > 0 && silent.length > 0;
            return [
                what,
                engine,
                String(answering.length),
                ...shown(answering),
                ...shown(silent),
                known ? ratio.toFixed(2) : "?",
                `<= ${slowerAim}`,
                known ? (ratio <= slowerAim ? "ok" : "MISSED") : "not measured",
            ];
        }),
    );
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Makes the estate in the sandbox of this process's environment, measures, and prints the tables. */
export async function benchEngines(options: EnginesOptions, folder: string): Promise<void> {
    process.stdout.write(`${machine()}\n`);
    useStacks(folder, { dev: enginesStack(committedStackFile("dev"), options) });
    const { estate, sandbox, engine } = await sandboxStack("dev", say);
    say("pulumi up");
    const { seconds } = await measuredFirstUp(engine);
    say(`made in ${seconds.toFixed(0)} s`);
    const story = new Story(sandbox);
    const changes = new Changes(story, await story.person("root"));
    const apps = Object.values(estate.apps);
    for (const cluster of [near, far]) {
        const wanted = apps.filter(({ environments: [place] }) => place?.clusters.includes(cluster));
        say(`waiting for ${wanted.length} apps on ${cluster}`);
        await changes.settled(cluster, wanted);
    }
    const idle = await memories();
    const answering = await measure(changes, apps, options.runs);
    const busy = await memories();
    const server = await apiServer(far);
    process.kill(server, "SIGSTOP");
    let silent: Measures;
    try {
        say(`${far} accepts connections and answers nothing`);
        silent = await measure(changes, apps, options.runs);
    } finally {
        process.kill(server, "SIGCONT");
    }
    const rows = engineNames.flatMap((name): EngineRow[] =>
        (["single", "all"] as const).map((kind) => ({
            engine: name,
            what: kind === "single" ? "one app" : `${options.apps} apps`,
            answering: answering[kind][name] ?? [],
            silent: silent[kind][name] ?? [],
        })),
    );
    process.stdout.write(`\n${enginesTable(rows)}\n\n`);
    process.stdout.write(`${options.silent} of the ${options.apps} apps run on the silent ${far} too.\n\n`);
    process.stdout.write(
        `${table(
            ["MEMORY OF", "AT REST", "AFTER THE CHANGES"],
            engineNames.map((name) => [
                `${name}: ${(parts[name] ?? []).join(", ")}`,
                `${idle[name] ?? 0} MB`,
                `${busy[name] ?? 0} MB`,
            ]),
        )}\n`,
    );
}

/** What delivers, of each engine; nothing that notifies, updates images or is a stand-in. */
const parts: Readonly<Record<string, readonly string[]>> = {
    argocd: [
        "argocd-application-controller",
        "argocd-repo-server",
        "argocd-redis",
        "argocd-server",
        "argocd-applicationset-controller",
    ],
    flux: ["source-controller", "kustomize-controller", "helm-controller"],
};

async function memories(): Promise<Record<string, number>> {
    const { parts: running } = await sandboxStatus();
    return Object.fromEntries(
        engineNames.map((name) => {
            const roots = running.flatMap(({ name: part, pid }) =>
                pid !== undefined && parts[name]?.includes(part) === true ? [pid] : [],
            );
            const pids = new Set(roots.flatMap((pid) => treeOf(pid)));
            return [name, Math.round(memoryOf([...pids]) / 1024 ** 2)];
        }),
    );
}

async function apiServer(cluster: string): Promise<number> {
    const { parts: running } = await sandboxStatus();
    const pid = running.find(({ name }) => name === `${cluster}-apiserver`)?.pid;
    if (pid === undefined) {
        throw new CommandError(`${cluster} has no API server that runs.`);
    }
    return pid;
}

type Seconds = Record<string, number[]>;

interface Measures {
    readonly single: Seconds;
    readonly all: Seconds;
}

/** All at once first: what cannot reach its cluster then is tried again while single apps change. */
async function measure(changes: Changes, apps: readonly App[], runs: number): Promise<Measures> {
    const found: Measures = { single: {}, all: {} };
    for (const engine of engineNames) {
        const many = apps.filter((app) => app.team === team(engine));
        const seconds = await changes.change(near, many);
        found.all[engine] = [seconds];
        say(`${engine}: ${many.length} apps in ${seconds.toFixed(1)} s`);
    }
    for (let run = 1; run <= runs; run++) {
        for (const engine of engineNames) {
            const app = apps.filter(({ name }) => name === one(engine));
            const seconds = await changes.change(near, app);
            (found.single[engine] ??= []).push(seconds);
            say(`${engine}: run ${run} of ${runs} in ${seconds.toFixed(1)} s`);
        }
    }
    return found;
}
