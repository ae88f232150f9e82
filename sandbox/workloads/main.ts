/** The process that runs a delivery engine's workloads: `main.ts <file with the options>`. Started and ended by the sandbox's supervisor. */
import * as fs from "node:fs";
import * as path from "node:path";

import { trimLog } from "../supervisor/supervisor";
import { engines } from "./engines";
import { Kubelet } from "./kubelet";
import { type PartOptions } from "./part";

/** A log that grew beyond this is cut, in bytes. */
const maxLogBytes = 32 * 1024 * 1024;

function main(): void {
    const file = process.argv[2];
    if (file === undefined) {
        throw new Error("Give the path of a JSON file with the options.");
    }
    const options = JSON.parse(fs.readFileSync(file, "utf8")) as PartOptions;
    const engine = engines[options.engine];
    const log = (line: string): void => console.error(`${new Date().toISOString()} ${line}`);
    const kubelet = new Kubelet(engine, options, log);
    const listeners = engine.listeners(options.portBase, {
        restart: (workload) => kubelet.restart(workload),
        secretValue: (workload, secret, key) => kubelet.secretValue(workload, secret, key),
        log,
    });
    const logs = engine
        .workloads(options.portBase)
        .map(({ name }) => path.join(options.logsDir, `${name}.log`));
    const trimmer = setInterval(() => logs.forEach((each) => trimLog(each, maxLogBytes)), 30_000);
    let stopping = false;
    const stop = (): void => {
        if (!stopping) {
            stopping = true;
            clearInterval(trimmer);
            const closed = [kubelet.close(), ...listeners.map((each) => each.close())];
            void Promise.all(closed).then(() => process.exit(0));
        }
    };
    process.on("SIGTERM", stop);
    process.on("SIGINT", stop);
    kubelet.start();
    void Promise.all(listeners.map((each) => each.start())).then(() =>
        console.log("ready to run what the estate makes"),
    );
}

main();
