/** Prepares a change of an estate that exists, before the update and beside its servers: see disruptive/, branches.ts and environments.ts. */
import { wantedByRepository } from "../../estate/approvals";
import type { Estate } from "../../estate/model";
import { checkoutDir } from "../../toolchain/checkout";
import { gitlabConnection } from "../doctor/connections";
import { formatFindings, type Refusal } from "../doctor/finding";
import { asking, Unreachable, type Ask } from "../doctor/http";
import { credentialsOf } from "../doctor/stack";
import { misreadContent } from "../handOver";
import { handOverLines, refusedHandOvers, type HandOver } from "../handOver/places";
import { addressesOf, clustersBefore, otherAddresses, serversOf, type Addresses } from "./addresses";
import { existing, withoutResources, type RepositoryBranch } from "./branches";
import { CommandError } from "./console";
import { environmentsText, type RepositoryEnvironment } from "./environments";
import { releaseSettings } from "./destroy";
import { type PulumiEngine } from "./pulumiEngine";
import { exportStack, importState, type ExportedStack } from "./exported";
import { gatedRepositories, raisedGates, raiseGates, runGatesAgain } from "./gatedRequests";
import { findExisting, type Wanted } from "./leftOnServer";
import { retainedRepositoriesLine } from "./retainedRepositories";
import { lookAhead, excludedSteps, type LookAhead } from "./lookAhead";
import { relocationLines } from "./disruptive/versions";
import type { Step } from "./runReport";
import { createDefaultBranches, defaultBranchLines } from "./defaultBranches";
import { committedStackFile } from "./stack";
import { retainedLine } from "./retained";
import { fileType, filesToCome, getsContent, toInclude, withoutInclude } from "./seeds";
import { goneMembers, newNames, withNewNames } from "./people";
import { propose, wishesOf } from "./proposals";
import { importResources } from "./pendingOperations";

export interface Change {
    /** False for a preview: nothing is refused, and the state stays as it is. */
    readonly writes: boolean;
    /** Whether a change is made that deletes something that runs. */
    readonly acceptOutage: boolean;
    /** Whether a plan is applied that the engine made of the state as it was. */
    readonly reviewed: boolean;
    readonly report: (line: string) => void;
}

/** What is known of a change before it is made. */
export interface Prepared extends Pick<LookAhead, "retained" | "excluded" | "handOvers"> {
    /** What an update refuses, and what goes over to another place. */
    readonly ahead?: Pick<LookAhead, "refused" | "blocked" | "relocated" | "defaultBranches">;
    /** URNs of branches, environments and protections that are on GitLab from before, and that the update goes on with. */
    readonly adopted: ReadonlySet<string>;
    /** Whether files that a preview would make may be in their repositories already. */
    readonly mayHaveFiles: boolean;
    /** The steps that the engine does not report of what it passes over. */
    readonly excludedSteps: readonly Step[];
    /** Why a plan of this change could not be applied, and what to do in its place; empty: it could. */
    readonly beyondPlans: readonly string[];
}

/** A change with what it has found on its way. */
interface Course extends Change {
    /** Notes what no plan can hold. @throws CommandError where one is applied. */
    readonly beyondPlan: (what: string, why: string, options?: string) => void;
}

/**
 * Refuses what would delete something that nobody meant to delete, and prepares branches that are named no more,
 * or again.
 *
 * @throws CommandError when a change is refused; nothing was changed then.
 */
export async function prepareChange(engine: PulumiEngine, estate: Estate, change: Change): Promise<Prepared> {
    const beyondPlans: string[] = [];
    return { ...(await prepare(engine, estate, courseOf(engine, change, beyondPlans))), beyondPlans };
}

function courseOf({ stack }: PulumiEngine, change: Change, found: string[]): Course {
    return {
        ...change,
        beyondPlan: (what, why, options = "") => {
            const text = `A reviewed plan cannot ${what}: ${why}.`;
            const instead = `Make this change with npm run up -- --stack ${stack}${options}.`;
            if (change.reviewed) {
                throw new CommandError(`${text} Nothing was changed. ${instead}`);
            }
            found.push(`${text} ${instead}`);
        },
    };
}

async function prepare(
    engine: PulumiEngine,
    estate: Estate,
    change: Course,
): Promise<Omit<Prepared, "beyondPlans">> {
    const exported = await exportStack(engine);
    if (change.writes) {
        await releaseSettings(engine, exported);
    }
    const ahead = lookAhead(estate, exported);
    const { handOvers: places, blocked, images, defaultBranches, repositories: gone } = ahead;
    const read = await misreadOnGitLab(engine, estate, places, change);
    const findings = [
        ...ahead.refused,
        // The sandbox's addresses are its ports, which it chooses when it starts.
        ...(engine.kind === "own"
            ? otherAddresses(estate, exported, await clustersNow(engine, exported))
            : []),
        ...(await notIncluded(engine, estate, exported, change)),
        ...read,
    ];
    if (findings.length > 0) {
        if (change.writes && !change.acceptOutage) {
            throw new CommandError(
                `${formatFindings(findings)}\n\nNothing was changed. To do it all the same: --accept-outage. More: docs/troubleshooting.md, Names, branches and registries.`,
            );
        }
        change.report(`${formatFindings(findings)}\n`);
    }
    if (blocked.length > 0) {
        if (change.writes) {
            throw new CommandError(
                `${formatFindings(blocked)}\n\nNothing was changed. More: docs/troubleshooting.md, Names, branches and registries.`,
            );
        }
        change.report(`${formatFindings(blocked)}\n`);
    }
    if (images.length > 0) {
        change.beyondPlan(
            `move image projects to another registry (${images.map(({ project }) => project).join(", ")})`,
            "they leave the stack before the update, and the plan has them in it",
            " --accept-outage",
        );
    }
    if (defaultBranches.length > 0) {
        change.beyondPlan(
            `give a repository another first branch (${defaultBranches.map(({ repository, to }) => `${to} of ${repository}`).join(", ")})`,
            "it is made before the update, and the plan has none of it",
        );
    }
    if (read.length === 0 && refusedHandOvers(places).length === 0) {
        handOverLines(places).forEach(change.report);
    }
    await renamePeople(engine, estate, exported, change);
    const { left, named } = ahead.branches;
    const back = await importBranches(engine, estate, named, change);
    const again = await importEnvironments(engine, estate, ahead.environments.named, change);
    [...relocationLines(ahead.relocated), ...defaultBranchLines(defaultBranches)].forEach(change.report);
    if (change.writes && defaultBranches.length > 0) {
        await onGitLab(engine, estate, async (ask) => {
            await createDefaultBranches(defaultBranches, ask);
        });
    }
    if (left.length > 0) {
        change.report(
            retainedLine(
                `Not in the spec any more: ${listOf(left)}`,
                "on GitLab with its protection",
                "neither",
                change.writes,
            ),
        );
    }
    if (ahead.environments.left.length > 0) {
        change.report(
            retainedLine(
                `No pipeline of these repositories deploys to it any more: ${environmentsText(ahead.environments.left)}`,
                "on GitLab with the history of its deployments",
                "nothing of it",
                change.writes,
            ),
        );
    }
    const leaving = retainedRepositoriesLine(gone, change.writes);
    if (leaving !== undefined) {
        change.report(leaving);
    }
    if (images.length > 0) {
        change.report(
            retainedLine(
                `In another registry now: ${images.map(({ project, registry }) => `image project ${project} of ${registry}`).join(", ")}`,
                "there with its images",
                "nothing of it",
                change.writes,
            ),
        );
    }
    if (change.writes && ahead.retained.size > 0) {
        await importState(engine, withoutResources(await exportStack(engine), [...ahead.retained]));
    }
    // After what leaves has left: a preview says which files come, and would end at what is protected.
    if (change.writes && (defaultBranches.length > 0 || getsContent(estate, exported))) {
        await importFiles(engine, estate, change);
    }
    if (change.writes) {
        await raiseApprovals(engine, estate, exported, change);
    }
    return {
        retained: ahead.retained,
        excluded: change.writes ? [] : ahead.excluded,
        handOvers: places,
        ahead: { ...ahead, refused: findings, blocked: [...blocked, ...back.open] },
        adopted: new Set([...back.urns, ...again]),
        mayHaveFiles: defaultBranches.length > 0 || getsContent(estate, exported),
        excludedSteps: change.writes ? [] : excludedSteps(ahead, exported),
    };
}

/** Where the next update finds the clusters that the last one knew an address of. Secrets are read only where a kubeconfig says it. */
async function clustersNow(engine: PulumiEngine, exported: ExportedStack): Promise<Addresses> {
    const known = Object.keys(clustersBefore(exported));
    if (known.length === 0) {
        return {};
    }
    const described = { stack: engine.stack, text: committedStackFile(engine.stack) };
    const written = addressesOf(described, {});
    return known.every((name) => written[name] !== undefined)
        ? written
        : addressesOf(described, await serversOf(described, await credentialsOf(engine)));
}

/** What an app's new engine would not read as the old one does. Without GitLab a preview says what it can. */
async function misreadOnGitLab(
    engine: PulumiEngine,
    estate: Estate,
    places: readonly HandOver[],
    { writes }: Change,
): Promise<Refusal[]> {
    const findings: Refusal[] = [];
    if (places.length > 0) {
        await lookOnGitLab(engine, estate, writes, async (ask) => {
            findings.push(...(await misreadContent(places, ask)));
        });
    }
    return findings;
}

/** Repositories that are to include their pipelines, and whose file does not say so yet. A preview goes on without GitLab. */
async function notIncluded(
    engine: PulumiEngine,
    estate: Estate,
    exported: ExportedStack,
    { writes }: Change,
): Promise<Refusal[]> {
    const repositories = toInclude(estate, exported);
    const found: Refusal[] = [];
    if (repositories.length > 0) {
        await lookOnGitLab(engine, estate, writes, async (ask) => {
            found.push(...(await withoutInclude(repositories, ask)));
        });
    }
    return found;
}

/** Lets memberships go on whose person has another user name now. */
async function renamePeople(
    engine: PulumiEngine,
    estate: Estate,
    exported: ExportedStack,
    { writes, beyondPlan, report }: Course,
): Promise<void> {
    const gone = goneMembers(estate, exported);
    if (gone.length === 0) {
        return;
    }
    await lookOnGitLab(engine, estate, writes, async (ask) => {
        const names = await newNames(gone, ask);
        if (names.length === 0) {
            return;
        }
        const who = names
            .map(({ before, now, team }) => `${before} is ${now} now, in team ${team}`)
            .join("; ");
        beyondPlan(
            `go on with people under other names (${who})`,
            "the plan has new memberships for them, and GitLab refuses a second one",
        );
        report(
            `The same person under another user name: ${who}. ${writes ? "The membership goes on." : "up goes on with the membership: it is neither deleted nor made anew."}`,
        );
        if (writes) {
            await importState(engine, withNewNames(await exportStack(engine), names));
        }
    });
}

/** Lets a greater number of approvals count at once: whatever else the update does, nothing is merged with fewer meanwhile. */
async function raiseApprovals(
    engine: PulumiEngine,
    estate: Estate,
    exported: ExportedStack,
    { report }: Change,
): Promise<void> {
    const raised = raisedGates(exported, wantedByRepository(estate), new Date().toISOString());
    if (raised.length > 0) {
        await onGitLab(engine, estate, async (ask) => {
            (await raiseGates(raised, ask)).forEach(report);
        });
    }
}

/** Imports files that are in a repository already, of those that the update would make. */
async function importFiles(engine: PulumiEngine, estate: Estate, { report }: Change): Promise<void> {
    const coming = await filesToCome(engine);
    if ("failed" in coming) {
        report(
            `Which files are in repositories already was not looked at, for a preview did not come to its end:\n${coming.failed}\nThe update may end at files that are there. Mend that first, then run it again.`,
        );
        return;
    }
    const { files } = coming;
    await onGitLab(engine, estate, async (ask) => {
        const names = await importResources(engine, files, ask);
        if (names.length > 0) {
            report(`In the repository already, and left as it is there: ${names.join(", ")}`);
        }
    });
}

/**
 * Looks after merge requests, after an update: opens those by which repositories come to what they include, and runs the gates
 * again that counted to another number of approvals. What fails then does not make it an update that failed: it is made.
 */
export async function afterUpdate(
    engine: PulumiEngine,
    estate: Estate,
    report: (line: string) => void,
): Promise<void> {
    const proposes = Object.values(estate.apps).some(({ included }) => included?.byMergeRequest === true);
    const gated = estate.gitlab.approvalGate !== undefined;
    if (!proposes && !gated) {
        return;
    }
    try {
        const exported = await exportStack(engine);
        await onGitLab(engine, estate, async (ask) => {
            if (proposes) {
                (await propose(wishesOf(exported), ask)).forEach(report);
            }
            if (gated) {
                (await runGatesAgain(gatedRepositories(exported), ask)).forEach(report);
            }
        });
    } catch (error) {
        report(
            `The update is made; its merge requests could not be looked after, and the next up does it: ${error instanceof Error ? error.message.replace(/ Nothing was changed\.$/, "") : String(error)}`,
        );
    }
}

/** Calls to GitLab before an update. A preview says what it can: without GitLab it goes on. */
async function lookOnGitLab(
    engine: PulumiEngine,
    estate: Estate,
    writes: boolean,
    work: (ask: Ask) => Promise<void>,
): Promise<void> {
    const look = onGitLab(engine, estate, work);
    await (writes ? look : look.catch(() => undefined));
}

/** Calls to GitLab. @throws CommandError when it does not answer. */
async function onGitLab(
    engine: PulumiEngine,
    estate: Estate,
    work: (ask: Ask) => Promise<void>,
): Promise<void> {
    const context = { credentials: await credentialsOf(engine), folder: checkoutDir(), env: engine.env };
    try {
        await asking(gitlabConnection(estate, context), AbortSignal.timeout(120_000), work, 10_000);
    } catch (error) {
        if (!(error instanceof Unreachable)) {
            throw error;
        }
        throw new CommandError(`GitLab does not answer: ${error.message}. Nothing was changed.`);
    }
}

/**
 * URNs of the files among the steps of a preview that are in their repositories already: an update leaves them as they are.
 * None where GitLab does not answer, for a preview says what it can.
 */
export async function filesThere(
    engine: PulumiEngine,
    estate: Estate,
    planned: readonly Step[],
): Promise<ReadonlySet<string>> {
    const coming = planned.flatMap(({ op, urn, type, new: now }): Wanted[] =>
        op === "create" && type === fileType && now?.inputs ? [{ urn, type, inputs: now.inputs }] : [],
    );
    const found = new Set<string>();
    if (coming.length > 0) {
        await onGitLab(engine, estate, async (ask) => {
            await Promise.all(
                coming.map(async (each) => {
                    if ((await findExisting(each, ask)) !== undefined) {
                        found.add(each.urn);
                    }
                }),
            );
        }).catch(() => undefined);
    }
    return found;
}

/** Branches that were there before they were named again. */
interface ImportedBranches {
    readonly urns: ReadonlySet<string>;
    /** Those that nobody can vouch for; an update ends with them. */
    readonly open: readonly Refusal[];
}

/** Imports branches that are named again. One that is open is nobody's promise: who wrote to it is not known. */
async function importBranches(
    engine: PulumiEngine,
    estate: Estate,
    named: readonly RepositoryBranch[],
    change: Course,
): Promise<ImportedBranches> {
    const back = { urns: new Set<string>(), open: [] as Refusal[] };
    if (named.length === 0) {
        return back;
    }
    await lookOnGitLab(engine, estate, change.writes, async (ask) => {
        const found = await existing(named, ask);
        const open = found.filter(({ isProtected, byPeople }) => !isProtected && !byPeople);
        if (open.length > 0) {
            const text = `On GitLab already, and open to everybody who may push: ${listOf(open)}. What is written there would be delivered.`;
            if (change.writes) {
                throw new CommandError(
                    `${text} Nothing was changed. Look at it, then protect the branch, or delete it to have it made anew.`,
                );
            }
            change.report(text);
            back.open.push(...open.map(openBranch));
        }
        const again = found.filter(({ isProtected }) => isProtected);
        const words = listOf(again);
        const line = `On GitLab already, with its protection: ${words}. The estate goes on with it as it is.`;
        await adopt(engine, again, { words, line, urns: back.urns }, change, ask);
    });
    return back;
}

/** Imports environments that are deployed to again; URNs of what is there. */
async function importEnvironments(
    engine: PulumiEngine,
    estate: Estate,
    named: readonly RepositoryEnvironment[],
    change: Course,
): Promise<ReadonlySet<string>> {
    const urns = new Set<string>();
    if (named.length === 0) {
        return urns;
    }
    await lookOnGitLab(engine, estate, change.writes, async (ask) => {
        const there = await Promise.all(
            named.map(async (each) => ({
                ...each,
                resources: await onServer(each.resources, ask),
            })),
        );
        const again = there.filter(({ resources }) => resources.length > 0);
        const words = environmentsText(again);
        const line = `On GitLab already: ${words}. The estate goes on with it, and with the history of its deployments.`;
        await adopt(engine, again, { words, line, urns }, change, ask);
    });
    return urns;
}

/**
 * Imports what is on GitLab already, says so in `line`, and adds it to `urns`. A reviewed plan excludes it: the engine holds to
 * the plan, which was made before the import and would make what is there then.
 */
async function adopt(
    engine: PulumiEngine,
    again: readonly { readonly resources: readonly Wanted[] }[],
    { words, line, urns }: { readonly words: string; readonly line: string; readonly urns: Set<string> },
    { writes, beyondPlan, report }: Course,
    ask: Ask,
): Promise<void> {
    if (again.length === 0) {
        return;
    }
    beyondPlan(`go on with what is on GitLab already (${words})`, "the plan would make it anew");
    report(line);
    const resources = again.flatMap((each) => each.resources);
    resources.forEach(({ urn }) => urns.add(urn));
    if (writes) {
        await importResources(engine, resources, ask);
    }
}

/** Those of the resources that are there. */
async function onServer(wanted: readonly Wanted[], ask: Ask): Promise<Wanted[]> {
    const looks = await Promise.all(
        wanted.map(async (each) => ((await findExisting(each, ask)) === undefined ? [] : [each])),
    );
    return looks.flat();
}

function openBranch({ repository, branch }: RepositoryBranch): Refusal {
    return {
        id: "branch-open",
        path: repository,
        value: branch,
        rule: "is a branch there already, and open to everybody who may push: what is written there would be delivered",
        fix: "look at it, then protect the branch, or delete it to have it made anew",
        zh: {
            rule: "已是那里的分支，而且任何可以推送的人都能写入：其中的内容会被交付",
            fix: "先查看该分支，再保护它；或删除它，让更新重新创建",
        },
        severity: "error",
    };
}

const listOf = (branches: readonly RepositoryBranch[]): string =>
    branches.map(({ repository, branch }) => `branch ${branch} of ${repository}`).join(", ");
