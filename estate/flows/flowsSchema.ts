import { z } from "zod";

import { name, named } from "../fields";
import { branchName, refPattern } from "../names";

const role = z.enum(["no one", "developer", "maintainer"]);

/** A role of people in a GitLab project, as protections name it. */
export type Role = z.infer<typeof role>;

const way = z.strictObject({
    branch: named(refPattern)
        .optional()
        .describe(
            "Branch of the app repository whose commits are delivered here, or a pattern such as `release-*`. Default: the default branch, where there is no `tag` and no `promotes`.",
        ),
    tag: named(refPattern).optional().describe("Tag that is delivered here, or a pattern such as `v*`."),
    promotes: name
        .optional()
        .describe(
            "Environment whose version comes here by a merge of its branch of the config repository, with the image; with `config: branches`.",
        ),
    start: z
        .enum(["push", "person"])
        .optional()
        .describe(
            "What starts a delivery: the `push`, or a `person` by a manual job. Default: `person` for tags, `push` for branches.",
        ),
    image: z
        .enum(["commit", "branch", "tag"])
        .optional()
        .describe(
            "What the tag of an image is made of: the `commit`, the `branch` and the commit, or the git `tag`. Default: `tag` for tags, else `commit`.",
        ),
    reuses: z
        .array(name)
        .optional()
        .describe(
            "Environments whose image of the same commit is taken before one is built, the first that has it. Default: for a tag all with branches, for a pattern all with a branch.",
        ),
    mergesBack: z
        .array(named(branchName))
        .optional()
        .describe("Branches that get a merge request of what was delivered. Default: none."),
    push: role.optional().describe("Who pushes to the branch. Default: `maintainer`."),
    merge: role.optional().describe("Who merges into the branch. Default: `developer`."),
    create: role.optional().describe("Who makes the tags. Default: `maintainer`."),
});

/** A flow that a team describes. */
export const flowSchema = z.strictObject({
    description: z.string().min(1).max(200).optional().describe("What it is, for people."),
    config: z
        .enum(["folders", "branches"])
        .default("folders")
        .describe(
            "How the config repository is laid out: `folders`, one for each environment in one branch, or `branches`, one for each environment.",
        ),
    environments: z
        .record(name, way)
        .describe("How a version comes to each environment, by its name: a lane, or a promotion."),
    reviewed: named(branchName)
        .optional()
        .describe("Branch whose merge requests can have previews. Default: none has."),
});

export type FlowDescription = z.output<typeof flowSchema>;
