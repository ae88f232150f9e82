/**
 * Push to promotion, with the seeded files in a GitLab that runs pipelines and a Harbor, told what the estate tells
 * them. Argo CD is not here, and the variables are set by hand: that the estate sets them so is for the sandbox's tests.
 */
import assert from "node:assert/strict";
import * as path from "node:path";
import { test } from "node:test";

import { appPipelineContent, configPipelineContent } from "../../../components/ci/content";
import { buildSettings, promotionSettings, repositorySettings } from "../../../components/ci/settings";
import { appContent, configContent } from "../../../components/content";
import type { SeedFile } from "../../../components/support/seed";
import { promotionPermissions, pushPermissions } from "../../../components/harbor/robotPermissions";
import {
    commit,
    field,
    jobs,
    pipelines,
    Sandbox,
    trace,
    until,
    type ShownPipeline,
} from "../../../sandbox/test/ci/harness";
import type { Person } from "../../../sandbox/test/gitlab/harness";
import { TestHarbor } from "../../../sandbox/test/harbor/fixture";
import { sampleApp, sampleAppEnvironment, sampleEstate, sampleGitLab } from "../../components/sample";
import { toolPath } from "../../support/pipelineScripts";

const filesOf = (files: readonly SeedFile[]): Record<string, string> =>
    Object.fromEntries(files.map((file) => [file.path, file.text]));

/** The pipeline of a commit from a source, when it has ended. */
async function ended(
    person: Person,
    project: number,
    wanted: { sha?: string; source: string },
): Promise<ShownPipeline & { log: string }> {
    const found = await until(
        `the ${wanted.source} pipeline of ${wanted.sha ?? "the merge request"}`,
        async () =>
            (await pipelines(person, project)).find(
                (each) =>
                    each.source === wanted.source &&
                    (wanted.sha === undefined || each.sha === wanted.sha) &&
                    !["created", "pending", "running", "preparing", "waiting_for_resource"].includes(
                        each.status,
                    ),
            ),
    );
    const all = await jobs(person, project, found.id);
    const logs = await Promise.all(all.map((job) => trace(person, project, job.id)));
    return { ...found, log: logs.join("\n") };
}

test("a push ends as a tag in the first environment, and a merge request brings the image along", async (context) => {
    const crane = (await toolPath()).split(path.delimiter)[0] ?? "";
    const gitlab = await Sandbox.start(context, "free", { ci: { path: [crane] } });
    const harbor = await TestHarbor.start();
    context.after(() => harbor.stop());
    const root = gitlab.root();

    const place = (environment: string): { image: string } => ({
        image: `${harbor.host}/web-${environment}/web`,
    });
    const app = sampleApp("web", {
        environments: [
            sampleAppEnvironment("web", "dev", place("dev")),
            sampleAppEnvironment("web", "test", place("test")),
        ],
        repository: { path: "web", fullPath: "acme/web", branch: "main" },
        config: { ...sampleApp("web").config, fullPath: "acme/web-config" },
        pipeline: { ...sampleApp("web").pipeline, builder: "crane" },
    });
    const estate = sampleEstate([app], {
        gitlab: sampleGitLab({ url: gitlab.url }),
        registries: {
            main: {
                name: "main",
                url: harbor.url,
                host: harbor.host,
                insecure: false,
                robotPrefix: "robot$",
            },
        },
    });

    // What the estate makes: repositories with protected branches, projects, robots and variables.
    const source = await gitlab.newProject("web");
    const config = await gitlab.newProject("web-config");
    await commit(root, config, "dev", filesOf([...configContent(app), ...configPipelineContent([app], {})]), {
        start: "main",
        message: "Seed [skip ci]",
    });
    await root.call("POST", `/projects/${config}/repository/branches`, { branch: "test", ref: "dev" });
    for (const branch of ["dev", "test"]) {
        await root.call("POST", `/projects/${config}/protected_branches`, {
            name: branch,
            push_access_level: branch === "dev" ? 30 : 0,
            merge_access_level: 40,
        });
    }
    await root.call("PUT", `/projects/${config}`, { only_allow_merge_if_pipeline_succeeds: true });
    for (const project of ["web-dev", "web-test"]) {
        await harbor.project(project);
    }
    const rights = (list: readonly { resource: string; action: string }[]): string[] =>
        list.map(({ resource, action }) => `${resource}:${action}`);
    const push = await harbor.robot("web-dev", "push", rights(pushPermissions));
    const promoter = await harbor.expect<{ name: string; secret: string }>(201, "POST", "/robots", {
        name: "acme-web-promote",
        level: "system",
        duration: -1,
        permissions: (promotionPermissions(app)["main"] ?? []).map(({ project, accesses }) => ({
            kind: "project",
            namespace: project,
            access: accesses,
        })),
    });
    const writer = await root.call("POST", `/projects/${config}/access_tokens`, {
        name: "config-writer",
        scopes: ["write_repository"],
        access_level: 30,
        expires_at: new Date(Date.now() + 86_400_000).toISOString().slice(0, 10),
    });
    const set = async (
        project: number,
        values: Readonly<Record<string, string>>,
        secret: boolean,
    ): Promise<void> => {
        for (const [key, value] of Object.entries(values)) {
            const made = await root.call("POST", `/projects/${project}/variables`, {
                key,
                value,
                protected: secret,
                masked: secret,
                raw: true,
            });
            assert.equal(made.status, 201, JSON.stringify(made.body));
        }
    };
    await set(source, { ...buildSettings(estate, app), REGISTRY_USERNAME: push.login[0] }, false);
    await set(
        source,
        { REGISTRY_PASSWORD: push.login[1], CONFIG_TOKEN: field<string>(writer.body, "token") },
        true,
    );
    await set(
        config,
        {
            ...promotionSettings(estate, app),
            ...repositorySettings([app]),
            PROMOTION_MAIN_USERNAME: promoter.body.name,
        },
        false,
    );
    await set(config, { PROMOTION_MAIN_PASSWORD: promoter.body.secret }, true);

    // A push.
    const sha = await commit(
        root,
        source,
        "main",
        filesOf([...appContent(app), ...appPipelineContent(app, {})]),
    );
    const tag = sha.slice(0, 10);
    const built = await ended(root, source, { sha, source: "push" });
    assert.equal(built.status, "success", built.log);
    assert.equal(built.log.includes(push.login[1]), false);
    const values = await root.call(
        "GET",
        `/projects/${config}/repository/files/${encodeURIComponent("web/values.yaml")}/raw?ref=dev`,
    );
    assert.match(String(values.body), new RegExp(`^imagetag: "${tag}"$`, "m"));
    const artifact = (project: string): Promise<string | undefined> =>
        harbor
            .api<{ digest?: string }>("GET", `/projects/${project}/repositories/web/artifacts/${tag}`)
            .then(({ body }) => body.digest);
    const digest = await artifact("web-dev");
    assert.match(String(digest), /^sha256:/);

    // A merge request: its pipeline copies, and only then can it be merged.
    const request = await root.call("POST", `/projects/${config}/merge_requests`, {
        source_branch: "dev",
        target_branch: "test",
        title: "To test",
    });
    const iid = field<number>(request.body, "iid");
    const promoted = await ended(root, config, { source: "merge_request_event" });
    assert.equal(promoted.status, "success", promoted.log);
    assert.equal(await artifact("web-test"), digest);
    const merged = await until("the merge", async () => {
        const answer = await root.call("PUT", `/projects/${config}/merge_requests/${iid}/merge`);
        return answer.status === 200 && answer;
    });
    assert.equal(field<string>(merged.body, "state"), "merged");
    const after = await ended(root, config, {
        source: "push",
        sha: field<string>(merged.body, "merge_commit_sha"),
    });
    assert.equal(after.status, "success", after.log);
    assert.match(after.log, /web-test\/web:\w{10} is there/);
});
