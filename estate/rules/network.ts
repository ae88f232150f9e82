import { X509Certificate } from "node:crypto";

import { daysBetween } from "../days";
import { gitlabFileAuthority } from "../network";
import type { CertificateAuthority } from "../model";
import type { Problem } from "../problem";
import type { Checked, Finding, Rule } from "./rule";

/** What must hold of the files of private authorities. */
const fileRules: readonly (Omit<Rule, "check"> & {
    readonly find: (authorities: readonly CertificateAuthority[], context: Checked["context"]) => Finding[];
})[] = [
    {
        id: "authority-readable",
        rule: "must be a file that can be read",
        severity: "error",
        find: (authorities, { files }) =>
            files === undefined
                ? []
                : authorities
                      .filter(({ file }) => file !== undefined && files[file] === undefined)
                      .map((authority) => ({
                          path: placeOf(authority),
                          value: authority.file,
                          fix: "correct the path; it is relative to the project's folder",
                      })),
    },
    {
        id: "authority-certificate",
        rule: "must hold certificates of authorities as PEM",
        severity: "error",
        find: (authorities, context) =>
            authorities.flatMap((authority) => certificateFindings(authority, context)),
    },
];

/** Ids of the rules about files of authorities. */
export const authorityRules = fileRules.map(({ id }) => id);

/**
 * What is wrong with the authorities of an estate that was read without their files.
 *
 * @param files their texts, by path; those that cannot be read are not there.
 */
export function authorityProblems(
    authorities: readonly CertificateAuthority[],
    files: Readonly<Record<string, string>>,
    today: string,
): Problem[] {
    const filled = authorities.map((each) => ({ ...each, pem: each.pem || (files[each.file ?? ""] ?? "") }));
    return fileRules.flatMap(({ find, ...rule }) =>
        find(filled, { files, today }).map((finding) => ({ ...rule, ...finding })),
    );
}

/** Private authorities. */
export const networkRules: readonly Rule[] = [
    {
        id: "authority-source",
        rule: "must have a file or a pem, one of them",
        severity: "error",
        check: ({ spec }) =>
            Object.entries(spec.network.certificateAuthorities)
                .filter(([, { file, pem }]) => (file === undefined) === (pem === undefined))
                .map(([name, { file }]) => ({
                    path: `network.certificateAuthorities.${name}`,
                    value: file,
                    fix:
                        file === undefined
                            ? "write file: and the path of a PEM file, or pem: and the certificate"
                            : "remove one of them",
                })),
    },
    ...fileRules.map(({ find, ...rule }): Rule => ({
        ...rule,
        check: ({ estate, context }) => find(estate.network.authorities, context),
    })),
];

/** Where an authority is in the spec. */
function placeOf({ name, file }: CertificateAuthority): string {
    return name === gitlabFileAuthority
        ? name
        : `network.certificateAuthorities.${name}.${file === undefined ? "pem" : "file"}`;
}

const block = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/** Days before the end of a certificate from which on its end is mentioned. */
const soonDays = 30;

function certificateFindings(authority: CertificateAuthority, { today }: Checked["context"]): Finding[] {
    if (authority.pem === "") {
        return [];
    }
    const place = { path: placeOf(authority), value: authority.file ?? "(PEM)" };
    const texts = authority.pem.match(block) ?? [];
    const certificates = texts.map(read);
    if (certificates.length === 0 || certificates.includes(undefined)) {
        return [
            {
                ...place,
                fix: "name the PEM file of the authority's certificate, which starts with -----BEGIN CERTIFICATE-----",
            },
        ];
    }
    return certificates.flatMap((certificate): Finding[] => {
        if (certificate === undefined) {
            return [];
        }
        const subject = certificate.subject.replace(/\n/g, ", ");
        if (!certificate.ca) {
            return [
                {
                    ...place,
                    rule: "should be the certificate of an authority",
                    severity: "warning",
                    fix: `name the authority that signed "${subject}"; a server's own certificate has to be written anew here when it is renewed`,
                },
            ];
        }
        const end = new Date(certificate.validTo).toISOString().slice(0, 10);
        if (today === undefined || daysBetween(today, end) >= soonDays) {
            return [];
        }
        return [
            {
                ...place,
                rule: end < today ? "must not have expired" : "will expire soon",
                severity: end < today ? "error" : "warning",
                fix: `"${subject}" ${end < today ? "ended" : "ends"} on ${end}: write the authority's new certificate`,
            },
        ];
    });
}

function read(pem: string): X509Certificate | undefined {
    try {
        return new X509Certificate(pem);
    } catch {
        return undefined;
    }
}
