/** Rules about credentials, wherever they are: how long they last, what they open, and whether one is used in two places. */
import { hasRole } from "../../estate/accessRoles";
import { daysBetween } from "../../estate/days";
import { isPlainHttp, type Finding, type ResourceRule, type Reviewed, type StackRule } from "../rule";
import { isAbsent, isKnown, isTrue, number, object, text, texts } from "../values";
import { words } from "../words";
import { accessTokens, deployKeys, deployTokens, hooks, variables } from "./gitlab/types";
import { robot } from "./harbor";

const robotExpires: ResourceRule = {
    name: "harbor-robot-expires",
    area: "Credentials",
    severity: "high",
    description: words("A robot expires.", "机器人账号有到期日。"),
    remedy: words(
        "Set duration, in days, to at most robotMaxDays.",
        "将 duration（天数）设为不超过 robotMaxDays。",
    ),
    types: [robot],
    check({ props }, settings) {
        const days = number(props, "duration");
        if (isAbsent(props, "duration") || days === -1) {
            return [
                words(
                    `duration is ${days === -1 ? "-1" : "absent"}, which is never; set it to at most ${settings.robotMaxDays} days.`,
                    `duration ${days === -1 ? "为 -1" : "没有设置"}，即永不到期，请设为不超过 ${settings.robotMaxDays} 天。`,
                ),
            ];
        }
        return days !== undefined && days > settings.robotMaxDays
            ? [
                  words(
                      `duration is ${days} days; set it to at most ${settings.robotMaxDays}.`,
                      `duration 为 ${days} 天，请设为不超过 ${settings.robotMaxDays} 天。`,
                  ),
              ]
            : [];
    },
};

const tokenExpires: ResourceRule = {
    name: "gitlab-token-expires",
    area: "Credentials",
    severity: "high",
    description: words(
        "A token of GitLab ends, or is renewed by itself.",
        "GitLab 令牌有到期日，或会自动续期。",
    ),
    remedy: words(
        "Set expiresAt, or rotationConfiguration with at most robotMaxDays.",
        "设置 expiresAt，或设置不超过 robotMaxDays 的 rotationConfiguration。",
    ),
    types: [...accessTokens, ...deployTokens],
    check({ props }, settings) {
        if (isAbsent(props, "expiresAt") && isAbsent(props, "rotationConfiguration")) {
            return [
                words(
                    "neither expiresAt nor rotationConfiguration is set; set one.",
                    "expiresAt 和 rotationConfiguration 都没有设置，请设置其中一个。",
                ),
            ];
        }
        const days = number(object(props, "rotationConfiguration"), "expirationDays");
        return days !== undefined && days > settings.robotMaxDays
            ? [
                  words(
                      `rotationConfiguration.expirationDays is ${days}; set it to at most ${settings.robotMaxDays}.`,
                      `rotationConfiguration.expirationDays 为 ${days}，请设为不超过 ${settings.robotMaxDays}。`,
                  ),
              ]
            : [];
    },
};

const notAboutToEnd: ResourceRule = {
    name: "credentials-not-about-to-end",
    area: "Credentials",
    severity: "medium",
    description: words(
        "Nothing ends within the next days: what uses it would stop in the middle of something.",
        "近几天内没有凭据到期，否则使用它的程序会中途停止。",
    ),
    remedy: words(
        "Move expiresAt; for an estate of this project see docs/credentials.md.",
        "推迟 expiresAt；本项目的交付体系请参阅 docs/credentials.md。",
    ),
    types: [
        ...accessTokens,
        ...deployTokens,
        ...deployKeys,
        "gitlab:index/projectMembership:ProjectMembership",
        "gitlab:index/groupMembership:GroupMembership",
        "gitlab:index/projectShareGroup:ProjectShareGroup",
        "gitlab:index/groupShareGroup:GroupShareGroup",
    ],
    check({ props }, settings) {
        const end = /^\d{4}-\d{2}-\d{2}/.exec(text(props, "expiresAt") ?? "")?.[0];
        // What is renewed by itself ends soon again and again.
        if (end === undefined || !isAbsent(props, "rotationConfiguration")) {
            return [];
        }
        const days = daysBetween(settings.today, end);
        return days > settings.expiryWarningDays
            ? []
            : [
                  words(
                      `it ${days < 0 ? `ended on ${end}` : `ends on ${end}, in ${days} days`}; move expiresAt.`,
                      `${days < 0 ? `已于 ${end} 到期` : `将于 ${end} 到期，还有 ${days} 天`}，请推迟 expiresAt。`,
                  ),
              ];
    },
};

const tokenScopes: ResourceRule = {
    name: "gitlab-token-scopes",
    area: "Credentials",
    severity: "high",
    description: words(
        "A token may do one thing: sudo and admin_mode are GitLab itself, and api is everything its user can do, so that only a developer's or less may have it.",
        "一个令牌只做一件事：sudo 和 admin_mode 等于整个 GitLab，api 等于其用户的全部权限，因此只能给 developer 或更低的角色。",
    ),
    remedy: words(
        "Give the scopes that are needed, such as write_repository; where only api will do, a role of developer or less.",
        "只授予需要的范围，例如 write_repository；只能用 api 时，角色不高于 developer。",
    ),
    types: accessTokens,
    check({ props }) {
        // The user of a project's or group's token has this role there and nothing else; other tokens have no such field.
        const bounded =
            !isKnown(props, "accessLevel") || !hasRole(text(props, "accessLevel") ?? "owner", "maintainer");
        const broad = texts(props, "scopes").filter(
            (scope) => ["sudo", "admin_mode"].includes(scope) || (scope === "api" && !bounded),
        );
        return broad.length === 0
            ? []
            : [
                  words(
                      `scopes have ${broad.join(", ")}; give the scopes that are needed, such as write_repository, or a lower role.`,
                      `scopes 含有 ${broad.join(", ")}，请只授予需要的范围，例如 write_repository，或降低角色。`,
                  ),
              ];
    },
};

const tokenRole: ResourceRule = {
    name: "gitlab-token-role",
    area: "Credentials",
    severity: "high",
    description: words(
        "A token's user is no owner: it could delete the project or let others in.",
        "令牌的用户不是 owner，否则它可以删除项目或放人进来。",
    ),
    remedy: words(
        "Set accessLevel to developer, or to what the work needs.",
        "将 accessLevel 设为 developer，或工作所需的角色。",
    ),
    types: accessTokens,
    check: ({ props }) =>
        text(props, "accessLevel") === "owner"
            ? [
                  words(
                      "accessLevel is owner; set it to developer, or to what the work needs.",
                      "accessLevel 为 owner，请设为 developer，或工作所需的角色。",
                  ),
              ]
            : [],
};

const deployKeyReads: ResourceRule = {
    name: "gitlab-deploy-key-reads",
    area: "Credentials",
    severity: "high",
    description: words(
        "A deploy key reads: one that pushes has no end and belongs to nobody.",
        "部署密钥只读：可推送的部署密钥永不到期，也不属于任何人。",
    ),
    remedy: words(
        "Leave canPush out, and push with an access token that ends.",
        "去掉 canPush，改用有到期日的访问令牌推送。",
    ),
    types: deployKeys,
    check: ({ props }) =>
        isTrue(props, "canPush")
            ? [
                  words(
                      "canPush is true; push with an access token that ends.",
                      "canPush 为 true，请改用有到期日的访问令牌推送。",
                  ),
              ]
            : [],
};

const providerVerified: ResourceRule = {
    name: "credentials-provider-verified",
    area: "Credentials",
    severity: "high",
    description: words(
        "The credentials of a provider go to a server whose certificate is verified, over an encrypted connection.",
        "provider 的凭据只通过加密连接发往证书经过验证的服务器。",
    ),
    remedy: words(
        "Leave insecure out, give an https address, and name the CA: cacertFile, or the system's.",
        "去掉 insecure，使用 https 地址，并指定 CA：cacertFile，或系统的 CA。",
    ),
    types: ["pulumi:providers:gitlab", "pulumi:providers:harbor"],
    check: ({ props }, settings) => [
        ...(isTrue(props, "insecure")
            ? [
                  words(
                      "insecure is true; leave it out, and name the CA instead.",
                      "insecure 为 true，请去掉，改为指定 CA。",
                  ),
              ]
            : []),
        ...["baseUrl", "url"]
            .filter((key) => isPlainHttp(text(props, key) ?? "", settings))
            .map((key) =>
                words(
                    `${key} is http; use https, or name the host in plainHttpHosts.`,
                    `${key} 使用 http，请改用 https，或在 plainHttpHosts 中列出该主机。`,
                ),
            ),
    ],
};

/** Keys of variables whose values open something. */
const secretKey = /(TOKEN|PASSWORD|PASSWD|SECRET|PRIVATE_KEY)$/i;

const usedOnce: StackRule = {
    name: "credentials-used-once",
    area: "Whole stack",
    severity: "high",
    description: words(
        "A secret is used in one place: where it leaks, nothing else is open, and it can be renewed alone.",
        "一个机密只用在一处：泄露时不牵连其他地方，并且可以单独更换。",
    ),
    remedy: words("Give each place a secret of its own.", "每处使用各自的机密。"),
    check(resources): Finding[] {
        const first = new Map<string, Use>();
        return resources.flatMap((resource): Finding[] => {
            const use = useOf(resource);
            if (use === undefined) {
                return [];
            }
            const before = first.get(use.secret);
            first.set(use.secret, before ?? use);
            return before === undefined || before.place === use.place
                ? []
                : [
                      {
                          resource,
                          // Which secret it is, is not shown, not even by its length.
                          text: words(
                              `its secret is the one of ${before.resource.name}; give it one of its own.`,
                              `其机密与 ${before.resource.name} 相同，请换成自己的。`,
                          ),
                      },
                  ];
        });
    },
};

/** The server that a hook calls; what is no URL stands for itself. */
function receiverOf(url: string | undefined): string | undefined {
    return url !== undefined && URL.canParse(url) ? new URL(url).origin : url;
}

/** A secret that opens something, and for what. */
interface Use {
    /** With its kind before it: a robot's password is also in the variable of who signs in as the robot. */
    readonly secret: string;
    readonly place: string;
    readonly resource: Reviewed;
}

/** What a resource is opened with; undefined where that is not known yet, or nothing. */
function useOf(resource: Reviewed): Use | undefined {
    const { type, props, urn, name } = resource;
    const use = (kind: string, secret: string | undefined, place: string | undefined): Use | undefined =>
        secret === undefined || secret === "" || place === undefined
            ? undefined
            : { secret: `${kind} ${secret}`, place, resource };
    if (hooks.includes(type)) {
        // One receiver has one token, however many projects call it, and under however many paths.
        return use("hook", text(props, "token"), receiverOf(text(props, "url")));
    }
    if (type === robot) {
        return use("robot", text(props, "secret"), urn ?? name);
    }
    if (variables.includes(type) && secretKey.test(text(props, "key") ?? "")) {
        const of = ["project", "group"].flatMap(
            (key) => text(props, key) ?? resource.origins?.[key]?.[0]?.urn ?? [],
        );
        return use("variable", text(props, "value"), of[0]);
    }
    return undefined;
}

export const credentialRules: readonly (ResourceRule | StackRule)[] = [
    robotExpires,
    tokenExpires,
    notAboutToEnd,
    tokenScopes,
    tokenRole,
    deployKeyReads,
    providerVerified,
    usedOnce,
];
