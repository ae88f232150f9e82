/** Merge requests and who approves them. */
import { aMoment, aNumber, aText, errorWith, listWith, type Chapter } from "../case";

const base = "/projects/{project}/merge_requests";

export const mergeRequests: readonly Chapter[] = [
    {
        noun: "merge requests",
        cases: [
            {
                claim: "A merge request is opened between two branches",
                call: `POST ${base}`,
                body: {
                    source_branch: "topic",
                    target_branch: "main",
                    title: "Draft: promote",
                    labels: "promotion",
                },
                status: 201,
                answer: {
                    iid: 1,
                    state: "opened",
                    draft: true,
                    labels: ["promotion"],
                    sha: "{topic}",
                    merged_at: null,
                    author: { username: "{myName}" },
                },
                keep: { iid: "iid" },
            },
            {
                claim: "There is one open merge request for two branches",
                call: `POST ${base}`,
                body: { source_branch: "topic", target_branch: "main", title: "Again" },
                status: 409,
                answer: errorWith("Another open merge request already exists for this source branch: !1"),
            },
            {
                claim: "A merge request needs a title",
                call: `POST ${base}`,
                body: { source_branch: "topic", target_branch: "main" },
                status: 400,
                answer: { error: "title is missing" },
            },
            {
                claim: "A draft is not merged",
                call: `PUT ${base}/{iid}/merge`,
                body: {},
                status: [405, 422],
            },
            {
                claim: "A merge request is found by its branches",
                call: `GET ${base}?state=opened&source_branch=topic&target_branch=main`,
                status: 200,
                answer: [{ iid: 1, source_branch: "topic" }],
            },
            {
                claim: "A state that does not exist is refused",
                call: `GET ${base}?state=sleeping`,
                status: 400,
                answer: { error: "state does not have a valid value" },
            },
            {
                claim: "A title is changed by PUT",
                call: `PUT ${base}/{iid}`,
                body: { title: "Promote" },
                status: 200,
                answer: { title: "Promote", draft: false },
            },
            {
                claim: "Changed files are listed",
                call: `GET ${base}/{iid}/diffs`,
                within: 30,
                status: 200,
                answer: listWith({ new_path: "a.txt", new_file: true }),
            },
            {
                claim: "A note is kept",
                call: `POST ${base}/{iid}/notes`,
                body: { body: "Looks good" },
                status: 201,
                answer: { id: aNumber, body: "Looks good", system: false, resolvable: false },
            },
            {
                claim: "A merge request becomes mergeable",
                call: `GET ${base}/{iid}`,
                within: 60,
                status: 200,
                answer: { detailed_merge_status: "mergeable", has_conflicts: false },
            },
            {
                claim: "It is not merged when the source is another commit than the one that was looked at",
                call: `PUT ${base}/{iid}/merge`,
                body: { sha: "{missingSha}" },
                status: 409,
                answer: errorWith("SHA does not match HEAD of source branch"),
            },
            {
                claim: "It is merged",
                call: `PUT ${base}/{iid}/merge`,
                body: { sha: "{topic}", should_remove_source_branch: true },
                status: 200,
                answer: { state: "merged", merged_at: aMoment, merge_commit_sha: aText },
            },
            {
                claim: "It is not merged twice",
                call: `PUT ${base}/{iid}/merge`,
                body: {},
                status: [405, 422],
            },
            {
                claim: "The source branch goes with the merge",
                call: "GET /projects/{project}/repository/branches/topic",
                within: 30,
                status: 404,
            },
            {
                claim: "A merge request that is not there is a 404",
                call: `GET ${base}/99`,
                status: 404,
                answer: { message: "404 Not found" },
            },
        ],
    },
    {
        noun: "approvals",
        cases: [
            {
                claim: "How many approvals are needed is a setting of the project",
                call: "POST /projects/{project}/approvals",
                needs: ["premium"],
                body: { reset_approvals_on_push: true, merge_requests_author_approval: false },
                status: 201,
                answer: { reset_approvals_on_push: true, merge_requests_author_approval: false },
            },
            {
                claim: "A rule names how many approve",
                call: "POST /projects/{project}/approval_rules",
                needs: ["premium"],
                body: { name: "two", approvals_required: 1, user_ids: ["{me}"] },
                status: 201,
                answer: { id: aNumber, name: "two", rule_type: "regular", approvals_required: 1 },
                keep: { rule: "id" },
            },
            {
                claim: "A rule goes by DELETE",
                call: "DELETE /projects/{project}/approval_rules/{rule}",
                needs: ["premium"],
                status: 204,
            },
            {
                claim: "Without a licence there are no approval rules",
                call: "GET /projects/{project}/approval_rules",
                needs: ["free"],
                status: [403, 404],
            },
        ],
    },
];
