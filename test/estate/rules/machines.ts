/** Cases of the rules about machines. */
import { type Overrides } from "../../support/estate";
import { type Case } from "./case";

const hostKeys = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFakeFakeFakeFakeFakeFakeFakeFakeFakeFakeFake"];

/** The fixture with web released by lanes, the first of them to a machine. */
const onMachine = (change: object = {}, of: object = {}): Overrides => ({
    machines: { box: { runner: { tags: ["box"] } } },
    environments: { dev: { clusters: undefined, machine: "box", ...of } },
    apps: { web: { flow: "gitlab-flow", ...change }, api: { environments: { dev: null } } },
});

export const machineCases: readonly Case[] = [
    {
        rule: "machine-way",
        title: "a machine that is reached in no way",
        change: { ...onMachine(), machines: { box: {} } },
        found: [["machines.box", { runner: undefined, ssh: undefined }]],
        fix: /\{runner: \{tags: \[compose\]\}\}/,
    },
    {
        rule: "machine-way",
        title: "a machine that is reached in two ways",
        change: {
            ...onMachine(),
            machines: {
                box: { runner: { tags: ["box"] }, ssh: { host: "box.test", user: "deploy", hostKeys } },
            },
        },
        found: [
            [
                "machines.box",
                {
                    runner: { tags: ["box"] },
                    ssh: { host: "box.test", port: 22, user: "deploy", hostKeys },
                },
            ],
        ],
        fix: /or \{ssh:/,
    },
    {
        rule: "machine-used",
        title: "a machine that no environment names",
        change: { machines: { box: { runner: { tags: ["box"] } } } },
        found: [["machines.box", "box"]],
        severity: "warning",
        fix: /name it as an environment's machine/,
    },
    {
        rule: "machine-exists",
        title: "a machine that does not exist",
        change: { ...onMachine({}, { machine: "bix" }), machines: {} },
        found: [["environments.dev.machine", "bix"]],
        fix: /there are no machines, or add machines\.bix/,
    },
    {
        rule: "machine-or-clusters",
        title: "an environment on both",
        change: onMachine({}, { clusters: ["member1"] }),
        found: [["environments.dev.machine", "box"]],
        fix: /remove it or environments\.dev\.clusters/,
    },
    {
        rule: "machine-flow",
        title: "an app whose flow delivers to clusters only",
        change: { ...onMachine(), apps: { web: { flow: "gitlab-flow" } } },
        found: [["environments.dev.machine", "box"]],
        fix: /set apps\.api\.flow to gitlab-flow, or apps\.api\.environments\.dev to null/,
    },
    {
        rule: "machine-setting",
        title: "settings of clusters, of the environment and of an app in it",
        change: onMachine(
            { environments: { dev: { namespace: "web", quota: null } } },
            {
                syncWindows: [{ kind: "deny", schedule: "0 22 * * *", duration: "2h" }],
                defaults: { sync: { automated: false } },
            },
        ),
        found: [
            ["apps.web.environments.dev.namespace", "web"],
            ["apps.web.environments.dev.quota", null],
            ["environments.dev.defaults.sync", { automated: false }],
            ["environments.dev.syncWindows", 1],
        ],
        fix: /the Compose file/,
    },
    {
        rule: "machine-previews",
        title: "previews like an environment that is a machine",
        change: {
            ...onMachine({ flow: "own", previews: { environment: "dev" } }),
            flows: {
                own: {
                    reviewed: "next",
                    environments: { dev: { branch: "next" }, test: {}, prod: { tag: "v*" } },
                },
            },
        },
        found: [["apps.web.previews.environment", "dev"]],
        fix: /has clusters/,
    },
    {
        rule: "machine-mail",
        title: "a mailbox that would hear of a machine",
        change: {
            ...onMachine({ environments: { dev: { channels: ["box"] } } }),
            channels: { box: { kind: "email", recipient: "ops@acme.test" } },
        },
        found: [["apps.web.environments.dev.channels", "box"]],
        severity: "warning",
        fix: /a channel of a chat system/,
    },
];
