/**
 * What the engine and its plugins trust beside the machine: the authorities of the estate. Upstream's Harbor provider has no
 * setting for one, and GitLab's takes a single file; both are programs in Go, which read folders that a variable names.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import type { Estate } from "../../estate/model";
import { allAuthorities } from "../../estate/network";
import { privateFolder } from "./privateFolder";
import type { PulumiEngine } from "./pulumiEngine";

/** Folders that programs in Go read when no variable names others. */
const goFolders = ["/etc/ssl/certs", "/etc/pki/tls/certs"];

/**
 * The engine, run with the estate's authorities; as it is where there are none. What it reads is a folder for this process,
 * which goes when the process ends. Programs in Go on macOS and Windows ask the system's store alone.
 *
 * @param estate whose `file`s are read, unless they are already.
 */
export function trusting(engine: PulumiEngine, { network }: Pick<Estate, "network">): PulumiEngine {
    const authorities = network.authorities.map((authority) => ({
        ...authority,
        pem: authority.pem === "" ? textOf(engine.root, authority.file) : authority.pem,
    }));
    const pem = allAuthorities({ ...network, authorities });
    if (pem === undefined) {
        return engine;
    }
    const folder = privateFolder("trust");
    const { env } = engine;
    const ours = path.join(folder, "go");
    fs.mkdirSync(ours);
    fs.writeFileSync(path.join(ours, "authorities.pem"), pem);
    const bundle = path.join(folder, "node.pem");
    fs.writeFileSync(bundle, `${textOf(engine.root, env["NODE_EXTRA_CA_CERTS"])}\n${pem}`);
    return {
        ...engine,
        env: {
            ...env,
            SSL_CERT_DIR: [env["SSL_CERT_DIR"] ?? goFolders.join(":"), ours].join(":"),
            NODE_EXTRA_CA_CERTS: bundle,
        },
    };
}

/** A file's text; empty where none is named or there: the check of the spec and the doctor report that. */
function textOf(root: string, file: string | undefined): string {
    if (file === undefined || file === "") {
        return "";
    }
    const full = path.resolve(root, file);
    return fs.existsSync(full) ? fs.readFileSync(full, "utf8").trim() : "";
}
