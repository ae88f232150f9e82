/** The supervisor process of one sandbox: `daemon.ts <state folder>`. Started detached by `up`, ended by `down`. */
import { sandboxLayout } from "../support/layout";
import { serveControl } from "./control";
import { endOrphans, removeDaemonRecord, recordDaemon, runningDaemon } from "./records";
import { Supervisor } from "./supervisor";

async function main(dir: string): Promise<void> {
    const layout = sandboxLayout(dir);
    const other = runningDaemon(layout);
    if (other !== undefined) {
        throw new Error(`process ${other.pid} supervises ${dir} already`);
    }
    recordDaemon(layout);
    const orphans = await endOrphans(layout);
    if (orphans.length > 0) {
        console.log(
            `${new Date().toISOString()} ended what an earlier supervisor left: ${orphans.join(", ")}`,
        );
    }
    const supervisor = new Supervisor(layout);
    let ending: Promise<void> | undefined;
    const stop = (): void => {
        ending ??= (async () => {
            await supervisor.stop();
            server.close();
            server.closeAllConnections();
            removeDaemonRecord(layout);
            process.exit(0);
        })();
    };
    const server = await serveControl(layout, supervisor, stop);
    process.on("SIGTERM", stop);
    process.on("SIGINT", stop);
    // The terminal that started the sandbox may be closed.
    process.on("SIGHUP", () => undefined);
    console.log(`${new Date().toISOString()} supervising ${dir}`);
}

main(process.argv[2] ?? "").catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
});
