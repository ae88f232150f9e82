import { createHash } from "node:crypto";
import type { Call, Routes } from "../call";
import { forbidden, notFound } from "../errors";
import { emitNote } from "../events";
import type { GitLab } from "../gitlab";
import { Level, type MergeRequest, type Note, type Project } from "../model";
import { bool, filled, oneOf, required, text, type Input } from "../params";
import { basicUser } from "../present";
import { base, readable, findRequest } from "./mergeRequests";

/** Notes and discussions of merge requests. */
export function registerNotes(routes: Routes, gitlab: GitLab): void {
    const show = (project: Project, request: MergeRequest, note: Note): Input => ({
        id: note.id,
        type: note.resolvable ? "DiscussionNote" : null,
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
        confidential: false,
        internal: false,
    });
    const add = (
        call: Call,
        project: Project,
        request: MergeRequest,
        body: string,
        thread?: string,
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
        const wanted = call.parse({ sort: oneOf("asc", "desc"), order_by: text() });
        const sorted = wanted.sort === "asc" ? request.notes : [...request.notes].reverse();
        return call.page(sorted, (note) => show(project, request, note));
    });
    routes.get(`${notes}/:note_id`, (call) => {
        const project = readable(call);
        const request = findRequest(call, project);
        return show(project, request, findNote(call, request));
    });
    routes.post(notes, (call) => {
        const project = commentable(call);
        const request = findRequest(call, project);
        const { body } = call.parse({ body: required(filled()) });
        return show(project, request, add(call, project, request, body));
    });
    routes.put(`${notes}/:note_id`, (call) => {
        const project = commentable(call);
        const request = findRequest(call, project);
        const note = findNote(call, request);
        if (note.authorId !== call.user.id && call.projectLevel(project) < Level.maintainer) {
            throw forbidden();
        }
        note.body = call.parse({ body: required(filled()) }).body;
        note.updatedAt = gitlab.now();
        return show(project, request, note);
    });
    routes.delete(`${notes}/:note_id`, (call) => {
        const project = commentable(call);
        const request = findRequest(call, project);
        const note = findNote(call, request);
        if (note.authorId !== call.user.id && call.projectLevel(project) < Level.maintainer) {
            throw forbidden();
        }
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
    routes.post(threads, (call) => {
        const project = commentable(call);
        const request = findRequest(call, project);
        const { body } = call.parse({ body: required(filled()) });
        const note = add(call, project, request, body);
        note.resolvable = true;
        return showThread(project, request, note.discussionId);
    });
    routes.post(`${threads}/:discussion_id/notes`, (call) => {
        const project = commentable(call);
        const request = findRequest(call, project);
        const { body } = call.parse({ body: required(filled()) });
        return show(project, request, add(call, project, request, body, findThread(call, request)));
    });
    routes.put(`${threads}/:discussion_id`, (call) => {
        const project = call.writableProject(Level.developer);
        const request = findRequest(call, project);
        const id = findThread(call, request);
        const { resolved } = call.parse({ resolved: required(bool()) });
        for (const note of request.notes.filter((each) => each.discussionId === id && each.resolvable)) {
            note.resolved = resolved;
            note.resolvedById = resolved ? call.user.id : null;
        }
        return showThread(project, request, id);
    });
}
