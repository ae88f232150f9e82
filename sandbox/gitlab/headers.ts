/** Headers that every answer of GitLab's API has, whatever it is about. */
import { createHash } from "node:crypto";

import type { FastifyInstance } from "fastify";

/** Adds them, and answers 304 to a client that has the body already. */
export function registerApiHeaders(fastify: FastifyInstance): void {
    fastify.addHook("onSend", (request, reply, payload, done) => {
        if (!request.url.startsWith("/api/v4/")) {
            done(null, payload);
            return;
        }
        reply.headers({
            vary: "Origin",
            "x-runtime": (reply.elapsedTime / 1000).toFixed(6),
            "x-gitlab-meta": JSON.stringify({ correlation_id: request.id, version: "1" }),
        });
        if (reply.getHeader("content-type") === "application/json; charset=utf-8") {
            reply.header("content-type", "application/json");
        }
        const reads = request.method === "GET" || request.method === "HEAD";
        if (!reads || reply.statusCode !== 200 || typeof payload !== "string") {
            reply.header("cache-control", "no-cache");
            done(null, payload);
            return;
        }
        const digest = createHash("sha256").update(payload).digest("hex").slice(0, 32);
        const tag = `W/"${digest}"`;
        reply.headers({ etag: tag, "cache-control": "max-age=0, private, must-revalidate" });
        const known = request.headers["if-none-match"]?.split(",").map((each) => each.trim());
        if (known?.includes(tag)) {
            reply.code(304).removeHeader("content-length");
            reply.removeHeader("content-type");
            done(null, "");
            return;
        }
        done(null, payload);
    });
}
