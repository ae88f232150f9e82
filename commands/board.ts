/**
 * `npm run board [-- options]`: what runs where, as one page that needs no server and asks none when it is opened. Servers
 * are only read while it is made.
 *
 *     --stack <name>    default dev
 *     --out <file>      where the page goes; default board.html
 *     --json            prints the board as JSON instead, and writes no page unless --out is there
 *     --lang <en|zh>    language of the page and of the map; default en
 *     --offline         asks no server: what the spec alone says
 *     --preview <file>  output of `pulumi preview --json`; what it would change is marked
 *     --map <file>      the map alone, as SVG
 *     --mermaid <file>  the map alone, as Mermaid text for docs
 *     --serve           a page on this machine that is made anew when it is looked at, until Ctrl-C
 *     --port <number>   of --serve; default: a free one
 */
import * as fs from "node:fs";
import * as path from "node:path";
import type { Estate, Language } from "../estate/model";
import { checkoutDir } from "../toolchain/checkout";
import { nothingFound } from "./board/found";
import { mapMermaid } from "./board/mermaid";
import { boardOf, type Board } from "./board/model";
import { boardPage } from "./board/page";
import { previewed, type Previewed } from "./board/preview";
import { readFound } from "./board/read";
import { servePage } from "./board/serve";
import { mapSvg } from "./board/svg";
import { texts } from "./board/texts";
import { credentialsOf } from "./doctor/stack";
import { CommandError, runMain } from "./support/console";
import { onEnd, whenStopped } from "./support/ending";
import { exportStack } from "./support/exported";
import { ownEngine } from "./support/pulumiEngine";
import { committedStackFile, estateOf, isSandboxEstate } from "./support/stack";
import { withSandbox } from "./support/withSandbox";

/** What is asked for. */
export interface BoardCall {
    readonly stack: string;
    readonly language: Language;
    readonly offline: boolean;
    readonly json: boolean;
    /** Files to write; absent: not asked for. */
    readonly out?: string;
    readonly preview?: string;
    readonly map?: string;
    readonly mermaid?: string;
    /** Port of a page that is served, 0 for a free one; absent: none is. */
    readonly serve?: number;
}

const valued = ["stack", "out", "lang", "preview", "map", "mermaid", "port"] as const;
const switches = ["json", "offline", "serve"] as const;

/** Reads the command line. @throws CommandError on what it does not know. */
export function parseBoardCall(argv: readonly string[]): BoardCall {
    const values: Partial<Record<(typeof valued)[number], string>> = {};
    const on = new Set<string>();
    for (let index = 0; index < argv.length; index++) {
        const option = argv[index] === "-s" ? "--stack" : (argv[index] ?? "");
        const [, name = "", given] = /^--([a-z]+)(?:=(.*))?$/s.exec(option) ?? [];
        const key = valued.find((each) => each === name);
        if (key !== undefined) {
            const value = given ?? argv[++index] ?? "";
            if (value === "" || (given === undefined && value.startsWith("--"))) {
                throw new CommandError(`"--${key}" needs a value.`);
            }
            values[key] = value;
        } else if (switches.some((each) => `--${each}` === option)) {
            on.add(name);
        } else {
            throw new CommandError(
                `"${option}" is no option of the board: ${[...valued.map((each) => `--${each} <…>`), ...switches.map((each) => `--${each}`)].join(", ")}.`,
            );
        }
    }
    const { stack = "dev", lang = "en", out, preview, map, mermaid } = values;
    if (lang !== "en" && lang !== "zh") {
        throw new CommandError(`"--lang ${lang}" is no language of the board: en or zh.`);
    }
    const serves = on.has("serve");
    const port = values.port === undefined ? 0 : Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65535 || (values.port !== undefined && !serves)) {
        throw new CommandError(`"--port ${values.port}" goes with --serve, and is a number up to 65535.`);
    }
    if (serves && (on.has("json") || [out, map, mermaid].some((each) => each !== undefined))) {
        throw new CommandError("--serve writes nothing: leave out --json, --out, --map and --mermaid.");
    }
    const file =
        out ??
        (serves || on.has("json") || map !== undefined || mermaid !== undefined ? undefined : "board.html");
    return {
        stack,
        language: lang,
        offline: on.has("offline"),
        json: on.has("json"),
        ...(file === undefined ? {} : { out: file }),
        ...(serves ? { serve: port } : {}),
        ...(preview === undefined ? {} : { preview }),
        ...(map === undefined ? {} : { map }),
        ...(mermaid === undefined ? {} : { mermaid }),
    };
}

/** A board, and the estate it is of. */
export interface MadeBoard {
    readonly estate: Estate;
    readonly board: Board;
}

/**
 * Prepares the board of a stack: what is returned makes it, as often as somebody looks, and reads the spec, the state and the
 * servers each time. Engine and secrets are those of the first time.
 *
 * @throws CommandError when the stack cannot be read.
 */
export async function boardMaker({
    stack,
    offline,
    preview,
}: Pick<BoardCall, "stack" | "offline" | "preview">): Promise<() => Promise<MadeBoard>> {
    const committed = (): Estate => estateOf(stack, committedStackFile(stack));
    if (offline) {
        return () => {
            const estate = committed();
            const facts = { stack, now: new Date(), live: false, found: nothingFound(estate.engines) };
            return Promise.resolve({
                estate,
                board: boardOf(estate, { ...facts, ...marked(estate, preview) }),
            });
        };
    }
    const onSandbox = isSandboxEstate(committed());
    const engine = onSandbox ? (await withSandbox().runningStack(stack)).engine : ownEngine(stack);
    const credentials = await credentialsOf(engine).catch((error: unknown) => {
        throw error instanceof CommandError
            ? new CommandError(
                  `${error.message}\nWithout the stack's credentials no server can be asked. What the spec alone says: npm run board -- --offline`,
              )
            : error;
    });
    const context = { credentials, folder: checkoutDir(), env: engine.env };
    return async () => {
        const estate = onSandbox ? withSandbox().estateOnSandbox(stack) : committed();
        const marks = marked(estate, preview);
        const found = await readFound(estate, context, exportStack(engine));
        return { estate, board: boardOf(estate, { stack, now: new Date(), live: true, found, ...marks }) };
    };
}

/** What a preview would change. @throws CommandError when the file is not what it should be. */
function marked(estate: Estate, file: string | undefined): { readonly preview?: Previewed } {
    if (file === undefined) {
        return {};
    }
    try {
        return { preview: previewed(estate, JSON.parse(fs.readFileSync(file, "utf8"))) };
    } catch (error) {
        const cause =
            error instanceof SyntaxError ? "it is not JSON" : error instanceof Error ? error.message : "";
        throw new CommandError(
            `--preview ${file} cannot be used: ${cause}. Make it with: pulumi preview --json > ${file}`,
        );
    }
}

/** How long a served page is good for, in milliseconds: many who look at once ask the servers once. */
const served = 5000;

async function serve(call: BoardCall, port: number): Promise<void> {
    const say = (line: string): void => void process.stderr.write(`${line}\n`);
    const make = await boardMaker(call);
    const { url, close } = await servePage({
        port,
        language: call.language,
        make: async () => {
            const { board, estate } = await make();
            const { rotateBeforeDays } = estate.credentials;
            return (language) => boardPage(board, { language, rotateBeforeDays });
        },
        keep: served,
        report: say,
    });
    say(`the board of stack ${call.stack}: ${url} (Ctrl-C ends it)`);
    // The usual way to end it, and no failure.
    onEnd(() => void close().then(() => process.exit(0)));
}

async function main(): Promise<void> {
    const call = parseBoardCall(process.argv.slice(2));
    whenStopped("Stopped; the board is not written.");
    if (call.serve !== undefined) {
        return serve(call, call.serve);
    }
    const { board, estate } = await (await boardMaker(call))();
    const written: string[] = [];
    const write = (file: string | undefined, text: () => string): void => {
        if (file !== undefined) {
            fs.mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
            fs.writeFileSync(file, text());
            written.push(file);
        }
    };
    const { rotateBeforeDays } = estate.credentials;
    const of = texts[call.language];
    write(call.out, () => boardPage(board, { language: call.language, rotateBeforeDays }));
    write(call.map, () => `${mapSvg(board.map, of, true)}\n`);
    write(call.mermaid, () => mapMermaid(board.map, of));
    if (call.json) {
        process.stdout.write(`${JSON.stringify(board, undefined, 2)}\n`);
    }
    const say = (line: string): void => void process.stderr.write(`${line}\n`);
    if (board.live) {
        board.unknown.forEach((each) => say(of.unknown(each)));
    }
    if (written.length > 0) {
        say(`written: ${written.join(", ")}`);
    }
}

if (path.basename(process.argv[1] ?? "") === path.basename(__filename)) {
    runMain(main);
}
