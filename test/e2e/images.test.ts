/**
 * The real image updater on what the estate made: CI only pushes, the updater finds, commits, and Argo CD rolls out. Nodes are
 * simulated and GitLab and Harbor are stand-ins; that Harbor's push is told to the updater at once is the sandbox's doing,
 * as the updater of this version only polls.
 */
import assert from "node:assert/strict";
import * as path from "node:path";
import { after, before, describe, test } from "node:test";
import { pushImage, type Pusher } from "../../commands/support/images";
import { World, eventually } from "./support/world";

interface Application {
    readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
    readonly spec: { readonly syncPolicy?: { readonly automated?: unknown } };
    readonly status?: {
        readonly sync?: { readonly status?: string };
        readonly health?: { readonly status?: string };
        readonly summary?: { readonly images?: readonly string[] };
    };
}

interface Commit {
    readonly author_name: string;
    readonly title: string;
    readonly message: string;
}

const app = "images-api";

describe("the image updater", { timeout: 30 * 60_000 }, () => {
    let world: World;
    let pusher: Pusher;
    let minute = 0;
    before(async () => {
        world = await World.shared({
            teams: { images: { maintainers: ["alice"], developers: ["bob"] } },
            apps: {
                [app]: {
                    team: "images",
                    delivery: "kustomize",
                    updater: {
                        environments: ["dev"],
                        allowTags: "regexp:^main-[0-9a-f]{8,40}$",
                        writeBack: "values",
                    },
                },
            },
        });
    });
    after(() => world.end());

    const application = (): Promise<Application | undefined> =>
        world.object<Application>("host", "argocd", "application", `${app}-dev-member1`);

    const lastCommit = async (): Promise<Commit | undefined> => {
        const project = encodeURIComponent(`acme/images/${app}-config`);
        const { body } = await world.gitlab<Commit[]>(
            "GET",
            `/projects/${project}/repository/commits?ref_name=dev&per_page=1`,
        );
        return body[0];
    };

    /** Each one later than the one before, whatever the clock does. */
    const push = async (tag: string): Promise<void> => {
        minute += 1;
        const created = new Date(Date.UTC(2030, 0, 1, 0, minute));
        await pushImage(
            path.join(world.dir, "push"),
            pusher,
            `${pusher.host}/${app}-dev/${app}:${tag}`,
            created,
        );
    };

    /** The updater has looked twice since: at what was pushed before, at least once. */
    const looked = async (): Promise<void> => {
        const looks = (): number =>
            world
                .logs()
                .filter(([file]) => file.startsWith("argocd-image-updater"))
                .reduce((sum, [, text]) => sum + text.split("Processing results").length - 1, 0);
        const before = looks();
        await eventually(
            "two looks of the updater",
            () => Promise.resolve(looks() - before),
            (count) => count >= 2,
            90,
        );
    };

    const runs = (tag: string): Promise<unknown> =>
        eventually(
            `${tag} Synced and Healthy on member1`,
            application,
            (found) =>
                found?.status?.sync?.status === "Synced" &&
                found.status.health?.status === "Healthy" &&
                found.status.summary?.images?.includes(`${pusher.host}/${app}-dev/${app}:${tag}`) === true,
            150,
        );

    test("a robot that may push to dev is all that CI needs", async () => {
        const { status, body } = await world.harbor<{ name: string; secret: string }>("POST", "/robots", {
            name: "e2e",
            level: "project",
            duration: 1,
            permissions: [
                {
                    kind: "project",
                    namespace: `${app}-dev`,
                    access: [
                        { resource: "repository", action: "push" },
                        { resource: "repository", action: "pull" },
                    ],
                },
            ],
        });
        assert.equal(status, 201, JSON.stringify(body));
        pusher = { host: world.harborUrl.replace("http://", ""), username: body.name, password: body.secret };
    });

    test("Given a pushed main-<commit>, when the updater sees it, then it commits and the app runs it", async () => {
        await push("main-aaaaaaaaaa");
        await runs("main-aaaaaaaaaa");
        const commit = await lastCommit();
        assert.equal(commit?.author_name, "argocd-image-updater");
        assert.match(commit.message, new RegExp(`Update image of ${app}-dev-member1[^]*main-aaaaaaaaaa`));
        await push("main-bbbbbbbbbb");
        await runs("main-bbbbbbbbbb");
    });

    test("Given a tag that does not match, when it is pushed, then nothing changes", async () => {
        const before = await lastCommit();
        await push("feature-x");
        await looked();
        assert.deepEqual(await lastCommit(), before);
        await runs("main-bbbbbbbbbb");
    });

    test("Given a pin to an earlier tag, when newer ones are pushed, then the app stays where it was put", async () => {
        world.editSpec((spec) => {
            const environments = ["config", "gitops-estate:estate", "apps", app, "environments"];
            spec.setIn([...environments, "dev", "pin"], "main-aaaaaaaaaa");
        });
        await world.up();
        await runs("main-aaaaaaaaaa");
        assert.equal((await application())?.metadata.annotations?.["gitops-estate/pin"], "main-aaaaaaaaaa");
        await push("main-cccccccccc");
        await looked();
        await runs("main-aaaaaaaaaa");
    });

    test("Given the pin is removed, when the updater looks again, then the newest tag runs", async () => {
        world.resetSpec();
        await world.up();
        await runs("main-cccccccccc");
    });
});
