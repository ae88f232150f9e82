/** What the pack says, in each of its languages. Pure. */
import type { Language } from "../estate/model";

export type { Language };

/** One sentence in every language; names of resources and properties are the same in all of them. */
export type Words = Readonly<Record<Language, string>>;

/** A sentence. */
export function words(en: string, zh: string): Words {
    return { en, zh };
}

/** The variable by which who runs the pack says in which language it reports. */
export const languageVariable = "ESTATE_LANGUAGE";

/** The language that the pack reports in: English, unless somebody asks for another one. */
export function packLanguage(environment: Readonly<Record<string, string | undefined>>): Language {
    return environment[languageVariable] === "zh" ? "zh" : "en";
}
