/** ci/card.mjs: who is notified of a delivery to a machine, and how. That bots take the cards is for the sandbox's receivers. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, it } from "node:test";

import { CardError, notify, type Delivery } from "../../../components/ci/scripts/card.mjs";
import { laneSettings } from "../../../components/ci/settings";
import type { App, Estate } from "../../../estate/model";
import { model } from "../../support/estate";

const released = (change: object = {}): Estate =>
    model({
        machines: { box: { runner: { tags: ["box"] } } },
        environments: { dev: { clusters: undefined, machine: "box" } },
        channels: {
            ops: { kind: "feishu" },
            oncall: { kind: "dingtalk", language: "zh", triggers: ["on-health-degraded"] },
            log: { kind: "webhook", triggers: ["on-sync-succeeded", "on-deployed", "on-sync-failed"] },
        },
        teams: { shop: { channels: ["ops", "oncall", "log"] } },
        apps: { web: { flow: "gitlab-flow", ...change }, api: { environments: { dev: null } } },
    });

const settingsOf = (estate: Estate): Record<string, string> => {
    const web = estate.apps["web"] as App;
    const lane = web.plan.lanes.find(({ environment }) => environment === "dev");
    assert.ok(lane);
    return { ...laneSettings(estate, web, lane) };
};

const now = new Date("2026-03-04T05:06:07Z");
const healthy: Delivery = {
    event: "healthy",
    image: "harbor.test/web-dev/web:develop.1@sha256:2",
    message: "",
};
const sick: Delivery = {
    event: "degraded",
    image: "harbor.test/web-dev/web:develop.1@sha256:2",
    message:
        'web is running, unhealthy. Its last lines:\n<at id=all></at> "no" such\\page $& ${CI} {{ fact "page" }}',
};

describe("cards about machines", () => {
    /** What was posted, by address, and said. */
    const notified = async (
        delivery: Delivery | undefined,
        more: Record<string, string> = {},
        answers: readonly (Response | Error)[] = [],
    ): Promise<{ posted: [string, Record<string, unknown>][]; said: string[]; failed: string }> => {
        const posted: [string, Record<string, unknown>][] = [];
        const said: string[] = [];
        const left = [...answers];
        let failed = "";
        await notify(
            {
                ...settingsOf(released()),
                CARD_OPS_URL: "https://feishu.test/hook/o",
                CARD_ONCALL_URL: "https://dingtalk.test/send?access_token=x",
                CARD_LOG_URL: "https://log.test/",
                CI_COMMIT_SHA: "0123456789abcdef",
                CI_COMMIT_AUTHOR: "Alice <alice@example.com>",
                CI_PIPELINE_URL: "https://gitlab.test/acme/shop/web/-/pipelines/7",
                ...more,
            },
            {
                delivery: () => delivery,
                now: () => now,
                post: (url, request) => {
                    const body = typeof request?.body === "string" ? request.body : "";
                    posted.push([new Request(url).url, JSON.parse(body) as Record<string, unknown>]);
                    const answer = left.shift() ?? new Response('{"code":0,"errcode":0}');
                    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
                },
                wait: () => Promise.resolve(),
                report: (line) => said.push(line),
            },
        ).catch((error: unknown) => {
            assert.ok(error instanceof CardError, String(error));
            failed = error.message;
        });
        return { posted, said, failed };
    };

    it("go to those who asked for what happened, each once, with the facts", async () => {
        const { posted, said, failed } = await notified(healthy);
        assert.equal(failed, "");
        assert.deepEqual(said, [
            "Channel log was notified: healthy.",
            "Channel oncall is not notified of this: healthy.",
            "Channel ops was notified: healthy.",
        ]);
        assert.deepEqual(posted[0], [
            "https://log.test/",
            {
                event: "healthy",
                application: "web-dev",
                time: "2026-03-04 05:06:07 +00:00",
                sync: "Succeeded",
                health: "Healthy",
                machine: "box",
                commit: "0123456789abcdef",
                author: "Alice",
                image: healthy.image,
            },
        ]);
        const feishu = JSON.stringify(posted[1]);
        assert.match(feishu, /"template":"green"/);
        assert.match(feishu, /\*\*Machine\*\*\\nbox/);
        assert.match(feishu, /"url":"https:\/\/gitlab\.test\/acme\/shop\/web\/-\/pipelines\/7"/);
    });

    it("notify of a problem with the machine's own words, which cannot call anybody nor leave their text", async () => {
        const { posted } = await notified(sick);
        assert.deepEqual(
            posted.map(([url]) => new URL(url).host),
            ["dingtalk.test", "feishu.test"],
        );
        const text = JSON.stringify(posted[1]?.[1]);
        assert.ok(
            text.includes('&#60;at id=all>&#60;/at> \\"no\\" such\\\\page $& ${CI} {{ fact \\"page\\" }}'),
            text,
        );
        assert.ok(!JSON.stringify(posted).includes("<at"));
        assert.match(JSON.stringify(posted[0]), /🔴 web-dev: 应用状态异常/);
    });

    it("are signed as each bot wants it", async () => {
        const { posted } = await notified(sick, {
            CARD_OPS_SECRET: "feishu-secret",
            CARD_ONCALL_SECRET: "SEC-ding",
        });
        const [ding = "", feishu] = [posted[0]?.[0], posted[1]?.[1]];
        const at = String(Math.floor(now.getTime() / 1000));
        assert.equal(feishu?.["timestamp"], at);
        assert.equal(
            feishu["sign"],
            createHmac("sha256", `${at}\nfeishu-secret`).update("").digest("base64"),
        );
        const query = new URL(ding).searchParams;
        const milliseconds = String(now.getTime());
        assert.deepEqual(
            [query.get("access_token"), query.get("timestamp"), query.get("sign")],
            [
                "x",
                milliseconds,
                createHmac("sha256", "SEC-ding").update(`${milliseconds}\nSEC-ding`).digest("base64"),
            ],
        );
    });

    it("are sent again to who is busy or away, and not to who refuses or may have them", async () => {
        const busy = new Response('{"code":11232,"msg":"too fast"}');
        const away = new Response("", { status: 502 });
        const log = new Response("");
        assert.equal((await notified(healthy, {}, [log, busy, away])).posted.length, 4);

        const refusal = await notified(healthy, {}, [
            log,
            new Response('{"code":19021,"msg":"sign match fail"}'),
        ]);
        assert.equal(refusal.posted.length, 2);
        assert.equal(refusal.failed, "channel ops was not notified: 19021 sign match fail");
        const broken = new TypeError("fetch failed", {
            cause: Object.assign(new Error("closed"), { code: "UND_ERR_SOCKET" }),
        });
        const lost = await notified(healthy, {}, [log, broken]);
        assert.equal(lost.posted.length, 2);
        assert.match(lost.failed, /channel ops was not notified: it did not answer; it may have the card/);
        const down = new TypeError("fetch failed", {
            cause: Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" }),
        });
        const gone = await notified(healthy, {}, [log, down, down, down, down, down]);
        assert.equal(gone.failed, "channel ops was not notified: connect ECONNREFUSED, 5 times");
        assert.ok(!gone.failed.includes("feishu.test"), "an address is a secret");
    });

    it("are none where nothing was delivered, on hold, or nobody is to be notified", async () => {
        assert.deepEqual((await notified(undefined)).said, ["Nothing to report: nothing was delivered."]);
        assert.deepEqual((await notified({ ...healthy, event: "held" })).said, ["Nothing to report: held."]);
        assert.deepEqual((await notified(healthy, { CARD_CHANNELS: "" })).said, [
            "No channel is notified of this environment.",
        ]);
        const unseen = await notified(healthy, { CARD_CHANNELS: "ops", CARD_OPS_URL: "" });
        assert.match(unseen.failed, /CARD_OPS_URL is empty: it is a protected variable/);
    });
});

describe("the variables of cards", () => {
    it("fit into GitLab's limit of 10 000 characters, for every kind, language and event", () => {
        for (const kind of ["feishu", "dingtalk", "slack", "webhook"]) {
            const triggers = ["on-deployed", "on-health-degraded", "on-sync-failed", "on-sync-succeeded"];
            const settings = settingsOf(
                model({
                    machines: { box: { runner: { tags: ["box"] } } },
                    environments: { dev: { clusters: undefined, machine: "box" } },
                    channels: { ops: { kind, language: "zh", triggers } },
                    apps: { web: { flow: "gitlab-flow" }, api: { environments: { dev: null } } },
                }),
            );
            const length = settings["CARD_OPS"]?.length ?? 0;
            assert.ok(length > 100 && length < 10_000, `${kind}: ${length}`);
        }
    });
});
