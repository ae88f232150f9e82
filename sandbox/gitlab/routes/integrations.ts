import type { Call, Routes } from "../call";
import { badParameters, noRoute, notFound } from "../errors";
import type { GitLab } from "../gitlab";
import { Level, type Group, type Integration, type Project } from "../model";
import { parseBoolean, type Input } from "../params";
import { place } from "./members";

/** An integration's title, what must be sent to switch it on, and which properties are secrets. */
interface Kind {
    title: string;
    required: string[];
    secret: string[];
}

const kinds: Record<string, Kind> = {
    harbor: {
        title: "Harbor",
        required: ["url", "project_name", "username", "password"],
        secret: ["password"],
    },
    jenkins: { title: "Jenkins", required: ["jenkins_url", "project_name"], secret: ["password"] },
    slack: { title: "Slack notifications", required: ["webhook"], secret: ["webhook"] },
    mattermost: { title: "Mattermost notifications", required: ["webhook"], secret: ["webhook"] },
    "microsoft-teams": { title: "Microsoft Teams notifications", required: ["webhook"], secret: ["webhook"] },
    "hangouts-chat": { title: "Google Chat", required: ["webhook"], secret: ["webhook"] },
    discord: { title: "Discord Notifications", required: ["webhook"], secret: ["webhook"] },
    telegram: { title: "Telegram", required: ["token", "room"], secret: ["token"] },
    jira: { title: "Jira issues", required: ["url", "password"], secret: ["password"] },
    "pipelines-email": { title: "Pipeline status emails", required: ["recipients"], secret: [] },
    "emails-on-push": { title: "Emails on push", required: ["recipients"], secret: [] },
    "external-wiki": { title: "External wiki", required: ["external_wiki_url"], secret: [] },
    redmine: { title: "Redmine", required: ["project_url", "issues_url", "new_issue_url"], secret: [] },
    "custom-issue-tracker": {
        title: "Custom issue tracker",
        required: ["project_url", "issues_url", "new_issue_url"],
        secret: [],
    },
    datadog: { title: "Datadog", required: ["api_key"], secret: ["api_key"] },
    packagist: { title: "Packagist", required: ["username", "token"], secret: ["token"] },
    "mock-ci": { title: "MockCI", required: [], secret: [] },
};

const eventNames = [
    "alert_events",
    "commit_events",
    "confidential_issues_events",
    "confidential_note_events",
    "deployment_events",
    "issues_events",
    "job_events",
    "merge_requests_events",
    "note_events",
    "pipeline_events",
    "push_events",
    "tag_push_events",
    "vulnerability_events",
    "wiki_page_events",
];

/** Integrations as records: stored and returned without their secrets; nothing is sent to the other side. */
export function registerIntegrations(routes: Routes, gitlab: GitLab): void {
    for (const owner of ["projects", "groups"] as const) {
        // `services` is the older name that older clients still use.
        for (const noun of ["integrations", "services"] as const) {
            const base = `/${owner}/:id/${noun}`;
            const open = (call: Call): Group | Project =>
                place(call, owner, owner === "groups" ? Level.owner : Level.maintainer).space;
            routes.get(base, (call) => {
                const found = open(call).integrations.filter((each) => each.active);
                return call.page(found, (each) => show(each, false));
            });
            routes.get(`${base}/:slug`, (call) => show(find(call, open(call)), true));
            for (const method of ["put", "post"] as const) {
                routes[method](`${base}/:slug`, (call) => change(gitlab, call, open(call)));
            }
            routes.delete(`${base}/:slug`, (call) => {
                const space = open(call);
                const found = find(call, space);
                space.integrations = space.integrations.filter((each) => each !== found);
            });
        }
    }
}

function kindOf(call: Call): Kind {
    const kind = kinds[call.id("slug")];
    if (!kind) {
        throw noRoute();
    }
    return kind;
}

function find(call: Call, space: Group | Project): Integration {
    kindOf(call);
    const found = space.integrations.find((each) => each.slug === call.id("slug"));
    if (!found) {
        throw notFound("Integration");
    }
    return found;
}

function change(gitlab: GitLab, call: Call, space: Group | Project): unknown {
    const kind = kindOf(call);
    const slug = call.id("slug");
    const now = gitlab.now();
    const known = space.integrations.find((each) => each.slug === slug);
    const missing = kind.required.filter(
        (name) =>
            !(name in call.input) &&
            known?.properties[name] === undefined &&
            known?.secrets[name] === undefined,
    );
    if (missing.length > 0) {
        throw badParameters(missing.map((name) => `${name} is missing`));
    }
    const integration: Integration = known ?? {
        slug,
        active: true,
        createdAt: now,
        updatedAt: now,
        properties: {},
        secrets: {},
        events: {},
    };
    integration.active = true;
    integration.updatedAt = now;
    for (const [name, value] of Object.entries(call.input)) {
        if (kind.secret.includes(name)) {
            if (typeof value === "string") {
                integration.secrets[name] = value;
            }
        } else if (eventNames.includes(name)) {
            integration.events[name] = parseBoolean(value) ?? false;
        } else {
            integration.properties[name] = value;
        }
    }
    if (!known) {
        space.integrations.push(integration);
    }
    call.status(200);
    return show(integration, true);
}

function show(integration: Integration, withProperties: boolean): Input {
    return {
        id: null,
        title: kinds[integration.slug]?.title ?? integration.slug,
        slug: integration.slug,
        created_at: integration.createdAt,
        updated_at: integration.updatedAt,
        active: integration.active,
        ...Object.fromEntries(eventNames.map((name) => [name, integration.events[name] ?? true])),
        inherited: integration.properties["use_inherited_settings"] === true,
        ...(withProperties ? { properties: integration.properties } : {}),
    };
}
