/** Argo CD's own notifications engine, as its command line offers it: real templates and conditions, no cluster. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parse, stringify } from "yaml";
import { ensureTools } from "../../../../toolchain";

/** An Application as far as notifications look at it. */
export type Application = Readonly<Record<string, unknown>>;

/** A notification as the engine renders it. */
export interface Rendered {
    readonly message: string;
    readonly email?: { readonly subject: string; readonly body: string };
    readonly webhook?: Readonly<Record<string, { readonly method: string; readonly body: string }>>;
}

/** The engine with one configuration. */
export class NotificationEngine {
    private constructor(
        private readonly program: string,
        private readonly dir: string,
    ) {}

    /** `settings` is `data` of argocd-notifications-cm, `secrets` that of argocd-notifications-secret. */
    static async open(
        settings: Readonly<Record<string, string>>,
        secrets: Readonly<Record<string, string>> = {},
    ): Promise<NotificationEngine> {
        const tools = await ensureTools(["argocd"], () => undefined);
        const engine = new NotificationEngine(
            tools.get("argocd")?.path ?? "",
            fs.mkdtempSync(path.join(os.tmpdir(), "notifications-")),
        );
        engine.write("config.yaml", {
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: { name: "argocd-notifications-cm" },
            data: settings,
        });
        engine.write("secret.yaml", {
            apiVersion: "v1",
            kind: "Secret",
            metadata: { name: "argocd-notifications-secret" },
            stringData: secrets,
        });
        // Nothing listens there: whatever asks a cluster or a repo-server fails at once.
        engine.write("kubeconfig", {
            apiVersion: "v1",
            kind: "Config",
            clusters: [{ name: "none", cluster: { server: "http://127.0.0.1:1" } }],
            users: [{ name: "none", user: {} }],
            contexts: [{ name: "none", context: { cluster: "none", user: "none", namespace: "argocd" } }],
            "current-context": "none",
        });
        return engine;
    }

    close(): void {
        fs.rmSync(this.dir, { recursive: true, force: true });
    }

    /** What `template` makes of `app`. @throws Error with the engine's words when it fails. */
    render(template: string, app: Application): Rendered {
        return parse(this.run(["template", "notify", template], app)) as Rendered;
    }

    /** Sends what `template` makes of `app` to a service, e.g. `ops` or `post:someone@example.com`. */
    send(template: string, app: Application, recipient: string): void {
        this.run(["template", "notify", template], app, ["--recipient", recipient]);
    }

    /** Whether each condition of `trigger` holds, in their order. */
    conditions(trigger: string, app: Application): boolean[] {
        const [, ...rows] = this.run(["trigger", "run", trigger], app).trim().split("\n");
        return rows.map((row) => /\strue$/.test(row));
    }

    private run(words: readonly string[], app: Application, more: readonly string[] = []): string {
        const file = this.write("application.yaml", app);
        const { stdout, stderr } = spawnSync(
            this.program,
            [
                "admin",
                "notifications",
                ...words,
                file,
                "--config-map",
                path.join(this.dir, "config.yaml"),
                "--secret",
                path.join(this.dir, "secret.yaml"),
                ...more,
            ],
            {
                encoding: "utf8",
                timeout: 60_000,
                env: { KUBECONFIG: path.join(this.dir, "kubeconfig"), HOME: this.dir, PATH: "" },
            },
        );
        // The command ends with 0 even when it failed.
        const failure = stderr.split("\n").find((line) => /failed|error|cannot/i.test(line));
        if (failure !== undefined) {
            throw new Error(failure);
        }
        return stdout;
    }

    private write(name: string, content: unknown): string {
        const file = path.join(this.dir, name);
        fs.writeFileSync(file, stringify(content, { lineWidth: 0 }), { mode: 0o600 });
        return file;
    }
}
