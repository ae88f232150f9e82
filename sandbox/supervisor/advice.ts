/** How a part of the sandbox is reached, in words that can be pasted. */
import { engineIds, engines, isEngineId } from "../workloads/engines";
import { type SandboxInfo, type SandboxStatus } from "./sandbox";

export interface Advice {
    readonly text: string;
    /** Set for what a browser can show. */
    readonly url?: string;
}

/**
 * What to do to look at `name`: a cluster, "gitlab", "harbor-main" ... or any other part.
 *
 * @throws Error when the sandbox has no such part.
 */
export function adviseOn(name: string, info: SandboxInfo | undefined, status: SandboxStatus): Advice {
    if (info === undefined) {
        throw new Error("there is no sandbox yet; make one with: npm run sandbox -- up");
    }
    const cluster = info.clusters.find((each) => each.name === name || `${each.name}-apiserver` === name);
    if (cluster !== undefined) {
        return {
            text: [
                `# ${cluster.server}`,
                `export KUBECONFIG=${shellWord(info.kubeconfig)}`,
                `kubectl config use-context ${cluster.context}`,
            ].join("\n"),
        };
    }
    if (name === "gitlab") {
        const { url, tokenFile } = info.gitlab;
        return { url, text: `${url}\n# user root; its token: cat ${shellWord(tokenFile)}` };
    }
    const harbor = info.harbors.find((each) => `harbor-${each.name}` === name || each.name === name);
    if (harbor !== undefined) {
        return {
            url: harbor.url,
            text: `${harbor.url}\n# user admin; its password: cat ${shellWord(harbor.passwordFile)}`,
        };
    }
    if (isEngineId(name)) {
        const { title, page } = engines[name];
        if (page === undefined) {
            return { text: `${title} has no pages; what it is at: npm run sandbox -- ${name}` };
        }
        const url = status.parts.find((each) => each.name === page.workload)?.url;
        return url === undefined
            ? { text: `${title} does not run; see: npm run sandbox -- status` }
            : { url, text: `${url}\n# ${page.hint}` };
    }
    const part = status.parts.find((each) => each.name === name);
    if (part === undefined) {
        const names = [
            ...info.clusters.map((each) => each.name),
            "gitlab",
            ...info.harbors.map((each) => `harbor-${each.name}`),
            ...engineIds,
            "chat",
        ];
        throw new Error(`there is no "${name}" to open; choose from ${names.join(", ")}`);
    }
    return part.url === undefined
        ? { text: `${name} has no address of its own; see its log: npm run sandbox -- logs ${name}` }
        : { url: part.url, text: part.url };
}

/** A path as one word of a POSIX shell. */
export function shellWord(text: string): string {
    return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
