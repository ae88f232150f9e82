/** What must hold of pipelines, and of the job that holds merge requests. Pure: one table. */
import { levelOf } from "../../../../estate/accessRoles";
import { wantedByRepository } from "../../../../estate/approvals";
import type { Estate } from "../../../../estate/model";
import type { Look } from "../../check";
import { checkTable } from "../../finding";
import type { GitLabFacts, Place } from "../facts";

const developer = levelOf("developer");

export const pipelineChecks = checkTable<GitLabFacts, Look>(
    {
        id: "gitlab-pipelines-version",
        rule: "must be a tag of the project for pipelines",
        fast: true,
        check: ({ missingVersions }, { estate: { apps, pipelines } }) => {
            const including = Object.values(apps).filter(({ included }) => included !== undefined);
            return missingVersions.map((version) => {
                const of = including.filter(({ included }) => included?.version === version);
                return {
                    path:
                        of.length === including.length
                            ? "pipelines.version"
                            : `apps.${of[0]?.name ?? ""}.pipelines.version`,
                    value: version,
                    rule: `must be a tag of ${pipelines.fullPath}, which pipelines of ${of.map(({ name }) => name).join(", ")} include, or the version that this update makes`,
                    severity: "warning" as const,
                    fix: "name a version that is there, or remove it, which includes the newest; it may stand at the app, at teams.<team>.pipelines or at pipelines",
                };
            });
        },
    },
    {
        id: "gitlab-pipelines-declined",
        rule: "must be merged to be used",
        fast: false,
        check: ({ unfulfilled }, { estate }) =>
            unfulfilled.map(({ wish: { repository, version, path }, kind, url, has }) => {
                const stays = /^ *ref: *"?([^"\s]+)/m.exec(has ?? "")?.[1];
                const retained = stays === undefined ? "stays as it is" : `stays on ${stays}`;
                return {
                    path: `${appAt(estate, repository)}.pipelines.move`,
                    value: repository,
                    severity: "warning" as const,
                    ...(kind === "declined"
                        ? {
                              rule: `${retained}: people closed the merge request with version ${version} of the pipelines, and it is not proposed again: ${url}`,
                              fix: "reopen it, name another version, or set pipelines.move: commit",
                          }
                        : {
                              rule: `${retained}: somebody else's merge request has the branch by which version ${version} of the pipelines would be proposed: ${url}`,
                              fix: `look whether ${path} there is what you want, then merge or close it, and run up again`,
                          }),
                };
            }),
    },
    {
        id: "gitlab-gate",
        rule: "must be what holds merge requests",
        fast: false,
        check: ({ places }, { estate }) =>
            gatedProjects(estate, places.projects).flatMap(({ fullPath, holds }) => {
                if (holds === undefined) {
                    return [];
                }
                const { pipeline, mustSucceed, skippedCount } = holds;
                const wrong = [
                    ...(/^approvals\//.test(pipeline) && pipeline.includes(`@${estate.pipelines.fullPath}:v`)
                        ? []
                        : [
                              `its pipelines begin with "${pipeline === "" ? ".gitlab-ci.yml" : pipeline}" instead of the gate`,
                          ]),
                    ...(mustSucceed ? [] : ['"Pipelines must succeed" is off']),
                    ...(skippedCount ? ["skipped pipelines count as successful"] : []),
                ];
                return wrong.length === 0
                    ? []
                    : [
                          {
                              path: "gitlab.approvalGate",
                              value: fullPath,
                              rule: `does not hold merge requests of ${fullPath}: ${wrong.join(", and ")}`,
                              fix: "npm run up -- --refresh puts it back; who may change settings of the project is a maintainer there",
                          },
                      ];
            }),
    },
    {
        id: "gitlab-gate-project",
        rule: "must be there, and nobody's to change but the estate's",
        fast: false,
        check: ({ places, unread }, { estate }) => {
            const { fullPath } = estate.pipelines;
            if (gatedProjects(estate, places.projects).length === 0 || unread.length > 0) {
                return [];
            }
            const project = places.projects.find((each) => samePath(each.fullPath, fullPath));
            if (project === undefined || project.deleted) {
                return [
                    {
                        path: "pipelines.path",
                        value: fullPath,
                        rule: "must be there: the job that holds merge requests is in it, and without it nothing can be merged",
                        fix: "npm run up -- --refresh makes it again; one that waits for its deletion is restored in its settings",
                    },
                ];
            }
            const writing = (project.sharedWith ?? []).filter(({ level }) => level >= developer);
            return writing.length === 0
                ? []
                : [
                      {
                          path: "pipelines.path",
                          value: fullPath,
                          rule: `must be nobody's to change but the estate's: ${writing.map(({ group }) => group).join(", ")} may push to it, where the job is that holds their merge requests`,
                          fix: "make them reporters of it, or end the share: npm run up -- --refresh",
                      },
                  ];
        },
    },
);

/** Where the spec has the app of a repository, or the first of those that share it. */
function appAt({ apps }: Estate, fullPath: string): string {
    const of = Object.values(apps).find(
        ({ repository, plan }) =>
            samePath(repository.fullPath, fullPath) ||
            plan.configs.some(({ at }) => samePath(at.fullPath, fullPath)),
    );
    return of === undefined ? "apps" : `apps.${of.name}`;
}

/** Repositories that are there and whose merge requests a job holds. */
function gatedProjects(estate: Estate, projects: readonly Place[]): Place[] {
    const gated = Object.keys(wantedByRepository(estate));
    return projects.filter(
        ({ fullPath, deleted }) => !deleted && gated.some((path) => samePath(path, fullPath)),
    );
}

const samePath = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
