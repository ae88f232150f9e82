/**
 * What a comparison with an inventory says. That a job without credentials does it is proved by test/e2e/review.test.ts; what
 * it comes to for changes of real life, by test/commands/review/note.test.ts, whose steps are made by it.
 */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, test } from "node:test";
import { parseCall } from "../../../commands/pulumi";
import { compared, urnOf } from "../../../commands/inventory/compare";
import { asInventoried } from "../../../commands/inventory";
import { idOf, type Registration } from "../../../commands/inventory/registration";
import { itemsOf, readInventory, type Item } from "../../../commands/inventory/inventory";
import { policyResults } from "../../../commands/inventory/policies";
import { addressesOf } from "../../../commands/support/addresses";
import { replacements } from "../../../commands/inventory/replaced";
import { stateOfInventory } from "../../../commands/inventory/state";
import { noteOf } from "../../../commands/review/note";
import { markdown } from "../../../commands/review/render";
import { checkoutDir } from "../../../toolchain/checkout";
import { model } from "../../support/estate";

const replaces = replacements();

const item = (type: string, name: string, inputs: Item["inputs"], more: Partial<Item> = {}): Item => ({
    type,
    name,
    inputs,
    options: {},
    ...more,
});

const quota = (cpu: string, more: Partial<Item> = {}): Item =>
    item("kubernetes:core/v1:ResourceQuota", "quota", { spec: { hard: { "requests.cpu": cpu } } }, more);

const ops = (before: readonly Item[], after: readonly Item[]): string[] =>
    compared({ stack: "dev", objects: before }, after, replaces).planned.map(
        ({ op, urn }) => `${op} ${urn.split("::").at(-1)}`,
    );

describe("a comparison with an inventory", () => {
    test("reports what is created, changed, deleted and retained", () => {
        const [one, other] = [
            item("gitlab:index/group:Group", "a", {}),
            item("gitlab:index/group:Group", "b", {}),
        ];
        assert.deepEqual(ops([one, quota("2")], [one, quota("4")]), ["same a", "update quota"]);
        assert.deepEqual(ops([one], [other]), ["create b", "delete a"]);
    });

    test("knows an object by the name that it had", () => {
        const renamed = quota("2", { name: "limit", options: { aliases: ["quota"] } });
        assert.deepEqual(ops([quota("2")], [renamed]), ["same limit"]);
    });

    test("counts as replaced what its server cannot change, and what moves to another server", () => {
        const protection = (level?: string): Item =>
            item("gitlab:index/branchProtection:BranchProtection", "p", {
                branch: "prod",
                ...(level === undefined ? {} : { pushAccessLevel: level }),
            });
        assert.deepEqual(ops([protection("developer")], [protection("maintainer")]), ["replace p"]);
        assert.deepEqual(ops([protection("developer")], [protection()]), ["update p"]);
        const binding = (role: string): Item =>
            item("kubernetes:rbac.authorization.k8s.io/v1:RoleBinding", "r", { roleRef: { name: role } });
        assert.deepEqual(ops([binding("view")], [binding("edit")]), ["replace r"]);
        const on = (provider: string): Item => quota("2", { provider });
        assert.deepEqual(ops([on("cluster-a")], [on("cluster-b")]), ["replace quota"]);
    });

    test("leaves what the program leaves to the server", () => {
        const project = (squash: string): Item =>
            item(
                "gitlab:index/project:Project",
                "p",
                { name: "p", squashOption: squash },
                { options: { ignoreChanges: ["squashOption"] } },
            );
        assert.deepEqual(ops([project("always")], [project("never")]), ["same p"]);
    });

    test("reports that a secret differs, and shows neither", () => {
        const secret = (value: string): Item[] =>
            itemsOf([
                {
                    type: "kubernetes:core/v1:Secret",
                    name: "s",
                    inputs: { type: "Opaque", stringData: { $secret: { password: value } } },
                    options: {},
                },
            ]);
        assert.deepEqual(ops(secret("one"), secret("one")), ["same s"]);
        assert.deepEqual(ops(secret("one"), secret("other")), ["update s"]);
        assert.deepEqual(secret("one")[0]?.inputs, { type: "Opaque", stringData: "[secret]" });
    });

    test("stores of a server its address alone, and reports that it has another one", () => {
        const provider = (kind: string, name: string, inputs: Record<string, unknown>): Registration => ({
            type: `pulumi:providers:${kind}`,
            name,
            inputs,
            options: {},
        });
        const servers = (host: string): Item[] =>
            itemsOf(
                [
                    provider("gitlab", "gitlab", {
                        baseUrl: `https://git.${host}/api/v4/`,
                        token: { $secret: "glpat-word" },
                    }),
                    provider("harbor", "harbor-main", {
                        url: `https://admin:word@harbor.${host}`,
                        username: "admin",
                        password: { $secret: "word" },
                    }),
                    provider("kubernetes", "cluster-member1", {
                        clusterIdentifier: "member1",
                        kubeconfig: { $secret: "word" },
                        context: "word",
                    }),
                    provider("kubernetes", "cluster-member2", { clusterIdentifier: "member2" }),
                ],
                { member1: `https://member1.${host}:6443`, member2: undefined },
            );
        assert.deepEqual(
            servers("test").map(({ inputs, secrets }) => [inputs, secrets]),
            [
                [{ baseUrl: "https://git.test/api/v4/" }, undefined],
                [{ url: "https://harbor.test" }, undefined],
                [{ server: "https://member1.test:6443" }, undefined],
                [{}, undefined],
            ],
        );
        const report = compared({ stack: "dev", objects: servers("test") }, servers("example"), replaces);
        const headline = (language: "en" | "zh"): string =>
            noteOf({ stack: "dev", estate: model(), language, policy: false, report }).headline;
        assert.equal(
            headline("en"),
            [
                "GitLab is looked for at `https://git.example` instead of `https://git.test`, and no repository is copied there",
                "Harbor `main` is looked for at `https://harbor.example` instead of `https://harbor.test`, and no image is copied there",
                "cluster `member1` is looked for at `https://member1.example:6443` instead of `https://member1.test:6443`, and nothing is moved there",
                "nothing is deleted",
            ].join("; "),
        );
        assert.match(headline("zh"), /集群 `member1` 的地址由 `https:\/\/member1\.test:6443` 改为/);
        // One that was made before addresses were kept.
        const old = servers("test").map((each) => ({ ...each, inputs: {} }));
        const since = compared({ stack: "dev", objects: old }, servers("test"), replaces);
        const quiet = noteOf({ stack: "dev", estate: model(), language: "en", policy: false, report: since });
        assert.equal(quiet.headline, "Nothing changes");
    });

    test("knows where clusters are by the spec, and else by what the last update knew", () => {
        const text = (server: string): string =>
            fs
                .readFileSync(path.join(checkoutDir(), "Pulumi.dev.yaml"), "utf8")
                .replace(/( +)member1:\n( +)/, `$1member1:\n$2server: ${server}\n$2`);
        const described = { stack: "dev", text: text("https://new.test:6443") };
        const { member1, member2 } = addressesOf(described, {
            member1: { server: "https://old.test:6443" },
            member2: { server: "https://two.test:6443" },
        });
        assert.deepEqual([member1, member2], ["https://new.test:6443", "https://two.test:6443"]);
    });

    test("reads the stack file of a sandbox with the ports that the inventory was made at", () => {
        const text = `gitlab: { url: http://127.0.0.1:8929 }\nmanifests: { path: .sandbox/argocd }\n`;
        assert.equal(
            asInventoried(text, { portBase: 12000 }, () => "/box"),
            `gitlab: { url: http://127.0.0.1:12009 }\nmanifests: { path: /box/argocd }\n`,
        );
        const notAsked = (): string => assert.fail("the sandbox is asked for");
        assert.equal(asInventoried(text, {}, notAsked), text);
    });

    test("refuses what the engine would refuse", () => {
        const kept = quota("2", { options: { protect: true } });
        const { errors } = compared({ stack: "dev", objects: [kept] }, [], replaces);
        assert.match(errors[0]?.message ?? "", /^quota would be deleted, and is protected/);
    });

    test("does not refuse what leaves the stack before, and stays on its server", () => {
        const kept = quota("2", { options: { protect: true } });
        const before = { stack: "dev", objects: [kept] };
        const { errors, planned } = compared(before, [], replaces, new Set([urnOf("dev", kept)]));
        assert.deepEqual(errors, []);
        assert.deepEqual(
            planned.map(({ op }) => op),
            ["delete"],
        );
    });

    test("knows the full paths of repositories and groups, below a group that is made and one that is not", () => {
        const [top, team, project] = [
            item("gitlab:index/group:Group", "estate-group", { path: "acme" }),
            item("gitlab:index/group:Group", "team-shop-group", {
                path: "shop",
                parentId: Number(idOf("gitlab:", "estate-group")),
            }),
            item("gitlab:index/project:Project", "config-web-project", {
                path: "web-config",
                namespaceId: Number(idOf("gitlab:", "team-shop-group")),
            }),
        ];
        const paths = (objects: readonly Item[], createGroup: boolean, group = "acme"): unknown[] =>
            (
                stateOfInventory(
                    { stack: "dev", objects },
                    { gitlab: { ...model().gitlab, createGroup, group } },
                ).deployment?.resources ?? []
            ).map(({ outputs }) => outputs?.["fullPath"] ?? outputs?.["pathWithNamespace"]);
        const below = ["acme/shop", "acme/shop/web-config"];
        assert.deepEqual(paths([top, team, project], true), ["acme", ...below]);
        assert.deepEqual(paths([team, project], false), below);
        assert.deepEqual(
            paths([top, team, project], true, "org/acme"),
            ["acme", ...below].map((each) => `org/${each}`),
        );
    });

    test("says in the note what it is, and what it cannot show", () => {
        const report = compared({ stack: "dev", objects: [quota("2")] }, [quota("4")], replaces);
        const note = (language: "en" | "zh"): string =>
            markdown(
                noteOf({
                    stack: "dev",
                    estate: model(),
                    language,
                    policy: false,
                    report,
                    against: { at: "2027-01-15T12:30:00.000Z", commit: "0123abcd99" },
                }),
                { marker: "m" },
            );
        assert.match(note("en"), /### .*nothing of the inventory is deleted\n/);
        assert.match(
            note("en"),
            /no server was asked.* inventory of 2027-01-15 12:30 UTC \(commit `0123abcd`\)/,
        );
        assert.match(note("en"), /cannot show: what was changed on the servers by hand since then/);
        assert.match(note("en"), /whoever wrote the branch decides what stands here/);
        assert.match(note("zh"), /### .*清单中的内容都不会被删除\n/);
        assert.match(note("zh"), /没有询问任何服务器.*2027-01-15 12:30 UTC/);
    });
});

describe("policies on what a program declares", () => {
    const open = item("harbor:index/project:Project", "images", { name: "web-prod", public: "true" });

    test("are those of the pack, at the level that the stack configures", () => {
        const found = policyResults([open], { used: { all: "mandatory" } }, "prod", "2027-01-15");
        const said = found.find(({ policy }) => /project-private$/.test(policy));
        assert.equal(said?.level, "mandatory");
        assert.match(said?.urn ?? "", /::images$/);
        const name = said?.policy ?? "";
        const off = policyResults([open], { used: { [name]: "disabled" } }, "dev", "2027-01-15");
        assert.ok(!off.some(({ policy }) => policy === name));
    });

    test("go on with the default where the stack's pattern is none, and say so as the pack does", () => {
        const used = { settings: { prodPattern: "(" } };
        const found = policyResults([open], { used }, "prod", "2027-01-15");
        assert.deepEqual(
            found.filter(({ policy }) => policy === "settings").map(({ message }) => message),
            [
                "The settings of the pack can be used.\nprodPattern is no regular expression; the default is used in its place.",
            ],
        );
        assert.ok(found.some(({ policy }) => /project-private$/.test(policy)));
    });

    test("are in the language of the note, and so is the whole note", () => {
        const rulesOf = (language: "en" | "zh"): ReturnType<typeof policyResults> =>
            policyResults([open], { used: { all: "mandatory" } }, "prod", "2027-01-15", language);
        const report = { ...compared({ stack: "prod", objects: [] }, itemsOf([open]), replaces) };
        const note = (language: "en" | "zh"): string =>
            markdown(
                noteOf({
                    stack: "prod",
                    estate: model(),
                    language,
                    policy: true,
                    report: { ...report, policies: rulesOf(language) },
                }),
                { marker: "m" },
            );
        assert.match(
            note("en"),
            /`harbor-project-private`, stops the update: image project `web-prod`.*: `Harbor projects are private: images carry code and sometimes more\. public is true; leave it out/,
        );
        assert.match(
            note("zh"),
            /`harbor-project-private`，不通过：.*`web-prod`.*：`Harbor 项目是私有的：镜像里有代码，有时还有别的。public 为 true，请去掉/,
        );
    });

    test("are advice where the stack has an exemption, with its reason", () => {
        const [name = ""] = policyResults([open], { used: undefined }, "dev", "2027-01-15").flatMap(
            ({ policy }) => (/project-private$/.test(policy) ? [policy] : []),
        );
        const exemptions = [
            { rule: name, resource: "images", reason: "Public by decision of Grace", until: "2027-03-31" },
        ];
        const used = { all: "mandatory", settings: { exemptions } };
        const found = policyResults([open], { used }, "dev", "2027-01-15").find(
            ({ policy }) => policy === name,
        );
        assert.equal(found?.level, "advisory");
        assert.match(found?.message ?? "", /^Exempt until 2027-03-31: Public by decision of Grace/);
    });
});

describe("the options", () => {
    test("go with the operations that they are for", () => {
        assert.equal(parseCall(["up", "--inventory", "i.json"]).inventory, "i.json");
        assert.equal(parseCall(["preview", "--against", "i.json", "--policy", "--note"]).against, "i.json");
        for (const [argv, said] of [
            [["preview", "--inventory", "i.json"], /--inventory <file> is for an up/],
            [["up", "--inventory", "i.json", "--target", "x"], /--target leaves something out/],
            [["up", "--against", "i.json"], /--against <file> is for a preview/],
            [["preview", "--against", "i.json", "--refresh"], /it cannot do --refresh/],
            [["preview", "--against", "i.json", "--save-plan", "p"], /it cannot do --save-plan/],
        ] as const) {
            assert.throws(() => parseCall(argv), said, argv.join(" "));
        }
    });

    test("want an inventory of this stack and form", () => {
        const text = (stack: string): string =>
            JSON.stringify({ version: 1, stack, at: "2027", objects: [] });
        assert.equal(readInventory(text("dev"), "dev", "f").stack, "dev");
        assert.throws(() => readInventory(text("prod"), "dev", "f"), /inventory of stack "prod"/);
        assert.throws(() => readInventory("{", "dev", "f"), /f is no inventory/);
    });
});
