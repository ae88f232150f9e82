/**
 * `npm run bench -- flows [--apps <count>] [--runs <count>] [--previews <count>] [--endings <count>]`: each built-in flow in a sandbox of its own:
 * from a commit to where it runs, for one app and for all apps of a repository at once, and from a push to a merge request
 * to its preview; then previews that end in every way, and what is left of them. docs/performance.md says how to read it.
 */
import { parseDocument } from "yaml";
import { flows, type Flow } from "../../estate/flows";
import type { App, Previews } from "../../estate/model";
import { CommandError, table } from "../support/console";
import { sandboxStack } from "../support/estateSandbox";
import { committedStackFile, estateOf } from "../support/stack";
import { Story, until } from "../support/story";
import { Changes } from "./changes";
import { PreviewEndings, ways } from "./endings";
import { measuredFirstUp } from "./measure";
import { countsOf } from "./options";
import { remainsText, type Inventory } from "./remains";
import { median } from "./report";
import { inThrowawaySandbox, machine, useStacks } from "./throwaway";

/** What is measured. */
export interface FlowsOptions {
    /** Apps that change at once. */
    readonly apps: number;
    /** Commits, of all apps and of one. */
    readonly runs: number;
    /** Pushes to a merge request. */
    readonly previews: number;
    /** Previews that come up and end again. */
    readonly endings: number;
}

/** @throws CommandError on an option that is not one, or a count that is none. */
export function parseFlowsOptions(argv: readonly string[]): FlowsOptions {
    return countsOf(argv, { apps: 100, runs: 3, previews: 5, endings: 20 });
}

/** The smallest that a flow works with is taken; with previews, where its merge requests have them. */
const paths = [["first"], ["first", "prod"], ["first", "second", "prod"]] as const;

const member = "member1";

/** The app that changes alone, and has previews. */
const single = "single";
const many = "many";

/**
 * The committed dev stack with `apps` apps of a flow that share a repository, and one beside them. Pure.
 *
 * @throws CommandError on a flow that fits none of the paths.
 */
export function flowStack(dev: string, flow: Flow, { apps }: Pick<FlowsOptions, "apps">): string {
    const texts = [true, false].flatMap((previews) =>
        paths.map((environments) => stackOf(dev, flow, apps, environments, previews)),
    );
    const fitting = texts.find((text) => {
        try {
            estateOf("dev", text);
            return true;
        } catch (error) {
            if (error instanceof CommandError) {
                return false;
            }
            throw error;
        }
    });
    if (fitting === undefined) {
        throw new CommandError(`The bench has no environments that flow ${flow} works with.`);
    }
    return fitting;
}

function stackOf(
    dev: string,
    flow: Flow,
    count: number,
    environments: readonly string[],
    previews: boolean,
): string {
    const document = parseDocument(dev);
    const set = (key: string, value: unknown): void =>
        document.setIn(["config", "gitops-estate:estate", key], document.createNode(value));
    const people = { maintainers: ["alice"], developers: ["bob"] };
    const common = { flow, delivery: "kustomize" };
    set(
        "environments",
        Object.fromEntries(
            environments.map((name, index) => [
                name,
                {
                    clusters: [member],
                    class: name === "prod" ? "prod" : "nonprod",
                    ...(index === 0 ? {} : { promotesFrom: environments[index - 1] }),
                },
            ]),
        ),
    );
    set("channels", {});
    set("teams", { [single]: people, [many]: people });
    set("apps", {
        [single]: {
            ...common,
            team: single,
            ...(previews ? { previews: { maximum: 5, url: "https://single-{number}.preview.test" } } : {}),
        },
        ...Object.fromEntries(
            Array.from({ length: count }, (_, index) => [
                `app-${String(index + 1).padStart(3, "0")}`,
                { ...common, team: many, config: { scope: "team" } },
            ]),
        ),
    });
    return document.toString({ lineWidth: 0 });
}

/** Seconds of one way with one flow. */
export interface FlowRow {
    readonly flow: Flow;
    readonly what: string;
    readonly seconds: readonly number[];
}

/** What is left of a flow's previews. */
export interface FlowRemains {
    readonly flow: Flow;
    /** How many came up and ended. */
    readonly previews: number;
    readonly left: Inventory;
}

/** A line for each flow that has previews. */
export function remainsLines(all: readonly FlowRemains[]): string {
    return all
        .map(
            ({ flow, previews, left }) =>
                `${flow}: left of ${previews} previews on GitLab, Harbor and the clusters: ${remainsText(left)}`,
        )
        .join("\n");
}

/** The rows as a table. */
export function flowsTable(rows: readonly FlowRow[]): string {
    return table(
        ["FLOW", "FROM - TO", "RUNS", "MEDIAN", "MAXIMUM"],
        rows.map(({ flow, what, seconds }) => [
            flow,
            what,
            String(seconds.length),
            `${median(seconds).toFixed(1)} s`,
            `${Math.max(...seconds).toFixed(1)} s`,
        ]),
    );
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Measures one flow after the other, and prints the table. */
export async function benchFlows(options: FlowsOptions): Promise<void> {
    process.stdout.write(`${machine()}\n`);
    // Before a throwaway sandbox has stack files of its own.
    const dev = committedStackFile("dev");
    const rows: FlowRow[] = [];
    const left: FlowRemains[] = [];
    for (const flow of Object.keys(flows) as Flow[]) {
        await inThrowawaySandbox(async (folder) => {
            useStacks(folder, { dev: flowStack(dev, flow, options) });
            const found = await measureFlow(flow, options);
            rows.push(...found.rows);
            left.push(...found.left);
        });
    }
    process.stdout.write(`\n${flowsTable(rows)}\n\n${remainsLines(left)}\n`);
}

async function measureFlow(
    flow: Flow,
    options: FlowsOptions,
): Promise<{ readonly rows: readonly FlowRow[]; readonly left: readonly FlowRemains[] }> {
    const { estate, sandbox, engine } = await sandboxStack("dev", say);
    say(`${flow}: pulumi up`);
    const { seconds } = await measuredFirstUp(engine);
    say(`${flow}: made in ${seconds.toFixed(0)} s`);
    const story = new Story(sandbox);
    const changes = new Changes(story, await story.person("root"));
    const all = Object.values(estate.apps);
    await changes.settled(member, all);
    const series = async (apps: readonly App[], what: string): Promise<FlowRow> => {
        const found: number[] = [];
        for (let run = 1; run <= options.runs; run++) {
            found.push(await changes.change(member, apps));
            say(`${flow}: ${what}, run ${run} of ${options.runs} in ${(found.at(-1) ?? 0).toFixed(1)} s`);
        }
        return { flow, what: `commit - ${what}`, seconds: found };
    };
    const rows = [
        await series(
            all.filter(({ team }) => team === many),
            `${options.apps} apps`,
        ),
        await series(
            all.filter(({ team }) => team === single),
            "one app",
        ),
    ];
    const shown = estate.apps[single];
    if (shown?.previews === undefined) {
        return { rows, left: [] };
    }
    const people = { alice: await story.person("alice"), bob: await story.person("bob") };
    const live = await pushed(story, shown, shown.previews, options.previews);
    const endings = new PreviewEndings(story, estate, shown, shown.previews, people, (line) =>
        say(`${flow}: ${line}`),
    );
    const { seconds: ended, left } = await endings.all(options.endings);
    return {
        rows: [
            ...rows,
            { flow, what: "push - preview", seconds: live },
            ...ways
                .filter((way) => ended[way].length > 0)
                .map((way) => ({ flow, what: `${way} - nothing left`, seconds: ended[way] })),
        ],
        left: [{ flow, previews: options.endings, left }],
    };
}

/** Seconds from a push to a merge request until its preview runs that commit's image, its pipeline included. */
async function pushed(story: Story, app: App, previews: Previews, runs: number): Promise<number[]> {
    const bob = await story.person("bob");
    const project = app.repository.fullPath;
    const branch = "bench";
    const route = `/projects/${encodeURIComponent(project)}/repository/branches`;
    const made = await story.call(bob, "POST", route, { branch, ref: previews.into });
    if (made.status !== 201) {
        throw new CommandError(`GitLab answered a new branch of ${project} with ${made.status}.`);
    }
    const push = (text: string): Promise<string> =>
        story.commit(bob, project, branch, `Bench: ${text}`, { "bench.txt": `${text}\n` });
    const live = (iid: number, sha: string): Promise<unknown> => {
        const tag = `mr-${iid}-${sha.slice(0, 10)}`;
        return story.rolledOut(`${app.name}-preview-${iid}`, `${previews.place.image}:${tag}`, 300);
    };
    // The first makes the preview; what people wait for again and again comes after it.
    const first = await push("first");
    const iid = await story.open(bob, project, branch, previews.into);
    await live(iid, first);
    const found: number[] = [];
    for (let run = 1; run <= runs; run++) {
        const started = process.hrtime.bigint();
        await live(iid, await push(`run ${run}`));
        found.push(Number(process.hrtime.bigint() - started) / 1e9);
        say(`preview, run ${run} of ${runs} in ${(found.at(-1) ?? 0).toFixed(1)} s`);
    }
    // It counts among those that the app may have at a time.
    const closed = await story.call(
        bob,
        "PUT",
        `/projects/${encodeURIComponent(project)}/merge_requests/${iid}`,
        { state_event: "close" },
    );
    if (closed.status !== 200) {
        throw new CommandError(`GitLab answered the end of merge request ${iid} with ${closed.status}.`);
    }
    await until(
        `the end of preview ${iid}`,
        () => story.application(`${app.name}-preview-${iid}`),
        (application) => application === undefined,
        300,
    );
    return found;
}
