/** The part that pulls images for all clusters' simulated nodes. */
import * as path from "node:path";

import { writePrivateIfChanged } from "../../support/files";
import { checkoutDir } from "../../../toolchain/checkout";
import { type SandboxLayout } from "../../support/layout";
import { type PartSpec, digest } from "../../supervisor/parts";
import { serverUrl } from "../kubeconfig";
import { clusterPart } from "../parts";
import { type ClusterPki } from "../pki";
import { type PullerOptions } from "./puller";

/** Name of the part. */
export const nodeImagesPart = "node-images";

/** The part; writes its options. `authority` signs for the registries of this machine; undefined: they speak plain http. */
export function nodeImagesSpec(
    layout: SandboxLayout,
    clusters: readonly { readonly name: string; readonly port: number; readonly pki: ClusterPki }[],
    authority: string | undefined,
): PartSpec {
    const options: PullerOptions = {
        clusters: clusters.map(({ name, port, pki }) => ({
            name,
            access: { server: serverUrl(port), ca: pki.ca.cert, credentials: pki.kwok },
        })),
        scheme: authority === undefined ? "http" : "https",
    };
    const text = `${JSON.stringify(options, undefined, 2)}\n`;
    const optionsFile = path.join(layout.run, `${nodeImagesPart}.json`);
    writePrivateIfChanged(optionsFile, text);
    return {
        name: nodeImagesPart,
        kind: nodeImagesPart,
        group: "clusters",
        command: process.execPath,
        args: ["--require", require.resolve("tsx/cjs"), path.join(__dirname, "main.ts"), optionsFile],
        env: {
            NODE_ENV: "production",
            ...(authority === undefined ? {} : { NODE_EXTRA_CA_CERTS: authority }),
        },
        cwd: checkoutDir(),
        ports: [],
        readiness: { kind: "log", pattern: "^ready " },
        after: clusters.map(({ name }) => clusterPart(name, "apiserver")),
        inputs: digest(text),
    };
}
