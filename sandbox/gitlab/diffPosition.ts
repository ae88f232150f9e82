/** The position of a note in a diff. */
import { badRequest } from "./errors";
import type { GitLab } from "./gitlab";
import type { DiffPosition, Project } from "./model";
import { int, object, oneOf, parse, required, text, type Input } from "./params";

const sha = required(text());
const fields = {
    base_sha: sha,
    start_sha: sha,
    head_sha: sha,
    position_type: required(oneOf("text", "image", "file")),
    new_path: text(),
    old_path: text(),
    new_line: int(),
    old_line: int(),
    width: int(),
    height: int(),
    x: int(),
    y: int(),
    line_range: object(),
};

/** The position that a request gives. @throws ApiError 400 for one that the diff does not have. */
export async function readPosition(gitlab: GitLab, project: Project, input: Input): Promise<DiffPosition> {
    const wanted = parse(input, fields);
    const path = wanted.new_path ?? wanted.old_path;
    const files = await gitlab.git
        .diff(project.id, wanted.base_sha, wanted.head_sha)
        .catch(() => [] as never[]);
    const file = files.find((each) => [each.newPath, each.oldPath].includes(path ?? ""));
    if (!file) {
        throw refused("position", "is invalid");
    }
    const { new_line: newLine, old_line: oldLine } = wanted;
    if (wanted.position_type === "text") {
        const lines = async (commit: string, name: string): Promise<number> => {
            const blob = await gitlab.git.file(project.id, commit, name);
            const content = blob ? (await gitlab.git.blob(project.id, blob.id)).toString("utf8") : "";
            return content.split("\n").length;
        };
        const within = async (line: number | undefined, commit: string, name: string): Promise<boolean> =>
            line === undefined || (line > 0 && line <= (await lines(commit, name)));
        if (
            (newLine === undefined && oldLine === undefined) ||
            !(await within(newLine, wanted.head_sha, file.newPath)) ||
            !(await within(oldLine, wanted.base_sha, file.oldPath))
        ) {
            throw refused("line_code", "can't be blank", "must be a valid line code");
        }
    }
    return {
        base_sha: wanted.base_sha,
        start_sha: wanted.start_sha,
        head_sha: wanted.head_sha,
        old_path: wanted.old_path ?? file.oldPath,
        new_path: wanted.new_path ?? file.newPath,
        position_type: wanted.position_type,
        old_line: oldLine ?? null,
        new_line: newLine ?? null,
        line_range: wanted.line_range ?? null,
        ...(wanted.position_type === "image"
            ? { width: wanted.width ?? 0, height: wanted.height ?? 0, x: wanted.x ?? 0, y: wanted.y ?? 0 }
            : {}),
    };
}

function refused(attribute: string, ...problems: string[]): Error {
    return badRequest(`Note {:${attribute}=>${JSON.stringify(problems)}}`);
}
