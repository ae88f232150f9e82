import { lt, major, minor } from "semver";

import { withoutApi } from "../../../plain";
import type { AppsRule, Checked, Finding } from "../../../rules/rule";
import { unknownWorkloads } from "../../../workloads";
import { argoCdReleases, argoCdSupport } from "../releases";

/** What Argo CD's manifests run, in the plain and in the highly available variant. */
const workloads = [
    ...["application-controller", "applicationset-controller", "dex-server", "notifications-controller"],
    ...["redis", "redis-ha-haproxy", "redis-ha-server", "repo-server", "server"],
].map((each) => `argocd-${each}`);

/** Where Argo CD comes from, and where people find it. */
export const argocdSettingRules: readonly AppsRule[] = [
    {
        id: "sso-url",
        rule: "is required with sign-on: GitLab sends people back there",
        severity: "error",
        check: ({ spec }) =>
            spec.argocd.sso === undefined || spec.argocd.url !== undefined
                ? []
                : [{ path: "argocd.url", value: undefined, fix: "write Argo CD's public URL" }],
    },
    {
        id: "tls-termination",
        rule: "must be proxy where argocd.url is http: nothing speaks TLS there",
        severity: "error",
        check: ({ spec, estate }) =>
            spec.argocd.tlsTermination === "server" && estate.argocd.url.startsWith("http://")
                ? [
                      {
                          path: "argocd.tlsTermination",
                          value: "server",
                          fix: "write an https URL in argocd.url, or remove this",
                      },
                  ]
                : [],
    },
    {
        id: "argocd-sign-in",
        rule: "leaves nobody who can sign in",
        severity: "warning",
        check: ({ spec: { argocd } }) =>
            argocd.adminEnabled ||
            argocd.sso !== undefined ||
            Object.values(argocd.accounts).some(({ capabilities }) => capabilities.includes("login"))
                ? []
                : [
                      {
                          path: "argocd.adminEnabled",
                          value: false,
                          fix: "set argocd.sso first, or an account with the capability login; or leave the administrator until then",
                      },
                  ],
    },
    {
        id: "argocd-workload",
        rule: "has no effect: Argo CD's manifests run nothing of this name",
        severity: "warning",
        check: ({ spec }) => unknownWorkloads("argocd.resources", spec.argocd.resources, workloads),
    },
    {
        id: "cluster-page-used",
        rule: "has no effect: it is a button on cards, and nobody is notified of an app that Argo CD delivers",
        severity: "warning",
        afterErrors: true,
        check: ({ spec: { argocd } }, apps) =>
            argocd.clusterPageUrl === undefined ||
            apps.some(({ environments }) => environments.some(({ channels }) => channels.length > 0))
                ? []
                : [
                      {
                          path: "argocd.clusterPageUrl",
                          value: argocd.clusterPageUrl,
                          fix: "notify somebody by channels, or remove this",
                      },
                  ],
    },
    {
        id: "image-mirror-login",
        rule: "needs the mirror that it is a login of",
        severity: "error",
        check: ({ spec }) =>
            spec.argocd.imageMirrorLogin && spec.argocd.imageMirror === undefined
                ? [
                      {
                          path: "argocd.imageMirrorLogin",
                          value: true,
                          fix: "name the mirror in argocd.imageMirror, or remove this",
                      },
                  ]
                : [],
    },
    {
        id: "cluster-url",
        rule: "should have the host and path that GitLab itself is known by: with another one nothing is refreshed by a push",
        severity: "warning",
        check: ({ estate: { gitlab, argocd } }) =>
            sameRepositories(gitlab.url, gitlab.clusterUrl) ||
            withoutApi(gitlab.clusterUrl) !== gitlab.clusterUrl
                ? []
                : [
                      {
                          path: "gitlab.clusterUrl",
                          value: gitlab.clusterUrl,
                          fix: `let clusters resolve ${new URL(gitlab.url).hostname} to GitLab and remove this; otherwise Argo CD sees a change up to ${argocd.reconciliationSeconds} s later, and a lower argocd.reconciliationSeconds is sooner`,
                      },
                  ],
    },
    { id: "manifests-source", rule: "must be verifiable", severity: "error", check: manifests },
    {
        id: "manifests-supported",
        rule: "should be a version that still gets security fixes",
        severity: "warning",
        check: unsupported,
    },
];

/** Whoever stays on an older version by choice sees the warning in each run: there is no other place that says it. */
function unsupported({ estate, context: { today } }: Checked): Finding[] {
    const { version } = estate.argocd.manifests;
    const line = lineOf(version);
    const [oldest = line] = Object.keys(argoCdSupport);
    const last = argoCdSupport[line];
    if (today === undefined || (last === undefined ? !lt(version, `${oldest}.0`) : today <= last)) {
        return [];
    }
    const newest = new Map(Object.keys(argoCdReleases).map((release) => [lineOf(release), release]));
    const supported = [...newest].filter(([each]) => (argoCdSupport[each] ?? today) >= today);
    const ended = last === undefined ? "gets no more fixes" : `has had no fixes since ${last}`;
    const known = supported.map(([, release]) => release).join(" and ");
    return [
        {
            path: "argocd.manifests.version",
            value: version,
            fix: `upgrade: Argo CD ${line} ${ended}; ${known === "" ? "take one of today's releases" : `${known} are known here`}`,
        },
    ];
}

/** The minor version, e.g. `3.5`. */
function lineOf(version: string): string {
    return `${major(version)}.${minor(version)}`;
}

function manifests({ spec, estate }: Checked): Finding[] {
    const written = spec.argocd.manifests;
    const { path, sha256, version } = estate.argocd.manifests;
    if (written.path !== undefined && written.url !== undefined) {
        return [
            {
                path: "argocd.manifests",
                value: { path: written.path, url: written.url },
                rule: "must have a path or a url, not both",
                fix: "remove one of them",
            },
        ];
    }
    return path !== undefined || sha256 !== undefined
        ? []
        : [
              {
                  path: "argocd.manifests.sha256",
                  value: undefined,
                  rule: `is required: no checksum is known for ${written.url === undefined ? `version ${version}` : "this file"}`,
                  fix: "write the SHA-256 of the file you reviewed",
              },
          ];
}

/** Argo CD compares host and path of a push with those of an Application, letter case and port aside. */
function sameRepositories(one: string, other: string): boolean {
    const [a, b] = [one, other].map((url) => {
        const { hostname, pathname } = new URL(url);
        return `${hostname}${pathname.replace(/\/+$/, "")}`.toLowerCase();
    });
    return a === b;
}
