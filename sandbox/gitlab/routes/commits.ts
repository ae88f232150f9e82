import { pushesBranch } from "../access";
import type { Routes } from "../call";
import { ApiError, forbidden, notFound } from "../errors";
import type { Commit, FileDiff } from "../git";
import type { GitLab } from "../gitlab";
import { Level, type Project } from "../model";
import { bool, filled, timestamp, objects, oneOf, required, text, parseBoolean, type Input } from "../params";
import { showCommit } from "../present";
import { updateRef, writeCommit, authorOf, type FileAction } from "../repository";
import { readable, commitAt, content } from "./files";
import { showRequest } from "./mergeRequests";
import { showPipeline } from "./pipelines";

/** Commits: lists, single ones, new ones, cherry-picks and reverts. */
export function registerCommits(routes: Routes, gitlab: GitLab): void {
    const { git } = gitlab;
    const base = "/projects/:id/repository/commits";
    routes.get(
        base,
        async (call) => {
            const project = call.codeProject();
            const wanted = call.parse({
                ref_name: text(),
                path: text(),
                since: timestamp(),
                until: timestamp(),
                author: text(),
                all: bool(),
                first_parent: bool(),
                with_stats: bool(),
                trailers: bool(),
                order: oneOf("default", "topo"),
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
                ...(wanted.order === "topo" ? ["--topo-order"] : []),
                ...(wanted.since ? [`--since=${wanted.since}`] : []),
                ...(wanted.until ? [`--until=${wanted.until}`] : []),
                ...(wanted.author === undefined ? [] : [`--author=${wanted.author}`]),
                ...revisions,
                "--",
                ...(wanted.path === undefined || wanted.path === "" ? [] : [wanted.path]),
            ]);
            return call.pageAsync(commits, async (commit) => ({
                ...showCommit(gitlab, project, commit),
                ...(wanted.with_stats ? { stats: await statsOf(gitlab, project, commit) } : {}),
            }));
        },
        readable,
    );
    routes.get(
        `${base}/:sha`,
        async (call) => {
            const project = call.codeProject();
            const sha = await commitAt(gitlab, project, call.id("sha"), "Commit");
            const { stats } = call.parse({ stats: bool() });
            const shown = await detail(gitlab, project, await git.commit(project.id, sha));
            return Object.fromEntries(
                Object.entries(shown).filter(([name]) => name !== "stats" || stats !== false),
            );
        },
        readable,
    );
    routes.get(
        `${base}/:sha/diff`,
        async (call) => {
            const project = call.codeProject();
            const sha = await commitAt(gitlab, project, call.id("sha"), "Commit");
            call.parse({ unidiff: bool() });
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
            const { type = "all" } = call.parse({ type: oneOf("branch", "tag", "all") });
            const output = await git.run(project.id, [
                "for-each-ref",
                `--contains=${sha}`,
                "--format=%(refname)",
                ...(type === "tag" ? [] : ["refs/heads/"]),
                ...(type === "branch" ? [] : ["refs/tags/"]),
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
            return call.pageAsync(found, (request) => showRequest(gitlab, project, request));
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
        return detail(gitlab, project, await git.commit(project.id, sha));
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
                await updateRef(gitlab, project, call.user, {
                    ref: `refs/heads/${wanted.branch}`,
                    oldSha: tip,
                    newSha: result,
                });
            }
            return showCommit(gitlab, project, await git.commit(project.id, result));
        });
    }
}

async function statsOf(gitlab: GitLab, project: Project, commit: Commit): Promise<Input> {
    const files = await gitlab.git.diff(project.id, commit.parents[0], commit.id);
    const count = (mark: RegExp): number =>
        files.reduce((sum, file) => sum + (file.diff.match(mark)?.length ?? 0), 0);
    const additions = count(/^\+/gm);
    const deletions = count(/^-/gm);
    return { additions, deletions, total: additions + deletions };
}

/** A commit with what became of it in pipelines. */
async function detail(gitlab: GitLab, project: Project, commit: Commit): Promise<Input> {
    const pipeline = project.pipelines.find(
        (each) => each.sha === commit.id && each.source !== "parent_pipeline",
    );
    return {
        ...showCommit(gitlab, project, commit),
        stats: await statsOf(gitlab, project, commit),
        status: pipeline?.status ?? null,
        project_id: project.id,
        last_pipeline: pipeline ? showPipeline(gitlab, project, pipeline) : null,
    };
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
            : { executable: parseBoolean(executable) ?? false }),
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
