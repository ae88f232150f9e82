/** Recognises secrets in plain text, by what they look like and by where they stand. Pure; the policy pack uses it too. */
import { channelKinds } from "./channels";

/** Forms that nothing but a secret has. */
const forms: readonly (readonly [RegExp, string])[] = [
    [/\bgl(pat|dt|rt|cbt|ptt|ft|soat|agent)-[0-9A-Za-z_-]{16,}/, "a GitLab token"],
    [/-----BEGIN [A-Z ]*PRIVATE KEY-----/, "a private key"],
    [/\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]+:[^\s/@$]+@/i, "a URL with a password"],
    ...Object.values(channelKinds).flatMap(({ leak }) => (leak === undefined ? [] : [leak])),
    [/\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/, "a JSON web token"],
    [/\bxox[abprs]-[0-9A-Za-z-]{10,}/, "a Slack token"],
];

/** Names of fields that hold secrets. */
const secretName = /(^|[_.-])(password|passwd|secret|token|private_?key|api_?key|credentials?)$/i;

/** Words that point at a secret without being one: `$webhook-token`, `secret:ns/name#field`. */
const reference = /^\$|^(secret|pullsecret|env|ext|regexp):/;

/** What secret `text` looks like, as a noun with its article; undefined when it looks like none. */
export function secretIn(text: string): string | undefined {
    return forms.find(([form]) => form.test(text))?.[1];
}

/** Like {@link secretIn}, and also by the name of the field the text stands in. */
export function secretAt(field: string, text: string): string | undefined {
    const snake = field.replace(/([a-z])([A-Z])/g, "$1_$2");
    return (
        secretIn(text) ??
        (secretName.test(snake) && text !== "" && !reference.test(text) ? "a secret" : undefined)
    );
}
