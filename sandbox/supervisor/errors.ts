/** How the sandbox fails when somebody can do something about it. */
import { ExpectedError } from "../../toolchain/expected";

/** A sandbox did not come up. The message names the part, shows its log's last lines and says what to do. */
export class SandboxError extends ExpectedError {}
