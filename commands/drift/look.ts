/** The whole look: every server of a stack at once, and what of it is not as declared. Nothing is changed anywhere. */
import { checkCredentials } from "../../estate/credentials";
import type { Cluster, Estate, Registry } from "../../estate/model";
import { formatProblems } from "../../estate/problem";
import { checkoutDir } from "../../toolchain/checkout";
import { wayTo } from "../doctor/cluster/kubeconfig";
import { gitlabConnection, harborConnection, secret, type ConnectionContext } from "../doctor/connections";
import { asking, Unreachable, type Connection } from "../doctor/http";
import { credentialsOf } from "../doctor/stack";
import { CommandError } from "../support/console";
import type { PulumiEngine } from "../support/pulumiEngine";
import { stackFolder } from "../support/stack";
import { readAccepted, withoutAccepted } from "./accepted";
import { clusterDrift } from "./cluster/compare";
import { clusterInventory } from "./cluster/inventory";
import { declaredBy, type Declared } from "./declared";
import { sortFindings, type DriftReport, type Finding, type Unread } from "./finding";
import { gitlabDrift } from "./gitlab/compare";
import { gitlabInventory } from "./gitlab/inventory";
import { harborDrift } from "./harbor/compare";
import { harborInventory } from "./harbor/inventory";
import { movedTags, tagsIn, type SeenTag } from "./harbor/tags";
import { cardTo } from "./card";
import { reconcileIssue } from "./issue";
import { Reader } from "./reader";
import type { Language } from "./words";

/** Longest time of the whole look, in milliseconds: an estate of hundreds of apps on slow servers. */
const deadline = 600_000;

/** Longest wait for one answer, in milliseconds. */
const callTimeout = 30_000;

interface Found {
    readonly findings: readonly Finding[];
    readonly unread: readonly Unread[];
}

/** Looks at every server of a stack. @throws CommandError when the stack itself cannot be read. */
export async function lookForDrift(engine: PulumiEngine, estate: Estate): Promise<DriftReport> {
    const decisions = readAccepted(stackFolder(), engine.stack);
    const [credentials, declared] = await Promise.all([credentialsOf(engine), declaredBy(engine)]);
    const missing = checkCredentials(estate, credentials).filter(({ severity }) => severity === "error");
    if (missing.length > 0) {
        throw new CommandError(formatProblems(missing, "the credentials"));
    }
    if (declared.length === 0) {
        throw new CommandError(
            `Stack ${engine.stack} has made nothing yet, so there is nothing to compare with. First: npm run up -- --stack ${engine.stack}`,
        );
    }
    const context: ConnectionContext = { credentials, folder: checkoutDir(), env: engine.env };
    const end = AbortSignal.timeout(deadline);
    const now = new Date();
    const mend = `npm run up -- --stack ${engine.stack} --refresh`;
    const run: Run = { end, now, mend };
    const of = (provider: string): Declared[] => declared.filter((each) => each.provider === provider);
    const tags: SeenTag[] = [];
    const looks = await Promise.all([
        lookAtGitLab(
            estate,
            declared.filter(({ type }) => type.startsWith("gitlab:")),
            context,
            run,
        ),
        ...Object.values(estate.registries).map((registry) =>
            lookAtHarbor(estate, registry, of(`harbor-${registry.name}`), context, run, tags),
        ),
        ...Object.values(estate.clusters).map((cluster) =>
            lookAtCluster(estate, cluster, of(`cluster-${cluster.name}`), context, run),
        ),
    ]);
    const { findings, accepted, unused } = withoutAccepted(
        sortFindings([...looks.flatMap((look) => look.findings), ...movedTags(tags)]),
        decisions,
        now.toISOString().slice(0, 10),
    );
    return {
        stack: engine.stack,
        findings,
        unread: looks.flatMap(({ unread }) => unread),
        compared: declared.length,
        accepted,
        unused: unused.map(({ server, place, kind, name }) =>
            [server, place ?? "", kind, name].filter((part) => part !== "").join(" "),
        ),
    };
}

interface Run {
    readonly end: AbortSignal;
    readonly now: Date;
    /** Command that makes declared things as they are declared. */
    readonly mend: string;
}

/** What one server has, as far as it can be read. */
async function reading(
    server: string,
    connection: Connection,
    end: AbortSignal,
    work: (reader: Reader) => Promise<readonly Finding[]>,
): Promise<Found> {
    return asking(
        connection,
        end,
        async (ask) => {
            const reader = new Reader(server, ask);
            const findings = await work(reader);
            return { findings, unread: reader.unread };
        },
        callTimeout,
    );
}

function lookAtGitLab(
    estate: Estate,
    declared: readonly Declared[],
    context: ConnectionContext,
    { end, now, mend }: Run,
): Promise<Found> {
    return reading("GitLab", gitlabConnection(estate, context), end, async (reader) => {
        const inventory = await gitlabInventory(reader, declared, estate.gitlab.tier);
        return gitlabDrift(declared, inventory, {
            url: estate.gitlab.url,
            mend,
            today: now.toISOString().slice(0, 10),
            teams: Object.fromEntries(Object.values(estate.teams).map((team) => [team.group, team.name])),
        });
    });
}

function lookAtHarbor(
    estate: Estate,
    registry: Registry,
    declared: readonly Declared[],
    context: ConnectionContext,
    { end, now, mend }: Run,
    /** Gets the tags that are there: an app's environments can have several registries. */
    tags: SeenTag[],
): Promise<Found> {
    const connection = harborConnection(registry, estate, context);
    return reading(`Harbor ${registry.name}`, connection, end, async (reader) => {
        const [inventory, seen] = await Promise.all([
            harborInventory(reader, declared),
            tagsIn(reader, estate, registry.name),
        ]);
        tags.push(...seen);
        return harborDrift(declared, inventory, {
            name: registry.name,
            url: registry.url,
            username: secret(context, "registries", registry.name, "username"),
            mend,
            now,
        });
    });
}

async function lookAtCluster(
    estate: Estate,
    cluster: Cluster,
    declared: readonly Declared[],
    context: ConnectionContext,
    { end, now, mend }: Run,
): Promise<Found> {
    const server = `cluster ${cluster.name}`;
    const way = await wayTo(cluster, context);
    if ("fault" in way) {
        return { findings: [], unread: [{ server, what: "", why: `${way.fault}; ${way.fix}` }] };
    }
    return reading(server, way.connection, end, async (reader) =>
        clusterDrift(declared, await clusterInventory(reader, declared), {
            name: cluster.name,
            context: cluster.context,
            mend,
            estate: estate.name,
            apps: Object.keys(estate.apps),
            environments: estate.environments.map(({ name }) => name),
            now,
        }),
    );
}

/** Keeps the issue about a report. `token`: of GitLab; absent: the stack's own. `channel`: gets a card when it begins and ends. */
export async function reconcileDriftIssue(
    engine: PulumiEngine,
    estate: Estate,
    project: string,
    report: DriftReport,
    language: Language,
    { token, channel }: { readonly token?: string; readonly channel?: string } = {},
): Promise<string | undefined> {
    const own =
        token === undefined || channel !== undefined ? await credentialsOf(engine) : { gitlab: { token } };
    const credentials = token === undefined ? own : { gitlab: { token } };
    const context: ConnectionContext = { credentials, folder: checkoutDir(), env: engine.env };
    const notify =
        channel === undefined ? undefined : cardTo(estate, channel, report, { ...context, credentials: own });
    const connection = gitlabConnection(estate, context);
    try {
        return await asking(
            connection,
            AbortSignal.timeout(deadline),
            (ask) => reconcileIssue(ask, project, report, language, notify),
            callTimeout,
        );
    } catch (error) {
        if (error instanceof Unreachable) {
            throw new CommandError(
                `The issue cannot be written, GitLab does not answer: ${error.message}.`,
                2,
            );
        }
        throw error;
    }
}
