import { readFile } from "node:fs/promises";
import * as pulumi from "@pulumi/pulumi";

import { readConnections } from "./connections";
import { today } from "./days";
import { at, checkCredentials, credentialNeeds } from "./credentials";
import { engines } from "./engines";
import type { Estate } from "./model";
import { certificateFiles } from "./network";
import { nearest } from "./nearest";
import { parseEstate } from "./parse";
import { formatProblems, hasErrors, type Problem } from "./problem";

/**
 * The only reader of Pulumi's configuration, and of the environment on behalf of the program, but for kubeconfigs
 * (connections.ts). Nothing is read at import.
 */

/** Namespace of the configuration, whatever the project is called. */
const project = "gitops-estate";

/** Key of the spec, `gitops-estate:estate`, and of the secrets beside it, `gitops-estate:credentials`. */
const specKey = "estate";
const credentialsKey = "credentials";

/** Every secret of a stack, each a secret Output of its own. All that the estate requires are there. */
export interface Credentials {
    readonly gitlab: { readonly token: pulumi.Output<string> };
    /** By registry. */
    readonly registries: Readonly<
        Record<string, { readonly username: pulumi.Output<string>; readonly password: pulumi.Output<string> }>
    >;
    /** By channel: `url` and perhaps `secret`; for mail `host`, `port`, `from`, `username`, `password`. */
    readonly channels: Readonly<Record<string, Readonly<Record<string, pulumi.Output<string>>>>>;
    /** By cluster, where the stack holds its kubeconfig. */
    readonly clusters: Readonly<Record<string, { readonly kubeconfig?: pulumi.Output<string> }>>;
    /** By machine that is reached over SSH. */
    readonly machines: Readonly<Record<string, { readonly key: pulumi.Output<string> }>>;
    /** Of the engines themselves, by path, e.g. `sso.clientSecret`. */
    readonly engines: Readonly<Record<string, pulumi.Output<string>>>;
}

/** What a stack's configuration comes to. */
export interface Stack {
    readonly estate: Estate;
    readonly credentials: Credentials;
    /** Sorted; the caller shows them, {@link warn} does. */
    readonly warnings: readonly Problem[];
}

/**
 * Reads the stack's configuration. Paths in it are relative to the working folder, which is the project's folder
 * whenever Pulumi runs the program.
 *
 * A member whose API server is not known is a warning in a preview and an error in an update.
 *
 * @throws pulumi.RunError one, with every problem of spec and credentials; nothing is created then.
 */
export async function readStack(): Promise<Stack> {
    const config = new pulumi.Config(project);
    const raw = parsed(config.get(specKey));
    if (raw === undefined) {
        const others = Object.keys(pulumi.runtime.allConfig()).flatMap((key) =>
            key.startsWith(`${project}:`) ? [key.slice(project.length + 1)] : [],
        );
        const near = nearest(specKey, others);
        throw new pulumi.RunError(
            `stack ${pulumi.getStack()} has no ${project}:${specKey} in its configuration: ` +
                (near === undefined
                    ? `describe the estate in Pulumi.${pulumi.getStack()}.yaml, see docs/estate.md.`
                    : `rename ${project}:${near} in Pulumi.${pulumi.getStack()}.yaml.`),
        );
    }
    // Read as a text: the SDK's message about one that is no JSON would show it.
    const secrets = parsed(await plain(config.getSecret(credentialsKey)));
    const connections = await readConnections(raw, secrets);
    const { estate, problems } = parseEstate(raw, {
        today: today(),
        servers: Object.fromEntries(Object.entries(connections).map(([name, { server }]) => [name, server])),
        connections,
        files: await readTexts(certificateFiles(raw)),
        unknownServers: pulumi.runtime.isDryRun() ? "warning" : "error",
        manifests: manifestFolders(),
    });
    const all = [...problems, ...(estate === undefined ? [] : checkCredentials(estate, secrets))];
    if (estate === undefined || hasErrors(all)) {
        throw new pulumi.RunError(
            `${formatProblems(all, `Pulumi.${pulumi.getStack()}.yaml`)}\n\nNothing was changed.`,
        );
    }
    return { estate, credentials: wrap(estate, secrets), warnings: all };
}

/** Folders that replace where engines are installed from: `ESTATE_<ENGINE>_MANIFESTS`, e.g. `ESTATE_ARGOCD_MANIFESTS`. */
function manifestFolders(): Record<string, string> {
    return Object.fromEntries(
        Object.keys(engines).flatMap((name) => {
            const folder = process.env[`ESTATE_${name.toUpperCase()}_MANIFESTS`];
            return folder === undefined || folder === "" ? [] : [[name, folder]];
        }),
    );
}

/** Shows warnings in the engine's own way, one message each. */
export async function warn(warnings: readonly Problem[]): Promise<void> {
    for (const { path: where, rule, fix } of warnings) {
        await pulumi.log.warn(`${where} ${rule}. ${fix.charAt(0).toUpperCase()}${fix.slice(1)}.`);
    }
}

/** A structured value as the engine hands it over; a text that is no JSON is the value itself, which the checks refuse. */
function parsed(text: string | undefined): unknown {
    try {
        return text === undefined ? undefined : (JSON.parse(text) as unknown);
    } catch {
        return text;
    }
}

/** A configured value in the open, for as long as this file looks at it. */
function plain<T>(output: pulumi.Output<T> | undefined): Promise<T | undefined> {
    return output === undefined
        ? Promise.resolve(undefined)
        : new Promise((resolve) => {
              output.apply(resolve);
          });
}

function wrap(estate: Estate, secrets: unknown): Credentials {
    const tree: Record<string, unknown> = {
        gitlab: {},
        registries: {},
        channels: {},
        clusters: {},
        machines: {},
        engines: {},
    };
    for (const need of credentialNeeds(estate)) {
        const value = at(secrets, need.path);
        if (typeof value === "string") {
            const where = need.engine === true ? ["engines", need.path.join(".")] : need.path;
            put(tree, where, pulumi.secret(value));
        }
    }
    // checkCredentials has seen to it that everything required is there and is a text.
    return tree as unknown as Credentials;
}

function put(tree: Record<string, unknown>, keys: readonly string[], value: unknown): void {
    const [key, ...rest] = keys;
    if (key === undefined) {
        return;
    }
    if (rest.length === 0) {
        tree[key] = value;
        return;
    }
    const inner = (tree[key] ??= {}) as Record<string, unknown>;
    put(inner, rest, value);
}

/** Texts of files by path; those that cannot be read are left out. */
async function readTexts(files: readonly string[]): Promise<Record<string, string>> {
    const texts = await Promise.all(
        [...new Set(files)].map(
            async (file) => [file, await readFile(file, "utf8").catch(() => "")] as const,
        ),
    );
    return Object.fromEntries(texts.filter(([, text]) => text !== ""));
}
