import { z } from "zod";

import { channelKindNames, channelKinds } from "./channels";
import { defaultFlow, flowDescriptions } from "./flows";
import { flowSchema } from "./flows/flowsSchema";
import { lanesSchema } from "./flows/lanesSchema";
import { clusterChoice } from "./clusterChoice";
import { builtIn } from "./defaults";
import { hold, ignoredDifference, kinds, kustomizeOverrides, pin, syncWindow } from "./deliverySchema";
import { kindSets } from "./kinds";
import { defaultEngine, engineOptions, engines, type Engine } from "./engines";
import {
    day,
    fullPath,
    host,
    imageReference,
    isUrl,
    isWhole,
    labels,
    name,
    named,
    quantity,
    strangeQuantity,
    url,
    urlForm,
} from "./fields";
import { branchName, folderName, gitlabPathElement, namespaceName } from "./names";
import { network } from "./networkSchema";
import { machines } from "./machineSchema";
import { channelTriggers, notifications, subscriptions } from "./notificationSchema";
import { previewFields, previewMeaning } from "./previewSchema";
import { updaterSchema } from "./updaterSchema";
import {
    hotfixSchema,
    pipelineDefaults,
    pipelineSchema,
    pipelinesProject,
    pipelinesSource,
} from "./pipelineSchema";

/**
 * The spec: what a platform team writes under `gitops-estate:estate`. One schema is the truth: types,
 * defaults, descriptions, docs/estate.md and docs/estate.schema.json all come from here. Objects are strict: a key
 * that is not here is a mistake.
 */

/** Scheme, host and port only: image references have no room for a path before the project. */
const origin = z
    .string()
    .regex(/^https?:\/\/[^\s/?#@\\]+\/?$/, {
        error: "must be an http or https URL of a host, without user, path, query and fragment",
        abort: true,
    })
    .refine(isUrl, urlForm);

/** GitLab's user names; bots of tokens included. */
const userName = z
    .string()
    .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}$/, "must be a GitLab user name, without @")
    .regex(
        /(?<!\.|\.git|\.atom)$/i,
        "must be a GitLab user name, which does not end in a dot, .git or .atom",
    );

const plainHttp = z
    .boolean()
    .default(false)
    .describe(
        "Whether an `http` URL is meant: tokens and passwords travel in the open. For labs; without it such a URL gets a warning.",
    );

const approvalGate = z
    .strictObject({
        enabled: z
            .boolean()
            .default(false)
            .describe(
                "Whether a job of GitLab's pipelines holds merge requests until `approvals` of maintainers are there who are neither author nor committers. Only with tier `free`: others have approvals of their own.",
            ),
        hookUrl: url
            .optional()
            .describe(
                "URL, without `/approvals`, at which GitLab reaches the Service `approval-relay` in the engine's namespace, through an Ingress or a Gateway of yours: the job then runs again when somebody approves. Default: a person runs it again.",
            ),
        image: imageReference("harbor.example.com/platform/notification-relay:1.0.0")
            .optional()
            .describe(
                "Image of that relay, see docs/notifications.md. Default: `notifications.relay.image`.",
            ),
    })
    .prefault({})
    .describe("How `approvals` of environments are held without a licence, see docs/access.md.");

const gitlab = z.strictObject({
    url: url.describe("URL of the GitLab server, e.g. `https://gitlab.example.com`."),
    plainHttp,
    group: fullPath.describe(
        "Full path of the group that holds the whole estate, e.g. `acme` or `company/acme`.",
    ),
    createGroup: z
        .boolean()
        .default(true)
        .describe(
            "Whether the estate makes the group. `false`: it exists and is only looked up, which GitLab.com needs for a top-level group.",
        ),
    tier: z
        .enum(["free", "premium"])
        .default("free")
        .describe(
            "What the server's licence offers. `free` has no approvals, protected environments, people named in allowed-to lists or push rules; the estate then uses what there is and says so. Write `premium` for Ultimate too.",
        ),
    edition: z
        .enum(["ce", "ee"])
        .optional()
        .describe(
            "Which GitLab is installed: Community (`ce`) or Enterprise Edition (`ee`), as its help page says, and `enterprise` in `/api/v4/metadata`. The usual package without a licence is `ee` with tier `free`. The provider takes roles as levels from one and as lists from the other. Default: `ee` with tier `premium` or on GitLab.com, else `ce`.",
        ),
    protectedMergeRequestPipelines: z
        .boolean()
        .default(true)
        .describe(
            "Whether the pipeline of a merge request between two environments gets the promotion's credentials and must succeed before the merge. GitLab can since 18.1. `false` is for older ones: the merge waits for no pipeline, and images are promoted after it.",
        ),
    visibility: z
        .enum(["private", "internal"])
        .default("private")
        .describe("Who may see groups and repositories: members, or everybody who can sign in."),
    caFile: z
        .string()
        .min(1)
        .optional()
        .describe(
            "PEM file of a private CA that signed GitLab's certificate; relative to the project's folder. The same as an entry of `network.certificateAuthorities` for GitLab's hosts.",
        ),
    clusterUrl: url.optional().describe("URL under which clusters reach this GitLab. Default: `gitlab.url`."),
    approvalGate,
});

const registry = z.strictObject({
    url: origin.describe("URL of the Harbor server, e.g. `https://harbor.example.com`."),
    plainHttp,
    insecure: z
        .boolean()
        .default(false)
        .describe(
            "Accept any TLS certificate. For labs; an estate with production environments gets a warning.",
        ),
    robotPrefix: z
        .string()
        .regex(/^[A-Za-z0-9$+._-]*$/, "must be letters, digits and $ + . _ -")
        .default("robot$")
        .describe("Harbor's setting `robot_name_prefix`."),
});

const cluster = z.strictObject({
    role: z
        .enum(["host", "member"])
        .default("member")
        .describe(
            "`host` runs the engines, `member` runs apps. Exactly one cluster is the host; it may run apps too.",
        ),
    access: z
        .strictObject({
            context: z
                .string()
                .min(1)
                .optional()
                .describe("Context of the kubeconfig. Default: the cluster's name."),
            kubeconfig: z
                .string()
                .min(1)
                .optional()
                .describe(
                    "Path of the kubeconfig; relative to the project's folder. Default: the secret `credentials.clusters.<name>.kubeconfig`, else `$KUBECONFIG`, else `~/.kube/config`.",
                ),
        })
        .prefault({})
        .describe("How the machine that runs Pulumi reaches the cluster."),
    server: url
        .optional()
        .describe(
            "API server's URL as the engine on the host reaches it. Default: the URL in the kubeconfig; for the host `https://kubernetes.default.svc`.",
        ),
    tls: z
        .strictObject({
            serverName: host
                .optional()
                .describe(
                    "Name in the certificate that the API server shows, where it is not the host of `server`. Default: `tls-server-name` of the kubeconfig.",
                ),
            certificateAuthority: z
                .union([z.literal("cluster"), z.literal("public"), name])
                .optional()
                .describe(
                    "Who signed the certificate that the engine sees at `server`: `cluster` (the cluster's own authority), `public`, or a name in `network.certificateAuthorities`, for a load balancer with a certificate of its own. Default: as the kubeconfig says where `server` is taken from it, else `cluster`.",
                ),
        })
        .prefault({})
        .describe("The certificate that the engine sees at `server`. Members only."),
    proxyUrl: url
        .optional()
        .describe(
            "Proxy through which the engine reaches the API server. Members only. Default: `proxy-url` of the kubeconfig where `server` is taken from it, else none.",
        ),
    leaving: z
        .enum(["drain", "orphan"])
        .default("drain")
        .describe(
            "What becomes of an app's namespace, with all that runs in it, when the app leaves the cluster, or the cluster the estate. `drain`: it is deleted. `orphan`: it stays as it is, and is nobody's; to be set by an update before. An engine that would uninstall what it installed is told to apply nothing more there from that update on.",
        ),
    labels: labels
        .default({})
        .describe(
            "What the cluster is like, e.g. `{region: east}`: environments and apps choose clusters by it, and so do selectors over its registrations in engines.",
        ),
});

const channelNames = subscriptions;

/** What a recipient is, for the kinds that have one, as sentences. */
function recipientMeanings(): string {
    return channelKindNames
        .flatMap((kind) => {
            const { recipient } = channelKinds[kind];
            return recipient === undefined
                ? []
                : [`For \`${kind}\` ${recipient.required ? "required" : "optional"}: ${recipient.purpose}.`];
        })
        .join(" ");
}

const channel = z.strictObject({
    kind: z
        .enum(channelKindNames)
        .describe(
            "What receives the messages. Webhook URL and signing secret, or mail server and account, are stack secrets under `credentials.channels.<name>`.",
        ),
    recipient: z
        .string()
        .min(1)
        .optional()
        .describe(`${recipientMeanings()} Refused for the others, whose URL says where.`),
    language: z.enum(["en", "zh"]).default("en").describe("Language of the cards."),
    triggers: channelTriggers,
});

const team = z.strictObject({
    maintainers: z
        .array(userName)
        .default([])
        .describe(
            "GitLab user names. Maintainers merge into protected branches and administer the team's repositories.",
        ),
    developers: z
        .array(userName)
        .default([])
        .describe("GitLab user names. Developers push to unprotected branches and open merge requests."),
    pipelines: pipelinesSource,
    channels: channelNames
        .default([])
        .describe(
            "Channels that are notified of every app of the team: names, or `{channel, triggers}` to choose the triggers.",
        ),
});

const syncFields = {
    automated: z.boolean(),
    prune: z.boolean(),
    selfHeal: z.boolean(),
    retries: z.int().min(0).max(20),
    history: z.int().min(0).max(100),
    ignoreDifferences: z.array(ignoredDifference),
};
const syncMeaning = {
    automated: "Apply new commits without a person.",
    prune: "Delete objects that are gone from git. Acts only with `automated`.",
    selfHeal: "Undo changes made by hand on the cluster. Acts only with `automated`.",
    retries: "Attempts after a failed sync.",
    history: "How many earlier syncs the engine stores to roll back to.",
    ignoreDifferences:
        "Fields that others own: neither drift nor undone by a sync. A list at an inner level replaces the whole list.",
};
const syncOverride = z.strictObject({
    automated: syncFields.automated.optional().describe(syncMeaning.automated),
    prune: syncFields.prune.optional().describe(syncMeaning.prune),
    selfHeal: syncFields.selfHeal.optional().describe(syncMeaning.selfHeal),
    retries: syncFields.retries.optional().describe(syncMeaning.retries),
    history: syncFields.history.optional().describe(syncMeaning.history),
    ignoreDifferences: syncFields.ignoreDifferences.optional().describe(syncMeaning.ignoreDifferences),
});
const syncDefault = z.strictObject({
    automated: syncFields.automated.default(builtIn.sync.automated).describe(syncMeaning.automated),
    prune: syncFields.prune.default(builtIn.sync.prune).describe(syncMeaning.prune),
    selfHeal: syncFields.selfHeal.default(builtIn.sync.selfHeal).describe(syncMeaning.selfHeal),
    retries: syncFields.retries.default(builtIn.sync.retries).describe(syncMeaning.retries),
    history: syncFields.history.default(builtIn.sync.history).describe(syncMeaning.history),
    ignoreDifferences: syncFields.ignoreDifferences.default([]).describe(syncMeaning.ignoreDifferences),
});

/**
 * What a ResourceQuota can limit: the names without a slash that API servers accept (`ResourceQuota`,
 * `spec.hard`), and every name with one, such as `count/deployments.apps`.
 */
const quotaResource = z
    .string()
    .regex(
        /^(?:(?:(?:requests|limits)\.)?(?:cpu|memory|ephemeral-storage)|requests\.storage|(?:requests\.)?hugepages-\d+[KMGT]i|services(?:\.nodeports|\.loadbalancers)?|pods|secrets|configmaps|persistentvolumeclaims|replicationcontrollers|resourcequotas|(?:requests\.)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?\/[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)$/,
        "must be what a ResourceQuota limits, e.g. requests.cpu, limits.memory, pods or count/deployments.apps",
    )
    .regex(
        /^(?!count\/[^.]*$)|^count\/(?:configmaps|endpoints|events|limitranges|persistentvolumeclaims|pods|podtemplates|replicationcontrollers|resourcequotas|secrets|serviceaccounts|services)$/,
        "must be count/<resource>.<group>, e.g. count/deployments.apps, or count/ and a resource of the core group in the plural, e.g. count/secrets: the API server takes any other, and counts nothing",
    );
/** What comes in fractions; an API server takes only whole numbers of all else. */
const fractional = /^(?:(?:requests|limits)\.|cpu$|memory$|ephemeral-storage$|hugepages-)/;
const quota = z
    .record(quotaResource, quantity.nullable())
    .superRefine((limits, context) => {
        for (const [key, limit] of Object.entries(limits)) {
            if (limit === null) {
                continue;
            }
            const message =
                !fractional.test(key) && !isWhole(limit)
                    ? "must be a whole number"
                    : strangeQuantity(key, limit);
            if (message !== undefined) {
                context.addIssue({ code: "custom", path: [key], message });
            }
        }
    })
    .nullable();
/** Harbor has no limits above 1024 TiB. */
const storageGiB = z
    .int()
    .min(1)
    .max(1024 * 1024)
    .nullable();
const keepTags = z.int().min(1).max(1000);
/**
 * Harbor keeps a pattern that it cannot read, and one that no tag matches: the first fails each push, the other guards
 * nothing. Alternatives are in braces.
 */
const immutableTags = z
    .array(
        z
            .string()
            .regex(
                /^(?:[\w.*?-]|\[[^\s[\]{},]+\]|\{(?:[\w.*?,-]|\[[^\s[\]{},]+\])+\})+$/,
                'must be a pattern of tags: letters, digits and . _ - with * and ? for what varies, [a-z] and {v*,release-*}, e.g. "v*"',
            ),
    )
    .nullable();
const preventVulnerable = z
    .strictObject({
        severity: z
            .enum(["low", "medium", "high", "critical"])
            .describe("Images with a vulnerability of this severity or a higher one cannot be pulled."),
        allowlist: z
            .array(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "must be an id such as CVE-2026-12345"))
            .default([])
            .describe("Vulnerabilities that do not count, by id. Without any, Harbor's own list counts."),
    })
    .nullable();
const values = z.record(z.string(), z.unknown()).nullable();

const meaning = {
    sync: "How the engine applies changes. `null`: a person syncs.",
    quota: 'Hard limits of each namespace, e.g. `{"requests.cpu": "4"}`. A key set to `null` drops that limit; `null` drops all.',
    storageGiB: "Storage limit of the Harbor project in GiB. `null`: no limit.",
    keepTags:
        "How many of the newest tags Harbor's retention retains in each repository, in addition to immutable tags. Where all are immutable, as they are in class `prod` by default, it deletes none.",
    immutableTags: 'Patterns of tags that cannot be overwritten or deleted, e.g. `["v*"]`. `null`: none.',
    preventVulnerable:
        "Harbor hands out no image that has vulnerabilities, or no scan that succeeded: to nobody, also not to a node that restarts what runs. `null`: it only scans. Written at an inner level it replaces the outer one.",
    values: "Helm values over the chart's own; maps merge, and a `null` inside reaches Helm, which drops the chart's value. With Jsonnet the parameter `values` of the function that is rendered. Apps of Helm and Jsonnet only.",
    kinds: `Further kinds of objects that config repositories may hold, beside the usual ones: names of sets (${Object.keys(
        kindSets,
    )
        .map((set) => `\`${set}\``)
        .join(", ")}), or \`{group, kind}\`. A list at an inner level replaces the whole list.`,
    kustomize: "What is changed over the kustomization. Kustomize apps only. `null`: nothing.",
};

/** Settings that every level may state; the built-in defaults belong to the estate's level alone. */
const overrides = {
    sync: syncOverride.nullable().optional().describe(meaning.sync),
    quota: quota.optional().describe(meaning.quota),
    storageGiB: storageGiB.optional().describe(meaning.storageGiB),
    keepTags: keepTags.optional().describe(meaning.keepTags),
    immutableTags: immutableTags.optional().describe(meaning.immutableTags),
    preventVulnerable: preventVulnerable.optional().describe(meaning.preventVulnerable),
    values: values.optional().describe(meaning.values),
    kustomize: kustomizeOverrides.nullable().optional().describe(meaning.kustomize),
    kinds: kinds.optional().describe(meaning.kinds),
};

/** Of the program, or of the spec. */
const flow = name;
const ci = z.enum(["gitlab", "jenkins", "none"]);
const engine = z.enum(Object.keys(engines) as Engine[]);
const delivery = z.enum(["helm", "kustomize", "plain", "jsonnet"]);
const port = z.int().min(1).max(65535);
const scope = z.enum(["app", "team"]);
const sharedFolders = z.array(named(folderName)).nullable();
const rolloutDeadlineSeconds = z.int().min(10).max(86400);

const appMeaning = {
    flow: `How a version travels. ${flowDescriptions()} Or one of \`flows\`.`,
    ci: "Who runs the app's pipelines. `none` leaves the app repository without CI variables.",
    engine: "Which controller applies what is rendered.",
    delivery:
        "What renders the manifests of the config repository: `helm` a chart, `kustomize` a kustomization, `jsonnet` the files `*.jsonnet` of a folder, `plain` nothing: they are a folder of YAML.",
    port: "Container port of the seeded manifests.",
    rolloutDeadlineSeconds:
        "Seconds without progress after which a rollout of the seeded manifests counts as failed and its team is notified. Pulling a large image and a slow start are no progress.",
    scope: "`app`: a config repository for each app; `team`: one that the team's apps share, a folder each.",
    sharedFolders:
        "Folders of a config repository, outside the apps' own, that charts and kustomizations of several apps use, e.g. `../shared`. Where apps share a repository, the engine renders an app again only when its folder, one of these or a file at the top changed: what an app uses elsewhere would be left out silently. `null`: every push renders every app.",
    channels:
        "Channels that are notified of this app, in addition to those of its team and environment. Triggers given here replace theirs.",
};

const estateDefaults = z.strictObject({
    flow: flow.default(defaultFlow).describe(appMeaning.flow),
    ci: ci.default(builtIn.ci).describe(appMeaning.ci),
    pipeline: pipelineDefaults,
    engine: engine.default(defaultEngine).describe(appMeaning.engine),
    delivery: delivery.default(builtIn.delivery).describe(appMeaning.delivery),
    port: port.default(builtIn.port).describe(appMeaning.port),
    rolloutDeadlineSeconds: rolloutDeadlineSeconds
        .default(builtIn.rolloutDeadlineSeconds)
        .describe(appMeaning.rolloutDeadlineSeconds),
    config: z
        .strictObject({
            scope: scope.default(builtIn.configScope).describe(appMeaning.scope),
            sharedFolders: sharedFolders
                .default([...builtIn.sharedFolders])
                .describe(appMeaning.sharedFolders),
        })
        .prefault({})
        .describe("Config repositories."),
    sync: syncDefault.nullable().prefault({}).describe(meaning.sync),
    quota: quota.default(builtIn.quota).describe(meaning.quota),
    storageGiB: storageGiB.default(builtIn.storageGiB).describe(meaning.storageGiB),
    keepTags: keepTags.default(builtIn.keepTags).describe(meaning.keepTags),
    immutableTags: immutableTags
        .optional()
        .describe(`${meaning.immutableTags} Default: \`["**"]\` for class \`prod\`, else none.`),
    preventVulnerable: preventVulnerable.default(null).describe(meaning.preventVulnerable),
    values: values.default({}).describe(meaning.values),
    kustomize: kustomizeOverrides.nullable().prefault({}).describe(meaning.kustomize),
    kinds: kinds.default([]).describe(meaning.kinds),
});

const environment = z.strictObject({
    clusters: clusterChoice
        .optional()
        .describe(
            "Clusters its apps run on: names, or `{labels}` for all that have these labels; at least one, where there is no `machine`. The host may be among them.",
        ),
    machine: name
        .optional()
        .describe(
            "Machine its apps run on with Docker Compose, instead of clusters: one of `machines`. For apps whose flow has pipelines that deliver to machines, see docs/machines.md.",
        ),
    registry: name
        .optional()
        .describe(
            "Registry that holds its images. Default: the only registry; required where there are several.",
        ),
    branch: named(branchName)
        .optional()
        .describe(
            "Branch of every config repository that is this environment. Default: the environment's name.",
        ),
    promotesFrom: name
        .optional()
        .describe(
            "Environment whose versions come here. Of the environments of apps whose flow promotes, exactly one has none: the first, which CI fills. The order in which environments are written has no meaning, because Pulumi sorts the keys of a configuration.",
        ),
    class: z
        .enum(["prod", "nonprod"])
        .optional()
        .describe(
            "Environments of a class share an AppProject per team. Default: `prod` for environments that nothing is promoted from, else `nonprod`.",
        ),
    approvals: z
        .int()
        .min(0)
        .max(20)
        .optional()
        .describe(
            "Approvals that a merge into the branch needs. Without a licence a job holds the merge, see `gitlab.approvalGate`. Default: 1 for class `prod` with tier `premium`, else 0.",
        ),
    deletionProtection: z
        .boolean()
        .optional()
        .describe(
            "Protects repositories and Harbor projects from being deleted by Pulumi. Default: `true` for class `prod`.",
        ),
    channels: channelNames
        .default([])
        .describe("Channels that are notified of every app in this environment."),
    syncWindows: z
        .array(syncWindow)
        .default([])
        .describe(
            "When the engine may, or must not, apply anything in this environment. Default: at any time.",
        ),
    defaults: z
        .strictObject(overrides)
        .prefault({})
        .describe("Settings of all apps in this environment; they replace those of the estate's `defaults`."),
});

const appEnvironment = z.strictObject({
    namespace: named(namespaceName)
        .optional()
        .describe("Namespace on each of the environment's clusters. Default: `<app>-<environment>`."),
    clusters: clusterChoice
        .optional()
        .describe("As for the app, in this environment alone. Default: as for the app."),
    deletionProtection: z
        .boolean()
        .optional()
        .describe(
            "As in the environment, for this app alone: `false` is the first of two steps to take an app away. Default: that of the environment.",
        ),
    channels: channelNames
        .nullable()
        .optional()
        .describe(
            "Replaces the app's channels in this environment. `null`: nobody is notified, team and environment included.",
        ),
    pin: pin.optional(),
    hold: hold.optional(),
    ...overrides,
});

const app = z.strictObject({
    team: name.describe("Team that owns the app."),
    flow: flow.optional().describe(appMeaning.flow),
    ci: ci.optional().describe(appMeaning.ci),
    pipeline: pipelineSchema,
    pipelines: pipelinesSource,
    hotfix: hotfixSchema,
    lanes: lanesSchema,
    engine: engine.optional().describe(appMeaning.engine),
    delivery: delivery.optional().describe(appMeaning.delivery),
    port: port.optional().describe(appMeaning.port),
    rolloutDeadlineSeconds: rolloutDeadlineSeconds.optional().describe(appMeaning.rolloutDeadlineSeconds),
    repository: z
        .strictObject({
            path: named(gitlabPathElement)
                .optional()
                .describe("Last element of the repository's path. Default: the app's name."),
            branch: named(branchName)
                .default("main")
                .describe("Default branch, and the one whose commits are delivered."),
        })
        .prefault({})
        .describe("The app repository."),
    config: z
        .strictObject({
            scope: scope.optional().describe(appMeaning.scope),
            sharedFolders: sharedFolders.optional().describe(appMeaning.sharedFolders),
            path: named(gitlabPathElement)
                .optional()
                .describe(
                    "Last element of the repository's path. Default: `<app>-config`, or `<team>-config` with scope `team`.",
                ),
            folder: named(folderName)
                .optional()
                .describe("Folder of the chart or kustomization in every branch. Default: the app's name."),
        })
        .prefault({})
        .describe("The config repository."),
    updater: updaterSchema
        .nullable()
        .optional()
        .describe(
            "The engine's image updater writes new tags to git, instead of CI. Absent or `null`: CI writes the tag.",
        ),
    previews: previewFields
        .extend({ quota: quota.optional().describe(previewMeaning.quota) })
        .nullable()
        .optional()
        .describe(previewMeaning.previews),
    clusters: clusterChoice
        .optional()
        .describe(
            "Which of its environments' clusters the app runs on: names, or `{labels}`. Default: all of them.",
        ),
    dependsOn: z
        .array(name)
        .default([])
        .describe(
            "Apps of the team that have to be ready first, on each cluster that both run on in an environment: a new version waits until theirs is applied and healthy. Not with every engine.",
        ),
    channels: channelNames
        .nullable()
        .optional()
        .describe(`${appMeaning.channels} \`null\`: nobody is notified, team and environment included.`),
    ...overrides,
    environments: z
        .record(name, appEnvironment.nullable())
        .default({})
        .describe(
            "What differs in one environment. The app is in every environment of the estate; `null` takes it out of one.",
        ),
});

const credentials = z.strictObject({
    generation: z
        .int()
        .min(1)
        .default(1)
        .describe(
            "Part of the name of every robot and token. A higher number replaces all of them, the new ones first.",
        ),
    lifetimeDays: z
        .int()
        .min(1)
        .max(365)
        .default(90)
        .describe("Days that Harbor robots and GitLab access tokens are good for."),
    rotateBeforeDays: z
        .int()
        .min(1)
        .max(364)
        .default(30)
        .describe("GitLab access tokens are rotated by the first `up` within so many days of their end."),
    expires: day.optional().describe("Last day of deploy tokens, `YYYY-MM-DD`. Default: they do not expire."),
});

/** The whole spec. */
export const specSchema = z
    .strictObject({
        name: name.describe(
            "Name of the estate; prefix of what is unique on a server, such as system robots.",
        ),
        gitlab: gitlab.describe("The GitLab server and the group that holds everything."),
        network: network
            .prefault({})
            .describe("What lies between the estate and its servers, see docs/network.md."),
        registries: z
            .record(name, registry)
            .describe("Harbor servers, by name; one, or several where test and production are apart."),
        clusters: z.record(name, cluster).describe("Kubernetes clusters, by name."),
        machines,
        environments: z.record(name, environment).describe("Environments, by name."),
        channels: z.record(name, channel).default({}).describe("Where messages go, by name."),
        notifications: notifications.prefault({}).describe("How messages get there."),
        teams: z.record(name, team).describe("Teams, by name."),
        flows: z
            .record(name, flowSchema)
            .default({})
            .describe("Flows of your own, by name: what apps choose with `flow` beside the built-in ones."),
        apps: z.record(name, app).describe("Apps, by name."),
        pipelines: pipelinesProject,
        ...engineOptions,
        credentials: credentials.prefault({}).describe("How long what the estate issues is good for."),
        notSecrets: z
            .record(z.string().min(1), z.string().trim().min(1))
            .default({})
            .describe(
                "Values that look like secrets and are none: a reason for each, by path as the message names it, e.g. `apps.web.values.env.0.value`.",
            ),
        defaults: estateDefaults.prefault({}).describe("Settings of all apps in all environments."),
    })
    .describe("A GitOps delivery estate.");

/** A spec that the schema accepted, its defaults filled in; inheritance is not yet applied. */
export type Spec = z.output<typeof specSchema>;

/** What may be written. */
export type SpecInput = z.input<typeof specSchema>;

export type SpecApp = Spec["apps"][string];
export type SpecEnvironment = Spec["environments"][string];
