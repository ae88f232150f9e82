/**
 * Certificates of the sandbox. Each cluster has an authority of its own, so a credential of one is worth nothing at
 * another; etcd has a third kind, because what a cluster's authority signs must not open the store behind all of them.
 */
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";

import { type SandboxLayout } from "../support/layout";
import { writePrivate } from "../support/files";

/** Paths of a PEM certificate and its PKCS#8 key. */
export interface KeyPairFiles {
    readonly cert: string;
    readonly key: string;
}

/** What one cluster's processes and its administrator need. */
export interface ClusterPki {
    readonly cluster: string;
    readonly dir: string;
    readonly ca: KeyPairFiles;
    readonly server: KeyPairFiles;
    /** Group `system:masters`: may do everything. */
    readonly admin: KeyPairFiles;
    readonly controllerManager: KeyPairFiles;
    readonly scheduler: KeyPairFiles;
    readonly kwok: KeyPairFiles;
    /** Signed by etcd's authority. */
    readonly etcdClient: KeyPairFiles;
    readonly etcdCa: string;
    /** Signs service account tokens; `cert` is the public key. */
    readonly serviceAccount: KeyPairFiles;
}

export interface EtcdPki {
    readonly ca: KeyPairFiles;
    readonly server: KeyPairFiles;
    /** For the readiness probe. */
    readonly client: KeyPairFiles;
}

/** Days a leaf certificate is good for. */
const leafDays = 365;
/** `up` makes a leaf anew when fewer days than this are left. */
const renewDays = 30;
const caDays = 3650;
const dayMs = 86_400_000;

/** Makes what is missing or about to expire, and leaves the rest untouched. */
export async function ensureEtcdPki(layout: SandboxLayout): Promise<EtcdPki> {
    const dir = path.join(layout.pki, "etcd");
    const ca = await ensureAuthority(dir, "gitops-estate etcd");
    return {
        ca,
        server: await ensureLeaf(ca, pair(dir, "server"), { commonName: "etcd", server: true }),
        client: await ensureLeaf(ca, pair(dir, "client"), { commonName: "sandbox" }),
    };
}

/** The authority of GitLab, the Harbors and the chat, and the certificate that they share. */
export interface ServersPki {
    readonly ca: KeyPairFiles;
    readonly server: KeyPairFiles;
}

/** Makes what is missing or about to expire of the servers that are not clusters. */
export async function ensureServersPki(layout: SandboxLayout): Promise<ServersPki> {
    const dir = path.join(layout.pki, "servers");
    const ca = await ensureAuthority(dir, "gitops-estate servers");
    return { ca, server: await ensureLeaf(ca, pair(dir, "server"), { commonName: "sandbox", server: true }) };
}

/** The certificate of that authority, before it is made too. */
export function serversAuthority(layout: SandboxLayout): string {
    return pair(path.join(layout.pki, "servers"), "ca").cert;
}

/** Makes what is missing or about to expire for one cluster. {@link ensureEtcdPki} must have been called before. */
export async function ensureClusterPki(layout: SandboxLayout, cluster: string): Promise<ClusterPki> {
    const dir = path.join(layout.pki, cluster);
    const etcdCa = pair(path.join(layout.pki, "etcd"), "ca");
    const ca = await ensureAuthority(dir, `gitops-estate ${cluster}`);
    const client = (name: string, commonName: string, group?: string): Promise<KeyPairFiles> =>
        ensureLeaf(ca, pair(dir, name), {
            commonName,
            ...(group === undefined ? {} : { organization: group }),
        });
    return {
        cluster,
        dir,
        ca,
        server: await ensureLeaf(ca, pair(dir, "server"), { commonName: "kube-apiserver", server: true }),
        admin: await client("admin", "sandbox-admin", "system:masters"),
        // Without a service account per controller (which costs start-up time), the manager acts as itself and needs all rights.
        controllerManager: await client(
            "controller-manager",
            "system:kube-controller-manager",
            "system:masters",
        ),
        scheduler: await client("scheduler", "system:kube-scheduler"),
        kwok: await client("kwok", "sandbox-kwok", "system:masters"),
        etcdClient: await ensureLeaf(etcdCa, pair(dir, "etcd-client"), { commonName: cluster }),
        etcdCa: etcdCa.cert,
        serviceAccount: ensureSigningKey(dir),
    };
}

function pair(dir: string, name: string): KeyPairFiles {
    return { cert: path.join(dir, `${name}.crt`), key: path.join(dir, `${name}.key`) };
}

/** An authority: made once, kept for good, because clients pin it. */
export async function ensureAuthority(dir: string, commonName: string): Promise<KeyPairFiles> {
    const files = pair(dir, "ca");
    if (fs.existsSync(files.cert) && fs.existsSync(files.key)) {
        return files;
    }
    const x509 = await import("@peculiar/x509");
    const keys = await newKeys();
    const cert = await x509.X509CertificateGenerator.createSelfSigned(
        {
            serialNumber: serial(),
            name: `CN=${commonName}`,
            ...validity(caDays),
            keys,
            signingAlgorithm: ecdsa,
            extensions: [
                new x509.BasicConstraintsExtension(true, 0, true),
                new x509.KeyUsagesExtension(
                    x509.KeyUsageFlags.keyCertSign |
                        x509.KeyUsageFlags.cRLSign |
                        x509.KeyUsageFlags.digitalSignature,
                    true,
                ),
                await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
            ],
        },
        crypto.webcrypto,
    );
    writePrivate(files.key, await pemOfKey(keys.privateKey));
    writePrivate(files.cert, pem(cert.toString("pem")));
    return files;
}

interface Subject {
    readonly commonName: string;
    /** Kubernetes reads it as the user's group. */
    readonly organization?: string;
    /** A server on this machine (127.0.0.1, localhost); else a client. etcd's server is its own client, so servers are both. */
    readonly server?: boolean;
}

/** A certificate signed by `ca`, made when it is missing, about to expire, or signed by another authority. */
export async function ensureLeaf(
    ca: KeyPairFiles,
    files: KeyPairFiles,
    subject: Subject,
): Promise<KeyPairFiles> {
    if (isCurrent(ca, files)) {
        return files;
    }
    const x509 = await import("@peculiar/x509");
    const issuer = new x509.X509Certificate(fs.readFileSync(ca.cert, "utf8"));
    const keys = await newKeys();
    const usages = [x509.ExtendedKeyUsage.clientAuth];
    if (subject.server === true) {
        usages.push(x509.ExtendedKeyUsage.serverAuth);
    }
    const organization = subject.organization === undefined ? "" : `, O=${subject.organization}`;
    const cert = await x509.X509CertificateGenerator.create(
        {
            serialNumber: serial(),
            subject: `CN=${subject.commonName}${organization}`,
            issuer: issuer.subject,
            ...validity(leafDays),
            publicKey: keys.publicKey,
            signingKey: await signingKey(ca.key),
            signingAlgorithm: ecdsa,
            extensions: [
                new x509.BasicConstraintsExtension(false, undefined, true),
                new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
                new x509.ExtendedKeyUsageExtension(usages),
                await x509.AuthorityKeyIdentifierExtension.create(issuer, false, crypto.webcrypto),
                ...(subject.server === true
                    ? [
                          new x509.SubjectAlternativeNameExtension([
                              { type: "ip", value: "127.0.0.1" },
                              { type: "dns", value: "localhost" },
                              { type: "dns", value: "kubernetes.default.svc" },
                          ]),
                      ]
                    : []),
            ],
        },
        crypto.webcrypto,
    );
    writePrivate(files.key, await pemOfKey(keys.privateKey));
    writePrivate(files.cert, pem(cert.toString("pem")));
    return files;
}

/** The key that signs service account tokens. Made once: a new one would make every issued token worthless. */
function ensureSigningKey(dir: string): KeyPairFiles {
    const files = { cert: path.join(dir, "service-account.pub"), key: path.join(dir, "service-account.key") };
    if (!fs.existsSync(files.cert) || !fs.existsSync(files.key)) {
        // RSA: every JWT library verifies RS256, and kubeadm's clusters use it too.
        const keys = crypto.generateKeyPairSync("rsa", {
            modulusLength: 2048,
            publicKeyEncoding: { type: "spki", format: "pem" },
            privateKeyEncoding: { type: "pkcs8", format: "pem" },
        });
        writePrivate(files.key, keys.privateKey);
        writePrivate(files.cert, keys.publicKey);
    }
    return files;
}

/** Whether the certificate is there, signed by this authority, and good for {@link renewDays} more. */
export function isCurrent(ca: KeyPairFiles, files: KeyPairFiles, now: number = Date.now()): boolean {
    try {
        const cert = new crypto.X509Certificate(fs.readFileSync(files.cert, "utf8"));
        const authority = new crypto.X509Certificate(fs.readFileSync(ca.cert, "utf8"));
        const key = crypto.createPrivateKey(fs.readFileSync(files.key, "utf8"));
        return (
            cert.verify(authority.publicKey) &&
            cert.checkPrivateKey(key) &&
            Date.parse(cert.validTo) - now > renewDays * dayMs
        );
    } catch {
        return false;
    }
}

const ecdsa = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

function newKeys(): Promise<crypto.webcrypto.CryptoKeyPair> {
    return crypto.webcrypto.subtle.generateKey(ecdsa, true, ["sign", "verify"]);
}

async function pemOfKey(key: crypto.webcrypto.CryptoKey): Promise<string> {
    const der = await crypto.webcrypto.subtle.exportKey("pkcs8", key);
    return crypto
        .createPrivateKey({ key: Buffer.from(der), format: "der", type: "pkcs8" })
        .export({ type: "pkcs8", format: "pem" }) as string;
}

function signingKey(file: string): Promise<crypto.webcrypto.CryptoKey> {
    const der = crypto
        .createPrivateKey(fs.readFileSync(file, "utf8"))
        .export({ type: "pkcs8", format: "der" });
    return crypto.webcrypto.subtle.importKey("pkcs8", new Uint8Array(der), ecdsa, false, ["sign"]);
}

/** Positive, 127 bits: the highest bit of a DER integer is its sign. */
function serial(): string {
    const bytes = crypto.randomBytes(16);
    bytes[0] = (bytes[0] as number) & 0x7f;
    return bytes.toString("hex");
}

/** From an hour ago, so that a clock that is a little off does no harm. */
function validity(days: number): { notBefore: Date; notAfter: Date } {
    return {
        notBefore: new Date(Date.now() - 3_600_000),
        notAfter: new Date(Date.now() + days * dayMs),
    };
}

function pem(text: string): string {
    return text.endsWith("\n") ? text : `${text}\n`;
}
