/** Templates in Go's language that the spec passes on to an engine. Pure. */

/**
 * What is wrong with a template, as far as it shows without running it; undefined where nothing is.
 *
 * @param fields names that the engine fills in, of every depth; absent: any.
 */
export function templateFault(text: string, fields?: readonly string[]): string | undefined {
    const action = /\{\{-?(.*?)-?\}\}/gs;
    const actions = [...text.matchAll(action)].map(([, inner = ""]) => inner.trim());
    if (/\{\{|\}\}/.test(text.replace(action, ""))) {
        return "must close each {{ by a }}";
    }
    if (actions.includes("")) {
        return "must say something between {{ and }}";
    }
    const opened = actions.filter((each) => /^(?:range|if|with|block|define)\b/.test(each)).length;
    if (opened !== actions.filter((each) => each === "end").length) {
        return "must have an {{end}} for each range, if and with";
    }
    const unknown = actions
        .flatMap((each) => [...each.replace(/"(?:\\.|[^"\\])*"|`[^`]*`/g, "").matchAll(/\.([A-Za-z_]\w*)/g)])
        .map(([, name = ""]) => name)
        .find((name) => fields?.includes(name) === false);
    return unknown === undefined
        ? undefined
        : `must name what there is: .${unknown} is not one of ${(fields ?? []).map((each) => `.${each}`).join(", ")}`;
}
