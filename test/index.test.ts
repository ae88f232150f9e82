/** The program as Pulumi runs it: from configuration to outputs, under mocks. */
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { after, test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { stringify } from "yaml";
import main from "../index";
import { sampleManifests } from "./components/sample";
import { leaks, record, registration, secretValue } from "./support/engine";
import { spec } from "./support/estate";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "manifests-"));
fs.writeFileSync(
    path.join(folder, "install.yaml"),
    sampleManifests.map((object) => stringify(object)).join("---\n"),
);
after(() => fs.rmSync(folder, { recursive: true }));

const credentials = {
    gitlab: { token: "fake-gitlab-token" },
    registries: { main: { username: "admin", password: "fake-harbor-password" } },
    channels: { ops: { url: "https://chat.test/ops" }, oncall: { url: "https://chat.test/oncall" } },
};

function configure(estate: unknown, secrets: unknown): void {
    pulumi.runtime.setAllConfig(
        {
            "gitops-estate:estate": JSON.stringify(estate),
            "gitops-estate:credentials": JSON.stringify(secrets),
        },
        ["gitops-estate:credentials"],
    );
}

const manifests = { version: "3.2.11", path: folder };

test("a stack's configuration becomes the estate and its outputs", async () => {
    configure(spec({ argocd: { manifests } }), credentials);
    const recording = await record(async () => {
        const outputs = await main();
        assert.deepEqual(Object.keys(outputs).sort(), [
            "applications",
            "argocd",
            "clusters",
            "gitlab",
            "hotfixes",
            "paused",
            "pipelines",
            "protected",
            "repositories",
        ]);
        assert.equal(outputs.argocd, "https://argocd.test");
        assert.deepEqual(outputs.clusters, {
            member1: "https://member1.test:6443",
            member2: "https://member2.test:6443",
        });
        assert.deepEqual(Object.keys(outputs.repositories).sort(), ["api", "web"]);
        assert.deepEqual(outputs.applications["web"]?.["dev"], { member1: "web-dev-member1" });
    });
    assert.deepEqual(leaks(recording), []);
    assert.equal(secretValue(registration(recording, "gitlab").inputs["token"]), "fake-gitlab-token");
    assert.ok(registration(recording, "argocd-deployment-argocd-server"));
});

test("a spec with mistakes is refused, and all of them are named", async () => {
    configure(
        spec({ argocd: { manifests }, apps: { web: { team: "nobody", flavour: "mint" } } }),
        credentials,
    );
    await assert.rejects(record(main), (error: unknown) => {
        assert.ok(error instanceof pulumi.RunError);
        assert.match(error.message, /apps\.web\.flavour/);
        assert.match(error.message, /apps\.web\.team/);
        assert.match(error.message, /Nothing was changed\./);
        return true;
    });
});

test("a missing credential is named with the command that sets it", async () => {
    configure(spec({ argocd: { manifests } }), { ...credentials, gitlab: {} });
    await assert.rejects(record(main), /credentials\.gitlab\.token[^]*pulumi config set --secret/);
});
