// @ts-check
/**
 * Notifies the channels of the outcome of a delivery to a machine: of what ci/compose.sh left in the folder deployment/ it makes
 * the cards that the estate wrote for each channel, signs them where the bot checks signatures, and posts them.
 *
 * Needs Node 20 or newer and no package; behind a proxy Node 22.21, 24.5 or newer.
 */
import { createHmac } from "node:crypto";
import { readFileSync, realpathSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { ignoredProxy } from "./copy.mjs";

/** @typedef {Readonly<Record<string, string | undefined>>} Variables */
/** @typedef {"feishu" | "dingtalk" | "slack" | "webhook"} Kind */
/**
 * A channel as its variable has it: messages by event, with places for facts in their texts.
 * @typedef {{ readonly kind: Kind, readonly cards: Readonly<Record<string, unknown>> }} Channel
 */
/**
 * What became of a delivery.
 * @typedef {{ readonly event: string, readonly image: string, readonly message: string }} Delivery
 */
/** @typedef {{ readonly taken: boolean, readonly busy: boolean, readonly reason: string }} Verdict */
/**
 * @typedef {object} World
 * @property {() => Delivery | undefined} delivery undefined where none was tried
 * @property {() => Date} now
 * @property {typeof fetch} post
 * @property {(milliseconds: number) => Promise<unknown>} wait
 * @property {(line: string) => void} report
 */

/** Not every channel was notified; the message says who and why. It holds no address and no secret. */
export class CardError extends Error {}

/** The events that a channel may have asked for, by what happened; the first that it has a card for is sent. */
/** @type {Readonly<Record<string, readonly string[]>>} */
const candidates = { healthy: ["healthy", "succeeded"], degraded: ["degraded"], failed: ["failed"] };

/** How often a channel that is busy or out of reach is tried. */
const attempts = 5;

/** Longest text of the machine that a card repeats: Feishu takes 20 KB in all. */
const longest = 1500;

/**
 * The part of a channel's name in the keys of its variables.
 * @param {string} name
 */
export function keyPart(name) {
  return name.toUpperCase().replace(/[^A-Z0-9]/g, "_");
}

/**
 * Facts by name, as the estate's cards call them.
 * @param {Delivery} delivery
 * @param {Variables} variables
 * @param {Date} now
 * @returns {Readonly<Record<string, string>>}
 */
export function factsOf({ event, image, message }, variables, now) {
  return {
    application: variables["MACHINE_PROJECT"] ?? "",
    time: `${now.toISOString().slice(0, 19).replace("T", " ")} +00:00`,
    sync: event === "failed" ? "Failed" : "Succeeded",
    health: event === "healthy" ? "Healthy" : event === "degraded" ? "Degraded" : "Unknown",
    machine: variables["MACHINE"] ?? "",
    commit: variables["CI_COMMIT_SHA"] ?? "",
    // The mail address behind the name is nobody's business.
    author: (variables["CI_COMMIT_AUTHOR"] ?? "").replace(/ *<[^<>]*>$/, ""),
    image,
    message: message.trim().slice(-longest),
    page: variables["CI_PIPELINE_URL"] ?? "",
  };
}

/** A place of a fact: its name, and what is replaced in it. */
const factPlaces = /\{\{ fact ((?:"(?:[^"\\]|\\.)*" ?)+)\}\}/g;
const quoted = /"(?:[^"\\]|\\.)*"/g;

/**
 * A message with its facts. They are put into texts, which are encoded afterwards: none of them can leave its text.
 * @param {unknown} card
 * @param {Readonly<Record<string, string>>} facts
 * @returns {unknown}
 */
export function fill(card, facts) {
  if (typeof card === "string") {
    return card.replace(factPlaces, (_, /** @type {string} */ words) => {
      const texts = [...words.matchAll(quoted)].map(([word]) => String(JSON.parse(word)));
      const [name = "", ...replacements] = texts;
      let value = facts[name] || "-";
      for (let at = 0; at + 1 < replacements.length; at += 2) {
        value = value.replaceAll(replacements[at] ?? "", () => replacements[at + 1] ?? "");
      }
      return value;
    });
  }
  if (Array.isArray(card)) {
    return card.map((each) => fill(each, facts));
  }
  return typeof card === "object" && card !== null
    ? Object.fromEntries(Object.entries(card).map(([key, value]) => [key, fill(value, facts)]))
    : card;
}

/**
 * Address and body with the signature where the bot looks for it.
 * @param {Kind} kind
 * @param {string} url
 * @param {unknown} card
 * @param {string} secret empty: the bot checks none
 * @param {Date} now
 * @returns {{ url: string, body: string }}
 */
export function signed(kind, url, card, secret, now) {
  const hmac = (/** @type {string} */ key, /** @type {string} */ text) =>
    createHmac("sha256", key).update(text).digest("base64");
  if (secret !== "" && kind === "feishu") {
    const timestamp = String(Math.floor(now.getTime() / 1000));
    const sign = hmac(`${timestamp}\n${secret}`, "");
    return { url, body: JSON.stringify({ .../** @type {object} */ (card), timestamp, sign }) };
  }
  if (secret !== "" && kind === "dingtalk") {
    const timestamp = String(now.getTime());
    const address = new URL(url);
    address.searchParams.set("timestamp", timestamp);
    address.searchParams.set("sign", hmac(secret, `${timestamp}\n${secret}`));
    return { url: address.href, body: JSON.stringify(card) };
  }
  return { url, body: JSON.stringify(card) };
}

/**
 * What a bot says in an answer with status 2xx: Feishu and DingTalk refuse in there.
 * @param {Kind} kind
 * @param {string} answer
 * @returns {Verdict}
 */
export function judged(kind, answer) {
  if (kind !== "feishu" && kind !== "dingtalk") {
    return { taken: true, busy: false, reason: "" };
  }
  /** @type {Record<string, unknown>} */
  let said = {};
  try {
    said = JSON.parse(answer) ?? {};
  } catch {
    // No JSON is no bot's.
  }
  const [code, reason] =
    kind === "dingtalk"
      ? [said["errcode"], said["errmsg"]]
      : [said["code"] ?? said["StatusCode"], said["msg"] ?? said["StatusMessage"]];
  if (typeof code !== "number") {
    return { taken: false, busy: false, reason: "the answer is not a bot's" };
  }
  const words = typeof reason === "string" ? `${code} ${reason}`.trim() : String(code);
  const busy =
    kind === "dingtalk"
      ? code === 130101 || code === -1
      : code === 11232 || (code === 9499 && /too many request/i.test(words));
  return { taken: code === 0, busy, reason: words };
}

/**
 * Sends one card, again where the channel did not take it and may. Undefined when it is there, else why not.
 * @param {Kind} kind
 * @param {{ readonly url: string, readonly secret: string, readonly card: unknown }} message
 * @param {World} world
 */
async function send(kind, { url, secret, card }, { now, post, wait }) {
  let reason = "";
  for (let attempt = 1; attempt <= attempts; attempt++) {
    if (attempt > 1) {
      await wait(2 ** attempt * 500);
    }
    const { url: address, body } = signed(kind, url, card, secret, now());
    /** @type {Response} */
    let response;
    try {
      response = await post(address, {
        method: "POST",
        headers: { "content-type": "application/json; charset=utf-8" },
        body,
        redirect: "manual",
        signal: AbortSignal.timeout(10_000),
      });
    } catch (error) {
      const { name, cause } = /** @type {Error} */ (error);
      const code = cause instanceof Error && "code" in cause ? cause.code : "";
      if (name === "TimeoutError" || code === "UND_ERR_SOCKET" || code === "ECONNRESET") {
        return "it did not answer; it may have the card, so it is not sent again";
      }
      reason = cause instanceof Error ? cause.message : "it cannot be reached";
      continue;
    }
    const answer = await response.text().catch(() => "");
    if (response.status === 429 || response.status >= 500) {
      reason = `status ${response.status}`;
      continue;
    }
    if (response.status >= 300) {
      return `status ${response.status} ${answer.slice(0, 200)}`.trim();
    }
    const verdict = judged(kind, answer);
    if (verdict.taken) {
      return undefined;
    }
    reason = verdict.reason;
    if (!verdict.busy) {
      return reason;
    }
  }
  return `${reason}, ${attempts} times`;
}

/**
 * @param {Variables} variables
 * @param {World} world
 * @returns {Promise<void>}
 * @throws {CardError}
 */
export async function notify(variables, world) {
  const delivery = world.delivery();
  const events = candidates[delivery?.event ?? ""];
  if (delivery === undefined || events === undefined) {
    world.report(`Nothing to report: ${delivery === undefined ? "nothing was delivered" : delivery.event}.`);
    return;
  }
  const facts = factsOf(delivery, variables, world.now());
  const names = (variables["CARD_CHANNELS"] ?? "").split(" ").filter((name) => name !== "");
  /** @type {string[]} */
  const problems = [];
  for (const name of names) {
    const key = `CARD_${keyPart(name)}`;
    const channel = /** @type {Channel} */ (JSON.parse(variables[key] ?? '{"cards":{}}'));
    const event = events.find((each) => channel.cards[each] !== undefined);
    if (event === undefined) {
      world.report(`Channel ${name} is not notified of this: ${delivery.event}.`);
      continue;
    }
    const url = variables[`${key}_URL`];
    const problem = !url
      ? `${key}_URL is empty: it is a protected variable, given to jobs on protected branches and tags only`
      : await send(
          channel.kind,
          { url, secret: variables[`${key}_SECRET`] ?? "", card: fill(channel.cards[event], facts) },
          world,
        );
    if (problem === undefined) {
      world.report(`Channel ${name} was notified: ${event}.`);
    } else {
      problems.push(`channel ${name} was not notified: ${problem}`);
    }
  }
  if (names.length === 0) {
    world.report("No channel is notified of this environment.");
  }
  if (problems.length > 0) {
    throw new CardError(problems.join("; "));
  }
}

/** @returns {Delivery | undefined} */
function readDelivery() {
  const text = (/** @type {string} */ name) => {
    try {
      return readFileSync(`deployment/${name}`, "utf8").trim();
    } catch {
      return "";
    }
  };
  const event = text("event");
  return event === "" ? undefined : { event, image: text("image"), message: text("message") };
}

async function main() {
  const complain = (/** @type {string} */ line) => console.error(`card: ${line}`);
  try {
    const proxy = ignoredProxy(process.env, process.versions.node);
    if (proxy !== undefined) {
      complain(proxy);
    }
    await notify(process.env, {
      delivery: readDelivery,
      now: () => new Date(),
      post: fetch,
      wait: pause,
      report: console.log,
    });
  } catch (error) {
    process.exitCode = 1;
    if (!(error instanceof CardError)) {
      throw error;
    }
    complain(error.message);
  }
}

const [, started] = process.argv;
if (started !== undefined && realpathSync(started) === fileURLToPath(import.meta.url)) {
  void main();
}
