/**
 * The releases of Argo CD that the estate knows: that their checksums are those of the files which Go's checksum database
 * vouches for, what the estate changes in each, and that a real API server takes each of them and each upgrade from one
 * to the next. Not that the workloads run: the sandbox can build one release only. ESTATE_ACCEPT=1 accepts changed goldens.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { parseManifests } from "../../../../components/support/manifests";
import { patchManifests } from "../../../../components/engines/argocd/install/patches";
import type { KubeObject } from "../../../../components/support/kubeObject";
import { argoCdReleases } from "../../../../estate/engines/argocd/releases";
import type { ClusterClient } from "../../../../sandbox/clusters/client";
import { sandboxDown, sandboxUp } from "../../../../sandbox/supervisor";
import { freePortBase } from "../../../../sandbox/support/ports";
import { goEnvironment, run } from "../../../../toolchain/go";
import { matchesGoldenText } from "../../../support/golden";
import { model } from "../../../support/estate";
import { clientOf } from "./support/client";

/** The newest known release of each minor version: patch releases have the same objects. */
const releases = Object.keys(argoCdReleases).filter(
    (release, index, all) => lineOf(all[index + 1] ?? "") !== lineOf(release),
);
const variants = { standard: "install.yaml", ha: path.join("ha", "install.yaml") } as const;

function lineOf(release: string): string {
    return release.replace(/\.\d+$/, "");
}

/** Downloads a release's module, verified by Go, unless it is in the module cache; its folder of manifests. */
async function manifestsOf(release: string, folder: string): Promise<string> {
    const result = await run(
        "go",
        ["mod", "download", "-json", `github.com/argoproj/argo-cd/v3@v${release}`],
        {
            cwd: folder,
            env: goEnvironment(process.env),
        },
    );
    const { Dir: dir, Error: error } = JSON.parse(result?.stdout ?? "{}") as { Dir?: string; Error?: string };
    return path.join(dir ?? assert.fail(`Argo CD ${release} cannot be had: ${error ?? ""}`), "manifests");
}

function isDefinition(kind: string): boolean {
    return kind === "CustomResourceDefinition";
}

/** What an object is told apart by. */
function nameOf({ kind, metadata }: KubeObject): string {
    return `${kind}/${metadata.name}`;
}

/** The leaves of a value by path. */
function leaves(value: unknown, at = ""): [string, unknown][] {
    return typeof value === "object" && value !== null
        ? Object.entries(value).flatMap(([key, part]) => leaves(part, at === "" ? key : `${at}.${key}`))
        : [[at, value]];
}

/** What is different in `patched`, by path; `null` is taken away. */
function changesOf(published: KubeObject, patched: KubeObject): Record<string, unknown> {
    const [was, is] = [new Map(leaves(published)), new Map(leaves(patched))];
    return Object.fromEntries(
        [...new Set([...was.keys(), ...is.keys()])]
            .filter((key) => was.get(key) !== is.get(key))
            .sort()
            .map((key) => [key, is.get(key) ?? null]),
    );
}

/** An estate that changes everything in the manifests that can be changed. */
const { argocd } = model({
    argocd: {
        namespace: "delivery",
        imageMirror: "mirror.test/quay",
        seccomp: "remove",
        resources: { "argocd-repo-server": { limits: { memory: "1Gi" } } },
    },
});

describe("known releases of Argo CD", { timeout: 15 * 60_000 }, () => {
    const parent = fs.mkdtempSync(path.join(os.tmpdir(), "estate-releases-"));
    const dir = path.join(parent, "box");
    let admin: ClusterClient;
    let folders: Readonly<Record<string, string>>;

    before(async () => {
        fs.writeFileSync(path.join(parent, "go.mod"), "module releases\n");
        const found = releases.map(async (release) => [release, await manifestsOf(release, parent)] as const);
        folders = Object.fromEntries(await Promise.all(found));
        const info = await sandboxUp({
            dir,
            portBase: await freePortBase(),
            clusters: ["solo"],
            parts: ["clusters"],
        });
        admin = clientOf(info.kubeconfig, parent);
        const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: argocd.namespace } };
        await apply(namespace, "/api/v1/namespaces");
    });
    after(async () => {
        admin.close();
        await sandboxDown(dir, { purge: true });
        fs.rmSync(parent, { recursive: true, force: true });
    });

    function fileOf(release: string, variant: keyof typeof variants): string {
        return path.join(folders[release] ?? assert.fail(release), variants[variant]);
    }

    function published(release: string, variant: keyof typeof variants): KubeObject[] {
        const file = fileOf(release, variant);
        return parseManifests(file, fs.readFileSync(file, "utf8"), "argocd.manifests");
    }

    /** Server-side, as the estate's provider does it, and with unknown fields refused. */
    async function apply(object: KubeObject, collection: string): Promise<void> {
        const { status, body } = await admin.request(
            "PATCH",
            `${collection}/${object.metadata.name}?fieldManager=estate&force=true&fieldValidation=Strict`,
            object,
            "application/apply-patch+yaml",
        );
        assert.ok(
            status === 200 || status === 201,
            `${nameOf(object)}: ${JSON.stringify(body).slice(0, 500)}`,
        );
    }

    /** Where objects of each kind are, from the server's own lists. */
    async function collections(): Promise<Map<string, string>> {
        const found = new Map<string, string>();
        const groups = [
            "apps/v1",
            "networking.k8s.io/v1",
            "rbac.authorization.k8s.io/v1",
            "apiextensions.k8s.io/v1",
        ];
        for (const base of ["/api/v1", ...groups.map((group) => `/apis/${group}`)]) {
            const { body } = await admin.request("GET", base);
            const { resources } = body as {
                resources: { name: string; kind: string; namespaced: boolean }[];
            };
            for (const { name, kind, namespaced } of resources.filter((each) => !each.name.includes("/"))) {
                found.set(kind, `${base}/${namespaced ? `namespaces/${argocd.namespace}/` : ""}${name}`);
            }
        }
        return found;
    }

    for (const release of releases) {
        test(`${release}: the checksums are those of the module's files`, () => {
            const digest = (variant: keyof typeof variants): string =>
                createHash("sha256")
                    .update(fs.readFileSync(fileOf(release, variant)))
                    .digest("hex");
            assert.deepEqual({ standard: digest("standard"), ha: digest("ha") }, argoCdReleases[release]);
        });

        test(`${release}: both variants have the same definitions`, () => {
            const definitions = (variant: keyof typeof variants): KubeObject[] =>
                published(release, variant).filter(({ kind }) => isDefinition(kind));
            assert.deepEqual(definitions("ha"), definitions("standard"));
        });

        test(`${release}: what the estate changes is as its golden says`, () => {
            const recorded = (["standard", "ha"] as const).map((variant): [string, unknown] => {
                const before = published(release, variant);
                const patched = new Map(patchManifests(before, argocd).map((each) => [nameOf(each), each]));
                const changes = before.map((object): [string, unknown] => {
                    const after = patched.get(nameOf(object));
                    return [nameOf(object), after === undefined ? "left out" : changesOf(object, after)];
                });
                return [variant, Object.fromEntries(changes)];
            });
            const text = JSON.stringify(Object.fromEntries(recorded), null, 2);
            matchesGoldenText(`argocd-${lineOf(release)}`, `${text}\n`);
        });
    }

    for (const variant of ["standard", "ha"] as const) {
        test(`${variant}: an API server takes each release over the one before`, async () => {
            const at = await collections();
            for (const release of releases) {
                const objects = patchManifests(published(release, variant), argocd);
                // Both variants have the same definitions, which a server takes seconds for.
                const wanted = variant === "ha" ? objects.filter(({ kind }) => !isDefinition(kind)) : objects;
                for (const object of wanted) {
                    await apply(object, at.get(object.kind) ?? assert.fail(object.kind));
                }
                await established(release);
            }
        });
    }

    /** Waits until the server serves Argo CD's kinds again after a change of their definitions. */
    async function established(release: string): Promise<void> {
        for (const plural of ["applications", "applicationsets", "appprojects"]) {
            const url = `/apis/argoproj.io/v1alpha1/namespaces/${argocd.namespace}/${plural}`;
            const until = Date.now() + 60_000;
            while ((await admin.request("GET", url)).status !== 200) {
                assert.ok(Date.now() < until, `${plural} of Argo CD ${release} are not served`);
                await sleep(200);
            }
        }
    }
});
