/** What `npm start` shows at the end: what is where, and what to try next. Pure. */
import { engineOf } from "../../estate/engines";
import { versionOf } from "../../estate/flows/plan";
import type { Estate } from "../../estate/model";
import type { SandboxInfo } from "../../sandbox";
import { table } from "./console";
import { enginesInWords } from "./engines";

/** The whole text, without secrets. */
export function overview(
    estate: Estate,
    sandbox: SandboxInfo,
    outputs: Readonly<Record<string, unknown>>,
): string {
    return [
        servers(sandbox, estate),
        apps(estate),
        environments(estate),
        paused(estate),
        protectedObjects(outputs),
        next(estate, sandbox),
    ]
        .filter((part) => part !== "")
        .join("\n\n");
}

function servers(sandbox: SandboxInfo, estate: Estate): string {
    return table(
        ["SERVER", "WHERE", "SIGN IN"],
        [
            ["GitLab", sandbox.gitlab.url, `root, token in ${sandbox.gitlab.tokenFile}`],
            ...sandbox.harbors.map((harbor) => [
                `Harbor ${harbor.name}`,
                harbor.url,
                `admin, password in ${harbor.passwordFile}`,
            ]),
            ...enginePages(estate),
            ["chat and mail", sandbox.chat.url, "no sign-in; every card as people see it"],
            ...(estate.relay === undefined
                ? []
                : [
                      [
                          "relay",
                          estate.relay.url,
                          `${engineTitles(estate)} only; signs what goes to chat bots`,
                      ],
                  ]),
            ...sandbox.clusters.map(({ name, server }) => [
                `cluster ${name}`,
                server,
                kubectlOf(sandbox, name),
            ]),
        ],
    );
}

/** How kubectl is called for a cluster of the sandbox. */
export function kubectlOf({ kubeconfig, clusters }: SandboxInfo, cluster: string): string {
    const context = clusters.find(({ name }) => name === cluster)?.context ?? cluster;
    return `kubectl --kubeconfig ${kubeconfig} --context ${context}`;
}

/** The page of each engine that has one. */
function enginePages(estate: Estate): string[][] {
    return estate.engines.flatMap((name) => {
        const { title, page } = engineOf(name);
        const url = page(estate);
        return url === undefined ? [] : [[title, url, `admin, by npm run sandbox -- ${name} <words>`]];
    });
}

function engineTitles(estate: Estate): string {
    return estate.engines.map((name) => engineOf(name).title).join(" and ");
}

function apps(estate: Estate): string {
    const base = estate.gitlab.url;
    return table(
        ["APP", "TEAM", "CODE", "CONFIG", "DELIVERED BY"],
        Object.values(estate.apps).map((app) => [
            app.name,
            app.team,
            `${base}/${app.repository.fullPath}`,
            `${base}/${app.config.fullPath}`,
            `${app.delivery}, folder ${app.config.folder}`,
        ]),
    );
}

function environments(estate: Estate): string {
    return table(
        ["APP", "ENVIRONMENT", "BRANCH", "IMAGE", "APPLICATIONS", "NAMESPACE"],
        Object.values(estate.apps).flatMap((app) =>
            app.environments.map((environment) => [
                app.name,
                environment.environment,
                versionOf(app, environment).revision,
                environment.image,
                Object.values(engineOf(app.engine).delivered(app, environment)).join(", "),
                environment.namespace,
            ]),
        ),
    );
}

/** Where delivery is paused; empty where it is nowhere. */
function paused(estate: Estate): string {
    const rows = Object.values(estate.apps).flatMap((app) =>
        app.environments.flatMap(({ environment, hold, pin }) => [
            ...(pin === undefined ? [] : [[app.name, environment, `pinned to ${pin}`]]),
            ...(hold === undefined ? [] : [[app.name, environment, `paused: ${hold}`]]),
        ]),
    );
    return rows.length === 0 ? "" : table(["APP", "ENVIRONMENT", "DELIVERY"], rows);
}

/** What the stack's outputs say a destroy leaves. */
export function protectedNames(outputs: Readonly<Record<string, unknown>>): string[] {
    return Object.keys(outputs["protected"] ?? {}).sort();
}

function protectedObjects(outputs: Readonly<Record<string, unknown>>): string {
    const names = protectedNames(outputs);
    return names.length === 0 ? "" : `Protected from destroy (deletionProtection): ${names.join(", ")}`;
}

function next(estate: Estate, sandbox: SandboxInfo): string {
    const app = Object.values(estate.apps)[0];
    const rows = [
        ["npm run sandbox -- status", "what runs, its memory, its last problem"],
        [`npm run sandbox -- open gitlab`, "the pages of the servers in a browser"],
        ["npm run demo", "a commit on its way: pipeline, rollout, card, promotion"],
        ["npm run board -- --serve", "what runs where, as a page made anew at each look"],
        ...estate.engines.map((name) => enginesInWords[name].list(kubectlOf(sandbox, "host"))),
        ...(app === undefined
            ? []
            : [
                  [
                      `git clone ${estate.gitlab.url}/${app.config.fullPath}.git`,
                      "an app's config; user root, password its token",
                  ],
              ]),
        ["npm run preview", "what a change of Pulumi.dev.yaml would do"],
        ["npm run preview -- --policy", "the same, with the policy pack"],
        ["npm run destroy", "delete the estate, leave the sandbox"],
        ["npm run sandbox -- down --purge", "leave nothing behind"],
    ];
    return `Try next\n${table(["COMMAND", "WHAT IT SHOWS"], rows, "  ")}`;
}
