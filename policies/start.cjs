/**
 * Entry of the pack. Pulumi's runner registers ts-node, which would check the types of every file at every review;
 * tsx, registered after it, takes over.
 */
require("tsx/cjs");
require("./cheaperPolicies.cjs").readPropertiesOnce();
require("./index");
