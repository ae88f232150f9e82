/** An answer other than success, in the body forms GitLab uses. */
export class ApiError extends Error {
    constructor(
        readonly status: number,
        readonly body: unknown,
        readonly headers: Record<string, string> = {},
    ) {
        super(`${status} ${JSON.stringify(body)}`);
    }
}

/** 404 for an object: `404 Project Not Found`; without a noun `404 Not found`, as for a record that its finder misses. */
export function notFound(noun?: string): ApiError {
    return new ApiError(404, { message: noun === undefined ? "404 Not found" : `404 ${noun} Not Found` });
}

/** 404 as the router gives it for a route that does not exist (in this tier). */
export function noRoute(): ApiError {
    return new ApiError(404, { error: "404 Not Found" });
}

/** 403; a reason is appended after a dash. */
export function forbidden(reason?: string): ApiError {
    return new ApiError(403, {
        message: reason === undefined ? "403 Forbidden" : `403 Forbidden - ${reason}`,
    });
}

export function unauthorized(): ApiError {
    return new ApiError(401, { message: "401 Unauthorized" });
}

/** 401 for a token that was good once. */
export function invalidToken(reason: "expired" | "revoked"): ApiError {
    return new ApiError(401, {
        error: "invalid_token",
        error_description:
            reason === "expired"
                ? "Token is expired. You can either do re-authorization or token refresh."
                : "Token was revoked. You have to re-authorize from the user.",
    });
}

/** 403 for a token that lacks a scope. */
export function insufficientScope(scopes: readonly string[]): ApiError {
    return new ApiError(403, {
        error: "insufficient_scope",
        error_description: "The request requires higher privileges than provided by the access token.",
        scope: scopes.join(" "),
    });
}

/** 400 for values a model refuses: either one sentence or sentences by field. */
export function invalid(message: string | string[] | Record<string, string[]>): ApiError {
    return new ApiError(400, { message });
}

/** 400 for parameters that are missing or of the wrong kind, as the parameter check words it. */
export function badParameters(errors: string[]): ApiError {
    return new ApiError(400, { error: errors.join(", ") });
}

/** 400 for a request that cannot be fulfilled. */
export function badRequest(reason: string): ApiError {
    return new ApiError(400, { message: `400 Bad request - ${reason}` });
}

export function conflict(message: unknown): ApiError {
    return new ApiError(409, { message });
}

export function methodNotAllowed(): ApiError {
    return new ApiError(405, { message: "405 Method Not Allowed" });
}

export function unprocessable(message: unknown): ApiError {
    return new ApiError(422, { message });
}
