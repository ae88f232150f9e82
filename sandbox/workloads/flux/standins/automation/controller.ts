/** Stands in for image-automation-controller: commits what policies chose where files are marked for it. */
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

import { type Informer } from "../../../../clusters/informer";
import { type Cluster } from "../cluster";
import { type Reporter } from "../events";
import { kinds } from "../kinds";
import { Loop } from "../loop";
import {
    milliseconds,
    type FluxObject,
    type LabelSelector,
    type Outcome,
    type Reference,
    selects,
    type Status,
    statusAfter,
} from "../objects";
import { type StandInSettings } from "../settings";
import { Checkout } from "./git";
import { commitMessage } from "./message";
import { applySetters, type ChosenImage, type PlacedChange, settersOf } from "./setters";

interface GitRef {
    readonly branch?: string;
    readonly tag?: string;
    readonly semver?: string;
    readonly commit?: string;
    readonly name?: string;
}

interface AutomationSpec {
    readonly sourceRef: Reference & { readonly kind: string };
    readonly interval: string;
    readonly policySelector?: LabelSelector;
    readonly update?: { readonly strategy?: string; readonly path?: string };
    readonly git?: {
        readonly checkout?: { readonly ref: GitRef };
        readonly commit: {
            readonly author: { readonly name?: string; readonly email: string };
            readonly messageTemplate?: string;
            readonly messageTemplateValues?: Readonly<Record<string, string>>;
            readonly signingKey?: unknown;
        };
        readonly push?: {
            readonly branch?: string;
            readonly refspec?: string;
            readonly options?: Readonly<Record<string, string>>;
        };
    };
}

interface AutomationStatus extends Status {
    readonly lastAutomationRunTime?: string;
    readonly lastPushCommit?: string;
    readonly lastPushTime?: string;
    readonly observedSourceRevision?: string;
    readonly observedPolicies?: Readonly<
        Record<string, { name: string; tag: string; digest?: string } | null>
    >;
}

type Automation = FluxObject<AutomationSpec, AutomationStatus>;

type Policy = FluxObject<
    unknown,
    Status & {
        readonly latestRef?: { readonly name: string; readonly tag: string; readonly digest?: string };
    }
>;

type GitRepository = FluxObject<{
    readonly url: string;
    readonly ref?: GitRef;
    readonly secretRef?: { readonly name: string };
    readonly proxySecretRef?: unknown;
    readonly timeout?: string;
}>;

/** What an object says that nothing but another object will mend. */
class Stalled extends Error {
    constructor(
        readonly reason: string,
        message: string,
    ) {
        super(message);
    }
}

/** A try that may succeed later. */
class Failed extends Error {
    constructor(
        readonly reason: string,
        message: string,
    ) {
        super(message);
    }
}

/** What came of one run. */
interface Result {
    readonly revision: string;
    readonly pushed?: { readonly commit: string; readonly branch: string; readonly message: string };
}

export class ImageAutomation {
    private readonly automations: Informer<Automation>;
    private readonly policies: Informer<Policy>;
    private readonly runs: Loop<Automation>;
    /** Images that policies chose, by namespace and name: a change sets automations of the namespace going. */
    private readonly chosen = new Map<string, string>();

    constructor(
        private readonly cluster: Cluster,
        private readonly settings: StandInSettings,
        private readonly reporter: Reporter,
        private readonly log: (line: string) => void,
    ) {
        this.runs = new Loop<Automation>(() => this.automations, {
            kind: "ImageUpdateAutomation",
            reconcile: (automation) => this.reconcile(automation),
            log,
        });
        this.automations = cluster.informer(kinds.ImageUpdateAutomation, (object) =>
            this.runs.changed(object),
        );
        this.policies = cluster.informer(kinds.ImagePolicy, () => this.checkPolicies());
    }

    async run(): Promise<void> {
        await Promise.all([this.automations.run(), this.policies.run()]);
    }

    stop(): void {
        [this.runs, this.automations, this.policies].forEach((each) => each.stop());
    }

    private checkPolicies(): void {
        const moved = new Set<string>();
        for (const { metadata, status } of this.policies.values()) {
            const key = `${metadata.namespace ?? ""}/${metadata.name}`;
            const image = JSON.stringify(status?.latestRef ?? null);
            if (this.chosen.get(key) !== image) {
                this.chosen.set(key, image);
                moved.add(metadata.namespace ?? "");
            }
        }
        this.runs.again(({ metadata }) => moved.has(metadata.namespace ?? ""));
    }

    private async reconcile(automation: Automation): Promise<number | undefined> {
        const started = new Date();
        const images = this.imagesFor(automation);
        let result: Result;
        try {
            result = await this.update(automation, images);
        } catch (error) {
            const stalled = error instanceof Stalled;
            const reason = error instanceof Stalled || error instanceof Failed ? error.reason : "Failure";
            const outcome: Outcome = { ready: false, stalled, reason, message: (error as Error).message };
            await this.end(automation, outcome, started, false);
            if (stalled) {
                return undefined;
            }
            throw error;
        }
        const { pushed, revision } = result;
        const message =
            pushed === undefined
                ? "repository up-to-date"
                : `pushed commit '${pushed.commit.slice(0, 7)}' to branch '${pushed.branch}'\n${pushed.message}`;
        await this.end(
            automation,
            { ready: true, reason: "Succeeded", message },
            started,
            pushed !== undefined,
            {
                observedSourceRevision: revision,
                observedPolicies: this.observed(automation, images),
                ...(pushed === undefined
                    ? {}
                    : { lastPushCommit: pushed.commit, lastPushTime: seconds(new Date()) }),
            },
        );
        if (pushed !== undefined) {
            this.log(`${automation.metadata.namespace ?? ""}/${automation.metadata.name}: ${message}`);
        }
        return Math.max(1000, milliseconds(automation.spec.interval, 60_000));
    }

    private imagesFor({ metadata, spec }: Automation): ChosenImage[] {
        return this.policies
            .values()
            .filter(
                (policy) =>
                    policy.metadata.namespace === metadata.namespace &&
                    selects(spec.policySelector ?? {}, policy.metadata.labels ?? {}),
            )
            .flatMap(({ metadata: { name: policy, namespace = "" }, status }) =>
                status?.latestRef === undefined ? [] : [{ namespace, policy, ...status.latestRef }],
            );
    }

    /** What the status says of policies; those that are not looked at any more are taken out. */
    private observed(
        { status }: Automation,
        images: readonly ChosenImage[],
    ): NonNullable<AutomationStatus["observedPolicies"]> {
        const gone = Object.keys(status?.observedPolicies ?? {}).map((name) => [name, null] as const);
        const now = images.map(
            ({ policy, name, tag, digest }) =>
                [policy, { name, tag, ...((digest ?? "") === "" ? {} : { digest: digest ?? "" }) }] as const,
        );
        return Object.fromEntries([...gone, ...now]);
    }

    private async update(automation: Automation, images: readonly ChosenImage[]): Promise<Result> {
        const { spec, metadata } = automation;
        const { namespace = "" } = metadata;
        const source = await this.source(automation);
        const git = spec.git;
        if (git === undefined) {
            throw new Stalled(
                "InvalidSourceConfiguration",
                "source kind 'GitRepository' necessitates field .spec.git: invalid source configuration",
            );
        }
        if ((spec.update?.strategy ?? "Setters") !== "Setters" || spec.update === undefined) {
            throw new Stalled("InvalidUpdateStrategy", "no update strategy");
        }
        if (git.commit.signingKey !== undefined) {
            throw new Stalled(
                "SourceManagerFailed",
                "the stand-in signs no commits: spec.git.commit.signingKey",
            );
        }
        const { branch } = git.checkout?.ref ?? source.spec.ref ?? {};
        if (branch === undefined) {
            throw new Stalled(
                "InvalidSourceConfiguration",
                "the stand-in checks out branches only: neither .spec.git.checkout.ref nor the GitRepository names one",
            );
        }
        const secretName = source.spec.secretRef?.name;
        const secret =
            secretName === undefined
                ? {}
                : await this.cluster.secret(source.metadata.namespace ?? namespace, secretName);
        if (secret === undefined) {
            throw new Failed(
                "SourceManagerFailed",
                `failed to get auth secret '${namespace}/${secretName ?? ""}'`,
            );
        }
        const checkout = new Checkout(path.join(os.tmpdir(), `automation-${crypto.randomUUID()}`), {
            url: source.spec.url,
            secret,
            timeout: milliseconds(source.spec.timeout, 60_000),
        });
        try {
            return await this.updateIn(checkout, automation, git, branch, images);
        } finally {
            checkout.remove();
        }
    }

    private async source({ metadata, spec }: Automation): Promise<GitRepository> {
        const { kind, name, namespace = metadata.namespace ?? "" } = spec.sourceRef;
        if (kind !== "GitRepository") {
            throw new Stalled("InvalidSourceConfiguration", `source kind '${kind}' not supported`);
        }
        if (this.settings.noCrossNamespaceRefs && namespace !== metadata.namespace) {
            throw new Stalled(
                "AccessDenied",
                `can't access 'GitRepository/${namespace}/${name}', cross-namespace references have been blocked`,
            );
        }
        const source = await this.cluster.get<GitRepository>(kinds.GitRepository, namespace, name);
        if (source === undefined) {
            throw new Failed(
                "SourceManagerFailed",
                `failed configuring source manager: ${namespace}/${name} not found`,
            );
        }
        return source;
    }

    private async updateIn(
        checkout: Checkout,
        { metadata, spec }: Automation,
        git: NonNullable<AutomationSpec["git"]>,
        branch: string,
        images: readonly ChosenImage[],
    ): Promise<Result> {
        const operation = async <T>(what: string, work: Promise<T>): Promise<T> =>
            work.catch((error: unknown) => {
                throw new Failed("GitOperationFailed", `failed to ${what}: ${(error as Error).message}`);
            });
        const head = await operation("checkout source", checkout.clone(branch));
        const target = git.push?.branch ?? branch;
        if (target !== branch) {
            await operation("checkout source", checkout.switchTo(target));
        }
        const revision = `${branch}@sha1:${head}`;
        const files = writeSetters(checkout.work, spec.update?.path ?? "", images);
        if (files.size === 0) {
            return { revision };
        }
        const { author, messageTemplate, messageTemplateValues = {} } = git.commit;
        const message = commitMessage(messageTemplate, {
            automation: { name: metadata.name, namespace: metadata.namespace ?? "" },
            files,
            values: messageTemplateValues,
        });
        const commit = await operation(
            "update source",
            checkout.commit({ author: { name: author.name ?? author.email, email: author.email }, message }),
        );
        if (commit === undefined) {
            return { revision };
        }
        const options = Object.entries(git.push?.options ?? {}).map(([name, value]) =>
            value === "" ? name : `${name}=${value}`,
        );
        await operation(
            "update source",
            checkout.push(`HEAD:refs/heads/${target}`, options, target !== branch),
        );
        const refspec = git.push?.refspec;
        if (refspec !== undefined && refspec !== "") {
            await operation("update source", checkout.push(refspec, options, false));
        }
        return {
            revision: target === branch ? `${branch}@sha1:${commit}` : revision,
            pushed: { commit, branch: target, message },
        };
    }

    private async end(
        automation: Automation,
        outcome: Outcome,
        started: Date,
        news: boolean,
        more: Partial<AutomationStatus> = {},
    ): Promise<void> {
        const status: AutomationStatus = {
            lastAutomationRunTime: seconds(started),
            ...more,
            ...statusAfter(automation, outcome, new Date()),
        };
        await this.cluster.patchStatus(kinds.ImageUpdateAutomation, automation, status);
        await this.reporter.ended(kinds.ImageUpdateAutomation, automation, outcome, news);
    }
}

/** Writes the images into every YAML file below a folder of a checkout. @returns what changed, by file. */
function writeSetters(
    work: string,
    folder: string,
    images: readonly ChosenImage[],
): ReadonlyMap<string, readonly PlacedChange[]> {
    const setters = settersOf(images);
    const top = fs.realpathSync(work);
    const start = path.resolve(top, folder.replace(/^\/+/, ""));
    if (start !== top && !start.startsWith(`${top}${path.sep}`)) {
        throw new Failed("UpdateFailed", `failed to apply policies: ${folder} leads out of the repository`);
    }
    if (!fs.existsSync(start)) {
        throw new Failed(
            "UpdateFailed",
            `failed to apply policies: there is no folder ${folder} in the repository`,
        );
    }
    const changed = new Map<string, readonly PlacedChange[]>();
    for (const entry of fs.readdirSync(start, { recursive: true, withFileTypes: true })) {
        const file = path.join(entry.parentPath, entry.name);
        // A link may lead out of the repository; files of git itself are none of its content.
        const relative = path.relative(start, file);
        if (!entry.isFile() || !/\.ya?ml$/.test(entry.name) || relative.split(path.sep).includes(".git")) {
            continue;
        }
        let result: ReturnType<typeof applySetters>;
        try {
            result = applySetters(fs.readFileSync(file, "utf8"), setters);
        } catch (error) {
            throw new Failed(
                "UpdateFailed",
                `failed to apply policies: ${relative}: ${(error as Error).message}`,
            );
        }
        if (result.changes.length > 0) {
            fs.writeFileSync(file, result.text);
            changed.set(relative, result.changes);
        }
    }
    return changed;
}

/** ISO 8601 to the second, as the API writes times. */
function seconds(time: Date): string {
    return `${time.toISOString().slice(0, 19)}Z`;
}
