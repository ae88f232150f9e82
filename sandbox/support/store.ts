import { open, mkdir, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * The state of one stand-in: a plain object in memory and a JSON file that survives a restart or a kill.
 *
 * Callers change {@link Store.data} in place and then await {@link Store.save}. Saves that arrive while a
 * write is under way share the next write, so a burst of requests costs two disk flushes, not one each.
 */
export class Store<T extends object> {
    private writing: Promise<void> | undefined;
    private queued: Promise<void> | undefined;
    private closed = false;

    private constructor(
        private readonly file: string,
        /** The state itself. JSON values only: what is not JSON is lost on restart. */
        readonly data: T,
    ) {}

    /**
     * Reads the file, or starts with `initial()` when there is none. The folder is made if needed.
     * @throws when the file exists but is not JSON; it is left as it is, for a person to look at.
     */
    static async open<T extends object>(file: string, initial: () => T): Promise<Store<T>> {
        await mkdir(dirname(file), { recursive: true });
        let text: string;
        try {
            text = await readFile(file, "utf8");
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
                throw error;
            }
            const store = new Store(file, initial());
            await store.save();
            return store;
        }
        try {
            return new Store(file, JSON.parse(text) as T);
        } catch (error) {
            throw new Error(`The state file ${file} is not readable JSON: ${(error as Error).message}`);
        }
    }

    /** Resolves once the state as it is now (or later) is on disk; rejects when it could not be written. */
    save(): Promise<void> {
        if (this.closed) {
            return Promise.reject(new Error(`The state file ${this.file} is closed.`));
        }
        if (this.queued) {
            return this.queued;
        }
        if (!this.writing) {
            return this.start();
        }
        // The running write may have serialised the state already: only the one after it is sure to hold
        // this change.
        const previous = this.writing;
        this.queued = previous
            .catch(() => undefined)
            .then(() => {
                this.queued = undefined;
                return this.start();
            });
        return this.queued;
    }

    /** Waits for pending writes and refuses new ones. */
    async close(): Promise<void> {
        while (this.queued ?? this.writing) {
            await (this.queued ?? this.writing)?.catch(() => undefined);
        }
        this.closed = true;
    }

    private start(): Promise<void> {
        const write = this.write().finally(() => {
            this.writing = undefined;
        });
        this.writing = write;
        return write;
    }

    private async write(): Promise<void> {
        // One tick of patience lets requests handled in the same turn join this write.
        await new Promise<void>((resolve) => setImmediate(resolve));
        const text = JSON.stringify(this.data);
        const temporary = `${this.file}.tmp`;
        const handle = await open(temporary, "w", 0o600);
        try {
            await handle.writeFile(text);
            await handle.sync();
        } finally {
            await handle.close();
        }
        await rename(temporary, this.file);
        const folder = await open(dirname(this.file), "r");
        try {
            await folder.sync();
        } finally {
            await folder.close();
        }
    }
}
