import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, it } from "node:test";
import { parse as parseYaml } from "yaml";
import { formatProblems, parseEstate, specSchema, type Problem } from "../../estate";
import { distance, nearest } from "../../estate/nearest";
import { smallest } from "../../commands/docs";
import { spec, type Overrides } from "../support/estate";

function problems(overrides: Overrides): Problem[] {
    return parseEstate(spec(overrides)).problems.map((problem) => problem);
}

/** The only problem of a spec with these changes. */
function only(overrides: Overrides): Problem {
    const found = problems(overrides);
    assert.equal(found.length, 1, formatProblems(found));
    return found[0] as Problem;
}

describe("the schema", () => {
    it("accepts the smallest estate and fills in secure defaults", () => {
        const filled = specSchema.parse(smallest);
        assert.equal(filled.gitlab.tier, "free");
        assert.equal(filled.gitlab.protectedMergeRequestPipelines, true);
        assert.equal(filled.gitlab.visibility, "private");
        assert.equal(filled.registries["main"]?.insecure, false);
        assert.deepEqual(filled.clusters["member1"], {
            role: "member",
            access: {},
            tls: {},
            leaving: "drain",
            labels: {},
        });
        assert.equal(filled.argocd.namespace, "argocd");
        assert.equal(filled.argocd.ha, false);
        assert.deepEqual(filled.credentials, { generation: 1, lifetimeDays: 90, rotateBeforeDays: 30 });
        assert.deepEqual(filled.defaults.sync, {
            automated: true,
            prune: true,
            selfHeal: true,
            retries: 3,
            history: 10,
            ignoreDifferences: [],
        });
    });

    it("refuses what is not a map", () => {
        for (const raw of [undefined, null, "", 0, [], true]) {
            const { estate, problems: found } = parseEstate(raw);
            assert.equal(estate, undefined);
            assert.equal(found.length, 1);
            assert.equal(found[0]?.path, "");
        }
    });

    it("names everything required that is missing, at once", () => {
        assert.deepEqual(
            parseEstate({}).problems.map(({ path: at, id }) => `${id} ${at}`),
            ["apps", "clusters", "environments", "gitlab", "name", "registries", "teams"].map(
                (key) => `required ${key}`,
            ),
        );
    });

    it("does not change what it reads", () => {
        const raw = spec({ apps: { web: { tema: 1 } } });
        const before = structuredClone(raw);
        parseEstate(raw);
        assert.deepEqual(raw, before);
    });

    it("reads an unquoted day as YAML readers hand it over", () => {
        for (const expires of ["2031-12-31", "2031-12-31T00:00:00Z", "2031-12-31 00:00:00 +0000 UTC"]) {
            const { estate } = parseEstate(spec({ credentials: { expires } }));
            assert.equal(estate?.credentials.expires, "2031-12-31", expires);
        }
    });
});

describe("a refused part", () => {
    const cases: [string, Overrides, Omit<Problem, "severity">][] = [
        [
            "an unknown key, with the nearest known one",
            { apps: { web: { delivry: "helm" } } },
            {
                path: "apps.web.delivry",
                value: "helm",
                id: "unknown-key",
                rule: "must be a key of the schema",
                fix: "did you mean delivery?",
            },
        ],
        [
            "a value that is none of several forms, with the words it may be",
            { apps: { web: { kinds: ["keta"] } } },
            {
                path: "apps.web.kinds.0",
                value: "keta",
                id: "form",
                rule: "must be one of certificates, external-secrets, gateway-routes, keda, monitoring, rollouts, sealed-secrets, or a map",
                fix: "did you mean keda?",
            },
        ],
        [
            "a mistake inside of one of several forms",
            {
                teams: {
                    shop: { channels: [{ channel: "ops", trigger: [], triggers: ["on-health-degraded"] }] },
                },
            },
            {
                path: "teams.shop.channels.0.trigger",
                value: [],
                id: "unknown-key",
                rule: "must be a key of the schema",
                fix: "did you mean triggers?",
            },
        ],
        [
            "an unknown key like no other",
            { registries: { main: { colour: "blue" } } },
            {
                path: "registries.main.colour",
                value: "blue",
                id: "unknown-key",
                rule: "must be a key of the schema",
                fix: "use one of insecure, plainHttp, robotPrefix, url, or remove it",
            },
        ],
        [
            "a choice that does not exist",
            { gitlab: { tier: "premum" } },
            {
                path: "gitlab.tier",
                value: "premum",
                id: "choice",
                rule: "must be one of free, premium",
                fix: "did you mean premium?",
            },
        ],
        [
            "another type",
            { apps: { web: { port: "8080" } } },
            {
                path: "apps.web.port",
                value: "8080",
                id: "type",
                rule: "must be a number",
                fix: "write 8080, without quotes or a unit",
            },
        ],
        [
            "a number out of range",
            { apps: { web: { port: 70000 } } },
            {
                path: "apps.web.port",
                value: 70000,
                id: "range",
                rule: "must be at most 65535",
                fix: "write a number up to 65535",
            },
        ],
        [
            "a name that is too long",
            { apps: { ["a".repeat(41)]: { team: "shop" } } },
            {
                path: `apps.${"a".repeat(41)}`,
                value: "a".repeat(41),
                id: "name",
                rule: "must have at most 40 characters",
                fix: "rename the key",
            },
        ],
        [
            "a name of another form",
            { teams: { Ops: {} } },
            {
                path: "teams.Ops",
                value: "Ops",
                id: "name",
                rule: "must be lower case letters and digits, a letter first, separated by single hyphens",
                fix: "rename the key",
            },
        ],
        [
            "a branch git does not take",
            { environments: { dev: { branch: "a..b" } } },
            {
                path: "environments.dev.branch",
                value: "a..b",
                id: "form",
                rule: "must be letters, digits and . _ / @ + -, no .. or //, not starting or ending with / or ., not ending in .lock, not a commit id, HEAD, @ or refs/heads/…",
                fix: "correct the value",
            },
        ],
        [
            "a registry below a path",
            { registries: { main: { url: "https://harbor.test/registry" } } },
            {
                path: "registries.main.url",
                value: "https://harbor.test/registry",
                id: "form",
                rule: "must be an http or https URL of a host, without user, path, query and fragment",
                fix: "correct the value",
            },
        ],
        [
            "an environment without anything",
            { environments: { dev: { clusters: undefined } } },
            {
                path: "environments.dev.clusters",
                value: undefined,
                id: "environment-has-cluster",
                rule: "must name at least one cluster",
                fix: "name the clusters its apps run on, or environments.dev.machine instead, or remove the environment",
            },
        ],
        [
            "a quantity that is a number",
            { defaults: { quota: { pods: 4 } } },
            {
                path: "defaults.quota.pods",
                value: 4,
                id: "type",
                rule: "must be a text",
                fix: 'put it in quotes: "4"',
            },
        ],
        [
            "an amount with a unit",
            { defaults: { storageGiB: "20GB" } },
            {
                path: "defaults.storageGiB",
                value: "20GB",
                id: "type",
                rule: "must be a number",
                fix: "write 20, without quotes or a unit",
            },
        ],
        [
            "one where several may stand",
            { environments: { dev: { clusters: "member1" } } },
            {
                path: "environments.dev.clusters",
                value: "member1",
                id: "form",
                rule: "must be a list, or a map",
                fix: "write a list: [member1]",
            },
        ],
        [
            "a yes",
            { registries: { main: { insecure: "yes" } } },
            {
                path: "registries.main.insecure",
                value: "yes",
                id: "type",
                rule: "must be true or false",
                fix: "write true",
            },
        ],
        [
            "a limit that no quota has",
            { defaults: { quota: { "limit.cpu": "4" } } },
            {
                path: "defaults.quota.limit.cpu",
                value: "limit.cpu",
                id: "name",
                rule: "must be what a ResourceQuota limits, e.g. requests.cpu, limits.memory, pods or count/deployments.apps",
                fix: "rename the key",
            },
        ],
    ];
    for (const [title, overrides, expected] of cases) {
        it(title, () => {
            assert.deepEqual(only(overrides), { ...expected, severity: "error" });
        });
    }

    it("does not hide what is wrong elsewhere", () => {
        assert.deepEqual(
            problems({
                gitlab: { tir: "free" },
                apps: { web: { team: "shp", port: "80" }, api: { environments: { prd: {} } } },
                environments: { dev: { clusters: ["member9"] } },
            }).map(({ id, path: at }) => `${id} ${at}`),
            [
                "environment-exists apps.api.environments.prd",
                "type apps.web.port",
                "team-exists apps.web.team",
                "cluster-exists environments.dev.clusters",
                "unknown-key gitlab.tir",
            ],
        );
    });
});

it("a number beyond all counting is reported by the option's own limit, once", () => {
    const { problems: found } = parseEstate(spec({ defaults: { storageGiB: 2 ** 60 } }));
    assert.deepEqual(
        found.map(({ id, rule }) => [id, rule]),
        [["range", "must be at most 1048576"]],
    );
});

describe("a secret in the open", () => {
    const fake = {
        token: `glpat-${"x1Y2z3W4".repeat(3)}`,
        key: "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----",
    };
    const cases: [string, Overrides, string, string][] = [
        ["a GitLab token at an allowed key", { gitlab: { caFile: fake.token } }, "gitlab.caFile", fake.token],
        ["a private key", { apps: { web: { values: { tls: fake.key } } } }, "apps.web.values.tls", "MIIB"],
        [
            "a password in Helm values",
            { apps: { web: { values: { db: { password: "hunter2hunter2" } } } } },
            "apps.web.values.db.password",
            "hunter2hunter2",
        ],
        [
            "a URL with a password",
            { argocd: { clusterPageUrl: "https://me:hunter2hunter2@page.test" } },
            "argocd.clusterPageUrl",
            "hunter2hunter2",
        ],
        [
            "a bot's URL",
            {
                channels: {
                    ops: {
                        recipient: "https://oapi.dingtalk.com/robot/send?access_token=0123456789abcdef01",
                    },
                },
            },
            "channels.ops.recipient",
            "0123456789abcdef01",
        ],
        [
            "a variable of a container",
            { apps: { web: { values: { env: [{ name: "DB_PASSWORD", value: "hunter2hunter2" }] } } } },
            "apps.web.values.env.0.value",
            "hunter2hunter2",
        ],
        [
            "a random key under a harmless name",
            { apps: { web: { values: { pepper: { name: "q7RzT2mXv9LpKd4WcB8nYh3s" } } } } },
            "apps.web.values.pepper.name",
            "q7RzT2mXv9LpKd4WcB8nYh3s",
        ],
        [
            "a registry's login in a document",
            { apps: { web: { values: { config: '{"auths":{"h":{"auth":"YWRtaW46SGFyYm9yMTIzNDU="}}}' } } } },
            "apps.web.values.config",
            "YWRtaW46SGFyYm9yMTIzNDU",
        ],
        [
            "a private key in base64",
            { apps: { web: { values: { cert: "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQpNSUlC" } } } },
            "apps.web.values.cert",
            "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVkt",
        ],
        [
            "a password of digits alone, which YAML takes for a number",
            { apps: { web: { values: { db: { password: 12345678 } } } } },
            "apps.web.values.db.password",
            "12345678",
        ],
        [
            "a password in an argument",
            { apps: { web: { values: { args: ["--verbose", "--db-password=hunter2hunter2"] } } } },
            "apps.web.values.args.1",
            "hunter2hunter2",
        ],
        [
            "a password behind its argument",
            { apps: { web: { values: { args: ["--db-password", "hunter2hunter2"] } } } },
            "apps.web.values.args.1",
            "hunter2hunter2",
        ],
        [
            "a password in the address of a database",
            { apps: { web: { values: { dsn: "host=db user=web password=hunter2 sslmode=require" } } } },
            "apps.web.values.dsn",
            "hunter2",
        ],
        [
            "a variable in a text of YAML",
            { apps: { web: { values: { extraEnv: "- name: DB_PASSWORD\n  value: hunter2hunter2\n" } } } },
            "apps.web.values.extraEnv",
            "hunter2hunter2",
        ],
        [
            "a variable in a patch",
            {
                apps: {
                    api: {
                        kustomize: {
                            patches: [
                                {
                                    patch: "- op: add\n  path: /spec/env/-\n  value: {name: TOKEN, value: a1b2c3d4}",
                                },
                            ],
                        },
                    },
                },
            },
            "apps.api.kustomize.patches.0.patch",
            "a1b2c3d4",
        ],
        ...Object.entries({
            "a variable named otherwise": [{ env: [{ name: "DB_PASS", value: "hunter2X!" }] }, "env.0.value"],
            "an entry with a key": [{ env: [{ key: "DB_PASSWORD", value: "hunter2X!" }] }, "env.0.value"],
            "an entry in capitals": [{ env: [{ Name: "DB_PASSWORD", Value: "hunter2X!" }] }, "env.0.Value"],
            "one of several passwords": [{ env: { DB_PASSWORD_2: "hunter2X!" } }, "env.DB_PASSWORD_2"],
            "a passphrase": [{ gpg: { passphrase: "hunter2X! and so on" } }, "gpg.passphrase"],
            "a store's key": [{ s3: { secretKey: "hunter2X!" } }, "s3.secretKey"],
            "a cloud's key": [{ aws: { secretAccessKey: "hunter2X!" } }, "aws.secretAccessKey"],
            "a key in hexadecimal": [
                { encryptionKey: "0123456789abcdef0123456789abcdef" },
                "encryptionKey",
                "0123456789abcdef",
            ],
            "a key after its argument": [{ args: ["--api-key", "hunter2X!"] }, "args.1"],
            "a login of curl": [{ run: "curl -u admin:hunter2X! https://x.test" }, "run"],
            "a login of mysql": [{ run: "mysql -uroot -phunter2X! web" }, "run"],
            "a header": [{ header: "Authorization: Basic aHVudGVyMlghaHVudGVyMlgh" }, "header", "aHVudGVy"],
            "a .netrc": [{ netrc: "machine x.test login me password hunter2X!" }, "netrc"],
            "an .npmrc": [{ npmrc: "//x.test/:_authToken=hunter2X!" }, "npmrc"],
            "a store's connection": [{ store: "AccountName=web;AccountKey=hunter2X!;" }, "store"],
            "a password without a user": [{ redis: "redis://:hunter2X!@redis:6379" }, "redis"],
            "a driver's address": [{ dsn: "web:hunter2X!@tcp(db:3306)/web" }, "dsn"],
            "a password that starts like a reference": [
                { db: { password: "$3cret-hunter2X!" } },
                "db.password",
            ],
            "a bot of WeCom": [
                { hook: `https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=hunter2X${"-0123".repeat(4)}` },
                "hook",
            ],
            "a GitLab token that routes": [{ ci: `glrtr-${"hunter2X".repeat(3)}` }, "ci"],
        } satisfies Record<string, [Overrides, string, string?]>).map(
            ([title, [values, at, secret = "hunter2X"]]): [string, Overrides, string, string] => [
                title,
                { apps: { web: { values } } },
                `apps.web.values.${at}`,
                secret,
            ],
        ),
        ["a token at an unknown key", { gitlab: { token: "abc-abc-abc" } }, "gitlab.token", "abc-abc-abc"],
    ];
    for (const [title, overrides, at, secret] of cases) {
        it(`is found and not shown: ${title}`, () => {
            const found = problems(overrides);
            const named = found.filter((problem) => problem.id === "plain-secret");
            assert.deepEqual(
                named.map((problem) => problem.path),
                [at],
            );
            assert.ok(!formatProblems(found).includes(secret), formatProblems(found));
            assert.equal(parseEstate(spec(overrides)).estate, undefined);
        });
    }

    it("is none where the spec says so, with a reason", () => {
        const values = { csrf: { token: "x-csrf-header" } };
        const at = "apps.web.values.csrf.token";
        assert.deepEqual(
            problems({ apps: { web: { values } }, notSecrets: { [at]: "name of a header" } }),
            [],
        );
        assert.ok(problems({ apps: { web: { values } }, notSecrets: { [at]: " " } }).length > 0);
    });

    it("is expected where the spec says that there is none: a stale exception would hide the next one", () => {
        const notSecrets = { "apps.web.values.gone": "a word of the team" };
        const [stale, ...others] = problems({ notSecrets });
        assert.deepEqual(others, []);
        assert.deepEqual(
            [stale?.id, stale?.path, stale?.severity],
            ["not-secret-used", "notSecrets.apps.web.values.gone", "warning"],
        );
    });

    it("is not seen in what is random and public, or a long name", () => {
        const values = {
            commit: "9fceb02d0ae598e95dc970b74767f19372d61af8",
            digest: "sha256:9fceb02d0ae598e95dc970b74767f19372d61af89fceb02d0ae598e95dc970b7",
            integrity: "sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC",
            id: "7D9F5B0C-2A6E-4F1B-9C3D-8E7F6A5B4C3D",
            url: "https://cdn.acme.test/A1b2C3d4E5f6G7h8/I9j0/Bundle.js",
            image: "harbor.acme.test/Base/Image3:v1.2.3-Rc4",
            certificate: "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUI=",
            publicKey: "AAAAC3NzaC1lZDI1NTE5AAAAIJ7Wq0nqJkQ2x3vR5tY8uI1oP4aS6dF",
            feature: "enableReadWriteOnceVolumesV2ForStatefulSets",
            path: "/var/lib/Data2/App3/Config4/Cache5/Tmp6/Log7",
            schedule: "Mon-Fri_08h00-18h00_Europe-Berlin",
        };
        assert.deepEqual(problems({ apps: { web: { values } } }), []);
    });

    it("is not seen in what only speaks of secrets", () => {
        const values = {
            existingSecret: "db",
            secretName: "db",
            passwordFile: "/run/db",
            auth: { enabled: true },
            image: { pullSecret: "regcred" },
            ingress: { tlsSecret: "web-tls" },
            automountServiceAccountToken: "false",
            passwordSecret: "web-db",
            gcpServiceAccountSecret: "gcp-sa",
            tls: { secret: "web-tls" },
            tokenExpirySeconds: 36000,
            args: [
                "--token=$(TOKEN)",
                "--token-file=/run/tokens/1",
                "--password-file",
                "/run/db1",
                "--secret",
                "web-tls",
                "--no-password",
                "--host=db12345",
                "--token",
                "/var/run/token1",
                "--use-token",
                "Abcdef123456",
            ],
            volumes: "volumes:\n  - name: tls\n    secret:\n      secretName: web-tls2\n",
            template: "password: {{ .Values.password1 }}\ntoken: ${TOKEN1}",
            podAnnotations: { "vault.hashicorp.com/agent-inject-token": "true" },
            externalSecret: { data: [{ secretKey: "password1", remoteRef: { key: "secret/db" } }] },
            encryptedData: { password: "AgBy3i4OJSWK+PiTySYZZA9rO43cGDEqQ1x2Z3" },
            credentials: "s3-login",
            nginx: { proxy_pass: "http://backend1:8080" },
            vapid: { publicKey: "BEl62iUYgUivxIkv69yViEuiBIaIb9SkvMeAtA3LFgDzkrxZJjSgSnfckjBJuBkr3q" },
            commands: [
                "docker run --user 1000:1000 --user www-data:www-data",
                "curl -u admin:${PASS1} -H 'Authorization: Bearer $TOKEN1'",
                "mysqladmin ping -p$MYSQL_PASSWORD1",
            ],
            addresses: [
                "redis://:$(PASS1)@redis",
                "postgres://web:<password>@db",
                "amqp://web:{{.pass1}}@mq",
            ],
            references: Object.fromEntries(
                [
                    "{{ .Values.password1 }}",
                    "${PASSWORD1}",
                    "<path:secret/data/web#password1>",
                    "vault:secret/data/web#password1",
                    "ref+vault://secret/web#/password1",
                    "op://vault/web/password1",
                    "arn:aws:secretsmanager:eu-west-1:123456789012:secret:web-AbCdEf",
                    "projects/123/secrets/web/versions/1",
                    "/run/secrets/password1",
                    "ENC[AES256_GCM,data:abc1=,iv:x,tag:y,type:str]",
                ].map((reference, index) => [`p${index}_password`, reference]),
            ),
            env: [
                { name: "DB_HOST", value: "db" },
                { name: "DB_PASSWORD", valueFrom: { secretKeyRef: { name: "db", key: "password" } } },
            ],
        };
        assert.deepEqual(problems({ apps: { web: { values } }, defaults: { quota: { secrets: "10" } } }), []);
    });
});

describe("the nearest name", () => {
    it("is the one most likely meant", () => {
        const known = ["clusters", "environments", "registries", "delivery", "url"];
        assert.equal(nearest("cluster", known), "clusters");
        assert.equal(nearest("enviroments", known), "environments");
        assert.equal(nearest("URL", known), "url");
        assert.equal(nearest("ulr", known), "url");
        assert.equal(nearest("colour", known), undefined);
        assert.equal(nearest("x", []), undefined);
        assert.equal(nearest("registriesOfImages", known), "registries");
        assert.equal(nearest("env", known), "environments");
        assert.equal(nearest("pro", ["prod", "production-eu"]), "prod");
        assert.equal(nearest("product", ["pro", "prod"]), undefined, "two it could be");
    });

    it("counts letters changed, added, left out and swapped", () => {
        assert.equal(distance("", "abc"), 3);
        assert.equal(distance("abc", "abc"), 0);
        assert.equal(distance("abc", "abd"), 1);
        assert.equal(distance("abc", "acb"), 1);
        assert.equal(distance("kitten", "sitting"), 3);
    });
});

describe("a spec with many mistakes", () => {
    // To accept a new text: ESTATE_ACCEPT=1 node --require tsx/cjs --test test/estate/parse.test.ts
    const folder = path.join(__dirname, "..", "fixtures", "estates");
    for (const file of fs.readdirSync(folder).filter((name) => name.endsWith(".yaml"))) {
        it(`is reported in full: ${file}`, () => {
            const expected = path.join(folder, file.replace(/\.yaml$/, ".txt"));
            const raw: unknown = parseYaml(fs.readFileSync(path.join(folder, file), "utf8"));
            const text = `${formatProblems(parseEstate(raw, { today: "2027-01-01" }).problems, file)}\n`;
            if (process.env["ESTATE_ACCEPT"] === "1") {
                fs.writeFileSync(expected, text);
            }
            assert.equal(text, fs.readFileSync(expected, "utf8"));
        });
    }
});

describe("texts", () => {
    it("have several lines where they are files, messages or notes", () => {
        const { problems } = parseEstate(
            spec({
                defaults: { values: { script: "one\n\ttwo\r\n" } },
                apps: {
                    web: { environments: { prod: { hold: "until Monday\n" } } },
                    api: {
                        kustomize: {
                            patches: [
                                { patch: "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: api\n" },
                            ],
                        },
                    },
                },
            }),
        );
        assert.deepEqual(
            problems.filter(({ severity }) => severity === "error"),
            [],
        );
    });

    it("never reach a terminal with characters that it acts on", () => {
        const { problems } = parseEstate(spec({ teams: { shop: { developers: "bob\u001b[31m\u202e" } } }));
        assert.match(formatProblems(problems), /fix: {3}write a list: \[bob\\u001b\[31m\\u202e\]/);
    });
});
