/** The file by which included pipelines get their settings: who writes it, and who reads it to say what changes. Pure. */

/** Key of the variable that names the file; in a repository that apps share it ends in an app's own part. */
export const settingsKey = "ESTATE_SETTINGS";

/** The same for what jobs of one environment have beside it. */
export const laneSettingsKey = `${settingsKey}_LANE`;

/** One setting in the file, which a shell reads. What a job has already stays: a variable of the project, of the job, or of one of its environments counts. */
export function settingLine(key: string, value: string): string {
    return `[ -n "\${${key}+set}" ] || export ${key}='${value.replaceAll("'", `'\\''`)}'\n`;
}

/** The settings of such a file. */
export function readSettings(text: string): Record<string, string> {
    const lines = text.matchAll(/^\[ -n "\$\{(\w+)\+set\}" \] \|\| export \1='((?:[^']|'\\'')*)'$/gm);
    return Object.fromEntries(
        [...lines].map(([, key = "", value = ""]) => [key, value.replaceAll(`'\\''`, "'")]),
    );
}
