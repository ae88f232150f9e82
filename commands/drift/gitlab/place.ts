/** What groups and projects have in common: who is in them, their tokens, hooks and variables. Pure. */
import { property, textOf, type Declared } from "../declared";
import {
    difference,
    facts,
    open,
    publicUrl,
    sameValue,
    worst,
    type Difference,
    type Finding,
    type Risk,
} from "../finding";
import { list as listIn, record, text } from "../../doctor/json";
import type { Raw } from "../reader";
import { nameOf, type Ids } from "../../support/gitlabIds";
import { word } from "../shell";
import { hookEvents, snake, type Field } from "./fields";
import { levelOf, roleOf } from "./grants";
import type { GitLabInventory, GroupInventory, List, ProjectInventory } from "./inventory";

/** What the comparison is made with. */
export interface GitLabContext {
    /** Without a trailing slash. */
    readonly url: string;
    /** Command that makes declared things as they are declared. */
    readonly mend: string;
    /** Today, `YYYY-MM-DD`. */
    readonly today: string;
    /** Teams of the spec, by the full path of their group. */
    readonly teams: Readonly<Record<string, string>>;
}

/** The same, and what the server's numbers stand for. */
export interface NamingContext extends GitLabContext {
    readonly ids: Ids;
}

/** A list that GitLab writes as one text, as a list again. */
function inFormOf(wanted: unknown, found: unknown): unknown {
    return Array.isArray(wanted) && typeof found === "string"
        ? found
              .split(",")
              .map((part) => part.trim())
              .filter((part) => part !== "")
        : found;
}

/** What both kinds of places have. */
export abstract class Look<Place extends GroupInventory | ProjectInventory> {
    constructor(
        protected readonly place: Place,
        protected readonly declared: readonly Declared[],
        protected readonly inventory: GitLabInventory,
        protected readonly context: NamingContext,
        /** Of the API. */
        private readonly kind: "groups" | "projects",
    ) {}

    abstract findings(): Finding[];

    protected of(type: string, owner: "project" | "group" | "groupId" = "project"): Declared[] {
        return this.declared.filter((each) => each.type === type && textOf(each, owner) === this.place.id);
    }

    protected changed(
        noun: Finding["noun"],
        name: string,
        risk: Risk,
        differences: readonly Difference[],
        rest: Partial<Finding> = {},
    ): Finding[] {
        return differences.length === 0 && rest.remark === undefined
            ? []
            : [this.finding("changed", noun, name, risk, { differences, ...rest })];
    }

    protected missing(noun: Finding["noun"], name: string, risk: Risk, rest: Partial<Finding> = {}): Finding {
        return this.finding("missing", noun, name, risk, rest);
    }

    /** Something nobody declared. `path`: of the object below the place, for the call that deletes it. */
    protected undeclared(
        noun: Finding["noun"],
        name: string,
        risk: Risk,
        path: string,
        rest: Partial<Finding> = {},
    ): Finding {
        return this.finding("undeclared", noun, name, risk, { mend: this.call("DELETE", path), ...rest });
    }

    /** A call of the API as a command. `path`: below the place, or a query of the place itself. */
    protected call(method: string, path: string): string {
        const below = path === "" || path.startsWith("?") ? path : `/${path}`;
        return this.apiCall(method, `${this.kind}/${this.place.id}${below}`);
    }

    protected apiCall(method: string, path: string): string {
        const url = `${this.context.url}/api/v4/${path}`;
        return `curl --request ${method} --header "PRIVATE-TOKEN: $GITLAB_TOKEN" ${word(url)}`;
    }

    private finding(
        list: Finding["list"],
        noun: Finding["noun"],
        name: string,
        risk: Risk,
        rest: Partial<Finding>,
    ): Finding {
        return {
            list,
            risk,
            server: "GitLab",
            place: this.place.path,
            noun,
            name,
            differences: [],
            mend: this.context.mend,
            ...rest,
        };
    }

    protected settings(
        noun: "group" | "project",
        made: Declared,
        body: Raw,
        fields: readonly Field[],
    ): Finding[] {
        const found = fields.flatMap(([key, field, risk]) => {
            const wanted = property(made, key);
            // What the server does not say is of another version or edition.
            return wanted === undefined || body[field] === undefined
                ? []
                : difference(key, wanted, inFormOf(open(wanted), body[field])).map((each) => ({
                      risk,
                      each,
                      key,
                      field,
                      wanted,
                  }));
        });
        // What the program leaves to the server, an update leaves as it is.
        const left = found.filter(({ key }) => !(key in made.inputs));
        const query = left.map(({ field, wanted }) => `${field}=${encodeURIComponent(String(open(wanted)))}`);
        const mends = [
            ...(left.length === 0 ? [] : [this.call("PUT", `?${query.join("&")}`)]),
            ...(left.length === found.length ? [] : [this.context.mend]),
        ];
        return this.changed(
            noun,
            this.place.path,
            worst(found.map(({ risk }) => risk)),
            found.map(({ each }) => each),
            { mend: mends.join(" && ") },
        );
    }

    /** People with a role of their own here, which is not inherited. */
    protected members(made: readonly Declared[], list: List): Finding[] {
        if (list === undefined) {
            return [];
        }
        const find = (id: string): Raw | undefined => list.find((each) => String(each["id"]) === id);
        const declared = made.flatMap((each) => {
            const id = textOf(each, "userId");
            const found = find(id);
            const ends = textOf(each, "expiresAt");
            if (found === undefined) {
                const name = each.name.replace(/^.*-member-/, "");
                return isOver(ends, this.context.today) ? [] : [this.missing("member", name, "access")];
            }
            const expires = difference("expires", ends, found["expires_at"]);
            const level = levelOf(textOf(each, "accessLevel"));
            return this.changed(
                "member",
                String(found["username"]),
                "access",
                [
                    ...difference("role", textOf(each, "accessLevel"), roleOf(found["access_level"])),
                    // A role of the server's own adds rights to the one it is based on.
                    ...difference("customRole", "", text(customRole(found)["name"])),
                    ...expires,
                ],
                // An end or a custom role that the program does not set, an update leaves as it is.
                (expires.length === 0 || "expiresAt" in each.inputs) && !("id" in customRole(found))
                    ? {}
                    : {
                          mend: this.call(
                              "PUT",
                              `members/${id}?access_level=${level}&expires_at=${ends}${"id" in customRole(found) ? "&member_role_id=" : ""}`,
                          ),
                      },
            );
        });
        const ids = new Set(made.map((each) => textOf(each, "userId")));
        const { self } = this.inventory;
        const strangers =
            self === undefined
                ? [] // Who makes a group becomes its owner: it is not known who that is.
                : list.filter(
                      (each) => !ids.has(String(each["id"])) && each["id"] !== self && !this.isOwnBot(each),
                  );
        return [
            ...declared,
            ...strangers.map((each) =>
                this.undeclared(
                    "member",
                    String(each["username"]),
                    "access",
                    `members/${String(each["id"])}`,
                    {
                        differences: facts({
                            role: roleOf(each["access_level"]),
                            customRole: customRole(each)["name"],
                            expires: each["expires_at"],
                        }),
                        ...madeBy(each),
                        ...this.adoptMember(each),
                    },
                ),
            ),
        ];
    }

    /**
     * The user of an access token of this place; the token itself is looked at. Anybody can choose such a name, so the
     * tokens decide; where they could not be read, which the report says, nothing is known about a user of that name.
     */
    private isOwnBot({ id, username }: Raw): boolean {
        const tokens = this.place.accessTokens;
        if (tokens !== undefined) {
            return tokens.some((token) => token["user_id"] === id);
        }
        const prefix = `${this.kind === "groups" ? "group" : "project"}_${this.place.id}_bot`;
        return typeof username === "string" && (username === prefix || username.startsWith(`${prefix}_`));
    }

    /** People who become members when they take an invitation up that went to a mail address. */
    protected invitations(list: List): Finding[] {
        return (list ?? []).map((each) => {
            const mail = text(each["invite_email"]);
            const by = text(each["created_by_name"]);
            const when = text(each["created_at"]);
            return this.undeclared("invitation", mail, "access", `invitations/${encodeURIComponent(mail)}`, {
                differences: facts({ role: roleOf(each["access_level"]), expires: each["expires_at"] }),
                ...(by === "" ? {} : { who: by }),
                ...(when === "" ? {} : { when }),
            });
        });
    }

    private adoptMember(member: Raw): Partial<Finding> {
        const team = this.context.teams[this.place.path];
        const role = levelOf(member["access_level"]);
        return team === undefined || role > 40 || role < 30
            ? {}
            : {
                  adopt: `teams.${team}.${role === 40 ? "maintainers" : "developers"}: ${String(member["username"])}`,
              };
    }

    protected shares(made: readonly Declared[], body: Raw, key: string): Finding[] {
        const shared = Array.isArray(body["shared_with_groups"]) ? (body["shared_with_groups"] as Raw[]) : [];
        const ids = new Set(made.map((each) => textOf(each, key)));
        const gone = made.filter(
            (each) => !shared.some((share) => String(share["group_id"]) === textOf(each, key)),
        );
        return [
            ...gone.map((each) =>
                this.missing("sharedGroup", nameOf(this.context.ids, "group", textOf(each, key)), "access"),
            ),
            ...shared
                .filter((share) => !ids.has(String(share["group_id"])))
                .map((share) =>
                    this.undeclared(
                        "sharedGroup",
                        String(share["group_full_path"]),
                        "access",
                        `share/${String(share["group_id"])}`,
                        {
                            differences: facts({
                                role: roleOf(share["group_access_level"]),
                                expires: share["expires_at"],
                            }),
                        },
                    ),
                ),
        ];
    }

    /** Tokens: an end that has come is no drift, and the next update renews what is about to end. */
    protected tokens(
        noun: "deployToken" | "accessToken",
        made: readonly Declared[],
        all: List,
        members: List,
    ): Finding[] {
        if (all === undefined) {
            return [];
        }
        const list = all.filter((token) => token["active"] !== false);
        const path = noun === "deployToken" ? "deploy_tokens" : "access_tokens";
        const idOf = (each: Declared): string =>
            (textOf({ ...each, inputs: {} }, "id") || each.id).split(":").at(-1) ?? "";
        const declared = made.flatMap((each) => {
            const id = idOf(each);
            const name = textOf(each, "name");
            const found = list.find((token) => String(token["id"]) === id);
            if (found === undefined) {
                return isOver(textOf(each, "expiresAt").slice(0, 10), this.context.today)
                    ? []
                    : [this.missing(noun, name, "delivery", { remark: "revoked" })];
            }
            const role = textOf(each, "accessLevel");
            return this.changed(noun, name, "access", [
                ...difference("scopes", sorted(property(each, "scopes")), sorted(found["scopes"])),
                ...(role === "" ? [] : difference("role", role, roleOf(found["access_level"]))),
            ]);
        });
        const ids = new Set(made.map(idOf));
        return [
            ...declared,
            ...list
                .filter((token) => !ids.has(String(token["id"])) && token["revoked"] !== true)
                .map((token) => {
                    const bot = (members ?? []).find((each) => each["id"] === token["user_id"]);
                    return this.undeclared(
                        noun,
                        String(token["name"]),
                        "access",
                        `${path}/${String(token["id"])}`,
                        {
                            differences: facts({
                                scopes: list2text(token["scopes"]),
                                ...(noun === "accessToken" ? { role: roleOf(token["access_level"]) } : {}),
                                expires: token["expires_at"],
                            }),
                            ...madeBy({ created_by: bot?.["created_by"], created_at: token["created_at"] }),
                        },
                    );
                }),
        ];
    }

    protected hooks(made: readonly Declared[], list: List): Finding[] {
        if (list === undefined) {
            return [];
        }
        const taken = new Set<Raw>();
        const declared = made.flatMap((each) => {
            const id = textOf(each, "hookId") || (each.id.split(":").at(-1) ?? "");
            const url = textOf(each, "url");
            const name = textOf(each, "name") || publicUrl(url);
            const found = list.find((hook) => String(hook["id"]) === id);
            if (found === undefined) {
                return [this.missing("hook", name, "delivery")];
            }
            taken.add(found);
            return this.changed("hook", name, "delivery", [
                ...(url === found["url"]
                    ? []
                    : [{ property: "url", made: publicUrl(url), found: publicUrl(String(found["url"])) }]),
                ...hookEvents.flatMap((event) =>
                    found[snake(event)] === undefined
                        ? []
                        : difference(event, property(each, event) ?? false, found[snake(event)]),
                ),
                ...difference(
                    "enableSslVerification",
                    property(each, "enableSslVerification") ?? true,
                    found["enable_ssl_verification"],
                ),
                ...difference(
                    "pushEventsBranchFilter",
                    property(each, "pushEventsBranchFilter"),
                    found["push_events_branch_filter"],
                ),
                ...(open(each.inputs["token"]) !== undefined && found["token_present"] === false
                    ? [{ property: "token", made: "(hidden)", found: "" }]
                    : []),
            ]);
        });
        return [
            ...declared,
            ...list
                .filter((hook) => !taken.has(hook))
                .map((hook) =>
                    this.undeclared(
                        "hook",
                        publicUrl(String(hook["url"])),
                        "access",
                        `hooks/${String(hook["id"])}`,
                        {
                            differences: facts({
                                events: Object.keys(hook)
                                    .filter((key) => key.endsWith("_events") && hook[key] === true)
                                    .map((key) => key.replace(/_events$/, ""))
                                    .join(", "),
                            }),
                            ...madeBy(hook),
                        },
                    ),
                ),
        ];
    }

    protected variables(made: readonly Declared[], list: List): Finding[] {
        if (list === undefined) {
            return [];
        }
        const scopeOf = (each: Declared): string => textOf(each, "environmentScope") || "*";
        const taken = new Set<Raw>();
        const declared = made.flatMap((each) => {
            const key = textOf(each, "key");
            const scope = scopeOf(each);
            const name = scope === "*" ? key : `${key} (${scope})`;
            const found = list.find(
                (variable) => variable["key"] === key && (variable["environment_scope"] ?? "*") === scope,
            );
            if (found === undefined) {
                return [this.missing("variable", name, "secret")];
            }
            taken.add(found);
            const value = found["value"];
            // A hidden one is never shown again: of it only the flags can be compared.
            const other =
                typeof value === "string" && open(property(each, "value")) !== undefined
                    ? !sameValue(property(each, "value"), value)
                    : false;
            return this.changed(
                "variable",
                name,
                "secret",
                (["protected", "masked", "hidden", "raw", "variableType"] as const).flatMap((flag) =>
                    found[snake(flag)] === undefined
                        ? []
                        : difference(flag, property(each, flag), found[snake(flag)]),
                ),
                other ? { remark: "otherValue" } : {},
            );
        });
        const keys = new Set(made.map((each) => textOf(each, "key")));
        return [
            ...declared,
            ...list
                .filter((variable) => !taken.has(variable))
                .map((variable) => {
                    const key = String(variable["key"]);
                    const scope = text(variable["environment_scope"]) || "*";
                    const overrides = keys.has(key);
                    return this.undeclared(
                        "variable",
                        scope === "*" ? key : `${key} (${scope})`,
                        overrides ? "secret" : "delivery",
                        `variables/${key}?filter%5Benvironment_scope%5D=${encodeURIComponent(scope)}`,
                        {
                            differences: facts({
                                protected: variable["protected"],
                                type: variable["variable_type"],
                            }),
                            ...(overrides ? { remark: "overrides" as const } : {}),
                        },
                    );
                }),
        ];
    }

    /** Programs that take jobs of this place, beside those of the whole server and of groups above. */
    protected runners(list: List): Finding[] {
        const type = this.kind === "groups" ? "group_type" : "project_type";
        const own = (list ?? []).filter((runner) => runner["runner_type"] === type);
        return own.map((runner) => {
            const id = String(runner["id"]);
            return this.undeclared("runner", text(runner["description"]) || id, "secret", `runners/${id}`, {
                // What works for other projects too is only taken from this one; GitLab refuses that for its last one.
                ...(this.kind === "groups" || listIn(runner["projects"]).length === 1
                    ? { mend: this.apiCall("DELETE", `runners/${id}`) }
                    : {}),
                remark: "runsJobs",
                ...madeBy(runner),
            });
        });
    }

    /** What GitLab sends to other programs; those that a group above or the server switched on are theirs. */
    protected integrations(list: List): Finding[] {
        return (list ?? [])
            .filter((each) => each["active"] === true && each["inherited"] !== true)
            .map((each) =>
                this.undeclared(
                    "integration",
                    text(each["slug"]),
                    "delivery",
                    `integrations/${text(each["slug"])}`,
                    madeBy(each),
                ),
            );
    }
}

/** The role of the server's own that a member has beside the usual one; empty where there is none. */
function customRole(member: Raw): Raw {
    return record(member["member_role"]);
}

/** Who made an object, and when, as GitLab says it. */
export function madeBy(object: Raw): Pick<Finding, "who" | "when"> {
    const owner = (object["created_by"] ?? object["owner"]) as Raw | null | undefined;
    const who = owner?.["username"];
    const when = object["created_at"];
    return {
        ...(typeof who === "string" ? { who } : {}),
        ...(typeof when === "string" ? { when } : {}),
    };
}

/** Whether a day has come; an empty one never does. GitLab ends things at the start of their last day. */
function isOver(day: string, today: string): boolean {
    return day !== "" && day <= today;
}

function sorted(value: unknown): unknown {
    const plain = open(value);
    return Array.isArray(plain) ? (plain as unknown[]).map(String).sort() : plain;
}

function list2text(value: unknown): string {
    return Array.isArray(value) ? value.map(String).sort().join(", ") : "";
}
