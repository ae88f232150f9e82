/** Rate limits that an administrator sets (`throttle_…_api_…` of the application's settings). */
import type { FastifyRequest } from "fastify";

import { ApiError } from "./errors";
import type { GitLab } from "./gitlab";

/** The settings as a new GitLab has them. */
export const throttleDefaults = {
    throttle_authenticated_api_enabled: false,
    throttle_authenticated_api_requests_per_period: 7200,
    throttle_authenticated_api_period_in_seconds: 3600,
    throttle_unauthenticated_api_enabled: false,
    throttle_unauthenticated_api_requests_per_period: 3600,
    throttle_unauthenticated_api_period_in_seconds: 3600,
};

interface Window {
    readonly ends: number;
    count: number;
}

/** Counts requests per user, or per address for nobody's, in windows of the time that the settings say. */
export class Throttle {
    private readonly windows = new Map<string, Window>();

    constructor(private readonly gitlab: GitLab) {}

    /** @throws ApiError 429 with the headers that say when to retry. */
    check(request: FastifyRequest, userId: number | undefined): void {
        const kind = userId === undefined ? "unauthenticated" : "authenticated";
        const settings: Record<string, unknown> = { ...throttleDefaults, ...this.gitlab.state.settings };
        if (settings[`throttle_${kind}_api_enabled`] !== true) {
            return;
        }
        const limit = Number(settings[`throttle_${kind}_api_requests_per_period`]);
        const period = Number(settings[`throttle_${kind}_api_period_in_seconds`]) * 1000;
        const key = userId === undefined ? request.ip : String(userId);
        const now = Date.now();
        let window = this.windows.get(key);
        if (!window || window.ends <= now) {
            window = { ends: now + period, count: 0 };
            this.windows.set(key, window);
        }
        window.count++;
        if (window.count > limit) {
            const seconds = Math.max(1, Math.ceil((window.ends - now) / 1000));
            throw new ApiError(429, "Retry later\n", {
                "Content-Type": "text/plain",
                "Retry-After": String(seconds),
                "RateLimit-Limit": String(limit),
                "RateLimit-Name": `throttle_${kind}_api`,
                "RateLimit-Observed": String(window.count),
                "RateLimit-Remaining": "0",
                "RateLimit-Reset": String(Math.ceil(window.ends / 1000)),
            });
        }
    }
}
