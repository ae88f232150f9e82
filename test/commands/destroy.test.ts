/** Which settings a destroy leaves. Not proved here: that the engine leaves them (test/e2e). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { markedSettings, settingsOfProtected } from "../../commands/support/destroy";
import type { StateResource } from "../../commands/support/exported";

const resource = (urn: string, more: Partial<StateResource> = {}): StateResource => ({
    urn,
    type: "any",
    ...more,
});

test("settings stay with the protected resource they are of, and only those", () => {
    const exported = {
        deployment: {
            resources: [
                resource("group", { protect: true }),
                resource("member", { deletedWith: "group" }),
                resource("web", { protect: true }),
                resource("web-branch", { deletedWith: "web" }),
                resource("web-token"),
                resource("api"),
                resource("api-branch", { deletedWith: "api" }),
                resource("kept already", { deletedWith: "web", protect: true }),
                resource("data", {
                    type: "harbor:index/project:Project",
                    deletedWith: "web",
                    protect: true,
                }),
                resource("the old one of a replacement", { deletedWith: "web", delete: true }),
            ],
        },
    };
    assert.deepEqual(settingsOfProtected(exported), ["member", "web-branch"]);
    // By a destroy that was killed: the next one, and an update, take the mark away.
    assert.deepEqual(markedSettings(exported), ["kept already"]);
});

test("a stack without resources has no settings", () => {
    assert.deepEqual(settingsOfProtected({}), []);
    assert.deepEqual(settingsOfProtected({ deployment: { resources: null } }), []);
});
