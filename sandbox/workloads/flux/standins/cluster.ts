/** The host cluster as a stand-in sees it: with its service account's token, as the controller would. */
import * as fs from "node:fs";
import { parse } from "yaml";

import { ClusterClient } from "../../../clusters/client";
import { callerOf, Informer, type ClusterAccess } from "../../../clusters/informer";
import { type Kind, pathOf } from "./kinds";
import { type FluxObject, type Status } from "./objects";

export class Cluster {
    private readonly client: ClusterClient;

    constructor(
        private readonly access: ClusterAccess,
        /** Namespace that is looked at; undefined: all. */
        private readonly namespace: string | undefined,
        private readonly log: (line: string) => void,
    ) {
        this.client = new ClusterClient(access.server, access.ca, callerOf(access));
    }

    informer<T extends FluxObject>(kind: Kind, onChange: (object?: T) => void): Informer<T> {
        return new Informer<T>(this.access, { path: pathOf(kind, this.namespace) }, onChange, this.log);
    }

    /** An object, or undefined where there is none. @throws Error when the API server refuses. */
    async get<T extends FluxObject>(kind: Kind, namespace: string, name: string): Promise<T | undefined> {
        return (await this.read(pathOf(kind, namespace, name))) as T | undefined;
    }

    /** A Secret's values; undefined where there is none. */
    async secret(namespace: string, name: string): Promise<Readonly<Record<string, string>> | undefined> {
        const found = (await this.read(`/api/v1/namespaces/${namespace}/secrets/${name}`)) as
            { data?: Record<string, string> } | undefined;
        return found === undefined
            ? undefined
            : Object.fromEntries(
                  Object.entries(found.data ?? {}).map(([key, value]) => [
                      key,
                      Buffer.from(value, "base64").toString("utf8"),
                  ]),
              );
    }

    /** Changes fields of an object's status. @throws Error when the API server refuses, an invalid field by its CRD included. */
    async patchStatus(kind: Kind, { metadata }: FluxObject, status: Status): Promise<void> {
        await this.patch(`${pathOf(kind, metadata.namespace ?? "", metadata.name)}/status`, { status });
    }

    async annotate(
        kind: Kind,
        namespace: string,
        name: string,
        annotations: Readonly<Record<string, string>>,
    ): Promise<void> {
        await this.patch(pathOf(kind, namespace, name), { metadata: { annotations } });
    }

    /** Names of a kind's objects in a namespace that have these labels. */
    async names(kind: Kind, namespace: string, labels: Readonly<Record<string, string>>): Promise<string[]> {
        const selector = Object.entries(labels)
            .map(([key, value]) => `${key}=${value}`)
            .join(",");
        const found = (await this.read(
            `${pathOf(kind, namespace)}?labelSelector=${encodeURIComponent(selector)}`,
        )) as { items?: FluxObject[] } | undefined;
        return (found?.items ?? []).map(({ metadata }) => metadata.name);
    }

    close(): void {
        this.client.close();
    }

    private async read(path: string): Promise<unknown> {
        const { status, body } = await this.client.request("GET", path);
        if (status === 404) {
            return undefined;
        }
        if (status !== 200) {
            throw new Error(`GET ${path}: HTTP ${status} ${messageOf(body)}`);
        }
        return body;
    }

    private async patch(path: string, change: unknown): Promise<void> {
        const { status, body } = await this.client.request(
            "PATCH",
            path,
            change,
            "application/merge-patch+json",
        );
        // Who is gone needs no mark.
        if (status !== 200 && status !== 404) {
            throw new Error(`PATCH ${path}: HTTP ${status} ${messageOf(body)}`);
        }
    }
}

/** Reads the kubeconfig that a workload of the sandbox is given: one cluster, one user with a file for its token. */
export function accessOf(file: string): ClusterAccess {
    const config = parse(fs.readFileSync(file, "utf8")) as {
        clusters: { cluster: { server: string; "certificate-authority": string } }[];
        users: { user: { tokenFile: string } }[];
    };
    const [cluster, user] = [config.clusters[0]?.cluster, config.users[0]?.user];
    if (cluster === undefined || user === undefined) {
        throw new Error(`${file} names no cluster and user`);
    }
    return {
        server: cluster.server,
        ca: cluster["certificate-authority"],
        credentials: { tokenFile: user.tokenFile },
    };
}

function messageOf(body: unknown): string {
    return (body as { message?: string } | null)?.message ?? "";
}
