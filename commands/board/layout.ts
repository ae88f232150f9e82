/** Where the boxes and lines of a drawing go: dagre's layered layout, left to right. Pure. */
import * as dagre from "@dagrejs/dagre";

/** A point in pixels, from the upper left corner. */
export interface Point {
    readonly x: number;
    readonly y: number;
}

/** Something with a size that is to be placed. */
export interface Sized {
    readonly width: number;
    readonly height: number;
}

/** A line from one box to another, and its label. */
export interface Line extends Sized {
    readonly from: string;
    readonly to: string;
    /** Distinguishes several lines between the same boxes. */
    readonly key: string;
}

export interface Layout {
    readonly width: number;
    readonly height: number;
    /** Middle of a box. */
    readonly box: (id: string) => Point;
    /** Points of a line, and the middle of its label. */
    readonly line: (line: Line) => { readonly points: readonly Point[]; readonly label: Point };
}

/** As much of dagre as is used. Its own declarations name files without endings, which TypeScript does not find for Node. */
interface Dagre {
    readonly Graph: new (options: { multigraph: boolean }) => DagreGraph;
    readonly layout: (graph: DagreGraph) => void;
}

interface DagreGraph {
    setGraph(settings: Readonly<Record<string, unknown>>): void;
    graph(): { readonly width?: number; readonly height?: number };
    setNode(id: string, size: Sized): void;
    node(id: string): Point;
    setEdge(from: string, to: string, label: object, name: string): void;
    edge(from: string, to: string, name: string): Point & { readonly points: readonly Point[] };
}

const { Graph, layout } = dagre as unknown as Dagre;

/** Places everything. No line may lead to the box it comes from. */
export function placed(boxes: Readonly<Record<string, Sized>>, lines: readonly Line[]): Layout {
    const graph = new Graph({ multigraph: true });
    graph.setGraph({ rankdir: "LR", nodesep: 22, ranksep: 60, edgesep: 14, marginx: 8, marginy: 8 });
    for (const [id, { width, height }] of Object.entries(boxes)) {
        graph.setNode(id, { width, height });
    }
    for (const { from, to, key, width, height } of lines) {
        graph.setEdge(from, to, { width, height, labelpos: "c" }, key);
    }
    layout(graph);
    const { width = 0, height = 0 } = graph.graph();
    return {
        width: Math.ceil(width),
        height: Math.ceil(height),
        box: (id) => graph.node(id),
        line: ({ from, to, key }) => {
            const { points, x, y } = graph.edge(from, to, key);
            return { points, label: { x, y } };
        },
    };
}
