/** The committed stack files describe estates that break no rule. Whether they can be made is for the engine's tests. */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, it } from "node:test";
import { parse } from "yaml";
import { formatProblems, parseEstate, type Parsed } from "../../estate";

const root = path.join(__dirname, "..", "..");

interface StackFile {
    readonly config: Readonly<Record<string, unknown>>;
    readonly encryptionsalt?: string;
}

function read(stack: string): StackFile {
    return parse(fs.readFileSync(path.join(root, `Pulumi.${stack}.yaml`), "utf8")) as StackFile;
}

function estateOf(stack: string): Parsed {
    return parseEstate(read(stack).config["gitops-estate:estate"], {
        today: "2027-01-01",
        servers: { member1: "https://127.0.0.1:8951", member2: "https://127.0.0.1:8952" },
        unknownServers: "error",
    });
}

describe("the stack files", () => {
    for (const stack of ["dev", "prod"]) {
        it(`of ${stack} describe an estate without errors`, () => {
            const { estate, problems } = estateOf(stack);
            assert.ok(estate, formatProblems(problems));
        });

        it(`of ${stack} let no default provider reach anything`, () => {
            assert.deepEqual(read(stack).config["pulumi:disable-default-providers"], ["*"]);
        });

        it(`of ${stack} hold no secrets and nothing of one installation`, () => {
            const file = read(stack);
            assert.equal(file.encryptionsalt, undefined);
            assert.deepEqual(Object.keys(file.config).sort(), [
                "gitops-estate:estate",
                "pulumi:disable-default-providers",
            ]);
        });

        it(`of ${stack} are known to editors`, () => {
            const text = fs.readFileSync(path.join(root, `Pulumi.${stack}.yaml`), "utf8");
            const [, schema] = /^# yaml-language-server: \$schema=(\S+)/.exec(text) ?? [];
            assert.ok(schema !== undefined && fs.existsSync(path.join(root, schema)), schema);
        });
    }

    it("of dev say what the free tier does without, how old its Argo CD is, and nothing else", () => {
        assert.deepEqual(
            estateOf("dev").problems.map(({ id, path: at }) => `${id} ${at}`),
            ["manifests-supported argocd.manifests.version", "tier-approvals environments.prod.approvals"],
        );
    });

    it("of prod give no warning", () => {
        assert.equal(formatProblems(estateOf("prod").problems), "");
    });

    it("of dev hold two apps of one team on a host and two members", () => {
        const { estate } = estateOf("dev");
        assert.deepEqual(Object.keys(estate?.apps ?? {}), ["api", "web"]);
        assert.deepEqual(
            estate?.environments.map((each) => [each.name, each.clusters, each.promotesFrom]),
            [
                ["dev", ["member1"], undefined],
                ["test", ["member1"], "dev"],
                ["prod", ["member1", "member2"], "test"],
            ],
        );
        assert.equal(estate?.environments[2]?.deletionProtection, true);
    });

    it("of prod use what the program has to offer", () => {
        const { estate } = estateOf("prod");
        assert.equal(Object.keys(estate?.registries ?? {}).length, 2);
        assert.equal(Object.keys(estate?.clusters ?? {}).length, 4);
        assert.equal(Object.keys(estate?.teams ?? {}).length, 3);
        assert.equal(Object.keys(estate?.apps ?? {}).length, 6);
        assert.equal(estate?.gitlab.tier, "premium");
        assert.equal(estate.argocd.ha, true);
    });
});
