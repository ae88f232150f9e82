/** What must hold on a cluster before the estate is made there, and while it lives. Pure: one table. */
import semver from "semver";
import { appLabel, estateLabel } from "../../../estate/labels";
import type { Cluster } from "../../../estate/model";
import { daysUntil, type Look } from "../check";
import { checkTable, type Found } from "../finding";
import type { Made } from "../made";
import { engineNames, titleOf, type EngineOnHost } from "./engines";
import { namespacesOn, teamNamespacesOn, type ClusterFacts } from "./facts";

/** Which cluster is looked at. */
export interface ClusterLook extends Look {
    readonly cluster: Cluster;
}

/** First Kubernetes with pod security and everything else the estate writes. */
export const oldestKubernetes = "1.25.0";

/**
 * The last day with fixes of Kubernetes' minor versions, oldest first; earlier ones have none any more, later ones have no day
 * yet. Source: the release pages of kubernetes.io. Vendors may give longer.
 */
export const kubernetesSupport: Readonly<Record<string, string>> = {
    "1.33": "2026-06-28",
    "1.34": "2026-10-27",
    "1.35": "2027-02-28",
    "1.36": "2027-06-28",
};

/** Days before the last one with fixes in which it is mentioned. */
const supportNotice = 30;

/** Days before the end of a certificate in which it is warned of. */
const certificateWarning = 30;

/** Seconds between two clocks that tokens and certificates bear. */
const clockWarning = 60;
const clockError = 300;

const enforce = "pod-security.kubernetes.io/enforce";

/** Rights named in one finding. */
const shownRights = 6;

export const clusterChecks = checkTable<ClusterFacts, ClusterLook>(
    {
        id: "cluster-context",
        rule: "must be a context of its kubeconfig",
        fast: true,
        check: ({ noWay }, { cluster }) =>
            noWay === undefined
                ? []
                : [
                      {
                          path: `clusters.${cluster.name}.access`,
                          value: cluster.context,
                          rule: `must be a context that can be used: ${noWay.fault}`,
                          fix: noWay.fix,
                      },
                  ],
    },
    {
        id: "cluster-reachable",
        rule: "must answer from here",
        fast: true,
        check: ({ unreachable }, { cluster }) =>
            unreachable === undefined
                ? []
                : [
                      {
                          path: `clusters.${cluster.name}`,
                          value: cluster.context,
                          rule: `must answer from here: ${unreachable}`,
                          fix: unreachable.includes("certificate")
                              ? "correct certificate-authority-data or tls-server-name in the kubeconfig"
                              : "check the server's address in the kubeconfig, network and proxy; then run it again",
                      },
                  ],
    },
    {
        id: "cluster-login",
        rule: "must be accepted by the cluster: the account of the kubeconfig is refused",
        fast: true,
        check: ({ refused }, { cluster }) =>
            refused === undefined
                ? []
                : [
                      {
                          path: `clusters.${cluster.name}.access`,
                          value: cluster.context,
                          fix: "log in again, or write the kubeconfig anew",
                      },
                  ],
    },
    {
        id: "cluster-version",
        rule: `must run Kubernetes 1.${semver.minor(oldestKubernetes)} or newer`,
        fast: true,
        check: ({ version }, { cluster }) => {
            const found = semver.coerce(version);
            return found === null || semver.gte(found, oldestKubernetes)
                ? []
                : [{ path: `clusters.${cluster.name}`, value: version, fix: "upgrade the cluster" }];
        },
    },
    {
        id: "cluster-support",
        rule: "should be a Kubernetes that gets security fixes",
        fast: false,
        check: ({ version }, { cluster, now }) => {
            const found = semver.coerce(version);
            if (found === null || semver.lt(found, oldestKubernetes)) {
                return []; // Too old is said by its own check.
            }
            const line = `${found.major}.${found.minor}`;
            const [oldest = line] = Object.keys(kubernetesSupport);
            const last = kubernetesSupport[line];
            const before = semver.lt(found, `${oldest}.0`);
            if (
                last === undefined ? !before : daysUntil(new Date(`${last}T23:59:59Z`), now) >= supportNotice
            ) {
                return [];
            }
            const ended = last === undefined || now.toISOString().slice(0, 10) > last;
            return [
                {
                    path: `clusters.${cluster.name}`,
                    value: version,
                    severity: "warning",
                    rule: `should be a Kubernetes that gets security fixes: those of ${line} from the project ${last === undefined ? "have ended" : `${ended ? "ended" : "end"} on ${last}`}`,
                    fix: "upgrade it, one minor version after the other; or see how long your vendor has fixes for it",
                },
            ];
        },
    },
    {
        id: "cluster-rights",
        rule: "must be the account of who may make what the estate makes",
        fast: true,
        check: ({ denied }, { cluster }) => {
            if (denied.length === 0) {
                return [];
            }
            const words = denied.map(
                ({ verb, resource, group }) => `${verb} ${resource}${group === "" ? "" : `.${group}`}`,
            );
            const more = words.length - shownRights;
            return [
                {
                    path: `clusters.${cluster.name}.access`,
                    value: cluster.context,
                    rule: `must be the account of who may make what the estate makes; it may not ${words.slice(0, shownRights).join(", ")}${more > 0 ? ` and ${more} more` : ""}`,
                    fix: "grant the rights of docs/rights.md, or use another account",
                },
            ];
        },
    },
    {
        id: "cluster-clock",
        rule: "must have the right time",
        fast: false,
        check: ({ clockAhead }, { cluster }) =>
            Math.abs(clockAhead) < clockWarning
                ? []
                : [
                      {
                          path: `clusters.${cluster.name}`,
                          value: `${Math.abs(clockAhead)} s`,
                          severity: Math.abs(clockAhead) < clockError ? "warning" : "error",
                          rule: `is the time its clock is ${clockAhead > 0 ? "ahead of" : "behind"} this machine's: tokens and certificates count as ended, or as not begun`,
                          fix: "let both machines take their time from a time server (NTP)",
                      },
                  ],
    },
    {
        id: "cluster-certificate",
        rule: "must be good for some time",
        fast: false,
        check: ({ certificateEnds, loginEnds }, { cluster, now }) =>
            (
                [
                    ["the API server's certificate", certificateEnds, "renew it"],
                    ["the account's certificate", loginEnds, "write the kubeconfig anew"],
                ] as const
            ).flatMap(([what, ends, fix]) =>
                ends === undefined || daysUntil(ends, now) >= certificateWarning
                    ? []
                    : [
                          {
                              path: `clusters.${cluster.name}.access`,
                              value: ends.toISOString().slice(0, 10),
                              severity: "warning" as const,
                              rule: `is the end of ${what}`,
                              fix,
                          },
                      ],
            ),
    },
    {
        id: "cluster-namespace",
        rule: "must be free",
        fast: true,
        check: ({ namespaces }, { estate, cluster, made }) =>
            namespacesOn(estate, cluster).flatMap(({ path, namespace }) => {
                const found = namespaces.find(({ name }) => name === namespace);
                if (found === undefined || made.objects.has(`${cluster.name}/Namespace//${namespace}`)) {
                    return [];
                }
                const forgotten = found.labels[appLabel] !== undefined;
                return [
                    {
                        path,
                        value: namespace,
                        severity: forgotten ? ("warning" as const) : ("error" as const),
                        rule: forgotten
                            ? `is on cluster ${cluster.name} as this estate makes it, and the stack's state does not know it: a run was killed, or the state is another's`
                            : `must be free: cluster ${cluster.name} has a namespace of that name`,
                        fix: forgotten
                            ? "the next up takes it over; make sure that no other stack makes it"
                            : "choose another namespace, or delete that one",
                    },
                ];
            }),
    },
    {
        id: "cluster-team",
        rule: "must be free for the team",
        fast: true,
        check: ({ namespaces }, { estate, cluster, made }) =>
            teamNamespacesOn(estate, cluster).flatMap(({ path, namespace }) => {
                const found = namespaces.find(({ name }) => name === namespace);
                if (found === undefined || made.objects.has(`${cluster.name}/Namespace//${namespace}`)) {
                    return [];
                }
                const owner = found.labels[estateLabel];
                const forgotten = owner === estate.name;
                return [
                    {
                        path,
                        value: namespace,
                        severity: forgotten ? ("warning" as const) : ("error" as const),
                        rule: forgotten
                            ? `is on cluster ${cluster.name} as this estate makes it, and the stack's state does not know it: a run was killed, or the state is another's`
                            : `must be free for the team: on cluster ${cluster.name} that namespace is ${owner === undefined ? "somebody else's" : `estate ${owner}'s, which has a team of that name too`}`,
                        fix: forgotten
                            ? "the next up takes it over; make sure that no other stack makes it"
                            : "name the team otherwise in one of the estates: its accounts and Helm's records would be shared",
                    },
                ];
            }),
    },
    ...engineNames.map((engine) => ({
        id: `cluster-${engine}`,
        rule: `must have no other ${titleOf(engine)}`,
        fast: true,
        check: ({ engines }: ClusterFacts, { cluster, made }: ClusterLook) =>
            otherEngine(titleOf(engine), engines[engine], cluster, made),
    })),
    {
        id: "cluster-writers",
        rule: "must have one writer",
        fast: false,
        check: ({ engines }, { cluster }) =>
            Object.values(engines).flatMap(({ otherWriters }) =>
                otherWriters.map(({ object, manager }) => ({
                    path: `clusters.${cluster.name}`,
                    value: object,
                    severity: "warning" as const,
                    rule: `is written by ${manager} too: each undoes what the other writes`,
                    fix: `stop ${manager} from managing it`,
                })),
            ),
    },
    {
        id: "cluster-pod-security",
        rule: "must let the pods run",
        fast: true,
        check: ({ namespaces }, { estate, cluster, made }) => {
            const controllers = (cluster.role === "host" ? estate.engines : []).flatMap((engine) => {
                const { namespace, seccomp } = estate[engine];
                const labels = namespaces.find(({ name }) => name === namespace)?.labels ?? {};
                return seccomp === "remove" && labels[enforce] === "restricted"
                    ? [
                          {
                              path: `${engine}.seccomp`,
                              value: seccomp,
                              rule: `cannot run in namespace ${namespace}, where restricted pod security is enforced`,
                              fix: `leave ${engine}.seccomp out, or take the label ${enforce} from the namespace`,
                          },
                      ]
                    : [];
            });
            const apps = namespacesOn(estate, cluster).flatMap(({ path, namespace: name }) => {
                const found = namespaces.find((each) => each.name === name)?.labels[enforce];
                return found === undefined ||
                    found === "baseline" ||
                    !made.objects.has(`${cluster.name}/Namespace//${name}`)
                    ? []
                    : [
                          {
                              path,
                              value: name,
                              severity: "warning" as const,
                              rule: `enforces ${found} pod security on cluster ${cluster.name}, where the estate has baseline: the next up --refresh undoes it`,
                              fix: `make it baseline again, or find out who writes the label ${enforce}`,
                          },
                      ];
            });
            return [...controllers, ...apps];
        },
    },
);

/** An engine that is on the host already. */
function otherEngine(title: string, found: EngineOnHost | undefined, cluster: Cluster, made: Made): Found[] {
    const path = `clusters.${cluster.name}`;
    const others = (found?.namespaces ?? []).filter(
        (namespace) => !made.objects.has(`${cluster.name}/Namespace//${namespace}`),
    );
    if (others.length > 0) {
        const versions = (found?.versions ?? []).join(", ");
        return [
            {
                path,
                value: others.join(", "),
                rule: `is where ${title}${versions === "" ? "" : ` ${versions}`} runs that the estate did not make: both would use the same definitions, objects and cluster roles`,
                fix: "take that one away, or make another cluster the host",
            },
        ];
    }
    const foreign = (found?.definitions ?? []).filter(
        (each) => !made.objects.has(`${cluster.name}/CustomResourceDefinition//${each}`),
    );
    return foreign.length === 0 || [...made.objects].some((each) => each.startsWith(`${cluster.name}/`))
        ? []
        : [
              {
                  path,
                  value: foreign.join(", "),
                  severity: "warning",
                  rule: `is a definition that an earlier ${title} left: the estate takes it over, with what is left of its objects`,
                  fix: `delete it when nothing of that ${title} is needed any more`,
              },
          ];
}
