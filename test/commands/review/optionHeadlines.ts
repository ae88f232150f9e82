/**
 * The headlines of a change of each option, as JSON on stdout: a program of its own, because Node's test runner follows every
 * promise of what it runs, which is half of the time that a recorded program takes.
 */
import type { Language } from "../../../estate/model";
import { noteOf } from "../../../commands/review/note";
import { changeBetween, modelOf } from "./changes";
import { enginesOf, optionCase, optionChanges, type EngineName } from "./optionChanges";
import { source } from "./steps";

/** What a review's headline says of one change; the error where there is none. */
export interface Headlines extends Partial<Record<Language, string>> {
    readonly path: string;
    readonly engine: EngineName;
    readonly error?: string;
}

async function headlinesOf(path: string, engine: EngineName): Promise<Headlines> {
    try {
        const { before, after } = optionCase(path, engine);
        const found = { ...source([]), ...(await changeBetween(modelOf(before), modelOf(after))) };
        const said = (language: Language): string => noteOf({ ...found, language }).headline;
        return { path, engine, en: said("en"), zh: said("zh") };
    } catch (error) {
        return {
            path,
            engine,
            error: error instanceof Error ? (error.stack ?? error.message) : String(error),
        };
    }
}

async function main(): Promise<void> {
    const found: Headlines[] = [];
    for (const path of Object.keys(optionChanges)) {
        for (const engine of enginesOf(path)) {
            found.push(await headlinesOf(path, engine));
        }
    }
    process.stdout.write(JSON.stringify(found));
}

if (require.main === module) {
    void main();
}
