import type { Call, Routes } from "../call";
import { invalid, notFound } from "../errors";
import type { GitLab } from "../gitlab";
import { Level, type AgentToken, type ClusterAgent, type Project } from "../model";
import { clearable, filled, required, type Input } from "../params";
import { hashOf, randomText } from "../secrets";

/** Agents for Kubernetes and their tokens, as records. */
export function registerAgents(routes: Routes, gitlab: GitLab): void {
    const base = "/projects/:id/cluster_agents";
    const find = (call: Call, project: Project): ClusterAgent => {
        const found = project.agents.find((each) => each.id === call.number("agent_id"));
        if (!found) {
            throw notFound("Agent");
        }
        return found;
    };
    const show = (project: Project, agent: ClusterAgent): Input => ({
        id: agent.id,
        name: agent.name,
        config_project: {
            id: project.id,
            name: project.name,
            path: project.path,
            path_with_namespace: gitlab.projectPath(project),
        },
        created_at: agent.createdAt,
        created_by_user_id: agent.createdById,
        is_receptive: false,
    });
    routes.get(base, (call) => {
        const project = call.project(Level.developer);
        return call.page(project.agents, (agent) => show(project, agent));
    });
    routes.get(`${base}/:agent_id`, (call) => {
        const project = call.project(Level.developer);
        return show(project, find(call, project));
    });
    routes.post(base, (call) => {
        const project = call.project(Level.maintainer);
        const { name } = call.parse({ name: required(filled()) });
        if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) {
            throw invalid({
                name: [
                    "can contain only lowercase letters, digits, and '-', but cannot start or end with '-'",
                ],
            });
        }
        if (project.agents.some((each) => each.name === name)) {
            throw invalid({ name: ["has already been taken"] });
        }
        const made: ClusterAgent = {
            id: gitlab.nextId("agent"),
            name,
            createdAt: gitlab.now(),
            createdById: call.user.id,
            tokens: [],
        };
        project.agents.push(made);
        return show(project, made);
    });
    routes.delete(`${base}/:agent_id`, (call) => {
        const project = call.project(Level.maintainer);
        const agent = find(call, project);
        project.agents = project.agents.filter((each) => each !== agent);
    });
    const tokens = `${base}/:agent_id/tokens`;
    const showAgentToken = (agent: ClusterAgent, token: AgentToken): Input => ({
        id: token.id,
        name: token.name,
        description: token.description,
        agent_id: agent.id,
        status: token.status,
        created_at: token.createdAt,
        created_by_user_id: token.createdById,
        last_used_at: token.lastUsedAt,
    });
    const findToken = (call: Call, agent: ClusterAgent): AgentToken => {
        const found = agent.tokens.find(
            (each) => each.id === call.number("token_id") && each.status === "active",
        );
        if (!found) {
            throw notFound("Agent Token");
        }
        return found;
    };
    routes.get(tokens, (call) => {
        const agent = find(call, call.project(Level.developer));
        return call.page(
            agent.tokens.filter((token) => token.status === "active"),
            (token) => showAgentToken(agent, token),
        );
    });
    routes.get(`${tokens}/:token_id`, (call) => {
        const agent = find(call, call.project(Level.developer));
        return showAgentToken(agent, findToken(call, agent));
    });
    routes.post(tokens, (call) => {
        const agent = find(call, call.project(Level.maintainer));
        const wanted = call.parse({ name: required(filled()), description: clearable() });
        const secret = `glagent-${randomText(50)}`;
        const made: AgentToken = {
            id: gitlab.nextId("agent_token"),
            name: wanted.name,
            description: wanted.description ?? null,
            hash: hashOf(secret),
            status: "active",
            createdAt: gitlab.now(),
            createdById: call.user.id,
            lastUsedAt: null,
        };
        agent.tokens.push(made);
        return { ...showAgentToken(agent, made), token: secret };
    });
    routes.delete(`${tokens}/:token_id`, (call) => {
        const agent = find(call, call.project(Level.maintainer));
        findToken(call, agent).status = "revoked";
    });
}
