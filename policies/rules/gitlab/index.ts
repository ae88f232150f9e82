/** The rules about GitLab. */
import type { ResourceRule, StackRule } from "../../rule";
import { branchRules, branchStackRules } from "./branches";
import { contentRules } from "./contents";
import { productionRules } from "./production";
import { projectRules, projectStackRules } from "./projects";

export const gitlabRules: readonly (ResourceRule | StackRule)[] = [
    ...branchStackRules,
    ...branchRules,
    ...productionRules,
    ...projectStackRules,
    ...projectRules,
    ...contentRules,
];
