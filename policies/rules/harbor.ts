/** Rules about Harbor: what is public, what is scanned and retained, what a robot may do, and who has access. */
import { isPlainHttp, isProd, type Finding, type ResourceRule, type Reviewed, type StackRule } from "../rule";
import { isAbsent, isFalse, isKnown, isTrue, number, objects, text, value } from "../values";

export const harborProject = "harbor:index/project:Project";
export const robot = "harbor:index/robotAccount:RobotAccount";
const webhook = "harbor:index/projectWebhook:ProjectWebhook";

const projectPrivate: ResourceRule = {
    name: "harbor-project-private",
    area: "Harbor",
    severity: "high",
    description: "Harbor projects are private: images carry code and sometimes more.",
    remedy: "Leave public out, and give readers a robot that pulls.",
    types: [harborProject],
    check: ({ props }) =>
        isTrue(props, "public") ? ["public is true; leave it out and give readers a pull robot."] : [],
};

const projectScanned: ResourceRule = {
    name: "harbor-project-scanned",
    area: "Harbor",
    severity: "medium",
    description: "What is pushed is scanned.",
    remedy: "Leave vulnerabilityScanning out or set it to true.",
    types: [harborProject],
    check: ({ props }) =>
        isFalse(props, "vulnerabilityScanning")
            ? ["vulnerabilityScanning is false; leave it out or set it to true."]
            : [],
};

const prodNoForceDestroy: ResourceRule = {
    name: "harbor-project-prod-no-force-destroy",
    area: "Harbor",
    severity: "high",
    description: "A production project cannot be deleted together with its images.",
    remedy: "Leave forceDestroy out of projects of production.",
    types: [harborProject],
    check({ props }, settings) {
        const name = text(props, "name") ?? "";
        return isProd(name, settings) && isTrue(props, "forceDestroy")
            ? [
                  `project ${name} has forceDestroy; leave it out and set deletionProtection on the environment.`,
              ]
            : [];
    },
};

const projectLimited: ResourceRule = {
    name: "harbor-project-prod-limited",
    area: "Harbor",
    severity: "low",
    description:
        "A project of production has a limit of its own, so that one app cannot fill the registry of all.",
    remedy: "Set storageQuota, in GiB.",
    types: [harborProject],
    check: ({ props }, settings) =>
        isProd(text(props, "name") ?? "", settings) &&
        (isAbsent(props, "storageQuota") || number(props, "storageQuota") === -1)
            ? ["storageQuota is not set, which is no limit; set it, in GiB."]
            : [],
};

const robotLeastRights: ResourceRule = {
    name: "harbor-robot-least-rights",
    area: "Harbor",
    severity: "high",
    description: "A robot names what it may do and where; nothing is a wildcard.",
    remedy: "Name projects, resources and actions.",
    types: [robot],
    check({ props }) {
        const problems: string[] = [];
        for (const permission of objects(props, "permissions")) {
            if (text(permission, "namespace") === "*") {
                problems.push('a permission has namespace "*"; name the projects the robot needs.');
            }
            for (const access of objects(permission, "accesses")) {
                if (text(access, "action") === "*" || text(access, "resource") === "*") {
                    problems.push("an access is a wildcard; name resource and action.");
                }
            }
            const accesses = value(permission, "accesses");
            if (Array.isArray(accesses) && accesses.length === 0) {
                problems.push("a permission has no access; take the robot away or give it what it needs.");
            }
        }
        return problems;
    },
};

const robotInProjects: ResourceRule = {
    name: "harbor-robot-in-projects",
    area: "Harbor",
    severity: "critical",
    description:
        "A robot has rights in projects and none over Harbor itself, such as making robots or reading users.",
    remedy: 'Leave permissions of kind "system" out; what needs them is an administrator\'s work.',
    types: [robot],
    check: ({ props }) =>
        objects(props, "permissions")
            .filter((permission) => text(permission, "kind") === "system")
            .map(() => 'a permission is of kind "system"; name projects instead.'),
};

const robotNoDeleteInProduction: ResourceRule = {
    name: "harbor-robot-no-delete-in-production",
    area: "Harbor",
    severity: "high",
    description: "No robot deletes in a project of production.",
    remedy: "Take the delete accesses away; retention rules delete what is old.",
    types: [robot],
    check: ({ props }, settings) =>
        objects(props, "permissions")
            .filter((permission) => isProd(text(permission, "namespace") ?? "", settings))
            .flatMap((permission) =>
                objects(permission, "accesses")
                    .filter(
                        (access) => text(access, "action") === "delete" && text(access, "effect") !== "deny",
                    )
                    .map(
                        (access) =>
                            `the robot may delete ${text(access, "resource") ?? "something"} in ${text(permission, "namespace") ?? ""}; take that access away.`,
                    ),
            ),
};

const registryVerified: ResourceRule = {
    name: "harbor-registry-verified",
    area: "Harbor",
    severity: "high",
    description: "Images come from registries whose certificate is verified.",
    remedy: "Leave insecure out, give an https endpointUrl, and let Harbor trust the registry's CA.",
    types: ["harbor:index/registry:Registry"],
    check: ({ props }, settings) => [
        ...(isTrue(props, "insecure")
            ? ["insecure is true; let Harbor trust the registry's CA instead."]
            : []),
        ...(isPlainHttp(text(props, "endpointUrl") ?? "", settings)
            ? ["endpointUrl is http; use https."]
            : []),
    ],
};

const webhookVerified: ResourceRule = {
    name: "harbor-webhook-authenticated",
    area: "Harbor",
    severity: "medium",
    description:
        "A webhook carries a secret and verifies TLS, or anyone who finds the receiver can trigger it.",
    remedy: "Set authHeader, and skipCertVerify to false: the provider's own default is true.",
    types: [webhook],
    check: ({ props }, settings) => [
        ...(isAbsent(props, "authHeader") && text(props, "notifyType") !== "slack"
            ? ["authHeader is not set; set it to a secret the receiver checks."]
            : []),
        ...(text(props, "address")?.startsWith("https:") === true &&
        (isTrue(props, "skipCertVerify") || isAbsent(props, "skipCertVerify"))
            ? ["skipCertVerify is true; set it to false."]
            : []),
        ...(isPlainHttp(text(props, "address") ?? "", settings)
            ? ["address is http; use https, or name the host in plainHttpHosts."]
            : []),
    ],
};

const membersOfProduction: ResourceRule = {
    name: "harbor-member-no-project-administrator",
    area: "Harbor",
    severity: "medium",
    description: "Nobody gets to be an administrator of a project: members, robots and rules are declared.",
    remedy: "Give the role maintainer, developer or guest.",
    types: [
        "harbor:index/projectMemberUser:ProjectMemberUser",
        "harbor:index/projectMemberGroup:ProjectMemberGroup",
    ],
    check: ({ props }) =>
        text(props, "role") === "projectadmin"
            ? ["role is projectadmin; give maintainer, developer or guest."]
            : [],
};

const noAdministrator: ResourceRule = {
    name: "harbor-user-no-administrator",
    area: "Harbor",
    severity: "high",
    description: "No account that a program makes is an administrator of Harbor.",
    remedy: "Leave admin out, and make the account a member of projects.",
    types: ["harbor:index/user:User"],
    check: ({ props }) => (isTrue(props, "admin") ? ["admin is true; make it a member of projects."] : []),
};

const projectsByAdministrators: ResourceRule = {
    name: "harbor-projects-by-administrators",
    area: "Harbor",
    severity: "medium",
    description: "Users make no projects of their own in Harbor, which nobody declared and nobody watches.",
    remedy: 'Set projectCreationRestriction to "adminonly".',
    types: ["harbor:index/configSystem:ConfigSystem"],
    check: ({ props }) =>
        text(props, "projectCreationRestriction") === "everyone"
            ? ['projectCreationRestriction is everyone; set it to "adminonly".']
            : [],
};

const loginVerified: ResourceRule = {
    name: "harbor-login-verified",
    area: "Harbor",
    severity: "high",
    description: "Harbor verifies the certificate of the server that says who somebody is.",
    remedy: "Set ldapVerifyCert or oidcVerifyCert to true.",
    types: ["harbor:index/configAuth:ConfigAuth"],
    check({ props }) {
        const [field, absent] =
            text(props, "authMode") === "ldap_auth"
                ? // The provider's own default is false.
                  (["ldapVerifyCert", isAbsent(props, "ldapVerifyCert")] as const)
                : text(props, "authMode") === "oidc_auth"
                  ? (["oidcVerifyCert", false] as const)
                  : [];
        return field !== undefined && (absent === true || isFalse(props, field))
            ? [`${field} is not true; set it.`]
            : [];
    },
};

const prodImmutable: StackRule = {
    name: "harbor-project-prod-immutable",
    area: "Harbor",
    severity: "high",
    description: "Tags of a production project cannot be given to another image.",
    remedy: "Add an ImmutableTagRule to the project.",
    check: (resources, settings) =>
        withoutPart(resources, "harbor:index/immutableTagRule:ImmutableTagRule", "projectId")
            .filter(({ props }) => isProd(text(props, "name") ?? "", settings))
            .map((resource) => ({
                resource,
                text: `project ${text(resource.props, "name") ?? ""} has no ImmutableTagRule; add one.`,
            })),
};

const projectRetained: StackRule = {
    name: "harbor-project-retained",
    area: "Harbor",
    severity: "low",
    description: "Each project says how long images are retained, or it grows until pushes are refused.",
    remedy: "Add a RetentionPolicy with the project as its scope.",
    check: (resources) =>
        withoutPart(resources, "harbor:index/retentionPolicy:RetentionPolicy", "scope").map((resource) => ({
            resource,
            text: "the project has no RetentionPolicy; add one.",
        })),
};

/** Harbor projects of the stack that no enabled resource of a type belongs to; proxies of other registries keep nothing. */
function withoutPart(resources: readonly Reviewed[], type: string, key: string): Reviewed[] {
    const parts = resources.filter((part) => part.type === type && !isTrue(part.props, "disabled"));
    return resources.filter(
        (each) =>
            each.type === harborProject &&
            !isProxy(each) &&
            !parts.some((part) => belongsTo(part, key, each)),
    );
}

/** Whether a project only hands on what another registry has; the provider fills its own value in where none is given. */
function isProxy({ props, origins }: Reviewed): boolean {
    return (number(props, "registryId") ?? 0) > 0 || (origins?.["registryId"] ?? []).length > 0;
}

/** Whether a part is of a project: by its id, by where its value is from, or perhaps, when nothing of that can be known. */
function belongsTo(part: Reviewed, key: string, of: Reviewed): boolean {
    const origins = (part.origins?.[key] ?? []).filter(({ type }) => type === harborProject);
    if (origins.length > 0) {
        return origins.some(({ urn }) => urn === of.urn);
    }
    const named = text(part.props, key);
    return named === undefined
        ? !isKnown(part.props, key)
        : [text(of.props, "id"), text(of.props, "name"), number(of.props, "projectId")?.toString()].includes(
              named,
          );
}

/** What a robot may change in a project: pushes, and anything that makes, updates or deletes. */
export function writes(permission: Readonly<Record<string, unknown>>): boolean {
    return objects(permission, "accesses").some(
        (access) =>
            ["push", "create", "update", "delete", "*"].includes(text(access, "action") ?? "") &&
            text(access, "effect") !== "deny",
    );
}

const oneWriterOfProduction: StackRule = {
    name: "harbor-one-writer-of-production",
    area: "Whole stack",
    severity: "medium",
    description:
        "One robot at most changes a project of production: of two, nobody notices that one is used by somebody else.",
    remedy: "Take one of the robots away, or its right to push.",
    check(resources, settings): Finding[] {
        const writers = new Map<string, Reviewed[]>();
        for (const each of resources.filter(({ type }) => type === robot)) {
            const places = objects(each.props, "permissions")
                .filter(writes)
                .map((permission) => text(permission, "namespace"))
                .filter((name) => name !== undefined && isProd(name, settings));
            for (const place of new Set(places)) {
                // Projects of two Harbors with one name are two.
                const key = `${each.provider ?? ""} ${place ?? ""}`;
                writers.set(key, [...(writers.get(key) ?? []), each]);
            }
        }
        return [...writers].flatMap(([key, [first, ...others]]) =>
            others.map((resource) => ({
                resource,
                text: `${first?.name ?? ""} changes ${key.slice(key.indexOf(" ") + 1)} too; leave one of them.`,
            })),
        );
    },
};

export const harborRules: readonly (ResourceRule | StackRule)[] = [
    projectPrivate,
    projectScanned,
    prodNoForceDestroy,
    prodImmutable,
    projectRetained,
    projectLimited,
    robotLeastRights,
    robotInProjects,
    robotNoDeleteInProduction,
    registryVerified,
    webhookVerified,
    membersOfProduction,
    noAdministrator,
    projectsByAdministrators,
    loginVerified,
    oneWriterOfProduction,
];
