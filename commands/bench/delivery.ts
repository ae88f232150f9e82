/**
 * `npm run bench -- delivery [--runs <count>] [--polls <count>]`: how long a change takes from where people or CI make it to
 * where it runs, on the dev estate: with webhooks, and then without, when only polling finds it. docs/performance.md says
 * how to read it.
 */
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { versionKeys } from "../../estate/delivery";
import { engineOf } from "../../estate/engines";
import { versionOf } from "../../estate/flows/plan";
import type { App, AppEnvironment, Estate } from "../../estate/model";
import { sandboxDir, type SandboxInfo } from "../../sandbox";
import { pushImage, type Pusher } from "../support/images";
import { CommandError, table } from "../support/console";
import { deployEstate } from "../support/deployEstate";
import { Story, StoryError, until, type Application, type Person } from "../support/story";
import { countsOf } from "./options";
import { median } from "./report";
import { machine } from "./throwaway";

/** How often each way is measured. */
export interface DeliveryOptions {
    /** With webhooks. */
    readonly runs: number;
    /** Without: a run takes minutes. */
    readonly polls: number;
}

/** @throws CommandError on an option that is not one, or a count that is none. */
export function parseDeliveryOptions(argv: readonly string[]): DeliveryOptions {
    return countsOf(argv, { runs: 10, polls: 2 });
}

/** Seconds of the runs of one way. */
export interface DeliveryRow {
    readonly what: string;
    readonly by: "webhooks" | "polling";
    readonly seconds: readonly number[];
    /** Most seconds the median may take. */
    readonly aim?: number;
}

/** The rows as a table, with how many runs they are from. */
export function deliveryTable(rows: readonly DeliveryRow[]): string {
    return table(
        ["FROM - TO", "BY", "RUNS", "MEDIAN", "MAXIMUM", "AIM", ""],
        rows.map(({ what, by, seconds, aim }) => {
            const shown = (value: number): string => (seconds.length === 0 ? "?" : `${value.toFixed(1)} s`);
            return [
                what,
                by,
                String(seconds.length),
                shown(median(seconds)),
                shown(Math.max(0, ...seconds)),
                aim === undefined ? "" : `<= ${aim} s`,
                aim === undefined ? "" : verdict(seconds, aim),
            ];
        }),
    );
}

function verdict(seconds: readonly number[], aim: number): string {
    return seconds.length === 0 ? "not measured" : median(seconds) <= aim ? "ok" : "MISSED";
}

/** The text of a chart's values with another tag. @throws CommandError when they have none. */
export function withTag(values: string, tag: string): string {
    const { key } = versionKeys.helm;
    const line = new RegExp(`^${key}:.*$`, "m");
    if (!line.test(values)) {
        throw new CommandError(`The chart's values have no ${key}.`);
    }
    return values.replace(line, `${key}: "${tag}"`);
}

/** An app in its first environment, on one cluster. */
interface Target {
    readonly app: App;
    readonly environment: AppEnvironment;
    /** Name of the Application. */
    readonly application: string;
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Raises the dev estate in the sandbox of this process's environment, measures, and prints the table. */
export async function benchDelivery(options: DeliveryOptions): Promise<void> {
    process.stdout.write(`${machine()}\n`);
    const { estate, sandbox } = await deployEstate("dev", say);
    const story = new Story(sandbox);
    const bench = new Delivery(estate, sandbox, story, await story.person("root"));
    await bench.settle();
    process.stdout.write(`\n${loadLine("at the start")}\n`);
    const rows = [...(await bench.reported(options.runs))];
    // At once: who interrupts the long part keeps the short one's figures.
    process.stdout.write(`\n${deliveryTable(rows)}\n\n`);
    await bench.removeWebhooks();
    rows.push(...(await bench.polled(options.polls)));
    process.stdout.write(`\n${deliveryTable(rows)}\n\n${pollingNote(estate, options.polls)}\n`);
    process.stdout.write(`${loadLine("at the end")}\n`);
}

/** What the polling rows mean. */
function pollingNote({ argocd }: Estate, polls: number): string {
    return (
        `Polling: ${polls === 1 ? "one run" : `${polls} runs`} only. Argo CD looks every ${argocd.reconciliationSeconds} s at best ` +
        `and may miss the first look (docs/performance.md); the image updater looks every ${argocd.imageUpdater.intervalSeconds} s.`
    );
}

/** How busy the machine was. */
function loadLine(when: string): string {
    const [minute = 0] = os.loadavg();
    return `Processes that wanted a processor ${when}, mean of a minute: ${minute.toFixed(1)} on ${os.cpus().length}`;
}

/** The measurements, one after the other. */
class Delivery {
    private readonly committed: Target;
    private readonly pushed: Target;
    private readonly pusher: Pusher;
    private count = 0;

    constructor(
        private readonly estate: Estate,
        private readonly sandbox: SandboxInfo,
        private readonly story: Story,
        private readonly root: Person,
    ) {
        const targets = Object.values(estate.apps).map(targetOf);
        const updated = ({ app, environment }: Target): boolean =>
            app.updater?.environments.includes(environment.environment) ?? false;
        this.committed = required(
            targets.find((target) => target.app.delivery === "helm" && !updated(target)),
            "a chart whose tag is committed",
        );
        this.pushed = required(targets.find(updated), "an app with an image updater");
        const harbor = required(sandbox.harbors[0], "a Harbor");
        this.pusher = {
            host: new URL(harbor.url).host,
            username: "admin",
            password: fs.readFileSync(harbor.passwordFile, "utf8").trim(),
        };
    }

    /** Waits until what is going to be changed has arrived as it is. */
    async settle(): Promise<void> {
        for (const { application } of [this.committed, this.pushed]) {
            say(`waiting for ${application}`);
            await this.until(application, () => true, 180);
        }
    }

    /** Both ways with webhooks. */
    async reported(runs: number): Promise<DeliveryRow[]> {
        const commits: number[] = [];
        const [updates, pushes]: [number[], number[]] = [[], []];
        for (let run = 1; run <= runs; run++) {
            commits.push(await this.commit(60));
            const push = await this.push(120);
            updates.push(push.updated);
            pushes.push(push.seconds);
            say(
                `run ${run} of ${runs}: commit ${commits.at(-1)?.toFixed(1)} s, push ${push.seconds.toFixed(1)} s`,
            );
        }
        return this.rows("webhooks", commits, updates, pushes, { commit: 5, push: 15 });
    }

    /**
     * Both ways without, side by side: they have nothing in common but the waiting. What does not arrive within several
     * polls is reported, and left out of the rows.
     */
    async polled(runs: number): Promise<DeliveryRow[]> {
        // A look may come a period late, and may be answered from the repo server's memory, kept for a period too.
        const patience = 6 * this.estate.argocd.reconciliationSeconds + 120;
        const commits: number[] = [];
        const [updates, pushes]: [number[], number[]] = [[], []];
        for (let run = 1; run <= runs; run++) {
            say(`polling, run ${run} of ${runs}: takes minutes`);
            const [commit, push] = await Promise.allSettled([this.commit(patience), this.push(patience)]);
            if (commit.status === "fulfilled") {
                commits.push(commit.value);
            }
            if (push.status === "fulfilled") {
                updates.push(push.value.updated);
                pushes.push(push.value.seconds);
            }
            const failed = [commit, push].filter((each) => each.status === "rejected");
            for (const { reason } of failed) {
                if (!(reason instanceof StoryError)) {
                    throw reason;
                }
                say(reason.message);
            }
            if (failed.length > 0) {
                // What was late would be taken for what comes next.
                break;
            }
        }
        return this.rows("polling", commits, updates, pushes);
    }

    /** Removes the webhooks that Argo CD and the image updater get. */
    async removeWebhooks(): Promise<void> {
        for (const { app, environment } of [this.committed, this.pushed]) {
            await this.removeAll(
                `${this.sandbox.gitlab.url}/api/v4/projects/${encodeURIComponent(app.config.fullPath)}/hooks`,
                { "PRIVATE-TOKEN": this.root.token },
            );
            const login = Buffer.from(`${this.pusher.username}:${this.pusher.password}`).toString("base64");
            await this.removeAll(
                `http://${this.pusher.host}/api/v2.0/projects/${environment.project}/webhook/policies`,
                { authorization: `Basic ${login}` },
            );
        }
    }

    private async removeAll(url: string, headers: Record<string, string>): Promise<void> {
        const call = async (method: string, target: string): Promise<Response> => {
            const response = await fetch(target, { method, headers, signal: AbortSignal.timeout(20_000) });
            if (!response.ok) {
                throw new CommandError(`${method} ${target}: ${response.status} ${await response.text()}`);
            }
            return response;
        };
        for (const { id } of (await (await call("GET", url)).json()) as { id: number }[]) {
            await call("DELETE", `${url}/${id}`);
        }
    }

    private rows(
        by: DeliveryRow["by"],
        commits: readonly number[],
        updates: readonly number[],
        pushes: readonly number[],
        aims?: { readonly commit: number; readonly push: number },
    ): DeliveryRow[] {
        const { committed, pushed } = this;
        return [
            {
                what: `commit - ${committed.application} runs it`,
                by,
                seconds: commits,
                ...(aims === undefined ? {} : { aim: aims.commit }),
            },
            { what: "image push - updater's commit", by, seconds: updates },
            {
                what: `image push - ${pushed.application} runs it`,
                by,
                seconds: pushes,
                ...(aims === undefined ? {} : { aim: aims.push }),
            },
        ];
    }

    /** A tag that is in the registry already is committed; seconds from the call until the app runs it. */
    private async commit(patience: number): Promise<number> {
        const { app, environment, application } = this.committed;
        const tag = this.newTag();
        await this.pushTag(environment, app.name, tag);
        const { revision: branch, folder, file: name } = versionOf(app, environment);
        const file = `${folder}/${name}`;
        const values = withTag(await this.story.file(app.config.fullPath, branch, file), tag);
        const passed = clock();
        const revision = await this.story.commit(
            this.root,
            app.config.fullPath,
            branch,
            `${app.name} ${tag}`,
            { [file]: values },
        );
        const image = `${environment.image}:${tag}`;
        await this.until(application, (found) => runs(found, revision, image), patience);
        return passed();
    }

    /** A tag the updater may take is pushed; seconds from the end of the push until its commit, and until the app runs it. */
    private async push(patience: number): Promise<{ readonly updated: number; readonly seconds: number }> {
        const { app, environment, application } = this.pushed;
        const { revision: branch } = versionOf(app, environment);
        const head = (): Promise<string> => this.story.head(app.config.fullPath, branch);
        const before = await head();
        const tag = `main-${this.newTag()}`;
        await this.pushTag(environment, app.name, tag);
        const passed = clock();
        const revision = await until("the updater's commit", head, (now) => now !== before, patience);
        const updated = passed();
        const image = `${environment.image}:${tag}`;
        await this.until(application, (found) => runs(found, revision, image), patience);
        return { updated, seconds: passed() };
    }

    private until(
        application: string,
        good: (found: Application) => boolean,
        patience: number,
    ): Promise<unknown> {
        return until(
            `${application} Synced and Healthy at what was asked for`,
            () => this.story.application(application),
            (found) =>
                found?.status?.sync?.status === "Synced" &&
                found.status.health?.status === "Healthy" &&
                good(found),
            patience,
        );
    }

    /** Ten hex digits, as of a commit; another each time. */
    private newTag(): string {
        this.count += 1;
        return (0xbe0000_0000 + this.count).toString(16).padStart(10, "0");
    }

    private async pushTag(environment: AppEnvironment, name: string, tag: string): Promise<void> {
        // Each one later than the one before, whatever the clock does: the updater takes the newest.
        const created = new Date(Date.UTC(2030, 0, 1, 0, this.count));
        const folder = path.join(path.dirname(sandboxDir()), `push-${name}`);
        await pushImage(folder, this.pusher, `${environment.image}:${tag}`, created);
    }
}

function runs(found: Application, revision: string, image: string): boolean {
    return found.status?.sync?.revision === revision && (found.status.summary?.images ?? []).includes(image);
}

/** Seconds since now. */
function clock(): () => number {
    const started = process.hrtime.bigint();
    return () => Number(process.hrtime.bigint() - started) / 1e9;
}

function targetOf(app: App): Target {
    const environment = required(app.environments[0], `an environment of ${app.name}`);
    const application = Object.values(engineOf(app.engine).delivered(app, environment))[0];
    return { app, environment, application: required(application, `an Application of ${app.name}`) };
}

function required<T>(value: T | undefined, what: string): T {
    if (value === undefined) {
        throw new CommandError(`The delivery bench needs ${what}; the dev stack has none.`);
    }
    return value;
}
