/** What the Secrets of an estate hold, as far as their names in the program say; what is in them never shows. Pure. */
import { clusterOfSecret } from "../../estate/engines";
import { relayTokens } from "../../estate/madeCredentials";
import type { Language } from "../../estate/model";
import { textOf, type Change } from "./change";
import { code } from "./noun";

/** Whether a Secret holds addresses and secrets of channels. */
export function isChannelSecret(name: string): boolean {
    return /(^|-)notifications-(addresses|relay-secret)$/.test(name);
}

/** Whether it is a token that the relay holds, beside the addresses and secrets of channels. */
export function isRelayToken({ type, before, after }: Pick<Change, "type" | "before" | "after">): boolean {
    const name = textOf((after ?? before)?.["name"])?.replace(/-g\d+$/, "") ?? "";
    return type === "gitlab:index/projectAccessToken:ProjectAccessToken" && relayTokens.has(name);
}

/** What a Secret is for, in words that continue "what it holds changes"; undefined: its name does not say. */
export function contentOf(name: string, language: Language): string | undefined {
    const zh = language === "zh";
    const cluster = clusterOfSecret(name);
    return cluster !== undefined
        ? zh
            ? `连接集群 ${code(cluster)} 的地址、凭据和命名空间`
            : `how cluster ${code(cluster)} is reached, and which namespaces it opens`
        : isChannelSecret(name)
          ? zh
              ? "通道的地址和密钥"
              : "addresses and secrets of channels"
          : /-pull$/.test(name)
            ? zh
                ? "拉取镜像的登录"
                : "the login that pulls images"
            : undefined;
}
