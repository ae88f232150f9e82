/** What Argo CD's custom resource definitions let the API server check, and what is left to Argo CD itself. Pure. */
import type { KubeObject } from "../../../support/kubeObject";

type Schema = Readonly<Record<string, unknown>>;

/**
 * A definition without the schema of `status` and of an ApplicationSet's generators, which repeat themselves three levels
 * deep. These are nine tenths of the definitions, and each preview sends and compares them in full. Not equal for people:
 * the API server then stores these two parts as they come. docs/argocd.md has what differs, and the test that proves it.
 */
export function leanDefinition(object: KubeObject): KubeObject {
    if (object.kind !== "CustomResourceDefinition") {
        return object;
    }
    const spec = object["spec"] as {
        readonly versions: readonly { readonly schema?: { readonly openAPIV3Schema?: Schema } }[];
    };
    const versions = spec.versions.map((version) => {
        const schema = version.schema?.openAPIV3Schema;
        return schema === undefined
            ? version
            : { ...version, schema: { ...version.schema, openAPIV3Schema: leanSchema(schema) } };
    });
    return { ...object, spec: { ...spec, versions } };
}

function leanSchema(schema: Schema): Schema {
    const lean = changed(schema, ["properties", "status"], anything);
    return changed(lean, ["properties", "spec", "properties", "generators", "items"], anything);
}

/** An object of any content, described as before. */
function anything({ description }: Schema): Schema {
    return {
        ...(description === undefined ? {} : { description }),
        type: "object",
        "x-kubernetes-preserve-unknown-fields": true,
    };
}

/** `value` with the part at `path` changed; as it was where there is no such part. */
function changed(value: Schema, [key, ...rest]: readonly string[], change: (part: Schema) => Schema): Schema {
    const part = key === undefined ? undefined : (value[key] as Schema | undefined);
    return key === undefined || part === undefined
        ? value
        : { ...value, [key]: rest.length === 0 ? change(part) : changed(part, rest, change) };
}
