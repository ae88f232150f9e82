import { isChannelSecretKey } from "../channels";
import { engines } from "../engines";
import type { EngineDefinition } from "../engines/engine";
import type { Problem } from "../problem";
import { announcesSecret, passesSecret, secretAt } from "../secrets";

/** Keys whose values name or limit secrets without being any: `existingSecret`, `secretName`, quotas of Secrets. */
const harmless = /^existing|(name|ref|path|file|type|enabled|ttl|days)$/i;

/**
 * Secrets in plain text anywhere in a spec, known keys or not. They would stay in git for ever. The value is
 * never part of the problem. And exceptions that are about no such value.
 */
export function secretsIn(raw: unknown): Problem[] {
    const known = declaredHarmless(raw);
    const found = walk(raw, []);
    const seen = new Set(found.map(({ path }) => path));
    return [
        ...found.filter(({ path }) => !known.has(path)),
        ...[...known]
            .filter((path) => !seen.has(path))
            .map((path): Problem => ({
                path: `notSecrets.${path}`,
                value: path,
                id: "not-secret-used",
                rule: "should be the path of a value that looks like a secret: what comes to stand there later would be let through unseen",
                fix: "remove it, or correct the path",
                severity: "warning",
            })),
    ];
}

/** Paths of which the spec itself says that no secret is there; those with a reason only. */
function declaredHarmless(raw: unknown): Set<string> {
    const { notSecrets } = (typeof raw === "object" && raw !== null ? raw : {}) as { notSecrets?: unknown };
    return new Set(
        Object.entries(typeof notSecrets === "object" && notSecrets !== null ? notSecrets : {})
            .filter(([, reason]) => typeof reason === "string" && reason.trim() !== "")
            .map(([path]) => path),
    );
}

function walk(value: unknown, path: readonly string[]): Problem[] {
    if (typeof value === "string") {
        const key = path.at(-1) ?? "";
        // Quota keys such as `secrets` or `count/secrets` hold numbers.
        const field = harmless.test(key) || path.at(-2) === "quota" || path[0] === "notSecrets" ? "" : key;
        if (path.at(-2) === "encryptedData") {
            // Of a SealedSecret, which its cluster alone can read.
            return [];
        }
        // `tls: {secret: web-tls}` is what `tlsSecret: web-tls` is.
        const looks =
            secretAt(field === "secret" ? `${path.at(-2) ?? ""}_secret` : field, value) ??
            (path[0] !== "notSecrets" && passesSecret(value) ? "a secret that is passed on" : undefined);
        return looks === undefined ? [] : [problem(path, value, looks)];
    }
    if (typeof value === "number" && path.length > 0 && path.at(-2) !== "quota") {
        const digits = String(value);
        const looks = harmless.test(path.at(-1) ?? "") ? undefined : secretAt(path.at(-1) ?? "", digits);
        return looks === undefined ? [] : [problem(path, digits, looks)];
    }
    if (typeof value !== "object" || value === null) {
        return [];
    }
    if (Array.isArray(value)) {
        const list: readonly unknown[] = value;
        return list.flatMap((each, index): Problem[] => {
            const before = list[index - 1];
            // Another option or a path is none.
            const said = typeof each === "string" && !/^[-./]/.test(each);
            const announced =
                said && typeof before === "string" && announcesSecret(before) ? before : undefined;
            const looks =
                announced === undefined || typeof each !== "string" ? undefined : secretAt(announced, each);
            const at = [...path, String(index)];
            return looks === undefined || typeof each !== "string"
                ? walk(each, at)
                : [problem(at, each, looks)];
        });
    }
    const variable = variableIn(value);
    if (variable !== undefined) {
        const looks = secretAt(variable.name, variable.value);
        if (looks !== undefined) {
            return [problem([...path, variable.key], variable.value, looks)];
        }
    }
    return Object.entries(value).flatMap(([key, inner]) => walk(inner, [...path, key]));
}

/** An environment variable as containers have it: its name is beside the value. Charts spell the two in several ways. */
function variableIn(map: object): { name: string; value: string; key: string } | undefined {
    const entries = Object.entries(map);
    const [, name] = entries.find(([key]) => /^(?:name|key|variable|var)$/i.test(key)) ?? [];
    const [key, value] = entries.find(([each]) => /^value$/i.test(each)) ?? [];
    return key !== undefined && typeof name === "string" && typeof value === "string"
        ? { name, value, key }
        : undefined;
}

function problem(path: readonly string[], value: string, looks: string): Problem {
    return {
        path: path.join("."),
        value: `(hidden, ${value.length} characters)`,
        id: "plain-secret",
        rule: `must hold no secret in plain text; this looks like ${looks}`,
        fix: `if it is none, say so: notSecrets: {"${path.join(".")}": "<reason>"}; else replace it where it is valid, remove it here, and store it as a stack secret: ${command(path)}`,
        severity: "error",
    };
}

/** The command for the credential that the path most likely meant. */
function command(path: readonly string[]): string {
    const [area, name] = path;
    const key = path.at(-1) ?? "";
    const target =
        area === "gitlab"
            ? "gitlab.token"
            : area === "registries" && name !== undefined
              ? `registries.${name}.password`
              : area === "channels" && name !== undefined
                ? `channels.${name}.${isChannelSecretKey(key) ? key : "url"}`
                : (engineSecret(area) ?? "<use>.<name>");
    return secretCommand(target);
}

/** The credential of the engine whose part of the spec this is. */
function engineSecret(area: string | undefined): string | undefined {
    const [secret] = Object.entries<EngineDefinition>(engines).flatMap(([name, { secrets }]) =>
        name === area ? secrets : [],
    );
    return secret?.path;
}

/** How a stack secret is set; Pulumi asks for the value, so that it reaches no history. */
export function secretCommand(target: string): string {
    return `pulumi config set --secret --path 'gitops-estate:credentials.${target}'`;
}
