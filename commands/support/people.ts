/**
 * People whose user name changed on GitLab, as the spec says by now. A membership is named after the person, so another name
 * is another membership to the engine, made before the old one goes; GitLab refuses a second one of the same person.
 */
import type { Estate } from "../../estate/model";
import { userNamed } from "../doctor/gitlab/facts";
import type { Ask } from "../doctor/http";
import { CommandError } from "./console";
import { liveResources, type ExportedStack } from "./exported";
import { nameOf } from "./urn";

/** A membership that goes on under another name. */
export interface NewName {
    readonly urn: string;
    readonly team: string;
    readonly before: string;
    readonly now: string;
}

/** A membership of somebody whom the team does not name any more, and those of the team who have none. */
export interface Gone {
    readonly urn: string;
    readonly team: string;
    readonly name: string;
    readonly userId: unknown;
    readonly candidates: readonly string[];
}

/** Memberships whose person may have another name now: somebody is gone from the team, and somebody is new. Pure. */
export function goneMembers({ teams }: Pick<Estate, "teams">, exported: ExportedStack): Gone[] {
    const memberships = liveResources(exported).filter(
        ({ type }) => type === "gitlab:index/groupMembership:GroupMembership",
    );
    return Object.values(teams).flatMap(({ name: team, maintainers, developers }) =>
        ["team", "guarded"].flatMap((kind) => {
            const prefix = `${kind}-${team}-member-`;
            const own = memberships
                .filter(({ urn }) => nameOf(urn).startsWith(prefix))
                .map((each) => ({ ...each, name: nameOf(each.urn).slice(prefix.length) }));
            const named = kind === "team" ? [...maintainers, ...developers] : maintainers;
            const candidates = named.filter((user) => !own.some(({ name }) => name === user));
            return own
                .filter(({ name }) => candidates.length > 0 && !named.includes(name))
                .map(({ urn, name, inputs }) => ({
                    urn,
                    team,
                    name,
                    userId: inputs?.["userId"],
                    candidates,
                }));
        }),
    );
}

/** Those of them whose person GitLab knows by one of the new names. */
export async function newNames(gone: readonly Gone[], ask: Ask): Promise<NewName[]> {
    const numbers = new Map<string, unknown>();
    for (const user of new Set(gone.flatMap(({ candidates }) => candidates))) {
        const { answered, status, found } = await userNamed(ask, user);
        if (!answered) {
            throw new CommandError(
                `GitLab does not say who ${user} is: status ${status}. Nothing was changed; run it again.`,
            );
        }
        numbers.set(user, found?.["id"]);
    }
    return gone.flatMap(({ urn, team, name, userId, candidates }) => {
        const now = candidates.find((user) => userId !== undefined && numbers.get(user) === userId);
        return now === undefined ? [] : [{ urn, team, before: name, now }];
    });
}

/** The state with memberships under their new names. Pure. */
export function withNewNames<T extends ExportedStack>(exported: T, names: readonly NewName[]): T {
    const urns = new Map(
        names.map(({ urn, before, now }) => [urn, `${urn.slice(0, urn.length - before.length)}${now}`]),
    );
    // A URN is in a state as a whole text: of the resource itself, and where others name it.
    return JSON.parse(JSON.stringify(exported), (_key, value: unknown) =>
        typeof value === "string" ? (urns.get(value) ?? value) : value,
    ) as T;
}
