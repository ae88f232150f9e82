/**
 * The seeded files. With helm and kustomize on PATH they are rendered; without, only their text is looked at.
 */
import * as assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { test } from "node:test";
import { parse, parseAllDocuments } from "yaml";
import { appContent, configContent, type SeedFile } from "../../../components/gitlab/content";
import { sampleApp } from "../sample";

const helm = sampleApp("web");
const kustomize = sampleApp("api", { delivery: "kustomize", port: 9000 });

function onPath(tool: string): boolean {
    return spawnSync(tool, ["version"], { stdio: "ignore" }).status === 0;
}

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

test("the chart's values have an empty tag", () => {
    const values = configContent(helm).find((file) => file.path === "web/values.yaml");
    const parsed = parse(values?.text ?? "") as Record<string, unknown>;
    assert.equal(parsed["imagetag"], "");
    assert.equal(parsed["port"], 8080);
});

test("the tag is on a line of its own that a pipeline can rewrite with sed", () => {
    const values = configContent(helm).find((file) => file.path === "web/values.yaml");
    assert.match(values?.text ?? "", /^imagetag: ""$/m);
});

test(
    "the chart renders: no pods before the first tag, pods after it",
    { skip: !onPath("helm") && "no helm" },
    () => {
        written(configContent(helm), (folder) => {
            const chart = ["template", "web", path.join(folder, "web")];
            assert.deepEqual(render("helm", chart), { replicas: 0, image: "web:none" });
            assert.deepEqual(
                render("helm", [...chart, "--set-string", "image=h/p/web,imagetag=abc", "--set", "env.A=b"]),
                { replicas: 1, image: "h/p/web:abc" },
            );
            const budget = [...chart, "--set", "podDisruptionBudget.minAvailable=1"];
            render("helm", budget, ["Deployment", "PodDisruptionBudget", "Service"]);
        });
    },
);

test(
    "the kustomization builds: no pods before the first tag",
    { skip: !onPath("kustomize") && "no kustomize" },
    () => {
        written(configContent(kustomize), (folder) => {
            const here = path.join(folder, "api");
            assert.deepEqual(render("kustomize", ["build", here]), { replicas: 0, image: "app:none" });
            const edit = (...args: string[]): void => {
                const { status, stderr } = spawnSync("kustomize", ["edit", "set", ...args], {
                    cwd: here,
                    encoding: "utf8",
                });
                assert.equal(status, 0, stderr);
            };
            edit("image", "app=*:abc");
            edit("replicas", "api=1");
            // What the Application does on top of it.
            edit("image", "app=h/p/api:*");
            assert.deepEqual(render("kustomize", ["build", here]), { replicas: 1, image: "h/p/api:abc" });
        });
    },
);

test("the app repository says how its app is delivered", () => {
    const notes = appContent(helm).find((file) => file.path === "docs/delivery.md");
    assert.match(notes?.text ?? "", /`dev` → `test` → `prod`/);
});
