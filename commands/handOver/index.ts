/** An app that another engine delivers from now on: what is looked at before, and who does what. */
import { posix } from "node:path";
import { versionFile, versionOf } from "../../estate/flows/plan";
import { hostCluster } from "../../estate/host";
import type { Estate } from "../../estate/model";
import { checkoutDir } from "../../toolchain/checkout";
import { wayTo } from "../doctor/cluster/kubeconfig";
import type { Refusal } from "../doctor/finding";
import { client, Unreachable, type Ask } from "../doctor/http";
import { all, list, record, text } from "../doctor/json";
import { credentialsOf } from "../doctor/stack";
import { CommandError } from "../support/console";
import { unbroken } from "../support/ending";
import { exportStack, importState } from "../support/exported";
import type { PulumiEngine } from "../support/pulumiEngine";
import type { Content } from "./engine";
import { detach, reattach, type HandOverContext } from "./detach";
import { misread, type HandOver } from "./places";

/** What of the places' config repositories the new engines would not read as the old ones do. @param ask calls to GitLab */
export async function misreadContent(places: readonly HandOver[], ask: Ask): Promise<Refusal[]> {
    const found: Refusal[] = [];
    for (const place of places) {
        found.push(...misread(place, await contentOf(place, ask)));
    }
    return found;
}

async function contentOf({ app, environment }: HandOver, ask: Ask): Promise<Content> {
    const { repository, folder, revision, ...place } = versionOf(app, environment);
    const project = `/projects/${encodeURIComponent(repository)}/repository`;
    const ref = `ref=${encodeURIComponent(revision)}`;
    const file = versionFile({ folder, ...place });
    const folders = [...new Set([folder, posix.dirname(file)])];
    const files = new Set<string>();
    for (const each of folders) {
        const entries = await all(
            ask,
            `${project}/tree?path=${encodeURIComponent(each)}&${ref}`,
            "per_page",
            [],
        );
        list(entries).forEach((entry) => files.add(text(entry["path"])));
    }
    const { status, body } = await ask("GET", `${project}/files/${encodeURIComponent(file)}?${ref}`);
    const content = status === 200 ? text(record(body)["content"]) : "";
    return { files, version: Buffer.from(content, "base64").toString("utf8") };
}

/**
 * Runs an update with the old engines paused, and resumes them for what the new ones did not get.
 *
 * @throws CommandError when a cluster cannot be asked; nothing was changed then. What the update throws.
 */
export async function runWithHandOver<T>(
    engine: PulumiEngine,
    estate: Estate,
    places: readonly HandOver[],
    report: (line: string) => void,
    update: () => Promise<T>,
): Promise<T> {
    if (places.length === 0) {
        return update();
    }
    const withContext = <R>(work: (context: HandOverContext) => Promise<R>): Promise<R> =>
        withHandOverContext(engine, estate, places, report, work);
    return unbroken(async () => {
        await withContext((own) => detach(places, own));
        try {
            return await update();
        } finally {
            // Also after an update that a person declined, or stopped.
            await withContext((own) => reattach(places, own)).catch((error: unknown) => {
                report(
                    `What was not handed over is paused, because ${error instanceof Error ? error.message : String(error)} The next up goes on, in either direction.`,
                );
            });
        }
    });
}

async function withHandOverContext<T>(
    engine: PulumiEngine,
    estate: Estate,
    places: readonly HandOver[],
    report: (line: string) => void,
    work: (context: HandOverContext) => Promise<T>,
): Promise<T> {
    const host = hostCluster(estate).name;
    const context = { credentials: await credentialsOf(engine), folder: checkoutDir(), env: engine.env };
    const clients = new Map<string, ReturnType<typeof client>>();
    const end = AbortSignal.timeout(600_000);
    try {
        for (const name of new Set([host, ...places.map(({ cluster }) => cluster)])) {
            const cluster = estate.clusters[name];
            if (cluster === undefined) {
                throw new Error(`the estate has no cluster ${name}`);
            }
            const way = await wayTo(cluster, context);
            if ("fault" in way) {
                throw new CommandError(
                    `Nothing was changed, because a hand-over needs cluster ${name}: ${way.fault}; ${way.fix}.`,
                );
            }
            clients.set(name, client(way.connection, end, 20_000));
        }
        return await work({
            host,
            ask: (name) => reaching(name, clients.get(name)),
            readState: () => exportStack(engine),
            writeState: (state) => importState(engine, state),
            report,
        });
    } finally {
        clients.forEach(({ close }) => close());
    }
}

/** Calls that say which cluster it is that does not answer. */
function reaching(name: string, found: ReturnType<typeof client> | undefined): Ask {
    return async (...call) => {
        try {
            if (found === undefined) {
                throw new Error(`cluster ${name} is no part of the hand-over`);
            }
            return await found.ask(...call);
        } catch (error) {
            if (!(error instanceof Unreachable)) {
                throw error;
            }
            throw new CommandError(
                `Cluster ${name} does not answer: ${error.message}. An app is handed over with all its clusters; run it again when it does.`,
            );
        }
    };
}
