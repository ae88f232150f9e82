import { z } from "zod";

import { omitEmpty, type Routes } from "../api";
import { badRequest, conflict, notFound, preconditionFailed } from "../errors";
import type { Harbor } from "../harbor";
import type { Registry } from "../model";
import { connect, workingTypes } from "../replication";

/** Registry types Harbor knows. Only those of {@link workingTypes} do any work here. */
const knownTypes = [
    "ali-acr",
    "artifact-hub",
    "aws-ecr",
    "azure-acr",
    "docker-hub",
    "docker-registry",
    "github-ghcr",
    "gitlab",
    "google-gcr",
    "harbor",
    "helm-hub",
    "huawei-SWR",
    "jfrog-artifactory",
    "quay",
    "tencent-tcr",
    "volcengine-cr",
];

const credential = z.object({
    type: z.string().nullish(),
    access_key: z.string().nullish(),
    access_secret: z.string().nullish(),
});

const registryRequest = z.object({
    name: z.string().nullish(),
    url: z.string().nullish(),
    type: z.string().nullish(),
    description: z.string().nullish(),
    insecure: z.boolean().nullish(),
    credential: credential.nullish(),
});

const registryUpdate = z.object({
    id: z.number().int().nullish(),
    name: z.string().nullish(),
    description: z.string().nullish(),
    url: z.string().nullish(),
    type: z.string().nullish(),
    credential_type: z.string().nullish(),
    access_key: z.string().nullish(),
    access_secret: z.string().nullish(),
    insecure: z.boolean().nullish(),
    credential: credential.nullish(),
});

/** Registry endpoints that replication copies from and to. */
export function registryRoutes(routes: Routes): void {
    routes.get("/registries", (call) => {
        call.harbor.requireSystem(call.principal, "registry", "list");
        return call.list([...call.harbor.state.registries], showRegistry, {
            name: (registry) => registry.name,
            type: (registry) => registry.type,
            url: (registry) => registry.url,
            id: (registry) => registry.id,
            creation_time: (registry) => registry.creation_time,
        });
    });
    routes.post("/registries", async (call) => {
        const { harbor } = call;
        harbor.requireSystem(call.principal, "registry", "create");
        const request = call.body(registryRequest);
        const now = harbor.now();
        const registry: Registry = {
            id: 0,
            name: request.name ?? "",
            url: normalUrl(request.url ?? ""),
            type: request.type ?? "",
            description: request.description ?? "",
            insecure: request.insecure ?? false,
            credential: {
                type: request.credential?.type ?? "basic",
                access_key: request.credential?.access_key ?? "",
                access_secret: request.credential?.access_secret ?? "",
            },
            status: "",
            creation_time: now,
            update_time: now,
        };
        check(harbor, registry);
        await requireHealthy(harbor, registry);
        check(harbor, registry);
        registry.id = harbor.nextId("registry");
        harbor.state.registries.push(registry);
        return call.created(registry.id);
    });
    routes.post("/registries/ping", async (call) => {
        const { harbor } = call;
        harbor.requireSystem(call.principal, "registry", "read");
        const request = call.body(registryUpdate);
        const known = request.id ? find(harbor, request.id) : undefined;
        const registry = withChanges(known ?? blank(), request);
        if (request.type) {
            registry.type = request.type;
        }
        if (registry.type === "" || registry.url === "") {
            throw badRequest("the type and the url of the registry are needed");
        }
        await requireHealthy(harbor, registry);
    });
    routes.get("/registries/:id", (call) => {
        call.harbor.requireSystem(call.principal, "registry", "read");
        return showRegistry(find(call.harbor, call.id("id")));
    });
    routes.put("/registries/:id", async (call) => {
        const { harbor } = call;
        harbor.requireSystem(call.principal, "registry", "update");
        const registry = find(harbor, call.id("id"));
        const changed = withChanges(registry, call.body(registryUpdate));
        check(harbor, changed);
        await requireHealthy(harbor, changed);
        Object.assign(registry, changed, { update_time: harbor.now() });
    });
    routes.delete("/registries/:id", (call) => {
        const { harbor } = call;
        harbor.requireSystem(call.principal, "registry", "delete");
        const registry = find(harbor, call.id("id"));
        const used = harbor.state.replicationPolicies.find(
            (policy) => policy.src_registry === registry.id || policy.dest_registry === registry.id,
        );
        if (used) {
            throw preconditionFailed(
                `the registry ${registry.id} is referenced by replication policies, cannot delete it`,
            );
        }
        harbor.state.registries = harbor.state.registries.filter((candidate) => candidate !== registry);
    });
    routes.get("/registries/:id/info", (call) => {
        call.harbor.requireSystem(call.principal, "registry", "read");
        const registry = call.id("id") === 0 ? { type: "harbor" } : find(call.harbor, call.id("id"));
        return {
            type: registry.type,
            description: "",
            supported_resource_filters: [
                { type: "name", style: "input" },
                { type: "tag", style: "input" },
                ...(registry.type === "harbor" ? [{ type: "label", style: "input" }] : []),
                { type: "resource", style: "radio", values: ["image", "artifact"] },
            ],
            supported_triggers: ["manual", "scheduled", "event_based"],
            supported_copy_by_chunk: registry.type === "harbor",
        };
    });
    routes.get("/replication/adapters", (call) => {
        call.harbor.requireSystem(call.principal, "replication-adapter", "list");
        return knownTypes;
    });
    routes.get("/replication/adapterinfos", (call) => {
        call.harbor.requireSystem(call.principal, "replication-adapter", "list");
        return Object.fromEntries(knownTypes.map((type) => [type, {}]));
    });
}

type Update = z.infer<typeof registryUpdate>;

/** Fields may come flat or, from older clients, in `credential`. */
function withChanges(registry: Registry, change: Update): Registry {
    const { credential: old } = registry;
    return {
        ...registry,
        name: change.name ?? registry.name,
        description: change.description ?? registry.description,
        url: change.url ? normalUrl(change.url) : registry.url,
        insecure: change.insecure ?? registry.insecure,
        credential: {
            type: change.credential_type ?? change.credential?.type ?? old.type,
            access_key: change.access_key ?? change.credential?.access_key ?? old.access_key,
            access_secret: change.access_secret ?? change.credential?.access_secret ?? old.access_secret,
        },
    };
}

function blank(): Registry {
    return {
        id: 0,
        name: "",
        url: "",
        type: "",
        description: "",
        insecure: false,
        credential: { type: "basic", access_key: "", access_secret: "" },
        status: "",
        creation_time: "",
        update_time: "",
    };
}

const normalUrl = (url: string): string => {
    const trimmed = url.trim().replace(/\/+$/, "");
    return trimmed === "" || /^https?:\/\//.test(trimmed) ? trimmed : `https://${trimmed}`;
};

function check(harbor: Harbor, registry: Registry): void {
    if (registry.name === "" || registry.name.length > 256) {
        throw badRequest("the name of a registry has 1 to 256 characters");
    }
    if (!knownTypes.includes(registry.type)) {
        throw badRequest(`registry type ${registry.type} is not supported`);
    }
    if (!URL.canParse(registry.url)) {
        throw badRequest(`invalid registry url: ${registry.url}`);
    }
    const same = harbor.state.registries.some(
        (other) => other.id !== registry.id && other.name === registry.name,
    );
    if (same) {
        throw conflict(`registry ${registry.name} already exists`);
    }
}

/** Harbor takes only endpoints that answer. Types that do no work here are not asked and shown as unhealthy. */
async function requireHealthy(harbor: Harbor, registry: Registry): Promise<void> {
    if (!workingTypes.includes(registry.type)) {
        registry.status = "unhealthy";
        return;
    }
    try {
        await connect(registry).check();
        registry.status = "healthy";
    } catch (error) {
        harbor.log(`registry ${registry.name || registry.url}: ${(error as Error).message}`);
        throw badRequest("the registry is unhealthy");
    }
}

function find(harbor: Harbor, id: number): Registry {
    const registry = harbor.state.registries.find((candidate) => candidate.id === id);
    if (!registry) {
        throw notFound(`registry ${id} not found`);
    }
    return registry;
}

/** A registry as the API shows it: the secret is a row of stars. */
export function showRegistry(registry: Registry): unknown {
    const { type, access_key, access_secret } = registry.credential;
    return {
        ...omitEmpty(registry, "description"),
        credential:
            access_key === "" && access_secret === "" ? {} : { type, access_key, access_secret: "*****" },
    };
}
