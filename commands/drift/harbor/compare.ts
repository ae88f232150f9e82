/** What in a Harbor is not as a stack declares it. Pure. */
import { list as listIn, record, text } from "../../doctor/json";
import { property, textOf, type Declared } from "../declared";
import {
    difference,
    facts,
    hidden,
    open,
    publicUrl,
    sameValue,
    type Difference,
    type Finding,
    type Risk,
} from "../finding";
import type { Raw } from "../reader";
import { word } from "../shell";
import { isRemote, nameFilter, touches } from "./replication";
import { cron, declaredRetentionText, pattern, retentionText, selectorText } from "./retention";
import { endOf, rightsText } from "./robots";
import { types, type HarborInventory, type ImageProjectInventory } from "./inventory";

/** What the comparison is made with. */
export interface HarborContext {
    /** Of the registry in the spec. */
    readonly name: string;
    /** Without a trailing slash. */
    readonly url: string;
    /** Whom the stack signs in as; Harbor makes who makes a project its administrator. */
    readonly username: string;
    /** Command that makes declared things as they are declared. */
    readonly mend: string;
    readonly now: Date;
}

/** Every difference, of everything the inventory knows. */
export function harborDrift(
    declared: readonly Declared[],
    inventory: HarborInventory,
    context: HarborContext,
): Finding[] {
    const look = new HarborLook(declared, inventory, context);
    return [
        ...inventory.projects.flatMap((project) => look.project(project)),
        ...look.systemRobots(),
        ...look.replications(),
        ...look.administrators(),
        ...look.administratorGroups(),
    ];
}

const gibibyte = 2 ** 30;

class HarborLook {
    constructor(
        private readonly declared: readonly Declared[],
        private readonly inventory: HarborInventory,
        private readonly context: HarborContext,
    ) {}

    project(project: ImageProjectInventory): Finding[] {
        const { id, name, body } = project;
        const made = this.declared.find((each) => each.type === types.project && each.id === id);
        if (body === undefined || made === undefined) {
            return [];
        }
        if (body === null) {
            return [this.finding("missing", "imageProject", name, name, "data")];
        }
        const inside = this.declared.filter((each) =>
            [textOf(each, "projectId"), textOf(each, "scope")].includes(id),
        );
        return [
            ...this.settings(made, project, body),
            ...this.quota(made, project),
            ...this.retention(inside, project),
            ...this.immutable(inside, project),
            ...this.webhooks(inside, project),
            ...this.members(inside, project),
            ...this.scanner(project),
            ...this.robotsOf(project),
        ];
    }

    private settings(made: Declared, { name }: ImageProjectInventory, body: Raw): Finding[] {
        const metadata = record(body["metadata"]);
        const flags: readonly (readonly [string, string])[] = [
            ["public", "public"],
            ["vulnerabilityScanning", "auto_scan"],
            ["autoSbomGeneration", "auto_sbom_generation"],
            ["enableContentTrust", "enable_content_trust"],
            ["enableContentTrustCosign", "enable_content_trust_cosign"],
        ];
        const cves = listIn(record(body["cve_allowlist"])["items"]).map((each) => text(each["cve_id"]));
        return this.changed("imageProject", name, name, "data", [
            ...flags.flatMap(([key, field]) =>
                property(made, key) === undefined
                    ? []
                    : difference(key, property(made, key), metadata[field] === "true"),
            ),
            ...difference(
                "deploymentSecurity",
                property(made, "deploymentSecurity"),
                metadata["prevent_vul"] === "true" ? metadata["severity"] : "",
            ),
            ...difference("cveAllowlists", words(property(made, "cveAllowlists")), words(cves)),
        ]);
    }

    private quota(made: Declared, { id, name }: ImageProjectInventory): Finding[] {
        const found = this.inventory.quotas?.find(
            (each) => String(record(each["ref"])["id"]) === id.split("/").at(-1),
        );
        if (found === undefined) {
            return [];
        }
        const wanted = Number(open(property(made, "storageQuota")) ?? -1);
        const bytes = Number(record(found["hard"])["storage"] ?? -1);
        const size = (gib: number): string => (gib < 0 ? "unlimited" : `${gib} GiB`);
        return this.changed(
            "quota",
            name,
            name,
            "data",
            difference("storage", size(wanted), size(bytes < 0 ? -1 : bytes / gibibyte)),
        );
    }

    private retention(inside: readonly Declared[], project: ImageProjectInventory): Finding[] {
        const made = inside.find(({ type }) => type === types.retention);
        const { name, retention } = project;
        if (retention === undefined) {
            return [];
        }
        const rules = retention === null ? [] : listIn(retention["rules"]);
        if (made === undefined) {
            return rules.length === 0
                ? []
                : [
                      this.undeclared(
                          "retention",
                          name,
                          name,
                          "data",
                          `/retentions/${String(retention?.["id"])}`,
                          {
                              differences: facts({ rules: rules.map(retentionText).join("; ") }),
                          },
                      ),
                  ];
        }
        if (retention === null) {
            return [this.finding("missing", "retention", name, name, "data", this.forgotten())];
        }
        const schedule = record(record(retention["trigger"])["settings"])["cron"];
        return this.changed("retention", name, name, "data", [
            ...difference("schedule", cron(textOf(made, "schedule")), schedule),
            ...difference(
                "rules",
                listIn(open(property(made, "rules")))
                    .map(declaredRetentionText)
                    .join("; "),
                rules.map(retentionText).join("; "),
            ),
        ]);
    }

    private immutable(
        inside: readonly Declared[],
        { id, name, immutable }: ImageProjectInventory,
    ): Finding[] {
        if (immutable === undefined) {
            return [];
        }
        const made = inside.filter(({ type }) => type === types.immutable);
        return [
            ...made.flatMap((each) => {
                const wanted = {
                    disabled: property(each, "disabled") ?? false,
                    tags: pattern(textOf(each, "tagMatching"), textOf(each, "tagExcluding")),
                    repositories: pattern(textOf(each, "repoMatching"), textOf(each, "repoExcluding")),
                };
                const found = immutable.find((rule) => String(rule["id"]) === numberOf(each));
                return found === undefined
                    ? [this.finding("missing", "immutableRule", name, wanted.tags, "data")]
                    : this.changed("immutableRule", name, wanted.tags, "data", [
                          ...difference("disabled", wanted.disabled, found["disabled"]),
                          ...difference("tags", wanted.tags, selectorText(found["tag_selectors"])),
                          ...difference(
                              "repositories",
                              wanted.repositories,
                              selectorText(record(found["scope_selectors"])["repository"]),
                          ),
                      ]);
            }),
            ...this.others(made, immutable).map((rule) =>
                this.undeclared(
                    "immutableRule",
                    name,
                    selectorText(rule["tag_selectors"]),
                    "delivery",
                    `${id}/immutabletagrules/${String(rule["id"])}`,
                    { differences: facts({ disabled: rule["disabled"] === true }) },
                ),
            ),
        ];
    }

    private webhooks(inside: readonly Declared[], { id, name, webhooks }: ImageProjectInventory): Finding[] {
        if (webhooks === undefined) {
            return [];
        }
        const made = inside.filter(({ type }) => type === types.webhook);
        return [
            ...made.flatMap((each) => {
                const title = textOf(each, "name");
                const found = webhooks.find((policy) => String(policy["id"]) === numberOf(each));
                if (found === undefined) {
                    return [this.finding("missing", "hook", name, title, "delivery", this.forgotten())];
                }
                const target = listIn(found["targets"])[0] ?? {};
                const address = textOf(each, "address");
                return this.changed("hook", name, title, "delivery", [
                    ...(address === target["address"]
                        ? []
                        : [
                              {
                                  property: "address",
                                  made: publicUrl(address),
                                  found: publicUrl(text(target["address"])),
                              },
                          ]),
                    ...difference(
                        "events",
                        words(property(each, "eventsTypes")),
                        words(found["event_types"]),
                    ),
                    ...difference("enabled", property(each, "enabled") ?? true, found["enabled"]),
                    ...difference(
                        "skipCertVerify",
                        property(each, "skipCertVerify"),
                        target["skip_cert_verify"],
                    ),
                    ...(sameValue(property(each, "authHeader"), target["auth_header"])
                        ? []
                        : [{ property: "authHeader", made: hidden, found: hidden }]),
                ]);
            }),
            ...this.others(made, webhooks).map((policy) =>
                this.undeclared(
                    "hook",
                    name,
                    text(policy["name"]),
                    "access",
                    `${id}/webhook/policies/${String(policy["id"])}`,
                    {
                        differences: facts({
                            address: publicUrl(text(listIn(policy["targets"])[0]?.["address"])),
                            events: words(policy["event_types"]),
                        }),
                        ...madeAt(policy),
                        ...(text(policy["creator"]) === "" ? {} : { who: text(policy["creator"]) }),
                    },
                ),
            ),
        ];
    }

    private members(inside: readonly Declared[], { id, name, members }: ImageProjectInventory): Finding[] {
        if (members === undefined) {
            return [];
        }
        const made = inside.filter(({ type }) => type === types.userMember || type === types.groupMember);
        return [
            ...made.flatMap((each) => {
                const title = textOf(each, "userName") || textOf(each, "groupName");
                const found = members.find((member) => String(member["id"]) === numberOf(each));
                return found === undefined
                    ? [this.finding("missing", "member", name, title, "access")]
                    : this.changed(
                          "member",
                          name,
                          title,
                          "access",
                          difference("role", roles[textOf(each, "role")], found["role_id"]),
                      );
            }),
            ...this.others(made, members)
                .filter(
                    (member) =>
                        !(member["entity_type"] === "u" && member["entity_name"] === this.context.username),
                )
                .map((member) =>
                    this.undeclared(
                        "member",
                        name,
                        text(member["entity_name"]),
                        "access",
                        `${id}/members/${String(member["id"])}`,
                        { differences: facts({ role: member["role_name"] }) },
                    ),
                ),
        ];
    }

    /** A scanner that somebody chose for the project: it decides which vulnerabilities are seen, and reads every image. */
    private scanner({ id, name, scanner }: ImageProjectInventory): Finding[] {
        const usual = this.inventory.scanners?.find((each) => each["is_default"] === true);
        return usual === undefined || scanner?.["is_default"] !== false
            ? []
            : [
                  this.finding("undeclared", "scanner", name, text(scanner["name"]), "review", {
                      remark: "seesImages",
                      differences: facts({
                          url: publicUrl(text(scanner["url"])),
                          usual: usual["name"],
                          disabled: scanner["disabled"] === true ? "true" : "",
                      }),
                      mend: this.put(`${id}/scanner`, { uuid: usual["uuid"] }),
                  }),
              ];
    }

    private robotsOf({ name, robots }: ImageProjectInventory): Finding[] {
        if (robots === undefined) {
            return [];
        }
        const made = this.declared.filter(
            (each) =>
                each.type === types.robot && levelOf(each) === "project" && namespacesOf(each).includes(name),
        );
        return [
            ...made.flatMap((each) => this.robot(each, name, robots)),
            ...this.others(made, robots)
                .filter((robot) => !this.isOver(robot))
                .map((robot) => this.strangeRobot(robot, name)),
        ];
    }

    /** Robots of the whole Harbor: those of the stack, and those that reach into its projects. */
    systemRobots(): Finding[] {
        const { robots } = this.inventory;
        if (robots === undefined) {
            return [];
        }
        const made = this.declared.filter((each) => each.type === types.robot && levelOf(each) === "system");
        const projects = this.inventory.projects.map(({ name }) => name);
        return [
            ...made.flatMap((each) => this.robot(each, "", robots)),
            ...this.others(made, robots)
                .filter(
                    (robot) =>
                        !this.isOver(robot) &&
                        listIn(robot["permissions"]).some(
                            ({ kind, namespace }) =>
                                kind === "system" || namespace === "*" || projects.includes(text(namespace)),
                        ),
                )
                .map((robot) => this.strangeRobot(robot, "")),
        ];
    }

    private robot(made: Declared, place: string, robots: readonly Raw[]): Finding[] {
        const name = textOf(made, "fullName") || textOf(made, "name");
        const found = robots.find((robot) => String(robot["id"]) === numberOf(made));
        return found === undefined
            ? [this.finding("missing", "robot", place, name, "access")]
            : this.changed("robot", place, name, "access", [
                  ...difference("disabled", property(made, "disable") ?? false, found["disable"]),
                  ...difference("durationDays", property(made, "duration"), found["duration"]),
                  ...difference(
                      "rights",
                      rightsText(property(made, "permissions")),
                      rightsText(found["permissions"]),
                  ),
              ]);
    }

    private strangeRobot(robot: Raw, place: string): Finding {
        const all = listIn(robot["permissions"]).some(
            ({ kind, namespace }) => kind === "system" || namespace === "*",
        );
        return this.undeclared(
            "robot",
            place,
            text(robot["name"]),
            "access",
            `/robots/${String(robot["id"])}`,
            {
                differences: facts({
                    rights: rightsText(robot["permissions"]),
                    expires: endOf(robot),
                    disabled: robot["disable"] === true ? "true" : "",
                }),
                ...(all ? { remark: "everything" as const } : {}),
                ...madeAt(robot),
            },
        );
    }

    private isOver({ expires_at: end }: Raw): boolean {
        return typeof end === "number" && end > 0 && end * 1000 < this.context.now.getTime();
    }

    /** Policies that carry images of the stack elsewhere, or something else into its projects. */
    replications(): Finding[] {
        const { replications } = this.inventory;
        if (replications === undefined) {
            return [];
        }
        const made = this.declared.filter(({ type }) => type === types.replication);
        const projects = this.inventory.projects.map(({ name }) => name);
        const gone = made.filter(
            (each) => !replications.some((policy) => String(policy["id"]) === numberOf(each)),
        );
        return [
            ...gone.map((each) =>
                this.finding("missing", "replication", "", textOf(each, "name"), "delivery"),
            ),
            ...this.others(made, replications)
                .filter((policy) => touches(policy, projects))
                .map((policy) => {
                    const pull = isRemote(policy["src_registry"]);
                    const other = record(policy[pull ? "src_registry" : "dest_registry"]);
                    return this.undeclared(
                        "replication",
                        "",
                        text(policy["name"]),
                        pull ? "delivery" : "access",
                        `/replication/policies/${String(policy["id"])}`,
                        {
                            differences: facts({
                                [pull ? "from" : "to"]: publicUrl(text(other["url"])),
                                images: nameFilter(policy) || "**",
                                enabled: policy["enabled"] === true,
                            }),
                            ...madeAt(policy),
                        },
                    );
                }),
        ];
    }

    /** Users who administrate the whole Harbor, but for the one it comes with and the one of the stack. */
    administrators(): Finding[] {
        return (this.inventory.users ?? [])
            .filter(
                (user) =>
                    user["sysadmin_flag"] === true &&
                    user["user_id"] !== firstUser &&
                    user["username"] !== this.context.username,
            )
            .map((user) =>
                this.finding("undeclared", "administrator", "", text(user["username"]), "access", {
                    remark: "administrates",
                    differences: facts({ name: user["realname"], made: user["creation_time"] }),
                    mend: this.put(`/users/${String(user["user_id"])}/sysadmin`, { sysadmin_flag: false }),
                }),
            );
    }

    /** Groups of the sign-in whose members administrate the whole Harbor. */
    administratorGroups(): Finding[] {
        const { configuration } = this.inventory;
        const value = (name: string): string => text(record(record(configuration)[name])["value"]);
        const setting = adminGroups[value("auth_mode")];
        const group = setting === undefined ? "" : value(setting);
        return setting === undefined || group === ""
            ? []
            : [
                  this.finding("undeclared", "administrators", "", group, "access", {
                      remark: "administrates",
                      differences: facts({ setting }),
                      mend: this.put("/configurations", { [setting]: "" }),
                  }),
              ];
    }

    private put(path: string, body: object): string {
        const url = `${this.context.url}/api/v2.0${path}`;
        return `curl --request PUT --user "$HARBOR_USER:$HARBOR_PASSWORD" --header 'Content-Type: application/json' --data ${word(JSON.stringify(body))} ${word(url)}`;
    }

    /** The published plugin fails at a webhook or policy that is gone, unless the state forgets it first. */
    private forgotten(): Partial<Finding> {
        return { mend: `${this.context.mend} --forget-gone` };
    }

    private others(made: readonly Declared[], list: readonly Raw[]): Raw[] {
        const ids = new Set(made.map(numberOf));
        return list.filter((each) => !ids.has(String(each["id"])));
    }

    private changed(
        noun: Finding["noun"],
        place: string,
        name: string,
        risk: Risk,
        differences: readonly Difference[],
    ): Finding[] {
        return differences.length === 0
            ? []
            : [this.finding("changed", noun, place, name, risk, { differences })];
    }

    private undeclared(
        noun: Finding["noun"],
        place: string,
        name: string,
        risk: Risk,
        path: string,
        rest: Partial<Finding>,
    ): Finding {
        const url = `${this.context.url}/api/v2.0${path}`;
        return this.finding("undeclared", noun, place, name, risk, {
            mend: `curl --request DELETE --user "$HARBOR_USER:$HARBOR_PASSWORD" ${word(url)}`,
            ...rest,
        });
    }

    private finding(
        list: Finding["list"],
        noun: Finding["noun"],
        place: string,
        name: string,
        risk: Risk,
        rest: Partial<Finding> = {},
    ): Finding {
        return {
            list,
            risk,
            server: `Harbor ${this.context.name}`,
            place,
            noun,
            name,
            differences: [],
            mend: this.context.mend,
            ...rest,
        };
    }
}

/** Number of the administrator that every Harbor is installed with. */
const firstUser = 1;

/** Setting that names the group of administrators, by how people sign in. */
const adminGroups: Readonly<Record<string, string>> = {
    ldap_auth: "ldap_group_admin_dn",
    oidc_auth: "oidc_admin_group",
};

/** Harbor's numbers of roles. */
const roles: Readonly<Record<string, number>> = {
    projectadmin: 1,
    developer: 2,
    guest: 3,
    maintainer: 4,
    limitedguest: 5,
};

function numberOf({ id }: Declared): string {
    return id.split("/").at(-1) ?? "";
}

function levelOf(robot: Declared): string {
    return textOf(robot, "level");
}

function namespacesOf(robot: Declared): string[] {
    return listIn(open(property(robot, "permissions"))).map((each) => text(each["namespace"]));
}

function words(value: unknown): string {
    const plain = open(value);
    return Array.isArray(plain) ? plain.map(String).sort().join(", ") : "";
}

function madeAt({ creation_time: time }: Raw): Pick<Finding, "when"> {
    return typeof time === "string" && time !== "" ? { when: time } : {};
}
