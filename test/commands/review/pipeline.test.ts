/**
 * The example of a pipeline: its jobs call commands that exist, with options they take, and no credential is an argument. Not
 * proved here: that a GitLab runs it.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { parseDriftCall } from "../../../commands/drift";
import { parseDoctorCall } from "../../../commands/doctor";
import { parseCall } from "../../../commands/pulumi";
import { checkoutDir } from "../../../toolchain/checkout";

interface Job {
    readonly extends?: string;
    readonly before_script?: readonly string[];
    readonly script?: readonly string[];
    readonly rules?: readonly { readonly if?: string; readonly when?: string }[];
    readonly variables?: Readonly<Record<string, string>>;
    readonly resource_group?: string;
}

/** The inputs of the example, which includes its template once for each stack. */
type Inputs = Readonly<Record<string, string>>;

interface Spec {
    readonly spec: { readonly inputs: Readonly<Record<string, { readonly default?: string }>> };
}

const textOf = (...names: string[]): string => fs.readFileSync(path.join(checkoutDir(), ...names), "utf8");

const main = parse(textOf("examples", "pipeline", ".gitlab-ci.yml")) as {
    readonly include: readonly { readonly local: string; readonly inputs: Inputs }[];
};

/** The jobs of the template with inputs; as GitLab fills them in, where they are text. */
function filled(given: Inputs): Record<string, Job> {
    const [head = "", body = ""] = textOf("components", "ci", "included", "templates", "estate.yml").split(
        /^---$/m,
    );
    const { inputs } = (parse(head) as Spec).spec;
    for (const name of Object.keys(given)) {
        assert.ok(name in inputs, `${name} is no input`);
    }
    const text = body.replace(/\$\[\[ inputs\.([\w-]+) \]\]/g, (_, name: string) => {
        const value = given[name] ?? inputs[name]?.default;
        assert.ok(value !== undefined, `${name} has no value`);
        return value;
    });
    return parse(text) as Record<string, Job>;
}

const file: Readonly<Record<string, Job>> = Object.fromEntries(
    main.include.flatMap(({ local, inputs }) => {
        assert.equal(local, "/templates/estate.yml");
        return Object.entries(filled(inputs));
    }),
);

/** A job with what it extends. */
function whole(name: string): Job {
    const job = file[name] ?? {};
    if (job.extends === undefined) {
        return job;
    }
    const base = whole(job.extends);
    return { ...base, ...job, variables: { ...base.variables, ...job.variables } };
}

const jobs = Object.keys(file).filter(
    (name) => !name.startsWith(".") && whole(name).script !== undefined && !["default"].includes(name),
);

const callsOf = (name: string): string[][] =>
    (whole(name).script ?? []).flatMap((line) => {
        const [, command = "", rest = ""] =
            /npm run (preview|up|doctor) -- (.+)$/.exec(line.replace(/ \$\{\w+:\+(.*)\}/, " $1")) ?? [];
        const stack = whole(name).variables?.["STACK"] ?? "";
        return command === ""
            ? []
            : [
                  [
                      command,
                      ...rest.split(" ").map((word) => word.replace(/"/g, "").replaceAll("$STACK", stack)),
                  ],
              ];
    });

test("its commands accept the options they are given, each for its own stack", () => {
    const seen = jobs.flatMap((name) =>
        callsOf(name)
            .filter(([command]) => command !== "doctor")
            .map((argv) => {
                const call = parseCall(argv);
                assert.deepEqual(call.rest, [], `${name}: ${argv.join(" ")}`);
                assert.equal(call.stack, whole(name).variables?.["STACK"], name);
                return `${name} ${call.operation}`;
            }),
    );
    assert.deepEqual(seen.sort(), [
        "apply-dev up",
        "apply-prod up",
        "plan-dev preview",
        "plan-prod preview",
        "review-dev preview",
        "review-prod preview",
        "update-dev up",
        "update-prod up",
        "without-credentials-dev preview",
        "without-credentials-prod preview",
    ]);
});

test("drift is looked at by schedules, and nothing else is done then", () => {
    for (const name of jobs) {
        const [first] = whole(name).rules ?? [];
        const looks = name.startsWith("drift-");
        assert.equal(first?.if?.includes('== "schedule"') === true && first.when !== "never", looks, name);
        if (looks) {
            const line = whole(name).script?.find((each) => each.startsWith("npm run drift")) ?? "";
            const stack = whole(name).variables?.["STACK"] ?? "";
            const call = parseDriftCall(
                line
                    .replace("npm run drift -- ", "")
                    .replace(/\$\{\w+:\+(.*)\}/, "$1")
                    .replaceAll('"', "")
                    .replace("$STACK", stack)
                    .split(" "),
            );
            assert.equal(call.card, "$channel");
            assert.equal(call.stack, stack);
            assert.equal(call.issue, "$CI_PROJECT_PATH");
        }
    }
});

test("a GitLab behind an authority that the runner knows is trusted by all that a job runs", (context) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "pipeline-"));
    context.after(() => fs.rmSync(folder, { recursive: true }));
    const [runner, own] = ["runner", "own"].map((name) => {
        fs.writeFileSync(path.join(folder, `${name}.pem`), name);
        return path.join(folder, `${name}.pem`);
    });
    const variables = { CURL_CA_BUNDLE: "", NODE_EXTRA_CA_CERTS: own, SSL_CERT_DIR: "" };
    const after =
        'cat "$CURL_CA_BUNDLE"; echo; cat "$NODE_EXTRA_CA_CERTS"; echo; cat "${SSL_CERT_DIR##*:}"/*';
    for (const name of jobs) {
        const env = { PATH: process.env["PATH"], ...variables };
        const [line = ""] = whole(name).before_script ?? [];
        const said = execFileSync("sh", ["-euc", `${line}\n${after}`], {
            env: { ...env, CI_SERVER_TLS_CA_FILE: runner },
        });
        assert.equal(String(said), "runner\nown\nrunner\nown\nrunner", name);
        const alone = execFileSync("sh", ["-euc", `${line}\nprintf %s "$NODE_EXTRA_CA_CERTS"`], { env });
        assert.equal(String(alone), own, name);
    }
});

test("the check asks no server, and covers each stack", () => {
    for (const stack of ["dev", "prod"]) {
        const calls = callsOf(`check-${stack}`).map(([, ...argv]) => parseDoctorCall(argv));
        assert.deepEqual(calls, [{ stack, offline: true, send: false }]);
    }
});

test("every update is of a plan that was reviewed, one at a time, and prod waits for a person", () => {
    for (const name of jobs.filter((each) => /^(apply|update)-/.test(each))) {
        const job = whole(name);
        assert.match(job.resource_group ?? "", /^estate-(\$STACK|dev|prod)$/, name);
        for (const argv of callsOf(name)) {
            assert.ok(parseCall(argv).reviewed !== undefined, name);
        }
    }
    assert.deepEqual(
        whole("apply-prod").rules?.map((rule) => rule.when),
        ["never", "manual"],
    );
    assert.match(whole("update-dev").rules?.[0]?.if ?? "", / && "after-merge" == "after-merge"$/);
    assert.match(whole("update-prod").rules?.[0]?.if ?? "", / && "by-a-person" == "after-merge"$/);
});

test("no credential is in an argument, and merge requests without them get no job that needs them", () => {
    for (const name of jobs) {
        const text = (whole(name).script ?? []).join("\n");
        assert.doesNotMatch(text, /\$\{?(ESTATE_REVIEW_|PULUMI_CONFIG|GITLAB_TOKEN)/, name);
        // A shell's printf is no program of its own.
        for (const [line] of text.matchAll(/.*CI_JOB_TOKEN.*/g)) {
            assert.match(line, /^printf 'header = "JOB-TOKEN: %s"\\n' "\$CI_JOB_TOKEN" \|/, name);
        }
    }
    for (const name of ["without-credentials-dev", "without-credentials-prod"]) {
        assert.match(whole(name).rules?.[0]?.if ?? "", /&& \$PULUMI_CONFIG_PASSPHRASE == null$/, name);
        for (const argv of callsOf(name)) {
            assert.ok(parseCall(argv).against !== undefined, name);
        }
    }
    for (const name of ["review-dev", "review-prod"]) {
        assert.match(whole(name).rules?.[0]?.if ?? "", /&& \$PULUMI_CONFIG_PASSPHRASE$/, name);
    }
});
