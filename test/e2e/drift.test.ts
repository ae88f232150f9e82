/**
 * Edits by hand, made with the servers' own APIs on an estate that is up: `npm run drift` finds each of them and nothing
 * else, the commands it names mend them, and then it is quiet again. The servers are the stand-ins; Argo CD, the API servers
 * and their controllers are real.
 *
 * What needs a licence of GitLab is in test/commands/drift/gitlab.test.ts only.
 */
import assert from "node:assert/strict";
import * as path from "node:path";
import { after, before, describe, test } from "node:test";
import { ensureTools } from "../../toolchain";
import { run } from "../../commands/support/console";
import { World } from "./support/world";

interface Finding {
    readonly list: string;
    readonly noun: string;
    readonly server: string;
    readonly place: string;
    readonly name: string;
    readonly mend: string;
    readonly who?: string;
    readonly when?: string;
    readonly differences: readonly { readonly property: string }[];
}

interface Report {
    readonly quiet: boolean;
    readonly findings: readonly Finding[];
    readonly unread: readonly unknown[];
}

type Json = Record<string, never>;

const team = "tidal";
const group = "acme/tidal";
const config = encodeURIComponent("acme/tidal/tide-config");
const source = encodeURIComponent("acme/tidal/tide");
const marker = "Planted-4711-marker";
/** Where nobody listens; by address, since the time until a name is not found differs from network to network. */
const elsewhere = "https://127.0.0.1:9";

describe("drift", { timeout: 20 * 60_000 }, () => {
    let world: World;
    /** What other files of the run left. */
    let before_: readonly string[] = [];

    before(async () => {
        world = await World.shared({
            teams: { [team]: { maintainers: ["ada"], developers: ["bea", "cid"], channels: ["ops"] } },
            apps: {
                tide: {
                    // Its pipelines have variables one by one, to be edited one by one.
                    pipelines: { use: "copied" },
                    team,
                    delivery: "kustomize",
                    updater: {
                        environments: ["dev"],
                        allowTags: "regexp:^main-[0-9a-f]{8,40}$",
                        writeBack: "values",
                    },
                },
            },
        });
    });
    after(async () => {
        await world.gitlab("DELETE", "/groups/planted");
        const { body } = await world.harbor<{ id: number; name: string }[]>("GET", "/registries");
        for (const { id } of body.filter(({ name }) => name === "planted")) {
            await world.harbor("DELETE", `/registries/${id}`);
        }
        await world.end();
    });

    async function drift(...args: string[]): Promise<{ code: number; text: string; report: Report }> {
        const { code, stdout, stderr } = await world.command("commands/drift.ts", ["--json", ...args]);
        assert.ok(code <= 1, `drift failed:\n${stdout}\n${stderr}`);
        return { code, text: stdout, report: JSON.parse(stdout) as Report };
    }

    const openIssues = (): Promise<{ description: string }[]> =>
        gitlab("GET", `/projects/${source}/issues?state=opened&labels=gitops-estate-drift`);

    const keyOf = ({ list, server, place, noun, name }: Finding): string =>
        `${list}: ${[server, place, noun, name].filter((part) => part !== "").join(" ")}`;

    /** A call that must end well. */
    async function gitlab<T = Json>(method: string, route: string, body?: unknown): Promise<T> {
        const answer = await world.gitlab<T>(method, route, body);
        assert.ok(answer.status < 300, `${method} ${route}: ${answer.status} ${JSON.stringify(answer.body)}`);
        return answer.body;
    }

    async function harbor<T = Json>(method: string, route: string, body?: unknown): Promise<T> {
        const answer = await world.harbor<T>(method, route, body);
        assert.ok(answer.status < 300, `${method} ${route}: ${answer.status} ${JSON.stringify(answer.body)}`);
        return answer.body;
    }

    async function kubectl(context: string, ...args: string[]): Promise<void> {
        const { code, stderr } = await world.kubectl(context, args);
        assert.equal(code, 0, `${args.join(" ")}: ${stderr}`);
    }

    async function apply(context: string, object: Record<string, unknown>): Promise<void> {
        const { apiVersion, kind, metadata } = object as {
            apiVersion: string;
            kind: string;
            metadata: { name: string; namespace?: string };
        };
        const fs = await import("node:fs");
        const file = path.join(world.dir, `${kind}-${metadata.name}.json`);
        fs.writeFileSync(file, JSON.stringify({ ...object, apiVersion }));
        await kubectl(context, "create", "-f", file);
        fs.rmSync(file);
    }

    const patch = (
        context: string,
        kind: string,
        name: string,
        body: unknown,
        namespace = "argocd",
    ): Promise<void> =>
        kubectl(context, "-n", namespace, "patch", kind, name, "--type=merge", "-p", JSON.stringify(body));

    async function user(username: string): Promise<number> {
        const known = await gitlab<{ id: number }[]>("GET", `/users?username=${username}`);
        const made =
            known[0] ??
            (await gitlab<{ id: number }>("POST", "/users", {
                username,
                name: username,
                email: `${username}@example.com`,
                password: `Aa1-${marker}`,
            }));
        return made.id;
    }

    async function editGroups(): Promise<string[]> {
        const { id } = await gitlab<{ id: number }>("GET", `/groups/${encodeURIComponent(group)}`);
        const [ada, bea, cid, eve] = await Promise.all(["ada", "bea", "cid", "eve"].map(user));
        await gitlab("PUT", `/groups/${id}/members/${ada}`, { access_level: 40, expires_at: "2099-01-01" });
        await gitlab("PUT", `/groups/${id}/members/${bea}`, { access_level: 40 });
        await gitlab("DELETE", `/groups/${id}/members/${cid}`);
        await gitlab("POST", `/groups/${id}/members`, { user_id: eve, access_level: 50 });
        await gitlab("POST", `/groups/${id}/access_tokens`, {
            name: "planted",
            scopes: ["api"],
            access_level: 50,
            expires_at: "2027-06-01",
        });
        const known = await world.gitlab<{ id: number }>("GET", "/groups/planted");
        const other =
            known.status === 200
                ? known.body
                : await gitlab<{ id: number }>("POST", "/groups", { name: "planted", path: "planted" });
        await gitlab("POST", `/groups/${id}/share`, { group_id: other.id, group_access: 30 });
        await gitlab("PUT", `/groups/${id}`, { default_branch_protection: 0 });
        return [
            `changed: GitLab ${group} member ada`,
            `changed: GitLab ${group} member bea`,
            `missing: GitLab ${group} member cid`,
            `undeclared: GitLab ${group} member eve`,
            `undeclared: GitLab ${group} accessToken planted`,
            `undeclared: GitLab ${group} sharedGroup planted`,
            `changed: GitLab ${group} group ${group}`,
        ];
    }

    async function editConfigRepository(): Promise<string[]> {
        const at = `/projects/${config}`;
        const place = "GitLab acme/tidal/tide-config";
        await gitlab("DELETE", `${at}/protected_branches/prod`);
        await gitlab("PATCH", `${at}/protected_branches/test`, { allow_force_push: true });
        await gitlab("PUT", at, {
            default_branch: "test",
            squash_option: "always",
            forking_access_level: "enabled",
            ci_config_path: "planted.yml",
            public_jobs: true,
        });
        const [hook] = await gitlab<{ id: number }[]>("GET", `${at}/hooks`);
        await gitlab("PUT", `${at}/hooks/${hook?.id}`, {
            url: elsewhere,
            push_events: false,
        });
        const [reader] = await gitlab<{ id: number; name: string }[]>("GET", `${at}/deploy_tokens`);
        await gitlab("DELETE", `${at}/deploy_tokens/${reader?.id}`);
        const [writer] = await gitlab<{ id: number; name: string }[]>(
            "GET",
            `${at}/access_tokens?state=active`,
        );
        await gitlab("DELETE", `${at}/access_tokens/${writer?.id}`);
        const environments = await gitlab<{ id: number; name: string }[]>("GET", `${at}/environments`);
        const environment = environments.find(({ name }) => name === "test");
        await gitlab("POST", `${at}/environments/${environment?.id}/stop`);
        await gitlab("DELETE", `${at}/environments/${environment?.id}`);
        await gitlab("POST", `${at}/members`, { user_id: await user("fay"), access_level: 40 });
        await gitlab("POST", `${at}/protected_branches`, {
            name: "pro*",
            push_access_level: 30,
            merge_access_level: 30,
        });
        await gitlab("POST", `${at}/deploy_tokens`, { name: "planted", scopes: ["read_repository"] });
        await gitlab("POST", `${at}/deploy_keys`, {
            title: "planted",
            key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJjlUHkiY1HoyQ1Ij4WIVJmhRPmO1Yx6OlwmoM7XHLUj planted",
            can_push: true,
        });
        await gitlab("POST", `${at}/hooks`, { url: `${elsewhere}/in?key=${marker}` });
        await gitlab("POST", `${at}/variables`, { key: "PLANTED", value: marker });
        await gitlab("POST", `${at}/remote_mirrors`, {
            url: `${elsewhere}/y.git`,
            enabled: true,
        });
        const { id } = await gitlab<{ id: number }>("GET", `/projects/${source}`);
        await gitlab("POST", `${at}/job_token_scope/allowlist`, { target_project_id: id });
        await gitlab("POST", `${at}/triggers`, { description: "planted" });
        await gitlab("POST", `${at}/pipeline_schedules`, {
            description: "planted",
            ref: "dev",
            cron: "0 0 1 1 *",
        });
        await gitlab("PUT", `${at}/repository/files/${encodeURIComponent(".gitlab-ci.yml")}`, {
            branch: "dev",
            content: "nothing:\n  script: ['true']\n",
            commit_message: "Quicker [skip ci]",
        });
        return [
            `missing: ${place} protectedBranch prod`,
            `changed: ${place} protectedBranch test`,
            `changed: ${place} project acme/tidal/tide-config`,
            `changed: ${place} hook argocd`,
            `missing: ${place} deployToken ${reader?.name}`,
            `missing: ${place} accessToken ${writer?.name}`,
            `missing: ${place} environment test`,
            `undeclared: ${place} member fay`,
            `undeclared: ${place} protectedBranch pro*`,
            `undeclared: ${place} deployToken planted`,
            `undeclared: ${place} deployKey planted`,
            `undeclared: ${place} hook ${elsewhere}/in`,
            `undeclared: ${place} variable PLANTED`,
            `undeclared: ${place} trigger planted`,
            `undeclared: ${place} mirror ${elsewhere}/y.git`,
            `undeclared: ${place} jobTokens acme/tidal/tide`,
            `undeclared: ${place} schedule planted`,
            `changed: ${place} file .gitlab-ci.yml (dev)`,
        ];
    }

    async function editAppRepository(): Promise<string[]> {
        const at = `/projects/${source}`;
        const place = "GitLab acme/tidal/tide";
        const variables = await gitlab<{ key: string; masked: boolean; protected: boolean }[]>(
            "GET",
            `${at}/variables?per_page=100`,
        );
        const plain = variables.filter((each) => !each.masked).map(({ key }) => key);
        const secret = variables.filter((each) => each.protected).map(({ key }) => key);
        const [first = "", second = ""] = plain;
        const [third = ""] = secret;
        await gitlab("PUT", `${at}/variables/${first}`, { value: "planted" });
        await gitlab("DELETE", `${at}/variables/${second}`);
        await gitlab("PUT", `${at}/variables/${third}`, { protected: false });
        await gitlab("POST", `${at}/variables`, {
            key: third,
            value: `${marker}x`,
            environment_scope: "production",
        });
        return [
            `changed: ${place} variable ${first}`,
            `missing: ${place} variable ${second}`,
            `changed: ${place} variable ${third}`,
            `undeclared: ${place} variable ${third} (production)`,
        ];
    }

    async function editHarbor(): Promise<string[]> {
        const place = "Harbor main tide-dev";
        const project = await harbor<{ project_id: number; metadata: { retention_id: string } }>(
            "GET",
            "/projects/tide-dev",
        );
        const at = `/projects/${project.project_id}`;
        await harbor("PUT", at, { metadata: { public: "true", auto_scan: "false" } });
        const [quota] = await harbor<{ id: number }[]>(
            "GET",
            `/quotas?reference=project&reference_id=${project.project_id}`,
        );
        await harbor("PUT", `/quotas/${quota?.id}`, { hard: { storage: 2 ** 40 } });
        const policy = `/retentions/${project.metadata.retention_id}`;
        const retention = await harbor<{ rules: { params: Record<string, number> }[] }>("GET", policy);
        await harbor("PUT", policy, {
            ...retention,
            rules: retention.rules.map((rule) => ({ ...rule, params: { latestPushedK: 1 } })),
        });
        const [pull, push] = ["pull", "push"].map((purpose) => purpose);
        const robots = await world.robots<Record<string, unknown> & { id: number; name: string }>("tide-dev");
        const robot = (purpose = ""): (typeof robots)[number] => {
            const found = robots.find(({ name }) => name.includes(`+${purpose}`));
            assert.ok(found !== undefined, robots.map(({ name }) => name).join());
            return found;
        };
        const rights = [
            { resource: "repository", action: "pull" },
            { resource: "repository", action: "push" },
        ];
        await harbor("PUT", `/robots/${robot(pull).id}`, {
            ...robot(pull),
            permissions: [{ kind: "project", namespace: "tide-dev", access: rights }],
            disable: true,
        });
        await harbor("DELETE", `/robots/${robot(push).id}`);
        const hooks = await harbor<{ id: number; name: string }[]>("GET", `${at}/webhook/policies`);
        const [hook] = hooks;
        await harbor("PUT", `${at}/webhook/policies/${hook?.id}`, {
            ...hook,
            event_types: ["DELETE_ARTIFACT"],
        });
        await harbor("POST", "/robots", {
            name: "planted",
            level: "project",
            duration: 30,
            permissions: [{ kind: "project", namespace: "tide-dev", access: rights }],
        });
        await harbor("POST", "/robots", {
            name: "planted-system",
            level: "system",
            duration: -1,
            permissions: [{ kind: "project", namespace: "*", access: rights }],
        });
        await world.harbor("POST", "/users", {
            username: "gus",
            realname: "gus",
            email: "gus@example.com",
            password: `Aa1-${marker}`,
        });
        await harbor("POST", `${at}/members`, { role_id: 1, member_user: { username: "gus" } });
        const users = await harbor<{ user_id: number; username: string }[]>("GET", "/users?page_size=100");
        const gus = users.find(({ username: each }) => each === "gus");
        await harbor("PUT", `/users/${gus?.user_id}/sysadmin`, { sysadmin_flag: true });
        const { username, password } = world.pusher;
        await world.harbor("POST", "/registries", {
            name: "planted",
            type: "harbor",
            url: world.harborUrl,
            insecure: true,
            credential: { type: "basic", access_key: username, access_secret: password },
        });
        const registries = await harbor<{ id: number; name: string }[]>("GET", "/registries");
        const registry = registries.find(({ name }) => name === "planted");
        await harbor("POST", "/replication/policies", {
            name: "planted",
            dest_registry: { id: registry?.id },
            filters: [{ type: "name", value: "tide-*/**" }],
            trigger: { type: "manual" },
            enabled: true,
        });
        return [
            `changed: ${place} imageProject tide-dev`,
            `changed: ${place} quota tide-dev`,
            `changed: ${place} retention tide-dev`,
            `changed: ${place} robot ${robot(pull).name}`,
            `missing: ${place} robot ${robot(push).name}`,
            `changed: ${place} hook ${hook?.name}`,
            `undeclared: ${place} robot robot$tide-dev+planted`,
            "undeclared: Harbor main robot robot$planted-system",
            `undeclared: ${place} member gus`,
            "undeclared: Harbor main administrator gus",
            "undeclared: Harbor main replication planted",
        ];
    }

    async function editHost(): Promise<string[]> {
        const place = "cluster host argocd";
        await patch("host", "application", "tide-dev-member1", {
            spec: { source: { targetRevision: "planted" } },
        });
        await kubectl("host", "-n", "argocd", "delete", "application", "tide-test-member1", "--wait=false");
        await kubectl(
            "host",
            "-n",
            "argocd",
            "patch",
            "appproject",
            "tidal-nonprod",
            "--type=json",
            "-p",
            JSON.stringify([{ op: "add", path: "/spec/sourceRepos/-", value: "*" }]),
        );
        await patch("host", "configmap", "argocd-cm", {
            data: { "users.anonymous.enabled": "true", "accounts.mallory": "apiKey, login" },
        });
        await patch("host", "configmap", "argocd-rbac-cm", { data: { "policy.default": "role:admin" } });
        await patch("host", "secret", "cluster-member2", { data: { namespaces: "" } });
        await kubectl(
            "host",
            "-n",
            "argocd",
            "scale",
            "deployment",
            "argocd-applicationset-controller",
            "--replicas=0",
        );
        const metadata = (name: string): object => ({ name, namespace: "argocd" });
        const argo = "argoproj.io/v1alpha1";
        await apply("host", {
            apiVersion: argo,
            kind: "AppProject",
            metadata: metadata("planted"),
            spec: { sourceRepos: ["*"], destinations: [{ server: "*", namespace: "*" }] },
        });
        await apply("host", {
            apiVersion: argo,
            kind: "Application",
            metadata: metadata("planted"),
            spec: {
                project: "default",
                source: { repoURL: `${elsewhere}/x.git`, path: ".", targetRevision: "main" },
                destination: { name: "member1", namespace: "tide-dev" },
            },
        });
        for (const use of ["repository", "cluster"]) {
            await apply("host", {
                apiVersion: "v1",
                kind: "Secret",
                metadata: {
                    ...metadata(`planted-${use}`),
                    labels: { "argocd.argoproj.io/secret-type": use },
                },
                stringData: {
                    name: "planted",
                    server: elsewhere,
                    url: `${elsewhere}/x.git`,
                    password: marker,
                },
            });
        }
        return [
            `changed: ${place} Application tide-dev-member1`,
            `missing: ${place} Application tide-test-member1`,
            `changed: ${place} AppProject tidal-nonprod`,
            `changed: ${place} ConfigMap argocd-cm`,
            `changed: ${place} ConfigMap argocd-rbac-cm`,
            `changed: ${place} Secret cluster-member2`,
            `changed: ${place} Deployment argocd-applicationset-controller`,
            `undeclared: ${place} AppProject planted`,
            `undeclared: ${place} Application planted`,
            `undeclared: ${place} Secret planted-repository`,
            `undeclared: ${place} Secret planted-cluster`,
        ];
    }

    async function editMember(): Promise<string[]> {
        const on = (...args: string[]): Promise<void> => kubectl("member1", ...args);
        await on("-n", "tide-test", "delete", "secret", "registry-pull");
        await patch(
            "member1",
            "resourcequota",
            "quota",
            { spec: { hard: { "requests.cpu": "64" } } },
            "tide-test",
        );
        await on("-n", "tide-test", "delete", "networkpolicy", "same-environment");
        await on("label", "namespace", "tide-dev", "gitops-estate/environment-");
        await on(
            "patch",
            "clusterrole",
            "acme-delivery",
            "--type=json",
            "-p",
            JSON.stringify([
                { op: "add", path: "/rules/-", value: { apiGroups: ["*"], resources: ["*"], verbs: ["*"] } },
            ]),
        );
        await on(
            "create",
            "clusterrolebinding",
            "planted",
            "--clusterrole=cluster-admin",
            "--serviceaccount=tide-dev:default",
        );
        await on(
            "-n",
            "tide-dev",
            "create",
            "rolebinding",
            "planted",
            "--clusterrole=edit",
            "--user=mallory",
        );
        await apply("member1", {
            apiVersion: "v1",
            kind: "Secret",
            metadata: {
                name: "planted-token",
                namespace: "acme-delivery",
                annotations: { "kubernetes.io/service-account.name": "argocd-manager" },
            },
            type: "kubernetes.io/service-account-token",
        });
        await apply("member1", {
            apiVersion: "networking.k8s.io/v1",
            kind: "NetworkPolicy",
            metadata: { name: "planted", namespace: "tide-dev" },
            spec: { podSelector: {}, ingress: [{}] },
        });
        await apply("member1", {
            apiVersion: "v1",
            kind: "Namespace",
            metadata: { name: "planted", labels: { "gitops-estate/environment": "prod" } },
        });
        await on("create", "clusterrole", "planted", "--verb=impersonate", "--resource=users");
        await on("create", "clusterrolebinding", "planted-power", "--clusterrole=planted", "--user=mallory");
        await apply("member1", {
            apiVersion: "rbac.authorization.k8s.io/v1",
            kind: "ClusterRole",
            metadata: {
                name: "planted-wider",
                labels: { "rbac.authorization.k8s.io/aggregate-to-view": "true" },
            },
            rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["list"] }],
        });
        await apply("member1", {
            apiVersion: "admissionregistration.k8s.io/v1",
            kind: "ValidatingWebhookConfiguration",
            metadata: { name: "planted" },
            webhooks: [
                {
                    name: "planted.example.com",
                    admissionReviewVersions: ["v1"],
                    clientConfig: { service: { namespace: "tools", name: "planted" } },
                    // There is none: no object of the test would be stored otherwise.
                    failurePolicy: "Ignore",
                    timeoutSeconds: 1,
                    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "tide-dev" } },
                    rules: [
                        {
                            apiGroups: [""],
                            apiVersions: ["v1"],
                            operations: ["CREATE"],
                            resources: ["secrets"],
                        },
                    ],
                    sideEffects: "None",
                },
            ],
        });
        const place = "cluster member1";
        return [
            `missing: ${place} tide-test Secret registry-pull`,
            `changed: ${place} tide-test ResourceQuota quota`,
            `missing: ${place} tide-test NetworkPolicy same-environment`,
            `changed: ${place} Namespace tide-dev`,
            `changed: ${place} ClusterRole acme-delivery`,
            `undeclared: ${place} ClusterRoleBinding planted`,
            `undeclared: ${place} ClusterRoleBinding planted-power`,
            `undeclared: ${place} ClusterRole planted-wider`,
            `undeclared: ${place} ValidatingWebhookConfiguration planted`,
            `undeclared: ${place} tide-dev RoleBinding planted`,
            `undeclared: ${place} acme-delivery Secret planted-token`,
            `undeclared: ${place} tide-dev NetworkPolicy planted`,
            `undeclared: ${place} Namespace planted`,
        ];
    }

    test("a quiet estate gives nothing", async () => {
        const { report } = await drift();
        before_ = report.findings.map(keyOf);
        // Other files of the run share the servers, and may leave what they planted.
        assert.deepEqual(
            before_.filter((key) => /tid(e|al)/.test(key)),
            [],
        );
        assert.deepEqual(report.unread, []);
    });

    test("each edit by hand is found, and nothing else; no secret is shown", async () => {
        const planted: string[] = [];
        for (const edit of [
            editGroups,
            editConfigRepository,
            editAppRepository,
            editHarbor,
            editHost,
            editMember,
        ]) {
            planted.push(...(await edit()));
        }
        const { code, report, text } = await drift("--issue", "acme/tidal/tide");
        assert.equal(code, 1);
        assert.deepEqual(
            report.findings
                .map(keyOf)
                .filter((key) => !before_.includes(key))
                .sort(),
            [...planted].sort(),
        );
        assert.ok(!text.includes(marker), "no secret is shown");
        const [issue] = await openIssues();
        assert.ok(issue?.description.includes("planted"), "there is an issue about it");
        assert.ok(!issue?.description.includes(marker), "no secret in it");
        const eve = report.findings.find(({ name, list }) => name === "eve" && list === "undeclared");
        assert.equal(eve?.who, "root");
    });

    test("the commands that it names mend it", async () => {
        const { report } = await drift();
        const tools = await ensureTools(["kubectl"], () => undefined);
        const env = {
            ...world.env,
            PATH: `${path.dirname(tools.get("kubectl")?.path ?? "")}:${process.env["PATH"] ?? ""}`,
            KUBECONFIG: path.join(world.sandboxDir, "kubeconfig"),
            GITLAB_TOKEN: world.knownSecrets()[0],
            HARBOR_USER: "admin",
            HARBOR_PASSWORD: world.knownSecrets()[1],
        };
        const own = report.findings.filter((each) => !before_.includes(keyOf(each)));
        for (const finding of own.filter(({ mend }) => /^(curl|kubectl) /.test(mend))) {
            const [command = ""] = finding.mend.split(" && npm run ");
            const fail = command.startsWith("curl")
                ? command.replace(/^curl/, "curl --silent --fail-with-body")
                : command;
            const { code, stdout, stderr } = await run("sh", ["-c", fail], { env });
            assert.equal(code, 0, `${keyOf(finding)}\n${command}\n${stdout}${stderr}`);
        }
        await world.up(["--refresh"]);
        const after = await drift("--issue", "acme/tidal/tide");
        assert.deepEqual(
            after.report.findings.map(keyOf).filter((key) => !before_.includes(key)),
            [],
        );
        if (after.report.quiet) {
            assert.deepEqual(await openIssues(), [], "the issue is closed");
        }
    });
});
