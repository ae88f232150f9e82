/** JUnit reports of jobs, as GitLab counts them in a pipeline's test report. */
export interface TestCase {
    readonly status: "success" | "failed" | "error" | "skipped";
    readonly name: string;
    readonly classname: string;
    readonly file: string | null;
    readonly execution_time: number;
    readonly system_output: string | null;
    readonly stack_trace: null;
}

/** The cases of a report. Nothing is left out but what is no `testcase`. */
export function readJunit(text: string): TestCase[] {
    const cases: TestCase[] = [];
    for (const [, attributes = "", , inner = ""] of text.matchAll(
        /<testcase\b((?:[^>"']|"[^"]*"|'[^']*')*?)(\/>|>([\s\S]*?)<\/testcase>)/g,
    )) {
        const found =
            /<(failure|error|skipped)\b((?:[^>"']|"[^"]*"|'[^']*')*?)(?:\/>|>([\s\S]*?)<\/\1>)/.exec(inner);
        const said = found && (plain(found[3] ?? "") || attribute(found[2] ?? "", "message"));
        cases.push({
            status: found
                ? found[1] === "failure"
                    ? "failed"
                    : (found[1] as "error" | "skipped")
                : "success",
            name: attribute(attributes, "name") ?? "",
            classname: attribute(attributes, "classname") ?? "",
            file: attribute(attributes, "file") ?? null,
            execution_time: Number(attribute(attributes, "time") ?? 0) || 0,
            system_output: said || null,
            stack_trace: null,
        });
    }
    return cases;
}

function attribute(text: string, name: string): string | undefined {
    const found = new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(text);
    return found ? decode(found[1] ?? found[2] ?? "") : undefined;
}

function plain(text: string): string {
    const cdata = /^\s*<!\[CDATA\[([\s\S]*?)\]\]>\s*$/.exec(text);
    return (cdata?.[1] ?? decode(text)).trim();
}

function decode(text: string): string {
    const named: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
    return text.replace(
        /&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi,
        (whole, ten?: string, hex?: string, name = "") =>
            ten !== undefined
                ? String.fromCodePoint(Number(ten))
                : hex !== undefined
                  ? String.fromCodePoint(parseInt(hex, 16))
                  : (named[name as string] ?? whole),
    );
}

/** How many of each, and how long they took. */
export function countCases(cases: readonly TestCase[]): Record<string, number> {
    const count = (status: string): number => cases.filter((each) => each.status === status).length;
    return {
        total_time: cases.reduce((sum, each) => sum + each.execution_time, 0),
        total_count: cases.length,
        success_count: count("success"),
        failed_count: count("failed"),
        skipped_count: count("skipped"),
        error_count: count("error"),
    };
}
