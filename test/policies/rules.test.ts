/**
 * Each rule: resources that pass all of them, and changes of which each breaks just it. Proves the rules, not that the
 * engine calls them; test/e2e/policies.test.ts does that.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
    concerns,
    defaultSettings,
    isLike,
    isPlainHttp,
    isResourceRule,
    type Reviewed,
    type RuleSettings,
} from "../../policies/rule";
import { rules } from "../../policies/rules";
import { branchProtected, noPushToProduction } from "../../policies/rules/gitlab/branches";
import { secretWords } from "../../policies/secrets";
import type { Props } from "../../policies/values";
import type { Words } from "../../policies/words";
import { secretKinds } from "../../estate/secrets";
import { cases, gone, type Change } from "./fixtures";

const settings: RuleSettings = { ...defaultSettings, today: "2027-01-15" };

/** The same properties in a preview that does not know some of them: who reads one gets an error, as from Pulumi. */
function unknown(props: Props, ...keys: readonly string[]): Props {
    return new Proxy(props, {
        get(target, key) {
            if (keys.includes(String(key))) {
                throw new Error(`string value at .${String(key)} can't be known during preview`);
            }
            return Reflect.get(target, key) as unknown;
        },
    });
}

/** Stands for a value that a preview does not know. */
const notKnown = Symbol("not known");

/** What every rule says of these resources, by rule. */
function review(resources: readonly Reviewed[]): Record<string, string[]> {
    const found = rules
        .map((rule) => {
            const said = isResourceRule(rule)
                ? resources
                      .filter(({ type }) => concerns(rule, type))
                      .flatMap((each) => rule.check(each, settings).map(({ en }) => `${each.name}: ${en}`))
                : rule.check(resources, settings).map(({ resource, text }) => `${resource.name}: ${text.en}`);
            return [rule.name, said] as const;
        })
        .filter(([, said]) => said.length > 0);
    return Object.fromEntries(found);
}

/** What one rule says of these resources. */
function wordsOf(name: string, resources: readonly Reviewed[]): Words[] {
    return rules
        .filter((rule) => rule.name === name)
        .flatMap((rule) =>
            isResourceRule(rule)
                ? resources
                      .filter(({ type }) => concerns(rule, type))
                      .flatMap((each) => rule.check(each, settings))
                : rule.check(resources, settings).map(({ text }) => text),
        );
}

/** The resources with a change; an empty path is the option protect. */
function changed(resources: readonly Reviewed[], change: Change): Reviewed[] {
    return resources.flatMap((resource) => {
        let [result, there] = [resource, true];
        for (const [at, value] of Object.entries(change)) {
            const [, name, path] = /^([^:]*)(?::(.*))?$/.exec(at) ?? [];
            assert.ok(
                resources.some((each) => each.name === name),
                `no resource is called ${name ?? ""}`,
            );
            if (name === resource.name) {
                if (path === undefined) {
                    there = false;
                } else if (path === "") {
                    result = { ...result, protect: value === true };
                } else {
                    result = { ...result, props: set(result.props, path.split("/"), value) as Props };
                }
            }
        }
        return there ? [result] : [];
    });
}

function set(target: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
    if (key === undefined) {
        return value;
    }
    const copy: Record<string, unknown> = (
        Array.isArray(target) ? [...(target as unknown[])] : { ...(target as object) }
    ) as Record<string, unknown>;
    if (rest.length === 0 && value === gone) {
        delete copy[key];
        return copy;
    }
    if (rest.length === 0 && value === notKnown) {
        return unknown({ ...copy, [key]: "hidden" }, key);
    }
    copy[key] = set(copy[key], rest, value);
    return copy;
}

/**
 * Rules about what belongs together: a value that is not known yet has an origin in a stack, and these resources have none.
 * Where nobody says who may push, GitLab's own default counts, which lets maintainers.
 */
const withoutOrigins = new Set([
    "gitlab-branch-protected",
    "gitlab-no-push-to-production",
    "stack-source-has-hook",
]);

for (const each of cases) {
    describe(each.rule, () => {
        test("passes what is right", () => assert.deepEqual(review(each.good), {}));
        for (const [what, change, said] of each.bad) {
            test(`reports ${what}, and no other rule does`, () => {
                assert.deepEqual(review(changed(each.good, change)), { [each.rule]: [...said] });
            });
            const paths = Object.keys(change).filter((at) => /:./.test(at));
            if (paths.length === 1 && !withoutOrigins.has(each.rule)) {
                test(`finds no fault where a preview does not know: ${what}`, () => {
                    const hidden = changed(each.good, { [paths[0] ?? ""]: notKnown });
                    const found = review(hidden)[each.rule] ?? [];
                    assert.deepEqual(found, []);
                });
            }
        }
    });
}

test("every rule has a case", () => {
    const withCase = [...new Set(cases.map((each) => each.rule))];
    assert.deepEqual(rules.map((rule) => rule.name).sort(), withCase.sort());
});

describe("what is said in Chinese", () => {
    /** Names of properties, values and resources, which are the same in both languages. */
    const namesIn = (text: string): string[] => text.match(/[\w./:*-]*[A-Z_/.:*\d-][\w./:*-]*/g) ?? [];
    const isChinese = ({ en, zh }: Words, about: string): void => {
        assert.match(zh, /[\u4e00-\u9fff].*。$/s, about);
        assert.doesNotMatch(
            zh,
            /[\u4e00-\u9fff] ?[,;:.!?](\s|$)|\b(?:the|is|are|of|to|with|its?|has)\b/,
            about,
        );
        const names = namesIn(en).filter((name) => /[a-z][A-Z]|[_@/]/.test(name));
        for (const name of names.map((each) => each.replace(/[.:]+$/, ""))) {
            assert.ok(zh.includes(name), `${about}: ${name} is not in "${zh}"`);
        }
    };

    for (const { name, description, remedy } of rules) {
        test(`of ${name}, is what is said in English`, () => {
            isChinese(description, name);
            isChinese(remedy, name);
            for (const each of cases.filter(({ rule }) => rule === name)) {
                for (const [what, change] of each.bad) {
                    const said = wordsOf(name, changed(each.good, change));
                    assert.ok(said.length > 0);
                    said.forEach((text) => isChinese(text, `${name}: ${what}`));
                }
            }
        });
    }

    test("names every kind of secret that there is", () => {
        for (const kind of secretKinds) {
            const { en, zh } = secretWords(kind);
            assert.equal(en, kind);
            assert.notEqual(zh, kind);
        }
    });
});

test("a resource of which nothing is known yet breaks no rule", () => {
    const everything = new Proxy(
        {},
        {
            get: () => {
                throw new Error("not known");
            },
        },
    );
    const types = [...new Set(cases.flatMap(({ good }) => good.map(({ type }) => type)))];
    for (const type of types) {
        const found = review([{ type, name: "subject", props: everything }]);
        // That no other resource belongs to it is known.
        delete found["harbor-project-retained"];
        assert.deepEqual(found, {}, type);
    }
});

test("what is said of the rules is fit for a table: one line, no bar, an end", () => {
    for (const { name, description, remedy } of rules) {
        assert.match(
            name,
            /^(gitlab|harbor|kubernetes|argocd|flux|notifications|credentials|stack)(-[a-z]+)+$/,
        );
        for (const text of [description.en, remedy.en]) {
            assert.doesNotMatch(text, /[\n|]/, name);
            assert.match(text, /\.$/, name);
        }
    }
    assert.equal(new Set(rules.map(({ name }) => name)).size, rules.length);
});

test("a type may leave a version open", () => {
    assert.ok(isLike("kubernetes:a.io/*:Kind", "kubernetes:a.io/v1beta2:Kind"));
    assert.ok(!isLike("kubernetes:a.io/*:Kind", "kubernetes:a.io/v1:KindList"));
    assert.ok(!isLike("kubernetes:a.io/v1:Kind", "kubernetes:a.io/v1:Kind2"));
});

test("http is plain to every host that is not in the cluster", () => {
    const plain = (address: string): boolean => isPlainHttp(address, settings);
    for (const address of [
        "http://a.example.com",
        "http://u:p@a.example.com:80/x",
        "HTTP://10.0.0.1",
        "http://evil.svc.example.com",
        "http://127.0.0.1:8929/x",
        "http://localhost",
        "http://[::1]:80",
    ]) {
        assert.ok(plain(address), address);
    }
    for (const address of [
        "https://a.example.com",
        "http://relay.argocd.svc",
        "http://relay.argocd.svc.cluster.local:80/x",
        "ssh://git@a",
        "$url",
        "",
    ]) {
        assert.ok(!plain(address), address);
    }
});

test("http is meant for the hosts of plainHttpHosts alone, which are none by default", () => {
    assert.equal(defaultSettings.plainHttpHosts, "");
    const plain = (address: string): boolean =>
        isPlainHttp(address, { ...settings, plainHttpHosts: "^127\\.0\\.0\\.1$" });
    assert.deepEqual(
        [
            "http://127.0.0.1:8929/x",
            "http://127.0.0.10",
            "http://a.example.com",
            "http://relay.argocd.svc",
        ].map(plain),
        [false, true, true, false],
    );
});

describe("gitlab-branch-protected", () => {
    /** A Project of the stack, as the engine names where a value is from. */
    const from = (name: string): NonNullable<Reviewed["origins"]> => ({
        project: [{ type: "gitlab:index/project:Project", urn: `urn:${name}` }],
    });
    const branch: Reviewed = {
        type: "gitlab:index/branch:Branch",
        name: "web-dev",
        props: { project: "7", name: "dev" },
    };
    const protection: Reviewed = {
        type: "gitlab:index/branchProtection:BranchProtection",
        name: "web-dev-protection",
        props: { project: "7", branch: "dev" },
    };
    const missing = ["web-dev: the branch has no BranchProtection; add one beside it."];

    /** The same resource in a preview that makes its project: who reads the number gets an error, as from Pulumi. */
    function beforeCreation(resource: Reviewed, projectName: string): Reviewed {
        return { ...resource, props: unknown(resource.props, "project"), origins: from(projectName) };
    }

    /** What the rule says. */
    function said(...resources: readonly Reviewed[]): string[] {
        return branchProtected
            .check(resources, settings)
            .map(({ resource, text }) => `${resource.name}: ${text.en}`);
    }

    test("passes a protected branch", () => {
        assert.deepEqual(said(branch, protection), []);
    });
    test("reports a branch without protection", () => {
        assert.deepEqual(said(branch), missing);
    });
    test("reports a branch when another branch of the repository is protected", () => {
        assert.deepEqual(said(branch, { ...protection, props: { project: "7", branch: "prod" } }), missing);
    });
    test("does not mistake another repository's protection for it", () => {
        assert.deepEqual(said(branch, { ...protection, props: { project: "8", branch: "dev" } }), missing);
    });
    test("distinguishes repositories in a preview that makes them", () => {
        const inWeb = beforeCreation(branch, "web");
        assert.deepEqual(said(inWeb, beforeCreation(protection, "web")), []);
        assert.deepEqual(said(inWeb, beforeCreation(protection, "api")), missing);
    });
    test("knows a project of the stack by number and by path", () => {
        const byPath = { ...protection, props: { project: "acme/web", branch: "dev" }, origins: from("web") };
        assert.deepEqual(said({ ...branch, origins: from("web") }, byPath), []);
    });
    test("does not mistake a value made from two projects for either", () => {
        const both = { project: ["web", "api"].flatMap((name) => from(name)["project"] ?? []) };
        assert.deepEqual(said({ ...beforeCreation(branch, "web"), origins: both }, protection), missing);
    });
    test("reports a default branch without protection, and passes it with one", () => {
        const project: Reviewed = {
            type: "gitlab:index/project:Project",
            name: "web",
            urn: "urn:web",
            props: { defaultBranch: "dev" },
        };
        const unprotected = [
            "web: the default branch dev has no BranchProtection; add one beside the project.",
        ];
        assert.deepEqual(said(project), unprotected);
        assert.deepEqual(said(project, beforeCreation(protection, "web")), []);
        assert.deepEqual(said(project, beforeCreation(protection, "api")), unprotected);
        const made = { ...project, props: { ...project.props, id: "7" } };
        assert.deepEqual(said(made, protection), []);
    });
    test("passes a branch that a pattern protects", () => {
        const pattern = (branch: string): Reviewed => ({ ...protection, props: { project: "7", branch } });
        assert.deepEqual(said(branch, pattern("d*")), []);
        assert.deepEqual(said(branch, pattern("d.*")), missing);
    });
});

describe("gitlab-no-push-to-production", () => {
    const project = "7";
    const production: Reviewed = {
        type: "gitlab:index/branch:Branch",
        name: "web-prod",
        props: { project, name: "prod" },
    };
    /** What the rule says of a protection with these properties. */
    function said(props: Props, ...others: readonly Reviewed[]): string[] {
        return saidWithout([], props, ...others);
    }
    /** What it says in a preview that does not know some of them. */
    function saidWithout(keys: readonly string[], props: Props, ...others: readonly Reviewed[]): string[] {
        const protection: Reviewed = {
            type: "gitlab:index/branchProtection:BranchProtection",
            name: "p",
            props: unknown({ project, ...props }, ...keys),
        };
        return noPushToProduction
            .check([protection, ...others], settings)
            .map(({ resource, text }) => `${resource.name}: ${text.en}`);
    }
    const fix = 'let "no one" push, and promote by merge requests.';

    test("passes where no one pushes, by level and by list", () => {
        assert.deepEqual(said({ branch: "prod", pushAccessLevel: "no one" }), []);
        assert.deepEqual(said({ branch: "prod", allowedToPushes: [{ accessLevel: "no one" }] }), []);
    });
    test("passes pushes to what is not production", () => {
        assert.deepEqual(said({ branch: "dev", pushAccessLevel: "developer" }, production), []);
        assert.deepEqual(said({ branch: "d*", pushAccessLevel: "developer" }, production), []);
    });
    test("reports a level, GitLab's default included", () => {
        const found = [`p: maintainer can push to prod; ${fix}`];
        assert.deepEqual(said({ branch: "prod", pushAccessLevel: "maintainer" }), found);
        assert.deepEqual(said({ branch: "prod" }), found);
    });
    test("reports everybody in a list", () => {
        const allowedToPushes = [{ accessLevel: "no one" }, { accessLevel: "developer" }, { userId: 5 }];
        assert.deepEqual(said({ branch: "prod", allowedToPushes }), [
            `p: developer, a user can push to prod; ${fix}`,
        ]);
    });
    test("is run where a preview does not know what the provider fills in", () => {
        const level = { branch: "prod", pushAccessLevel: "developer" };
        const none = { ...level, pushAccessLevel: "no one" };
        const list = { branch: "prod", allowedToPushes: [unknown({}, "userId", "accessLevel")] };
        assert.deepEqual(saidWithout(["allowedToPushes"], level), [`p: developer can push to prod; ${fix}`]);
        assert.deepEqual(saidWithout(["allowedToPushes"], none), []);
        assert.deepEqual(saidWithout(["pushAccessLevel"], list), [`p: a user can push to prod; ${fix}`]);
        assert.deepEqual(saidWithout(["pushAccessLevel", "allowedToPushes"], { branch: "prod" }), [
            `p: maintainer can push to prod; ${fix}`,
        ]);
    });
    test("reports a pattern that matches a branch of production in the same repository", () => {
        const found = [`p: developer can push to prod; ${fix}`];
        const pattern = { branch: "p*", pushAccessLevel: "developer" };
        assert.deepEqual(said(pattern, production), found);
        assert.deepEqual(said(pattern, { ...production, props: { project: "8", name: "prod" } }), []);
        const byDefault: Reviewed = {
            type: "gitlab:index/project:Project",
            name: "web",
            props: { id: project, defaultBranch: "prod" },
        };
        assert.deepEqual(said(pattern, byDefault), found);
    });
});
