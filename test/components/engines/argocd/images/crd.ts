/**
 * The part of ImageUpdater's definition (argocd-image-updater.argoproj.io/v1alpha1, version 1.3.0) that the estate's objects
 * touch, as facts about its fields: types, what is required, patterns, and the rules across fields.
 */
import type { KubeObject } from "../../../../../components/support/kubeObject";

type Field =
    | { readonly type: "string"; readonly pattern?: RegExp; readonly required?: true }
    | { readonly type: "boolean"; readonly required?: true }
    | { readonly type: "strings"; readonly required?: true }
    | {
          readonly type: "object";
          readonly fields: Fields;
          readonly rules?: readonly FieldRule[];
          readonly required?: true;
      }
    | {
          readonly type: "list";
          readonly fields: Fields;
          readonly key: string;
          readonly minimum?: number;
          readonly rules?: readonly FieldRule[];
          readonly required?: true;
      };
type Fields = Readonly<Record<string, Field>>;
type Value = Readonly<Record<string, unknown>>;
interface FieldRule {
    readonly says: string;
    readonly holds: (value: Value) => boolean;
}

const text = { type: "string" } as const;
const settings: Field = {
    type: "object",
    fields: {
        updateStrategy: text,
        forceUpdate: { type: "boolean" },
        allowTags: text,
        ignoreTags: { type: "strings" },
        pullSecret: text,
        platforms: { type: "strings" },
    },
};
const writeBackConfig: Field = {
    type: "object",
    fields: {
        method: { type: "string", pattern: /^(argocd|git|git:[a-zA-Z0-9][a-zA-Z0-9-._/:]*)$/ },
        gitConfig: {
            type: "object",
            fields: {
                repository: text,
                branch: text,
                writeBackTarget: text,
                pullRequest: {
                    type: "object",
                    fields: {
                        github: { type: "object", fields: {} },
                        gitlab: { type: "object", fields: {} },
                    },
                    rules: [
                        {
                            says: "one of github and gitlab",
                            holds: (value) => one(value, "github", "gitlab"),
                        },
                    ],
                },
            },
            rules: [
                {
                    // Not in the definition: the controller refuses the object.
                    says: "no colon in branch with pullRequest",
                    holds: ({ branch, pullRequest }) =>
                        pullRequest === undefined || typeof branch !== "string" || !branch.includes(":"),
                },
            ],
        },
    },
};
const manifestTargets: Field = {
    type: "object",
    fields: {
        helm: { type: "object", fields: { name: text, tag: text, spec: text } },
        kustomize: { type: "object", fields: { name: { type: "string", required: true } } },
        plugin: { type: "object", fields: { name: text, tag: text, spec: text } },
    },
    rules: [
        {
            says: "exactly one of helm, kustomize and plugin",
            holds: (value) => one(value, "helm", "kustomize", "plugin"),
        },
    ],
};
const spec: Fields = {
    commonUpdateSettings: settings,
    writeBackConfig,
    applicationRefs: {
        type: "list",
        key: "namePattern",
        minimum: 1,
        required: true,
        fields: {
            namePattern: { type: "string", required: true },
            useAnnotations: { type: "boolean" },
            labelSelectors: { type: "object", fields: {} },
            commonUpdateSettings: settings,
            writeBackConfig,
            images: {
                type: "list",
                key: "alias",
                fields: {
                    alias: { type: "string", required: true, pattern: /^[a-zA-Z0-9][a-zA-Z0-9-._]*$/ },
                    imageName: { type: "string", required: true },
                    commonUpdateSettings: settings,
                    manifestTargets,
                },
            },
        },
        rules: [
            {
                says: "images must have an item unless useAnnotations is true",
                holds: ({ useAnnotations, images }) =>
                    useAnnotations === true || (Array.isArray(images) && images.length > 0),
            },
        ],
    },
};

/** Every way in which the object is none that the definition allows. */
export function crdFaults(object: KubeObject): string[] {
    return [
        ...(object.apiVersion === "argocd-image-updater.argoproj.io/v1alpha1"
            ? []
            : ["apiVersion: is another"]),
        ...(object.kind === "ImageUpdater" ? [] : ["kind: is another"]),
        ...objectFaults("spec", object["spec"], spec, []),
    ];
}

function one(value: Value, ...names: string[]): boolean {
    return names.filter((name) => value[name] !== undefined).length === 1;
}

function objectFaults(path: string, value: unknown, fields: Fields, rules: readonly FieldRule[]): string[] {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
        return [`${path}: is no object`];
    }
    const map = value as Value;
    return [
        ...Object.keys(map)
            .filter((name) => fields[name] === undefined)
            .map((name) => `${path}.${name}: is no field`),
        ...Object.entries(fields).flatMap(([name, field]) => {
            const inner = map[name];
            if (inner === undefined) {
                return field.required === true ? [`${path}.${name}: is required`] : [];
            }
            return fieldFaults(`${path}.${name}`, inner, field);
        }),
        ...rules.filter(({ holds }) => !holds(map)).map(({ says }) => `${path}: ${says}`),
    ];
}

function fieldFaults(path: string, value: unknown, field: Field): string[] {
    switch (field.type) {
        case "string":
            return typeof value === "string" && (field.pattern?.test(value) ?? true)
                ? []
                : [`${path}: is no such string`];
        case "boolean":
            return typeof value === "boolean" ? [] : [`${path}: is no boolean`];
        case "strings":
            return Array.isArray(value) && value.every((item) => typeof item === "string")
                ? []
                : [`${path}: is no list of strings`];
        case "object":
            return objectFaults(path, value, field.fields, field.rules ?? []);
        case "list": {
            if (!Array.isArray(value)) {
                return [`${path}: is no list`];
            }
            const items = value as readonly Value[];
            const keys = items.map((item) => item[field.key]);
            return [
                ...(items.length < (field.minimum ?? 0) ? [`${path}: has too few items`] : []),
                ...(new Set(keys).size === keys.length ? [] : [`${path}: has a ${field.key} twice`]),
                ...items.flatMap((item, index) =>
                    objectFaults(`${path}[${index}]`, item, field.fields, field.rules ?? []),
                ),
            ];
        }
    }
}
