/** What the commands decide before they act. That they act is for the end-to-end tests. */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { after, describe, test } from "node:test";
import { parseDoctorCall } from "../../commands/doctor";
import { parseDriftCall } from "../../commands/drift";
import { parseCall } from "../../commands/pulumi";
import { CommandError, duration, failureText, noArguments, run, table } from "../../commands/support/console";
import { onStack, ownEngine } from "../../commands/support/pulumiEngine";
import { engineEnvironment, keySegment } from "../../commands/support/sandboxEngine";
import { sandboxLayout } from "../../sandbox";
import { allStale } from "../../commands/support/locks";
import {
    committedStackFile,
    estateOf,
    placeholderAccess,
    sandboxCredentials,
} from "../../commands/support/stack";
import { planOf } from "../e2e/support/world";

describe("command line", () => {
    test("splits our options from Pulumi's", () => {
        assert.deepEqual(parseCall(["preview", "--stack", "prod", "--policy", "--diff", "--sandbox"]), {
            operation: "preview",
            stack: "prod",
            policy: true,
            sandbox: true,
            asIs: false,
            forgetGone: false,
            forgetUnreachable: false,
            doctor: true,
            acceptOutage: false,
            output: { language: "en", note: false },
            rest: ["--diff"],
        });
        assert.deepEqual(parseCall(["preview", "--lang=zh", "--note", "--report", "r.html"]).output, {
            language: "zh",
            note: true,
            report: "r.html",
        });
        assert.throws(() => parseCall(["preview", "--lang", "de"]), /--lang must be en or zh, and is "de"/);
        assert.equal(parseCall(["up", "--no-doctor"]).doctor, false);
        assert.equal(parseCall(["up"]).stack, "dev");
        assert.equal(parseCall(["up", "--stack=x"]).stack, "x");
    });
    test("refuses an option without its value, or with another option in its place", () => {
        for (const call of [
            ["preview", "--stack"],
            ["preview", "--stack="],
            ["preview", "--report", "--stack", "prod"],
            ["up", "--reviewed", "--no-doctor"],
        ]) {
            assert.throws(() => parseCall(call), /--(?:stack|report|reviewed) needs a value\.$/);
        }
        for (const call of [["--stack"], ["--stack", "--send"]]) {
            assert.throws(() => parseDoctorCall(call), /--stack needs a value/);
        }
        assert.throws(() => parseDriftCall(["--issue", "--stack", "prod"]), /--issue needs a value/);
        assert.throws(() => {
            noArguments(["--stack", "x"]);
        }, /takes no arguments: leave out --stack x\./);
        noArguments([]);
        noArguments(["--check"], ["--check"]);
        assert.throws(() => {
            noArguments(["--check", "--x"], ["--check"]);
        }, /takes no arguments but --check: leave out --x\./);
    });
    test("refuses what is no operation", () => {
        assert.throws(() => parseCall(["apply"]), /"apply" is not one of preview, up, refresh, destroy\./);
        assert.throws(() => parseCall([]), /"" is not one of/);
    });
});

describe("stack files", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "estate-stacks-"));
    const before = process.env["ESTATE_STACKS"];
    process.env["ESTATE_STACKS"] = folder;
    after(() => {
        if (before === undefined) {
            delete process.env["ESTATE_STACKS"];
        } else {
            process.env["ESTATE_STACKS"] = before;
        }
        fs.rmSync(folder, { recursive: true });
    });
    const files = {
        cycle: "config:\n  gitops-estate:estate: &a\n    apps: *a\n",
        bomb: `config:\n  a: &a [x]\n  b: &b [${Array(40).fill("*a").join(", ")}]\n  c: &c [${Array(40).fill("*b").join(", ")}]\n  d: [${Array(40).fill("*c").join(", ")}]\n`,
        nowhere: "config: { a: *nowhere }\n",
        empty: "",
        seven: "config: 7\n",
        list: "- a\n",
        binary: "\uFEFF\u0000\u0001",
    };
    for (const [name, text] of Object.entries(files)) {
        fs.writeFileSync(path.join(folder, `Pulumi.${name}.yaml`), text);
    }
    fs.mkdirSync(path.join(folder, "Pulumi.folder.yaml"));
    const read = (stack: string): unknown => estateOf(stack, committedStackFile(stack));

    for (const [stack, message] of [
        ["cycle", /Pulumi\.cycle\.yaml cannot be read: an alias \(\*name\) stands for what it is a part of/],
        ["bomb", /Pulumi\.bomb\.yaml cannot be read: an alias/],
        ["nowhere", /Pulumi\.nowhere\.yaml (?:cannot be read: an alias|is not YAML)/],
        ["empty", /Pulumi\.empty\.yaml describes no estate: config has no gitops-estate:estate/],
        ["seven", /Pulumi\.seven\.yaml describes no estate/],
        ["list", /Pulumi\.list\.yaml describes no estate/],
        ["binary", /Pulumi\.binary\.yaml (?:describes no estate|is not YAML)/],
        ["folder", /Pulumi\.folder\.yaml cannot be read: EISDIR/],
        ["none", /There is no stack "none": Pulumi\.none\.yaml does not exist/],
        ["../x", /"\.\.\/x" is no name of a stack/],
        ["a b", /"a b" is no name of a stack/],
        ["", /"" is no name of a stack/],
    ] as const) {
        test(`that cannot be used say so: ${stack}`, () => {
            assert.throws(
                () => read(stack),
                (error: unknown) => error instanceof CommandError && message.test(error.message),
            );
        });
    }
});

describe("locks", () => {
    const lock = { pid: 4, hostname: "here" };
    test("of dead processes of this machine are stale", () => {
        assert.equal(
            allStale([lock], "here", () => false),
            true,
        );
    });
    test("of the living, of other machines, and none at all are not", () => {
        assert.equal(
            allStale([lock], "here", () => true),
            false,
        );
        assert.equal(
            allStale([lock], "elsewhere", () => false),
            false,
        );
        assert.equal(
            allStale([lock, { pid: 5, hostname: "elsewhere" }], "here", () => false),
            false,
        );
        assert.equal(
            allStale([], "here", () => false),
            false,
        );
    });
});

test("a preview's JSON becomes a plan by operation, unchanged resources left out", () => {
    const urn = (types: string, name: string): string => `urn:pulumi:dev::gitops-estate::${types}::${name}`;
    const steps = [
        { op: "same", urn: urn("a:b:C", "x") },
        { op: "update", urn: urn("gitops-estate:x:Y$gitlab:index/project:Project", "z") },
        { op: "update", urn: urn("kubernetes:core/v1:Secret", "a") },
    ];
    assert.deepEqual(planOf(`a line before\n${JSON.stringify({ steps })}`), {
        update: ["Project z", "Secret a"],
    });
});

test("tables align, the last column runs free", () => {
    assert.equal(
        table(
            ["A", "B"],
            [
                ["long", "x"],
                ["s", "yyyy"],
            ],
            " ",
        ),
        " A     B\n long  x\n s     yyyy",
    );
});

test("durations are in seconds below a minute", () => {
    assert.equal(duration(59.4), "59 s");
    assert.equal(duration(75), "1 min 15 s");
});

test("a secret's path quotes names that are no plain words", () => {
    assert.equal(
        ["channels", "release-mail", "host"].map(keySegment).join(""),
        '.channels["release-mail"].host',
    );
});

test("placeholders of a preview are the same each time, and different from each other", () => {
    const estate = estateOf("prod", committedStackFile("prod"));
    assert.deepEqual(
        sandboxCredentials(estate, placeholderAccess()),
        sandboxCredentials(estate, placeholderAccess()),
    );
    const { channelSecret } = placeholderAccess();
    assert.notEqual(channelSecret("ops"), channelSecret("sso"));
});

describe("the sandbox's engine", () => {
    test("reads no setting of the caller's shell that docs/sandbox.md does not name", () => {
        const env = engineEnvironment(
            {
                HOME: "/home/someone",
                PULUMI_CONFIG_PASSPHRASE: "x",
                PULUMI_EXPERIMENTAL: "true",
                PULUMI_BACKEND_URL: "s3://somewhere",
                PULUMI_K8S_DELETE_UNREACHABLE: "true",
                GITLAB_TOKEN: "x",
                HARBOR_IGNORE_CERT: "true",
                ESTATE_OFFLINE: "true",
            },
            sandboxLayout("/state"),
            "/bin",
        );
        assert.deepEqual(Object.keys(env).sort(), [
            "HOME",
            "PATH",
            "PULUMI_BACKEND_URL",
            "PULUMI_CONFIG_PASSPHRASE_FILE",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION",
            "PULUMI_HOME",
            "PULUMI_K8S_DELETE_UNREACHABLE",
            "PULUMI_SKIP_UPDATE_CHECK",
        ]);
        assert.match(env["PULUMI_BACKEND_URL"] ?? "", /^file:\/\/\/state/);
    });
});

describe("a failure of a command", () => {
    test("that is expected, or the system's, has no stack", () => {
        assert.equal(failureText(new CommandError("no such stack")), "no such stack");
        const missing = Object.assign(new Error("ENOENT: no such file, open 'x'"), { code: "ENOENT" });
        assert.equal(failureText(missing), "ENOENT: no such file, open 'x'");
        const refused = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:9"), {
            code: "ECONNREFUSED",
        });
        assert.equal(
            failureText(new TypeError("fetch failed", { cause: refused })),
            "fetch failed: connect ECONNREFUSED 127.0.0.1:9",
        );
    });
    test("of a pulumi that is not there, or has no such stack, says what comes next", async () => {
        await assert.rejects(
            run("pulumi", [], { env: { PATH: "/nowhere" } }),
            /pulumi cannot be started: .*docs\/your-own-estate\.md.* --sandbox/,
        );
        const folder = fs.mkdtempSync(path.join(os.tmpdir(), "estate-pulumi-"));
        after(() => fs.rmSync(folder, { recursive: true, force: true }));
        const saying = (text: string): Promise<string> => {
            const pulumi = path.join(folder, "pulumi");
            fs.writeFileSync(pulumi, `#!/bin/sh\necho "error: ${text}" >&2\nexit 255\n`, { mode: 0o755 });
            return onStack({ ...ownEngine("prod"), pulumi }, ["stack", "export"]);
        };
        await assert.rejects(saying("no stack named 'prod' found"), /found\n.*pulumi stack init prod$/);
        await assert.rejects(
            saying("PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions"),
            /sessions\n.*pulumi login/,
        );
        await assert.rejects(
            saying("the disk is full"),
            /pulumi stack export failed:\nerror: the disk is full$/,
        );
    });
    test("that is a mistake of the program says so, with its stack", () => {
        assert.match(failureText(new TypeError("x is undefined")), /please report it:\nTypeError: x[^]* at /);
    });
});
