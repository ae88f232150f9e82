/**
 * Where Pulumi starts. Some language hosts register ts-node whatever Pulumi.yaml says, which would check the types of
 * every file in every run; tsx, registered after it, takes over and only translates. `npm run check` checks the types.
 */
require("tsx/cjs");
const { loadCheaply, mappedWhenFailed } = require("./cheaperPulumi.cjs");

// Once the engine was killed nobody reads what is written here. Pulumi takes that for an error to be written, and so on:
// the program would never end, and take more and more memory.
for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", () => process.exit(1));
}

const main = loadCheaply(() => require("./index"));

module.exports = () => mappedWhenFailed(main);
