import type { Routes } from "../call";
import { ApiError, invalid, notFound } from "../errors";
import type { GitLab } from "../gitlab";
import { bool, filled, oneOf, required, text, stringList, type Input } from "../params";
import { showCommit } from "../present";
import { readable, commitAt } from "./files";
import { showDiff } from "./commits";

/** Trees, blobs, archives and comparisons. */
export function registerTrees(routes: Routes, gitlab: GitLab): void {
    const { git } = gitlab;
    routes.get(
        "/projects/:id/repository/tree",
        async (call) => {
            const project = call.codeProject();
            const wanted = call.parse({
                ref: text(),
                path: text(),
                recursive: bool(),
                pagination: oneOf("legacy", "keyset", "none"),
            });
            const sha = await commitAt(gitlab, project, wanted.ref, "Tree");
            const path = (wanted.path ?? "").replace(/^\/+|\/+$/g, "");
            const entries = await git.tree(project.id, sha, path, wanted.recursive ?? false);
            if (path !== "" && entries.length === 0) {
                throw new ApiError(404, { message: "404 invalid revision or path Not Found" });
            }
            entries.sort((a, b) => (a.type === b.type ? 0 : a.type === "tree" ? -1 : 1));
            const show = (entry: (typeof entries)[number]): Input => ({
                id: entry.id,
                name: entry.path.split("/").at(-1),
                type: entry.type,
                path: entry.path,
                mode: entry.mode,
            });
            return wanted.pagination === "none"
                ? entries.map(show)
                : call.page(entries, show, {
                      keyset: { by: "page_token", key: (entry) => `${entry.id}${entry.path}` },
                  });
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
            const { refs } = call.parse({ refs: required(stringList()) });
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
                const wanted = call.parse({ sha: text(), path: text(), include_lfs_blobs: bool() });
                const sha = await commitAt(gitlab, project, wanted.sha, "File");
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
        const wanted = call.parse({
            ref: text(),
            order_by: oneOf("email", "name", "commits"),
            sort: oneOf("asc", "desc"),
        });
        const sha = await commitAt(gitlab, project, wanted.ref, "Ref");
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
        const found = [...counts.values()];
        const key = wanted.order_by ?? "commits";
        found.sort((a, b) => (key === "commits" ? a.commits - b.commits : a[key].localeCompare(b[key])));
        return call.page(wanted.sort === "desc" ? found.reverse() : found, (each) => ({
            ...each,
            additions: 0,
            deletions: 0,
        }));
    });
}
