/** The map as Mermaid text, for docs. Pure. */
import type { EstateMap, MapNode, NodeKind } from "./map";
import type { Texts } from "./texts";

/** Shapes by what a node is. */
const shapes: Readonly<Record<NodeKind, readonly [string, string]>> = {
    code: ["[", "]"],
    config: ["[", "]"],
    registry: ["[(", ")]"],
    engine: ["{{", "}}"],
    cluster: ["[[", "]]"],
    machine: ["[[", "]]"],
    channel: [">", "]"],
};

/** A flowchart, left to right, ending with a line break. */
export function mapMermaid(map: EstateMap, texts: Texts): string {
    const label = ({ kind, title, count, notes }: MapNode): string =>
        [
            count === undefined ? texts.node[kind] : texts.counted(kind, count),
            title,
            ...(notes.length === 0 ? [] : [notes.join(", ")]),
        ]
            .map(quoted)
            .join("<br/>");
    return [
        "flowchart LR",
        ...map.nodes.map((node) => {
            const [open, close] = shapes[node.kind];
            return `  ${node.id}${open}"${label(node)}"${close}`;
        }),
        ...map.edges.map(({ from, to, kind }) => `  ${from} -- "${quoted(texts.edge[kind])}" --> ${to}`),
        "",
    ].join("\n");
}

/** In quotes Mermaid takes everything but quotes and markup, which have names. */
function quoted(text: string): string {
    return text
        .replace(/#/g, "#35;")
        .replace(/&/g, "#amp;")
        .replace(/"/g, "#quot;")
        .replace(/</g, "#lt;")
        .replace(/>/g, "#gt;")
        .replace(/\s+/g, " ");
}
