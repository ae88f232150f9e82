/** An answer other than success, in Harbor's form: `{"errors":[{"code","message"}]}`. */
export class HarborError extends Error {
    constructor(
        readonly status: number,
        readonly code: string,
        message: string,
        readonly headers: Record<string, string> = {},
    ) {
        super(message);
    }

    /** The body Harbor sends. */
    body(): { errors: { code: string; message: string }[] } {
        return { errors: [{ code: this.code, message: this.message }] };
    }
}

export const badRequest = (message: string): HarborError => new HarborError(400, "BAD_REQUEST", message);
export const unauthorized = (message = "unauthorized"): HarborError =>
    new HarborError(401, "UNAUTHORIZED", message);
export const forbidden = (message = "forbidden"): HarborError => new HarborError(403, "FORBIDDEN", message);
/** Harbor's answer when a quota refuses content. */
export const denied = (message: string): HarborError => new HarborError(403, "DENIED", message);
export const notFound = (message: string): HarborError => new HarborError(404, "NOT_FOUND", message);
export const methodNotAllowed = (message: string): HarborError =>
    new HarborError(405, "METHOD_NOT_ALLOWED", message);
export const conflict = (message: string): HarborError => new HarborError(409, "CONFLICT", message);
export const preconditionFailed = (message: string): HarborError =>
    new HarborError(412, "PRECONDITION", message);
/** A body or query that does not fit Harbor's API description. */
export const unprocessable = (message: string): HarborError =>
    new HarborError(422, "UNPROCESSABLE_ENTITY", message);

/** Code for a status that has no more to say, e.g. an injected fault. */
export function codeOf(status: number): string {
    const codes: Record<number, string> = {
        400: "BAD_REQUEST",
        401: "UNAUTHORIZED",
        403: "FORBIDDEN",
        404: "NOT_FOUND",
        405: "METHOD_NOT_ALLOWED",
        409: "CONFLICT",
        412: "PRECONDITION",
        415: "UNSUPPORTED_MEDIA_TYPE",
        422: "UNPROCESSABLE_ENTITY",
        429: "TOO_MANY_REQUEST",
    };
    return codes[status] ?? "UNKNOWN";
}
