/** A workload's service account: a token of its own, renewed in time, and a kubeconfig that reads it. */
import * as path from "node:path";
import { stringify } from "yaml";

import { type ClusterClient } from "../clusters/client";
import { writePrivate, writePrivateIfChanged } from "../support/files";

/** Life of a token in seconds, as a kubelet asks for. */
const tokenSeconds = 3600;

/** Part of its life after which a token is renewed. */
const renewAt = 0.8;

/** Files of one workload's account. */
export interface AccountFiles {
    readonly kubeconfig: string;
    readonly token: string;
}

export function accountFiles(folder: string): AccountFiles {
    return { kubeconfig: path.join(folder, "kubeconfig"), token: path.join(folder, "token") };
}

/** Where a token is good, and whose it is. */
export interface AccountOf {
    readonly server: string;
    /** File of the API server's authority. */
    readonly ca: string;
    readonly namespace: string;
    readonly serviceAccount: string;
    /** Changes when the account is deleted and made anew: its tokens are worth nothing then. */
    readonly uid: string;
}

/** Keeps the token of one account fresh. Kubernetes clients read the file again by themselves, every minute. */
export class Account {
    private uid = "";
    private renewAfter = 0;

    constructor(
        private readonly client: ClusterClient,
        private readonly folder: string,
    ) {}

    /**
     * Writes kubeconfig and token when they are missing, another account's or due for renewal.
     *
     * @throws Error when the API server gives no token.
     */
    async refresh(account: AccountOf): Promise<void> {
        if (this.uid === account.uid && Date.now() < this.renewAfter) {
            return;
        }
        const files = accountFiles(this.folder);
        const answer = await this.client.request(
            "POST",
            `/api/v1/namespaces/${account.namespace}/serviceaccounts/${account.serviceAccount}/token`,
            {
                apiVersion: "authentication.k8s.io/v1",
                kind: "TokenRequest",
                spec: { expirationSeconds: tokenSeconds },
            },
        );
        const token = (answer.body as { status?: { token?: string } } | undefined)?.status?.token;
        if (answer.status !== 201 || token === undefined) {
            throw new Error(
                `no token for service account ${account.serviceAccount}: HTTP ${answer.status} ${JSON.stringify(answer.body)}`,
            );
        }
        writePrivate(files.token, token);
        writePrivateIfChanged(files.kubeconfig, accountKubeconfig(account, files.token));
        this.uid = account.uid;
        this.renewAfter = Date.now() + tokenSeconds * 1000 * renewAt;
    }
}

/** The text of a kubeconfig for one service account, its namespace set. */
export function accountKubeconfig(account: AccountOf, tokenFile: string): string {
    const name = account.serviceAccount;
    return stringify({
        apiVersion: "v1",
        kind: "Config",
        clusters: [{ name, cluster: { server: account.server, "certificate-authority": account.ca } }],
        users: [{ name, user: { tokenFile } }],
        contexts: [{ name, context: { cluster: name, user: name, namespace: account.namespace } }],
        "current-context": name,
    });
}
