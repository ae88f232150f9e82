import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, it } from "node:test";
import { z } from "zod";
import { parseEstate, rules, specSchema } from "../../estate";
import { inherited, pages, smallest } from "../../commands/docs";

describe("the generated pages", () => {
    for (const { file, text } of pages()) {
        it(`are current: ${file}`, () => {
            const committed = fs.readFileSync(path.join(__dirname, "..", "..", file), "utf8");
            assert.ok(committed === text, `${file} is not current. Run: npm run docs`);
        });
    }

    it("show examples that work", () => {
        for (const example of [smallest, inherited]) {
            const { estate, problems } = parseEstate(example, {
                servers: { member1: "https://member1.test" },
            });
            assert.ok(estate);
            assert.deepEqual(problems, []);
        }
    });

    it("name every rule", () => {
        const page = pages().find(({ file }) => file.endsWith(".md"))?.text ?? "";
        for (const { id } of rules) {
            assert.ok(page.includes(`\`${id}\``), id);
        }
    });

    it("explain every option", () => {
        const walk = (schema: unknown, at: string): void => {
            if (typeof schema !== "object" || schema === null) {
                return;
            }
            for (const [key, inner] of Object.entries(schema)) {
                if (key === "properties") {
                    for (const [name, option] of Object.entries(
                        inner as Record<string, { description?: string }>,
                    )) {
                        assert.ok(option.description, `${at}.${name} has no description`);
                        assert.match(
                            option.description,
                            /[.)]$/,
                            `${at}.${name}: a sentence ends in a full stop`,
                        );
                    }
                }
                walk(inner, key === "properties" ? at : `${at}.${key}`);
            }
        };
        walk(z.toJSONSchema(specSchema, { io: "input" }), "spec");
    });
});
