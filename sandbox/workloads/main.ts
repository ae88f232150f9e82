/** The process that runs Argo CD: `main.ts <file with the options>`. Started and ended by the sandbox's supervisor. */
import * as fs from "node:fs";
import * as path from "node:path";

import { trimLog } from "../supervisor/supervisor";
import { Kubelet, type KubeletOptions } from "./kubelet";
import { PushListener } from "./argocd/pushes";
import { workloads } from "./argocd/table";

/** A log that grew beyond this is cut, in bytes. */
const maxLogBytes = 32 * 1024 * 1024;

/** The workload that pushes of images are told to. */
const imageUpdater = "argocd-image-updater";

function main(): void {
    const file = process.argv[2];
    if (file === undefined) {
        throw new Error("Give the path of a JSON file with the options.");
    }
    const options = JSON.parse(fs.readFileSync(file, "utf8")) as KubeletOptions;
    const log = (line: string): void => console.error(`${new Date().toISOString()} ${line}`);
    const kubelet = new Kubelet(options, log);
    const pushes = new PushListener({
        port: options.ports.imageUpdaterWebhook,
        secret: () =>
            kubelet.secretValue(imageUpdater, "argocd-image-updater-secret", "webhook.harbor-secret"),
        onPush: () => kubelet.restart(imageUpdater),
        log,
    });
    const trimmer = setInterval(
        () =>
            workloads.forEach(({ name }) => trimLog(path.join(options.logsDir, `${name}.log`), maxLogBytes)),
        30_000,
    );
    let stopping = false;
    const stop = (): void => {
        if (!stopping) {
            stopping = true;
            clearInterval(trimmer);
            void Promise.all([kubelet.close(), pushes.close()]).then(() => process.exit(0));
        }
    };
    process.on("SIGTERM", stop);
    process.on("SIGINT", stop);
    kubelet.start();
    void pushes.start().then(() => console.log("ready to run what the estate makes"));
}

main();
