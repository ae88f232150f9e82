import assert from "node:assert/strict";
import * as net from "node:net";
import { after, test } from "node:test";

import {
    PortInUseError,
    clusterPort,
    freePortBase,
    isPortFree,
    listeningInodes,
    maxClusters,
    portBase,
    portBlockSize,
    portOwner,
    portOf,
    requireFreePort,
} from "../../support/ports";

const servers: net.Server[] = [];
after(() => servers.forEach((server) => server.close()));

/** Listens on a free port of this machine until the tests end. */
async function occupiedPort(): Promise<number> {
    const server = net.createServer();
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as net.AddressInfo).port;
}

test("each named port has its place in the block", () => {
    assert.equal(portOf(8920, "etcd-client"), 8920);
    assert.equal(portOf(8920, "gitlab"), 8929);
    assert.equal(portOf(8920, "harbor-main"), 8930);
    assert.equal(portOf(8920, "harbor-prod"), 8932);
    assert.equal(clusterPort(8920, 0), 8950);
    assert.equal(clusterPort(8920, maxClusters - 1), 8920 + portBlockSize - 1);
});

test("a cluster the block has no room for is refused", () => {
    assert.throws(() => clusterPort(8920, maxClusters), /room for 10 clusters; asked for number 11/);
    assert.throws(() => clusterPort(8920, -1), RangeError);
});

test("the block's base comes from the environment, and must leave room for the block", () => {
    assert.equal(portBase({}), 8920);
    assert.equal(portBase({ ESTATE_SANDBOX_PORT_BASE: "20000" }), 20000);
    assert.equal(portBase({}, 9000), 9000);
    assert.equal(portBase({ ESTATE_SANDBOX_PORT_BASE: "" }, 9000), 9000);
    assert.equal(portBase({ ESTATE_SANDBOX_PORT_BASE: "20000" }, 9000), 20000);
    for (const bad of ["80", "65530", "many", "20000.5"]) {
        assert.throws(
            () => portBase({ ESTATE_SANDBOX_PORT_BASE: bad }),
            new RegExp(`ESTATE_SANDBOX_PORT_BASE is "${bad.replace(".", "\\.")}"`),
        );
    }
});

test("a port in use is named with the part that wants it and the process that has it", async () => {
    const port = await occupiedPort();

    assert.equal(await isPortFree(port), false);
    await assert.rejects(requireFreePort(port, "gitlab"), (error: unknown) => {
        assert.ok(error instanceof PortInUseError);
        assert.match(error.message, new RegExp(`port ${port}, needed by gitlab, is taken by`));
        assert.match(error.message, /ESTATE_SANDBOX_PORT_BASE/);
        if (process.platform === "linux") {
            assert.equal(error.holder?.pid, process.pid);
            assert.match(error.message, new RegExp(`process ${process.pid} \\(.*node`));
        }
        return true;
    });
});

test("without /proc the holder stays unknown", async () => {
    const port = await occupiedPort();

    assert.equal(portOwner(port, "/no/such/proc"), undefined);
    assert.match(new PortInUseError(port, "etcd", undefined).message, /taken by another process/);
});

test("only listeners count as holders of a port, not connections to it", () => {
    const table = [
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
        "   0: 0100007F:22E1 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1",
        "   1: 0100007F:22E1 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 222 1",
        "   2: 0100007F:22E2 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 333 1",
    ].join("\n");

    assert.deepEqual(listeningInodes(table, 0x22e1), ["111"]);
});

test("a free block is free as a whole", async () => {
    const base = await freePortBase(4);

    assert.deepEqual(await Promise.all([0, 1, 2, 3].map((offset) => isPortFree(base + offset))), [
        true,
        true,
        true,
        true,
    ]);
});
