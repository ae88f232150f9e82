/** The body of a request to a server of the sandbox beside an engine. */
import type * as http from "node:http";

/**
 * Reads it to its end.
 *
 * @param limit longest body, in bytes.
 * @returns undefined where it is longer.
 */
export function readBody(request: http.IncomingMessage, limit: number): Promise<Buffer | undefined> {
    return new Promise((resolve, reject) => {
        const chunks: Buffer[] = [];
        let size = 0;
        request.on("data", (chunk: Buffer) => {
            size += chunk.length;
            if (size <= limit) {
                chunks.push(chunk);
            }
        });
        request.on("end", () => resolve(size <= limit ? Buffer.concat(chunks) : undefined));
        request.on("error", reject);
    });
}
