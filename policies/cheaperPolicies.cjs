/**
 * What makes a review cheaper without changing what it says; `ESTATE_PLAIN_PULUMI=true` leaves it out. It reaches into
 * @pulumi/policy, whose version is pinned: where that no longer has the function, reviews are as slow as the SDK is.
 *
 * The SDK reads a resource's properties out of the engine's message anew for every policy, and those of all resources for
 * every policy about the stack. With one policy for each rule that is most of the time of a review. Here they are read once
 * for each message. Nobody changes them: rules only read, and Pulumi's guard around unknown values is put on anew.
 */
exports.readPropertiesOnce = () => {
    const deserialize = require("@pulumi/policy/deserialize");
    const read = deserialize.deserializeProperties;
    if (process.env.ESTATE_PLAIN_PULUMI === "true" || typeof read !== "function") {
        return;
    }
    const known = new WeakMap();
    deserialize.deserializeProperties = (message, withSecrets) => {
        // With secrets it is for who changes properties; no policy of the pack does.
        if (withSecrets) {
            return read(message, withSecrets);
        }
        if (!known.has(message)) {
            known.set(message, read(message, withSecrets));
        }
        return known.get(message);
    };
};
