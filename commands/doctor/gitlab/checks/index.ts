/** What must hold on GitLab before the estate is made there, and while it lives. Pure: one table. */
import type { Look } from "../../check";
import { checkTable } from "../../finding";
import type { GitLabFacts } from "../facts";
import { groupChecks } from "./group";
import { nameChecks } from "./names";
import { peopleChecks } from "./people";
import { pipelineChecks } from "./pipelines";
import { serverChecks } from "./server";
import { tokenChecks } from "./tokens";

export const gitlabChecks = checkTable<GitLabFacts, Look>(
    ...serverChecks,
    ...tokenChecks,
    ...groupChecks,
    ...peopleChecks,
    ...nameChecks,
    ...pipelineChecks,
);
