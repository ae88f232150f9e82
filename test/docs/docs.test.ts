/**
 * The pages stay true: links, commands, options, variables, versions and examples. Whether the sentences around them are
 * right, and whether outputs shown are what a run prints today, these tests do not prove.
 */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { parseEstate, specSchema } from "../../estate";
import { checkoutDir } from "../../toolchain/checkout";
import { TOOLS } from "../../toolchain/tools";
import {
    anchor,
    codeBlocks,
    codeSpans,
    commands,
    headings,
    page,
    pages,
    prose,
    relativeLinks,
} from "./support";

const root = checkoutDir();
const all = pages();
const generated = "docs/estate.md";

describe("links", () => {
    for (const each of all) {
        it(`of ${each.file} lead somewhere`, () => {
            const dead = relativeLinks(each).filter((target) => {
                const [file = "", fragment] = target.split("#");
                const aim = file === "" ? each.file : path.posix.join(path.posix.dirname(each.file), file);
                if (!fs.existsSync(path.join(root, aim))) {
                    return true;
                }
                return fragment !== undefined && !anchorsOf(aim).includes(fragment);
            });
            assert.deepEqual(dead, []);
        });
    }

    it("have company: what CONTRIBUTING.md names without one is there too, up to a placeholder", () => {
        const named = codeSpans(page("CONTRIBUTING.md"))
            .map((span) => /^[a-z]+\/[\w.<>/-]*$/.exec(span)?.[0].replace(/[^/]*<.*$/, "") ?? "")
            .filter((file) => file.includes("/"));
        assert.ok(named.length > 40, `only ${named.length} found`);
        assert.deepEqual(
            named.filter((file) => !fs.existsSync(path.join(root, file))),
            [],
        );
    });

    it("from README.md reach every page of docs/", () => {
        const linked = relativeLinks(page("README.md")).map((target) => target.split("#")[0]);
        const missing = all
            .map(({ file }) => file)
            .filter((file) => file.startsWith("docs/") && !linked.includes(file));
        assert.deepEqual(missing, []);
    });
});

function anchorsOf(file: string): string[] {
    return file.endsWith(".md") ? headings(page(file)).map(({ title }) => anchor(title)) : [];
}

describe("commands", () => {
    const { scripts } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")) as {
        scripts: Record<string, string>;
    };

    /** Options of `pulumi` itself that pages use; each was looked up in `pulumi <command> --help` of 3.256. */
    const ofPulumi = [
        "--clear-pending-creates",
        "--config-file",
        "--debug",
        "--diff",
        "--file",
        "--generate-code",
        "--import-file",
        "--json",
        "--non-interactive",
        "--path",
        "--policy-pack",
        "--policy-pack-config",
        "--protect",
        "--refresh",
        "--secret",
        "--show-secrets",
        "--skip-preview",
        "--stack",
        "--target",
        "--yes",
    ];

    /** Options the source of a script speaks of. */
    const optionsIn = (...files: string[]): string[] =>
        files.flatMap(
            (file) => fs.readFileSync(path.join(root, file), "utf8").match(/--[a-z][a-z-]+|-[fn]\b/g) ?? [],
        );
    /** A script's source, and the folder of the same name beside it. */
    const sourcesOf = (file: string): string[] => {
        const folder = file.replace(/\.\w+$/, "");
        const there = fs.existsSync(path.join(root, folder)) ? fs.readdirSync(path.join(root, folder)) : [];
        return [file, ...there.filter((name) => name.endsWith(".ts")).map((name) => `${folder}/${name}`)];
    };
    const engine = [...optionsIn("commands/pulumi.ts"), ...ofPulumi];

    const known = (script: string): readonly string[] => {
        const file = /\S+\.(ts|mjs)\b(?!.*\.(ts|mjs)\b)/.exec(scripts[script] ?? "")?.[0];
        return ["preview", "up", "refresh", "destroy"].includes(script)
            ? engine
            : file === undefined
              ? []
              : optionsIn(...sourcesOf(file));
    };

    for (const each of all) {
        it(`of ${each.file} exist, with their options`, () => {
            for (const { text } of commands(each)) {
                const call = /^npm (?:run (?:--silent )?([\w:-]+)|(start|test))(?: -- (.*))?$/.exec(text);
                if (call === null) {
                    assert.ok(
                        !/^npm run\b.*--\S/.test(text),
                        `${text}: options of a script stand behind " -- "`,
                    );
                    continue;
                }
                const script = call[1] ?? call[2] ?? "";
                assert.ok(script in scripts, `${text}: package.json has no script ${script}`);
                const options = (call[3] ?? "").match(/(?<![\w-])--?[a-z][a-z-]*/g) ?? [];
                const unknown = options.filter((option) => !known(script).includes(option));
                assert.deepEqual(unknown, [], text);
            }
        });
    }

    it("of Pulumi name options that this test knows", () => {
        for (const { file, text } of all.flatMap(commands).filter(({ text }) => text.startsWith("pulumi "))) {
            const unknown = (text.match(/(?<=\s)--[a-z][a-z-]*/g) ?? []).filter(
                (option) => !ofPulumi.includes(option),
            );
            assert.deepEqual(unknown, [], `${file}: ${text}`);
        }
    });
});

describe("examples of an estate", () => {
    const servers = Object.fromEntries(
        ["member1", "member2", "member3"].map((name) => [name, `https://${name}.example.com:6443`]),
    );
    const sections = new Set(Object.keys(specSchema.shape));

    for (const each of all.filter(({ file }) => file !== generated)) {
        for (const { language, text, line } of codeBlocks(each)) {
            if (language !== "yaml") {
                continue;
            }
            const content = parse(text) as unknown;
            const below =
                /^# a fragment of (\S+)/.exec(text)?.[1] ?? (isFragment(content) ? "estate" : undefined);
            if (below !== undefined) {
                it(`${each.file}:${String(line)} is a fragment with known keys`, () => {
                    const at = sections.has(below.split(".")[0] ?? "") ? below.split(".") : [];
                    const spec = at.reduceRight<unknown>((inner, key) => ({ [key]: inner }), content);
                    const unknown = parseEstate(spec).problems.filter(({ id }) => id === "unknown-key");
                    assert.deepEqual(unknown, []);
                });
            } else if (specOf(content) !== content) {
                it(`${each.file}:${String(line)} is an estate without problems`, () => {
                    assert.deepEqual(parseEstate(specOf(content), { servers }).problems, []);
                });
            }
        }
    }

    /** A YAML block that holds nothing but sections of the spec is part of one. */
    function isFragment(content: unknown): boolean {
        const keys = typeof content === "object" && content !== null ? Object.keys(content) : [];
        return keys.length > 0 && keys.every((key) => sections.has(key));
    }
});

/** The spec in a stack file, in its configuration or by itself. */
function specOf(content: unknown): unknown {
    const map = content as Record<string, unknown>;
    const config = (map["config"] ?? map) as Record<string, unknown>;
    return config["gitops-estate:estate"] ?? content;
}

describe("names and figures", () => {
    it("every ESTATE_ variable of a page is read somewhere, and every one that is read is on a page", () => {
        const source = ["sandbox", "commands", "toolchain", "estate", "components", "policies"]
            .flatMap((folder) => sourceFiles(path.join(root, folder)))
            .filter((file) => !file.startsWith(path.join(root, "sandbox", "test")))
            .map((file) => fs.readFileSync(file, "utf8"))
            .join("\n");
        const tests = ["test", path.join("sandbox", "test")]
            .flatMap((folder) => sourceFiles(path.join(root, folder)))
            .map((file) => fs.readFileSync(file, "utf8"));
        const inSource = new Set([source, ...tests].join("\n").match(/\bESTATE_[A-Z_]+[A-Z]\b/g));
        const onPages = new Set(all.flatMap(({ text }) => text.match(/\bESTATE_[A-Z_]+[A-Z]\b/g) ?? []));
        // Of the pipeline, not of the program.
        onPages.delete("ESTATE_CI_IMAGE");
        assert.deepEqual([...onPages].filter((name) => !inSource.has(name)).sort(), []);
        const read = new Set(source.match(/(?<=env(?:\.|\[["'`]))ESTATE_[A-Z_]+/g));
        // Those of the bench and of the tests are no business of a user.
        const forUsers = [...read].filter((name) => !/^ESTATE_(BENCH|TEST)_/.test(name));
        assert.deepEqual(forUsers.filter((name) => !onPages.has(name)).sort(), []);
    });

    it("docs/toolchain.md has every tool with its version", () => {
        const rows = prose(page("docs/toolchain.md"))
            .split("\n")
            .filter((line) => line.startsWith("| "));
        for (const [name, { version }] of Object.entries(TOOLS)) {
            const row = rows.find((line) => (line.split("|")[1] ?? "").split(/[\s,()]+/).includes(name));
            assert.ok(row, `${name} is not in the table`);
            assert.ok(
                version === "source" || row.split(/[\s,|]+/).includes(version),
                `${name} is ${version}`,
            );
        }
    });

    it("docs/policies.md has every rule, and README.md their number", () => {
        const rules = sourceFiles(path.join(root, "policies", "rules"))
            .flatMap(
                (file) => fs.readFileSync(file, "utf8").match(/(?<=\bname: ")[a-z]+-[a-z-]+(?=")/g) ?? [],
            )
            .sort();
        const listed = [...page("docs/policies.md").text.matchAll(/^\| ([a-z-]+) \|/gm)]
            .map((match) => match[1] ?? "")
            .filter((name) => name.includes("-") && !/^-+$/.test(name))
            .sort();
        assert.deepEqual(listed, rules);
        assert.ok(page("README.md").text.includes(`${rules.length} rules`));
        assert.ok(page("README.zh-CN.md").text.includes(`${rules.length} 条规则`));
    });

    it("CHANGELOG.md begins with what is not released, or with the version of package.json", () => {
        const { version } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")) as {
            version: string;
        };
        const first = headings(page("CHANGELOG.md")).find(({ level }) => level === 2)?.title ?? "";
        assert.ok(/^unreleased/i.test(first) || first.startsWith(version), first);
    });
});

function sourceFiles(folder: string): string[] {
    return fs
        .readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((file) => /\.(ts|mjs|cjs|go)$/.test(file))
        .map((file) => path.join(folder, file));
}

describe("README.zh-CN.md", () => {
    const [english, chinese] = [page("README.md"), page("README.zh-CN.md")];

    it("has the sections of README.md, in its order", () => {
        assert.deepEqual(
            headings(chinese).map(({ level }) => level),
            headings(english).map(({ level }) => level),
        );
        assert.deepEqual(
            headings(chinese).filter(({ title, level }) => level > 1 && !/\p{Script=Han}/u.test(title)),
            [],
        );
    });

    it("has its commands and code", () => {
        assert.deepEqual(codeSpans(chinese).sort(), codeSpans(english).sort());
        const code = (each: typeof english): string[] =>
            codeBlocks(each).map(({ language, text }) => `${language}\n${text.replace(/\s*#.*$/gm, "")}`);
        assert.deepEqual(code(chinese), code(english));
    });

    it("links where it links", () => {
        const targets = (each: typeof english): string[] =>
            relativeLinks(each)
                .filter((target) => !target.startsWith("README") && !target.startsWith("#"))
                .sort();
        assert.deepEqual(targets(chinese), targets(english));
    });
});
