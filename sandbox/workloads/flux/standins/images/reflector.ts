/** Stands in for image-reflector-controller: looks at registries' tags, and says which one a policy chooses. */
import * as crypto from "node:crypto";

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
import { InvalidPolicy, goExpression, latestTag, type TagFilter, type TagPolicy } from "./policy";
import { accountIn, digestOf, listTags, parseImage, type RegistryOptions } from "./registry";

interface RepositorySpec {
    readonly image: string;
    readonly interval: string;
    readonly timeout?: string;
    readonly secretRef?: { readonly name: string };
    readonly certSecretRef?: { readonly name: string };
    readonly proxySecretRef?: { readonly name: string };
    readonly serviceAccountName?: string;
    readonly provider?: string;
    readonly insecure?: boolean;
    readonly exclusionList?: readonly string[];
    readonly accessFrom?: { readonly namespaceSelectors?: readonly LabelSelector[] };
}

interface RepositoryStatus extends Status {
    readonly canonicalImageName?: string;
    readonly observedExclusionList?: readonly string[];
    readonly lastScanResult?: {
        readonly tagCount: number;
        readonly scanTime: string;
        readonly revision: string;
        readonly latestTags: readonly string[];
    };
}

type Repository = FluxObject<RepositorySpec, RepositoryStatus>;

interface ImageRef {
    readonly name: string;
    readonly tag: string;
    /** `null` takes an earlier one out of the status. */
    readonly digest?: string | null;
}

interface PolicySpec {
    readonly imageRepositoryRef: Reference;
    readonly policy: TagPolicy;
    readonly filterTags?: TagFilter;
    readonly digestReflectionPolicy?: "Always" | "IfNotPresent" | "Never";
    readonly interval?: string;
}

interface PolicyStatus extends Status {
    readonly latestRef?: ImageRef;
    readonly observedPreviousRef?: ImageRef;
}

type Policy = FluxObject<PolicySpec, PolicyStatus>;

/** What a reflector leaves out by default: signatures. */
const defaultExclusions = ["^.*\\.sig$"];

/** Newest tags that are shown in a status. */
const shownTags = 10;

export class ImageReflector {
    private readonly repositories: Informer<Repository>;
    private readonly policies: Informer<Policy>;
    private readonly scans: Loop<Repository>;
    private readonly choices: Loop<Policy>;
    /** Tags of the last scan, by namespace and name. */
    private readonly tags = new Map<string, readonly string[]>();

    constructor(
        private readonly cluster: Cluster,
        private readonly settings: StandInSettings,
        private readonly reporter: Reporter,
        log: (line: string) => void,
    ) {
        this.scans = new Loop<Repository>(() => this.repositories, {
            kind: "ImageRepository",
            reconcile: (repository) => this.scan(repository),
            log,
        });
        this.choices = new Loop<Policy>(() => this.policies, {
            kind: "ImagePolicy",
            reconcile: (policy) => this.choose(policy),
            log,
        });
        this.repositories = cluster.informer(kinds.ImageRepository, (object) => this.scans.changed(object));
        this.policies = cluster.informer(kinds.ImagePolicy, (object) => this.choices.changed(object));
    }

    async run(): Promise<void> {
        await Promise.all([this.repositories.run(), this.policies.run()]);
    }

    stop(): void {
        [this.scans, this.choices, this.repositories, this.policies].forEach((each) => each.stop());
    }

    private async scan(repository: Repository): Promise<number | undefined> {
        const { spec, status } = repository;
        const key = keyOf(repository);
        const exclusions = spec.exclusionList ?? defaultExclusions;
        let found: readonly string[];
        try {
            parseImage(spec.image);
        } catch (error) {
            const message = (error as Error).message;
            await this.end(repository, { ready: false, stalled: true, reason: "ImageURLInvalid", message });
            return undefined;
        }
        try {
            const all = await listTags(spec.image, await this.registryOptions(repository));
            const excluded = exclusions.map((pattern) => goExpression(pattern));
            found = all.filter((tag) => !excluded.some((expression) => expression.test(tag))).sort();
        } catch (error) {
            const message = `scan failed: ${(error as Error).message}`;
            await this.end(repository, { ready: false, reason: "ReadOperationFailed", message });
            throw error;
        }
        const revision = checksum(found);
        const changed = status?.lastScanResult?.revision !== revision || !this.tags.has(key);
        this.tags.set(key, found);
        const message = `successful scan: found ${found.length} tags with checksum ${revision}`;
        await this.end(repository, { ready: true, reason: "Succeeded", message }, changed, {
            canonicalImageName: spec.image,
            observedExclusionList: exclusions,
            lastScanResult: {
                tagCount: found.length,
                scanTime: `${new Date().toISOString().slice(0, 19)}Z`,
                revision,
                latestTags: [...found].reverse().slice(0, shownTags),
            },
        });
        if (changed) {
            this.choices.again((policy) => repositoryOf(policy) === key);
        }
        return milliseconds(spec.interval, 60_000);
    }

    private async choose(policy: Policy): Promise<number | undefined> {
        const { spec, status } = policy;
        const key = repositoryOf(policy);
        const [namespace = "", name = ""] = key.split("/");
        const repository = this.repositories.get(namespace, name);
        const refusal = this.refusal(policy, repository);
        if (refusal !== undefined || repository === undefined) {
            const outcome = refusal ?? missing(key);
            await this.endPolicy(policy, outcome);
            throw new Error(outcome.message);
        }
        const tags = this.tags.get(key);
        if (tags === undefined || tags.length === 0) {
            const message = "no tags in database";
            await this.endPolicy(policy, { ready: false, reason: "DependencyNotReady", message });
            // The next scan finds some.
            return undefined;
        }
        let latest: ImageRef;
        try {
            const tag = latestTag(tags, spec.policy, spec.filterTags);
            const digest = await this.digest(policy, repository, tag);
            latest = { name: repository.spec.image, tag, digest: digest ?? null };
        } catch (error) {
            const stalled = error instanceof InvalidPolicy;
            const message = (error as Error).message;
            const reason = stalled ? "InvalidPolicy" : "Failure";
            await this.endPolicy(policy, { ready: false, stalled, reason, message });
            if (stalled) {
                return undefined;
            }
            throw error;
        }
        const before = status?.latestRef;
        const news = before === undefined || !sameImage(before, latest);
        const previous = news ? before : status?.observedPreviousRef;
        await this.endPolicy(
            policy,
            { ready: true, reason: "Succeeded", message: readyMessage(latest, previous) },
            news,
            {
                latestRef: latest,
                ...(previous === undefined ? {} : { observedPreviousRef: previous }),
            },
        );
        return spec.digestReflectionPolicy === "Always" ? milliseconds(spec.interval, 600_000) : undefined;
    }

    /** Why a policy may not read its repository. */
    private refusal({ metadata }: Policy, repository: Repository | undefined): Outcome | undefined {
        if (repository === undefined || repository.metadata.namespace === metadata.namespace) {
            return undefined;
        }
        const other = keyOf(repository);
        const denied = (why: string): Outcome => ({
            ready: false,
            reason: "AccessDenied",
            message: `failed to get the referred ImageRepository: can't access 'ImageRepository/${other}', ${why}`,
        });
        if (this.settings.noCrossNamespaceRefs) {
            return denied("cross-namespace references have been blocked");
        }
        // Of a namespace only its name is known here, which the API server adds as a label.
        const labels = { "kubernetes.io/metadata.name": metadata.namespace ?? "" };
        const selectors = repository.spec.accessFrom?.namespaceSelectors ?? [];
        return selectors.some((selector) => selects(selector, labels))
            ? undefined
            : denied(`labels of namespace '${metadata.namespace ?? ""}' do not match its spec.accessFrom`);
    }

    private async digest(policy: Policy, repository: Repository, tag: string): Promise<string | undefined> {
        const mode = policy.spec.digestReflectionPolicy ?? "Never";
        const before = policy.status?.latestRef;
        if (mode === "Never") {
            return undefined;
        }
        const known =
            before?.name === repository.spec.image && before.tag === tag
                ? (before.digest ?? undefined)
                : undefined;
        return mode === "IfNotPresent" && known !== undefined
            ? known
            : digestOf(repository.spec.image, tag, await this.registryOptions(repository));
    }

    private async registryOptions({ metadata, spec }: Repository): Promise<RegistryOptions> {
        const { namespace = "" } = metadata;
        const unknown = [
            ...(spec.proxySecretRef === undefined ? [] : ["proxySecretRef"]),
            ...(spec.serviceAccountName === undefined ? [] : ["serviceAccountName"]),
            ...(spec.provider === undefined || spec.provider === "generic"
                ? []
                : [`provider ${spec.provider}`]),
        ];
        if (unknown.length > 0) {
            throw new Error(`the stand-in does not know ${unknown.join(", ")} of an ImageRepository`);
        }
        const secret = async (name: string): Promise<Readonly<Record<string, string>>> => {
            const found = await this.cluster.secret(namespace, name);
            if (found === undefined) {
                throw new Error(`there is no Secret ${namespace}/${name}`);
            }
            return found;
        };
        const { registry } = parseImage(spec.image);
        return {
            insecure: spec.insecure === true,
            timeout: milliseconds(spec.timeout, milliseconds(spec.interval, 60_000)),
            account:
                spec.secretRef === undefined
                    ? undefined
                    : accountIn(await secret(spec.secretRef.name), registry),
            authority:
                spec.certSecretRef === undefined
                    ? this.settings.authorities
                    : (await secret(spec.certSecretRef.name))["ca.crt"],
        };
    }

    private async end(
        object: Repository,
        outcome: Outcome,
        news = false,
        more: Partial<RepositoryStatus> = {},
    ): Promise<void> {
        const status = { ...more, ...statusAfter(object, outcome, new Date()) };
        await this.cluster.patchStatus(kinds.ImageRepository, object, status);
        await this.reporter.ended(kinds.ImageRepository, object, outcome, news);
    }

    private async endPolicy(
        object: Policy,
        outcome: Outcome,
        news = false,
        more: Partial<PolicyStatus> = {},
    ): Promise<void> {
        const status = { ...more, ...statusAfter(object, outcome, new Date()) };
        await this.cluster.patchStatus(kinds.ImagePolicy, object, status);
        await this.reporter.ended(kinds.ImagePolicy, object, outcome, news);
    }
}

function missing(key: string): Outcome {
    const message = `failed to get the referred ImageRepository: ${key} not found`;
    return { ready: false, reason: "DependencyNotReady", message };
}

function keyOf({ metadata }: FluxObject): string {
    return `${metadata.namespace ?? ""}/${metadata.name}`;
}

/** The repository that a policy chooses from. */
function repositoryOf({ metadata, spec }: Policy): string {
    const { namespace, name } = spec.imageRepositoryRef;
    return `${namespace ?? metadata.namespace ?? ""}/${name}`;
}

/** A name for a set of tags. */
function checksum(tags: readonly string[]): string {
    return String(
        parseInt(crypto.createHash("sha256").update(tags.join("\n")).digest("hex").slice(0, 8), 16),
    );
}

function sameImage(left: ImageRef, right: ImageRef): boolean {
    return left.name === right.name && left.tag === right.tag && (left.digest ?? "") === (right.digest ?? "");
}

function readyMessage(latest: ImageRef, previous: ImageRef | undefined): string {
    const digest = ({ digest: text }: ImageRef, before: string): string =>
        (text ?? "") === "" ? "" : `${before}${text ?? ""}`;
    return (
        `Latest image tag for ${latest.name} resolved to ${latest.tag}${digest(latest, " with digest ")}` +
        (previous === undefined
            ? ""
            : ` (previously ${previous.name}:${previous.tag}${digest(previous, "@")})`)
    );
}
