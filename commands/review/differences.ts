/** What objects and files look like before and after, as differences of texts without secrets. Pure. */
import { createTwoFilesPatch } from "diff";
import { stringify } from "yaml";
import type { Language } from "../../estate/model";
import { kindOf, mapOf, textOf, type Change, type Properties } from "./change";
import { hideIn, hideSecrets } from "./hide";
import type { Names } from "./names";

/** One object or file. */
export interface Difference {
    readonly title: string;
    readonly kind: Change["kind"];
    /** A unified difference without the lines that name files. */
    readonly patch: string;
}

/** Longest text that is compared line by line. */
const longestText = 200_000;

/** Of everything that changes, what is deleted and changed first: what is new is read last. */
export function differences(changes: readonly Change[], names: Names, language: Language): Difference[] {
    const order: readonly Change["kind"][] = ["replace", "update", "delete", "forget", "adopt", "create"];
    return changes
        .map((each, index) => ({ each, index }))
        .sort((a, b) => order.indexOf(a.each.kind) - order.indexOf(b.each.kind) || a.index - b.index)
        .flatMap(({ each }) => {
            const patch = patchOf(each, names, language);
            return patch === "" ? [] : [{ title: names.titled(each), kind: each.kind, patch }];
        });
}

function patchOf(each: Change, names: Names, language: Language): string {
    const [was, is] = [each.before, each.after].map((side) => textFor(each, side, names)) as [string, string];
    if (was === is) {
        return "";
    }
    if (was.length + is.length > longestText) {
        return language === "zh"
            ? `（太长，不逐行比较：${was.length} → ${is.length} 个字符）`
            : `(too long to compare line by line: ${was.length} -> ${is.length} characters)`;
    }
    const patch = createTwoFilesPatch("before", "after", was, is, undefined, undefined, {
        context: 3,
        timeout: 2000,
    });
    // A comparison that takes too long is none.
    return (patch ?? "")
        .split("\n")
        .filter((line) => !/^(===|--- before|\+\+\+ after|\\ No newline)/.test(line))
        .join("\n")
        .trimEnd();
}

/** A file's own text; anything else as YAML, texts of many lines in it as such. */
function textFor(each: Change, properties: Properties | undefined, names: Names): string {
    if (properties === undefined) {
        return "";
    }
    if (kindOf(each.type) === "RepositoryFile") {
        const content = textOf(properties["content"]) ?? "";
        const text =
            properties["encoding"] === "base64" ? Buffer.from(content, "base64").toString("utf8") : content;
        return `${hideSecrets(text).trimEnd()}\n`;
    }
    const metadata = mapOf(properties["metadata"]);
    const repository = names.containerOf(each);
    const readable = {
        ...properties,
        ...(Object.keys(metadata).length === 0
            ? {}
            : { metadata: Object.fromEntries(Object.entries(metadata).sort()) }),
        // By its path, not by its number.
        ...(each.type.startsWith("gitlab:") &&
        repository?.id !== undefined &&
        repository.id === properties["project"]
            ? { project: names.repositoryOf(each) }
            : {}),
    };
    return stringify(hideIn(readable, each.type), { sortMapEntries: true, lineWidth: 0 });
}
