/** How the doctor reaches servers whose certificates a private authority signed. Opens no connection. */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, test } from "node:test";
import { gitlabConnection, harborConnection } from "../../../commands/doctor/connections";
import { offlineFindings } from "../../../commands/doctor/offline";
import { model, type Overrides } from "../../support/estate";

const folder = path.join(__dirname, "..", "..", "fixtures", "certificates");
const text = (file: string): string => fs.readFileSync(path.join(folder, file), "utf8");
const context = { credentials: {}, folder, env: {} };

const authorities = (certificateAuthorities: object, gitlab: object = {}): Overrides => ({
    network: { certificateAuthorities },
    gitlab,
});

describe("the doctor's connections", () => {
    test("trust what the spec names for a host, from its text or its file, and nothing for others", () => {
        const estate = model(
            authorities(
                { pem: { pem: text("authority.pem"), hosts: ["harbor.test"] } },
                { caFile: "second.pem" },
            ),
        );
        const { main } = estate.registries;
        assert.ok(main);
        assert.equal(gitlabConnection(estate, context).ca, text("second.pem"));
        assert.equal(harborConnection(main, estate, context).ca?.trim(), text("authority.pem").trim());
    });

    test("trust an authority without hosts for every server", () => {
        const estate = model(authorities({ own: { file: "authority.pem" } }));
        const { main } = estate.registries;
        assert.ok(main);
        for (const { ca } of [gitlabConnection(estate, context), harborConnection(main, estate, context)]) {
            assert.equal(ca, text("authority.pem"));
        }
        assert.equal(gitlabConnection(model(), context).ca, undefined);
    });

    test("a file that is not there is reported at its place, and stops no connection", () => {
        const estate = model(authorities({ own: { file: "gone.pem" } }, { caFile: "also-gone.pem" }));
        assert.equal(gitlabConnection(estate, context).ca, undefined);
        assert.deepEqual(
            offlineFindings(estate, folder).map((finding) => [finding.path, finding.value]),
            [
                ["gitlab.caFile", "also-gone.pem"],
                ["network.certificateAuthorities.own.file", "gone.pem"],
            ],
        );
    });

    test("a file is judged as the spec's check judges it: no certificate, a server's own, one that ended", () => {
        const found = (file: string, now: Date): unknown[] =>
            offlineFindings(model(authorities({ own: { file } })), folder, now).map(
                ({ id, severity }) => `${severity} ${id}`,
            );
        const good = new Date("2026-12-01");
        assert.deepEqual(found("authority.pem", good), []);
        assert.deepEqual(found("server.pem", good), ["warning authority-certificate"]);
        assert.deepEqual(found("authority.pem", new Date("2190-01-01")), ["error authority-certificate"]);
        assert.deepEqual(found(".", good), ["error authority-readable"]);
    });

    test("files that engines are installed from have to be there, unless another folder takes their place", () => {
        const named = model({
            argocd: {
                manifests: { version: "3.5.7", path: "argocd" },
                ha: true,
                imageUpdaterVersion: "1.3.0",
                imageUpdater: { manifests: { path: "authority.pem" } },
            },
            // Nothing is delivered by it.
            flux: { manifests: { path: "flux" } },
        });
        const found = (env: NodeJS.ProcessEnv): unknown[] =>
            offlineFindings(named, folder, new Date(), env).map(({ id, path: at, value }) => [id, at, value]);
        assert.deepEqual(found({}), [
            ["manifests-readable", "argocd.manifests.path", "argocd/ha/install.yaml"],
        ]);
        assert.deepEqual(found({ ESTATE_ARGOCD_MANIFESTS: "/elsewhere" }), []);

        const flux = model({
            defaults: { engine: "flux" },
            flux: { manifests: { path: "flux" } },
        });
        assert.deepEqual(
            offlineFindings(flux, folder, new Date(), {}).map(({ path: at, value }) => [at, value]),
            [["flux.manifests.path", "flux/install.yaml"]],
        );
    });
});
