/** A disruptive change in words. */
import type { Refusal, SaidInChinese } from "../../doctor/finding";

/** What is refused, in both languages. */
export function finding(
    id: string,
    path: string,
    value: unknown,
    { rule, fix }: Pick<Refusal, "rule" | "fix">,
    zh: SaidInChinese,
): Refusal {
    return { id, path, value, rule, fix, zh, severity: "error" };
}
