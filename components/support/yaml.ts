/** YAML inside of what Argo CD and its helpers read from ConfigMaps. */
import { dump } from "js-yaml";

/** A value as YAML: no long text is folded, and what occurs twice is written twice. */
export function yaml(value: unknown): string {
    return dump(value, { lineWidth: -1, noRefs: true });
}
