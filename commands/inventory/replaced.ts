/** Which changes make an object anew, as far as that is known without its provider. */
import * as fs from "node:fs";
import * as path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parse } from "yaml";
import { checkoutDir } from "../../toolchain/checkout";
import { kindOf, mapOf, type Properties } from "../review/change";

/** What no API server changes in place, by kind; all of them keep their name and namespace. */
const kept: Readonly<Record<string, readonly string[]>> = {
    ClusterRoleBinding: ["roleRef"],
    CustomResourceDefinition: ["spec.group", "spec.scope", "spec.names.kind", "spec.names.plural"],
    DaemonSet: ["spec.selector"],
    Deployment: ["spec.selector"],
    Job: ["spec.completions", "spec.parallelism", "spec.selector", "spec.template"],
    PersistentVolumeClaim: ["spec"],
    ReplicaSet: ["spec.selector"],
    ResourceQuota: ["spec.scopes"],
    RoleBinding: ["roleRef"],
    Secret: ["type"],
    Service: ["spec.clusterIP"],
    StatefulSet: [
        "spec.podManagementPolicy",
        "spec.selector",
        "spec.serviceName",
        "spec.volumeClaimTemplates",
    ],
    StorageClass: ["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"],
};

interface Schema {
    readonly resources: Readonly<
        Record<
            string,
            {
                readonly token: string;
                readonly inputs: Readonly<Record<string, { replace?: boolean; replaceGiven?: boolean }>>;
            }
        >
    >;
}

/** Says whether a change makes an object anew. */
export type Replaces = (type: string, before: Properties, after: Properties) => boolean;

/** Reads what is known of the plugins (sdks/). */
export function replacements(): Replaces {
    const known = new Map<string, readonly (readonly [key: string, given: boolean])[]>();
    for (const name of ["gitlab", "harbor"]) {
        const file = path.join(checkoutDir(), "sdks", name, "schema.yaml");
        const { resources } = parse(fs.readFileSync(file, "utf8")) as Schema;
        for (const { token, inputs } of Object.values(resources)) {
            known.set(
                token,
                Object.entries(inputs).flatMap(([key, { replace, replaceGiven }]) =>
                    replace === true || replaceGiven === true ? [[key, replaceGiven === true]] : [],
                ),
            );
        }
    }
    return (type, before, after) => {
        if (!type.startsWith("kubernetes:")) {
            return (known.get(type) ?? []).some(
                ([key, given]) =>
                    !isDeepStrictEqual(before[key], after[key]) && !(given && after[key] === undefined),
            );
        }
        const paths = ["metadata.name", "metadata.namespace", ...(kept[kindOf(type)] ?? [])];
        return paths.some((each) => !isDeepStrictEqual(at(before, each), at(after, each)));
    };
}

function at(value: Properties, dotted: string): unknown {
    return dotted.split(".").reduce<unknown>((found, key) => mapOf(found)[key], value);
}
