/** An estate that fewer people shall see. Pure. */
import type { Estate } from "../../../estate/model";
import type { Refusal } from "../../doctor/finding";
import { liveResources, type ExportedStack } from "../exported";
import { finding } from "./refusal";

/**
 * An estate that fewer people shall see. GitLab lets no group be less visible than what is in it, and an update changes
 * the group first: it would end there, with everything as visible as before.
 */
export function lowerVisibility({ gitlab }: Pick<Estate, "gitlab">, exported: ExportedStack): Refusal[] {
    const wider = liveResources(exported).filter(
        ({ type, inputs }) =>
            /^gitlab:index\/(?:group|project):/.test(type) && inputs?.["visibilityLevel"] === "internal",
    );
    const groups = wider.filter(({ type }) => type.endsWith(":Group"));
    return gitlab.visibility === "internal" || groups.length === 0 || wider.length === 1
        ? []
        : [
              finding(
                  "visibility-lowered",
                  "gitlab.visibility",
                  gitlab.visibility,
                  {
                      rule: "is less than what was made: GitLab lets no group be less visible than what is in it, and an update would end at the first group",
                      fix: `make projects, then the groups of teams, then ${gitlab.group} private on GitLab (Settings > General > Visibility), and go on with --accept-outage`,
                  },
                  {
                      rule: "低于已创建内容的可见性：GitLab 不允许群组比其中的内容更不可见，更新会在第一个群组处报错结束",
                      fix: `在 GitLab 上（Settings > General > Visibility）依次把项目、各团队的群组、${gitlab.group} 设为私有，再用 --accept-outage 继续`,
                  },
              ),
          ];
}
