/** The same start as the estate's own program.cjs, so that translating TypeScript costs both sides the same. */
require("tsx/cjs");
module.exports = require("./bare.ts");
