/** What the commands let the engine trust. */
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { after, test } from "node:test";
import { trusting } from "../../commands/support/engineTrust";
import type { PulumiEngine } from "../../commands/support/pulumiEngine";
import type { CertificateAuthority } from "../../estate/model";

const root = fs.mkdtempSync(path.join(os.tmpdir(), "engine-trust-"));
after(() => fs.rmSync(root, { recursive: true }));

const engine = (env: NodeJS.ProcessEnv): PulumiEngine => ({
    kind: "own",
    root,
    stack: "dev",
    env,
    pulumi: "pulumi",
    hostRunsPolicies: true,
});

const authority = (name: string, parts: Partial<CertificateAuthority>): CertificateAuthority => ({
    name,
    pem: "",
    hosts: ["harbor.example.test"],
    ...parts,
});

const estate = (...authorities: CertificateAuthority[]): Parameters<typeof trusting>[1] => ({
    network: { authorities },
});

test("without private authorities the engine is as it was", () => {
    const own = engine({ HOME: "/home/me" });
    assert.equal(trusting(own, estate()), own);
});

test("programs in Go and Node.js trust the authorities of the spec and of its files, beside what they trusted", () => {
    fs.writeFileSync(path.join(root, "corporate.pem"), "CORPORATE\n");
    fs.writeFileSync(path.join(root, "mine.pem"), "MINE\n");
    const { env } = trusting(
        engine({ HOME: "/home/me", SSL_CERT_DIR: "/my/certs", NODE_EXTRA_CA_CERTS: "mine.pem" }),
        estate(
            authority("corporate", { file: "corporate.pem" }),
            authority("lab", { pem: "LAB" }),
            authority("gone", { file: "not-there.pem" }),
        ),
    );
    assert.equal(env["HOME"], "/home/me");
    const [first, folder = "", ...others] = (env["SSL_CERT_DIR"] ?? "").split(":");
    assert.deepEqual([first, others], ["/my/certs", []]);
    const texts = fs.readdirSync(folder).map((file) => fs.readFileSync(path.join(folder, file), "utf8"));
    assert.deepEqual(texts, ["CORPORATE\nLAB\n"]);
    assert.equal(fs.readFileSync(env["NODE_EXTRA_CA_CERTS"] ?? "", "utf8"), "MINE\nCORPORATE\nLAB\n");
});

test("where no variable names folders, those of the system stay", () => {
    const { env } = trusting(engine({}), estate(authority("lab", { pem: "LAB" })));
    assert.match(env["SSL_CERT_DIR"] ?? "", /^\/etc\/ssl\/certs:\/etc\/pki\/tls\/certs:[^:]+$/);
});
