/**
 * The rights matrix: what the plans of flows say of each role is what GitLab answers to somebody who has it, on the free tier
 * and with a licence. What Argo CD answers is in the tests of its policy and of sign-in. GitLab is the stand-in.
 */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { after, before, describe, test } from "node:test";
import { parse } from "yaml";
import { people, rightsOf, type GitLabAct, type Person as Role } from "../../commands/support/rights";
import type { Person, Story } from "../../commands/support/story";
import type { Tier } from "../../estate/model";
import { parseEstate } from "../../estate/parse";
import { World } from "./support/world";

const team = "matrix";
const flows = {
    "matrix-branches": { flow: "environment-branches" },
    "matrix-lanes": { flow: "gitlab-flow", repository: { branch: "master" } },
    "matrix-trunk": { flow: "trunk", repository: { branch: "master" }, environments: { dev: null } },
};

describe("the rights of people", { timeout: 20 * 60_000 }, () => {
    let world: World;
    let story: Story;
    const persons = new Map<Role, Person>();

    before(async () => {
        world = await World.make();
        set(["teams"], { [team]: { maintainers: ["alice"], developers: ["bob"] } });
        set(
            ["apps"],
            Object.fromEntries(
                Object.entries(flows).map(([name, app]) => [name, { team, delivery: "helm", ...app }]),
            ),
        );
        await world.succeed("commands/start.ts");
        story = world.story();
        persons.set("maintainer", await story.person("alice"));
        persons.set("developer", await story.person("bob"));
        persons.set("stranger", await newcomer("sam"));
        persons.set("guest", await newcomer("gus", { group: `acme/${team}`, level: 10 }));
        persons.set("owner", await newcomer("olga", { group: "acme", level: 50 }));
    });
    after(() => world.end());

    function set(keys: readonly string[], value: unknown): void {
        world.editSpec((spec) => {
            spec.setIn(["config", "gitops-estate:estate", ...keys], spec.createNode(value));
        });
    }

    /** Somebody whom the spec does not name, with a role that somebody gave by hand, or none. */
    async function newcomer(
        username: string,
        role?: { readonly group: string; readonly level: number },
    ): Promise<Person> {
        const user = await must<{ id: number }>("POST", "/users", {
            username,
            name: username,
            email: `${username}@acme.invalid`,
            force_random_password: true,
            skip_confirmation: true,
        });
        if (role !== undefined) {
            const members = `/groups/${encodeURIComponent(role.group)}/members`;
            await must("POST", members, { user_id: user.id, access_level: role.level });
        }
        return story.person(username);
    }

    /** As the administrator. */
    async function must<T>(method: string, route: string, body?: unknown): Promise<T> {
        const answer = await world.gitlab<T>(method, route, body);
        assert.ok(answer.status < 300, `${method} ${route}: ${answer.status} ${JSON.stringify(answer.body)}`);
        return answer.body;
    }

    let count = 0;
    const of = (project: string, rest: string): string => `/projects/${encodeURIComponent(project)}${rest}`;
    /** A commit that starts no pipeline. */
    const commit = (branch: string): Record<string, unknown> => ({
        branch,
        commit_message: "Who may do what [skip ci]",
        actions: [{ action: "create", file_path: `rights/${++count}.txt`, content: "text" }],
    });

    /** A branch or tag that a pattern fits. */
    const named = (pattern: string): string => pattern.replaceAll("*", `9.${++count}.0`);

    async function defaultBranch(project: string): Promise<string> {
        return (await must<{ default_branch: string }>("GET", of(project, ""))).default_branch;
    }

    /** A branch that fits the pattern and is there. */
    async function branchOf(project: string, pattern: string): Promise<string> {
        const branch = named(pattern);
        const there = await world.gitlab(
            "GET",
            of(project, `/repository/branches/${encodeURIComponent(branch)}`),
        );
        if (there.status === 404) {
            await must("POST", of(project, "/repository/branches"), {
                branch,
                ref: await defaultBranch(project),
            });
        }
        return branch;
    }

    /** A branch that is not protected, with a commit that starts no pipeline. */
    async function topic(project: string): Promise<string> {
        const branch = `topic-${++count}`;
        await must("POST", of(project, "/repository/branches"), {
            branch,
            ref: await defaultBranch(project),
        });
        await must("POST", of(project, "/repository/commits"), commit(branch));
        return branch;
    }

    /** Asks GitLab as each person; who may. */
    async function whoMay({ kind, project, ref = "" }: GitLabAct): Promise<Role[]> {
        const ask = await question(kind, project, ref);
        const may: Role[] = [];
        for (const role of people) {
            const person = persons.get(role);
            assert.ok(person !== undefined);
            if (await ask(person)) {
                may.push(role);
            }
        }
        return may;
    }

    async function question(
        kind: GitLabAct["kind"],
        project: string,
        ref: string,
    ): Promise<(person: Person) => Promise<boolean>> {
        const get =
            (rest: string) =>
            async (person: Person): Promise<boolean> =>
                (await story.call(person, "GET", of(project, rest))).status === 200;
        const post =
            (rest: string, body: () => unknown) =>
            async (person: Person): Promise<boolean> =>
                (await story.call(person, "POST", of(project, rest), body())).status === 201;
        switch (kind) {
            case "read":
                return get("/repository/tree");
            case "variables":
                return get("/variables");
            case "work": {
                const start = await defaultBranch(project);
                return post("/repository/branches", () => ({ branch: `topic-${++count}`, ref: start }));
            }
            case "push": {
                const branch = await branchOf(project, ref);
                return post("/repository/commits", () => commit(branch));
            }
            case "tag": {
                const at = await topic(project);
                return post("/repository/tags", () => ({ tag_name: named(ref), ref: at }));
            }
            case "merge": {
                const target = await branchOf(project, ref);
                const { iid } = await must<{ iid: number }>("POST", of(project, "/merge_requests"), {
                    source_branch: await topic(project),
                    target_branch: target,
                    title: "Who may merge",
                });
                return async (person) => {
                    const { status, body } = await story.call<{ user?: { can_merge?: boolean } }>(
                        person,
                        "GET",
                        of(project, `/merge_requests/${iid}`),
                    );
                    return status === 200 && body.user?.can_merge === true;
                };
            }
        }
    }

    function matrix(tier: Tier): { readonly app: string; readonly act: GitLabAct; readonly who: Role[] }[] {
        const file = path.join(world.env["ESTATE_STACKS"] ?? "", "Pulumi.dev.yaml");
        const { config } = parse(fs.readFileSync(file, "utf8")) as { config: Record<string, unknown> };
        const servers = Object.fromEntries(
            ["host", "member1", "member2"].map((name) => [name, `https://${name}.test`]),
        );
        const { estate, problems } = parseEstate(config["gitops-estate:estate"], { servers });
        assert.ok(estate !== undefined, JSON.stringify(problems));
        return Object.values(estate.apps).flatMap((app) =>
            rightsOf(estate, app, tier).flatMap(({ act, who }) =>
                act === undefined ? [] : [{ app: app.name, act, who: [...who] }],
            ),
        );
    }

    async function asserted(tier: Tier): Promise<void> {
        const rights = matrix(tier);
        assert.ok(rights.length > 40, String(rights.length));
        const answered = [];
        for (const { app, act } of rights) {
            answered.push({ app, act, who: await whoMay(act) });
        }
        assert.deepEqual(answered, rights);
    }

    test("on the free tier GitLab lets each role do what the flows say, and nothing else", () =>
        asserted("free"));

    test("with a licence it is as the flows say for that tier", async () => {
        set(["gitlab", "edition"], "ee");
        set(["gitlab", "tier"], "premium");
        await world.succeed("commands/start.ts");
        await asserted("premium");
    });

    test("with a licence, given another flow and then the first one again, environments keep what they are and what protects them", async () => {
        const app = "matrix-branches";
        const config = `acme/${team}/${app}-config`;
        const kept = async (): Promise<unknown> => {
            const list = await must<{ id: number; name: string }[]>("GET", of(config, "/environments"));
            const guards = await must<{ name: string }[]>("GET", of(config, "/protected_environments"));
            return {
                environments: list.map(({ id, name }) => [name, id]).sort(),
                protections: guards.map(({ name }) => name),
            };
        };
        const before = await kept();
        assert.deepEqual((before as { protections: unknown }).protections, ["prod"]);
        const pinned = { pin: "0123456789" };
        for (const flow of ["gitlab-flow", "environment-branches"]) {
            set(["apps", app], {
                team,
                delivery: "helm",
                flow,
                environments: { dev: pinned, test: pinned, prod: pinned },
            });
            await world.up();
            assert.deepEqual(await kept(), before, flow);
            assert.deepEqual(await world.plan(), {}, flow);
        }
    });
});
