/** The doctor on what messages go to and where people sign in: real sockets on this machine, and nothing is sent. */
import assert from "node:assert/strict";
import * as http from "node:http";
import * as net from "node:net";
import { after, before, describe, test } from "node:test";
import { channelChecks } from "../../../commands/doctor/channels/checks";
import { channelFacts } from "../../../commands/doctor/channels/facts";
import { decide, type Finding } from "../../../commands/doctor/finding";
import { nothingMade } from "../../../commands/doctor/made";
import { model } from "../../support/estate";
import { now } from "./support";

let calls: string[] = [];
let issuer = "";
const page = http.createServer(({ url }, response) => {
    calls.push(url ?? "");
    response.end(JSON.stringify({ issuer }));
});
let here: string;
let closed: string;

before(async () => {
    await new Promise<void>((resolve) => page.listen(0, "127.0.0.1", resolve));
    here = `127.0.0.1:${(page.address() as net.AddressInfo).port}`;
    const other = net.createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    closed = `127.0.0.1:${(other.address() as net.AddressInfo).port}`;
    await new Promise((resolve) => other.close(resolve));
});
after(() => page.close());

async function look(chat: string, mail: string, signIn: string): Promise<Finding[]> {
    calls = [];
    const [host, port] = mail.split(":");
    const estate = model({
        channels: { post: { kind: "email", recipient: "a@b.test" } },
        argocd: { sso: { clientId: "x", issuer: signIn, adminGroups: ["acme"] } },
    });
    const credentials = {
        channels: {
            ops: { url: `http://${chat}/hook/s3cret` },
            oncall: { url: `http://${chat}/hook/s3cret` },
            post: { host, port },
        },
    };
    const facts = await channelFacts(
        estate,
        { credentials, folder: ".", env: {} },
        AbortSignal.timeout(5000),
    );
    const findings = decide(channelChecks, facts, { estate, made: nothingMade, now });
    assert.doesNotMatch(JSON.stringify(findings), /s3cret/);
    return findings;
}

describe("channels and sign-in", () => {
    test("that answer get no word, and no message", async () => {
        issuer = `http://${here}`;
        assert.deepEqual(await look(here, here, issuer), []);
        assert.deepEqual(calls.sort(), ["/", "/", "/.well-known/openid-configuration"]);
    });
    test("that do not answer are named, a server with two channels once", async () => {
        issuer = "http://other.test";
        const found = await look(closed, closed.replace("127.0.0.1", "localhost"), `http://${here}`);
        assert.deepEqual(
            found.map(({ id, path, severity }) => [id, path, severity]),
            [
                ["channel-reachable", "channels.oncall", "warning"],
                ["channel-reachable", "channels.post", "warning"],
                ["sign-in", "argocd.sso", "warning"],
            ],
        );
        assert.match(found[0]?.rule ?? "", /oncall, ops: the connection is refused/);
        assert.match(found[2]?.rule ?? "", /calls itself http:\/\/other\.test/);
    });
});
