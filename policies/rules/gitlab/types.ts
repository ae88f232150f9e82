/** Types of GitLab's resources that several rules name. */
export const project = "gitlab:index/project:Project";
export const group = "gitlab:index/group:Group";
export const branch = "gitlab:index/branch:Branch";
export const branchProtection = "gitlab:index/branchProtection:BranchProtection";
export const repositoryFile = "gitlab:index/repositoryFile:RepositoryFile";
export const projectHook = "gitlab:index/projectHook:ProjectHook";
export const hooks = [projectHook, "gitlab:index/groupHook:GroupHook"];
export const variables = [
    "gitlab:index/projectVariable:ProjectVariable",
    "gitlab:index/groupVariable:GroupVariable",
];

/** Access tokens: they act as a user of their own. */
export const accessTokens = [
    "gitlab:index/projectAccessToken:ProjectAccessToken",
    "gitlab:index/groupAccessToken:GroupAccessToken",
    "gitlab:index/groupServiceAccountAccessToken:GroupServiceAccountAccessToken",
    "gitlab:index/personalAccessToken:PersonalAccessToken",
];
/** Deploy tokens: they read or write a repository, registry or package registry, and nothing else. */
export const deployTokens = [
    "gitlab:index/projectDeployToken:ProjectDeployToken",
    "gitlab:index/groupDeployToken:GroupDeployToken",
];
export const deployKeys = [
    "gitlab:index/deployKey:DeployKey",
    "gitlab:index/deployKeyEnable:DeployKeyEnable",
];
