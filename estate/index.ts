/** What the rest of the program uses of the spec. Pulumi's configuration is read in config.ts alone. */
export { check, rules, type CheckContext } from "./check";
export { parseEstate, type ParseContext, type Parsed } from "./parse";
export {
    formatProblem,
    formatProblems,
    hasErrors,
    sortProblems,
    type Problem,
    type Severity,
} from "./problem";
export { resolve, type ResolveContext } from "./resolve";
export { specSchema, type Spec, type SpecInput } from "./schema";
