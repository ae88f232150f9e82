/**
 * No secret in what the commands write. A marker is in every secret that a program is given or a server makes, for each
 * estate of examples/ and one with most options; everything is different on the servers, with a second marker. Neither is in
 * a note, a report, what a refresh found, what drift found, an issue, or a complaint about credentials.
 *
 * The markers are words: by its form nobody would take one for a secret. It is hidden because it is known to be one.
 *
 * The board has a test of its own (board/read.test.ts). Not proved: that the engine marks what it should, and what GitLab shows
 * in logs of jobs (test/e2e/).
 */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, test } from "node:test";
import { parse } from "yaml";
import { clusterDrift } from "../../commands/drift/cluster/compare";
import { addressOf, type Found } from "../../commands/drift/cluster/inventory";
import { declaredIn, textOf, type Declared } from "../../commands/drift/declared";
import type { Finding } from "../../commands/drift/finding";
import { gitlabDrift } from "../../commands/drift/gitlab/compare";
import type { GitLabInventory } from "../../commands/drift/gitlab/inventory";
import { harborDrift } from "../../commands/drift/harbor/compare";
import type { HarborInventory } from "../../commands/drift/harbor/inventory";
import { issueStep } from "../../commands/drift/issue";
import { json, markdown as driftMarkdown, terminalText } from "../../commands/drift/report";
import { noteOf } from "../../commands/review/note";
import { html, markdown, terminal } from "../../commands/review/render";
import { driftText } from "../../commands/support/drift";
import type { Step } from "../../commands/support/runReport";
import { declareEstate, type EstateCredentials } from "../../components/program";
import { formatProblems, parseEstate } from "../../estate";
import { checkCredentials, credentialNeeds } from "../../estate/credentials";
import type { Estate } from "../../estate/model";
import { samplePrepared } from "../components/sample";
import { record, type Registration } from "../support/engine";
import { model } from "../support/estate";

/** In what the stack has, and in what the servers have instead. */
const markers = ["marigold", "periwinkle"] as const;
const [ours, theirs] = markers;

const examples = path.join(__dirname, "..", "..", "examples");
const estates: Record<string, () => Estate> = {
    "an estate with most options": () =>
        model({
            gitlab: { tier: "premium" },
            channels: {
                chat: { kind: "slack", recipient: "ops" },
                post: { kind: "email", recipient: "ops@example.test" },
            },
            argocd: {
                sso: { issuer: "https://sso.test", clientId: "argocd" },
            },
        }),
    ...Object.fromEntries(
        fs
            .readdirSync(examples)
            .filter((name) => name.endsWith(".yaml"))
            .map((file) => [file, () => exampleOf(file)]),
    ),
};

function exampleOf(file: string): Estate {
    const { config } = parse(fs.readFileSync(path.join(examples, file), "utf8")) as {
        config: Record<string, unknown>;
    };
    const servers = Object.fromEntries(
        ["member1", "member2"].map((name) => [name, `https://${name}.example.com:6443`]),
    );
    const { estate, problems } = parseEstate(config["gitops-estate:estate"], { servers });
    assert.ok(estate, formatProblems(problems));
    return estate;
}

/** Every credential that the estate may have, with the marker in it. */
function credentialsOf(estate: Estate): EstateCredentials {
    const found: Record<string, unknown> = {};
    for (const { path: keys } of credentialNeeds(estate)) {
        const last = keys.at(-1) ?? "";
        let at = found;
        for (const key of keys.slice(0, -1)) {
            at = (at[key] ??= {}) as Record<string, unknown>;
        }
        // A name to sign in with is none.
        at[last] = last === "username" ? "admin" : last === "url" ? `https://chat.test/${ours}/x` : ours;
    }
    const { gitlab, registries, channels } = found as unknown as EstateCredentials;
    const engines = credentialNeeds(estate)
        .filter(({ engine }) => engine === true)
        .map(({ path: keys }) => [keys.join("."), ours]);
    return {
        gitlab,
        registries,
        channels: channels ?? {},
        engines: Object.fromEntries(engines) as EstateCredentials["engines"],
    };
}

/** A value of the mock engine, with every secret replaced. */
function mapped(value: unknown, secret: (value: unknown) => unknown): unknown {
    if (Array.isArray(value)) {
        return value.map((each) => mapped(each, secret));
    }
    if (typeof value !== "object" || value === null) {
        return value;
    }
    return "$secret" in value
        ? secret(value.$secret)
        : Object.fromEntries(Object.entries(value).map(([key, each]) => [key, mapped(each, secret)]));
}

/** Every text in a value with a marker put before it. */
function planted(value: unknown, marker: string): unknown {
    if (Array.isArray(value)) {
        return value.map((each) => planted(each, marker));
    }
    if (typeof value === "object" && value !== null) {
        return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, planted(each, marker)]));
    }
    return typeof value === "string" ? `${marker} ${value}` : value;
}

type Inputs = Record<string, unknown>;
/** As the program has them, as the engine shows them, and as a server has them that was changed. */
const kept = ({ inputs }: Registration): Inputs =>
    mapped(inputs, (value) => ({
        "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
        plaintext: JSON.stringify(planted(value, ours)),
    })) as Inputs;
const marked = ({ inputs }: Registration): Inputs => mapped(inputs, () => "[secret]") as Inputs;
const bare = ({ inputs }: Registration, marker: string): Inputs =>
    mapped(inputs, (value) => planted(value, marker)) as Inputs;

const isResource = ({ provider }: Registration): boolean => provider !== undefined;
const urnOf = ({ type, name }: Registration): string => `urn:pulumi:dev::gitops-estate::${type}::${name}`;
const isKind = ({ type }: Pick<Registration, "type">, kind: string): boolean => type.endsWith(`:${kind}`);

function stepsOf(all: readonly Registration[], op: "create" | "update" | "delete"): Step[] {
    return all.filter(isResource).map((each) => {
        const inputs = marked(each);
        const secrets = Object.keys(inputs).filter((key) => JSON.stringify(inputs[key]).includes("[secret]"));
        const side = {
            inputs,
            provider: `urn:pulumi:dev::gitops-estate::pulumi:providers:x::${each.provider ?? ""}::id`,
        };
        return {
            op,
            urn: urnOf(each),
            type: each.type,
            ...(op === "create" ? {} : { old: { ...side, outputs: bare(each, ours) } }),
            ...(op === "delete" ? {} : { new: side }),
            detailedDiff: Object.fromEntries(secrets.map((key) => [key, { kind: "update" }])),
        };
    });
}

/** What a refresh finds, where a provider gives back in the open what the program kept secret. */
function refreshOf(all: readonly Registration[]): Step[] {
    return all.filter(isResource).map((each) => ({
        op: "refresh",
        urn: urnOf(each),
        type: each.type,
        old: { inputs: marked(each), outputs: bare(each, ours) },
        new: { inputs: marked(each), outputs: bare(each, theirs) },
        detailedDiff: {},
    }));
}

function stateOf(all: readonly Registration[]): Declared[] {
    return declaredIn({
        deployment: {
            resources: all.filter(isResource).map((each) => ({
                urn: urnOf(each),
                type: each.type,
                id: `${each.name}-id`,
                provider: `urn:pulumi:dev::gitops-estate::pulumi:providers:x::${each.provider ?? ""}::id`,
                inputs: kept(each),
                outputs: kept(each),
            })),
        },
    });
}

/** What is on the clusters: other secrets everywhere, also where an object was declared as text and comes as data. */
function onClusters(all: readonly Registration[], declared: readonly Declared[]): Found[] {
    return all.filter(isResource).flatMap((each, index): Found[] => {
        const made = declared[index];
        if (made === undefined || !each.type.startsWith("kubernetes:")) {
            return [];
        }
        const object = bare(each, theirs);
        const { stringData } = object as { stringData?: Record<string, string> };
        const data = Object.fromEntries(
            Object.entries(stringData ?? {}).map(([key, value]) => [
                key,
                Buffer.from(String(value)).toString("base64"),
            ]),
        );
        const full = {
            ...object,
            ...(stringData === undefined ? {} : { stringData: undefined, data: { ...data, more: theirs } }),
            metadata: {
                ...(object["metadata"] as object),
                annotations: {
                    ...(object["metadata"] as { annotations?: object }).annotations,
                    "kubectl.kubernetes.io/last-applied-configuration": JSON.stringify(object),
                },
            },
        };
        const { apiVersion, kind, name, namespace } = addressOf(made);
        return [{ apiVersion, kind, name, namespace, object: full }];
    });
}

function driftOf(estate: Estate, all: readonly Registration[]): Finding[] {
    const resources = all.filter(isResource);
    const declared = stateOf(all);
    const of = (kind: string): Declared[] => declared.filter((each) => isKind(each, kind));
    const projects = of("Project").filter(({ type }) => type.startsWith("gitlab:"));
    const nothing = { members: [], deployTokens: [], accessTokens: [], runners: [], integrations: [] };
    const gitlab = {
        self: 1,
        groups: of("Group").map(({ id }) => ({
            ...nothing,
            id,
            path: "g",
            body: {},
            variables: [{ key: "X", value: theirs }],
            hooks: [],
        })),
        // All variables and hooks in each, as the mock engine's ids of projects are not those of this state.
        projects: projects.map(({ id }) => ({
            ...nothing,
            id,
            path: "p",
            body: { import_url: `https://user:${theirs}@mirror.test/x`, mirror: true },
            variables: resources
                .filter((each) => isKind(each, "ProjectVariable"))
                .map((each) => ({ key: each.inputs["key"], value: theirs, environment_scope: "*" })),
            hooks: [{ id: 1, url: `https://x.test/in?key=${theirs}`, push_events: true }],
            mirrors: [{ id: 1, url: `https://user:${theirs}@mirror.test/x` }],
            protectedBranches: [],
            protectedTags: [],
            deployKeys: [],
            triggers: [{ id: 1, description: "x", token: theirs }],
            schedules: [],
            jobTokenScope: null,
            environments: [],
            goneBranches: [],
            files: [],
        })),
    } as unknown as GitLabInventory;
    const harbor = {
        projects: of("Project")
            .filter(({ type }) => type.startsWith("harbor:"))
            .map((each) => ({
                id: each.id,
                name: textOf(each, "name"),
                body: { metadata: {} },
                members: [],
                robots: [{ id: 1, name: "robot$x", secret: theirs, permissions: [] }],
                webhooks: [
                    {
                        id: 9,
                        name: "x",
                        targets: [{ address: `https://x.test/?key=${theirs}`, auth_header: theirs }],
                    },
                ],
                immutable: [],
                retention: null,
            })),
        quotas: [],
        robots: [],
        replications: [{ id: 1, name: "x", dest_registry: { url: `https://u:${theirs}@x.test` } }],
    } as unknown as HarborInventory;
    const mend = "npm run up -- --stack dev --refresh";
    return [
        ...gitlabDrift(
            declared.map((each) =>
                projects[0] !== undefined && "project" in each.inputs
                    ? { ...each, inputs: { ...each.inputs, project: projects[0].id } }
                    : each,
            ),
            gitlab,
            { url: "https://gitlab.test", mend, today: "2031-01-01", teams: {} },
        ),
        ...harborDrift(declared, harbor, {
            name: "main",
            url: "https://harbor.test",
            username: "admin",
            mend,
            now: new Date("2031-01-01"),
        }),
        ...clusterDrift(
            declared.filter(({ type }) => type.startsWith("kubernetes:")),
            { objects: onClusters(all, declared), unknown: new Set() },
            {
                ...{ name: "host", context: "host", mend, estate: estate.name },
                ...{ apps: [], environments: [], now: new Date("2031-01-01") },
            },
        ),
    ];
}

/** What of the markers is in a text, in the open or in base64. */
function shownIn(text: string): string[] {
    const encoded = text.match(/[A-Za-z0-9+/]{12,}={0,2}/g) ?? [];
    const all = [text, ...encoded.map((each) => Buffer.from(each, "base64").toString("latin1"))];
    return markers.flatMap((marker) =>
        all.flatMap((each) => {
            const at = each.indexOf(marker);
            return at < 0 ? [] : [each.slice(Math.max(0, at - 200), at + 80)];
        }),
    );
}

describe("no secret is in what commands write", () => {
    for (const [name, estateOf] of Object.entries(estates)) {
        test(`of ${name}`, async () => {
            const estate = estateOf();
            const { registrations } = await record(() =>
                declareEstate(estate, credentialsOf(estate), samplePrepared),
            );
            assert.ok(JSON.stringify(registrations.map(kept)).includes(ours), "the markers are there");
            assert.deepEqual(
                shownIn(JSON.stringify(registrations.map(marked))),
                [],
                "the program hides them",
            );

            const findings = driftOf(estate, registrations);
            assert.ok(findings.length > 10, "much is found");
            const report = { stack: "dev", findings, unread: [], compared: 1, accepted: [], unused: [] };
            const texts: Record<string, string> = {
                refresh: driftText(estate, refreshOf(registrations)),
            };
            for (const language of ["en", "zh"] as const) {
                texts[`drift ${language}`] = [
                    json(report, language),
                    driftMarkdown(report, language),
                    terminalText(report, language),
                    JSON.stringify(issueStep(report, undefined, language)),
                ].join("\n");
                for (const op of language === "en"
                    ? (["create", "update", "delete"] as const)
                    : ["update" as const]) {
                    const note = noteOf({
                        stack: "dev",
                        estate,
                        language,
                        policy: true,
                        report: {
                            began: true,
                            planned: stepsOf(registrations, op),
                            refreshed: refreshOf(registrations),
                            policies: [],
                            errors: [],
                        },
                    });
                    texts[`note ${op} ${language}`] = [
                        markdown(note, { marker: "m" }),
                        terminal(note, false),
                        html(note),
                        JSON.stringify(note),
                    ].join("\n");
                }
            }
            const misshapen = planted(credentialsOf(estate), `${ours}\n`) as Record<string, unknown>;
            texts["credentials"] = formatProblems([
                ...checkCredentials(estate, {
                    ...misshapen,
                    unknown: { of: ours },
                    gitlab: { token: [ours] },
                }),
                ...checkCredentials(estate, ours),
            ]);
            const shown = Object.entries(texts).flatMap(([where, text]) =>
                [...new Set(shownIn(text))].slice(0, 3).map((part) => `${where}: …${part}…`),
            );
            assert.deepEqual(shown, []);
        });
    }
});
