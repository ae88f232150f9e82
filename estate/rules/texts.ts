import { unseen, type Problem } from "../problem";

/** Texts of several lines: what is below `values` is the chart's, the others are files, programs or messages. */
const severalLines =
    /(?:^|\.)(?:values\..+|patch|jqPathExpressions\.\d+|pem|message|description|hold)$|^notSecrets\./;

/**
 * Texts with characters that nobody sees and some server refuses, or shows as something else; keys that JavaScript takes for
 * its own. Known keys or not.
 */
export function unseenIn(raw: unknown, path: readonly string[] = []): Problem[] {
    const where = path.join(".");
    if (typeof raw === "string") {
        const text = severalLines.test(where) ? raw.replace(/[\n\t\r]/g, "") : raw;
        const [found] = text.match(unseen) ?? [];
        return found === undefined
            ? []
            : [
                  {
                      path: where,
                      value: raw,
                      id: "unseen-characters",
                      rule: "must have no control characters, and none that change the direction of reading or have no width",
                      fix: `take away the character U+${(found.codePointAt(0) ?? 0).toString(16).padStart(4, "0").toUpperCase()}`,
                      severity: "error",
                  },
              ];
    }
    if (typeof raw !== "object" || raw === null) {
        return [];
    }
    return Object.entries(raw).flatMap(([key, value]) =>
        key === "__proto__"
            ? [
                  {
                      path: [...path, key].join("."),
                      value: key,
                      id: "unseen-characters",
                      rule: "must be a key that the program's language can hold",
                      fix: "rename the key",
                      severity: "error",
                  },
              ]
            : unseenIn(value, [...path, key]),
    );
}
