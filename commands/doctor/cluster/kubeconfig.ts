/** How a cluster is reached: what a context of a kubeconfig says, as kubectl and the provider read it. */
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parse } from "yaml";
import type { Cluster } from "../../../estate/model";
import { at } from "../../../estate/credentials";
import { proxied, type ConnectionContext } from "../connections";
import type { Connection } from "../http";
import { list, record, text } from "../json";

/** A way to a cluster, or why there is none. */
export type Way = { readonly connection: Connection } | { readonly fault: string; readonly fix: string };

/** Reads the kubeconfig a cluster is reached with; runs its login program where it names one. */
export async function wayTo(cluster: Cluster, context: ConnectionContext): Promise<Way> {
    for (const { name, content, folder } of kubeconfigs(cluster, context)) {
        let config: Record<string, unknown>;
        try {
            config = record(parse(content));
        } catch {
            return { fault: `${name} is not YAML`, fix: "write the kubeconfig again" };
        }
        const entry = named(config["contexts"], cluster.context, "context");
        if (entry !== undefined) {
            const server = named(config["clusters"], text(entry["cluster"]), "cluster");
            const user = named(config["users"], text(entry["user"]), "user");
            if (server === undefined || typeof server["server"] !== "string") {
                return {
                    fault: `context ${cluster.context} of ${name} names no cluster`,
                    fix: "complete it",
                };
            }
            return connect(server, user ?? {}, folder, context);
        }
    }
    const where = cluster.kubeconfig ?? "the kubeconfig";
    return {
        fault: `${where} has no context ${cluster.context}`,
        fix: `add the context, or name another in clusters.${cluster.name}.access`,
    };
}

interface Kubeconfig {
    readonly name: string;
    readonly content: string;
    /** What paths in it are relative to. */
    readonly folder: string;
}

function kubeconfigs(cluster: Cluster, { credentials, folder, env }: ConnectionContext): Kubeconfig[] {
    const secret = at(credentials, ["clusters", cluster.name, "kubeconfig"]);
    if (cluster.kubeconfig === undefined && typeof secret === "string") {
        return [{ name: "the stack's kubeconfig", content: secret, folder }];
    }
    const listed = (env["KUBECONFIG"] ?? "").split(path.delimiter).filter((file) => file !== "");
    const files =
        cluster.kubeconfig !== undefined
            ? [path.resolve(folder, cluster.kubeconfig)]
            : listed.length > 0
              ? listed
              : [path.join(os.homedir(), ".kube", "config")];
    return files
        .filter((file) => fs.existsSync(file))
        .map((file) => ({ name: file, content: fs.readFileSync(file, "utf8"), folder: path.dirname(file) }));
}

function named(entries: unknown, name: string, key: string): Record<string, unknown> | undefined {
    const entry = list(entries).find((each) => each["name"] === name);
    return entry === undefined ? undefined : record(entry[key]);
}

async function connect(
    server: Record<string, unknown>,
    user: Record<string, unknown>,
    folder: string,
    context: ConnectionContext,
): Promise<Way> {
    const url = text(server["server"]).replace(/\/+$/, "");
    const pem = (of: Record<string, unknown>, key: string): string | undefined => {
        const data = of[`${key}-data`];
        const file = of[key];
        if (typeof data === "string") {
            return Buffer.from(data, "base64").toString("utf8");
        }
        const full = typeof file === "string" ? path.resolve(folder, file) : undefined;
        return full !== undefined && fs.existsSync(full) ? fs.readFileSync(full, "utf8") : undefined;
    };
    let { token, cert, key } = {
        token: tokenOf(user, folder),
        cert: pem(user, "client-certificate"),
        key: pem(user, "client-key"),
    };
    const program = record(user["exec"]);
    if (typeof program["command"] === "string") {
        try {
            const status = await login(program, folder, context.env);
            token = text(status["token"]) || token;
            cert = text(status["clientCertificateData"]) || cert;
            key = text(status["clientKeyData"]) || key;
        } catch {
            return {
                fault: `the login program ${program["command"]} of the kubeconfig fails, or is not here`,
                fix: "install it where pulumi runs, and log in",
            };
        }
    }
    const password = `${text(user["username"])}:${text(user["password"])}`;
    const authorization =
        token !== undefined
            ? `Bearer ${token}`
            : password === ":"
              ? undefined
              : `Basic ${Buffer.from(password).toString("base64")}`;
    const ca = pem(server, "certificate-authority");
    const proxy = server["proxy-url"];
    const serverName = server["tls-server-name"];
    return {
        connection: {
            url,
            headers: authorization === undefined ? {} : { authorization },
            ...(ca === undefined ? {} : { ca, caOnly: true }),
            ...(server["insecure-skip-tls-verify"] === true ? { insecure: true } : {}),
            ...(cert === undefined ? {} : { cert }),
            ...(key === undefined ? {} : { key }),
            ...(typeof serverName === "string" ? { serverName } : {}),
            ...(typeof proxy === "string" ? { proxy } : proxied(url, context.env)),
        },
    };
}

function tokenOf(user: Record<string, unknown>, folder: string): string | undefined {
    const file = user["tokenFile"];
    const full = typeof file === "string" ? path.resolve(folder, file) : undefined;
    if (full !== undefined && fs.existsSync(full)) {
        return fs.readFileSync(full, "utf8").trim();
    }
    return typeof user["token"] === "string" ? user["token"] : undefined;
}

/** Longest run of a login program, in milliseconds. */
const loginTimeout = 5000;

/** Runs a login program as kubectl does. Its output holds secrets and goes nowhere. */
function login(
    program: Record<string, unknown>,
    folder: string,
    env: NodeJS.ProcessEnv,
): Promise<Record<string, unknown>> {
    const command = text(program["command"]);
    const args = Array.isArray(program["args"]) ? program["args"].map(String) : [];
    const variables = list(program["env"]).map((each) => [text(each["name"]), text(each["value"])]);
    const info = {
        apiVersion: text(program["apiVersion"]),
        kind: "ExecCredential",
        spec: { interactive: false },
    };
    return new Promise((resolve, reject) => {
        execFile(
            command.startsWith(".") ? path.resolve(folder, command) : command,
            args,
            {
                timeout: loginTimeout,
                env: {
                    ...env,
                    ...(Object.fromEntries(variables) as NodeJS.ProcessEnv),
                    KUBERNETES_EXEC_INFO: JSON.stringify(info),
                },
            },
            (error, stdout) => {
                if (error !== null) {
                    reject(new Error("the login program failed"));
                    return;
                }
                try {
                    resolve(record(record(JSON.parse(stdout))["status"]));
                } catch {
                    reject(new Error("the login program printed no credential"));
                }
            },
        );
    });
}
