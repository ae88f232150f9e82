/** What can be said of a stack without asking a server: the files that its spec names. */
import * as fs from "node:fs";
import { X509Certificate } from "node:crypto";
import * as path from "node:path";
import type { Estate } from "../../estate/model";
import { gitlabFileAuthority } from "../../estate/network";
import { daysUntil } from "./check";
import type { Finding } from "./finding";

/** Days before the end of a certificate in which it is warned of. */
export const certificateWarning = 30;

/** Looks at the files of the spec; `folder` is what their paths are relative to. */
export function offlineFindings(estate: Estate, folder: string, now = new Date()): Finding[] {
    return estate.network.authorities.flatMap(({ name, file }) =>
        file === undefined
            ? []
            : authorityFile(
                  file,
                  name === gitlabFileAuthority ? name : `network.certificateAuthorities.${name}.file`,
                  folder,
                  now,
              ),
    );
}

/** A PEM file of authorities: it is there, holds certificates, and they are good. */
export function authorityFile(file: string, at: string, folder: string, now: Date): Finding[] {
    const finding = (rule: string, fix: string, severity: Finding["severity"] = "error"): Finding => ({
        path: at,
        value: file,
        id: "ca-file",
        rule,
        fix,
        severity,
    });
    const full = path.resolve(folder, file);
    if (!fs.existsSync(full)) {
        return [
            finding(
                "must be a file that is there",
                "correct the path, which is relative to the project's folder",
            ),
        ];
    }
    const text = fs.readFileSync(full, "utf8");
    const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
    const read = blocks.flatMap((block) => {
        try {
            return [new X509Certificate(block)];
        } catch {
            return [];
        }
    });
    if (read.length === 0 || read.length < blocks.length) {
        return [finding("must hold certificates in PEM", "export the authority's certificate as PEM")];
    }
    return read.flatMap((certificate) => {
        const left = daysUntil(new Date(certificate.validTo), now);
        return left >= certificateWarning
            ? []
            : [
                  finding(
                      left < 0
                          ? `has a certificate that ended on ${day(certificate)}`
                          : `has a certificate that ends on ${day(certificate)}`,
                      "get the authority's new certificate",
                      left < 0 ? "error" : "warning",
                  ),
              ];
    });
}

function day({ validTo }: X509Certificate): string {
    return new Date(validTo).toISOString().slice(0, 10);
}
