/** What the tests of the Harbor stand-in share: servers in folders of their own, an API client and crane. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";

import { type HarborOptions, startHarbor } from "../../harbor";
import type { RunningServer } from "../../support/server";
import { ensureTools } from "../../../toolchain";

const run = promisify(execFile);

export const adminPassword = "Harbor12345";

/** Name and password; "anonymous" sends none. */
export type Login = [string, string] | "anonymous";

export const admin: Login = ["admin", adminPassword];

export interface Answer<T = unknown> {
    status: number;
    headers: Headers;
    body: T;
    text: string;
}

/** Harbor's way to say no. */
export interface Refusal {
    errors: { code: string; message: string }[];
}

/** One Harbor with its folder. */
export class TestHarbor {
    private constructor(
        readonly dir: string,
        private readonly options: HarborOptions,
        private server: RunningServer,
    ) {}

    static async start(overrides: Partial<HarborOptions> = {}): Promise<TestHarbor> {
        const dir = await mkdtemp(path.join(tmpdir(), "harbor-test-"));
        const adminPasswordFile = path.join(dir, "password");
        await writeFile(adminPasswordFile, `${adminPassword}\n`, { mode: 0o600 });
        const options: HarborOptions = {
            name: "test",
            host: "127.0.0.1",
            port: 0,
            dataDir: path.join(dir, "data"),
            adminPasswordFile,
            registryBinary: (await tools()).registry,
            registryPort: 0,
            deliveries: { attempts: 3, backoffMs: 20 },
            ...overrides,
        };
        return new TestHarbor(dir, options, await startHarbor(options));
    }

    get url(): string {
        return this.server.url;
    }

    get host(): string {
        return new URL(this.url).host;
    }

    /** Stops it, changes what `edit` changes on disk, and starts it again on the same port. */
    async restart(edit: () => Promise<void> = () => Promise.resolve()): Promise<void> {
        const port = Number(new URL(this.url).port);
        await this.server.close();
        await edit();
        this.server = await startHarbor({ ...this.options, port });
    }

    async stop(): Promise<void> {
        await this.server.close();
        await rm(this.dir, { recursive: true, force: true });
    }

    /** A call of the API; `path` starts after `/api/v2.0`. */
    api<T = unknown>(method: string, path: string, body?: unknown, login: Login = admin): Promise<Answer<T>> {
        return this.fetch<T>(method, `/api/v2.0${path}`, body, login);
    }

    async fetch<T = unknown>(
        method: string,
        path: string,
        body?: unknown,
        login: Login = admin,
        headers: Record<string, string> = {},
    ): Promise<Answer<T>> {
        const response = await fetch(`${this.url}${path}`, {
            method,
            headers: {
                ...(login === "anonymous" ? {} : { authorization: basic(login) }),
                ...(body === undefined ? {} : { "content-type": "application/json" }),
                ...headers,
            },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        const text = await response.text();
        let parsed: unknown = text;
        try {
            parsed = JSON.parse(text);
        } catch {
            // Not every answer is JSON.
        }
        return { status: response.status, headers: response.headers, body: parsed as T, text };
    }

    /** A call that must end with this status. */
    async expect<T = unknown>(
        status: number,
        method: string,
        path: string,
        body?: unknown,
        login: Login = admin,
    ): Promise<Answer<T>> {
        const answer = await this.api<T>(method, path, body, login);
        assert.equal(answer.status, status, `${method} ${path}: ${answer.text}`);
        return answer;
    }

    /** Makes a project; answers its number. */
    async project(name: string, more: object = {}): Promise<number> {
        const made = await this.expect(201, "POST", "/projects", { project_name: name, ...more });
        return idOf(made);
    }

    /** Makes a robot of a project with these rights, written `resource:action`. */
    async robot(project: string, name: string, rights: string[], more: object = {}): Promise<Robot> {
        const made = await this.expect<{ id: number; name: string; secret: string }>(201, "POST", "/robots", {
            name,
            level: "project",
            duration: -1,
            permissions: [{ kind: "project", namespace: project, access: access(rights) }],
            ...more,
        });
        return { id: made.body.id, login: [made.body.name, made.body.secret] };
    }

    /** Makes a user and, if given, its role in a project. */
    async user(name: string, project?: string, roleId?: number): Promise<Login> {
        const password = `Secret-${name}-1`;
        await this.expect(201, "POST", "/users", {
            username: name,
            email: `${name}@example.com`,
            realname: name,
            password,
        });
        if (project !== undefined) {
            await this.expect(201, "POST", `/projects/${project}/members`, {
                role_id: roleId,
                member_user: { username: name },
            });
        }
        return [name, password];
    }

    /** Runs crane as somebody. @throws with crane's words when it fails. */
    async crane(login: Login, ...args: string[]): Promise<string> {
        return crane([{ host: this.host, login }], ...args);
    }

    /** Pushes an image with one small layer; answers its digest. */
    async push(reference: string, content: string, login: Login = admin): Promise<string> {
        const layer = path.join(this.dir, `layer-${Math.random().toString(36).slice(2)}.tar`);
        await writeFile(layer, tar("content.txt", content));
        const out = await this.crane(login, "append", "-f", layer, "-t", `${this.host}/${reference}`);
        return out.trim().split("@")[1] ?? "";
    }
}

export interface Robot {
    id: number;
    login: [string, string];
}

export const access = (rights: string[]): { resource: string; action: string }[] =>
    rights.map((right) => {
        const [resource = "", action = ""] = right.split(":");
        return { resource, action };
    });

export const basic = ([name, password]: [string, string]): string =>
    `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`;

/** The number at the end of an answer's Location header. */
export function idOf(answer: Answer): number {
    return Number(answer.headers.get("location")?.split("/").at(-1));
}

/** Message of the first error of an answer. */
export const messageOf = (answer: Answer): string => (answer.body as Refusal).errors[0]?.message ?? "";

/** Code of the first error of an answer. */
export const codeOf = (answer: Answer): string => (answer.body as Refusal).errors[0]?.code ?? "";

/** Runs crane with logins for several registries at once. */
export async function crane(logins: { host: string; login: Login }[], ...args: string[]): Promise<string> {
    const config = await mkdtemp(path.join(tmpdir(), "crane-"));
    try {
        const auths = Object.fromEntries(
            logins.flatMap(({ host, login }) =>
                login === "anonymous"
                    ? []
                    : [[host, { auth: Buffer.from(login.join(":")).toString("base64") }]],
            ),
        );
        await mkdir(config, { recursive: true });
        await writeFile(path.join(config, "config.json"), JSON.stringify({ auths }));
        const { stdout } = await run((await tools()).crane, args, {
            env: { DOCKER_CONFIG: config, PATH: process.env["PATH"], HOME: config },
        });
        return stdout;
    } finally {
        await rm(config, { recursive: true, force: true });
    }
}

let found: Promise<{ registry: string; crane: string }> | undefined;

/** The programs, built the first time they are needed anywhere on this machine. */
function tools(): Promise<{ registry: string; crane: string }> {
    found ??= ensureTools(["registry", "crane"], () => undefined).then((map) => {
        const pathOf = (name: "registry" | "crane"): string => {
            const tool = map.get(name);
            assert.ok(tool, `the toolchain gave no ${name}`);
            return tool.path;
        };
        return { registry: pathOf("registry"), crane: pathOf("crane") };
    });
    return found;
}

/** A tar archive with one file. */
export function tar(name: string, content: string): Buffer {
    const data = Buffer.from(content);
    const header = Buffer.alloc(512);
    const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, "0")}\0`;
    header.write(name, 0);
    header.write(octal(0o644, 8), 100);
    header.write(octal(0, 8), 108);
    header.write(octal(0, 8), 116);
    header.write(octal(data.length, 12), 124);
    header.write(octal(0, 12), 136);
    header.write("        ", 148);
    header.write("0", 156);
    header.write("ustar\0" + "00", 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    const padding = Buffer.alloc((512 - (data.length % 512)) % 512);
    return Buffer.concat([header, data, padding, Buffer.alloc(1024)]);
}

export { eventually as until } from "../support/eventually";

/** A receiver of webhooks that remembers what it got. */
export class Receiver {
    readonly got: { headers: IncomingMessage["headers"]; body: string }[] = [];
    /** Status of the next answers; 200 when used up. */
    answers: number[] = [];

    private constructor(private readonly server: Server) {}

    static async start(): Promise<Receiver> {
        const server = createServer();
        const receiver = new Receiver(server);
        server.on("request", (request, response) => {
            let body = "";
            request.on("data", (chunk: Buffer) => (body += chunk.toString("utf8")));
            request.on("end", () => {
                receiver.got.push({ headers: request.headers, body });
                response.writeHead(receiver.answers.shift() ?? 200).end();
            });
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        return receiver;
    }

    get url(): string {
        return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook`;
    }

    stop(): Promise<void> {
        this.server.closeAllConnections();
        return new Promise((resolve) => this.server.close(() => resolve()));
    }
}
