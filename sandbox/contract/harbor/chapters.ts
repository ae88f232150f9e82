/** Projects, robots, rules, hooks and artifacts of Harbor. */
import { aNumber, aText, aList, errorWith, listWith, textWith, type Case, type Chapter } from "../case";

const api = "/api/v2.0";
const artifacts = `${api}/projects/{project}/repositories/web/artifacts`;
const pull = [{ resource: "repository", action: "pull" }];

const robot = (name: string, more: object = {}): object => ({
    name,
    level: "project",
    duration: 30,
    permissions: [{ kind: "project", namespace: "{project}", access: pull }],
    ...more,
});

const retention = (more: object = {}, trigger = ""): object => ({
    algorithm: "or",
    rules: [
        {
            action: "retain",
            template: "latestPushedK",
            params: { latestPushedK: 10 },
            tag_selectors: [{ kind: "doublestar", decoration: "matches", pattern: "**" }],
            scope_selectors: {
                repository: [{ kind: "doublestar", decoration: "repoMatches", pattern: "**" }],
            },
            ...more,
        },
    ],
    trigger: { kind: "Schedule", settings: { cron: trigger } },
    scope: { level: "project", ref: 0 },
});

/** A retention policy names its project by a number, which a template cannot be: it is put in here. */
const ofProject = (policy: object): object => ({
    ...policy,
    scope: { level: "project", ref: "{projectId}" },
});

const projects: readonly Case[] = [
    {
        claim: "A project's name is there once",
        call: `POST ${api}/projects`,
        body: { project_name: "{project}" },
        status: 409,
        answer: { errors: [{ code: "CONFLICT" }] },
    },
    {
        claim: "A project's name has no capitals",
        call: `POST ${api}/projects`,
        body: { project_name: "Estate-Contract" },
        status: 400,
    },
    {
        claim: "A project is found by its name",
        call: `GET ${api}/projects/{project}`,
        status: 200,
        answer: { name: "{project}", metadata: { public: "false" }, repo_count: aNumber },
    },
    {
        claim: "A project that is not there is a 404 to who may see all of them",
        call: `GET ${api}/projects/{project}-missing`,
        needs: ["admin"],
        status: 404,
        answer: { errors: [{ code: "NOT_FOUND" }] },
    },
    {
        claim: "A private project is not for nobody in particular",
        call: `GET ${api}/projects/{project}`,
        as: "nobody",
        status: 401,
    },
    {
        claim: "Settings of a project are changed by PUT",
        call: `PUT ${api}/projects/{project}`,
        body: { metadata: { auto_scan: "true", prevent_vul: "true", severity: "high" } },
        status: 200,
    },
    {
        claim: "Settings of a project are text",
        call: `GET ${api}/projects/{project}`,
        status: 200,
        answer: { metadata: { auto_scan: "true", prevent_vul: "true", severity: "high" } },
    },
    {
        claim: "A project lets everything be pulled again",
        call: `PUT ${api}/projects/{project}`,
        body: { metadata: { auto_scan: "false", prevent_vul: "false", severity: "low" } },
        status: 200,
    },
    {
        claim: "A body of a wrong type is refused before it is looked at",
        call: `POST ${api}/projects`,
        body: { project_name: 5 },
        status: 422,
    },
    {
        claim: "A body is needed",
        call: `POST ${api}/projects`,
        status: 422,
    },
    {
        claim: "A project with repositories is not deleted",
        call: `DELETE ${api}/projects/{project}`,
        status: 412,
        answer: { errors: [{ code: "PRECONDITION" }] },
    },
];

const robots: readonly Case[] = [
    {
        claim: "A robot needs a duration",
        call: `POST ${api}/robots`,
        body: {
            name: "endless",
            level: "project",
            permissions: [{ kind: "project", namespace: "{project}", access: pull }],
        },
        status: 400,
    },
    {
        claim: "A robot of a project has its project in its name, and a secret that is shown once",
        call: `POST ${api}/robots`,
        body: robot("puller"),
        status: 201,
        answer: { id: aNumber, name: textWith("{project}+puller"), secret: aText, expires_at: aNumber },
        keep: { robot: "id", robotName: "name", robotSecret: "secret" },
    },
    {
        claim: "A robot's name is there once in a project",
        call: `POST ${api}/robots`,
        body: robot("puller"),
        status: 409,
    },
    {
        claim: "A robot's duration is not zero",
        call: `POST ${api}/robots`,
        body: robot("zero", { duration: 0 }),
        status: 400,
    },
    {
        claim: "A robot's name has no capitals",
        call: `POST ${api}/robots`,
        body: robot("Puller"),
        status: 400,
    },
    {
        claim: "A robot's right must be one that Harbor knows",
        call: `POST ${api}/robots`,
        body: robot("dreamer", {
            permissions: [
                { kind: "project", namespace: "{project}", access: [{ resource: "moon", action: "pull" }] },
            ],
        }),
        status: 400,
    },
    {
        claim: "A robot is shown without its secret afterwards",
        call: `GET ${api}/robots/{robot}`,
        status: 200,
        answer: { name: "{robotName}", level: "project", duration: 30 },
    },
    {
        claim: "A robot reads the manifest that it may pull",
        call: "GET /v2/{project}/web/manifests/v1",
        as: "{robotName}:{robotSecret}",
        headers: { accept: "application/vnd.oci.image.manifest.v1+json" },
        status: 200,
    },
    {
        claim: "A robot copies nothing without the right to",
        call: `POST ${artifacts}?from={project}%2Fweb:v1`,
        as: "{robotName}:{robotSecret}",
        status: 403,
        answer: { errors: [{ code: "FORBIDDEN" }] },
    },
    {
        claim: "A robot that is not there is a 404",
        call: `GET ${api}/robots/999999999`,
        needs: ["admin"],
        status: 404,
    },
    {
        claim: "A weak secret is refused",
        call: `PATCH ${api}/robots/{robot}`,
        body: { secret: "weak" },
        status: 400,
    },
    {
        claim: "An own secret is set",
        call: `PATCH ${api}/robots/{robot}`,
        body: { secret: "Str0ng-Enough-Secret" },
        status: 200,
    },
    {
        claim: "The secret before opens nothing",
        call: `GET ${api}/projects/{project}/repositories`,
        as: "{robotName}:{robotSecret}",
        status: 401,
    },
    {
        claim: "The token endpoint answers a wrong secret with a token that grants nothing",
        call: "GET /service/token?service=harbor-registry&scope=repository%3A{project}%2Fweb%3Apull",
        as: "{robotName}:{robotSecret}",
        status: 200,
        answer: { token: aText },
    },
];

const rules: readonly Case[] = [
    {
        claim: "A retention policy runs at whole minutes: the second of its schedule is 0",
        call: `POST ${api}/retentions`,
        body: ofProject(retention({}, "* * * * * *")),
        status: 400,
    },
    {
        claim: "A project has a retention policy",
        call: `POST ${api}/retentions`,
        body: ofProject(retention()),
        status: 201,
    },
    {
        claim: "A project has one retention policy",
        call: `POST ${api}/retentions`,
        body: ofProject(retention()),
        status: 400,
    },
    {
        claim: "The project knows its retention policy",
        call: `GET ${api}/projects/{project}`,
        status: 200,
        answer: { metadata: { retention_id: aText } },
        keep: { retention: "metadata.retention_id" },
    },
    {
        claim: "A retention policy is read",
        call: `GET ${api}/retentions/{retention}`,
        status: 200,
        answer: { algorithm: "or", rules: [{ template: "latestPushedK" }] },
    },
    {
        claim: "A retention policy that is gone is an error of the server",
        call: `GET ${api}/retentions/999999999`,
        needs: ["admin"],
        status: 500,
    },
    {
        claim: "A rule keeps tags as they are",
        call: `POST ${api}/projects/{project}/immutabletagrules`,
        body: {
            action: "immutable",
            template: "immutable_template",
            tag_selectors: [{ kind: "doublestar", decoration: "matches", pattern: "v*" }],
            scope_selectors: {
                repository: [{ kind: "doublestar", decoration: "repoMatches", pattern: "**" }],
            },
        },
        status: 201,
    },
    {
        claim: "Rules are listed",
        call: `GET ${api}/projects/{project}/immutabletagrules`,
        status: 200,
        answer: [{ id: aNumber, template: "immutable_template" }],
        keep: { immutable: "0.id" },
    },
    {
        claim: "A tag that a rule keeps is not deleted",
        call: `DELETE ${artifacts}/v1/tags/v1`,
        status: 412,
        answer: { errors: [{ code: "PRECONDITION", message: textWith("configured as immutable") }] },
    },
    {
        claim: "An artifact with a tag that a rule keeps is not deleted",
        call: `DELETE ${artifacts}/v1`,
        status: 412,
    },
    {
        claim: "A rule goes by DELETE",
        call: `DELETE ${api}/projects/{project}/immutabletagrules/{immutable}`,
        status: 200,
    },
];

const hooks: readonly Case[] = [
    {
        claim: "A webhook is made",
        call: `POST ${api}/projects/{project}/webhook/policies`,
        body: {
            name: "contract",
            enabled: false,
            event_types: ["PUSH_ARTIFACT"],
            targets: [{ type: "http", address: "https://example.com/hook", skip_cert_verify: false }],
        },
        status: 201,
    },
    {
        claim: "A webhook's name is there once in a project",
        call: `POST ${api}/projects/{project}/webhook/policies`,
        body: {
            name: "contract",
            enabled: false,
            event_types: ["PUSH_ARTIFACT"],
            targets: [{ type: "http", address: "https://example.com/hook", skip_cert_verify: false }],
        },
        status: 409,
    },
    {
        claim: "An event that does not exist is refused",
        call: `POST ${api}/projects/{project}/webhook/policies`,
        body: {
            name: "other",
            event_types: ["SUNRISE"],
            targets: [{ type: "http", address: "https://example.com/hook" }],
        },
        status: 400,
    },
    {
        claim: "A kind of target that does not exist is refused",
        call: `POST ${api}/projects/{project}/webhook/policies`,
        body: {
            name: "other",
            event_types: ["PUSH_ARTIFACT"],
            targets: [{ type: "pigeon", address: "https://example.com/hook" }],
        },
        status: 400,
    },
    {
        claim: "Webhooks are listed",
        call: `GET ${api}/projects/{project}/webhook/policies`,
        status: 200,
        answer: listWith({ name: "contract" }),
    },
];

const content: readonly Case[] = [
    {
        claim: "An artifact is found by its tag",
        call: `GET ${artifacts}/v1`,
        status: 200,
        answer: { digest: "{digest}", type: "IMAGE", tags: [{ name: "v1" }] },
    },
    {
        claim: "Artifacts are listed with the number of all",
        call: `GET ${artifacts}?page_size=1`,
        status: 200,
        gives: { "x-total-count": "1" },
        answer: aList,
    },
    {
        claim: "An artifact that is not there is a 404",
        call: `GET ${artifacts}/missing`,
        status: 404,
        answer: { errors: [{ code: "NOT_FOUND" }] },
    },
    {
        claim: "An artifact is copied by its digest",
        call: `POST ${api}/projects/{prod}/repositories/web/artifacts?from={project}%2Fweb%40{digest}`,
        status: 201,
    },
    {
        claim: "A copy takes all tags along",
        call: `GET ${api}/projects/{prod}/repositories/web/artifacts/{digest}`,
        status: 200,
        answer: { tags: listWith({ name: "v1" }) },
    },
    {
        claim: "An artifact may be copied again",
        call: `POST ${api}/projects/{prod}/repositories/web/artifacts?from={project}%2Fweb%40{digest}`,
        status: 201,
    },
    {
        claim: "An artifact that is not there is not copied",
        call: `POST ${api}/projects/{prod}/repositories/web/artifacts?from={project}%2Fweb%40{missingDigest}`,
        status: [400, 404],
        answer: errorWith("not found"),
    },
    {
        claim: "A tag is added",
        call: `POST ${artifacts}/{digest}/tags`,
        body: { name: "stable" },
        status: 201,
    },
    {
        claim: "A tag is added once",
        call: `POST ${artifacts}/{digest}/tags`,
        body: { name: "stable" },
        status: 409,
    },
    { claim: "A tag goes by DELETE", call: `DELETE ${artifacts}/{digest}/tags/stable`, status: 200 },
    {
        claim: "An artifact goes by DELETE",
        call: `DELETE ${artifacts}/{digest}`,
        status: 200,
    },
];

export const harborChapters: readonly Chapter[] = [
    { noun: "projects", cases: projects },
    { noun: "robots", cases: robots },
    { noun: "rules", cases: rules },
    { noun: "webhooks", cases: hooks },
    { noun: "artifacts", cases: content },
];
