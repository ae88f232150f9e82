import type { ResourceRule } from "../../rule";

/** What one engine has of its own in the pack. */
export interface EnginePolicies {
    /** Rules about its objects, named `<engine>-<object>-<rule>`. */
    readonly rules: readonly ResourceRule[];
    /** Names of the roles and bindings that it is installed with; they may be what its manifests make them. */
    readonly installedRoles: RegExp;
}
