import { z } from "zod";

import { omitEmpty, type Call, type Routes } from "../api";
import { badRequest, conflict, notFound } from "../errors";
import type { ImmutableRule, Project, Selector } from "../model";

export const selector = z.object({
    kind: z.string().nullish(),
    decoration: z.string().nullish(),
    pattern: z.string().nullish(),
    extras: z.string().nullish(),
});

const ruleRequest = z.object({
    id: z.number().int().nullish(),
    priority: z.number().int().nullish(),
    disabled: z.boolean().nullish(),
    action: z.string().nullish(),
    template: z.string().nullish(),
    params: z.record(z.string(), z.unknown()).nullish(),
    tag_selectors: z.array(selector).nullish(),
    scope_selectors: z.record(z.string(), z.array(selector)).nullish(),
});

const path = "/projects/:project/immutabletagrules";

/** Rules that keep existing tags as they are. */
export function immutableRoutes(routes: Routes): void {
    routes.get(path, (call) => {
        const project = call.project("immutable-tag", "list");
        const rules = call.harbor.state.immutableRules.filter(
            (rule) => rule.project_id === project.project_id,
        );
        return call.list(rules, show, { id: (rule) => rule.id });
    });
    routes.post(path, (call) => {
        const { harbor } = call;
        const project = call.project("immutable-tag", "create");
        const request = call.body(ruleRequest);
        const rule: ImmutableRule = {
            id: 0,
            project_id: project.project_id,
            priority: request.priority ?? 0,
            // As in Harbor, a new rule is in force; an update can disable it.
            disabled: false,
            action: request.action ?? "immutable",
            template: request.template ?? "immutable_template",
            params: request.params ?? {},
            ...selectors(request),
        };
        requireUnique(call, project, rule);
        rule.id = harbor.nextId("immutableRule");
        harbor.state.immutableRules.push(rule);
        return call.created(rule.id);
    });
    routes.put(`${path}/:id`, (call) => {
        const project = call.project("immutable-tag", "update");
        const request = call.body(ruleRequest);
        if (request.id !== call.id("id")) {
            throw badRequest(
                "the immutable_rule_id doesn't match the id in the payload body of ImmutableRule",
            );
        }
        const rule = find(call, project);
        const disabled = request.disabled ?? false;
        if (disabled !== rule.disabled) {
            // A change of this flag is all that such a request does, in Harbor too.
            rule.disabled = disabled;
            return;
        }
        const changed = {
            ...rule,
            ...selectors(request),
            priority: request.priority ?? rule.priority,
            params: request.params ?? rule.params,
        };
        requireUnique(call, project, changed);
        Object.assign(rule, changed);
    });
    routes.delete(`${path}/:id`, (call) => {
        const project = call.project("immutable-tag", "delete");
        const rule = find(call, project);
        const { state } = call.harbor;
        state.immutableRules = state.immutableRules.filter((candidate) => candidate !== rule);
    });
}

/** The selectors of a request in the form they are stored in. Harbor looks at none of them. */
function selectors(
    request: z.infer<typeof ruleRequest>,
): Pick<ImmutableRule, "tag_selectors" | "scope_selectors"> {
    const tags = (request.tag_selectors ?? []).map(toSelector);
    const repositories = (request.scope_selectors?.["repository"] ?? []).map(toSelector);
    return { tag_selectors: tags, scope_selectors: { repository: repositories } };
}

/** A selector without holes. */
export function toSelector(given: z.infer<typeof selector>): Selector {
    return {
        kind: given.kind ?? "doublestar",
        decoration: given.decoration ?? "matches",
        pattern: given.pattern ?? "",
        ...(given.extras ? { extras: given.extras } : {}),
    };
}

function requireUnique(call: Call, project: Project, rule: ImmutableRule): void {
    const key = (candidate: ImmutableRule): string =>
        JSON.stringify([candidate.tag_selectors, candidate.scope_selectors]);
    const same = call.harbor.state.immutableRules.some(
        (other) =>
            other.project_id === project.project_id && other.id !== rule.id && key(other) === key(rule),
    );
    if (same) {
        throw conflict("immutable rule already exists");
    }
}

function find(call: Call, project: Project): ImmutableRule {
    const id = call.id("id");
    const rule = call.harbor.state.immutableRules.find(
        (candidate) => candidate.id === id && candidate.project_id === project.project_id,
    );
    if (!rule) {
        throw notFound(`immutable tag rule ${id} not found`);
    }
    return rule;
}

const show = ({ project_id: _project, ...rule }: ImmutableRule): unknown =>
    omitEmpty(rule, "disabled", "priority");
