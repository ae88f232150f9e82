/** Machines that are reached over SSH: whether something that speaks SSH answers there from here. Nothing is signed in to. */
import * as net from "node:net";
import type { Estate } from "../../estate/model";
import type { Look } from "./check";
import { checkTable } from "./finding";
import { callTimeout, unreachable } from "./http";

/** A machine that is reached over SSH. */
export interface FoundMachine {
    readonly name: string;
    /** Host and port. */
    readonly at: string;
    /** Why nothing there speaks SSH; absent: something does. */
    readonly silent?: string;
}

/** Opens a connection to each machine that is reached over SSH, and reads the server's first line. */
export function machineFacts(
    { machines }: Pick<Estate, "machines">,
    end: AbortSignal,
): Promise<readonly FoundMachine[]> {
    return Promise.all(
        Object.values(machines).flatMap(({ name, reached }) =>
            reached.by === "ssh" ? [found(name, reached, end)] : [],
        ),
    );
}

async function found(
    name: string,
    { host, port }: { readonly host: string; readonly port: number },
    end: AbortSignal,
): Promise<FoundMachine> {
    const at = `${host}:${port}`;
    try {
        const greeting = await greetingOf(host, port, end);
        // RFC 4253, 4.2: lines may come before the one that begins so.
        return /^SSH-/m.test(greeting)
            ? { name, at }
            : { name, at, silent: "what answers there does not speak SSH" };
    } catch (error) {
        return { name, at, silent: unreachable(error).message };
    }
}

function greetingOf(host: string, port: number, signal: AbortSignal): Promise<string> {
    return new Promise((resolve, reject) => {
        let received = "";
        const socket = net.connect({ host, port, signal, timeout: callTimeout });
        socket.setEncoding("latin1");
        socket.on("data", (chunk) => {
            received += String(chunk);
            if (/^SSH-/m.test(received) || received.length > 1024) {
                socket.destroy();
                resolve(received);
            }
        });
        socket.on("end", () => resolve(received));
        socket.on("timeout", () => socket.destroy(new Error("timeout")));
        socket.on("error", reject);
    });
}

export const machineChecks = checkTable<readonly FoundMachine[], Look>({
    id: "machine-reachable",
    rule: "should answer over SSH",
    fast: false,
    check: (machines) =>
        machines.flatMap(({ name, at, silent }) =>
            silent === undefined
                ? []
                : [
                      {
                          path: `machines.${name}.ssh`,
                          value: at,
                          severity: "warning" as const,
                          rule: `should answer over SSH from here: ${silent}`,
                          fix: "check host and port, and that its SSH server runs; nothing to do where runners reach it and this machine does not",
                      },
                  ],
        ),
});
