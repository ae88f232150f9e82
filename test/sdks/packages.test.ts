/**
 * The SDK packages under Pulumi's mocks. Not proved here: that the names are upstream's (`npm run verify:sdks` does), nor
 * that an engine or a plugin takes them.
 */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { beforeEach, describe, it } from "node:test";
import * as gitlab from "@pulumi/gitlab";
import * as harbor from "@pulumi/harbor";
import * as pulumi from "@pulumi/pulumi";
import { outputsOf, readSchema } from "../../commands/sdks/schema";
import { sdkFiles, sdkNames } from "../../commands/sdks";

const root = path.resolve(__dirname, "../..");
const schemaOf = (name: string): ReturnType<typeof readSchema> =>
    readSchema(path.join(root, "sdks", name, "schema.yaml"));

interface Seen {
    type: string;
    inputs: Record<string, unknown>;
    id: string | undefined;
}

let seen: Seen[] = [];

beforeEach(async () => {
    seen = [];
    await pulumi.runtime.setMocks({
        newResource: (args) => {
            const inputs = args.inputs as Record<string, unknown>;
            seen.push({ type: args.type, inputs, id: args.id });
            return {
                id: args.id === undefined || args.id === "" ? `${args.name}-id` : args.id,
                state: inputs,
            };
        },
        call: () => ({}),
    });
});

const settle = <T>(output: pulumi.Output<T>): Promise<T> =>
    new Promise((resolve) => {
        output.apply((value) => {
            resolve(value);
        });
    });

describe("the packages", () => {
    for (const name of sdkNames) {
        it(`${name}: files are what the schema says`, () => {
            for (const [file, content] of sdkFiles(schemaOf(name))) {
                assert.equal(
                    fs.readFileSync(path.join(root, file), "utf8"),
                    content,
                    `${file}: run npm run sdks`,
                );
            }
        });
        it(`${name}: every resource has a class that knows its token`, () => {
            const classes = (name === "gitlab" ? gitlab : harbor) as unknown as Record<
                string,
                { isInstance(value: unknown): boolean; name: string } | undefined
            >;
            for (const [resource, { token }] of Object.entries(schemaOf(name).resources)) {
                const found = classes[resource];
                assert.equal(found?.isInstance({ __pulumiType: token }), true, resource);
                assert.equal(found.name, resource);
            }
        });
    }

    it("carry the stanza the language host finds plugins by", () => {
        const stanza = (name: string): unknown =>
            (
                JSON.parse(fs.readFileSync(path.join(root, "sdks", name, "package.json"), "utf8")) as {
                    pulumi: unknown;
                }
            ).pulumi;
        assert.deepEqual(stanza("gitlab"), { resource: true, name: "gitlab", version: "10.4.0" });
        assert.deepEqual(stanza("harbor"), {
            resource: true,
            name: "harbor",
            version: "3.10.21",
            server: "github://api.github.com/pulumiverse/pulumi-harbor",
        });
    });
});

describe("a resource", () => {
    it("sends its inputs under its token", async () => {
        const branch = new gitlab.Branch("b", { project: "7", name: "dev", ref: "main" });
        assert.equal(await settle(branch.name), "dev");
        assert.equal(seen.length, 1);
        assert.equal(seen[0]?.type, "gitlab:index/branch:Branch");
        assert.deepEqual(seen[0]?.inputs, { project: "7", name: "dev", ref: "main" });
    });

    it("names a required property that is missing", () => {
        assert.throws(
            () => new gitlab.Branch("b", { name: "dev" } as unknown as gitlab.BranchArgs),
            new Error("Missing required property 'project'"),
        );
    });

    it("keeps secret inputs secret", async () => {
        const hook = new gitlab.ProjectHook("h", { project: "7", url: "https://example.test", token: "t" });
        assert.equal(await pulumi.isSecret(hook.token), true);
        assert.equal(await pulumi.isSecret(hook.url), false);
        const robot = new harbor.RobotAccount("r", {
            level: "project",
            permissions: [],
            secret: "Secret123",
        });
        assert.equal(await pulumi.isSecret(robot.secret), true);
    });

    it("reads an existing one by id", async () => {
        const project = harbor.Project.get("p", "/projects/3", { name: "shop" });
        assert.equal(await settle(project.id), "/projects/3");
        assert.equal(seen[0]?.id, "/projects/3");
    });
});

describe("a provider", () => {
    it("sends what is not a string as JSON and hides its token", async () => {
        const provider = new gitlab.Provider("p", {
            baseUrl: "http://127.0.0.1/api/v4/",
            insecure: true,
            token: "t",
        });
        assert.equal(await pulumi.isSecret(provider.token), true);
        await settle(provider.urn);
        assert.equal(seen[0]?.type, "pulumi:providers:gitlab");
        assert.equal(seen[0]?.inputs["insecure"], "true");
    });

    it("fills in Harbor's upstream defaults", async () => {
        const provider = new harbor.Provider("p", { url: "http://127.0.0.1:8930" });
        await settle(provider.urn);
        assert.equal(seen[0]?.inputs["apiVersion"], "2");
        assert.equal(seen[0]?.inputs["insecure"], "true");
    });
});

describe("the schemas", () => {
    it("say about every resource, and every input a program must give, what it is", () => {
        for (const name of sdkNames) {
            for (const [resource, spec] of Object.entries(schemaOf(name).resources)) {
                assert.notEqual(spec.about, "", resource);
            }
        }
    });

    it("mark nothing as needed that only the provider sets", () => {
        for (const name of sdkNames) {
            for (const [resource, spec] of Object.entries(schemaOf(name).resources)) {
                for (const key of Object.keys(spec.outputs ?? {})) {
                    assert.equal(outputsOf(spec)[key]?.required, undefined, `${resource}.${key}`);
                }
            }
        }
    });
});
