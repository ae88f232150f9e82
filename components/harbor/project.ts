/** Where the images of one app in one environment live. */
import * as harbor from "@pulumi/harbor";
import * as pulumi from "@pulumi/pulumi";
import type { AppEnvironment } from "../../estate/model";
import { allImmutable } from "../../estate/tags";
import { belongsTo, dataOptions } from "../support/options";

/** Inputs of {@link ImageProject}. */
export interface ImageProjectArgs {
    readonly environment: AppEnvironment;
}

/**
 * A Harbor project: private, every pushed image scanned and its SBOM made, with a quota, a retention rule that keeps
 * the newest tags, and immutable tags where the environment says so. All images can be pulled, unless the
 * environment prevents those with vulnerabilities: Harbor then refuses what runs as well, on the day something is found.
 *
 * With deletionProtection the project, its images and its rules stay when the app or the stack is removed; without it
 * they are deleted together with the images.
 */
export class ImageProject extends pulumi.ComponentResource {
    /** Name of the project; known when it exists. */
    public readonly projectName: pulumi.Output<string>;
    /** Harbor's id of the project, in the form other resources want it. */
    public readonly projectId: pulumi.Output<string>;
    /** What credentials inside the project must not outlive. */
    public readonly project: pulumi.Resource;

    constructor(name: string, args: ImageProjectArgs, opts: pulumi.ComponentResourceOptions) {
        super("gitops-estate:harbor:ImageProject", name, {}, opts);
        const { environment } = args;
        const project = new harbor.Project(
            `${name}-project`,
            {
                name: environment.project,
                public: false,
                vulnerabilityScanning: true,
                autoSbomGeneration: true,
                storageQuota: environment.storageGiB,
                forceDestroy: !environment.deletionProtection,
                ...prevention(environment),
            },
            { parent: this, ...dataOptions(environment.deletionProtection) },
        );
        const inside = { parent: this, ...belongsTo(project) };
        new harbor.RetentionPolicy(
            `${name}-retention`,
            {
                scope: project.id,
                schedule: "Daily",
                rules: [
                    {
                        repoMatching: "**",
                        tagMatching: "**",
                        mostRecentlyPushed: environment.keepTags,
                        // A deployment by digest may run an image whose tag has moved on.
                        untaggedArtifacts: true,
                    },
                    ...pinned(environment),
                ],
            },
            inside,
        );
        for (const pattern of [...environment.immutableTags].sort()) {
            new harbor.ImmutableTagRule(
                `${name}-immutable-${pattern}`,
                { projectId: project.id, repoMatching: "**", tagMatching: pattern, disabled: false },
                // A project that may go is deleted with its images, which Harbor refuses while a rule fixes their tags:
                // there the rule goes first.
                environment.deletionProtection ? inside : { parent: this },
            );
        }

        this.project = project;
        this.projectName = project.name;
        this.projectId = project.id;
        this.registerOutputs({ projectName: this.projectName, projectId: this.projectId });
    }
}

/** What is pinned runs however many tags are newer. */
function pinned(environment: AppEnvironment): object[] {
    const { pin } = environment;
    return pin === undefined || allImmutable(environment)
        ? []
        : [{ repoMatching: "**", tagMatching: pin, alwaysRetain: true, untaggedArtifacts: false }];
}

/** The provider has one property for "prevent" and the severity. */
function prevention({ preventVulnerable }: AppEnvironment): Partial<harbor.ProjectArgs> {
    if (preventVulnerable === undefined) {
        return {};
    }
    const { severity, allowlist } = preventVulnerable;
    return {
        deploymentSecurity: severity,
        ...(allowlist.length === 0 ? {} : { cveAllowlists: [...allowlist] }),
    };
}
