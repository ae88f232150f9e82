/**
 * Who imports whom. In every folder of the product the files and the folders beside each other, each folder taken as one,
 * import each other in one direction only; and the product is made of what it may be made of. `no-restricted-imports` in
 * eslint.config.mjs says the second at the line, but does not see dynamic imports.
 */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, test } from "node:test";
import ts from "typescript";

import { engines } from "../estate/engines";
import { flows } from "../estate/flows";
import { checkoutDir } from "../toolchain/checkout";

/** What one file imports: paths of ours from the checkout on, and names of packages that it needs when it runs. */
interface Imports {
    readonly values: readonly string[];
    readonly types: readonly string[];
    readonly packages: readonly string[];
}

const root = checkoutDir();

function sources(folder: string): string[] {
    return fs
        .readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
        .filter((file) => /\.ts$/.test(file) && !file.endsWith(".d.ts") && !file.includes("node_modules"))
        .map((file) => path.posix.join(folder, file.split(path.sep).join("/")));
}

/** The file that a relative import of `from` means. @throws Error when there is none. */
function target(from: string, specifier: string): string {
    const at = path.posix.join(path.posix.dirname(from), specifier);
    const found = [at, `${at}.ts`, `${at}.d.ts`, path.posix.join(at, "index.ts")].find(
        (file) => fs.statSync(path.join(root, file), { throwIfNoEntry: false })?.isFile() === true,
    );
    assert.ok(found !== undefined, `${from} imports ${specifier}, which is not there`);
    return found;
}

/** Whether an import or export is of types alone: nothing of it is left in the program. */
function isOfTypes(node: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
    if (ts.isExportDeclaration(node)) {
        const { exportClause } = node;
        return (
            node.isTypeOnly ||
            (exportClause !== undefined &&
                ts.isNamedExports(exportClause) &&
                exportClause.elements.every(({ isTypeOnly }) => isTypeOnly))
        );
    }
    const clause = node.importClause;
    if (clause === undefined || clause.isTypeOnly) {
        return clause !== undefined;
    }
    const { namedBindings } = clause;
    return (
        clause.name === undefined &&
        namedBindings !== undefined &&
        ts.isNamedImports(namedBindings) &&
        namedBindings.elements.every(({ isTypeOnly }) => isTypeOnly)
    );
}

function importsOf(file: string): Imports {
    const text = fs.readFileSync(path.join(root, file), "utf8");
    const types: string[] = [];
    const values: string[] = [];
    const visit = (node: ts.Node): void => {
        if (
            (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) &&
            node.moduleSpecifier !== undefined &&
            ts.isStringLiteral(node.moduleSpecifier)
        ) {
            (isOfTypes(node) ? types : values).push(node.moduleSpecifier.text);
        } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
            types.push((node.argument.literal as ts.StringLiteral).text);
        } else if (
            ts.isCallExpression(node) &&
            (node.expression.kind === ts.SyntaxKind.ImportKeyword ||
                node.expression.getText() === "require") &&
            node.arguments[0] !== undefined &&
            ts.isStringLiteral(node.arguments[0])
        ) {
            values.push(node.arguments[0].text);
        }
        ts.forEachChild(node, visit);
    };
    visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
    const ours = (names: readonly string[]): string[] =>
        names.filter((name) => name.startsWith(".")).map((name) => target(file, name));
    const isPackage = (name: string): boolean => !name.startsWith(".") && !name.startsWith("node:");
    const packageOf = (name: string): string =>
        name
            .split("/")
            .slice(0, name.startsWith("@") ? 2 : 1)
            .join("/");
    return { values: ours(values), types: ours(types), packages: values.filter(isPackage).map(packageOf) };
}

/** All that a file says but in comments: names and texts, a line each. */
function wordsOf(file: string): string {
    const words: string[] = [];
    const visit = (node: ts.Node): void => {
        if (
            ts.isIdentifier(node) ||
            ts.isStringLiteralLike(node) ||
            ts.isTemplateHead(node) ||
            ts.isTemplateMiddleOrTemplateTail(node)
        ) {
            words.push(node.text);
        }
        ts.forEachChild(node, visit);
    };
    visit(
        ts.createSourceFile(
            file,
            fs.readFileSync(path.join(root, file), "utf8"),
            ts.ScriptTarget.Latest,
            true,
        ),
    );
    return words.join("\n");
}

type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** The circles of a graph: a sorted list of names each, the smallest sets that are in circles with each other. */
export function circles(graph: Graph): string[][] {
    const reached = (from: string): Set<string> => {
        const seen = new Set<string>();
        const visit = (node: string): void =>
            graph.get(node)?.forEach((next) => {
                if (!seen.has(next)) {
                    seen.add(next);
                    visit(next);
                }
            });
        visit(from);
        return seen;
    };
    const reach = new Map([...graph.keys()].map((node) => [node, reached(node)]));
    const found = new Map<string, string[]>();
    for (const [node, seen] of reach) {
        if (seen.has(node)) {
            const circle = [...seen].filter((other) => reach.get(other)?.has(node) === true).sort();
            found.set(circle.join(), circle);
        }
    }
    return [...found.values()];
}

/** The imports between what lies in one folder, with the imports of files that make each of them. */
function levels(
    imports: Iterable<readonly [string, readonly string[]]>,
): Map<string, Map<string, Map<string, string[]>>> {
    const all = new Map<string, Map<string, Map<string, string[]>>>();
    for (const [file, others] of imports) {
        for (const other of others) {
            const [from, to] = [file.split("/"), other.split("/")];
            const shared = from.findIndex((name, at) => name !== to[at]);
            const folder = from.slice(0, shared).join("/");
            const [a = "", b = ""] = [from[shared], to[shared]];
            const level = all.get(folder) ?? new Map<string, Map<string, string[]>>();
            all.set(folder, level);
            const edges = level.get(a) ?? new Map<string, string[]>();
            level.set(a, edges);
            edges.set(b, [...(edges.get(b) ?? []), `${file} -> ${other}`]);
        }
    }
    return all;
}

/** Fails with the imports that make a circle, but for those between what lies in the folders `allowed`. */
function assertNoCircles(
    imports: Iterable<readonly [string, readonly string[]]>,
    allowed: readonly string[] = [],
): void {
    const checked = [...levels(imports)].filter(([folder]) => !allowed.includes(folder));
    const faults = checked.flatMap(([folder, level]) =>
        circles(new Map([...level].map(([name, edges]) => [name, new Set(edges.keys())]))).map((circle) => {
            const lines = circle.flatMap((name) =>
                [...(level.get(name) ?? [])]
                    .filter(([other]) => circle.includes(other))
                    .flatMap(([, made]) => made),
            );
            return `in ${folder || "the checkout"}: ${circle.join(", ")}\n    ${lines.join("\n    ")}`;
        }),
    );
    assert.deepEqual(faults, [], `circles of imports:\n${faults.join("\n")}`);
}

const product = new Map(
    [...sources("estate"), ...sources("components"), ...sources("policies"), "index.ts"].map((file) => [
        file,
        importsOf(file),
    ]),
);

describe("the structure of the product", () => {
    test("no circle between files and folders beside each other, in what runs", () => {
        assertNoCircles([...product].map(([file, { values }]) => [file, values]));
    });

    test("nor in the types they take from each other", () => {
        // Types alone may point both ways between the parts of the spec, and between flows and their registry: what a spec
        // is made of is put together from the entries of both registries, and each entry has rules about whole specs.
        const both = ["estate", "estate/flows"];
        assertNoCircles(
            [...product].map(([file, { values, types }]) => [file, [...values, ...types]]),
            both,
        );
    });

    test("each part knows only what it is made of", () => {
        const allowed: Readonly<Record<string, readonly string[]>> = {
            estate: ["estate"],
            components: ["components", "estate"],
            policies: ["policies", "estate"],
            "index.ts": ["components", "estate"],
        };
        const faults = [...product].flatMap(([file, { values, types }]) => {
            const [part = ""] = file.split("/");
            return [...values, ...types]
                .filter((other) => !(allowed[part] ?? []).includes(other.split("/")[0] ?? ""))
                .map((other) => `${file} -> ${other}`);
        });
        assert.deepEqual(faults, []);
    });

    test("components refuse in one way, and labels are spelled in one place", () => {
        const spelled = (words: RegExp): string[] =>
            [...product.keys()].filter((file) => words.test(fs.readFileSync(path.join(root, file), "utf8")));
        const refusing = spelled(/\bResourceError\(/);
        assert.deepEqual(
            refusing.filter((file) => file.startsWith("components/")),
            ["components/support/refuse.ts"],
        );
        assert.deepEqual(spelled(/["'`](gitops-estate|app\.kubernetes\.io)\/[a-z]/), ["estate/labels.ts"]);
    });

    test("what is an engine's or a flow's is named in their folders alone", () => {
        const places: Readonly<Record<string, string>> = {
            // In every living cluster; another name would replace the account, with all that it has made.
            "components/clusters/access.ts": "argocd",
        };
        // Commands that name an engine outside the folders of engines, and why; none is to be added.
        const bench = "measures or compares these engines, by the names of their programs";
        const readers: Readonly<Record<string, string>> = {
            "commands/bench.ts": bench,
            "commands/bench/delivery.ts": bench,
            "commands/bench/engines.ts": bench,
            "commands/support/story.ts": "follows Applications for the demonstration and the benches",
        };
        // Written as in a spec, and as in a name of the code.
        const flowNames = Object.keys(flows).flatMap((name) => [name, name.replaceAll("-", "")]);
        const engineNames = Object.entries(engines).flatMap(([name, { title }]) => [name, title]);
        const faults = [...product.keys(), ...sources("commands")]
            .filter((file) => !/\/(engines|flows)\//.test(file))
            .flatMap((file) => {
                const words = wordsOf(file).toLowerCase();
                return [...flowNames, ...(file in readers ? [] : engineNames)]
                    .filter((name) => words.includes(name.toLowerCase()) && places[file] !== name)
                    .map((name) => `${file} names ${name}`);
            });
        assert.deepEqual(faults, []);
        const clean = Object.keys(readers).filter((file) => {
            const words = wordsOf(file).toLowerCase();
            return !engineNames.some((name) => words.includes(name.toLowerCase()));
        });
        assert.deepEqual(clean, [], "names no engine any more: take it out of the list");
    });

    test("the spec needs no Pulumi, but for estate/config.ts", () => {
        const faults = [...product]
            .filter(([file]) => file.startsWith("estate/") && file !== "estate/config.ts")
            .filter(([, { packages }]) => packages.some((name) => name.startsWith("@pulumi/")))
            .map(([file]) => file);
        assert.deepEqual(faults, []);
    });

    test("commands that people run start without the Pulumi SDK, which takes longer to load than all of theirs", () => {
        const seen = new Map<string, string>();
        const visit = (file: string, by: string): void => {
            if (!seen.has(file) && file.endsWith(".ts")) {
                seen.set(file, by);
                importsOf(file).values.forEach((each) => visit(each, file));
            }
        };
        for (const name of ["pulumi", "start", "demo", "board", "doctor", "drift"]) {
            visit(`commands/${name}.ts`, "npm run");
        }
        const faults = [...seen]
            .filter(([file]) => importsOf(file).packages.some((name) => name === "@pulumi/pulumi"))
            .map(([file, by]) => `${by} -> ${file}`);
        assert.deepEqual(faults, []);
    });
});

test("what a stack on other servers needs is in the dependencies that npm ci --omit=dev installs", () => {
    const { dependencies } = JSON.parse(fs.readFileSync(path.join(root, "package.json"), "utf8")) as {
        dependencies: Record<string, string>;
    };
    const needed = new Map(product);
    // commands/pulumi.ts loads the sandbox when a stack runs on it, and not by an import.
    const visit = (file: string): void => {
        if (!needed.has(file) && file.endsWith(".ts")) {
            const imports = importsOf(file);
            needed.set(file, imports);
            imports.values.forEach(visit);
        }
    };
    visit("commands/pulumi.ts");
    // Loaded for an inventory only.
    visit("commands/inventory/program.ts");
    const faults = [...needed].flatMap(([file, { packages }]) =>
        packages.filter((name) => dependencies[name] === undefined).map((name) => `${file} -> ${name}`),
    );
    assert.deepEqual(faults, []);
    assert.deepEqual(
        [...needed.keys()].filter((file) => file.startsWith("sandbox/")),
        [],
    );
});

test("circles are found, and what only points one way is none", () => {
    const graph = (edges: Readonly<Record<string, readonly string[]>>): Graph =>
        new Map(Object.entries(edges).map(([from, to]) => [from, new Set(to)]));
    assert.deepEqual(circles(graph({ a: ["b", "c"], b: ["c"], c: [] })), []);
    assert.deepEqual(circles(graph({ a: ["b"], b: ["c"], c: ["b", "d"], d: [] })), [["b", "c"]]);
    assert.deepEqual(circles(graph({ a: ["b"], b: ["a"], c: ["d"], d: ["e"], e: ["c"] })), [
        ["a", "b"],
        ["c", "d", "e"],
    ]);
});
