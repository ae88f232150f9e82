import { randomUUID } from "node:crypto";

import { z } from "zod";

import type { Call, Routes } from "../api";
import { badRequest, conflict, HarborError, notFound, preconditionFailed } from "../errors";
import type { Harbor } from "../harbor";
import type { Scanner } from "../model";

const scannerRequest = z.object({
    name: z.string().nullish(),
    description: z.string().nullish(),
    url: z.string().nullish(),
    auth: z.string().nullish(),
    access_credential: z.string().nullish(),
    disabled: z.boolean().nullish(),
    skip_certVerify: z.boolean().nullish(),
    use_internal_addr: z.boolean().nullish(),
});

/** Registered scanners. They are records: nothing is scanned here. */
export function scannerRoutes(routes: Routes): void {
    routes.get("/scanners", (call) => {
        call.harbor.requireSystem(call.principal, "scanner", "list");
        return call.list([...call.harbor.state.scanners], show, {
            name: (scanner) => scanner.name,
            url: (scanner) => scanner.url,
            is_default: (scanner) => scanner.is_default,
            create_time: (scanner) => scanner.create_time,
        });
    });
    routes.post("/scanners", async (call) => {
        const { harbor } = call;
        harbor.requireSystem(call.principal, "scanner", "create");
        const now = harbor.now();
        const request = read(call);
        await requireAnswer(harbor, request.url);
        const scanner: Scanner = {
            uuid: randomUUID(),
            ...request,
            is_default: harbor.state.scanners.length === 0,
            create_time: now,
            update_time: now,
        };
        requireUnique(harbor, scanner);
        harbor.state.scanners.push(scanner);
        return call.created(scanner.uuid);
    });
    routes.post("/scanners/ping", (call) => {
        call.harbor.requireSystem(call.principal, "scanner", "read");
        const { url } = read(call);
        throw badRequest(`scanner adapter at ${url} cannot be asked by this Harbor`);
    });
    routes.get("/scanners/:id", (call) => {
        call.harbor.requireSystem(call.principal, "scanner", "read");
        return show(find(call));
    });
    routes.get("/scanners/:id/metadata", (call) => {
        call.harbor.requireSystem(call.principal, "scanner", "read");
        throw preconditionFailed(`scanner ${find(call).name} is not available`);
    });
    routes.put("/scanners/:id", async (call) => {
        call.harbor.requireSystem(call.principal, "scanner", "update");
        const scanner = find(call);
        const changed = { ...scanner, ...read(call), update_time: call.harbor.now() };
        await requireAnswer(call.harbor, changed.url);
        requireUnique(call.harbor, changed);
        Object.assign(scanner, changed);
    });
    routes.patch("/scanners/:id", (call) => {
        call.harbor.requireSystem(call.principal, "scanner", "create");
        const scanner = find(call);
        const { is_default } = call.body(z.object({ is_default: z.boolean().nullish() }));
        if (is_default) {
            call.harbor.state.scanners.forEach((other) => {
                other.is_default = other === scanner;
            });
        }
    });
    routes.delete("/scanners/:id", (call) => {
        call.harbor.requireSystem(call.principal, "scanner", "delete");
        const scanner = find(call);
        const { state } = call.harbor;
        state.scanners = state.scanners.filter((candidate) => candidate !== scanner);
        state.projects.forEach((project) => {
            if (project.scanner === scanner.uuid) {
                delete project.scanner;
            }
        });
        return show(scanner);
    });
}

function read(call: Call): Omit<Scanner, "uuid" | "is_default" | "create_time" | "update_time"> {
    const request = call.body(scannerRequest);
    if (!request.name || !request.url || !URL.canParse(request.url)) {
        throw badRequest("a scanner needs a name and an url");
    }
    return {
        name: request.name,
        description: request.description ?? "",
        url: request.url.replace(/\/+$/, ""),
        disabled: request.disabled ?? false,
        auth: request.auth ?? "",
        access_credential: request.access_credential ?? "",
        skip_certVerify: request.skip_certVerify ?? false,
        use_internal_addr: request.use_internal_addr ?? false,
    };
}

/** Harbor takes only scanners that say what they can do. @throws HarborError 500. */
async function requireAnswer(harbor: Harbor, url: string): Promise<void> {
    try {
        const answer = await fetch(`${url}/api/v1/metadata`, { signal: AbortSignal.timeout(5000) });
        await answer.arrayBuffer();
        if (answer.ok) {
            return;
        }
        harbor.log(`scanner ${url}: status ${answer.status}`);
    } catch (error) {
        harbor.log(`scanner ${url}: ${(error as Error).message}`);
    }
    throw new HarborError(500, "UNKNOWN", "internal server error");
}

function requireUnique(harbor: Harbor, scanner: Scanner): void {
    const same = harbor.state.scanners.some(
        (other) => other.uuid !== scanner.uuid && (other.name === scanner.name || other.url === scanner.url),
    );
    if (same) {
        throw conflict("duplicated scanner name or url");
    }
}

function find(call: Call): Scanner {
    const id = call.param("id");
    const scanner = call.harbor.state.scanners.find((candidate) => candidate.uuid === id);
    if (!scanner) {
        throw notFound(`scanner registration ${id} not found`);
    }
    return scanner;
}

const show = (scanner: Scanner): unknown => ({
    ...scanner,
    access_credential: scanner.access_credential === "" ? "" : "[HIDDEN]",
    health: "unhealthy",
});
