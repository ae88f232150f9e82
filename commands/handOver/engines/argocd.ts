/** Argo CD, in hand-overs. */
import { posix } from "node:path";
import { versionFile, versionOf } from "../../../estate/flows/plan";
import { holdAnnotation } from "../../../estate/labels";
import { record, text } from "../../doctor/json";
import type { EngineInHandOver } from "../engine";

/** Annotations by which others act on an Application: its notifications and the image updater. */
const acting = /^(notifications\.argoproj\.io|argocd-image-updater\.argoproj\.io)\//;

export const argocd: EngineInHandOver = {
    delivers: /^argoproj\.io\/[^/:]+:Application$/,
    target: ({ spec }) => record(record(spec)["destination"])["namespace"],
    deliveryOf: ({ spec }) => {
        const source = record(record(spec)["source"]);
        const directory = record(source["directory"]);
        return "helm" in source
            ? "helm"
            : "kustomize" in source
              ? "kustomize"
              : "jsonnet" in directory
                ? "jsonnet"
                : "directory" in source
                  ? "plain"
                  : undefined;
    },
    paused: (object, reason) => {
        const { automated, ...syncPolicy } = record(record(object["spec"])["syncPolicy"]);
        const metadata = record(object["metadata"]);
        const annotations = Object.entries(record(metadata["annotations"])).filter(
            ([key]) => !acting.test(key),
        );
        void automated;
        return {
            ...object,
            metadata: {
                ...metadata,
                annotations: { ...Object.fromEntries(annotations), [holdAnnotation]: reason },
            },
            spec: { ...record(object["spec"]), syncPolicy },
        };
    },
    isBusy: (live) =>
        live["operation"] !== undefined ||
        text(record(record(live["status"])["operationState"])["phase"]) === "Running",
    cascades: (finalizer) => finalizer.startsWith("resources-finalizer.argocd.argoproj.io"),
    leftovers: () => ({ host: [], cluster: [] }),
    managers: ["argocd-controller"],
    owner: () => ({ manager: "argocd-controller", operation: "Apply" }),
    misreads: ({ app, environment, cluster }, { files, version }) => {
        const place = versionOf(app, environment);
        const file = versionFile(place);
        const own = posix.join(posix.dirname(file), `${cluster}-values.yaml`);
        if (app.delivery === "helm" && files.has(own)) {
            return [
                {
                    id: "engine-cluster-values",
                    value: own,
                    rule: `has values of cluster ${cluster} alone: Argo CD reads one file for all clusters of an environment, so ${app.name} would change there`,
                    fix: `on branch ${place.revision}, move what has to stay into ${file}, or into values of apps.${app.name} in the spec, and delete ${own}`,
                    zh: {
                        rule: `只含集群 ${cluster} 的值：Argo CD 对一个环境的所有集群读取同一个文件，因此 ${app.name} 在那里会改变`,
                        fix: `在分支 ${place.revision} 上，把要保留的内容移到 ${file}，或移到描述中 apps.${app.name} 的 values，再删除 ${own}`,
                    },
                },
            ];
        }
        // The environment's image is put in the place of this name.
        return app.delivery === "kustomize" && !/^\s*-?\s*name:\s*["']?app["']?\s*(#.*)?$/m.test(version)
            ? [
                  {
                      id: "engine-image-name",
                      value: file,
                      rule: "must have an entry of images whose name is app: Argo CD puts the environment's image in its place, and would leave another as it is",
                      fix: `on branch ${place.revision}, call the image app in the manifests, and have an entry for it in ${file}`,
                      zh: {
                          rule: "的 images 中必须有一项名为 app：Argo CD 用环境的镜像替换它，其他名称保持不变",
                          fix: `在分支 ${place.revision} 上，把清单中的镜像命名为 app，并在 ${file} 中为它写一项`,
                      },
                  },
              ]
            : [];
    },
};

/** Files of Argo CD by which an Application, or all in a folder, have parameters of their own; its image updater writes them. */
export function ownParameters(folder: string, application: string): string[] {
    return [".argocd-source.yaml", `.argocd-source-${application}.yaml`].map((name) =>
        posix.join(folder, name),
    );
}
