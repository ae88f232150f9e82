/** What a cluster has of the kinds that a stack declares there, and of those that give rights. Only reads. */
import { pluralOf } from "../../../estate/kinds";
import type { Declared } from "../declared";
import { property } from "../declared";
import { enginesInDrift, type DriftEngines } from "../engines";
import { open } from "../finding";
import { record, text } from "../../doctor/json";
import type { Raw, Reader } from "../reader";

/** An object of a cluster, with its kind. */
export interface Found {
    readonly kind: string;
    readonly apiVersion: string;
    readonly name: string;
    /** Empty outside namespaces. */
    readonly namespace: string;
    readonly object: Raw;
}

export interface ClusterInventory {
    readonly objects: readonly Found[];
    /** `apps/v1/Deployment argocd`: what could not be read; nothing is missing there, and nothing undeclared. */
    readonly unknown: ReadonlySet<string>;
}

/** Which object a resource of the state is. */
export interface Address {
    readonly apiVersion: string;
    readonly kind: string;
    readonly namespace: string;
    readonly name: string;
}

/** An object as others of the cluster name it. */
export type ObjectName = Pick<Address, "kind" | "namespace" | "name">;

export function addressOf(declared: Declared): Address {
    const metadata = record(open(property(declared, "metadata")));
    const token = declared.type.split(":");
    const version = (token[1] ?? "").replace(/^core\//, "");
    return {
        apiVersion: text(open(property(declared, "apiVersion"))) || version,
        kind: token[2] ?? "",
        namespace: text(metadata["namespace"]),
        name: text(metadata["name"]),
    };
}

/** Definitions of kinds are large, and give nobody a right. */
const ignored = new Set(["CustomResourceDefinition"]);

/** Kinds that give rights, hold logins, open the network or see every object: also looked at where the stack declares none. */
const always: readonly (readonly [apiVersion: string, kind: string])[] = [
    ["v1", "Namespace"],
    ["rbac.authorization.k8s.io/v1", "ClusterRole"],
    ["rbac.authorization.k8s.io/v1", "ClusterRoleBinding"],
    ["rbac.authorization.k8s.io/v1", "RoleBinding"],
    ["admissionregistration.k8s.io/v1", "MutatingAdmissionPolicy"],
    ["admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration"],
    ["admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"],
    ["certificates.k8s.io/v1", "CertificateSigningRequest"],
];

/** Of these a cluster has too many to read all: only those of the stack's namespaces. */
const perNamespace = new Set(["Secret", "ConfigMap"]);

/** Kinds that are looked at in each namespace of the stack, whether it declares one there or not. */
const inNamespaces: readonly (readonly [apiVersion: string, kind: string])[] = [["v1", "Secret"]];

interface Wanted {
    readonly apiVersion: string;
    readonly kind: string;
    /** Empty: of the whole cluster. */
    readonly namespace: string;
}

/** The lists to read, each once. Pure. */
export function listsFor(addresses: readonly Address[], engines: DriftEngines = enginesInDrift): Wanted[] {
    const namespaces = [
        ...new Set(addresses.filter(({ kind }) => kind === "Namespace").map(({ name }) => name)),
    ];
    const wanted: Wanted[] = [
        ...always.map(([apiVersion, kind]) => ({ apiVersion, kind, namespace: "" })),
        ...inNamespaces.flatMap(([apiVersion, kind]) =>
            namespaces.map((namespace) => ({ apiVersion, kind, namespace })),
        ),
        ...Object.values(engines).flatMap(({ kinds, obeysIn }) =>
            [...new Set(obeysIn(addresses))].flatMap((namespace) =>
                kinds.map(({ apiVersion, kind }) => ({ apiVersion, kind, namespace })),
            ),
        ),
    ];
    const kinds = new Map<string, Address[]>();
    for (const address of addresses.filter(({ kind }) => !ignored.has(kind))) {
        const key = `${address.apiVersion}/${address.kind}`;
        kinds.set(key, [...(kinds.get(key) ?? []), address]);
    }
    for (const own of kinds.values()) {
        const [{ apiVersion, kind } = { apiVersion: "", kind: "" }] = own;
        const places = [...new Set(own.map(({ namespace }) => namespace))];
        const apart = perNamespace.has(kind) || places.length === 1;
        wanted.push(...(apart ? places : [""]).map((namespace) => ({ apiVersion, kind, namespace })));
    }
    const whole = new Set(wanted.filter(({ namespace }) => namespace === "").map(keyOf));
    const seen = new Set<string>();
    return wanted.filter((each) => {
        const key = `${keyOf(each)} ${each.namespace}`;
        const covered = each.namespace !== "" && whole.has(keyOf(each));
        return !covered && !seen.has(key) && seen.add(key) !== undefined;
    });
}

function keyOf({ apiVersion, kind }: Pick<Wanted, "apiVersion" | "kind">): string {
    return `${apiVersion}/${kind}`;
}

/** Whether a kind could not be read in a namespace. */
export function isUnknown(
    { unknown }: ClusterInventory,
    apiVersion: string,
    kind: string,
    namespace: string,
): boolean {
    return unknown.has(`${apiVersion}/${kind} `) || unknown.has(`${apiVersion}/${kind} ${namespace}`);
}

export async function clusterInventory(
    reader: Reader,
    declared: readonly Declared[],
): Promise<ClusterInventory> {
    const unknown = new Set<string>();
    const found = await Promise.all(
        listsFor(declared.map(addressOf)).map(async ({ apiVersion, kind, namespace }): Promise<Found[]> => {
            const base = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
            const place = namespace === "" ? "" : `/namespaces/${namespace}`;
            // A kind whose definition is gone has no objects.
            const items = await reader.items(`${base}${place}/${pluralOf(kind)}`, true);
            if (items === undefined) {
                unknown.add(`${apiVersion}/${kind} ${namespace}`);
            }
            return (items ?? []).map((object) => {
                const metadata = record(object["metadata"]);
                return {
                    kind,
                    apiVersion,
                    name: text(metadata["name"]),
                    namespace: text(metadata["namespace"]),
                    object,
                };
            });
        }),
    );
    return { objects: found.flat(), unknown };
}
