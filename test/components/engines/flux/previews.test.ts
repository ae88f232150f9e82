/**
 * Previews by Flux Operator, from the spec to the resources. What it does not prove: that the operator and Flux understand
 * the objects, which test/e2e/fluxPreviews.test.ts shows.
 */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { describe, it } from "node:test";
import { parseAllDocuments, stringify } from "yaml";
import { inputProvider, resourceSet } from "../../../../components/engines/flux/deliver/previews";
import { loadOperatorManifests } from "../../../../components/engines/flux/install/manifests";
import { operatorObjects } from "../../../../components/engines/flux/install/operator";
import { declareEstate } from "../../../../components/program";
import type { KubeObject } from "../../../../components/support/kubeObject";
import type { App, Estate, Previews } from "../../../../estate/model";
import { leaks, record, registration, secretValue } from "../../../support/engine";
import { model, type Overrides } from "../../../support/estate";
import { sampleCredentials, sampleOperatorManifests, samplePrepared } from "../../sample";

const url = "https://web-{number}.preview.test";

function previewed(change: Overrides = {}): Estate {
    return model({
        defaults: { engine: "flux" },
        flux: {
            manifests: { path: "manifests" },
            operator: { path: "operator.yaml" },
            intervalSeconds: 30,
        },
        apps: {
            web: {
                previews: { url, maximum: 3, quota: { "requests.cpu": "2" } },
                values: { greeting: "<< hello >>" },
            },
            api: { previews: { url, environment: "test", label: "run it" } },
        },
        ...change,
    });
}

const estate = previewed();

function previewsOf(name: string, of = estate): { app: App; previews: Previews } {
    const app = of.apps[name];
    assert.ok(app?.previews !== undefined);
    return { app, previews: app.previews };
}

function specOf({ spec }: KubeObject): Record<string, unknown> {
    return spec as Record<string, unknown>;
}

/** What the operator makes of a set for a merge request, its templates filled as it would: that is all they have. */
function made(name: string, number: string, commit: string, of = estate): KubeObject[] {
    const { app, previews } = previewsOf(name, of);
    const template = specOf(resourceSet(of, app, previews))["resourcesTemplate"] as string;
    const filled = template
        .replaceAll("<< inputs.id >>", number)
        .replaceAll("<< trunc 10 inputs.sha >>", commit.slice(0, 10))
        .replaceAll("<< `<<` >>", "<<");
    return parseAllDocuments(filled).map((document) => document.toJS() as KubeObject);
}

describe("what the operator asks GitLab", () => {
    it("is for merge requests with the label, as many as the app may have, each minute, with the token of the repository", () => {
        const { app, previews } = previewsOf("web");
        const { metadata, ...rest } = inputProvider(estate, app, previews);
        assert.deepEqual(rest, {
            apiVersion: "fluxcd.controlplane.io/v1",
            kind: "ResourceSetInputProvider",
            spec: {
                type: "GitLabMergeRequest",
                url: "https://gitlab.test/acme/shop/web",
                secretRef: { name: "previews-web" },
                filter: { labels: ["preview"], limit: 3 },
            },
        });
        assert.equal(metadata.namespace, "flux-shop");
        assert.deepEqual(metadata.annotations, {
            "fluxcd.controlplane.io/reconcileEvery": "1m",
            "fluxcd.controlplane.io/reconcileTimeout": "30s",
        });
    });
});

describe("the ResourceSet of an app", () => {
    it("is applied as the team's account, and not before GitLab answered once", () => {
        const { app, previews } = previewsOf("web");
        const { resourcesTemplate: _template, ...rest } = specOf(resourceSet(estate, app, previews));
        assert.deepEqual(rest, {
            serviceAccountName: "previews",
            inputsFrom: [{ kind: "ResourceSetInputProvider", name: "web-previews" }],
            dependsOn: [
                {
                    apiVersion: "fluxcd.controlplane.io/v1",
                    kind: "ResourceSetInputProvider",
                    name: "web-previews",
                    namespace: "flux-shop",
                    ready: true,
                },
            ],
        });
    });

    it("runs each merge request's image, apart from the others, and reads nothing of the spec as a template", () => {
        // A number as a commit, and one that YAML would take for 1.23e+30.
        const [release] = made("web", "7", "123e4567890");
        assert.deepEqual(release, {
            apiVersion: "helm.toolkit.fluxcd.io/v2",
            kind: "HelmRelease",
            metadata: {
                name: "web-preview-7",
                namespace: "flux-shop",
                labels: {
                    "gitops-estate/team": "shop",
                    "gitops-estate/app": "web",
                    "gitops-estate/environment": "preview",
                },
            },
            spec: {
                interval: "30s",
                timeout: "360s",
                targetNamespace: "web-preview",
                serviceAccountName: "delivery-preview",
                kubeConfig: { secretRef: { name: "cluster-preview--member1", key: "value" } },
                releaseName: "web-7",
                storageNamespace: "flux-shop--preview",
                maxHistory: 10,
                chart: {
                    spec: {
                        chart: "./web",
                        reconcileStrategy: "Revision",
                        interval: "30s",
                        sourceRef: { kind: "GitRepository", name: "web-config--dev" },
                        valuesFiles: ["./web/values.yaml", "./web/member1-values.yaml"],
                        ignoreMissingValuesFiles: true,
                    },
                },
                install: {
                    createNamespace: false,
                    disableWait: true,
                    disableTakeOwnership: true,
                    strategy: { name: "RetryOnFailure", retryInterval: "60s" },
                },
                upgrade: {
                    cleanupOnFail: true,
                    disableWait: true,
                    disableTakeOwnership: true,
                    strategy: { name: "RetryOnFailure", retryInterval: "60s" },
                },
                driftDetection: { mode: "enabled" },
                values: {
                    greeting: "<< hello >>",
                    image: "harbor.test/web-preview/web",
                    imagetag: "mr-7-123e456789",
                },
            },
        });
    });

    it("names a kustomization's objects, and what selects their pods, by merge request; they go with it", () => {
        const [object] = made("api", "7", "1234567890ab");
        assert.ok(object);
        const { patches, ...spec } = specOf(object) as { patches: { target: object; patch: string }[] };
        assert.deepEqual(spec, {
            interval: "30s",
            timeout: "360s",
            targetNamespace: "api-preview",
            serviceAccountName: "delivery-preview",
            kubeConfig: { secretRef: { name: "cluster-preview--member1", key: "value" } },
            path: "./api",
            sourceRef: { kind: "GitRepository", name: "api-config--test" },
            retryInterval: "60s",
            prune: true,
            wait: false,
            deletionPolicy: "Delete",
            nameSuffix: "-7",
            images: [
                {
                    name: "registry.invalid/api/api",
                    newName: "harbor.test/api-preview/api",
                    newTag: "mr-7-1234567890",
                },
            ],
        });
        const labels = { "app.kubernetes.io/instance": "api-7" };
        const specs = Object.fromEntries(
            patches.map(({ target, patch }) => [
                (target as { kind: string }).kind,
                (JSON.parse(patch) as { spec: unknown }).spec,
            ]),
        );
        assert.deepEqual(specs["Service"], { selector: labels });
        assert.deepEqual(specs["(Deployment|StatefulSet|DaemonSet|ReplicaSet)"], {
            selector: { matchLabels: labels },
            template: { metadata: { labels } },
        });
        assert.deepEqual(specs["PodDisruptionBudget"], { selector: { matchLabels: labels } });
    });

    it("has names that Flux and Helm take, however long the app's is", () => {
        const name = "a".repeat(40);
        const long = previewed({ apps: { web: undefined, [name]: { team: "shop", previews: { url } } } });
        const [release] = made(name, "99999999", "1234567890ab", long);
        assert.ok(release);
        for (const each of [release.metadata.name, specOf(release)["releaseName"] as string]) {
            assert.ok(each.length <= 53 && each.endsWith("-99999999"), each);
        }
    });

    it("notifies the environment's channels of what fails, and of no more: nobody waits for pods", () => {
        const [, ...alerts] = made("web", "7", "1234567890ab");
        assert.deepEqual(
            alerts.map(({ kind, metadata: { name } }) => `${kind} ${name}`),
            ["Alert web-preview--ops-7"],
        );
        const [alert] = alerts;
        assert.ok(alert);
        assert.deepEqual(specOf(alert)["eventSources"], [
            { kind: "HelmRelease", name: "web-preview-7" },
            { kind: "HelmChart", name: "flux-shop-web-preview-7" },
        ]);
        assert.equal((specOf(alert)["eventMetadata"] as { events: string }).events, "failed");
    });
});

describe("the operator on the host", () => {
    it("administers nothing, serves no pages, and applies for nobody who names no account", () => {
        const objects = operatorObjects(estate, sampleOperatorManifests);
        assert.deepEqual(
            objects.map(({ kind, metadata: { name } }) => `${kind} ${name}`),
            [
                "CustomResourceDefinition resourcesets.fluxcd.controlplane.io",
                "ServiceAccount flux-operator",
                "ClusterRole flux-operator-controller",
                "ClusterRoleBinding flux-operator-controller",
                "Role flux-operator-controller",
                "RoleBinding flux-operator-controller",
                "FluxReport flux",
                "Deployment flux-operator",
            ],
        );
        const { template } = specOf(objects.at(-1) as KubeObject) as {
            template: { spec: { containers: [{ args: string[] }] } };
        };
        assert.deepEqual(template.spec.containers[0].args, [
            "--default-service-account=default",
            "--web-server-port=0",
            "--max-retry-delay=60s",
        ]);
        assert.ok(!JSON.stringify(objects).includes("cluster-admin"));
        const verbs = JSON.stringify(objects.filter(({ kind }) => kind.endsWith("Role")));
        assert.doesNotMatch(verbs, /impersonate|escalate|bind"/);
    });

    it("asks a GitLab behind a private authority through the proxy: one that is named beside the address would go past it", () => {
        const { app, previews } = previewsOf("web");
        const network = {
            authorities: [{ name: "corporate", pem: "corporate\n", file: "ca.pem", hosts: ["gitlab.test"] }],
            proxy: { url: "http://proxy.test:3128", direct: [], pipelines: true },
        };
        const behind = { ...estate, network };
        assert.equal(specOf(inputProvider(behind, app, previews))["certSecretRef"], undefined);
        const workload = operatorObjects(behind, sampleOperatorManifests).at(-1) as KubeObject;
        const { template } = specOf(workload) as {
            template: { spec: { containers: [{ env: { name: string; value: string }[] }] } };
        };
        const env = Object.fromEntries(
            template.spec.containers[0].env.map(({ name, value }) => [name, value]),
        );
        assert.equal(env["HTTPS_PROXY"], "http://proxy.test:3128");
        assert.equal(env["SSL_CERT_DIR"], "/etc/ssl/certs:/etc/estate/certificates");
    });

    it("is what was pinned", async () => {
        const folder = fs.mkdtempSync(path.join(os.tmpdir(), "operator-"));
        const file = path.join(folder, "operator.yaml");
        fs.writeFileSync(file, sampleOperatorManifests.map((object) => stringify(object)).join("---\n"));
        const load = (version: string): Promise<KubeObject[]> =>
            loadOperatorManifests({ ...estate.flux, operator: { version, path: file } });
        assert.equal((await load("0.59.0")).length, sampleOperatorManifests.length);
        await assert.rejects(load("0.60.0"), /flux\.operator\.version.*installs Flux Operator 0\.59\.0/s);
        const { operator: _operator, ...without } = estate.flux;
        assert.deepEqual(await loadOperatorManifests(without), []);
        fs.rmSync(folder, { recursive: true });
    });
});

describe("an estate with previews by Flux", async () => {
    const channels = Object.fromEntries(
        Object.keys(estate.channels).map((name) => [name, { url: "https://chat.test/fake-hook" }]),
    );
    const recording = await record(() =>
        declareEstate(estate, { ...sampleCredentials, channels }, samplePrepared),
    );
    const names = recording.registrations.map(({ name }) => name);
    const inputsOf = (name: string): Record<string, unknown> => registration(recording, name).inputs;

    it("has an account, a kubeconfig and a namespace for Helm's records of previews alone", () => {
        for (const name of [
            "access-member1--flux--shop--preview-account",
            "flux-shop--preview--member1-secret",
            "access-member1--flux--shop--preview-records-flux-shop--preview",
        ]) {
            assert.ok(names.includes(name), name);
        }
    });

    it("lets the operator impersonate the team's account, and read the tokens of its apps, in the team's namespace", () => {
        assert.deepEqual(inputsOf("flux-shop-role-previews-operator")["rules"], [
            {
                apiGroups: [""],
                resources: ["serviceaccounts"],
                resourceNames: ["previews"],
                verbs: ["impersonate"],
            },
            {
                apiGroups: [""],
                resources: ["secrets"],
                resourceNames: ["previews-api", "previews-web"],
                verbs: ["get"],
            },
        ]);
        const rules = inputsOf("flux-shop-role-previews")["rules"] as { resources: string[] }[];
        assert.deepEqual(
            rules.flatMap(({ resources }) => resources),
            ["helmreleases", "kustomizations", "alerts"],
        );
    });

    it("has the account of previews by name on the host too, without rights: else Flux leaves a Kustomization's objects behind", () => {
        const { metadata, automountServiceAccountToken } = inputsOf(
            "flux-shop-serviceaccount-delivery-preview",
        ) as { metadata: { namespace: string }; automountServiceAccountToken: boolean };
        assert.deepEqual([metadata.namespace, automountServiceAccountToken], ["flux-shop", false]);
        const bound = recording.registrations.filter(
            ({ type, inputs, name }) =>
                type.endsWith(":RoleBinding") &&
                name.startsWith("flux-shop") &&
                JSON.stringify(inputs["subjects"]).includes("delivery-preview"),
        );
        assert.deepEqual(bound, []);
    });

    it("has the account once where previews are on the host itself", async () => {
        const onHost = previewed({
            environments: {
                dev: { clusters: ["host"] },
                test: { clusters: ["host"], promotesFrom: "dev" },
                prod: { clusters: ["member1"], promotesFrom: "test" },
            },
            clusters: { member2: undefined },
        });
        const { registrations } = await record(() =>
            declareEstate(onHost, { ...sampleCredentials, channels }, samplePrepared),
        );
        const accounts = registrations
            .filter(({ type }) => type.endsWith(":ServiceAccount"))
            .filter(({ inputs }) => (inputs["metadata"] as { name: string }).name === "delivery-preview");
        assert.deepEqual(
            accounts.map(({ name }) => name),
            ["access-host--flux--shop--preview-account"],
        );
    });

    it("keeps the token in a Secret of the team's, and has a namespace with quota, isolation and pull Secret", () => {
        const { stringData } = inputsOf("previews-web-token");
        const { password, ...rest } = secretValue(stringData) as Record<string, unknown>;
        assert.equal(typeof password, "string");
        assert.deepEqual(rest, { username: "token" });
        for (const part of ["namespace", "pull", "delivery", "isolation", "quota"]) {
            assert.ok(names.includes(`app-web-preview-member1-${part}`), part);
        }
        assert.deepEqual(leaks(recording), []);
    });

    it("is without any of it where no app has previews, but for the operator that the spec asks for", async () => {
        const without = previewed({ apps: { web: {}, api: {} } });
        const other = await record(() =>
            declareEstate(without, { ...sampleCredentials, channels }, samplePrepared),
        );
        const made = other.registrations.map(({ name }) => name).filter((name) => /preview/.test(name));
        // What repositories could include is in the project of pipelines in any case.
        assert.deepEqual(made, ["pipelines-file-previews/preview.yml"]);
        assert.ok(other.registrations.some(({ name }) => name === "flux-operator-deployment-flux-operator"));
    });
});
