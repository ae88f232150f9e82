import { createHash } from "node:crypto";
import { pushesBranch } from "../access";
import type { Call, Routes } from "../call";
import { ApiError, invalid, notFound } from "../errors";
import type { GitLab } from "../gitlab";
import { Level, type Project } from "../model";
import { bool, filled, required, text, type Input } from "../params";
import { lastCommitOf, writeCommit } from "../repository";

export const readable = { scopes: ["api", "read_api", "read_repository"] };

/** The commit a request's ref names; the default branch when it names none. */
export async function commitAt(
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

export function content(input: Input): Buffer | undefined {
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

/** Files of a repository, one at a time. */
export function registerFiles(routes: Routes, gitlab: GitLab): void {
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
