/**
 * What a refresh of Harbor's objects needs beside the published plugin, which (sdks/harbor/schema.yaml has the facts)
 *
 * - takes any failed read of a robot for a robot that is gone, and plans a new one with a new password: so nothing is
 *   refreshed while a Harbor is ill;
 * - fails for good when a webhook or a retention policy is gone: so these are named before, and can be forgotten;
 * - never looks at a project's quota nor at a webhook's events: so these are compared here.
 *
 * Reads only.
 */
import { Unreachable, type Ask } from "../doctor/http";
import { liveResources, type ExportedStack, type StateResource } from "./exported";
import { nameOf } from "./urn";

/** A property that is not as the state has it, and that no refresh looks at. */
export interface Drift {
    readonly urn: string;
    readonly property: "storageQuota" | "eventsTypes";
    readonly actual: unknown;
    /** For people. */
    readonly text: string;
}

/** What one Harbor says about the objects of a stack. */
export interface HarborLook {
    /** Why nothing must be refreshed; empty when it is well. */
    readonly ill: readonly string[];
    /** Objects whose absence fails the refresh. */
    readonly gone: readonly { readonly urn: string; readonly text: string }[];
    readonly drift: readonly Drift[];
}

const project = "harbor:index/project:Project";
const robot = "harbor:index/robotAccount:RobotAccount";
const retention = "harbor:index/retentionPolicy:RetentionPolicy";
const webhook = "harbor:index/projectWebhook:ProjectWebhook";

/** A stack's objects in Harbors, by the name of the registry in the spec. Pure. */
export function harborObjects(exported: ExportedStack): ReadonlyMap<string, StateResource[]> {
    const found = new Map<string, StateResource[]>();
    for (const resource of liveResources(exported)) {
        const [, registry] = /::harbor-([^:]+)::[^:]*$/.exec(resource.provider ?? "") ?? [];
        if (registry !== undefined && resource.type.startsWith("harbor:") && resource.id !== undefined) {
            found.set(registry, [...(found.get(registry) ?? []), resource]);
        }
    }
    return found;
}

/** Parts of Harbor without which its objects cannot be read or changed. A scanner may be away. */
const parts = ["core", "database", "jobservice", "redis", "registry", "registryctl"];

/** The parts of a Harbor that are not healthy, with what it says of them; or that it does not answer. */
export async function illParts(ask: Ask): Promise<string[]> {
    try {
        const { status, body } = await ask("GET", "/health");
        const { components = [] } = (typeof body === "object" && body !== null ? body : {}) as {
            components?: readonly { name?: string; status?: string; error?: string }[];
        };
        return status === 200
            ? components
                  .filter((each) => each.status !== "healthy" && parts.includes(each.name ?? ""))
                  .map(({ name, error }) => `its ${name ?? ""} is not healthy${error ? ` (${error})` : ""}`)
            : [`its health cannot be read (status ${status})`];
    } catch (error) {
        if (!(error instanceof Unreachable)) {
            throw error;
        }
        return [`it does not answer: ${error.message}`];
    }
}

/**
 * Waits while Harbor's job service starts: until then it refuses every schedule with status 500.
 *
 * @returns what is still not healthy after `attempts` looks, `pauseMs` apart; empty when all is well.
 */
export async function waitForParts(ask: Ask, attempts = 20, pauseMs = 3000): Promise<string[]> {
    for (let attempt = 1; ; attempt++) {
        const ill = await illParts(ask);
        const starting = ill.some((part) => part.includes("jobservice"));
        if (!starting || attempt >= attempts) {
            return ill;
        }
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
}

/** Looks at one Harbor. `policies`: also at retention policies that are gone, which the published plugin trips over. */
export async function lookAtHarbor(
    ask: Ask,
    objects: readonly StateResource[],
    policies: boolean,
): Promise<HarborLook> {
    const ill = await illParts(ask);
    if (ill.length > 0) {
        return { ill, gone: [], drift: [] };
    }
    try {
        const quotas = await storage(ask);
        const looks = await Promise.all(
            objects.map(async (object): Promise<HarborLook> => {
                switch (object.type) {
                    case project:
                        return quotaOf(object, quotas);
                    case robot:
                        return robotOf(ask, object);
                    case webhook:
                        return webhookOf(ask, object);
                    case retention:
                        return policies ? retentionOf(ask, object) : nothing;
                    default:
                        return nothing;
                }
            }),
        );
        return {
            ill: [...new Set(looks.flatMap((look) => look.ill))],
            gone: looks.flatMap((look) => look.gone),
            drift: looks.flatMap((look) => look.drift),
        };
    } catch (error) {
        if (!(error instanceof Unreachable)) {
            throw error;
        }
        return { ill: [`it does not answer: ${error.message}`], gone: [], drift: [] };
    }
}

const nothing: HarborLook = { ill: [], gone: [], drift: [] };

const failed = (what: string, status: number): HarborLook => ({
    ...nothing,
    ill: [`${what} cannot be read (status ${status})`],
});

const gibibyte = 2 ** 30;

/** Limits by number of the project; undefined where the account may not read them. */
async function storage(ask: Ask): Promise<ReadonlyMap<number, number> | undefined> {
    const size = 100;
    const limits = new Map<number, number>();
    for (let page = 1; ; page++) {
        const { status, body } = await ask("GET", `/quotas?page=${page}&page_size=${size}`);
        if (status !== 200 || !Array.isArray(body)) {
            return undefined;
        }
        for (const { ref, hard } of body as { ref?: { id?: number }; hard?: { storage?: number } }[]) {
            limits.set(ref?.id ?? 0, hard?.storage ?? -1);
        }
        if (body.length < size) {
            return limits;
        }
    }
}

function quotaOf(
    { urn, id, outputs, inputs }: StateResource,
    limits: ReadonlyMap<number, number> | undefined,
): HarborLook {
    const actual = limits?.get(Number(id?.split("/").at(-1)));
    const known = Number(outputs?.["storageQuota"] ?? inputs?.["storageQuota"] ?? -1);
    if (actual === undefined || actual === (known < 0 ? -1 : known * gibibyte)) {
        return nothing;
    }
    const shown = (gib: number): string => (gib < 0 ? "no quota" : `a quota of ${gib} GiB`);
    const gib = actual < 0 ? -1 : actual / gibibyte;
    const text = `${nameOf(urn)} has ${shown(gib)}, and was made with ${shown(known)}`;
    return { ...nothing, drift: [{ urn, property: "storageQuota", actual: gib, text }] };
}

async function robotOf(ask: Ask, { urn, id = "" }: StateResource): Promise<HarborLook> {
    const { status } = await ask("GET", id);
    return status === 200 || status === 404 ? nothing : failed(`the robot ${nameOf(urn)}`, status);
}

async function webhookOf(ask: Ask, { urn, id = "", outputs, inputs }: StateResource): Promise<HarborLook> {
    const { status, body } = await ask("GET", id);
    if (status === 404) {
        return { ...nothing, gone: [{ urn, text: `the webhook ${nameOf(urn)}` }] };
    }
    if (status !== 200) {
        return failed(`the webhook ${nameOf(urn)}`, status);
    }
    const actual = [...((body as { event_types?: string[] | null }).event_types ?? [])].sort();
    const known = [...((outputs?.["eventsTypes"] ?? inputs?.["eventsTypes"] ?? []) as string[])].sort();
    if (JSON.stringify(actual) === JSON.stringify(known)) {
        return nothing;
    }
    const text = `${nameOf(urn)} gets ${actual.join(", ") || "nothing"}, and was made for ${known.join(", ")}`;
    return { ...nothing, drift: [{ urn, property: "eventsTypes", actual, text }] };
}

/** Harbor answers 500 for a policy that is gone: then its project says whether there is one. */
async function retentionOf(ask: Ask, { urn, id = "", outputs, inputs }: StateResource): Promise<HarborLook> {
    const { status } = await ask("GET", id);
    if (status === 200 || status === 404) {
        return nothing;
    }
    const owner = await ask("GET", (outputs?.["scope"] ?? inputs?.["scope"] ?? "") as string);
    const { metadata } = (owner.status === 200 ? owner.body : {}) as { metadata?: Record<string, string> };
    const gone =
        owner.status === 404 || (owner.status === 200 && `/retentions/${metadata?.["retention_id"]}` !== id);
    return gone
        ? { ...nothing, gone: [{ urn, text: `the retention policy ${nameOf(urn)}` }] }
        : failed(`the retention policy ${nameOf(urn)}`, status);
}

/** The deployment as a refresh would leave it that looks at these properties. Pure. */
export function withDrift<T extends ExportedStack>(exported: T, drift: readonly Drift[]): T {
    const resources = exported.deployment?.resources?.map((resource) => {
        const own = Object.fromEntries(
            drift.filter(({ urn }) => urn === resource.urn).map(({ property, actual }) => [property, actual]),
        );
        return Object.keys(own).length === 0 || resource.delete === true
            ? resource
            : {
                  ...resource,
                  inputs: { ...resource.inputs, ...own },
                  outputs: { ...resource.outputs, ...own },
              };
    });
    return { ...exported, deployment: { ...exported.deployment, ...(resources ? { resources } : {}) } };
}
