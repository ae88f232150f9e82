import { channelSecrets, type Form } from "./channels";
import { engineOf, engines } from "./engines";
import type { EngineRegistry } from "./engines/engine";
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
    /** What it must look like; absent: any text. */
    readonly form?: Form;
    /** True: of no use without the relay. */
    readonly needsRelay?: boolean;
    /** True: an engine needs it for itself. */
    readonly engine?: boolean;
}

/** Of `credentials.relayImage`, which all engines have. */
const relayImageKeys = ["username", "password"] as const;

/** What they are for. */
export const relayImagePurposes = {
    username: "user that may pull the relay's image; with `notifications.relay.imageLogin`",
    password: "password of the user that pulls the relay's image",
} as const;

/** Everything the credentials of an estate may hold, required or not. */
export function credentialNeeds(estate: Estate, registry: EngineRegistry = engines): Need[] {
    const registries = Object.keys(estate.registries).flatMap((name): Need[] => [
        {
            path: ["registries", name, "username"],
            required: true,
            purpose: `user that administers Harbor ${name}`,
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
    const machines = Object.values(estate.machines)
        .filter(({ reached }) => reached.by === "ssh")
        .map(({ name }): Need => ({
            path: ["machines", name, "key"],
            required: true,
            purpose: `private SSH key of the user on machine ${name}`,
            form: {
                pattern:
                    /^-----BEGIN OPENSSH PRIVATE KEY-----\n[\sA-Za-z0-9+/=]+-----END OPENSSH PRIVATE KEY-----\s*$/,
                words: "a private key in OpenSSH's form, as ssh-keygen makes it",
            },
        }));
    const relay = (estate.relay?.imageLogin === true ? relayImageKeys : []).map((key): Need => ({
        path: ["relayImage", key],
        required: true,
        purpose: relayImagePurposes[key],
        engine: true,
    }));
    const own = estate.engines
        .flatMap((name) => engineOf(name, registry).secrets)
        .filter(({ needed }) => needed(estate))
        .map(({ path, purpose }): Need => ({ path: path.split("."), required: true, purpose, engine: true }));
    return [
        {
            path: ["gitlab", "token"],
            required: true,
            purpose: "access token that administers the estate's group",
        },
        ...registries,
        ...Object.values(estate.channels).flatMap(channelNeeds),
        ...clusters,
        ...machines,
        ...relay,
        ...own,
    ];
}

function channelNeeds({ name, kind }: Channel): Need[] {
    return channelSecrets(kind).map(({ key, required, purpose, form, signs }) => ({
        path: ["channels", name, key],
        required,
        purpose: `${purpose} of channel ${name}`,
        ...(form === undefined ? {} : { form }),
        needsRelay: signs === true,
    }));
}

/** Sorted problems of the credentials: one for each that is missing, unknown, not a text, or of a kind that does not do. Values never appear. */
export function checkCredentials(
    estate: Estate,
    credentials: unknown,
    registry: EngineRegistry = engines,
): Problem[] {
    if (credentials !== undefined && (typeof credentials !== "object" || Array.isArray(credentials))) {
        return [
            {
                path: "credentials",
                value: "(hidden)",
                id: "credential-form",
                rule: "must be a map, with a secret at each path",
                fix: `pulumi config rm gitops-estate:credentials, then set each secret: ${secretCommand("gitlab.token")}, …`,
                severity: "error",
            },
        ];
    }
    const needs = credentialNeeds(estate, registry);
    const titles = estate.engines.map((name) => engineOf(name, registry).title);
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
    const known = new Map(needs.map((need) => [need.path.join("."), need]));
    for (const { path, value } of leaves(credentials, [])) {
        const name = path.join(".");
        const need = known.get(name);
        if (need === undefined) {
            const near = nearest(name, [...known.keys()]);
            problems.push({
                path: `credentials.${name}`,
                value: "(hidden)",
                id: "credential-unknown",
                rule: "is not used by this estate",
                fix: `${near === undefined ? "" : `did you mean ${near}? Otherwise `}pulumi config rm --path 'gitops-estate:credentials.${name}'`,
                severity: "warning",
            });
        } else if (need.needsRelay === true && estate.relay === undefined) {
            problems.push({
                path: `credentials.${name}`,
                value: "(hidden)",
                id: "credential-relay",
                rule: `needs the relay: ${titles.join(" and ")} itself cannot sign messages`,
                fix: "set notifications.relay.image, or let the bot check keywords or addresses instead of signatures",
                severity: "error",
            });
        } else if (typeof value !== "string" || misshapen(value, need)) {
            problems.push({
                path: `credentials.${name}`,
                value: "(hidden)",
                id: "credential-form",
                rule: `must be ${typeof value === "string" ? (need.form?.words ?? "") : "a text"}`,
                fix: `set it again: ${secretCommand(name)}`,
                severity: "error",
            });
        }
    }
    for (const { name, robotPrefix } of Object.values(estate.registries)) {
        const username = at(credentials, ["registries", name, "username"]);
        // An empty prefix identifies nothing.
        if (typeof username === "string" && robotPrefix !== "" && username.startsWith(robotPrefix)) {
            problems.push({
                path: `credentials.registries.${name}.username`,
                value: "(hidden)",
                id: "harbor-account",
                rule: "must be a user, not a robot: Harbor lets no robot make retention and immutable rules, and none change a robot",
                fix: `make a user that is a system administrator of Harbor, and set it: ${secretCommand(`registries.${name}.username`)}`,
                severity: "error",
            });
        }
    }
    return sortProblems(problems);
}

/** Whether a credential that is there does not look like what it must be. */
function misshapen(value: string, { form }: Need): boolean {
    return value !== "" && form !== undefined && !form.pattern.test(value);
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

function leaves(tree: unknown, path: readonly string[]): { path: readonly string[]; value: unknown }[] {
    if (typeof tree === "object" && tree !== null) {
        return Object.entries(tree).flatMap(([key, value]) => leaves(value, [...path, key]));
    }
    return tree === undefined ? [] : [{ path, value: tree }];
}
