/** Rules about Harbor: what is public, what is scanned and retained, what a robot may do, and who has access. */
import { isPlainHttp, isProd, type Finding, type ResourceRule, type Reviewed, type StackRule } from "../rule";
import { isAbsent, isFalse, isKnown, isTrue, number, objects, text, value } from "../values";
import { words, type Words } from "../words";

export const harborProject = "harbor:index/project:Project";
export const robot = "harbor:index/robotAccount:RobotAccount";
const webhook = "harbor:index/projectWebhook:ProjectWebhook";

const projectPrivate: ResourceRule = {
    name: "harbor-project-private",
    area: "Harbor",
    severity: "high",
    description: words(
        "Harbor projects are private: images carry code and sometimes more.",
        "Harbor 项目是私有的：镜像里有代码，有时还有别的。",
    ),
    remedy: words(
        "Leave public out, and give readers a robot that pulls.",
        "去掉 public，给读取者一个可拉取的机器人账号。",
    ),
    types: [harborProject],
    check: ({ props }) =>
        isTrue(props, "public")
            ? [
                  words(
                      "public is true; leave it out and give readers a pull robot.",
                      "public 为 true，请去掉，并给读取者一个拉取机器人账号。",
                  ),
              ]
            : [],
};

const projectScanned: ResourceRule = {
    name: "harbor-project-scanned",
    area: "Harbor",
    severity: "medium",
    description: words("What is pushed is scanned.", "推送的镜像会被扫描。"),
    remedy: words(
        "Leave vulnerabilityScanning out or set it to true.",
        "去掉 vulnerabilityScanning，或设为 true。",
    ),
    types: [harborProject],
    check: ({ props }) =>
        isFalse(props, "vulnerabilityScanning")
            ? [
                  words(
                      "vulnerabilityScanning is false; leave it out or set it to true.",
                      "vulnerabilityScanning 为 false，请去掉或设为 true。",
                  ),
              ]
            : [],
};

const prodNoForceDestroy: ResourceRule = {
    name: "harbor-project-prod-no-force-destroy",
    area: "Harbor",
    severity: "high",
    description: words(
        "A production project cannot be deleted together with its images.",
        "生产项目不能连同其镜像一起被删除。",
    ),
    remedy: words("Leave forceDestroy out of projects of production.", "生产项目去掉 forceDestroy。"),
    types: [harborProject],
    check({ props }, settings) {
        const name = text(props, "name") ?? "";
        return isProd(name, settings) && isTrue(props, "forceDestroy")
            ? [
                  words(
                      `project ${name} has forceDestroy; leave it out and set deletionProtection on the environment.`,
                      `项目 ${name} 设置了 forceDestroy，请去掉，并在该环境上设置 deletionProtection。`,
                  ),
              ]
            : [];
    },
};

const projectLimited: ResourceRule = {
    name: "harbor-project-prod-limited",
    area: "Harbor",
    severity: "low",
    description: words(
        "A project of production has a limit of its own, so that one app cannot fill the registry of all.",
        "生产项目有自己的上限，免得一个应用占满所有人的仓库。",
    ),
    remedy: words("Set storageQuota, in GiB.", "设置 storageQuota，单位为 GiB。"),
    types: [harborProject],
    check: ({ props }, settings) =>
        isProd(text(props, "name") ?? "", settings) &&
        (isAbsent(props, "storageQuota") || number(props, "storageQuota") === -1)
            ? [
                  words(
                      "storageQuota is not set, which is no limit; set it, in GiB.",
                      "storageQuota 没有设置，等于没有上限，请设置（单位为 GiB）。",
                  ),
              ]
            : [],
};

const robotLeastRights: ResourceRule = {
    name: "harbor-robot-least-rights",
    area: "Harbor",
    severity: "high",
    description: words(
        "A robot names what it may do and where; nothing is a wildcard.",
        "机器人账号写明能在哪里做什么，不用通配符。",
    ),
    remedy: words("Name projects, resources and actions.", "写明项目、资源和操作。"),
    types: [robot],
    check({ props }) {
        const problems: Words[] = [];
        for (const permission of objects(props, "permissions")) {
            if (text(permission, "namespace") === "*") {
                problems.push(
                    words(
                        'a permission has namespace "*"; name the projects the robot needs.',
                        '某个权限的 namespace 为 "*"，请写明机器人账号需要的项目。',
                    ),
                );
            }
            for (const access of objects(permission, "accesses")) {
                if (text(access, "action") === "*" || text(access, "resource") === "*") {
                    problems.push(
                        words(
                            "an access is a wildcard; name resource and action.",
                            "某个访问项是通配符，请写明资源和操作。",
                        ),
                    );
                }
            }
            const accesses = value(permission, "accesses");
            if (Array.isArray(accesses) && accesses.length === 0) {
                problems.push(
                    words(
                        "a permission has no access; take the robot away or give it what it needs.",
                        "某个权限没有任何访问项，请去掉该机器人账号，或授予它所需的权限。",
                    ),
                );
            }
        }
        return problems;
    },
};

const robotInProjects: ResourceRule = {
    name: "harbor-robot-in-projects",
    area: "Harbor",
    severity: "critical",
    description: words(
        "A robot has rights in projects and none over Harbor itself, such as making robots or reading users.",
        "机器人账号只在项目内有权限，不能管理 Harbor 本身，例如创建机器人账号或读取用户。",
    ),
    remedy: words(
        'Leave permissions of kind "system" out; what needs them is an administrator\'s work.',
        '去掉 kind 为 "system" 的权限；需要它的是管理员的工作。',
    ),
    types: [robot],
    check: ({ props }) =>
        objects(props, "permissions")
            .filter((permission) => text(permission, "kind") === "system")
            .map(() =>
                words(
                    'a permission is of kind "system"; name projects instead.',
                    '某个权限的 kind 为 "system"，请改为写明项目。',
                ),
            ),
};

const robotNoDeleteInProduction: ResourceRule = {
    name: "harbor-robot-no-delete-in-production",
    area: "Harbor",
    severity: "high",
    description: words(
        "No robot deletes in a project of production.",
        "没有机器人账号能在生产项目中删除内容。",
    ),
    remedy: words(
        "Take the delete accesses away; retention rules delete what is old.",
        "去掉删除权限；旧镜像由保留规则删除。",
    ),
    types: [robot],
    check: ({ props }, settings) =>
        objects(props, "permissions")
            .filter((permission) => isProd(text(permission, "namespace") ?? "", settings))
            .flatMap((permission) =>
                objects(permission, "accesses")
                    .filter(
                        (access) => text(access, "action") === "delete" && text(access, "effect") !== "deny",
                    )
                    .map((access) =>
                        words(
                            `the robot may delete ${text(access, "resource") ?? "something"} in ${text(permission, "namespace") ?? ""}; take that access away.`,
                            `该机器人账号可以删除 ${text(permission, "namespace") ?? ""} 中的 ${text(access, "resource") ?? "内容"}，请去掉该权限。`,
                        ),
                    ),
            ),
};

const registryVerified: ResourceRule = {
    name: "harbor-registry-verified",
    area: "Harbor",
    severity: "high",
    description: words(
        "Images come from registries whose certificate is verified.",
        "镜像来自证书经过验证的镜像仓库。",
    ),
    remedy: words(
        "Leave insecure out, give an https endpointUrl, and let Harbor trust the registry's CA.",
        "去掉 insecure，使用 https 的 endpointUrl，并让 Harbor 信任该仓库的 CA。",
    ),
    types: ["harbor:index/registry:Registry"],
    check: ({ props }, settings) => [
        ...(isTrue(props, "insecure")
            ? [
                  words(
                      "insecure is true; let Harbor trust the registry's CA instead.",
                      "insecure 为 true，请改为让 Harbor 信任该仓库的 CA。",
                  ),
              ]
            : []),
        ...(isPlainHttp(text(props, "endpointUrl") ?? "", settings)
            ? [words("endpointUrl is http; use https.", "endpointUrl 使用 http，请改用 https。")]
            : []),
    ],
};

const webhookVerified: ResourceRule = {
    name: "harbor-webhook-authenticated",
    area: "Harbor",
    severity: "medium",
    description: words(
        "A webhook carries a secret and verifies TLS, or anyone who finds the receiver can trigger it.",
        "Webhook 带机密并验证 TLS，否则知道接收地址的人都能触发它。",
    ),
    remedy: words(
        "Set authHeader, and skipCertVerify to false: the provider's own default is true.",
        "设置 authHeader，并将 skipCertVerify 设为 false：provider 的默认值是 true。",
    ),
    types: [webhook],
    check: ({ props }, settings) => [
        ...(isAbsent(props, "authHeader") && text(props, "notifyType") !== "slack"
            ? [
                  words(
                      "authHeader is not set; set it to a secret the receiver checks.",
                      "authHeader 没有设置，请设为接收方会检查的机密。",
                  ),
              ]
            : []),
        ...(text(props, "address")?.startsWith("https:") === true &&
        (isTrue(props, "skipCertVerify") || isAbsent(props, "skipCertVerify"))
            ? [words("skipCertVerify is true; set it to false.", "skipCertVerify 为 true，请设为 false。")]
            : []),
        ...(isPlainHttp(text(props, "address") ?? "", settings)
            ? [
                  words(
                      "address is http; use https, or name the host in plainHttpHosts.",
                      "address 使用 http，请改用 https，或在 plainHttpHosts 中列出该主机。",
                  ),
              ]
            : []),
    ],
};

const membersOfProduction: ResourceRule = {
    name: "harbor-member-no-project-administrator",
    area: "Harbor",
    severity: "medium",
    description: words(
        "Nobody gets to be an administrator of a project: members, robots and rules are declared.",
        "没有人是项目管理员：成员、机器人账号和规则都在这里声明。",
    ),
    remedy: words(
        "Give the role maintainer, developer or guest.",
        "授予角色 maintainer、developer 或 guest。",
    ),
    types: [
        "harbor:index/projectMemberUser:ProjectMemberUser",
        "harbor:index/projectMemberGroup:ProjectMemberGroup",
    ],
    check: ({ props }) =>
        text(props, "role") === "projectadmin"
            ? [
                  words(
                      "role is projectadmin; give maintainer, developer or guest.",
                      "role 为 projectadmin，请授予 maintainer、developer 或 guest。",
                  ),
              ]
            : [],
};

const noAdministrator: ResourceRule = {
    name: "harbor-user-no-administrator",
    area: "Harbor",
    severity: "high",
    description: words(
        "No account that a program makes is an administrator of Harbor.",
        "程序创建的账号都不是 Harbor 管理员。",
    ),
    remedy: words(
        "Leave admin out, and make the account a member of projects.",
        "去掉 admin，把账号设为项目成员。",
    ),
    types: ["harbor:index/user:User"],
    check: ({ props }) =>
        isTrue(props, "admin")
            ? [words("admin is true; make it a member of projects.", "admin 为 true，请改为项目成员。")]
            : [],
};

const projectsByAdministrators: ResourceRule = {
    name: "harbor-projects-by-administrators",
    area: "Harbor",
    severity: "medium",
    description: words(
        "Users make no projects of their own in Harbor, which nobody declared and nobody watches.",
        "用户不能在 Harbor 自行创建无人声明、无人过问的项目。",
    ),
    remedy: words(
        'Set projectCreationRestriction to "adminonly".',
        '将 projectCreationRestriction 设为 "adminonly"。',
    ),
    types: ["harbor:index/configSystem:ConfigSystem"],
    check: ({ props }) =>
        text(props, "projectCreationRestriction") === "everyone"
            ? [
                  words(
                      'projectCreationRestriction is everyone; set it to "adminonly".',
                      'projectCreationRestriction 为 everyone，请设为 "adminonly"。',
                  ),
              ]
            : [],
};

const loginVerified: ResourceRule = {
    name: "harbor-login-verified",
    area: "Harbor",
    severity: "high",
    description: words(
        "Harbor verifies the certificate of the server that says who somebody is.",
        "Harbor 验证身份服务器的证书。",
    ),
    remedy: words(
        "Set ldapVerifyCert or oidcVerifyCert to true.",
        "将 ldapVerifyCert 或 oidcVerifyCert 设为 true。",
    ),
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
            ? [words(`${field} is not true; set it.`, `${field} 不是 true，请设置。`)]
            : [];
    },
};

const prodImmutable: StackRule = {
    name: "harbor-project-prod-immutable",
    area: "Harbor",
    severity: "high",
    description: words(
        "Tags of a production project cannot be given to another image.",
        "生产项目的标签不能改指另一个镜像。",
    ),
    remedy: words("Add an ImmutableTagRule to the project.", "给项目添加 ImmutableTagRule。"),
    check: (resources, settings) =>
        withoutPart(resources, "harbor:index/immutableTagRule:ImmutableTagRule", "projectId")
            .filter(({ props }) => isProd(text(props, "name") ?? "", settings))
            .map((resource) => ({
                resource,
                text: words(
                    `project ${text(resource.props, "name") ?? ""} has no ImmutableTagRule; add one.`,
                    `项目 ${text(resource.props, "name") ?? ""} 没有 ImmutableTagRule，请添加。`,
                ),
            })),
};

const projectRetained: StackRule = {
    name: "harbor-project-retained",
    area: "Harbor",
    severity: "low",
    description: words(
        "Each project says how long images are retained, or it grows until pushes are refused.",
        "每个项目写明镜像保留多久，否则会一直增长，直到推送被拒绝。",
    ),
    remedy: words(
        "Add a RetentionPolicy with the project as its scope.",
        "添加以该项目为范围的 RetentionPolicy。",
    ),
    check: (resources) =>
        withoutPart(resources, "harbor:index/retentionPolicy:RetentionPolicy", "scope").map((resource) => ({
            resource,
            text: words(
                "the project has no RetentionPolicy; add one.",
                "该项目没有 RetentionPolicy，请添加。",
            ),
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
    description: words(
        "One robot at most changes a project of production: of two, nobody notices that one is used by somebody else.",
        "一个生产项目最多由一个机器人账号修改：有两个时，其中一个被别人使用也没有人发现。",
    ),
    remedy: words(
        "Take one of the robots away, or its right to push.",
        "去掉其中一个机器人账号，或它的推送权限。",
    ),
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
                text: words(
                    `${first?.name ?? ""} changes ${key.slice(key.indexOf(" ") + 1)} too; leave one of them.`,
                    `${first?.name ?? ""} 也会修改 ${key.slice(key.indexOf(" ") + 1)}，请只保留一个。`,
                ),
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
