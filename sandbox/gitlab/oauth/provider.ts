/**
 * Applications that let people sign in with GitLab, and what these got: codes and tokens. Ours, not oidc-provider: that is
 * a server of its own, with other answers than GitLab's where a request may not go on (GitLab stays on its own page, and
 * has codes such as `invalid_redirect_uri`), other claims and tokens, and another order of checks; each had to be overridden.
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { join } from "node:path";

import { Store } from "../../support/store";
import type { GitLab } from "../gitlab";
import type { User } from "../model";
import { hashOf } from "../secrets";
import { idTokenClaims, userInfoClaims, type Claims } from "./claims";
import { missing, OAuthError } from "./errors";
import { SigningKey } from "./key";

/** Scopes of sign-in, the only ones served here: these tokens open no other part of the API. */
export const signInScopes = ["openid", "profile", "email"] as const;

/** Life of an authorization code and of an access token in seconds: GitLab's. */
const codeSeconds = 600;
export const accessTokenSeconds = 7200;

/** An application that was registered. */
export interface Application {
    id: number;
    /** `client_id`. */
    clientId: string;
    name: string;
    /** Addresses people may be sent back to. */
    redirectUris: string[];
    scopes: string[];
    /** Whether it can keep a secret; one that cannot is accepted without. */
    confidential: boolean;
    /** SHA-256 of the secret, hex. */
    secretHash: string;
}

/** What a person allowed an application, as both codes and tokens carry it. */
interface Grant {
    clientId: string;
    userId: number;
    scopes: string[];
    /** When the person signed in, seconds since 1970. */
    authTime: number;
}

interface Code extends Grant {
    hash: string;
    redirectUri: string;
    nonce: string;
    challenge: string;
    challengeMethod: ChallengeMethod;
    /** Milliseconds since 1970. */
    expiresAt: number;
}

interface Tokens extends Grant {
    accessHash: string;
    refreshHash: string;
    /** End of the access token, milliseconds since 1970; the refresh token has none. */
    expiresAt: number;
}

/** All that is stored, beside GitLab's own state. Secrets only as digests. */
interface OAuthState {
    nextId: number;
    applications: Application[];
    codes: Code[];
    tokens: Tokens[];
}

export type ChallengeMethod = "plain" | "S256";

/** A request for sign-in that may go on. */
export interface Authorization {
    application: Application;
    redirectUri: string;
    scopes: string[];
    state: string;
    nonce: string;
    /** Empty without PKCE. */
    challenge: string;
    challengeMethod: ChallengeMethod;
}

/** Parameters of an OAuth request; those that are not there are empty. */
export type Parameters = Readonly<Record<string, string | undefined>>;

/** What an application gets for a code. */
export interface TokenAnswer {
    access_token: string;
    token_type: "Bearer";
    expires_in: number;
    refresh_token: string;
    scope: string;
    created_at: number;
    id_token?: string;
}

/** The provider: an OAuth 2 authorization server with OpenID Connect on top, as GitLab has it. */
export class OAuthProvider {
    private constructor(
        private readonly gitlab: GitLab,
        private readonly store: Store<OAuthState>,
        readonly key: SigningKey,
        /** Life of an ID token in seconds. */
        private readonly idTokenSeconds: number,
    ) {}

    static async open(gitlab: GitLab, dataDir: string, idTokenSeconds: number): Promise<OAuthProvider> {
        const store = await Store.open<OAuthState>(join(dataDir, "oauth.json"), () => ({
            nextId: 1,
            applications: [],
            codes: [],
            tokens: [],
        }));
        const key = await SigningKey.open(join(dataDir, "openid-signing-key.pem"));
        return new OAuthProvider(gitlab, store, key, idTokenSeconds);
    }

    get applications(): readonly Application[] {
        return this.store.data.applications;
    }

    save(): Promise<void> {
        return this.store.save();
    }

    close(): Promise<void> {
        return this.store.close();
    }

    /** Registers an application. */
    add(fields: Omit<Application, "id">): Application {
        const application = { id: this.store.data.nextId++, ...fields };
        this.store.data.applications.push(application);
        return application;
    }

    /** Takes an application away, and with it what people allowed it. */
    remove(application: Application): void {
        const { data } = this.store;
        data.applications = data.applications.filter((each) => each !== application);
        data.codes = data.codes.filter((code) => code.clientId !== application.clientId);
        data.tokens = data.tokens.filter((tokens) => tokens.clientId !== application.clientId);
    }

    find(clientId: string): Application | undefined {
        return this.applications.find((each) => each.clientId === clientId);
    }

    /**
     * Whether a request for sign-in may go on, checked in the order GitLab checks.
     *
     * The redirect URI must be one of the application's to the letter. GitLab is laxer in one thing: of loopback
     * addresses it does not compare the port.
     * @throws OAuthError
     */
    authorization(query: Parameters): Authorization {
        const clientId = given(query, "client_id");
        const application = this.find(clientId);
        if (!application) {
            throw new OAuthError("invalid_client");
        }
        const redirectUri = query["redirect_uri"] ?? "";
        if (!application.redirectUris.includes(redirectUri)) {
            throw new OAuthError("invalid_redirect_uri");
        }
        if (given(query, "response_type") !== "code") {
            throw new OAuthError("unsupported_response_type");
        }
        if (!["", "query"].includes(query["response_mode"] ?? "")) {
            throw new OAuthError("unsupported_response_mode");
        }
        const scopes = (query["scope"] ?? "").split(/\s+/).filter((scope) => scope !== "");
        if (scopes.length === 0 || !scopes.every((scope) => application.scopes.includes(scope))) {
            throw new OAuthError("invalid_scope");
        }
        const challenge = query["code_challenge"] ?? "";
        const method = query["code_challenge_method"] ?? "";
        if (challenge !== "" && !["", "plain", "S256"].includes(method)) {
            throw new OAuthError("invalid_code_challenge_method");
        }
        return {
            application,
            redirectUri,
            scopes,
            state: query["state"] ?? "",
            nonce: query["nonce"] ?? "",
            challenge,
            challengeMethod: method === "S256" ? "S256" : "plain",
        };
    }

    /** A code for what this person just allowed. It is good once, for ten minutes. */
    issueCode(user: User, authorization: Authorization): string {
        const code = randomBytes(32).toString("hex");
        const { application, redirectUri, scopes, nonce, challenge, challengeMethod } = authorization;
        this.dropExpired();
        this.store.data.codes.push({
            hash: hashOf(code),
            clientId: application.clientId,
            userId: user.id,
            scopes,
            authTime: seconds(Date.now()),
            redirectUri,
            nonce,
            challenge,
            challengeMethod,
            expiresAt: Date.now() + codeSeconds * 1000,
        });
        return code;
    }

    /** Tokens for a code or for a refresh token. @throws OAuthError */
    exchange(client: { id: string; secret: string }, form: Parameters): TokenAnswer {
        const grantType = given(form, "grant_type");
        if (grantType !== "authorization_code" && grantType !== "refresh_token") {
            throw new OAuthError("unsupported_grant_type");
        }
        const application = this.authenticate(client);
        return grantType === "refresh_token"
            ? this.refresh(application, given(form, "refresh_token"))
            : this.redeem(application, form);
    }

    /** Ends a token, with its partner. A token that is not there is no error. @throws OAuthError for a strange client. */
    revoke(client: { id: string; secret: string }, token: string): void {
        const application = this.authenticate(client);
        const hash = hashOf(token);
        this.endTokens(
            (each) =>
                each.clientId === application.clientId &&
                (each.accessHash === hash || each.refreshHash === hash),
        );
    }

    /** What the owner of an access token is, or why it is not said. */
    userInfo(accessToken: string): Claims | "invalid_token" | "insufficient_scope" {
        const hash = hashOf(accessToken);
        const tokens = this.store.data.tokens.find((each) => each.accessHash === hash);
        const user = this.activeUser(tokens?.userId);
        if (!tokens || !user || tokens.expiresAt <= Date.now()) {
            return "invalid_token";
        }
        return tokens.scopes.includes("openid")
            ? userInfoClaims(this.gitlab, user, tokens.scopes, this.key.legacySubject(user.id))
            : "insufficient_scope";
    }

    private authenticate(client: { id: string; secret: string }): Application {
        const application = this.find(client.id);
        if (!application) {
            throw new OAuthError("invalid_client");
        }
        const withoutSecret = !application.confidential && client.secret === "";
        if (!withoutSecret && !sameHash(hashOf(client.secret), application.secretHash)) {
            throw new OAuthError("invalid_client");
        }
        return application;
    }

    private redeem(application: Application, form: Parameters): TokenAnswer {
        const hash = hashOf(given(form, "code"));
        const redirectUri = given(form, "redirect_uri");
        const code = this.store.data.codes.find((each) => each.hash === hash);
        if (code?.clientId !== application.clientId) {
            throw new OAuthError("invalid_grant");
        }
        if (code.challenge !== "" && (form["code_verifier"] ?? "") === "") {
            throw missing("code_verifier");
        }
        // From here on it is used, whatever comes of it.
        this.store.data.codes = this.store.data.codes.filter((each) => each !== code);
        const user = this.activeUser(code.userId);
        if (
            !user ||
            code.expiresAt <= Date.now() ||
            code.redirectUri !== redirectUri ||
            !matchesChallenge(code, form["code_verifier"] ?? "")
        ) {
            throw new OAuthError("invalid_grant");
        }
        return this.issueTokens(user, code, code.nonce);
    }

    private refresh(application: Application, refreshToken: string): TokenAnswer {
        const hash = hashOf(refreshToken);
        const tokens = this.store.data.tokens.find((each) => each.refreshHash === hash);
        const user = this.activeUser(tokens?.userId);
        if (!user || tokens?.clientId !== application.clientId) {
            throw new OAuthError("invalid_grant");
        }
        // GitLab: the request ends the access token and the refresh token there were.
        this.endTokens((each) => each === tokens);
        return this.issueTokens(user, tokens, "");
    }

    private issueTokens(user: User, grant: Grant, nonce: string): TokenAnswer {
        const now = Date.now();
        const accessToken = randomBytes(32).toString("hex");
        const refreshToken = randomBytes(32).toString("hex");
        const { clientId, scopes, authTime } = grant;
        this.store.data.tokens.push({
            clientId,
            userId: user.id,
            scopes,
            authTime,
            accessHash: hashOf(accessToken),
            refreshHash: hashOf(refreshToken),
            expiresAt: now + accessTokenSeconds * 1000,
        });
        const idToken = (): string =>
            this.key.token({
                iss: this.gitlab.url,
                aud: clientId,
                exp: seconds(now) + this.idTokenSeconds,
                iat: seconds(now),
                ...(nonce === "" ? {} : { nonce }),
                auth_time: authTime,
                ...idTokenClaims(this.gitlab, user, scopes, this.key.legacySubject(user.id)),
            });
        return {
            access_token: accessToken,
            token_type: "Bearer",
            expires_in: accessTokenSeconds,
            refresh_token: refreshToken,
            scope: scopes.join(" "),
            created_at: seconds(now),
            ...(scopes.includes("openid") ? { id_token: idToken() } : {}),
        };
    }

    private endTokens(which: (tokens: Tokens) => boolean): void {
        this.store.data.tokens = this.store.data.tokens.filter((each) => !which(each));
    }

    /** Deletes codes that expired, and what belongs to deleted users. */
    private dropExpired(): void {
        const { data } = this.store;
        const lives = ({ userId }: Grant): boolean => this.gitlab.user(userId) !== undefined;
        data.codes = data.codes.filter((code) => lives(code) && code.expiresAt > Date.now());
        data.tokens = data.tokens.filter(lives);
    }

    private activeUser(id: number | undefined): User | undefined {
        const user = this.gitlab.user(id);
        return user?.state === "active" ? user : undefined;
    }
}

/** Whether a verifier belongs to the challenge the code was asked for with. */
function matchesChallenge(code: Code, verifier: string): boolean {
    if (code.challenge === "") {
        return true;
    }
    const made =
        code.challengeMethod === "S256"
            ? createHash("sha256").update(verifier).digest("base64url")
            : verifier;
    return sameHash(hashOf(made), hashOf(code.challenge));
}

/** Compares digests in constant time. */
function sameHash(left: string, right: string): boolean {
    return timingSafeEqual(Buffer.from(left, "hex"), Buffer.from(right, "hex"));
}

function seconds(milliseconds: number): number {
    return Math.floor(milliseconds / 1000);
}

/** A parameter that must be there. @throws OAuthError */
function given(parameters: Parameters, name: string): string {
    const value = parameters[name] ?? "";
    if (value === "") {
        throw missing(name);
    }
    return value;
}
