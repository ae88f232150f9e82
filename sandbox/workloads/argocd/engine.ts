/** Argo CD for the sandbox: its workloads, what its images bring along, and the server for pushes of images. */
import { type Engine } from "../engine";
import { runArgoCd } from "./cli";
import { PushListener } from "./pushes";
import { argoCdPorts, argoCdTools, argoCdWorkloads, argumentsOf, imageUpdater } from "./table";

export const argoCd: Engine = {
    id: "argocd",
    title: "Argo CD",
    tools: argoCdTools,
    // Spread: an interface has no index signature.
    ports: (base) => ({ ...argoCdPorts(base) }),
    workloads: (base) => argoCdWorkloads(argoCdPorts(base)),
    image: {
        home: "/home/argocd",
        folders: ["/tmp", "/app/config/gpg/keys"],
        programs: { argocd: "argocd", helm: "helm", kustomize: "kustomize" },
        // The image updater's own image brings this: git asks it, and it answers from the environment it is given.
        scripts: {
            "git-ask-pass.sh": [
                "#!/bin/sh",
                'if [ "${1#Username}" != "$1" ]; then printf \'%s\\n\' "$GIT_USERNAME"; else printf \'%s\\n\' "$GIT_PASSWORD"; fi',
                "",
            ].join("\n"),
        },
        argumentsOf,
    },
    listeners: (base, { restart, secretValue, log }) => [
        new PushListener({
            port: argoCdPorts(base).imageUpdaterWebhook,
            secret: () => secretValue(imageUpdater, "argocd-image-updater-secret", "webhook.harbor-secret"),
            onPush: () => restart(imageUpdater),
            log,
        }),
    ],
    page: {
        workload: "argocd-server",
        hint: "user admin; its command, logged in: npm run sandbox -- argocd app list",
    },
    commandUsage:
        "Argo CD's own command, logged in as admin: argocd app list, argocd app sync web-dev-member1 ...",
    command: runArgoCd,
};
