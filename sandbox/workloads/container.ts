/**
 * What a kubelet makes of a pod template before it starts a container: command line, environment and files. Pure. Only
 * what the delivery engines' own workloads use is known; field names and rules are those of the Kubernetes API (core/v1).
 */

/** A value of an environment variable that is defined elsewhere. */
interface ValueSource {
    readonly configMapKeyRef?: KeyReference;
    readonly secretKeyRef?: KeyReference;
    readonly fieldRef?: { readonly fieldPath: string };
}

interface KeyReference {
    readonly name: string;
    readonly key: string;
    readonly optional?: boolean;
}

interface ObjectReference {
    readonly name: string;
    readonly optional?: boolean;
}

export interface Container {
    readonly name: string;
    readonly image?: string;
    readonly command?: readonly string[];
    readonly args?: readonly string[];
    readonly env?: readonly {
        readonly name: string;
        readonly value?: string;
        readonly valueFrom?: ValueSource;
    }[];
    readonly envFrom?: readonly {
        readonly prefix?: string;
        readonly configMapRef?: ObjectReference;
        readonly secretRef?: ObjectReference;
    }[];
    readonly volumeMounts?: readonly {
        readonly name: string;
        readonly mountPath: string;
        readonly subPath?: string;
    }[];
}

interface FileSource extends Partial<ObjectReference> {
    readonly items?: readonly { readonly key: string; readonly path: string }[];
}

export interface Volume {
    readonly name: string;
    readonly configMap?: FileSource;
    readonly secret?: FileSource & { readonly secretName?: string };
    readonly projected?: {
        readonly sources?: readonly { readonly configMap?: FileSource; readonly secret?: FileSource }[];
    };
    readonly emptyDir?: Record<string, unknown>;
}

export interface PodSpec {
    readonly serviceAccountName?: string;
    readonly containers: readonly Container[];
    readonly initContainers?: readonly Container[];
    readonly volumes?: readonly Volume[];
}

/** The objects a container may refer to; a Secret's values are decoded. */
export interface References {
    readonly configMap: (name: string) => Readonly<Record<string, string>> | undefined;
    readonly secret: (name: string) => Readonly<Record<string, string>> | undefined;
    /** Values of the downward API, by field path. */
    readonly fields: Readonly<Record<string, string>>;
}

/** A container ready to be started. */
export interface Resolved {
    /** Command and arguments, `$(NAME)` put in. */
    readonly words: readonly string[];
    readonly env: Readonly<Record<string, string>>;
    /** Text of the files that volumes bring, by absolute path inside the container. */
    readonly files: ReadonlyMap<string, string>;
    /** Folders that are mounted, by absolute path inside the container. */
    readonly mounts: readonly string[];
    /** What the container refers to and is not there. It may not be started while this is not empty. */
    readonly missing: readonly string[];
}

/** Puts together what `container` of `pod` is started with. */
export function resolveContainer(pod: PodSpec, container: Container, references: References): Resolved {
    const missing: string[] = [];
    const env = environment(container, references, missing);
    const files = mountedFiles(pod, container, references, missing);
    const words = [...(container.command ?? []), ...(container.args ?? [])].map((word) => expand(word, env));
    const mounts = (container.volumeMounts ?? []).map(({ mountPath }) => mountPath);
    return { words, env, files, mounts, missing };
}

function environment(
    container: Container,
    references: References,
    missing: string[],
): Record<string, string> {
    const env: Record<string, string> = {};
    for (const { prefix = "", configMapRef, secretRef } of container.envFrom ?? []) {
        const reference = configMapRef ?? secretRef;
        if (reference !== undefined) {
            const [kind, data] =
                configMapRef !== undefined
                    ? ["ConfigMap", references.configMap(reference.name)]
                    : ["Secret", references.secret(reference.name)];
            if (data === undefined && reference.optional !== true) {
                missing.push(`${kind} ${reference.name}`);
            }
            Object.entries(data ?? {}).forEach(([key, value]) => (env[`${prefix}${key}`] = value));
        }
    }
    for (const { name, value, valueFrom } of container.env ?? []) {
        if (valueFrom === undefined) {
            env[name] = expand(value ?? "", env);
            continue;
        }
        const found = valueOf(valueFrom, references, missing);
        if (found !== undefined) {
            env[name] = found;
        }
    }
    return env;
}

function valueOf(source: ValueSource, references: References, missing: string[]): string | undefined {
    const { configMapKeyRef, secretKeyRef, fieldRef } = source;
    if (fieldRef !== undefined) {
        return references.fields[fieldRef.fieldPath];
    }
    const reference = configMapKeyRef ?? secretKeyRef;
    if (reference === undefined) {
        return undefined;
    }
    const kind = configMapKeyRef !== undefined ? "ConfigMap" : "Secret";
    const data = (kind === "ConfigMap" ? references.configMap : references.secret)(reference.name);
    const value = data?.[reference.key];
    if (value === undefined && reference.optional !== true) {
        missing.push(
            data === undefined
                ? `${kind} ${reference.name}`
                : `key ${reference.key} of ${kind} ${reference.name}`,
        );
    }
    return value;
}

function mountedFiles(
    pod: PodSpec,
    container: Container,
    references: References,
    missing: string[],
): Map<string, string> {
    const files = new Map<string, string>();
    for (const { name, mountPath, subPath } of container.volumeMounts ?? []) {
        const volume = pod.volumes?.find((each) => each.name === name);
        for (const { kind, source, name: object } of sourcesOf(volume)) {
            const data = (kind === "ConfigMap" ? references.configMap : references.secret)(object);
            if (data === undefined) {
                if (source.optional !== true) {
                    missing.push(`${kind} ${object}`);
                }
                continue;
            }
            const items = source.items ?? Object.keys(data).map((key) => ({ key, path: key }));
            for (const { key, path } of items) {
                const text = data[key];
                if (text !== undefined && (subPath === undefined || subPath === path)) {
                    files.set(subPath === undefined ? `${mountPath}/${path}` : mountPath, text);
                }
            }
        }
    }
    return files;
}

interface NamedSource {
    readonly kind: "ConfigMap" | "Secret";
    readonly name: string;
    readonly source: FileSource;
}

function sourcesOf(volume: Volume | undefined): NamedSource[] {
    const { configMap, secret, projected } = volume ?? {};
    return [
        ...(configMap === undefined
            ? []
            : [{ kind: "ConfigMap" as const, name: configMap.name ?? "", source: configMap }]),
        ...(secret === undefined
            ? []
            : [{ kind: "Secret" as const, name: secret.secretName ?? "", source: secret }]),
        ...(projected?.sources ?? []).flatMap((each): NamedSource[] => [
            ...(each.configMap === undefined
                ? []
                : [{ kind: "ConfigMap" as const, name: each.configMap.name ?? "", source: each.configMap }]),
            ...(each.secret === undefined
                ? []
                : [{ kind: "Secret" as const, name: each.secret.name ?? "", source: each.secret }]),
        ]),
    ];
}

/** `$(NAME)` becomes the variable's value where there is one, `$$` a dollar sign. */
export function expand(text: string, env: Readonly<Record<string, string>>): string {
    return text.replace(/\$\$|\$\(([A-Za-z_][A-Za-z0-9_.-]*)\)/g, (whole, name: string | undefined) =>
        name === undefined ? "$" : (env[name] ?? whole),
    );
}

/**
 * A path inside the container as the corresponding path below `root`, also in a list of paths as `SSL_CERT_DIR` has them;
 * other texts are left as they are.
 */
export function relocate(text: string, mounts: readonly string[], root: string): string {
    if (/^(?:\/[^:]*:)+\/[^:]*$/.test(text)) {
        return text
            .split(":")
            .map((each) => relocate(each, mounts, root))
            .join(":");
    }
    const mount = mounts.find((each) => text === each || text.startsWith(`${each}/`));
    return mount === undefined ? text : `${root}${text}`;
}
