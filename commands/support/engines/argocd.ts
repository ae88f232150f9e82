import { projectOf } from "../../../estate/engines/argocd/names";
import { teamProjects } from "../../../estate/engines/argocd/projects";
import { configOf } from "../../../estate/flows/plan";
import { onMachine } from "../../../estate/machines";
import type { App, Estate } from "../../../estate/model";
import type { Person, Right } from "../rights";
import { record } from "../../doctor/json";
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
    list: () => ["npm run sandbox -- argocd app list", "the Applications, as Argo CD sees them"],
    rights,
    people: [
        "Argo CD knows the people of a team by their names in the spec, since GitLab's groups do not say which role somebody has in them: guests, and owners of the groups above, have nothing there unless they are",
        "named, or members of a group that administers Argo CD (`argocd.sso.adminGroups`).",
    ],
};

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
