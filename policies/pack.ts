/**
 * Rules as policies of Pulumi's, with settings for all of them and exemptions.
 *
 * The SDK runs the policies in the order of the list: the first reads settings and exemptions before any rule is run, the
 * last says what there is to say of exemptions.
 */
import type {
    Policies,
    PolicyConfigSchema,
    PolicyResource,
    ReportViolation,
    ResourceValidationPolicy,
    StackValidationPolicy,
} from "@pulumi/policy";
import {
    exemptionsDescription,
    ExemptionLog,
    exemptionsPolicy,
    exemptText,
    readExemptions,
    type Exemption,
} from "./exemptions";
import {
    concerns,
    defaultSettings,
    isResourceRule,
    type ResourceRule,
    type Reviewed,
    type RuleSettings,
    type RuleText,
    type StackRule,
} from "./rule";
import { readSettings, settingsDescription, settingsFor, settingsPolicy } from "./settings";
import type { Props } from "./values";
import type { Language, Words } from "./words";

/** Settings as a JSON schema. Without defaults: the engine would fill them in, over those of {@link settingsPolicy}. */
const settingsSchema: PolicyConfigSchema["properties"] = {
    prodPattern: {
        type: "string",
        description: `Regular expression of names that belong to production. Default: ${defaultSettings.prodPattern}`,
    },
    robotMaxDays: {
        type: "integer",
        description: `Longest lifetime of a robot, and of a token that is renewed by itself, in days. Default: ${defaultSettings.robotMaxDays}`,
    },
    expiryWarningDays: {
        type: "integer",
        description: `How many days before its end a credential is reported. Default: ${defaultSettings.expiryWarningDays}`,
    },
    plainHttpHosts: {
        type: "string",
        description:
            "Regular expression of hosts to which http is meant, such as those of a lab; services of a cluster (*.svc) need no entry. Default: none",
    },
};

/** An entry of `exemptions`; what is in it is looked at by the pack, which says more than a schema can. */
const exemptionsSchema: PolicyConfigSchema["properties"] = {
    exemptions: { type: "array", items: { type: "object" } },
};

/**
 * A violation of one resource at a level of its own. The SDK takes it (1.21: server.js, makeReportViolationFun) and does not
 * say so in its types; e2e/policies.test.ts shows that the engine gets it.
 */
interface LevelledViolation {
    readonly message: string;
    readonly enforcementLevel: "advisory";
    readonly urn?: string;
}

function reportAdvice(report: ReportViolation, violation: LevelledViolation): void {
    (report as unknown as (violation: LevelledViolation) => void)(violation);
}

/**
 * The policies of a pack.
 *
 * @param today the day of the review, `YYYY-MM-DD`
 * @param language of what is reported
 */
export function policiesOf(
    rules: readonly (ResourceRule | StackRule)[],
    today: string,
    language: Language = "en",
): Policies {
    return new Pack(rules, today, language).policies();
}

class Pack {
    private settings: Partial<RuleSettings> = {};
    private settingProblems: readonly Words[] = [];
    private exemptions: readonly Exemption[] = [];
    private exemptionProblems: readonly Words[] = [];
    private configured = false;
    private readonly log: ExemptionLog;

    constructor(
        private readonly rules: readonly (ResourceRule | StackRule)[],
        private readonly today: string,
        private readonly language: Language,
    ) {
        this.log = new ExemptionLog(today);
    }

    policies(): Policies {
        return [
            this.settingsPolicy(),
            ...this.rules.map((rule) =>
                isResourceRule(rule) ? this.resourcePolicy(rule) : this.stackPolicy(rule),
            ),
            this.exemptionsPolicy(),
        ];
    }

    /** Reads the configuration that holds for all rules, and says what is wrong with it. */
    private settingsPolicy(): ResourceValidationPolicy & StackValidationPolicy {
        return {
            name: settingsPolicy,
            description: settingsDescription[this.language],
            severity: "high",
            configSchema: { properties: { ...settingsSchema, ...exemptionsSchema } },
            validateResource: (args) => this.configure(args.getConfig()),
            validateStack: (args, report) => {
                this.configure(args.getConfig());
                this.settingProblems.forEach((problem) => report(problem[this.language]));
            },
        };
    }

    private configure(config: Readonly<Record<string, unknown>>): void {
        if (this.configured) {
            return;
        }
        this.configured = true;
        const { exemptions, ...settings } = config;
        const common = readSettings(settings);
        this.settings = common.settings;
        this.settingProblems = common.problems;
        const read = readExemptions(
            exemptions,
            this.rules.map(({ name }) => name),
            this.today,
        );
        this.exemptions = read.exemptions;
        this.exemptionProblems = read.problems;
    }

    private resourcePolicy(rule: ResourceRule): ResourceValidationPolicy {
        return {
            ...wordsOf(rule, this.language),
            validateResource: (args, report) => {
                if (concerns(rule, args.type)) {
                    const resource: Reviewed = {
                        type: args.type,
                        name: args.name,
                        urn: args.urn,
                        props: args.props as Props,
                    };
                    this.log.look(rule.name, resource);
                    for (const text of rule.check(resource, this.settingsOf(args.getConfig()))) {
                        this.report(rule, resource, text, (said) => report(said), report);
                    }
                }
            },
        };
    }

    private stackPolicy(rule: StackRule): StackValidationPolicy {
        return {
            ...wordsOf(rule, this.language),
            validateStack: (args, report) => {
                const settings = this.settingsOf(args.getConfig());
                for (const { resource, text } of rule.check(inOrder(args.resources), settings)) {
                    this.report(rule, resource, text, (said) => report(said, resource.urn), report);
                }
            },
        };
    }

    private report(
        rule: RuleText,
        resource: Reviewed,
        text: Words,
        violation: (text: string) => void,
        advice: ReportViolation,
    ): void {
        const exemption = this.log.use(this.exemptions, rule.name, resource);
        if (exemption === undefined) {
            violation(text[this.language]);
        } else {
            reportAdvice(advice, {
                message: exemptText(exemption, text)[this.language],
                enforcementLevel: "advisory",
                ...(resource.urn === undefined ? {} : { urn: resource.urn }),
            });
        }
    }

    private exemptionsPolicy(): StackValidationPolicy {
        return {
            name: exemptionsPolicy,
            description: exemptionsDescription[this.language],
            severity: "medium",
            validateStack: (args, report) => {
                const atStack = new Set(
                    this.rules.filter((rule) => !isResourceRule(rule)).map(({ name }) => name),
                );
                const { ended, unused } = this.log.problems(
                    this.exemptions,
                    inOrder(args.resources),
                    (rule) => atStack.has(rule),
                );
                [...this.exemptionProblems, ...ended].forEach((problem) => report(problem[this.language]));
                // What exempts nothing does no harm: it is said, and never stops a run.
                unused.forEach((each) =>
                    reportAdvice(report, { message: each[this.language], enforcementLevel: "advisory" }),
                );
            },
        };
    }

    private settingsOf(config: Readonly<Record<string, unknown>>): RuleSettings {
        return settingsFor(this.settings, config, this.today);
    }
}

/** The resources of a stack in one order: the engine's own is another each time, and reports would differ. */
function inOrder(resources: readonly PolicyResource[]): Reviewed[] {
    return resources.map(reviewed).sort((one, other) => ((one.urn ?? "") < (other.urn ?? "") ? -1 : 1));
}

/** A resource as the rules about a stack see it. */
function reviewed(resource: PolicyResource): Reviewed {
    return {
        type: resource.type,
        name: resource.name,
        props: resource.props as Props,
        urn: resource.urn,
        protect: resource.opts.protect,
        origins: resource.propertyDependencies,
        ...(resource.provider === undefined ? {} : { provider: resource.provider.urn }),
    };
}

/** What the engine and its displays get of a rule. */
function wordsOf(
    rule: RuleText,
    language: Language,
): Pick<
    ResourceValidationPolicy,
    "name" | "description" | "severity" | "remediationSteps" | "tags" | "framework" | "configSchema"
> {
    const [first] = rule.references ?? [];
    return {
        name: rule.name,
        description: rule.description[language],
        severity: rule.severity,
        remediationSteps: rule.remedy[language],
        tags: [rule.area],
        configSchema: { properties: settingsSchema },
        ...(first === undefined
            ? {}
            : {
                  framework: {
                      name: first.framework,
                      version: first.version,
                      reference: first.item,
                      specification: rule.description[language],
                  },
              }),
    };
}
