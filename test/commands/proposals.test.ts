/** Merge requests of other pipelines: what is decided of what a repository has, and what a GitLab is asked for. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Ask } from "../../commands/doctor/http";
import { declaredIn } from "../../commands/drift/declared";
import type { ExportedStack } from "../../commands/support/exported";
import {
    decide,
    propose,
    wishesOf,
    type Decision,
    type Seen,
    type Wish,
} from "../../commands/support/proposals";

const wish: Wish = {
    project: "7",
    repository: "acme/shop/web",
    branch: "main",
    path: "ci/estate.yml",
    text: "ref: v2\n",
    version: "v2",
    title: "Include [skip ci]",
    commit: "Include",
};

type Open = NonNullable<Seen["open"]>;
const open = (text: string | undefined, change: Partial<Open> = {}): Open => ({
    iid: 3,
    url: "https://gitlab.test/3",
    ours: true,
    description: "",
    conflicts: false,
    byPeople: false,
    there: true,
    ...(text === undefined ? {} : { text }),
    ...change,
});

describe("what is decided", () => {
    const cases: Record<string, [seen: Seen, kind: Decision["kind"], anew?: boolean]> = {
        "nothing, where the file is as wanted": [{ text: wish.text }, "none"],
        "a merge request, where it is not": [{ text: "ref: v1\n" }, "open"],
        "a merge request, where somebody removed it": [{}, "open"],
        "waiting, while it is not merged": [{ text: "ref: v1\n", open: open(wish.text) }, "waits"],
        "one more commit, where another version is wanted by now": [
            { text: "ref: v1\n", open: open("ref: v1.5\n") },
            "update",
            false,
        ],
        "a new beginning, where the branch took another turn": [
            { text: "by hand\n", open: open(wish.text, { conflicts: true }) },
            "update",
            true,
        ],
        "waiting for people, where their commits are on it": [
            { text: "by hand\n", open: open(wish.text, { conflicts: true, byPeople: true }) },
            "waits",
        ],
        "a new beginning, where its branch was deleted": [
            { text: "ref: v1\n", open: open(undefined, { there: false }) },
            "update",
            true,
        ],
        "its end, where what it brings is there or not wanted any more": [
            { text: wish.text, open: open("ref: v3\n") },
            "withdraw",
        ],
        "a person's no": [{ text: "ref: v1\n", closed: open(wish.text) }, "declined"],
        "another version after a no": [{ text: "ref: v1\n", closed: open("ref: v1.5\n") }, "open"],
        "a version that is wanted again after the estate took it back": [
            { text: "ref: v1\n", closed: open(wish.text, { description: "Closed by the estate: x" }) },
            "open",
        ],
        "nothing of somebody else's": [
            { text: "ref: v1\n", open: open(wish.text, { ours: false }) },
            "taken",
        ],
        "no word of somebody else's, where nothing is wanted": [
            { text: wish.text, open: open("x", { ours: false }) },
            "none",
        ],
    };
    for (const [title, [seen, kind, anew]] of Object.entries(cases)) {
        test(title, () => {
            const decision = decide(wish, seen);
            assert.equal(decision.kind, kind);
            assert.equal(decision.kind === "update" ? decision.anew : undefined, anew);
        });
    }
});

/** A repository that remembers what was written; `main` and the merge request's branch have files. */
function gitlab(files: Record<string, string>, requests: Record<string, unknown>[] = []) {
    const calls: { method: string; path: string; body: unknown }[] = [];
    const base = "/projects/7";
    const ask: Ask = (method, path, body) => {
        if (method !== "GET") {
            calls.push({ method, path: path.slice(base.length), body });
        }
        const answer = (status: number, said: unknown) =>
            Promise.resolve({ status, headers: {}, body: said });
        const ref = new URL(`http://x${path}`).searchParams.get("ref") ?? "";
        if (path === "/user") {
            return answer(200, { id: 9 });
        }
        if (path.startsWith(`${base}/repository/files/`)) {
            const content = files[ref];
            return content === undefined
                ? answer(404, {})
                : answer(200, { content: Buffer.from(content).toString("base64") });
        }
        if (path.startsWith(`${base}/repository/branches/`)) {
            return answer("estate/pipelines" in files ? 200 : 404, {});
        }
        if (method === "GET" && /merge_requests\/\d+\/commits/.test(path)) {
            return answer(200, [{ title: "Include" }]);
        }
        if (method === "GET") {
            return answer(200, /merge_requests\/\d+$/.test(path) ? (requests[0] ?? {}) : requests);
        }
        return answer(path.endsWith("/merge_requests") ? 201 : 200, { web_url: "https://gitlab.test/4" });
    };
    return { ask, calls };
}

const request = (change: object): Record<string, unknown> => ({
    iid: 3,
    state: "opened",
    web_url: "https://gitlab.test/3",
    author: { id: 9 },
    source_project_id: 7,
    target_project_id: 7,
    sha: "abc",
    description: "",
    ...change,
});

describe("what GitLab is asked for", () => {
    test("a branch from where the file goes, and one merge request with the title that keeps it quiet", async () => {
        const { ask, calls } = gitlab({ main: "ref: v1\n" });
        const lines = await propose([wish], ask);
        assert.deepEqual(
            calls.map(({ method, path }) => `${method} ${path}`),
            ["POST /repository/commits", "POST /merge_requests"],
        );
        const [commit, made] = calls.map(({ body }) => body as Record<string, unknown>);
        assert.deepEqual(
            [commit?.["branch"], commit?.["start_branch"], commit?.["force"], commit?.["commit_message"]],
            ["estate/pipelines", "main", true, "Include"],
        );
        assert.deepEqual(commit?.["actions"], [
            { action: "update", file_path: "ci/estate.yml", content: "ref: v2\n" },
        ]);
        assert.deepEqual(
            [made?.["title"], made?.["target_branch"], made?.["remove_source_branch"]],
            ["Include [skip ci]", "main", true],
        );
        assert.deepEqual(lines, [
            "acme/shop/web: a merge request brings version v2 of the pipelines: https://gitlab.test/4",
        ]);
    });

    test("nothing where it is merged, and nothing again while it waits", async () => {
        for (const [files, requests, said] of [
            [{ main: wish.text }, [request({ state: "merged" })], []],
            [
                { main: "ref: v1\n", "estate/pipelines": wish.text },
                [request({})],
                ["acme/shop/web: version v2 of the pipelines waits to be merged: https://gitlab.test/3"],
            ],
        ] as const) {
            const { ask, calls } = gitlab(files, [...requests]);
            assert.deepEqual([await propose([wish], ask), calls], [said, []]);
        }
    });

    test("one more commit on what people added to it", async () => {
        const { ask, calls } = gitlab({ main: "ref: v1\n", "estate/pipelines": "ref: v1.5\n" }, [
            request({}),
        ]);
        await propose([wish], ask);
        const [commit] = calls.map(({ body }) => body as Record<string, unknown>);
        assert.deepEqual([commit?.["start_branch"], commit?.["force"]], [undefined, undefined]);
        assert.deepEqual(
            calls.map(({ method, path }) => `${method} ${path}`),
            ["POST /repository/commits", "PUT /merge_requests/3"],
        );
    });

    test("a merge request of a fork is none of it, and what was closed is read by its last commit", async () => {
        const fork = request({ source_project_id: 8, author: { id: 5 } });
        const closed = request({ state: "closed" });
        const { ask, calls } = gitlab({ main: "ref: v1\n", abc: wish.text }, [fork, closed]);
        const [line] = await propose([wish], ask);
        assert.match(String(line), /was declined, and is not proposed again/);
        assert.deepEqual(calls, []);
    });

    test("one repository in trouble keeps no other waiting", async () => {
        const { ask } = gitlab({ main: "ref: v1\n" });
        const lines = await propose(
            [{ ...wish, project: "8", repository: "acme/shop/api" }, wish],
            (method, path, body) =>
                path.startsWith("/projects/8/")
                    ? Promise.resolve({ status: 500, headers: {}, body: {} })
                    : ask(method, path, body),
        );
        assert.match(String(lines[0]), /^acme\/shop\/api: .*answered 500.*The next up does it\.$/);
        assert.match(String(lines[1]), /^acme\/shop\/web: a merge request brings/);
    });
});

test("a state says what is wished for, and drift takes no notice of a file that merge requests change", () => {
    const file = (name: string, project: string, filePath: string) => ({
        urn: `urn:pulumi:dev::x::gitlab:index/repositoryFile:RepositoryFile::${name}`,
        type: "gitlab:index/repositoryFile:RepositoryFile",
        id: name,
        provider: "urn:pulumi:dev::x::pulumi:providers:gitlab::gitlab::1",
        inputs: { project, filePath },
    });
    const state: ExportedStack = {
        deployment: {
            resources: [
                {
                    urn: "urn:pulumi:dev::x::gitops-estate:gitlab:Proposal::one",
                    type: "gitops-estate:gitlab:Proposal",
                    inputs: { ...wish },
                },
                file("moved", "7", "ci/estate.yml"),
                file("other", "8", "ci/estate.yml"),
                file("test", "7", "ci/test.sh"),
            ],
        },
    };
    assert.deepEqual(wishesOf(state), [wish]);
    assert.deepEqual(
        declaredIn(state).map(({ name }) => name),
        ["other", "test"],
    );
});
