/**
 * The list of rights, tried: accounts with exactly what docs/rights.md says make, change and destroy an estate, and without one
 * of the rights the doctor names it. API servers and their RBAC are real, GitLab and Harbor are stand-ins with rights of their
 * own. Not proved: upstream's providers, which watch what the sandbox's ask for again and again.
 */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { after, before, describe, test } from "node:test";
import { parse } from "yaml";
import type { Right } from "../../commands/doctor/cluster/right";
import { neededRights } from "../../commands/doctor/cluster/rights";
import { clusterChecks } from "../../commands/doctor/cluster/checks";
import { clusterFacts } from "../../commands/doctor/cluster/facts";
import { wayTo } from "../../commands/doctor/cluster/kubeconfig";
import { decide, type Finding } from "../../commands/doctor/finding";
import { client } from "../../commands/doctor/http";
import { nothingMade as made } from "../../commands/doctor/made";
import { examineWith } from "../../commands/doctor/stack";
import { bootSandbox } from "../../commands/support/estateSandbox";
import { runPulumi, stackArguments, type PulumiEngine } from "../../commands/support/pulumiEngine";
import { sandboxEngine } from "../../commands/support/sandboxEngine";
import { committedStackFile, estateOf, sandboxCredentials } from "../../commands/support/stack";
import { sandboxStackFile } from "../../commands/support/stackFile";
import type { Estate } from "../../estate/model";
import { eventually, World } from "./support/world";

const account = "estate-account";
const clusters = ["host", "member1"] as const;

describe("accounts with exactly the listed rights", { timeout: 25 * 60_000 }, () => {
    let world: World;
    let engine: PulumiEngine;
    let owner: { readonly id: number };
    let group: { readonly id: number };
    let token: string;
    let harborUser = 0;
    const password = "Aa1-estate-account";

    before(async () => {
        world = await World.make();
        // The sandbox of this file is that of the commands which are called here.
        Object.assign(process.env, world.env);
        world.editSpec((spec) => {
            const set = (at: string, value: unknown): void =>
                spec.setIn(["config", "gitops-estate:estate", ...at.split(".")], spec.createNode(value));
            set("gitlab.createGroup", false);
            for (const cluster of clusters) {
                set(`clusters.${cluster}.access`, { context: cluster, kubeconfig: kubeconfigOf(cluster) });
            }
            set("environments.prod.clusters", ["member1"]);
            set("environments.prod.deletionProtection", false);
            spec.deleteIn(["config", "gitops-estate:estate", "clusters", "member2"]);
            spec.deleteIn(["config", "gitops-estate:estate", "argocd", "sso"]);
            set("teams", { shop: { maintainers: ["alice"], developers: ["bob"], channels: ["ops"] } });
            set("apps", { web: { team: "shop", delivery: "helm" } });
        });
        const estate = estateNow();
        await bootSandbox(estate, () => undefined);
        token = await gitlabAccount();
        await harborAccount();
        for (const cluster of clusters) {
            await clusterAccount(cluster, rightsOn(estate, cluster));
        }
        engine = await engineWith(token);
    });
    after(() => world.end());

    const kubeconfigOf = (cluster: string): string => path.join(world.dir, `account-${cluster}.yaml`);
    const rightsOn = (estate: Estate, cluster: string): Right[] =>
        neededRights(estate, { host: cluster === "host", apps: cluster !== "host" });

    function estateNow(): Estate {
        const place = { portBase: world.portBase, dir: world.sandboxDir };
        return estateOf("dev", sandboxStackFile(committedStackFile("dev"), place));
    }

    /** The engine with these accounts in place of the sandbox's administrators. */
    function engineWith(gitlabToken: string): Promise<PulumiEngine> {
        const credentials = sandboxCredentials(estateNow(), {
            gitlabToken,
            harborPassword: password,
            chatUrl: `http://127.0.0.1:${world.portBase + 15}`,
            mail: { host: "127.0.0.1", port: world.portBase + 17 },
            channelSecret: () => "a-signing-secret",
        }).map((each) => (each.path.at(-1) === "username" ? { ...each, value: account } : each));
        return sandboxEngine("dev", committedStackFile("dev"), credentials);
    }

    async function must<T>(answer: Promise<{ status: number; body: T }>): Promise<T> {
        const { status, body } = await answer;
        assert.ok(status < 300, `${status} ${JSON.stringify(body)}`);
        return body;
    }

    /** An Owner of the estate's group, and no administrator. */
    async function gitlabAccount(): Promise<string> {
        owner = await must(
            world.gitlab<{ id: number }>("POST", "/users", {
                username: account,
                name: account,
                email: `${account}@acme.invalid`,
                force_random_password: true,
                skip_confirmation: true,
            }),
        );
        group = await must(
            world.gitlab<{ id: number }>("POST", "/groups", {
                name: "acme",
                path: "acme",
                visibility: "private",
            }),
        );
        await must(
            world.gitlab("POST", `/groups/${group.id}/members`, { user_id: owner.id, access_level: 50 }),
        );
        return tokenWith(["api"]);
    }

    async function tokenWith(scopes: readonly string[]): Promise<string> {
        const made = await must(
            world.gitlab<{ token: string }>("POST", `/users/${owner.id}/personal_access_tokens`, {
                name: scopes.join("-"),
                scopes,
                expires_at: new Date(Date.now() + 60 * 86_400_000).toISOString().slice(0, 10),
            }),
        );
        return made.token;
    }

    async function harborAccount(): Promise<void> {
        const who = { username: account, realname: account, email: `${account}@acme.invalid`, password };
        await must(world.harbor("POST", "/users", who));
        const found = await must(world.harbor<{ user_id: number }[]>("GET", `/users?username=${account}`));
        harborUser = found[0]?.user_id ?? 0;
        await harborAdministrator(true);
    }

    const harborAdministrator = (sysadmin_flag: boolean): Promise<unknown> =>
        must(world.harbor("PUT", `/users/${harborUser}/sysadmin`, { sysadmin_flag }));

    /** A service account with these rights and no others, and a kubeconfig for it. */
    async function clusterAccount(cluster: string, rights: readonly Right[]): Promise<void> {
        const namespace = account;
        await world.apply(cluster, { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
        await world.apply(cluster, {
            apiVersion: "v1",
            kind: "ServiceAccount",
            metadata: { name: account, namespace },
        });
        await allow(cluster, rights);
        await world.apply(cluster, {
            apiVersion: "rbac.authorization.k8s.io/v1",
            kind: "ClusterRoleBinding",
            metadata: { name: account },
            roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: account },
            subjects: [{ kind: "ServiceAccount", name: account, namespace }],
        });
        const made = await world.kubectl(cluster, [
            "-n",
            namespace,
            "create",
            "token",
            account,
            "--duration=2h",
        ]);
        assert.equal(made.code, 0, made.stderr);
        const admin = parse(fs.readFileSync(path.join(world.sandboxDir, "kubeconfig"), "utf8")) as {
            clusters: { name: string; cluster: object }[];
            contexts: { name: string; context: { cluster: string } }[];
        };
        const { context } = admin.contexts.find(({ name }) => name === cluster) ?? { context: { cluster } };
        const config = {
            apiVersion: "v1",
            kind: "Config",
            clusters: admin.clusters.filter(({ name }) => name === context.cluster),
            users: [{ name: account, user: { token: made.stdout.trim() } }],
            contexts: [{ name: cluster, context: { cluster: context.cluster, user: account } }],
            "current-context": cluster,
        };
        fs.writeFileSync(kubeconfigOf(cluster), JSON.stringify(config), { mode: 0o600 });
    }

    function allow(cluster: string, rights: readonly Right[]): Promise<void> {
        return world.apply(cluster, {
            apiVersion: "rbac.authorization.k8s.io/v1",
            kind: "ClusterRole",
            metadata: { name: account },
            rules: rights.map(({ group: apiGroup, resource, verbs }) => ({
                apiGroups: [apiGroup],
                resources: [resource],
                verbs,
            })),
        });
    }

    async function pulumi(...args: string[]): Promise<string> {
        const { code, stdout, stderr } = await runPulumi(engine, [
            ...args,
            "--yes",
            "--skip-preview",
            "--suppress-outputs",
            "--non-interactive",
            ...stackArguments(engine),
        ]);
        return `exit code ${code}\n${stdout}\n${stderr}`;
    }

    async function succeed(...args: string[]): Promise<string> {
        const said = await pulumi(...args);
        assert.match(said, /^exit code 0\n/);
        return said;
    }

    const look = (): Promise<Finding[]> => examineWith(engine, estateNow(), false);

    /** What the doctor says once it sees a change of rights, which an API server may take a moment to know. */
    const found = (id: string, text: RegExp): Promise<Finding[]> =>
        eventually(`the doctor says ${id}`, look, (all) =>
            all.some((one) => one.id === id && text.test(`${one.rule} ${one.fix}`)),
        );

    /** The same of one cluster, which alone is asked. */
    async function foundOn(name: string, text: RegExp | undefined): Promise<void> {
        const estate = estateNow();
        const cluster = estate.clusters[name];
        assert.ok(cluster !== undefined);
        const way = await wayTo(cluster, { folder: world.dir, env: process.env, credentials: {} });
        assert.ok("connection" in way);
        const { ask, close } = client(way.connection, AbortSignal.timeout(60_000));
        try {
            await eventually(
                `the doctor says ${String(text ?? "nothing")}`,
                async () => {
                    const facts = await clusterFacts(ask, estate, cluster, new Date());
                    const found = decide(clusterChecks, facts, { estate, cluster, now: new Date(), made });
                    return found.find(({ id }) => id === "cluster-rights")?.rule ?? "";
                },
                (rule) => (text === undefined ? rule === "" : text.test(rule)),
            );
        } finally {
            close();
        }
    }

    test("have everything the doctor asks for", async () => {
        const started = Date.now();
        const errors = (await look()).filter(({ severity }) => severity === "error");
        assert.deepEqual(errors, []);
        assert.ok(Date.now() - started < 10_000, `it took ${Date.now() - started} ms`);
    });

    test("make an estate", async () => {
        await succeed("up");
        assert.match(await succeed("up"), /\d+ unchanged\n/);
    });

    test("change it", async () => {
        world.editSpec((spec) => {
            const set = (at: string, value: unknown): void =>
                spec.setIn(["config", "gitops-estate:estate", ...at.split(".")], spec.createNode(value));
            set("teams.shop.developers", ["carol"]);
            set("environments.test.defaults.quota", { pods: "7" });
            set("apps.api", { team: "shop", delivery: "kustomize" });
            set("apps.web.environments", { prod: null });
        });
        await bootSandbox(estateNow(), () => undefined);
        engine = await engineWith(token);
        await succeed("up");
        assert.equal(await world.object("member1", "", "namespace", "web-prod"), undefined);
        assert.ok(await world.object("member1", "", "namespace", "api-test"));
    });

    test("are named by the doctor when one right is revoked", async () => {
        for (const cluster of clusters) {
            const all = rightsOn(estateNow(), cluster);
            for (const { group: apiGroup, resource } of all) {
                const where = `${resource}${apiGroup === "" ? "" : `.${apiGroup}`}`;
                await allow(
                    cluster,
                    all.filter((one) => one.group !== apiGroup || one.resource !== resource),
                );
                await foundOn(cluster, new RegExp(` ${where.replaceAll(".", "\\.")}(?:,| and |$)`));
            }
            await allow(cluster, all);
            await foundOn(cluster, undefined);
        }
    });

    test("stop an update with a message that names what is missing", async () => {
        const all = rightsOn(estateNow(), "member1");
        await allow(
            "member1",
            all.filter(({ resource }) => resource !== "resourcequotas"),
        );
        await found("cluster-rights", /resourcequotas/);
        world.editSpec((spec) => {
            spec.setIn(
                ["config", "gitops-estate:estate", "environments", "test", "defaults", "quota"],
                spec.createNode({ pods: "8" }),
            );
        });
        engine = await engineWith(token);
        const said = await pulumi("up");
        assert.match(said, /^exit code (?!0\n)/);
        assert.match(said, /resourcequotas .*is forbidden|cannot patch resource "resourcequotas"/);
        assert.doesNotMatch(said, /\n +at |Unhandled/);
        await allow("member1", all);
    });

    test("need scope api, the role Owner and an administrator of Harbor", async () => {
        const before = engine;
        engine = await engineWith(await tokenWith(["read_api"]));
        await found("gitlab-token-scope", /api/);
        engine = before;
        const member = `/groups/${group.id}/members/${owner.id}`;
        await must(world.gitlab("PUT", member, { access_level: 40 }));
        await found("gitlab-group-role", /Owner/);
        await must(world.gitlab("PUT", member, { access_level: 50 }));
        await harborAdministrator(false);
        await found("harbor-account", /administrator/);
        await harborAdministrator(true);
    });

    test("destroy it", async () => {
        engine = await engineWith(token);
        await succeed("up");
        await succeed("destroy");
        const projects = await must(
            world.gitlab<{ path: string; marked_for_deletion_on?: string | null }[]>(
                "GET",
                `/groups/${group.id}/projects?include_subgroups=true`,
            ),
        );
        // GitLab keeps what was deleted for some days.
        const kept = projects.filter(({ marked_for_deletion_on: day }) => typeof day !== "string");
        assert.deepEqual(
            kept.map(({ path }) => path),
            [],
        );
        assert.equal(await world.object("member1", "", "namespace", "api-test"), undefined);
        assert.equal(await world.object("host", "", "namespace", "argocd"), undefined);
    });
});
