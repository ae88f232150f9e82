import * as assert from "node:assert/strict";
import { test } from "node:test";
import { byKey, mapValues, required, sortedEntries } from "../../components/support/maps";
import { makeProviders } from "../../components/providers";
import { sharedToken } from "../../components/support/sharedToken";
import { record, registration, secretValue, valueOf, type Recording } from "../support/engine";
import { sampleCredentials, sampleEstate, sampleGitLab } from "./sample";

function recordProviders(
    estate = sampleEstate(),
    credentials = sampleCredentials,
): Promise<Recording<unknown>> {
    return record(() => makeProviders(estate, credentials));
}

test("providers say where their servers are and hold their credentials as secrets", async () => {
    const recording = await recordProviders();
    const gitlab = registration(recording, "gitlab").inputs;
    assert.equal(gitlab["baseUrl"], "https://gitlab.test/api/v4/");
    assert.equal(secretValue(gitlab["token"]), "fake-gitlab-token");
    assert.equal("cacertFile" in gitlab, false);
    const harbor = registration(recording, "harbor-main").inputs;
    assert.equal(harbor["url"], "https://harbor.test");
    assert.equal(harbor["robotPrefix"], "robot$");
    assert.equal(secretValue(harbor["password"]), "fake-harbor-password");
    const cluster = registration(recording, "cluster-member1").inputs;
    assert.equal(cluster["context"], "member1");
    assert.equal(cluster["kubeconfig"], "/kubeconfig");
});

test("Harbor's certificates are verified unless the spec says otherwise", async () => {
    // The upstream default is the other way round, so it must be said; provider inputs travel as JSON text.
    assert.equal(String(registration(await recordProviders(), "harbor-main").inputs["insecure"]), "false");
});

test("a private CA and a kubeconfig from the stack's secrets are used", async () => {
    const base = sampleEstate();
    const member = base.clusters["member1"];
    assert.ok(member);
    const { kubeconfig: _file, ...withoutFile } = member;
    const estate = sampleEstate([], {
        gitlab: sampleGitLab({ caFile: "/ca.pem" }),
        clusters: { ...base.clusters, member1: withoutFile },
    });
    const credentials = { ...sampleCredentials, clusters: { member1: { kubeconfig: "fake kubeconfig" } } };
    const recording = await recordProviders(estate, credentials);
    assert.equal(registration(recording, "gitlab").inputs["cacertFile"], "/ca.pem");
    assert.equal(
        secretValue(registration(recording, "cluster-member1").inputs["kubeconfig"]),
        "fake kubeconfig",
    );
});

test("a registry without a credential is an error that names it", async () => {
    await assert.rejects(
        recordProviders(sampleEstate(), { ...sampleCredentials, registries: {} }),
        /there is no credential of registry "main"; there are: none/,
    );
});

test("the webhook token is stable, differs by estate, and does not contain the GitLab token", async () => {
    const { result } = await record(() =>
        Promise.all([
            valueOf(sharedToken("glpat", "argocd-webhook", "a")),
            valueOf(sharedToken("glpat", "argocd-webhook", "a")),
            valueOf(sharedToken("glpat", "argocd-webhook", "b")),
        ]),
    );
    assert.equal(result[0], result[1]);
    assert.notEqual(result[0], result[2]);
    assert.match(result[0] ?? "", /^[0-9a-f]{64}$/);
});

test("maps are walked by key", () => {
    assert.deepEqual(sortedEntries({ b: 1, a: 2 }), [
        ["a", 2],
        ["b", 1],
    ]);
    assert.deepEqual(
        mapValues({ a: 1 }, (value, key) => `${key}${value}`),
        { a: "a1" },
    );
    assert.deepEqual(
        byKey(
            ["x"],
            (item) => item,
            (item) => item.length,
        ),
        { x: 1 },
    );
    assert.throws(() => required({ a: 1, b: 2 }, "c", "team"), /there is no team "c"; there are: a, b/);
});
