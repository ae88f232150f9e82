/** The stack file of the sandbox: moved ports and paths, kept secrets, everything else as committed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import { CommandError } from "../../commands/support/console";
import { encryptedPart, parseStackFile, sandboxStackFile } from "../../commands/support/stackFile";

const committed = `# a comment that stays
config:
  pulumi:disable-default-providers: ["*"]
  gitops-estate:estate:
    gitlab: { url: http://127.0.0.1:8929 }
    other: http://127.0.0.1:80
    remote: https://gitlab.example.com:8929
    kubeconfig: .sandbox/kubeconfig
    note: my.sandbox/x
`;

interface File {
    readonly encryptionsalt?: string;
    readonly config: Record<string, Record<string, unknown>>;
}

test("moves only loopback addresses of the port block and paths of the sandbox", () => {
    const file = parse(sandboxStackFile(committed, { portBase: 12000, dir: "/tmp/box" })) as File;
    assert.deepEqual(file.config["gitops-estate:estate"], {
        gitlab: { url: "http://127.0.0.1:12009" },
        other: "http://127.0.0.1:80",
        remote: "https://gitlab.example.com:8929",
        kubeconfig: "/tmp/box/kubeconfig",
        note: "my.sandbox/x",
    });
});

test("keeps comments", () => {
    assert.match(sandboxStackFile(committed, { portBase: 8920, dir: "/x" }), /^# a comment that stays/);
});

test("carries what was encrypted before, and only that", () => {
    const part = { salt: "v1:salt", credentials: { gitlab: { token: { secure: "v1:abc" } } } };
    const written = sandboxStackFile(committed, { portBase: 8920, dir: "/x" }, part);
    assert.deepEqual(encryptedPart(written), part);
    assert.equal(encryptedPart(committed), undefined);
    assert.equal(encryptedPart(""), undefined);
});

test("leaves out what the stack's own engine encrypted, which the sandbox's cannot read", () => {
    const own = `secretsprovider: awskms://key
encryptedkey: abc
encryptionsalt: v1:own
${committed}  aws:secretKey: { secure: v1:theirs }
  aws:region: here
  gitops-estate:credentials: { gitlab: { token: { secure: v1:theirs } } }
`;
    assert.equal(
        sandboxStackFile(own, { portBase: 8920, dir: "/x" }),
        sandboxStackFile(`${committed}  aws:region: here\n`, { portBase: 8920, dir: "/x" }),
    );
    const part = { salt: "v1:salt", credentials: undefined };
    assert.deepEqual(encryptedPart(sandboxStackFile(own, { portBase: 8920, dir: "/x" }, part)), part);
});

test("a file that is not YAML is refused with every place, and without a stack trace", () => {
    const broken = "config:\n  a: 1\n  a: 2\n\tb: 3\n";
    assert.throws(
        () => parseStackFile("Pulumi.dev.yaml", broken),
        (error: unknown) =>
            error instanceof CommandError &&
            /^Pulumi\.dev\.yaml is not YAML:/.test(error.message) &&
            /keys must be unique at line 3/.test(error.message) &&
            /line 4/.test(error.message),
    );
});
