import type { Call, Routes } from "../call";
import { invalid, noRoute, notFound } from "../errors";
import type { GitLab } from "../gitlab";
import { mirrorTarget } from "../mirrorTargets";
import { Level, type PlainRecord, type Project } from "../model";
import { isMirror, mirrorFrom, pullNow, showPullMirror } from "../pullMirrors";
import { pushToMirror } from "../pushMirrors";
import { bool, clearable, filled, oneOf, required, text } from "../params";
import { withoutSecrets } from "../../support/deliveries";

/** Mirrors of both directions. */
export function registerMirrors(routes: Routes, gitlab: GitLab): void {
    const base = "/projects/:id/remote_mirrors";
    const fields = {
        enabled: bool(),
        only_protected_branches: bool(),
        keep_divergent_refs: bool(),
        mirror_branch_regex: clearable(),
        auth_method: oneOf("password", "ssh_public_key"),
    };
    const find = (call: Call, project: Project): PlainRecord => {
        const found = project.pushMirrors.find((each) => each.id === call.number("mirror_id"));
        if (!found) {
            throw notFound("Remote Mirror");
        }
        return found;
    };
    routes.get(base, (call) => call.page(call.project(Level.maintainer).pushMirrors, (each) => each));
    routes.get(`${base}/:mirror_id`, (call) => find(call, call.project(Level.maintainer)));
    routes.post(base, (call) => {
        const project = call.project(Level.maintainer);
        const wanted = call.parse({ ...fields, url: required(filled()) });
        if (!/^(https?|ssh|git):\/\/[^/]/.test(wanted.url)) {
            throw invalid({ url: ["is blocked: Only allowed schemes are http, https, ssh, git"] });
        }
        if (!URL.canParse(wanted.url)) {
            throw invalid({ url: ["is blocked: URI is invalid"] });
        }
        const made: PlainRecord = {
            enabled: false,
            only_protected_branches: false,
            keep_divergent_refs: false,
            mirror_branch_regex: null,
            auth_method: "password",
            ...wanted,
            id: gitlab.nextId("mirror"),
            url: withoutSecrets(wanted.url).replace("REDACTED", "*****"),
            update_status: "none",
            last_error: null,
            last_update_at: null,
            last_update_started_at: null,
            last_successful_update_at: null,
        };
        project.pushMirrors.push(made);
        project.mirrorTargets = { ...project.mirrorTargets, [made.id]: mirrorTarget(wanted.url) };
        return made;
    });
    routes.put(`${base}/:mirror_id`, (call) => {
        const mirror = find(call, call.project(Level.maintainer));
        Object.assign(mirror, call.parse(fields));
        return mirror;
    });
    routes.delete(`${base}/:mirror_id`, (call) => {
        const project = call.project(Level.maintainer);
        const mirror = find(call, project);
        project.pushMirrors = project.pushMirrors.filter((each) => each !== mirror);
        delete project.mirrorTargets?.[mirror.id];
    });
    routes.post(`${base}/:mirror_id/sync`, (call) => {
        const project = call.project(Level.maintainer);
        const mirror = find(call, project);
        if (mirror["enabled"] !== true) {
            throw invalid("Cannot proceed with the push mirroring. Please verify your mirror configuration.");
        }
        pushToMirror(gitlab, project, mirror);
    });
    const pull = "/projects/:id/mirror/pull";
    routes.get(pull, (call) => {
        call.requirePremium();
        const { pullMirror } = call.project(Level.maintainer);
        if (!pullMirror) {
            throw noRoute();
        }
        return showPullMirror(pullMirror);
    });
    routes.put(pull, (call) => {
        call.requirePremium();
        const project = call.project(Level.maintainer);
        return showPullMirror(
            mirrorFrom(
                gitlab,
                project,
                call.user,
                call.parse({
                    url: text(),
                    enabled: bool(),
                    auth_user: text(),
                    auth_password: text(),
                    mirror_trigger_builds: bool(),
                    only_mirror_protected_branches: bool(),
                    mirror_overwrites_diverged_branches: bool(),
                    mirror_branch_regex: clearable(),
                }),
            ),
        );
    });
    routes.post(pull, (call) => {
        call.requirePremium();
        const project = call.project(Level.maintainer);
        if (!isMirror(project)) {
            throw invalid("The project is not mirrored");
        }
        pullNow(gitlab, project);
        call.status(202);
        return null;
    });
}
