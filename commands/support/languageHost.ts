/** What starts the language host that the toolchain builds. */
import * as fs from "node:fs";
import * as path from "node:path";

/**
 * Writes a launcher of a language host into `folder`, which is returned: a place in front of PATH. The host that the
 * toolchain builds is older than the engine: it takes a project's options as arguments, which the engine no longer gives,
 * and without them loads the TypeScript compiler and ts-node in every run. Upstream's hosts read `typescript: false`, which
 * every program here says, in the engine's message.
 */
export function languageHostLauncher(folder: string, host: string): string {
    fs.mkdirSync(folder, { recursive: true });
    const quoted = `'${host.replaceAll("'", `'\\''`)}'`;
    // Another command may be starting it.
    const fresh = path.join(folder, `.new-${process.pid}`);
    fs.writeFileSync(fresh, `#!/bin/sh\nexec ${quoted} -typescript=false "$@"\n`, { mode: 0o755 });
    fs.renameSync(fresh, path.join(folder, "pulumi-language-nodejs"));
    return folder;
}
