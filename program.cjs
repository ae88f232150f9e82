/**
 * Where Pulumi starts. Some language hosts register ts-node whatever Pulumi.yaml says, which would check the types of
 * every file in every run; tsx, registered after it, takes over and only translates. `npm run check` checks the types.
 */
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
const main = require("./index.ts");
process.setSourceMapsEnabled(false);

module.exports = async () => {
    try {
        return await main();
    } catch (error) {
        process.setSourceMapsEnabled(true);
        throw error;
    }
};
