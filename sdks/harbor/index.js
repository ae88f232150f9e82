// Made by `npm run sdks`. Do not edit.
"use strict";
const pulumi = require("@pulumi/pulumi");

const defaults = {"version":"3.10.21","pluginDownloadURL":"github://api.github.com/pulumiverse/pulumi-harbor"};

const resources = {
    Project: {"token":"harbor:index/project:Project","inputs":["autoSbomGeneration","cveAllowlists","deploymentSecurity","enableContentTrust","enableContentTrustCosign","forceDestroy","name","public","registryId","storageQuota","vulnerabilityScanning"],"outputs":["projectId"]},
    RobotAccount: {"token":"harbor:index/robotAccount:RobotAccount","inputs":["description","disable","duration","level","name","permissions","secret"],"outputs":["fullName","robotId"],"required":["level","permissions"],"secretInputs":["secret"],"secretOutputs":["secret"]},
    Registry: {"token":"harbor:index/registry:Registry","inputs":["accessId","accessSecret","description","endpointUrl","insecure","name","providerName"],"outputs":["registryId","status"],"required":["endpointUrl","providerName"],"secretInputs":["accessSecret"],"secretOutputs":["accessSecret"]},
    Replication: {"token":"harbor:index/replication:Replication","inputs":["action","copyByChunk","deletion","description","destNamespace","destNamespaceReplace","enabled","executeOnChanged","filters","name","override","registryId","schedule","speed"],"outputs":["replicationPolicyId"],"required":["action","registryId"]},
    RetentionPolicy: {"token":"harbor:index/retentionPolicy:RetentionPolicy","inputs":["rules","schedule","scope"],"required":["rules","scope"]},
    ImmutableTagRule: {"token":"harbor:index/immutableTagRule:ImmutableTagRule","inputs":["disabled","projectId","repoExcluding","repoMatching","tagExcluding","tagMatching"],"required":["projectId"]},
    ProjectMemberUser: {"token":"harbor:index/projectMemberUser:ProjectMemberUser","inputs":["projectId","role","userName"],"outputs":["memberId"],"required":["projectId","role","userName"]},
    ProjectMemberGroup: {"token":"harbor:index/projectMemberGroup:ProjectMemberGroup","inputs":["groupId","groupName","ldapGroupDn","projectId","role","type"],"outputs":["memberId"],"required":["projectId","role","type"]},
    ProjectWebhook: {"token":"harbor:index/projectWebhook:ProjectWebhook","inputs":["address","authHeader","description","enabled","eventsTypes","name","notifyType","projectId","skipCertVerify"],"required":["address","eventsTypes","notifyType","projectId"]},
    Label: {"token":"harbor:index/label:Label","inputs":["color","description","name","projectId"],"outputs":["scope"]},
    GarbageCollection: {"token":"harbor:index/garbageCollection:GarbageCollection","inputs":["deleteUntagged","schedule","workers"],"required":["schedule"]},
    ConfigSystem: {"token":"harbor:index/configSystem:ConfigSystem","inputs":["auditLogForwardEndpoint","bannerMessage","projectCreationRestriction","readOnly","robotNamePrefix","robotTokenExpiration","scannerSkipUpdatePulltime","skipAuditLogDatabase","storagePerProject"]},
    ConfigAuth: {"token":"harbor:index/configAuth:ConfigAuth","inputs":["authMode","ldapBaseDn","ldapFilter","ldapGroupAdminDn","ldapGroupBaseDn","ldapGroupFilter","ldapGroupGid","ldapGroupMembership","ldapGroupScope","ldapGroupUid","ldapScope","ldapSearchDn","ldapSearchPassword","ldapUid","ldapUrl","ldapVerifyCert","oidcAdminGroup","oidcAutoOnboard","oidcClientId","oidcClientSecret","oidcEndpoint","oidcGroupFilter","oidcGroupsClaim","oidcName","oidcScope","oidcUserClaim","oidcVerifyCert","primaryAuthMode"],"required":["authMode"],"secretInputs":["ldapSearchPassword","oidcClientSecret"],"secretOutputs":["ldapSearchPassword","oidcClientSecret"]},
    ConfigSecurity: {"token":"harbor:index/configSecurity:ConfigSecurity","inputs":["cveAllowlists","expiresAt"],"outputs":["creationTime","updateTime"],"required":["cveAllowlists"]},
    InterrogationServices: {"token":"harbor:index/interrogationServices:InterrogationServices","inputs":["defaultScanner","vulnerabilityScanPolicy"],"required":["vulnerabilityScanPolicy"]},
    PurgeAuditLog: {"token":"harbor:index/purgeAuditLog:PurgeAuditLog","inputs":["auditRetentionHour","includeOperations","schedule"],"required":["auditRetentionHour","includeOperations","schedule"]},
    User: {"token":"harbor:index/user:User","inputs":["admin","comment","email","fullName","password","username"],"required":["email","fullName","password","username"],"secretInputs":["password"],"secretOutputs":["password"]},
    Group: {"token":"harbor:index/group:Group","inputs":["groupName","groupType","ldapGroupDn"],"required":["groupName","groupType"]},
    Tasks: {"token":"harbor:index/tasks:Tasks","inputs":["vulnerabilityScanPolicy"],"required":["vulnerabilityScanPolicy"]},
};

const settings = {
    apiVersion: {"type":"integer","default":2},
    bearerToken: {"type":"string"},
    insecure: {"type":"boolean","default":true,"env":"HARBOR_IGNORE_CERT"},
    password: {"type":"string","secret":true,"env":"HARBOR_PASSWORD"},
    robotPrefix: {"type":"string"},
    sessionId: {"type":"string"},
    url: {"type":"string","env":"HARBOR_URL"},
    username: {"type":"string","env":"HARBOR_USERNAME"},
};

function isA(token) {
    return (obj) => obj !== undefined && obj !== null && obj["__pulumiType"] === token;
}

function define(name, spec) {
    const { token, inputs, outputs = [], required = [], secretInputs = [], secretOutputs = [] } = spec;
    const secrets = { additionalSecretOutputs: secretOutputs };
    // The computed key gives the class its name, which stack traces and messages show.
    const type = {
        [name]: class extends pulumi.CustomResource {
            constructor(resourceName, argsOrState, opts) {
                opts = opts || {};
                const props = {};
                if (opts.id) {
                    for (const key of inputs) {
                        props[key] = argsOrState?.[key];
                    }
                    for (const key of outputs) {
                        props[key] = argsOrState?.[key];
                    }
                } else {
                    for (const key of required) {
                        if (argsOrState?.[key] === undefined && !opts.urn) {
                            throw new Error(`Missing required property '${key}'`);
                        }
                    }
                    for (const key of inputs) {
                        const value = argsOrState?.[key];
                        props[key] = value !== undefined && secretInputs.includes(key) ? pulumi.secret(value) : value;
                    }
                    for (const key of outputs) {
                        props[key] = undefined;
                    }
                }
                opts = pulumi.mergeOptions(defaults, opts);
                if (secretOutputs.length > 0) {
                    opts = pulumi.mergeOptions(opts, secrets);
                }
                super(token, resourceName, props, opts);
            }
            static get(resourceName, id, state, opts) {
                return new type(resourceName, state, { ...opts, id });
            }
        },
    }[name];
    type.__pulumiType = token;
    type.isInstance = isA(token);
    return type;
}

function setting(spec, given) {
    let value = given;
    if (value === undefined || value === null) {
        const text = spec.env === undefined ? undefined : process.env[spec.env];
        if (text === undefined || text === "") {
            value = spec.default;
        } else {
            value = spec.type === "boolean" ? ["1", "t", "true"].includes(text.toLowerCase()) : text;
        }
    }
    if (value === undefined) {
        return undefined;
    }
    // Settings travel as text; what is not a string goes as JSON.
    const text = spec.type === "string" ? value : pulumi.output(value).apply(JSON.stringify);
    return spec.secret ? pulumi.secret(text) : text;
}

class Provider extends pulumi.ProviderResource {
    constructor(resourceName, args, opts) {
        const props = {};
        for (const [key, spec] of Object.entries(settings)) {
            props[key] = setting(spec, args?.[key]);
        }
        const secrets = { additionalSecretOutputs: Object.keys(settings).filter((key) => settings[key].secret) };
        super("harbor", resourceName, props, pulumi.mergeOptions(pulumi.mergeOptions(defaults, opts), secrets));
    }
}
Provider.__pulumiType = "harbor";
Provider.isInstance = isA("pulumi:providers:harbor");
exports.Provider = Provider;

// Classes are made when they are first asked for. The names are listed for tools that read exports without running them.
0 && (module.exports = {
    Provider,
    Project,
    RobotAccount,
    Registry,
    Replication,
    RetentionPolicy,
    ImmutableTagRule,
    ProjectMemberUser,
    ProjectMemberGroup,
    ProjectWebhook,
    Label,
    GarbageCollection,
    ConfigSystem,
    ConfigAuth,
    ConfigSecurity,
    InterrogationServices,
    PurgeAuditLog,
    User,
    Group,
    Tasks,
});
for (const [name, spec] of Object.entries(resources)) {
    let made;
    Object.defineProperty(exports, name, {
        enumerable: true,
        get: () => (made ??= define(name, spec)),
    });
}
exports.types = { input: {}, output: {} };
