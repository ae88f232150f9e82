/**
 * TypeScript and its mapping cost both sides the same, as in the estate's own program.cjs. What that does beyond, to have
 * Pulumi do less, is not done here: this is Pulumi as it comes.
 */
require("tsx/cjs");
Error.prepareStackTrace = undefined;
module.exports = require("./bare");
process.setSourceMapsEnabled(false);
