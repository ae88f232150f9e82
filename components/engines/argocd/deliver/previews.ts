/** Previews of merge requests by Argo CD: its generator asks GitLab which are open. */
import * as pulumi from "@pulumi/pulumi";
import {
    applicationName,
    previewApplication,
    previewProject,
    previewRelease,
    previewSecret,
    previewSet,
} from "../../../../estate/engines/argocd/names";
import {
    appLabel,
    instanceLabel,
    managedBy,
    partOfLabel,
    pinAnnotation,
    teamLabel,
} from "../../../../estate/labels";
import type { App, Estate, Previews } from "../../../../estate/model";
import { shorten } from "../../../../estate/names";
import { KubeResource, type Annotations, type KubeObject } from "../../../support/kubeObject";
import { application } from "./application";

/** Seconds between two looks at the merge requests; GitLab's events come beside them. */
const pollSeconds = 60;

/** What Argo CD knows of a merge request, as its templates name it, by its placeholder until all else is escaped. */
const known = {
    "\u0001number\u0001": "{{ .number }}",
    "\u0001commit\u0001": "{{ trunc 10 .head_sha }}",
} as const;
const [number, commit] = Object.keys(known) as [string, string];

/** Inputs of {@link PreviewDelivery}. */
export interface PreviewDeliveryArgs {
    readonly estate: Pick<Estate, "argocd" | "gitlab">;
    readonly app: App;
    readonly previews: Previews;
    /** GitLab's number of the app repository: by its path, events of merge requests would not count. */
    readonly project: pulumi.Input<string>;
    /** Reads the merge requests of that project, and nothing else. */
    readonly token: pulumi.Input<string>;
    /** For each Application: subscriptions, paths. */
    readonly annotations?: Annotations;
}

/**
 * The ApplicationSet that makes an Application for each open merge request with the label, and the Secret with the token
 * that it asks GitLab with.
 *
 * A failing answer of GitLab changes nothing: the controller then leaves the Applications as they are. When one goes, its
 * objects go with it; when the set goes, Pulumi waits until all of them are gone.
 */
export class PreviewDelivery extends pulumi.ComponentResource {
    constructor(name: string, args: PreviewDeliveryArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:delivery:PreviewDelivery", name, {}, opts);
        const { estate, app } = args;
        const secret = new KubeResource(
            `${name}-token`,
            {
                apiVersion: "v1",
                kind: "Secret",
                metadata: {
                    name: previewSecret(app.name),
                    namespace: estate.argocd.namespace,
                    labels: {
                        ...managedBy,
                        // In strict mode Argo CD hands out no other secret to a generator.
                        "argocd.argoproj.io/secret-type": "scm-creds",
                        [partOfLabel]: "argocd",
                    },
                },
                type: "Opaque",
                stringData: pulumi.secret({ token: args.token }),
            },
            { parent: this },
        );
        const object = previewApplicationSet(estate, app, args.previews, args.annotations);
        const generators = pulumi
            .output(args.project)
            .apply((id) => [generator(estate, app, args.previews, id)]);
        new KubeResource(
            `${name}-set`,
            { ...object, spec: { ...(object["spec"] as object), generators } },
            { parent: this, dependsOn: [secret] },
        );
        this.registerOutputs({});
    }
}

/** Open merge requests into the delivered branch whose image is there: pipelines set the label then. */
function generator(
    { gitlab }: Pick<Estate, "gitlab">,
    app: App,
    { label, into }: Previews,
    project: string,
): object {
    return {
        pullRequest: {
            gitlab: {
                project,
                api: gitlab.clusterUrl,
                tokenRef: { secretName: previewSecret(app.name), key: "token" },
                labels: [label],
                pullRequestState: "opened",
            },
            filters: [{ targetBranchMatch: `^${into.replace(/[.+]/g, "\\$&")}$` }],
            requeueAfterSeconds: pollSeconds,
        },
    };
}

/** The ApplicationSet without its generator, whose project's number is known late. Pure. */
export function previewApplicationSet(
    { argocd }: Pick<Estate, "argocd">,
    app: App,
    { place, like }: Previews,
    annotations: Annotations = {},
): KubeObject {
    const [cluster = ""] = place.clusters;
    const version = app.plan.versions[like];
    const { metadata, spec } = application(
        { argocd },
        // The version's place is the one of the environment that they are like; the tag is the merge request's own.
        {
            ...app,
            plan: {
                ...app.plan,
                versions: version === undefined ? {} : { [place.environment]: version },
            },
        },
        { ...place, pin: `mr-${number}-${commit}` },
        cluster,
        annotations,
    );
    // The tag is a merge request's, and no pin that somebody set.
    const own = Object.fromEntries(
        Object.entries(metadata.annotations ?? {}).filter(([key]) => key !== pinAnnotation),
    );
    const { info: _info, ...rest } = spec as Record<string, unknown> & {
        source: Source;
        syncPolicy: SyncPolicy;
    };
    return {
        apiVersion: "argoproj.io/v1alpha1",
        kind: "ApplicationSet",
        metadata: {
            name: previewSet(app.name),
            namespace: argocd.namespace,
            labels: { [appLabel]: app.name, [teamLabel]: app.team },
        },
        spec: {
            goTemplate: true,
            goTemplateOptions: ["missingkey=error"],
            template: templated({
                metadata: {
                    name: previewApplication(app.name, number),
                    labels: metadata.labels,
                    ...(Object.keys(own).length === 0 ? {} : { annotations: own }),
                    // The namespace stays, so the objects in it are Argo CD's to remove.
                    finalizers: ["resources-finalizer.argocd.argoproj.io"],
                },
                spec: {
                    ...rest,
                    project: previewProject(app.team),
                    source: apart(app, rest.source),
                    syncPolicy: {
                        ...rest.syncPolicy,
                        // A chart whose objects do not bear the release's name would take those of another preview.
                        syncOptions: [...rest.syncPolicy.syncOptions, "FailOnSharedResource=true"],
                    },
                },
            }),
        },
    };
}

type Source = Readonly<Record<string, unknown>> & {
    readonly helm?: object;
    readonly kustomize?: object;
    readonly directory?: { readonly jsonnet?: { readonly tlas: readonly object[] } };
};
type SyncPolicy = Readonly<Record<string, unknown>> & { readonly syncOptions: readonly string[] };

/** Previews share a namespace: the names of a preview's objects, and what its Services select, are its own. */
function apart(app: App, { helm, kustomize, directory, ...source }: Source): Source {
    const { jsonnet } = directory ?? {};
    return {
        ...source,
        ...(jsonnet === undefined
            ? {}
            : {
                  directory: {
                      ...directory,
                      jsonnet: {
                          ...jsonnet,
                          tlas: [...jsonnet.tlas, { name: "name", value: previewRelease(app.name, number) }],
                      },
                  },
              }),
        ...(helm === undefined ? {} : { helm: { ...helm, releaseName: previewRelease(app.name, number) } }),
        ...(kustomize === undefined
            ? {}
            : {
                  kustomize: {
                      ...kustomize,
                      nameSuffix: `-${number}`,
                      commonLabels: {
                          [instanceLabel]: shorten(app.name, applicationName.maximum - 10) + `-${number}`,
                      },
                  },
              }),
    };
}

/** A part of an Application as a Go template: nothing of it is one, but for what the generator knows. */
function templated<T>(value: T): T {
    if (typeof value === "string") {
        const escaped = value.replaceAll("{{", '{{ "{{" }}');
        return Object.entries(known).reduce((text, [from, to]) => text.replaceAll(from, to), escaped) as T;
    }
    if (Array.isArray(value)) {
        return value.map((each: unknown) => templated(each)) as T;
    }
    return typeof value === "object" && value !== null
        ? (Object.fromEntries(
              Object.entries(value).map(([key, each]) => [key, templated(each as unknown)]),
          ) as T)
        : value;
}
