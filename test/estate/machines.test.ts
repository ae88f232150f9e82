/** Environments that are machines: what a spec comes to, and what stays as it is on clusters. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parse } from "yaml";

import { laneSettings } from "../../components/ci/settings";
import { appEstateFile, appPipelineContent } from "../../components/ci/content";
import { configContent } from "../../components/content";
import { checkCredentials } from "../../estate/credentials";
import { teamProjects } from "../../estate/engines/argocd/projects";
import { versionFile } from "../../estate/flows/plan";
import type { App, Estate } from "../../estate/model";
import { model } from "../support/estate";

const hostKeys = ["ssh-rsa AAAAB3Nza", "ssh-ed25519 AAAAC3Nza"];

const estateWith = (change: object = {}, machine: object = { runner: { tags: ["linux", "box"] } }): Estate =>
    model({
        machines: { box: machine },
        environments: { dev: { clusters: undefined, machine: "box" } },
        apps: { web: { flow: "gitlab-flow", ...change }, api: { environments: { dev: null } } },
    });

const webOf = (estate: Estate): App => {
    const app = estate.apps["web"];
    assert.ok(app);
    return app;
};

const settingsOf = (estate: Estate): Record<string, string> => {
    const app = webOf(estate);
    const lane = app.plan.lanes.find(({ environment }) => environment === "dev");
    assert.ok(lane);
    return { ...laneSettings(estate, app, lane) };
};

describe("an environment that is a machine", () => {
    it("is nothing to Argo CD: a team has a project for the classes of its environments on clusters alone", () => {
        const estate = model({
            machines: { box: { runner: { tags: ["box"] } } },
            environments: {
                dev: { clusters: undefined, machine: "box" },
                test: { clusters: undefined, machine: "box" },
            },
            apps: { web: { flow: "gitlab-flow" }, api: { environments: { dev: null, test: null } } },
        });
        const app = webOf(estate);
        assert.deepEqual(
            teamProjects(estate, { name: app.team }).map((project) => project.class),
            ["prod"],
        );
    });

    it("has no cluster, and the version in a Compose file, whatever renders the others", () => {
        for (const delivery of ["helm", "kustomize", "plain", "jsonnet"] as const) {
            const estate = estateWith({ delivery });
            const app = webOf(estate);
            const [dev, test] = app.environments;
            assert.deepEqual([dev?.machine, dev?.clusters], ["box", []]);
            assert.deepEqual([test?.machine, test?.clusters], [undefined, ["member1"]]);
            const place = app.plan.versions["dev"];
            assert.ok(place);
            assert.deepEqual(
                [versionFile(place), place.key],
                ["web/environments/dev/compose.yaml", "# version"],
            );
            const clusters = webOf(model({ apps: { web: { flow: "gitlab-flow", delivery } } })).plan;
            assert.deepEqual(app.plan.versions["prod"], clusters.versions["prod"]);
            assert.deepEqual(app.plan.lanes, clusters.lanes, "images travel as before");

            const files = configContent(app).map(({ path }) => path);
            assert.deepEqual(
                files.filter((path) => path.includes("/dev/")),
                ["web/environments/dev/compose.yaml"],
            );
            assert.equal(settingsOf(estate)["CONFIG_FORMAT"], "compose");
        }
    });

    it("is included as any lane: a runner by its tags in the estate's own file, over SSH without", () => {
        const file = (machine?: object): Record<string, unknown> => {
            const estate = estateWith({ pipelines: { use: "included" } }, machine);
            const text = appEstateFile(
                webOf(estate),
                { project: "acme/pipelines", version: "v1-0a" },
                estate.machines,
            )?.text;
            return parse(text ?? "") as Record<string, unknown>;
        };
        const included = file();
        const files = included["include"] as { file: string; inputs: Record<string, string> }[];
        assert.deepEqual(
            files
                .filter(({ inputs }) => inputs["environment"] === "dev")
                .map(({ file: name, inputs }) => [name, inputs["stage"], inputs["image"]]),
            [["/lanes/machine.yml", "deploy", webOf(estateWith()).pipeline.images.compose]],
        );
        assert.deepEqual(included[".machine_dev"], { tags: ["box", "linux"] });
        const ssh = { host: "box.test", user: "deploy", hostKeys };
        assert.deepEqual(file({ ssh })[".machine_dev"], {});
    });

    it("of a runner is a job with its tags, over SSH a job anywhere that knows the machine's keys", () => {
        const jobs = (estate: Estate): Record<string, { extends?: string; tags?: string[] } | undefined> =>
            parse(
                appPipelineContent(webOf(estate), {}, estate.machines).find(
                    ({ path }) => path === ".gitlab-ci.yml",
                )?.text ?? "",
            ) as Record<string, { extends?: string; tags?: string[] } | undefined>;
        const start = (estate: Estate, job: string): unknown[] => {
            const { extends: base, tags } = jobs(estate)[job] ?? {};
            return [base, tags];
        };
        const copied = { pipelines: { use: "copied" } };
        const runner = estateWith(copied);
        assert.deepEqual(start(runner, "deploy dev"), [".compose", ["box", "linux"]]);
        assert.equal(settingsOf(runner)["MACHINE_HOST"], undefined);

        const ssh = estateWith(copied, { ssh: { host: "box.test", user: "deploy", hostKeys } });
        assert.deepEqual(start(ssh, "deploy dev"), [".compose", undefined]);
        const { MACHINE, MACHINE_HOST, MACHINE_PORT, MACHINE_USER, MACHINE_HOST_KEYS } = settingsOf(ssh);
        assert.deepEqual(
            [MACHINE, MACHINE_HOST, MACHINE_PORT, MACHINE_USER, MACHINE_HOST_KEYS],
            ["box", "box.test", "22", "deploy", "ssh-ed25519 AAAAC3Nza,ssh-rsa AAAAB3Nza"],
        );
        assert.deepEqual(start(ssh, "deploy prod"), [".deploy", undefined]);
        assert.doesNotMatch(
            JSON.stringify(jobs(model({ apps: { web: { flow: "gitlab-flow", ...copied } } }))),
            /compose|notify/,
        );
    });

    it("follows the spec beside its file: variables of the container, a pin, a hold", () => {
        const settings = settingsOf(
            estateWith({
                values: { env: { MODE: "test", PRICE: "5$", EMPTY: null }, replicaCount: 2 },
                environments: { dev: { values: { env: { MODE: "dev" } }, pin: "develop.1", hold: "audit" } },
            }),
        );
        assert.deepEqual(JSON.parse(settings["MACHINE_VALUES"] ?? ""), {
            services: { web: { environment: { MODE: "dev", PRICE: "5$$" } } },
        });
        assert.deepEqual([settings["DELIVERY_PIN"], settings["DELIVERY_HOLD"]], ["develop.1", "audit"]);
        assert.equal(settingsOf(estateWith())["MACHINE_VALUES"], undefined);
    });

    it("can be reached by a flow of the spec's own, by its only lane too", () => {
        const estate = model({
            machines: { box: { runner: { tags: ["box"] } } },
            environments: { dev: { clusters: undefined, machine: "box" } },
            flows: { own: { environments: { dev: {} } } },
            apps: {
                web: { flow: "own", environments: { test: null, prod: null } },
                api: { environments: { dev: null } },
            },
        });
        const files = configContent(webOf(estate)).map(({ path }) => path);
        assert.deepEqual(files, ["web/environments/dev/compose.yaml"]);
    });

    it("needs a private key over SSH, and no other secret", () => {
        const needs = (machine: object, credentials: object): string[] =>
            checkCredentials(estateWith({}, machine), {
                gitlab: { token: "t" },
                registries: { main: { username: "u", password: "p" } },
                channels: { ops: { url: "https://chat.test" }, oncall: { url: "https://chat.test" } },
                ...credentials,
            }).map(({ id, path }) => `${id} ${path}`);
        const ssh = { ssh: { host: "box.test", user: "deploy", hostKeys } };
        assert.deepEqual(needs({ runner: { tags: ["box"] } }, {}), []);
        assert.deepEqual(needs(ssh, {}), ["credential-missing credentials.machines.box.key"]);
        const key = "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n";
        assert.deepEqual(needs(ssh, { machines: { box: { key } } }), []);
        assert.deepEqual(needs(ssh, { machines: { box: { key: "AAAA" } } }), [
            "credential-form credentials.machines.box.key",
        ]);
    });
});
