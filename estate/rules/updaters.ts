import { updated, type Updated } from "../updaters";
import type { Finding, Rule } from "./rule";

/** Image updaters: where they act, and the branch they write to. */
export const updaterRules: readonly Rule[] = [
    {
        id: "updater-environment",
        rule: "must be environments the app is in",
        severity: "error",
        check: ({ spec }) =>
            Object.entries(spec.apps).flatMap(([name, app]) =>
                (app.updater?.environments ?? [])
                    .filter((environment) => app.environments[environment] === null)
                    .map((environment) => ({
                        path: `apps.${name}.updater.environments`,
                        value: environment,
                        fix: `remove it here, or remove the null of apps.${name}.environments.${environment}`,
                    })),
            ),
    },
    {
        id: "updater-branch",
        rule: "must be a branch beside those of environments",
        severity: "error",
        check: ({ estate }) => updated(Object.values(estate.apps)).flatMap(writeBranchFaults),
    },
    {
        id: "updater-approvals",
        rule: "should not act where merges need approvals: the updater commits past them",
        severity: "warning",
        check: ({ estate }) =>
            Object.values(estate.apps).flatMap((app) =>
                estate.environments
                    .filter(
                        (environment) =>
                            app.updater?.environments.includes(environment.name) === true &&
                            (environment.class === "prod" || environment.approvals > 0),
                    )
                    .map((environment) => ({
                        path: `apps.${app.name}.updater.environments`,
                        value: environment.name,
                        fix: "let it act in an earlier environment and promote from there",
                    })),
            ),
    },
];

/** A branch of the updater's own that is an environment's, or that git cannot have beside one. */
function writeBranchFaults({ app, updater: { writeBranch } }: Updated): Finding[] {
    if (writeBranch === undefined) {
        return [];
    }
    // What a template fills in is only known when the updater writes.
    const [known = writeBranch] = writeBranch.split("{{");
    const branches = [
        ...new Set(app.plan.configs.flatMap(({ plan }) => plan.branches.map(({ name }) => name))),
    ];
    return branches.flatMap((branch): Finding[] => {
        const at = { path: `apps.${app.name}.updater.writeBranch`, value: writeBranch };
        if (writeBranch === branch) {
            const fix = "remove it to commit to the environment's own branch, or choose another name";
            return [{ ...at, rule: `must not be ${branch}, which is delivered from`, fix }];
        }
        return known.startsWith(`${branch}/`) || (known === writeBranch && branch.startsWith(`${known}/`))
            ? [
                  {
                      ...at,
                      rule: `must be a branch that git can have beside ${branch}`,
                      fix: `choose one that is in no other, e.g. ${writeBranch.replaceAll("/", "-")}`,
                  },
              ]
            : [];
    });
}
