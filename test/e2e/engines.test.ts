/**
 * Argo CD and Flux in one estate, whose servers have certificates of a private authority, with GitLab below a path: each
 * delivers its own app and leaves the other's alone. Who verifies certificates is real for git, Argo CD, source-controller
 * and the relay; scans, commits and notifications beside Flux are the sandbox's own stand-ins.
 */
import assert from "node:assert/strict";
import * as path from "node:path";
import { after, before, describe, test } from "node:test";
import { fluxVersion } from "../../commands/support/estateSandbox";
import { pushImage } from "../../commands/support/images";
import type { Story } from "../../commands/support/story";
import { World, eventually } from "./support/world";

const estate = ["config", "gitops-estate:estate"];
const byFlux = "webapp";
const byArgoCd = "other";

interface Deployment {
    readonly spec: {
        readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
    };
}

interface Application {
    readonly status?: { readonly sync?: { readonly status: string } };
}

describe("an estate with both engines and a private authority", { timeout: 15 * 60_000 }, () => {
    let world: World;
    let story: Story;

    before(async () => {
        world = await World.make();
        // As in a committed file: the commands move the ports.
        world.editSpec((spec) => {
            const set = (at: string, value: unknown): void =>
                spec.setIn([...estate, ...at.split(".")], spec.createNode(value));
            set("gitlab", {
                url: "https://127.0.0.1:8929/gitlab",
                group: "acme",
                tier: "free",
                edition: "ce",
            });
            set("registries", { main: { url: "https://127.0.0.1:8930" } });
            set("network", {
                certificateAuthorities: { corporate: { file: ".sandbox/pki/servers/ca.crt" } },
            });
            set("argocd.url", "https://127.0.0.1:8940/argocd");
            set("flux", {
                manifests: { version: fluxVersion, path: ".sandbox/flux" },
                webhookUrl: "http://127.0.0.1:8934",
                relayUrl: "http://127.0.0.1:8938",
                intervalSeconds: 30,
                imageIntervalSeconds: 20,
            });
            spec.deleteIn([...estate, "clusters", "member2"]);
            set("environments", { live: { clusters: ["member1"], class: "nonprod" } });
            set("channels", { ops: { kind: "feishu", language: "en" } });
            set("teams", { sea: { maintainers: ["alice"], developers: ["bob"], channels: ["ops"] } });
            set("apps", {
                [byFlux]: {
                    team: "sea",
                    ci: "none",
                    engine: "flux",
                    updater: { strategy: "semver", constraint: "1.0.x" },
                },
                [byArgoCd]: { team: "sea", ci: "none", engine: "argocd" },
            });
        });
        await world.succeed("sandbox/main.ts", [
            "up",
            "--tls",
            ...["--gitlab-path", "/gitlab"],
            ...["--clusters", "host,member1"],
        ]);
        await world.succeed("commands/start.ts");
        story = world.story();
        await story.person("alice");
    });
    after(() => world.end());

    test("Flux scans over TLS, commits, delivers and tells", async () => {
        const mark = await story.newestCard("ops");
        const reference = `${world.pusher.host}/${byFlux}-live/${byFlux}:1.0.0`;
        await pushImage(path.join(world.dir, "image"), world.pusher, reference, new Date(60_000));
        await eventually(
            "the pushed version on member1",
            () => world.object<Deployment>("member1", `${byFlux}-live`, "deployment", byFlux),
            (found) => found?.spec.template.spec.containers[0]?.image === reference,
            120,
        );
        await story.card("ops", "green", [`${byFlux}-live-member1`], mark, 60);
    });

    test("Argo CD delivers the other app, and neither has an object for what is not its own", async () => {
        const application = (app: string): Promise<Application | undefined> =>
            world.object<Application>("host", "argocd", "application", `${app}-live-member1`);
        await eventually(
            "the other app",
            () => application(byArgoCd),
            (found) => found?.status?.sync?.status === "Synced",
            90,
        );
        assert.equal(await application(byFlux), undefined);
        const release = (app: string): Promise<unknown> =>
            world.object("host", "flux-sea", "helmrelease", `${app}-live-member1`);
        assert.notEqual(await release(byFlux), undefined);
        assert.equal(await release(byArgoCd), undefined);
    });

    test("a second up finds nothing to do", async () => {
        assert.deepEqual(await world.plan(), {});
    });
});
