/** Estates of any size, and what their servers would say: every state that a place can be in comes up. */
import { engineOf } from "../../../estate/engines";
import type { Estate } from "../../../estate/model";
import {
    commitKey,
    nothingFound,
    type Commit,
    type Fact,
    type Found,
    type OpenRequest,
    type Running,
} from "../../../commands/board/found";
import { boardOf, wantedCommits, type Board, type BoardFacts } from "../../../commands/board/model";
import { model, type Overrides } from "../../support/estate";

export const now = new Date("2031-05-05T12:00:00Z");

/** An estate of `count` apps in teams of ten; every fifth is paused in prod, every seventh pinned in test. */
export function estateOfApps(count: number, overrides: Overrides = {}): Estate {
    const teams: Record<string, unknown> = { shop: undefined };
    const apps: Record<string, unknown> = { web: undefined, api: undefined };
    for (let index = 0; index < count; index++) {
        const team = `team${Math.floor(index / 10) + 1}`;
        teams[team] = { maintainers: ["alice"], developers: ["bob"], channels: ["ops"] };
        apps[`app-${String(index + 1).padStart(3, "0")}`] = {
            team,
            delivery: index % 2 === 0 ? "helm" : "kustomize",
            environments: {
                ...(index % 5 === 4 ? { prod: { hold: "waits for the audit" } } : {}),
                ...(index % 7 === 6 ? { test: { pin: hex(index, 10) } } : {}),
            },
        };
    }
    return model({ teams, apps, ...overrides });
}

/** Digits that differ from number to number. */
export function hex(number: number, length: number): string {
    return ((number + 1) * 2654435761).toString(16).repeat(6).slice(0, length);
}

/** What the servers of such an estate would say. */
export function foundFor(estate: Estate): Found {
    const delivered: Record<string, Running> = {};
    const requests: OpenRequest[] = [];
    for (const [index, app] of Object.values(estate.apps).entries()) {
        for (const [step, environment] of app.environments.entries()) {
            const names = engineOf(app.engine).delivered(app, environment);
            for (const [place, name] of Object.values(names).entries()) {
                if (index % 13 === 12 && step === 2) {
                    continue;
                }
                const tag = hex(index * 3 + (place === 1 && index % 6 === 5 ? 2 : 0), 10);
                delivered[name] = {
                    images: {
                        value:
                            index % 11 === 10
                                ? []
                                : [`${environment.image}:${tag}`, "docker.io/library/redis:8"],
                    },
                    health: index % 9 === 8 ? "degraded" : index % 17 === 16 ? "progressing" : "healthy",
                    sync: index % 8 === 7 ? "differs" : "synced",
                    revision: hex(index * 7 + step, 40),
                    since: new Date(now.getTime() - (index * 5 + step + 1) * 3_600_000).toISOString(),
                };
            }
        }
        if (index % 6 === 0) {
            requests.push({
                project: app.config.fullPath,
                iid: index + 1,
                title: `Promote ${app.name}`,
                author: "bob",
                at: "2031-05-04T10:00:00Z",
                from: "dev",
                into: "test",
                draft: index % 12 === 0,
                url: `${estate.gitlab.url}/${app.config.fullPath}/-/merge_requests/${index + 1}`,
            });
        }
    }
    const running = { argocd: { value: delivered } };
    return {
        ...nothingFound(estate.engines),
        running,
        requests: { value: requests },
        commits: Object.fromEntries(
            wantedCommits(estate, running).map((at): [string, Fact<Commit>] => [
                commitKey(at),
                {
                    value: {
                        id: at.ref.padEnd(40, "0"),
                        title: `Change of ${at.project}`,
                        author: "Bob Builder",
                        at: "2031-05-01T10:00:00Z",
                        url: `${estate.gitlab.url}/${at.project}/-/commit/${at.ref}`,
                    },
                },
            ]),
        ),
        credentials: {
            value: [
                { kind: "push", name: "app-app-001-push-robot", ends: "2031-05-20" },
                { kind: "push", name: "app-app-002-push-robot", ends: "2031-07-20" },
                { kind: "reader", name: "config-app-001-reader" },
            ],
        },
        tokenEnds: { value: "2031-12-31" },
    };
}

/** A board with everything known, unless `facts` say otherwise. */
export function boardFor(estate: Estate, facts: Partial<BoardFacts> = {}): Board {
    return boardOf(estate, { stack: "dev", now, live: true, found: foundFor(estate), ...facts });
}
