/**
 * Where Pulumi starts. Some language hosts register ts-node whatever Pulumi.yaml says, which would check the types of
 * every file in every run; tsx, registered after it, takes over and only translates. `npm run check` checks the types.
 */
const Module = require("node:module");
require("tsx/cjs");
// Pulumi takes several stack traces for each resource. Mapped back to TypeScript, by ts-node or by Node.js, they cost a
// quarter of a preview: they are mapped only once something has failed.
Error.prepareStackTrace = undefined;
// For the same reason they have two lines, where what is wrong is: four are taken for each property of each resource.
// NODE_OPTIONS=--stack-trace-limit=50 asks for more.
if (Error.stackTraceLimit === 10) {
    Error.stackTraceLimit = 2;
}
// Once the engine was killed nobody reads what is written here. Pulumi takes that for an error to be written, and so on:
// the program would never end, and take more and more memory.
for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", () => process.exit(1));
}
// Pulumi sends the engine four debug messages for each resource, one after the other, whether it was started with --debug
// or not: a fifth of a preview. They are sent when asked for; `npm run preview -- --debug` does.
if (process.env.ESTATE_DEBUG !== "true") {
    require("@pulumi/pulumi/log").debug = () => Promise.resolve();
}
const main = withoutArborist(() => require("./index"));
process.setSourceMapsEnabled(false);

/**
 * What `load` gives. Meanwhile @npmcli/arborist, a quarter of a second of npm's own machinery, is left for its first use:
 * Pulumi loads it to serialise functions, which an estate never does.
 */
function withoutArborist(load) {
    const loadModule = Module._load;
    Module._load = function (request, ...rest) {
        if (request !== "@npmcli/arborist") {
            return loadModule.call(this, request, ...rest);
        }
        const Arborist = function (options) {
            return new (loadModule(request, ...rest).Arborist)(options);
        };
        return { Arborist };
    };
    try {
        return load();
    } finally {
        Module._load = loadModule;
    }
}

module.exports = async () => {
    try {
        return await main();
    } catch (error) {
        process.setSourceMapsEnabled(true);
        throw error;
    }
};
