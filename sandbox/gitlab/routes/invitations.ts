import type { Call, Routes } from "../call";
import { invalid, notFound, noRoute } from "../errors";
import type { GitLab } from "../gitlab";
import { Level, type Invitation, type Group, type Project } from "../model";
import { day, filled, oneOfNumbers, required } from "../params";
import { refuseAbove, place, roles } from "./members";

/** Invitations by mail to a group or project, as records: no mail is sent, so nobody takes one up. */
export function registerInvitations(routes: Routes, gitlab: GitLab): void {
    for (const kind of ["projects", "groups"] as const) {
        const base = `/${kind}/:id/invitations`;
        const at = (call: Call): { space: Group | Project; level: number } =>
            place(call, kind, kind === "groups" ? Level.owner : Level.maintainer);
        const list = ({ invitations = [] }: Group | Project): Invitation[] => invitations;
        routes.get(base, (call) =>
            call.page(list(at(call).space), (each) => ({
                id: each.id,
                invite_email: each.email,
                access_level: each.accessLevel,
                created_at: each.createdAt,
                expires_at: each.expiresAt,
                user_name: null,
                created_by_name: gitlab.user(each.createdById)?.name ?? null,
            })),
        );
        routes.post(base, (call) => {
            const { space, level } = at(call);
            const wanted = call.parse({
                email: required(filled()),
                access_level: required(oneOfNumbers(...roles)),
                expires_at: day(),
            });
            refuseAbove(level, wanted.access_level);
            if (!/^[^@\s,]+@[^@\s,]+$/.test(wanted.email)) {
                throw invalid({ invite_email: ["is invalid"] });
            }
            if (gitlab.state.users.some(({ email }) => email === wanted.email)) {
                // Who has an account becomes a member at once; here that is made by the members' own calls.
                throw noRoute();
            }
            if (list(space).some(({ email }) => email === wanted.email)) {
                return { status: "error", message: { [wanted.email]: "has already been invited" } };
            }
            space.invitations = [
                ...list(space),
                {
                    id: gitlab.nextId("invitation"),
                    email: wanted.email,
                    accessLevel: wanted.access_level,
                    createdAt: gitlab.now(),
                    createdById: call.user.id,
                    expiresAt: wanted.expires_at ?? null,
                },
            ];
            return { status: "success" };
        });
        routes.delete(`${base}/:email`, (call) => {
            const { space } = at(call);
            const email = call.id("email");
            const found = list(space).find((each) => each.email === email);
            if (!found) {
                throw notFound();
            }
            space.invitations = list(space).filter((each) => each !== found);
        });
    }
}
