/** A stack as the commands see it: which estate it describes, and whether that estate is the sandbox. */
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { channelSecrets, type ChannelSecretKey } from "../../estate/channels";
import { credentialNeeds } from "../../estate/credentials";
import { parseEstate } from "../../estate/parse";
import type { Estate } from "../../estate/model";
import { formatProblems } from "../../estate/problem";
import { checkoutDir } from "../../toolchain/checkout";
import { CommandError } from "./console";
import type { Credential } from "./pulumiEngine";
import { stackFileData } from "./stackFile";

/** Key of the spec in a stack file. */
export const estateKey = "gitops-estate:estate";

/** Folder of the stack files: the checkout, unless ESTATE_STACKS names another, as tests do. */
export function stackFolder(): string {
    const named = process.env["ESTATE_STACKS"];
    return named === undefined || named === "" ? checkoutDir() : path.resolve(named);
}

/** Text of the committed stack file. */
export function committedStackFile(stack: string): string {
    if (!/^[A-Za-z0-9._-]{1,100}$/.test(stack)) {
        throw new CommandError(
            `"${stack}" is no name of a stack: letters, digits and . _ - only, without organization and project.`,
        );
    }
    const file = path.join(stackFolder(), `Pulumi.${stack}.yaml`);
    if (!fs.existsSync(file)) {
        const known = fs
            .readdirSync(stackFolder())
            .flatMap((name) => /^Pulumi\.([\w-]+)\.yaml$/.exec(name)?.[1] ?? []);
        throw new CommandError(
            `There is no stack "${stack}": ${path.basename(file)} does not exist. Stacks here: ${known.join(", ")}.`,
        );
    }
    try {
        return fs.readFileSync(file, "utf8");
    } catch (error) {
        throw new CommandError(
            `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
        );
    }
}

/** The spec as a stack file has it. @throws CommandError when the file cannot be read, or describes no estate. */
export function specOf(stack: string, text: string): unknown {
    const data = stackFileData(`Pulumi.${stack}.yaml`, text) as {
        config?: Record<string, unknown> | null;
    } | null;
    const config = data?.config ?? {};
    if (!Object.hasOwn(config, estateKey)) {
        throw new CommandError(
            `Pulumi.${stack}.yaml describes no estate: config has no ${estateKey}. docs/your-own-estate.md says what belongs there.`,
        );
    }
    return config[estateKey];
}

/** The estate a stack file describes. @throws CommandError with every problem of the spec. */
export function estateOf(stack: string, text: string): Estate {
    const { estate, problems } = parseEstate(specOf(stack, text));
    if (estate === undefined) {
        throw new CommandError(
            `Pulumi.${stack}.yaml:\n${formatProblems(problems.filter(({ severity }) => severity === "error"))}`,
        );
    }
    return estate;
}

/** Whether every server the estate names is on this machine: then it is the sandbox's. */
export function isSandboxEstate(estate: Estate): boolean {
    const urls = [estate.gitlab.url, ...Object.values(estate.registries).map((registry) => registry.url)];
    return urls.every((url) => ["127.0.0.1", "localhost", "[::1]"].includes(new URL(url).hostname));
}

/** Servers of a running sandbox and the secrets that open them. */
export interface SandboxAccess {
    readonly gitlabToken: string;
    readonly harborPassword: string;
    /** Base URL of the chat receivers, without a trailing slash. */
    readonly chatUrl: string;
    /** The sandbox's mail server. */
    readonly mail: { readonly host: string; readonly port: number };
    /** Signing secrets by channel; stable between runs. */
    readonly channelSecret: (channel: string) => string;
}

/** Every credential `estate` needs, for the sandbox. */
export function sandboxCredentials(estate: Estate, access: SandboxAccess): Credential[] {
    const channels = Object.values(estate.channels).flatMap((channel): Credential[] => {
        const values: Record<ChannelSecretKey, string> = {
            url: `${access.chatUrl}/${channel.kind}/${channel.name}`,
            secret: access.channelSecret(channel.name),
            host: access.mail.host,
            port: `${access.mail.port}`,
            from: `estate@${estate.name}.invalid`,
            username: channel.name,
            password: access.channelSecret(channel.name),
        };
        return channelSecrets(channel.kind)
            .filter(({ signs }) => signs !== true || estate.relay !== undefined)
            .map(({ key }) => ({ path: ["channels", channel.name, key], value: values[key] }));
    });
    return [
        { path: ["gitlab", "token"], value: access.gitlabToken },
        ...Object.keys(estate.registries).flatMap((name): Credential[] => [
            { path: ["registries", name, "username"], value: "admin" },
            { path: ["registries", name, "password"], value: access.harborPassword },
        ]),
        ...channels,
        ...credentialNeeds(estate)
            .filter(({ engine, required }) => engine === true && required)
            .map(({ path: keys }) => ({ path: keys, value: access.channelSecret(keys[0] ?? "") })),
    ];
}

/** A private key in OpenSSH's form that is none. */
const noKey = "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n";

/** Credentials nobody can use, for everything that `estate` needs one for: servers, engines and machines of elsewhere too. */
export function placeholderCredentials(estate: Estate): Credential[] {
    const known = sandboxCredentials(estate, placeholderAccess());
    const has = new Set(known.map(({ path: keys }) => keys.join(".")));
    const others = credentialNeeds(estate)
        .filter(({ required, path: keys }) => required && !has.has(keys.join(".")))
        .map(({ path: keys }) => ({ path: keys, value: keys[0] === "machines" ? noKey : "placeholder" }));
    return [...known, ...others];
}

/** Secret of the applications by which engines sign people in: that of the path `sso.clientSecret`. */
export function signInSecret(access: Pick<SandboxAccess, "channelSecret">): string {
    return access.channelSecret("sso");
}

/**
 * Values nobody can use, for the preview of an estate whose servers are not asked. The same each time, so that they are
 * encrypted once.
 */
export function placeholderAccess(): SandboxAccess {
    const made = (name: string): string =>
        createHash("sha256").update(`preview only: ${name}`).digest("base64url").slice(0, 20);
    return {
        gitlabToken: `glpat-${made("gitlab")}`,
        harborPassword: `Aa1${made("harbor")}`,
        chatUrl: "https://chat.invalid",
        mail: { host: "mail.invalid", port: 587 },
        channelSecret: made,
    };
}
