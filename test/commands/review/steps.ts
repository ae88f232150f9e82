/** Steps of an engine, and what a note is made from, for tests of its words. */
import type { NoteSource } from "../../../commands/review/note";
import type { Step } from "../../../commands/support/runReport";
import { model } from "../../support/estate";

export const quiet = { began: true, refreshed: [], policies: [], errors: [] };

export function source(planned: readonly Step[], more: Partial<NoteSource> = {}): NoteSource {
    return {
        stack: "dev",
        estate: model(),
        language: "en",
        policy: false,
        report: { ...quiet, planned },
        ...more,
    };
}

export const urn = (type: string, name: string): string => `urn:pulumi:dev::gitops-estate::${type}::${name}`;
export const configMap = "kubernetes:core/v1:ConfigMap";

export function update(
    name: string,
    was: Record<string, unknown>,
    is: Record<string, unknown>,
    type = configMap,
): Step {
    return { op: "update", urn: urn(type, name), type, old: { inputs: was }, new: { inputs: is } };
}
