/** Servers that a change looks for in another place. Pure. */
import { withoutApi } from "../../estate/plain";
import { textOf, type Change } from "./change";
import { code } from "./nouns";

/** A server that has another address from then on. */
export interface MovedServer {
    /** `GitLab`, or what it is and which: text with code in it. */
    readonly server: { readonly en: string; readonly zh: string };
    readonly was: string;
    readonly is: string;
}

/** The property that says where a server is, by the type of its provider. The engine has none of a cluster, an inventory has. */
export const addressKeys: Readonly<Record<string, string>> = {
    "pulumi:providers:gitlab": "baseUrl",
    "pulumi:providers:harbor": "url",
    "pulumi:providers:kubernetes": "server",
};

/** The server of a provider, where it has another address. */
export function movedServer({ type, name, before, after }: Change): MovedServer[] {
    const key = addressKeys[type];
    const [was, is] = [before, after].map((side) => (key === undefined ? undefined : textOf(side?.[key])));
    const host = (url: string): string => withoutApi(url).replace(/\/+$/, "");
    return was === undefined || is === undefined || host(was) === host(is)
        ? []
        : [{ server: serverOf(type, name), was: host(was), is: host(is) }];
}

function serverOf(type: string, name: string): MovedServer["server"] {
    if (type === "pulumi:providers:gitlab") {
        return { en: "GitLab", zh: "GitLab" };
    }
    if (type === "pulumi:providers:harbor") {
        const harbor = `Harbor ${code(name.replace(/^harbor-/, ""))}`;
        return { en: harbor, zh: harbor };
    }
    const cluster = code(name.replace(/^cluster-/, ""));
    return { en: `cluster ${cluster}`, zh: `集群 ${cluster}` };
}
