import type { ResourceRule, StackRule } from "../../rule";
import type { Props } from "../../values";

/** What one engine has of its own in the pack. */
export interface EnginePolicies {
    /** The area of its rules, which is its name. */
    readonly area: string;
    /** Rules about its objects, named `<engine>-<object>-<rule>`. */
    readonly rules: readonly (ResourceRule | StackRule)[];
    /** Names of the roles and bindings that it is installed with; they may be what its manifests make them. */
    readonly installedRoles: RegExp;
    /** Addresses of the Git repositories that an object of its own is read from, as far as they are known. */
    readonly sources: (type: string, props: Props) => readonly string[];
}
