import { readFile } from "node:fs/promises";

import { runAsProcess, type TlsFiles } from "../support/server";
import { startGitLab } from "./index";
import type { Edition, Tier } from "./model";

/** What the options file holds. */
interface MainOptions {
    host: string;
    port: number;
    dataDir: string;
    tokenFile: string;
    tier: Tier;
    edition?: Edition;
    tls?: TlsFiles;
    basePath?: string;
    /** Folders of the programs that pipelines call, in front of this machine's PATH. */
    jobPath?: string[];
}

/** Runs the GitLab stand-in as a process: `main.ts <options.json>`. */
async function main(): Promise<void> {
    const file = process.argv[2];
    await runAsProcess(async () => {
        if (file === undefined) {
            throw new Error("usage: main.ts <options.json>");
        }
        const options = JSON.parse(await readFile(file, "utf8")) as MainOptions;
        return startGitLab({
            host: options.host,
            port: options.port,
            dataDir: options.dataDir,
            tier: options.tier,
            ...(options.edition === undefined ? {} : { edition: options.edition }),
            tls: options.tls,
            basePath: options.basePath,
            rootTokenFile: options.tokenFile,
            ci: { path: options.jobPath ?? [] },
            log: (line) => console.log(line),
        });
    });
}

void main();
