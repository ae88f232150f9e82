/** The program of a stack, run without any server or credential: every object that it declares. */
import { createRequire } from "node:module";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { Estate } from "../../estate/model";
import { checkoutDir } from "../../toolchain/checkout";
import type { Described, Servers } from "../support/addresses";
import { CommandError } from "../support/console";
import { estateKey, estateOf, placeholderCredentials, specOf } from "../support/stack";
import { credentialsKey } from "../support/stackFile";
import { record } from "./engine";
import type { Registration } from "./registration";

type Tree = Record<string, unknown>;

/** What the program declares, with credentials that open nothing. @throws CommandError with what is wrong with the spec. */
export async function declaredObjects(
    { stack, text }: Described,
    servers: Servers,
): Promise<readonly Registration[]> {
    const estate = estateOf(stack, text);
    const spec = specOf(stack, text) as Tree;
    const config = {
        [estateKey]: JSON.stringify(withoutKubeconfigs(spec, servers)),
        [credentialsKey]: JSON.stringify(placeholders(estate, servers)),
    };
    const program = createRequire(__filename)(path.join(checkoutDir(), "index.ts")) as () => Promise<unknown>;
    pulumi.runtime.setAllConfig(config, [credentialsKey]);
    const restore = withoutOwnKubeconfig();
    try {
        const { registrations } = await record(program, undefined, { stack, preview: true });
        return registrations;
    } catch (error) {
        throw pulumi.RunError.isInstance(error) ? new CommandError(error.message) : error;
    } finally {
        restore();
    }
}

/** The spec with the kubeconfigs of this machine left out where it is known what they say. */
function withoutKubeconfigs(spec: Tree, servers: Servers): Tree {
    const clusters = Object.entries((spec["clusters"] ?? {}) as Readonly<Record<string, Tree | null>>);
    return {
        ...spec,
        clusters: Object.fromEntries(
            clusters.map(([name, cluster]) => {
                const { kubeconfig: _, ...access } = (cluster?.["access"] ?? {}) as Tree;
                return [name, servers[name] === undefined ? cluster : { ...cluster, access }];
            }),
        ),
    };
}

/** Credentials nobody can use, for everything that the estate needs one for. */
function placeholders(estate: Estate, servers: Servers): Tree {
    const tree: Tree = {};
    const put = (keys: readonly string[], value: string): void => {
        const last = keys.at(-1) ?? "";
        const inner = keys.slice(0, -1).reduce((at, key) => (at[key] ??= {}) as Tree, tree);
        inner[last] = value;
    };
    placeholderCredentials(estate).forEach(({ path: keys, value }) => put(keys, value));
    Object.values(estate.clusters).forEach(({ name, context }) => {
        const server = servers[name];
        if (server !== undefined) {
            put(["clusters", name, "kubeconfig"], JSON.stringify(kubeconfigOf(context, server)));
        }
    });
    return tree;
}

/** A kubeconfig that says where a cluster is, and lets nobody in. */
function kubeconfigOf(
    context: string,
    { server, serverName, trust }: NonNullable<Servers[string]>,
): Record<string, unknown> {
    return {
        apiVersion: "v1",
        kind: "Config",
        clusters: [
            {
                name: context,
                cluster: {
                    server,
                    ...(serverName === undefined ? {} : { "tls-server-name": serverName }),
                    ...(trust === undefined
                        ? { "insecure-skip-tls-verify": true }
                        : trust === "public"
                          ? {}
                          : { "certificate-authority-data": Buffer.from(trust.pem).toString("base64") }),
                },
            },
        ],
        contexts: [{ name: context, context: { cluster: context, user: context } }],
        users: [{ name: context, user: {} }],
    };
}

/** What the machine at hand knows of clusters must not count; the answer puts it back. */
function withoutOwnKubeconfig(): () => void {
    const own = process.env["KUBECONFIG"];
    process.env["KUBECONFIG"] = path.join(checkoutDir(), "no-kubeconfig");
    return () => {
        if (own === undefined) {
            delete process.env["KUBECONFIG"];
        } else {
            process.env["KUBECONFIG"] = own;
        }
    };
}
