/**
 * The page in a real browser: Chromium of this machine, without a window. Where there is none these tests are skipped and
 * say so. They do not prove what other browsers show.
 */
import assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { boardPage } from "../../../commands/board/page";
import { previewed } from "../../../commands/board/preview";
import type { Estate, Language } from "../../../estate/model";
import { boardFor, estateOfApps } from "./support";

/** Names that Chromium is installed under. */
const programs = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

function chromium(): string | undefined {
    const folders = (process.env["PATH"] ?? "").split(path.delimiter).filter((folder) => folder !== "");
    const files = folders.flatMap((folder) => programs.map((name) => path.join(folder, name)));
    return files.find((file) => fs.existsSync(file));
}

const program = chromium();
const skip =
    program === undefined
        ? `no Chromium on PATH (${programs.join(", ")}): nothing was tried in a browser`
        : false;

/** Longest time a page of 300 apps may take from the start of its loading to a drawn frame, in milliseconds. */
const drawLimit = 2000;

describe("the page in a browser", { skip, timeout: 180_000 }, () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "board-browser-"));
    let browser: Browser;
    /** Everything the console said, and every request but that for the page itself. */
    let said: string[] = [];

    before(async () => {
        const playwright = await import("playwright-core");
        browser = await playwright.chromium.launch({
            executablePath: program ?? "",
            // In a container Chromium runs as root, where its own sandbox does not start. The page is ours.
            args: ["--no-sandbox", "--disable-dev-shm-usage"],
        });
    });
    after(async () => {
        await browser.close();
        fs.rmSync(folder, { recursive: true, force: true });
    });

    async function open(
        estate: Estate,
        options: { language?: Language; colorScheme?: "light" | "dark"; hash?: string } = {},
    ): Promise<Page> {
        const { language = "en", colorScheme = "light", hash = "" } = options;
        const file = path.join(folder, `${fs.readdirSync(folder).length}.html`);
        const preview = previewed(estate, {
            steps: [{ op: "update", urn: "urn:pulumi:dev::y::kubernetes:x:X::delivery-app-001-dev-member1" }],
        });
        fs.writeFileSync(file, boardPage(boardFor(estate, { preview }), { language, rotateBeforeDays: 30 }));
        const context = await browser.newContext({ colorScheme, viewport: { width: 1400, height: 900 } });
        const page = await context.newPage();
        said = [];
        page.on("console", (message) => said.push(message.text()));
        page.on("pageerror", (error) => said.push(error.message));
        page.on("request", (request) => {
            if (!request.isNavigationRequest()) {
                said.push(`request of ${request.url()}`);
            }
        });
        await page.goto(`${pathToFileURL(file).href}${hash}`);
        return page;
    }

    const shown = async (page: Page): Promise<string[]> =>
        page.locator("#matrix tbody tr:visible .name").allTextContents();

    /** Waits for the line that says how many apps are left. */
    const counts = (page: Page, text: string): Promise<void> =>
        page.locator("#count", { hasText: new RegExp(`^${text}$`) }).waitFor({ timeout: 5000 });

    test("says nothing on the console and asks nobody", async () => {
        const page = await open(estateOfApps(5));
        assert.equal(await page.locator("#filters").isVisible(), true);
        assert.deepEqual(said, []);
        // The policy is at work: what the page itself has none of is refused.
        const refused = await page.evaluate(
            "new Promise((done) => { document.addEventListener('securitypolicyviolation', (event) => done(event.violatedDirective)); const image = new Image(); image.src = 'http://127.0.0.1:9/x.png'; })",
        );
        assert.match(String(refused), /img-src|default-src/);
    });

    test("of 300 apps is drawn within two seconds, and a filter within half of one", async () => {
        const estate = estateOfApps(300);
        // The best of three: what the page costs, not what else this machine has to do.
        let drawn = Infinity;
        let page = await open(estate);
        for (let attempt = 0; attempt < 3 && drawn >= drawLimit; attempt++) {
            page = attempt === 0 ? page : await open(estate);
            const frame = await page.evaluate<number>(
                "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))",
            );
            drawn = Math.min(drawn, frame);
        }
        assert.ok(drawn < drawLimit, `drawn after ${Math.round(drawn)} ms`);
        const took = await page.evaluate<number>(`new Promise((done) => {
            const start = performance.now();
            const field = document.querySelector("#filters [name=q]");
            field.value = "app-123";
            field.dispatchEvent(new Event("input", { bubbles: true }));
            requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - start)));
        })`);
        assert.ok(took < 500, `filtered after ${Math.round(took)} ms`);
        assert.deepEqual(await shown(page), ["app-123"]);
        assert.deepEqual(said, []);
    });

    test("filters by text, team, environment, cluster and state, and says how many are left", async () => {
        const page = await open(estateOfApps(25));
        const count = page.locator("#count");
        assert.equal(await count.textContent(), "25 of 25 apps");
        await page.locator("[name=team]").selectOption("team2");
        assert.equal((await shown(page)).length, 10);
        await counts(page, "10 of 25 apps");
        await page.locator("[name=state]").selectOption("paused");
        // Held in prod: 15 and 20; pinned in test: 14.
        await counts(page, "3 of 25 apps");
        assert.deepEqual(await shown(page), ["app-014", "app-015", "app-020"]);
        await page.locator("[name=environment]").selectOption("prod");
        await counts(page, "2 of 25 apps");
        assert.equal(await page.locator("th[data-column=dev]").isVisible(), false);
        await page.locator("[name=cluster]").selectOption("member2");
        assert.equal(await page.locator(".place:visible").count(), 2);
        assert.match(page.url(), /#team=team2&environment=prod&cluster=member2&state=paused$/);
        await page.getByRole("button", { name: "Show everything" }).click();
        await counts(page, "25 of 25 apps");
        await page.locator("[name=state]").selectOption("changed");
        await counts(page, "1 of 25 apps");
        assert.deepEqual(await shown(page), ["app-001"]);
    });

    test("opens as its address says", async () => {
        const page = await open(estateOfApps(25), { hash: "#q=app-00&environment=test" });
        assert.equal((await shown(page)).length, 9);
        assert.equal(await page.locator("[name=q]").inputValue(), "app-00");
        assert.equal(await page.locator("th[data-column=prod]").isVisible(), false);
    });

    test("is used with the keyboard alone", async () => {
        const page = await open(estateOfApps(12));
        await page.keyboard.press("Tab");
        assert.equal(await page.evaluate("document.activeElement.className"), "skip");
        await page.keyboard.press("Enter");
        assert.equal(await page.evaluate("document.activeElement.id"), "board");
        await page.keyboard.press("/");
        assert.equal(await page.evaluate("document.activeElement.name"), "q");
        await page.keyboard.type("app-007");
        await counts(page, "1 of 12 apps");
        await page.keyboard.press("Escape");
        await counts(page, "12 of 12 apps");
        const summary = page.locator("#matrix summary").first();
        await summary.focus();
        await page.keyboard.press("Enter");
        assert.equal(await page.locator("#matrix details[open] dl").first().isVisible(), true);
    });

    test("follows the system's colours until the button says otherwise", async () => {
        const page = await open(estateOfApps(2), { colorScheme: "dark" });
        const paper = (): Promise<string> =>
            page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
        const dark = await paper();
        // A browser that says to a printer what it says to the screen.
        await page.emulateMedia({ media: "print" });
        assert.equal(await paper(), "rgb(255, 255, 255)");
        await page.emulateMedia({ media: "screen" });
        const button = page.locator("#theme");
        assert.equal(await button.textContent(), "Colours: automatic");
        await button.click();
        assert.equal(await button.textContent(), "Colours: light");
        const light = await paper();
        assert.notEqual(light, dark);
        await button.click();
        assert.equal(await paper(), dark);
        await page.emulateMedia({ media: "print" });
        assert.equal(await page.locator("#filters").isVisible(), false);
        assert.equal(await page.locator("#matrix").isVisible(), true);
        assert.equal(await paper(), "rgb(255, 255, 255)");
    });

    for (const language of ["en", "zh"] as const) {
        for (const colorScheme of ["light", "dark"] as const) {
            test(`has nothing that axe finds: ${language}, ${colorScheme}`, async () => {
                const page = await open(estateOfApps(20), { language, colorScheme });
                await page.locator("#matrix summary").first().click();
                const source = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
                await page.evaluate(source);
                const found = await page.evaluate<{ id: string; nodes: string[] }[]>(
                    "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => ({ id, nodes: nodes.slice(0, 3).map(({ html }) => html.slice(0, 200)) })))",
                );
                assert.deepEqual(found, []);
            });
        }
    }
});
