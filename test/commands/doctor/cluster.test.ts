/**
 * The doctor on a cluster: one thing wrong at a time, and each is named once, with its place in the spec and what to do. The
 * answers are those of the Kubernetes API; test/e2e asks real API servers.
 */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { after, describe, test } from "node:test";
import { stringify } from "yaml";
import { clusterChecks } from "../../../commands/doctor/cluster/checks";
import { clusterFacts, noWay } from "../../../commands/doctor/cluster/facts";
import { wayTo } from "../../../commands/doctor/cluster/kubeconfig";
import { decide, type Finding } from "../../../commands/doctor/finding";
import type { Answer, Ask } from "../../../commands/doctor/http";
import { nothingMade, type Made } from "../../../commands/doctor/made";
import { model, type Overrides } from "../../support/estate";
import {
    assertFound,
    assertNothingClaimed,
    madeOf,
    now,
    server,
    silent,
    Status,
    type Answers,
    type Expected,
} from "./support";

const named = (name: string, labels: object = {}, namespace?: string): unknown => ({
    metadata: { name, labels, ...(namespace === undefined ? {} : { namespace }) },
});

const deployments =
    "GET /apis/apps/v1/deployments?labelSelector=app.kubernetes.io/part-of%3Dargocd&limit=100";
const fluxDeployments =
    "GET /apis/apps/v1/deployments?labelSelector=app.kubernetes.io/part-of%3Dflux&limit=100";
const definitions = "GET /apis/apiextensions.k8s.io/v1/customresourcedefinitions?limit=1000";
const namespaces = "GET /api/v1/namespaces?limit=1000";

const ready: Answers = {
    "GET /version": { gitVersion: "v1.34.1" },
    [namespaces]: { items: [named("default")] },
    [deployments]: { items: [] },
    [fluxDeployments]: { items: [] },
    [definitions]: { items: [named("widgets.example.com")] },
};

interface Situation {
    readonly cluster?: string;
    readonly spec?: Overrides;
    readonly made?: Made;
    /** What the account may not do, as `<verb> <resource>`. */
    readonly denied?: readonly string[];
    readonly date?: string;
    readonly certificateEnds?: Date;
    /** Of this machine. */
    readonly now?: Date;
}

async function look(answers: Answers, situation: Situation = {}): Promise<Finding[]> {
    const { cluster: name = "member1", spec, made = nothingMade, denied = [], certificateEnds } = situation;
    const today = situation.now ?? now;
    const estate = model(spec);
    const cluster = estate.clusters[name];
    assert.ok(cluster !== undefined);
    const { ask: plain } = server(answers, { date: situation.date ?? today.toUTCString() });
    const ask: Ask = async (method, call, body) => {
        if (method !== "POST") {
            const answer = await plain(method, call);
            return certificateEnds === undefined ? answer : { ...answer, certificateEnds };
        }
        const { verb, resource } = (
            body as { spec: { resourceAttributes: { verb: string; resource: string } } }
        ).spec.resourceAttributes;
        const all = resource === "*" && denied.length > 0;
        const allowed = !all && !denied.includes(`${verb} ${resource}`);
        const refused = answers["POST"];
        return refused instanceof Status
            ? { status: refused.status, headers: {}, body: {} }
            : ({ status: 201, headers: {}, body: { status: { allowed } } } satisfies Answer);
    };
    const facts = await clusterFacts(ask, estate, cluster, today);
    return decide(clusterChecks, facts, { estate, made, now: today, cluster });
}

const made = madeOf({
    type: "kubernetes:core/v1:Namespace",
    provider: "cluster-member1",
    outputs: { kind: "Namespace", metadata: { name: "web-dev" } },
});
const webDev = (labels: object): Answers => ({
    ...ready,
    [namespaces]: { items: [named("web-dev", labels)] },
});

const argocd = (namespace: string): Answers => ({
    ...ready,
    [deployments]: { items: ["argocd-server", "argocd-redis"].map((each) => named(each, {}, namespace)) },
    [definitions]: { items: [named("applications.argoproj.io")] },
});

/** The fixture with Flux. */
const withFlux: Overrides = { defaults: { engine: "flux" }, flux: { manifests: { path: "manifests" } } };

const flux = (namespace: string, ...managers: string[]): Answers => ({
    ...ready,
    [fluxDeployments]: {
        items: [
            {
                metadata: {
                    name: "source-controller",
                    namespace,
                    labels: { "app.kubernetes.io/version": "v2.3.0" },
                    managedFields: managers.map((manager) => ({ manager })),
                },
            },
        ],
    },
    [definitions]: { items: [named("gitrepositories.source.toolkit.fluxcd.io")] },
});

const fluxMade = madeOf({
    type: "kubernetes:core/v1:Namespace",
    provider: "cluster-host",
    outputs: { kind: "Namespace", metadata: { name: "flux-system" } },
});

test("versions of Kubernetes are warned about by the day, and one that is not known yet is not", async () => {
    const at = async (version: string, day: string): Promise<string | undefined> => {
        const answers = { ...ready, "GET /version": { gitVersion: version } };
        const [found] = (await look(answers, { now: new Date(`${day}T08:00:00Z`) })).filter(
            ({ id }) => id === "cluster-support",
        );
        return found?.rule;
    };
    assert.equal(await at("v1.33.9", "2026-05-28"), undefined);
    assert.match(
        (await at("v1.33.9", "2026-06-01")) ?? "",
        /those of 1\.33 from the project end on 2026-06-28$/,
    );
    assert.match((await at("v1.33.9", "2026-06-28")) ?? "", / end on 2026-06-28$/);
    assert.match((await at("v1.33.9", "2026-06-29")) ?? "", / ended on 2026-06-28$/);
    assert.match((await at("v1.34.8", "2026-11-30")) ?? "", /those of 1\.34 .* ended on 2026-10-27$/);
    assert.match((await at("v1.30.0", "2026-11-30")) ?? "", /those of 1\.30 from the project have ended$/);
    for (const version of ["v1.35.9", "v1.36.3+k3s1", "v1.37.0"]) {
        assert.equal(await at(version, "2026-11-30"), undefined, version);
    }
});

test("an engine that the estate does not use is nobody's business", async () => {
    assert.deepEqual(await look(argocd("gitops"), { cluster: "host", spec: withFlux }), []);
    assert.deepEqual(await look(flux("gitops"), { cluster: "host" }), []);
    assert.deepEqual(
        await look(flux("flux-system", "pulumi"), { cluster: "host", spec: withFlux, made: fluxMade }),
        [],
    );
});

test("rights that this estate does not need are not asked for", async () => {
    assert.deepEqual(await look(ready, { denied: ["create roles"] }), []);
    assert.deepEqual(await look(ready, { cluster: "host", denied: ["create applicationsets"] }), []);
    assert.deepEqual(
        await look(ready, { cluster: "host", spec: withFlux, denied: ["create appprojects"] }),
        [],
    );
});

test("nothing is said of clusters that are as they should be, before the first up and on an existing estate", async () => {
    for (const cluster of ["host", "member1", "member2"]) {
        assert.deepEqual(await look(ready, { cluster }), []);
    }
    assert.deepEqual(await look(webDev({ "pod-security.kubernetes.io/enforce": "baseline" }), { made }), []);
    const host = madeOf({
        type: "kubernetes:core/v1:Namespace",
        provider: "cluster-host",
        outputs: { kind: "Namespace", metadata: { name: "argocd" } },
    });
    assert.deepEqual(await look(argocd("argocd"), { cluster: "host", made: host }), []);
});

interface Planted extends Situation {
    readonly answers: Answers;
    readonly found: readonly Expected[];
}

const planted: Readonly<Record<string, Planted>> = {
    "a cluster that does not answer is one finding": {
        answers: { "GET /version": silent },
        found: [["cluster-reachable", "clusters.member1", /kubeconfig, network/]],
    },
    "a cluster that stops answering in the middle is one too": {
        answers: { ...ready, [namespaces]: silent },
        found: [["cluster-reachable", "clusters.member1", /kubeconfig, network/]],
    },
    "an account that is refused": {
        answers: { ...ready, POST: new Status(401) },
        found: [["cluster-login", "clusters.member1.access", /log in again/]],
    },
    "a Kubernetes that is too old": {
        answers: { ...ready, "GET /version": { gitVersion: "v1.24.17+k3s1" } },
        found: [["cluster-version", "clusters.member1", /upgrade/]],
    },
    "a Kubernetes that gets fixes for a few more weeks": {
        answers: { ...ready, "GET /version": { gitVersion: "v1.33.10-eks-7d3f" } },
        found: [["cluster-support", "clusters.member1", /upgrade it.*vendor/, "warning"]],
    },
    "a Kubernetes older than those that get fixes": {
        answers: { ...ready, "GET /version": { gitVersion: "v1.30.2" } },
        found: [["cluster-support", "clusters.member1", /upgrade it/, "warning"]],
    },
    "rights that are missing on a member": {
        answers: ready,
        denied: ["create namespaces", "escalate clusterroles"],
        found: [["cluster-rights", "clusters.member1.access", /docs\/rights\.md/]],
    },
    "rights that are missing on the host": {
        answers: ready,
        cluster: "host",
        denied: ["create customresourcedefinitions"],
        found: [["cluster-rights", "clusters.host.access", /docs\/rights\.md/]],
    },
    "rights that only previews need": {
        answers: ready,
        cluster: "host",
        spec: { apps: { web: { previews: {} } } },
        denied: ["create applicationsets"],
        found: [["cluster-rights", "clusters.host.access", /docs\/rights\.md/]],
    },
    "rights that only Argo CD needs": {
        answers: ready,
        cluster: "host",
        denied: ["create appprojects"],
        found: [["cluster-rights", "clusters.host.access", /docs\/rights\.md/]],
    },
    "rights that only Flux needs": {
        answers: ready,
        spec: { defaults: { engine: "flux" }, flux: { manifests: { path: "manifests" } } },
        denied: ["create roles"],
        found: [["cluster-rights", "clusters.member1.access", /docs\/rights\.md/]],
    },
    "a clock that is wrong by minutes": {
        answers: ready,
        date: new Date(now.getTime() - 120_000).toUTCString(),
        found: [["cluster-clock", "clusters.member1", /NTP/, "warning"]],
    },
    "a clock that is wrong by an hour": {
        answers: ready,
        date: new Date(now.getTime() + 3_600_000).toUTCString(),
        found: [["cluster-clock", "clusters.member1", /NTP/]],
    },
    "a certificate about to end": {
        answers: ready,
        certificateEnds: new Date("2026-06-10T00:00:00Z"),
        found: [["cluster-certificate", "clusters.member1.access", /renew/, "warning"]],
    },
    "a namespace that somebody made": {
        answers: webDev({}),
        found: [["cluster-namespace", "apps.web.environments.dev.namespace", /another namespace/]],
    },
    "a namespace that a killed run left": {
        answers: webDev({ "gitops-estate/app": "web" }),
        found: [["cluster-namespace", "apps.web.environments.dev.namespace", /takes it over/, "warning"]],
    },
    "another Argo CD on the host": {
        answers: argocd("gitops"),
        cluster: "host",
        found: [["cluster-argocd", "clusters.host", /another cluster the host/]],
    },
    "another Flux on the host": {
        answers: flux("gitops"),
        cluster: "host",
        spec: withFlux,
        found: [["cluster-flux", "clusters.host", /another cluster the host/]],
    },
    "what another Flux left": {
        answers: {
            ...ready,
            [definitions]: { items: [named("gitrepositories.source.toolkit.fluxcd.io")] },
        },
        cluster: "host",
        spec: withFlux,
        found: [["cluster-flux", "clusters.host", /delete it/, "warning"]],
    },
    "a Flux that manages itself too": {
        answers: flux("flux-system", "pulumi", "kustomize-controller"),
        cluster: "host",
        spec: withFlux,
        made: fluxMade,
        found: [["cluster-writers", "clusters.host", /stop kustomize-controller/, "warning"]],
    },
    "another estate's team of the same name on a member": {
        answers: {
            ...ready,
            [namespaces]: { items: [named("flux-shop", { "gitops-estate/estate": "other" })] },
        },
        spec: withFlux,
        found: [["cluster-team", "teams.shop", /name the team otherwise/]],
    },
    "another estate's records of Helm for the same team": {
        answers: { ...ready, [namespaces]: { items: [named("flux-shop--dev")] } },
        spec: withFlux,
        found: [["cluster-team", "teams.shop", /name the team otherwise/]],
    },
    "a team's namespace that a killed run left": {
        answers: {
            ...ready,
            [namespaces]: { items: [named("flux-shop", { "gitops-estate/estate": "acme" })] },
        },
        spec: withFlux,
        found: [["cluster-team", "teams.shop", /takes it over/, "warning"]],
    },
    "what another Argo CD left": {
        answers: { ...ready, [definitions]: { items: [named("applications.argoproj.io")] } },
        cluster: "host",
        found: [["cluster-argocd", "clusters.host", /delete it/, "warning"]],
    },
    "a second writer of Argo CD's settings": {
        answers: {
            ...ready,
            "GET /api/v1/namespaces/argocd/configmaps/argocd-cm": {
                metadata: { name: "argocd-cm", managedFields: [{ manager: "pulumi" }, { manager: "helm" }] },
            },
        },
        cluster: "host",
        found: [["cluster-writers", "clusters.host", /stop helm/, "warning"]],
    },
    "pods that may not run as they are": {
        answers: {
            ...ready,
            [namespaces]: {
                items: [named("argocd", { "pod-security.kubernetes.io/enforce": "restricted" })],
            },
        },
        cluster: "host",
        spec: { argocd: { seccomp: "remove" } },
        found: [["cluster-pod-security", "argocd.seccomp", /leave argocd.seccomp out/]],
    },
    "pod security that somebody changed": {
        answers: webDev({ "pod-security.kubernetes.io/enforce": "privileged" }),
        made,
        found: [["cluster-pod-security", "apps.web.environments.dev.namespace", /baseline again/, "warning"]],
    },
};

describe("one thing wrong with a cluster", () => {
    for (const [name, { answers, found, ...situation }] of Object.entries(planted)) {
        test(name, async () => {
            const findings = await look(answers, situation);
            assertFound(findings, found);
        });
    }
    test("a context that is not there", () => {
        const estate = model();
        const cluster = estate.clusters["member1"];
        assert.ok(cluster !== undefined);
        const [finding] = decide(clusterChecks, noWay("it is not there", "add it"), {
            estate,
            made: nothingMade,
            now,
            cluster,
        });
        assert.deepEqual([finding?.id, finding?.path], ["cluster-context", "clusters.member1.access"]);
    });
    test("every check has something planted", () => {
        const ids = new Set(Object.values(planted).flatMap(({ found }) => found.map(([id]) => id)));
        assert.deepEqual(
            clusterChecks.map(({ id }) => id).filter((id) => !ids.has(id) && id !== "cluster-context"),
            [],
        );
    });
});

describe("a kubeconfig", () => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), "doctor-kubeconfig-"));
    after(() => fs.rmSync(dir, { recursive: true, force: true }));
    const way = async (user: object, cluster: object = {}): Promise<unknown> => {
        const file = path.join(dir, "config");
        const config = {
            contexts: [{ name: "member1", context: { cluster: "c", user: "u" } }],
            clusters: [{ name: "c", cluster: { server: "https://api.test:6443/", ...cluster } }],
            users: [{ name: "u", user }],
        };
        fs.writeFileSync(file, stringify(config));
        const { member1 } = model({ clusters: { member1: { access: { kubeconfig: file } } } }).clusters;
        assert.ok(member1 !== undefined);
        return wayTo(member1, { credentials: {}, folder: dir, env: { PATH: process.env["PATH"] } });
    };
    test("gives address, authority and login as it has them", async () => {
        fs.writeFileSync(path.join(dir, "token"), "abc\n");
        fs.writeFileSync(path.join(dir, "ca.pem"), "CA");
        assert.deepEqual(
            await way(
                { tokenFile: "token" },
                { "certificate-authority": "ca.pem", "tls-server-name": "api" },
            ),
            {
                connection: {
                    url: "https://api.test:6443",
                    headers: { authorization: "Bearer abc" },
                    ca: "CA",
                    caOnly: true,
                    serverName: "api",
                },
            },
        );
        const data = Buffer.from("CERT").toString("base64");
        const certificate = { "client-certificate-data": data, "client-key-data": data };
        assert.deepEqual(await way(certificate, { "proxy-url": "http://proxy.test:3128" }), {
            connection: {
                url: "https://api.test:6443",
                headers: {},
                cert: "CERT",
                key: "CERT",
                proxy: "http://proxy.test:3128",
            },
        });
    });
    test("may log in by a program, whose failure is said without what it printed", async () => {
        const program = path.join(dir, "login");
        const script = (text: string): void =>
            fs.writeFileSync(program, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
        const exec = { exec: { apiVersion: "client.authentication.k8s.io/v1", command: "./login" } };
        script(`echo '{"status":{"token":"t0k"}}'`);
        assert.deepEqual(await way(exec), {
            connection: { url: "https://api.test:6443", headers: { authorization: "Bearer t0k" } },
        });
        script("echo s3cret; exit 1");
        const failed = JSON.stringify(await way(exec));
        assert.match(failed, /login program \.\/login/);
        assert.doesNotMatch(failed, /s3cret/);
    });
    test("without the context says so", async () => {
        const { member2 } = model({ clusters: { member2: { access: { kubeconfig: "config" } } } }).clusters;
        assert.ok(member2 !== undefined);
        const found = await wayTo(member2, { credentials: {}, folder: dir, env: {} });
        assert.match(JSON.stringify(found), /has no context member2/);
    });
});

test("an inconclusive answer is no answer: no right is missing by it", async () => {
    const about = ["cluster-reachable"];
    await assertNothingClaimed(ready, (answers) => look(answers, { cluster: "host" }), about);
    for (const status of [429, 500, 503]) {
        const found = await look({ ...ready, POST: new Status(status) });
        assert.deepEqual(
            found.map(({ id }) => id),
            about,
            `${status}`,
        );
    }
    const [finding, ...others] = await look({ ...ready, POST: new Status(403) });
    assert.deepEqual(others, []);
    assert.match(
        JSON.stringify(finding),
        /selfsubjectaccessreviews/,
        "who may not ask is told that, and nothing else",
    );
});
