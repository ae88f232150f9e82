/** Marked fields of files, and the messages of the commits that change them. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { commitMessage, defaultMessage } from "../../../workloads/flux/standins/automation/message";
import {
    applySetters,
    type ChosenImage,
    settersOf,
} from "../../../workloads/flux/standins/automation/setters";

const image: ChosenImage = { namespace: "shop", policy: "web", name: "r.test/web", tag: "1.2.0" };
const setters = settersOf([image]);

test("only marked values change, in the quotes that they have, and every other byte stays", () => {
    const before = [
        "# a comment",
        'image:   r.test/web:1.0.0   # {"$imagepolicy": "shop:web"}',
        'name: \'r.test/old\' # {"$imagepolicy": "shop:web:name"}',
        'tag: "1.0.0" # {"$imagepolicy": "shop:web:tag"}',
        "list:",
        '    - tag: 1.0.0 # {"$imagepolicy": "shop:web:tag"}',
        'other: 1.0.0 # {"$imagepolicy": "team:web:tag"}',
        "untouched:    [ 1,2 ]",
        "",
    ].join("\r\n");
    const { text, changes } = applySetters(before, setters);
    assert.equal(
        text,
        before
            .replace("r.test/web:1.0.0 ", "r.test/web:1.2.0 ")
            .replace("'r.test/old'", "'r.test/web'")
            .replace('tag: "1.0.0"', 'tag: "1.2.0"')
            .replace("- tag: 1.0.0", "- tag: 1.2.0"),
    );
    assert.deepEqual(
        changes.map(({ setter }) => setter),
        ["shop:web", "shop:web:name", "shop:web:tag", "shop:web:tag"],
    );
});

test("an empty text is filled, and what YAML would read as a number is quoted", () => {
    const tag = (value: string, next: string): string =>
        applySetters(
            `tag: ${value} # {"$imagepolicy": "shop:web:tag"}\n`,
            settersOf([{ ...image, tag: next }]),
        ).text;
    assert.equal(tag('""', "1.2.0"), 'tag: "1.2.0" # {"$imagepolicy": "shop:web:tag"}\n');
    assert.equal(tag("none", "20261129"), 'tag: "20261129" # {"$imagepolicy": "shop:web:tag"}\n');
    assert.equal(tag("none", "1.20"), 'tag: "1.20" # {"$imagepolicy": "shop:web:tag"}\n');
    assert.equal(tag("none", "main-1"), 'tag: main-1 # {"$imagepolicy": "shop:web:tag"}\n');
});

test("a digest is part of the whole reference, and of its own marker", () => {
    const withDigest = settersOf([{ ...image, digest: "sha256:ab" }]);
    const change = (marker: string): string =>
        applySetters(`x: "" # {"$imagepolicy": "${marker}"}\n`, withDigest).changes[0]?.newValue ?? "";
    assert.equal(change("shop:web"), "r.test/web:1.2.0@sha256:ab");
    assert.equal(change("shop:web:digest"), "sha256:ab");
    assert.equal(change("shop:web:tag"), "1.2.0");
});

test("several documents, kustomizations among them; a value that is right already is no change", () => {
    const text = [
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}",
        'spec:\n  image: r.test/web:1.2.0 # {"$imagepolicy": "shop:web"}\n---',
        'images:\n  - name: web\n    newTag: none # {"$imagepolicy": "shop:web:tag"}\n',
    ].join("\n");
    const { changes } = applySetters(text, setters);
    assert.deepEqual(
        changes.map(({ oldValue, newValue }) => [oldValue, newValue]),
        [["none", "1.2.0"]],
    );
});

test("a file without a marker is not looked at, one with a marker has to be YAML", () => {
    const broken = "a: [";
    assert.deepEqual(applySetters(broken, setters), { text: broken, changes: [] });
    assert.throws(() => applySetters('a: [ # {"$imagepolicy": "shop:web"}', setters));
});

const data = {
    automation: { name: "web", namespace: "shop" },
    files: new Map([
        [
            "web/values.yaml",
            [
                {
                    oldValue: "1",
                    newValue: "2",
                    setter: "shop:web:tag",
                    object: { apiVersion: "apps/v1", kind: "Deployment", name: "web", namespace: "" },
                },
            ],
        ],
    ]),
    values: { cluster: "host" },
};

test("a message is made of fields, loops and conditions", () => {
    const message = (template?: string): string => commitMessage(template, data);
    assert.equal(message(), defaultMessage);
    assert.equal(
        message("{{ .AutomationObject.Namespace }}/{{.AutomationObject.Name}} on {{ .Values.cluster }}"),
        "shop/web on host",
    );
    assert.equal(
        message(
            "{{- range .Changed.Changes }}\n- {{ .OldValue }} to {{ .NewValue }} by {{ $.AutomationObject.Name }}{{ end -}} \n",
        ),
        "\n- 1 to 2 by web",
    );
    assert.equal(
        message(
            "{{ range $file, $objects := .Changed.FileChanges }}{{ $file }}:{{ range $object, $changes := $objects }}" +
                " {{ $object.Kind }}/{{ $object.Name }}{{ range $changes }} {{ .Setter }}{{ end }}{{ end }}{{ end }}",
        ),
        "web/values.yaml: Deployment/web shop:web:tag",
    );
    assert.equal(message("{{ if .Values.none }}a{{ else }}b{{ end }}{{/* c */}}"), "b");
});

test("what a template uses and nobody knows is refused, not guessed", () => {
    const refused = (template: string, text: RegExp): void =>
        assert.throws(() => commitMessage(template, data), text);
    refused("{{ .Updated }}", /can't evaluate field Updated/);
    refused("{{ len .Changed.Changes }}", /do not know \{\{len \.Changed\.Changes\}\}/);
    refused("{{ range .Changed.Changes }}", /has no \{\{end\}\}/);
    refused("{{ end }}", /without a beginning/);
    refused("{{ $other }}", /undefined variable "\$other"/);
});
