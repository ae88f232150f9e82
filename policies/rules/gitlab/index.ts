/** The rules about GitLab. */
import type { ResourceRule, StackRule } from "../../rule";
import { branchRules, branchStackRules } from "./branches";
import { contentRules } from "./contents";
import { projectRules, projectStackRules } from "./projects";

export const gitlabRules: readonly (ResourceRule | StackRule)[] = [
    ...branchStackRules,
    ...branchRules,
    ...projectStackRules,
    ...projectRules,
    ...contentRules,
];
