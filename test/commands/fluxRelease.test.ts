/** Flux's parts, joined as a release has them. That they are Flux's is shown by what installs them (test/e2e). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAllDocuments } from "yaml";

import { fluxInstallYaml, operatorInstallYaml } from "../../commands/support/engines/sandbox/fluxRelease";

interface Manifest {
    kind: string;
    metadata: { name: string; namespace?: string; labels?: Record<string, string> };
    spec?: {
        selector?: unknown;
        template?: { metadata: { labels: unknown }; spec: { containers: { image: string }[] } };
    };
}

const deployment = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: source-controller, labels: {control-plane: controller}}
spec:
  selector: {matchLabels: {app: source-controller}}
  template:
    metadata: {labels: {app: source-controller}}
    spec: {containers: [{name: manager, image: "fluxcd/source-controller:v1"}]}
`;

const definition = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gitrepositories.source.toolkit.fluxcd.io}
`;

test("namespace, labels and registry are a release's, and definitions come before what uses them", () => {
    const objects = parseAllDocuments(
        fluxInstallYaml({ "a.yaml": deployment, "b.yaml": `---\n${definition}` }),
    ).map((document) => document.toJS() as Manifest);
    assert.deepEqual(
        objects.map(({ kind, metadata }) => [kind, metadata.namespace]),
        [
            ["Namespace", undefined],
            ["CustomResourceDefinition", undefined],
            ["Deployment", "flux-system"],
        ],
    );
    const [, , made] = objects;
    assert.equal(made?.spec?.template?.spec.containers[0]?.image, "ghcr.io/fluxcd/source-controller:v1");
    assert.deepEqual(made?.metadata.labels, {
        "control-plane": "controller",
        "app.kubernetes.io/instance": "flux-system",
        "app.kubernetes.io/part-of": "flux",
    });
    assert.deepEqual(made?.spec?.selector, { matchLabels: { app: "source-controller" } });
});

test("a kind that no release has had is refused, with the file that contains it", () => {
    assert.throws(
        () => fluxInstallYaml({ "new.yaml": "kind: Gateway\nmetadata: {name: x}\n" }),
        /new\.yaml holds a Gateway/,
    );
});

test("the operator's parts get the namespace, the registry and the version of a release, and those of the cluster none", () => {
    const parts = [
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: resourcesets}\n",
        "kind: ServiceAccount\nmetadata: {name: flux-operator}\n---\nkind: ClusterRole\nmetadata: {name: flux-operator-edit}\n",
        deployment.replace("fluxcd/source-controller:v1", "flux-operator:latest"),
    ];
    const objects = parseAllDocuments(operatorInstallYaml(parts, "0.59.0")).map(
        (document) => document.toJS() as Manifest,
    );
    assert.deepEqual(
        objects.map(({ kind, metadata }) => [kind, metadata.namespace]),
        [
            ["CustomResourceDefinition", undefined],
            ["ServiceAccount", "flux-system"],
            ["ClusterRole", undefined],
            ["Deployment", "flux-system"],
        ],
    );
    assert.equal(
        objects[3]?.spec?.template?.spec.containers[0]?.image,
        "ghcr.io/controlplaneio-fluxcd/flux-operator:v0.59.0",
    );
});
