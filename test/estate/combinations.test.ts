/**
 * Every flow with every engine, delivery, CI system, tier and edition, and with every way to have pipelines on clusters and on a
 * machine, generated from the registries: what is valid declares everything, what is not says why and what fits instead. What it does not prove: that the servers take it, which e2e does.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { declareEstate } from "../../components/program";
import { parseEstate } from "../../estate";
import { versionKeys } from "../../estate/delivery";
import { engines } from "../../estate/engines";
import { flows } from "../../estate/flows";
import { sampleCredentials, samplePrepared } from "../components/sample";
import { record } from "../support/engine";

/** What a team chooses, and what there is. */
const choices = {
    flow: [...Object.keys(flows), "described", "folders"],
    engine: Object.keys(engines),
    delivery: Object.keys(versionKeys),
    ci: ["gitlab", "jenkins", "none"],
    tier: ["free", "premium"],
    edition: ["ce", "ee"],
    previews: ["with", "without"],
    pipelines: ["copied", "included"],
    place: ["clusters", "machine"],
} as const;

type Choice = { readonly [Each in keyof typeof choices]: string };
const dimensions = Object.keys(choices) as (keyof typeof choices)[];

const product = (among: Readonly<Record<string, readonly string[]>>): Choice[] =>
    dimensions.reduce<Partial<Choice>[]>(
        (sum, dimension) =>
            sum.flatMap((one) => (among[dimension] ?? []).map((value) => ({ ...one, [dimension]: value }))),
        [{}],
    ) as Choice[];

/** How pipelines come about and where they deliver to is no question of the licence: each table has what the other leaves out. */
const all = [
    ...product({ ...choices, pipelines: ["copied"], place: ["clusters"] }),
    ...product({ ...choices, tier: ["free"], edition: ["ce"], previews: ["without"] }).filter(
        ({ pipelines, place }) => pipelines === "included" || place === "machine",
    ),
];

const title = (choice: Choice): string => dimensions.map((dimension) => choice[dimension]).join(", ");

const parsed = ({
    flow,
    engine,
    delivery,
    ci,
    tier,
    edition,
    previews,
    pipelines,
    place,
}: Choice): ReturnType<typeof parseEstate> =>
    parseEstate(
        {
            name: "acme",
            gitlab: { url: "https://gitlab.example.com", group: "acme", tier, edition },
            registries: { main: { url: "https://harbor.example.com" } },
            clusters: { host: { role: "host" }, member1: {} },
            ...(place === "machine" ? { machines: { box: { runner: { tags: ["box"] } } } } : {}),
            environments: {
                staging: place === "machine" ? { machine: "box" } : { clusters: ["member1"] },
                prod: { clusters: ["member1"], promotesFrom: "staging" },
            },
            flows: {
                described: {
                    config: "branches",
                    environments: { staging: { branch: "next" }, prod: { promotes: "staging" } },
                    reviewed: "next",
                },
                folders: {
                    environments: { staging: { branch: "next" }, prod: { tag: "release-*" } },
                    reviewed: "next",
                },
            },
            teams: { shop: { maintainers: ["alice"], developers: ["bob"] } },
            apps: {
                web: {
                    team: "shop",
                    flow,
                    engine,
                    delivery,
                    ci,
                    pipelines: { use: pipelines },
                    ...(previews === "with" ? { previews: { url: "https://web-{number}.example.com" } } : {}),
                },
            },
            argocd: { url: "https://argocd.example.com" },
            flux: { manifests: { sha256: "0".repeat(64) }, operator: { sha256: "0".repeat(64) } },
        },
        { servers: { member1: "https://member1.example.com:6443" } },
    );

const outcomes = all.map((choice) => {
    const { estate, problems } = parsed(choice);
    return { choice, estate, errors: problems.filter(({ severity }) => severity === "error") };
});
const valid = outcomes.filter(({ errors }) => errors.length === 0);

describe("combinations", () => {
    it("are valid with each value of each choice", () => {
        for (const dimension of dimensions) {
            for (const value of choices[dimension]) {
                assert.ok(
                    valid.some(({ choice }) => choice[dimension] === value),
                    `${dimension} ${value} goes with nothing`,
                );
            }
        }
    });

    // The Enterprise Edition without a licence declares what the Community Edition does, in another form of protections.
    const told = valid.filter(({ choice }) => (choice.edition === "ee") === (choice.tier === "premium"));
    for (const { choice, estate } of told) {
        it(`declares: ${title(choice)}`, async () => {
            assert.ok(estate !== undefined);
            const { registrations } = await record(() =>
                declareEstate(estate, sampleCredentials, samplePrepared),
            );
            // As many repositories as the plan says, the app's own, and the estate's for pipelines.
            const projects = registrations.filter(({ type }) => type === "gitlab:index/project:Project");
            assert.equal(projects.length, 2 + (estate.apps["web"]?.plan.configs.length ?? 0));
        });
    }

    for (const { choice, errors } of outcomes.filter((each) => each.errors.length > 0)) {
        it(`is refused with what fits instead: ${title(choice)}`, () => {
            for (const { path, rule, fix } of errors) {
                assert.ok(path !== "" && rule !== "" && fix.length > 10, JSON.stringify({ path, rule, fix }));
            }
            // Each choice that is complained about has a value with which that complaint ends.
            for (const { id } of errors) {
                const fits = outcomes.some(
                    (other) =>
                        other.errors.every((error) => error.id !== id) &&
                        dimensions.filter((each) => other.choice[each] !== choice[each]).length === 1,
                );
                assert.ok(fits, `${id}: no change of one choice ends it`);
            }
        });
    }
});
