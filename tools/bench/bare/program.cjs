/** The same start as the estate's own program.cjs, so that TypeScript and stack traces cost both sides the same. */
require("tsx/cjs");
Error.prepareStackTrace = undefined;
module.exports = require("./bare.ts");
process.setSourceMapsEnabled(false);
