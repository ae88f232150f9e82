/** What a pipeline consists of: read from gitlab-ci-local's own listing and its fully resolved file. */
import { parse } from "yaml";

export interface Need {
    readonly job: string;
    readonly artifacts: boolean;
    readonly optional: boolean;
}

export interface Artifacts {
    readonly paths: readonly string[];
    readonly exclude: readonly string[];
    /** Files whose lines become variables of later jobs. */
    readonly dotenv: readonly string[];
    /** Test reports. */
    readonly junit: readonly string[];
    /** Name of the archive, with references to variables in it. */
    readonly name: string | null;
    readonly expireIn: string | null;
    readonly when: "on_success" | "on_failure" | "always";
}

export type When = "on_success" | "on_failure" | "always" | "manual" | "delayed";

/** One job of a pipeline, with the rules already applied. */
export interface PlannedJob {
    readonly name: string;
    /** Key in the file; several jobs of a matrix share one. */
    readonly definition: string;
    readonly stage: string;
    readonly when: When;
    /** Exit codes that may occur, or whether any may. */
    readonly allowFailure: boolean | readonly number[];
    /** Jobs it waits for; null: all jobs of earlier stages. */
    readonly needs: readonly Need[] | null;
    /** Jobs whose artifacts it takes; null: of those it waits for. */
    readonly dependencies: readonly string[] | null;
    /** Name, with references to variables in it; null without an environment. */
    readonly environment: string | null;
    readonly environmentAction: string;
    /** What `deployment_tier` says; null: GitLab guesses it from the name. */
    readonly environmentTier: string | null;
    /** Address, with references to variables in it. */
    readonly environmentUrl: string | null;
    /** Job that takes the environment down again. */
    readonly environmentOnStop: string | null;
    /** How long the environment lasts after a deployment, e.g. `1 day`, with references to variables in it. */
    readonly environmentAutoStopIn: string | null;
    /** Audiences of the ID tokens that the job gets, by variable. */
    readonly idTokens: Readonly<Record<string, string | readonly string[]>>;
    readonly resourceGroup: string | null;
    readonly interruptible: boolean;
    readonly timeoutSeconds: number | null;
    readonly retries: number;
    readonly delaySeconds: number;
    readonly artifacts: Artifacts | null;
    /** Image the job would run in on a real GitLab. */
    readonly image: string | null;
    readonly services: readonly string[];
    /** The pipeline that it starts; null for a job that runs, and missing in plans of an earlier version of the sandbox. */
    readonly trigger?: TriggerSettings | null;
}

/** What `trigger` says. */
export interface TriggerSettings {
    /** Path of another project, with references to variables in it; null: a child pipeline. */
    readonly project: string | null;
    readonly branch: string | null;
    /** What a child pipeline consists of, as `include` has it. */
    readonly include: unknown;
    /** Whether the job ends as the pipeline does. */
    readonly waits: boolean;
    readonly forwardsYamlVariables: boolean;
    readonly forwardsPipelineVariables: boolean;
}

export interface Plan {
    readonly stages: readonly string[];
    readonly jobs: readonly PlannedJob[];
    /** Variables of the whole file, as gitlab-ci-local resolved them. */
    readonly variables: Readonly<Record<string, unknown>>;
    /** The file's jobs, resolved, by key. */
    readonly definitions: Readonly<Record<string, Definition>>;
    /** Text of `workflow:name`, with references to variables in it. */
    readonly name: string | null;
    /** What a newer pipeline of the same ref may cancel. */
    readonly autoCancel: "conservative" | "interruptible" | "none";
    /** The rules under `workflow`, to be evaluated apart; undefined when there are none. */
    readonly workflowRules: readonly unknown[] | undefined;
}

export type Definition = Readonly<Record<string, unknown>>;

/** What `only` and `except` of a job without rules are evaluated with. */
export interface RefFacts {
    /** `push`, `merge_request_event`, `api` ... */
    readonly source: string;
    readonly ref: string;
    readonly tag: boolean;
}

/** The file asks for what the sandbox cannot evaluate. */
export class PlanError extends Error {}

interface ListedJob {
    readonly name: string;
    readonly stage: string;
    readonly when: string;
    readonly allow_failure: boolean | { exit_codes: number | number[] };
    readonly needs?: { job: string; artifacts?: boolean; optional?: boolean }[];
}

/** Keys of the file that are not jobs. */
const notJobs = new Set([
    "stages",
    "variables",
    "workflow",
    "include",
    "default",
    "image",
    "services",
    "before_script",
    "after_script",
    "cache",
    "spec",
]);

/**
 * Makes the plan.
 *
 * @param listing What `gitlab-ci-local --list-json` prints: which jobs there are and what their rules gave.
 * @param resolved The file it writes beside: includes, extends, references and defaults resolved.
 * @throws PlanError for what cannot be evaluated here.
 */
export function readPlan(listing: string, resolved: string, facts: RefFacts): Plan {
    const file = parse(resolved, { maxAliasCount: -1 }) as Definition;
    const definitions = Object.fromEntries(
        Object.entries(file).filter(
            ([key, value]) => !notJobs.has(key) && !key.startsWith(".") && isObject(value),
        ),
    ) as Record<string, Definition>;
    const workflow = isObject(file["workflow"]) ? file["workflow"] : {};
    const workflowRules = Array.isArray(workflow["rules"]) ? (workflow["rules"] as unknown[]) : undefined;
    const listed = readListing(listing);
    const jobs = listed
        .map((job) => planJob(job, definitions))
        .filter(
            ({ job, definition }) =>
                job.when !== ("never" as string) && runsFor(definition, facts, workflowRules),
        )
        .map(({ job }) => job);
    const cancel = isObject(workflow["auto_cancel"]) ? workflow["auto_cancel"]["on_new_commit"] : undefined;
    return {
        stages: strings(file["stages"]),
        jobs,
        variables: isObject(file["variables"]) ? file["variables"] : {},
        definitions,
        name: typeof workflow["name"] === "string" ? workflow["name"] : null,
        autoCancel: cancel === "interruptible" || cancel === "none" ? cancel : "conservative",
        workflowRules,
    };
}

/** The listing starts on a line of its own, after whatever the interpreter had to remark. */
function readListing(text: string): ListedJob[] {
    const found = /^\[\]?$/m.exec(text);
    return found ? (JSON.parse(text.slice(found.index)) as ListedJob[]) : [];
}

function planJob(
    listed: ListedJob,
    definitions: Readonly<Record<string, Definition>>,
): { job: PlannedJob; definition: Definition } {
    const key =
        listed.name in definitions
            ? listed.name
            : (Object.keys(definitions).find((each) => listed.name.startsWith(`${each}: [`)) ?? listed.name);
    const definition = definitions[key] ?? {};
    const environment = definition["environment"];
    const artifacts = isObject(definition["artifacts"]) ? definition["artifacts"] : undefined;
    const image = definition["image"];
    const job: PlannedJob = {
        name: listed.name,
        definition: key,
        stage: listed.stage,
        when: listed.when as When,
        allowFailure: allowFailure(listed, definition),
        needs: listed.needs
            ? listed.needs.map((need) => ({
                  job: need.job,
                  artifacts: need.artifacts !== false,
                  optional: need.optional === true,
              }))
            : null,
        dependencies: Array.isArray(definition["dependencies"]) ? strings(definition["dependencies"]) : null,
        environment:
            typeof environment === "string"
                ? environment
                : isObject(environment) && typeof environment["name"] === "string"
                  ? environment["name"]
                  : null,
        environmentTier: stringOf(environment, "deployment_tier"),
        environmentUrl: stringOf(environment, "url"),
        environmentOnStop: stringOf(environment, "on_stop"),
        environmentAutoStopIn: textOf(environment, "auto_stop_in"),
        idTokens: idTokens(definition["id_tokens"]),
        environmentAction:
            isObject(environment) && typeof environment["action"] === "string"
                ? environment["action"]
                : "start",
        resourceGroup: typeof definition["resource_group"] === "string" ? definition["resource_group"] : null,
        interruptible: definition["interruptible"] === true,
        timeoutSeconds: seconds(definition["timeout"]),
        retries: retries(definition["retry"]),
        delaySeconds: seconds(definition["start_in"]) ?? 0,
        artifacts: artifacts
            ? {
                  paths: strings(artifacts["paths"]),
                  exclude: strings(artifacts["exclude"]),
                  dotenv: strings(
                      isObject(artifacts["reports"]) ? artifacts["reports"]["dotenv"] : undefined,
                  ),
                  junit: strings(isObject(artifacts["reports"]) ? artifacts["reports"]["junit"] : undefined),
                  name: stringOf(artifacts, "name"),
                  expireIn: textOf(artifacts, "expire_in"),
                  when:
                      artifacts["when"] === "always" || artifacts["when"] === "on_failure"
                          ? artifacts["when"]
                          : "on_success",
              }
            : null,
        image:
            typeof image === "string"
                ? image
                : isObject(image) && typeof image["name"] === "string"
                  ? image["name"]
                  : null,
        services: (Array.isArray(definition["services"]) ? definition["services"] : []).map(
            (each: unknown) => (isObject(each) ? String(each["name"]) : String(each)),
        ),
        trigger: triggerOf(definition["trigger"]),
    };
    return { job, definition };
}

function triggerOf(given: unknown): TriggerSettings | null {
    if (given === undefined || given === null) {
        return null;
    }
    const settings = isObject(given) ? given : {};
    const forward = isObject(settings["forward"]) ? settings["forward"] : {};
    return {
        project: typeof given === "string" ? given : stringOf(given, "project"),
        branch: textOf(given, "branch"),
        include: settings["include"] ?? [],
        waits: ["depend", "mirror"].includes(stringOf(given, "strategy") ?? ""),
        forwardsYamlVariables: forward["yaml_variables"] !== false,
        forwardsPipelineVariables: forward["pipeline_variables"] === true,
    };
}

function allowFailure(listed: ListedJob, definition: Definition): boolean | number[] {
    const given = listed.allow_failure;
    if (typeof given === "object") {
        return [given.exit_codes].flat();
    }
    // A manual job is optional unless it says otherwise or rules made it manual.
    if (listed.when === "manual" && definition["rules"] === undefined && !("allow_failure" in definition)) {
        return true;
    }
    return given;
}

/** `only` and `except`, which gitlab-ci-local does not evaluate, and GitLab's default for jobs that have neither. */
function runsFor(definition: Definition, facts: RefFacts, workflowRules: unknown): boolean {
    const { only, except, rules } = definition;
    if (rules !== undefined) {
        return true;
    }
    if (only === undefined && except === undefined) {
        return facts.source !== "merge_request_event" || workflowRules !== undefined;
    }
    const wanted = only === undefined ? ["branches", "tags"] : refsOf("only", only);
    const unwanted = except === undefined ? [] : refsOf("except", except);
    return wanted.some((each) => matches(each, facts)) && !unwanted.some((each) => matches(each, facts));
}

function refsOf(keyword: string, value: unknown): string[] {
    if (isObject(value)) {
        const other = Object.keys(value).find((key) => key !== "refs");
        if (other !== undefined) {
            throw new PlanError(`${keyword}:${other} is not evaluated in the sandbox: use rules instead`);
        }
        return strings(value["refs"]);
    }
    return strings(value);
}

function matches(pattern: string, facts: RefFacts): boolean {
    const request = facts.source === "merge_request_event";
    const sources: Record<string, boolean> = {
        branches: !facts.tag && !request,
        tags: facts.tag,
        merge_requests: request,
        pushes: facts.source === "push",
        api: facts.source === "api",
        web: facts.source === "web",
        triggers: facts.source === "trigger",
        schedules: facts.source === "schedule",
        pipelines: facts.source === "pipeline",
        external: false,
        external_pull_requests: false,
        chat: false,
    };
    const known = sources[pattern];
    if (known !== undefined) {
        return known;
    }
    const expression = /^\/(.*)\/(i?)$/.exec(pattern);
    return (
        !request &&
        (expression ? new RegExp(expression[1] ?? "", expression[2]).test(facts.ref) : pattern === facts.ref)
    );
}

/** A file with this one rule set as a job, whose `when` in the listing then tells whether the pipeline runs. */
export function workflowProbe(plan: Plan): string {
    const rules = (plan.workflowRules ?? []).map((rule) => {
        const { auto_cancel: _, ...rest } = rule as Record<string, unknown>;
        return rest;
    });
    return JSON.stringify({
        stages: ["test"],
        variables: plan.variables,
        workflow_probe: { stage: "test", script: ["true"], rules },
    });
}

/** Whether the workflow's rules let the pipeline run, from the probe's listing. */
export function probeRuns(listing: string): boolean {
    const [probe] = readListing(listing);
    return probe !== undefined && probe.when !== "never";
}

/** What only GitLab's scheduling needs or what containers are for, and is done (or said) outside of the interpreter. */
const outside = [
    "image",
    "services",
    "cache",
    "artifacts",
    "needs",
    "dependencies",
    "resource_group",
    "retry",
    "timeout",
    "tags",
    "interruptible",
    "start_in",
    "only",
    "except",
    "hooks",
    "secrets",
    "id_tokens",
];

/** The file one job is run from: itself alone. Its rules stay, since they may set variables. */
export function jobFile(plan: Plan, job: PlannedJob): string {
    const definition = Object.fromEntries(
        Object.entries(plan.definitions[job.definition] ?? {}).filter(([key]) => !outside.includes(key)),
    );
    if (Array.isArray(definition["rules"])) {
        definition["rules"] = (definition["rules"] as Definition[]).map(({ needs: _, ...rule }) => rule);
    }
    return JSON.stringify({
        stages: plan.stages,
        variables: plan.variables,
        [job.definition]: definition,
    });
}

/** `1h 30m`, `90 minutes`, `3600` (seconds); null when it is nothing of that. */
export function seconds(value: unknown): number | null {
    if (typeof value === "number") {
        return value;
    }
    if (typeof value !== "string") {
        return null;
    }
    if (/^\s*\d+\s*$/.test(value)) {
        return Number(value);
    }
    const units: Record<string, number> = {
        s: 1,
        m: 60,
        h: 3600,
        d: 86_400,
        w: 604_800,
        mo: 2_592_000,
        y: 31_557_600,
    };
    let total = 0;
    let found = false;
    for (const [, amount, unit] of value.matchAll(/(\d+(?:\.\d+)?)\s*(y|mo|w|d|h|m|s)[a-z]*/gi)) {
        total += Number(amount) * (units[(unit ?? "s").toLowerCase()] ?? 1);
        found = true;
    }
    return found ? total : null;
}

function retries(value: unknown): number {
    const count = isObject(value) ? value["max"] : value;
    return typeof count === "number" ? Math.min(Math.max(count, 0), 2) : 0;
}

function idTokens(value: unknown): Record<string, string | string[]> {
    return Object.fromEntries(
        Object.entries(isObject(value) ? value : {}).map(([name, each]) => {
            const aud = isObject(each) ? each["aud"] : undefined;
            return [name, Array.isArray(aud) ? strings(aud) : String(aud)];
        }),
    );
}

function isObject(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

function strings(value: unknown): string[] {
    return value === undefined || value === null ? [] : [value].flat().map(String);
}

/** As {@link stringOf}, for what may be written as a number. */
function textOf(value: unknown, key: string): string | null {
    const text = isObject(value) ? value[key] : undefined;
    return typeof text === "number" ? String(text) : stringOf(value, key);
}

/** Text under a key of something that may be an object. */
function stringOf(value: unknown, key: string): string | null {
    const word = isObject(value) ? value[key] : undefined;
    return typeof word === "string" ? word : null;
}
