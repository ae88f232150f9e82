import { createHash } from "node:crypto";

import { pushesBranch } from "../access";
import type { Call, Routes } from "../call";
import { ApiError, forbidden, invalid, notFound } from "../errors";
import type { FileDiff } from "../git";
import type { GitLab } from "../gitlab";
import { Level, type Project } from "../model";
import { bool, filled, int, objects, oneOf, required, text, words, type Input } from "../params";
import { basicUser, showCommit } from "../present";
import { lastCommitOf, moveRef, writeCommit, authorOf, type FileAction } from "../repository";

const readable = { scopes: ["api", "read_api", "read_repository"] };

/** Files, trees, commits and what compares them. */
export function registerFiles(routes: Routes, gitlab: GitLab): void {
    registerFileRoutes(routes, gitlab);
    registerCommitRoutes(routes, gitlab);
    registerTreeRoutes(routes, gitlab);
    registerStatuses(routes, gitlab);
}

/** The commit a request's ref names; the default branch when it names none. */
async function commitAt(
    gitlab: GitLab,
    project: Project,
    ref: string | undefined,
    noun: string,
): Promise<string> {
    const name = ref === undefined || ref === "" || ref === "HEAD" ? project.defaultBranch : ref;
    const sha = name === null ? undefined : await gitlab.git.resolve(project.id, name);
    if (sha === undefined) {
        throw notFound(noun);
    }
    return sha;
}

function content(input: Input): Buffer | undefined {
    const given = input["content"];
    if (given === undefined || given === null) {
        return undefined;
    }
    const value = typeof given === "string" ? given : JSON.stringify(given);
    if (input["encoding"] !== "base64") {
        return Buffer.from(value, "utf8");
    }
    const compact = value.replace(/\s/g, "");
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(compact) || compact.length % 4 === 1) {
        throw invalid("content is not valid base64");
    }
    return Buffer.from(compact, "base64");
}

function registerFileRoutes(routes: Routes, gitlab: GitLab): void {
    const { git } = gitlab;
    const base = "/projects/:id/repository/files/:path";
    const read = async (call: Call): Promise<{ sha: string; blob: Buffer; info: Input; ref: string }> => {
        const project = call.codeProject();
        const ref = call.parse({ ref: text() }).ref ?? "HEAD";
        const sha = await commitAt(gitlab, project, ref, "Commit");
        const path = call.id("path");
        const file = await git.file(project.id, sha, path);
        if (!file) {
            throw notFound("File");
        }
        const blob = await git.blob(project.id, file.id);
        const info = {
            file_name: path.split("/").at(-1),
            file_path: path,
            size: blob.length,
            encoding: "base64",
            content_sha256: createHash("sha256").update(blob).digest("hex"),
            ref,
            blob_id: file.id,
            commit_id: sha,
            last_commit_id: await lastCommitOf(gitlab, project, sha, path),
            execute_filemode: file.mode === "100755",
        };
        return { sha, blob, info, ref };
    };
    routes.get(
        base,
        async (call) => {
            const { info, blob } = await read(call);
            if (call.request.method === "HEAD") {
                for (const [name, value] of Object.entries(info)) {
                    call.reply.header(`x-gitlab-${name.replaceAll("_", "-")}`, String(value));
                }
            }
            return { ...info, content: blob.toString("base64") };
        },
        readable,
    );
    routes.get(
        `${base}/raw`,
        async (call) => {
            const { blob, info } = await read(call);
            call.reply.header("x-gitlab-blob-id", String(info["blob_id"]));
            call.reply.type("text/plain; charset=utf-8");
            return blob;
        },
        readable,
    );
    routes.get(
        `${base}/blame`,
        async (call) => {
            await read(call);
            throw new ApiError(404, { message: "404 Not Found" });
        },
        readable,
    );

    const write = (action: "create" | "update" | "delete") => async (call: Call) => {
        const project = call.writableProject(Level.developer);
        const wanted = call.parse({
            branch: required(filled()),
            commit_message: required(filled()),
            start_branch: text(),
            author_name: text(),
            author_email: text(),
            last_commit_id: text(),
            execute_filemode: bool(),
        });
        const body = content(call.input);
        if (action !== "delete" && body === undefined) {
            throw new ApiError(400, { error: "content is missing" });
        }
        if (!pushesBranch(gitlab, call.user, project, wanted.branch)) {
            throw invalid("You are not allowed to push into this branch");
        }
        const path = call.id("path");
        await writeCommit(gitlab, project, call.user, {
            branch: wanted.branch,
            message: wanted.commit_message,
            ...(wanted.start_branch === undefined ? {} : { start: wanted.start_branch }),
            ...(wanted.author_name === undefined ? {} : { authorName: wanted.author_name }),
            ...(wanted.author_email === undefined ? {} : { authorEmail: wanted.author_email }),
            actions: [
                {
                    action,
                    filePath: path,
                    ...(body === undefined ? {} : { content: body }),
                    ...(wanted.execute_filemode === undefined ? {} : { executable: wanted.execute_filemode }),
                    ...(wanted.last_commit_id === undefined ? {} : { lastCommitId: wanted.last_commit_id }),
                },
            ],
        });
        return action === "delete" ? undefined : { file_path: path, branch: wanted.branch };
    };
    routes.post(base, write("create"));
    routes.put(base, write("update"));
    routes.delete(base, write("delete"));
}

function registerCommitRoutes(routes: Routes, gitlab: GitLab): void {
    const { git } = gitlab;
    const base = "/projects/:id/repository/commits";
    routes.get(
        base,
        async (call) => {
            const project = call.codeProject();
            const wanted = call.parse({
                ref_name: text(),
                path: text(),
                since: text(),
                until: text(),
                author: text(),
                all: bool(),
                first_parent: bool(),
            });
            if (project.defaultBranch === null && wanted.ref_name === undefined) {
                return call.page([], (each) => each);
            }
            const range = /^(.+?)\.\.\.?(.+)$/.exec(wanted.ref_name ?? "");
            const revisions = wanted.all
                ? ["--all"]
                : range
                  ? [
                        `${await commitAt(gitlab, project, range[1], "Ref")}..${await commitAt(gitlab, project, range[2], "Ref")}`,
                    ]
                  : [await commitAt(gitlab, project, wanted.ref_name, "Ref")];
            const commits = await git.log(project.id, [
                "--max-count=10000",
                ...(wanted.first_parent ? ["--first-parent"] : []),
                ...(wanted.since === undefined ? [] : [`--since=${wanted.since}`]),
                ...(wanted.until === undefined ? [] : [`--until=${wanted.until}`]),
                ...(wanted.author === undefined ? [] : [`--author=${wanted.author}`]),
                ...revisions,
                "--",
                ...(wanted.path === undefined || wanted.path === "" ? [] : [wanted.path]),
            ]);
            return call.page(commits, (commit) => showCommit(gitlab, project, commit));
        },
        readable,
    );
    routes.get(
        `${base}/:sha`,
        async (call) => {
            const project = call.codeProject();
            const sha = await commitAt(gitlab, project, call.id("sha"), "Commit");
            const commit = await git.commit(project.id, sha);
            const files = await git.diff(project.id, commit.parents[0], sha);
            const count = (mark: RegExp): number =>
                files.reduce((sum, file) => sum + (file.diff.match(mark)?.length ?? 0), 0);
            const additions = count(/^\+/gm);
            const deletions = count(/^-/gm);
            const pipeline = project.pipelines.find((each) => each.sha === sha);
            return {
                ...showCommit(gitlab, project, commit),
                stats: { additions, deletions, total: additions + deletions },
                status: pipeline?.status ?? null,
                project_id: project.id,
                last_pipeline: pipeline
                    ? { id: pipeline.id, iid: pipeline.iid, sha, ref: pipeline.ref, status: pipeline.status }
                    : null,
            };
        },
        readable,
    );
    routes.get(
        `${base}/:sha/diff`,
        async (call) => {
            const project = call.codeProject();
            const sha = await commitAt(gitlab, project, call.id("sha"), "Commit");
            const commit = await git.commit(project.id, sha);
            return call.page(await git.diff(project.id, commit.parents[0], sha), showDiff);
        },
        readable,
    );
    routes.get(
        `${base}/:sha/refs`,
        async (call) => {
            const project = call.codeProject();
            const sha = await commitAt(gitlab, project, call.id("sha"), "Commit");
            const output = await git.run(project.id, [
                "for-each-ref",
                `--contains=${sha}`,
                "--format=%(refname)",
                "refs/heads/",
                "refs/tags/",
            ]);
            const refs = output.split("\n").filter((ref) => ref !== "");
            return call.page(refs, (ref) =>
                ref.startsWith("refs/heads/")
                    ? { type: "branch", name: ref.slice("refs/heads/".length) }
                    : { type: "tag", name: ref.slice("refs/tags/".length) },
            );
        },
        readable,
    );
    routes.get(
        `${base}/:sha/merge_requests`,
        async (call) => {
            const project = call.codeProject();
            const sha = await commitAt(gitlab, project, call.id("sha"), "Commit");
            const found = project.mergeRequests.filter((request) =>
                [request.sourceSha, request.mergeCommitSha, request.squashCommitSha].includes(sha),
            );
            return call.page(found, (request) => ({
                id: request.id,
                iid: request.iid,
                project_id: project.id,
                title: request.title,
                state: request.state,
                source_branch: request.sourceBranch,
                target_branch: request.targetBranch,
            }));
        },
        readable,
    );
    routes.post(base, async (call) => {
        const project = call.writableProject(Level.developer);
        const wanted = call.parse({
            branch: required(filled()),
            commit_message: required(filled()),
            actions: objects(),
            start_branch: text(),
            start_sha: text(),
            author_name: text(),
            author_email: text(),
            force: bool(),
        });
        if (!pushesBranch(gitlab, call.user, project, wanted.branch)) {
            throw forbidden("You are not allowed to push into this branch");
        }
        const actions = (wanted.actions ?? []).map(readAction);
        const start = wanted.start_branch ?? wanted.start_sha;
        const sha = await writeCommit(gitlab, project, call.user, {
            branch: wanted.branch,
            message: wanted.commit_message,
            actions,
            ...(start === undefined ? {} : { start }),
            ...(wanted.force === undefined ? {} : { force: wanted.force }),
            ...(wanted.author_name === undefined ? {} : { authorName: wanted.author_name }),
            ...(wanted.author_email === undefined ? {} : { authorEmail: wanted.author_email }),
        });
        const commit = await git.commit(project.id, sha);
        return {
            ...showCommit(gitlab, project, commit),
            stats: { additions: 0, deletions: 0, total: 0 },
            status: null,
            project_id: project.id,
            last_pipeline: null,
        };
    });
    for (const action of ["cherry_pick", "revert"] as const) {
        routes.post(`${base}/:sha/${action}`, async (call) => {
            const project = call.writableProject(Level.developer);
            const wanted = call.parse({ branch: required(filled()), message: text(), dry_run: bool() });
            if (!pushesBranch(gitlab, call.user, project, wanted.branch)) {
                throw forbidden("You are not allowed to push into this branch");
            }
            const sha = await commitAt(gitlab, project, call.id("sha"), "Commit");
            const tip = await git.branch(project.id, wanted.branch);
            if (tip === undefined) {
                throw notFound("Branch");
            }
            const commit = await git.commit(project.id, sha);
            const mainline = commit.parents.length > 1 ? ["-m", "1"] : [];
            const args =
                action === "cherry_pick"
                    ? ["cherry-pick", "--allow-empty", ...mainline, sha]
                    : [
                          "-c",
                          `user.name=${call.user.name}`,
                          "-c",
                          `user.email=${call.user.email}`,
                          "revert",
                          "--no-edit",
                          ...mainline,
                          sha,
                      ];
            const result = await git.inWorktree(project.id, tip, args, authorOf(call.user));
            if (result === undefined) {
                const what = action === "cherry_pick" ? "cherry-pick" : "revert";
                throw new ApiError(400, {
                    message: `Sorry, we cannot ${what} this commit automatically. This commit may already have been ${what}ed, or a more recent commit may have updated some of its content.`,
                    error_code: "conflict",
                });
            }
            if (!wanted.dry_run) {
                await moveRef(gitlab, project, call.user, {
                    ref: `refs/heads/${wanted.branch}`,
                    oldSha: tip,
                    newSha: result,
                });
            }
            return showCommit(gitlab, project, await git.commit(project.id, result));
        });
    }
}

function readAction(entry: Input): FileAction {
    const action = entry["action"];
    const path = entry["file_path"];
    if (
        action !== "create" &&
        action !== "update" &&
        action !== "delete" &&
        action !== "move" &&
        action !== "chmod"
    ) {
        throw new ApiError(400, { error: "actions[0][action] does not have a valid value" });
    }
    if (typeof path !== "string" || path === "") {
        throw new ApiError(400, { error: "actions[0][file_path] is missing" });
    }
    const body = content(entry);
    const previous = entry["previous_path"];
    const last = entry["last_commit_id"];
    const executable = entry["execute_filemode"];
    return {
        action,
        filePath: path,
        ...(body === undefined ? {} : { content: body }),
        ...(typeof previous === "string" ? { previousPath: previous } : {}),
        ...(typeof last === "string" ? { lastCommitId: last } : {}),
        ...(executable === undefined || executable === null
            ? {}
            : { executable: executable === true || executable === "true" }),
    };
}

export function showDiff(file: FileDiff): Input {
    return {
        diff: file.diff,
        new_path: file.newPath,
        old_path: file.oldPath,
        a_mode: file.oldMode,
        b_mode: file.newMode,
        new_file: file.status === "A",
        renamed_file: file.status === "R",
        deleted_file: file.status === "D",
        generated_file: false,
        collapsed: false,
        too_large: false,
    };
}

function registerTreeRoutes(routes: Routes, gitlab: GitLab): void {
    const { git } = gitlab;
    routes.get(
        "/projects/:id/repository/tree",
        async (call) => {
            const project = call.codeProject();
            const wanted = call.parse({ ref: text(), path: text(), recursive: bool(), pagination: text() });
            const sha = await commitAt(gitlab, project, wanted.ref, "Tree");
            const path = (wanted.path ?? "").replace(/^\/+|\/+$/g, "");
            const entries = await git.tree(project.id, sha, path, wanted.recursive ?? false);
            if (path !== "" && entries.length === 0) {
                throw new ApiError(404, { message: "404 invalid revision or path Not Found" });
            }
            entries.sort((a, b) => (a.type === b.type ? 0 : a.type === "tree" ? -1 : 1));
            return call.page(entries, (entry) => ({
                id: entry.id,
                name: entry.path.split("/").at(-1),
                type: entry.type,
                path: entry.path,
                mode: entry.mode,
            }));
        },
        readable,
    );
    routes.get(
        "/projects/:id/repository/blobs/:sha",
        async (call) => {
            const project = call.codeProject();
            const blob = await git.blob(project.id, call.id("sha")).catch(() => undefined);
            if (!blob) {
                throw notFound("Blob");
            }
            return {
                size: blob.length,
                encoding: "base64",
                content: blob.toString("base64"),
                sha: call.id("sha"),
            };
        },
        readable,
    );
    routes.get(
        "/projects/:id/repository/blobs/:sha/raw",
        async (call) => {
            const project = call.codeProject();
            const blob = await git.blob(project.id, call.id("sha")).catch(() => undefined);
            if (!blob) {
                throw notFound("Blob");
            }
            call.reply.type("text/plain; charset=utf-8");
            return blob;
        },
        readable,
    );
    routes.get(
        "/projects/:id/repository/compare",
        async (call) => {
            const project = call.codeProject();
            const wanted = call.parse({ from: required(filled()), to: required(filled()), straight: bool() });
            const from = await commitAt(gitlab, project, wanted.from, "Ref");
            const to = await commitAt(gitlab, project, wanted.to, "Ref");
            const base = wanted.straight ? from : ((await git.mergeBase(project.id, from, to)) ?? from);
            const commits = (await git.log(project.id, [`${from}..${to}`])).reverse();
            const last = commits.at(-1);
            return {
                commit: last ? showCommit(gitlab, project, last) : null,
                commits: commits.map((commit) => showCommit(gitlab, project, commit)),
                diffs: (await git.diff(project.id, base, to)).map(showDiff),
                compare_timeout: false,
                compare_same_ref: from === to,
                web_url: `${gitlab.url}/${gitlab.projectPath(project)}/-/compare/${wanted.from}...${wanted.to}`,
            };
        },
        readable,
    );
    routes.get(
        "/projects/:id/repository/merge_base",
        async (call) => {
            const project = call.codeProject();
            const { refs } = call.parse({ refs: required(words()) });
            const [a, b] = refs;
            if (a === undefined || b === undefined) {
                throw invalid("Provide at least 2 refs");
            }
            const base = await git.mergeBase(
                project.id,
                await commitAt(gitlab, project, a, "Ref"),
                await commitAt(gitlab, project, b, "Ref"),
            );
            if (base === undefined) {
                throw notFound("Merge Base");
            }
            return showCommit(gitlab, project, await git.commit(project.id, base));
        },
        readable,
    );
    for (const path of ["archive", "archive.tar.gz", "archive.zip", "archive.tar"]) {
        routes.get(
            `/projects/:id/repository/${path}`,
            async (call) => {
                const project = call.codeProject();
                const sha = await commitAt(gitlab, project, call.parse({ sha: text() }).sha, "File");
                const suffix = path === "archive" ? "tar.gz" : path.slice("archive.".length);
                const name = `${project.path}-${sha}`;
                call.reply.header("content-disposition", `attachment; filename="${name}.${suffix}"`);
                call.reply.type("application/octet-stream");
                return git.archive(project.id, sha, suffix, name);
            },
            readable,
        );
    }
    routes.get("/projects/:id/repository/contributors", async (call) => {
        const project = call.codeProject();
        const sha = await commitAt(gitlab, project, call.parse({ ref: text() }).ref, "Ref");
        const counts = new Map<string, { name: string; email: string; commits: number }>();
        for (const commit of await git.log(project.id, [sha])) {
            const known = counts.get(commit.authorEmail) ?? {
                name: commit.authorName,
                email: commit.authorEmail,
                commits: 0,
            };
            known.commits++;
            counts.set(commit.authorEmail, known);
        }
        return call.page([...counts.values()], (each) => ({ ...each, additions: 0, deletions: 0 }));
    });
}

const statuses = oneOf("pending", "running", "success", "failed", "canceled", "skipped");

/** Statuses that other systems, such as Argo CD or Jenkins, report for commits. */
function registerStatuses(routes: Routes, gitlab: GitLab): void {
    const show = (status: Project["commitStatuses"][number]): Input => ({
        id: status.id,
        sha: status.sha,
        ref: status.ref,
        status: status.status,
        name: status.name,
        target_url: status.targetUrl,
        description: status.description,
        created_at: status.createdAt,
        started_at: status.startedAt,
        finished_at: status.finishedAt,
        allow_failure: false,
        coverage: status.coverage,
        pipeline_id: status.pipelineId,
        author: basicUser(gitlab, gitlab.user(status.authorId)),
    });
    routes.get("/projects/:id/repository/commits/:sha/statuses", async (call) => {
        const project = call.codeProject();
        const wanted = call.parse({ ref: text(), name: text(), all: bool() });
        const sha = await commitAt(gitlab, project, call.id("sha"), "Commit");
        const latest = new Set<string>();
        const found = project.commitStatuses
            .filter(
                (status) =>
                    status.sha === sha &&
                    (wanted.ref === undefined || status.ref === wanted.ref) &&
                    (wanted.name === undefined || status.name === wanted.name),
            )
            .sort((a, b) => b.id - a.id)
            .filter((status) => {
                const key = `${status.ref ?? ""} ${status.name}`;
                const fresh = !latest.has(key);
                latest.add(key);
                return wanted.all === true || fresh;
            });
        return call.page(found, show);
    });
    routes.post("/projects/:id/statuses/:sha", async (call) => {
        const project = call.writableProject(Level.developer);
        const wanted = call.parse({
            state: required(statuses),
            ref: text(),
            name: text(),
            context: text(),
            target_url: text(),
            description: text(),
            coverage: int(),
            pipeline_id: int(),
        });
        const sha = await commitAt(gitlab, project, call.id("sha"), "Commit");
        const name = wanted.name ?? wanted.context ?? "default";
        const known = project.commitStatuses.find(
            (status) =>
                status.sha === sha && status.name === name && status.ref === (wanted.ref ?? status.ref),
        );
        if (known?.status === wanted.state && ["success", "failed", "canceled"].includes(wanted.state)) {
            throw invalid(
                `Cannot transition status via :${transitions[wanted.state] ?? "run"} from :${known.status} (Reason(s): Status cannot transition via "${transitions[wanted.state] ?? "run"}")`,
            );
        }
        const now = gitlab.now();
        const done = ["success", "failed", "canceled", "skipped"].includes(wanted.state);
        const status = known ?? {
            id: gitlab.nextId("commit_status"),
            sha,
            ref: wanted.ref ?? null,
            name,
            status: wanted.state,
            targetUrl: null,
            description: null,
            coverage: null,
            createdAt: now,
            startedAt: null,
            finishedAt: null,
            authorId: call.user.id,
            pipelineId: wanted.pipeline_id ?? null,
        };
        status.status = wanted.state;
        status.targetUrl = wanted.target_url ?? status.targetUrl;
        status.description = wanted.description ?? status.description;
        status.coverage = wanted.coverage ?? status.coverage;
        status.startedAt = wanted.state === "pending" ? status.startedAt : (status.startedAt ?? now);
        status.finishedAt = done ? now : null;
        if (!known) {
            project.commitStatuses.push(status);
        }
        return show(status);
    });
}

const transitions: Record<string, string> = { success: "success", failed: "drop", canceled: "cancel" };
