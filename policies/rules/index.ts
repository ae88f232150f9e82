/** Every rule of the pack. */
import type { ResourceRule, StackRule } from "../rule";
import { credentialRules } from "./credentials";
import { engineAreas, engineRules } from "./engines";
import { gitlabRules } from "./gitlab";
import { harborRules } from "./harbor";
import { kubernetesRules } from "./kubernetes";
import { notificationRules } from "./notifications";
import { stackRules } from "./stack";

const all: readonly (ResourceRule | StackRule)[] = [
    ...gitlabRules,
    ...harborRules,
    ...kubernetesRules,
    ...engineRules,
    ...notificationRules,
    ...credentialRules,
    ...stackRules,
];

/** What rules are about, in the order of docs/policies.md. */
export const areas: readonly string[] = [
    "GitLab",
    "Harbor",
    "Kubernetes",
    ...engineAreas,
    "Notifications",
    "Credentials",
    "Whole stack",
];

/** By area, in the order of the areas. @throws Error when a rule has an area that is none: it would be left out. */
export const rules: readonly (ResourceRule | StackRule)[] = byArea();

function byArea(): (ResourceRule | StackRule)[] {
    const lost = all.find(({ area }) => !areas.includes(area));
    if (lost !== undefined) {
        throw new Error(`policies: rule ${lost.name} has the area "${lost.area}", which is none.`);
    }
    return areas.flatMap((area) => all.filter((rule) => rule.area === area));
}
