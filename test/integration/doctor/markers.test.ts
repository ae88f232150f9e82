/**
 * No message of the doctor has a secret in it: a marker is in every credential, and servers say back in their answers whatever
 * they were told: path, headers and body. The severest case, as no real server does all of it.
 */
import assert from "node:assert/strict";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { describe, test, type TestContext } from "node:test";
import { sendTestCards } from "../../../commands/doctor/channels/send";
import { examine } from "../../../commands/doctor/examine";
import { formatFindings, type Finding } from "../../../commands/doctor/finding";
import { nothingMade } from "../../../commands/doctor/made";
import type { Estate } from "../../../estate/model";
import { model } from "../../support/estate";

const marker = "pLant3d";

/** How a server answers; what it was told goes into it. */
const manners: Readonly<Record<string, (told: string) => { status: number; body: string }>> = {
    "200 with it": (told) => ({ status: 200, body: JSON.stringify({ message: told, id: told, name: told }) }),
    "200 with a list of it": (told) => ({
        status: 200,
        body: JSON.stringify([{ message: told, username: told }]),
    }),
    "a bot's own error with it": (told) => ({
        status: 200,
        body: JSON.stringify({
            errcode: 310000,
            errmsg: told,
            code: 19021,
            msg: told,
            ok: false,
            error: told,
        }),
    }),
    "400 with it": (told) => ({ status: 400, body: JSON.stringify({ message: told, error: told }) }),
    "401 with it": (told) => ({
        status: 401,
        body: JSON.stringify({ errors: [{ code: told, message: told }] }),
    }),
    "403 with it as plain text": (told) => ({ status: 403, body: told }),
    "500 with it as a page": (told) => ({ status: 500, body: `<html>${told}</html>` }),
};

async function echo(context: TestContext, manner: string): Promise<string> {
    const server = http.createServer((request, response) => {
        let body = "";
        request.on("data", (chunk) => (body += String(chunk)));
        request.on("end", () => {
            const basic = /^Basic (.*)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
            const told = [
                request.url,
                ...request.rawHeaders,
                Buffer.from(basic, "base64").toString("utf8"),
                body,
            ].join(" ");
            const answer = manners[manner]?.(told) ?? { status: 500, body: "" };
            response.writeHead(answer.status, { "content-type": "application/json" });
            response.end(answer.body);
        });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    context.after(() => {
        server.closeAllConnections();
        server.close();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const kinds = ["feishu", "dingtalk", "slack", "webhook"];

function estateAt(url: string): Estate {
    return model({
        gitlab: { url, plainHttp: true },
        registries: { main: { url } },
        channels: Object.fromEntries(kinds.map((kind) => [`to-${kind}`, { kind }])),
    });
}

/** Every credential, with the marker in it. */
function credentialsAt(url: string, estate: Estate): Record<string, unknown> {
    const kubeconfig = (context: string): string =>
        JSON.stringify({
            apiVersion: "v1",
            kind: "Config",
            clusters: [{ name: context, cluster: { server: url } }],
            contexts: [{ name: context, context: { cluster: context, user: context } }],
            users: [{ name: context, user: { token: `${marker}-cluster` } }],
        });
    return {
        gitlab: { token: `glpat-${marker}-gitlab` },
        registries: { main: { username: "admin", password: `${marker}-harbor` } },
        channels: Object.fromEntries(
            Object.keys(estate.channels).map((name) => [
                name,
                { url: `${url}/hook/${marker}-${name}?access_token=${marker}`, secret: `${marker}-sign` },
            ]),
        ),
        clusters: Object.fromEntries(
            Object.values(estate.clusters).map(({ name, context }) => [
                name,
                { kubeconfig: kubeconfig(context) },
            ]),
        ),
    };
}

function assertSilent(findings: readonly Finding[]): void {
    for (const text of [JSON.stringify(findings), formatFindings(findings)]) {
        const at = text.indexOf(marker);
        assert.ok(at < 0, `a secret is in: …${text.slice(Math.max(0, at - 300), at + 60)}…`);
    }
}

describe("the messages of the doctor have no secret in them", () => {
    for (const manner of Object.keys(manners)) {
        test(`where every server answers ${manner}`, async (context) => {
            const url = await echo(context, manner);
            const estate = estateAt(url);
            const credentials = credentialsAt(url, estate);
            const found = await examine(estate, {
                credentials,
                folder: ".",
                env: {},
                made: nothingMade,
                now: new Date("2027-01-15T00:00:00Z"),
                fast: false,
            });
            assert.ok(found.length > 0);
            assertSilent(found);
            const sent = await sendTestCards(
                estate,
                { credentials, folder: ".", env: {} },
                new Date("2027-01-15T00:00:00Z"),
                AbortSignal.timeout(20_000),
            );
            assert.ok(sent.length > 0);
            assertSilent(sent);
        });
    }

    test("where no server is there", async () => {
        const url = "http://127.0.0.1:9";
        const estate = estateAt(url);
        const found = await examine(estate, {
            credentials: credentialsAt(url, estate),
            folder: ".",
            env: { HTTP_PROXY: `http://user:${marker}@proxy.test:3128` },
            made: nothingMade,
            now: new Date("2027-01-15T00:00:00Z"),
            fast: false,
        });
        assert.ok(found.length > 0);
        assertSilent(found);
    });
});
