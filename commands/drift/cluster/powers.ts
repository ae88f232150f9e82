/**
 * What reaches every namespace of a cluster, though nothing of it lies in one of the stack's: accounts with rights over all of
 * it, programs that are asked before an object is stored, certificates. Pure.
 */
import { list as listIn, record, text } from "../../doctor/json";
import type { Raw } from "../reader";
import type { Remark } from "../words";

/**
 * Namespaces in which a cluster's own programs and the commonest operators run. Who may change something there reaches the
 * whole cluster anyway, so their rights and webhooks are not reported.
 */
const platform =
    /^(kube-|openshift-|gke-|gmp-|aks-|eks-|calico-|tigera-|cilium)|^(cert-manager|gatekeeper-system|ingress-nginx|istio-system|kyverno|linkerd|longhorn-system|metallb-system|rook-ceph|cattle-system)$/;

/** Groups and a user that everybody is in who reaches the API server, and the group of all nodes. */
const everybody =
    /^system:(authenticated|unauthenticated|anonymous|serviceaccounts|nodes)$|^system:serviceaccounts?:/;

/** The namespace of a service account, or of a group of accounts, however a binding writes it. */
export function namespaceOf({ kind, namespace, name }: Raw): string | undefined {
    return kind === "ServiceAccount"
        ? text(namespace)
        : /^system:serviceaccounts?:([^:]+)/.exec(text(name))?.[1];
}

/** Whether a subject of a binding is one that a cluster, or a common operator, comes with. */
export function isUsual(subject: Raw): boolean {
    const own = namespaceOf(subject);
    const name = text(subject["name"]);
    return own === undefined
        ? name === "kubeadm:cluster-admins" || (name.startsWith("system:") && !everybody.test(name))
        : platform.test(own);
}

const has = (rule: Raw, key: string, fits: (value: string) => boolean): boolean => {
    const values = rule[key];
    return Array.isArray(values) && values.some((value) => fits(text(value)));
};

/** Whether a rule has a verb on a resource of a group; `*` has all. */
function may(rule: Raw, verb: RegExp, group: string, resource: RegExp): boolean {
    return (
        has(rule, "verbs", (each) => each === "*" || verb.test(each)) &&
        has(rule, "apiGroups", (each) => each === "*" || each === group) &&
        has(rule, "resources", (each) => each === "*" || resource.test(each))
    );
}

const rbac = "rbac.authorization.k8s.io";

/** What rules let an account do that ends in having every right; the first that holds. */
export function powerOf(rules: readonly Raw[]): Remark | undefined {
    const some = (...args: [verb: RegExp, group: string, resource: RegExp]): boolean =>
        rules.some((rule) => may(rule, ...args));
    const all = rules.some((rule) =>
        ["verbs", "apiGroups", "resources"].every((key) => has(rule, key, (each) => each === "*")),
    );
    if (all) {
        return "everything";
    }
    if (
        some(/^impersonate/, "", /^(users|groups|serviceaccounts)$/) ||
        some(/^impersonate/, "authentication.k8s.io", /^(uids|userextras\/)/)
    ) {
        return "impersonates";
    }
    if (some(/^(escalate|bind)$/, rbac, /^(cluster)?roles$/)) {
        return "widens";
    }
    if (some(/^create$/, "", /^serviceaccounts\/token$/)) {
        return "makesTokens";
    }
    const approves =
        some(/^(update|patch)$/, "certificates.k8s.io", /^certificatesigningrequests\/approval$/) &&
        some(/^approve$/, "certificates.k8s.io", /^signers$/);
    return approves ? "approves" : undefined;
}

/** Whether a role adds its rules to those that every cluster has for people: `admin`, `edit`, `view`. */
export function isAggregated(role: Raw): boolean {
    const labels = record(record(role["metadata"])["labels"]);
    return (
        labels["kubernetes.io/bootstrapping"] === undefined &&
        ["admin", "edit", "view"].some((name) => labels[`${rbac}/aggregate-to-${name}`] === "true")
    );
}

/** Groups with objects of an estate, beside those of its engines. */
const estateGroups = ["*", "", "apps", "batch", "networking.k8s.io", "rbac.authorization.k8s.io"];

/** What an admission webhook, or a policy that changes objects, is asked about. */
export interface Admission {
    /** Where its program is; empty for a policy, which the API server runs itself. */
    readonly where: string;
    /** Kinds of objects, as rules have them. */
    readonly resources: readonly string[];
}

/**
 * Those parts of a webhook configuration or policy that see objects of some namespaces, without those whose program is the
 * platform's own.
 *
 * @param namespaces labels of each.
 * @param engineGroups API groups of the engines' own objects.
 */
export function admissions(
    object: Raw,
    namespaces: readonly Raw[],
    engineGroups: readonly string[],
): Admission[] {
    const groups = [...estateGroups, ...engineGroups];
    const spec = record(object["spec"]);
    const constraints = record(spec["matchConstraints"]);
    const parts = Array.isArray(object["webhooks"])
        ? listIn(object["webhooks"])
        : [{ rules: constraints["resourceRules"], namespaceSelector: constraints["namespaceSelector"] }];
    return parts.flatMap((part): Admission[] => {
        const rules = listIn(part["rules"]).filter((rule) =>
            has(rule, "apiGroups", (group) => groups.includes(group)),
        );
        const client = record(part["clientConfig"]);
        const service = record(client["service"]);
        const url = text(client["url"]);
        // What the control plane runs beside itself.
        const beside = /^https:\/\/(127\.|localhost[:/]|\[::1\])/.test(url);
        const selector = record(part["namespaceSelector"]);
        return rules.length === 0 ||
            beside ||
            platform.test(text(service["namespace"])) ||
            !namespaces.some((labels) => selects(selector, labels))
            ? []
            : [
                  {
                      where:
                          url ||
                          [text(service["namespace"]), text(service["name"])].filter(Boolean).join("/"),
                      resources: rules.flatMap((rule) =>
                          Array.isArray(rule["resources"]) ? rule["resources"].map(text) : [],
                      ),
                  },
              ];
    });
}

/** Whether a selector takes something with these labels; an empty one takes everything. */
export function selects(selector: Raw, labels: Raw): boolean {
    const equal = Object.entries(record(selector["matchLabels"])).every(
        ([key, value]) => labels[key] === value,
    );
    return (
        equal &&
        listIn(selector["matchExpressions"]).every(({ key, operator, values }) => {
            const value = labels[text(key)];
            const named = Array.isArray(values) && values.includes(value);
            switch (operator) {
                case "In":
                    return named;
                case "NotIn":
                    return !named;
                case "Exists":
                    return value !== undefined;
                case "DoesNotExist":
                    return value === undefined;
                default:
                    return true;
            }
        })
    );
}

/** User and groups that a certificate request asks for: the common name and the organisations of its subject. */
export function csrSubject(request: string): { readonly user: string; readonly groups: readonly string[] } {
    const pem = Buffer.from(request, "base64").toString("latin1");
    const der = Buffer.from(pem.replace(/-----[^-]*-----|\s/g, ""), "base64");
    // An attribute of a name: its id (2.5.4.3 or 2.5.4.10), then a text of fewer than 128 bytes.
    const found = (attribute: number): string[] => {
        const id = Buffer.from([0x06, 0x03, 0x55, 0x04, attribute]);
        const texts: string[] = [];
        for (let at = der.indexOf(id); at >= 0; at = der.indexOf(id, at + 1)) {
            const [start, length = 0] = [at + id.length + 2, der[at + id.length + 1]];
            if (length < 128) {
                texts.push(der.subarray(start, start + length).toString("utf8"));
            }
        }
        return texts;
    };
    return { user: found(3)[0] ?? "", groups: found(10) };
}
