/** Previews of merge requests by Flux Operator: it asks GitLab which are open, and makes Flux's own objects for each. */
import * as pulumi from "@pulumi/pulumi";
import {
    previewAccount,
    previewDelivery,
    previewRelease,
    previewSecret,
    previewSet,
    teamNamespace,
} from "../../../../estate/engines/flux/names";
import { appLabel, instanceLabel } from "../../../../estate/labels";
import type { App, Estate, Previews } from "../../../../estate/model";
import { KubeResource, type KubeObject } from "../../../support/kubeObject";
import { yaml } from "../../../support/yaml";
import { previewAlerts } from "../notifications/alerts";
import { teamMetadata } from "../team";
import { deliveryObject } from "./objects";

/** Between two looks at the merge requests: Flux's receivers know no input providers, so no event of GitLab comes before. */
const poll = "1m";

const operatorVersion = "fluxcd.controlplane.io/v1";
const inputKind = "ResourceSetInputProvider";
const every = "fluxcd.controlplane.io/reconcileEvery";
const patience = "fluxcd.controlplane.io/reconcileTimeout";

/** What the operator knows of a merge request, as its templates name it, by its placeholder until all else is escaped. */
const known = {
    "\ue000number\ue000": "<< inputs.id >>",
    "\ue000commit\ue000": "<< trunc 10 inputs.sha >>",
} as const;
const [number, commit] = Object.keys(known) as [string, string];

/** What of an estate decides how its previews are. */
export type PreviewedEstate = Pick<
    Estate,
    "flux" | "gitlab" | "network" | "apps" | "clusters" | "channels" | "relay"
>;

/** Inputs of {@link PreviewDelivery}. */
export interface PreviewDeliveryArgs {
    readonly estate: PreviewedEstate;
    readonly app: App;
    readonly previews: Previews;
    /** Reads the merge requests of the app repository, and nothing else. */
    readonly token: pulumi.Input<string>;
}

/**
 * The ResourceSet that makes a HelmRelease or Kustomization for each open merge request with the label, what it has them
 * from, and the Secret with the token that GitLab is asked with.
 *
 * A failing answer of GitLab changes nothing: the provider then keeps what it had. When a preview goes, Flux takes its
 * objects off the cluster; when the set goes, so do all of them, and the namespace after them.
 */
export class PreviewDelivery extends pulumi.ComponentResource {
    constructor(name: string, args: PreviewDeliveryArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:flux:PreviewDelivery", name, {}, opts);
        const { estate, app, previews } = args;
        const secret = new KubeResource(
            `${name}-token`,
            {
                apiVersion: "v1",
                kind: "Secret",
                metadata: teamMetadata(app.team, previewSecret(app.name), { [appLabel]: app.name }),
                type: "Opaque",
                stringData: pulumi.secret({
                    // GitLab looks at the token alone.
                    username: "token",
                    password: args.token,
                }),
            },
            { parent: this },
        );
        const inputs = new KubeResource(`${name}-inputs`, inputProvider(estate, app, previews), {
            parent: this,
            dependsOn: [secret],
        });
        new KubeResource(`${name}-set`, resourceSet(estate, app, previews), {
            parent: this,
            dependsOn: [inputs],
        });
        this.registerOutputs({});
    }
}

/** Open merge requests whose image is there: pipelines set the label then. Pure. */
export function inputProvider(estate: PreviewedEstate, app: App, { label, maximum }: Previews): KubeObject {
    return {
        apiVersion: operatorVersion,
        kind: inputKind,
        metadata: {
            ...teamMetadata(app.team, previewSet(app.name), { [appLabel]: app.name }),
            // A GitLab that is silent is known as such before it is asked again.
            annotations: { [every]: poll, [patience]: "30s" },
        },
        spec: {
            type: "GitLabMergeRequest",
            url: `${estate.gitlab.clusterUrl}/${app.repository.fullPath}`,
            secretRef: { name: previewSecret(app.name) },
            // Pipelines count before they set the label; by hand it is set on as many as somebody likes.
            filter: { labels: [label], limit: maximum },
        },
    };
}

/** What is made for each of them. Pure. */
export function resourceSet(estate: PreviewedEstate, app: App, previews: Previews): KubeObject {
    return {
        apiVersion: operatorVersion,
        kind: "ResourceSet",
        metadata: {
            ...teamMetadata(app.team, previewSet(app.name), { [appLabel]: app.name }),
            annotations: { [every]: `${estate.flux.intervalSeconds}s` },
        },
        spec: {
            serviceAccountName: previewAccount,
            inputsFrom: [{ kind: inputKind, name: previewSet(app.name) }],
            // One that has not been answered yet has no merge requests, which is not to say that there are none.
            dependsOn: [
                {
                    apiVersion: operatorVersion,
                    kind: inputKind,
                    name: previewSet(app.name),
                    namespace: teamNamespace(app.team),
                    ready: true,
                },
            ],
            resourcesTemplate: [
                previewObject(estate, app, previews),
                ...previewAlerts(estate, app, previews, number),
            ]
                .map(templated)
                .join("---\n"),
        },
    };
}

/** The HelmRelease or Kustomization of a preview, with placeholders. */
function previewObject(estate: PreviewedEstate, app: App, { place, like }: Previews): KubeObject {
    const [cluster = ""] = place.clusters;
    const version = app.plan.versions[like];
    const { metadata, spec, ...object } = deliveryObject(
        estate,
        // The version's place is the one of the environment that they are like; the tag is the merge request's own.
        {
            ...app,
            dependsOn: [],
            plan: {
                ...app.plan,
                versions: version === undefined ? {} : { [place.environment]: version },
            },
        },
        { ...place, pin: `mr-${number}-${commit}` },
        cluster,
    );
    const { annotations: _annotations, ...own } = metadata;
    return {
        ...object,
        metadata: { ...own, name: previewDelivery(app.name, number) },
        spec: app.delivery === "helm" ? release(app, spec as Spec) : kustomized(app, spec as Spec),
    };
}

type Spec = Readonly<Record<string, unknown>> & {
    readonly install?: object;
    readonly upgrade?: object;
    readonly patches?: readonly object[];
};

/**
 * A commit is known before its image is there. Flux does not wait for its pods, which would keep a worker of all apps
 * busy and end in a rollback; the pods of the commit before serve meanwhile.
 */
const unattended = {
    disableWait: true,
    // A chart whose objects do not bear the release's name would take those of another preview.
    disableTakeOwnership: true,
    strategy: { name: "RetryOnFailure", retryInterval: "60s" },
};

/** Previews share a namespace: the release's name distinguishes them. */
function release(app: App, { rollback: _rollback, install, upgrade, ...spec }: Spec): Spec {
    return {
        ...spec,
        releaseName: previewRelease(app.name, number),
        install: { ...withoutRemediation(install), ...unattended },
        upgrade: { ...withoutRemediation(upgrade), ...unattended },
    };
}

function withoutRemediation(action: object | undefined): object {
    return Object.fromEntries(Object.entries(action ?? {}).filter(([key]) => key !== "remediation"));
}

/** Objects are distinguished by their names' ending, and pods by a label. */
function kustomized(app: App, { patches = [], ...spec }: Spec): Spec {
    return {
        ...spec,
        nameSuffix: `-${number}`,
        wait: false,
        prune: true,
        // The namespace stays, so the objects in it are Flux's to remove.
        deletionPolicy: "Delete",
        patches: [...patches, ...selecting({ [instanceLabel]: previewRelease(app.name, number) })],
    };
}

/** What puts a label on pods and on all that selects them. Flux's own `commonMetadata` leaves selectors as they are. */
function selecting(labels: Readonly<Record<string, string>>): object[] {
    const patch = (kind: string, spec: object): object => ({
        target: { kind },
        // Name and kind of a patch with a target say nothing, and are asked for.
        patch: JSON.stringify({ apiVersion: "v1", kind: "Any", metadata: { name: "any" }, spec }),
    });
    const pods = { metadata: { labels } };
    const selector = { matchLabels: labels };
    return [
        patch("(Deployment|StatefulSet|DaemonSet|ReplicaSet)", { selector, template: pods }),
        patch("Job", { template: pods }),
        patch("CronJob", { jobTemplate: { spec: { template: pods } } }),
        patch("Service", { selector: labels }),
        patch("PodDisruptionBudget", { selector }),
        patch("NetworkPolicy", { podSelector: selector }),
    ];
}

/**
 * An object as a part of a ResourceSet's template: nothing of it is one, but for what the operator knows. All texts are in
 * quotes, because what is put into them may look like a number.
 */
function templated(object: KubeObject): string {
    const text = yaml(object, { quoted: true }).replaceAll("<<", "<< `<<` >>");
    return Object.entries(known).reduce((filled, [from, to]) => filled.replaceAll(from, to), text);
}
