/** What premium has and free has not, and what the Enterprise Edition has without a licence. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import { field, Sandbox } from "./harness";

test("free, Community Edition: 404 where the feature is not there, and lists of people are ignored", async (context) => {
    const sandbox = await Sandbox.start(context);
    const id = await sandbox.newProject();
    const root = sandbox.root();
    for (const path of [
        `/projects/${id}/approvals`,
        `/projects/${id}/approval_rules`,
        `/projects/${id}/push_rule`,
        `/projects/${id}/protected_environments`,
        "/groups/acme/hooks",
        "/groups/acme/protected_environments",
    ]) {
        const answer = await root.call("GET", path);
        assert.deepEqual([answer.status, answer.body], [404, { error: "404 Not Found" }], path);
    }
    const made = await root.call("POST", `/projects/${id}/protected_branches`, {
        name: "prod",
        allowed_to_push: [{ user_id: 1 }],
        code_owner_approval_required: true,
    });
    assert.equal(made.status, 201);
    assert.deepEqual(
        (field<unknown[]>(made.body, "push_access_levels") as { access_level: number }[]).map(
            (each) => each.access_level,
        ),
        [40],
    );
    assert.equal(field(made.body, "code_owner_approval_required"), undefined);
    assert.equal(field((await root.call("GET", "/metadata")).body, "enterprise"), false);
    const settings = await root.call("PUT", `/projects/${id}`, { merge_trains_enabled: true });
    assert.equal(field(settings.body, "merge_trains_enabled"), undefined);
});

test("free, Enterprise Edition: roles in lists, nobody by name, and who may unprotect is shown but not enforced", async (context) => {
    const sandbox = await Sandbox.start(context, "free", { edition: "ee" });
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const metadata = (await root.call("GET", "/metadata")).body;
    assert.equal(field(metadata, "enterprise"), true);
    assert.match(field<string>(metadata, "version"), /-ee$/);
    const approvals = await root.call("GET", `/projects/${id}/approvals`);
    assert.equal(approvals.status, 404, "no feature of a licence comes with the edition");

    const path = `/projects/${id}/protected_branches`;
    const made = await root.call("POST", path, {
        name: "prod",
        allowed_to_push: [{ access_level: 0 }],
        allowed_to_merge: [{ access_level: 30 }],
        allowed_to_unprotect: [{ access_level: 60 }],
        code_owner_approval_required: true,
    });
    assert.equal(made.status, 201);
    const levels = (answer: { body: unknown }, what: string): unknown =>
        field<Record<string, unknown>[]>(answer.body, `${what}_access_levels`).map((each) => [
            each["access_level"],
            each["user_id"],
        ]);
    assert.deepEqual(levels(made, "push"), [[0, null]]);
    assert.deepEqual(levels(made, "merge"), [[30, null]]);
    assert.deepEqual(levels(made, "unprotect"), [[60, null]]);
    assert.equal(field(made.body, "code_owner_approval_required"), false);

    const group = field<number>((await root.call("GET", "/groups/acme")).body, "id");
    const maintainer = await sandbox.newPerson("maintainer");
    await root.api.ProjectMembers.add(id, 40, { userId: maintainer.id });
    for (const [list, entry, message] of [
        ["allowed_to_push", { user_id: maintainer.id }, "Push access levels user must be blank"],
        ["allowed_to_merge", { group_id: group }, "Merge access levels group must be blank"],
    ] as const) {
        const refused = await root.call("POST", path, { name: "other", [list]: [entry] });
        assert.deepEqual([refused.status, refused.body], [422, { message: [message] }]);
        assert.equal((await root.call("PATCH", `${path}/prod`, { [list]: [entry] })).status, 422);
    }
    const removed = await sandbox.call(maintainer.token, "DELETE", `${path}/prod`);
    assert.equal(removed.status, 204, "the Administrators of the list mean nothing without a licence");
});

test("the Community Edition accepts no licence", async (context) => {
    await assert.rejects(Sandbox.start(context, "premium", { edition: "ce" }), /premium needs edition ee/);
});

test("premium: a branch open to one user and one group, changed by PATCH, enforced on push", async (context) => {
    const sandbox = await Sandbox.start(context, "premium");
    const id = await sandbox.newProject();
    const root = sandbox.root();
    assert.match(field<string>((await root.call("GET", "/version")).body, "version"), /-ee$/);
    const chosen = await sandbox.newPerson("chosen");
    const other = await sandbox.newPerson("other");
    for (const person of [chosen, other]) {
        await root.api.ProjectMembers.add(id, 30, { userId: person.id });
    }
    const made = await root.call("POST", `/projects/${id}/protected_branches`, {
        name: "prod",
        allowed_to_push: [{ user_id: chosen.id }],
        allowed_to_merge: [{ access_level: 40 }],
    });
    const [grant] = field<{ id: number; user_id: number }[]>(made.body, "push_access_levels");
    assert.equal(grant?.user_id, chosen.id);
    for (const [person, code] of [
        [other, 1],
        [chosen, 0],
    ] as const) {
        const folder = await sandbox.clone("acme/web", person.token);
        await writeFile(join(folder, person.username), "x");
        await sandbox.git(folder, "add", "-A");
        await sandbox.git(folder, "commit", "-qm", "x");
        const result = await sandbox.git(folder, "push", "origin", "HEAD:prod");
        assert.equal(result.code === 0 ? 0 : 1, code, result.output);
    }
    const changed = await root.call("PATCH", `/projects/${id}/protected_branches/prod`, {
        allowed_to_push: [{ id: grant?.id, _destroy: true }, { access_level: 30 }],
    });
    const levels = field<{ access_level: number; user_id: number | null }[]>(
        changed.body,
        "push_access_levels",
    );
    assert.deepEqual(
        levels.map(({ access_level, user_id }) => [access_level, user_id]),
        [[30, null]],
    );
    const stranger = await sandbox.newPerson("stranger");
    const refused = await root.call("PATCH", `/projects/${id}/protected_branches/prod`, {
        allowed_to_push: [{ user_id: stranger.id }],
    });
    assert.equal(refused.status, 422);
});

test("premium: push rules are enforced on push and over REST", async (context) => {
    const sandbox = await Sandbox.start(context, "premium");
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const none = await root.call("GET", `/projects/${id}/push_rule`);
    assert.deepEqual([none.status, none.body], [200, null]);
    const made = await root.call("POST", `/projects/${id}/push_rule`, {
        commit_message_regex: "^(feat|fix): ",
        branch_name_regex: "^(main|feature/.*)$",
    });
    assert.equal(made.status, 201);
    const twice = await root.call("POST", `/projects/${id}/push_rule`, {});
    assert.equal(twice.status, 400);
    const folder = await sandbox.clone("acme/web", root.token);
    await sandbox.git(folder, "commit", "-q", "--allow-empty", "-m", "no form");
    const refused = await sandbox.git(folder, "push", "origin", "main");
    assert.match(refused.output, /GitLab: Commit message does not follow the pattern '\^\(feat\|fix\): '/);
    await sandbox.git(folder, "commit", "-q", "--amend", "--allow-empty", "-m", "feat: form");
    assert.match(
        (await sandbox.git(folder, "push", "origin", "HEAD:wild")).output,
        /Branch name 'wild' does not follow the pattern/,
    );
    assert.equal((await sandbox.git(folder, "push", "origin", "main")).code, 0);
    const rest = await root.call("POST", `/projects/${id}/repository/files/a`, {
        branch: "main",
        commit_message: "no form",
        content: "x",
    });
    assert.equal(rest.status, 400);
    assert.equal((await root.call("DELETE", `/projects/${id}/push_rule`)).status, 204);
    assert.equal((await root.call("DELETE", `/projects/${id}/push_rule`)).status, 404);
});

test("premium: approval settings and rules, with one rule for anybody at most", async (context) => {
    const sandbox = await Sandbox.start(context, "premium");
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const changed = await root.call("POST", `/projects/${id}/approvals`, {
        merge_requests_author_approval: true,
    });
    assert.equal(field(changed.body, "merge_requests_author_approval"), true);
    assert.equal(field(changed.body, "reset_approvals_on_push"), true);
    const anybody = { name: "All", rule_type: "any_approver", approvals_required: 1 };
    const made = await root.call("POST", `/projects/${id}/approval_rules`, anybody);
    assert.equal(made.status, 201);
    const second = await root.call("POST", `/projects/${id}/approval_rules`, { ...anybody, name: "More" });
    assert.equal(second.status, 400);
    const [branch] = await root.api.ProtectedBranches.all(id);
    const rule = await root.call("POST", `/projects/${id}/approval_rules`, {
        name: "Prod",
        approvals_required: 2,
        protected_branch_ids: [branch?.id],
        user_ids: [1],
    });
    assert.deepEqual(
        field<{ name: string }[]>(rule.body, "protected_branches").map(({ name }) => name),
        ["main"],
    );
});

test("premium: protected environments drop people without access silently, as GitLab does", async (context) => {
    const sandbox = await Sandbox.start(context, "premium");
    const id = await sandbox.newProject();
    const root = sandbox.root();
    const stranger = await sandbox.newPerson("stranger");
    const made = await root.call("POST", `/projects/${id}/protected_environments`, {
        name: "prod",
        deploy_access_levels: [{ access_level: 40 }, { user_id: stranger.id }],
        approval_rules: [{ access_level: 40, required_approvals: 2 }],
    });
    assert.equal(made.status, 201);
    const levels = field<{ id: number; access_level: number }[]>(made.body, "deploy_access_levels");
    assert.deepEqual(
        levels.map((each) => each.access_level),
        [40],
    );
    assert.equal(
        field<{ required_approvals: number }[]>(made.body, "approval_rules")[0]?.required_approvals,
        2,
    );
    const changed = await root.call("PUT", `/projects/${id}/protected_environments/prod`, {
        deploy_access_levels: [{ id: levels[0]?.id, _destroy: true }, { access_level: 60 }],
    });
    assert.deepEqual(
        field<{ access_level: number }[]>(changed.body, "deploy_access_levels").map(
            (each) => each.access_level,
        ),
        [60],
    );
    assert.equal((await root.call("DELETE", `/projects/${id}/protected_environments/prod`)).status, 204);
});
