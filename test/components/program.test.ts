/** The program as a whole on a small estate. What it does not prove: order, and what servers make of it. */
import * as assert from "node:assert/strict";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { declareEstate } from "../../components/program";
import type { App, Estate } from "../../estate/model";
import {
    knownCalls,
    leaks,
    record,
    registration,
    type Recording,
    type Registration,
} from "../support/engine";
import {
    sampleApp,
    sampleAppEnvironment,
    sampleCredentials,
    sampleEstate,
    sampleGitLab,
    samplePrepared,
} from "./sample";

function recordEstate(estate: Estate): Promise<Recording<unknown>> {
    return record(() => declareEstate(estate, sampleCredentials, samplePrepared));
}

function keys(recording: Recording<unknown>): string[] {
    return recording.registrations.map(({ type, name }) => `${type} ${name}`);
}

const credentials = [
    "fake-gitlab-token",
    "fake-harbor-password",
    "fake-secret-of-",
    "fake-token-of-",
    Buffer.from("fake-token-of-").toString("base64").slice(0, 16),
];

/** Paths of values outside secrets that contain a credential. */
function exposed(value: unknown, path: string): string[] {
    if (typeof value === "string") {
        return credentials.some((credential) => value.includes(credential)) ? [path] : [];
    }
    if (typeof value !== "object" || value === null || "$secret" in value) {
        return [];
    }
    return Object.entries(value).flatMap(([key, field]) => exposed(field, `${path}.${key}`));
}

test("every resource has a provider made by the program", async () => {
    const recording = await recordEstate(sampleEstate());
    assert.deepEqual(leaks(recording), []);
    const providers = keys(recording).filter((key) => key.startsWith("pulumi:providers:"));
    assert.deepEqual(providers, [
        "pulumi:providers:gitlab gitlab",
        "pulumi:providers:harbor harbor-main",
        "pulumi:providers:kubernetes cluster-host",
        "pulumi:providers:kubernetes cluster-member1",
    ]);
});

test("no credential is in plain text", async () => {
    const { registrations } = await recordEstate(sampleEstate());
    const found = registrations.flatMap((one) => exposed(one.inputs, one.name));
    assert.deepEqual(found, []);
});

for (const tier of ["free", "premium"] as const) {
    const gitlab = sampleGitLab({ tier, edition: tier === "premium" ? "ee" : "ce" });
    const estate = (): Estate => ({
        ...sampleEstate(["web", "api"].map((name) => sampleApp(name, {}, gitlab))),
        gitlab,
    });
    const typesOf = (
        { registrations }: Recording<unknown>,
        wanted: (each: Registration) => boolean,
    ): string[] => [...new Set(registrations.filter(wanted).map(({ type }) => type))];

    test(`what holds data is protected, and settings follow the spec: ${tier}`, async () => {
        const recording = await recordEstate(estate());
        assert.deepEqual(
            typesOf(recording, ({ options }) => options.protect === true),
            ["gitlab:index/group:Group", "gitlab:index/project:Project", "harbor:index/project:Project"],
        );
    });

    test(`what a server finds by its name goes before its successor comes: ${tier}`, async () => {
        // The published plugins make the new one first, and the end of the old one then takes it away.
        const byName = /:(?:BranchProtection|TagProtection|ProjectVariable|ProjectProtectedEnvironment)$/;
        const recording = await recordEstate(estate());
        const named = typesOf(recording, ({ type }) => byName.test(type));
        assert.ok(named.length >= (tier === "premium" ? 4 : 3), named.join());
        assert.deepEqual(
            recording.registrations
                .filter(({ type, options }) => byName.test(type) && options.deleteBeforeReplace !== true)
                .map(({ name }) => name),
            [],
        );
    });
}

test("whose name the spec has with other capitals than GitLab has the role in Argo CD, and one membership under the old key", async () => {
    const estate = sampleEstate();
    const teams = Object.fromEntries(
        Object.entries(estate.teams).map(([name, team]) => [
            name,
            { ...team, maintainers: ["ALICE"], developers: ["Bob"] },
        ]),
    );
    const getUser = "gitlab:index/getUser:getUser";
    const recording = await record(
        () => declareEstate({ ...estate, teams }, sampleCredentials, samplePrepared),
        {
            ...knownCalls,
            // GitLab finds a user by any capitals, and says which are its own.
            [getUser]: ({ username }) => ({ userId: 7, username: String(username).toLowerCase() }),
        },
    );
    const rules = String(
        (
            registration(recording, "argocd-configmap-argocd-rbac-cm").inputs["data"] as Record<
                string,
                unknown
            >
        )["policy.csv"],
    );
    assert.deepEqual(
        rules.split("\n").filter((line) => line.startsWith("g, ")),
        ["g, bob, role:shop-developer", "g, alice, role:shop-maintainer"],
    );
    registration(recording, "team-shop-member-Bob");
});

test("who is Owner of the estate's group has no membership in a team, and the team's role in Argo CD all the same", async () => {
    const recording = await record(() => declareEstate(sampleEstate(), sampleCredentials, samplePrepared), {
        ...knownCalls,
        "gitlab:index/getGroupMembership:getGroupMembership": () => ({
            members: [{ username: "alice", accessLevel: "owner" }],
        }),
    });
    assert.deepEqual(
        keys(recording).filter((key) => key.includes("GroupMembership")),
        ["bob", "carol"].map((who) => `gitlab:index/groupMembership:GroupMembership team-shop-member-${who}`),
    );
    const { data } = registration(recording, "argocd-configmap-argocd-rbac-cm").inputs;
    assert.match(JSON.stringify(data), /g, alice, role:shop-maintainer/);
});

test("whoever does not exist on GitLab ends the run at last, all at once, and everything else is declared", async () => {
    const estate = sampleEstate();
    const { shop } = estate.teams;
    assert.ok(shop);
    const missing = { ...shop, maintainers: ["alice", "zoe"], developers: ["bob", "yann"] };
    const run = (teams: Estate["teams"]): Promise<Recording<unknown>> =>
        record(
            async () => {
                try {
                    await declareEstate({ ...estate, teams }, sampleCredentials, samplePrepared);
                    return undefined;
                } catch (error) {
                    // A recording of a program that fails is none.
                    return error;
                }
            },
            {
                ...knownCalls,
                "gitlab:index/getUser:getUser": ({ username }) => {
                    if (username === "zoe" || username === "yann") {
                        const details = `couldn't find a user matching: ${username}`;
                        throw Object.assign(new Error(details), { details });
                    }
                    return { userId: String(username).length, username };
                },
            },
        );
    const failed = await run({ shop: missing });
    assert.ok(pulumi.RunError.isInstance(failed.result), String(failed.result));
    const { message } = failed.result;
    assert.match(
        message,
        /teams\.shop\.developers\n +value: "yann"[^]*teams\.shop\.maintainers\n +value: "zoe"/,
    );
    assert.match(message, /fix: {3}correct the name, take it out, or have the user made/);
    const whole = await run({ shop: { ...shop, maintainers: ["alice"], developers: ["bob"] } });
    assert.equal(whole.result, undefined);
    assert.deepEqual(keys(failed), keys(whole));
});

test("the order of apps, clusters, users and labels changes nothing", async () => {
    const estate = sampleEstate();
    const reversed = <T>(map: Readonly<Record<string, T>>): Record<string, T> =>
        Object.fromEntries(Object.entries(map).reverse());
    const shuffled = { ...estate, apps: reversed(estate.apps), clusters: reversed(estate.clusters) };
    assert.deepEqual(
        (await recordEstate(shuffled)).registrations,
        (await recordEstate(estate)).registrations,
    );
});

test("one app more: only that app's resources are added, none is removed", async () => {
    const two = ["web", "api"].map((name) => sampleApp(name));
    const before = keys(await recordEstate(sampleEstate(two)));
    const after = keys(await recordEstate(sampleEstate([...two, sampleApp("new")])));
    assert.deepEqual(
        before.filter((key) => !after.includes(key)),
        [],
    );
    const added = after.filter((key) => !before.includes(key));
    assert.deepEqual(
        added.filter((key) => !/ (app|config|delivery)-new(-|$)/.test(key)),
        [],
    );
    assert.ok(added.length > 50);
});

test("what changes elsewhere with one app more: the registration and the team's boundary", async () => {
    const before = await recordEstate(sampleEstate([sampleApp("web")]));
    const after = await recordEstate(sampleEstate([sampleApp("web"), sampleApp("new")]));
    const changed = before.registrations
        .filter((one) => JSON.stringify(one) !== JSON.stringify(registration(after, one.name, one.type)))
        .map(({ name }) => name);
    assert.deepEqual(changed, [
        "space-shop-project-nonprod",
        "space-shop-project-prod",
        "registration-member1-secret",
    ]);
});

test("a cluster's namespaces are registered with Argo CD once it may look into them, and those of others are not waited for", async () => {
    const app = sampleApp("web", {
        environments: [
            sampleAppEnvironment("web", "dev"),
            sampleAppEnvironment("web", "prod", { clusters: ["host"] }),
        ],
    });
    const { after } = await recordEstate(sampleEstate([app]));
    const rights = (cluster: string): string[] =>
        (after.get(`registration-${cluster}`) ?? []).filter((name) => name.endsWith("-delivery"));
    assert.deepEqual(rights("member1"), ["app-web-dev-member1-delivery"]);
    assert.deepEqual(rights("host"), ["app-web-prod-host-delivery"]);
});

test("an app on the host is delivered through an account there, not by Argo CD's own rights", async () => {
    const app: App = sampleApp("web", {
        environments: [
            sampleAppEnvironment("web", "dev", {
                clusters: ["host"],
            }),
        ],
    });
    const recording = await recordEstate(sampleEstate([app]));
    assert.equal(registration(recording, "access-host-account").provider, "cluster-host");
    assert.ok(keys(recording).includes("kubernetes:core/v1:Secret registration-host-secret"));
});

test("an app without CI has no robot that pushes or promotes, and no variables", async () => {
    const names = keys(await recordEstate(sampleEstate([sampleApp("web", { ci: "none" })]))).join("\n");
    assert.doesNotMatch(names, /ProjectVariable|app-web-push|app-web-promotion/);
});

test("for Jenkins the variables are a secret output, not GitLab's", async () => {
    const estate = sampleEstate([sampleApp("web", { ci: "jenkins" })]);
    const recording = await record(async () => {
        const { pipelines } = await declareEstate(estate, sampleCredentials, samplePrepared);
        const output = pipelines["web"];
        assert.ok(output);
        return pulumi.isSecret(output);
    });
    assert.equal(recording.result, true);
    assert.equal(
        keys(recording).some((key) => key.includes("ProjectVariable")),
        false,
    );
});

test("a branch that wants approvals without a licence has a gate, and a relay that runs it again", async () => {
    const estate = sampleEstate([sampleApp("web")]);
    const relay = { url: "https://approvals.example.com", image: "harbor.test/platform/relay:1" };
    const free = { ...estate, gitlab: { ...estate.gitlab, tier: "free", edition: "ce" } } as const;
    const without = keys(await recordEstate(free)).join("\n");
    assert.doesNotMatch(without, /gate|approval-relay/);
    const recording = await recordEstate({ ...free, gitlab: { ...free.gitlab, approvalGate: { relay } } });
    const [gate] = recording.registrations.filter(({ name }) => name.endsWith("-gate-hook"));
    assert.ok(gate, keys(recording).join("\n"));
    const repository = gate.name.replace(/-gate-hook$/, "");
    const settings = registration(recording, `${repository}-project`).inputs;
    assert.match(
        String(settings["ciConfigPath"]),
        /^approvals\/after-promote\.yml@acme\/pipelines:v1-[0-9a-f]{8}$/,
    );
    assert.deepEqual(
        [
            settings["onlyAllowMergeIfPipelineSucceeds"],
            settings["allowMergeOnSkippedPipeline"],
            settings["forkingAccessLevel"],
        ],
        [true, false, "disabled"],
    );
    assert.equal(
        registration(recording, `${repository}-gate-variables-APPROVALS`).inputs["value"],
        JSON.stringify({ prod: 1 }),
    );
    assert.equal(gate.inputs["url"], "https://approvals.example.com/approvals");
    assert.deepEqual(
        recording.registrations
            .filter(({ name }) => name.startsWith(`${repository}-gate-r`))
            .map(({ inputs }) => [inputs["accessLevel"], inputs["scopes"]]),
        [
            ["reporter", ["read_api"]],
            ["developer", ["api"]],
        ],
    );
    assert.ok(keys(recording).includes("kubernetes:apps/v1:Deployment approval-relay-deployment"));
    const files = keys(recording).filter((key) => key.includes("pipelines-file-approvals/"));
    assert.ok(
        files.some((key) => key.endsWith("approvals/gate.yml")),
        files.join("\n"),
    );
    assert.deepEqual(
        recording.registrations.flatMap((one) => exposed(one.inputs, one.name)),
        [],
    );
});
