/** People at Argo CD: a browser's part of signing in with GitLab, and what they then ask its API. */
import assert from "node:assert/strict";
import type { Person } from "../../../commands/support/story";
import { fetchTrusting, type Fetch } from "../../../sandbox";
import type { Answer } from "./world";

/** One page on the way. */
export interface Page {
    readonly url: string;
    readonly status: number;
    readonly text: string;
}

/** What a refused call of Argo CD's API answers. */
export interface Refusal {
    readonly error: string;
    /** gRPC's number: 7 is PermissionDenied, 16 Unauthenticated. */
    readonly code: number;
}

/** A browser as far as sign-in needs one: it keeps cookies, follows redirects and fills in one form. */
export class Browser {
    private readonly cookies = new Map<string, string>();

    /**
     * @param argocdUrl without a slash at its end.
     * @param fetch follows no redirect where it is asked not to.
     */
    constructor(
        private readonly argocdUrl: string,
        private readonly fetch: Fetch = fetchTrusting(undefined),
    ) {}

    /** Goes to Argo CD's sign-in; the page where that ends, which is GitLab's form. */
    async start(): Promise<Page> {
        const page = (await this.open(`${this.argocdUrl}/auth/login`)).at(-1);
        assert.ok(page !== undefined && page.status === 200, `no page to sign in at: ${page?.text}`);
        return page;
    }

    /**
     * Signs in: the button at Argo CD, the form at GitLab, the way back.
     *
     * @param decision the button that is pressed on GitLab's page.
     * @returns the answer of Argo CD's callback, or GitLab's page when it lets nobody through.
     */
    async signIn(person: Person, decision: "authorize" | "deny" = "authorize"): Promise<Page> {
        const form = await this.start();
        const fields = new URLSearchParams({ username: person.name, password: person.token, decision });
        for (const [, name = "", value = ""] of form.text.matchAll(
            /<input type="hidden" name="([^"]+)" value="([^"]*)">/g,
        )) {
            fields.append(name, plain(value));
        }
        const action = /<form method="post" action="([^"]+)">/.exec(form.text)?.[1];
        assert.ok(action !== undefined, `GitLab shows no form: ${form.text}`);
        const pages = await this.open(new URL(action, form.url).href, fields);
        const callback = pages.find(({ url }) => url.startsWith(`${this.argocdUrl}/auth/callback`));
        return callback ?? (pages.at(-1) as Page);
    }

    /** A call of Argo CD's API with the cookies there are. */
    async call<T = unknown>(method: string, path: string, body?: unknown): Promise<Answer<T>> {
        const response = await this.fetch(`${this.argocdUrl}/api/v1${path}`, {
            method,
            headers: { cookie: this.cookieHeader(), "content-type": "application/json" },
            ...(body === undefined ? {} : { body: JSON.stringify(body) }),
            signal: AbortSignal.timeout(20_000),
        });
        return { status: response.status, body: (await response.json()) as T };
    }

    /** Names of the Applications this person sees, sorted. */
    async applications(): Promise<string[]> {
        const answer = await this.call<{ items: { metadata: { name: string } }[] | null }>(
            "GET",
            "/applications",
        );
        assert.equal(answer.status, 200, JSON.stringify(answer.body));
        return (answer.body.items ?? []).map(({ metadata }) => metadata.name).sort();
    }

    /** Opens an address, or sends a form there; each page until one leads nowhere else. */
    private async open(url: string, form?: URLSearchParams): Promise<Page[]> {
        const pages: Page[] = [];
        let next: string | undefined = url;
        let body = form;
        while (next !== undefined && pages.length < 10) {
            const type = { "content-type": "application/x-www-form-urlencoded" };
            const response: Response = await this.fetch(next, {
                ...(body === undefined ? {} : { method: "POST", body: body.toString() }),
                headers: { cookie: this.cookieHeader(), ...(body === undefined ? {} : type) },
                redirect: "manual",
                signal: AbortSignal.timeout(20_000),
            });
            this.keep(response.headers.getSetCookie());
            pages.push({ url: next, status: response.status, text: await response.text() });
            const location = response.headers.get("location");
            next = location === null ? undefined : new URL(location, next).href;
            body = undefined;
        }
        return pages;
    }

    private keep(cookies: readonly string[]): void {
        for (const cookie of cookies) {
            const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
            this.cookies.set(name, value);
        }
    }

    /** Cookies do not know ports, and both servers are on 127.0.0.1: a browser sends all to both. */
    private cookieHeader(): string {
        return [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    }
}

/** Text of an attribute as it was before it became HTML. */
function plain(value: string): string {
    return value.replace(/&#(\d+);/g, (_whole, code: string) => String.fromCharCode(Number(code)));
}
