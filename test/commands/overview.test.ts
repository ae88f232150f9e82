/** What `npm start` says at the end. Proves the text, not that a server answers where it says. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { overview } from "../../commands/support/overview";
import type { SandboxInfo } from "../../sandbox";
import { model, type Overrides } from "../support/estate";

const sampleSandbox: SandboxInfo = {
    dir: "/box",
    kubeconfig: "/box/kubeconfig",
    clusters: [{ name: "host", context: "host", server: "https://127.0.0.1:1" }],
    gitlab: { url: "http://127.0.0.1:2", tokenFile: "/box/secrets/token" },
    harbors: [{ name: "main", url: "http://127.0.0.1:3", passwordFile: "/box/secrets/password" }],
    chat: { url: "http://127.0.0.1:4", mailPort: 5 },
};

/** The table whose first line begins with `head`, cells by two spaces or more; undefined when there is none. */
function part(head: string, overrides: Overrides = {}): string[][] | undefined {
    return overview(model(overrides), sampleSandbox, {})
        .split("\n\n")
        .find((each) => each.startsWith(head))
        ?.split("\n")
        .map((line) => line.split(/ {2,}/));
}

describe("what is where", () => {
    test("names every server once", () => {
        assert.deepEqual(
            part("SERVER")?.map(([name, where]) => [name, where]),
            [
                ["SERVER", "WHERE"],
                ["GitLab", "http://127.0.0.1:2"],
                ["Harbor main", "http://127.0.0.1:3"],
                ["Argo CD", "https://argocd.test"],
                ["chat and mail", "http://127.0.0.1:4"],
                ["relay", "http://notification-relay.argocd.svc"],
                ["cluster host", "https://127.0.0.1:1"],
            ],
        );
    });

    test("says how to see what is delivered, by the engines in use", () => {
        const commands = (overrides: Overrides): string[] =>
            part("Try next", overrides)?.flatMap(([, command = ""]) => command) ?? [];
        const flux = {
            defaults: { engine: "flux" },
            argocd: undefined,
            flux: { manifests: { path: "manifests" } },
        };
        const [ofArgoCd, ofFlux] = [
            "npm run sandbox -- argocd app list",
            "kubectl --kubeconfig /box/kubeconfig --context host get helmreleases,kustomizations --all-namespaces",
        ];
        assert.ok(commands({}).includes(ofArgoCd) && !commands({}).includes(ofFlux));
        assert.ok(commands(flux).includes(ofFlux) && !commands(flux).includes(ofArgoCd));
    });

    test("has no relay where the estate has none", () => {
        const names = part("SERVER", { notifications: undefined })?.map(([name]) => name);
        assert.equal(names?.includes("relay"), false);
        assert.equal(names.includes("chat and mail"), true);
    });

    test("says nothing of pauses where everything goes on", () => {
        assert.equal(part("APP  ENVIRONMENT  DELIVERY"), undefined);
    });

    test("says what is pinned and what is paused, and why", () => {
        const paused = {
            apps: {
                api: { environments: { test: { hold: "INC-7, bad release" } } },
                web: { environments: { dev: { pin: "0123456789", hold: "moving house" } } },
            },
        };
        assert.deepEqual(part("APP  ENVIRONMENT  DELIVERY", paused), [
            ["APP", "ENVIRONMENT", "DELIVERY"],
            ["api", "test", "paused: INC-7, bad release"],
            ["web", "dev", "pinned to 0123456789"],
            ["web", "dev", "paused: moving house"],
        ]);
    });

    test("says what a destroy leaves, by the stack's outputs", () => {
        const text = (outputs: Readonly<Record<string, unknown>>): string =>
            overview(model({}), sampleSandbox, outputs);
        assert.match(
            text({ protected: { "GitLab group acme": "web prod", "GitLab project acme/web": "web prod" } }),
            /Protected from destroy \(deletionProtection\): GitLab group acme, GitLab project acme\/web\n/,
        );
        assert.doesNotMatch(text({ protected: {} }), /Protected/);
    });
});
