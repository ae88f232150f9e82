/** The process that pulls images for the simulated nodes: `main.ts <file with the options>`. */
import * as fs from "node:fs";

import { defaultPullBackoff, Puller, type PullerOptions } from "./puller";

function main(): void {
    const file = process.argv[2];
    if (file === undefined) {
        throw new Error("Give the path of a JSON file with the options.");
    }
    const { clusters, scheme } = JSON.parse(fs.readFileSync(file, "utf8")) as PullerOptions;
    const log = (line: string): void => console.error(`${new Date().toISOString()} ${line}`);
    const pullers = clusters.map(
        ({ name, access }) => new Puller(name, access, log, defaultPullBackoff, scheme),
    );
    let stopping = false;
    const stop = (): void => {
        if (!stopping) {
            stopping = true;
            void Promise.all(pullers.map((puller) => puller.close())).then(() => process.exit(0));
        }
    };
    process.on("SIGTERM", stop);
    process.on("SIGINT", stop);
    pullers.forEach((puller) => puller.start());
    console.log(`ready to pull images for ${clusters.map(({ name }) => name).join(", ")}`);
}

main();
