/** Previews with the sandbox's manifests: what the stack file names of them, and that nothing else of it changes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parse, stringify } from "yaml";
import { sandboxedEngines } from "../../commands/support/engines/sandbox";
import { fluxVersion, operatorVersion } from "../../commands/support/engines/sandbox/flux";
import { withManifestsAtHand } from "../../commands/support/manifestsAtHand";
import { formatProblems, parseEstate, type SpecInput } from "../../estate";
import { spec } from "../support/estate";

const committed = `config:
  gitops-estate:estate:
    gitlab: { url: http://127.0.0.1:8929 }
`;

interface File {
    readonly config: Record<string, Record<string, unknown>>;
}

test("a preview elsewhere takes the manifests of this machine, and nothing else", () => {
    const argocd = `    argocd:
      ha: true
      manifests: { version: 9.9.9, url: https://mirror.test/install.yaml, sha256: abc }
      imageUpdaterVersion: 9.9.9
      imageUpdater:
        webhookUrl: https://updater.test
        manifests: { url: https://mirror.test/updater.yaml, sha256: abc }
`;
    const before = parse(committed + argocd) as File;
    const after = parse(withManifestsAtHand(committed + argocd, { argocd: "/box/argocd" })) as File;
    const { argocd: changed, ...rest } = after.config["gitops-estate:estate"] ?? {};
    assert.deepEqual(changed, {
        ha: true,
        manifests: { version: sandboxedEngines.argocd.version, path: "/box/argocd" },
        imageUpdaterVersion: "9.9.9",
        // Not where it is installed from: beside install false that would be warned about.
        imageUpdater: { webhookUrl: "https://updater.test", install: false },
    });
    const { argocd: _, ...kept } = before.config["gitops-estate:estate"] ?? {};
    assert.deepEqual(rest, kept);
});

test("an estate with another engine gets that one's manifests, and no part for an engine it does not use", () => {
    const before = parse(committed) as File;
    const after = parse(withManifestsAtHand(committed, { flux: "/box/flux" })) as File;
    assert.deepEqual(after.config["gitops-estate:estate"], {
        ...before.config["gitops-estate:estate"],
        flux: { manifests: { version: fluxVersion, path: "/box/flux" } },
    });
});

test("an operator that the estate has is taken from there too, and one that it has not is not added", () => {
    const at = { flux: "/box/flux" };
    const part = (text: string): unknown =>
        (parse(withManifestsAtHand(text, at)) as File).config["gitops-estate:estate"]?.["flux"];
    const manifests = { version: fluxVersion, path: "/box/flux" };
    assert.deepEqual(part(committed), { manifests });
    assert.deepEqual(part(`${committed}    flux: { operator: { sha256: abc } }\n`), {
        operator: { version: operatorVersion, path: "/box/flux/operator.yaml" },
        manifests,
    });
});

/** What a preview with these manifests warns of, and the stack's own engine does not; by path. */
function warningsOfOurs(spec: SpecInput): string[] {
    const own = `config:\n  gitops-estate:estate: ${JSON.stringify(spec)}\n`;
    const ours = withManifestsAtHand(own, {
        argocd: "/box/argocd",
        flux: "/box/flux",
    });
    const [before, after] = [own, ours].map((text, index) => {
        const names = Object.keys((spec as { clusters: object }).clusters);
        const { estate, problems } = parseEstate(
            (parse(text) as File).config["gitops-estate:estate"],
            // The stack's own engine has a kubeconfig, this one has none.
            index === 0
                ? { servers: Object.fromEntries(names.map((name) => [name, `https://${name}.test`])) }
                : {},
        );
        assert.ok(estate, formatProblems(problems));
        return problems.map(({ id, path }) => `${id} ${path}`);
    });
    return (after ?? []).filter((each) => before?.includes(each) === false);
}

test("a preview elsewhere warns of nothing that it leaves out itself", () => {
    const updated = { updater: { allowTags: "any" } };
    for (const imageUpdaterVersion of ["0.12.2", "0.17.0", "1.0.4"]) {
        const found = warningsOfOurs(
            spec({
                clusters: {
                    member1: { server: undefined },
                    member2: { server: undefined, access: { context: "two" } },
                },
                argocd: {
                    imageUpdaterVersion,
                    imageUpdater: {
                        intervalSeconds: 600,
                        manifests: { url: "https://mirror.test/updater.yaml", sha256: "0".repeat(64) },
                    },
                },
                flux: { manifests: { path: "manifests" }, operator: { path: "operator.yaml" } },
                apps: { web: updated, docs: { team: "shop", engine: "flux" } },
            }),
        );
        assert.deepEqual(found, [], imageUpdaterVersion);
    }
});

test("a preview elsewhere keeps what the stack itself has of an updater that it does not install", () => {
    const text = `config:
  gitops-estate:estate:
${stringify(spec({ argocd: { imageUpdaterVersion: "1.0.4", imageUpdater: { intervalSeconds: 600 } } })).replace(/^/gm, "    ")}`;
    const { argocd } = (parse(withManifestsAtHand(text, { argocd: "/box" })) as File).config[
        "gitops-estate:estate"
    ] as { argocd: { imageUpdater: unknown } };
    // This version reads it from its settings, which are made all the same.
    assert.deepEqual(argocd.imageUpdater, { intervalSeconds: 600, install: false });
});
