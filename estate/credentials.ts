import type { Channel, Estate } from "./model";
import { sortProblems, type Problem } from "./problem";
import { secretCommand } from "./rules/secrets";
import { nearest } from "./nearest";

/** A value of `gitops-estate:credentials` that an estate needs or may have. */
export interface Need {
    /** Keys below `gitops-estate:credentials`. */
    readonly path: readonly string[];
    readonly required: boolean;
    /** What it is for, in words. */
    readonly purpose: string;
}

/** Everything the credentials of an estate may hold, required or not. */
export function credentialNeeds(estate: Estate): Need[] {
    const registries = Object.keys(estate.registries).flatMap((name): Need[] => [
        {
            path: ["registries", name, "username"],
            required: true,
            purpose: `user or robot that administers Harbor ${name}`,
        },
        {
            path: ["registries", name, "password"],
            required: true,
            purpose: `password or secret of that user`,
        },
    ]);
    const clusters = Object.values(estate.clusters).map((cluster): Need => ({
        path: ["clusters", cluster.name, "kubeconfig"],
        required: false,
        purpose: `kubeconfig of cluster ${cluster.name}`,
    }));
    const sso: Need[] =
        estate.argocd.sso === undefined
            ? []
            : [
                  {
                      path: ["sso", "clientSecret"],
                      required: true,
                      purpose: "secret of the application Argo CD signs people in with",
                  },
              ];
    return [
        {
            path: ["gitlab", "token"],
            required: true,
            purpose: "access token that administers the estate's group",
        },
        ...registries,
        ...Object.values(estate.channels).flatMap(channelNeeds),
        ...clusters,
        ...sso,
    ];
}

function channelNeeds({ name, kind }: Channel): Need[] {
    const need = (key: string, required: boolean, purpose: string): Need => ({
        path: ["channels", name, key],
        required,
        purpose: `${purpose} of channel ${name}`,
    });
    return kind === "email"
        ? [
              need("host", true, "mail server's host"),
              need("port", true, "mail server's port"),
              need("from", true, "sender's address"),
              need("username", true, "mail account"),
              need("password", true, "mail password"),
          ]
        : [need("url", true, "webhook URL"), need("secret", false, "signing secret")];
}

/** Sorted problems of the credentials: one for each that is missing, unknown or not a text. Values never appear. */
export function checkCredentials(estate: Estate, credentials: unknown): Problem[] {
    const needs = credentialNeeds(estate);
    const problems: Problem[] = [];
    for (const need of needs.filter((each) => each.required)) {
        const value = at(credentials, need.path);
        if (value === undefined || value === "") {
            problems.push({
                path: `credentials.${need.path.join(".")}`,
                value: undefined,
                id: "credential-missing",
                rule: `is required: ${need.purpose}`,
                fix: secretCommand(need.path.join(".")),
                severity: "error",
            });
        }
    }
    const known = needs.map((need) => need.path.join("."));
    for (const { path, text } of leaves(credentials, [])) {
        const name = path.join(".");
        if (!known.includes(name)) {
            const near = nearest(name, known);
            problems.push({
                path: `credentials.${name}`,
                value: "(hidden)",
                id: "credential-unknown",
                rule: "is not used by this estate",
                fix: `${near === undefined ? "" : `did you mean ${near}? Otherwise `}pulumi config rm --path 'gitops-estate:credentials.${name}'`,
                severity: "warning",
            });
        } else if (path[0] === "channels" && path[2] === "secret" && estate.relay === undefined) {
            problems.push({
                path: `credentials.${name}`,
                value: "(hidden)",
                id: "credential-relay",
                rule: "needs the relay: Argo CD itself cannot sign messages",
                fix: "set notifications.relay.image, or let the bot check keywords or addresses instead of signatures",
                severity: "error",
            });
        } else if (!text) {
            problems.push({
                path: `credentials.${name}`,
                value: "(hidden)",
                id: "credential-form",
                rule: "must be a text",
                fix: `set it again: ${secretCommand(name)}`,
                severity: "error",
            });
        }
    }
    return sortProblems(problems);
}

/** A value below a path of keys. */
export function at(tree: unknown, path: readonly string[]): unknown {
    return path.reduce<unknown>(
        (value, key) =>
            typeof value === "object" && value !== null && Object.hasOwn(value, key)
                ? (value as Record<string, unknown>)[key]
                : undefined,
        tree,
    );
}

function leaves(tree: unknown, path: readonly string[]): { path: readonly string[]; text: boolean }[] {
    if (typeof tree === "object" && tree !== null) {
        return Object.entries(tree).flatMap(([key, value]) => leaves(value, [...path, key]));
    }
    return tree === undefined ? [] : [{ path, text: typeof tree === "string" }];
}
