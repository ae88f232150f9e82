/** What a container is started with, from its pod template and what that refers to. */
import assert from "node:assert/strict";
import { test } from "node:test";

import {
    expand,
    relocate,
    resolveContainer,
    type Container,
    type PodSpec,
    type References,
    type Volume,
} from "../../workloads/container";

const objects = {
    configMap: new Map<string, Record<string, string>>([
        ["params", { "server.insecure": "true", "log.level": "debug" }],
        ["known-hosts", { ssh_known_hosts: "host key", other: "x" }],
    ]),
    secret: new Map<string, Record<string, string>>([["redis", { auth: "pass" }]]),
};

const references: References = {
    configMap: (name) => objects.configMap.get(name),
    secret: (name) => objects.secret.get(name),
    fields: { "metadata.namespace": "argocd" },
};

function resolve(container: Partial<Container>, volumes: Volume[] = []): ReturnType<typeof resolveContainer> {
    const whole: Container = { name: "app", ...container };
    const pod: PodSpec = { containers: [whole], volumes };
    return resolveContainer(pod, whole, references);
}

test("variables come from ConfigMaps, Secrets and the pod itself; optional ones may be missing", () => {
    const from = (name: string, key: string, optional: boolean): object => ({
        configMapKeyRef: { name, key, optional },
    });
    const { env, missing } = resolve({
        env: [
            { name: "PLAIN", value: "as it is" },
            { name: "INSECURE", valueFrom: from("params", "server.insecure", true) },
            { name: "UNSET", valueFrom: from("params", "no.such.key", true) },
            { name: "NOWHERE", valueFrom: from("no-such-map", "key", true) },
            { name: "PASSWORD", valueFrom: { secretKeyRef: { name: "redis", key: "auth" } } },
            { name: "NAMESPACE", valueFrom: { fieldRef: { fieldPath: "metadata.namespace" } } },
            { name: "BOTH", value: "$(NAMESPACE)/$(PLAIN)" },
        ],
    });
    assert.deepEqual(env, {
        PLAIN: "as it is",
        INSECURE: "true",
        PASSWORD: "pass",
        NAMESPACE: "argocd",
        BOTH: "argocd/as it is",
    });
    assert.deepEqual(missing, []);
});

test("whole ConfigMaps and Secrets become variables", () => {
    const { env, missing } = resolve({
        envFrom: [
            { prefix: "P_", configMapRef: { name: "params" } },
            { secretRef: { name: "redis" } },
            { secretRef: { name: "absent" } },
            { configMapRef: { name: "absent-too", optional: true } },
        ],
    });
    assert.deepEqual(env, { "P_server.insecure": "true", "P_log.level": "debug", auth: "pass" });
    assert.deepEqual(missing, ["Secret absent"]);
});

test("what is required and not there is named, so that nothing is started without it", () => {
    const { missing } = resolve(
        {
            env: [
                { name: "A", valueFrom: { configMapKeyRef: { name: "params", key: "no.such.key" } } },
                { name: "B", valueFrom: { secretKeyRef: { name: "absent", key: "key" } } },
            ],
            volumeMounts: [{ name: "tls", mountPath: "/tls" }],
        },
        [{ name: "tls", secret: { secretName: "tls-secret" } }],
    );
    assert.deepEqual(missing, ["key no.such.key of ConfigMap params", "Secret absent", "Secret tls-secret"]);
});

test("volumes become files at their places", () => {
    const { files, mounts, missing } = resolve(
        {
            volumeMounts: [
                { name: "ssh", mountPath: "/app/config/ssh" },
                { name: "picked", mountPath: "/params" },
                { name: "one", mountPath: "/etc/one.conf", subPath: "other" },
                { name: "projected", mountPath: "/all" },
                { name: "scratch", mountPath: "/tmp" },
                { name: "maybe", mountPath: "/maybe" },
            ],
        },
        [
            { name: "ssh", configMap: { name: "known-hosts" } },
            { name: "picked", configMap: { name: "params", items: [{ key: "log.level", path: "level" }] } },
            { name: "one", configMap: { name: "known-hosts" } },
            { name: "projected", projected: { sources: [{ secret: { name: "redis" } }] } },
            { name: "scratch", emptyDir: {} },
            { name: "maybe", secret: { secretName: "absent", optional: true } },
        ],
    );
    assert.deepEqual(Object.fromEntries(files), {
        "/app/config/ssh/ssh_known_hosts": "host key",
        "/app/config/ssh/other": "x",
        "/params/level": "debug",
        "/etc/one.conf": "x",
        "/all/auth": "pass",
    });
    assert.ok(mounts.includes("/tmp"));
    assert.deepEqual(missing, []);
});

test("command and arguments are one line of words, with variables put in", () => {
    const { words } = resolve({
        command: ["/usr/local/bin/argocd-server"],
        args: ["--namespace", "$(NAMESPACE)", "$$(NAMESPACE)", "$(UNKNOWN)"],
        env: [{ name: "NAMESPACE", value: "argocd" }],
    });
    assert.deepEqual(words, [
        "/usr/local/bin/argocd-server",
        "--namespace",
        "argocd",
        "$(NAMESPACE)",
        "$(UNKNOWN)",
    ]);
    assert.equal(expand("$(A)$(A)", { A: "x" }), "xx");
});

test("paths inside the container are moved below the process's folder, other texts are not", () => {
    const mounts = ["/tmp", "/helm-working-dir"];
    assert.equal(relocate("/helm-working-dir", mounts, "/box"), "/box/helm-working-dir");
    assert.equal(relocate("/tmp/kubecache", mounts, "/box"), "/box/tmp/kubecache");
    assert.equal(relocate("/tmpfiles", mounts, "/box"), "/tmpfiles");
    assert.equal(relocate("http://host/tmp", mounts, "/box"), "http://host/tmp");
    assert.equal(relocate("/etc/ssl/certs:/tmp/more", mounts, "/box"), "/etc/ssl/certs:/box/tmp/more");
});
