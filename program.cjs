/**
 * Where Pulumi starts. Some language hosts register ts-node whatever Pulumi.yaml says, which would check the types of
 * every file in every run; tsx, registered after it, takes over and only translates. `npm run check` checks the types.
 */
require("tsx/cjs");
module.exports = require("./index.ts");
