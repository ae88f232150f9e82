import assert from "node:assert/strict";
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { after, before, test } from "node:test";
import * as tls from "node:tls";

import {
    type ClusterPki,
    type EtcdPki,
    type KeyPairFiles,
    ensureClusterPki,
    ensureEtcdPki,
    isCurrent,
} from "../../clusters/pki";
import { sandboxLayout } from "../../support/layout";

const dir = fs.mkdtempSync(path.join(os.tmpdir(), "estate-pki-"));
const layout = sandboxLayout(dir);
let etcd: EtcdPki;
let host: ClusterPki;
let member: ClusterPki;

before(async () => {
    etcd = await ensureEtcdPki(layout);
    host = await ensureClusterPki(layout, "host");
    member = await ensureClusterPki(layout, "member1");
});
after(() => fs.rmSync(dir, { recursive: true, force: true }));

const read = (file: string): string => fs.readFileSync(file, "utf8");
const certificate = (files: KeyPairFiles): crypto.X509Certificate =>
    new crypto.X509Certificate(read(files.cert));

/** A TLS handshake over a real connection; resolves with the error of the side that refused, or "accepted". */
async function handshake(
    server: { certificate: KeyPairFiles; clientCa: string },
    client: { ca: string; certificate: KeyPairFiles },
): Promise<string> {
    const listener = tls.createServer({
        cert: read(server.certificate.cert),
        key: read(server.certificate.key),
        ca: read(server.clientCa),
        requestCert: true,
        rejectUnauthorized: true,
    });
    const refused = new Promise<string>((resolve) =>
        listener.once("tlsClientError", (error: Error) => resolve(`server: ${error.message}`)),
    );
    const accepted = new Promise<string>((resolve) =>
        listener.once("secureConnection", () => resolve("accepted")),
    );
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    const socket = tls.connect({
        host: "127.0.0.1",
        port: (listener.address() as net.AddressInfo).port,
        ca: read(client.ca),
        cert: read(client.certificate.cert),
        key: read(client.certificate.key),
    });
    const failed = new Promise<string>((resolve) =>
        socket.once("error", (error: Error) => resolve(`client: ${error.message}`)),
    );
    try {
        return await Promise.race([accepted, failed, refused]);
    } finally {
        socket.destroy();
        listener.close();
    }
}

test("a client with the cluster's authority accepts the server, and the server accepts it", async () => {
    assert.equal(
        await handshake(
            { certificate: host.server, clientCa: host.ca.cert },
            { ca: host.ca.cert, certificate: host.admin },
        ),
        "accepted",
    );
});

test("a client with another cluster's authority refuses the server", async () => {
    assert.match(
        await handshake(
            { certificate: host.server, clientCa: host.ca.cert },
            { ca: member.ca.cert, certificate: host.admin },
        ),
        /^client: .*(unable to verify|self.signed|issuer)/,
    );
});

test("an administrator of one cluster is nobody to another cluster and to etcd", async () => {
    for (const clientCa of [member.ca.cert, etcd.ca.cert]) {
        assert.match(
            await handshake(
                { certificate: member.server, clientCa },
                { ca: member.ca.cert, certificate: host.admin },
            ),
            /^server: /,
        );
    }
});

test("etcd is opened by the certificate the cluster has for it", async () => {
    assert.equal(
        await handshake(
            { certificate: etcd.server, clientCa: etcd.ca.cert },
            { ca: etcd.ca.cert, certificate: host.etcdClient },
        ),
        "accepted",
    );
});

test("certificates say who their holder is to Kubernetes", () => {
    assert.equal(certificate(host.admin).subject, "CN=sandbox-admin\nO=system:masters");
    assert.equal(certificate(host.scheduler).subject, "CN=system:kube-scheduler");
    assert.match(certificate(host.server).subjectAltName ?? "", /IP Address:127\.0\.0\.1, DNS:localhost/);
    assert.equal(certificate(host.admin).ca, false);
    assert.equal(certificate(host.ca).ca, true);
});

test("a second call changes nothing", async () => {
    const files = fs
        .readdirSync(dir, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile());
    const texts = (): string[] => files.map((entry) => read(path.join(entry.parentPath, entry.name)));
    const earlier = texts();

    await ensureEtcdPki(layout);
    await ensureClusterPki(layout, "host");

    assert.deepEqual(texts(), earlier);
});

test("a certificate of another authority, one about to expire and a damaged one are not current", async () => {
    const elevenMonths = 336 * 86_400_000;
    assert.equal(isCurrent(host.ca, host.admin), true);
    assert.equal(isCurrent(member.ca, host.admin), false);
    assert.equal(isCurrent(host.ca, host.admin, Date.now() + elevenMonths), false);

    const before = certificate(member.kwok).serialNumber;
    fs.writeFileSync(member.kwok.cert, "damaged");
    await ensureClusterPki(layout, "member1");

    assert.equal(isCurrent(member.ca, member.kwok), true);
    assert.notEqual(certificate(member.kwok).serialNumber, before);
});

test("keys and certificates are readable by their owner only", () => {
    for (const entry of fs.readdirSync(dir, { recursive: true, withFileTypes: true })) {
        const mode = fs.statSync(path.join(entry.parentPath, entry.name)).mode & 0o777;
        assert.equal(mode, entry.isDirectory() ? 0o700 : 0o600, entry.name);
    }
});
