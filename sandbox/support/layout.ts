/**
 * Where everything of one sandbox lies. Pure: paths are computed from the state folder, nothing is read or made here
 * (except {@link sandboxDir}, which looks at the environment it is handed).
 */
import * as path from "node:path";

import { checkoutDir } from "../../toolchain/checkout";

/** The folders and fixed files of one sandbox. All paths are absolute. */
export interface SandboxLayout {
    /** The state folder itself. */
    readonly dir: string;
    /** Marks the folder as a sandbox: only a folder that has it is ever purged. */
    readonly marker: string;
    /** Kubeconfig with one context per cluster, named like the cluster, with admin client certificates. */
    readonly kubeconfig: string;
    /** Certificates and keys, mode 0700. */
    readonly pki: string;
    /** Generated secrets, mode 0700; one file of mode 0600 each, see {@link secretFile}. */
    readonly secrets: string;
    /** Records of running processes, the plan, option files of the parts, the control socket. */
    readonly run: string;
    /** One file per part, see {@link logFile}. */
    readonly logs: string;
    readonly gitlab: string;
    /** Harbor data, one folder per Harbor below it. */
    readonly harbor: string;
    /** Registry data, one folder per Harbor below it. */
    readonly registry: string;
    readonly etcd: string;
    /** PULUMI_HOME of the sandbox. */
    readonly pulumi: string;
    /** File backend of the sandbox's stacks. */
    readonly state: string;
}

/** The generated secrets, by file name. */
export type SecretName = "gitlab-root-token" | "harbor-admin-password" | "passphrase";

/** Lays a sandbox out below `dir` (made absolute against the current folder). */
export function sandboxLayout(dir: string): SandboxLayout {
    const root = path.resolve(dir);
    const at = (name: string): string => path.join(root, name);
    return Object.freeze({
        dir: root,
        marker: at(".gitops-estate-sandbox"),
        kubeconfig: at("kubeconfig"),
        pki: at("pki"),
        secrets: at("secrets"),
        run: at("run"),
        logs: at("logs"),
        gitlab: at("gitlab"),
        harbor: at("harbor"),
        registry: at("registry"),
        etcd: at("etcd"),
        pulumi: at("pulumi"),
        state: at("state"),
    });
}

/** The state folder that counts: `ESTATE_SANDBOX_DIR` when set, else `.sandbox` in the checkout. */
export function sandboxDir(env: NodeJS.ProcessEnv = process.env, checkout: string = checkoutDir()): string {
    const named = env["ESTATE_SANDBOX_DIR"];
    return named !== undefined && named !== "" ? path.resolve(named) : path.join(checkout, ".sandbox");
}

/** The file that holds one generated secret. */
export function secretFile(layout: SandboxLayout, name: SecretName): string {
    return path.join(layout.secrets, name);
}

/** The log of a part. Part names are checked by the part table, so they are safe as file names. */
export function logFile(layout: SandboxLayout, part: string): string {
    return path.join(layout.logs, `${part}.log`);
}
