import { z } from "zod";

import type { Call, Routes } from "../api";
import { artifactsOf, deleteRepository, requireRepository } from "../artifacts";
import { inTurn } from "../content";
import type { Harbor } from "../harbor";
import type { Project, Repository } from "../model";

const fields = {
    name: (repository: Repository) => repository.name,
    repository_id: (repository: Repository) => repository.id,
    pull_count: (repository: Repository) => repository.pull_count,
    creation_time: (repository: Repository) => repository.creation_time,
    update_time: (repository: Repository) => repository.update_time,
};

/** Repositories of one project or of all the caller can see. */
export function repositoryRoutes(routes: Routes): void {
    routes.get("/repositories", (call) => {
        const { harbor } = call;
        const visible = harbor.state.repositories.filter((repository) =>
            harbor.can(call.principal, harbor.project(repository.project_id), "repository", "list"),
        );
        return call.list(visible, (repository) => show(harbor, repository), fields);
    });
    routes.get("/projects/:project/repositories", (call) => {
        const { harbor } = call;
        const project = call.namedProject("repository", "list");
        const repositories = harbor.state.repositories.filter(
            (repository) => repository.project_id === project.project_id,
        );
        return call.list(repositories, (repository) => show(harbor, repository), fields);
    });
    routes.get("/projects/:project/repositories/:repository", (call) => {
        const project = call.namedProject("repository", "read");
        return show(call.harbor, repositoryOfPath(call, project));
    });
    routes.put("/projects/:project/repositories/:repository", (call) => {
        const project = call.namedProject("repository", "update");
        const repository = repositoryOfPath(call, project);
        const { description } = call.body(z.object({ description: z.string().nullish() }));
        repository.description = description ?? "";
        repository.update_time = call.harbor.now();
    });
    routes.delete("/projects/:project/repositories/:repository", async (call) => {
        const { harbor, principal } = call;
        const project = call.namedProject("repository", "delete");
        const repository = repositoryOfPath(call, project);
        await inTurn(harbor, project, () => deleteRepository(harbor, principal, project, repository));
    });
}

/** The repository of the path. @throws HarborError 404. */
export function repositoryOfPath(call: Call, project: Project): Repository {
    return requireRepository(call.harbor, `${project.name}/${call.repositoryName()}`);
}

function show(harbor: Harbor, repository: Repository): unknown {
    return {
        id: repository.id,
        project_id: repository.project_id,
        name: repository.name,
        description: repository.description,
        artifact_count: artifactsOf(harbor, repository.id).filter((artifact) => !artifact.subject).length,
        pull_count: repository.pull_count,
        creation_time: repository.creation_time,
        update_time: repository.update_time,
    };
}
