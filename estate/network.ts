/** From the part `network` of a spec to the model, and who trusts what by it. Pure. */
import type { CertificateAuthority, Estate, Network, Proxy } from "./model";
import { given, sortedSet } from "./plain";
import { compare } from "./problem";
import type { Spec } from "./schema";

/** Name of the authority of `gitlab.caFile`; no name that people choose has a dot. */
export const gitlabFileAuthority = "gitlab.caFile";

/**
 * The authorities of an estate, `gitlab.caFile` among them.
 *
 * @param further URLs of servers that engines ask beside these.
 * @param files contents of the files that the spec names, by path; an authority whose file is not there has no PEM.
 */
export function resolveNetwork(
    spec: Spec,
    further: readonly string[] = [],
    files: Readonly<Record<string, string>> = {},
): Network {
    const gitlab = [spec.gitlab.url, spec.gitlab.clusterUrl];
    const registries = Object.values(spec.registries).map(({ url }) => url);
    const everything = httpsHosts([...gitlab, ...registries, ...further]);
    const named = Object.entries(spec.network.certificateAuthorities).map(
        ([name, { file, pem, hosts }]): CertificateAuthority => ({
            name,
            pem: pem ?? files[file ?? ""] ?? "",
            ...given("file", file),
            hosts: hosts === undefined ? everything : sortedSet(hosts.map((host) => host.toLowerCase())),
        }),
    );
    const { caFile } = spec.gitlab;
    const ofGitLab =
        caFile === undefined
            ? []
            : [
                  {
                      name: gitlabFileAuthority,
                      pem: files[caFile] ?? "",
                      file: caFile,
                      hosts: httpsHosts(gitlab),
                  },
              ];
    return {
        authorities: [...named, ...ofGitLab].sort((a, b) => compare(a.name, b.name)),
        ...given("proxy", resolveProxy(spec)),
    };
}

function resolveProxy({ network: { proxy } }: Spec): Proxy | undefined {
    return (
        proxy && {
            url: proxy.url.replace(/\/$/, ""),
            direct: sortedSet([...alwaysDirect, ...proxy.noProxy]),
            pipelines: proxy.pipelines,
        }
    );
}

/** This machine, and a cluster's own services by their longer names. */
const alwaysDirect = ["localhost", "127.0.0.1", "::1", ".svc", ".cluster.local"];

/**
 * The variables by which programs take a proxy, in both spellings: curl and git read the first of `http_proxy` alone, others
 * prefer the second. Empty where there is none.
 *
 * @param direct what is reached directly beside what the spec says.
 */
export function proxyVariables({ proxy }: Network, direct: readonly string[] = []): Record<string, string> {
    if (proxy === undefined) {
        return {};
    }
    const values = {
        http_proxy: proxy.url,
        https_proxy: proxy.url,
        no_proxy: sortedSet([...proxy.direct, ...direct]).join(","),
    };
    return {
        ...values,
        ...Object.fromEntries(Object.entries(values).map(([key, value]) => [key.toUpperCase(), value])),
    };
}

/**
 * Hosts that an engine on the host cluster reaches past the proxy: API servers, each of which has a proxy of its own or none,
 * and the relay.
 */
export function directHosts({ clusters, relay }: Pick<Estate, "clusters" | "relay">): string[] {
    const servers = Object.values(clusters)
        .filter(({ proxyUrl }) => proxyUrl === undefined)
        .map(({ server }) => server);
    return sortedSet([...servers, ...(relay === undefined ? [] : [relay.url])].map(hostOf));
}

/** Files that a spec names certificates in; works on a spec that is not checked yet. */
export function certificateFiles(raw: unknown): string[] {
    const tree = raw as {
        gitlab?: { caFile?: unknown } | null;
        network?: { certificateAuthorities?: Record<string, { file?: unknown } | null> | null } | null;
    } | null;
    const authorities = tree?.network?.certificateAuthorities;
    const listed = typeof authorities === "object" && authorities !== null ? Object.values(authorities) : [];
    return [tree?.gitlab?.caFile, ...listed.map((each) => each?.file)].filter(
        (file): file is string => typeof file === "string" && file !== "",
    );
}

/** PEM of all authorities; undefined where there is none. */
export function allAuthorities({ authorities }: Network): string | undefined {
    return joined(authorities.map(({ pem }) => pem));
}

/** PEM of the authorities that sign for a host; undefined where only public ones do. */
export function authoritiesOf({ authorities }: Network, host: string): string | undefined {
    return joined(authorities.filter(({ hosts }) => hosts.includes(host)).map(({ pem }) => pem));
}

/** PEM of the authorities by each host that one of them signs for, sorted. */
export function authoritiesByHost(network: Network): Record<string, string> {
    const hosts = sortedSet(network.authorities.flatMap((each) => each.hosts));
    return Object.fromEntries(
        hosts.flatMap((host) => {
            const pem = authoritiesOf(network, host);
            return pem === undefined ? [] : [[host, pem]];
        }),
    );
}

/** The host of a URL without its port, in lower case. */
export function hostOf(url: string): string {
    return new URL(url).hostname.replace(/^\[|\]$/g, "");
}

function httpsHosts(urls: readonly (string | undefined)[]): string[] {
    return sortedSet(
        urls.flatMap((url) =>
            url?.startsWith("https://") === true && URL.canParse(url) ? [hostOf(url)] : [],
        ),
    );
}

/** One certificate after the other, each once. */
function joined(pems: readonly string[]): string | undefined {
    const texts = [...new Set(pems.map((pem) => pem.trim()).filter((pem) => pem !== ""))];
    return texts.length === 0 ? undefined : `${texts.join("\n")}\n`;
}
