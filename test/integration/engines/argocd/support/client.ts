/** The administrator's client of a cluster of the sandbox. */
import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";

import { ClusterClient } from "../../../../../sandbox/clusters/client";

/** Milliseconds for a call: a busy server takes its time for a definition of two megabytes. */
const timeout = 120_000;

/** A client of the only cluster in a kubeconfig; its certificates are put into `folder`. */
export function clientOf(kubeconfig: string, folder: string): ClusterClient {
    const config = parse(fs.readFileSync(kubeconfig, "utf8")) as {
        clusters: { cluster: { server: string; "certificate-authority-data": string } }[];
        users: { user: { "client-certificate-data": string; "client-key-data": string } }[];
    };
    const put = (name: string, data: string | undefined): string => {
        const file = path.join(folder, name);
        fs.writeFileSync(file, Buffer.from(data ?? "", "base64").toString());
        return file;
    };
    const cluster = config.clusters[0]?.cluster;
    const user = config.users[0]?.user;
    return new ClusterClient(
        cluster?.server ?? "",
        put("ca.crt", cluster?.["certificate-authority-data"]),
        {
            certificate: {
                cert: put("admin.crt", user?.["client-certificate-data"]),
                key: put("admin.key", user?.["client-key-data"]),
            },
        },
        timeout,
    );
}
