/**
 * An estate on servers as companies have them: a private certificate authority, GitLab and Argo CD below paths, a member
 * cluster behind a proxy. Nothing but the spec says so. GitLab, Harbor and the chat are stand-ins, pods are simulated; who
 * verifies their certificates is real: git, Argo CD, its image updater, the relay, crane, curl, Node.js. Not proved: the
 * container runtime of real nodes, and upstream's providers.
 */
import assert from "node:assert/strict";
import * as http from "node:http";
import * as net from "node:net";
import * as path from "node:path";
import { after, before, describe, test } from "node:test";
import { fetchOf, type Person, type Story } from "../../commands/support/story";
import { portOf, sandboxInfo } from "../../sandbox";
import { Browser } from "./support/argocd";
import { World, eventually } from "./support/world";

const estate = ["config", "gitops-estate:estate"];
const team = "secure";
const web = "secure-web";
const api = "secure-api";
const source = `acme/${team}/${web}`;
const config = `${source}-config`;

const page = (text: string): Record<string, string> => ({
    "public/index.html": `<!doctype html>\n<title>web</title>\n<p>${text}</p>\n`,
});

describe("an estate whose servers have certificates of a private authority", { timeout: 15 * 60_000 }, () => {
    let world: World;
    let story: Story;
    let alice: Person;
    let proxy: ForwardProxy;
    const port = (name: Parameters<typeof portOf>[1]): number => portOf(world.portBase, name);

    before(async () => {
        [world, proxy] = await Promise.all([World.make(), ForwardProxy.start()]);
        // As in the committed file: the commands move the ports.
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
            set("clusters.member1.proxyUrl", proxy.url);
            set("channels.mail", { kind: "email", recipient: "team@example.com" });
            set("environments.prod.clusters", ["member1"]);
            spec.deleteIn([...estate, "clusters", "member2"]);
            set("teams", {
                [team]: { maintainers: ["alice"], developers: ["bob"], channels: ["ops", "mail"] },
            });
            set("apps", {
                [web]: { team, delivery: "helm" },
                [api]: {
                    team,
                    delivery: "kustomize",
                    updater: {
                        environments: ["dev"],
                        allowTags: "regexp:^main-[0-9a-f]{8,40}$",
                        writeBack: "values",
                    },
                },
            });
        });
        await world.succeed("sandbox/main.ts", [
            "up",
            "--tls",
            ...["--gitlab-path", "/gitlab"],
            ...["--clusters", "host,member1"],
            ...["--parts", "clusters,gitlab,harbor,argocd,chat"],
        ]);
        await world.succeed("commands/start.ts");
        await giveArgoCdItsCertificate();
        story = world.story();
        alice = await story.person("alice");
    });
    after(async () => {
        await proxy.close();
        await world.end();
    });

    /** What cert-manager or an administrator does on the host cluster. */
    const giveArgoCdItsCertificate = async (): Promise<void> => {
        const file = (name: string): string => path.join(world.sandboxDir, "pki", "servers", name);
        const made = await world.kubectl("host", [
            ...["-n", "argocd", "create", "secret", "tls", "argocd-server-tls"],
            `--cert=${file("server.crt")}`,
            `--key=${file("server.key")}`,
        ]);
        assert.equal(made.code, 0, made.stderr);
    };

    const image = (environment: string, tag: string, app = web): string =>
        `127.0.0.1:${port("harbor-main")}/${app}-${environment}/${app}:${tag}`;

    const deliver = async (project: string, text: string): Promise<string> => {
        const sha = await story.commit(alice, project, "main", text, page(text));
        const pipeline = await story.pipeline(project, sha, "push", 180);
        assert.equal(pipeline.status, "success", await story.logOf(project, pipeline));
        return sha;
    };

    let tag = "";

    test("given a commit, when its pipeline has run, then dev runs the image, and chat and mail report it", async () => {
        const mark = await story.newestCard("ops");
        const sha = await deliver(source, "Say hello");
        tag = sha.slice(0, 10);
        await story.rolledOut(`${web}-dev-member1`, image("dev", tag), 120);
        await story.card("ops", "green", [`${web}-dev-member1`], mark, 60);
        await story.card("mail", "grey", [`${web}-dev-member1`], 0, 60);
    });

    test("given a push to a config repository, then Argo CD refreshes at once: GitLab trusts its certificate, and the path is right", async () => {
        const { id } = (await projects()).find((each) => each.path_with_namespace === config) ?? { id: 0 };
        const hooks = await eventually(
            "a report of the push",
            async () => deliveries(id),
            (all) => all.some((each) => each.response_status === "200"),
            60,
        );
        assert.ok(
            hooks.every(({ url }) => url === `https://127.0.0.1:${port("argocd")}/argocd/api/webhook`),
            JSON.stringify(hooks),
        );
    });

    test("given a new image of an app that the image updater follows, then it finds it and writes its tag back", async () => {
        const sha = await deliver(`acme/${team}/${api}`, "Say hello");
        await story.rolledOut(`${api}-dev-member1`, image("dev", `main-${sha.slice(0, 10)}`, api), 120);
    });

    test("given that version in dev, when dev is merged into test, then test runs the same digest", async () => {
        const iid = await story.open(alice, config, "dev", "test");
        const pipeline = await story.pipeline(
            config,
            await story.head(config, "dev"),
            "merge_request_event",
            180,
        );
        assert.equal(pipeline.status, "success", await story.logOf(config, pipeline));
        await story.merge(alice, config, iid);
        await story.rolledOut(`${web}-test-member1`, image("test", tag), 120);
        const digest = await story.digest(`${web}-dev`, web, tag);
        assert.ok(digest !== undefined);
        assert.equal(await story.digest(`${web}-test`, web, tag), digest);
    });

    test("the member is reached through the proxy of the spec, and nothing else is", () => {
        const member = sandboxInfo(world.sandboxDir)?.clusters.find(({ name }) => name === "member1");
        assert.deepEqual([...proxy.targets], [new URL(member?.server ?? "").host]);
    });

    test("people sign in to Argo CD with GitLab", async () => {
        const sandbox = sandboxInfo(world.sandboxDir);
        assert.ok(sandbox !== undefined);
        const browser = new Browser(`https://127.0.0.1:${port("argocd")}/argocd`, fetchOf(sandbox));
        const callback = await browser.signIn(alice);
        assert.ok(callback.status < 400, callback.text);
        assert.ok((await browser.applications()).includes(`${web}-dev-member1`));
    });

    test("the doctor finds nothing wrong, and a second run has nothing to do", async () => {
        const doctor = await world.command("commands/doctor.ts");
        assert.equal(doctor.code, 0, doctor.stdout + doctor.stderr);
        assert.deepEqual(await world.plan(), {});
    });

    const ask = async <T>(route: string): Promise<T> => {
        const answer = await story.call<T>(await story.person("root"), "GET", route);
        assert.equal(answer.status, 200, JSON.stringify(answer.body));
        return answer.body;
    };
    const projects = (): Promise<{ id: number; path_with_namespace: string }[]> =>
        ask("/projects?per_page=100");
    const deliveries = async (project: number): Promise<{ url: string; response_status: string }[]> => {
        const hooks = await ask<{ id: number }[]>(`/projects/${project}/hooks`);
        return (
            await Promise.all(
                hooks.map(({ id }) =>
                    ask<{ url: string; response_status: string }[]>(
                        `/projects/${project}/hooks/${id}/events`,
                    ),
                ),
            )
        ).flat();
    };
});

/** A proxy that passes on what it is asked for, and remembers where to. */
class ForwardProxy {
    /** Hosts with ports. */
    readonly targets = new Set<string>();
    private readonly sockets = new Set<net.Socket>();

    private constructor(private readonly server: http.Server) {
        server.on("connection", (socket: net.Socket) => this.sockets.add(socket));
        server.on("connect", (request: http.IncomingMessage, client: net.Socket) => {
            this.targets.add(request.url ?? "");
            const { hostname, port } = new URL(`http://${request.url}`);
            const upstream = net.connect(Number(port), hostname, () => {
                client.write("HTTP/1.1 200 Connection established\r\n\r\n");
                upstream.pipe(client).pipe(upstream);
            });
            this.sockets.add(upstream);
            upstream.on("error", () => client.destroy());
            client.on("error", () => upstream.destroy());
        });
        server.on("request", (request: http.IncomingMessage, response: http.ServerResponse) => {
            this.targets.add(new URL(request.url ?? "/", "http://no-proxy-request").host);
            response.writeHead(502).end();
        });
    }

    static async start(): Promise<ForwardProxy> {
        const server = http.createServer();
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        return new ForwardProxy(server);
    }

    get url(): string {
        return `http://127.0.0.1:${(this.server.address() as net.AddressInfo).port}`;
    }

    close(): Promise<void> {
        this.sockets.forEach((socket) => socket.destroy());
        return new Promise((resolve) => this.server.close(() => resolve()));
    }
}
