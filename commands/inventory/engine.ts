/**
 * An engine without servers: it records every resource a program registers, with parent, provider and options, and answers as
 * the providers would with made-up ids. A call of a function it does not know is an error. The component tests run on it, and
 * so does a review without credentials.
 *
 * What it does not show: that a server accepts the inputs, the order of operations, and anything about replacing or
 * deleting. Those are for the real engine.
 */
import * as pulumi from "@pulumi/pulumi";
import { idOf, mapWhere, number, type RegisteredOptions, type Registration } from "./registration";

/** Everything a program registered, sorted by type and name, and what it returned. */
export interface Recording<T> {
    readonly registrations: readonly Registration[];
    /** Logical names of what a resource explicitly comes after, by its own. */
    readonly after: ReadonlyMap<string, readonly string[]>;
    readonly result: T;
}

/** Answers to function calls, by token. */
export type Calls = Readonly<Record<string, (inputs: Record<string, unknown>) => Record<string, unknown>>>;

/** Functions the estate calls. */
export const knownCalls: Calls = {
    "gitlab:index/getUser:getUser": ({ username }) => ({
        id: String(number(username)),
        userId: number(username),
        username,
    }),
    "gitlab:index/getGroup:getGroup": ({ fullPath }) => ({
        id: String(number(fullPath)),
        groupId: number(fullPath),
        fullPath,
        webUrl: `https://gitlab.test/${String(fullPath)}`,
    }),
    "gitlab:index/getCurrentUser:getCurrentUser": () => ({ username: "estate-owner" }),
    "gitlab:index/getGroupMembership:getGroupMembership": () => ({ members: [] }),
};

const secretSignature = "4dabf18193072939515e22adb298388d";

/** How a program is run. */
export interface Running {
    readonly stack: string;
    /** Whether it knows that this is a preview; what no provider answers is unknown then. */
    readonly preview: boolean;
}

/** Runs `program` as a stack would run it, and records what it registers. */
export function record<T>(
    program: () => T | Promise<T>,
    calls: Calls = knownCalls,
    running: Running = { stack: "test", preview: false },
): Promise<Recording<T>> {
    return withShortStackTraces(() => recorded(program, calls, running));
}

/**
 * Meanwhile stack traces have two lines, not mapped to TypeScript: Pulumi takes one for each property of each resource,
 * and in full length they are a third of a recording. Errors are mapped when somebody reads their trace afterwards.
 */
async function withShortStackTraces<T>(run: () => Promise<T>): Promise<T> {
    const { stackTraceLimit } = Error;
    const mapped = process.sourceMapsEnabled;
    Error.stackTraceLimit = Math.min(stackTraceLimit, 2);
    process.setSourceMapsEnabled(false);
    try {
        return await run();
    } finally {
        process.setSourceMapsEnabled(mapped);
        Error.stackTraceLimit = stackTraceLimit;
    }
}

async function recorded<T>(
    program: () => T | Promise<T>,
    calls: Calls,
    { stack, preview }: Running,
): Promise<Recording<T>> {
    const found = new Map<string, Partial<Registration> & { type: string; name: string }>();
    const entry = (type: string, name: string): Partial<Registration> & { type: string; name: string } => {
        const key = `${type}::${name}`;
        const known = found.get(key) ?? { type, name };
        found.set(key, known);
        return known;
    };
    await pulumi.runtime.setMocks(
        {
            call: ({ token, inputs }) => {
                const answer = calls[token];
                if (answer === undefined) {
                    throw new Error(`the mock engine knows no function ${token}`);
                }
                return answer(inputs as Record<string, unknown>);
            },
            newResource: (args) => {
                if (args.type === "pulumi:pulumi:Stack") {
                    return { id: "", state: {} };
                }
                const registered = entry(args.type, args.name);
                const inputs = args.inputs as Record<string, unknown>;
                const leaf = args.custom === true && !args.type.startsWith("pulumi:providers:");
                Object.assign(registered, {
                    inputs: readable(inputs),
                    ...(leaf ? { provider: providerName(args.provider) } : {}),
                });
                return { id: idOf(args.type, args.name), state: stateOf(args.type, args.name, inputs) };
            },
        },
        "gitops-estate",
        stack,
        preview,
    );
    const twice: string[] = [];
    const after = new Map<string, readonly string[]>();
    let result: T | undefined;
    let failure: { error: unknown } | undefined;
    try {
        await pulumi.runtime.runInPulumiStack(async () => {
            pulumi.runtime.registerStackTransformation(({ type, name, opts }) => {
                const registered = entry(type, name);
                if (registered.options !== undefined) {
                    twice.push(`${type}::${name}`);
                }
                after.set(name, dependenciesOf(opts));
                Object.assign(registered, {
                    options: optionsOf(opts),
                    ...(opts.parent === undefined ? {} : parentOf(opts.parent)),
                });
                return undefined;
            });
            try {
                result = await program();
            } catch (error) {
                // A rejected stack would be rejected a second time where nobody can catch it.
                failure = { error };
            }
            return {};
        });
    } finally {
        await pulumi.runtime.disconnect();
    }
    if (failure !== undefined) {
        throw failure.error;
    }
    if (twice.length > 0) {
        throw new Error(`registered twice: ${twice.join(", ")}`);
    }
    const registrations = [...found.values()]
        .filter((one): one is Registration => one.inputs !== undefined && one.options !== undefined)
        .sort((left, right) => (`${left.type}::${left.name}` < `${right.type}::${right.name}` ? -1 : 1));
    return { registrations, after, result: result as T };
}

function optionsOf(opts: pulumi.CustomResourceOptions): RegisteredOptions {
    const { protect, retainOnDelete, deleteBeforeReplace, ignoreChanges, deletedWith } = opts;
    const aliases = [opts.aliases ?? []].flat().flatMap((alias) => {
        const name = typeof alias === "object" && "name" in alias ? alias.name : undefined;
        return typeof name === "string" ? [name] : [];
    });
    return {
        ...(protect === undefined ? {} : { protect }),
        ...(retainOnDelete === undefined ? {} : { retainOnDelete }),
        ...(deleteBeforeReplace === undefined ? {} : { deleteBeforeReplace }),
        ...(ignoreChanges === undefined ? {} : { ignoreChanges }),
        ...(deletedWith === undefined ? {} : { deletedWith: logicalName(deletedWith) }),
        ...(aliases.length === 0 ? {} : { aliases }),
    };
}

/** Those that are named as they are, not as a promise or an output. */
function dependenciesOf({ dependsOn }: pulumi.ResourceOptions): string[] {
    return [dependsOn ?? []]
        .flat()
        .flatMap((one) => (pulumi.Resource.isInstance(one) ? [logicalName(one)] : []));
}

function parentOf(parent: pulumi.Resource): Pick<Registration, "parent" | "parentType"> {
    // The stack itself is everything's last parent.
    return parent instanceof pulumi.runtime.Stack
        ? {}
        : {
              parent: logicalName(parent),
              parentType: (parent as unknown as { __pulumiType: string }).__pulumiType,
          };
}

function logicalName(resource: pulumi.Resource): string {
    return (resource as unknown as { __name?: string }).__name ?? "?";
}

/** `urn::id` → logical name of the provider. */
function providerName(reference: string | undefined): string {
    const parts = (reference ?? "").split("::");
    return parts.length < 2 ? "" : (parts.at(-2) ?? "");
}

/** Secret envelopes of the wire as `{ "$secret": … }`. */
function readable<T>(value: T): T {
    return mapWhere(value, secretSignature, (envelope) => ({ $secret: readable(envelope["value"]) })) as T;
}

/** Without the envelopes: what a provider sees. */
function plain(value: unknown): unknown {
    return mapWhere(value, secretSignature, (envelope) => plain(envelope["value"]));
}

/** Outputs the real providers would add to the inputs; made up, and the same in every run. */
function stateOf(type: string, name: string, wire: Record<string, unknown>): Record<string, unknown> {
    const inputs = plain(wire) as Record<string, unknown>;
    const path = text(inputs["path"]) ?? text(inputs["name"]) ?? name;
    switch (type) {
        case "gitlab:index/group:Group":
            return { ...inputs, webUrl: `https://gitlab.test/${path}`, fullPath: path };
        case "gitlab:index/project:Project":
            return {
                ...inputs,
                webUrl: `https://gitlab.test/group/${path}`,
                httpUrlToRepo: `https://gitlab.test/group/${path}.git`,
                pathWithNamespace: `group/${path}`,
            };
        case "gitlab:index/branchProtection:BranchProtection":
            return { ...inputs, branchProtectionId: number(name) };
        case "gitlab:index/projectAccessToken:ProjectAccessToken":
            return { ...inputs, token: `fake-token-of-${name}`, userId: number(name) };
        case "gitlab:index/pipelineTrigger:PipelineTrigger":
            return { ...inputs, token: `fake-token-of-${name}`, pipelineTriggerId: number(name) };
        case "gitlab:index/projectDeployToken:ProjectDeployToken":
            return {
                ...inputs,
                token: `fake-token-of-${name}`,
                username: `gitlab+deploy-token-${number(name)}`,
            };
        case "harbor:index/robotAccount:RobotAccount":
            return {
                ...inputs,
                fullName: `robot$${text(inputs["name"]) ?? ""}`,
                secret: `fake-secret-of-${name}`,
            };
        case "kubernetes:core/v1:Secret":
            return inputs["type"] === "kubernetes.io/service-account-token"
                ? { ...inputs, data: { token: base64(`fake-token-of-${name}`), "ca.crt": base64("fake CA") } }
                : inputs;
        default:
            return inputs;
    }
}

function text(value: unknown): string | undefined {
    return typeof value === "string" ? value : undefined;
}

function base64(value: string): string {
    return Buffer.from(value).toString("base64");
}
