/** What a Harbor says of itself and of what the estate needs there. Only reads. */
import { Unreachable, type Answer, type Ask } from "../http";
import { all, assertServing, essential, noting, record, text, type Unread } from "../json";

export interface FoundProject {
    readonly name: string;
    readonly owner: string;
    readonly repositories: number;
}

export interface FoundRobot {
    readonly id: string;
    /** With the prefix. */
    readonly name: string;
    readonly description: string;
    /** Seconds since 1970; -1 for never. */
    readonly ends: number;
}

export interface HarborFacts {
    /** Why there is no answer; then nothing else is known. */
    readonly unreachable?: string;
    /** It answers, and not as Harbor's API does: what it said. */
    readonly notHarbor?: string;
    /** User name or password was refused. */
    readonly refused?: true;
    /** e.g. `v2.15.2-1234abcd`. */
    readonly version?: string;
    /** Parts that are not healthy. */
    readonly unhealthy: readonly string[];
    readonly readOnly: boolean;
    readonly authMode: string;
    /** Where Harbor sends who wants to sign in to the registry. */
    readonly externalUrl: string;
    /** `admin`: may do everything; `user`: a person without that; `robot`. */
    readonly account?: "admin" | "user" | "robot";
    /** Absent: only administrators may read it. */
    readonly settings?: { readonly robotPrefix: string; readonly quotas: boolean };
    readonly projects: readonly FoundProject[];
    /** Robots of the system. */
    readonly robots: readonly FoundRobot[];
    /** Used bytes by project. */
    readonly used: Readonly<Record<string, number>>;
    /** Lists that could not be read to their end. */
    readonly unread: readonly Unread[];
    /** Default scanner that is there and does not work: its name. */
    readonly brokenScanner?: string;
}

const nothing = {
    unhealthy: [],
    readOnly: false,
    authMode: "",
    externalUrl: "",
    projects: [],
    robots: [],
    used: {},
    unread: [],
} as const;

/** Asks a Harbor. What one call does not answer is left out; a server that does not answer is one fact. */
export async function harborFacts(ask: Ask): Promise<HarborFacts> {
    try {
        const info = await ask("GET", "/systeminfo");
        assertServing(info, "GET /systeminfo");
        if (info.status === 401) {
            return { ...nothing, refused: true };
        }
        const system = record(info.body);
        if (info.status !== 200 || typeof system["auth_mode"] !== "string") {
            return { ...nothing, notHarbor: described(info) };
        }
        const current = await essential(ask)("GET", "/users/current");
        const version = system["harbor_version"];
        if (current.status !== 200 && typeof version !== "string") {
            return { ...nothing, refused: true };
        }
        const account =
            current.status !== 200
                ? "robot"
                : record(current.body)["sysadmin_flag"] === true
                  ? "admin"
                  : "user";
        return {
            ...(typeof version === "string" ? { version } : {}),
            readOnly: system["read_only"] === true,
            authMode: text(system["auth_mode"]),
            externalUrl: text(system["external_url"]),
            account,
            ...(await inside(ask)),
        };
    } catch (error) {
        if (error instanceof Unreachable) {
            return { ...nothing, unreachable: error.message };
        }
        throw error;
    }
}

function described({ status, headers }: Answer): string {
    return headers.location === undefined ? `${status}` : `${status}, elsewhere: ${headers.location}`;
}

async function inside(
    ask: Ask,
): Promise<
    Pick<HarborFacts, "unhealthy" | "settings" | "projects" | "robots" | "used" | "unread" | "brokenScanner">
> {
    const unread: Unread[] = [];
    const noted = noting(ask, unread);
    const [health, configuration, projects, robots, quotas, scanners] = await Promise.all([
        noted("GET", "/health"),
        noted("GET", "/configurations"),
        all(ask, "/projects", "page_size", unread),
        all(ask, "/robots", "page_size", unread),
        all(ask, "/quotas?reference=project", "page_size", unread),
        all(ask, "/scanners", "page_size", unread),
    ]);
    const components = record(health.body)["components"];
    const settings = record(configuration.body);
    const value = (name: string): unknown => record(settings[name])["value"];
    const scanner = scanners.find((each) => each["is_default"] === true);
    const broken = scanner?.["disabled"] === true || scanner?.["health"] === "unhealthy";
    return {
        unhealthy: (Array.isArray(components) ? components.map(record) : [])
            .filter((each) => each["status"] !== "healthy")
            .map((each) => text(each["name"])),
        ...(configuration.status === 200
            ? {
                  settings: {
                      robotPrefix: text(value("robot_name_prefix")),
                      quotas: value("quota_per_project_enable") !== false,
                  },
              }
            : {}),
        projects: projects.map((each) => ({
            name: text(each["name"]),
            owner: text(each["owner_name"]),
            repositories: Number(each["repo_count"] ?? 0),
        })),
        robots: robots.map((each) => ({
            id: String(each["id"]),
            name: text(each["name"]),
            description: text(each["description"]),
            ends: Number(each["expires_at"] ?? -1),
        })),
        used: Object.fromEntries(
            quotas.map((each) => [
                text(record(each["ref"])["name"]),
                Number(record(each["used"])["storage"] ?? 0),
            ]),
        ),
        unread,
        ...(broken ? { brokenScanner: text(scanner?.["name"]) } : {}),
    };
}
