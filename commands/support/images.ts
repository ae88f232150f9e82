/** Images for the end-to-end tests and the bench: small, with what an updater wants to know, pushed as CI pushes. */
import * as crypto from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { ensureTools } from "../../toolchain";
import { run } from "./console";

/** Who pushes, and where. */
export interface Pusher {
    /** Authority of the registry, e.g. `127.0.0.1:8930`. */
    readonly host: string;
    readonly username: string;
    readonly password: string;
}

/**
 * Pushes an image of one empty layer under `reference`, made at `created`.
 *
 * @param folder for the layout and the login; made anew.
 * @returns the image's digest; another for each `created`.
 * @throws Error with crane's words when the push is refused.
 */
export async function pushImage(
    folder: string,
    pusher: Pusher,
    reference: string,
    created: Date,
): Promise<string> {
    fs.rmSync(folder, { recursive: true, force: true });
    const layout = path.join(folder, "image");
    writeLayout(layout, created);
    const login = Buffer.from(`${pusher.username}:${pusher.password}`).toString("base64");
    fs.writeFileSync(
        path.join(folder, "config.json"),
        JSON.stringify({ auths: { [pusher.host]: { auth: login } } }),
        { mode: 0o600 },
    );
    const crane = (await ensureTools(["crane"], () => undefined)).get("crane")?.path ?? "crane";
    const result = await run(crane, ["push", "--insecure", layout, reference], {
        env: { ...process.env, DOCKER_CONFIG: folder },
    });
    if (result.code !== 0) {
        throw new Error(`${reference} was not pushed: ${result.stderr}`);
    }
    // crane prints what it pushed as reference@digest.
    return result.stdout.trim().split("@")[1] ?? "";
}

/** An OCI layout, by the OCI image specification. */
function writeLayout(folder: string, created: Date): void {
    const blobs = path.join(folder, "blobs", "sha256");
    fs.mkdirSync(blobs, { recursive: true });
    const blob = (bytes: Buffer): { digest: string; size: number } => {
        const hash = crypto.createHash("sha256").update(bytes).digest("hex");
        fs.writeFileSync(path.join(blobs, hash), bytes);
        return { digest: `sha256:${hash}`, size: bytes.length };
    };
    const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
    // The end of an archive without files.
    const layer = blob(Buffer.alloc(1024));
    const config = blob(
        json({
            created: created.toISOString(),
            os: "linux",
            architecture: "amd64",
            config: {},
            rootfs: { type: "layers", diff_ids: [layer.digest] },
            history: [{ created: created.toISOString() }],
        }),
    );
    const media = "application/vnd.oci.image";
    const manifest = blob(
        json({
            schemaVersion: 2,
            mediaType: `${media}.manifest.v1+json`,
            config: { mediaType: `${media}.config.v1+json`, ...config },
            layers: [{ mediaType: `${media}.layer.v1.tar`, ...layer }],
        }),
    );
    fs.writeFileSync(path.join(folder, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
    fs.writeFileSync(
        path.join(folder, "index.json"),
        json({
            schemaVersion: 2,
            mediaType: `${media}.index.v1+json`,
            manifests: [{ mediaType: `${media}.manifest.v1+json`, ...manifest }],
        }),
    );
}
