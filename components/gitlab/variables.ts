/** CI variables of a project. */
import * as gitlab from "@pulumi/gitlab";
import * as pulumi from "@pulumi/pulumi";
import { refuse } from "../support/refuse";
import { sortedEntries } from "../support/maps";
import { keyedByName } from "../support/options";

/** Inputs of {@link CiVariables}. */
export interface CiVariablesArgs {
    /** Id of the project. */
    readonly project: pulumi.Input<string>;
    /** Environment, or pattern with `*`, whose jobs alone get them, over those of the same key for all; absent: every job does. */
    readonly environment?: string;
    /** Names and addresses: every job sees them. By key. */
    readonly plain: Readonly<Record<string, pulumi.Input<string>>>;
    /** Contents of files that every job sees, by the key that holds the file's path. */
    readonly files?: Readonly<Record<string, pulumi.Input<string>>>;
    /**
     * Credentials, by key: masked in logs, hidden in the UI, and given only to jobs on protected branches and tags. GitLab
     * masks only values of one line, at least 8 characters, without blanks.
     */
    readonly secret: Readonly<Record<string, pulumi.Input<string>>>;
    /** True: credentials are given to jobs on any branch, as those of merge requests are. */
    readonly onAnyBranch?: boolean;
}

/** CI variables, keyed by name. Values are taken literally: a `$` in a robot's name is not a reference. */
export class CiVariables extends pulumi.ComponentResource {
    constructor(name: string, args: CiVariablesArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:gitlab:CiVariables", name, {}, opts);
        refuse("CiVariables", name, CiVariables.check(args), this);
        const common = {
            project: args.project,
            variableType: "env_var",
            environmentScope: args.environment ?? "*",
            raw: true,
        };
        for (const [key, value] of sortedEntries(args.plain)) {
            new gitlab.ProjectVariable(
                `${name}-${key}`,
                { ...common, key, value, protected: false, masked: false, hidden: false },
                { parent: this, ...keyedByName },
            );
        }
        for (const [key, value] of sortedEntries(args.files ?? {})) {
            new gitlab.ProjectVariable(
                `${name}-${key}`,
                {
                    ...common,
                    variableType: "file",
                    key,
                    value,
                    protected: false,
                    masked: false,
                    hidden: false,
                },
                { parent: this, ...keyedByName },
            );
        }
        for (const [key, value] of sortedEntries(args.secret)) {
            new gitlab.ProjectVariable(
                `${name}-${key}`,
                {
                    ...common,
                    key,
                    value: pulumi.secret(value),
                    protected: args.onAnyBranch !== true,
                    masked: true,
                    hidden: true,
                },
                // GitLab cannot make a visible variable hidden, so a change of that kind is a new variable.
                { parent: this, ...keyedByName, additionalSecretOutputs: ["value"] },
            );
        }
        this.registerOutputs({});
    }

    /** Every reason these args cannot work; empty when they can. */
    static check({ plain, files = {}, secret }: CiVariablesArgs): string[] {
        const keys = [...Object.keys(plain), ...Object.keys(files), ...Object.keys(secret)];
        return [
            ...keys
                .filter((key) => !/^[A-Za-z0-9_]{1,255}$/.test(key))
                .map((key) => `variable "${key}": a key has letters, digits and underscores only.`),
            ...Object.keys(plain)
                .filter((key) => key in secret)
                .map((key) => `variable "${key}" is both plain and secret; name it once.`),
        ];
    }
}
