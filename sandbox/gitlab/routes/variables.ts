import type { Call, Routes } from "../call";
import { conflict, invalid, notFound } from "../errors";
import type { GitLab } from "../gitlab";
import { Level, type Variable } from "../model";
import { bool, clearable, object, oneOf, required, text } from "../params";

type Owner = "project" | "group" | "instance";

const fields = {
    value: text(),
    variable_type: oneOf("env_var", "file"),
    protected: bool(),
    masked: bool(),
    masked_and_hidden: bool(),
    raw: bool(),
    environment_scope: text(),
    description: clearable(),
    filter: object(),
};

/** CI/CD variables of projects, groups and the instance, with GitLab's rules for masking and scopes. */
export function registerVariables(routes: Routes, gitlab: GitLab): void {
    const owners: [Owner, string, (call: Call) => Variable[]][] = [
        ["project", "/projects/:id/variables", (call) => call.project(Level.maintainer).variables],
        ["group", "/groups/:id/variables", (call) => call.group(Level.owner).variables],
        [
            "instance",
            "/admin/ci/variables",
            (call) => {
                call.requireAdmin();
                return gitlab.state.variables;
            },
        ],
    ];
    for (const [owner, base, listOf] of owners) {
        routes.get(base, (call) => call.page(listOf(call), (variable) => show(variable, owner)));
        routes.get(`${base}/:key`, (call) => show(find(call, listOf(call)), owner));
        routes.post(base, (call) => {
            const list = listOf(call);
            const wanted = call.parse({ ...fields, key: required(text()), value: required(text()) });
            const hidden = owner !== "instance" && wanted.masked_and_hidden === true;
            const variable: Variable = {
                key: wanted.key,
                value: wanted.value,
                variableType: wanted.variable_type ?? "env_var",
                protected: wanted.protected ?? false,
                masked: wanted.masked === true || hidden,
                hidden,
                raw: wanted.raw ?? false,
                environmentScope: scopeIn(gitlab, owner, wanted.environment_scope),
                description: wanted.description ?? null,
            };
            check(variable, list);
            list.push(variable);
            return show(variable, owner);
        });
        routes.put(`${base}/:key`, (call) => {
            const list = listOf(call);
            const variable = find(call, list);
            const wanted = call.parse(fields);
            if (variable.hidden && wanted.masked === false) {
                throw invalid({
                    base: ["The visibility setting cannot be changed for masked and hidden variables."],
                });
            }
            const next: Variable = {
                ...variable,
                value: wanted.value ?? variable.value,
                variableType: wanted.variable_type ?? variable.variableType,
                protected: wanted.protected ?? variable.protected,
                masked: wanted.masked ?? variable.masked,
                raw: wanted.raw ?? variable.raw,
                environmentScope:
                    wanted.environment_scope === undefined
                        ? variable.environmentScope
                        : scopeIn(gitlab, owner, wanted.environment_scope),
                description: wanted.description ?? variable.description,
            };
            check(next, list, variable);
            Object.assign(variable, next);
            return show(variable, owner);
        });
        routes.delete(`${base}/:key`, (call) => {
            const list = listOf(call);
            list.splice(list.indexOf(find(call, list)), 1);
        });
    }
}

/** Environment scopes: projects have them in every tier, groups in premium, the instance never. */
function scopeIn(gitlab: GitLab, owner: Owner, wanted: string | undefined): string {
    const supported = owner === "project" || (owner === "group" && gitlab.tier === "premium");
    return supported && wanted !== undefined && wanted !== "" ? wanted : "*";
}

/** The one variable the path and `filter[environment_scope]` name. @throws ApiError 404, or 409 for several. */
function find(call: Call, list: Variable[]): Variable {
    const scope = call.parse({ filter: object() }).filter?.["environment_scope"];
    const named = list.filter((variable) => variable.key === call.id("key"));
    const found =
        typeof scope === "string" ? named.filter((variable) => variable.environmentScope === scope) : named;
    const [variable] = found;
    if (!variable) {
        throw notFound("Variable");
    }
    if (found.length > 1) {
        throw conflict(
            "There are multiple variables with provided parameters. Please use 'filter[environment_scope]'",
        );
    }
    return variable;
}

function check(variable: Variable, list: Variable[], except?: Variable): void {
    const problems: Record<string, string[]> = {};
    if (!/^[a-zA-Z0-9_]+$/.test(variable.key)) {
        problems["key"] = ["can contain only letters, digits and '_'."];
    } else if (variable.key.length > 255) {
        problems["key"] = ["is too long (maximum is 255 characters)"];
    }
    if (
        list.some(
            (each) =>
                each !== except &&
                each.key === variable.key &&
                each.environmentScope === variable.environmentScope,
        )
    ) {
        problems["key"] = [`(${variable.key}) has already been taken`];
    }
    if (
        variable.environmentScope.length > 255 ||
        !/^[a-zA-Z0-9_/${}. *-]+$/.test(variable.environmentScope)
    ) {
        problems["environment_scope"] = [
            "can contain only letters, digits, '-', '_', '/', '$', '{', '}', '.', '*' and spaces",
        ];
    }
    // Any single-line value from 8 characters can be masked when it is raw; one that is expanded may not hold
    // characters that expansion would change.
    const maskable = variable.raw ? /^\S{8,}$/ : /^[a-zA-Z0-9_+=/@:.~-]{8,}$/;
    if (variable.masked && !maskable.test(variable.value)) {
        problems["value"] = ["is invalid"];
    }
    if (variable.description !== null && variable.description.length > 255) {
        problems["description"] = ["is too long (maximum is 255 characters)"];
    }
    if (Object.keys(problems).length > 0) {
        throw invalid(problems);
    }
}

function show(variable: Variable, owner: Owner): Record<string, unknown> {
    return {
        variable_type: variable.variableType,
        key: variable.key,
        value: variable.hidden ? null : variable.value,
        protected: variable.protected,
        masked: variable.masked,
        raw: variable.raw,
        description: variable.description,
        ...(owner === "instance"
            ? {}
            : { hidden: variable.hidden, environment_scope: variable.environmentScope }),
    };
}
