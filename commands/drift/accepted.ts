/**
 * Undeclared things that somebody decided to keep, with a reason and perhaps an end: `drift.<stack>.yaml` beside the stack
 * file. Pure, but for {@link readAccepted}.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { covers } from "../../estate/wildcard";
import { CommandError } from "../support/console";
import type { Finding } from "./finding";
import { nouns, type Noun } from "./words";

const glob = z.string().min(1);

const file = z.strictObject({
    accepted: z.array(
        z.strictObject({
            /** `GitLab`, `Harbor main`, `cluster member1`. */
            server: glob,
            /** Group, project or namespace. */
            place: glob.optional(),
            kind: z.enum(Object.keys(nouns) as [Noun, ...Noun[]]),
            name: glob,
            reason: z.string().min(1),
            /** Last day. */
            until: z.iso.date().optional(),
        }),
    ),
});

/** One decision. `server`, `place` and `name` may hold `*`. */
export type Accepted = z.infer<typeof file>["accepted"][number];

/** Reads the file of a stack; none where there is no such file. @throws CommandError with everything wrong in it. */
export function readAccepted(folder: string, stack: string): Accepted[] {
    const name = `drift.${stack}.yaml`;
    const full = path.join(folder, name);
    return fs.existsSync(full) ? parseAccepted(name, fs.readFileSync(full, "utf8")) : [];
}

export function parseAccepted(name: string, text: string): Accepted[] {
    let content: unknown;
    try {
        // Days stay texts.
        content = parse(text, { schema: "core" });
    } catch (error) {
        throw new CommandError(`${name} is no YAML: ${(error as Error).message}`);
    }
    const { data, error } = file.safeParse(content);
    if (data === undefined) {
        const problems = error.issues.map(
            (issue) => `  ${issue.path.map(String).join(".") || "the file"}: ${issue.message}`,
        );
        throw new CommandError(`${name}:\n${problems.join("\n")}`);
    }
    return data.accepted;
}

export interface Sorted {
    /** What is left to look at. */
    readonly findings: readonly Finding[];
    /** What somebody decided to keep. */
    readonly accepted: readonly { readonly finding: Finding; readonly reason: string }[];
    /** Decisions about what is not there any more. */
    readonly unused: readonly Accepted[];
}

/** Takes what was decided to be kept out of the findings. @param today `YYYY-MM-DD`; an end that has passed ends a decision. */
export function withoutAccepted(
    findings: readonly Finding[],
    decisions: readonly Accepted[],
    today: string,
): Sorted {
    const valid = decisions.filter(({ until }) => until === undefined || until >= today);
    const decisionOf = (finding: Finding): Accepted | undefined =>
        finding.list !== "undeclared"
            ? undefined
            : valid.find(
                  (each) =>
                      covers(each.server, finding.server) &&
                      covers(each.place ?? "*", finding.place) &&
                      each.kind === finding.noun &&
                      covers(each.name, finding.name),
              );
    const looked = findings.map((finding) => ({ finding, decision: decisionOf(finding) }));
    const used = new Set(looked.map(({ decision }) => decision));
    return {
        findings: looked.flatMap(({ finding, decision }) => (decision === undefined ? [finding] : [])),
        accepted: looked.flatMap(({ finding, decision }) =>
            decision === undefined ? [] : [{ finding, reason: decision.reason }],
        ),
        unused: decisions.filter((each) => !used.has(each)),
    };
}
