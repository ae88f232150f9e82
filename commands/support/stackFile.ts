/**
 * The stack file the sandbox's engine reads: the committed one with this sandbox's ports and paths, and with the
 * encrypted secrets that never enter a commit. Pure: text in, text out.
 */
import { isMap, isScalar, parseDocument, type Document } from "yaml";
import { parseEstate } from "../../estate/parse";
import { unknownServer } from "../../estate/resolve";
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

/** Where a stack file has the spec. */
const specPath = ["config", "gitops-estate:estate"] as const;

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

/** An engine's manifests that this machine has. */
export interface ManifestsAtHand {
    /** Of the engine. */
    readonly version: string;
    readonly folder: string;
    /** Version of Flux's operator, whose file is in that folder too. */
    readonly operator?: string;
}

/**
 * A stack file for a preview on a machine that has these manifests and no others, by engine, and no kubeconfig. Of Argo CD the image
 * updater's own objects are left out; what configures it stays that of the stack's version. What would be warned about only because
 * of what is left out is left out too.
 */
export function withManifestsAtHand(
    committed: string,
    engines: Readonly<Record<string, ManifestsAtHand>>,
): string {
    const document = parseStackFile("The stack file", committed);
    for (const [engine, { version, folder, operator }] of Object.entries(engines)) {
        const part = [...specPath, engine];
        document.setIn([...part, "manifests"], document.createNode({ version, path: folder }));
        if (operator !== undefined && document.hasIn([...part, "operator"])) {
            const file = { version: operator, path: `${folder}/operator.yaml` };
            document.setIn([...part, "operator"], document.createNode(file));
        }
        if (engine === "argocd") {
            leaveOutUpdater(document, [...part, "imageUpdater"]);
        }
    }
    nameUnknownServers(document);
    return document.toString({ lineWidth: 0 });
}

/** Leaves out what the image updater is installed by, and all that has an effect only with it. */
function leaveOutUpdater(document: Document, part: readonly string[]): void {
    const before = warnedAbout(document);
    document.setIn([...part, "install"], false);
    const prefix = "argocd.imageUpdater.";
    for (const path of warnedAbout(document)) {
        if (path.startsWith(prefix) && !before.has(path)) {
            document.deleteIn([...part, ...path.slice(prefix.length).split(".")]);
        }
    }
    // Also where nothing is said of it because something else is wrong.
    document.deleteIn([...part, "manifests"]);
}

/** Paths of the spec that are warned about. */
function warnedAbout(document: Document): ReadonlySet<string> {
    const { problems } = parseEstate(specOf(document));
    return new Set(problems.filter(({ severity }) => severity === "warning").map(({ path }) => path));
}

/** Writes of each member that only a kubeconfig of elsewhere knows the address of what counts for it without one. */
function nameUnknownServers(document: Document): void {
    const clusters = mapOf(specOf(document)["clusters"]);
    for (const [name, value] of Object.entries(clusters)) {
        const { role, server, access } = mapOf(value);
        const place = [...specPath, "clusters", name];
        const node = document.getIn(place, true);
        if (
            role !== "host" &&
            server === undefined &&
            mapOf(access)["kubeconfig"] === undefined &&
            (isMap(node) || isScalar(node))
        ) {
            document.setIn(place, document.createNode({ ...mapOf(value), server: unknownServer(name) }));
        }
    }
}

function specOf(document: Document): Readonly<Record<string, unknown>> {
    const data: unknown = document.toJS();
    return mapOf(specPath.reduce((at, key) => mapOf(at)[key], data));
}

function mapOf(value: unknown): Readonly<Record<string, unknown>> {
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
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
