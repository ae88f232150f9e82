/**
 * The committed stacks as a whole under mocks, against goldens. Argo CD's own manifests are reduced to a few objects:
 * they have tests of their own and would hide everything else.
 *
 * What it does not prove: that a server accepts any of it. `npm run golden -- --accept` (or ESTATE_ACCEPT=1) accepts.
 */
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { declareEstate, type EstateCredentials } from "../components/program";
import { formatProblems, parseEstate } from "../estate";
import type { Estate } from "../estate/model";
import { samplePrepared } from "./components/sample";
import { childrenOf, leaks, record, type Recording } from "./support/engine";
import { goldenText, matchesGolden } from "./support/golden";

type Tree = Record<string, unknown>;

/** The spec of a committed stack. */
function committedSpec(stack: string): Tree {
    const text = fs.readFileSync(path.join(__dirname, "..", `Pulumi.${stack}.yaml`), "utf8");
    return (parse(text) as { config: Tree }).config["gitops-estate:estate"] as Tree;
}

/** The model of a spec; what is otherwise read from kubeconfigs is given. */
function modelOf(spec: Tree): Estate {
    const servers = { member1: "https://127.0.0.1:8951", member2: "https://127.0.0.1:8952" };
    const { estate, problems } = parseEstate(spec, { servers });
    assert.ok(estate, formatProblems(problems));
    return estate;
}

/** Credentials that open nothing, for every server and channel of the estate. */
function credentialsOf(estate: Estate): EstateCredentials {
    const login = { username: "admin", password: "fake-harbor-password" };
    const forEach = <T>(map: Readonly<Record<string, unknown>>, value: T): Record<string, T> =>
        Object.fromEntries(Object.keys(map).map((key) => [key, value]));
    return {
        gitlab: { token: "fake-gitlab-token" },
        registries: forEach(estate.registries, login),
        channels: forEach(estate.channels, { url: "https://chat.test/fake-hook" }),
        engines: { "sso.clientSecret": "fake-sso-secret" },
    };
}

function recordStack(spec: Tree): Promise<Recording<unknown>> {
    const estate = modelOf(spec);
    return record(() => declareEstate(estate, credentialsOf(estate), samplePrepared));
}

/** The same spec with the keys of every map in another order. */
function shuffled(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(shuffled);
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    return Object.fromEntries(
        Object.entries(value)
            .reverse()
            .map(([key, field]) => [key, shuffled(field)]),
    );
}

for (const stack of ["dev", "prod"]) {
    test(`${stack}: every resource is as its golden says`, async () => {
        const recording = await recordStack(committedSpec(stack));
        matchesGolden(stack, recording);
        assert.deepEqual(leaks(recording), []);
    });

    test(`${stack}: another order in the spec gives the same program`, async () => {
        const spec = committedSpec(stack);
        assert.equal(
            goldenText(await recordStack(shuffled(spec) as Tree)),
            goldenText(await recordStack(spec)),
        );
    });

    test(`${stack}: one app more adds that app's resources only`, async () => {
        const spec = committedSpec(stack);
        const apps = spec["apps"] as Tree;
        const [team] = Object.keys(spec["teams"] as Tree);
        const more = { ...spec, apps: { ...apps, "one-more": { team } } };
        const names = async (of: Tree): Promise<string[]> =>
            (await recordStack(of)).registrations.map(({ type, name }) => `${type} ${name}`);
        const [before, after] = [await names(spec), await names(more)];
        assert.deepEqual(
            before.filter((name) => !after.includes(name)),
            [],
        );
        assert.deepEqual(
            after.filter(
                (name) => !before.includes(name) && !/ (app|config|delivery)-one-more(-|$)/.test(name),
            ),
            [],
        );
    });
}

test("dev: components at the top of the stack are few and known", async () => {
    const recording = await recordStack(committedSpec("dev"));
    const top = recording.registrations
        .filter((one) => one.parent === undefined && !one.type.startsWith("pulumi:"))
        .map((one) => one.name);
    assert.deepEqual(top.sort(), [
        "access-member1",
        "access-member2",
        "app-api",
        "app-web",
        "argocd",
        "config-api",
        "config-api-access",
        "config-web",
        "config-web-access",
        "delivery-api",
        "delivery-web",
        "group",
        "notifications",
        "pipelines",
        "registration-member1",
        "registration-member2",
        "space-shop",
        "team-shop",
        "updater",
        "updater-api",
        "updater-install",
        "webhook-api-dev",
    ]);
    assert.ok(childrenOf(recording, "app-web").length > 0);
});
