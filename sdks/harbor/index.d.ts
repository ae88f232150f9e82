// Made by `npm run sdks`. Do not edit.
import * as pulumi from "@pulumi/pulumi";

/** The harbor provider: where the server is and how to sign in. */
export declare class Provider extends pulumi.ProviderResource {
    static isInstance(obj: any): obj is Provider;
    /** Token to sign in with instead of a password. */
    readonly bearerToken: pulumi.Output<string | undefined>;
    /** Password. Environment: HARBOR_PASSWORD. */
    readonly password: pulumi.Output<string | undefined>;
    /** What robots' names start with, where the setting cannot be read. */
    readonly robotPrefix: pulumi.Output<string | undefined>;
    /** Session cookie to sign in with instead of a password. */
    readonly sessionId: pulumi.Output<string | undefined>;
    /** Address of Harbor. Environment: HARBOR_URL. */
    readonly url: pulumi.Output<string | undefined>;
    /** User name. Environment: HARBOR_USERNAME. */
    readonly username: pulumi.Output<string | undefined>;
    constructor(name: string, args?: ProviderArgs, opts?: pulumi.ResourceOptions);
}
/** Settings of the provider. */
export interface ProviderArgs {
    /**
     * Version of Harbor's API.
     * @default 2
     */
    apiVersion?: pulumi.Input<number>;
    /** Token to sign in with instead of a password. */
    bearerToken?: pulumi.Input<string>;
    /**
     * Whether certificates are not verified. True if left out! Environment: HARBOR_IGNORE_CERT.
     * @default true
     */
    insecure?: pulumi.Input<boolean>;
    /** Password. Environment: HARBOR_PASSWORD. */
    password?: pulumi.Input<string>;
    /** What robots' names start with, where the setting cannot be read. */
    robotPrefix?: pulumi.Input<string>;
    /** Session cookie to sign in with instead of a password. */
    sessionId?: pulumi.Input<string>;
    /** Address of Harbor. Environment: HARBOR_URL. */
    url?: pulumi.Input<string>;
    /** User name. Environment: HARBOR_USERNAME. */
    username?: pulumi.Input<string>;
}

/** A project: holds repositories, members, robots and rules. Its id is a path such as `/projects/3`. */
export declare class Project extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ProjectState, opts?: pulumi.CustomResourceOptions): Project;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is Project;
    /**
     * Whether an SBOM is made when an image is pushed.
     * @default false
     */
    readonly autoSbomGeneration: pulumi.Output<boolean | undefined>;
    /** CVE ids that are tolerated. */
    readonly cveAllowlists: pulumi.Output<string[] | undefined>;
    /**
     * Lowest severity at which pulling is refused.
     * One of: `none`, `low`, `medium`, `high`, `critical`.
     */
    readonly deploymentSecurity: pulumi.Output<string | undefined>;
    /**
     * Whether only images signed with Notation can be pulled.
     * @default false
     */
    readonly enableContentTrust: pulumi.Output<boolean | undefined>;
    /**
     * Whether only images signed with Cosign can be pulled.
     * @default false
     */
    readonly enableContentTrustCosign: pulumi.Output<boolean | undefined>;
    /**
     * Whether deleting also deletes all repositories in it. Otherwise a project with repositories is not deleted.
     * @default false
     */
    readonly forceDestroy: pulumi.Output<boolean | undefined>;
    /**
     * Name: lower case letters, digits and `._-`. Made from the resource's name if left out.
     * Changing it makes a new object.
     */
    readonly name: pulumi.Output<string>;
    /**
     * Whether everybody can pull without signing in.
     * @default false
     */
    readonly public: pulumi.Output<boolean | undefined>;
    /**
     * Number of the registry this project is a proxy cache for.
     * Changing it makes a new object.
     */
    readonly registryId: pulumi.Output<number>;
    /**
     * Largest size of the project in GiB; -1 for unlimited.
     * @default -1
     */
    readonly storageQuota: pulumi.Output<number | undefined>;
    /**
     * Whether images are scanned when they are pushed.
     * @default true
     */
    readonly vulnerabilityScanning: pulumi.Output<boolean | undefined>;
    /** Number of the project. */
    readonly projectId: pulumi.Output<number>;
    constructor(name: string, args?: ProjectArgs, opts?: pulumi.CustomResourceOptions);
}
/** What Project.get can look for. */
export interface ProjectState {
    /**
     * Whether an SBOM is made when an image is pushed.
     * @default false
     */
    autoSbomGeneration?: pulumi.Input<boolean>;
    /** CVE ids that are tolerated. */
    cveAllowlists?: pulumi.Input<pulumi.Input<string>[]>;
    /**
     * Lowest severity at which pulling is refused.
     * One of: `none`, `low`, `medium`, `high`, `critical`.
     */
    deploymentSecurity?: pulumi.Input<string>;
    /**
     * Whether only images signed with Notation can be pulled.
     * @default false
     */
    enableContentTrust?: pulumi.Input<boolean>;
    /**
     * Whether only images signed with Cosign can be pulled.
     * @default false
     */
    enableContentTrustCosign?: pulumi.Input<boolean>;
    /**
     * Whether deleting also deletes all repositories in it. Otherwise a project with repositories is not deleted.
     * @default false
     */
    forceDestroy?: pulumi.Input<boolean>;
    /**
     * Name: lower case letters, digits and `._-`. Made from the resource's name if left out.
     * Changing it makes a new object.
     */
    name?: pulumi.Input<string>;
    /**
     * Whether everybody can pull without signing in.
     * @default false
     */
    public?: pulumi.Input<boolean>;
    /**
     * Number of the registry this project is a proxy cache for.
     * Changing it makes a new object.
     */
    registryId?: pulumi.Input<number>;
    /**
     * Largest size of the project in GiB; -1 for unlimited.
     * @default -1
     */
    storageQuota?: pulumi.Input<number>;
    /**
     * Whether images are scanned when they are pushed.
     * @default true
     */
    vulnerabilityScanning?: pulumi.Input<boolean>;
    /** Number of the project. */
    projectId?: pulumi.Input<number>;
}
/** What a Project is made of. */
export interface ProjectArgs {
    /**
     * Whether an SBOM is made when an image is pushed.
     * @default false
     */
    autoSbomGeneration?: pulumi.Input<boolean>;
    /** CVE ids that are tolerated. */
    cveAllowlists?: pulumi.Input<pulumi.Input<string>[]>;
    /**
     * Lowest severity at which pulling is refused.
     * One of: `none`, `low`, `medium`, `high`, `critical`.
     */
    deploymentSecurity?: pulumi.Input<string>;
    /**
     * Whether only images signed with Notation can be pulled.
     * @default false
     */
    enableContentTrust?: pulumi.Input<boolean>;
    /**
     * Whether only images signed with Cosign can be pulled.
     * @default false
     */
    enableContentTrustCosign?: pulumi.Input<boolean>;
    /**
     * Whether deleting also deletes all repositories in it. Otherwise a project with repositories is not deleted.
     * @default false
     */
    forceDestroy?: pulumi.Input<boolean>;
    /**
     * Name: lower case letters, digits and `._-`. Made from the resource's name if left out.
     * Changing it makes a new object.
     */
    name?: pulumi.Input<string>;
    /**
     * Whether everybody can pull without signing in.
     * @default false
     */
    public?: pulumi.Input<boolean>;
    /**
     * Number of the registry this project is a proxy cache for.
     * Changing it makes a new object.
     */
    registryId?: pulumi.Input<number>;
    /**
     * Largest size of the project in GiB; -1 for unlimited.
     * @default -1
     */
    storageQuota?: pulumi.Input<number>;
    /**
     * Whether images are scanned when they are pushed.
     * @default true
     */
    vulnerabilityScanning?: pulumi.Input<boolean>;
}

/** An account for machines with listed permissions. A generated secret is shown once, at creation. */
export declare class RobotAccount extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: RobotAccountState, opts?: pulumi.CustomResourceOptions): RobotAccount;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is RobotAccount;
    /** Free text for people. */
    readonly description: pulumi.Output<string | undefined>;
    /**
     * Whether it cannot sign in.
     * @default false
     */
    readonly disable: pulumi.Output<boolean | undefined>;
    /**
     * Days until it expires; -1 for never.
     * @default -1
     */
    readonly duration: pulumi.Output<number | undefined>;
    /**
     * `system`, or `project` for a robot with rights in one project.
     * One of: `project`, `system`.
     * Changing it makes a new object.
     */
    readonly level: pulumi.Output<string>;
    /**
     * Name. Made from the resource's name if left out.
     * Changing it makes a new object.
     */
    readonly name: pulumi.Output<string>;
    /** What it may do, and where. */
    readonly permissions: pulumi.Output<types.output.RobotAccountPermission[]>;
    /** Secret; generated if left out. 8 to 128 characters with upper and lower case and a digit. */
    readonly secret: pulumi.Output<string>;
    /** Name to sign in with, prefix included. */
    readonly fullName: pulumi.Output<string>;
    /** Number of the robot. */
    readonly robotId: pulumi.Output<string>;
    constructor(name: string, args: RobotAccountArgs, opts?: pulumi.CustomResourceOptions);
}
/** What RobotAccount.get can look for. */
export interface RobotAccountState {
    /** Free text for people. */
    description?: pulumi.Input<string>;
    /**
     * Whether it cannot sign in.
     * @default false
     */
    disable?: pulumi.Input<boolean>;
    /**
     * Days until it expires; -1 for never.
     * @default -1
     */
    duration?: pulumi.Input<number>;
    /**
     * `system`, or `project` for a robot with rights in one project.
     * One of: `project`, `system`.
     * Changing it makes a new object.
     */
    level?: pulumi.Input<string>;
    /**
     * Name. Made from the resource's name if left out.
     * Changing it makes a new object.
     */
    name?: pulumi.Input<string>;
    /** What it may do, and where. */
    permissions?: pulumi.Input<pulumi.Input<types.input.RobotAccountPermission>[]>;
    /** Secret; generated if left out. 8 to 128 characters with upper and lower case and a digit. */
    secret?: pulumi.Input<string>;
    /** Name to sign in with, prefix included. */
    fullName?: pulumi.Input<string>;
    /** Number of the robot. */
    robotId?: pulumi.Input<string>;
}
/** What a RobotAccount is made of. */
export interface RobotAccountArgs {
    /** Free text for people. */
    description?: pulumi.Input<string>;
    /**
     * Whether it cannot sign in.
     * @default false
     */
    disable?: pulumi.Input<boolean>;
    /**
     * Days until it expires; -1 for never.
     * @default -1
     */
    duration?: pulumi.Input<number>;
    /**
     * `system`, or `project` for a robot with rights in one project.
     * One of: `project`, `system`.
     * Changing it makes a new object.
     */
    level: pulumi.Input<string>;
    /**
     * Name. Made from the resource's name if left out.
     * Changing it makes a new object.
     */
    name?: pulumi.Input<string>;
    /** What it may do, and where. */
    permissions: pulumi.Input<pulumi.Input<types.input.RobotAccountPermission>[]>;
    /** Secret; generated if left out. 8 to 128 characters with upper and lower case and a digit. */
    secret?: pulumi.Input<string>;
}

/** Another registry that replication or a proxy cache talks to. */
export declare class Registry extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: RegistryState, opts?: pulumi.CustomResourceOptions): Registry;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is Registry;
    /** User name or access key. */
    readonly accessId: pulumi.Output<string | undefined>;
    /** Password or access secret. Harbor never returns it. */
    readonly accessSecret: pulumi.Output<string | undefined>;
    /** Free text for people. */
    readonly description: pulumi.Output<string | undefined>;
    /** Address of the registry. */
    readonly endpointUrl: pulumi.Output<string>;
    /**
     * Whether certificates are not verified.
     * @default false
     */
    readonly insecure: pulumi.Output<boolean | undefined>;
    /** Name. Made from the resource's name if left out. */
    readonly name: pulumi.Output<string>;
    /**
     * Kind of registry.
     * One of: `alibaba`, `artifact-hub`, `aws`, `azure`, `docker-hub`, `docker-registry`, `gitlab`, `github`, `google`, `harbor`, `helm`, `huawei`, `jfrog`, `quay`.
     * Changing it makes a new object.
     */
    readonly providerName: pulumi.Output<string>;
    /** Number of the registry. */
    readonly registryId: pulumi.Output<number>;
    /** `healthy` or `unhealthy`. */
    readonly status: pulumi.Output<string>;
    constructor(name: string, args: RegistryArgs, opts?: pulumi.CustomResourceOptions);
}
/** What Registry.get can look for. */
export interface RegistryState {
    /** User name or access key. */
    accessId?: pulumi.Input<string>;
    /** Password or access secret. Harbor never returns it. */
    accessSecret?: pulumi.Input<string>;
    /** Free text for people. */
    description?: pulumi.Input<string>;
    /** Address of the registry. */
    endpointUrl?: pulumi.Input<string>;
    /**
     * Whether certificates are not verified.
     * @default false
     */
    insecure?: pulumi.Input<boolean>;
    /** Name. Made from the resource's name if left out. */
    name?: pulumi.Input<string>;
    /**
     * Kind of registry.
     * One of: `alibaba`, `artifact-hub`, `aws`, `azure`, `docker-hub`, `docker-registry`, `gitlab`, `github`, `google`, `harbor`, `helm`, `huawei`, `jfrog`, `quay`.
     * Changing it makes a new object.
     */
    providerName?: pulumi.Input<string>;
    /** Number of the registry. */
    registryId?: pulumi.Input<number>;
    /** `healthy` or `unhealthy`. */
    status?: pulumi.Input<string>;
}
/** What a Registry is made of. */
export interface RegistryArgs {
    /** User name or access key. */
    accessId?: pulumi.Input<string>;
    /** Password or access secret. Harbor never returns it. */
    accessSecret?: pulumi.Input<string>;
    /** Free text for people. */
    description?: pulumi.Input<string>;
    /** Address of the registry. */
    endpointUrl: pulumi.Input<string>;
    /**
     * Whether certificates are not verified.
     * @default false
     */
    insecure?: pulumi.Input<boolean>;
    /** Name. Made from the resource's name if left out. */
    name?: pulumi.Input<string>;
    /**
     * Kind of registry.
     * One of: `alibaba`, `artifact-hub`, `aws`, `azure`, `docker-hub`, `docker-registry`, `gitlab`, `github`, `google`, `harbor`, `helm`, `huawei`, `jfrog`, `quay`.
     * Changing it makes a new object.
     */
    providerName: pulumi.Input<string>;
}

/** Copies artifacts to or from another registry. */
export declare class Replication extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ReplicationState, opts?: pulumi.CustomResourceOptions): Replication;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is Replication;
    /**
     * `push` to the other registry, or `pull` from it.
     * One of: `push`, `pull`.
     * Changing it makes a new object.
     */
    readonly action: pulumi.Output<string>;
    /**
     * Whether layers are sent in chunks.
     * @default false
     */
    readonly copyByChunk: pulumi.Output<boolean | undefined>;
    /**
     * Whether deletions are copied too.
     * @default false
     */
    readonly deletion: pulumi.Output<boolean | undefined>;
    /** Free text for people. */
    readonly description: pulumi.Output<string | undefined>;
    /** Project on the other side; the same name if left out. */
    readonly destNamespace: pulumi.Output<string | undefined>;
    /**
     * How many leading path parts are replaced by destNamespace; -1 for all.
     * @default 0
     */
    readonly destNamespaceReplace: pulumi.Output<number | undefined>;
    /**
     * Whether it is on.
     * @default true
     */
    readonly enabled: pulumi.Output<boolean | undefined>;
    /**
     * Whether it runs at once after each change of this resource.
     * @default false
     */
    readonly executeOnChanged: pulumi.Output<boolean | undefined>;
    /** What is copied. */
    readonly filters: pulumi.Output<types.output.ReplicationFilter[] | undefined>;
    /** Name. Made from the resource's name if left out. */
    readonly name: pulumi.Output<string>;
    /**
     * Whether existing artifacts are overwritten.
     * @default true
     */
    readonly override: pulumi.Output<boolean | undefined>;
    /** Id of the other registry. */
    readonly registryId: pulumi.Output<number>;
    /**
     * When it runs: `manual`, `event_based`, or a cron form with six fields.
     * @default "manual"
     */
    readonly schedule: pulumi.Output<string | undefined>;
    /**
     * Bandwidth in KB per second; -1 for unlimited.
     * @default -1
     */
    readonly speed: pulumi.Output<number | undefined>;
    /** Number of the policy. */
    readonly replicationPolicyId: pulumi.Output<number>;
    constructor(name: string, args: ReplicationArgs, opts?: pulumi.CustomResourceOptions);
}
/** What Replication.get can look for. */
export interface ReplicationState {
    /**
     * `push` to the other registry, or `pull` from it.
     * One of: `push`, `pull`.
     * Changing it makes a new object.
     */
    action?: pulumi.Input<string>;
    /**
     * Whether layers are sent in chunks.
     * @default false
     */
    copyByChunk?: pulumi.Input<boolean>;
    /**
     * Whether deletions are copied too.
     * @default false
     */
    deletion?: pulumi.Input<boolean>;
    /** Free text for people. */
    description?: pulumi.Input<string>;
    /** Project on the other side; the same name if left out. */
    destNamespace?: pulumi.Input<string>;
    /**
     * How many leading path parts are replaced by destNamespace; -1 for all.
     * @default 0
     */
    destNamespaceReplace?: pulumi.Input<number>;
    /**
     * Whether it is on.
     * @default true
     */
    enabled?: pulumi.Input<boolean>;
    /**
     * Whether it runs at once after each change of this resource.
     * @default false
     */
    executeOnChanged?: pulumi.Input<boolean>;
    /** What is copied. */
    filters?: pulumi.Input<pulumi.Input<types.input.ReplicationFilter>[]>;
    /** Name. Made from the resource's name if left out. */
    name?: pulumi.Input<string>;
    /**
     * Whether existing artifacts are overwritten.
     * @default true
     */
    override?: pulumi.Input<boolean>;
    /** Id of the other registry. */
    registryId?: pulumi.Input<number>;
    /**
     * When it runs: `manual`, `event_based`, or a cron form with six fields.
     * @default "manual"
     */
    schedule?: pulumi.Input<string>;
    /**
     * Bandwidth in KB per second; -1 for unlimited.
     * @default -1
     */
    speed?: pulumi.Input<number>;
    /** Number of the policy. */
    replicationPolicyId?: pulumi.Input<number>;
}
/** What a Replication is made of. */
export interface ReplicationArgs {
    /**
     * `push` to the other registry, or `pull` from it.
     * One of: `push`, `pull`.
     * Changing it makes a new object.
     */
    action: pulumi.Input<string>;
    /**
     * Whether layers are sent in chunks.
     * @default false
     */
    copyByChunk?: pulumi.Input<boolean>;
    /**
     * Whether deletions are copied too.
     * @default false
     */
    deletion?: pulumi.Input<boolean>;
    /** Free text for people. */
    description?: pulumi.Input<string>;
    /** Project on the other side; the same name if left out. */
    destNamespace?: pulumi.Input<string>;
    /**
     * How many leading path parts are replaced by destNamespace; -1 for all.
     * @default 0
     */
    destNamespaceReplace?: pulumi.Input<number>;
    /**
     * Whether it is on.
     * @default true
     */
    enabled?: pulumi.Input<boolean>;
    /**
     * Whether it runs at once after each change of this resource.
     * @default false
     */
    executeOnChanged?: pulumi.Input<boolean>;
    /** What is copied. */
    filters?: pulumi.Input<pulumi.Input<types.input.ReplicationFilter>[]>;
    /** Name. Made from the resource's name if left out. */
    name?: pulumi.Input<string>;
    /**
     * Whether existing artifacts are overwritten.
     * @default true
     */
    override?: pulumi.Input<boolean>;
    /** Id of the other registry. */
    registryId: pulumi.Input<number>;
    /**
     * When it runs: `manual`, `event_based`, or a cron form with six fields.
     * @default "manual"
     */
    schedule?: pulumi.Input<string>;
    /**
     * Bandwidth in KB per second; -1 for unlimited.
     * @default -1
     */
    speed?: pulumi.Input<number>;
}

/** Which tags of a project are kept. Harbor keeps one policy for a project: an existing one is taken over, and stays without rules when this is deleted. */
export declare class RetentionPolicy extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: RetentionPolicyState, opts?: pulumi.CustomResourceOptions): RetentionPolicy;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is RetentionPolicy;
    /** Rules; a tag is kept if any of them keeps it. */
    readonly rules: pulumi.Output<types.output.RetentionPolicyRule[]>;
    /** `Hourly`, `Daily`, `Weekly`, or a cron form with six fields; never on its own if left out. */
    readonly schedule: pulumi.Output<string | undefined>;
    /**
     * Id of the project, such as `/projects/3`.
     * Changing it makes a new object.
     */
    readonly scope: pulumi.Output<string>;
    constructor(name: string, args: RetentionPolicyArgs, opts?: pulumi.CustomResourceOptions);
}
/** What RetentionPolicy.get can look for. */
export interface RetentionPolicyState {
    /** Rules; a tag is kept if any of them keeps it. */
    rules?: pulumi.Input<pulumi.Input<types.input.RetentionPolicyRule>[]>;
    /** `Hourly`, `Daily`, `Weekly`, or a cron form with six fields; never on its own if left out. */
    schedule?: pulumi.Input<string>;
    /**
     * Id of the project, such as `/projects/3`.
     * Changing it makes a new object.
     */
    scope?: pulumi.Input<string>;
}
/** What a RetentionPolicy is made of. */
export interface RetentionPolicyArgs {
    /** Rules; a tag is kept if any of them keeps it. */
    rules: pulumi.Input<pulumi.Input<types.input.RetentionPolicyRule>[]>;
    /** `Hourly`, `Daily`, `Weekly`, or a cron form with six fields; never on its own if left out. */
    schedule?: pulumi.Input<string>;
    /**
     * Id of the project, such as `/projects/3`.
     * Changing it makes a new object.
     */
    scope: pulumi.Input<string>;
}

/** Tags of a project that can be neither overwritten nor deleted. */
export declare class ImmutableTagRule extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ImmutableTagRuleState, opts?: pulumi.CustomResourceOptions): ImmutableTagRule;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is ImmutableTagRule;
    /**
     * Whether it is off.
     * @default false
     */
    readonly disabled: pulumi.Output<boolean | undefined>;
    /**
     * Id of the project, such as `/projects/3`.
     * Changing it makes a new object.
     */
    readonly projectId: pulumi.Output<string>;
    /** Pattern of repositories it is not about. */
    readonly repoExcluding: pulumi.Output<string | undefined>;
    /** Pattern of repositories it is about. */
    readonly repoMatching: pulumi.Output<string | undefined>;
    /** Pattern of tags it is not about. */
    readonly tagExcluding: pulumi.Output<string | undefined>;
    /** Pattern of tags it is about. */
    readonly tagMatching: pulumi.Output<string | undefined>;
    constructor(name: string, args: ImmutableTagRuleArgs, opts?: pulumi.CustomResourceOptions);
}
/** What ImmutableTagRule.get can look for. */
export interface ImmutableTagRuleState {
    /**
     * Whether it is off.
     * @default false
     */
    disabled?: pulumi.Input<boolean>;
    /**
     * Id of the project, such as `/projects/3`.
     * Changing it makes a new object.
     */
    projectId?: pulumi.Input<string>;
    /** Pattern of repositories it is not about. */
    repoExcluding?: pulumi.Input<string>;
    /** Pattern of repositories it is about. */
    repoMatching?: pulumi.Input<string>;
    /** Pattern of tags it is not about. */
    tagExcluding?: pulumi.Input<string>;
    /** Pattern of tags it is about. */
    tagMatching?: pulumi.Input<string>;
}
/** What a ImmutableTagRule is made of. */
export interface ImmutableTagRuleArgs {
    /**
     * Whether it is off.
     * @default false
     */
    disabled?: pulumi.Input<boolean>;
    /**
     * Id of the project, such as `/projects/3`.
     * Changing it makes a new object.
     */
    projectId: pulumi.Input<string>;
    /** Pattern of repositories it is not about. */
    repoExcluding?: pulumi.Input<string>;
    /** Pattern of repositories it is about. */
    repoMatching?: pulumi.Input<string>;
    /** Pattern of tags it is not about. */
    tagExcluding?: pulumi.Input<string>;
    /** Pattern of tags it is about. */
    tagMatching?: pulumi.Input<string>;
}

/** A user's role in a project. */
export declare class ProjectMemberUser extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ProjectMemberUserState, opts?: pulumi.CustomResourceOptions): ProjectMemberUser;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is ProjectMemberUser;
    /**
     * Id of the project, such as `/projects/3`.
     * Changing it makes a new object.
     */
    readonly projectId: pulumi.Output<string>;
    /**
     * Role in the project.
     * One of: `projectadmin`, `developer`, `guest`, `maintainer`, `limitedguest`.
     */
    readonly role: pulumi.Output<string>;
    /**
     * Name of the user.
     * Changing it makes a new object.
     */
    readonly userName: pulumi.Output<string>;
    /** Number of the membership. */
    readonly memberId: pulumi.Output<number>;
    constructor(name: string, args: ProjectMemberUserArgs, opts?: pulumi.CustomResourceOptions);
}
/** What ProjectMemberUser.get can look for. */
export interface ProjectMemberUserState {
    /**
     * Id of the project, such as `/projects/3`.
     * Changing it makes a new object.
     */
    projectId?: pulumi.Input<string>;
    /**
     * Role in the project.
     * One of: `projectadmin`, `developer`, `guest`, `maintainer`, `limitedguest`.
     */
    role?: pulumi.Input<string>;
    /**
     * Name of the user.
     * Changing it makes a new object.
     */
    userName?: pulumi.Input<string>;
    /** Number of the membership. */
    memberId?: pulumi.Input<number>;
}
/** What a ProjectMemberUser is made of. */
export interface ProjectMemberUserArgs {
    /**
     * Id of the project, such as `/projects/3`.
     * Changing it makes a new object.
     */
    projectId: pulumi.Input<string>;
    /**
     * Role in the project.
     * One of: `projectadmin`, `developer`, `guest`, `maintainer`, `limitedguest`.
     */
    role: pulumi.Input<string>;
    /**
     * Name of the user.
     * Changing it makes a new object.
     */
    userName: pulumi.Input<string>;
}

/** A user group's role in a project. */
export declare class ProjectMemberGroup extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ProjectMemberGroupState, opts?: pulumi.CustomResourceOptions): ProjectMemberGroup;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is ProjectMemberGroup;
    /**
     * Number of the user group.
     * Changing it makes a new object.
     */
    readonly groupId: pulumi.Output<number | undefined>;
    /**
     * Name of the user group.
     * Changing it makes a new object.
     */
    readonly groupName: pulumi.Output<string | undefined>;
    /** Distinguished name of the LDAP group. */
    readonly ldapGroupDn: pulumi.Output<string | undefined>;
    /**
     * Id of the project, such as `/projects/3`.
     * Changing it makes a new object.
     */
    readonly projectId: pulumi.Output<string>;
    /**
     * Role in the project.
     * One of: `projectadmin`, `developer`, `guest`, `maintainer`, `limitedguest`.
     */
    readonly role: pulumi.Output<string>;
    /**
     * `ldap`, `internal` or `oidc`.
     * One of: `ldap`, `internal`, `oidc`.
     */
    readonly type: pulumi.Output<string>;
    /** Number of the membership. */
    readonly memberId: pulumi.Output<number>;
    constructor(name: string, args: ProjectMemberGroupArgs, opts?: pulumi.CustomResourceOptions);
}
/** What ProjectMemberGroup.get can look for. */
export interface ProjectMemberGroupState {
    /**
     * Number of the user group.
     * Changing it makes a new object.
     */
    groupId?: pulumi.Input<number>;
    /**
     * Name of the user group.
     * Changing it makes a new object.
     */
    groupName?: pulumi.Input<string>;
    /** Distinguished name of the LDAP group. */
    ldapGroupDn?: pulumi.Input<string>;
    /**
     * Id of the project, such as `/projects/3`.
     * Changing it makes a new object.
     */
    projectId?: pulumi.Input<string>;
    /**
     * Role in the project.
     * One of: `projectadmin`, `developer`, `guest`, `maintainer`, `limitedguest`.
     */
    role?: pulumi.Input<string>;
    /**
     * `ldap`, `internal` or `oidc`.
     * One of: `ldap`, `internal`, `oidc`.
     */
    type?: pulumi.Input<string>;
    /** Number of the membership. */
    memberId?: pulumi.Input<number>;
}
/** What a ProjectMemberGroup is made of. */
export interface ProjectMemberGroupArgs {
    /**
     * Number of the user group.
     * Changing it makes a new object.
     */
    groupId?: pulumi.Input<number>;
    /**
     * Name of the user group.
     * Changing it makes a new object.
     */
    groupName?: pulumi.Input<string>;
    /** Distinguished name of the LDAP group. */
    ldapGroupDn?: pulumi.Input<string>;
    /**
     * Id of the project, such as `/projects/3`.
     * Changing it makes a new object.
     */
    projectId: pulumi.Input<string>;
    /**
     * Role in the project.
     * One of: `projectadmin`, `developer`, `guest`, `maintainer`, `limitedguest`.
     */
    role: pulumi.Input<string>;
    /**
     * `ldap`, `internal` or `oidc`.
     * One of: `ldap`, `internal`, `oidc`.
     */
    type: pulumi.Input<string>;
}

/** Calls an address on a project's events. */
export declare class ProjectWebhook extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ProjectWebhookState, opts?: pulumi.CustomResourceOptions): ProjectWebhook;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is ProjectWebhook;
    /** Address that is called. */
    readonly address: pulumi.Output<string>;
    /** Value of the Authorization header. Not secret by itself: wrap it with pulumi.secret. */
    readonly authHeader: pulumi.Output<string | undefined>;
    /** Free text for people. */
    readonly description: pulumi.Output<string | undefined>;
    /**
     * Whether it is on.
     * @default true
     */
    readonly enabled: pulumi.Output<boolean | undefined>;
    /**
     * Events that lead to a call.
     * One of: `DELETE_ARTIFACT`, `PULL_ARTIFACT`, `PUSH_ARTIFACT`, `QUOTA_EXCEED`, `QUOTA_WARNING`, `REPLICATION`, `SCANNING_FAILED`, `SCANNING_COMPLETED`, `SCANNING_STOPPED`, `TAG_RETENTION`.
     */
    readonly eventsTypes: pulumi.Output<string[]>;
    /**
     * Name. Made from the resource's name if left out.
     * Changing it makes a new object.
     */
    readonly name: pulumi.Output<string>;
    /**
     * `http` or `slack`.
     * One of: `http`, `slack`.
     */
    readonly notifyType: pulumi.Output<string>;
    /** Id of the project, such as `/projects/3`. */
    readonly projectId: pulumi.Output<string>;
    /**
     * Whether certificates are not verified.
     * @default true
     */
    readonly skipCertVerify: pulumi.Output<boolean | undefined>;
    constructor(name: string, args: ProjectWebhookArgs, opts?: pulumi.CustomResourceOptions);
}
/** What ProjectWebhook.get can look for. */
export interface ProjectWebhookState {
    /** Address that is called. */
    address?: pulumi.Input<string>;
    /** Value of the Authorization header. Not secret by itself: wrap it with pulumi.secret. */
    authHeader?: pulumi.Input<string>;
    /** Free text for people. */
    description?: pulumi.Input<string>;
    /**
     * Whether it is on.
     * @default true
     */
    enabled?: pulumi.Input<boolean>;
    /**
     * Events that lead to a call.
     * One of: `DELETE_ARTIFACT`, `PULL_ARTIFACT`, `PUSH_ARTIFACT`, `QUOTA_EXCEED`, `QUOTA_WARNING`, `REPLICATION`, `SCANNING_FAILED`, `SCANNING_COMPLETED`, `SCANNING_STOPPED`, `TAG_RETENTION`.
     */
    eventsTypes?: pulumi.Input<pulumi.Input<string>[]>;
    /**
     * Name. Made from the resource's name if left out.
     * Changing it makes a new object.
     */
    name?: pulumi.Input<string>;
    /**
     * `http` or `slack`.
     * One of: `http`, `slack`.
     */
    notifyType?: pulumi.Input<string>;
    /** Id of the project, such as `/projects/3`. */
    projectId?: pulumi.Input<string>;
    /**
     * Whether certificates are not verified.
     * @default true
     */
    skipCertVerify?: pulumi.Input<boolean>;
}
/** What a ProjectWebhook is made of. */
export interface ProjectWebhookArgs {
    /** Address that is called. */
    address: pulumi.Input<string>;
    /** Value of the Authorization header. Not secret by itself: wrap it with pulumi.secret. */
    authHeader?: pulumi.Input<string>;
    /** Free text for people. */
    description?: pulumi.Input<string>;
    /**
     * Whether it is on.
     * @default true
     */
    enabled?: pulumi.Input<boolean>;
    /**
     * Events that lead to a call.
     * One of: `DELETE_ARTIFACT`, `PULL_ARTIFACT`, `PUSH_ARTIFACT`, `QUOTA_EXCEED`, `QUOTA_WARNING`, `REPLICATION`, `SCANNING_FAILED`, `SCANNING_COMPLETED`, `SCANNING_STOPPED`, `TAG_RETENTION`.
     */
    eventsTypes: pulumi.Input<pulumi.Input<string>[]>;
    /**
     * Name. Made from the resource's name if left out.
     * Changing it makes a new object.
     */
    name?: pulumi.Input<string>;
    /**
     * `http` or `slack`.
     * One of: `http`, `slack`.
     */
    notifyType: pulumi.Input<string>;
    /** Id of the project, such as `/projects/3`. */
    projectId: pulumi.Input<string>;
    /**
     * Whether certificates are not verified.
     * @default true
     */
    skipCertVerify?: pulumi.Input<boolean>;
}

/** A label for artifacts, of one project or of all. */
export declare class Label extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: LabelState, opts?: pulumi.CustomResourceOptions): Label;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is Label;
    /** Colour, as `#rrggbb` or by name. */
    readonly color: pulumi.Output<string | undefined>;
    /** Free text for people. */
    readonly description: pulumi.Output<string | undefined>;
    /** Name. Made from the resource's name if left out. */
    readonly name: pulumi.Output<string>;
    /** Id of the project, such as `/projects/3`; left out for a label of all projects. */
    readonly projectId: pulumi.Output<string | undefined>;
    /** `g` for all projects, `p` for one. */
    readonly scope: pulumi.Output<string>;
    constructor(name: string, args?: LabelArgs, opts?: pulumi.CustomResourceOptions);
}
/** What Label.get can look for. */
export interface LabelState {
    /** Colour, as `#rrggbb` or by name. */
    color?: pulumi.Input<string>;
    /** Free text for people. */
    description?: pulumi.Input<string>;
    /** Name. Made from the resource's name if left out. */
    name?: pulumi.Input<string>;
    /** Id of the project, such as `/projects/3`; left out for a label of all projects. */
    projectId?: pulumi.Input<string>;
    /** `g` for all projects, `p` for one. */
    scope?: pulumi.Input<string>;
}
/** What a Label is made of. */
export interface LabelArgs {
    /** Colour, as `#rrggbb` or by name. */
    color?: pulumi.Input<string>;
    /** Free text for people. */
    description?: pulumi.Input<string>;
    /** Name. Made from the resource's name if left out. */
    name?: pulumi.Input<string>;
    /** Id of the project, such as `/projects/3`; left out for a label of all projects. */
    projectId?: pulumi.Input<string>;
}

/** When the storage of deleted artifacts is freed. */
export declare class GarbageCollection extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: GarbageCollectionState, opts?: pulumi.CustomResourceOptions): GarbageCollection;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is GarbageCollection;
    /** Whether untagged artifacts are removed too. */
    readonly deleteUntagged: pulumi.Output<boolean | undefined>;
    /** `hourly`, `daily`, `weekly`, or a cron form with six fields. */
    readonly schedule: pulumi.Output<string>;
    /**
     * How many jobs work at once.
     * @default 1
     */
    readonly workers: pulumi.Output<number | undefined>;
    constructor(name: string, args: GarbageCollectionArgs, opts?: pulumi.CustomResourceOptions);
}
/** What GarbageCollection.get can look for. */
export interface GarbageCollectionState {
    /** Whether untagged artifacts are removed too. */
    deleteUntagged?: pulumi.Input<boolean>;
    /** `hourly`, `daily`, `weekly`, or a cron form with six fields. */
    schedule?: pulumi.Input<string>;
    /**
     * How many jobs work at once.
     * @default 1
     */
    workers?: pulumi.Input<number>;
}
/** What a GarbageCollection is made of. */
export interface GarbageCollectionArgs {
    /** Whether untagged artifacts are removed too. */
    deleteUntagged?: pulumi.Input<boolean>;
    /** `hourly`, `daily`, `weekly`, or a cron form with six fields. */
    schedule: pulumi.Input<string>;
    /**
     * How many jobs work at once.
     * @default 1
     */
    workers?: pulumi.Input<number>;
}

/** Settings of the whole Harbor. Deleting leaves them as they are. */
export declare class ConfigSystem extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ConfigSystemState, opts?: pulumi.CustomResourceOptions): ConfigSystem;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is ConfigSystem;
    /** Syslog address audit records go to. */
    readonly auditLogForwardEndpoint: pulumi.Output<string | undefined>;
    /** Message shown to all users. */
    readonly bannerMessage: pulumi.Output<types.output.ConfigSystemBannerMessage | undefined>;
    /**
     * Who may create projects.
     * @default "adminonly"
     */
    readonly projectCreationRestriction: pulumi.Output<string | undefined>;
    /**
     * Whether nothing can be pushed or deleted.
     * @default false
     */
    readonly readOnly: pulumi.Output<boolean | undefined>;
    /**
     * What robots' names start with.
     * @default "robot$"
     */
    readonly robotNamePrefix: pulumi.Output<string | undefined>;
    /**
     * Default life of robots in days.
     * @default 30
     */
    readonly robotTokenExpiration: pulumi.Output<number | undefined>;
    /**
     * Whether scanning leaves pull times alone.
     * @default false
     */
    readonly scannerSkipUpdatePulltime: pulumi.Output<boolean | undefined>;
    /**
     * Whether audit records are only forwarded.
     * @default false
     */
    readonly skipAuditLogDatabase: pulumi.Output<boolean | undefined>;
    /**
     * Default size limit of projects in GiB; -1 for unlimited.
     * @default -1
     */
    readonly storagePerProject: pulumi.Output<number | undefined>;
    constructor(name: string, args?: ConfigSystemArgs, opts?: pulumi.CustomResourceOptions);
}
/** What ConfigSystem.get can look for. */
export interface ConfigSystemState {
    /** Syslog address audit records go to. */
    auditLogForwardEndpoint?: pulumi.Input<string>;
    /** Message shown to all users. */
    bannerMessage?: pulumi.Input<types.input.ConfigSystemBannerMessage>;
    /**
     * Who may create projects.
     * @default "adminonly"
     */
    projectCreationRestriction?: pulumi.Input<string>;
    /**
     * Whether nothing can be pushed or deleted.
     * @default false
     */
    readOnly?: pulumi.Input<boolean>;
    /**
     * What robots' names start with.
     * @default "robot$"
     */
    robotNamePrefix?: pulumi.Input<string>;
    /**
     * Default life of robots in days.
     * @default 30
     */
    robotTokenExpiration?: pulumi.Input<number>;
    /**
     * Whether scanning leaves pull times alone.
     * @default false
     */
    scannerSkipUpdatePulltime?: pulumi.Input<boolean>;
    /**
     * Whether audit records are only forwarded.
     * @default false
     */
    skipAuditLogDatabase?: pulumi.Input<boolean>;
    /**
     * Default size limit of projects in GiB; -1 for unlimited.
     * @default -1
     */
    storagePerProject?: pulumi.Input<number>;
}
/** What a ConfigSystem is made of. */
export interface ConfigSystemArgs {
    /** Syslog address audit records go to. */
    auditLogForwardEndpoint?: pulumi.Input<string>;
    /** Message shown to all users. */
    bannerMessage?: pulumi.Input<types.input.ConfigSystemBannerMessage>;
    /**
     * Who may create projects.
     * @default "adminonly"
     */
    projectCreationRestriction?: pulumi.Input<string>;
    /**
     * Whether nothing can be pushed or deleted.
     * @default false
     */
    readOnly?: pulumi.Input<boolean>;
    /**
     * What robots' names start with.
     * @default "robot$"
     */
    robotNamePrefix?: pulumi.Input<string>;
    /**
     * Default life of robots in days.
     * @default 30
     */
    robotTokenExpiration?: pulumi.Input<number>;
    /**
     * Whether scanning leaves pull times alone.
     * @default false
     */
    scannerSkipUpdatePulltime?: pulumi.Input<boolean>;
    /**
     * Whether audit records are only forwarded.
     * @default false
     */
    skipAuditLogDatabase?: pulumi.Input<boolean>;
    /**
     * Default size limit of projects in GiB; -1 for unlimited.
     * @default -1
     */
    storagePerProject?: pulumi.Input<number>;
}

/** How users sign in. Deleting leaves the settings as they are. */
export declare class ConfigAuth extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ConfigAuthState, opts?: pulumi.CustomResourceOptions): ConfigAuth;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is ConfigAuth;
    /**
     * Where users come from.
     * One of: `db_auth`, `ldap_auth`, `oidc_auth`.
     */
    readonly authMode: pulumi.Output<string>;
    /** Where the search for users starts. */
    readonly ldapBaseDn: pulumi.Output<string | undefined>;
    /** Filter on users. */
    readonly ldapFilter: pulumi.Output<string | undefined>;
    /** Group whose members are administrators. */
    readonly ldapGroupAdminDn: pulumi.Output<string | undefined>;
    /** Where the search for groups starts. */
    readonly ldapGroupBaseDn: pulumi.Output<string | undefined>;
    /** Filter on groups. */
    readonly ldapGroupFilter: pulumi.Output<string | undefined>;
    /** Attribute with a group's name. */
    readonly ldapGroupGid: pulumi.Output<string | undefined>;
    /**
     * Attribute with a user's groups.
     * @default "memberof"
     */
    readonly ldapGroupMembership: pulumi.Output<string | undefined>;
    /**
     * Depth of the search for groups.
     * @default "subtree"
     */
    readonly ldapGroupScope: pulumi.Output<string | undefined>;
    /** Attribute with a group's name. */
    readonly ldapGroupUid: pulumi.Output<string | undefined>;
    /**
     * Depth of the search for users.
     * @default "subtree"
     */
    readonly ldapScope: pulumi.Output<string | undefined>;
    /** User the search signs in as. */
    readonly ldapSearchDn: pulumi.Output<string | undefined>;
    /** Password of that user. */
    readonly ldapSearchPassword: pulumi.Output<string | undefined>;
    /** Attribute users sign in with. */
    readonly ldapUid: pulumi.Output<string | undefined>;
    /** Address of the LDAP server. */
    readonly ldapUrl: pulumi.Output<string | undefined>;
    /**
     * Whether its certificate must be valid.
     * @default false
     */
    readonly ldapVerifyCert: pulumi.Output<boolean | undefined>;
    /** Group whose members are administrators. */
    readonly oidcAdminGroup: pulumi.Output<string | undefined>;
    /** Whether new users keep the name from the claim without being asked. */
    readonly oidcAutoOnboard: pulumi.Output<boolean | undefined>;
    /** Client id at the provider. */
    readonly oidcClientId: pulumi.Output<string | undefined>;
    /** Client secret at the provider. */
    readonly oidcClientSecret: pulumi.Output<string | undefined>;
    /** Address of the provider. */
    readonly oidcEndpoint: pulumi.Output<string | undefined>;
    /** Pattern of groups that are taken over. */
    readonly oidcGroupFilter: pulumi.Output<string | undefined>;
    /** Claim with the groups. */
    readonly oidcGroupsClaim: pulumi.Output<string | undefined>;
    /** Name of the provider on the sign-in page. */
    readonly oidcName: pulumi.Output<string | undefined>;
    /** Scopes asked for, separated by commas. */
    readonly oidcScope: pulumi.Output<string | undefined>;
    /** Claim with the user name. */
    readonly oidcUserClaim: pulumi.Output<string | undefined>;
    /** Whether its certificate must be valid. */
    readonly oidcVerifyCert: pulumi.Output<boolean | undefined>;
    /**
     * Whether it is the first choice on the sign-in page.
     * @default false
     */
    readonly primaryAuthMode: pulumi.Output<boolean | undefined>;
    constructor(name: string, args: ConfigAuthArgs, opts?: pulumi.CustomResourceOptions);
}
/** What ConfigAuth.get can look for. */
export interface ConfigAuthState {
    /**
     * Where users come from.
     * One of: `db_auth`, `ldap_auth`, `oidc_auth`.
     */
    authMode?: pulumi.Input<string>;
    /** Where the search for users starts. */
    ldapBaseDn?: pulumi.Input<string>;
    /** Filter on users. */
    ldapFilter?: pulumi.Input<string>;
    /** Group whose members are administrators. */
    ldapGroupAdminDn?: pulumi.Input<string>;
    /** Where the search for groups starts. */
    ldapGroupBaseDn?: pulumi.Input<string>;
    /** Filter on groups. */
    ldapGroupFilter?: pulumi.Input<string>;
    /** Attribute with a group's name. */
    ldapGroupGid?: pulumi.Input<string>;
    /**
     * Attribute with a user's groups.
     * @default "memberof"
     */
    ldapGroupMembership?: pulumi.Input<string>;
    /**
     * Depth of the search for groups.
     * @default "subtree"
     */
    ldapGroupScope?: pulumi.Input<string>;
    /** Attribute with a group's name. */
    ldapGroupUid?: pulumi.Input<string>;
    /**
     * Depth of the search for users.
     * @default "subtree"
     */
    ldapScope?: pulumi.Input<string>;
    /** User the search signs in as. */
    ldapSearchDn?: pulumi.Input<string>;
    /** Password of that user. */
    ldapSearchPassword?: pulumi.Input<string>;
    /** Attribute users sign in with. */
    ldapUid?: pulumi.Input<string>;
    /** Address of the LDAP server. */
    ldapUrl?: pulumi.Input<string>;
    /**
     * Whether its certificate must be valid.
     * @default false
     */
    ldapVerifyCert?: pulumi.Input<boolean>;
    /** Group whose members are administrators. */
    oidcAdminGroup?: pulumi.Input<string>;
    /** Whether new users keep the name from the claim without being asked. */
    oidcAutoOnboard?: pulumi.Input<boolean>;
    /** Client id at the provider. */
    oidcClientId?: pulumi.Input<string>;
    /** Client secret at the provider. */
    oidcClientSecret?: pulumi.Input<string>;
    /** Address of the provider. */
    oidcEndpoint?: pulumi.Input<string>;
    /** Pattern of groups that are taken over. */
    oidcGroupFilter?: pulumi.Input<string>;
    /** Claim with the groups. */
    oidcGroupsClaim?: pulumi.Input<string>;
    /** Name of the provider on the sign-in page. */
    oidcName?: pulumi.Input<string>;
    /** Scopes asked for, separated by commas. */
    oidcScope?: pulumi.Input<string>;
    /** Claim with the user name. */
    oidcUserClaim?: pulumi.Input<string>;
    /** Whether its certificate must be valid. */
    oidcVerifyCert?: pulumi.Input<boolean>;
    /**
     * Whether it is the first choice on the sign-in page.
     * @default false
     */
    primaryAuthMode?: pulumi.Input<boolean>;
}
/** What a ConfigAuth is made of. */
export interface ConfigAuthArgs {
    /**
     * Where users come from.
     * One of: `db_auth`, `ldap_auth`, `oidc_auth`.
     */
    authMode: pulumi.Input<string>;
    /** Where the search for users starts. */
    ldapBaseDn?: pulumi.Input<string>;
    /** Filter on users. */
    ldapFilter?: pulumi.Input<string>;
    /** Group whose members are administrators. */
    ldapGroupAdminDn?: pulumi.Input<string>;
    /** Where the search for groups starts. */
    ldapGroupBaseDn?: pulumi.Input<string>;
    /** Filter on groups. */
    ldapGroupFilter?: pulumi.Input<string>;
    /** Attribute with a group's name. */
    ldapGroupGid?: pulumi.Input<string>;
    /**
     * Attribute with a user's groups.
     * @default "memberof"
     */
    ldapGroupMembership?: pulumi.Input<string>;
    /**
     * Depth of the search for groups.
     * @default "subtree"
     */
    ldapGroupScope?: pulumi.Input<string>;
    /** Attribute with a group's name. */
    ldapGroupUid?: pulumi.Input<string>;
    /**
     * Depth of the search for users.
     * @default "subtree"
     */
    ldapScope?: pulumi.Input<string>;
    /** User the search signs in as. */
    ldapSearchDn?: pulumi.Input<string>;
    /** Password of that user. */
    ldapSearchPassword?: pulumi.Input<string>;
    /** Attribute users sign in with. */
    ldapUid?: pulumi.Input<string>;
    /** Address of the LDAP server. */
    ldapUrl?: pulumi.Input<string>;
    /**
     * Whether its certificate must be valid.
     * @default false
     */
    ldapVerifyCert?: pulumi.Input<boolean>;
    /** Group whose members are administrators. */
    oidcAdminGroup?: pulumi.Input<string>;
    /** Whether new users keep the name from the claim without being asked. */
    oidcAutoOnboard?: pulumi.Input<boolean>;
    /** Client id at the provider. */
    oidcClientId?: pulumi.Input<string>;
    /** Client secret at the provider. */
    oidcClientSecret?: pulumi.Input<string>;
    /** Address of the provider. */
    oidcEndpoint?: pulumi.Input<string>;
    /** Pattern of groups that are taken over. */
    oidcGroupFilter?: pulumi.Input<string>;
    /** Claim with the groups. */
    oidcGroupsClaim?: pulumi.Input<string>;
    /** Name of the provider on the sign-in page. */
    oidcName?: pulumi.Input<string>;
    /** Scopes asked for, separated by commas. */
    oidcScope?: pulumi.Input<string>;
    /** Claim with the user name. */
    oidcUserClaim?: pulumi.Input<string>;
    /** Whether its certificate must be valid. */
    oidcVerifyCert?: pulumi.Input<boolean>;
    /**
     * Whether it is the first choice on the sign-in page.
     * @default false
     */
    primaryAuthMode?: pulumi.Input<boolean>;
}

/** Vulnerabilities that are tolerated in the whole Harbor. */
export declare class ConfigSecurity extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: ConfigSecurityState, opts?: pulumi.CustomResourceOptions): ConfigSecurity;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is ConfigSecurity;
    /** CVE ids that are tolerated. */
    readonly cveAllowlists: pulumi.Output<string[]>;
    /** When the list ends, in seconds since 1970. */
    readonly expiresAt: pulumi.Output<number | undefined>;
    /** When it was made. */
    readonly creationTime: pulumi.Output<string>;
    /** When it was last changed. */
    readonly updateTime: pulumi.Output<string>;
    constructor(name: string, args: ConfigSecurityArgs, opts?: pulumi.CustomResourceOptions);
}
/** What ConfigSecurity.get can look for. */
export interface ConfigSecurityState {
    /** CVE ids that are tolerated. */
    cveAllowlists?: pulumi.Input<pulumi.Input<string>[]>;
    /** When the list ends, in seconds since 1970. */
    expiresAt?: pulumi.Input<number>;
    /** When it was made. */
    creationTime?: pulumi.Input<string>;
    /** When it was last changed. */
    updateTime?: pulumi.Input<string>;
}
/** What a ConfigSecurity is made of. */
export interface ConfigSecurityArgs {
    /** CVE ids that are tolerated. */
    cveAllowlists: pulumi.Input<pulumi.Input<string>[]>;
    /** When the list ends, in seconds since 1970. */
    expiresAt?: pulumi.Input<number>;
}

/** When all artifacts are scanned, and with which scanner. */
export declare class InterrogationServices extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: InterrogationServicesState, opts?: pulumi.CustomResourceOptions): InterrogationServices;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is InterrogationServices;
    /** Name of the default scanner. */
    readonly defaultScanner: pulumi.Output<string | undefined>;
    /** When everything is scanned. */
    readonly vulnerabilityScanPolicy: pulumi.Output<string>;
    constructor(name: string, args: InterrogationServicesArgs, opts?: pulumi.CustomResourceOptions);
}
/** What InterrogationServices.get can look for. */
export interface InterrogationServicesState {
    /** Name of the default scanner. */
    defaultScanner?: pulumi.Input<string>;
    /** When everything is scanned. */
    vulnerabilityScanPolicy?: pulumi.Input<string>;
}
/** What a InterrogationServices is made of. */
export interface InterrogationServicesArgs {
    /** Name of the default scanner. */
    defaultScanner?: pulumi.Input<string>;
    /** When everything is scanned. */
    vulnerabilityScanPolicy: pulumi.Input<string>;
}

/** When old audit records are removed. */
export declare class PurgeAuditLog extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: PurgeAuditLogState, opts?: pulumi.CustomResourceOptions): PurgeAuditLog;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is PurgeAuditLog;
    /** Hours records are kept. */
    readonly auditRetentionHour: pulumi.Output<number>;
    /** Operations whose records are removed, separated by commas. */
    readonly includeOperations: pulumi.Output<string>;
    /** `hourly`, `daily`, `weekly`, or a cron form with six fields. */
    readonly schedule: pulumi.Output<string>;
    constructor(name: string, args: PurgeAuditLogArgs, opts?: pulumi.CustomResourceOptions);
}
/** What PurgeAuditLog.get can look for. */
export interface PurgeAuditLogState {
    /** Hours records are kept. */
    auditRetentionHour?: pulumi.Input<number>;
    /** Operations whose records are removed, separated by commas. */
    includeOperations?: pulumi.Input<string>;
    /** `hourly`, `daily`, `weekly`, or a cron form with six fields. */
    schedule?: pulumi.Input<string>;
}
/** What a PurgeAuditLog is made of. */
export interface PurgeAuditLogArgs {
    /** Hours records are kept. */
    auditRetentionHour: pulumi.Input<number>;
    /** Operations whose records are removed, separated by commas. */
    includeOperations: pulumi.Input<string>;
    /** `hourly`, `daily`, `weekly`, or a cron form with six fields. */
    schedule: pulumi.Input<string>;
}

/** A user in Harbor's own database. */
export declare class User extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: UserState, opts?: pulumi.CustomResourceOptions): User;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is User;
    /**
     * Whether the user is an administrator.
     * @default false
     */
    readonly admin: pulumi.Output<boolean | undefined>;
    /** Remark. Never sent to Harbor. */
    readonly comment: pulumi.Output<string | undefined>;
    /** Mail address. */
    readonly email: pulumi.Output<string>;
    /** Name of the person. */
    readonly fullName: pulumi.Output<string>;
    /** Password. */
    readonly password: pulumi.Output<string>;
    /**
     * User name.
     * Changing it makes a new object.
     */
    readonly username: pulumi.Output<string>;
    constructor(name: string, args: UserArgs, opts?: pulumi.CustomResourceOptions);
}
/** What User.get can look for. */
export interface UserState {
    /**
     * Whether the user is an administrator.
     * @default false
     */
    admin?: pulumi.Input<boolean>;
    /** Remark. Never sent to Harbor. */
    comment?: pulumi.Input<string>;
    /** Mail address. */
    email?: pulumi.Input<string>;
    /** Name of the person. */
    fullName?: pulumi.Input<string>;
    /** Password. */
    password?: pulumi.Input<string>;
    /**
     * User name.
     * Changing it makes a new object.
     */
    username?: pulumi.Input<string>;
}
/** What a User is made of. */
export interface UserArgs {
    /**
     * Whether the user is an administrator.
     * @default false
     */
    admin?: pulumi.Input<boolean>;
    /** Remark. Never sent to Harbor. */
    comment?: pulumi.Input<string>;
    /** Mail address. */
    email: pulumi.Input<string>;
    /** Name of the person. */
    fullName: pulumi.Input<string>;
    /** Password. */
    password: pulumi.Input<string>;
    /**
     * User name.
     * Changing it makes a new object.
     */
    username: pulumi.Input<string>;
}

/** A group of users from LDAP, OIDC or HTTP authentication. */
export declare class Group extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: GroupState, opts?: pulumi.CustomResourceOptions): Group;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is Group;
    /**
     * Name of the user group.
     * Changing it makes a new object.
     */
    readonly groupName: pulumi.Output<string>;
    /**
     * Where the group comes from: 1 LDAP, 2 HTTP, 3 OIDC.
     * One of: `1`, `2`, `3`.
     */
    readonly groupType: pulumi.Output<number>;
    /** Distinguished name of the LDAP group. */
    readonly ldapGroupDn: pulumi.Output<string | undefined>;
    constructor(name: string, args: GroupArgs, opts?: pulumi.CustomResourceOptions);
}
/** What Group.get can look for. */
export interface GroupState {
    /**
     * Name of the user group.
     * Changing it makes a new object.
     */
    groupName?: pulumi.Input<string>;
    /**
     * Where the group comes from: 1 LDAP, 2 HTTP, 3 OIDC.
     * One of: `1`, `2`, `3`.
     */
    groupType?: pulumi.Input<number>;
    /** Distinguished name of the LDAP group. */
    ldapGroupDn?: pulumi.Input<string>;
}
/** What a Group is made of. */
export interface GroupArgs {
    /**
     * Name of the user group.
     * Changing it makes a new object.
     */
    groupName: pulumi.Input<string>;
    /**
     * Where the group comes from: 1 LDAP, 2 HTTP, 3 OIDC.
     * One of: `1`, `2`, `3`.
     */
    groupType: pulumi.Input<number>;
    /** Distinguished name of the LDAP group. */
    ldapGroupDn?: pulumi.Input<string>;
}

/** Superseded by InterrogationServices. */
export declare class Tasks extends pulumi.CustomResource {
    /** The resource of that id as it is, without managing it. */
    static get(name: string, id: pulumi.Input<pulumi.ID>, state?: TasksState, opts?: pulumi.CustomResourceOptions): Tasks;
    /** Whether an object is such a resource, also when several copies of this package are loaded. */
    static isInstance(obj: any): obj is Tasks;
    /** When everything is scanned. */
    readonly vulnerabilityScanPolicy: pulumi.Output<string>;
    constructor(name: string, args: TasksArgs, opts?: pulumi.CustomResourceOptions);
}
/** What Tasks.get can look for. */
export interface TasksState {
    /** When everything is scanned. */
    vulnerabilityScanPolicy?: pulumi.Input<string>;
}
/** What a Tasks is made of. */
export interface TasksArgs {
    /** When everything is scanned. */
    vulnerabilityScanPolicy: pulumi.Input<string>;
}

/** Shapes of nested values: `input` as a program gives them, `output` as they come back. */
export declare namespace types {
    namespace input {
        interface ConfigSystemBannerMessage {
            /** Whether users can close it. */
            closable?: pulumi.Input<boolean>;
            /** First day, as MM/DD/YYYY. */
            fromDate?: pulumi.Input<string>;
            /** Text. */
            message: pulumi.Input<string>;
            /** Last day, as MM/DD/YYYY. */
            toDate?: pulumi.Input<string>;
            /** Kind. */
            type?: pulumi.Input<string>;
        }
        interface ReplicationFilter {
            /** `matches` or `excludes`. */
            decoration?: pulumi.Input<string>;
            /** Labels. */
            labels?: pulumi.Input<pulumi.Input<string>[]>;
            /** Name. */
            name?: pulumi.Input<string>;
            /** What the action is about, such as `repository`. */
            resource?: pulumi.Input<string>;
            /** Pattern of tags. */
            tag?: pulumi.Input<string>;
        }
        interface RetentionPolicyRule {
            /** Keep all tags. */
            alwaysRetain?: pulumi.Input<boolean>;
            /** Whether it is off. */
            disabled?: pulumi.Input<boolean>;
            /** Keep this many tags pulled most recently. */
            mostRecentlyPulled?: pulumi.Input<number>;
            /** Keep this many tags pushed most recently. */
            mostRecentlyPushed?: pulumi.Input<number>;
            /** Keep tags pulled in these last days. */
            nDaysSinceLastPull?: pulumi.Input<number>;
            /** Keep tags pushed in these last days. */
            nDaysSinceLastPush?: pulumi.Input<number>;
            /** Pattern of repositories it is not about. */
            repoExcluding?: pulumi.Input<string>;
            /** Pattern of repositories it is about. */
            repoMatching?: pulumi.Input<string>;
            /** Pattern of tags it is not about. */
            tagExcluding?: pulumi.Input<string>;
            /** Pattern of tags it is about. */
            tagMatching?: pulumi.Input<string>;
            /** Whether untagged artifacts count. */
            untaggedArtifacts?: pulumi.Input<boolean>;
        }
        interface RobotAccountPermission {
            /** Actions on resources. */
            accesses: pulumi.Input<pulumi.Input<types.input.RobotAccountPermissionAccess>[]>;
            /** `project` or `system`. */
            kind: pulumi.Input<string>;
            /** Name of the project, `*` for all, `/` for kind system. */
            namespace: pulumi.Input<string>;
        }
        interface RobotAccountPermissionAccess {
            /** `push` to the other registry, or `pull` from it. */
            action: pulumi.Input<string>;
            /** `allow` or `deny`. */
            effect?: pulumi.Input<string>;
            /** What the action is about, such as `repository`. */
            resource: pulumi.Input<string>;
        }
    }
    namespace output {
        interface ConfigSystemBannerMessage {
            /** Whether users can close it. */
            closable?: boolean;
            /** First day, as MM/DD/YYYY. */
            fromDate?: string;
            /** Text. */
            message: string;
            /** Last day, as MM/DD/YYYY. */
            toDate?: string;
            /** Kind. */
            type?: string;
        }
        interface ReplicationFilter {
            /** `matches` or `excludes`. */
            decoration?: string;
            /** Labels. */
            labels?: string[];
            /** Name. */
            name?: string;
            /** What the action is about, such as `repository`. */
            resource?: string;
            /** Pattern of tags. */
            tag?: string;
        }
        interface RetentionPolicyRule {
            /** Keep all tags. */
            alwaysRetain?: boolean;
            /** Whether it is off. */
            disabled?: boolean;
            /** Keep this many tags pulled most recently. */
            mostRecentlyPulled?: number;
            /** Keep this many tags pushed most recently. */
            mostRecentlyPushed?: number;
            /** Keep tags pulled in these last days. */
            nDaysSinceLastPull?: number;
            /** Keep tags pushed in these last days. */
            nDaysSinceLastPush?: number;
            /** Pattern of repositories it is not about. */
            repoExcluding?: string;
            /** Pattern of repositories it is about. */
            repoMatching?: string;
            /** Pattern of tags it is not about. */
            tagExcluding?: string;
            /** Pattern of tags it is about. */
            tagMatching?: string;
            /** Whether untagged artifacts count. */
            untaggedArtifacts?: boolean;
        }
        interface RobotAccountPermission {
            /** Actions on resources. */
            accesses: types.output.RobotAccountPermissionAccess[];
            /** `project` or `system`. */
            kind: string;
            /** Name of the project, `*` for all, `/` for kind system. */
            namespace: string;
        }
        interface RobotAccountPermissionAccess {
            /** `push` to the other registry, or `pull` from it. */
            action: string;
            /** `allow` or `deny`. */
            effect?: string;
            /** What the action is about, such as `repository`. */
            resource: string;
        }
    }
}
