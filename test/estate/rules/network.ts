/** Cases of the rules about certificates and addresses. */
import { readFileSync } from "node:fs";
import * as path from "node:path";
import type { Overrides } from "../../support/estate";
import type { Case } from "./case";

const certificate = (name: string): string =>
    readFileSync(path.join(__dirname, "..", "..", "fixtures", "certificates", `${name}.pem`), "utf8");

/** An estate with one authority. */
const authority = (corporate: object): Overrides => ({ network: { certificateAuthorities: { corporate } } });

const place = "network.certificateAuthorities.corporate";

export const networkCases: readonly Case[] = [
    {
        rule: "authority-source",
        title: "an authority from a file and in the spec",
        change: authority({ file: "ca.pem", pem: certificate("authority") }),
        found: [[place, "ca.pem"]],
        fix: /remove one/,
    },
    {
        rule: "authority-source",
        title: "an authority without a certificate",
        change: authority({}),
        found: [[place, undefined]],
        fix: /write file:/,
    },
    {
        rule: "authority-readable",
        title: "files that are not there",
        change: { ...authority({ file: "ca.pem" }), gitlab: { caFile: "gitlab.pem" } },
        context: { files: {} },
        found: [
            ["gitlab.caFile", "gitlab.pem"],
            [`${place}.file`, "ca.pem"],
        ],
        fix: /relative to the project's folder/,
    },
    {
        rule: "authority-certificate",
        title: "a file that is no certificate",
        change: authority({ file: "ca.pem" }),
        context: { files: { "ca.pem": "something else" } },
        found: [[`${place}.file`, "ca.pem"]],
        fix: /BEGIN CERTIFICATE/,
    },
    {
        rule: "authority-certificate",
        title: "half a certificate",
        change: authority({
            pem: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
        }),
        found: [[`${place}.pem`, "(PEM)"]],
        fix: /BEGIN CERTIFICATE/,
    },
    {
        rule: "authority-certificate",
        title: "a server's own certificate",
        change: authority({ pem: certificate("server") }),
        found: [[`${place}.pem`, "(PEM)"]],
        severity: "warning",
        fix: /the authority that signed "CN=gitlab\.test"/,
    },
    {
        rule: "cluster-url",
        title: "GitLab at another host for clusters",
        change: { gitlab: { clusterUrl: "https://inner.test" }, argocd: { reconciliationSeconds: 240 } },
        found: [["gitlab.clusterUrl", "https://inner.test"]],
        severity: "warning",
        fix: /up to 240 s later/,
    },
    {
        rule: "cluster-url",
        title: "GitLab at another path for clusters",
        change: { gitlab: { url: "https://servers.test/gitlab", clusterUrl: "https://servers.test:8443" } },
        found: [["gitlab.clusterUrl", "https://servers.test:8443"]],
        severity: "warning",
        fix: /resolve servers\.test/,
    },
    {
        rule: "cluster-authority",
        title: "an authority that is not there",
        change: { clusters: { member1: { tls: { certificateAuthority: "corporate" } } } },
        found: [["clusters.member1.tls.certificateAuthority", "corporate"]],
        fix: /add network\.certificateAuthorities\.corporate/,
    },
    {
        rule: "host-connection",
        title: "a certificate and a proxy for the host",
        change: {
            clusters: { host: { tls: { serverName: "api.test" }, proxyUrl: "http://proxy.test:3128" } },
        },
        found: [
            ["clusters.host.proxyUrl", "http://proxy.test:3128"],
            ["clusters.host.tls.serverName", "api.test"],
        ],
        severity: "warning",
        fix: /remove it/,
    },
    {
        rule: "tls-termination",
        title: "TLS at an http URL",
        change: { argocd: { url: "http://argocd.test", tlsTermination: "server" } },
        found: [["argocd.tlsTermination", "server"]],
        fix: /https URL/,
    },
    {
        rule: "image-mirror-login",
        title: "a login of no mirror",
        change: { argocd: { imageMirrorLogin: true } },
        found: [["argocd.imageMirrorLogin", true]],
        fix: /argocd\.imageMirror/,
    },
];
