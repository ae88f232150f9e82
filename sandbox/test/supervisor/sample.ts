/** A sandbox as commands see it, for tests of what they say of it; nothing listens there. */
import type { SandboxInfo } from "../../supervisor";

export const sampleSandbox: SandboxInfo = {
    dir: "/box",
    kubeconfig: "/box/kubeconfig",
    clusters: [{ name: "host", context: "host", server: "https://127.0.0.1:1" }],
    gitlab: { url: "http://127.0.0.1:2", tokenFile: "/box/secrets/token" },
    harbors: [{ name: "main", url: "http://127.0.0.1:3", passwordFile: "/box/secrets/password" }],
    chat: { url: "http://127.0.0.1:4", mailPort: 5 },
};
