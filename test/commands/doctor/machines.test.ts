/** The doctor on machines that are reached over SSH: real sockets on this machine; nobody signs in. */
import assert from "node:assert/strict";
import * as net from "node:net";
import { test, type TestContext } from "node:test";
import { decide } from "../../../commands/doctor/finding";
import { machineChecks, machineFacts } from "../../../commands/doctor/machines";
import { nothingMade } from "../../../commands/doctor/made";
import { model } from "../../support/estate";
import { now } from "./support";

/** A server that says this to whoever comes, and its port. */
async function server(context: TestContext, greeting: string): Promise<number> {
    const running = net.createServer((socket) => void socket.on("error", () => undefined).end(greeting));
    await new Promise<void>((resolve) => running.listen(0, "127.0.0.1", resolve));
    context.after(() => running.close());
    return (running.address() as net.AddressInfo).port;
}

/** What is said of a machine at that port. */
async function look(port: number): Promise<string[]> {
    const hostKeys = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA"];
    const estate = model({
        machines: {
            attic: { ssh: { host: "127.0.0.1", port, user: "deploy", hostKeys } },
            box: { runner: { tags: ["box"] } },
        },
        environments: { dev: { clusters: undefined, machine: "attic" } },
        apps: { web: { flow: "gitlab-flow" }, api: { environments: { dev: null } } },
    });
    const facts = await machineFacts(estate, AbortSignal.timeout(5000));
    assert.equal(facts.length, 1, "a runner comes by itself");
    return decide(machineChecks, facts, { estate, made: nothingMade, now }).map(
        ({ path, value, severity, rule }) => `${severity} ${path} ${String(value)} ${rule}`,
    );
}

test("a machine that answers over SSH gets no word", async (context) => {
    assert.deepEqual(await look(await server(context, "SSH-2.0-OpenSSH_9.9\r\n")), []);
    assert.deepEqual(await look(await server(context, "Welcome\r\nSSH-2.0-other\r\n")), []);
});

test("one that does not, or is something else, is named with its address", async (context) => {
    const port = await server(context, "220 mail.test ESMTP\r\n");
    const [mail] = await look(port);
    assert.equal(
        mail,
        `warning machines.attic.ssh 127.0.0.1:${port} should answer over SSH from here: what answers there does not speak SSH`,
    );
    const gone = net.createServer();
    await new Promise<void>((resolve) => gone.listen(0, "127.0.0.1", resolve));
    const closed = (gone.address() as net.AddressInfo).port;
    await new Promise((resolve) => gone.close(resolve));
    const [refused] = await look(closed);
    assert.match(refused ?? "", /^warning machines\.attic\.ssh .* from here: the connection is refused$/);
});
