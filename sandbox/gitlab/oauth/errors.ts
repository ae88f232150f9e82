/** What an OAuth request is refused with. */

/** Names of RFC 6749, its extensions and what GitLab adds to them, each with a sentence for people. */
const descriptions = {
    invalid_request: "A parameter is missing or makes no sense.",
    invalid_client: "Client authentication failed: the client is unknown, or its secret is wrong or missing.",
    invalid_redirect_uri: "The redirect URI is not one of the application's.",
    invalid_grant:
        "The code or token is unknown, expired, revoked or used, or belongs to another client or redirect URI.",
    invalid_scope: "The scope is empty, or the application does not have it.",
    invalid_code_challenge_method: "The code challenge method must be plain or S256.",
    unsupported_response_type: "The response type must be code.",
    unsupported_response_mode: "The response mode must be query.",
    unsupported_grant_type: "The grant type must be authorization_code or refresh_token.",
    access_denied: "The person denied the request.",
} as const;

export type OAuthErrorName = keyof typeof descriptions;

/** A refused request. */
export class OAuthError extends Error {
    readonly description: string;

    constructor(
        readonly error: OAuthErrorName,
        description?: string,
    ) {
        super(error);
        this.description = description ?? descriptions[error];
    }

    /** 401 for a client that is not known or not itself, 400 for the rest. */
    get status(): number {
        return this.error === "invalid_client" ? 401 : 400;
    }

    /** As the token endpoint answers it. */
    get body(): { error: string; error_description: string } {
        return { error: this.error, error_description: this.description };
    }
}

/** For a parameter that is not there. */
export function missing(parameter: string): OAuthError {
    return new OAuthError("invalid_request", `Missing required parameter: ${parameter}.`);
}
