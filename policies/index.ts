/**
 * The policy pack: every rule as a policy of Pulumi's. Advisory unless a policy configuration says otherwise, see
 * docs/policies.md. Run it with `npm run preview -- --policy`, or with any CLI: `pulumi preview --policy-pack policies`.
 */
import {
    PolicyPack,
    type Policies,
    type ResourceValidationPolicy,
    type StackValidationPolicy,
} from "@pulumi/policy";
import { concerns, defaultSettings, type ResourceRule, type RuleSettings, type StackRule } from "./rule";
import { engineRules } from "./rules/engines";
import { gitlabRules, gitlabStackRules } from "./rules/gitlab";
import { harborRules } from "./rules/harbor";
import { kubernetesRules } from "./rules/kubernetes";

/** Settings as a JSON schema: every policy takes the same ones. */
const configSchema = {
    properties: {
        prodPattern: {
            type: "string" as const,
            description: "Regular expression of names that belong to production.",
            default: defaultSettings.prodPattern,
        },
        robotMaxDays: {
            type: "integer" as const,
            description: "Longest lifetime of a robot, in days.",
            default: defaultSettings.robotMaxDays,
        },
    },
};

function resourcePolicy(rule: ResourceRule): ResourceValidationPolicy {
    return {
        name: rule.name,
        description: rule.description,
        configSchema,
        validateResource: (args, report) => {
            if (concerns(rule, args.type)) {
                const resource = {
                    type: args.type,
                    name: args.name,
                    props: args.props as Record<string, unknown>,
                };
                rule.check(resource, { ...defaultSettings, ...args.getConfig<RuleSettings>() }).forEach(
                    (text) => report(text),
                );
            }
        },
    };
}

function stackPolicy(rule: StackRule): StackValidationPolicy {
    return {
        name: rule.name,
        description: rule.description,
        configSchema,
        validateStack: (args, report) => {
            const resources = args.resources.map((resource) => ({
                type: resource.type,
                name: resource.name,
                props: resource.props as Record<string, unknown>,
                urn: resource.urn,
                origins: resource.propertyDependencies,
            }));
            rule.check(resources, { ...defaultSettings, ...args.getConfig<RuleSettings>() }).forEach((text) =>
                report(text),
            );
        },
    };
}

/** Every rule of the pack, by area. */
export const policies: Policies = [
    ...[...gitlabRules, ...harborRules, ...kubernetesRules, ...engineRules].map(resourcePolicy),
    ...gitlabStackRules.map(stackPolicy),
];

new PolicyPack("gitops-estate", { policies, enforcementLevel: "advisory" });
