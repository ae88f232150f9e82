/** Flux, in hand-overs. */
import { applications } from "../../../estate/engines/argocd/names";
import { engineOf } from "../../../estate/engines";
import { versionFile, versionOf } from "../../../estate/flows/plan";
import { recordsNamespace } from "../../../estate/engines/flux/names";
import { unnamedImage } from "../../../estate/images";
import { holdAnnotation } from "../../../estate/labels";
import { list, record, text } from "../../doctor/json";
import type { Content, EngineInHandOver, Misread, Place, Properties } from "../engine";
import { ownParameters } from "./argocd";

const isRelease = ({ kind }: Properties): boolean => kind === "HelmRelease";

export const flux: EngineInHandOver = {
    delivers:
        /^(helm\.toolkit\.fluxcd\.io\/[^/:]+:HelmRelease|kustomize\.toolkit\.fluxcd\.io\/[^/:]+:Kustomization)$/,
    target: ({ spec }) => record(spec)["targetNamespace"],
    deliveryOf: (object) => {
        if (isRelease(object)) {
            return "helm";
        }
        const names = list(record(object["spec"])["images"]).map(({ name }) => text(name));
        return names.some((name) => name.startsWith("registry.invalid/")) ? "kustomize" : "plain";
    },
    // Suspended, it is also deleted without being uninstalled.
    paused: (object, reason) => {
        const metadata = record(object["metadata"]);
        return {
            ...object,
            metadata: {
                ...metadata,
                annotations: { ...record(metadata["annotations"]), [holdAnnotation]: reason },
            },
            spec: { ...record(object["spec"]), suspend: true },
        };
    },
    isBusy: (live) => isTrue(live, "Reconciling"),
    cascades: () => false,
    // A suspended release leaves its chart. Records of a release that others deliver meanwhile would be a lie by the time it
    // comes back: what they name and git no longer has would be deleted then.
    leftovers: ({ app, environment }, object) => {
        const { name, namespace } = record(object["metadata"]);
        return isRelease(object)
            ? {
                  host: [
                      `/apis/source.toolkit.fluxcd.io/v1/namespaces/${text(namespace)}/helmcharts/${text(namespace)}-${text(name)}`,
                  ],
                  cluster: [
                      `/api/v1/namespaces/${recordsNamespace(app.team, environment.environment)}/secrets?labelSelector=${encodeURIComponent(`owner=helm,name=${app.name}`)}`,
                  ],
              }
            : { host: [], cluster: [] };
    },
    managers: ["kustomize-controller", "helm-controller"],
    owner: ({ delivery }) => ({
        manager: delivery === "helm" ? "helm-controller" : "kustomize-controller",
        operation: "Apply",
    }),
    misreads: (place, content) => [
        ...parametersElsewhere(place, content),
        ...noMark(place, content),
        ...otherImage(place, content),
    ],
};

/** Argo CD's image updater may write versions beside the files of the delivery, where nobody else reads them. */
function parametersElsewhere({ app, environment, cluster }: Place, { files }: Content): Misread[] {
    const place = versionOf(app, environment);
    const application = applications(app, environment)[cluster] ?? "";
    return ownParameters(place.folder, application)
        .filter((file) => files.has(file))
        .map((file) => ({
            id: "engine-parameters",
            value: file,
            rule: "has parameters that only Argo CD reads, the version that runs often among them: without them another one would run",
            fix: `on branch ${place.revision}, write what it says into ${versionFile(place)}, and delete ${file}`,
            zh: {
                rule: "含有只有 Argo CD 会读取的参数，其中常有正在运行的版本：没有它们会运行另一个版本",
                fix: `在分支 ${place.revision} 上，把其中的内容写入 ${versionFile(place)}，再删除 ${file}`,
            },
        }));
}

/** Flux writes a version where its mark is, and nowhere else. */
function noMark({ app, environment }: Place, { version }: Content): Misread[] {
    const place = versionOf(app, environment);
    const mark = engineOf("flux").versionMarker?.(app, environment.environment);
    const named = /"\$imagepolicy": "([^"]+)"/.exec(mark ?? "")?.[1];
    if (
        mark === undefined ||
        named === undefined ||
        app.updater?.environments.includes(environment.environment) !== true ||
        version.includes(named)
    ) {
        return [];
    }
    return [
        {
            id: "engine-no-mark",
            value: versionFile(place),
            rule: "has no mark by which Flux finds the version: it would follow no image any more",
            fix: `on branch ${place.revision}, write ${mark} behind the version in ${versionFile(place)}`,
            zh: {
                rule: "没有 Flux 用来找到版本的标记：它不会再跟随任何镜像",
                fix: `在分支 ${place.revision} 上，在 ${versionFile(place)} 中的版本之后写上 ${mark}`,
            },
        },
    ];
}

/** Flux gives the environment's image to what has the name that the first content has. */
function otherImage({ app, environment }: Place, { version }: Content): Misread[] {
    const place = versionOf(app, environment);
    return app.delivery !== "kustomize" || version.includes(unnamedImage(app.name))
        ? []
        : [
              {
                  id: "engine-image-name",
                  value: versionFile(place),
                  rule: `must name the image ${unnamedImage(app.name)}: Flux puts the environment's in its place, and would leave another as it is`,
                  fix: `on branch ${place.revision}, set newName of the image to ${unnamedImage(app.name)} in ${versionFile(place)}`,
                  zh: {
                      rule: `必须使用镜像名 ${unnamedImage(app.name)}：Flux 用环境的镜像替换它，其他名称保持不变`,
                      fix: `在分支 ${place.revision} 上，把 ${versionFile(place)} 中该镜像的 newName 设为 ${unnamedImage(app.name)}`,
                  },
              },
          ];
}

/** Whether an object's conditions have one that is true. */
function isTrue(live: Properties, type: string): boolean {
    return list(record(live["status"])["conditions"]).some(
        (each) => each["type"] === type && each["status"] === "True",
    );
}
