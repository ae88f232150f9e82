/** What on a cluster is not as a stack declares it. Pure. */
import { appLabel, environmentLabel, estateLabel, teamLabel } from "../../../estate/labels";
import { pluralOf } from "../../../estate/kinds";
import { list as listIn, record, text } from "../../doctor/json";
import type { Declared } from "../declared";
import { enginesInDrift, type DriftEngines } from "../engines";
import { ownKind, type EngineInDrift } from "../engines/engine";
import { facts, publicUrl, type Finding, type Risk } from "../finding";
import type { Raw } from "../reader";
import { word } from "../shell";
import { nouns, type Noun, type Remark } from "../words";
import { lastWriter, maker, objectDifference } from "./difference";
import { admissions, csrSubject, isAggregated, isUsual, namespaceOf, powerOf } from "./powers";
import {
    addressOf,
    isUnknown,
    type Address,
    type ClusterInventory,
    type Found,
    type ObjectName,
} from "./inventory";

/** What the comparison is made with. */
export interface ClusterContext {
    /** Of the spec. */
    readonly name: string;
    /** Of the kubeconfig. */
    readonly context: string;
    /** Command that makes declared things as they are declared. */
    readonly mend: string;
    /** Name of the estate, and names of its apps and environments: a namespace with their labels counts as one of them. */
    readonly estate: string;
    readonly apps: readonly string[];
    readonly environments: readonly string[];
    readonly now: Date;
}

/** Every difference, of everything the inventory knows. */
export function clusterDrift(
    declared: readonly Declared[],
    inventory: ClusterInventory,
    context: ClusterContext,
    engines: DriftEngines = enginesInDrift,
): Finding[] {
    return new ClusterLook(declared, inventory, context, engines).findings();
}

/** What a change of a kind can do; of engines' own kinds their engines say it. */
const riskOf: Readonly<Record<string, Risk>> = {
    ConfigMap: "access",
    Secret: "secret",
    Role: "access",
    ClusterRole: "access",
    RoleBinding: "access",
    ClusterRoleBinding: "access",
    ServiceAccount: "access",
    CertificateSigningRequest: "access",
    MutatingAdmissionPolicy: "access",
    MutatingWebhookConfiguration: "access",
    ValidatingWebhookConfiguration: "secret",
    Namespace: "access",
    NetworkPolicy: "access",
    ResourceQuota: "data",
    LimitRange: "data",
};

/** Groups that every account of a cluster is in, and roles that no such group should have. */
const everyAccount = new Set([
    "system:authenticated",
    "system:unauthenticated",
    "system:anonymous",
    "system:serviceaccounts",
]);
const strongRoles = new Set(["cluster-admin", "admin", "edit"]);

/** What such a role holds: rights over these, in these groups, or over what tells an engine what to do. */
const strongGroups = ["", "*", "apps", "batch", "rbac.authorization.k8s.io"];
const strongResources =
    /^(\*|secrets|configmaps|namespaces|pods(\/(exec|attach|ephemeralcontainers))?|deployments|daemonsets|statefulsets|jobs|cronjobs|(cluster)?role(binding)?s|serviceaccounts(\/token)?|users|groups)$/;
const writes = [
    "*",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
    "impersonate",
    "escalate",
    "bind",
];
const reads = ["get", "list", "watch"];

function isStrong(rule: Raw, engines: readonly EngineInDrift[]): boolean {
    const has = (key: string, fits: (value: string) => boolean): boolean => {
        const values = rule[key];
        return Array.isArray(values) && values.some((value) => fits(text(value)));
    };
    const changes = has("verbs", (verb) => writes.includes(verb));
    const isOver = (group: string, resource: string): boolean =>
        has("apiGroups", (each) => each === group || each === "*") &&
        has("resources", (each) => each === resource || each === "*");
    return (
        (changes &&
            engines.some(({ kinds }) => kinds.some((own) => isOver(groupOf(own), pluralOf(own.kind))))) ||
        (has("apiGroups", (group) => strongGroups.includes(group)) &&
            ((changes && has("resources", (each) => strongResources.test(each))) ||
                (has("verbs", (verb) => reads.includes(verb)) &&
                    has("apiGroups", (group) => group === "" || group === "*") &&
                    has("resources", (each) => each === "*" || each === "secrets"))))
    );
}

const serviceAccountToken = "kubernetes.io/service-account-token";

class ClusterLook {
    private readonly addresses: readonly (readonly [Declared, Address])[];
    private readonly known: ReadonlySet<string>;
    /** Declared namespaces. */
    private readonly namespaces: ReadonlySet<string>;
    private readonly engines: readonly EngineInDrift[];

    constructor(
        declared: readonly Declared[],
        private readonly inventory: ClusterInventory,
        private readonly context: ClusterContext,
        private readonly registry: DriftEngines,
    ) {
        this.engines = Object.values(registry);
        this.addresses = declared
            .map((each) => [each, addressOf(each)] as const)
            .filter(([, { kind }]) => kind !== "CustomResourceDefinition");
        this.known = new Set(this.addresses.map(([, address]) => keyOf(address)));
        this.namespaces = new Set(
            this.addresses.filter(([, { kind }]) => kind === "Namespace").map(([, { name }]) => name),
        );
    }

    findings(): Finding[] {
        return [
            ...this.declaredObjects(),
            ...this.foreign("Namespace").flatMap((each) => this.strangeNamespace(each)),
            ...this.foreign("ClusterRoleBinding").flatMap((each) => this.strangeBinding(each)),
            ...this.foreign("RoleBinding").flatMap((each) => this.strangeBinding(each)),
            ...this.foreign("ClusterRole").flatMap((each) => this.strangeRole(each)),
            ...(
                [
                    "MutatingAdmissionPolicy",
                    "MutatingWebhookConfiguration",
                    "ValidatingWebhookConfiguration",
                ] as const
            ).flatMap((kind) => this.foreign(kind).flatMap((each) => this.strangeAdmission(each))),
            ...this.foreign("CertificateSigningRequest").flatMap((each) => this.strangeCertificate(each)),
            ...this.foreign("NetworkPolicy").flatMap((each) => this.strangePolicy(each)),
            ...this.foreign("Secret").flatMap((each) => this.strangeSecret(each)),
            ...this.engines.flatMap((engine) => this.tokens(engine)),
            ...this.engines.flatMap((engine) =>
                engine.kinds.flatMap(({ kind }) =>
                    this.foreign(kind).flatMap((each) => this.strangeDelivery(each, engine)),
                ),
            ),
        ];
    }

    private declaredObjects(): Finding[] {
        const found = new Map(this.inventory.objects.map((each) => [keyOf(each), each.object]));
        const gone = new Set(
            [...this.namespaces].filter(
                (name) =>
                    !found.has(keyOf({ kind: "Namespace", namespace: "", name })) &&
                    !isUnknown(this.inventory, "v1", "Namespace", ""),
            ),
        );
        return this.addresses.flatMap(([declared, address]) => {
            const object = found.get(keyOf(address));
            if (object === undefined) {
                // With a namespace everything in it is gone: that is one thing.
                return gone.has(address.namespace) ||
                    isUnknown(this.inventory, address.apiVersion, address.kind, address.namespace)
                    ? []
                    : [this.finding("missing", address, {})];
            }
            const { differences, unseen, seen } = objectDifference(
                declared,
                address.kind,
                object,
                this.registry,
            );
            const stopped = unseen.some(({ path, op }) => op === "replace" && path === "/spec/replicas");
            return differences.length === 0
                ? []
                : [
                      this.finding("changed", address, {
                          differences,
                          ...lastWriter(object),
                          ...(unseen.length === 0
                              ? {}
                              : {
                                    mend: [
                                        this.patch(address, unseen),
                                        ...(seen ? [this.context.mend] : []),
                                    ].join(" && "),
                                    remark:
                                        stopped && record(object["spec"])["replicas"] === 0
                                            ? "stopped"
                                            : "unseen",
                                }),
                      }),
                  ];
        });
    }

    /** Objects of a kind that the stack does not declare, without those that are on their way out. */
    private foreign(kind: string): Found[] {
        return this.inventory.objects.filter(
            (each) =>
                each.kind === kind &&
                !this.known.has(keyOf(each)) &&
                !("deletionTimestamp" in record(each.object["metadata"])),
        );
    }

    private strangeNamespace(found: Found): Finding[] {
        const labels = record(record(found.object["metadata"])["labels"]);
        const ours =
            this.context.apps.includes(text(labels[appLabel])) ||
            this.context.environments.includes(text(labels[environmentLabel])) ||
            labels[estateLabel] === this.context.estate;
        return ours
            ? [
                  this.undeclared(found, "access", {
                      differences: facts(
                          Object.fromEntries(
                              [estateLabel, appLabel, teamLabel, environmentLabel].map((label) => [
                                  label,
                                  labels[label],
                              ]),
                          ),
                      ),
                  }),
              ]
            : [];
    }

    private strangeBinding(found: Found): Finding[] {
        const subjects = listIn(found.object["subjects"]);
        const role = record(found.object["roleRef"]);
        const strong = strongRoles.has(text(role["name"])) || this.grantsMuch(role);
        const inside = this.namespaces.has(found.namespace);
        const power = found.namespace === "" ? this.powerOfRole(role) : undefined;
        const ours = subjects.flatMap((subject, index) =>
            this.isOurs(subject) ||
            (strong && everyAccount.has(text(subject["name"]))) ||
            this.reachesIn(subject, { power, strong, namespace: found.namespace })
                ? [index]
                : [],
        );
        if (ours.length === 0 && !inside) {
            return [];
        }
        const all = role["kind"] === "ClusterRole" && role["name"] === "cluster-admin";
        return [
            this.undeclared(found, "access", {
                differences: facts({
                    role: `${text(role["kind"])} ${text(role["name"])}`,
                    subjects: subjects
                        .map(({ kind, namespace, name }) =>
                            [
                                text(kind),
                                [text(namespace), text(name)].filter((part) => part !== "").join("/"),
                            ].join(" "),
                        )
                        .join(", "),
                }),
                // One that a cluster comes with, or that others need too, only loses the subjects that are the estate's.
                ...(inside || ours.length === subjects.length
                    ? {}
                    : {
                          mend: this.patch(
                              found,
                              [...ours]
                                  .reverse()
                                  .map((index) => ({ op: "remove", path: `/subjects/${index}` })),
                          ),
                      }),
                ...(all
                    ? { remark: "everything" as const }
                    : subjects.some((subject) => this.isOurs(subject))
                      ? { remark: "account" as const }
                      : power !== undefined
                        ? { remark: power }
                        : ours.length > 0
                          ? { remark: "account" as const }
                          : {}),
            }),
        ];
    }

    /** What a role of the cluster is enough for, in the whole of it. */
    private powerOfRole(role: Raw): Remark | undefined {
        const rules = this.rulesOf(role);
        return rules === undefined && role["name"] === "cluster-admin" ? "everything" : powerOf(rules ?? []);
    }

    /**
     * Whether somebody whom neither the stack nor the platform brought gets at the stack's namespaces by a binding outside of
     * them. Of programs only what ends in every right is reported: operators read and write much.
     */
    private reachesIn(
        subject: Raw,
        {
            power,
            strong,
            namespace,
        }: { readonly power: Remark | undefined; readonly strong: boolean; readonly namespace: string },
    ): boolean {
        if (isUsual(subject)) {
            return false;
        }
        const person = subject["kind"] !== "ServiceAccount";
        return namespace === ""
            ? power !== undefined || (person && strong)
            : namespace === "kube-system" && strong && person;
    }

    /** A role that widens those which people of every namespace have. */
    private strangeRole(found: Found): Finding[] {
        const rules = listIn(found.object["rules"]);
        return isAggregated(found.object) &&
            (powerOf(rules) !== undefined || rules.some((rule) => isStrong(rule, this.engines)))
            ? [this.undeclared(found, "access", { remark: "aggregates" })]
            : [];
    }

    /** A program, or a policy, that changes or sees what is stored in the stack's namespaces. */
    private strangeAdmission(found: Found): Finding[] {
        const own = this.inventory.objects
            .filter(({ kind, name }) => kind === "Namespace" && this.namespaces.has(name))
            .map(({ name, object }) => ({
                "kubernetes.io/metadata.name": name,
                ...record(record(object["metadata"])["labels"]),
            }));
        const asked = admissions(
            found.object,
            own,
            this.engines.flatMap(({ kinds }) => kinds.map(groupOf)),
        );
        if (asked.length === 0) {
            return [];
        }
        const changes = found.kind !== "ValidatingWebhookConfiguration";
        const places = [
            ...new Set(asked.map(({ where }) => (where.includes("://") ? publicUrl(where) : where))),
        ];
        return [
            this.undeclared(found, changes ? "access" : "secret", {
                differences: facts({
                    program: places.join(", "),
                    asked: [...new Set(asked.flatMap(({ resources }) => resources))].join(", "),
                }),
                remark: changes ? "changesObjects" : "seesObjects",
            }),
        ];
    }

    /** A certificate for a client of the API server that was approved: it opens the cluster by itself. */
    private strangeCertificate(found: Found): Finding[] {
        const spec = record(found.object["spec"]);
        const conditions = listIn(record(found.object["status"])["conditions"]);
        const of = (type: string): Raw | undefined => conditions.find((each) => each["type"] === type);
        const approved = of("Approved");
        if (
            spec["signerName"] !== "kubernetes.io/kube-apiserver-client" ||
            approved === undefined ||
            of("Denied") !== undefined ||
            of("Failed") !== undefined
        ) {
            return [];
        }
        const { user, groups } = csrSubject(text(spec["request"]));
        const when = text(approved["lastUpdateTime"]);
        return [
            this.undeclared(found, "access", {
                differences: facts({
                    user,
                    groups: groups.join(", "),
                    seconds: spec["expirationSeconds"],
                }),
                remark: "certificate",
                ...(text(spec["username"]) === "" ? {} : { who: text(spec["username"]) }),
                ...(when === "" ? {} : { when }),
            }),
        ];
    }

    /** Whether a role of the cluster lets an account change what runs or who may what, or read secrets. */
    private grantsMuch(role: Raw): boolean {
        return this.rulesOf(role)?.some((rule) => isStrong(rule, this.engines)) === true;
    }

    private rulesOf({ kind, name }: Raw): readonly Raw[] | undefined {
        const found = this.inventory.objects.find(
            (each) => kind === "ClusterRole" && each.kind === kind && each.name === name,
        );
        return found === undefined ? undefined : listIn(found.object["rules"]);
    }

    /** An account in a namespace of the stack, or the group of all of them. */
    private isOurs(subject: Raw): boolean {
        return this.namespaces.has(namespaceOf(subject) ?? "");
    }

    /** Policies add up: a further one lets more in. Those of a config repository are the engine's. */
    private strangePolicy(found: Found): Finding[] {
        if (
            !this.namespaces.has(found.namespace) ||
            this.engines.some(({ delivered }) => delivered(found.object))
        ) {
            return [];
        }
        return [this.undeclared(found, "access", {})];
    }

    private strangeSecret(found: Found): Finding[] {
        const type = text(found.object["type"]);
        const metadata = record(found.object["metadata"]);
        const labels = record(metadata["labels"]);
        const uses = this.engines.map(({ secretLabel = "" }) => text(labels[secretLabel]));
        const use = uses.find((each) => each !== "") ?? "";
        if (type === serviceAccountToken) {
            const account = text(record(metadata["annotations"])["kubernetes.io/service-account.name"]);
            return [this.undeclared(found, "access", { differences: facts({ tokenOf: account }) })];
        }
        return use === "" ? [] : [this.undeclared(found, "access", { differences: this.useOf(found, use) })];
    }

    private useOf({ object }: Found, use: string): Finding["differences"] {
        const decoded = (key: string): string =>
            Buffer.from(text(record(object["data"])[key]), "base64").toString("utf8");
        const url = decoded("url") || decoded("server");
        return facts({ use, url: url === "" ? "" : publicUrl(url) });
    }

    /** An object that tells an engine what to do. */
    private strangeDelivery(found: Found, engine: EngineInDrift): Finding[] {
        const told = engine.told(found, (object) => this.known.has(keyOf(object)));
        return told === undefined ? [] : [this.undeclared(found, this.riskOf(found.kind), told)];
    }

    /** Tokens that declared objects of an engine let in: an undeclared object is reported with all it has. */
    private tokens({ tokensIn }: EngineInDrift): Finding[] {
        const { objects } = this.inventory;
        const own = tokensIn === undefined ? [] : objects.filter((each) => this.known.has(keyOf(each)));
        return own.flatMap((found) =>
            (tokensIn?.(found) ?? [])
                .filter(({ ends }) => ends === undefined || ends > this.context.now.getTime())
                .map(({ name, made, ends, removal }) => {
                    const {
                        who: _,
                        when: __,
                        ...plain
                    } = this.undeclared(found, "access", {
                        noun: "engineToken",
                        name,
                        differences: facts({
                            expires: ends === undefined ? "never" : new Date(ends).toISOString().slice(0, 10),
                        }),
                        mend: this.patch(found, removal),
                    });
                    return {
                        ...plain,
                        ...(made === undefined ? {} : { when: new Date(made).toISOString() }),
                    };
                }),
        );
    }

    private riskOf(kind: string): Risk {
        const own = ownKind(this.engines, kind);
        return own?.risk ?? riskOf[kind] ?? "delivery";
    }

    private patch(address: Address, operations: readonly unknown[]): string {
        return `${this.kubectl(address)} patch ${address.kind.toLowerCase()} ${word(address.name)} --type=json -p ${word(JSON.stringify(operations))}`;
    }

    private kubectl({ namespace }: Pick<Address, "namespace">): string {
        return `kubectl --context ${word(this.context.context)}${namespace === "" ? "" : ` -n ${word(namespace)}`}`;
    }

    private undeclared(found: Found, risk: Risk, rest: Partial<Finding>): Finding {
        return this.finding("undeclared", found, {
            risk,
            ...maker(found.object),
            mend: `${this.kubectl(found)} delete ${resourceOf(found)} ${word(found.name)}`,
            ...rest,
        });
    }

    private finding(
        list: Finding["list"],
        { kind, namespace, name }: ObjectName,
        rest: Partial<Finding>,
    ): Finding {
        const noun: Noun = kind in nouns ? (kind as Noun) : "object";
        return {
            list,
            risk: this.riskOf(kind),
            server: `cluster ${this.context.name}`,
            place: namespace,
            noun,
            name: noun === "object" ? `${kind} ${name}` : name,
            differences: [],
            mend: this.context.mend,
            ...rest,
        };
    }
}

function keyOf({ kind, namespace, name }: ObjectName): string {
    return `${kind} ${namespace}/${name}`;
}

/** Engines' kinds share names with others' (`applications.app.k8s.io`, `providers.pkg.crossplane.io`). */
function resourceOf({ kind, apiVersion }: Found): string {
    const group = groupOf({ apiVersion });
    return group.endsWith(".io") && !group.endsWith(".k8s.io")
        ? `${pluralOf(kind)}.${group}`
        : kind.toLowerCase();
}

/** Group of an API version; of the core group its version. */
function groupOf({ apiVersion }: Pick<Address, "apiVersion">): string {
    return apiVersion.split("/")[0] ?? "";
}
