/** ci/preview.mjs: the note, the label and the images of a merge request's preview, with servers that only remember. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import https from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import { PreviewError, run } from "../../../components/ci/scripts/preview.mjs";

const sha = "0123456789abcdef0123456789abcdef01234567";
const variables = {
    CI_API_V4_URL: "https://gitlab.test/api/v4",
    CI_PROJECT_ID: "7",
    CI_MERGE_REQUEST_IID: "3",
    CI_COMMIT_SHA: sha,
    CI_PIPELINE_ID: "5",
    CI_PIPELINE_URL: "https://gitlab.test/p/1",
    PREVIEW_TOKEN: "fake-token",
    PREVIEW_LABEL: "preview",
    PREVIEW_MAXIMUM: "2",
    PREVIEW_URL_START: "https://web-",
    PREVIEW_URL_END: ".test",
    IMAGE: "harbor.test/web-preview/web",
    REGISTRY_URL: "https://harbor.test",
    REGISTRY_USERNAME: "robot",
    REGISTRY_PASSWORD: "fake-password",
};

interface Artifact {
    readonly digest: string;
    tags: { name: string }[] | null;
}

/** GitLab with one merge request, and a Harbor. */
class Server {
    request = { iid: 3, state: "opened", sha, labels: [] as string[] };
    notes: { id: number; body: string; system: boolean }[] = [
        { id: 1, body: "a person's words", system: false },
        { id: 2, body: "<!-- preview of this merge request -->", system: true },
    ];
    labelled: number[] = [];
    artifacts: Artifact[] = [];
    /** What GitLab says of the pipeline, by the path below it; 403 for what is not there. */
    pipeline: Record<string, unknown> = {};
    /** Answers with this status before it does what is asked. */
    failures: number[] = [];
    calls: string[] = [];
    /** What later jobs are given. */
    addresses: string[] = [];

    readonly fetch = (url: string, { method = "GET", body }: RequestInit): Promise<Response> => {
        const failure = this.failures.shift();
        if (failure !== undefined) {
            return Promise.resolve(new Response("out of order", { status: failure }));
        }
        const { host, pathname } = new URL(url);
        this.calls.push(`${method} ${pathname}`);
        const sent = (typeof body === "string" ? JSON.parse(body) : {}) as Record<string, string>;
        return Promise.resolve(
            host === "harbor.test" ? this.harbor(method, pathname) : this.gitlab(method, pathname, sent),
        );
    };

    private gitlab(method: string, path: string, sent: Record<string, string>): Response {
        const [, below] = /^\/api\/v4\/projects\/7\/pipelines\/5(.*)$/.exec(path) ?? [];
        if (below !== undefined) {
            return below in this.pipeline
                ? Response.json(this.pipeline[below])
                : new Response("forbidden", { status: 403 });
        }
        const at = path.replace("/api/v4/projects/7/merge_requests", "");
        const id = Number(at.split("/").at(-1));
        switch (`${method} ${at.replace(/\/notes\/\d+$/, "/notes/:id")}`) {
            case "GET ":
                return Response.json(this.labelled.map((iid) => ({ iid })));
            case "GET /3":
                return Response.json(this.request);
            case "PUT /3": {
                const labels = this.request.labels.filter((label) => label !== sent["remove_labels"]);
                this.request.labels = [
                    ...labels,
                    ...(sent["add_labels"] === undefined ? [] : [sent["add_labels"]]),
                ];
                return Response.json(this.request);
            }
            case "GET /3/notes":
                return Response.json(this.notes);
            case "POST /3/notes":
                this.notes.push({ id: this.notes.length + 1, body: sent["body"] ?? "", system: false });
                return Response.json({}, { status: 201 });
            case "PUT /3/notes/:id":
                this.notes = this.notes.map((note) =>
                    note.id === id ? { ...note, body: sent["body"] ?? "" } : note,
                );
                return Response.json({});
            case "DELETE /3/notes/:id":
                this.notes = this.notes.filter((note) => note.id !== id);
                return new Response(null, { status: 204 });
            default:
                return new Response("no such route", { status: 404 });
        }
    }

    private harbor(method: string, path: string): Response {
        const [digest, , tag] = path.replace(/^.*\/artifacts\/?/, "").split("/");
        if (method === "DELETE") {
            this.artifacts = this.artifacts.filter((each) => each.digest !== digest || tag !== undefined);
            for (const each of this.artifacts.filter((one) => one.digest === digest)) {
                each.tags = (each.tags ?? []).filter(({ name }) => name !== tag);
            }
            return new Response("{}", { status: 200 });
        }
        return Response.json(this.artifacts);
    }

    /** Notes about the preview. */
    get own(): string[] {
        return this.notes
            .filter(({ system, body }) => !system && body.startsWith("<!--"))
            .map(({ body }) => body);
    }

    run(
        step: "building" | "ready" | "failed" | "tested" | "gone",
        change: Record<string, string> = {},
    ): Promise<boolean> {
        const keep = (url: string): void => void this.addresses.push(url);
        return run(step, { ...variables, ...change }, () => undefined, this.fetch, 0, keep);
    }
}

describe("the note of a merge request", () => {
    it("is one, whatever happens, and says what is", async () => {
        const server = new Server();
        const said: string[] = [];
        for (const step of ["building", "ready", "failed", "gone"] as const) {
            await server.run(step);
            assert.equal(server.own.length, 1);
            said.push(server.own[0] ?? "");
        }
        for (const [index, words] of [
            /being built/,
            /https:\/\/web-3\.test has 0123456789/,
            /a job failed/,
            /gone/,
        ].entries()) {
            assert.match(said[index] ?? "", words);
        }
        assert.equal(server.notes[0]?.body, "a person's words");
    });

    it("is of the source branch's commit where the pipeline runs on merged results", async () => {
        const server = new Server();
        const merged = { CI_COMMIT_SHA: "f".repeat(40), CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: sha };
        await server.run("ready", merged);
        assert.match(server.own[0] ?? "", /has 0123456789,/);
        // Otherwise the variable is there, and empty.
        await server.run("building", { CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: "" });
        assert.match(server.own[0] ?? "", /0123456789 is being built/);
    });

    it("says what the tests came to, and how much they cover", async () => {
        const server = new Server();
        server.pipeline = {
            "": { coverage: "87.50" },
            "/test_report_summary": {
                total: { count: 42, success: 40, failed: 0, error: 0, skipped: 2, suite_error: null },
            },
        };
        await server.run("ready");
        assert.match(
            server.own[0] ?? "",
            /has 0123456789[^]*\n\n\*\*Tests:\*\* 40 of 42 passed, 2 skipped; coverage 87\.5 %\.$/,
        );
    });

    it("says which jobs failed and why, without those that may, and what the tests came to", async () => {
        const server = new Server();
        const job = (name: string, failure_reason: string, allow_failure = false): object => ({
            name,
            web_url: `https://gitlab.test/j/${name.length}`,
            failure_reason,
            allow_failure,
        });
        server.pipeline = {
            "": { coverage: null },
            "/test_report_summary": { total: { count: 3, success: 2, failed: 1, error: 0, skipped: 0 } },
            "/jobs": [
                job("test", "script_failure"),
                job("image [x]", "runner_system_failure"),
                job("lint", "script_failure", true),
            ],
        };
        await server.run("failed");
        assert.match(
            server.own[0] ?? "",
            /2 jobs failed: \[test\]\(https:\/\/gitlab\.test\/j\/4\), \[image {2}x \]\(https:\/\/gitlab\.test\/j\/9\) \(runner system failure\)/,
        );
        assert.match(server.own[0] ?? "", /\*\*Tests:\*\* 2 of 3 passed, 1 failed\.$/);
        assert.doesNotMatch(server.own[0] ?? "", /lint/);
    });

    it("says nothing of tests where no job reports any, or GitLab does not say", async () => {
        for (const pipeline of [
            {},
            { "": { coverage: null }, "/test_report_summary": { total: { count: 0 } }, "/jobs": [] },
        ]) {
            const server = new Server();
            server.pipeline = pipeline;
            assert.equal(await server.run("ready"), true);
            assert.doesNotMatch(server.own[0] ?? "", /Tests/);
            assert.equal(await server.run("failed"), true);
            assert.match(server.own[0] ?? "", /because a job failed \(\[pipeline\]/);
        }
    });

    it("is the older one of two that runs at once have written", async () => {
        const server = new Server();
        await server.run("building");
        server.notes.push({ id: 9, body: server.own[0] ?? "", system: false });
        await server.run("ready");
        assert.equal(server.own.length, 1);
        assert.ok(server.notes.every(({ id }) => id !== 9));
    });

    it("is not changed by the pipeline of an older commit, nor once the merge request is over", async () => {
        for (const change of [{ sha: "f".repeat(40) }, { state: "merged" }]) {
            const server = new Server();
            Object.assign(server.request, change);
            for (const step of ["building", "ready", "failed"] as const) {
                assert.equal(await server.run(step), true);
            }
            assert.deepEqual([server.own, server.request.labels], [[], []]);
        }
    });
});

describe("jobs that try a preview", () => {
    const job = (name: string, status: string, allow_failure = false): object => ({
        name,
        status,
        allow_failure,
        web_url: `https://gitlab.test/j/${name}`,
    });

    it("are given its address, where it comes up and the estate knows one", async () => {
        const server = new Server();
        await server.run("building");
        assert.deepEqual(server.addresses, []);
        await server.run("ready", { PREVIEW_PAGE: "true" });
        assert.deepEqual(server.addresses, [], "a page about it is none");
        await server.run("ready");
        assert.deepEqual(server.addresses, ["https://web-3.test"]);
        const late = new Server();
        late.request.sha = "f".repeat(40);
        const full = new Server();
        full.labelled = [1, 2];
        for (const other of [late, full]) {
            await other.run("ready");
            assert.deepEqual(other.addresses, []);
        }
    });

    it("have their results in the note, beside those of the tests before", async () => {
        const server = new Server();
        await server.run("ready");
        server.pipeline = {
            "": { coverage: null },
            "/test_report_summary": { total: { count: 7, success: 6, failed: 1, error: 0, skipped: 0 } },
            "/jobs": [
                job("preview", "success"),
                job("functional", "failed"),
                job("load", "failed", true),
                job("approvals", "failed"),
                job("preview-stop", "manual"),
            ],
        };
        await server.run("tested");
        assert.equal(server.own.length, 1);
        assert.match(
            server.own[0] ?? "",
            /https:\/\/web-3\.test has 0123456789; a job failed: \[functional\]\(https:\/\/gitlab\.test\/j\/functional\) \(\[pipeline\].*\); a job failed: \[load\]\(.*\), and may \(\[pipeline\].*\)\. It goes with/,
        );
        assert.match(server.own[0] ?? "", /\*\*Tests:\*\* 6 of 7 passed, 1 failed\.$/);

        server.pipeline["/jobs"] = [job("preview", "success"), job("functional", "success")];
        await server.run("tested");
        assert.match(server.own[0] ?? "", /https:\/\/web-3\.test has 0123456789\. It goes with/);
    });

    it("change no note where no preview came up, or GitLab does not say", async () => {
        for (const jobs of [undefined, [], [job("preview", "failed", true)], [job("preview", "skipped")]]) {
            const server = new Server();
            await server.run("failed");
            const before = server.own;
            server.pipeline = jobs === undefined ? {} : { "/jobs": jobs };
            assert.equal(await server.run("tested"), true);
            assert.deepEqual(server.own, before);
        }
    });
});

describe("the label", () => {
    it("comes with the image and goes with the preview", async () => {
        const server = new Server();
        server.request.labels = ["bug"];
        await server.run("building");
        assert.deepEqual(server.request.labels, ["bug"]);
        await server.run("ready");
        assert.deepEqual(server.request.labels, ["bug", "preview"]);
        Object.assign(server.request, { state: "merged", sha: "f".repeat(40) });
        await server.run("gone");
        assert.deepEqual(server.request.labels, ["bug"]);
    });

    it("is not set beyond the maximum; who has a preview keeps it", async () => {
        const server = new Server();
        server.labelled = [1, 2];
        assert.equal(await server.run("ready"), false);
        assert.deepEqual(server.request.labels, []);
        assert.match(server.own[0] ?? "", /none, the app has 2 previews already/);
        server.request.labels = ["preview"];
        server.labelled = [1, 2, 3];
        assert.equal(await server.run("ready"), true);
        server.labelled = [1, 3];
        server.request.labels = [];
        assert.equal(await server.run("ready"), true, "its own label is none of the others'");
    });
});

describe("images of a preview that is gone", () => {
    it("are removed, and what another merge request has too loses the tag only", async () => {
        const server = new Server();
        server.artifacts = [
            { digest: "sha256:a", tags: [{ name: "mr-3-aaaaaaaaaa" }] },
            { digest: "sha256:b", tags: [{ name: "mr-3-bbbbbbbbbb" }, { name: "mr-33-bbbbbbbbbb" }] },
            { digest: "sha256:c", tags: [{ name: "mr-33-cccccccccc" }] },
            { digest: "sha256:d", tags: null },
        ];
        await server.run("gone");
        assert.deepEqual(
            server.artifacts.map(({ digest, tags }) => [digest, tags?.map(({ name }) => name)]),
            [
                ["sha256:b", ["mr-33-bbbbbbbbbb"]],
                ["sha256:c", ["mr-33-cccccccccc"]],
                ["sha256:d", undefined],
            ],
        );
        assert.ok(server.calls.every((call) => !call.includes("mr-33-")));
    });

    it("are removed from a registry with any certificate where the estate says so, and nowhere else", async (context) => {
        const folder = mkdtempSync(path.join(tmpdir(), "certificate-"));
        context.after(() => rmSync(folder, { recursive: true }));
        const [key, cert] = [path.join(folder, "key.pem"), path.join(folder, "cert.pem")];
        const options = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=harbor -addext subjectAltName=IP:127.0.0.1 -keyout ${key} -out ${cert}`;
        execFileSync("openssl", options.split(" "), { stdio: "pipe" });
        const asked: string[] = [];
        const harbor = https.createServer(
            { key: readFileSync(key), cert: readFileSync(cert) },
            ({ method, url = "", headers }, answer) => {
                asked.push(`${method} ${url.replace(/.*artifacts/, "").replace(/\?.*/, "")}`);
                assert.match(headers.authorization ?? "", /^Basic /);
                answer.end(
                    method === "GET"
                        ? JSON.stringify([{ digest: "sha256:a", tags: [{ name: "mr-3-aaaaaaaaaa" }] }])
                        : "",
                );
            },
        );
        await new Promise<void>((resolve) => {
            harbor.listen(0, "127.0.0.1", resolve);
        });
        context.after(() => harbor.close());
        const url = `https://127.0.0.1:${(harbor.address() as AddressInfo).port}`;
        const server = new Server();
        const gone = (change: Record<string, string>): Promise<boolean> =>
            run(
                "gone",
                { ...variables, REGISTRY_URL: url, ...change },
                () => undefined,
                (at, init) => (at.startsWith(url) ? fetch(at, init) : server.fetch(at, init)),
                0,
            );
        await assert.rejects(gone({}), /got no answer: self-signed certificate/);
        assert.equal(await gone({ REGISTRY_INSECURE: "true" }), true);
        assert.deepEqual(asked, ["GET ", "DELETE /sha256:a"]);
    });
});

describe("servers that fail", () => {
    it("are asked again", async () => {
        const server = new Server();
        server.failures = [502, 500, 503];
        assert.equal(await server.run("ready"), true);
        assert.deepEqual(server.request.labels, ["preview"]);
    });

    it("and go on failing, or refuse, end the job with call and status, without the token", async () => {
        for (const failures of [[500, 500, 500, 500], [403]]) {
            const server = new Server();
            server.failures = [...failures];
            await assert.rejects(server.run("ready"), (error: Error) => {
                assert.ok(error instanceof PreviewError);
                assert.match(
                    error.message,
                    new RegExp(`merge_requests/3 was answered with status ${failures[0]}`),
                );
                assert.ok(!error.message.includes("fake-token"));
                return true;
            });
        }
    });

    it("are not asked without a variable that is needed", async () => {
        const server = new Server();
        await assert.rejects(server.run("ready", { PREVIEW_TOKEN: "" }), /PREVIEW_TOKEN is not set/);
        assert.deepEqual(server.calls, []);
    });
});
