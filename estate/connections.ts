/**
 * How clusters are reached, by the kubeconfigs that a spec names. Without the Pulumi SDK, which takes longer to load than
 * all commands of this project together: most of them need only this.
 */
import { readFile } from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";

import { at } from "./credentials";
import { connectionOf, type KubeconfigConnection } from "./kubeconfig";

/**
 * How the clusters that state no server are reached: by the kubeconfig of each. What cannot be read is
 * left out; the rule `server-known` speaks of it. Works on the raw spec, because the model needs the answer.
 */
export async function readConnections(
    raw: unknown,
    secrets: unknown,
): Promise<Record<string, KubeconfigConnection>> {
    const clusters = at(raw, ["clusters"]);
    if (typeof clusters !== "object" || clusters === null) {
        return {};
    }
    const files = new Map<string, Promise<string | undefined>>();
    const connections: Record<string, KubeconfigConnection> = {};
    for (const [name, cluster] of Object.entries(clusters)) {
        if (at(cluster, ["server"]) !== undefined || at(cluster, ["role"]) === "host") {
            continue;
        }
        const context = text(at(cluster, ["access", "context"])) ?? name;
        const file = text(at(cluster, ["access", "kubeconfig"]));
        const secret = text(at(secrets, ["clusters", name, "kubeconfig"]));
        const candidates = file !== undefined ? [file] : secret !== undefined ? [] : defaultKubeconfigs();
        const texts = await Promise.all(
            candidates.map((each) => {
                const read = files.get(each) ?? readFile(each, "utf8").catch(() => undefined);
                files.set(each, read);
                return read;
            }),
        );
        const found = [...texts, file === undefined ? secret : undefined].map((each, index) => ({
            connection: each === undefined ? undefined : connectionOf(each, context),
            folder: path.dirname(candidates[index] ?? "."),
        }));
        const first = found.find(({ connection }) => connection !== undefined);
        if (first?.connection !== undefined) {
            connections[name] = await withAuthority(first.connection, first.folder);
        }
    }
    return connections;
}

/** With the authority from the file that the kubeconfig names, which is relative to the kubeconfig's folder. */
async function withAuthority(
    connection: KubeconfigConnection,
    folder: string,
): Promise<KubeconfigConnection> {
    const { authorityFile } = connection;
    if (authorityFile === undefined) {
        return connection;
    }
    const pem = await readFile(path.resolve(folder, authorityFile), "utf8").catch(() => undefined);
    return pem === undefined ? connection : { ...connection, trust: { pem } };
}

/** `$KUBECONFIG` may list several files; the first that knows the context counts, as in kubectl. */
function defaultKubeconfigs(): string[] {
    const listed = process.env["KUBECONFIG"]?.split(path.delimiter).filter((file) => file !== "") ?? [];
    return listed.length > 0 ? listed : [path.join(os.homedir(), ".kube", "config")];
}

function text(value: unknown): string | undefined {
    return typeof value === "string" && value !== "" ? value : undefined;
}
