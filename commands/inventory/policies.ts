/** The rules of the policy pack on what a program declares, as the pack applies them in an engine. Pure. */
import {
    exemptionsDescription,
    ExemptionLog,
    exemptionsPolicy,
    exemptText,
    readExemptions,
} from "../../policies/exemptions";
import { concerns, isResourceRule, type Origin, type Reviewed } from "../../policies/rule";
import { rules } from "../../policies/rules";
import { readSettings, settingsDescription, settingsFor, settingsPolicy } from "../../policies/settings";
import { words, type Language, type Words } from "../../policies/words";
import { mapOf } from "../review/change";
import type { PolicyResult } from "../support/runReport";
import { urnOf } from "./compare";
import { idOf, mapSecrets, type Registration } from "./registration";

/**
 * What the rules say.
 *
 * @param configured configuration of the pack; undefined: every rule is advice.
 * @param today `YYYY-MM-DD`.
 * @param language of the messages.
 */
export function policyResults(
    registrations: readonly Registration[],
    { used }: { readonly used: unknown },
    stack: string,
    today: string,
    language: Language = "en",
): PolicyResult[] {
    const configuration = mapOf(used);
    const ids = new Map(registrations.map((each) => [idOf(each.type, each.name), originOf(each, stack)]));
    const reviewed = registrations.map((each) => reviewedOf(each, stack, ids));
    const { exemptions: written, ...entry } = mapOf(configuration["settings"]);
    const common = readSettings(entry);
    const { exemptions, problems } = readExemptions(
        written,
        rules.map(({ name }) => name),
        today,
    );
    const log = new ExemptionLog(today);
    const levelOf = (rule: string): string =>
        level(configuration[rule]) ?? level(configuration["all"]) ?? "advisory";
    const results = rules
        .filter(({ name }) => levelOf(name) !== "disabled")
        .flatMap((rule) => {
            const settings = settingsFor(common.settings, mapOf(configuration[rule.name]), today);
            const found = isResourceRule(rule)
                ? reviewed
                      .filter(({ type }) => concerns(rule, type))
                      .flatMap((resource) => {
                          log.look(rule.name, resource);
                          return rule.check(resource, settings).map((text) => ({ resource, text }));
                      })
                : rule.check(reviewed, settings);
            return found.map(({ resource, text }): PolicyResult => {
                const exemption = log.use(exemptions, rule.name, resource);
                return {
                    ...(resource.urn === undefined ? {} : { urn: resource.urn }),
                    policy: rule.name,
                    level: exemption === undefined ? levelOf(rule.name) : "advisory",
                    message: (exemption === undefined
                        ? reported(rule.description, text)
                        : exemptText(exemption, text))[language],
                };
            });
        });
    const { ended, unused } = log.problems(exemptions, reviewed, () => true);
    const said = (policy: string, messages: readonly Words[], at = levelOf(policy)): PolicyResult[] =>
        messages.map((message) => ({ policy, level: at, message: message[language] }));
    return [
        ...said(
            settingsPolicy,
            common.problems.map((problem) => reported(settingsDescription, problem)),
        ),
        ...results,
        ...said(
            exemptionsPolicy,
            [...problems, ...ended].map((problem) => reported(exemptionsDescription, problem)),
        ),
        ...said(exemptionsPolicy, unused, "advisory"),
    ];
}

/** What must hold and what is wrong, as the engine reports it. */
function reported(description: Words, problem: Words): Words {
    return words(`${description.en}\n${problem.en}`, `${description.zh}\n${problem.zh}`);
}

function originOf(each: Registration, stack: string): Origin {
    return { type: each.type, urn: urnOf(stack, each) };
}

/** @param ids what each id was given to: a value that is one is from there. */
function reviewedOf(each: Registration, stack: string, ids: ReadonlyMap<string, Origin>): Reviewed {
    const props = opened(each.inputs) as Reviewed["props"];
    const origins = Object.entries(props).flatMap(([key, value]): [string, Origin[]][] => {
        const found =
            typeof value === "string" || typeof value === "number" ? ids.get(String(value)) : undefined;
        return found === undefined ? [] : [[key, [found]]];
    });
    return {
        type: each.type,
        name: each.name,
        props,
        urn: urnOf(stack, each),
        origins: Object.fromEntries(origins),
        ...(each.provider === undefined ? {} : { provider: each.provider }),
        protect: each.options.protect === true,
    };
}

/** With secrets in the open, as policies get them; these open nothing. */
function opened(value: unknown): unknown {
    return mapSecrets(value, opened);
}

/** Level of an entry, which is a level or a map that has one. */
function level(entry: unknown): string | undefined {
    const found = typeof entry === "string" ? entry : mapOf(entry)["enforcementLevel"];
    return typeof found === "string" ? found : undefined;
}
