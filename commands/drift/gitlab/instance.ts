/** What belongs to the whole GitLab and reaches the projects of a stack, as far as its token may see it. Pure. */
import { text } from "../../doctor/json";
import { compare } from "../../../estate/problem";
import { facts, publicUrl, type Finding } from "../finding";
import { word } from "../shell";
import type { GitLabInventory } from "./inventory";
import { madeBy, type GitLabContext } from "./place";
import type { Raw } from "../reader";

/** System hooks, and runners of the whole server where a project of the stack lets them take its jobs. */
export function instanceDrift(inventory: GitLabInventory, context: GitLabContext): Finding[] {
    const { systemHooks, instanceRunners, projects } = inventory;
    const { url } = context;
    const found = (
        path: string,
        rest: Pick<Finding, "noun" | "name" | "risk" | "differences" | "remark"> & Partial<Finding>,
    ): Finding => ({
        list: "undeclared",
        server: "GitLab",
        place: "",
        mend: `curl --request DELETE --header "PRIVATE-TOKEN: $GITLAB_TOKEN" ${word(`${url}/api/v4${path}`)}`,
        ...rest,
    });
    const letIn = projects.some(({ body }) => body?.["shared_runners_enabled"] === true);
    return [
        ...(systemHooks ?? []).map((hook) =>
            found(`/hooks/${String(hook["id"])}`, {
                noun: "systemHook",
                name: publicUrl(text(hook["url"])),
                risk: "access",
                differences: facts({
                    verified: hook["enable_ssl_verification"] === false ? "false" : "",
                }),
                remark: "seesAll",
                ...madeBy(hook),
            }),
        ),
        ...(letIn ? serverRunners(inventory, instanceRunners ?? [], context) : []),
    ];
}

/** Most runners that are named. */
const mostRunners = 3;

/**
 * Runners of the server are those of who runs it, and come and go with its load: it is one thing to decide whether jobs of the
 * estate run there, and none of the estate's to take them away from everybody else.
 */
function serverRunners(
    { groups }: GitLabInventory,
    runners: readonly Raw[],
    { url, mend }: GitLabContext,
): Finding[] {
    const names = runners
        .filter((runner) => runner["paused"] !== true)
        .map((runner) => text(runner["description"]) || String(runner["id"]))
        .sort(compare);
    const tops = groups.filter(({ path }) => !groups.some((other) => path.startsWith(`${other.path}/`)));
    const away = tops.map(
        ({ id }) =>
            `curl --request PUT --header "PRIVATE-TOKEN: $GITLAB_TOKEN" --data shared_runners_setting=disabled_and_unoverridable ${word(`${url}/api/v4/groups/${id}`)}`,
    );
    return names.length === 0
        ? []
        : [
              {
                  list: "undeclared",
                  server: "GitLab",
                  place: "",
                  noun: "serverRunners",
                  name: "",
                  risk: "secret",
                  differences: facts({
                      number: names.length,
                      runners: [
                          ...names.slice(0, mostRunners),
                          ...(names.length > mostRunners ? ["…"] : []),
                      ].join(", "),
                  }),
                  remark: "runsJobsForAll",
                  mend: [...away, mend].join(" && "),
                  adopt: 'drift.<stack>.yaml: kind serverRunners, name "*"',
              },
          ];
}
