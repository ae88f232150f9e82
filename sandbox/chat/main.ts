import { readFile } from "node:fs/promises";

import { z } from "zod";

import { runAsProcess } from "../support/server";
import { startChat } from "./server";

const optionsFile = z.object({
    host: z.string(),
    port: z.number().int(),
    mailPort: z.number().int(),
    tls: z.object({ cert: z.string(), key: z.string() }).optional(),
    dataDir: z.string(),
    /** File with the secret that the channels' secrets are derived from. */
    secretFile: z.string(),
});

/** Reads the options file named by the only argument and runs the chat until it is asked to stop. */
async function main(): Promise<void> {
    await runAsProcess(async () => {
        const file = process.argv[2];
        if (file === undefined) {
            throw new Error("Give the path of a JSON file with the options.");
        }
        const { secretFile, ...options } = optionsFile.parse(JSON.parse(await readFile(file, "utf8")));
        return startChat({
            ...options,
            secret: (await readFile(secretFile, "utf8")).trim(),
            log: (line) => console.error(line),
        });
    });
}

void main();
