/** Reading a stack under mocks. What the engine does with keys and secrets before is for the engine's tests. */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { after, before, beforeEach, describe, it } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { stringify } from "yaml";
import { checkCredentials } from "../../estate/credentials";
import { readStack, type Stack } from "../../estate/config";
import { model, spec, type Overrides } from "../support/estate";

const credentials = {
    gitlab: { token: "fake-gitlab-token" },
    registries: { main: { username: "admin", password: "fake-harbor-password" } },
    channels: {
        ops: { url: "https://chat.test/ops" },
        oncall: { url: "https://chat.test/oncall", secret: "fake" },
    },
};

/** Stands for a stack without any secrets. */
const absent = Symbol("no credentials");

let folder = "";
const environment = {
    KUBECONFIG: process.env["KUBECONFIG"],
    manifests: process.env["ESTATE_ARGOCD_MANIFESTS"],
};

function restore(key: string, value: string | undefined): void {
    if (value === undefined) {
        delete process.env[key];
    } else {
        process.env[key] = value;
    }
}

async function read(change: Overrides, secrets: unknown = credentials, preview = true): Promise<Stack> {
    await pulumi.runtime.setMocks(
        { newResource: ({ name, inputs }) => ({ id: name, state: inputs as object }), call: () => ({}) },
        "gitops-estate",
        "dev",
        preview,
    );
    const values: Record<string, string> = { "gitops-estate:estate": JSON.stringify(spec(change)) };
    if (secrets !== absent) {
        values["gitops-estate:credentials"] = JSON.stringify(secrets);
    }
    pulumi.runtime.setAllConfig(values, ["gitops-estate:credentials"]);
    return readStack();
}

async function refusal(change: Overrides, secrets?: unknown, preview?: boolean): Promise<string> {
    const failed = await read(change, secrets, preview).then(
        () => undefined,
        (error: unknown) => error,
    );
    assert.ok(
        failed instanceof pulumi.RunError,
        "one RunError, which the engine prints without a stack trace",
    );
    return failed.message;
}

function valueOf(output: pulumi.Output<string> | undefined): Promise<string> {
    return new Promise((resolve) => {
        output?.apply(resolve);
    });
}

function kubeconfig(context: string, server: string): string {
    return stringify({
        contexts: [{ name: context, context: { cluster: "c" } }],
        clusters: [{ name: "c", cluster: { server } }],
    });
}

before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "estate-config-"));
});
beforeEach(() => {
    process.env["KUBECONFIG"] = path.join(folder, "none");
    delete process.env["ESTATE_ARGOCD_MANIFESTS"];
});
after(() => {
    restore("KUBECONFIG", environment.KUBECONFIG);
    restore("ESTATE_ARGOCD_MANIFESTS", environment.manifests);
    fs.rmSync(folder, { recursive: true });
});

describe("a stack", () => {
    it("becomes the model, and secrets that stay secret", async () => {
        const { estate, credentials: secrets, warnings } = await read({});
        assert.deepEqual(estate, model());
        assert.deepEqual(warnings, []);
        const outputs = [
            secrets.gitlab.token,
            secrets.registries["main"]?.username,
            secrets.registries["main"]?.password,
            secrets.channels["ops"]?.["url"],
            secrets.channels["oncall"]?.["secret"],
        ];
        for (const output of outputs) {
            assert.ok(output);
            assert.equal(await pulumi.isSecret(output), true);
        }
        assert.equal(await valueOf(secrets.gitlab.token), "fake-gitlab-token");
        assert.equal(secrets.channels["ops"]?.["secret"], undefined);
        assert.deepEqual(secrets.engines, {});
    });

    it("with mistakes in spec and credentials is refused once, with all of them", async () => {
        const message = await refusal(
            { environments: { prod: { approvals: 1 } } },
            { gitlab: { tokn: "secret-value" } },
        );
        assert.equal(
            message,
            [
                "5 errors and 2 warnings in Pulumi.dev.yaml:",
                ...[
                    ["channels.oncall.url", "webhook URL of channel oncall"],
                    ["channels.ops.url", "webhook URL of channel ops"],
                    ["gitlab.token", "access token that administers the estate's group"],
                    ["registries.main.password", "password or secret of that user"],
                    ["registries.main.username", "user that administers Harbor main"],
                ].map(([at, purpose]) =>
                    [
                        `  error at credentials.${at}`,
                        "    value: (nothing)",
                        `    rule:  is required: ${purpose} [credential-missing]`,
                        `    fix:   pulumi config set --secret --path 'gitops-estate:credentials.${at}'`,
                    ].join("\n"),
                ),
                [
                    "  warning at credentials.gitlab.tokn",
                    '    value: "(hidden)"',
                    "    rule:  is not used by this estate [credential-unknown]",
                    "    fix:   did you mean gitlab.token? Otherwise pulumi config rm --path 'gitops-estate:credentials.gitlab.tokn'",
                ].join("\n"),
                [
                    "  warning at environments.prod.approvals",
                    "    value: 1",
                    "    rule:  has no effect on the free tier, which has no approvals [tier-approvals]",
                    "    fix:   done instead: nobody can push to branch prod, and only maintainers can merge into it; set gitlab.approvalGate.enabled for a job that holds merges, or gitlab.tier to premium if the server has it",
                ].join("\n"),
                "Nothing was changed.",
            ].join("\n\n"),
        );
    });

    it("without credentials at all says how to set each", async () => {
        const message = await refusal({}, absent);
        assert.equal(message.match(/pulumi config set --secret --path/g)?.length, 5, message);
    });

    it("whose credentials are one text says how to set them, and does not show it", async () => {
        const message = await refusal({}, "hunter2-hunter2");
        assert.match(message, /error at credentials\n +value: "\(hidden\)"\n +rule: +must be a map/);
        assert.doesNotMatch(message, /hunter2/);
    });

    it("whose description is a text says that it must be a map", async () => {
        pulumi.runtime.setAllConfig({ "gitops-estate:estate": "acme" });
        await assert.rejects(readStack(), (error: unknown) => {
            assert.ok(pulumi.RunError.isInstance(error));
            assert.match(error.message, /error at the root\n +value: "acme"/);
            return true;
        });
    });

    it("without a description says where it goes", async () => {
        await pulumi.runtime.setMocks(
            { newResource: () => ({ id: "", state: {} }), call: () => ({}) },
            "p",
            "dev",
        );
        pulumi.runtime.setAllConfig({});
        await assert.rejects(readStack(), /stack dev has no gitops-estate:estate in its configuration/);
        pulumi.runtime.setAllConfig({ "gitops-estate:credentials": "{}" });
        await assert.rejects(readStack(), /describe the estate in Pulumi.dev.yaml/);
        pulumi.runtime.setAllConfig({ "gitops-estate:estat": "{}", "gitlab:estate": "{}" });
        await assert.rejects(readStack(), /rename gitops-estate:estat in Pulumi.dev.yaml/);
    });
});

describe("an API server", () => {
    const unknown = { clusters: { member1: { server: undefined } } };

    it("is read from the cluster's file, before anything else", async () => {
        const file = path.join(folder, "members");
        fs.writeFileSync(file, kubeconfig("m1", "https://file.test"));
        const change = {
            clusters: { member1: { server: undefined, access: { kubeconfig: file, context: "m1" } } },
        };
        assert.equal((await read(change)).estate.clusters["member1"]?.server, "https://file.test");
    });

    it("is read from the stack's secret, which reaches the provider as a secret", async () => {
        const secrets = {
            ...credentials,
            clusters: { member1: { kubeconfig: kubeconfig("member1", "https://s.test") } },
        };
        const stack = await read(unknown, secrets);
        assert.equal(stack.estate.clusters["member1"]?.server, "https://s.test");
        const output = stack.credentials.clusters["member1"]?.kubeconfig;
        assert.ok(output);
        assert.equal(await pulumi.isSecret(output), true);
    });

    it("is read from the first file of $KUBECONFIG that knows the context", async () => {
        const files = ["a", "b", "c"].map((name) => path.join(folder, name));
        fs.writeFileSync(files[1] ?? "", kubeconfig("other", "https://other.test"));
        fs.writeFileSync(files[2] ?? "", kubeconfig("member1", "https://third.test"));
        process.env["KUBECONFIG"] = files.join(path.delimiter);
        assert.equal((await read(unknown)).estate.clusters["member1"]?.server, "https://third.test");
    });

    it("that cannot be found is a warning in a preview and an error in an update", async () => {
        const { warnings, estate } = await read(unknown);
        assert.deepEqual(
            warnings.map(({ id, path: at }) => `${id} ${at}`),
            ["server-known clusters.member1.server"],
        );
        assert.equal(estate.clusters["member1"]?.server, "https://member1.invalid");
        assert.match(
            await refusal(unknown, credentials, false),
            /^1 error in [\s\S]*clusters\.member1\.server/,
        );
    });
});

describe("a machine's own manifests", () => {
    it("take the place of those in the spec", async () => {
        process.env["ESTATE_ARGOCD_MANIFESTS"] = "mirror";
        assert.deepEqual((await read({})).estate.argocd.manifests, { version: "3.5.7", path: "mirror" });
    });
});

describe("credentials", () => {
    it("for mail and sign-on are asked for where they are used", () => {
        const estate = model({
            channels: { mail: { kind: "email", recipient: "all@example.test" } },
            argocd: { sso: { clientId: "x" } },
        });
        assert.deepEqual(
            checkCredentials(estate, credentials).map((problem) => problem.path),
            [
                ...["from", "host", "password", "port", "username"].map(
                    (key) => `credentials.channels.mail.${key}`,
                ),
                "credentials.sso.clientSecret",
            ],
        );
    });

    it("of a Harbor are no robot's, by the prefix that robots have there", () => {
        const found = (robotPrefix: string, username: string): string[][] =>
            checkCredentials(model({ registries: { main: { robotPrefix } } }), {
                ...credentials,
                registries: { main: { username, password: "x" } },
            }).map(({ path, id }) => [path, id]);
        assert.deepEqual(found("robot$", "robot$estate"), [
            ["credentials.registries.main.username", "harbor-account"],
        ]);
        assert.deepEqual(found("bot-", "robot$estate"), []);
        assert.deepEqual(found("", "estate"), []);
    });

    it("must be texts", () => {
        const [problem] = checkCredentials(model(), { ...credentials, gitlab: { token: 5 } });
        assert.equal(problem?.id, "credential-form");
        assert.equal(problem.value, "(hidden)");
    });
});
