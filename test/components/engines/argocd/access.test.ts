/**
 * Who may do what, asked of Argo CD's own checker: `argocd admin settings rbac can` reads the policy that the estate writes.
 * Proves what the policy grants to a user, group or account; not that sign-in hands Argo CD the right groups.
 */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { after, before, describe, test } from "node:test";
import { stringify } from "yaml";
import { accessRules, argocdSettings } from "../../../../components/engines/argocd/install/settings";
import type { Estate } from "../../../../estate/model";
import { run } from "../../../../commands/support/console";
import { ensureTools } from "../../../../toolchain";
import { sampleApp, sampleEstate, sampleTeam } from "../../sample";

/** Two teams that look alike, administrators, and machines with each role. */
function twoTeams(): Estate {
    const shop = [sampleApp("web"), sampleApp("api")];
    const pay = [sampleApp("bill", { team: "pay" })];
    const estate = sampleEstate([...shop, ...pay], {
        teams: {
            shop: sampleTeam(),
            pay: sampleTeam({
                name: "pay",
                group: "acme/pay",
                maintainers: ["dora"],
                developers: ["emil"],
            }),
        },
    });
    return {
        ...estate,
        argocd: {
            ...estate.argocd,
            sso: {
                provider: "gitlab",
                issuer: "https://gitlab.test",
                clientId: "fake",
                adminGroups: ["acme/platform"],
            },
            accounts: {
                "shop-ci": { capabilities: ["apiKey"], role: "role:shop-deployer" },
                "shop-release": { capabilities: ["apiKey"], role: "role:shop-releaser" },
                auditor: { capabilities: ["apiKey"], role: "role:readonly" },
            },
        },
    };
}

const nonprod = "shop-nonprod/web-dev-member1";
const prod = "shop-prod/web-prod-member1";
const foreign = "pay-nonprod/bill-dev-member1";
const everyAction = [
    "get",
    "create",
    "update",
    "delete",
    "sync",
    "override",
    "action/apps/Deployment/restart",
];

/** Subject, action, resource, object, answer. A group or user stands for whoever signs in with it. */
type Case = readonly [string, string, string, string, boolean];

const cases: readonly Case[] = [
    // A developer, by name: sees all of the team's, acts outside prod.
    ["bob", "get", "applications", nonprod, true],
    ["bob", "sync", "applications", nonprod, true],
    ["bob", "action/apps/Deployment/restart", "applications", nonprod, true],
    ["bob", "get", "logs", nonprod, true],
    ["bob", "get", "applications", prod, true],
    ["bob", "get", "logs", prod, true],
    ["bob", "sync", "applications", prod, false],
    ["bob", "action/apps/Deployment/restart", "applications", prod, false],
    ...["create", "update", "delete", "override"].map((action): Case => [
        "bob",
        action,
        "applications",
        nonprod,
        false,
    ]),
    ["bob", "get", "projects", "shop-nonprod", true],
    ["bob", "update", "projects", "shop-nonprod", false],
    ["bob", "create", "exec", nonprod, false],
    // Nothing of another team, whatever it is.
    ...everyAction.map((action): Case => ["bob", action, "applications", foreign, false]),
    ["bob", "get", "logs", foreign, false],
    ["bob", "get", "projects", "pay-nonprod", false],
    ["bob", "get", "repositories", "pay-nonprod/https://gitlab.test/acme/pay/bill-config.git", false],
    ["bob", "get", "clusters", "https://member1.test:6443", false],
    ["bob", "create", "applicationsets", "shop-nonprod/x", false],
    // A maintainer, by name: prod too, still only the team's.
    ["alice", "sync", "applications", prod, true],
    ["alice", "action/apps/Deployment/restart", "applications", prod, true],
    ["alice", "delete", "applications", prod, false],
    ["alice", "override", "applications", prod, false],
    ...everyAction.map((action): Case => ["alice", action, "applications", foreign, false]),
    ["dora", "sync", "applications", foreign, true],
    ["dora", "sync", "applications", prod, false],
    // Machines: see and sync, and prod only those that release.
    ["shop-ci", "sync", "applications", nonprod, true],
    ["shop-ci", "get", "applications", nonprod, true],
    ["shop-ci", "get", "applications", prod, false],
    ["shop-ci", "sync", "applications", prod, false],
    ["shop-ci", "get", "logs", nonprod, false],
    ["shop-ci", "action/apps/Deployment/restart", "applications", nonprod, false],
    ...everyAction.map((action): Case => ["shop-ci", action, "applications", foreign, false]),
    ["shop-ci", "update", "accounts", "shop-ci", false],
    ["shop-release", "sync", "applications", prod, true],
    ["shop-release", "delete", "applications", prod, false],
    ["shop-release", "sync", "applications", foreign, false],
    ["auditor", "get", "applications", foreign, true],
    ["auditor", "sync", "applications", foreign, false],
    // Who signs in without a group, and who does not sign in.
    ...everyAction.map((action): Case => ["mallory", action, "applications", nonprod, false]),
    ["mallory", "get", "projects", "shop-nonprod", false],
    ["", "get", "applications", nonprod, false],
    ["acme", "get", "applications", nonprod, false],
    // A guest is a member of the team's group too.
    ["acme/shop", "get", "applications", nonprod, false],
    ["acme/shop", "get", "projects", "shop-nonprod", false],
    ["acme/platform", "delete", "applications", prod, true],
];

describe("Argo CD's own checker", { timeout: 20 * 60_000 }, () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "access-"));
    const policy = path.join(folder, "argocd-rbac-cm.yaml");
    // The checker wants to know a cluster even where it asks none.
    const kubeconfig = path.join(folder, "kubeconfig");
    let program = "";
    before(async () => {
        program = (await ensureTools(["argocd"], () => undefined)).get("argocd")?.path ?? "argocd";
        write(policy, "argocd-rbac-cm", accessRules(twoTeams()));
        const none = {
            apiVersion: "v1",
            kind: "Config",
            clusters: [{ name: "none", cluster: { server: "https://none.invalid" } }],
            contexts: [{ name: "none", context: { cluster: "none", user: "none" } }],
            users: [{ name: "none", user: { token: "fake" } }],
            "current-context": "none",
        };
        fs.writeFileSync(kubeconfig, JSON.stringify(none));
    });
    after(() => fs.rmSync(folder, { recursive: true, force: true }));

    function write(file: string, name: string, data: Record<string, string>): void {
        const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data };
        fs.writeFileSync(file, stringify(object, { lineWidth: 0 }));
    }

    const argocd = (args: readonly string[]): ReturnType<typeof run> =>
        run(program, args, {
            env: { ...process.env, ARGOCD_BINARY_NAME: "argocd", HOME: folder, KUBECONFIG: kubeconfig },
        });

    test("finds the policy valid", async () => {
        const answer = await argocd(["admin", "settings", "rbac", "validate", "--policy-file", policy]);
        assert.equal(answer.code, 0, answer.stdout + answer.stderr);
        assert.match(answer.stdout + answer.stderr, /valid/i);
    });

    test("finds the settings valid", async () => {
        const settings = path.join(folder, "argocd-cm.yaml");
        write(settings, "argocd-cm", argocdSettings(twoTeams()));
        const secret = path.join(folder, "argocd-secret.yaml");
        const fake = Buffer.from("fake").toString("base64");
        // The first is made by Argo CD itself.
        const values = { "server.secretkey": fake, "oidc.gitlab.clientSecret": fake };
        fs.writeFileSync(
            secret,
            stringify({
                apiVersion: "v1",
                kind: "Secret",
                metadata: { name: "argocd-secret" },
                data: values,
            }),
        );
        const answer = await argocd([
            "admin",
            "settings",
            "validate",
            "--argocd-cm-path",
            settings,
            "--argocd-secret-path",
            secret,
        ]);
        assert.equal(answer.code, 0, answer.stdout + answer.stderr);
        assert.doesNotMatch(answer.stdout, /❌/);
    });

    test("answers as the roles are meant", async () => {
        const wrong: string[] = [];
        const queue = [...cases];
        const worker = async (): Promise<void> => {
            for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
                const [subject, action, resource, object, expected] = next;
                const answer = await argocd([
                    "admin",
                    "settings",
                    "rbac",
                    "can",
                    subject,
                    action,
                    resource,
                    object,
                    "--policy-file",
                    policy,
                    "--strict=false",
                ]);
                const said = answer.stdout.trim();
                if (said !== (expected ? "Yes" : "No")) {
                    wrong.push(`${subject} ${action} ${resource} ${object}: ${said} ${answer.stderr.trim()}`);
                }
            }
        };
        await Promise.all([worker(), worker(), worker()]);
        assert.deepEqual(wrong, []);
    });
});
