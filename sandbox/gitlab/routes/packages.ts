/** The package registry of projects, for generic packages: files that jobs keep beyond their pipeline. */
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import * as path from "node:path";

import type { Call, Routes } from "../call";
import { ApiError, forbidden, notFound } from "../errors";
import type { GitLab } from "../gitlab";
import { Level, type Package, type PackageFile, type Project } from "../model";
import { filled, oneOf, type Input } from "../params";

/** What GitLab takes as the parts of a generic package's address. */
const forms = {
    package_name: /^[A-Za-z0-9._+-]+$/,
    package_version: /^(\.?[\w+-]+\.?)+$/,
    file_name: /^[A-Za-z0-9._+@~-]+$/,
} as const;

/** Generic packages, and the list of a project's packages. */
export function registerPackages(routes: Routes, gitlab: GitLab): void {
    const open = (project: Project): Project => {
        const { packages_enabled: enabled, package_registry_access_level: level } = project.settings;
        if (enabled === false || level === "disabled") {
            throw forbidden();
        }
        return project;
    };
    const fileOf = (project: Project, file: PackageFile): string =>
        path.join(gitlab.packages, String(project.id), String(file.id));
    const one = "/projects/:id/packages/generic/:package_name/:package_version/:file_name";

    routes.put(one, async (call) => {
        const project = open(call.writableProject(Level.developer));
        const [name, version, fileName] = address(call);
        const content = call.request.body;
        if (!Buffer.isBuffer(content)) {
            throw new ApiError(400, { error: "file is invalid" });
        }
        const packages = (project.packages ??= []);
        let found = packages.find((each) => each.name === name && each.version === version);
        if (!found) {
            found = {
                id: gitlab.nextId("package"),
                name,
                version,
                createdAt: gitlab.now(),
                creatorId: call.user.id,
                files: [],
            };
            packages.push(found);
        }
        const file: PackageFile = {
            id: gitlab.nextId("package_file"),
            name: fileName,
            size: content.length,
            sha256: createHash("sha256").update(content).digest("hex"),
            createdAt: gitlab.now(),
        };
        await mkdir(path.dirname(fileOf(project, file)), { recursive: true, mode: 0o700 });
        await writeFile(fileOf(project, file), content, { mode: 0o600 });
        found.files.push(file);
        call.status(201);
        return { message: "201 Created" };
    });
    routes.get(one, async (call) => {
        const project = open(call.project(Level.reporter));
        const [name, version, fileName] = address(call);
        // Of files with one name the one that came last is handed out.
        const file = project.packages
            ?.find((each) => each.name === name && each.version === version)
            ?.files.findLast((each) => each.name === fileName);
        if (!file) {
            throw notFound();
        }
        call.reply.type("application/octet-stream");
        call.reply.header("Content-Disposition", `attachment; filename="${file.name}"`);
        return readFile(fileOf(project, file));
    });
    routes.get("/projects/:id/packages", (call) => {
        const project = open(call.project(Level.reporter));
        const wanted = call.parse({
            package_name: filled(),
            package_version: filled(),
            package_type: oneOf("generic"),
        });
        const found = (project.packages ?? []).filter(
            ({ name, version }) =>
                name.includes(wanted.package_name ?? "") && (wanted.package_version ?? version) === version,
        );
        return call.page(found, showPackage);
    });
    const findOne = (call: Call, project: Project): Package => {
        const found = project.packages?.find((each) => each.id === call.number("package_id"));
        if (!found) {
            throw notFound();
        }
        return found;
    };
    routes.get("/projects/:id/packages/:package_id/package_files", (call) => {
        const found = findOne(call, open(call.project(Level.reporter)));
        return call.page(found.files, (file) => ({
            id: file.id,
            package_id: found.id,
            created_at: file.createdAt,
            file_name: file.name,
            size: file.size,
            file_sha256: file.sha256,
        }));
    });
    routes.delete("/projects/:id/packages/:package_id", async (call) => {
        const project = open(call.writableProject(Level.maintainer));
        const found = findOne(call, project);
        project.packages = project.packages?.filter((each) => each !== found) ?? [];
        await Promise.all(found.files.map((file) => rm(fileOf(project, file), { force: true })));
    });
}

/** @throws ApiError 400 naming the part that GitLab would not take. */
function address(call: Call): [name: string, version: string, file: string] {
    for (const [part, form] of Object.entries(forms)) {
        if (!form.test(call.id(part))) {
            throw new ApiError(400, { error: `${part} is invalid` });
        }
    }
    return [call.id("package_name"), call.id("package_version"), call.id("file_name")];
}

function showPackage({ id, name, version, createdAt }: Package): Input {
    return {
        id,
        name,
        version,
        package_type: "generic",
        status: "default",
        created_at: createdAt,
        last_downloaded_at: null,
        tags: [],
    };
}
