/** One commit that changes many apps, and how long until all of them are as it says. */
import { posix } from "node:path";
import { versionOf } from "../../estate/flows/plan";
import type { App } from "../../estate/model";
import { CommandError } from "../support/console";
import { until, type Person, type Story } from "../support/story";

interface Deployments {
    readonly items: readonly {
        readonly metadata: { readonly name: string; readonly namespace: string };
        readonly spec: { readonly progressDeadlineSeconds?: number };
    }[];
}

/** Longest that a change is waited for, in seconds. */
const patience = 1200;

const deadline = /^( *progressDeadlineSeconds:) \d+$/m;

/** Changes of apps in their first environments: nothing of it has pods, so nothing but the engine works. */
export class Changes {
    private round = 100;

    constructor(
        private readonly story: Story,
        private readonly root: Person,
    ) {}

    /** Waits until apps are on a cluster. */
    async settled(cluster: string, apps: readonly App[]): Promise<void> {
        await this.until(cluster, apps, () => true);
    }

    /** One commit to the repository that these apps share; seconds until all of them are as it says on a cluster. */
    async change(cluster: string, apps: readonly App[]): Promise<number> {
        const [first] = apps;
        const place = first?.environments[0];
        if (first === undefined || place === undefined) {
            throw new CommandError("there is no app to change");
        }
        const wanted = ++this.round;
        const { repository, revision: branch } = versionOf(first, place);
        const actions = [];
        for (const app of apps) {
            const { file, text } = await this.deployment(repository, branch, versionOf(app, place).folder);
            actions.push({
                action: "update",
                file_path: file,
                content: text.replace(deadline, `$1 ${wanted}`),
            });
        }
        const started = process.hrtime.bigint();
        const { status } = await this.story.call(
            this.root,
            "POST",
            `/projects/${encodeURIComponent(repository)}/repository/commits`,
            { branch, commit_message: `Round ${wanted} [skip ci]`, actions },
        );
        if (status !== 201) {
            throw new CommandError(`GitLab answered a commit to ${repository} with ${status}.`);
        }
        await this.until(cluster, apps, (found) => found === wanted);
        return Number(process.hrtime.bigint() - started) / 1e9;
    }

    /** The file with an app's Deployment: in the folder that is delivered, or in the base that its overlays share. */
    private async deployment(
        repository: string,
        branch: string,
        folder: string,
    ): Promise<{ file: string; text: string }> {
        for (const place of [folder, posix.join(folder, "..", "..", "base")]) {
            const file = `${place}/deployment.yaml`;
            const { status, body } = await this.story.call<{ content?: string }>(
                this.root,
                "GET",
                `/projects/${encodeURIComponent(repository)}/repository/files/${encodeURIComponent(file)}?ref=${encodeURIComponent(branch)}`,
            );
            const text = status === 200 ? Buffer.from(body.content ?? "", "base64").toString("utf8") : "";
            if (deadline.test(text)) {
                return { file, text };
            }
        }
        throw new CommandError(
            `${repository} has no Deployment with progressDeadlineSeconds for ${folder} on branch ${branch}.`,
        );
    }

    private until(
        cluster: string,
        apps: readonly App[],
        good: (deadlineSeconds: number | undefined) => boolean,
    ): Promise<unknown> {
        const places = new Set(
            apps.flatMap(({ name, environments: [place] }) =>
                place === undefined ? [] : [`${place.namespace}/${name}`],
            ),
        );
        return until(
            `${places.size} apps on ${cluster}`,
            async () => {
                const all = await this.story.object<Deployments>(cluster, "/apis/apps/v1/deployments");
                return (all?.items ?? []).filter(
                    ({ metadata, spec }) =>
                        places.has(`${metadata.namespace}/${metadata.name}`) &&
                        good(spec.progressDeadlineSeconds),
                ).length;
            },
            (count) => count === places.size,
            patience,
        );
    }
}
