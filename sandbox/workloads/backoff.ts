/** How long to wait before a process that ended is started again, as a kubelet does, only sooner. */

export interface BackoffSettings {
    readonly firstMs: number;
    readonly mostMs: number;
    /** A run of so long counts as a success: the next wait is the first again. */
    readonly resetAfterMs: number;
}

export const defaultBackoff: BackoffSettings = { firstMs: 500, mostMs: 30_000, resetAfterMs: 60_000 };

/** Doubles from the first wait to the longest. */
export class Backoff {
    private failures = 0;

    constructor(private readonly settings: BackoffSettings = defaultBackoff) {}

    /** The wait after a run of `ranMs`, in milliseconds. */
    next(ranMs: number): number {
        const { firstMs, mostMs, resetAfterMs } = this.settings;
        if (ranMs >= resetAfterMs) {
            this.failures = 0;
        }
        return Math.min(firstMs * 2 ** this.failures++, mostMs);
    }

    reset(): void {
        this.failures = 0;
    }
}
