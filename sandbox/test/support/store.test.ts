/** Durable state. That a flush reaches the disk itself is taken from the operating system, not proved here. */
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";

import { Store } from "../../support/store";

async function folder(context: TestContext): Promise<string> {
    const dir = await mkdtemp(join(tmpdir(), "store-test-"));
    context.after(() => rm(dir, { recursive: true, force: true }));
    return dir;
}

const initial = (): { count: number } => ({ count: 0 });

test("what a resolved save contained is in the file, however many save at once", async (context) => {
    const file = join(await folder(context), "deep", "state.json");
    const store = await Store.open(file, initial);
    const seen: number[] = [];
    await Promise.all(
        [...Array(200).keys()].map(async () => {
            const mine = ++store.data.count;
            await store.save();
            const written = JSON.parse(await readFile(file, "utf8")) as { count: number };
            seen.push(written.count - mine);
        }),
    );
    assert.ok(
        seen.every((difference) => difference >= 0),
        "a save resolved before its change was written",
    );
    await store.close();
    const again = await Store.open(file, initial);
    assert.equal(again.data.count, 200);
    await again.close();
});

test("the file is for its owner only, and no temporary file stays", async (context) => {
    const dir = await folder(context);
    const file = join(dir, "state.json");
    const store = await Store.open(file, initial);
    await store.save();
    await store.close();
    assert.equal((await stat(file)).mode & 0o077, 0);
    assert.deepEqual(await readdir(dir), ["state.json"]);
});

test("an unreadable file is refused and left as it is", async (context) => {
    const file = join(await folder(context), "state.json");
    await writeFile(file, '{"count": 1');
    await assert.rejects(() => Store.open(file, initial), /not readable JSON/);
    assert.equal(await readFile(file, "utf8"), '{"count": 1');
});

test("a failed write is reported to its caller, and the next one works", async (context) => {
    const dir = await folder(context);
    const file = join(dir, "sub", "state.json");
    const store = await Store.open(file, initial);
    await rm(join(dir, "sub"), { recursive: true });
    await assert.rejects(() => store.save(), { code: "ENOENT" });
    const again = await Store.open(file, initial);
    await store.save();
    await store.close();
    await again.close();
});

test("a closed store accepts no more", async (context) => {
    const store = await Store.open(join(await folder(context), "state.json"), initial);
    await store.close();
    await assert.rejects(() => store.save(), /is closed/);
});
