import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";

import { TOOLS, TOOL_NAMES, isToolName, toolsOfGroup } from "../../toolchain/tools";
import { compareVersions } from "../../toolchain/version";

const TOOLCHAIN = join(__dirname, "..", "..", "toolchain");

describe("the table and the modules agree", () => {
    for (const name of TOOL_NAMES) {
        const spec = TOOLS[name];
        if (spec.kind === "source") {
            continue;
        }
        test(name, () => {
            const goMod = readFileSync(join(TOOLCHAIN, spec.module, "go.mod"), "utf8");
            assert.ok(existsSync(join(TOOLCHAIN, spec.module, "go.sum")), "go.sum is committed");
            const target = spec.kind === "go" ? spec.package : spec.path;
            if (spec.kind === "module-files" && spec.sum !== undefined) {
                assert.match(spec.sum, /^h1:[A-Za-z0-9+/]{43}=$/, "the sum pins what go.mod cannot");
                assert.ok(!goMod.includes(target), "what go.mod requires has its sum in go.sum");
                return;
            }
            const pins = [
                ...goMod.matchAll(/^(?:require )?\t?(\S+) v(\S+?)(?:\+incompatible)?(?: \/\/.*)?$/gm),
            ];
            const pin = pins
                .filter(([, path = ""]) => target === path || target.startsWith(`${path}/`))
                .sort(([, left = ""], [, right = ""]) => right.length - left.length)[0];
            if (pin === undefined) {
                // A main package of our own, in the module itself.
                assert.ok(target.startsWith("estate/toolchain/"), `${target} is required by go.mod`);
                assert.ok(goMod.includes(` v${spec.version}\n`), `go.mod pins ${spec.version}`);
            } else {
                assert.equal(pin[2], spec.version);
                assert.match(goMod, new RegExp(`^(tool )?\\t?${target.replaceAll(".", "\\.")}`, "m"));
            }
        });
    }
});

test("a version on PATH is never asked to be newer than the one that would be built", () => {
    for (const name of TOOL_NAMES) {
        const spec = TOOLS[name];
        if (spec.kind === "go" && spec.probe !== undefined && "minimum" in spec.probe) {
            assert.ok(compareVersions(spec.probe.minimum, spec.version) <= 0, name);
            assert.ok(compareVersions(spec.probe.below ?? "9999", spec.version) > 0, name);
        }
    }
});

test("the longest build comes first", () => {
    const seconds = TOOL_NAMES.map((name) => TOOLS[name].seconds);
    assert.deepEqual(
        seconds,
        [...seconds].sort((left, right) => right - left),
    );
});

test("the estate's tools are those that every command may build", () => {
    assert.deepEqual(toolsOfGroup("estate").sort(), [
        "argocd-image-updater-manifests",
        "argocd-manifests",
        "crane",
        "etcd",
        "kube-apiserver",
        "kube-controller-manager",
        "kube-scheduler",
        "kubectl",
        "kwok",
        "providers",
        "pulumi",
        "pulumi-language-nodejs",
        "registry",
    ]);
});

test("what only delivery needs is not built unless asked for", () => {
    assert.deepEqual(toolsOfGroup("delivery").sort(), [
        "argocd",
        "argocd-image-updater",
        "docker",
        "flux-manifests",
        "flux-operator",
        "flux-operator-manifests",
        "helm",
        "helm-controller",
        "kustomize",
        "kustomize-controller",
        "miniredis",
        "relay",
        "source-controller",
    ]);
});

test("isToolName knows own names only", () => {
    assert.equal(isToolName("etcd"), true);
    assert.equal(isToolName("toString"), false);
});
