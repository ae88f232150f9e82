/** What delivery may do on a member, as data. Pure: policies read the same answers. */
import { surroundingKinds, usualKinds, type NamespacedKind } from "../../estate/kinds";

/** A rule of a Kubernetes role. */
export interface RoleRule {
    readonly apiGroups: string[];
    readonly resources: string[];
    readonly verbs: string[];
}

const read = ["get", "list", "watch"];
const write = [...read, "create", "update", "patch", "delete"];

/**
 * The rights of an engine inside every app's namespace: it writes the kinds that a config repository may hold, and reads
 * what those kinds make, to know their health. Bound per namespace, never cluster-wide.
 *
 * @param further kinds that some app on the cluster has beside the usual ones. They are read in all app namespaces,
 * because engines watch a kind in all of them or not at all; {@link furtherRules} lets them be written where they belong.
 */
export function deliveryRules(further: readonly NamespacedKind[]): RoleRule[] {
    return [
        ...rules(
            usualKinds.filter((kind) => kind.written),
            write,
        ),
        ...rules([...usualKinds.filter((kind) => !kind.written), ...surroundingKinds], read),
        { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
        ...rules(further, read),
    ];
}

/** The right to write further kinds in one namespace. */
export function furtherRules(further: readonly NamespacedKind[]): RoleRule[] {
    return rules(
        further.filter((kind) => kind.written),
        write,
    );
}

/** One rule per API group, in the order of the kinds. */
function rules(kinds: readonly NamespacedKind[], verbs: readonly string[]): RoleRule[] {
    const groups = [...new Set(kinds.map(({ group }) => group))];
    return groups.map((group) => ({
        apiGroups: [group],
        resources: kinds.filter((kind) => kind.group === group).map(({ resource }) => resource),
        verbs: [...verbs],
    }));
}
