/**
 * Where the servers of a stack are, and which of them the next update looks for in another place than the last. The engine's own
 * report does not say it of clusters: their kubeconfigs are secret as a whole.
 */
import { readConnections } from "../../estate/connections";
import type { KubeconfigConnection } from "../../estate/kubeconfig";
import type { Estate } from "../../estate/model";
import type { Refusal } from "../doctor/finding";
import { liveResources, type ExportedStack } from "./exported";
import { finding } from "./disruptive/refusal";
import { specOf } from "./stack";
import { isStack, nameOf } from "./urn";

/** How the clusters are reached that the spec names no server of, by cluster; nothing in it lets anybody in. */
export type Servers = Readonly<
    Record<string, Pick<KubeconfigConnection, "server" | "serverName" | "trust"> | undefined>
>;

/** Addresses of clusters, by name; of some nobody knows one. */
export type Addresses = Readonly<Record<string, string | undefined>>;

/** A stack as its file describes it. */
export interface Described {
    readonly stack: string;
    /** Text of the stack file. */
    readonly text: string;
}

/** How the clusters of a stack are reached. @param secrets its credentials in the open; they may hold kubeconfigs. */
export async function serversOf({ stack, text }: Described, secrets: unknown): Promise<Servers> {
    const connections = await readConnections(specOf(stack, text), secrets);
    return Object.fromEntries(
        Object.entries(connections).map(([name, { server, serverName, trust }]) => [
            name,
            {
                server: withoutLogin(server),
                ...(serverName === undefined ? {} : { serverName }),
                ...(trust === undefined ? {} : { trust }),
            },
        ]),
    );
}

/** Where the clusters of a stack are, as its spec says or else their kubeconfigs. */
export function addressesOf({ stack, text }: Described, servers: Servers): Addresses {
    const { clusters } = specOf(stack, text) as {
        readonly clusters: Readonly<Record<string, { readonly server?: unknown } | null>>;
    };
    return Object.fromEntries(
        Object.entries(clusters).map(([name, cluster]) => [
            name,
            typeof cluster?.server === "string" ? cluster.server : servers[name]?.server,
        ]),
    );
}

/** An address that says where a server is, and not whom one logs in as. */
export function withoutLogin(address: string): string {
    return address.replace(/^(https?:\/\/)[^/@]*@/, "$1");
}

/** Where the last update found the clusters, by the outputs of the stack, or by an inventory's providers. */
export function clustersBefore(exported: ExportedStack): Addresses {
    const live = liveResources(exported);
    const outputs = live.find(({ type }) => isStack(type))?.outputs?.["clusters"];
    return {
        ...(typeof outputs === "object" && outputs !== null ? (outputs as Addresses) : {}),
        ...Object.fromEntries(
            live
                .filter(({ type }) => type === "pulumi:providers:kubernetes")
                .flatMap(({ urn, inputs }) => {
                    const server = inputs?.["server"];
                    return typeof server === "string" ? [[nameOf(urn).replace(/^cluster-/, ""), server]] : [];
                }),
        ),
    };
}

/**
 * Servers that have another address than the stack was made at. An update finds nothing to do there: it believes that all it
 * knows by number is there, and what runs looks for images, repositories and logins where there may be none.
 *
 * @param clusters where the next update finds them, by name; of those that are not in it nothing is said.
 */
export function otherAddresses(
    { gitlab, registries }: Pick<Estate, "gitlab" | "registries">,
    exported: ExportedStack,
    clusters: Addresses = {},
): Refusal[] {
    const provider = (type: string, name: string): Readonly<Record<string, unknown>> | undefined =>
        liveResources(exported).find(
            (each) => each.type === `pulumi:providers:${type}` && nameOf(each.urn) === name,
        )?.inputs;
    const clustersAt = clustersBefore(exported);
    const before = (value: unknown): string | undefined =>
        typeof value === "string" && URL.canParse(value) ? normal(value) : undefined;
    const look = (
        path: string,
        now: string,
        was: string | undefined,
        [another, chinese]: readonly [string, string],
    ): Refusal[] =>
        was === undefined || was === normal(now)
            ? []
            : [
                  finding(
                      "server-moved",
                      path,
                      now,
                      {
                          rule: `is not the address that everything was made at, which is ${was}: an update would take for granted that all of it is there`,
                          fix: `${another}. If it is the same server under another address, with everything in it, go on with --accept-outage`,
                      },
                      {
                          rule: `不是创建一切时的地址 ${was}：更新会认为所有内容都在那里`,
                          fix: `${chinese}。如果只是同一台服务器换了地址，内容都在，用 --accept-outage 继续`,
                      },
                  ),
              ];
    return [
        ...look(
            "gitlab.url",
            gitlab.url,
            before(provider("gitlab", "gitlab")?.["baseUrl"])?.replace(/\/api\/v4$/, ""),
            ["keep the address; another GitLab is another stack", "保留原地址；另一个 GitLab 要用另一个栈"],
        ),
        ...Object.values(registries).flatMap(({ name, url }) =>
            look(`registries.${name}.url`, url, before(provider("harbor", `harbor-${name}`)?.["url"]), [
                "name another Harbor beside it, as a registry of its own, and move environments there by their registry",
                "把另一个 Harbor 作为单独的 registry 写在旁边，再通过环境的 registry 把环境移过去",
            ]),
        ),
        ...Object.entries(clusters).flatMap(([name, now]) =>
            now === undefined
                ? []
                : look(`clusters.${name}.server`, now, before(clustersAt[name]), [
                      "if it is another cluster, go on with --accept-outage, and then with npm run up -- --refresh, which makes there all that the estate has on it; what ran on the old one goes on there, and its volumes stay there",
                      "如果是另一个集群，先用 --accept-outage 继续，再执行 npm run up -- --refresh，在那里创建描述中该集群上的全部内容；旧集群上运行的内容继续运行，存储卷也留在那里",
                  ]),
        ),
    ];
}

/** As URLs are compared: hosts without case, no port that the scheme has anyway, no slash at the end. */
function normal(url: string): string {
    return new URL(url).toString().replace(/\/+$/, "");
}
