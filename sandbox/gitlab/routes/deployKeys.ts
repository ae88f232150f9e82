import { createHash } from "node:crypto";

import type { Call, Routes } from "../call";
import { invalid, notFound } from "../errors";
import type { GitLab } from "../gitlab";
import { Level, type DeployKey, type Project } from "../model";
import { bool, filled, timestamp, required } from "../params";

/** Deploy keys: stored and returned; there is no SSH server that would accept them. */
export function registerDeployKeys(routes: Routes, gitlab: GitLab): void {
    const base = "/projects/:id/deploy_keys";
    const { state } = gitlab;
    const find = (call: Call, project: Project): { key: DeployKey; link: Project["deployKeys"][number] } => {
        const link = project.deployKeys.find((each) => each.keyId === call.number("key_id"));
        const key = state.deployKeys.find((each) => each.id === link?.keyId);
        if (!link || !key) {
            throw notFound("Deploy Key");
        }
        return { key, link };
    };
    routes.get("/deploy_keys", (call) => {
        call.requireAdmin();
        // A public one may be switched on by any project; these belong to those that made them.
        const { public: open } = call.parse({ public: bool() });
        return call.page(open === true ? [] : state.deployKeys, (key) => show(key));
    });
    routes.get(base, (call) => {
        const project = call.project(Level.maintainer);
        return call.page(project.deployKeys, (link) => {
            const key = state.deployKeys.find((each) => each.id === link.keyId);
            return key ? { ...show(key), can_push: link.canPush } : {};
        });
    });
    routes.get(`${base}/:key_id`, (call) => {
        const { key, link } = find(call, call.project(Level.maintainer));
        return { ...show(key), can_push: link.canPush };
    });
    routes.post(base, (call) => {
        const project = call.project(Level.maintainer);
        const wanted = call.parse({
            title: required(filled()),
            key: required(filled()),
            can_push: bool(),
            expires_at: timestamp(),
        });
        const text = wanted.key.trim();
        const [type = "", data = ""] = text.split(/\s+/);
        if (
            !/^(ssh-(rsa|ed25519|dss)|ecdsa-sha2-nistp\d+|sk-\S+)$/.test(type) ||
            Buffer.from(data, "base64").length < 16
        ) {
            throw invalid({ key: ["is invalid"], fingerprint_sha256: ["cannot be generated"] });
        }
        const bare = `${type} ${data}`;
        let key = state.deployKeys.find((each) => each.key.startsWith(bare));
        if (key && project.deployKeys.some((link) => link.keyId === key?.id)) {
            throw invalid({ "deploy_key.fingerprint_sha256": ["has already been taken"] });
        }
        if (!key) {
            key = {
                id: gitlab.nextId("key"),
                title: wanted.title,
                key: text,
                fingerprint: createHash("sha256").update(Buffer.from(data, "base64")).digest("base64"),
                createdAt: gitlab.now(),
                expiresAt: wanted.expires_at ?? null,
                userId: call.user.id,
            };
            state.deployKeys.push(key);
        }
        const canPush = wanted.can_push ?? false;
        project.deployKeys.push({ keyId: key.id, canPush });
        return { ...show(key), can_push: canPush };
    });
    routes.put(`${base}/:key_id`, (call) => {
        const { key, link } = find(call, call.project(Level.maintainer));
        const wanted = call.parse({ title: filled(), can_push: bool() });
        key.title = wanted.title ?? key.title;
        link.canPush = wanted.can_push ?? link.canPush;
        return { ...show(key), can_push: link.canPush };
    });
    routes.post(`${base}/:key_id/enable`, (call) => {
        const project = call.project(Level.maintainer);
        const key = state.deployKeys.find((each) => each.id === call.number("key_id"));
        if (!key) {
            throw notFound("Deploy Key");
        }
        const link = project.deployKeys.find((each) => each.keyId === key.id);
        if (!link) {
            project.deployKeys.push({ keyId: key.id, canPush: false });
        }
        return { ...show(key), can_push: link?.canPush ?? false };
    });
    routes.delete(`${base}/:key_id`, (call) => {
        const project = call.project(Level.maintainer);
        const { key, link } = find(call, project);
        project.deployKeys = project.deployKeys.filter((each) => each !== link);
        if (!state.projects.some((each) => each.deployKeys.some((other) => other.keyId === key.id))) {
            state.deployKeys = state.deployKeys.filter((each) => each !== key);
        }
    });
}

function show(key: DeployKey): Record<string, unknown> {
    return {
        id: key.id,
        title: key.title,
        key: key.key,
        fingerprint: "",
        fingerprint_sha256: `SHA256:${key.fingerprint.replace(/=+$/, "")}`,
        created_at: key.createdAt,
        expires_at: key.expiresAt,
    };
}
