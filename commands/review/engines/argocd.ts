import { eventNames, triggerOf, type EventName } from "../../../estate/events";
import { kindOf, mapOf, textOf, type Properties } from "../change";
import { code, listed, noun, own } from "../noun";
import type { Receiver } from "../receivers";
import { setChanges, type RightChange, type RightContext } from "../rights/right";
import { argocdSettings } from "./argocdSettings";
import type { EngineInReview } from "./engine";

/** The trigger and the channel of an annotation of an Application that sends messages. */
function subscription(annotation: string): readonly [trigger: string, channel: string] | undefined {
    const [, trigger, channel] =
        /^notifications\.argoproj\.io\/subscribe\.([^.]+)\.(.+)$/.exec(annotation) ?? [];
    return trigger === undefined || channel === undefined ? undefined : [trigger, channel];
}

function subscribed(annotation: string): string | undefined {
    return subscription(annotation)?.[1];
}

export const argocd: EngineInReview = {
    nouns: {
        Application: noun("Argo CD Application", "Argo CD Application"),
        ApplicationSet: noun("Argo CD ApplicationSet", "Argo CD ApplicationSet"),
        AppProject: noun("Argo CD project", "Argo CD 项目"),
        ImageUpdater: own("ImageUpdater"),
    },
    shared: /^(argocd|updater|updates)/,
    target: (kind, properties) => {
        if (kind !== "Application") {
            return undefined;
        }
        const { name, server, namespace } = mapOf(mapOf(properties["spec"])["destination"]);
        return { cluster: String(name ?? server), namespace: String(namespace), takesAlong: false };
    },
    rights: (context) => [...projects(context), ...roles(context)],
    deliveryOf: (kind, properties) => {
        const { helm, kustomize, directory } = mapOf(mapOf(properties["spec"])["source"]);
        return kind !== "Application"
            ? undefined
            : helm !== undefined
              ? "helm"
              : kustomize !== undefined
                ? "kustomize"
                : mapOf(directory)["jsonnet"] !== undefined
                  ? "jsonnet"
                  : directory !== undefined
                    ? "plain"
                    : undefined;
    },
    receivers: (kind, properties) => {
        const metadata = mapOf(properties["metadata"]);
        if (kind === "ConfigMap" && metadata["name"] === "argocd-notifications-cm") {
            return Object.fromEntries(
                Object.keys(mapOf(properties["data"])).flatMap((key): [string, Receiver][] => {
                    const [, type, channel] = /^service\.(email|webhook)\.(.+)$/.exec(key) ?? [];
                    return channel === undefined
                        ? []
                        : [[channel, type === "email" ? { kind: "email" } : {}]];
                }),
            );
        }
        return kind !== "Application"
            ? {}
            : Object.fromEntries(
                  Object.entries(mapOf(metadata["annotations"])).flatMap(
                      ([key, value]): [string, Receiver][] => {
                          const channel = subscribed(key);
                          return channel === undefined || typeof value !== "string"
                              ? []
                              : [[channel, { recipient: value }]];
                      },
                  ),
              );
    },
    channelOf: subscribed,
    settings: argocdSettings,
    subscriptions: (kind, properties) => {
        const found: Record<string, EventName[]> = {};
        const annotations = mapOf(mapOf(properties["metadata"])["annotations"]);
        for (const key of kind === "Application" ? Object.keys(annotations).sort() : []) {
            const [trigger, channel = ""] = subscription(key) ?? [];
            const event = eventNames.find((name) => triggerOf(name) === trigger);
            if (event !== undefined) {
                (found[channel] ??= []).push(event);
            }
        }
        return found;
    },
};

/** Where projects may deploy to, and from which repositories. */
function projects({ changes, names, language }: RightContext): RightChange[] {
    const zh = language === "zh";
    const at = (place: string): string => (zh ? place.replace(/^(\S+) on (\S+)$/, "$2/$1") : place);
    return changes.flatMap((each): RightChange[] => {
        if (kindOf(each.type) !== "AppProject" || each.before === undefined || each.after === undefined) {
            return [];
        }
        return setChanges(reachOf(each.before), reachOf(each.after), (kind, places) => {
            const sorted = [...places].sort();
            const list = listed((zh ? sorted.map(at) : sorted).map(code), language);
            const english = kind === "gains" ? "may also use" : "may no longer use";
            const chinese = kind === "gains" ? "还可以使用" : "不再可以使用";
            return zh
                ? `${names.titled(each)} ${chinese}：${list}`
                : `${names.titled(each)} ${english} ${list}`;
        });
    });
}

function reachOf(properties: Properties): Set<string> {
    const spec = mapOf(properties["spec"]);
    const destinations = Array.isArray(spec["destinations"]) ? spec["destinations"].map(mapOf) : [];
    const kinds = ["clusterResourceWhitelist", "namespaceResourceWhitelist"].flatMap((list) =>
        (Array.isArray(spec[list]) ? spec[list] : [])
            .map(mapOf)
            .map(({ group, kind }) => `${String(kind)}${group === "" ? "" : `.${String(group)}`}`),
    );
    return new Set([
        ...(Array.isArray(spec["sourceRepos"]) ? spec["sourceRepos"].map(String) : []),
        ...destinations.map(
            ({ name, server, namespace }) =>
                `${textOf(namespace) ?? "*"} on ${textOf(name) ?? textOf(server) ?? "*"}`,
        ),
        ...kinds,
    ]);
}

/** Lines of the policy that come and go. */
function roles({ changes, language }: RightContext): RightChange[] {
    const zh = language === "zh";
    const lines = (properties: Properties | undefined): string[] =>
        (textOf(mapOf(properties?.["data"])["policy.csv"]) ?? "")
            .split("\n")
            .map((line) => line.trim())
            .filter((line) => line !== "");
    const map = changes.find(
        (each) =>
            kindOf(each.type) === "ConfigMap" &&
            mapOf((each.after ?? each.before ?? {})["metadata"])["name"] === "argocd-rbac-cm",
    );
    if (map?.before === undefined || map.after === undefined) {
        return [];
    }
    const [was, is] = [lines(map.before), lines(map.after)];
    const reported = (kind: "gains" | "loses", found: readonly string[]): RightChange[] => {
        const roles = found.filter((line) => line.startsWith("g,"));
        const rules = found.length - roles.length;
        const lines = roles.map((line): RightChange => {
            const [, who = "", role = ""] = line.split(",").map((part) => part.trim());
            const name = role.replace(/^role:/, "");
            return {
                kind,
                loosens: kind === "gains" && name === "admin",
                text: zh
                    ? `${code(who)} 在 Argo CD 中${kind === "gains" ? "获得" : "失去"}角色 ${code(name)}`
                    : `${code(who)} ${kind === "gains" ? "gets" : "loses"} the role ${code(name)} in Argo CD`,
            };
        });
        return rules === 0
            ? lines
            : [
                  ...lines,
                  {
                      kind,
                      loosens: false,
                      text: zh
                          ? `Argo CD 的角色权限${kind === "gains" ? "增加" : "减少"} ${rules} 条规则`
                          : `Argo CD's roles have ${rules} ${kind === "gains" ? "more" : "fewer"} rule${rules === 1 ? "" : "s"}`,
                  },
              ];
    };
    return [
        ...reported(
            "gains",
            is.filter((line) => !was.includes(line)),
        ),
        ...reported(
            "loses",
            was.filter((line) => !is.includes(line)),
        ),
    ];
}
