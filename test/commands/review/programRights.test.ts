/** What a note says of the rights of programs: robots and tokens, roles on clusters and in Argo CD. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { noteOf, type Note } from "../../../commands/review/note";
import type { Step } from "../../../commands/support/runReport";
import { source, update, urn } from "./steps";

const robot = "harbor:index/robotAccount:RobotAccount";
const told = (steps: readonly Step[]): Note => noteOf(source(steps));

describe("what is said of the rights of programs", () => {
    test("names what a robot may do, and what becomes of its end", () => {
        const lasts = (duration: number): Record<string, unknown> => ({
            name: "pull-g1",
            duration,
            permissions: [{ namespace: "web-prod", accesses: [{ action: "pull", resource: "repository" }] }],
        });
        const shorter = told([update("r", lasts(90), lasts(30), robot)]);
        assert.match(
            shorter.lost[0]?.text ?? "",
            /1 robot account ends 30 days after the day it was made: `pull-g1`/,
        );
        assert.match(
            shorter.rights[0]?.text ?? "",
            /is valid for 30 days from the day it was made, instead of 90 days/,
        );
        const longer = told([update("r", lasts(30), lasts(90), robot)]);
        assert.deepEqual(longer.lost, []);
        const never = told([update("r", lasts(30), lasts(-1), robot)]);
        assert.deepEqual(never.lost, []);
        assert.match(never.headline, /1 robot account never ends/);
        const both = update("r", lasts(90), { ...lasts(30), disable: true }, robot);
        assert.match(
            told([both]).rights[0]?.text ?? "",
            /changes: disable, duration \(pull images: `web-prod`\)/,
        );
    });

    test("says what a robot may do from then on, and what no more, in words", () => {
        const may = (...projects: [string, ...string[]][]): Record<string, unknown> => ({
            name: "promote-g1",
            permissions: projects.map(([namespace, ...actions]) => ({
                namespace,
                accesses: actions.map((action) => ({ action, resource: "artifact" })),
            })),
        });
        const step = update(
            "r",
            may(["web-dev", "read"], ["web-test", "read", "create"]),
            may(["web-dev", "read"], ["web-qa", "read", "create"]),
            robot,
        );
        assert.equal(
            told([step]).rights[0]?.text,
            "robot account `promote-g1` may also look images up and copy images there: `web-qa`, and may no longer look images up and copy images there: `web-test`",
        );
        const [chinese] = noteOf(source([step], { language: "zh" })).rights;
        assert.equal(
            chinese?.text,
            "机器人账号 `promote-g1`还可以查询镜像、把镜像复制到其中：`web-qa`，不再可以查询镜像、把镜像复制到其中：`web-test`",
        );
    });

    test("has verbs that go with one and with several", () => {
        const bound = (count: number): string => {
            const type = "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding";
            const inputs = {
                metadata: { name: "b", namespace: "x" },
                roleRef: { name: "view" },
                subjects: Array.from({ length: count }, (_, index) => ({ name: `p${index}` })),
            };
            const step: Step = { op: "create", urn: urn(type, "b"), type, new: { inputs } };
            return told([step]).rights[0]?.text ?? "";
        };
        assert.match(bound(1), /`p0` has the role `view`/);
        assert.match(bound(2), /`p0` and `p1` have the role `view`/);
        assert.match(bound(7), /and 3 more have the role `view`/);
    });

    test("says of a binding to cluster-admin and of a role with a star that they loosen", () => {
        const binding: Step = {
            op: "create",
            urn: urn("kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding", "b"),
            type: "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
            new: {
                inputs: {
                    metadata: { name: "all" },
                    roleRef: { name: "cluster-admin" },
                    subjects: [{ name: "bot", namespace: "x" }],
                },
            },
        };
        const [first] = told([binding]).rights;
        assert.equal(first?.tone, "bad");
        assert.match(first?.text ?? "", /`x\/bot` has the role `cluster-admin`/);
        const rules = (resource: string): Record<string, unknown> => ({
            metadata: { name: "role" },
            rules: [{ verbs: ["get"], resources: [resource] }],
        });
        const role = (was: string, is: string): Note =>
            told([update("c", rules(was), rules(is), "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole")]);
        assert.deepEqual(
            role("pods", "*").rights.map(({ tone, text }) => [tone, text.replace(/^.*` /, "")]),
            [
                ["bad", "may also: `get *`"],
                ["plain", "may no longer: `get pods`"],
            ].map(([tone, text]) => [tone, text?.replace(/^.*` /, "")]),
        );
    });

    test("names the roles of Argo CD that come and go", () => {
        const policy = (line: string): Record<string, unknown> => ({
            metadata: { name: "argocd-rbac-cm" },
            data: { "policy.csv": line },
        });
        const note = told([update("rbac", policy("g, bob, role:readonly"), policy("g, bob, role:admin"))]);
        assert.deepEqual(
            note.rights.map(({ tone, text }) => `${tone} ${text}`),
            [
                "bad `bob` gets the role `admin` in Argo CD",
                "plain `bob` loses the role `readonly` in Argo CD",
            ],
        );
    });
});
