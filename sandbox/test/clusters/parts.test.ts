import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { after, before, test } from "node:test";
import { parse, parseAllDocuments } from "yaml";

import { nodeObjects } from "../../clusters/bootstrap";
import { adminEntry, kubeconfig } from "../../clusters/kubeconfig";
import { type ClusterTools, clusterSpecs, etcdSpec } from "../../clusters/parts";
import { type ClusterPki, type EtcdPki, ensureClusterPki, ensureEtcdPki } from "../../clusters/pki";
import { type PartSpec, checkParts, sameSpec, startOrder } from "../../supervisor/parts";
import { sandboxLayout } from "../../support/layout";

const dir = fs.mkdtempSync(path.join(os.tmpdir(), "estate-parts-"));
const layout = sandboxLayout(dir);
const tools: ClusterTools = {
    etcd: "/tools/etcd",
    "kube-apiserver": "/tools/kube-apiserver",
    "kube-controller-manager": "/tools/kube-controller-manager",
    "kube-scheduler": "/tools/kube-scheduler",
    kwok: "/tools/kwok",
};
let etcd: EtcdPki;
let host: ClusterPki;
let member: ClusterPki;

before(async () => {
    etcd = await ensureEtcdPki(layout);
    host = await ensureClusterPki(layout, "host");
    member = await ensureClusterPki(layout, "member1");
});
after(() => fs.rmSync(dir, { recursive: true, force: true }));

const table = (base: number): PartSpec[] => [
    etcdSpec(layout, base, etcd, tools),
    ...clusterSpecs(layout, base, 0, host, tools),
    ...clusterSpecs(layout, base, 1, member, tools),
];
const find = (parts: readonly PartSpec[], name: string): PartSpec => {
    const part = parts.find((each) => each.name === name);
    assert.ok(part, `no part ${name}`);
    return part;
};

test("two clusters on one etcd are nine processes that fit together", () => {
    const parts = table(8920);

    assert.deepEqual(checkParts(parts), []);
    assert.deepEqual(
        startOrder(parts).map(({ name }) => name),
        [
            "etcd",
            ...["host", "member1"].flatMap((cluster) =>
                ["apiserver", "controller-manager", "scheduler", "kwok"].map(
                    (process) => `${cluster}-${process}`,
                ),
            ),
        ],
    );
    assert.deepEqual(
        parts.flatMap(({ ports }) => ports),
        [8920, 8921, 8950, 8951],
    );
});

test("clusters share etcd but neither its keys nor their certificates", () => {
    const [one, two] = ["host", "member1"].map((cluster) => find(table(8920), `${cluster}-apiserver`).args);

    assert.ok(one?.includes("--etcd-prefix=/host"));
    assert.ok(two?.includes("--etcd-prefix=/member1"));
    const files = (args: readonly string[] = []): string[] =>
        args.filter((arg) => arg.includes(`${dir}/pki/`));
    const shared = files(one).filter((arg) => files(two).includes(arg));
    assert.deepEqual(shared, [`--etcd-cafile=${dir}/pki/etcd/ca.crt`]);
});

test("everything listens on this machine only, and authenticates every client", () => {
    for (const part of table(8920)) {
        for (const arg of part.args.filter((each) => /(listen|advertise|bind)-/.test(each))) {
            assert.match(arg, /127\.0\.0\.1/, `${part.name}: ${arg}`);
        }
    }
    assert.ok(find(table(8920), "etcd").args.includes("--client-cert-auth=true"));
    assert.ok(find(table(8920), "host-apiserver").args.includes("--authorization-mode=Node,RBAC"));
});

test("no argument or variable contains key material", () => {
    for (const { name, args, env } of table(8920)) {
        assert.doesNotMatch(
            [...args, ...Object.values(env)].join("\n"),
            /PRIVATE KEY|BEGIN|password|token=/i,
            name,
        );
    }
});

test("another block of ports and a certificate made anew restart a cluster's processes", async () => {
    const before = find(table(8920), "host-kwok");
    assert.equal(sameSpec(before, find(table(8920), "host-kwok")), true);
    assert.equal(sameSpec(before, find(table(9920), "host-kwok")), false);

    fs.rmSync(host.kwok.cert);
    await ensureClusterPki(layout, "host");

    assert.equal(sameSpec(before, find(table(8920), "host-kwok")), false);
});

test("the kubeconfig has a context per cluster, named like it, with certificates inside", () => {
    const config = parse(kubeconfig([adminEntry(host, 8950), adminEntry(member, 8951)])) as {
        clusters: { cluster: Record<string, string> }[];
        contexts: { name: string; context: { cluster: string; user: string } }[];
        "current-context": string;
    };

    assert.deepEqual(config.contexts, [
        { name: "host", context: { cluster: "host", user: "host-admin" } },
        { name: "member1", context: { cluster: "member1", user: "member1-admin" } },
    ]);
    assert.equal(config["current-context"], "host");
    const [first] = config.clusters;
    assert.equal(first?.cluster["server"], "https://127.0.0.1:8950");
    assert.equal(
        Buffer.from(first?.cluster["certificate-authority-data"] ?? "", "base64").toString(),
        fs.readFileSync(host.ca.cert, "utf8"),
    );
});

test("nodes differ in name and zone, so that spread replicas find a place", () => {
    const nodes = nodeObjects("east") as { metadata: { name: string; labels: Record<string, string> } }[];

    assert.deepEqual(
        nodes.map(({ metadata }) => [metadata.name, metadata.labels["topology.kubernetes.io/zone"]]),
        [
            ["east-node-1", "east-1"],
            ["east-node-2", "east-2"],
            ["east-node-3", "east-3"],
        ],
    );
});

test("the simulated kubelets' stages are well-formed and cover nodes and pods", () => {
    const file = path.resolve(__dirname, "../../../sandbox/clusters/stages.yaml");
    const stages = parseAllDocuments(fs.readFileSync(file, "utf8")).map(
        (document) =>
            document.toJS() as {
                kind: string;
                metadata: { name: string };
                spec: { resourceRef: { kind: string } };
            },
    );

    assert.deepEqual(
        stages.map(({ kind, metadata, spec }) => [kind, metadata.name, spec.resourceRef.kind]),
        [
            ["Stage", "node-up", "Node"],
            ["Stage", "pod-start", "Pod"],
            ["Stage", "pod-succeed", "Pod"],
            ["Stage", "pod-gone", "Pod"],
        ],
    );
});
