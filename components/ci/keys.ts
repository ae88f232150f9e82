/** Variables of pipelines, by the keys they have. Pure. */

/** Variables by key, nothing secret. */
export type Settings = Readonly<Record<string, string>>;

/** Part of a variable's key made of a name: `my-app` → `MY_APP`. */
export function keyPart(name: string): string {
    return name.toUpperCase().replace(/[^A-Z0-9]/g, "_");
}
