/** How a component refuses arguments it cannot work with. */
import * as pulumi from "@pulumi/pulumi";
import { formatProblems, type Problem } from "../../estate/problem";

/**
 * Throws one error that lists every problem, before any child exists.
 *
 * @param resource the component, so that the engine names it without a stack trace.
 * @throws pulumi.ResourceError when there is at least one problem.
 */
export function refuse(
    noun: string,
    name: string,
    problems: readonly string[],
    resource: pulumi.Resource,
): void {
    if (problems.length > 0) {
        throw new pulumi.ResourceError(`${noun} "${name}":\n  ${problems.join("\n  ")}`, resource, true);
    }
}

/** What was found before anything was declared, and with which nothing can be made. Pulumi shows the message and no stack. */
export class Refusal extends pulumi.RunError {
    constructor(
        readonly problems: readonly Problem[],
        /** What they are in; in the first line. */
        readonly subject: string,
    ) {
        super(`${formatProblems(problems, subject)}\n\nNothing was changed.`);
    }
}

/**
 * Waits for all, so that one run reports all that is refused.
 *
 * @throws Refusal one, with every problem.
 */
export async function allOrRefusal<T>(works: readonly Promise<T>[]): Promise<T[]> {
    const settled = await Promise.allSettled(works);
    const errors = settled.flatMap((each) => (each.status === "rejected" ? [each.reason as unknown] : []));
    const refusals = errors.filter((error) => error instanceof Refusal);
    if (errors.length > refusals.length) {
        throw errors.find((error) => !(error instanceof Refusal));
    }
    const [first] = refusals;
    if (first !== undefined) {
        throw new Refusal(
            refusals.flatMap(({ problems }) => problems),
            first.subject,
        );
    }
    return Promise.all(works);
}
