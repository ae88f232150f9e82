/**
 * A reviewed plan as a file that only who has the key can read or make: AES-256-GCM with a key that scrypt makes of a
 * passphrase. Its head is authenticated too. Anything else than what was sealed is refused.
 */
import { createCipheriv, createDecipheriv, randomBytes, scrypt } from "node:crypto";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { CommandError } from "../support/console";

const format = "gitops-estate reviewed plan";
const version = 1;

/** Cost of the key: 32 MiB of memory, a tenth of a second. */
const cost = { N: 32_768, r: 8, p: 1 } as const;

/** A sealed file is never opened to more than that, whatever it says of itself. */
const largest = 512 * 1024 * 1024;

interface Head {
    readonly format: string;
    readonly version: number;
    readonly cipher: string;
    readonly salt: string;
    readonly iv: string;
}

interface Sealed extends Head {
    readonly tag: string;
    readonly data: string;
}

const zip = promisify(gzip);
const unzip = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(gunzip);

function keyOf(passphrase: string, salt: Uint8Array): Promise<Buffer> {
    return new Promise((resolve, reject) => {
        scrypt(passphrase, salt, 32, { ...cost, maxmem: 128 * cost.N * cost.r * 2 }, (error, key) =>
            error === null ? resolve(key) : reject(error),
        );
    });
}

const head = ({ format: name, version: number, cipher, salt, iv }: Head): Buffer =>
    Buffer.from(JSON.stringify([name, number, cipher, salt, iv]));

/** Seals a value that JSON can hold. */
export async function seal(value: unknown, passphrase: string): Promise<string> {
    const [salt, iv] = [randomBytes(16), randomBytes(12)];
    const outside: Head = {
        format,
        version,
        cipher: "aes-256-gcm",
        salt: salt.toString("base64"),
        iv: iv.toString("base64"),
    };
    const cipher = createCipheriv("aes-256-gcm", await keyOf(passphrase, salt), iv);
    cipher.setAAD(head(outside));
    const data = Buffer.concat([
        cipher.update(await zip(Buffer.from(JSON.stringify(value)))),
        cipher.final(),
    ]);
    const sealed: Sealed = {
        ...outside,
        tag: cipher.getAuthTag().toString("base64"),
        data: data.toString("base64"),
    };
    return `${JSON.stringify(sealed)}\n`;
}

/**
 * Opens what was sealed.
 *
 * @param name what messages call the file.
 * @throws CommandError when it is no such file, was changed, or the key is another.
 */
export async function unseal(text: string, passphrase: string, name: string): Promise<unknown> {
    const sealed = parsed(text, name);
    const [salt, iv, tag, data] = [sealed.salt, sealed.iv, sealed.tag, sealed.data].map((part) =>
        Buffer.from(part, "base64"),
    ) as [Buffer, Buffer, Buffer, Buffer];
    if (salt.length !== 16 || iv.length !== 12 || tag.length !== 16) {
        throw new CommandError(`${name} is damaged. Nothing was changed.`);
    }
    const decipher = createDecipheriv("aes-256-gcm", await keyOf(passphrase, salt), iv, {
        authTagLength: 16,
    });
    decipher.setAAD(head(sealed));
    decipher.setAuthTag(tag);
    let packed: Buffer;
    try {
        packed = Buffer.concat([decipher.update(data), decipher.final()]);
    } catch {
        throw new CommandError(
            `${name} cannot be opened: the key is not the one it was made with, or the file was changed. Nothing was changed.`,
        );
    }
    return JSON.parse((await unzip(packed, { maxOutputLength: largest })).toString("utf8")) as unknown;
}

function parsed(text: string, name: string): Sealed {
    let value: Partial<Sealed> | null;
    try {
        value = JSON.parse(text) as Partial<Sealed> | null;
    } catch {
        value = null;
    }
    if (value === null || typeof value !== "object" || value.format !== format) {
        throw new CommandError(
            `${name} is no reviewed plan, or only a part of one. They are made by npm run preview -- --save-plan.`,
        );
    }
    if (value.version !== version || value.cipher !== "aes-256-gcm") {
        throw new CommandError(
            `${name} was made by another version of this program, which seals plans otherwise: preview again.`,
        );
    }
    const texts = [value.salt, value.iv, value.tag, value.data];
    if (!texts.every((part) => typeof part === "string")) {
        throw new CommandError(`${name} is damaged. Nothing was changed.`);
    }
    return value as Sealed;
}
