/** The served page: who may ask what, and how often the servers are asked for it. */
import assert from "node:assert/strict";
import * as http from "node:http";
import { after, before, beforeEach, describe, test } from "node:test";
import { servePage, type Served } from "../../../commands/board/serve";
import { CommandError } from "../../../commands/support/console";

let served: Served;
let clock = 0;
let made = 0;
let fault: Error | undefined;
let said: string[] = [];
/** Holds the making of the next page back. */
let gate: Promise<void> = Promise.resolve();

before(async () => {
    served = await servePage({
        port: 0,
        language: "en",
        make: async () => {
            made++;
            const number = made;
            await gate;
            if (fault !== undefined) {
                throw fault;
            }
            return (language) => `<p>${language} ${number}</p>`;
        },
        keep: 5000,
        report: (line) => said.push(line),
        now: () => clock,
    });
});
after(() => served.close());
beforeEach(() => {
    clock += 60_000;
    [made, fault, said, gate] = [0, undefined, [], Promise.resolve()];
});

interface Answer {
    readonly status: number;
    readonly text: string;
    readonly headers: http.IncomingHttpHeaders;
}

const ask = (
    path = "/",
    { method = "GET", host }: { method?: string; host?: string } = {},
): Promise<Answer> =>
    new Promise((resolve, reject) => {
        const headers = host === undefined ? {} : { host };
        http.request(`${served.url}${path}`, { method, headers }, (response) => {
            let text = "";
            response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
            response.on("end", () =>
                resolve({ status: response.statusCode ?? 0, text, headers: response.headers }),
            );
        })
            .on("error", reject)
            .end();
    });

describe("a served page", () => {
    test("is made once for all who look within five seconds, and anew after", async () => {
        let open: () => void = () => undefined;
        gate = new Promise((resolve) => (open = resolve));
        const first = [ask(), ask("/?lang=zh"), ask("/?lang=fr")];
        clock += 60_000;
        open();
        const texts = (await Promise.all(first)).map(({ text }) => text);
        assert.deepEqual(texts, ["<p>en 1</p>", "<p>zh 1</p>", "<p>en 1</p>"]);
        clock += 4999;
        assert.equal((await ask()).text, "<p>en 1</p>");
        clock += 1;
        assert.equal((await ask()).text, "<p>en 2</p>");
    });
    test("that could not be made says why, and is tried again", async () => {
        fault = new CommandError("The sandbox has not been started.");
        const failed = await ask();
        assert.deepEqual([failed.status, failed.text], [503, "The sandbox has not been started.\n"]);
        fault = new Error("s3cret");
        assert.doesNotMatch((await ask()).text, /s3cret/);
        assert.match(said.join("\n"), /s3cret/);
        fault = undefined;
        assert.equal((await ask()).status, 200);
    });
    test("is for readers on this machine alone", async () => {
        assert.equal((await ask("/", { host: "board.example.com" })).status, 421);
        assert.equal((await ask("/", { host: "localhost:1" })).status, 200);
        assert.equal((await ask("/", { method: "POST" })).status, 405);
        assert.equal((await ask("/other")).status, 404);
        const head = await ask("/", { method: "HEAD" });
        assert.deepEqual([head.status, head.text, head.headers["cache-control"]], [200, "", "no-store"]);
        assert.match(served.url, /^http:\/\/127\.0\.0\.1:\d+$/);
    });
    test("needs a port that is free", async () => {
        const port = Number(new URL(served.url).port);
        const other = servePage({
            port,
            language: "en",
            make: () => Promise.reject(new Error("never")),
            keep: 0,
            report: () => undefined,
        });
        await assert.rejects(other, new RegExp(`Port ${port} is taken`));
    });
});
