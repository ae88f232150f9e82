import type { EngineRegistry } from "../engines/engine";
import type { FlowRegistry } from "../flows/plan";
import type { App, Estate } from "../model";
import type { Severity } from "../problem";
import type { Spec } from "../schema";

/** What rules need besides the spec. */
export interface CheckContext {
    /** Today as `YYYY-MM-DD`; absent: nothing is said about dates. */
    readonly today?: string;
    /** API servers' URLs by cluster, from the kubeconfigs. */
    readonly servers?: Readonly<Record<string, string>>;
    /** How a member whose API server is not known counts. Default `warning`: good for looking at a spec, not for an update. */
    readonly unknownServers?: "error" | "warning";
    /** Contents of the files that the spec names, by path; absent: nothing is said about files. */
    readonly files?: Readonly<Record<string, string>>;
    /** Default: those of estate/flows. */
    readonly flows?: FlowRegistry;
    /** Default: those of estate/engines. */
    readonly engines?: EngineRegistry;
}

/** What a rule looks at: the spec for paths and what was written, the model for what it comes to. */
export interface Checked {
    readonly spec: Spec;
    readonly estate: Estate;
    readonly context: CheckContext;
}

/** What a rule found at one place. */
export interface Finding {
    readonly path: string;
    readonly value: unknown;
    readonly fix: string;
    /** Where the rule's own words are too general. */
    readonly rule?: string;
    readonly severity?: Severity;
}

/** One thing that must hold over a whole spec. */
export interface Rule {
    readonly id: string;
    /** What must hold, in words. */
    readonly rule: string;
    readonly severity: Severity;
    /** Whether it has to be silent where there are errors: what they are about may be what it misses. */
    readonly afterErrors?: true;
    readonly check: (checked: Checked) => Finding[];
}

/** A rule of one flow or engine. */
export type AppsRule = Omit<Rule, "check"> & {
    /** `apps`: those that have it. */
    readonly check: (checked: Checked, apps: readonly App[]) => Finding[];
};

/** A GitLab or Harbor as the spec has it. */
interface WebServer {
    readonly path: string;
    readonly url: string;
    /** Whether the spec says that http is meant. */
    readonly plain: boolean | undefined;
}

/** The servers whose URLs the spec has, GitLab first. */
export function webServers({ spec, estate }: Pick<Checked, "spec" | "estate">): WebServer[] {
    return [
        { path: "gitlab", url: estate.gitlab.url, plain: spec.gitlab.plainHttp },
        ...Object.values(estate.registries).map(({ name, url }) => ({
            path: `registries.${name}`,
            url,
            plain: spec.registries[name]?.plainHttp,
        })),
    ];
}
