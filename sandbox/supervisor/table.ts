/** The status of a sandbox as text for people. */
import { type SandboxStatus } from "./sandbox";
import { type PartStatus } from "./supervisor";

/** A line per part, the sum of memory, and the last problems in full. */
export function statusTable(status: SandboxStatus, now: number = Date.now()): string {
    const { supervisor, parts } = status;
    if (supervisor === undefined && parts.length === 0) {
        return "the sandbox does not run; start it with: npm run sandbox -- up";
    }
    const rows = [
        ["PART", "STATE", "PID", "UP", "MEMORY", "ADDRESS"],
        ...(supervisor === undefined
            ? []
            : [
                  [
                      "supervisor",
                      "ready",
                      String(supervisor.pid),
                      age(now - Date.parse(supervisor.startedAt)),
                      megabytes(supervisor.residentBytes),
                      "",
                  ],
              ]),
        ...parts.map((part) => [
            part.name,
            part.state,
            part.pid === undefined ? "" : String(part.pid),
            part.startedAt === undefined ? "" : age(now - Date.parse(part.startedAt)),
            part.residentBytes === undefined ? "" : megabytes(part.residentBytes),
            part.detail ?? part.url ?? "",
        ]),
    ];
    const total = parts.reduce(
        (sum, part) => sum + (part.residentBytes ?? 0),
        supervisor?.residentBytes ?? 0,
    );
    const problems = parts.filter((part) => part.problem !== undefined).map((part) => problemText(part, now));
    return [
        columns(rows),
        `${parts.filter(({ state }) => state === "ready").length} of ${parts.length} parts ready, ${megabytes(total)} in all`,
        ...(supervisor === undefined
            ? ["Nobody supervises these parts. `npm run sandbox -- up` starts them anew."]
            : []),
        ...problems,
    ].join("\n");
}

function problemText(part: PartStatus, now: number): string {
    const since = part.problemAt === undefined ? "" : ` ${age(now - Date.parse(part.problemAt))} ago`;
    const over = part.state === "ready" ? " (it runs again)" : "";
    return `\nlast problem of ${part.name}${since}${over}: ${part.problem}`;
}

/** Left-aligned columns, two spaces apart, without spaces at the end of a line. */
function columns(rows: readonly (readonly string[])[]): string {
    const widths = (rows[0] ?? []).map((_, column) =>
        Math.max(...rows.map((row) => row[column]?.length ?? 0)),
    );
    return rows
        .map((row) =>
            row
                .map((cell, column) => cell.padEnd(widths[column] ?? 0))
                .join("  ")
                .trimEnd(),
        )
        .join("\n");
}

/** "45s", "12m", "3h05m", "2d4h". */
export function age(ms: number): string {
    const all = Math.max(0, Math.floor(ms / 1000));
    const [days, hours, minutes] = [Math.floor(all / 86_400), Math.floor(all / 3600), Math.floor(all / 60)];
    if (all < 60) {
        return `${all}s`;
    }
    if (minutes < 60) {
        return `${minutes}m`;
    }
    return hours < 48 ? `${hours}h${String(minutes % 60).padStart(2, "0")}m` : `${days}d${hours % 24}h`;
}

function megabytes(bytes: number): string {
    return `${Math.round(bytes / 1024 / 1024)} MB`;
}
