/** How the sandbox fails when somebody can do something about it. */

/** A sandbox did not come up. The message names the part, shows its log's last lines and says what to do. */
export class SandboxError extends Error {
    constructor(message: string) {
        super(message);
        this.name = "SandboxError";
    }
}
