/**
 * `npm run demo`: one version of an app on its way, printed as it happens. A commit becomes an image, a rollout and a card;
 * a merge request carries the same image into the next environment. Raises the estate of the dev stack first if need be.
 */
import { engineOf } from "../estate/engines";
import type { App, AppEnvironment, Estate } from "../estate/model";
import { appIn, versionOf, type PromotionStep } from "../estate/flows/plan";
import { CommandError, duration, noArguments, runMain } from "./support/console";
import { stopIfAsked, whenStopped } from "./support/ending";
import { deployEstate } from "./support/deployEstate";
import { enginesInWords } from "./support/engines";
import { kubectlOf } from "./support/overview";
import { Story, type Person } from "./support/story";

const stack = "dev";

/** Prints a line with the time since the beginning. */
type Reporter = (line: string) => void;

async function main(): Promise<void> {
    noArguments(process.argv.slice(2));
    const { estate, sandbox } = await deployEstate(stack, (line) => void process.stderr.write(`${line}\n`));
    whenStopped("Stopped in the middle. Run it again: it begins with a commit of its own.");
    stopIfAsked();
    const app = demoApp(estate);
    const started = Date.now();
    const report: Reporter = (line) => {
        const seconds = ((Date.now() - started) / 1000).toFixed(1);
        process.stdout.write(`${seconds.padStart(6)}s  ${line}\n`);
    };
    const story = new Story(sandbox);
    const maintainer = await story.person(estate.teams[app.team]?.maintainers[0] ?? "root");
    process.stdout.write(`\n${app.name} of team ${app.team}: from a commit to ${firstStep(app).target}\n\n`);
    const tag = await deliver(story, maintainer, estate, app, report);
    await promote(story, maintainer, estate, app, tag, report);
    process.stdout.write(
        `\nDone in ${duration((Date.now() - started) / 1000)}. See for yourself:\n` +
            `  ${sandbox.gitlab.url}/${app.repository.fullPath}/-/pipelines\n` +
            `  ${enginesInWords[app.engine].list(kubectlOf(sandbox, "host"))[0]}\n` +
            `  ${sandbox.chat.url}/\n`,
    );
}

/** The first app whose pipeline writes the tag and which has somewhere to be promoted to. */
function demoApp(estate: Estate): App {
    const app = Object.values(estate.apps).find(
        (each) =>
            each.ci === "gitlab" &&
            each.plan.lanes.some(
                ({ environment, ref, writer }) =>
                    ref.kind === "branch" &&
                    writer === "ci" &&
                    each.plan.promotions.some(({ source }) => source === environment),
            ),
    );
    if (app === undefined) {
        throw new CommandError(
            `The demonstration needs an app with ci: gitlab, two environments and no image updater in the first; stack ${stack} has none.`,
        );
    }
    return app;
}

/** A commit on its way into the first environment. @returns the image's tag. */
async function deliver(
    story: Story,
    person: Person,
    estate: Estate,
    app: App,
    report: Reporter,
): Promise<string> {
    const { environment, branch } = firstLane(app);
    const channels = await marks(story, environment);
    const sha = await story.commit(person, app.repository.fullPath, branch, "Say hello", {
        "public/index.html": `<!doctype html>\n<title>${app.name}</title>\n<p>Hello at ${new Date().toISOString()}.</p>\n`,
    });
    report(`${person.name} commits ${sha.slice(0, 10)} to ${app.repository.fullPath}, branch ${branch}`);
    const pipeline = await story.pipeline(app.repository.fullPath, sha, "push", 180);
    if (pipeline.status !== "success") {
        throw new CommandError(
            `Pipeline ${pipeline.id} ended as ${pipeline.status}:\n${await story.logOf(app.repository.fullPath, pipeline)}`,
        );
    }
    report(`GitLab: pipeline ${pipeline.id} tested, built and pushed the image, and wrote its tag`);
    const tag = sha.slice(0, 10);
    report(
        `Harbor: ${environment.image}:${tag} is ${(await story.digest(environment.project, app.name, tag))?.slice(0, 19)}…`,
    );
    const { repository, revision } = versionOf(app, environment);
    report(
        `GitLab: ${repository}, branch ${revision}, is at ${(await story.head(repository, revision)).slice(0, 10)}`,
    );
    await arrive(story, estate, app, environment, tag, channels, report);
    return tag;
}

/** The version's way into the second environment. */
async function promote(
    story: Story,
    person: Person,
    estate: Estate,
    app: App,
    tag: string,
    report: Reporter,
): Promise<void> {
    const step = firstStep(app);
    const [from, to] = [appIn(app, step.source), appIn(app, step.target)];
    const channels = await marks(story, to);
    const iid = await story.open(person, app.config.fullPath, step.from, step.into);
    report(
        `${person.name} opens merge request !${iid} in ${app.config.fullPath}: ${step.from} → ${step.into}`,
    );
    const head = await story.head(app.config.fullPath, step.from);
    const pipeline = await story.pipeline(app.config.fullPath, head, "merge_request_event", 120);
    if (pipeline.status !== "success") {
        throw new CommandError(
            `Pipeline ${pipeline.id} ended as ${pipeline.status}:\n${await story.logOf(app.config.fullPath, pipeline)}`,
        );
    }
    const [before, after] = await Promise.all([
        story.digest(from.project, app.name, tag),
        story.digest(to.project, app.name, tag),
    ]);
    report(
        `Harbor: ${to.image}:${tag} is ${after?.slice(0, 19)}…, ${before === after ? "the same image" : "ANOTHER image"}`,
    );
    await story.merge(person, app.config.fullPath, iid);
    report(`${person.name} merges !${iid}`);
    await arrive(story, estate, app, to, tag, channels, report);
}

/** Rollout on every cluster of an environment, and the cards about it. */
async function arrive(
    story: Story,
    estate: Estate,
    app: App,
    environment: AppEnvironment,
    tag: string,
    channels: Readonly<Record<string, number>>,
    report: Reporter,
): Promise<void> {
    const engine = engineOf(app.engine);
    for (const [cluster, name] of Object.entries(engine.delivered(app, environment))) {
        const { namespace } = environment;
        await story.arrived(
            enginesInWords[app.engine].delivery(estate, app, name),
            { name, cluster, namespace },
            `${environment.image}:${tag}`,
            120,
        );
        report(`${engine.title}: ${name} is applied and healthy on ${cluster}`);
        for (const [channel, after] of Object.entries(channels)) {
            const { rendered } = await story.card(channel, "green", [name], after, 60);
            report(`${channel}: ${rendered.color} card "${rendered.title}"`);
        }
    }
}

/** The newest card of each channel, so that only later ones count. */
async function marks(story: Story, environment: AppEnvironment): Promise<Record<string, number>> {
    const found = environment.channels.map(
        async (channel) => [channel, await story.newestCard(channel)] as const,
    );
    return Object.fromEntries(await Promise.all(found));
}

/** Where the demonstration's commit goes: the first environment that a branch's commits come to. */
function firstLane(app: App): { readonly environment: AppEnvironment; readonly branch: string } {
    const lane = app.plan.lanes.find(({ ref, writer }) => ref.kind === "branch" && writer === "ci");
    if (lane === undefined) {
        throw new CommandError(`App ${app.name} has no branch whose pipeline writes a tag.`);
    }
    return { environment: appIn(app, lane.environment), branch: lane.ref.name };
}

/** Where the version goes from there. */
function firstStep(app: App): PromotionStep {
    const { environment } = firstLane(app).environment;
    const step = app.plan.promotions.find(({ source }) => source === environment);
    if (step === undefined) {
        throw new CommandError(`App ${app.name} is promoted to no environment from ${environment}.`);
    }
    return step;
}

runMain(main);
