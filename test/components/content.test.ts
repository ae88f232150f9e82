/**
 * The seeded files, rendered by the real helm and kustomize. That Argo CD calls what comes out healthy is for the
 * sandbox's tests.
 */
import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { before, test } from "node:test";
import { parse, parseAllDocuments, parseDocument } from "yaml";
import { appContent, configContent } from "../../components/content";
import { versionIn } from "../../components/ci/scripts/promote.mjs";
import { withTag } from "../../components/ci/scripts/release.mjs";
import { versionKeys } from "../../estate/delivery";
import { versionOf } from "../../estate/flows/plan";
import { unnamedImage } from "../../estate/images";
import { helmImageKey, helmTagKey, kustomizeImage, pullSecretName } from "../../components/support/rendering";
import type { SeedFile } from "../../components/support/seed";
import type { App } from "../../estate/model";
import { ensureTools } from "../../toolchain";
import { sampleApp } from "./sample";

const helm = sampleApp("web");
const kustomize = sampleApp("api", { delivery: "kustomize", port: 9000 });

let helmPath: string;
let kustomizePath: string;

before(async () => {
    const tools = await ensureTools(["helm", "kustomize"], () => undefined);
    helmPath = tools.get("helm")?.path ?? "";
    kustomizePath = tools.get("kustomize")?.path ?? "";
});

function written<T>(files: readonly SeedFile[], use: (folder: string) => T): T {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "content-"));
    try {
        for (const file of files) {
            const target = path.join(folder, file.path);
            fs.mkdirSync(path.dirname(target), { recursive: true });
            fs.writeFileSync(target, file.text);
        }
        return use(folder);
    } finally {
        fs.rmSync(folder, { recursive: true });
    }
}

interface Rendered {
    readonly kind: string;
    readonly spec: {
        readonly replicas?: number;
        readonly template?: { readonly spec: { readonly containers: { readonly image: string }[] } };
    };
}

function render(
    tool: string,
    args: readonly string[],
    kinds: readonly string[] = ["Deployment", "Service"],
): { replicas: number | undefined; image: string | undefined } {
    const { status, stdout, stderr } = spawnSync(tool, args, { encoding: "utf8" });
    assert.equal(status, 0, stderr);
    const objects = parseAllDocuments(stdout).map((document) => document.toJS() as Rendered);
    assert.deepEqual(objects.map((object) => object.kind).sort(), kinds);
    const deployment = objects.find((object) => object.kind === "Deployment");
    return {
        replicas: deployment?.spec.replicas,
        image: deployment?.spec.template?.spec.containers[0]?.image,
    };
}

for (const app of [helm, kustomize]) {
    test(`${app.delivery}: files lie in the app's folder and name no environment`, () => {
        const files = configContent(app);
        for (const file of files) {
            assert.ok(file.path.startsWith(`${app.config.folder}/`), file.path);
            assert.ok(file.text.endsWith("\n") && !file.text.endsWith("\n\n"), file.path);
            for (const environment of app.environments) {
                assert.equal(file.text.includes(environment.project), false, file.path);
            }
        }
        assert.equal(new Set(files.map((file) => file.path)).size, files.length);
    });
}

/** Text of a file of an app's folder. */
function textOf(app: App, file: string): string {
    const found = configContent(app).find(({ path: each }) => each === `${app.config.folder}/${file}`);
    assert.ok(found, file);
    return found.text;
}

test("the files have the names that Applications, namespaces and pipelines rely on", () => {
    const values = parse(textOf(helm, "values.yaml")) as Record<string, unknown>;
    assert.ok(helmTagKey in values && helmImageKey in values);
    const chart = textOf(helm, "templates/deployment.yaml");
    assert.ok(chart.includes(`{{ .Values.${helmImageKey} }}:{{ .Values.${helmTagKey} |`));
    const { images } = parse(textOf(kustomize, "kustomization.yaml")) as { images: { name: string }[] };
    assert.deepEqual(
        images.map(({ name }) => name),
        [kustomizeImage],
    );
    const deployment = textOf(kustomize, "deployment.yaml");
    assert.ok(deployment.includes(`image: ${kustomizeImage}\n`));
    for (const text of [chart, deployment]) {
        assert.ok(text.includes(`imagePullSecrets:\n        - name: ${pullSecretName}\n`));
    }
});

test("an app's name stays a name where YAML means something else by such a word", () => {
    const version = "1.1" as const;
    for (const name of ["on", "123"]) {
        const chart = parse(textOf(sampleApp(name), "Chart.yaml"), { version }) as { name: unknown };
        assert.equal(chart.name, name);
        const app = sampleApp(name, { delivery: "kustomize" });
        const service = parse(textOf(app, "service.yaml"), { version }) as {
            metadata: { name: unknown };
            spec: { selector: object };
        };
        assert.equal(service.metadata.name, name);
        assert.deepEqual(service.spec.selector, { "app.kubernetes.io/name": name });
    }
});

test("the chart's values have an empty tag", () => {
    const values = configContent(helm).find((file) => file.path === "web/values.yaml");
    const parsed = parse(values?.text ?? "") as Record<string, unknown>;
    assert.equal(parsed["imagetag"], "");
    assert.equal(parsed["progressDeadlineSeconds"], helm.rolloutDeadlineSeconds);
    assert.equal(parsed["port"], 8080);
});

test("the tag is on a line of its own that a pipeline can rewrite with sed", () => {
    const values = configContent(helm).find((file) => file.path === "web/values.yaml");
    assert.match(values?.text ?? "", /^imagetag: ""$/m);
});

test("the chart renders: no pods before the first tag, pods after it", () => {
    written(configContent(helm), (folder) => {
        const chart = ["template", "web", path.join(folder, "web")];
        assert.deepEqual(render(helmPath, chart), { replicas: 0, image: "web:none" });
        assert.deepEqual(
            render(helmPath, [...chart, "--set-string", "image=h/p/web,imagetag=abc", "--set", "env.A=b"]),
            { replicas: 1, image: "h/p/web:abc" },
        );
        const budget = [...chart, "--set", "podDisruptionBudget.minAvailable=1"];
        render(helmPath, budget, ["Deployment", "PodDisruptionBudget", "Service"]);
    });
});

test("the kustomization takes what a Kustomization of Flux adds to it: the image's name behind the tag in git, patches after both", () => {
    const flux = (tag: string): ReturnType<typeof render> =>
        written(configContent(kustomize), (folder) => {
            const file = path.join(folder, "api", "kustomization.yaml");
            const document = parseDocument(fs.readFileSync(file, "utf8"));
            document.setIn(["images", 0, "newTag"], tag);
            // An entry for a name that is there already would take its place, with its tag; this is another name.
            document.addIn(["images"], { name: unnamedImage("api"), newName: "h/p/api" });
            document.set("patches", [
                {
                    target: { kind: "(Deployment|StatefulSet)", name: "api" },
                    patch: JSON.stringify([{ op: "add", path: "/spec/replicas", value: 3 }]),
                },
            ]);
            fs.writeFileSync(file, document.toString());
            return render(kustomizePath, ["build", path.join(folder, "api")]);
        });
    assert.deepEqual(flux("none"), { replicas: 0, image: "h/p/api:none" });
    assert.deepEqual(flux("1.2.3"), { replicas: 3, image: "h/p/api:1.2.3" });
});

/** Builds the kustomization after edits like those of Argo CD, which passes an Application's images on this way. */
function kustomized(...images: string[]): { replicas: number | undefined; image: string | undefined } {
    return written(configContent(kustomize), (folder) => {
        const here = path.join(folder, "api");
        for (const image of images) {
            const edit = spawnSync(kustomizePath, ["edit", "set", "image", image], {
                cwd: here,
                encoding: "utf8",
            });
            assert.equal(edit.status, 0, edit.stderr);
        }
        return render(kustomizePath, ["build", here]);
    });
}

test("the kustomization builds without an image, and has no pods then", () => {
    assert.deepEqual(kustomized(), { replicas: 0, image: "registry.invalid/api/api:none" });
    assert.deepEqual(kustomized("app=127.0.0.1:8930/api-dev/api:*"), {
        replicas: 0,
        image: "127.0.0.1:8930/api-dev/api:none",
    });
});

test("a tag is all the kustomization needs for pods, whoever writes it", () => {
    const digest = `sha256:${"0123".repeat(16)}`;
    const cases: [string[], string][] = [
        // A pipeline, and the Application on top of it.
        [["app=*:abc", "app=harbor.test/api-dev/api:*"], "harbor.test/api-dev/api:abc"],
        // The image updater, through the Application's own images.
        [["app=127.0.0.1:8930/api-dev/api:main-0123456789"], "127.0.0.1:8930/api-dev/api:main-0123456789"],
        [[`app=harbor.test/api-dev/api@${digest}`], `harbor.test/api-dev/api@${digest}`],
    ];
    for (const [images, image] of cases) {
        assert.deepEqual(kustomized(...images), { replicas: undefined, image });
    }
});

for (const delivery of ["helm", "kustomize"] as const) {
    test(`${delivery}: a folder per environment renders over what all have in common, with its own version`, () => {
        const app = sampleApp("web", { flow: "gitlab-flow", delivery });
        const version = (environment: string): string =>
            delivery === "helm"
                ? `web/environments/${environment}/values.yaml`
                : `web/overlays/${environment}/kustomization.yaml`;
        const files = configContent(app).map((each) => ({
            ...each,
            text:
                each.path === version("prod")
                    ? each.text.replace(/(imagetag:|newTag:) .*/, '$1 "v1.0.0"')
                    : each.text,
        }));
        written(files, (folder) => {
            const rendered = (environment: string): ReturnType<typeof render> =>
                delivery === "helm"
                    ? render(helmPath, [
                          "template",
                          "web",
                          path.join(folder, "web/chart"),
                          "--values",
                          path.join(folder, version(environment)),
                      ])
                    : render(kustomizePath, ["build", path.join(folder, path.dirname(version(environment)))]);
            const image = delivery === "helm" ? "web" : "registry.invalid/web/web";
            assert.deepEqual(rendered("dev"), { replicas: 0, image: `${image}:none` });
            const { replicas, image: prod } = rendered("prod");
            assert.deepEqual([replicas ?? 1, prod], [1, `${image}:v1.0.0`]);
        });
    });
}

test("plain manifests are whole in each environment's folder, with its image and no pods before the first version", () => {
    for (const flow of ["environment-branches", "gitlab-flow"] as const) {
        const app = sampleApp("web", { flow, delivery: "plain" });
        const files = configContent(app);
        assert.deepEqual(
            files.map(({ path: each }) => each),
            ["dev", "prod", "test"].flatMap((environment) => [
                `web/environments/${environment}/deployment.yaml`,
                `web/environments/${environment}/service.yaml`,
            ]),
        );
        for (const environment of ["dev", "prod", "test"]) {
            const text =
                files.find(({ path: each }) => each.includes(`/${environment}/deployment`))?.text ?? "";
            const parsed = parse(text) as Rendered;
            assert.deepEqual(
                [parsed.spec.replicas, parsed.spec.template?.spec.containers[0]?.image],
                [0, `harbor.test/web-${environment}/web:none`],
            );
            assert.equal(versionIn(text, versionKeys.plain.key), undefined);
            const tagged = withTag(text, "plain", "a1") ?? "";
            assert.equal(versionIn(tagged, versionKeys.plain.key), "a1");
            const { file, folder } = versionOf(app, { environment });
            assert.ok(files.some(({ path: each }) => each === `${folder}/${file}`));
        }
    }
});

test("Jsonnet of a branch is one folder; of environments in one branch each has its version, and what they share is beside", () => {
    const paths = (flow: App["flow"]): string[] =>
        configContent(sampleApp("web", { flow, delivery: "jsonnet" })).map(({ path: each }) => each);
    assert.deepEqual(paths("environment-branches"), [
        "web/app.libsonnet",
        "web/main.jsonnet",
        "web/version.libsonnet",
    ]);
    assert.deepEqual(paths("gitlab-flow"), [
        "web/base/app.libsonnet",
        ...["dev", "prod", "test"].flatMap((environment) => [
            `web/environments/${environment}/main.jsonnet`,
            `web/environments/${environment}/version.libsonnet`,
        ]),
    ]);
    const main = configContent(sampleApp("web", { flow: "gitlab-flow", delivery: "jsonnet" })).find(
        ({ path: each }) => each.endsWith("/dev/main.jsonnet"),
    );
    assert.match(main?.text ?? "", /import '\.\.\/\.\.\/base\/app\.libsonnet'/);
});

test("the app repository says how its app is delivered", () => {
    const notes = appContent(helm).find((file) => file.path === "docs/delivery.md");
    assert.match(notes?.text ?? "", /`dev` → `test` → `prod`/);
});

test("the app repository says what the tags look like that the image updater finds", () => {
    const updater = {
        environments: ["dev"],
        strategy: "newest-build",
        allowTags: "any",
        ignoreTags: [],
        platforms: [],
        images: {},
        writeBack: "values",
        mergeRequest: false,
    } as const;
    const app = sampleApp("web", { updater });
    const notes = appContent(app).find((file) => file.path === "docs/delivery.md");
    assert.equal(app.plan.lanes[0]?.tag.prefix, "main-");
    assert.match(notes?.text ?? "", /tagged `main-` and the first 10 characters of the commit/);
});
