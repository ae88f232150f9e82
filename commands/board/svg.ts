/** The map as a drawing. The layout is dagre's; positions and sizes are whole numbers, so that the same map is the same text. */
import { escapeMarkup } from "./escape";
import { placed, type Line, type Point } from "./layout";
import { nodeKinds, type EdgeKind, type EstateMap, type MapNode } from "./map";
import type { Texts } from "./texts";

/** Sizes in pixels. */
const lineHeight = 17;
const padding = 12;
const labelHeight = 14;

/** Characters of Chinese and the like are twice as wide as others. */
function widthOf(text: string, size: number): number {
    const units = [...text].reduce((sum, each) => sum + ((each.codePointAt(0) ?? 0) > 0x2e80 ? 2 : 1), 0);
    return Math.ceil(units * size * 0.62);
}

/** Lines of a node: what it is, its title, what is in it, what leads from it to itself. */
function linesOf({ kind, title, count, notes }: MapNode, inside: readonly string[], texts: Texts): string[] {
    return [
        count === undefined ? texts.node[kind] : texts.counted(kind, count),
        title,
        ...(notes.length === 0 ? [] : [notes.join(", ")]),
        ...inside.map((each) => `↻ ${each}`),
    ];
}

/** Draws it. `standalone`: with its own colours, as a file of its own; else with those of the page around it. */
export function mapSvg(map: EstateMap, texts: Texts, standalone: boolean): string {
    const inside = (id: string): string[] =>
        map.edges.filter(({ from, to }) => from === id && to === id).map(({ kind }) => texts.edge[kind]);
    const lines = Object.fromEntries(
        map.nodes.map((node) => [node.id, linesOf(node, inside(node.id), texts)]),
    );
    const boxes = Object.fromEntries(
        Object.entries(lines).map(([id, texts]) => [
            id,
            {
                width: Math.max(90, ...texts.map((each) => widthOf(each, 13))) + 2 * padding,
                height: texts.length * lineHeight + 2 * padding,
            },
        ]),
    );
    const ranks = new Map(map.nodes.map(({ id, kind }) => [id, nodeKinds.indexOf(kind)]));
    const arrows = map.edges
        .filter(({ from, to }) => from !== to)
        .map(({ from, to, kind }): Line & { readonly kind: EdgeKind; readonly back: boolean } => {
            // What leads back is laid out as if it led on: else a repository would stand behind the engine that writes to it.
            const back = (ranks.get(from) ?? 0) > (ranks.get(to) ?? 0);
            const size = { width: widthOf(texts.edge[kind], 11) + 6, height: labelHeight };
            return { ...(back ? { from: to, to: from } : { from, to }), key: kind, kind, back, ...size };
        });
    const { width, height, box, line } = placed(boxes, arrows);
    const edges = arrows.map((arrow) => {
        const { points, label } = line(arrow);
        return (
            `<g class="edge"><path d="${pathOf(points)}" marker-${arrow.back ? "start" : "end"}="url(#arrow)"/>` +
            `<rect x="${Math.round(label.x - arrow.width / 2)}" y="${Math.round(label.y - labelHeight / 2)}" width="${arrow.width}" height="${labelHeight}" rx="3"/>` +
            `<text x="${Math.round(label.x)}" y="${Math.round(label.y + 4)}" text-anchor="middle">${escapeMarkup(texts.edge[arrow.kind])}</text></g>`
        );
    });
    const nodes = map.nodes.map(({ id, kind }) => {
        const size = boxes[id] ?? { width: 0, height: 0 };
        const middle = box(id);
        const [left, top] = [Math.round(middle.x - size.width / 2), Math.round(middle.y - size.height / 2)];
        const texts = (lines[id] ?? []).map(
            (each, index) =>
                `<text class="l${Math.min(index, 2)}" x="${left + padding}" y="${top + padding + 13 + index * lineHeight}">${escapeMarkup(each)}</text>`,
        );
        return (
            `<g class="node n-${kind}"><rect x="${left}" y="${top}" width="${size.width}" height="${size.height}" rx="6"/>` +
            `${texts.join("")}</g>`
        );
    });
    return (
        `<svg xmlns="http://www.w3.org/2000/svg" class="map" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escapeMarkup(texts.mapLabel)}">` +
        (standalone ? `<style>${mapColors(":root")}${mapStyle}</style>` : "") +
        `<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path class="tip" d="M0 0 8 4 0 8z"/></marker></defs>` +
        `${edges.join("")}${nodes.join("")}</svg>`
    );
}

/** A smooth line through dagre's points. */
function pathOf(points: readonly Point[]): string {
    const at = ({ x, y }: Point): string => `${Math.round(x)} ${Math.round(y)}`;
    const [first, ...rest] = points;
    if (first === undefined) {
        return "";
    }
    const last = rest.at(-1) ?? first;
    const between = rest.slice(0, -1).map((point, index) => {
        const next = rest[index + 1] ?? last;
        const end =
            index === rest.length - 2 ? next : { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 };
        return `Q${at(point)} ${at(end)}`;
    });
    return between.length === 0 ? `M${at(first)}L${at(last)}` : `M${at(first)}${between.join("")}`;
}

/** Colours of a drawing that stands alone, light and dark. */
function mapColors(root: string): string {
    return (
        `${root}{--ink:#1c2733;--faint:#4d5b69;--paper:#fff;--line:#7b8896;--code:#e3edfb;--config:#e6f2e6;--registry:#fbeedd;--engine:#efe6fa;--cluster:#e0f1f3;--machine:#eef0d8;--channel:#f3e9ec}` +
        `@media screen and (prefers-color-scheme:dark){${root}{--ink:#e6ebf0;--faint:#aab6c2;--paper:#12181f;--line:#7b8896;--code:#1d2f4a;--config:#1d3a25;--registry:#45311a;--engine:#33254a;--cluster:#173a40;--machine:#37391b;--channel:#42242e}}`
    );
}

/** How the parts look; the colours are variables. */
export const mapStyle =
    ".map text{font:13px system-ui,sans-serif;fill:var(--ink)}" +
    ".map .node text.l0{font-size:11px;fill:var(--faint)}.map .node text.l1{font-weight:600}.map .node text.l2{font-size:12px}" +
    ".map .node rect{stroke:var(--line);stroke-width:1}" +
    nodeKinds.map((kind) => `.map .n-${kind} rect{fill:var(--${kind})}`).join("") +
    ".map .edge path{fill:none;stroke:var(--line);stroke-width:1.4}.map .edge text{font-size:11px;fill:var(--faint)}" +
    ".map .edge rect{fill:var(--paper)}.map .tip{fill:var(--line)}";
