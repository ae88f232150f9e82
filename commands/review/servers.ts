/** Servers that a change looks for in another place. Pure. */
import { withoutApi } from "../../estate/plain";
import { compare } from "../../estate/problem";
import type { Language } from "../../estate/model";
import type { Step } from "../support/runReport";
import { isStack } from "../support/urn";
import { mapOf, textOf, type Change } from "./change";
import type { Item } from "./item";
import { code } from "./noun";

/** A server that has another address from then on. */
export interface MovedServer {
    /** `GitLab`, or what it is and which: text with code in it. */
    readonly server: { readonly en: string; readonly zh: string };
    /** What is there, and is not brought along. */
    readonly kind: "images" | "repositories" | "cluster";
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
        .flatMap((name) => moved("pulumi:providers:kubernetes", name, before?.[name], after?.[name]));
}

/** The server of a provider, where it has another address. */
export function movedServer({ type, name, before, after }: Change): MovedServer[] {
    const key = addressKeys[type];
    return key === undefined ? [] : moved(type, name, before?.[key], after?.[key]);
}

const kinds: Readonly<Record<string, MovedServer["kind"]>> = {
    "pulumi:providers:gitlab": "repositories",
    "pulumi:providers:harbor": "images",
};

function moved(type: string, name: string, ...sides: readonly [unknown, unknown]): MovedServer[] {
    const [was, is] = sides.map(textOf);
    const host = (url: string): string => withoutApi(url).replace(/\/+$/, "");
    return was === undefined || is === undefined || host(was) === host(is)
        ? []
        : [{ server: serverOf(type, name), kind: kinds[type] ?? "cluster", was: host(was), is: host(is) }];
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

/** What another address means to what runs. Of clusters the refusal says it. */
export function addressItems(addresses: readonly MovedServer[], language: Language): Item[] {
    const zh = language === "zh";
    return addresses.flatMap(({ server, kind, is }): Item[] => {
        const host = code(is.replace(/^https?:\/\//, ""));
        const text = {
            images: zh
                ? `${server.zh}：更新之后启动的 Pod 和流水线都到 ${host} 查找镜像。镜像名称中含有该地址，因此自动同步的应用会立即重启 Pod；那里没有的镜像无法拉取。`
                : `${server.en}: pods and pipelines that start after the update look for images at ${host}. The address is part of each image's name, so apps that are synced by themselves start their pods anew at once; an image that is not there cannot be pulled.`,
            repositories: zh
                ? `${server.zh}：更新之后，引擎和流水线都到 ${host} 查找代码仓库；那里没有的不会再交付。`
                : `${server.en}: engines and pipelines look for repositories at ${host} after the update; what is not there is delivered no more.`,
            cluster: undefined,
        }[kind];
        return text === undefined ? [] : [{ tone: "bad", text }];
    });
}
