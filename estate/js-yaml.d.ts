/** The part of js-yaml that is used; the package comes without types. */
declare module "js-yaml" {
    /** A set of rules for what plain words mean. */
    export interface Schema {
        readonly name?: string;
    }
    /** YAML 1.2 core: null, booleans and numbers; a date stays a text. */
    export const CORE_SCHEMA: Schema;
    /** Why a text is no YAML. */
    export class YAMLException extends Error {
        /** The problem without the excerpt of the text. */
        readonly reason: string;
    }
    /** Every document of a text. @throws YAMLException */
    export function loadAll(
        text: string,
        iterator?: null,
        options?: { readonly schema?: Schema; readonly filename?: string },
    ): unknown[];
    /** The one document of a text; undefined for an empty one. @throws YAMLException */
    export function load(text: string, options?: { readonly schema?: Schema }): unknown;
    /**
     * @param options `lineWidth`: where long texts are folded, -1 for nowhere; `noRefs`: what occurs twice is written twice
     * instead of referred to; `flowLevel`: from which depth on lists and maps are on one line, in brackets.
     */
    export function dump(
        value: unknown,
        options?: { readonly lineWidth?: number; readonly noRefs?: boolean; readonly flowLevel?: number },
    ): string;
}
