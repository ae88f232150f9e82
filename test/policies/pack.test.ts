/**
 * The pack as the SDK calls it: settings, exemptions, and what is reported at which level. That the engine hands all of it
 * over, and shows it, is in test/e2e/policies.test.ts.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ResourceValidationArgs, StackValidationArgs } from "@pulumi/policy";
import { exemptionsPolicy, readExemptions } from "../../policies/exemptions";
import { policiesOf } from "../../policies/pack";
import type { ResourceRule, StackRule } from "../../policies/rule";
import { isProd } from "../../policies/rule";
import { settingsPolicy } from "../../policies/settings";
import { isTrue, text } from "../../policies/values";
import { packLanguage, words, type Language } from "../../policies/words";

const today = "2027-01-15";

const common = {
    area: "GitLab",
    severity: "low",
    description: words("Nothing is red.", "没有红色。"),
    remedy: words("Paint it.", "请粉刷。"),
} as const;
const notRed: ResourceRule = {
    ...common,
    name: "paint-not-red",
    types: ["paint:Wall"],
    check: ({ props }) =>
        isTrue(props, "red") ? [words("red is true; paint it.", "red 为 true，请粉刷。")] : [],
};
const noProd: ResourceRule = {
    ...common,
    name: "paint-no-prod",
    types: ["paint:Wall"],
    check: ({ props }, settings) =>
        isProd(text(props, "place") ?? "", settings) ? [words("it is prod.", "它属于生产。")] : [],
};
const alone: StackRule = {
    ...common,
    name: "paint-alone",
    check: (resources) =>
        resources
            .filter(({ type }) => type === "paint:Wall")
            .slice(1)
            .map((resource) => ({ resource, text: words("one too many.", "多了一个。") })),
};

type Wall = Readonly<Record<string, unknown>>;
type Config = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What a run says of walls, by policy: `<level> <resource>: <text>`; the level is empty where it is the policy's own. */
function run(
    walls: Readonly<Record<string, Wall>>,
    config: Config = {},
    reviewed = Object.keys(walls),
    language: Language = "en",
): string[] {
    const said: string[] = [];
    const policies = policiesOf([notRed, noProd, alone], today, language);
    const report =
        (policy: string, name: string) =>
        (message: unknown, urn?: string): void => {
            const levelled = message as { message: string; enforcementLevel: string; urn?: string };
            said.push(
                typeof message === "string"
                    ? ` ${policy} ${urn ?? name}: ${message}`
                    : `${levelled.enforcementLevel} ${policy} ${levelled.urn ?? name}: ${levelled.message}`,
            );
        };
    const resources = Object.entries(walls).map(([name, props]) => ({
        type: "paint:Wall",
        name,
        urn: `urn:${name}`,
        props,
        opts: { protect: false },
        propertyDependencies: {},
    }));
    for (const resource of resources.filter(({ name }) => reviewed.includes(name))) {
        for (const policy of policies) {
            if ("validateResource" in policy && typeof policy.validateResource === "function") {
                const args = { ...resource, getConfig: () => config[policy.name] ?? {} };
                void policy.validateResource(
                    args as unknown as ResourceValidationArgs,
                    report(policy.name, resource.urn),
                );
            }
        }
    }
    for (const policy of policies) {
        if ("validateStack" in policy) {
            const args = { resources, getConfig: () => config[policy.name] ?? {} };
            void policy.validateStack(args as unknown as StackValidationArgs, report(policy.name, "stack"));
        }
    }
    return said;
}

const exemption = {
    rule: "paint-not-red",
    resource: "hall",
    reason: "Sold in spring, by Ann",
    until: "2027-03-31",
};
const exempting = (...exemptions: readonly object[]): Config => ({ [settingsPolicy]: { exemptions } });

test("says nothing where nothing is wrong, and what is wrong at the policy's own level", () => {
    assert.deepEqual(run({ hall: { red: false } }), []);
    assert.deepEqual(run({ hall: { red: true } }), [" paint-not-red urn:hall: red is true; paint it."]);
});

test("a rule about the stack names the resource", () => {
    assert.deepEqual(run({ hall: {}, yard: {} }), [" paint-alone urn:yard: one too many."]);
});

describe("settings", () => {
    test("apply to every rule, and a rule's own come before them", () => {
        const wall = { hall: { place: "live" } };
        assert.deepEqual(run(wall), []);
        const found = [" paint-no-prod urn:hall: it is prod."];
        assert.deepEqual(run(wall, { [settingsPolicy]: { prodPattern: "^live$" } }), found);
        assert.deepEqual(
            run(wall, {
                [settingsPolicy]: { prodPattern: "^else$" },
                "paint-no-prod": { prodPattern: "^live$" },
            }),
            found,
        );
    });
    test("a pattern that is none is reported, and the default counts", () => {
        assert.deepEqual(run({ hall: { place: "prod" } }, { [settingsPolicy]: { prodPattern: "(" } }), [
            " paint-no-prod urn:hall: it is prod.",
            " settings stack: prodPattern is no regular expression; the default is used in its place.",
        ]);
    });
});

describe("exemptions", () => {
    const exempted =
        "advisory paint-not-red urn:hall: Exempt until 2027-03-31: Sold in spring, by Ann. Without it: red is true; paint it.";

    test("make a violation an advice that gives the reason and the end", () => {
        assert.deepEqual(run({ hall: { red: true } }, exempting(exemption)), [exempted]);
    });
    test("go by name, by URN and by a name with a star", () => {
        for (const resource of ["hall", "urn:hall", "*hal*"]) {
            assert.deepEqual(run({ hall: { red: true } }, exempting({ ...exemption, resource })), [exempted]);
        }
    });
    test("count on their last day", () => {
        assert.equal(run({ hall: { red: true } }, exempting({ ...exemption, until: today })).length, 1);
    });
    test("are valid for two years at most", () => {
        const [said, ...others] = run(
            { hall: { red: true } },
            exempting({ ...exemption, until: "2029-01-15" }),
        );
        assert.match(said ?? "", /^advisory paint-not-red .*Exempt until 2029-01-15/);
        assert.deepEqual(others, []);
    });
    test("leave other resources and other rules alone", () => {
        assert.deepEqual(
            run({ hall: { red: true, place: "prod" }, "hall-2": { red: true } }, exempting(exemption)),
            [
                exempted,
                " paint-no-prod urn:hall: it is prod.",
                " paint-not-red urn:hall-2: red is true; paint it.",
                " paint-alone urn:hall-2: one too many.",
            ],
        );
    });
    test("apply to rules about the stack", () => {
        const [said, ...others] = run(
            { hall: {}, yard: {} },
            exempting({ ...exemption, rule: "paint-alone", resource: "yard" }),
        );
        assert.match(said ?? "", /^advisory paint-alone urn:yard: Exempt until 2027-03-31: /);
        assert.deepEqual(others, []);
    });
    test("that ended exempt nothing, and say so", () => {
        assert.deepEqual(run({ hall: { red: true } }, exempting({ ...exemption, until: "2027-01-14" })), [
            " paint-not-red urn:hall: red is true; paint it.",
            " exemptions stack: paint-not-red on hall: the exemption ended on 2027-01-14; do what the rule says, or decide anew.",
        ]);
    });
    test("without a violation are reported, and stop nothing", () => {
        assert.deepEqual(run({ hall: {} }, exempting(exemption)), [
            "advisory exemptions stack: paint-not-red on hall: the rule finds nothing there; take the exemption away.",
        ]);
        assert.deepEqual(run({ hall: {} }, exempting({ ...exemption, rule: "paint-alone" })), [
            "advisory exemptions stack: paint-alone on hall: the rule finds nothing there; take the exemption away.",
        ]);
    });
    test("of a resource that is gone are reported", () => {
        assert.deepEqual(run({ yard: {} }, exempting(exemption)), [
            "advisory exemptions stack: paint-not-red on hall: the stack has no such resource; take the exemption away.",
        ]);
    });
    test("of a resource that this run does not look at are left alone", () => {
        assert.deepEqual(run({ hall: { red: true }, yard: {} }, exempting(exemption), ["yard"]), [
            " paint-alone urn:yard: one too many.",
        ]);
    });
    test("that are invalid exempt nothing, and each fault is reported", () => {
        const wrong: readonly (readonly [object, string])[] = [
            [{ ...exemption, rule: "paint-not-blue" }, 'rule "paint-not-blue" is none of the pack\'s'],
            [{ ...exemption, resource: "" }, "resource is not given; write the URN or the name of one"],
            [{ ...exemption, resource: "*" }, "resource is not given; write the URN or the name of one"],
            ...["*-*", "**", "*l*", "ha*"].map((resource): [object, string] => [
                { ...exemption, resource },
                /^\*+$/.test(resource)
                    ? "resource is not given; write the URN or the name of one"
                    : `resource "${resource}" is about almost anything: beside * it needs 3 letters or digits in a row`,
            ]),
            [
                { ...exemption, until: "2029-01-16" },
                'until "2029-01-16" is more than 2 years ahead, when nobody knows the reason any more; 2029-01-15 is the last day there is',
            ],
            [{ ...exemption, reason: "it is  old" }, ""],
            [{ ...exemption, reason: "legacy" }, "reason has fewer than 3 words; say why, and who decided"],
            [{ ...exemption, until: "soon" }, 'until "soon" is no day; write it as 2027-03-31'],
            [{ ...exemption, until: "2027-02-30" }, 'until "2027-02-30" is no day; write it as 2027-03-31'],
            [{ ...exemption, why: "x" }, '"why" is not known'],
        ];
        for (const [entry, problem] of wrong) {
            assert.deepEqual(
                run({ hall: { red: true } }, exempting(entry)),
                problem === ""
                    ? [exempted.replace("Sold in spring, by Ann", "it is  old")]
                    : [
                          " paint-not-red urn:hall: red is true; paint it.",
                          ` exemptions stack: exemptions[0]: ${problem}. It exempts nothing.`,
                      ],
                problem,
            );
        }
    });
    test("have a reason in Chinese, too, which puts no spaces between words", () => {
        const problems = (reason: string): number =>
            readExemptions([{ ...exemption, reason }], ["paint-not-red"], today).problems.length;
        assert.deepEqual(["春季已出售，由安决定", "旧墙", "历史原因"].map(problems), [0, 1, 1]);
    });
    test("that are no list are reported", () => {
        assert.deepEqual(
            readExemptions({}, [], today).problems.map(({ en }) => en),
            ["exemptions is not a list."],
        );
        assert.deepEqual(readExemptions([null], [], today).problems.length, 4);
        assert.deepEqual(readExemptions(undefined, [], today).problems, []);
    });
});

test("what is reported is in the language that is asked for, exemptions and settings too", () => {
    const config = {
        [settingsPolicy]: {
            prodPattern: "(",
            exemptions: [exemption, { ...exemption, rule: "paint-alone", until: "2027-01-14" }, {}],
        },
    };
    const all = { hall: { red: true }, yard: { red: true } };
    const said = run(all, config, Object.keys(all), "zh");
    assert.ok(
        said.includes(
            "advisory paint-not-red urn:hall: 豁免至 2027-03-31：Sold in spring, by Ann。否则：red 为 true，请粉刷。",
        ),
        said.join("\n"),
    );
    for (const each of said) {
        assert.match(each, /[\u4e00-\u9fff]/);
        assert.doesNotMatch(each, /\b(?:the|is|no|it)\b [a-z]/, each);
    }
    assert.equal(policiesOf([notRed], today, "zh")[1]?.description, "没有红色。");
    assert.equal(packLanguage({ ESTATE_LANGUAGE: "zh" }), "zh");
    assert.equal(packLanguage({ ESTATE_LANGUAGE: "fr" }), "en");
    assert.equal(packLanguage({}), "en");
});

test("the settings come first and the exemptions last, in whose order the SDK runs them", () => {
    const names = policiesOf([notRed], today).map(({ name }) => name);
    assert.deepEqual(names, [settingsPolicy, "paint-not-red", exemptionsPolicy]);
});
