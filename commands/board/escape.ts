/** Text from elsewhere in markup. Pure. */

const escapes: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
};

/** For text and for attribute values in quotes, of HTML and of SVG. Control characters, which XML does not have, go. */
export function escapeMarkup(text: string): string {
    return text
        .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]/g, "")
        .replace(/[&<>"']/g, (character) => escapes[character] ?? character);
}

/** An address that a browser may follow; anything that is no http or https URL is none. */
export function safeUrl(url: string | undefined): string | undefined {
    return url !== undefined && /^https?:\/\//i.test(url) ? url : undefined;
}
