import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as argocd from "../../estate/engines/argocd/names";
import * as names from "../../estate/names";

/** A repeatable stream of numbers in [0, 1), so that a failure can be looked at again. */
function random(seed: number): () => number {
    let state = seed;
    return () => {
        state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
        return state / 2 ** 32;
    };
}

/** A valid name of the spec, of any length it may have. */
function specName(next: () => number): string {
    const length = 1 + Math.floor(next() * names.specName.maximum);
    const letter = (alphabet: string): string => alphabet[Math.floor(next() * alphabet.length)] ?? "a";
    const middle = Array.from({ length: Math.max(0, length - 2) }, () => letter("abz09-"));
    return [letter("abz"), ...middle, ...(length > 1 ? [letter("az09")] : [])].join("").replace(/--+/g, "-");
}

const derived: [names.NameRule, (a: string, b: string, c: string) => string][] = [
    [names.harborProjectName, (a, b) => names.harborProject(a, b)],
    [names.namespaceName, (a, b) => names.namespace(a, b)],
    [argocd.applicationName, (a, b, c) => argocd.application(a, b, c)],
    [argocd.appProjectName, (a) => argocd.appProject(a, "nonprod")],
    [names.gitlabPathElement, (a) => names.configPath(a)],
    [names.robotName, (a, b) => names.promotionRobot(a, b)],
    [names.robotName, () => names.pushRobot],
    [names.robotName, () => names.pullRobot],
];

describe("derived names", () => {
    it("are valid for every valid part, at any length", () => {
        const next = random(1);
        for (let turn = 0; turn < 2000; turn++) {
            const [a, b, c] = [specName(next), specName(next), specName(next)];
            assert.equal(names.nameFault(a, names.specName), undefined, a);
            for (const [rule, derive] of derived) {
                const name = derive(a, b, c);
                assert.equal(
                    names.nameFault(name, rule),
                    undefined,
                    `${rule.what} ${name} of ${a}, ${b}, ${c}`,
                );
                assert.equal(derive(a, b, c), name, "the same parts give the same name");
            }
        }
    });

    it("are what people expect while they fit", () => {
        assert.equal(names.harborProject("web", "dev"), "web-dev");
        assert.equal(names.namespace("web", "dev"), "web-dev");
        assert.equal(argocd.application("web", "dev", "member1"), "web-dev-member1");
        assert.equal(argocd.appProject("shop", "prod"), "shop-prod");
        assert.equal(names.teamGroup("acme", "shop"), "acme/shop");
        assert.equal(names.configPath("web"), "web-config");
        assert.equal(names.promotionRobot("acme", "web"), "acme-web-promote");
    });
});

describe("shortening", () => {
    it("leaves what fits, to the last character", () => {
        for (let length = 1; length <= 63; length++) {
            assert.equal(names.shorten("a".repeat(length), 63), "a".repeat(length));
        }
    });

    it("cuts to the limit and ends in the hash of the whole", () => {
        const short = names.shorten("a".repeat(64), 63);
        assert.equal(short.length, 63);
        assert.match(short, /^a{54}-[0-9a-f]{8}$/);
        // Fixed for ever: another hash would rename what exists.
        assert.equal(
            names.shorten("storefront-checkout-staging-member-east-frankfurt-1-blue", 53),
            "storefront-checkout-staging-member-east-fran-e6114bd3",
        );
    });

    it("keeps long names apart that begin alike", () => {
        const shortened = Array.from({ length: 500 }, (_, index) =>
            names.shorten(`${"a".repeat(80)}${index}`, 63),
        );
        assert.equal(new Set(shortened).size, 500);
    });

    it("leaves no separator before the hash", () => {
        assert.match(names.shorten(`${"a".repeat(53)}--${"b".repeat(30)}`, 63), /^a{53}-[0-9a-f]{8}$/);
    });
});

describe("name rules", () => {
    const cases: [names.NameRule, string[], string[]][] = [
        [
            names.specName,
            ["a", "web", "a1", "member-1"],
            ["", "1a", "-a", "a-", "Web", "a--b", "a_b", "a.b", "a".repeat(41)],
        ],
        [
            names.namespaceName,
            ["a", "0", "web-dev", "a".repeat(63)],
            ["", "-", "a-", "Aa", "a.b", "a".repeat(64)],
        ],
        [
            names.harborProjectName,
            ["a", "web-dev", "a.b_c-d", "a".repeat(255)],
            ["", "a--b", "a-", "-a", "A", "a".repeat(256)],
        ],
        [
            names.gitlabPathElement,
            ["web", "Web", "_a", "a.b", "a_b-c"],
            ["", "-a", "a.", "a.git", "a.atom", "a b", "a/b", "a--b"],
        ],
        [
            names.branchName,
            ["dev", "pre-prod", "release/1.0", "feature/x@y", "a".repeat(244)],
            [
                ...[
                    "",
                    "-dev",
                    "/dev",
                    "dev/",
                    "a//b",
                    "a..b",
                    ".a",
                    "a/.b",
                    "a.",
                    "a.lock",
                    "a.lock/b",
                    "a b",
                    "a~b",
                ],
                ...["a^", "a:b", "a?", "a*", "a[b", "a\\b", "a@{b", "0".repeat(40), "a".repeat(245)],
            ],
        ],
        [
            names.folderName,
            ["web", "apps/web", "a.b"],
            ["", "/web", "web/", "..", "a/../b", "./a", "a//b", "a b"],
        ],
    ];
    for (const [rule, accepted, refused] of cases) {
        it(`of a ${rule.what} accept and refuse`, () => {
            for (const name of accepted) {
                assert.equal(names.nameFault(name, rule), undefined, name);
            }
            for (const name of refused) {
                assert.notEqual(names.nameFault(name, rule), undefined, `"${name}" should be refused`);
            }
        });
    }

    it("say what is wrong", () => {
        assert.equal(
            names.nameFault("a".repeat(64), names.namespaceName),
            "a Kubernetes namespace has 1 to 63 characters; this has 64",
        );
        assert.equal(
            names.nameFault("A", names.namespaceName),
            "a Kubernetes namespace is lower case letters, digits and hyphens, no hyphen first or last",
        );
    });
});

describe("the Secret of a repository", () => {
    it("differs for two teams' repositories with one last element", () => {
        assert.notEqual(
            argocd.repositorySecret("acme/shop/config"),
            argocd.repositorySecret("acme/bank/config"),
        );
    });

    it("is a name Kubernetes takes, whatever GitLab allows", () => {
        for (const path of ["acme/shop/Web_Config.v2", `acme/${"x".repeat(200)}`]) {
            assert.equal(
                names.nameFault(argocd.repositorySecret(path), names.namespaceName),
                undefined,
                path,
            );
        }
    });
});
