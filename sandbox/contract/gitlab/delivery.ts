/** Statuses of commits, environments and deployments. */
import { aMoment, aNumber, aText, errorWith, listWith, type Chapter } from "../case";

export const delivery: readonly Chapter[] = [
    {
        noun: "environments",
        cases: [
            {
                claim: "An environment has a slug and a tier, guessed from its name",
                call: "POST /projects/{project}/environments",
                body: { name: "production", external_url: "https://web.example.com" },
                status: 201,
                answer: {
                    id: aNumber,
                    name: "production",
                    slug: "production",
                    tier: "production",
                    state: "available",
                    external_url: "https://web.example.com",
                },
                keep: { environment: "id" },
            },
            {
                claim: "An environment's name is there once",
                call: "POST /projects/{project}/environments",
                body: { name: "production" },
                status: 400,
            },
            {
                claim: "A tier that does not exist is refused",
                call: "POST /projects/{project}/environments",
                body: { name: "other", tier: "best" },
                status: 400,
                answer: { error: "tier does not have a valid value" },
            },
            {
                claim: "An environment that is not stopped is not deleted",
                call: "DELETE /projects/{project}/environments/{environment}",
                status: 403,
            },
        ],
    },
    {
        noun: "protected environments",
        cases: [
            {
                claim: "Without a licence there are no protected environments",
                call: "GET /projects/{project}/protected_environments",
                needs: ["free"],
                status: 404,
            },
            {
                claim: "An environment is protected with one role",
                call: "POST /projects/{project}/protected_environments",
                needs: ["premium"],
                body: { name: "production", deploy_access_levels: [{ access_level: 40 }] },
                status: 201,
                answer: { name: "production", deploy_access_levels: [{ access_level: 40 }] },
            },
            {
                claim: "A protected environment is unprotected by DELETE",
                call: "DELETE /projects/{project}/protected_environments/production",
                needs: ["premium"],
                status: 204,
            },
        ],
    },
    {
        noun: "deployments",
        cases: [
            {
                claim: "A deployment is reported",
                call: "POST /projects/{project}/deployments",
                body: {
                    environment: "production",
                    sha: "{head}",
                    ref: "main",
                    tag: false,
                    status: "running",
                },
                status: 201,
                answer: { id: aNumber, iid: 1, status: "running", environment: { name: "production" } },
                keep: { deployment: "id" },
            },
            {
                claim: "A deployment ends",
                call: "PUT /projects/{project}/deployments/{deployment}",
                body: { status: "success" },
                status: 200,
                answer: { status: "success" },
            },
            {
                claim: "Deployments of an environment are listed",
                call: "GET /projects/{project}/deployments?environment=production&status=success",
                status: 200,
                answer: listWith({ id: "{deployment}" }),
            },
            {
                claim: "A status that does not exist is refused",
                call: "PUT /projects/{project}/deployments/{deployment}",
                body: { status: "good" },
                status: 400,
                answer: { error: "status does not have a valid value" },
            },
            {
                claim: "An environment is stopped",
                call: "POST /projects/{project}/environments/{environment}/stop",
                status: [200, 201],
                answer: { state: "stopped" },
            },
        ],
    },
    {
        noun: "commit statuses",
        cases: [
            {
                claim: "A status is reported for a commit",
                call: "POST /projects/{project}/statuses/{head}",
                body: { state: "pending", name: "argocd/web", target_url: "https://argocd.example.com/web" },
                status: 201,
                answer: { sha: "{head}", name: "argocd/web", status: "pending", created_at: aMoment },
                keep: { statusPipeline: "pipeline_id" },
            },
            {
                claim: "A status makes a pipeline of its own where there is none",
                call: "GET /projects/{project}/pipelines/{statusPipeline}",
                status: 200,
                answer: { source: "external", sha: "{head}", ref: aText },
            },
            {
                claim: "A pending status is not pending once more",
                call: "POST /projects/{project}/statuses/{head}",
                body: { state: "pending", name: "argocd/web" },
                status: 400,
                answer: errorWith("Cannot transition status via :enqueue from :pending"),
            },
            {
                claim: "A status moves on",
                call: "POST /projects/{project}/statuses/{head}",
                body: { state: "success", name: "argocd/web" },
                status: 201,
                answer: { status: "success", finished_at: aMoment, pipeline_id: "{statusPipeline}" },
            },
            {
                claim: "A status that has ended is reported again, as a new one",
                call: "POST /projects/{project}/statuses/{head}",
                body: { state: "success", name: "argocd/web", description: "Synced" },
                status: 201,
                answer: { status: "success", description: "Synced" },
            },
            {
                claim: "A failed status fails the pipeline",
                call: "POST /projects/{project}/statuses/{head}",
                body: { state: "failed", name: "flux" },
                status: 201,
                answer: { status: "failed", pipeline_id: "{statusPipeline}" },
            },
            {
                claim: "The pipeline has the status of what was reported to it",
                call: "GET /projects/{project}/pipelines/{statusPipeline}",
                within: 30,
                status: 200,
                answer: { status: "failed" },
            },
            {
                claim: "A state that does not exist is refused",
                call: "POST /projects/{project}/statuses/{head}",
                body: { state: "fine" },
                status: 400,
                answer: { error: "state does not have a valid value" },
            },
            {
                claim: "A status of a commit that is not there is a 404",
                call: "POST /projects/{project}/statuses/{missingSha}",
                body: { state: "success" },
                status: 404,
            },
            {
                claim: "Statuses of a commit are listed",
                call: "GET /projects/{project}/repository/commits/{head}/statuses",
                status: 200,
                answer: listWith({ name: "argocd/web", status: "success" }),
            },
        ],
    },
];
