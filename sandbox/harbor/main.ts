import { readFile } from "node:fs/promises";

import { z } from "zod";

import { runAsProcess } from "../support/server";
import { startHarbor } from "./server";

const optionsFile = z.object({
    name: z.string(),
    host: z.string(),
    port: z.number().int(),
    externalUrl: z.string().optional(),
    tls: z.object({ cert: z.string(), key: z.string() }).optional(),
    dataDir: z.string(),
    passwordFile: z.string(),
    registryBinary: z.string(),
    registryPort: z.number().int(),
});

/** Reads the options file named by the only argument and runs the Harbor until it is stopped by a signal. */
async function main(): Promise<void> {
    await runAsProcess(async () => {
        const file = process.argv[2];
        if (file === undefined) {
            throw new Error("Give the path of a JSON file with the options.");
        }
        const { passwordFile, externalUrl, ...options } = optionsFile.parse(
            JSON.parse(await readFile(file, "utf8")),
        );
        return startHarbor({
            ...options,
            ...(externalUrl === undefined ? {} : { externalUrl }),
            adminPasswordFile: passwordFile,
            log: (line) => console.error(line),
        });
    });
}

void main();
