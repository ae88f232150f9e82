/** A stand-in as a process: `main.ts <controller> <words of its container> <addresses of this machine>`. */
import { ImageAutomation } from "./automation/controller";
import { accessOf, Cluster } from "./cluster";
import { Reporter } from "./events";
import { ImageReflector } from "./images/reflector";
import { Notifications } from "./notifications/controller";
import { standInNote } from "./objects";
import { settingsOf, type StandInSettings } from "./settings";

interface Controller {
    run(): Promise<void>;
}

interface Parts {
    readonly cluster: Cluster;
    readonly settings: StandInSettings;
    readonly reporter: Reporter;
    readonly log: (line: string) => void;
}

const controllers: Readonly<Record<string, (parts: Parts) => Controller>> = {
    "notification-controller": ({ cluster, settings, log }) =>
        new Notifications(
            cluster,
            settings,
            {
                events: portIn(settings, "events-listen"),
                receiver: portIn(settings, "receiver-listen"),
                relay: portIn(settings, "relay"),
            },
            log,
        ),
    "image-reflector-controller": ({ cluster, settings, reporter, log }) =>
        new ImageReflector(cluster, settings, reporter, log),
    "image-automation-controller": ({ cluster, settings, reporter, log }) =>
        new ImageAutomation(cluster, settings, reporter, log),
};

function portIn(settings: StandInSettings, flag: string): number {
    const port = Number(settings.flag(flag));
    if (!Number.isInteger(port) || port <= 0) {
        throw new Error(`--${flag} is no port`);
    }
    return port;
}

function main([name = "", ...words]: readonly string[]): void {
    const make = controllers[name];
    if (make === undefined) {
        throw new Error(`there is no stand-in for "${name}"`);
    }
    const log = (line: string): void => console.error(`${new Date().toISOString()} ${line}`);
    const settings = settingsOf(words, process.env);
    const cluster = new Cluster(accessOf(settings.kubeconfig), settings.namespace, log);
    const reporter = new Reporter(settings.eventsAddress, name, log);
    log(`${name} ${standInNote}: does what Flux documents of it, for what an estate uses`);
    process.once("SIGTERM", () => process.exit(0));
    void make({ cluster, settings, reporter, log }).run();
}

main(process.argv.slice(2));
