import { projectOf } from "../../../estate/engines/argocd/names";
import { teamProjects } from "../../../estate/engines/argocd/projects";
import { updaterAbilities } from "../../../estate/engines/argocd/updaterVersions";
import { configOf } from "../../../estate/flows/plan";
import { onMachine } from "../../../estate/machines";
import type { App, Estate } from "../../../estate/model";
import type { Person, Right } from "../rights";
import type { Refusal } from "../../doctor/finding";
import { record } from "../../doctor/json";
import { finding } from "../disruptive/refusal";
import type { StateResource } from "../exported";
import type { EngineInWords } from "./engine";

export const argocd: EngineInWords = {
    delivery: ({ argocd: { namespace } }, _, name) => ({
        path: `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/applications/${name}`,
        isWell: ({ status }) => {
            const { sync, health } = record(status);
            return record(sync)["status"] === "Synced" && record(health)["status"] === "Healthy";
        },
        images: ({ status }) => {
            const { images } = record(record(status)["summary"]);
            return Array.isArray(images) ? images.map(String) : [];
        },
    }),
    disruptive: lostUpdates,
    list: () => ["npm run sandbox -- argocd app list", "the Applications, as Argo CD sees them"],
    rights,
    people: [
        "Argo CD knows the people of a team by their names in the spec, since GitLab's groups do not say which role somebody has in them: guests, and owners of the groups above, have nothing there unless they are",
        "named, or members of a group that administers Argo CD (`argocd.sso.adminGroups`).",
    ],
};

/** Kind of the objects by which the image updater follows images. */
const updates = "imageupdaters.argocd-image-updater.argoproj.io";

/**
 * The updater is left to something else: its kind of objects goes with its installation, and with that the objects that the
 * spec goes on to have. The next update would take them for there.
 */
function lostUpdates(
    { argocd: { imageUpdater, imageUpdaterVersion }, apps }: Estate,
    live: readonly StateResource[],
): Refusal[] {
    const installed = live.some(
        ({ type, inputs }) =>
            type.endsWith(":CustomResourceDefinition") && record(inputs?.["metadata"])["name"] === updates,
    );
    const isObjects =
        imageUpdaterVersion !== undefined &&
        updaterAbilities(imageUpdaterVersion).configuredBy === "resource";
    const names = Object.values(apps)
        .filter(({ engine, updater }) => engine === "argocd" && updater !== undefined)
        .map(({ name }) => name);
    return !installed || !isObjects || imageUpdater.manifests !== undefined || names.length === 0
        ? []
        : [
              finding(
                  "updater-left",
                  "argocd.imageUpdater.install",
                  false,
                  {
                      rule: `takes the kind ImageUpdater off the host, and with it what says which images are followed: ${names.join(", ")} would get no new ones`,
                      fix: "go on with --accept-outage, install the updater, then run npm run up -- --refresh: it makes the objects again",
                  },
                  {
                      rule: `会从主集群移除 ImageUpdater 类型，说明跟踪哪些镜像的对象也随之消失：${names.join("、")} 不再获得新镜像`,
                      fix: "用 --accept-outage 继续，安装更新器，然后运行 npm run up -- --refresh，它会重新创建这些对象",
                  },
              ),
          ];
}

/** It knows the people of a team by the names in the spec. */
function rights(estate: Pick<Estate, "apps" | "environments">, app: App): Right[] {
    const projects = teamProjects(estate, { name: app.team });
    const members: Person[] = ["developer", "maintainer"];
    const maintainers: Person[] = ["maintainer"];
    return app.environments
        .filter((each) => !onMachine(each))
        .flatMap((environment) => {
            const project = projects.find(({ name }) => name === projectOf(app, environment));
            const guarded = configOf(app, environment).audience === "maintainers";
            const { environment: name } = environment;
            return [
                {
                    id: `argocd-see-${name}`,
                    what: `see ${name} in Argo CD`,
                    who: guarded ? maintainers : members,
                },
                {
                    id: `argocd-sync-${name}`,
                    what: `sync ${name} in Argo CD`,
                    who: project?.class === "nonprod" && !guarded ? members : maintainers,
                },
            ];
        });
}
