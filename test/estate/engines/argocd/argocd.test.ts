/** What Argo CD's part of a spec comes to, and what follows from the rest of it. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { joinedKinds, usualKinds } from "../../../../estate/kinds";
import { applications } from "../../../../estate/engines/argocd/names";
import { teamProjects } from "../../../../estate/engines/argocd/projects";
import { parseEstate } from "../../../../estate";
import {
    argoCdReleases,
    argoCdSupport,
    defaultArgoCdVersion,
    updaterReleases,
} from "../../../../estate/engines/argocd/releases";
import { model, spec, type Overrides } from "../../../support/estate";

const projects = (overrides: Overrides = {}): ReturnType<typeof teamProjects> =>
    teamProjects(model(overrides), { name: "shop" });

describe("Argo CD", () => {
    it("is supported to the end of its last day, and a version to come at any time", () => {
        const warnings = (version: string, today: string): number =>
            parseEstate(spec({ argocd: { manifests: { version, sha256: "0".repeat(64) } } }), { today })
                .problems.length;
        assert.equal(warnings("3.3.14", "2026-11-03"), 0);
        assert.equal(warnings("3.3.14", "2026-11-04"), 1);
        assert.equal(warnings("3.9.0", "2026-11-04"), 0);
        assert.equal(warnings("4.0.0-rc1", "2026-11-04"), 0);
    });

    it("knows how long each release is supported that has a known checksum", () => {
        const lines = Object.keys(argoCdReleases).map((release) => release.replace(/\.\d+$/, ""));
        assert.deepEqual(Object.keys(argoCdSupport), [...new Set(lines)]);
    });

    it("has an Application per cluster of an app in an environment", () => {
        const { web } = model().apps;
        const prod = web?.environments.find((each) => each.environment === "prod");
        assert.ok(web && prod);
        assert.deepEqual(applications(web, prod), {
            member1: "web-prod-member1",
            member2: "web-prod-member2",
        });
    });

    it("gives a team one AppProject per class, with exactly its destinations, kinds and repositories", () => {
        const kinds = joinedKinds([usualKinds]);
        assert.deepEqual(projects(), [
            {
                name: "shop-nonprod",
                class: "nonprod",
                guarded: false,
                previews: false,
                syncWindows: [],
                destinations: ["api-dev", "api-test", "web-dev", "web-test"].map((namespace) => ({
                    cluster: "member1",
                    namespace,
                })),
                kinds,
                sourceRepos: [
                    "https://gitlab.test/acme/shop/api-config.git",
                    "https://gitlab.test/acme/shop/web-config.git",
                ],
            },
            {
                name: "shop-prod",
                class: "prod",
                guarded: false,
                previews: false,
                syncWindows: [],
                destinations: ["member1", "member2"].flatMap((cluster) =>
                    ["api-prod", "web-prod"].map((namespace) => ({ cluster, namespace })),
                ),
                kinds,
                sourceRepos: [
                    "https://gitlab.test/acme/shop/api-config.git",
                    "https://gitlab.test/acme/shop/web-config.git",
                ],
            },
        ]);
    });

    it("lets a class contain the further kinds of its own environments only", () => {
        const shop = projects({ environments: { prod: { defaults: { kinds: ["certificates"] } } } });
        assert.deepEqual(
            shop.map((project) => project.kinds.some(({ kind }) => kind === "Certificate")),
            [false, true],
        );
    });

    it("gives an environment's windows to the team's Applications in it, and to none where there is none", () => {
        const window = { kind: "deny", schedule: "0 22 * * *", duration: "2h", description: "backups" };
        const shop = projects({ environments: { test: { syncWindows: [window] } } });
        assert.deepEqual(
            shop.map((project) => project.syncWindows),
            [
                [
                    {
                        ...window,
                        timeZone: "UTC",
                        manualSync: false,
                        applications: ["api-test-member1", "web-test-member1"],
                    },
                ],
                [],
            ],
        );
        const gone = { test: null, prod: null };
        const without = projects({
            environments: { test: { syncWindows: [window] } },
            apps: { web: { environments: gone }, api: { environments: gone } },
        });
        // A window without applications would be one for the whole project.
        assert.deepEqual(without[0]?.syncWindows, []);
    });

    it("finds the updater's manifests: by version, by file, or nowhere", () => {
        const manifests = (imageUpdater: object, context = {}, version = "0.12.2"): unknown =>
            model({ argocd: { imageUpdaterVersion: version, imageUpdater } }, context).argocd.imageUpdater
                .manifests;
        assert.match(JSON.stringify(manifests({})), /v0\.12\.2\/manifests\/install\.yaml.*"sha256":"32923f/);
        assert.match(JSON.stringify(manifests({}, {}, "1.3.0")), /v1\.3\.0\/config\/.*"sha256":"e0176c/);
        assert.match(
            JSON.stringify(manifests({ manifests: { sha256: "0".repeat(64) } }, {}, "1.2.0")),
            /v1\.2\.0\/config\/install\.yaml/,
        );
        assert.deepEqual(manifests({ manifests: { path: "here.yaml" } }), { path: "here.yaml" });
        assert.deepEqual(
            manifests({}, { manifests: { argocd: "mirror" } })?.["path" as never],
            "mirror/image-updater.yaml",
        );
        assert.equal(manifests({ install: false }), undefined);
        assert.equal(model().argocd.imageUpdater.manifests, undefined);
    });

    it("takes the newest checked updater where an app has one, and none elsewhere", () => {
        assert.equal(model().argocd.imageUpdaterVersion, undefined);
        assert.equal(model({ apps: { web: { updater: null } } }).argocd.imageUpdaterVersion, undefined);
        const { argocd } = model({ apps: { web: { updater: {} } } });
        assert.equal(argocd.imageUpdaterVersion, Object.keys(updaterReleases).at(-1));
        assert.ok(argocd.imageUpdater.manifests?.sha256 !== undefined, "its manifests are known");
    });

    it("knows where the default manifests are, and a mirror of this machine instead", () => {
        const manifests = model().argocd.manifests;
        assert.match(manifests.url ?? "", /\/argo-cd\/v3\.5\.7\/manifests\/install\.yaml$/);
        assert.match(manifests.sha256 ?? "", /^09bfbb90/);
        const ha = model({ argocd: { ha: true } }).argocd.manifests;
        assert.match(ha.url ?? "", /\/ha\/install\.yaml$/);
        assert.match(ha.sha256 ?? "", /^d7b75669/);
        const mirrored = model({}, { manifests: { argocd: "mirror" } }).argocd.manifests;
        assert.deepEqual(mirrored, { version: "3.5.7", path: "mirror" });
        const earlier = model({ argocd: { manifests: { version: "3.2.11" } } }).argocd.manifests;
        assert.match(earlier.sha256 ?? "", /^6cdd269e/);
        assert.equal(Object.keys(argoCdReleases).at(-1), defaultArgoCdVersion, "the newest is the default");
    });
});
