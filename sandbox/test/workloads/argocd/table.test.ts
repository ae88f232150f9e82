/** The table of Argo CD's workloads, the waits between starts, and the command's configuration. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";

import { Backoff } from "../../../workloads/backoff";
import { cliConfig, cliEnvironment } from "../../../workloads/argocd/cli";
import { argoCdPorts, argoCdWorkloads, argumentsOf } from "../../../workloads/argocd/table";
import { type Place } from "../../../workloads/engine";

const ports = argoCdPorts(9000);
const workloads = argoCdWorkloads(ports);

const place: Place = {
    root: "/box",
    kubeconfig: "/box/kubeconfig",
    socket: "/box/ask.sock",
};

test("every address a process is given is of this machine", () => {
    for (const workload of workloads) {
        const addresses =
            workload
                .flags(place)
                .join(" ")
                .match(/\d+\.\d+\.\d+\.\d+/g) ?? [];
        assert.deepEqual(
            [...new Set(addresses)].filter((each) => each !== "127.0.0.1"),
            [],
            workload.name,
        );
    }
});

test("no two processes share a port", () => {
    assert.equal(new Set(Object.values(ports)).size, Object.values(ports).length);
});

test("flags contain no secret: the cache's password is in a file", () => {
    const redis = workloads.find(({ name }) => name === "argocd-redis");
    assert.ok(redis?.flags(place).includes("/box/run/redis-password"));
});

test("the words of a container without the program that they start with", () => {
    const cases: [string[], string[]][] = [
        [["/usr/local/bin/argocd-server"], []],
        [["/usr/bin/tini", "--", "argocd-repo-server", "--port=1"], ["--port=1"]],
        [
            ["/usr/local/bin/argocd-image-updater", "run", "--interval=15s"],
            ["run", "--interval=15s"],
        ],
        [["run"], ["run"]],
        [
            ["argocd-server", "--rootpath", "/cd"],
            ["--rootpath", "/cd"],
        ],
        [[], []],
    ];
    for (const [words, wanted] of cases) {
        assert.deepEqual(argumentsOf(words), wanted, words.join(" "));
    }
});

test("waits between starts double, have a limit, and begin anew after a good run", () => {
    const backoff = new Backoff({ firstMs: 100, mostMs: 1000, resetAfterMs: 5000 });
    assert.deepEqual(
        Array.from({ length: 6 }, () => backoff.next(10)),
        [100, 200, 400, 800, 1000, 1000],
    );
    assert.equal(backoff.next(5000), 100);
    assert.equal(backoff.next(10), 200);
    backoff.reset();
    assert.equal(backoff.next(10), 100);
});

test("the command is not led to another Argo CD by its caller's variables", () => {
    const caller = {
        PATH: "/bin",
        KUBECONFIG: "/home/me/.kube/config",
        ARGOCD_SERVER: "argocd.example.com",
        ARGOCD_AUTH_TOKEN: "x",
        ARGOCD_OPTS: "--grpc-web",
    };
    assert.deepEqual(cliEnvironment(caller, "/box/kubeconfig"), {
        PATH: "/bin",
        KUBECONFIG: "/box/kubeconfig",
    });
});

test("the command's configuration names one server, without TLS, and one user", () => {
    assert.deepEqual(parse(cliConfig("127.0.0.1:8940", "t0ken")), {
        "current-context": "127.0.0.1:8940",
        contexts: [{ name: "127.0.0.1:8940", server: "127.0.0.1:8940", user: "127.0.0.1:8940" }],
        servers: [{ server: "127.0.0.1:8940", "plain-text": true }],
        users: [{ name: "127.0.0.1:8940", "auth-token": "t0ken" }],
    });
});
