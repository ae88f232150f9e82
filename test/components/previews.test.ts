/**
 * Previews from the spec to the resources. What it does not prove: that Argo CD understands the ApplicationSet, which
 * test/e2e/previews.test.ts shows.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { previewApplicationSet } from "../../components/engines/argocd/deliver/previews";
import { declareEstate } from "../../components/program";
import { appPipelineContent } from "../../components/ci/content";
import { placesOf } from "../../estate/previews";
import type { App, Previews } from "../../estate/model";
import { leaks, record, registration, secretValue } from "../support/engine";
import { model, type Overrides } from "../support/estate";
import { sampleCredentials, samplePrepared } from "./sample";

const written: Overrides = {
    // Copies have their variables one by one, which this looks at.
    pipelines: { use: "copied" },
    apps: {
        web: {
            previews: {
                url: "https://web-{number}.preview.test",
                maximum: 3,
                days: 2,
                quota: { "requests.cpu": "2" },
            },
            values: { greeting: "{{ hello }}" },
        },
        api: { previews: { environment: "test", label: "run it" } },
    },
    argocd: { previewWebhookUrl: "https://events.test/" },
};
const estate = model(written);

function previewsOf(name: string): { app: App; previews: Previews } {
    const app = estate.apps[name];
    assert.ok(app?.previews !== undefined);
    return { app, previews: app.previews };
}

describe("previews in the model", () => {
    it("have a place of their own that is like an environment, without what is set for that one alone", () => {
        const pinned = model({
            apps: { web: { previews: {}, environments: { dev: { pin: "1", hold: "why" } } } },
        });
        const { place, ...rest } = pinned.apps["web"]?.previews ?? {};
        assert.deepEqual(rest, { like: "dev", into: "main", label: "preview", maximum: 5, days: 7 });
        const { pin, hold, environment, namespace, project, image, clusters, sync, deletionProtection } =
            place ?? {};
        assert.deepEqual(
            { pin, hold, environment, namespace, project, image, clusters, deletionProtection },
            {
                pin: undefined,
                hold: undefined,
                environment: "preview",
                namespace: "web-preview",
                project: "web-preview",
                image: "harbor.test/web-preview/web",
                clusters: ["member1"],
                deletionProtection: false,
            },
        );
        assert.equal(sync?.automated, true);
        assert.deepEqual(
            placesOf(previewsOf("web").app).map((each) => each.environment),
            ["dev", "test", "prod", "preview"],
        );
    });

    it("follow by themselves, also where a person syncs their environment", () => {
        const manual = model({ apps: { web: { previews: {} } }, defaults: { sync: null } });
        assert.deepEqual(
            [
                manual.apps["web"]?.environments[0]?.sync.automated,
                manual.apps["web"]?.previews?.place.sync.prune,
            ],
            [false, true],
        );
    });
});

describe("the ApplicationSet of an app", () => {
    it("runs each merge request's image, apart from the others, and reads nothing of the spec as a template", () => {
        const { app, previews } = previewsOf("web");
        const { metadata, spec } = previewApplicationSet(estate, app, previews, { note: "{{ a }}" });
        assert.deepEqual(metadata.name, "web-previews");
        const { template, ...rest } = spec as Record<string, unknown>;
        assert.deepEqual(rest, { goTemplate: true, goTemplateOptions: ["missingkey=error"] });
        assert.deepEqual(template, {
            metadata: {
                name: "web-preview-{{ .number }}",
                labels: {
                    "gitops-estate/app": "web",
                    "gitops-estate/team": "shop",
                    "gitops-estate/environment": "preview",
                },
                annotations: { note: '{{ "{{" }} a }}' },
                finalizers: ["resources-finalizer.argocd.argoproj.io"],
            },
            spec: {
                project: "shop-preview",
                source: {
                    repoURL: "https://gitlab.test/acme/shop/web-config.git",
                    targetRevision: "dev",
                    path: "web",
                    helm: {
                        releaseName: "web-{{ .number }}",
                        valuesObject: {
                            greeting: '{{ "{{" }} hello }}',
                            image: "harbor.test/web-preview/web",
                            imagetag: "mr-{{ .number }}-{{ trunc 10 .head_sha }}",
                        },
                    },
                },
                destination: { name: "member1", namespace: "web-preview" },
                syncPolicy: {
                    automated: { prune: true, selfHeal: true },
                    retry: { limit: 3, backoff: { duration: "5s", factor: 2, maxDuration: "3m" } },
                    syncOptions: [
                        "CreateNamespace=false",
                        "ServerSideApply=true",
                        "PruneLast=true",
                        "FailOnSharedResource=true",
                    ],
                },
                revisionHistoryLimit: 10,
            },
        });
    });

    it("names a kustomization's objects, and what its Services select, by merge request", () => {
        const { app, previews } = previewsOf("api");
        const { spec } = previewApplicationSet(estate, app, previews);
        const { source } = (spec as { template: { spec: { source: object } } }).template.spec;
        assert.deepEqual(source, {
            repoURL: "https://gitlab.test/acme/shop/api-config.git",
            targetRevision: "test",
            path: "api",
            kustomize: {
                images: ["app=harbor.test/api-preview/api:mr-{{ .number }}-{{ trunc 10 .head_sha }}"],
                nameSuffix: "-{{ .number }}",
                commonLabels: { "app.kubernetes.io/instance": "api-{{ .number }}" },
            },
        });
    });

    it("has names that Argo CD and Helm take, however long the app's is", () => {
        const name = "a".repeat(40);
        const long = model({ apps: { [name]: { team: "shop", previews: {} } } }).apps[name];
        assert.ok(long?.previews !== undefined);
        const { spec } = previewApplicationSet(estate, long, long.previews);
        const { template } = spec as {
            template: { metadata: { name: string }; spec: { source: { helm: { releaseName: string } } } };
        };
        for (const each of [template.metadata.name, template.spec.source.helm.releaseName]) {
            assert.ok(each.replace("{{ .number }}", "99999999").length <= 53, each);
        }
    });
});

describe("an estate with previews", async () => {
    const channels = Object.fromEntries(
        Object.keys(estate.channels).map((name) => [name, { url: "https://chat.test/fake-hook" }]),
    );
    const recording = await record(() =>
        declareEstate(estate, { ...sampleCredentials, channels }, samplePrepared),
    );
    const inputsOf = (name: string): Record<string, unknown> => registration(recording, name).inputs;
    const names = recording.registrations.map(({ name }) => name);

    it("asks GitLab for open merge requests with the label, by the project's number, with a token for it alone", () => {
        const { spec } = inputsOf("previews-web-set") as {
            spec: { generators: [{ pullRequest: { gitlab: Record<string, unknown> } }] };
        };
        const [{ pullRequest }] = spec.generators;
        assert.deepEqual(
            { ...pullRequest, gitlab: { ...pullRequest.gitlab, project: "" } },
            {
                gitlab: {
                    project: "",
                    api: "https://gitlab.test",
                    tokenRef: { secretName: "previews-web", key: "token" },
                    labels: ["preview"],
                    pullRequestState: "opened",
                },
                filters: [{ targetBranchMatch: "^main$" }],
                requeueAfterSeconds: 60,
            },
        );
        assert.equal(typeof pullRequest.gitlab["project"], "string");
        const { accessLevel, scopes } = inputsOf("app-web-previews-reader");
        assert.deepEqual([accessLevel, scopes], ["reporter", ["read_api"]]);
        const { metadata, stringData } = inputsOf("previews-web-token") as {
            metadata: { labels: Record<string, string> };
            stringData: unknown;
        };
        assert.equal(metadata.labels["argocd.argoproj.io/secret-type"], "scm-creds");
        assert.equal(typeof (secretValue(stringData) as { token: unknown }).token, "string");
    });

    it("has an AppProject for them alone, and a namespace with quota, isolation and pull Secret", () => {
        const { spec, metadata } = inputsOf("space-shop-project-preview") as {
            spec: Record<string, unknown>;
            metadata: { name: string };
        };
        assert.equal(metadata.name, "shop-preview");
        assert.deepEqual(spec["destinations"], [
            { name: "member1", namespace: "api-preview" },
            { name: "member1", namespace: "web-preview" },
        ]);
        assert.deepEqual(spec["clusterResourceWhitelist"], []);
        const nonprod = inputsOf("space-shop-project-nonprod")["spec"] as {
            destinations: { namespace: string }[];
        };
        assert.ok(nonprod.destinations.every(({ namespace }) => !namespace.endsWith("-preview")));
        for (const part of ["namespace", "pull", "delivery", "isolation", "quota"]) {
            assert.ok(names.includes(`app-web-preview-member1-${part}`), part);
        }
        assert.deepEqual((inputsOf("app-web-preview-member1-quota")["spec"] as { hard: object }).hard, {
            "requests.cpu": "2",
        });
        const { stringData } = inputsOf("registration-member1-secret");
        assert.match((secretValue(stringData) as { namespaces: string }).namespaces, /(^|,)web-preview(,|$)/);
    });

    it("gives credentials to jobs of previews on any branch, and other ones to nobody new", () => {
        const variables = recording.registrations.filter(
            ({ type, name }) => type.endsWith(":ProjectVariable") && name.startsWith("app-web-previews-"),
        );
        assert.deepEqual(
            Object.fromEntries(
                variables
                    .filter(({ inputs }) => inputs["masked"] !== true)
                    .map(({ inputs }) => [String(inputs["key"]), inputs["value"]])
                    .filter(([key]) => key !== "REGISTRY_USERNAME"),
            ),
            {
                IMAGE: "harbor.test/web-preview/web",
                REGISTRY: "harbor.test",
                REGISTRY_URL: "https://harbor.test",
                PREVIEW_LABEL: "preview",
                PREVIEW_MAXIMUM: "3",
                PREVIEW_EXPIRY: "2 days",
                PREVIEW_URL_START: "https://web-",
                PREVIEW_URL_END: ".preview.test",
            },
        );
        assert.ok(variables.every(({ inputs }) => inputs["environmentScope"] === "preview/*"));
        const secret = variables.filter(({ inputs }) => inputs["masked"] === true);
        assert.deepEqual(
            secret.map(({ inputs }) => [inputs["key"], inputs["protected"], inputs["hidden"]]).sort(),
            [
                ["PREVIEW_TOKEN", false, true],
                ["REGISTRY_PASSWORD", false, true],
            ],
        );
        const others = recording.registrations.filter(
            ({ type, name, inputs }) =>
                type.endsWith(":ProjectVariable") &&
                !name.includes("-previews-") &&
                inputs["masked"] === true,
        );
        assert.ok(others.length > 0 && others.every(({ inputs }) => inputs["protected"] === true));
        assert.equal(inputsOf("app-web-build-PREVIEW_BRANCH")["value"], "main");
        const { permissions } = inputsOf("app-web-preview-robot") as {
            permissions: [{ namespace: string; accesses: { resource: string; action: string }[] }];
        };
        assert.deepEqual(
            permissions[0].accesses.map(({ resource, action }) => `${resource}:${action}`),
            ["repository:pull", "repository:push", "artifact:list", "artifact:delete", "tag:delete"],
        );
        assert.deepEqual(leaks(recording), []);
    });

    it("links to the page of the Application where nobody says another address", () => {
        assert.equal(
            inputsOf("app-api-previews-variables-PREVIEW_URL_START")["value"],
            "https://argocd.test/applications/argocd/api-preview-",
        );
        assert.ok(!names.includes("app-api-previews-variables-PREVIEW_URL_END"));
    });

    it("has GitLab report merge requests where Argo CD can be reached, and makes the label", () => {
        const { url, mergeRequestsEvents, pushEvents } = inputsOf("app-web-previews-hook");
        assert.deepEqual(
            [url, mergeRequestsEvents, pushEvents],
            ["https://events.test/api/webhook", true, false],
        );
        assert.equal(inputsOf("app-api-previews-label")["name"], "run it");
    });

    it("seeds the jobs, which the pipeline includes; without previews there are none", () => {
        const files = (of: App): Record<string, string> =>
            Object.fromEntries(appPipelineContent(of, {}).map(({ path, text }) => [path, text]));
        const own = files(previewsOf("web").app);
        assert.match(own[".gitlab-ci.yml"] ?? "", /^include: ci\/preview\.gitlab-ci\.yml$/m);
        assert.ok("ci/preview.mjs" in own && "ci/preview.sh" in own && "ci/preview.gitlab-ci.yml" in own);
        const without = model().apps["web"];
        assert.ok(without !== undefined);
        assert.deepEqual(
            Object.entries(files(without)).filter(([path, text]) => /preview/.test(path + text)),
            [],
        );
    });
});
