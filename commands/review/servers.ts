/** Servers that a change looks for in another place. Pure. */
import { withoutApi } from "../../estate/plain";
import { compare } from "../../estate/problem";
import type { Step } from "../support/runReport";
import { isStack } from "../support/urn";
import { mapOf, textOf, type Change } from "./change";
import { code } from "./noun";

/** A server that has another address from then on. */
export interface MovedServer {
    /** `GitLab`, or what it is and which: text with code in it. */
    readonly server: { readonly en: string; readonly zh: string };
    readonly was: string;
    readonly is: string;
}

/** The property that says where a server is, by the type of its provider. Of a cluster an inventory has it, and the engine has not. */
export const addressKeys: Readonly<Record<string, string>> = {
    "pulumi:providers:gitlab": "baseUrl",
    "pulumi:providers:harbor": "url",
    "pulumi:providers:kubernetes": "server",
};

/**
 * The clusters that have another address by the outputs of the stack: of their providers the engine says only that a secret is
 * another one.
 */
export function movedClusters(steps: readonly Step[]): MovedServer[] {
    const outputs = steps.find(({ type, op }) => isStack(type) && (op === "same" || op === "update"));
    const [before, after] = [outputs?.old, outputs?.new].map((side) => mapOf(side?.outputs?.["clusters"]));
    return Object.keys(after ?? {})
        .sort(compare)
        .flatMap((name) =>
            moved(serverOf("pulumi:providers:kubernetes", name), before?.[name], after?.[name]),
        );
}

/** The server of a provider, where it has another address. */
export function movedServer({ type, name, before, after }: Change): MovedServer[] {
    const key = addressKeys[type];
    return key === undefined ? [] : moved(serverOf(type, name), before?.[key], after?.[key]);
}

function moved(server: MovedServer["server"], ...sides: readonly [unknown, unknown]): MovedServer[] {
    const [was, is] = sides.map(textOf);
    const host = (url: string): string => withoutApi(url).replace(/\/+$/, "");
    return was === undefined || is === undefined || host(was) === host(is)
        ? []
        : [{ server, was: host(was), is: host(is) }];
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
