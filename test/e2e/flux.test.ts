/**
 * Flux on several clusters: one host, two members, a chart with values for both and for each. Source, kustomize and helm
 * controller are the real ones; what scans registries, commits tags, takes webhooks and sends events is the sandbox's own
 * stand-in, and nodes are simulated.
 */
import assert from "node:assert/strict";
import * as path from "node:path";
import { after, before, describe, test } from "node:test";
import { pushImage } from "../../commands/support/images";
import { fluxVersion } from "../../commands/support/engines/sandbox/flux";
import type { Person, Story } from "../../commands/support/story";
import { World, eventually } from "./support/world";

const app = "webapp";
const config = `acme/sea/${app}-config`;
const members = ["member1", "member2"] as const;
type Member = (typeof members)[number];

interface Deployment {
    readonly metadata: { readonly generation: number };
    readonly spec: {
        readonly replicas: number;
        readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
    };
}

interface Release {
    readonly status?: {
        readonly conditions?: readonly {
            readonly type: string;
            readonly status: string;
            readonly message: string;
        }[];
        readonly history?: readonly { readonly chartVersion: string; readonly status: string }[];
    };
}

describe("an estate with Flux", { timeout: 25 * 60_000 }, () => {
    let world: World;
    let story: Story;
    let alice: Person;
    let minute = 0;

    before(async () => {
        world = await World.make();
        world.editSpec((spec) => {
            const set = (key: string, value: unknown): void =>
                spec.setIn(["config", "gitops-estate:estate", key], spec.createNode(value));
            set("environments", { live: { clusters: [...members], class: "nonprod" } });
            set("channels", { ops: { kind: "feishu", language: "en" } });
            set("teams", { sea: { maintainers: ["alice"], developers: ["bob"], channels: ["ops"] } });
            set("defaults", {
                engine: "flux",
                pipeline: { builder: "crane" },
                rolloutDeadlineSeconds: 10,
                sync: { retries: 1 },
            });
            set("apps", {
                [app]: { team: "sea", ci: "none", updater: { strategy: "semver", constraint: "1.0.x" } },
            });
            spec.deleteIn(["config", "gitops-estate:estate", "argocd"]);
            set("flux", {
                manifests: { version: fluxVersion, path: ".sandbox/flux" },
                webhookUrl: "http://127.0.0.1:8934",
                relayUrl: "http://127.0.0.1:8938",
                intervalSeconds: 30,
                imageIntervalSeconds: 20,
            });
        });
        await world.succeed("commands/start.ts");
        story = world.story();
        alice = await story.person("alice");
    });
    after(() => world.end());

    const push = async (tag: string): Promise<void> => {
        const reference = `${world.pusher.host}/${app}-live/${app}:${tag}`;
        await pushImage(path.join(world.dir, "image"), world.pusher, reference, new Date(++minute * 60_000));
    };
    const deployment = (member: Member): Promise<Deployment | undefined> =>
        world.object<Deployment>(member, `${app}-live`, "deployment", app);
    const release = (member: Member): Promise<Release | undefined> =>
        world.object<Release>("host", "flux-sea", "helmrelease", `${app}-live-${member}`);
    const ready = (found: Release | undefined): string | undefined =>
        found?.status?.conditions?.find(({ type }) => type === "Ready")?.status;

    /** Waits until a member's Deployment is as wanted and its release well. */
    const settled = (
        member: Member,
        what: string,
        wanted: (found: Deployment) => boolean,
        seconds = 120,
    ): Promise<[Deployment | undefined, Release | undefined]> =>
        eventually(
            `${what} on ${member}`,
            () => Promise.all([deployment(member), release(member)]),
            ([found, state]) => found !== undefined && wanted(found) && ready(state) === "True",
            seconds,
        );
    const imageOf = ({ spec }: Deployment): string => spec.template.spec.containers[0]?.image ?? "";
    const runs = (member: Member, tag: string): Promise<unknown> =>
        settled(member, tag, (found) => imageOf(found).endsWith(`/${app}:${tag}`));
    const values = (): Promise<string> => story.file(config, "live", `${app}/values.yaml`);
    /** The chart's values with one line changed. */
    const changed = async (message: string, from: RegExp, to: string): Promise<string> => {
        const before = await values();
        assert.match(before, from);
        return story.commit(alice, config, "live", message, {
            [`${app}/values.yaml`]: before.replace(from, to),
        });
    };

    test("given a pushed version that fits, then Flux commits it and both members run it, and a green card reports it", async () => {
        const mark = await story.newestCard("ops");
        await push("1.0.0");
        await Promise.all(members.map((member) => runs(member, "1.0.0")));
        assert.match(
            await values(),
            new RegExp(`^imagetag: "?1\\.0\\.0"? # \\{"\\$imagepolicy": "flux-sea:${app}-live:tag"\\}$`, "m"),
        );
        const route = `/projects/${encodeURIComponent(config)}/repository/commits?ref_name=live&per_page=1`;
        const { body } = await world.gitlab<{ author_name: string; title: string }[]>("GET", route);
        assert.deepEqual([body[0]?.author_name, body[0]?.title], ["flux", `Update images of ${app}-live`]);
        await Promise.all(
            members.map((member) => story.card("ops", "green", [`${app}-live-${member}`], mark, 60)),
        );
    });

    test("given that, then a second up and a refresh find nothing to do", async () => {
        assert.deepEqual(await world.plan(), {});
        assert.deepEqual(await world.plan({ refresh: true }), {});
    });

    test("given a commit to values.yaml, then it reaches both members", async () => {
        await changed("two pods", /^replicaCount: 1$/m, "replicaCount: 2");
        await Promise.all(
            members.map((member) => settled(member, "two pods", ({ spec }) => spec.replicas === 2)),
        );
    });

    test("given a commit to one member's values, then it reaches this member alone", async () => {
        const before = await deployment("member2");
        const sha = await story.commit(alice, config, "live", "three pods on member1", {
            [`${app}/member1-values.yaml`]: "replicaCount: 3\n",
        });
        await settled("member1", "three pods", ({ spec }) => spec.replicas === 3);
        // The other member's release has seen the commit too, and changed nothing.
        await eventually(
            "the commit in member2's release",
            () => release("member2"),
            (found) =>
                ready(found) === "True" &&
                found?.status?.history?.[0]?.chartVersion.includes(sha.slice(0, 12)) === true,
            120,
        );
        assert.deepEqual((await deployment("member2"))?.metadata, before?.metadata);
    });

    test("given a tag that does not fit and then one that does, then only the latter is committed", async () => {
        await push("1.1.0");
        await push("1.0.1");
        await Promise.all(members.map((member) => runs(member, "1.0.1")));
        assert.doesNotMatch(await values(), /1\.1\.0/);
    });

    test("given a release that cannot be applied, then it is undone, one red card reports it, and the next commit is delivered", async () => {
        const mark = await story.newestCard("ops");
        await changed("a port that is none", /^port: \d+$/m, "port: 99999999");
        const red = await story.card("ops", "red", [`${app}-live-member1`], mark, 120);
        assert.match(red.rendered.lines.join("\n"), /UpgradeFailed/);
        const kept = await deployment("member1");
        assert.ok(kept !== undefined && imageOf(kept).endsWith(":1.0.1"), "what ran before runs");
        await changed("a port", /^port: 99999999$/m, "port: 8080");
        await Promise.all(members.map((member) => runs(member, "1.0.1")));
        const told = (await story.cards("ops", mark)).filter(
            ({ rendered }) => rendered.color === "red" && rendered.title.includes(`${app}-live-member1`),
        );
        assert.equal(told.length, 1, `told ${told.length} times`);
    });

    test("given values that nobody can read, then a red card reports it, and the next commit is delivered", async () => {
        const mark = await story.newestCard("ops");
        await changed("a port without an end", /^port: \d+$/m, "port: [8080");
        const red = await story.card("ops", "red", [`${app}-live-member1`], mark, 120);
        assert.match(red.rendered.lines.join("\n"), /ValuesFilesError/);
        const sha = await changed("the port", /^port: \[8080$/m, "port: 8080");
        await eventually(
            "the release of that commit",
            () => release("member1"),
            (found) =>
                ready(found) === "True" &&
                found?.status?.history?.[0]?.chartVersion.includes(sha.slice(0, 12)) === true,
            120,
        );
    });

    test("given an object of one team that names another's source or cluster, then Flux refuses it", async () => {
        const refused = {
            apiVersion: "kustomize.toolkit.fluxcd.io/v1",
            kind: "Kustomization",
            metadata: { name: "intruder", namespace: "default" },
            spec: {
                interval: "1m",
                path: `./${app}`,
                prune: true,
                serviceAccountName: "delivery-live",
                kubeConfig: { secretRef: { name: "cluster-live--member1" } },
                sourceRef: { kind: "GitRepository", name: `${app}-config--live`, namespace: "flux-sea" },
            },
        };
        await world.apply("host", refused);
        const found = await eventually(
            "the refusal",
            () => world.object<Release>("host", "default", "kustomization", "intruder"),
            (object) => ready(object) === "False",
            60,
        );
        assert.match(JSON.stringify(found?.status), /cross-namespace references have been blocked/);
        await world.kubectl("host", ["-n", "default", "delete", "kustomization", "intruder"]);
    });

    test("given the team's token on a member, then it opens the team's apps and no Secret of theirs", async () => {
        const secret = await world.object<{ data: { token: string } }>(
            "member1",
            "flux-sea",
            "secret",
            "delivery-live-token",
        );
        const token = Buffer.from(secret?.data.token ?? "", "base64").toString("utf8");
        const may = async (...words: string[]): Promise<boolean> => {
            const { stdout } = await world.kubectlWithoutCertificate("member1", [
                "--token",
                token,
                "auth",
                "can-i",
                ...words,
            ]);
            return stdout.trim() === "yes";
        };
        assert.deepEqual(
            await Promise.all([
                may("patch", "deployments.apps", "-n", `${app}-live`),
                may("get", "secrets", "-n", `${app}-live`),
                may("get", "secrets", "-n", "flux-sea"),
                may("patch", "deployments.apps", "-n", "kube-system"),
                may("impersonate", "users"),
            ]),
            [true, false, false, false, false],
        );
    });

    test("given a member that answers nothing, then the other gets the next version meanwhile", async () => {
        const { stdout } = await world.command("sandbox/main.ts", ["status", "--json"]);
        const { parts } = JSON.parse(stdout) as { parts: { name: string; pid?: number }[] };
        const apiserver = parts.find(({ name }) => name === "member2-apiserver");
        assert.ok(apiserver?.pid !== undefined, "member2's API server runs");
        process.kill(apiserver.pid, "SIGSTOP");
        try {
            await push("1.0.2");
            await runs("member1", "1.0.2");
        } finally {
            process.kill(apiserver.pid, "SIGCONT");
        }
        await runs("member2", "1.0.2");
    });

    test("given a destroy, then Flux and all it had are gone", async () => {
        await world.succeed("commands/pulumi.ts", ["destroy"]);
        for (const context of ["host", ...members]) {
            const { stdout } = await world.kubectl(context, ["get", "namespaces", "-o", "name"]);
            assert.doesNotMatch(stdout, /flux|webapp/, context);
        }
    });
});
