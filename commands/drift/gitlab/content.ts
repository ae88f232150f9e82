/** What the branches of a repository have of the files that decide what pipelines do. Only reads. */
import { createHash } from "node:crypto";
import { textOf, type Declared } from "../declared";
import { open } from "../finding";
import type { Raw, Reader } from "../reader";
import { types } from "./types";

/** A file that decides what pipelines do, where it is not as it was made. */
export interface EditedFile {
    readonly branch: string;
    readonly path: string;
    /** True: it is not there. */
    readonly gone: boolean;
    readonly commit?: string;
    readonly author?: string;
    readonly when?: string;
}

/** Whether a file decides what pipelines do; the rest of a repository's first content is its team's. */
export function decidesPipelines(path: string): boolean {
    return path === ".gitlab-ci.yml" || path === "Jenkinsfile" || path.startsWith("ci/");
}

/** Git's name of a file's content. */
export function blobId(content: string, length: number): string {
    const bytes = Buffer.from(content, "utf8");
    return createHash(length === 64 ? "sha256" : "sha1")
        .update(`blob ${bytes.length}\0`)
        .update(bytes)
        .digest("hex");
}

/** The declared branches that are gone, and what others have of the files. */
export interface Content {
    readonly goneBranches: readonly string[];
    readonly files: readonly EditedFile[];
}

/** A file that the stack declares, perhaps on several branches. */
export interface FollowedFile {
    readonly path: string;
    /** The branch from which what it has travels to the others, by merges. */
    readonly from: string;
    /** What the stack declares, by branch. */
    readonly contents: ReadonlyMap<string, string>;
}

/** Files that decide what pipelines do, by path. A content that cannot be known leaves its file out. */
export function followedFiles(inside: readonly Declared[]): FollowedFile[] {
    const all = inside.filter(({ type }) => type === types.file);
    // Most of what a repository starts with is on the branch it starts with.
    const onBranch = (branch: string): number =>
        all.filter((each) => textOf(each, "branch") === branch).length;
    const files = all
        // Each file of the project that repositories include does.
        .filter(
            (each) => decidesPipelines(textOf(each, "filePath")) || each.name.startsWith("pipelines-file-"),
        )
        .sort((a, b) => onBranch(textOf(b, "branch")) - onBranch(textOf(a, "branch")));
    return [...new Set(files.map((each) => textOf(each, "filePath")))].flatMap((path) => {
        const same = files.filter((each) => textOf(each, "filePath") === path);
        const contents = new Map(
            same.flatMap((each) => {
                const content = open(each.inputs["content"] ?? each.outputs["content"]);
                return typeof content === "string" ? [[textOf(each, "branch"), content] as const] : [];
            }),
        );
        // Where there are two, the one beside the first content is what follows the spec, on the branch where work begins.
        const from = same.map((each) => textOf(each, "branch")).at(-1);
        return from === undefined || contents.size < same.length ? [] : [{ path, from, contents }];
    });
}

/**
 * What a file may be on a branch: what the stack declares for where changes of it begin, and elsewhere that of any branch, as
 * merges have brought it there or not yet.
 */
export function allowedOn(branch: string, { from, contents }: FollowedFile): string[] {
    return branch === from
        ? [...contents].flatMap(([on, each]) => (on === from ? [each] : []))
        : [...contents.values()];
}

export async function contentOf(reader: Reader, at: string, inside: readonly Declared[]): Promise<Content> {
    const files = followedFiles(inside);
    const branches = inside.filter(({ type }) => type === types.branch).map((each) => textOf(each, "name"));
    const looks = await Promise.all(
        [...new Set([...files.flatMap(({ contents }) => [...contents.keys()]), ...branches])].map(
            async (branch) => {
                const known = await reader.object(`${at}/repository/branches/${encodeURIComponent(branch)}`);
                if (known === null) {
                    return { gone: [branch], edited: [] };
                }
                return known === undefined || files.length === 0
                    ? { gone: [], edited: [] }
                    : { gone: [], edited: await editedOn(reader, at, branch, files) };
            },
        ),
    );
    return {
        goneBranches: looks.flatMap(({ gone }) => gone).filter((each) => branches.includes(each)),
        files: looks.flatMap(({ edited }) => edited),
    };
}

async function editedOn(
    reader: Reader,
    at: string,
    branch: string,
    files: readonly FollowedFile[],
): Promise<EditedFile[]> {
    const ref = encodeURIComponent(branch);
    const folders = [...new Set(files.map(({ path }) => folderOf(path)))];
    const trees = await Promise.all(
        folders.map((folder) =>
            reader.list(
                `${at}/repository/tree?ref=${ref}${folder === "" ? "" : `&path=${encodeURIComponent(folder)}`}`,
                "per_page",
                [404],
            ),
        ),
    );
    if (trees.some((tree) => tree === undefined)) {
        return [];
    }
    const blobs = new Map(
        trees.flatMap((tree) => (tree ?? []).map((each) => [each["path"], String(each["id"])])),
    );
    const edited = await Promise.all(
        files.map(async (file): Promise<EditedFile[]> => {
            const { path, from } = file;
            const blob = blobs.get(path);
            if (
                blob !== undefined &&
                allowedOn(branch, file).some((content) => blob === blobId(content, blob.length))
            ) {
                return [];
            }
            const last = await reader.first(
                `${at}/repository/commits?ref_name=${ref}&path=${encodeURIComponent(path)}`,
            );
            if (branch !== from && (await isOn(reader, at, last, from))) {
                return []; // what the branch where changes begin had once: the newest has not come here yet
            }
            return [
                {
                    branch,
                    path,
                    gone: blob === undefined,
                    ...(last === undefined || last === null
                        ? {}
                        : {
                              commit: String(last["id"]),
                              author: String(last["author_name"]),
                              when: String(last["committed_date"] ?? last["created_at"]),
                          }),
                },
            ];
        }),
    );
    return edited.flat();
}

/** Whether a branch has a commit: what is reported there is not reported again on the branches it travels to. */
async function isOn(
    reader: Reader,
    at: string,
    commit: Raw | null | undefined,
    branch: string,
): Promise<boolean> {
    if (commit === undefined || commit === null) {
        return false;
    }
    const refs = await reader.list(
        `${at}/repository/commits/${String(commit["id"])}/refs?type=branch`,
        "per_page",
    );
    return (refs ?? []).some((each) => each["name"] === branch);
}

function folderOf(path: string): string {
    return path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
}
