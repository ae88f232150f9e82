/** Reads the Markdown pages of the checkout the way their tests want them. */
import * as fs from "node:fs";
import * as path from "node:path";
import { checkoutDir } from "../../toolchain/checkout";

/** One Markdown page. */
export interface Page {
    /** Path from the top of the checkout, with `/`. */
    readonly file: string;
    readonly text: string;
}

/** A block between fences. */
export interface CodeBlock {
    /** What stands behind the opening fence, e.g. `yaml`. */
    readonly language: string;
    readonly text: string;
    /** Line of the opening fence, from 1. */
    readonly line: number;
}

/** Every page a user may read: those at the top, in docs/ and the readme of each part. */
export function pages(root: string = checkoutDir()): Page[] {
    const found: string[] = [];
    const walk = (folder: string): void => {
        for (const entry of fs.readdirSync(path.join(root, folder), { withFileTypes: true })) {
            const file = folder === "" ? entry.name : `${folder}/${entry.name}`;
            if (entry.isDirectory()) {
                if (entry.name !== "node_modules" && !entry.name.startsWith(".")) {
                    walk(file);
                }
            } else if (entry.name.endsWith(".md")) {
                found.push(file);
            }
        }
    };
    walk("");
    return found.sort().map((file) => ({ file, text: fs.readFileSync(path.join(root, file), "utf8") }));
}

/** The page with this path. */
export function page(file: string): Page {
    return { file, text: fs.readFileSync(path.join(checkoutDir(), file), "utf8") };
}

/** The blocks of a page. A fence that is never closed is an error of the page. */
export function codeBlocks({ file, text }: Page): CodeBlock[] {
    const blocks: CodeBlock[] = [];
    let open: { language: string; line: number; lines: string[] } | undefined;
    for (const [index, line] of text.split("\n").entries()) {
        const fence = /^\s*```(.*)$/.exec(line);
        if (fence === null) {
            open?.lines.push(line);
        } else if (open === undefined) {
            open = { language: (fence[1] ?? "").trim(), line: index + 1, lines: [] };
        } else {
            blocks.push({ language: open.language, line: open.line, text: open.lines.join("\n") });
            open = undefined;
        }
    }
    if (open !== undefined) {
        throw new Error(`${file}:${String(open.line)}: a code block is not closed`);
    }
    return blocks;
}

/** The page's text without its code blocks. */
export function prose({ text }: Page): string {
    return text.replace(/^\s*```[\s\S]*?^\s*```/gm, "");
}

/** Inline code of a page, outside blocks, in order. `\|` is how a table cell writes a bar. */
export function codeSpans(each: Page): string[] {
    return [...prose(each).matchAll(/`([^`]+)`/g)].map((match) => (match[1] ?? "").replaceAll("\\|", "|"));
}

/** Headings of a page in order, with their level. */
export function headings(each: Page): { level: number; title: string }[] {
    return [...prose(each).matchAll(/^(#+) (.+)$/gm)].map((match) => ({
        level: (match[1] ?? "").length,
        title: (match[2] ?? "").trim(),
    }));
}

/** The anchor GitLab and GitHub make of a heading, for pages whose headings differ. */
export function anchor(title: string): string {
    return title
        .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, "")
        .trim()
        .replace(/\s/g, "-");
}

/** Targets of a page's links that are no web addresses. */
export function relativeLinks(each: Page): string[] {
    return [...prose(each).matchAll(/\]\(([^)\s]+)\)/g)]
        .map((match) => match[1] ?? "")
        .filter((target) => !/^[a-z]+:/.test(target));
}

/** A command line found in a page. */
export interface Command {
    readonly file: string;
    readonly text: string;
}

/** Lines of shell blocks and inline code that begin with a program's name, comments and leading variables taken off. */
export function commands(each: Page): Command[] {
    const lines = codeBlocks(each)
        .filter(({ language }) => ["sh", "bash", "shell"].includes(language))
        .flatMap(({ text }) => text.replace(/\\\n\s*/g, " ").split("\n"));
    return [...lines, ...codeSpans(each)]
        .map((line) =>
            line
                .replace(/\s+#.*$/, "")
                .replace(/^([A-Z_]+=\S* )+/, "")
                .trim(),
        )
        .filter((line) => line !== "" && !line.startsWith("#"))
        .map((text) => ({ file: each.file, text }));
}
