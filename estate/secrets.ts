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
    [/\bgh[pousr]_[0-9A-Za-z]{30,}/, "a GitHub token"],
    [/\bAKIA[0-9A-Z]{16}\b/, "an AWS access key"],
];

/** Names of fields that hold secrets. */
const secretName = /(^|[_.-])(password|passwd|secret|token|private_?key|api_?key|credentials?)$/i;

/** Words that point at a secret without being one: `$webhook-token`, `secret:ns/name#field`. */
const reference = /^\$|^(secret|pullsecret|env|ext|regexp):/;

/** What secret `text` looks like, as a noun with its article; undefined when it looks like none. */
export function secretIn(text: string): string | undefined {
    return forms.find(([form]) => form.test(text))?.[1];
}

/**
 * Whether a value can be a secret at all, for fields whose name says so. What is no secret: a truth value or a number of
 * few digits, and a name of words, such as `regcred` or `web-tls`, which is what references are. A word with a digit in it
 * may be a password that people chose.
 */
function couldBeSecret(text: string): boolean {
    return (
        text !== "" &&
        !/^(?:true|false|yes|no|on|off|null|none|\d{1,3})$/i.test(text) &&
        !reference.test(text)
    );
}

/** Whether a text is a name in Kubernetes' form, made of words without digits in them: `web-tls`, `acme/vault-token`. */
function isPlainName(text: string): boolean {
    return /^[a-z]+\d?(?:[-./][a-z]+\d?)*$/.test(text) && text.length <= 63;
}

/** Fields that say where a secret is and never what it is: `pullSecret`, `tlsSecret`, an `existingSecret`. */
const namesSecret = /(?:^|[_.-])(?:(?:image_?)?pull|tls|existing|default_tls|ca|cert)_?secrets?$/i;

/** Like {@link secretIn}, and also by the name of the field the text stands in. */
export function secretAt(field: string, text: string): string | undefined {
    const snake = field.replace(/([a-z])([A-Z])/g, "$1_$2");
    return (
        secretIn(text) ??
        (secretName.test(snake) && couldBeSecret(text) && !(namesSecret.test(snake) && isPlainName(text))
            ? "a secret"
            : undefined)
    );
}
