/** The board as data: what is known, from whom, and what is not. Whether servers answer as assumed shows in test/e2e. */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, test } from "node:test";
import { asked } from "../../../commands/board/credentials";
import { application } from "../../../commands/board/engines/argocd";
import {
    nothingFound,
    valueOf,
    type Found,
    type MadeCredential,
    type OpenRequest,
    type Running,
} from "../../../commands/board/found";
import { madeCredentials } from "../../../commands/board/made";
import { boardOf, commitRef, versionsOf, wantedCommits, type Place } from "../../../commands/board/model";
import { texts } from "../../../commands/board/texts";
import { nameOf } from "../../../commands/support/urn";
import { credentialKinds } from "../../../estate/madeCredentials";
import type { Estate } from "../../../estate/model";
import { estateOf } from "../../../commands/support/stack";
import { checkoutDir } from "../../../toolchain/checkout";
import { model, spec } from "../../support/estate";
import { modelOf, stateOf } from "../review/changes";
import { boardFor, estateOfApps, foundFor, now } from "./support";

const at = (estate: Estate, found: Found, app: string, environment: string): Place[] => {
    const board = boardOf(estate, { stack: "dev", now, live: true, found });
    return (
        board.apps
            .find(({ name }) => name === app)
            ?.places.filter((place) => place.environment === environment) ?? []
    );
};

const running = (delivered: Readonly<Record<string, Running>>): Found => ({
    ...nothingFound([]),
    running: { argocd: { value: delivered } },
});

describe("a place", () => {
    const estate = model({ apps: { web: { environments: { test: { pin: "1.2.3", hold: "audit" } } } } });
    const revision = "a".repeat(40);
    const web: Running = {
        images: { value: ["harbor.test/web-dev/web:0123456789", "harbor.test/web-dev/webhook:1", "redis:8"] },
        health: "healthy",
        sync: "synced",
        revision,
        since: "2031-05-05T11:00:00Z",
    };

    test("has the version of the app's own image, its commit, and the commit of the config repository", () => {
        const commit = {
            id: `0123456789${"0".repeat(30)}`,
            title: "Say hello",
            author: "Bob",
            at: "2031-05-05",
        };
        const found: Found = {
            ...running({ "web-dev-member1": web }),
            commits: {
                "acme/shop/web@0123456789": { value: commit },
                [`acme/shop/web-config@${revision}`]: { unknown: { kind: "absent", server: "GitLab" } },
            },
        };
        const [place] = at(estate, found, "web", "dev");
        assert.ok(place !== undefined && "value" in place.state);
        assert.deepEqual(place.state.value, {
            versions: { value: [{ tag: "0123456789" }] },
            health: "healthy",
            sync: "synced",
            since: "2031-05-05T11:00:00Z",
            commit: { value: commit },
            revision: {
                id: revision,
                url: `https://gitlab.test/acme/shop/web-config/-/commit/${revision}`,
                commit: { unknown: { kind: "absent", server: "GitLab" } },
            },
        });
        assert.deepEqual(wantedCommits(estate, found.running), [
            { project: "acme/shop/web-config", ref: revision },
            { project: "acme/shop/web", ref: "0123456789" },
        ]);
    });

    test("that the engine does not have is absent, and one without its image runs nothing yet", () => {
        const found = running({ "web-dev-member1": { ...web, images: { value: ["redis:8"] } } });
        const [dev] = at(estate, found, "web", "dev");
        assert.ok(dev !== undefined && "value" in dev.state);
        assert.deepEqual(dev.state.value.versions, { unknown: { kind: "idle" } });
        assert.deepEqual(at(estate, found, "web", "test")[0]?.state, {
            unknown: { kind: "absent", server: "Argo CD" },
        });
    });

    test("of a host that does not answer says so, and what the spec alone knows is there all the same", () => {
        const unknown = {
            kind: "unreachable",
            server: "cluster host",
            detail: "no answer within 10 s",
        } as const;
        const found: Found = { ...nothingFound([]), running: { argocd: { unknown } } };
        const [place] = at(estate, found, "web", "test");
        assert.deepEqual(place?.state, { unknown });
        assert.deepEqual([place?.pin, place?.hold], ["1.2.3", "audit"]);
        const board = boardOf(estate, { stack: "dev", now, live: true, found });
        assert.ok(board.unknown.some((each) => JSON.stringify(each) === JSON.stringify(unknown)));
    });

    test("belongs to an app whose repositories have addresses", () => {
        const [api] = boardFor(model()).apps;
        assert.deepEqual(api?.configs, [
            { path: "acme/shop/api-config", url: "https://gitlab.test/acme/shop/api-config" },
        ]);
        assert.deepEqual(api?.source, { path: "acme/shop/api", url: "https://gitlab.test/acme/shop/api" });
    });

    test("is there for every environment and cluster of the spec, in promotion order", () => {
        const [web] = boardFor(estateOfApps(1)).apps;
        assert.deepEqual(
            web?.places.map(({ environment, cluster }) => `${environment}/${cluster}`),
            ["dev/member1", "test/member1", "prod/member1", "prod/member2"],
        );
    });
});

describe("versions", () => {
    const digest = `sha256:${"e".repeat(64)}`;
    test("are those of one repository, not of one whose name begins alike", () => {
        assert.deepEqual(
            versionsOf(
                ["h.test/a/web:1", "h.test/a/web-2:3", `h.test/a/web:2@${digest}`, `h.test/a/web@${digest}`],
                "h.test/a/web",
            ),
            [{ tag: "1" }, { tag: "2", digest }, { digest }],
        );
    });
    test("lead to a commit where a lane makes such tags", () => {
        const estate = model({
            apps: {
                api: {
                    updater: {
                        environments: ["dev"],
                        allowTags: "regexp:^main-[0-9a-f]{8,40}$",
                        writeBack: "values",
                    },
                },
            },
            argocd: { imageUpdaterVersion: "1.0.0", imageUpdater: { install: false } },
        });
        const ref = (app: string, tag: string): string | undefined => {
            const found = estate.apps[app];
            assert.ok(found !== undefined);
            return commitRef(found, tag);
        };
        assert.equal(ref("web", "0123456789"), "0123456789");
        assert.equal(ref("web", "v1.0"), undefined);
        assert.equal(ref("api", "main-0123456789"), "0123456789");
        assert.equal(ref("api", "0123456789"), undefined);
    });
});

describe("an Application", () => {
    test("is read without its messages and parameters", () => {
        const found = application({
            metadata: { name: "web-dev-member1" },
            spec: { source: { helm: { parameters: [{ name: "password", value: "s3cret" }] } } },
            status: {
                health: { status: "Degraded", message: "s3cret" },
                sync: { status: "OutOfSync", revision: "b".repeat(40) },
                summary: { images: ["a/b:1"] },
                operationState: { message: "s3cret" },
                history: [
                    { revision: "c".repeat(40), deployedAt: "2031-01-01T00:00:00Z" },
                    { revision: "a".repeat(40), deployedAt: "2031-01-02T00:00:00Z" },
                ],
            },
        });
        assert.deepEqual(found, {
            images: { value: ["a/b:1"] },
            health: "degraded",
            sync: "differs",
            revision: "a".repeat(40),
            since: "2031-01-02T00:00:00Z",
        });
    });
    test("that was just made has no history, and no state that is known", () => {
        assert.deepEqual(application({ metadata: { name: "x" } }), {
            images: { value: [] },
            health: "unknown",
            sync: "unknown",
        });
    });
});

test("what an engine delivers that the board cannot read is not known", () => {
    const [place] = at(model(), { ...nothingFound([]), running: {} }, "web", "dev");
    assert.deepEqual(place?.state, { unknown: { kind: "unread", engine: "Argo CD" } });
});

describe("open merge requests", () => {
    const request = (project: string, from: string, into: string): OpenRequest => ({
        project,
        iid: 7,
        title: "Promote",
        author: "bob",
        at: "2031-05-04T00:00:00Z",
        from,
        into,
        draft: false,
    });
    const requests = (estate: Estate, ...open: OpenRequest[]): unknown =>
        boardOf(estate, {
            stack: "dev",
            now,
            live: true,
            found: { ...nothingFound([]), requests: { value: open } },
        }).requests.map(({ key, apps, environments, promotion }) => [key, apps, environments, promotion]);

    test("between two environments are promotions, others into an environment are changes", () => {
        assert.deepEqual(
            requests(
                model(),
                request("acme/shop/web-config", "dev", "test"),
                request("acme/shop/api-config", "fix", "prod"),
            ),
            [
                ["acme/shop/api-config!7", ["api"], ["prod"], false],
                ["acme/shop/web-config!7", ["web"], ["test"], true],
            ],
        );
    });
    test("elsewhere are none of the board's", () => {
        assert.deepEqual(
            requests(
                model(),
                request("acme/shop/web", "fix", "main"),
                request("acme/shop/web-config", "fix", "fix2"),
                request("acme/other/web-config", "dev", "test"),
            ),
            [],
        );
    });
    test("of a repository that apps share are each of theirs", () => {
        const estate = model({ defaults: { config: { scope: "team" } } });
        const path = estate.apps["web"]?.config.fullPath ?? "";
        assert.deepEqual(requests(estate, request(path, "test", "prod")), [
            [`${path}!7`, ["api", "web"], ["prod"], true],
        ]);
    });
    test("that were not read are not none", () => {
        const found = {
            ...foundFor(model()),
            requests: { unknown: { kind: "refused", server: "GitLab", status: 401 } },
        } as const;
        const board = boardOf(model(), { stack: "dev", now, live: true, found });
        assert.deepEqual(board.requestsUnknown, { kind: "refused", server: "GitLab", status: 401 });
    });
});

/** An estate that makes a credential of every kind. */
const everyCredential = spec({
    gitlab: { approvalGate: { enabled: true, hookUrl: "http://approvals.test" } },
    notifications: {
        relay: { image: "relay:1", url: "http://relay.test", commits: true },
    },
    environments: {
        dev: { registry: "main" },
        test: { registry: "main" },
        prod: { registry: "main", class: "prod", approvals: 1 },
    },
    apps: {
        released: { team: "shop", flow: "trunk", environments: { dev: null }, previews: {} },
        tagged: { team: "shop", flow: "gitlab-flow", environments: { dev: null } },
    },
});

describe("credentials", () => {
    const examples = fs
        .readdirSync(path.join(checkoutDir(), "examples"))
        .filter((file) => file.endsWith(".yaml"))
        .map((file) => path.parse(file).name);
    for (const [golden, file] of [
        ["dev", "Pulumi.dev.yaml"],
        ["prod", "Pulumi.prod.yaml"],
        ...examples.map((name) => [`example-${name}`, `examples/${name}.yaml`] as const),
    ] as const) {
        test(`that the spec of ${golden} asks for are those that its program makes`, () => {
            const text = (name: string): string => fs.readFileSync(path.join(checkoutDir(), name), "utf8");
            const resources = JSON.parse(text(`test/goldens/${golden}.json`)) as Record<
                string,
                Record<string, unknown>
            >;
            const made = madeCredentials({
                deployment: {
                    resources: Object.entries(resources).map(([key, golden]) => {
                        const [, type = "", name = ""] = /^(\S+) (.*)$/s.exec(key) ?? [];
                        const inputs = Object.fromEntries(
                            Object.entries(golden).flatMap(([key, value]) =>
                                key.startsWith("inputs.") ? [[key.slice("inputs.".length), value]] : [],
                            ),
                        );
                        return { urn: `urn:pulumi:x::y::${type}::${name}`, type, inputs };
                    }),
                },
            });
            const estate = estateOf(golden, text(file));
            assert.deepEqual(asked(estate), counted(made));
            assert.ok(made.length > 0);
        });
    }

    /** How many there are of each kind that a spec asks for. */
    function counted(made: readonly MadeCredential[]): Record<string, number> {
        const { hook: _, ...found } = Object.fromEntries(
            credentialKinds.map((kind) => [kind, made.filter((each) => each.kind === kind).length]),
        );
        return found;
    }

    test("are all that a program makes, each with its own name, in both languages", async () => {
        const estate = modelOf(everyCredential);
        const state = await stateOf(estate);
        const made = madeCredentials(state);
        assert.deepEqual(asked(estate), counted(made));
        for (const kind of credentialKinds) {
            assert.ok(
                made.some((each) => each.kind === kind),
                `the estate of this test has no credential of kind ${kind}`,
            );
        }
        const titles = Object.values(texts).map(({ made: kinds }) => Object.values(kinds));
        for (const language of titles) {
            assert.equal(new Set(language.map(({ title }) => title)).size, credentialKinds.length);
        }
        // Whatever is called a token, a key, a hook, a trigger or an account with a password.
        const credential = /(Token|Key|Hook|Webhook|Trigger|RobotAccount)$/;
        const names = new Set(made.map(({ name }) => name));
        const resources = state.deployment?.resources ?? [];
        const unlisted = resources.filter(
            ({ urn, type, inputs }) =>
                (credential.test(type) || inputs?.["type"] === "kubernetes.io/service-account-token") &&
                !names.has(nameOf(urn)),
        );
        assert.deepEqual(
            unlisted.map(({ urn }) => urn),
            [],
        );
    });

    test("of a spec alone are counted where it says how many, and named where it does not", () => {
        const offline = boardOf(model(), { stack: "dev", now, live: false, found: nothingFound(["argocd"]) });
        const of = (kind: string): object | undefined =>
            offline.credentials.find((each) => each.kind === kind);
        assert.deepEqual(of("hook"), { kind: "hook", endless: 0, soon: 0, soonest: [] });
        assert.equal(of("status"), undefined);
    });

    test("end when GitLab says, and robots so many days after they were made", () => {
        const ends = madeCredentials({
            deployment: {
                resources: [
                    {
                        urn: "urn:pulumi:x::y::t::config-web-writer",
                        type: "gitlab:index/projectAccessToken:ProjectAccessToken",
                        outputs: { name: "config-writer-g1", expiresAt: "2031-06-01", token: "s3cret" },
                    },
                    {
                        urn: "urn:pulumi:x::y::t::app-web-push-robot",
                        type: "harbor:index/robotAccount:RobotAccount",
                        created: "2031-05-01T23:00:00Z",
                        outputs: { level: "project", duration: 90, secret: "s3cret" },
                    },
                    {
                        urn: "urn:pulumi:x::y::t::app-api-push-robot",
                        type: "harbor:index/robotAccount:RobotAccount",
                        delete: true,
                        outputs: { level: "project", duration: 90 },
                    },
                ],
            },
        });
        assert.deepEqual(ends, [
            { kind: "writer", name: "config-web-writer", ends: "2031-06-01" },
            { kind: "push", name: "app-web-push-robot", ends: "2031-07-30" },
        ]);
    });

    test("that end soon are named, with the first and last day of their kind", () => {
        const group = boardFor(estateOfApps(2)).credentials.find(({ kind }) => kind === "push");
        assert.deepEqual(group, {
            kind: "push",
            count: 2,
            ends: { first: "2031-05-20", last: "2031-07-20" },
            endless: 0,
            soon: 1,
            soonest: ["app-app-001-push-robot"],
        });
    });
});

test("nothing of the board is undefined, so that its JSON says all of it", () => {
    const board = boardFor(estateOfApps(13));
    assert.deepEqual(JSON.parse(JSON.stringify(board)), board);
    assert.ok(board.apps.every(({ places }) => places.some(({ state }) => valueOf(state) !== undefined)));
});
