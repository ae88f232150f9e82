/**
 * The real Argo CD on what the estate made: a commit becomes a rollout, an image that is not there a degraded app, and what
 * is killed on the way goes on. Nodes and pods are simulated: a pod "runs" once its image could be pulled, no code of an app
 * is started.
 */
import assert from "node:assert/strict";
import * as path from "node:path";
import { after, before, describe, test } from "node:test";
import { pushImage } from "../../commands/support/images";
import { World, eventually } from "./support/world";

interface Application {
    readonly status?: {
        readonly sync?: { readonly status?: string; readonly revision?: string };
        readonly health?: { readonly status?: string };
    };
}

interface Pod {
    readonly spec: { readonly containers: readonly { readonly image: string }[] };
    readonly status: {
        readonly phase: string;
        readonly containerStatuses?: readonly {
            readonly imageID: string;
            readonly state: { readonly waiting?: { readonly reason: string; readonly message?: string } };
        }[];
    };
}

interface Part {
    readonly name: string;
    readonly state: string;
    readonly pid?: number;
    readonly problem?: string;
}

const web = "rollout-web";
const api = "rollout-api";
const app = `${web}-dev-member1`;

/** Seconds between two looks of Argo CD; up to a third more by chance. */
const pollSeconds = 45;

describe("a commit in a config repository", { timeout: 15 * 60_000 }, () => {
    let world: World;
    before(async () => {
        const team = "rollout";
        world = await World.shared(
            {
                teams: { [team]: { maintainers: ["alice"], developers: ["bob"] } },
                apps: { [web]: { team, delivery: "helm" }, [api]: { team, delivery: "kustomize" } },
            },
            // So that a look by the clock tells itself from a push that was told, and comes soon where nobody tells.
            (spec) =>
                spec.setIn(
                    ["config", "gitops-estate:estate", "argocd", "reconciliationSeconds"],
                    pollSeconds,
                ),
        );
    });
    after(() => world.end());

    const application = (name: string): Promise<Application | undefined> =>
        world.object<Application>("host", "argocd", "application", name);

    const isAt = (found: Application | undefined, sync: string, health: string): boolean =>
        found?.status?.sync?.status === sync && found.status.health?.status === health;

    const pods = async (): Promise<Pod[]> => {
        const { stdout } = await world.kubectl("member1", ["-n", `${web}-dev`, "get", "pods", "-o", "json"]);
        return (JSON.parse(stdout) as { items: Pod[] }).items;
    };

    const image = (tag: string): string => `${new URL(world.harborUrl).host}/${web}-dev/${web}:${tag}`;

    /** Whether the only pods are running ones with this tag. */
    const runsOnly =
        (tag: string) =>
        (found: readonly Pod[]): boolean =>
            found.length > 0 &&
            found.every(
                ({ spec, status }) => spec.containers[0]?.image === image(tag) && status.phase === "Running",
            );

    /** Writes the tag into the dev branch, as a pipeline would; the commit's id. */
    const commitTag = async (tag: string): Promise<string> => {
        const project = encodeURIComponent(`acme/rollout/${web}-config`);
        const file = encodeURIComponent(`${web}/values.yaml`);
        const { body } = await world.gitlab<{ content: string }>(
            "GET",
            `/projects/${project}/repository/files/${file}?ref=dev`,
        );
        const values = Buffer.from(body.content, "base64").toString("utf8");
        const answer = await world.gitlab("PUT", `/projects/${project}/repository/files/${file}`, {
            branch: "dev",
            commit_message: `${web} ${tag}`,
            content: values.replace(/^imagetag:.*$/m, `imagetag: "${tag}"`),
        });
        assert.equal(answer.status, 200, JSON.stringify(answer.body));
        const { body: branch } = await world.gitlab<{ commit: { id: string } }>(
            "GET",
            `/projects/${project}/repository/branches/dev`,
        );
        return branch.commit.id;
    };

    /** Puts a small image with this tag into dev's project; its digest. */
    const push = (tag: string): Promise<string> =>
        pushImage(path.join(world.dir, "push"), world.pusher, image(tag), new Date());

    const parts = async (): Promise<Part[]> => {
        const result = await world.command("sandbox/main.ts", ["status", "--json"]);
        return (JSON.parse(result.stdout) as { parts: Part[] }).parts;
    };

    /** Member1 as Argo CD sees it. */
    const cluster = async (): Promise<{ readonly connectionState?: { readonly message: string } }> => {
        const { stdout } = await world.command("sandbox/main.ts", [
            "argocd",
            "cluster",
            "list",
            "-o",
            "json",
        ]);
        const all = JSON.parse(stdout) as { name: string; info: Awaited<ReturnType<typeof cluster>> }[];
        return all.find(({ name }) => name === "member1")?.info ?? {};
    };

    const rolledOut = async (tag: string, revision: string, seconds: number): Promise<void> => {
        await eventually(
            `${app} at ${tag}`,
            () => application(app),
            (found) => isAt(found, "Synced", "Healthy") && found?.status?.sync?.revision === revision,
            seconds,
        );
        await eventually(`pods of ${tag} alone`, pods, runsOnly(tag), 20);
    };

    test("finds every Application healthy after the start", async () => {
        for (const name of [app, `${web}-prod-member2`, `${api}-test-member1`]) {
            await eventually(
                `${name} in sync`,
                () => application(name),
                (found) => isAt(found, "Synced", "Healthy"),
                60,
            );
        }
        const all = await eventually(
            "all of Argo CD running",
            parts,
            (found) =>
                found.filter(({ name }) => name.startsWith("argocd")).every(({ state }) => state === "ready"),
            60,
        );
        for (const part of ["argocd-server", "argocd-application-controller", "argocd-repo-server"]) {
            assert.ok(
                all.some(({ name }) => name === part),
                `${part} is not in the status`,
            );
        }
        const { stdout } = await world.command("sandbox/main.ts", ["argocd", "app", "list", "-o", "name"]);
        assert.match(stdout, new RegExp(`^argocd/${app}$`, "m"), "the command is logged in");
    });

    test("is a rollout on the member within seconds", async () => {
        const digest = await push("first00001");
        const before = Date.now();
        const revision = await commitTag("first00001");
        await rolledOut("first00001", revision, 30);
        const seconds = (Date.now() - before) / 1000;
        assert.ok(seconds < 30, `it took ${seconds} s: the push was not told`);
        const [pod] = await pods();
        assert.match(pod?.status.containerStatuses?.[0]?.imageID ?? "", new RegExp(`@${digest}$`));
    });

    test("with an image that is not there is reported within a minute, and healed by the image", async () => {
        const revision = await commitTag("missing001");
        const waiting = (found: readonly Pod[]): Pod["status"] | undefined =>
            found.find(({ spec }) => spec.containers[0]?.image === image("missing001"))?.status;
        const found = await eventually(
            "a pod that cannot pull",
            pods,
            (all) => waiting(all)?.containerStatuses?.[0]?.state.waiting?.reason === "ImagePullBackOff",
        );
        assert.match(waiting(found)?.containerStatuses?.[0]?.state.waiting?.message ?? "", /not found/);
        assert.ok(
            found.some(
                ({ spec, status }) =>
                    spec.containers[0]?.image === image("first00001") && status.phase === "Running",
            ),
            "the version before goes on",
        );
        await eventually(
            `${app} degraded`,
            () => application(app),
            (now) => isAt(now, "Synced", "Degraded"),
            60,
        );
        await push("missing001");
        await rolledOut("missing001", revision, 60);
    });

    test("is not lost when the application controller is killed", async () => {
        await push("killed0001");
        const controller = (found: readonly Part[]): Part | undefined =>
            found.find(({ name }) => name === "argocd-application-controller");
        const pid = controller(await parts())?.pid ?? 0;
        assert.ok(pid > 0);
        const revision = await commitTag("killed0001");
        process.kill(pid, "SIGKILL");
        await rolledOut("killed0001", revision, 60);
        const again = controller(await parts());
        assert.equal(again?.state, "ready");
        assert.notEqual(again.pid, pid);
        assert.match(again.problem ?? "", /SIGKILL/);
    });

    test("reaches a member that was down when it was made", async () => {
        await push("down000001");
        const apiserver = (await parts()).find(({ name }) => name === "member1-apiserver");
        assert.ok(apiserver?.pid !== undefined, "member1's API server runs");
        process.kill(apiserver.pid, "SIGKILL");
        const revision = await commitTag("down000001");
        await eventually("the member seen as down", parts, (found) =>
            found.some(({ name, state }) => name === "member1-apiserver" && state === "crashed"),
        );
        await world.succeed("sandbox/main.ts", ["restart", "member1"]);
        // The push was told while nobody could act on it; the next look finds it.
        await rolledOut("down000001", revision, 2 * pollSeconds + 60);
    });

    test("is seen again once a right is back that was missing when Argo CD read the cluster anew", async () => {
        const at = ["-n", `${api}-dev`];
        const { stdout } = await world.kubectl("member1", [
            ...at,
            "get",
            "rolebinding",
            "delivery",
            "-o",
            "json",
        ]);
        const { metadata, ...binding } = JSON.parse(stdout) as { metadata: { name: string; labels: object } };
        const taken = await world.kubectl("member1", [...at, "delete", "rolebinding", "delivery"]);
        assert.equal(taken.code, 0, taken.stderr);
        const reread = async (annotation: string): Promise<void> => {
            const secret = ["-n", "argocd", "annotate", "--overwrite", "secret", "cluster-member1"];
            const { code, stderr } = await world.kubectl("host", [...secret, annotation]);
            assert.equal(code, 0, stderr);
        };
        await reread(`argocd.argoproj.io/refresh=${new Date().toISOString()}`);
        // It is told, and not passed over.
        await eventually("a cluster that names the right", cluster, ({ connectionState: state }) =>
            /forbidden: .*argocd-manager/.test(state?.message ?? ""),
        );
        await world.apply("member1", {
            ...binding,
            metadata: { name: metadata.name, namespace: `${api}-dev`, labels: metadata.labels },
        });
        await push("again00001");
        await rolledOut("again00001", await commitTag("again00001"), 2 * pollSeconds + 60);
        await reread("argocd.argoproj.io/refresh-");
    });
});
