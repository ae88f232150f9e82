/** The page that shows the messages as cards. It loads nothing from elsewhere. */
import type { ChatState, Message } from "./model";

const escapes: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
};
const escape = (text: string): string =>
    text.replace(/[&<>"']/g, (character) => escapes[character] ?? character);

const colors: Record<string, string> = {
    green: "#2e9e5b",
    red: "#d6374a",
    orange: "#df8a1c",
    blue: "#2f7fd6",
    grey: "#7c8894",
    default: "#7c8894",
};

/** Newest first; `channel` narrows it to one. The page looks for news every few seconds. */
export function page(state: ChatState, channel: string | undefined): string {
    const shown = state.messages.filter((each) => channel === undefined || each.channel === channel);
    const names = [...new Set(state.messages.map((each) => each.channel))].sort();
    const links = names.map(
        (name) =>
            `<a href="/?channel=${encodeURIComponent(name)}"${name === channel ? ' class="on"' : ""}>${escape(name)}</a>`,
    );
    const refusals = state.refusals.slice(-20).reverse();
    return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="5"><title>Chat</title>
<style>
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:46rem;padding:0 1rem;color:#1c2733;background:#f4f6f8}
nav a{margin-right:1rem;color:#2f7fd6}nav .on{font-weight:bold;color:inherit}
article{background:#fff;border-radius:8px;margin:1rem 0;overflow:hidden;box-shadow:0 1px 3px #0003}
article h2{font-size:1rem;margin:0;padding:.6rem 1rem;color:#fff}
article div,article p{margin:0;padding:.1rem 1rem;overflow-wrap:anywhere}article div:first-of-type{padding-top:.6rem}
.note,time{color:#66788a;font-size:.85rem}.buttons{padding:.6rem 1rem}
.buttons a{border:1px solid #ccd5dd;border-radius:6px;padding:.25rem .75rem;margin-right:.5rem;text-decoration:none;color:#2f7fd6}
details{padding:.4rem 1rem .6rem}pre{overflow-x:auto;font-size:.8rem}li{overflow-wrap:anywhere}
</style></head><body>
<h1>Chat</h1>
<p class="note">Stand-ins for Feishu, DingTalk, Slack, a webhook and a mail server. They check what they get as the
real ones do.</p>
<nav><a href="/"${channel === undefined ? ' class="on"' : ""}>all</a>${links.join("")}</nav>
${shown.length === 0 ? '<p class="note">No message yet.</p>' : ""}
${[...shown].reverse().slice(0, 100).map(card).join("\n")}
${refusals.length === 0 ? "" : `<h2>Refused</h2><ul>${refusals.map((each) => `<li><time>${escape(each.at)}</time> ${escape(each.kind)} <b>${escape(each.channel)}</b>: ${escape(each.code)} ${escape(each.reason)}</li>`).join("")}</ul>`}
</body></html>
`;
}

function card(message: Message): string {
    const { rendered } = message;
    const lines = rendered.lines.map((line) => `<div>${markup(line)}</div>`).join("\n");
    const buttons = rendered.buttons
        .filter(({ url }) => /^https?:/.test(url))
        .map(({ text, url }) => `<a href="${escape(url)}" rel="noreferrer">${escape(text)}</a>`);
    return `<article id="m${message.id}">
<h2 style="background:${colors[rendered.color] ?? "#7c8894"}">${escape(rendered.title === "" ? "(message)" : rendered.title)}</h2>
${lines}
${buttons.length === 0 ? "" : `<div class="buttons">${buttons.join("")}</div>`}
<p><time>${escape(message.at)}</time> <span class="note">${escape(message.kind)} · ${escape(message.channel)}${message.to === undefined ? "" : ` → ${escape(message.to.join(", "))}`}</span></p>
<details><summary class="note">raw</summary><pre>${escape(JSON.stringify(message.raw, undefined, 2))}</pre></details>
</article>`;
}

/** The little Markdown of cards: bold, headings, list items. */
function markup(line: string): string {
    return escape(line)
        .replace(/^#{1,6} +/, "")
        .replace(/^- /, "")
        .replace(/\*\*([^*]+)\*\*/g, "<b>$1</b>");
}
