/** The sandbox's generated secrets: made once, at the first `up`, and stored in files only their owner may read. */
import * as crypto from "node:crypto";
import * as fs from "node:fs";

import { writePrivate } from "../support/files";
import { type SandboxLayout, type SecretName, secretFile } from "../support/layout";

const digits = "0123456789";
const lower = "abcdefghijklmnopqrstuvwxyz";
const upper = lower.toUpperCase();

const makers: Readonly<Record<SecretName, () => string>> = {
    // GitLab's personal access tokens look so, and tools that scan for secrets know them by it.
    "gitlab-root-token": () => `glpat-${randomText(20, `${digits}${upper}${lower}_-`)}`,
    "harbor-admin-password": harborPassword,
    passphrase: () => randomText(32, `${digits}${upper}${lower}`),
};

/** Makes the secrets that are not there yet. */
export function ensureSecrets(layout: SandboxLayout): void {
    for (const name of Object.keys(makers) as SecretName[]) {
        const file = secretFile(layout, name);
        if (!fs.existsSync(file)) {
            writePrivate(file, `${makers[name]()}\n`);
        }
    }
}

/** Harbor asks for 8 to 128 characters with an upper-case and a lower-case letter and a digit. */
function harborPassword(): string {
    const alphabet = `${digits}${upper}${lower}`;
    for (;;) {
        const text = randomText(20, alphabet);
        if (/[0-9]/.test(text) && /[a-z]/.test(text) && /[A-Z]/.test(text)) {
            return text;
        }
    }
}

function randomText(length: number, alphabet: string): string {
    return Array.from({ length }, () => alphabet[crypto.randomInt(alphabet.length)]).join("");
}
