import {
    createHash,
    createHmac,
    createPrivateKey,
    createPublicKey,
    generateKeyPairSync,
    type KeyObject,
    pbkdf2Sync,
    randomBytes,
    sign,
    timingSafeEqual,
    verify,
} from "node:crypto";

import { loadOrCreateSecret } from "../support/server";
import type { Robot, State } from "./model";
import type { Principal, TokenAccess } from "./rights";

/** `service` of registry tokens and of the challenge that asks for one. */
export const tokenService = "harbor-registry";
/** `iss` of registry tokens. */
export const tokenIssuer = "harbor-token-issuer";

/** Salt and hash of a password. */
export function hashSecret(secret: string): { salt: string; hash: string } {
    const salt = randomBytes(16).toString("hex");
    return { salt, hash: derive(secret, salt) };
}

const derive = (secret: string, salt: string): string =>
    pbkdf2Sync(secret, salt, 4096, 32, "sha256").toString("hex");

const processKey = randomBytes(32);
const known = new Map<string, true>();

/** Whether the secret is the one that was hashed. What matched once is remembered by a keyed digest, not in plain text. */
export function secretMatches(secret: string, stored: { salt: string; hash: string }): boolean {
    const key = createHmac("sha256", processKey)
        .update(`${stored.hash}\n${stored.salt}\n${secret}`)
        .digest("hex");
    if (known.has(key)) {
        return true;
    }
    const matched = timingSafeEqual(
        Buffer.from(derive(secret, stored.salt), "hex"),
        Buffer.from(stored.hash, "hex"),
    );
    if (matched) {
        if (known.size > 10_000) {
            known.clear();
        }
        known.set(key, true);
    }
    return matched;
}

/** A robot's secret: 32 characters with upper and lower case letters and digits, as Harbor makes them. */
export function generateSecret(): string {
    const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    for (;;) {
        const secret = [...randomBytes(32)].map((byte) => letters.charAt(byte % letters.length)).join("");
        if (isStrongSecret(secret)) {
            return secret;
        }
    }
}

/** Harbor's rule for secrets and passwords: 8 to 128 characters, an upper and a lower case letter and a digit. */
export function isStrongSecret(secret: string): boolean {
    return (
        secret.length >= 8 &&
        secret.length <= 128 &&
        /[a-z]/.test(secret) &&
        /[A-Z]/.test(secret) &&
        /[0-9]/.test(secret)
    );
}

/** Whether a robot can log in at this moment. */
export function robotUsable(robot: Robot, nowMs: number): boolean {
    return !robot.disable && (robot.expires_at === -1 || robot.expires_at * 1000 > nowMs);
}

/** Name and password of an `Authorization: Basic` header; undefined when the header is something else. */
export function basicCredentials(
    header: string | undefined,
): { username: string; password: string } | undefined {
    const match = /^basic +(\S+)$/i.exec(header ?? "");
    if (!match?.[1]) {
        return undefined;
    }
    const text = Buffer.from(match[1], "base64").toString("utf8");
    const colon = text.indexOf(":");
    return colon < 0 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** The user or robot with this name and password; undefined when there is none, or it is disabled or expired. */
export function authenticate(
    state: State,
    robotPrefix: string,
    credentials: { username: string; password: string },
    nowMs: number,
): Principal | undefined {
    const { username, password } = credentials;
    if (username.startsWith(robotPrefix)) {
        const name = username.slice(robotPrefix.length);
        const robot = state.robots.find((candidate) => candidate.name === name);
        if (!robot || !secretMatches(password, robot) || !robotUsable(robot, nowMs)) {
            return undefined;
        }
        const { id, level, permissions } = robot;
        return { kind: "robot", id, name: username, level, permissions };
    }
    const user = state.users.find((candidate) => candidate.username === username);
    if (!user || !secretMatches(password, user)) {
        return undefined;
    }
    return { kind: "user", id: user.user_id, name: user.username, admin: user.sysadmin_flag };
}

/** What a registry token says. Times are seconds since 1970. */
export interface TokenClaims {
    iss: string;
    sub: string;
    aud: string;
    exp: number;
    nbf: number;
    iat: number;
    jti: string;
    access: TokenAccess[];
}

/** Signs and checks the tokens of the registry with an own key, kept in a file only the owner reads. */
export class TokenKeys {
    private constructor(
        private readonly privateKey: KeyObject,
        private readonly publicKey: KeyObject,
        readonly keyId: string,
    ) {}

    /** Reads the key, or makes one the first time. */
    static async open(file: string): Promise<TokenKeys> {
        const pem = await loadOrCreateSecret(file, () => {
            const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
            return pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
        });
        const privateKey = createPrivateKey(pem);
        const publicKey = createPublicKey(privateKey);
        const der = publicKey.export({ type: "spki", format: "der" });
        return new TokenKeys(privateKey, publicKey, createHash("sha256").update(der).digest("hex"));
    }

    /** The public half as a JSON Web Key Set, for the registry's `auth.token.jwks`. */
    jwks(): { keys: unknown[] } {
        return {
            keys: [
                { ...this.publicKey.export({ format: "jwk" }), kid: this.keyId, use: "sig", alg: "ES256" },
            ],
        };
    }

    /** A token for the registry. `seconds` is how long it is good for. */
    issue(subject: string, access: TokenAccess[], seconds: number, nowMs: number): string {
        const now = Math.floor(nowMs / 1000);
        const claims: TokenClaims = {
            iss: tokenIssuer,
            sub: subject,
            aud: tokenService,
            exp: now + seconds,
            nbf: now - 5,
            iat: now,
            jti: randomBytes(12).toString("hex"),
            access,
        };
        const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
        const text = `${part({ typ: "JWT", alg: "ES256", kid: this.keyId })}.${part(claims)}`;
        const signature = sign("sha256", Buffer.from(text), {
            key: this.privateKey,
            dsaEncoding: "ieee-p1363",
        });
        return `${text}.${signature.toString("base64url")}`;
    }

    /** The token's claims; undefined when it is not ours, was changed or is too old. */
    check(token: string, nowMs: number): TokenClaims | undefined {
        const [header, payload, signature, ...rest] = token.split(".");
        if (!header || !payload || !signature || rest.length > 0) {
            return undefined;
        }
        const good = verify(
            "sha256",
            Buffer.from(`${header}.${payload}`),
            { key: this.publicKey, dsaEncoding: "ieee-p1363" },
            Buffer.from(signature, "base64url"),
        );
        if (!good) {
            return undefined;
        }
        const claims = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as TokenClaims;
        return claims.exp * 1000 > nowMs && claims.aud === tokenService ? claims : undefined;
    }
}
