/** GraphQL of the stand-in: what of merge requests REST does not have. */
import type { FastifyInstance } from "fastify";
import { buildSchema, graphql } from "graphql";

import { effectiveProjectLevel, seesProject } from "./access";
import { authenticate } from "./auth";
import type { GitLab } from "./gitlab";
import { Level, type MergeRequest, type Project, type User } from "./model";
import { asText } from "./params";

/**
 * The part of GitLab's schema there is here, with GitLab's types and nullability. What a query asks for beside it is refused,
 * as a real server refuses what its schema does not have.
 */
const schema = buildSchema(`
    scalar UserID
    type Query {
        currentUser: UserCore
        project(fullPath: ID!): Project
    }
    type Project {
        id: ID!
        fullPath: ID!
        mergeRequest(iid: String!): MergeRequest
    }
    type MergeRequest {
        id: ID!
        iid: String!
        sourceBranch: String!
        targetBranch: String!
        diffHeadSha: String
        author: UserCore
        committers(first: Int): UserCoreConnection
        approvedBy(first: Int): UserCoreConnection
    }
    type UserCoreConnection {
        count: Int!
        nodes: [UserCore]
    }
    type UserCore {
        id: UserID!
        username: String!
        name: String!
        bot: Boolean!
    }
`);

/** Serves `POST /api/graphql`; a token needs `api` or, for reading, `read_api`. */
export function registerGraphql(fastify: FastifyInstance, gitlab: GitLab): void {
    fastify.post("/api/graphql", async (request, reply) => {
        const principal = authenticate(gitlab, request);
        if (principal && !principal.token.scopes.some((scope) => ["api", "read_api"].includes(scope))) {
            return reply.code(403).send({ errors: [{ message: "insufficient_scope" }] });
        }
        const body = (request.body ?? {}) as Record<string, unknown>;
        const variables = body["variables"];
        const answer = await graphql({
            schema,
            source: asText(body["query"]),
            rootValue: root(gitlab, principal?.user),
            variableValues: typeof variables === "object" ? (variables as Record<string, unknown>) : null,
            operationName: typeof body["operationName"] === "string" ? body["operationName"] : null,
        });
        return reply.code(200).send(answer);
    });
}

function root(gitlab: GitLab, user: User | undefined): object {
    return {
        currentUser: () => user && showUser(user),
        project: ({ fullPath }: { fullPath: string }) => {
            const project = gitlab.projectAt(fullPath);
            return project && seesProject(gitlab, user, project)
                ? {
                      id: `gid://gitlab/Project/${project.id}`,
                      fullPath: gitlab.projectPath(project),
                      mergeRequest: ({ iid }: { iid: string }) => {
                          const request = project.mergeRequests.find((each) => String(each.iid) === iid);
                          return request && readsMergeRequests(gitlab, user, project)
                              ? showRequest(gitlab, project, request)
                              : null;
                      },
                  }
                : null;
        },
    };
}

function readsMergeRequests(gitlab: GitLab, user: User | undefined, project: Project): boolean {
    return (
        project.visibility !== "private" ||
        (user !== undefined && effectiveProjectLevel(gitlab, user, project) >= Level.reporter)
    );
}

function showRequest(gitlab: GitLab, project: Project, request: MergeRequest): object {
    return {
        id: `gid://gitlab/MergeRequest/${request.id}`,
        iid: String(request.iid),
        sourceBranch: request.sourceBranch,
        targetBranch: request.targetBranch,
        diffHeadSha: request.sourceSha,
        author: () => {
            const author = gitlab.user(request.authorId);
            return author && showUser(author);
        },
        committers: async () => connection(await committers(gitlab, project, request)),
        approvedBy: () => connection(request.approvedBy.flatMap(({ userId }) => gitlab.user(userId) ?? [])),
    };
}

/** Users by the committers' addresses; who made a merge commit is none of them. */
async function committers(gitlab: GitLab, project: Project, request: MergeRequest): Promise<User[]> {
    const commits = await gitlab.git.log(project.id, [`${request.baseSha}..${request.sourceSha}`]);
    const addresses = new Set(
        commits
            .filter(({ parents }) => parents.length < 2)
            .map(({ committerEmail }) => committerEmail.toLowerCase()),
    );
    return gitlab.state.users.filter(({ email }) => addresses.has(email.toLowerCase()));
}

function connection(users: readonly User[]): object {
    return { count: users.length, nodes: users.map(showUser) };
}

function showUser(user: User): object {
    return {
        id: `gid://gitlab/User/${user.id}`,
        username: user.username,
        name: user.name,
        bot: user.kind !== "human",
    };
}
