/** Flux's table, and what stand-ins are started with and leave behind. */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { test } from "node:test";
import * as tls from "node:tls";

import { extraIds, toolsOf } from "../../../workloads/engines";
import { argumentsOf, fluxPorts, fluxWorkloads } from "../../../workloads/flux/table";
import { rowOf } from "../../../workloads/flux/show";
import { kinds } from "../../../workloads/flux/standins/kinds";
import {
    milliseconds,
    selects,
    statusAfter,
    type FluxObject,
} from "../../../workloads/flux/standins/objects";
import { settingsOf } from "../../../workloads/flux/standins/settings";
import { authoritiesIn } from "../../../workloads/flux/standins/trust";

const workloads = fluxWorkloads(fluxPorts(8920));
const place = { root: "/root", kubeconfig: "/kubeconfig", socket: "/socket" };

test("every port of Flux is another one, and on this machine only", () => {
    const ports = Object.values(fluxPorts(8920));
    assert.equal(new Set(ports).size, ports.length);
    for (const { name, flags } of workloads) {
        const open = flags(place).filter((flag) => /-addr=(?!0$)/.test(flag));
        assert.ok(
            open.every((flag) => /=(?:http:\/\/)?127\.0\.0\.1:\d+\/?$/.test(flag)),
            `${name}: ${open.join(" ")}`,
        );
    }
});

test("programs are tools of the part, tools of a part that adds to it, or files that are there", () => {
    const tools: readonly string[] = toolsOf("flux", ["flux", ...extraIds]);
    for (const { name, program } of workloads) {
        if (typeof program === "string") {
            assert.ok(tools.includes(program), name);
        } else {
            assert.ok(require.resolve(program.entry).endsWith("main.ts"));
        }
    }
});

test("what most estates do without is built for those alone that ask for its part", () => {
    assert.ok(!toolsOf("flux", ["flux"]).includes("flux-operator"));
    assert.ok(toolsOf("flux", ["flux", "flux-operator"]).includes("flux-operator"));
    assert.ok(!toolsOf("argocd", ["argocd", "flux-operator"]).includes("flux-operator"));
});

test("of a container's words the flags are passed on, not the path of its program", () => {
    assert.deepEqual(argumentsOf(["--log-level=info"]), ["--log-level=info"]);
    assert.deepEqual(argumentsOf(["/relay", "-config", "/etc/relay/config.json"]), [
        "-config",
        "/etc/relay/config.json",
    ]);
    assert.deepEqual(argumentsOf(["/relay"]), []);
});

test("only objects beside Flux's own count: another namespace may have a relay too", () => {
    assert.ok(
        workloads.every(({ name, beside }) => (beside === undefined) === (name === "source-controller")),
    );
});

test("a stand-in honours the arguments of its container, and needs what the sandbox adds", () => {
    const words = ["--watch-all-namespaces=false", "--no-cross-namespace-refs=true", "--log-level=info"];
    const added = ["--kubeconfig=/k", "--events-addr=http://127.0.0.1:1/"];
    const settings = settingsOf([...words, ...added], { RUNTIME_NAMESPACE: "flux-system" });
    assert.equal(settings.noCrossNamespaceRefs, true);
    assert.equal(settings.namespace, "flux-system");
    assert.equal(settingsOf(added, {}).namespace, undefined);
    assert.throws(() => settingsOf(words, {}), /--kubeconfig is missing/);
});

const object = (change: object = {}): FluxObject => ({
    metadata: {
        name: "web",
        namespace: "shop",
        generation: 3,
        annotations: { "reconcile.fluxcd.io/requestedAt": "now" },
    },
    spec: {},
    ...change,
});

test("a status says what happened, that a stand-in says it, and when it last changed its mind", () => {
    const now = new Date("2026-11-29T04:00:00.123Z");
    const first = statusAfter(object(), { ready: true, reason: "Succeeded", message: "done" }, now);
    assert.deepEqual(first, {
        conditions: [
            {
                type: "Ready",
                status: "True",
                reason: "Succeeded",
                message: "done (stand-in of the sandbox)",
                lastTransitionTime: "2026-11-29T04:00:00Z",
                observedGeneration: 3,
            },
        ],
        observedGeneration: 3,
        lastHandledReconcileAt: "now",
    });
    const later = new Date("2026-11-29T05:00:00Z");
    const again = statusAfter(
        object({ status: first }),
        { ready: true, reason: "Succeeded", message: "" },
        later,
    );
    assert.equal(again.conditions?.[0]?.lastTransitionTime, "2026-11-29T04:00:00Z");
    const failed = statusAfter(object({ status: first }), { ready: false, reason: "No", message: "" }, later);
    assert.equal(failed.conditions?.[0]?.lastTransitionTime, "2026-11-29T05:00:00Z");
    assert.equal(failed.observedGeneration, undefined, "it is tried again");
});

test("durations and selectors are read as Kubernetes reads them", () => {
    assert.equal(milliseconds("1m30s", 0), 90_000);
    assert.equal(milliseconds("500ms", 0), 500);
    assert.equal(milliseconds(undefined, 7), 7);
    assert.ok(selects({}, {}));
    assert.ok(selects({ matchLabels: { a: "1" } }, { a: "1", b: "2" }));
    assert.ok(!selects({ matchExpressions: [{ key: "a", operator: "NotIn", values: ["1"] }] }, { a: "1" }));
});

test("a listing shows the condition, or that an object is suspended", () => {
    const status = statusAfter(
        object(),
        { ready: false, reason: "No", message: "first\nsecond" },
        new Date(),
    );
    assert.deepEqual(rowOf(kinds.HelmRelease, object({ status })), {
        kind: "HelmRelease",
        namespace: "shop",
        name: "web",
        ready: "False",
        message: "first",
    });
    assert.equal(rowOf(kinds.Alert, object()).ready, "-");
    assert.equal(rowOf(kinds.HelmRelease, object({ spec: { suspend: true } })).ready, "suspended");
});

test("authorities that a container brings are trusted beside Node's own, and none means Node's own", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "estate-trust-"));
    try {
        assert.equal(authoritiesIn({}), undefined);
        assert.equal(authoritiesIn({ SSL_CERT_DIR: `/etc/ssl/certs:${folder}:/none` }), undefined);
        fs.writeFileSync(path.join(folder, "own.pem"), "-----BEGIN CERTIFICATE-----\nown\n");
        const trusted = authoritiesIn({ SSL_CERT_DIR: `/etc/ssl/certs:${folder}` }) ?? "";
        assert.ok(trusted.endsWith("own\n"));
        assert.ok(trusted.startsWith(tls.rootCertificates[0] ?? "none"));
    } finally {
        fs.rmSync(folder, { recursive: true });
    }
});
