import type { Call, Routes } from "../call";
import { invalid, notFound } from "../errors";
import type { GitLab } from "../gitlab";
import { Level, type Group, type Project, type User } from "../model";
import { filled, type Input } from "../params";
import { basicUser } from "../present";
import { randomText } from "../secrets";
import { place } from "./members";
import { addPersonalToken, showToken } from "./tokens";

/** Service accounts of groups and projects: users without a person, with their own tokens. */
export function registerServiceAccounts(routes: Routes, gitlab: GitLab): void {
    for (const kind of ["groups", "projects"] as const) {
        const base = `/${kind}/:id/service_accounts`;
        const open = (call: Call): Group | Project => {
            const { space } = place(call, kind, kind === "groups" ? Level.owner : Level.maintainer);
            return space;
        };
        const ownerOf = (space: Group | Project): number => ("namespaceId" in space ? -space.id : space.id);
        const accounts = (space: Group | Project): User[] =>
            gitlab.state.users.filter(
                (user) => user.kind === "service_account" && user.ownerGroupId === ownerOf(space),
            );
        const find = (call: Call): User => {
            const found = accounts(open(call)).find((each) => each.id === call.number("user_id"));
            if (!found) {
                throw notFound("User");
            }
            return found;
        };
        const show = (user: User): Input => ({ ...basicUser(gitlab, user), email: user.email });
        routes.get(base, (call) => call.page(accounts(open(call)), show));
        routes.post(base, (call) => {
            const space = open(call);
            const wanted = call.parse({ name: filled(), username: filled(), email: filled() });
            const suffix = randomText(16).toLowerCase();
            const username = wanted.username ?? `service_account_${kind.slice(0, -1)}_${space.id}_${suffix}`;
            if (gitlab.userNamed(username)) {
                throw invalid("Username has already been taken");
            }
            return show(
                gitlab.addUser({
                    username,
                    name: wanted.name ?? "Service account user",
                    email: wanted.email ?? `${username}@noreply.${new URL(gitlab.url).hostname}`,
                    kind: "service_account",
                    createdById: call.user.id,
                    ownerGroupId: ownerOf(space),
                }),
            );
        });
        routes.patch(`${base}/:user_id`, (call) => {
            const user = find(call);
            const wanted = call.parse({ name: filled(), username: filled(), email: filled() });
            Object.assign(user, wanted);
            return show(user);
        });
        routes.delete(`${base}/:user_id`, (call) => {
            gitlab.deleteUser(find(call));
        });
        const tokens = `${base}/:user_id/personal_access_tokens`;
        routes.get(tokens, (call) => {
            const user = find(call);
            const found = gitlab.state.tokens.filter((token) => token.userId === user.id);
            return call.page(found, (token) => showToken(gitlab, token));
        });
        routes.post(tokens, (call) => addPersonalToken(gitlab, call, find(call)));
        routes.delete(`${tokens}/:token_id`, (call) => {
            const user = find(call);
            const token = gitlab.state.tokens.find(
                (each) => each.userId === user.id && each.id === call.number("token_id"),
            );
            if (!token) {
                throw notFound();
            }
            token.revoked = true;
        });
    }
}
