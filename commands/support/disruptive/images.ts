/** Images that stay in another registry. Pure. */
import type { Estate } from "../../../estate/model";
import type { Refusal } from "../../doctor/finding";
import type { ExportedStack } from "../exported";
import { movedImages } from "../movedImages";
import { finding } from "./refusal";

/** Images that are in another registry than the one the next update looks into. */
export function otherRegistry(estate: Pick<Estate, "apps">, exported: ExportedStack): Refusal[] {
    return movedImages(estate, exported).map(({ app, environment, registry, to, project }) =>
        finding(
            "registry-moved",
            `environments.${environment}.registry`,
            to,
            {
                rule: `has none of the images of ${app}: they are in ${registry}, and each pod that starts after the update would find none`,
                fix: `add an environment in ${to} and promote ${app} into it, then take ${environment} away; or copy ${project} there, and go on with --accept-outage when the copy is done: the one in ${registry} stays there`,
            },
            {
                rule: `没有 ${app} 的镜像：它们在 ${registry} 中，更新之后启动的 Pod 都会找不到镜像`,
                fix: `在 ${to} 中添加一个环境，把 ${app} 晋级到那里，再移除 ${environment}；或把 ${project} 复制到那里，复制完成后用 --accept-outage 继续：${registry} 中的那一份会保留`,
            },
        ),
    );
}
