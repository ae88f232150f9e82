/**
 * commands/run.mjs in a project of two packages that lie beside it: npm needs no registry for them. Proves when it installs
 * and what it leaves behind, not that npm gets packages from anywhere.
 */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { describe, test, type TestContext } from "node:test";
import { run, type RunResult } from "../../commands/support/console";

const npm = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];

class Project {
    private constructor(readonly dir: string) {}

    /** A project with a lock file; nothing is installed. */
    static async make(context: TestContext): Promise<Project> {
        const dir = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "run-test-")));
        context.after(() => fs.rmSync(dir, { recursive: true, force: true }));
        const project = new Project(dir);
        project.write("package.json", {
            name: "project",
            version: "1.0.0",
            dependencies: { tsx: "file:tsx" },
            devDependencies: { "only-for-tests": "file:only-for-tests" },
        });
        project.write("tsx/package.json", {
            name: "tsx",
            version: "1.0.0",
            exports: { "./cjs": "./cjs.js" },
        });
        fs.writeFileSync(path.join(dir, "tsx", "cjs.js"), "");
        project.write("only-for-tests/package.json", { name: "only-for-tests", version: "1.0.0" });
        fs.mkdirSync(path.join(dir, "commands"));
        fs.copyFileSync(
            path.join(__dirname, "..", "..", "commands", "run.mjs"),
            path.join(dir, "commands", "run.mjs"),
        );
        for (const command of ["hello", "pulumi"]) {
            fs.writeFileSync(path.join(dir, "commands", `${command}.ts`), 'console.log("it runs");');
        }
        await project.npm("install", "--package-lock-only");
        return project;
    }

    write(file: string, content: object): void {
        fs.mkdirSync(path.dirname(path.join(this.dir, file)), { recursive: true });
        fs.writeFileSync(path.join(this.dir, file), JSON.stringify(content, undefined, 2));
    }

    edit(file: string, change: (content: Record<string, Record<string, unknown>>) => void): void {
        const content = JSON.parse(fs.readFileSync(path.join(this.dir, file), "utf8")) as never;
        change(content);
        this.write(file, content);
    }

    async npm(...args: string[]): Promise<void> {
        const { code, stdout, stderr } = await run("npm", [...args, ...npm], { cwd: this.dir });
        assert.equal(code, 0, stdout + stderr);
    }

    command(name = "hello", variables: NodeJS.ProcessEnv = {}): Promise<RunResult> {
        return run(process.execPath, ["commands/run.mjs", `commands/${name}.ts`], {
            cwd: this.dir,
            env: { ...process.env, npm_config_fetch_retries: "0", ...variables },
        });
    }

    has(name: string): boolean {
        return fs.existsSync(path.join(this.dir, "node_modules", name, "package.json"));
    }

    /** Asserts that the command runs, and whether it installed before. */
    async runs(installs: boolean, name?: string): Promise<void> {
        const { code, stdout, stderr } = await this.command(name);
        assert.equal(code, 0, stderr);
        assert.match(stdout, /it runs/);
        assert.equal(stderr.includes("Installing npm packages"), installs, stderr);
    }
}

describe("the first step of every command", () => {
    test("installs what is missing, once, and leaves the lock file as it is", async (context) => {
        const project = await Project.make(context);
        const lock = fs.readFileSync(path.join(project.dir, "package-lock.json"), "utf8");
        await project.runs(true);
        await project.runs(false);
        assert.equal(fs.readFileSync(path.join(project.dir, "package-lock.json"), "utf8"), lock);
    });

    test("recognizes an npm ci by hand", async (context) => {
        const project = await Project.make(context);
        await project.npm("ci");
        await project.runs(false);
    });

    test("installs what somebody deleted", async (context) => {
        const project = await Project.make(context);
        await project.npm("ci");
        fs.rmSync(path.join(project.dir, "node_modules", "only-for-tests"));
        await project.runs(true);
        assert.ok(project.has("only-for-tests"));
    });

    test("needs no packages for development where the command is the product's", async (context) => {
        const project = await Project.make(context);
        await project.npm("ci", "--omit=dev");
        await project.runs(false, "pulumi");
        assert.ok(!project.has("only-for-tests"));
        await project.runs(true, "hello");
        assert.ok(project.has("only-for-tests"));
    });

    test("sends Node's own requests the way of the caller's proxies, unless the caller says otherwise", async (context) => {
        const project = await Project.make(context);
        await project.npm("ci");
        fs.writeFileSync(
            path.join(project.dir, "commands", "hello.ts"),
            "console.log(`use ${process.env['NODE_USE_ENV_PROXY']}`);",
        );
        const none = {
            https_proxy: undefined,
            HTTPS_PROXY: undefined,
            http_proxy: undefined,
            HTTP_PROXY: undefined,
            NODE_USE_ENV_PROXY: undefined,
        };
        const proxied = { ...none, HTTPS_PROXY: "http://127.0.0.1:9" };
        for (const [env, expected] of [
            [none, "use undefined"],
            [proxied, "use 1"],
            [{ ...proxied, NODE_USE_ENV_PROXY: "0" }, "use 0"],
        ] as const) {
            const { stdout } = await project.command("hello", env);
            assert.equal(stdout.trim(), expected);
        }
    });

    test("reaches this machine past the proxies of the caller's shell", async (context) => {
        const project = await Project.make(context);
        await project.npm("ci");
        const print = "for (const name of ['no_proxy', 'NO_PROXY', 'no_grpc_proxy', 'https_proxy'])";
        fs.writeFileSync(
            path.join(project.dir, "commands", "hello.ts"),
            `${print} console.log(name + "=" + process.env[name]);`,
        );
        const proxied = { https_proxy: "http://127.0.0.1:9", no_grpc_proxy: undefined };
        const given = await project.command("hello", {
            ...proxied,
            no_proxy: undefined,
            NO_PROXY: "localhost, .example.com",
        });
        assert.deepEqual(given.stdout.trim().split("\n"), [
            "no_proxy=localhost, .example.com,127.0.0.1,::1",
            "NO_PROXY=localhost, .example.com,127.0.0.1,::1",
            "no_grpc_proxy=undefined",
            "https_proxy=http://127.0.0.1:9",
        ]);
        const grpc = await project.command("hello", {
            ...proxied,
            no_proxy: "",
            NO_PROXY: "",
            no_grpc_proxy: "inner",
        });
        assert.match(grpc.stdout, /^no_proxy=127\.0\.0\.1,localhost,::1$/m);
        assert.match(grpc.stdout, /^no_grpc_proxy=inner,127\.0\.0\.1,localhost,::1$/m);
    });

    test("is about this repository, whatever git's hooks say of the one they are called for", async (context) => {
        const project = await Project.make(context);
        await project.npm("ci");
        fs.writeFileSync(
            path.join(project.dir, "commands", "hello.ts"),
            "console.log(Object.keys(process.env).filter((name) => /^GIT_(DIR|INDEX|WORK|SSH_)/.test(name)).join());",
        );
        const hook = {
            GIT_DIR: "/elsewhere/.git",
            GIT_INDEX_FILE: "/elsewhere/index",
            GIT_WORK_TREE: "/elsewhere",
        };
        const { stdout } = await project.command("hello", { ...hook, GIT_SSH_COMMAND: "ssh -4" });
        assert.equal(stdout.trim(), "GIT_SSH_COMMAND");
    });

    test("leaves what is installed where it cannot install what is new", async (context) => {
        const project = await Project.make(context);
        await project.npm("ci");
        project.edit("package.json", ({ dependencies = {} }) => (dependencies["far-away"] = "1.0.0"));
        project.edit("package-lock.json", ({ packages = {} }) => {
            const root = packages[""] as { dependencies: Record<string, string> };
            root.dependencies["far-away"] = "1.0.0";
            packages["node_modules/far-away"] = {
                version: "1.0.0",
                resolved: "http://127.0.0.1:1/far-away-1.0.0.tgz",
                integrity: `sha512-${Buffer.alloc(64).toString("base64")}`,
            };
        });
        const { code, stderr } = await project.command();
        assert.equal(code, 1, stderr);
        assert.match(stderr, /could not be installed.*\n?.*still there/);
        assert.ok(project.has("tsx") && project.has("only-for-tests"), "the installed packages are gone");
        assert.ok(!project.has("far-away"));
        assert.equal((await project.command()).code, 1, "the next command tries again");
    });

    test("says so where the lock file was not made from package.json", async (context) => {
        const project = await Project.make(context);
        await project.npm("ci");
        project.edit("package.json", ({ devDependencies = {} }) => (devDependencies["new"] = "1.0.0"));
        const { code, stderr } = await project.command();
        assert.equal(code, 1);
        assert.match(stderr, /package-lock\.json does not have the devDependencies of package\.json/);
    });
});
