/** The key that signs ID tokens. One algorithm and no verification: Node.js signs that in three lines, without a library. */
import {
    createHash,
    createPrivateKey,
    createPublicKey,
    generateKeyPair,
    sign,
    type KeyObject,
} from "node:crypto";
import { promisify } from "node:util";

import { loadOrCreateSecret } from "../../support/server";

/** An RSA key that signs with RS256, the only algorithm GitLab signs ID tokens with. */
export class SigningKey {
    /** The public half as `/oauth/discovery/keys` shows it. */
    readonly jwk: Readonly<Record<"kty" | "n" | "e" | "kid" | "use" | "alg", string>>;

    private constructor(private readonly key: KeyObject) {
        const { kty = "", n = "", e = "" } = createPublicKey(key).export({ format: "jwk" });
        // RFC 7638: these members, in this order, without spaces.
        const kid = createHash("sha256").update(JSON.stringify({ e, kty, n })).digest("base64url");
        this.jwk = { kty, n, e, kid, use: "sig", alg: "RS256" };
    }

    /**
     * Reads the key, or makes one when the file is not there; only its owner may read it.
     * @throws when the file holds no RSA key; it is left as it is, for a person to look at.
     */
    static async open(file: string): Promise<SigningKey> {
        const pem = await loadOrCreateSecret(file, async () => {
            const { privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
            return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
        });
        const key = createPrivateKey(pem);
        if (key.asymmetricKeyType !== "rsa") {
            throw new Error(`${file} must hold an RSA key, not ${key.asymmetricKeyType}.`);
        }
        return new SigningKey(key);
    }

    /** A signed JSON Web Token with these claims. */
    token(claims: Readonly<Record<string, unknown>>): string {
        const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
        const text = `${part({ typ: "JWT", kid: this.jwk.kid, alg: "RS256" })}.${part(claims)}`;
        return `${text}.${sign("sha256", Buffer.from(text), this.key).toString("base64url")}`;
    }

    /** What GitLab's `sub_legacy` is: unlike `sub` bound to a secret of this server. */
    legacySubject(userId: number): string {
        const secret = this.key.export({ type: "pkcs8", format: "der" });
        return createHash("sha256").update(`${userId}-`).update(secret).digest("hex");
    }
}
