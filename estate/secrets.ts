/** Recognises secrets in plain text, by what they look like and by the field they are in. Pure; the policy pack uses it too. */
import { channelKinds } from "./channels";

/** Forms that nothing but a secret has. */
const forms: readonly (readonly [RegExp, string])[] = [
    [/\bgl(?:pat|oas|dt|rt|rtr|cbt|ptt|ft|imt|wt|soat|agent|ffct)-[0-9A-Za-z_-]{16,}/, "a GitLab token"],
    [/\bGR1348941[0-9A-Za-z_-]{16,}/, "a GitLab token"],
    [/-----BEGIN [A-Z ]*PRIVATE KEY-----/, "a private key"],
    // Of Redis, which needs no user, too; what stands for a password is none: `<password>`, `{{ … }}`, `***`.
    [/\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:(?![<{*])[^\s/@$]+@/i, "a URL with a password"],
    [/\b[\w.-]+:(?![<{*])[^\s/:@$]+@(?:tcp|udp|unix)\(/, "an address of a database with a password"],
    ...Object.values(channelKinds).flatMap(({ leak }) => (leak === undefined ? [] : [leak])),
    [/\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/, "a JSON web token"],
    [/\bxox[abcdeprs]-[0-9A-Za-z-]{10,}/, "a Slack token"],
    [/\bgh[pousr]_[0-9A-Za-z]{30,}/, "a GitHub token"],
    [/\bAKIA[0-9A-Z]{16}\b/, "an AWS access key"],
    [/\bxapp-[0-9A-Za-z-]{20,}/, "a Slack token"],
    [/\bgithub_pat_\w{20,}/, "a GitHub token"],
    [/\bdckr_pat_[\w-]{20,}/, "a Docker token"],
    [/\bnpm_[0-9A-Za-z]{30,}/, "an npm token"],
    [/\bhv[sbr]\.[\w-]{20,}/, "a Vault token"],
    [/\bAIza[\w-]{35}\b/, "a Google API key"],
    [/\bLTAI[0-9A-Za-z]{16,}/, "an Alibaba Cloud access key"],
    [/\bsk-(?:proj-|ant-)?[\w-]{32,}/, "an API key"],
    [/\b(?:sk|rk)_live_[0-9A-Za-z]{16,}/, "a payment key"],
    [/\bSG\.[\w-]{16,}\.[\w-]{30,}/, "a SendGrid key"],
    [/\bhf_[0-9A-Za-z]{30,}/, "a Hugging Face token"],
    [/\bpypi-[\w-]{30,}/, "a PyPI token"],
    [/\bpul-[0-9a-f]{40}\b/, "a Pulumi token"],
    [/\bdo[opr]_v1_[0-9a-f]{64}\b/, "a DigitalOcean token"],
    [/\bglsa_[0-9A-Za-z]{32}_[0-9a-f]{8}\b/, "a Grafana token"],
    [/\bAKID[0-9A-Za-z]{28,}\b/, "a Tencent Cloud access key"],
    [/\bAGE-SECRET-KEY-1[0-9A-Z]{20,}/, "a private key"],
    [/\b\d{8,10}:AA[\w-]{32,33}\b/, "a bot's token"],
    [/\bqyapi\.weixin\.qq\.com\/cgi-bin\/webhook\/send\?key=[\w-]{16,}/, "a bot's webhook URL"],
    [/\bwebhook\.office\.com\/webhookb2\/\S{40,}/, "a bot's webhook URL"],
    [/\bdiscord(?:app)?\.com\/api\/webhooks\/\d+\/[\w-]{30,}/, "a bot's webhook URL"],
    [/"auth"\s*:\s*"[0-9A-Za-z+/]{8,}=*"/, "a registry login"],
    // The base64 of "-----BEGIN … PRIVATE KEY".
    [/\bLS0tLS1CRUdJTi[0-9A-Za-z+/]{0,16}(?:UFJJVkFURSBLRV|BSSVZBVEUgS0VZ|QUklWQVRFIEtFW)/, "a private key"],
];

/** What {@link secretIn} may say. */
export const secretKinds: readonly string[] = [...new Set(forms.map(([, kind]) => kind))];

/** Names of fields that hold secrets. */
const secretName =
    /(^|[_.-])(?:password|passwd|pwd|pass|pass_?phrase|secret|token|credentials?|erlang_?cookie|(?:private|api|app|access|secret|account|auth|encrypt(?:ion)?|signing|session|master|shared|hmac)(?:[_-]?access)?[_-]?key)(?:[_-]?\d+)?$/i;

/** Those of them that name a secret, or an entry of one, as often as they hold it: `secretKey: password`, `credentials: s3-login`. */
const mayNameSecret = /(?:key|credentials?|(?:^|[_.-])(?:pass|pwd))(?:[_-]?\d+)?$/i;

/** Names of what is random and public. */
const publicName =
    /(^|[_.-])(?:public_?key|site_?key|client_?id|key_?id|fingerprint|thumbprint|digest|checksum|hash|sha\d+)$/i;

/**
 * Words that point at a secret without being one: `$webhook-token`, `${TOKEN}`, `secret:ns/name#field`, `{{ .password }}`,
 * `<path:secret/data/web#password>`, what other programs put in their place (Vault, cloud stores, files), and what is encrypted.
 */
const reference =
    /^\$(?:[({]|[A-Za-z_][\w.:/-]*$)|^(?:secret|pullsecret|env|ext|regexp|vault|bao|file|op|awssm|gcpsm|azurekv):|^ref\+[a-z]+:\/\/|^(?:<[^<>]+>|\{\{.*\}\})$|^arn:aws[\w-]*:(?:secretsmanager|ssm):|^projects\/[^/]+\/secrets\/|^\/(?:run|var|etc|mnt|vault|secrets)\/|^ENC\[/s;

/** Shortest text whose randomness is judged: shorter ones are names as often as not. */
const shortestRandom = 20;

/** What is random and public: ids, digests, certificates, public keys. */
const publicForms: readonly RegExp[] = [
    /^(?:urn:uuid:|\{)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?$/i,
    // Hexadecimal: commits and digests. A secret in hexadecimal is not distinguished from them.
    /^[0-9a-f]+$/i,
    /^sha(?:1|256|384|512)[-:]/i,
    // The base64 of "-----BEGIN CERT", and public keys of SSH.
    /^LS0tLS1CRUdJTiBDRVJU/,
    /^AAAA[BCE]3Nza/,
];

/**
 * Whether a text looks drawn by lot, as passwords, keys and tokens of machines are: one word of letters of both cases and
 * digits that change all the time, where names have runs of words.
 */
function isRandom(text: string): boolean {
    if (text.length < shortestRandom || text.length > 512 || !/^[0-9A-Za-z+/_=-]+$/.test(text)) {
        return false;
    }
    const mixed = /[a-z]/.test(text) && /[A-Z]/.test(text) && (text.match(/\d/g)?.length ?? 0) >= 2;
    if (!mixed || publicForms.some((form) => form.test(text))) {
        return false;
    }
    const kinds = [...text].map((each) =>
        /\d/.test(each) ? "d" : /[a-z]/.test(each) ? "l" : /[A-Z]/.test(each) ? "u" : "-",
    );
    const changes = kinds.filter((kind, index) => index > 0 && kind !== kinds[index - 1]).length;
    // A path or a list of words changes too, at its separators: they are rare in what is drawn by lot.
    const separators = kinds.filter((kind) => kind === "-").length;
    return changes / text.length >= 0.4 && separators / text.length <= 0.12 && bitsPerCharacter(text) >= 3.5;
}

/** Shannon's entropy. */
function bitsPerCharacter(text: string): number {
    const counts = new Map<string, number>();
    for (const each of text) {
        counts.set(each, (counts.get(each) ?? 0) + 1);
    }
    return [...counts.values()].reduce((sum, count) => {
        const share = count / text.length;
        return sum - share * Math.log2(share);
    }, 0);
}

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

/**
 * Fields that say where several of them or one for something is: `passwordSecret`, `dbSecret`, `gcpServiceAccountSecret`; not
 * those that are what programs sign and sign in with.
 */
const namesSecretOf =
    /(?:^|[_.-])(?!(?:client|session|app|application|web_?hook|signing|shared|jwt|cookie|hmac|api|consumer|oauth2?|oidc|encryption|auth|master|state|totp|otp|hash|salt)_?secrets?$)[a-z0-9]+_?secrets?$/i;

/** Whether a plain name is of several words, as names of objects are and a word that was chosen is not: `web-db`. */
function isNameOfWords(text: string): boolean {
    return isPlainName(text) && /[-./]/.test(text);
}

/**
 * What somebody passes to a program in one text: `--password=…`, `password=… host=…`, `PASSWORD: …`, an element
 * `{name: PASSWORD, value: …}` of a patch. References pass: `$(PASSWORD)`, `{{ .password }}`, `<password>`.
 */
const passed = passedBy(
    "password|passwd|pwd|pass|passphrase|secret|(?:(?:auth|access|refresh|bearer|bot|api)[_-]?)?token",
);

/** The same by a name that may be that of an entry instead, as `secretKey: tls1` of an ExternalSecret is. */
const passedKey = passedBy(
    "(?:private|api|access|secret|account|encryption|signing|shared)(?:[_-]?access)?[_-]?key",
);

function passedBy(names: string): RegExp {
    return new RegExp(
        `(?<![a-z0-9])(?:${names})` +
            String.raw`["']?(?:[^\S\n]*[=:][^\S\n]*|\s*,?\s*["']?value["']?\s*[=:][^\S\n]*)["']?([^\s"'&;,<>{}()[\]$%|*\\]{6,})`,
        "gi",
    );
}

/** What signs in at a server in a command, a header or a `.netrc`; the group is the secret. */
const logins: readonly RegExp[] = [
    /\b(?:Basic|Bearer)\s+([0-9A-Za-z+/._~-]{16,}=*)/g,
    /(?:^|\s)(?:-u|--user)[=\s]["']?[\w.@-]+:([^\s"'$<{:]{4,})/g,
    /\bmysql\w*\b[^|;&\n]*\s-p([^\s"'$=-][^\s"']{3,})/g,
    /\bsshpass\s+-p\s*["']?([^\s"'$]{4,})/g,
    /\blogin\s+\S+\s+password\s+([^\s"'$<{]{4,})/g,
];

/** Whether a text passes a secret on, as arguments, commands, headers, addresses of databases and patches do. */
export function passesSecret(text: string): boolean {
    const found = (form: RegExp): string[] =>
        [...text.matchAll(form)]
            .map(([, value = ""]) => value)
            .filter(
                (value) =>
                    couldBeSecret(value) &&
                    // Words; a login in base64 has both cases in one.
                    !(
                        /^[a-z]+(?:[-_./][a-z]+)*$/i.test(value) &&
                        !(logins.includes(form) && /[a-z][A-Z]/.test(value))
                    ) &&
                    !/^[./]|:\/\//.test(value),
            );
    return (
        found(passed).length > 0 ||
        found(passedKey).some((value) => !isPlainName(value)) ||
        // A group's number, as in `docker run --user 1000:1000`.
        logins.flatMap(found).some((value) => !/^\d{1,6}$/.test(value))
    );
}

/** Whether an argument of a program says that the next one is a secret: `--password`, and not a switch such as `--no-password`. */
export function announcesSecret(argument: string): boolean {
    return (
        /^-{1,2}(?!-|secret$|(?:no|use|enable|disable)-)[a-z0-9-]+$/i.test(argument) &&
        secretName.test(argument)
    );
}

/** Like {@link secretIn}, and also by the name of the field the text is in. */
export function secretAt(field: string, text: string): string | undefined {
    const snake = field.replace(/([a-z0-9])([A-Z])/g, "$1_$2");
    const isReference =
        (namesSecret.test(snake) && isPlainName(text)) ||
        (namesSecretOf.test(snake) && isNameOfWords(text)) ||
        (mayNameSecret.test(snake) && isPlainName(text)) ||
        // `proxy_pass: http://backend:8080`, `PWD: /app`
        (/(?:pass|pwd)$/i.test(snake) && /^(?:https?:\/)?\//.test(text));
    return (
        secretIn(text) ??
        (secretName.test(snake) && couldBeSecret(text) && !isReference
            ? "a secret"
            : isRandom(text) && !publicName.test(snake)
              ? "a random key or password"
              : undefined)
    );
}
