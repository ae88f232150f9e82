/** Templates: what is rendered, what is refused, and that a value cannot end what it stands in. */
import * as assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { test } from "node:test";
import { parse, parseAllDocuments } from "yaml";
import { fileText, groovyQuoted, render, renderFile } from "../../components/support/template";
import { yamlScalar } from "../../components/support/yaml";

const asIs = (text: string): string => text;

test("texts and numbers are filled in inside of lines, each as often as its placeholder", () => {
    assert.equal(
        render("a: __app__ # __app__\nb: __port__\n", { app: "web", port: 8080 }, asIs),
        "a: web # web\nb: 8080\n",
    );
});

test("lines take the place and the indentation of their placeholder's line", () => {
    const template = "x {\n    __block__\n}\n";
    assert.equal(render(template, { block: ["a {", "  b", "}"] }), "x {\n    a {\n      b\n    }\n}\n");
    assert.equal(render(template, { block: [] }), "x {\n}\n");
});

test("what Helm, GitLab, Groovy and the shell put into files is no placeholder", () => {
    const text = '{{ .Values.a }} $CI_X ${env.B ?: 1} "$(c)" %d% @e@ __DIR__ __init\n';
    assert.equal(render(text, {}), text);
});

test("a value is not read as a template", () => {
    assert.equal(render("__a__ __b__\n", { a: "__b__", b: "$& $1" }, asIs), "__b__ $& $1\n");
});

test("a placeholder without a value is refused, and none comes from an object's prototype", () => {
    assert.throws(
        () => render("a: __app__\n", { port: 1 }),
        /placeholder __app__ has no value; there are port/,
    );
    assert.throws(
        () => render("a: __toString__\n", {}),
        /placeholder __toString__ has no value; there are none/,
    );
});

test("a value without a placeholder is refused", () => {
    assert.throws(
        () => render("a: __app__\n", { app: "web", port: 1, other: [] }, asIs),
        /there is no placeholder for port, other/,
    );
});

test("lines inside of a line, and texts for an unknown language, are refused", () => {
    assert.throws(() => render("a: __app__\n", { app: ["web"] }, asIs), /must have a line of its own/);
    assert.throws(
        () => render("a: __app__\n", { app: "web" }),
        /__app__ is a text, and it is not known how this language writes one/,
    );
});

test("a refusal names the file", () => {
    const file = path.join(__dirname, "../../components/content/helm/Chart.yaml");
    assert.throws(() => renderFile(file, {}), /content\/helm\/Chart\.yaml: placeholder __app__ has no value/);
});

test("a text stays one text in YAML, whatever it looks like", () => {
    for (const text of ["web", "123", "on", "null", "1e3", "a: b", "a #b", "a, b]", "x\ny", "'", '"', ""]) {
        const line = render("a: [__text__]\nb: __text__\n", { text }, yamlScalar);
        assert.deepEqual(parse(line, { version: "1.1" }), { a: [text], b: text }, line);
    }
    assert.equal(yamlScalar("mirror.test/alpine:1"), "mirror.test/alpine:1");
});

test("a text cannot end a Groovy string", () => {
    assert.equal(render("id: '__id__'\n", { id: "it's \\" }, groovyQuoted), "id: 'it\\'s \\\\'\n");
});

test("a file is read once", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "template-"));
    try {
        const file = path.join(folder, "a.txt");
        writeFileSync(file, "first\n");
        assert.equal(fileText(file), "first\n");
        writeFileSync(file, "second\n");
        assert.equal(fileText(file), "first\n");
    } finally {
        rmSync(folder, { recursive: true });
    }
});

const components = path.join(__dirname, "../../components");
const files = ["content", "ci"].flatMap((folder) =>
    readdirSync(path.join(components, folder), { recursive: true, encoding: "utf8" })
        .map((file) => path.join(folder, file))
        .filter((file) => /\.ya?ml$/.test(file) && !file.includes("helm/templates/")),
);

test("templates of YAML are YAML before they are rendered", () => {
    assert.ok(files.length > 5, files.join());
    for (const file of files) {
        for (const document of parseAllDocuments(readFileSync(path.join(components, file), "utf8"))) {
            assert.deepEqual(document.errors, [], file);
        }
    }
});
