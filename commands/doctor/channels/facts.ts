/** Whether chat bots, mail servers and the page people sign in at answer from here. Nothing is sent. */
import type { Estate } from "../../../estate/model";
import { at } from "../../../estate/credentials";
import type { Engine } from "../../../estate/engines";
import { enginesOf } from "../engines";
import type { WrittenUrl } from "../engines/engine";
import { openConnection, proxied, type ConnectionContext } from "../connections";
import { client, opened, Unreachable, unreachable } from "../http";
import { record } from "../json";

/** A channel, and why it does not answer; absent: it does. */
export interface FoundChannel {
    readonly name: string;
    /** Host, with the port where it is not the usual one. */
    readonly host: string;
    readonly silent?: string;
}

export interface ChannelFacts {
    readonly channels: readonly FoundChannel[];
    readonly signIns: readonly SignIn[];
}

/** Where people sign in to an engine: why it does not answer, or whom it calls itself. */
export interface SignIn extends WrittenUrl {
    readonly engine: Engine;
    readonly silent?: string;
    readonly status?: number;
    readonly issuer?: string;
}

/** Opens a connection to each channel, and reads what the sign-in page says of itself. */
export async function channelFacts(
    estate: Estate,
    context: ConnectionContext,
    end: AbortSignal,
): Promise<ChannelFacts> {
    const value = (name: string, key: string): string => {
        const found = at(context.credentials, ["channels", name, key]);
        return typeof found === "string" ? found : "";
    };
    const channels = Object.values(estate.channels).map(async ({ name, kind }): Promise<FoundChannel> => {
        const [url, host, port] = [value(name, "url"), value(name, "host"), value(name, "port")];
        if (kind === "email") {
            return {
                name,
                host: `${host}:${port}`,
                ...(await silence(async () => (await opened({ host, port: Number(port) }, end)).destroy())),
            };
        }
        if (!URL.canParse(url)) {
            return { name, host: "" };
        }
        // Only the server: the rest of the URL is the bot's secret, and a call to it would be a message.
        const { origin, host: shown } = new URL(url);
        return { name, host: shown, ...(await silence(() => answered(origin, context, end))) };
    });
    const pages = enginesOf(estate).flatMap(([name, engine]) => {
        const page = engine.signIn?.(estate);
        return page === undefined ? [] : [{ ...page, engine: name }];
    });
    return {
        channels: await Promise.all(channels),
        signIns: await Promise.all(
            pages.map(async (page) => ({ ...page, ...(await signIn(page.url, estate, context, end)) })),
        ),
    };
}

async function silence(reach: () => Promise<unknown>): Promise<Pick<FoundChannel, "silent">> {
    try {
        await reach();
        return {};
    } catch (error) {
        return { silent: unreachable(error).message };
    }
}

async function answered(origin: string, { env }: ConnectionContext, end: AbortSignal): Promise<void> {
    const { ask, close } = client({ url: origin, headers: {}, ...proxied(origin, env) }, end);
    try {
        await ask("GET", "/");
    } finally {
        close();
    }
}

async function signIn(
    issuer: string,
    estate: Estate,
    context: ConnectionContext,
    end: AbortSignal,
): Promise<Pick<SignIn, "silent" | "status" | "issuer">> {
    const { ask, close } = client(openConnection(issuer, estate, context), end);
    try {
        const { status, body } = await ask("GET", "/.well-known/openid-configuration");
        const own = record(body)["issuer"];
        return { status, ...(typeof own === "string" ? { issuer: own } : {}) };
    } catch (error) {
        if (error instanceof Unreachable) {
            return { silent: error.message };
        }
        throw error;
    } finally {
        close();
    }
}
