/** The board as a page that is made anew when somebody looks: on this machine's loopback address, for nobody else. */
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import type { Language } from "../../estate/model";
import { CommandError, failureText } from "../support/console";

/** How a page is served. */
export interface Serving {
    /** 0 takes a free one. */
    readonly port: number;
    /** Language where the address has no `?lang=`. */
    readonly language: Language;
    /** Makes what pages are drawn from; asked at most once at a time, and not again for {@link Serving.keep}. */
    readonly make: () => Promise<(language: Language) => string>;
    /** How long what was made is good for, in milliseconds. */
    readonly keep: number;
    /** Gets one line per failure. */
    readonly report: (line: string) => void;
    /** In milliseconds since 1970; default: the machine's clock. */
    readonly now?: () => number;
}

export interface Served {
    readonly url: string;
    readonly close: () => Promise<void>;
}

const address = "127.0.0.1";

/** Serves it until it is closed. @throws CommandError when the port is taken. */
export async function servePage({
    port,
    language,
    make,
    keep,
    report,
    now = Date.now,
}: Serving): Promise<Served> {
    let made: { readonly at: number; readonly draw: ReturnType<Serving["make"]> } | undefined;
    const current = (): ReturnType<Serving["make"]> => {
        if (made === undefined || now() - made.at >= keep) {
            const draw = make();
            const mine = { at: Infinity, draw };
            made = mine;
            // What is being made is waited for by all; what failed is tried again by the next.
            draw.then(
                () => (made = made === mine ? { at: now(), draw } : made),
                () => (made = made === mine ? undefined : made),
            );
        }
        return made.draw;
    };
    const server = http.createServer((request, response) => {
        const say = (status: number, type: string, text: string): void => {
            response.writeHead(status, {
                "content-type": `${type}; charset=utf-8`,
                "cache-control": "no-store",
                "content-security-policy": "frame-ancestors 'none'",
                "x-content-type-options": "nosniff",
            });
            response.end(request.method === "HEAD" ? undefined : text);
        };
        // A name that somebody else's server has let lead here would make its pages readers of this one.
        if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? "")) {
            say(421, "text/plain", `This page is at http://${address} only.\n`);
            return;
        }
        const url = new URL(request.url ?? "/", `http://${address}`);
        if (request.method !== "GET" && request.method !== "HEAD") {
            say(405, "text/plain", "This page can only be read.\n");
            return;
        }
        if (url.pathname !== "/") {
            say(404, "text/plain", "There is one page here: /\n");
            return;
        }
        const wanted = url.searchParams.get("lang");
        current().then(
            (draw) => say(200, "text/html", draw(wanted === "en" || wanted === "zh" ? wanted : language)),
            (error: unknown) => {
                const text = failureText(error);
                report(text);
                // A mistake of the program is reported where it runs, not to whoever looks.
                say(
                    503,
                    "text/plain",
                    error instanceof CommandError
                        ? `${text}\n`
                        : "The board could not be made. Its terminal says why.\n",
                );
            },
        );
    });
    await new Promise<void>((resolve, reject) => {
        server.once("error", (error: NodeJS.ErrnoException) =>
            reject(
                error.code === "EADDRINUSE"
                    ? new CommandError(
                          `Port ${port} is taken: choose another with --port, or leave it out for a free one.`,
                      )
                    : error,
            ),
        );
        server.listen(port, address, resolve);
    });
    return {
        url: `http://${address}:${(server.address() as AddressInfo).port}`,
        close: () =>
            new Promise((resolve) => {
                server.close(() => resolve());
                server.closeAllConnections();
            }),
    };
}
