/** The code (index.js) of an SDK package: a table of resources and one function that makes a class of an entry. */
import { outputsOf, type Schema } from "./schema";

/** The text of index.js. */
export function runtime(schema: Schema): string {
    const resources = Object.entries(schema.resources).map(([name, resource]) => {
        const outputs = outputsOf(resource);
        const names = (wanted: (key: string) => boolean, from: object): string[] =>
            Object.keys(from).filter(wanted);
        const entry = {
            token: resource.token,
            inputs: Object.keys(resource.inputs),
            ...list("outputs", Object.keys(resource.outputs ?? {})),
            ...list(
                "required",
                names((key) => resource.inputs[key]?.required === true, resource.inputs),
            ),
            ...list(
                "secretInputs",
                names((key) => resource.inputs[key]?.secret === true, resource.inputs),
            ),
            ...list(
                "secretOutputs",
                names((key) => outputs[key]?.secret === true, outputs),
            ),
        };
        return `    ${name}: ${JSON.stringify(entry)},`;
    });
    const settings = Object.entries(schema.provider).map(([name, property]) => {
        const entry = {
            type: property.type,
            ...(property.secret === true ? { secret: true } : {}),
            ...(property.default === undefined ? {} : { default: property.default }),
            ...(property.env === undefined ? {} : { env: property.env }),
        };
        return `    ${name}: ${JSON.stringify(entry)},`;
    });
    const defaults = {
        version: schema.version,
        ...(schema.server === undefined ? {} : { pluginDownloadURL: schema.server }),
    };
    return `// Made by \`npm run sdks\`. Do not edit.
"use strict";
const pulumi = require("@pulumi/pulumi");

const defaults = ${JSON.stringify(defaults)};

const resources = {
${resources.join("\n")}
};

const settings = {
${settings.join("\n")}
};

function isA(token) {
    return (obj) => obj !== undefined && obj !== null && obj["__pulumiType"] === token;
}

function define(name, spec) {
    const { token, inputs, outputs = [], required = [], secretInputs = [], secretOutputs = [] } = spec;
    const secrets = { additionalSecretOutputs: secretOutputs };
    // The computed key gives the class its name, which stack traces and messages show.
    const type = {
        [name]: class extends pulumi.CustomResource {
            constructor(resourceName, argsOrState, opts) {
                opts = opts || {};
                const props = {};
                if (opts.id) {
                    for (const key of inputs) {
                        props[key] = argsOrState?.[key];
                    }
                    for (const key of outputs) {
                        props[key] = argsOrState?.[key];
                    }
                } else {
                    for (const key of required) {
                        if (argsOrState?.[key] === undefined && !opts.urn) {
                            throw new Error(\`Missing required property '\${key}'\`);
                        }
                    }
                    for (const key of inputs) {
                        const value = argsOrState?.[key];
                        props[key] = value !== undefined && secretInputs.includes(key) ? pulumi.secret(value) : value;
                    }
                    for (const key of outputs) {
                        props[key] = undefined;
                    }
                }
                opts = pulumi.mergeOptions(defaults, opts);
                if (secretOutputs.length > 0) {
                    opts = pulumi.mergeOptions(opts, secrets);
                }
                super(token, resourceName, props, opts);
            }
            static get(resourceName, id, state, opts) {
                return new type(resourceName, state, { ...opts, id });
            }
        },
    }[name];
    type.__pulumiType = token;
    type.isInstance = isA(token);
    return type;
}

function setting(spec, given) {
    let value = given;
    if (value === undefined || value === null) {
        const text = spec.env === undefined ? undefined : process.env[spec.env];
        if (text === undefined || text === "") {
            value = spec.default;
        } else {
            value = spec.type === "boolean" ? ["1", "t", "true"].includes(text.toLowerCase()) : text;
        }
    }
    if (value === undefined) {
        return undefined;
    }
    // Settings travel as text; what is not a string goes as JSON.
    const text = spec.type === "string" ? value : pulumi.output(value).apply(JSON.stringify);
    return spec.secret ? pulumi.secret(text) : text;
}

class Provider extends pulumi.ProviderResource {
    constructor(resourceName, args, opts) {
        const props = {};
        for (const [key, spec] of Object.entries(settings)) {
            props[key] = setting(spec, args?.[key]);
        }
        const secrets = { additionalSecretOutputs: Object.keys(settings).filter((key) => settings[key].secret) };
        super(${JSON.stringify(schema.name)}, resourceName, props, pulumi.mergeOptions(pulumi.mergeOptions(defaults, opts), secrets));
    }
}
Provider.__pulumiType = ${JSON.stringify(schema.name)};
Provider.isInstance = isA("pulumi:providers:${schema.name}");
exports.Provider = Provider;

// Classes are made when they are first asked for. The names are listed for tools that read exports without running them.
0 && (module.exports = {
    Provider,
${Object.keys(schema.resources)
    .map((name) => `    ${name},`)
    .join("\n")}
});
for (const [name, spec] of Object.entries(resources)) {
    let made;
    Object.defineProperty(exports, name, {
        enumerable: true,
        get: () => (made ??= define(name, spec)),
    });
}
exports.types = { input: {}, output: {} };
`;
}

function list(key: string, values: readonly string[]): Record<string, readonly string[]> {
    return values.length === 0 ? {} : { [key]: values };
}
