/** Node's fetch trusts what the process was started with, and no more: a sandbox has an authority of its own. */
import * as https from "node:https";
import { buffer } from "node:stream/consumers";

/** What is asked of a server here. */
export interface Question {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
    readonly signal?: AbortSignal;
    /** Default: Node's own fetch follows redirects, one that trusts another authority never does. */
    readonly redirect?: "manual";
}

export type Fetch = (url: string, question?: Question) => Promise<Response>;

/**
 * A fetch that trusts one authority more.
 *
 * @param authority PEM; undefined: Node's own fetch.
 */
export function fetchTrusting(authority: string | undefined): Fetch {
    return authority === undefined
        ? (url, question) => fetch(url, question)
        : async (url, { body, ...question } = {}) => {
              const options = { ...question, ca: authority, agent: false };
              const answer = await new Promise<{ status: number; headers: Headers; body: Buffer }>(
                  (resolve, reject) => {
                      const request = https.request(url, options, (response) => {
                          const headers = new Headers();
                          for (const [name, value] of Object.entries(response.headers)) {
                              [value ?? []].flat().forEach((each) => headers.append(name, each));
                          }
                          buffer(response).then(
                              (bytes) => resolve({ status: response.statusCode ?? 0, headers, body: bytes }),
                              reject,
                          );
                      });
                      request.once("error", reject);
                      request.end(body);
                  },
              );
              const empty = [204, 304].includes(answer.status);
              return new Response(empty ? null : answer.body, {
                  status: answer.status,
                  headers: answer.headers,
              });
          };
}
