/**
 * Makes the SDK packages `sdks/gitlab` and `sdks/harbor`, and the JSON the provider plugins embed, from the schemas in
 * `sdks/<name>/schema.yaml`. `--check` writes nothing and fails if a file is not what it should be.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { noArguments, runMain } from "./support/console";
import { declarations } from "./sdks/declarations";
import { runtime } from "./sdks/runtime";
import { readSchema, type Schema } from "./sdks/schema";

/** The providers with an SDK of ours. */
export const sdkNames = ["gitlab", "harbor"] as const;

const root = path.resolve(__dirname, "..");

/** Files to be written for one schema: path below the checkout, and content. The same schema gives the same bytes. */
export function sdkFiles(schema: Schema): Map<string, string> {
    const folder = `sdks/${schema.name}`;
    return new Map([
        [`${folder}/package.json`, packageJson(schema)],
        [`${folder}/README.md`, readme(schema)],
        [`${folder}/index.js`, runtime(schema)],
        [`${folder}/index.d.ts`, declarations(schema)],
        [`sandbox/providers/schema/${schema.name}.json`, embedded(schema)],
    ]);
}

function packageJson(schema: Schema): string {
    // The language host finds the plugin by this stanza; with an official CLI the upstream plugin is fetched from `server`.
    const stanza = {
        resource: true,
        name: schema.name,
        version: schema.version,
        ...(schema.server === undefined ? {} : { server: schema.server }),
    };
    const content = {
        name: schema.npm,
        version: schema.version,
        description: `Resources of the ${schema.name} provider, as typed classes for Pulumi programs.`,
        license: "Apache-2.0",
        private: true,
        main: "index.js",
        types: "index.d.ts",
        peerDependencies: { "@pulumi/pulumi": "^3.142.0" },
        pulumi: stanza,
    };
    return JSON.stringify(content, undefined, 2) + "\n";
}

function readme(schema: Schema): string {
    return [
        `# ${schema.npm}`,
        "",
        `The ${schema.name} provider's resources for this estate, in the form \`pulumi package add\` gives. Tokens and`,
        `property names are those of the upstream provider ${schema.version}, which an official CLI fetches by itself.`,
        "",
        `Made by \`npm run sdks\` from \`sdks/${schema.name}/schema.yaml\`: edit that, not these files.`,
        "",
    ].join("\n");
}

/** The schema without its texts: all a plugin needs. */
function embedded(schema: Schema): string {
    return (
        JSON.stringify(
            schema,
            (key, value: unknown) => (key === "about" && typeof value === "string" ? undefined : value),
            1,
        ) + "\n"
    );
}

function main(): void {
    const args = process.argv.slice(2);
    noArguments(args, ["--check"]);
    const check = args.includes("--check");
    const stale: string[] = [];
    for (const name of sdkNames) {
        const schema = readSchema(path.join(root, "sdks", name, "schema.yaml"));
        for (const [file, content] of sdkFiles(schema)) {
            const target = path.join(root, file);
            const before = fs.existsSync(target) ? fs.readFileSync(target, "utf8") : undefined;
            if (before === content) {
                continue;
            }
            stale.push(file);
            if (!check) {
                fs.mkdirSync(path.dirname(target), { recursive: true });
                fs.writeFileSync(target, content);
            }
        }
    }
    if (stale.length === 0) {
        console.log("The SDKs are what their schemas say.");
        return;
    }
    console.log(
        `${check ? "Not what the schemas say" : "Written"}:\n${stale.map((file) => `  ${file}`).join("\n")}`,
    );
    if (check) {
        console.log("Run `npm run sdks` and commit the result.");
        process.exitCode = 1;
    }
}

if (require.main === module) {
    runMain(main);
}
