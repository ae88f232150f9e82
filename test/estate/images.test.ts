/** Where a mirror has an image. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { mirroredImage, namesRegistry } from "../../estate/images";

test("a mirror takes the place of the registry", () => {
    const cases = [
        ["quay.io/argoproj/argocd:v3.2.11", "mirror.test/x/argoproj/argocd:v3.2.11"],
        ["localhost:5000/a@sha256:0", "mirror.test/x/a@sha256:0"],
        ["redis:8", "mirror.test/x/library/redis:8"],
        ["argoproj/argocd:1", "mirror.test/x/argoproj/argocd:1"],
    ];
    for (const [image = "", mirrored] of cases) {
        assert.equal(mirroredImage(image, "mirror.test/x/"), mirrored);
    }
    assert.equal(mirroredImage("quay.io/argoproj/argocd:v1", undefined), "quay.io/argoproj/argocd:v1");
});

test("an image names its registry by a dot or a port in its first element", () => {
    for (const image of ["quay.io/a/b:1", "localhost/a", "harbor:8930/a", "127.0.0.1:8930/a/b"]) {
        assert.ok(namesRegistry(image), image);
    }
    for (const image of ["alpine:3.22", "alpine", "platform/relay:1"]) {
        assert.ok(!namesRegistry(image), image);
    }
});
