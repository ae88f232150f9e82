import { effectiveGroupLevel, seesGroup } from "../access";
import type { Call, Routes } from "../call";
import { badParameters, conflict, forbidden, invalid, notFound } from "../errors";
import { bool, filled, int, timestamp, oneOf, required, text, stringList, type Field } from "../params";
import { basicUser, showGroup, showNamespace, showProject } from "../present";
import { seesProject } from "../access";
import type { GitLab } from "../gitlab";
import { Level, type User } from "../model";
import { throttleDefaults } from "../throttle";
import { gitlabVersion } from "../version";
import { within } from "./pipelines";

/** Routes about the instance itself: version, settings, users, namespaces, search. */
export function registerInstance(routes: Routes, gitlab: GitLab): void {
    const enterprise = gitlab.edition === "ee";
    const version = enterprise ? `${gitlabVersion}-ee` : gitlabVersion;
    const metadata = (call: Call): unknown => {
        void call.user;
        return {
            version,
            revision: "sandbox",
            kas: { enabled: false, externalUrl: null, externalK8sProxyUrl: null, version: null },
            enterprise,
        };
    };
    const anyUser = { scopes: ["api", "read_api", "read_user"] };
    routes.get("/version", metadata, anyUser);
    routes.get("/metadata", metadata, anyUser);

    if (enterprise) {
        // Clients detect the edition by it.
        routes.get("/license", (call) => {
            call.requireAdmin();
            if (gitlab.tier !== "premium") {
                call.reply.type("application/json");
                return "null";
            }
            return {
                id: 1,
                plan: "premium",
                created_at: "2026-01-01T00:00:00.000Z",
                starts_at: "2026-01-01",
                expires_at: "2099-12-31",
                historical_max: 0,
                maximum_user_count: gitlab.state.users.length,
                expired: false,
                overage: 0,
                user_limit: 0,
                active_users: gitlab.state.users.filter((user) => user.state === "active").length,
                licensee: { Name: "Sandbox", Company: "Sandbox", Email: "sandbox@example.com" },
                add_ons: {},
            };
        });
    }
    routes.get("/user", (call) => showUser(gitlab, call.user, call.user), anyUser);

    routes.get(
        "/users",
        (call) => {
            void call.user;
            const wanted = call.parse({
                username: text(),
                search: text(),
                active: bool(),
                blocked: bool(),
                humans: bool(),
                external: bool(),
                admins: bool(),
                two_factor: oneOf("enabled", "disabled"),
                without_project_bots: bool(),
                exclude_active: bool(),
                exclude_external: bool(),
                exclude_humans: bool(),
                exclude_internal: bool(),
                without_projects: bool(),
                with_custom_attributes: bool(),
                skip_ldap: bool(),
                created_after: timestamp(),
                created_before: timestamp(),
                order_by: oneOf("id", "name", "username", "created_at", "updated_at"),
                sort: oneOf("asc", "desc"),
            });
            const search = wanted.search?.toLowerCase();
            const found = gitlab.state.users.filter(
                (user) =>
                    (wanted.username === undefined ||
                        user.username.toLowerCase() === wanted.username.toLowerCase()) &&
                    (search === undefined ||
                        [user.username, user.name, user.email].some((each) =>
                            each.toLowerCase().includes(search),
                        )) &&
                    (wanted.active !== true || user.state === "active") &&
                    (wanted.blocked !== true || user.state === "blocked") &&
                    (wanted.exclude_active !== true || user.state !== "active") &&
                    (wanted.humans !== true || user.kind === "human") &&
                    (wanted.exclude_humans !== true || user.kind !== "human") &&
                    (wanted.external !== true || user.external) &&
                    (wanted.exclude_external !== true || !user.external) &&
                    (wanted.admins !== true || !call.isAdmin || user.admin) &&
                    (wanted.two_factor !== "enabled" || !call.isAdmin) &&
                    (wanted.without_project_bots !== true || user.kind !== "project_bot") &&
                    (wanted.without_projects !== true || gitlab.projectsOf(user.namespaceId).length === 0) &&
                    within(user.createdAt, wanted.created_after, wanted.created_before),
            );
            const key = wanted.order_by ?? "id";
            if (key === "name" || key === "username") {
                found.sort((a, b) => a[key].localeCompare(b[key]));
            }
            return call.page(
                wanted.sort === "asc" ? found : found.reverse(),
                (user) => showUser(gitlab, user, call.maybeUser),
                { keyset: { by: "cursor", key: (user) => user.id } },
            );
        },
        anyUser,
    );
    routes.get(
        "/users/:id",
        (call) => {
            void call.user;
            return showUser(gitlab, findUser(gitlab, call), call.maybeUser);
        },
        anyUser,
    );
    routes.post("/users", (call) => createUser(gitlab, call));
    routes.put("/users/:id", (call) => {
        call.requireAdmin();
        const user = findUser(gitlab, call);
        const wanted = call.parse({ name: filled(), username: filled(), email: filled(), ...userFlags });
        const taken = gitlab.state.users.some(
            (each) => each !== user && (each.username === wanted.username || each.email === wanted.email),
        );
        if (taken) {
            throw conflict("Email or username has already been taken");
        }
        Object.assign(user, {
            ...(wanted.name === undefined ? {} : { name: wanted.name }),
            ...(wanted.username === undefined ? {} : { username: wanted.username }),
            ...(wanted.email === undefined ? {} : { email: wanted.email }),
            ...(wanted.admin === undefined ? {} : { admin: wanted.admin }),
            ...(wanted.external === undefined ? {} : { external: wanted.external }),
        });
        keepUserSettings(user, call);
        return showUser(gitlab, user, call.user);
    });
    routes.delete("/users/:id", (call) => {
        call.requireAdmin();
        const user = findUser(gitlab, call);
        if (
            gitlab.projectsOf(user.namespaceId).length > 0 &&
            call.parse({ hard_delete: bool() }).hard_delete !== true
        ) {
            throw conflict("User has projects in the personal namespace. Remove them first.");
        }
        gitlab.deleteUser(user);
    });
    for (const [action, from, to] of [
        ["block", "active", "blocked"],
        ["unblock", "blocked", "active"],
        ["deactivate", "active", "deactivated"],
        ["activate", "deactivated", "active"],
    ] as const) {
        routes.post(`/users/:id/${action}`, (call) => {
            call.requireAdmin();
            const user = findUser(gitlab, call);
            if (user.state !== from) {
                throw forbidden(`A user who is ${user.state} cannot be ${to}`);
            }
            user.state = to;
            return true;
        });
    }

    routes.get("/application/settings", (call) => {
        call.requireAdmin();
        return gitlab.state.settings;
    });
    routes.put("/application/settings", (call) => {
        call.requireAdmin();
        const { settings } = gitlab.state;
        // A setting is of the kind it has been from the start.
        const known = Object.fromEntries(
            Object.entries({ ...throttleDefaults, ...settings }).map(([name, value]) => [
                name,
                (typeof value === "boolean"
                    ? bool()
                    : typeof value === "number"
                      ? int()
                      : Array.isArray(value)
                        ? stringList()
                        : text()) as Field<unknown>,
            ]),
        );
        const wanted = call.parse(known);
        if (Object.keys(wanted).length === 0) {
            throw badParameters(["at least one parameter must be provided"]);
        }
        Object.assign(settings, wanted);
        return settings;
    });

    routes.get("/namespaces", (call) => {
        const { user } = call;
        const wanted = call.parse({
            search: text(),
            owned_only: bool(),
            top_level_only: bool(),
            full_path_search: bool(),
        });
        const search = wanted.search?.toLowerCase() ?? "";
        const ids = [
            ...gitlab.state.users
                .filter((each) => each.id === user.id || user.admin)
                .map((each) => each.namespaceId),
            ...gitlab.state.groups.filter((group) => seesGroup(gitlab, user, group)).map((group) => group.id),
        ];
        const found = ids.filter((id) => {
            const group = gitlab.group(id);
            return (
                gitlab.namespacePath(id).toLowerCase().includes(search) &&
                (wanted.owned_only !== true ||
                    id === user.namespaceId ||
                    (group !== undefined && effectiveGroupLevel(gitlab, user, group) >= Level.owner)) &&
                (wanted.top_level_only !== true || !group || group.parentId === null)
            );
        });
        return call.page(found, (id) => showNamespace(gitlab, id));
    });
    routes.get("/namespaces/:id", (call) => {
        const { user } = call;
        const wanted = call.id("id");
        const group = gitlab.findGroup(wanted);
        if (group && seesGroup(gitlab, user, group)) {
            return showNamespace(gitlab, group.id);
        }
        const owner = gitlab.state.users.find(
            (each) => String(each.namespaceId) === wanted || each.username === wanted,
        );
        if (!owner || (owner.id !== user.id && !user.admin)) {
            throw notFound("Namespace");
        }
        return showNamespace(gitlab, owner.namespaceId);
    });
    routes.get("/namespaces/:id/exists", (call) => {
        void call.user;
        const path = call.id("id");
        call.parse({ parent_id: int() });
        const exists = gitlab.groupAt(path) !== undefined || gitlab.userNamed(path) !== undefined;
        return { exists, suggests: exists ? [`${path}1`] : [] };
    });

    routes.get("/search", (call) => {
        const { user } = call;
        const wanted = call.parse({ scope: required(text()), search: required(text()) });
        const search = wanted.search.toLowerCase();
        if (wanted.scope === "projects") {
            const found = gitlab.state.projects.filter(
                (project) =>
                    seesProject(gitlab, user, project) &&
                    gitlab.projectPath(project).toLowerCase().includes(search),
            );
            return call.page(found, (project) => showProject(gitlab, project, user));
        }
        if (wanted.scope === "users") {
            const found = gitlab.state.users.filter((each) =>
                [each.username, each.name].some((name) => name.toLowerCase().includes(search)),
            );
            return call.page(found, (each) => basicUser(gitlab, each));
        }
        if (wanted.scope === "groups") {
            const found = gitlab.state.groups.filter(
                (group) =>
                    seesGroup(gitlab, user, group) && gitlab.groupPath(group).toLowerCase().includes(search),
            );
            return call.page(found, (group) => showGroup(gitlab, group));
        }
        throw invalid(`The search scope ${wanted.scope} is not served here.`);
    });
}

const userFlags = { admin: bool(), external: bool() };
const keptUserAttributes = [
    "bio",
    "can_create_group",
    "projects_limit",
    "note",
    "private_profile",
    "skype",
    "linkedin",
    "website_url",
    "organization",
    "location",
];

function createUser(gitlab: GitLab, call: Call): unknown {
    const admin = call.requireAdmin();
    const wanted = call.parse({
        email: required(filled()),
        name: required(filled()),
        username: required(filled()),
        password: text(),
        reset_password: bool(),
        force_random_password: bool(),
        skip_confirmation: bool(),
        projects_limit: int(),
        ...userFlags,
    });
    if (wanted.password === undefined && !wanted.reset_password && !wanted.force_random_password) {
        throw invalid(
            "password, reset_password, force_random_password are missing, at least one parameter must be provided",
        );
    }
    if (wanted.password !== undefined && wanted.password.length < 8) {
        throw invalid({ password: ["is too short (minimum is 8 characters)"] });
    }
    if (!/^[a-zA-Z0-9_][a-zA-Z0-9_.-]*$/.test(wanted.username)) {
        throw invalid({ username: ["can contain only letters, digits, '_', '-' and '.'."] });
    }
    if (gitlab.state.users.some((each) => each.email.toLowerCase() === wanted.email.toLowerCase())) {
        throw conflict("Email has already been taken");
    }
    if (gitlab.userNamed(wanted.username) || gitlab.groupAt(wanted.username)) {
        throw conflict("Username has already been taken");
    }
    const user = gitlab.addUser({
        username: wanted.username,
        name: wanted.name,
        email: wanted.email,
        admin: wanted.admin ?? false,
        external: wanted.external ?? false,
        createdById: admin.id,
    });
    keepUserSettings(user, call);
    return showUser(gitlab, user, admin);
}

function keepUserSettings(user: User, call: Call): void {
    for (const name of keptUserAttributes) {
        if (name in call.input) {
            user.settings[name] = call.input[name];
        }
    }
}

function findUser(gitlab: GitLab, call: Call): User {
    const user = gitlab.user(Number(call.id("id")));
    if (!user) {
        throw notFound("User");
    }
    return user;
}

/** A user, with what only the user and administrators may see. */
export function showUser(gitlab: GitLab, user: User, viewer: User | undefined): Record<string, unknown> {
    return {
        ...basicUser(gitlab, user),
        created_at: user.createdAt,
        bio: user.settings["bio"] ?? "",
        location: user.settings["location"] ?? "",
        organization: user.settings["organization"] ?? "",
        website_url: user.settings["website_url"] ?? "",
        bot: user.kind !== "human",
        ...(viewer?.admin || viewer?.id === user.id
            ? {
                  email: user.email,
                  commit_email: user.email,
                  namespace_id: user.namespaceId,
                  is_admin: user.admin,
                  external: user.external,
                  can_create_group: user.settings["can_create_group"] ?? true,
                  can_create_project: true,
                  projects_limit: user.settings["projects_limit"] ?? 100000,
                  two_factor_enabled: false,
                  identities: [],
                  private_profile: user.settings["private_profile"] ?? false,
                  note: user.settings["note"] ?? null,
                  confirmed_at: user.createdAt,
                  last_activity_on: null,
                  current_sign_in_at: null,
                  last_sign_in_at: null,
                  theme_id: 1,
                  color_scheme_id: 1,
                  created_by: basicUser(gitlab, gitlab.user(user.createdById)),
              }
            : {}),
    };
}
