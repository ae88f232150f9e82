/** What a preview ends with: the note in the terminal, in a file, and in a merge request. */
import * as fs from "node:fs";
import * as path from "node:path";
import { checkoutDir } from "../../toolchain/checkout";
import type { Language } from "../../estate/model";
import { proxied, trusted } from "../doctor/connections";
import { client, Unreachable } from "../doctor/http";
import { CommandError } from "../support/console";
import { mergeRequestOf, markerOf, placeNote } from "./mergeRequest";
import { noteOf, type Note, type NoteSource } from "./note";
import { html, markdown, terminal } from "./render";

/** Where a note goes, and in which language. */
export interface NoteOutput {
    readonly language: Language;
    /** Whether it goes to the merge request. */
    readonly note: boolean;
    /** File of the whole report, as HTML. */
    readonly report?: string;
}

/** Before anything runs: what the note needs is there. @throws CommandError with what is missing. */
export function checkOutput({ note }: NoteOutput, env: NodeJS.ProcessEnv): void {
    if (note) {
        mergeRequestOf(env);
    }
}

/**
 * Makes the note of a preview, and publishes it.
 *
 * @param show whether the terminal shows it.
 * @throws CommandError when the file cannot be written or GitLab refuses the note.
 */
export async function publish(
    source: Omit<NoteSource, "language">,
    output: NoteOutput,
    env: NodeJS.ProcessEnv,
    show: boolean,
): Promise<Note> {
    const note = noteOf({ ...source, language: output.language });
    if (show) {
        process.stdout.write(`\n${terminal(note, process.stdout.isTTY === true)}`);
    }
    if (output.report !== undefined) {
        fs.mkdirSync(path.dirname(path.resolve(output.report)), { recursive: true });
        fs.writeFileSync(output.report, html(note));
        process.stderr.write(`The whole report is in ${output.report}.\n`);
    }
    if (output.note) {
        await post(note, source, output, env);
    }
    return note;
}

async function post(
    note: Note,
    { stack, estate }: Pick<NoteSource, "stack" | "estate">,
    output: NoteOutput,
    env: NodeJS.ProcessEnv,
): Promise<void> {
    const target = mergeRequestOf(env);
    const commit = env["CI_COMMIT_SHORT_SHA"];
    const address = artifactUrl(output.report, env);
    const body = markdown(note, {
        marker: markerOf(stack, target.pipeline),
        ...(address === undefined ? {} : { report: address }),
        ...(commit === undefined || !/^[0-9a-f]{6,40}$/.test(commit) ? {} : { commit }),
    });
    const ca = systemAuthorities(env);
    const { ca: own } = trusted(estate.network, target.api, { folder: checkoutDir() });
    const all = [own, ca].filter((pem) => pem !== undefined);
    const { ask, close } = client(
        {
            url: target.api,
            headers: { "private-token": target.token },
            ...(all.length === 0 ? {} : { ca: all.join("\n") }),
            ...proxied(target.api, env),
        },
        AbortSignal.timeout(120_000),
        20_000,
    );
    try {
        await placeNote(ask, target, stack, body);
    } catch (error) {
        if (!(error instanceof Unreachable)) {
            throw error;
        }
        throw new CommandError(
            `${target.api} does not answer: ${error.message}. The preview itself is above.`,
        );
    } finally {
        close();
    }
    process.stderr.write(`The note of stack ${stack} is in merge request !${target.iid}.\n`);
}

/** The authority that GitLab hands to its jobs, in a file. */
function systemAuthorities(env: NodeJS.ProcessEnv): string | undefined {
    const file = env["CI_SERVER_TLS_CA_FILE"];
    return file === undefined || !fs.existsSync(file) ? undefined : fs.readFileSync(file, "utf8");
}

/** Where the job's artifact is to be seen, when the report lies in the project's folder. */
function artifactUrl(report: string | undefined, env: NodeJS.ProcessEnv): string | undefined {
    const [job, folder] = [env["CI_JOB_URL"], env["CI_PROJECT_DIR"]];
    if (report === undefined || job === undefined || folder === undefined || !/^https?:\/\/\S+$/.test(job)) {
        return undefined;
    }
    const inside = path.relative(folder, path.resolve(report));
    return inside.startsWith("..")
        ? undefined
        : `${job}/artifacts/file/${inside.split(path.sep).map(encodeURIComponent).join("/")}`;
}
