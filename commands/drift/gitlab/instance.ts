/** What belongs to the whole GitLab and reaches the projects of a stack, as far as its token may see it. Pure. */
import { text } from "../../doctor/json";
import { facts, publicUrl, type Finding } from "../finding";
import { word } from "../shell";
import type { GitLabInventory } from "./inventory";
import { madeBy, type GitLabContext } from "./place";

/** System hooks, and runners of the whole server where a project of the stack lets them take its jobs. */
export function instanceDrift(
    { systemHooks, instanceRunners, projects }: GitLabInventory,
    { url }: GitLabContext,
): Finding[] {
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
        ...(letIn ? (instanceRunners ?? []) : [])
            .filter((runner) => runner["paused"] !== true)
            .map((runner) =>
                found(`/runners/${String(runner["id"])}`, {
                    noun: "runner",
                    name: text(runner["description"]) || String(runner["id"]),
                    risk: "secret",
                    differences: [],
                    remark: "runsJobs",
                    ...madeBy(runner),
                }),
            ),
    ];
}
