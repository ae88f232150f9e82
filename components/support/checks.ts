/** How a component refuses arguments it cannot work with. */
import * as pulumi from "@pulumi/pulumi";

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
