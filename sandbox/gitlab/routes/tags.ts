import { anyGranted, covers } from "../access";
import type { Routes } from "../call";
import { ApiError, invalid, notFound } from "../errors";
import { zeroSha } from "../git";
import type { GitLab } from "../gitlab";
import { Level, type Project } from "../model";
import { filled, oneOf, required, text, type Input } from "../params";
import { showCommit } from "../present";
import { authorOf, updateRef } from "../repository";
import { validRef } from "./branches";

/** Tags, light and annotated. */
export function registerTags(routes: Routes, gitlab: GitLab): void {
    const { git } = gitlab;
    const readable = { scopes: ["api", "read_api", "read_repository"] };
    const show = async (project: Project, tag: string, sha: string, target: string): Promise<Input> => {
        const annotated = sha !== target;
        const message = annotated
            ? (
                  await git.run(project.id, ["for-each-ref", "--format=%(contents)", `refs/tags/${tag}`])
              ).trimEnd()
            : "";
        const commit = await git.commit(project.id, target);
        const release = project.releases.find((each) => each.tag === tag);
        return {
            name: tag,
            message,
            target: sha,
            commit: showCommit(gitlab, project, commit),
            release: release ? { tag_name: tag, description: release.description } : null,
            protected: project.protectedTags.some((each) => covers(each.name, tag)),
            created_at: annotated ? commit.committedDate : null,
        };
    };
    routes.get(
        "/projects/:id/repository/tags",
        async (call) => {
            const project = call.codeProject();
            const wanted = call.parse({
                search: text(),
                order_by: oneOf("name", "updated", "version"),
                sort: oneOf("asc", "desc"),
            });
            const search = (wanted.search ?? "").replace(/^\^|\$$/g, "");
            const sortKey =
                wanted.order_by === "name"
                    ? "refname"
                    : wanted.order_by === "version"
                      ? "version:refname"
                      : "creatordate";
            const names = (
                await git.run(project.id, [
                    "for-each-ref",
                    `--sort=${wanted.sort === "asc" ? "" : "-"}${sortKey}`,
                    "--format=%(refname)",
                    "refs/tags/",
                ])
            )
                .split("\n")
                .filter((ref) => ref.includes(search) && ref !== "");
            const refs = await git.refs(project.id, "refs/tags/");
            return call.pageAsync(names, (ref) => {
                const tip = refs.get(ref) ?? { sha: "", target: "" };
                return show(project, ref.slice("refs/tags/".length), tip.sha, tip.target);
            });
        },
        readable,
    );
    routes.get(
        "/projects/:id/repository/tags/:tag",
        async (call) => {
            const project = call.codeProject();
            const tag = call.id("tag");
            const tip = (await git.refs(project.id, `refs/tags/${tag}`)).get(`refs/tags/${tag}`);
            if (!tip) {
                throw notFound("Tag");
            }
            return show(project, tag, tip.sha, tip.target);
        },
        readable,
    );
    routes.post("/projects/:id/repository/tags", async (call) => {
        const project = call.writableProject(Level.developer);
        const wanted = call.parse({
            tag_name: required(filled()),
            ref: required(filled()),
            message: text(),
        });
        const tag = wanted.tag_name;
        if (!validRef(tag)) {
            throw invalid("Tag name invalid");
        }
        if ((await git.resolve(project.id, `refs/tags/${tag}`)) !== undefined) {
            throw invalid(`Tag ${tag} already exists`);
        }
        const target = await git.resolve(project.id, wanted.ref);
        if (target === undefined) {
            throw invalid(`Target ${wanted.ref} is invalid`);
        }
        let sha = target;
        if (wanted.message !== undefined && wanted.message !== "") {
            const tagger = authorOf(call.user);
            const now = Math.floor(Date.now() / 1000);
            const object =
                `object ${target}\ntype commit\ntag ${tag}\n` +
                `tagger ${tagger.name} <${tagger.email}> ${now} +0000\n\n${wanted.message}\n`;
            sha = (await git.run(project.id, ["mktag"], { input: object })).trim();
        }
        await updateRef(gitlab, project, call.user, {
            ref: `refs/tags/${tag}`,
            oldSha: zeroSha,
            newSha: sha,
        });
        return show(project, tag, sha, target);
    });
    routes.delete("/projects/:id/repository/tags/:tag", async (call) => {
        const project = call.writableProject(Level.developer);
        const ref = `refs/tags/${call.id("tag")}`;
        const tip = (await git.refs(project.id, ref)).get(ref);
        if (!tip) {
            throw notFound("Tag");
        }
        const protections = project.protectedTags.filter((each) => covers(each.name, call.id("tag")));
        if (
            protections.length > 0 &&
            !protections.some((each) => anyGranted(gitlab, each.create, call.user, project))
        ) {
            throw new ApiError(403, { message: "403 Forbidden" });
        }
        await updateRef(gitlab, project, call.user, { ref, oldSha: tip.sha, newSha: zeroSha });
        project.releases = project.releases.filter((each) => `refs/tags/${each.tag}` !== ref);
    });
}
