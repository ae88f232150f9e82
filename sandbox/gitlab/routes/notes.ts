import { createHash } from "node:crypto";
import type { Call, Routes } from "../call";
import { readPosition } from "../diffPosition";
import { badParameters, badRequest, forbidden, notFound } from "../errors";
import { emitNote } from "../events";
import type { GitLab } from "../gitlab";
import { mergeWhenReady } from "../mergeRequests";
import { Level, type DiffPosition, type MergeRequest, type Note, type Project } from "../model";
import { bool, filled, timestamp, object, oneOf, required, text, type Input } from "../params";
import { basicUser } from "../present";
import { quickActions } from "../quickActions";
import { base, readable, findRequest } from "./mergeRequests";

/** Notes and discussions of merge requests. */
export function registerNotes(routes: Routes, gitlab: GitLab): void {
    const show = (project: Project, request: MergeRequest, note: Note): Input => ({
        id: note.id,
        type: note.position ? "DiffNote" : note.resolvable ? "DiscussionNote" : null,
        body: note.body,
        author: basicUser(gitlab, gitlab.user(note.authorId)),
        created_at: note.createdAt,
        updated_at: note.updatedAt,
        system: note.system,
        noteable_id: request.id,
        noteable_type: "MergeRequest",
        project_id: project.id,
        noteable_iid: request.iid,
        resolvable: note.resolvable,
        ...(note.resolvable
            ? { resolved: note.resolved, resolved_by: basicUser(gitlab, gitlab.user(note.resolvedById)) }
            : {}),
        ...(note.position ? { commit_id: null, position: note.position } : {}),
        confidential: false,
        internal: false,
        imported: false,
        imported_from: "none",
        commands_changes: {},
    });
    /**
     * Carries out what a text commands and gives what is left of it to be noted; undefined when nothing is.
     * @throws ApiError 400 when there are only commands and none could be carried out.
     */
    const command = async (
        call: Call,
        project: Project,
        request: MergeRequest,
        body: string,
    ): Promise<{ body: string; changes: Input } | { only: Input }> => {
        const found = await quickActions({ gitlab, project, user: call.user, request }, body);
        if (!found.any || found.body !== "") {
            return { body: found.body, changes: found.changes };
        }
        if (found.done.length === 0) {
            throw badRequest("Failed to apply commands.");
        }
        call.status(202);
        return { only: { commands_changes: found.changes, summary: [found.done.join(" ")] } };
    };
    const add = (
        call: Call,
        project: Project,
        request: MergeRequest,
        body: string,
        thread?: string,
        position?: DiffPosition,
    ): Note => {
        const now = gitlab.now();
        const id = gitlab.nextId("note");
        const first = request.notes.find((note) => note.discussionId === thread);
        const note: Note = {
            id,
            discussionId:
                thread ?? createHash("sha1").update(`${project.id}/${request.iid}/${id}`).digest("hex"),
            body,
            authorId: call.user.id,
            system: false,
            resolvable: first?.resolvable ?? false,
            resolved: false,
            resolvedById: null,
            createdAt: now,
            updatedAt: now,
            ...(position === undefined ? {} : { position }),
        };
        request.notes.push(note);
        request.updatedAt = now;
        emitNote(gitlab, project, call.user, request, note);
        return note;
    };
    const findNote = (call: Call, request: MergeRequest): Note => {
        const note = request.notes.find((each) => each.id === call.number("note_id"));
        if (!note) {
            throw notFound("Note");
        }
        return note;
    };
    const mayChange = (call: Call, project: Project, note: Note): void => {
        if (note.authorId !== call.user.id && call.projectLevel(project) < Level.maintainer) {
            throw forbidden();
        }
    };
    const commentable = (call: Call): Project => {
        const project = call.writableProject(Level.none);
        void call.user;
        if (call.projectLevel(project) < Level.guest && project.visibility === "private") {
            throw forbidden();
        }
        return project;
    };

    const notes = `${base}/:iid/notes`;
    routes.get(notes, (call) => {
        const project = readable(call);
        const request = findRequest(call, project);
        const wanted = call.parse({
            sort: oneOf("asc", "desc"),
            order_by: oneOf("created_at", "updated_at"),
            activity_filter: oneOf("all_notes", "only_comments", "only_activity"),
        });
        const filter = wanted.activity_filter ?? "all_notes";
        const found = request.notes.filter(
            (note) => filter === "all_notes" || note.system === (filter === "only_activity"),
        );
        if (wanted.order_by === "updated_at") {
            found.sort((a, b) => a.updatedAt.localeCompare(b.updatedAt));
        }
        return call.page(wanted.sort === "asc" ? found : found.reverse(), (note) =>
            show(project, request, note),
        );
    });
    routes.get(`${notes}/:note_id`, (call) => {
        const project = readable(call);
        const request = findRequest(call, project);
        return show(project, request, findNote(call, request));
    });
    routes.post(notes, async (call) => {
        const project = commentable(call);
        const request = findRequest(call, project);
        const wanted = call.parse({ body: required(filled()), internal: bool(), created_at: timestamp() });
        const left = await command(call, project, request, wanted.body);
        return "only" in left
            ? left.only
            : {
                  ...show(project, request, add(call, project, request, left.body)),
                  commands_changes: left.changes,
              };
    });
    routes.put(`${notes}/:note_id`, (call) => {
        const project = commentable(call);
        const request = findRequest(call, project);
        const note = findNote(call, request);
        mayChange(call, project, note);
        note.body = call.parse({ body: required(filled()) }).body;
        note.updatedAt = gitlab.now();
        return show(project, request, note);
    });
    routes.delete(`${notes}/:note_id`, (call) => {
        const project = commentable(call);
        const request = findRequest(call, project);
        const note = findNote(call, request);
        mayChange(call, project, note);
        request.notes = request.notes.filter((each) => each !== note);
    });

    const threads = `${base}/:iid/discussions`;
    const showThread = (project: Project, request: MergeRequest, id: string): Input => {
        const inThread = request.notes.filter((note) => note.discussionId === id);
        return {
            id,
            individual_note: inThread.length === 1 && !inThread[0]?.resolvable,
            notes: inThread.map((note) => show(project, request, note)),
        };
    };
    const findThread = (call: Call, request: MergeRequest): string => {
        const id = call.id("discussion_id");
        if (!request.notes.some((note) => note.discussionId === id)) {
            throw notFound("Discussion");
        }
        return id;
    };
    routes.get(threads, (call) => {
        const project = readable(call);
        const request = findRequest(call, project);
        const ids = [...new Set(request.notes.map((note) => note.discussionId))];
        return call.page(ids, (id) => showThread(project, request, id));
    });
    routes.get(`${threads}/:discussion_id`, (call) => {
        const project = readable(call);
        const request = findRequest(call, project);
        return showThread(project, request, findThread(call, request));
    });
    routes.post(threads, async (call) => {
        const project = commentable(call);
        const request = findRequest(call, project);
        const wanted = call.parse({ body: required(filled()), position: object(), commit_id: text() });
        const position =
            wanted.position === undefined ? undefined : await readPosition(gitlab, project, wanted.position);
        const left = await command(call, project, request, wanted.body);
        if ("only" in left) {
            return left.only;
        }
        const note = add(call, project, request, left.body, undefined, position);
        note.resolvable = true;
        return showThread(project, request, note.discussionId);
    });
    routes.post(`${threads}/:discussion_id/notes`, async (call) => {
        const project = commentable(call);
        const request = findRequest(call, project);
        const { body } = call.parse({ body: required(filled()) });
        const thread = findThread(call, request);
        const first = request.notes.find((note) => note.discussionId === thread);
        const left = await command(call, project, request, body);
        return "only" in left
            ? left.only
            : show(project, request, add(call, project, request, left.body, thread, first?.position));
    });
    const inThread = (call: Call, request: MergeRequest): Note => {
        const thread = findThread(call, request);
        const note = findNote(call, request);
        if (note.discussionId !== thread) {
            throw notFound("Note");
        }
        return note;
    };
    routes.get(`${threads}/:discussion_id/notes/:note_id`, (call) => {
        const project = readable(call);
        const request = findRequest(call, project);
        return show(project, request, inThread(call, request));
    });
    routes.put(`${threads}/:discussion_id/notes/:note_id`, async (call) => {
        const project = commentable(call);
        const request = findRequest(call, project);
        const note = inThread(call, request);
        const wanted = call.parse({ body: filled(), resolved: bool() });
        if ((wanted.body === undefined) === (wanted.resolved === undefined)) {
            throw badParameters([
                wanted.body === undefined
                    ? "body, resolved are missing, exactly one parameter must be provided"
                    : "body, resolved are mutually exclusive",
            ]);
        }
        if (wanted.body !== undefined) {
            mayChange(call, project, note);
            note.body = wanted.body;
            note.updatedAt = gitlab.now();
        } else if (wanted.resolved !== undefined) {
            if (call.projectLevel(project) < Level.developer && request.authorId !== call.user.id) {
                throw forbidden();
            }
            note.resolved = wanted.resolved;
            note.resolvedById = wanted.resolved ? call.user.id : null;
            await mergeWhenReady(gitlab, project, request);
        }
        return show(project, request, note);
    });
    routes.delete(`${threads}/:discussion_id/notes/:note_id`, (call) => {
        const project = commentable(call);
        const request = findRequest(call, project);
        const note = inThread(call, request);
        mayChange(call, project, note);
        request.notes = request.notes.filter((each) => each !== note);
    });
    routes.put(`${threads}/:discussion_id`, async (call) => {
        const project = call.writableProject(Level.developer);
        const request = findRequest(call, project);
        const id = findThread(call, request);
        const { resolved } = call.parse({ resolved: required(bool()) });
        for (const note of request.notes.filter((each) => each.discussionId === id && each.resolvable)) {
            note.resolved = resolved;
            note.resolvedById = resolved ? call.user.id : null;
        }
        await mergeWhenReady(gitlab, project, request);
        return showThread(project, request, id);
    });
}
