/**
 * The stack file the sandbox's engine reads: the committed one with this sandbox's ports and paths, and with the
 * encrypted secrets that never enter a commit. Pure: text in, text out.
 */
import { isMap, isScalar, parseDocument, type Document } from "yaml";
import { CommandError } from "./console";

/** Where the sandbox is, in the terms of the committed stack file. */
export interface SandboxPlace {
    /** First port of the block; the committed file speaks of {@link committedPortBase}. */
    readonly portBase: number;
    /** State folder, absolute; the committed file speaks of `.sandbox`. */
    readonly dir: string;
}

/** Port base that committed stack files are written for. */
export const committedPortBase = 8920;

/** Ports in the block; only these are moved. */
const blockSize = 40;

/** Key of the secrets beside the spec. */
export const credentialsKey = "gitops-estate:credentials";

/** What earlier runs encrypted: kept as it is, because the salt and the values belong together. */
export interface EncryptedPart {
    readonly salt: string;
    readonly credentials: unknown;
}

/**
 * A stack file as YAML. `name` is what messages call it.
 *
 * @throws CommandError with every place where it is not YAML, by line and column.
 */
export function parseStackFile(name: string, text: string): Document {
    const document = parseDocument(text);
    if (document.errors.length > 0) {
        const places = document.errors.map(({ message }) => message.trimEnd());
        throw new CommandError(`${name} is not YAML:\n\n${places.join("\n\n")}`);
    }
    return document;
}

/** What a stack file holds. @throws CommandError as {@link parseStackFile}, and where an alias stands for too much or for itself. */
export function stackFileData(name: string, text: string): unknown {
    try {
        const data: unknown = parseStackFile(name, text).toJS();
        // An alias inside of what it stands for has no end.
        JSON.stringify(data);
        return data;
    } catch (error) {
        if (error instanceof CommandError) {
            throw error;
        }
        throw new CommandError(
            `${name} cannot be read: an alias (*name) stands for what it is a part of, for nothing, or for too much. Write its text there instead.`,
        );
    }
}

/** The encrypted part of a generated stack file; undefined when it has none. */
export function encryptedPart(text: string): EncryptedPart | undefined {
    const file = parseDocument(text).toJS() as {
        encryptionsalt?: string;
        config?: Record<string, unknown>;
    } | null;
    const salt = file?.encryptionsalt;
    return salt === undefined ? undefined : { salt, credentials: file?.config?.[credentialsKey] };
}

/**
 * The committed stack file, moved to `place` and completed with what was encrypted before.
 *
 * Only loopback addresses inside the committed port block are moved, and only paths that begin with `.sandbox`. What the
 * stack's own engine encrypted is left out: the sandbox's has another key.
 */
export function sandboxStackFile(committed: string, place: SandboxPlace, encrypted?: EncryptedPart): string {
    const moved = committed
        .replace(/\b(127\.0\.0\.1|localhost):(\d+)\b/g, (whole, host: string, port: string) => {
            const offset = Number(port) - committedPortBase;
            return offset >= 0 && offset < blockSize ? `${host}:${place.portBase + offset}` : whole;
        })
        .replace(/(^|[\s"'])\.sandbox(?=[/"'\s]|$)/gm, (_whole, before: string) => `${before}${place.dir}`);
    const document = parseStackFile("The stack file", moved);
    dropEncrypted(document);
    if (encrypted !== undefined) {
        document.set("encryptionsalt", encrypted.salt);
        if (encrypted.credentials !== undefined) {
            document.setIn(["config", credentialsKey], encrypted.credentials);
        }
    }
    return document.toString({ lineWidth: 0 });
}

/** Takes out how a stack's own engine encrypts, its secrets, and every other value that only it can read. */
function dropEncrypted(document: Document): void {
    for (const key of ["encryptionsalt", "secretsprovider", "encryptedkey"]) {
        document.delete(key);
    }
    const config = document.get("config");
    if (!isMap(config)) {
        return;
    }
    config.delete(credentialsKey);
    config.items = config.items.filter(
        ({ key, value }) => !(isScalar(key) && isMap(value) && value.has("secure")),
    );
}
