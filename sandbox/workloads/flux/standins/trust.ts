/** Whom a stand-in trusts: as a controller in Go does, the certificates in the folders of `SSL_CERT_DIR`. */
import * as fs from "node:fs";
import * as path from "node:path";
import * as tls from "node:tls";

import { type Fetch, fetchTrusting } from "../../../support/fetch";

/** Where systems have the certificate authorities that everybody trusts; Node brings the same. */
const systemFolders = new Set(["/etc/ssl/certs", "/etc/pki/tls/certs"]);

/**
 * PEM of everything that is trusted where a container brings authorities of its own.
 *
 * @returns undefined where it brings none: what Node trusts is enough then.
 */
export function authoritiesIn(env: Readonly<Record<string, string | undefined>>): string | undefined {
    const own = (env["SSL_CERT_DIR"] ?? "")
        .split(":")
        .filter((folder) => folder !== "" && !systemFolders.has(folder) && fs.existsSync(folder))
        .flatMap((folder) => fs.readdirSync(folder).map((name) => path.join(folder, name)))
        .filter((file) => fs.statSync(file).isFile())
        .map((file) => fs.readFileSync(file, "utf8"))
        .filter((text) => text.includes("BEGIN CERTIFICATE"));
    return own.length === 0 ? undefined : [...tls.rootCertificates, ...own].join("\n");
}

/** A fetch for one address: an authority matters to https only. */
export function fetchFor(url: string, authority: string | undefined): Fetch {
    return fetchTrusting(url.startsWith("https:") ? authority : undefined);
}
