/** Rules about credentials, wherever they are: how long they last, what they open, and whether one is used in two places. */
import { holdsRole } from "../../estate/accessRoles";
import { daysBetween } from "../../estate/days";
import { isPlainHttp, type Finding, type ResourceRule, type Reviewed, type StackRule } from "../rule";
import { isAbsent, isKnown, isTrue, number, object, text, texts } from "../values";
import { accessTokens, deployKeys, deployTokens, hooks, variables } from "./gitlab/types";
import { robot } from "./harbor";

const robotExpires: ResourceRule = {
    name: "harbor-robot-expires",
    area: "Credentials",
    severity: "high",
    description: "A robot expires.",
    remedy: "Set duration, in days, to at most robotMaxDays.",
    types: [robot],
    check({ props }, settings) {
        const days = number(props, "duration");
        if (isAbsent(props, "duration") || days === -1) {
            return [
                `duration is ${days === -1 ? "-1" : "absent"}, which is never; set it to at most ${settings.robotMaxDays} days.`,
            ];
        }
        return days !== undefined && days > settings.robotMaxDays
            ? [`duration is ${days} days; set it to at most ${settings.robotMaxDays}.`]
            : [];
    },
};

const tokenExpires: ResourceRule = {
    name: "gitlab-token-expires",
    area: "Credentials",
    severity: "high",
    description: "A token of GitLab ends, or is renewed by itself.",
    remedy: "Set expiresAt, or rotationConfiguration with at most robotMaxDays.",
    types: [...accessTokens, ...deployTokens],
    check({ props }, settings) {
        if (isAbsent(props, "expiresAt") && isAbsent(props, "rotationConfiguration")) {
            return ["neither expiresAt nor rotationConfiguration is set; set one."];
        }
        const days = number(object(props, "rotationConfiguration"), "expirationDays");
        return days !== undefined && days > settings.robotMaxDays
            ? [`rotationConfiguration.expirationDays is ${days}; set it to at most ${settings.robotMaxDays}.`]
            : [];
    },
};

const notAboutToEnd: ResourceRule = {
    name: "credentials-not-about-to-end",
    area: "Credentials",
    severity: "medium",
    description: "Nothing ends within the next days: what uses it would stop in the middle of something.",
    remedy: "Move expiresAt; for an estate of this project see docs/credentials.md.",
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
            : [`it ${days < 0 ? `ended on ${end}` : `ends on ${end}, in ${days} days`}; move expiresAt.`];
    },
};

const tokenScopes: ResourceRule = {
    name: "gitlab-token-scopes",
    area: "Credentials",
    severity: "high",
    description:
        "A token may do one thing: sudo and admin_mode are GitLab itself, and api is everything its user can do, so that only a developer's or less may have it.",
    remedy: "Give the scopes that are needed, such as write_repository; where only api will do, a role of developer or less.",
    types: accessTokens,
    check({ props }) {
        // The user of a project's or group's token has this role there and nothing else; other tokens have no such field.
        const bounded =
            !isKnown(props, "accessLevel") || !holdsRole(text(props, "accessLevel") ?? "owner", "maintainer");
        const broad = texts(props, "scopes").filter(
            (scope) => ["sudo", "admin_mode"].includes(scope) || (scope === "api" && !bounded),
        );
        return broad.length === 0
            ? []
            : [
                  `scopes have ${broad.join(", ")}; give the scopes that are needed, such as write_repository, or a lower role.`,
              ];
    },
};

const tokenRole: ResourceRule = {
    name: "gitlab-token-role",
    area: "Credentials",
    severity: "high",
    description: "A token's user is no owner: it could delete the project or let others in.",
    remedy: "Set accessLevel to developer, or to what the work needs.",
    types: accessTokens,
    check: ({ props }) =>
        text(props, "accessLevel") === "owner"
            ? ["accessLevel is owner; set it to developer, or to what the work needs."]
            : [],
};

const deployKeyReads: ResourceRule = {
    name: "gitlab-deploy-key-reads",
    area: "Credentials",
    severity: "high",
    description: "A deploy key reads: one that pushes has no end and belongs to nobody.",
    remedy: "Leave canPush out, and push with an access token that ends.",
    types: deployKeys,
    check: ({ props }) =>
        isTrue(props, "canPush") ? ["canPush is true; push with an access token that ends."] : [],
};

const providerVerified: ResourceRule = {
    name: "credentials-provider-verified",
    area: "Credentials",
    severity: "high",
    description:
        "The credentials of a provider go to a server whose certificate is verified, over an encrypted connection.",
    remedy: "Leave insecure out, give an https address, and name the CA: cacertFile, or the system's.",
    types: ["pulumi:providers:gitlab", "pulumi:providers:harbor"],
    check: ({ props }, settings) => [
        ...(isTrue(props, "insecure") ? ["insecure is true; leave it out, and name the CA instead."] : []),
        ...["baseUrl", "url"]
            .filter((key) => isPlainHttp(text(props, key) ?? "", settings))
            .map((key) => `${key} is http; use https, or name the host in plainHttpHosts.`),
    ],
};

/** Keys of variables whose values open something. */
const secretKey = /(TOKEN|PASSWORD|PASSWD|SECRET|PRIVATE_KEY)$/i;

const usedOnce: StackRule = {
    name: "credentials-used-once",
    area: "Whole stack",
    severity: "high",
    description:
        "A secret is used in one place: where it leaks, nothing else is open, and it can be renewed alone.",
    remedy: "Give each place a secret of its own.",
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
                          text: `its secret is the one of ${before.resource.name}; give it one of its own.`,
                      },
                  ];
        });
    },
};

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
        // One receiver has one token, however many projects call it.
        return use("hook", text(props, "token"), text(props, "url"));
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
