/**
 * Files that decide what pipelines do, over branches of a repository: what the stack declares, and what merges have brought or
 * not yet, is no drift; a commit of somebody else is reported once. The server is a map of branches; what a real one answers is
 * tried in test/e2e/drift.test.ts.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { declaredIn, type Declared } from "../../../commands/drift/declared";
import { blobId, contentOf, followedFiles } from "../../../commands/drift/gitlab/content";
import { Reader } from "../../../commands/drift/reader";

const object = (type: string, name: string, inputs: object): object => ({
    urn: `urn:pulumi:dev::gitops-estate::${type}::${name}`,
    type,
    id: name,
    provider: "urn:pulumi:dev::gitops-estate::pulumi:providers:gitlab::gitlab::1",
    inputs,
    outputs: inputs,
});
const file = (branch: string, filePath: string, content: string): object =>
    object("gitlab:index/repositoryFile:RepositoryFile", `web-${branch}-${filePath}`, {
        branch,
        filePath,
        content,
    });
const branch = (name: string): object => object("gitlab:index/branch:Branch", `web-${name}`, { name });

/** An app of flow trunk: work begins on `latest`, and merges bring it to `master`, where the first content is. */
const trunk = (version: string, started = "v1"): Declared[] =>
    declaredIn({
        deployment: {
            resources: [
                file("latest", "ci/estate.yml", version),
                file("master", "ci/estate.yml", started),
                file("master", ".gitlab-ci.yml", "include: ci/estate.yml"),
                file("master", "README.md", "hello"),
                branch("latest"),
            ],
        },
    } as never);

/** What a branch has of `ci/estate.yml`, and the commit that brought it; the branches that have the commit. */
interface Has {
    readonly content: string;
    readonly commit: string;
    readonly on: readonly string[];
}

async function edited(declared: Declared[], has: Readonly<Record<string, Has>>): Promise<string[]> {
    const reader = new Reader("GitLab", (_method, path) => {
        const { pathname, searchParams } = new URL(path, "https://gitlab.example");
        const of = has[searchParams.get("ref") ?? searchParams.get("ref_name") ?? ""];
        const blob = (name: string, content: string): object => ({ path: name, id: blobId(content, 40) });
        const commit = /commits\/([^/]+)\/refs$/.exec(pathname)?.[1];
        const body = pathname.endsWith("/tree")
            ? searchParams.get("path") === "ci"
                ? [blob("ci/estate.yml", of?.content ?? "")]
                : [blob(".gitlab-ci.yml", "include: ci/estate.yml")]
            : commit !== undefined
              ? (Object.values(has).find((each) => each.commit === commit)?.on ?? []).map((name) => ({
                    name,
                }))
              : pathname.endsWith("/commits")
                ? [{ id: of?.commit, author_name: "mallory", committed_date: "2026-12-01" }]
                : { name: "there" };
        return Promise.resolve({ status: 200, headers: {}, body });
    });
    const { files, goneBranches } = await contentOf(reader, "/projects/11", declared);
    assert.deepEqual([goneBranches, reader.unread], [[], []]);
    return files.map((each) => `${each.branch} ${each.path} ${each.commit ?? ""}`);
}

const first: Has = { content: "v1", commit: "seed", on: ["latest", "master"] };

describe("another version where work begins", () => {
    test("is no drift before it has travelled, nor after", async () => {
        const update: Has = { content: "v2", commit: "estate-2", on: ["latest"] };
        assert.deepEqual(await edited(trunk("v2"), { latest: update, master: first }), []);
        const merged = { ...update, on: ["latest", "master"] };
        assert.deepEqual(await edited(trunk("v2"), { latest: merged, master: merged }), []);
    });

    test("nor is the one before it, which a later update has left behind", async () => {
        const latest: Has = { content: "v3", commit: "estate-3", on: ["latest"] };
        const master: Has = { content: "v2", commit: "estate-2", on: ["latest", "master"] };
        assert.deepEqual(await edited(trunk("v3"), { latest, master }), []);
    });

    test("undone by hand is reported there, though the first content was the same", async () => {
        const latest: Has = { content: "v1", commit: "undo", on: ["latest"] };
        assert.deepEqual(await edited(trunk("v2"), { latest, master: first }), ["latest ci/estate.yml undo"]);
    });
});

describe("an edit by hand", () => {
    test("where work begins is reported there, and not again where it is merged", async () => {
        const mine: Has = { content: "mine", commit: "edit", on: ["latest", "master"] };
        assert.deepEqual(await edited(trunk("v2"), { latest: mine, master: mine }), [
            "latest ci/estate.yml edit",
        ]);
    });

    test("on the branch that prod follows is reported there", async () => {
        const master: Has = { content: "mine", commit: "edit", on: ["master"] };
        const latest: Has = { content: "v2", commit: "estate-2", on: ["latest"] };
        assert.deepEqual(await edited(trunk("v2"), { latest, master }), ["master ci/estate.yml edit"]);
    });
});

test("changes begin beside the first content, whatever the order in the state; other files are the team's", () => {
    assert.deepEqual(
        followedFiles(trunk("v2")).map(({ path, from, contents }) => [
            path,
            from,
            Object.fromEntries(contents),
        ]),
        [
            ["ci/estate.yml", "latest", { master: "v1", latest: "v2" }],
            [".gitlab-ci.yml", "master", { master: "include: ci/estate.yml" }],
        ],
    );
});
