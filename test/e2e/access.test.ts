/**
 * People sign in to the real Argo CD with GitLab, in the way a browser does it, and then may do what docs/access.md says.
 * GitLab is the stand-in: that a real one sends the same claims is from its documentation. Argo CD's web pages are not part
 * of the sandbox; its API, which they use, decides.
 */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { after, before, describe, test } from "node:test";
import { channelSecret, portOf } from "../../sandbox";
import type { Person } from "../../commands/support/story";
import { Browser, type Refusal } from "./support/argocd";
import { World, eventually } from "./support/world";

interface Initiator {
    readonly username?: string;
    readonly automated?: boolean;
}

interface Application {
    readonly metadata: { readonly name: string };
    readonly operation?: unknown;
    readonly status?: {
        readonly sync?: { readonly status?: string };
        readonly operationState?: {
            readonly phase?: string;
            readonly startedAt?: string;
            readonly operation?: { readonly initiatedBy?: Initiator };
        };
        readonly history?: readonly { readonly initiatedBy?: Initiator }[];
    };
}

const team = "access";
const teamPath = ["config", "gitops-estate:estate", "teams", team];
const app = "access-web";
const dev = `${app}-dev-member1`;
const prod = `${app}-prod-member1`;

describe("a person who signs in to Argo CD with GitLab", { timeout: 20 * 60_000 }, () => {
    let world: World;
    /** The team's Applications. */
    let all: string[];
    before(async () => {
        // Given an estate, and beside it an Application of nobody's team.
        world = await World.shared({
            teams: { [team]: { maintainers: ["ann"], developers: ["ben", "cleo"] } },
            apps: { [app]: { team, delivery: "helm" } },
        });
        const { stdout } = await world.kubectl("host", ["-n", "argocd", "get", "applications", "-o", "name"]);
        all = stdout
            .trim()
            .split("\n")
            .map((line) => line.replace(/^.*\//, ""))
            .filter((name) => name.startsWith(app))
            .sort();
        assert.ok(all.includes(dev) && all.includes(prod), stdout);
        await addForeignApplication();
        for (const name of [dev, prod]) {
            await eventually(
                `${name} in sync`,
                () => application(name),
                (found) => found?.status?.sync?.status === "Synced",
            );
        }
        await eventually(
            "Argo CD's server",
            () =>
                fetch(`${argocdUrl()}/healthz`)
                    .then(({ status }) => status)
                    .catch(() => 0), // not yet there
            (status) => status === 200,
        );
    });
    after(() => world.end());

    const argocdUrl = (): string => `http://127.0.0.1:${portOf(world.portBase, "argocd")}`;

    const application = (name: string): Promise<Application | undefined> =>
        world.object<Application>("host", "argocd", "application", name);

    /** A project and an Application that no rule of the estate speaks of. */
    const addForeignApplication = async (): Promise<void> => {
        const at = (kind: string, spec: unknown): unknown => ({
            apiVersion: "argoproj.io/v1alpha1",
            kind,
            metadata: { name: "foreign", namespace: "argocd" },
            spec,
        });
        const server = "https://kubernetes.default.svc";
        const source = { repoURL: "http://127.0.0.1:1/foreign.git", path: ".", targetRevision: "main" };
        const objects = [
            at("AppProject", { sourceRepos: ["*"], destinations: [{ server, namespace: "foreign" }] }),
            at("Application", { project: "foreign", source, destination: { server, namespace: "foreign" } }),
        ];
        const file = path.join(world.dir, "foreign.json");
        fs.writeFileSync(file, JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }));
        const applied = await world.kubectl("host", ["apply", "-f", file]);
        assert.equal(applied.code, 0, applied.stderr);
    };

    /** Somebody who has signed in. */
    const signedIn = async (person: Person | string): Promise<Browser> => {
        const browser = new Browser(argocdUrl());
        const page = await browser.signIn(
            typeof person === "string" ? await world.story().person(person) : person,
        );
        assert.equal(page.status, 303, `${page.url.split("?")[0]}: ${page.text}`);
        return browser;
    };

    /** Whom GitLab knows and no team names. */
    const person = async (username: string): Promise<Person> => {
        const answer = await world.gitlab("POST", "/users", {
            username,
            name: username,
            email: `${username}@acme.invalid`,
            force_random_password: true,
            skip_confirmation: true,
        });
        assert.equal(answer.status, 201, JSON.stringify(answer.body));
        return world.story().person(username);
    };

    /**
     * Asserts that Argo CD refuses for want of rights.
     *
     * @param wanted right it names; empty where it says nothing, so as not to tell what there is.
     */
    const assertDenied = (what: string, answer: { status: number; body: unknown }, wanted: string): void => {
        const { code, error } = answer.body as Refusal;
        assert.equal(answer.status, 403, `${what}: ${JSON.stringify(answer.body)}`);
        assert.equal(code, 7, `${what} is PermissionDenied`);
        const expected = wanted === "" ? "permission denied" : `permission denied: ${wanted}, sub: `;
        assert.ok(wanted === "" ? error === expected : error.startsWith(expected), `${what}: ${error}`);
    };

    const sync = (
        who: Browser,
        name: string,
        more: Record<string, unknown> = {},
    ): ReturnType<Browser["call"]> => who.call("POST", `/applications/${name}/sync`, more);

    /**
     * Nobody but the estate changes Applications, in whatever way it is asked for.
     *
     * @param missing right that a sync to other manifests fails for: who may not sync does not get as far as `override`.
     */
    const assertChangesNothing = async (
        who: Browser,
        name: string,
        project: string,
        missing: "sync" | "override",
    ): Promise<void> => {
        const manifests = [JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "x" } })];
        const object = `${project}/${name}`;
        const { body } = await who.call<{ spec: Record<string, unknown> }>("GET", `/applications/${name}`);
        assertDenied(
            "delete",
            await who.call("DELETE", `/applications/${name}`),
            `applications, delete, ${object}`,
        );
        assertDenied("update", await who.call("PUT", `/applications/${name}/spec`, body.spec), "");
        assertDenied("override", await sync(who, name, { manifests }), `applications, ${missing}, ${object}`);
        assert.ok((await application(name)) !== undefined, `${name} is still there`);
    };

    /** Waits for a sync by this person, and for it to stand in the history. */
    const assertSyncedBy = async (name: string, username: string): Promise<void> => {
        const found = await eventually(
            `${name} synced by ${username}`,
            () => application(name),
            (now) =>
                now?.status?.operationState?.operation?.initiatedBy?.username === username &&
                now.status.operationState.phase === "Succeeded",
        );
        assert.equal(found?.status?.history?.at(-1)?.initiatedBy?.username, username);
    };

    test("meets an application that a second up leaves alone, in an estate with nothing to change", async () => {
        await world.up();
        assert.deepEqual(await world.plan(), {});
        const { body } = await world.gitlab<{ callback_url: string }[]>("GET", "/applications");
        assert.deepEqual(
            body.map(({ callback_url: url }) => url),
            [`${argocdUrl()}/auth/callback`],
        );
    });

    test("as the team's developer sees the team, syncs dev, and is refused prod", async () => {
        const ben = await signedIn("ben");
        const { body } = await ben.call<{ username: string; groups: string[] }>("GET", "/session/userinfo");
        assert.equal(body.username, "ben@acme.invalid");
        assert.deepEqual(body.groups, [`acme/${team}`, "ben"]);
        assert.deepEqual(await ben.applications(), all);
        assertDenied("foreign", await ben.call("GET", "/applications/foreign"), "");

        const answer = await sync(ben, dev);
        assert.equal(answer.status, 200, JSON.stringify(answer.body));
        await assertSyncedBy(dev, "ben@acme.invalid");

        const before = (await application(prod))?.status?.operationState;
        assertDenied("sync", await sync(ben, prod), `applications, sync, ${team}-prod/${prod}`);
        assertDenied("rollback", await ben.call("POST", `/applications/${prod}/rollback`, { id: 0 }), "");
        await assertChangesNothing(ben, prod, `${team}-prod`, "sync");
        await assertChangesNothing(ben, dev, `${team}-nonprod`, "override");
        const untouched = await application(prod);
        assert.equal(untouched?.operation, undefined);
        assert.deepEqual(untouched?.status?.operationState, before, "no sync of prod was started");
    });

    test("as the team's maintainer syncs prod, and is in its history", async () => {
        const ann = await signedIn("ann");
        assert.deepEqual(await ann.applications(), all);
        const answer = await sync(ann, prod);
        assert.equal(answer.status, 200, JSON.stringify(answer.body));
        await assertSyncedBy(prod, "ann@acme.invalid");
        await assertChangesNothing(ann, prod, `${team}-prod`, "override");
    });

    test("of no team sees no Application and may nothing", async () => {
        const dora = await signedIn(await person("dora"));
        assert.deepEqual(await dora.applications(), []);
        for (const name of [dev, prod, "foreign"]) {
            assertDenied(name, await dora.call("GET", `/applications/${name}`), "");
            assertDenied(name, await sync(dora, name), "");
        }
    });

    test("as a guest of the team's group sees no Application and may nothing", async () => {
        const guest = await person("gus");
        const [user] = (await world.gitlab<{ id: number }[]>("GET", "/users?username=gus")).body;
        const members = `/groups/${encodeURIComponent(`acme/${team}`)}/members`;
        const added = await world.gitlab("POST", members, { user_id: user?.id, access_level: 10 });
        assert.equal(added.status, 201, JSON.stringify(added.body));
        const gus = await signedIn(guest);
        const { body } = await gus.call<{ groups: string[] }>("GET", "/session/userinfo");
        assert.deepEqual(body.groups, [`acme/${team}`, "gus"], "the claim does not say that it is a guest");
        assert.deepEqual(await gus.applications(), []);
        for (const name of [dev, prod]) {
            assertDenied(name, await gus.call("GET", `/applications/${name}`), "");
            assertDenied(name, await sync(gus, name), "");
        }
    });

    test("of the administrators' group sees everything", async () => {
        const root = await signedIn("root");
        const seen = await root.applications();
        assert.deepEqual(
            [...all, "foreign"].filter((name) => !seen.includes(name)),
            [],
        );
        const { status } = await root.call("GET", "/clusters");
        assert.equal(status, 200);
    });

    test("learns the reason: a wrong token, a denied request, an application with another secret", async () => {
        const ben = await world.story().person("ben");
        const nobody = new Browser(argocdUrl());
        const wrong = await nobody.signIn({ ...ben, token: "glpat-wrong" });
        assert.equal(wrong.status, 401);
        assert.match(wrong.text, /Invalid login or password/);
        const denied = await nobody.signIn(ben, "deny");
        assert.equal(denied.status, 400);
        assert.match(denied.text, /^access_denied: /);

        // When GitLab and the stack do not have the same secret any more.
        const [registered] = (await world.gitlab<{ id: number }[]>("GET", "/applications")).body;
        const renewed = await world.gitlab("POST", `/applications/${registered?.id}/renew-secret`);
        assert.equal(renewed.status, 201);
        const refused = await nobody.signIn(ben);
        assert.equal(refused.status, 500);
        assert.match(refused.text, /failed to get token: .*invalid_client/);
        const { body } = await nobody.call<{ loggedIn?: boolean }>("GET", "/session/userinfo");
        assert.notEqual(body.loggedIn, true);
        assert.equal((await nobody.call("GET", "/applications")).status, 401);

        // Then the next up puts the stack's secret in place.
        await world.up();
        await signedIn(ben);
    });

    test("leaves no secret in a log", async () => {
        const ben = await world.story().person("ben");
        await signedIn(ben);
        const [rootToken = ""] = world.knownSecrets();
        const secrets = [ben.token, rootToken, channelSecret(rootToken, "sso")];
        for (const [file, text] of world.logs()) {
            assert.ok(!secrets.some((secret) => text.includes(secret)), `${file} holds a secret`);
        }
    });

    test("and is removed from the team has no access from the next up on, in the session that goes on too", async () => {
        const cleo = await signedIn("cleo");
        assert.deepEqual(await cleo.applications(), all);
        world.editSpec((spec) => {
            spec.setIn([...teamPath, "developers"], spec.createNode(["ben"]));
        });
        await world.up();
        await eventually(
            "that Argo CD knows it",
            () => cleo.applications(),
            (names) => names.length === 0,
            30,
        );
    });
});
