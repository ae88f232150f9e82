/**
 * What in a Kubernetes object is not as it was left. Pure.
 *
 * Servers and controllers fill in a lot, so by itself only what the program set is compared, with the form the server gave
 * it then. Where an addition would change rights or deliveries, all of a part is: upstream's provider does not see what was
 * appended to a list, nor further keys.
 */
import { record, text } from "../../doctor/json";
import { property, type Declared } from "../declared";
import { enginesInDrift, type DriftEngines } from "../engines";
import { ownKind, type EngineInDrift } from "../engines/engine";
import { difference, Hidden, hidden, isEmpty, open, sameValue, shown, type Difference } from "../finding";
import { fieldIn } from "../../review/hide";
import type { Raw } from "../reader";

export interface ObjectDifference {
    readonly differences: readonly Difference[];
    /** What a refresh does not see: JSON patch operations that remove it. */
    readonly unseen: readonly {
        readonly op: "remove" | "replace";
        readonly path: string;
        readonly value?: unknown;
    }[];
    /** Whether there is more than what a refresh does not see. */
    readonly seen: boolean;
}

/** Parts that are compared as a whole, by kind; of engines' own kinds their engines say it. */
const wholeParts: Readonly<Record<string, readonly string[]>> = {
    ConfigMap: ["data", "binaryData"],
    Role: ["rules"],
    ClusterRole: ["rules", "aggregationRule"],
    RoleBinding: ["subjects", "roleRef"],
    ClusterRoleBinding: ["subjects", "roleRef"],
    NetworkPolicy: ["spec"],
    ResourceQuota: ["spec"],
};

const workloads = new Set(["Deployment", "StatefulSet", "DaemonSet"]);

/**
 * What decides whether pods of a workload start, and what runs in them, where somebody adds it. The server fills none of it
 * in, so it need not be known what it was like before.
 */
const ofWorkloads = new RegExp(
    "^spec\\.(?:paused|template\\.spec\\.(?:" +
        "nodeSelector|affinity|host(?:Network|PID|IPC|Aliases)|dnsConfig|initContainers|volumes|imagePullSecrets|" +
        "priorityClassName|runtimeClassName|schedulingGates|topologySpreadConstraints|" +
        "(?:initC|c)ontainers\\.\\d+\\.(?:command|args|env|envFrom|volumeMounts|lifecycle|workingDir|\\w+Probe)))$",
);

export function objectDifference(
    declared: Declared,
    kind: string,
    found: Raw,
    engines: DriftEngines = enginesInDrift,
): ObjectDifference {
    return new Comparison(declared, kind, found, Object.values(engines)).result();
}

/** One object, as it was left and as it is. */
class Comparison {
    private readonly seen: Difference[] = [];
    private readonly unseen: Difference[] = [];
    private readonly removals: { op: "remove" | "replace"; path: string; value?: unknown }[] = [];

    constructor(
        private readonly declared: Declared,
        private readonly kind: string,
        private readonly found: Raw,
        private readonly engines: readonly EngineInDrift[],
    ) {}

    result(): ObjectDifference {
        this.fields();
        this.texts();
        this.parts();
        this.keysOfSecret();
        this.steering();
        this.replicas();
        this.workload();
        const { seen, unseen, removals } = this;
        return { differences: [...seen, ...unseen], unseen: removals, seen: seen.length > 0 };
    }

    /** What the program set, field by field. */
    private fields(): void {
        const {
            declared: { inputs, outputs },
            kind,
            found,
        } = this;
        for (const key of Object.keys(inputs)) {
            if (["apiVersion", "kind", "status", "stringData"].includes(key) || key.startsWith("__")) {
                continue;
            }
            if (kind === "Secret" && key === "data") {
                this.seen.push(
                    ...secretData(record(open(inputs[key])), record(found["data"]), (value) => value),
                );
            } else if (key === "metadata") {
                for (const part of ["labels", "annotations"]) {
                    this.walk(
                        [key, part],
                        record(inputs[key])[part] ?? {},
                        record(outputs[key])[part],
                        record(found[key])[part] ?? {},
                        part,
                    );
                }
            } else {
                this.walk([key], inputs[key], outputs[key], found[key], key);
            }
        }
    }

    /** Texts of a Secret, which the server has in Base64. */
    private texts(): void {
        const {
            declared: { inputs },
            found,
        } = this;
        if (inputs["stringData"] !== undefined) {
            const encoded = (value: string): string => Buffer.from(value, "utf8").toString("base64");
            this.seen.push(...secretData(record(open(inputs["stringData"])), record(found["data"]), encoded));
        }
    }

    /** Parts in which an addition counts too. */
    private parts(): void {
        const {
            declared: { inputs, outputs },
            kind,
            found,
        } = this;
        const own = ownKind(this.engines, kind);
        for (const part of own?.whole ?? wholeParts[kind] ?? []) {
            this.further([part], inputs[part], outputs[part], found[part]);
        }
    }

    /** Further keys of a Secret that an engine reads by key. */
    private keysOfSecret(): void {
        const { declared, kind, found } = this;
        const { inputs } = declared;
        const labels = record(record(found["metadata"])["labels"]);
        const isRead = this.engines.some(
            ({ secretLabel }) => secretLabel !== undefined && secretLabel in labels,
        );
        if (kind === "Secret" && isRead) {
            const known = [
                ...Object.keys(record(open(inputs["stringData"]))),
                ...Object.keys(record(open(property(declared, "data")))),
            ];
            for (const key of Object.keys(record(found["data"])).filter((each) => !known.includes(each))) {
                this.unseen.push({ property: `data.${key}`, found: hidden });
                this.removals.push({ op: "remove", path: pointer(["data", key]) });
            }
        }
    }

    /** Further annotations and labels that tell an engine what to do with the object. */
    private steering(): void {
        const {
            declared: { inputs },
            kind,
            found,
        } = this;
        const steered = this.engines.flatMap(({ kinds, steered: keys }) =>
            keys !== undefined && kinds.some((own) => own.kind === kind) ? [keys] : [],
        );
        for (const part of ["annotations", "labels"]) {
            const known = record(record(open(inputs["metadata"]))[part]);
            const there = record(record(found["metadata"])[part]);
            for (const key of Object.keys(there)) {
                if (!(key in known) && steered.some((keys) => keys.test(key))) {
                    this.unseen.push({
                        property: path(["metadata", part, key]),
                        found: textOf(kind, ["metadata", part, key], there),
                    });
                    this.removals.push({ op: "remove", path: pointer(["metadata", part, key]) });
                }
            }
        }
    }

    /** Replicas that the program left to the server. */
    private replicas(): void {
        const {
            declared: { inputs, outputs },
            kind,
            found,
        } = this;
        if (kind === "Deployment" || kind === "StatefulSet") {
            const there = record(found["spec"])["replicas"] ?? 1;
            const wanted = record(inputs["spec"])["replicas"] ?? record(outputs["spec"])["replicas"] ?? 1;
            if (record(inputs["spec"])["replicas"] === undefined && !sameValue(wanted, there)) {
                this.unseen.push(...difference("spec.replicas", wanted, there));
                this.removals.push({ op: "replace", path: "/spec/replicas", value: wanted });
            }
        }
    }

    /** What was added to a workload. Other fields are for the server to fill in. */
    private workload(): void {
        const {
            declared: { inputs, outputs },
            kind,
            found,
        } = this;
        if (workloads.has(kind)) {
            this.further(["spec"], inputs["spec"], outputs["spec"], found["spec"], (place) =>
                ofWorkloads.test(path(place)),
            );
        }
    }

    /** @param field what the value is called, which says whether it is a secret. */
    private walk(
        place: readonly string[],
        made: unknown,
        before: unknown,
        after: unknown,
        field: string,
    ): void {
        if (isMap(made) && !(made instanceof Hidden) && isMap(after)) {
            for (const key of Object.keys(made)) {
                if (!isOfProvider([...place, key])) {
                    const then = isMap(before) && !(before instanceof Hidden) ? before[key] : undefined;
                    this.walk([...place, key], made[key], then ?? made[key], after[key], fieldIn(after, key));
                }
            }
            return;
        }
        if (Array.isArray(made) && Array.isArray(after)) {
            this.walkList(place, made, before, after, field);
            return;
        }
        this.seen.push(...differ(place, before ?? made, after, field));
    }

    private walkList(
        place: readonly string[],
        made: readonly unknown[],
        before: unknown,
        after: readonly unknown[],
        field: string,
    ): void {
        const then = Array.isArray(before) && before.length === made.length ? before : made;
        if (after.length < made.length) {
            this.seen.push(...differ(place, then, after, field));
            return;
        }
        const known = this.seen.length;
        made.forEach((each, index) =>
            this.walk([...place, String(index)], each, then[index], after[index], field),
        );
        if (after.length > made.length) {
            const more = after.slice(made.length);
            if (this.seen.length > known) {
                // Not appended but put between: it cannot be said what was there before.
                this.seen.splice(known, this.seen.length - known, ...differ(place, then, after, field));
                return;
            }
            this.unseen.push(
                ...more.map((each) => ({
                    property: path(place),
                    found: shown(path(place), each, field),
                })),
            );
            for (let index = after.length - 1; index >= made.length; index--) {
                this.removals.push({ op: "remove", path: pointer([...place, String(index)]) });
            }
        }
    }

    /** Keys that are there and were not. @param counts which of them do. */
    private further(
        place: readonly string[],
        made: unknown,
        before: unknown,
        after: unknown,
        counts: (place: readonly string[]) => boolean = () => true,
    ): void {
        if (Array.isArray(after)) {
            after.forEach((each, index) => {
                const [was, then] = [made, before].map((list) =>
                    Array.isArray(list) ? (list[index] as unknown) : undefined,
                );
                if (was !== undefined || then !== undefined) {
                    this.further([...place, String(index)], was, then, each, counts);
                }
            });
            return;
        }
        if (!isMap(after)) {
            return;
        }
        for (const key of Object.keys(after)) {
            const [was, then] = [made, before].map((map) => (isMap(map) ? map[key] : undefined));
            if (was === undefined && then === undefined) {
                if (
                    !isEmpty(after[key]) &&
                    !isOfProvider([...place, key]) &&
                    counts([...place, key]) &&
                    ownKind(this.engines, this.kind)?.apart?.includes(key) !== true
                ) {
                    this.unseen.push({
                        property: path([...place, key]),
                        found: textOf(this.kind, [...place, key], after),
                    });
                    this.removals.push({ op: "remove", path: pointer([...place, key]) });
                }
            } else {
                this.further([...place, key], was, then, after[key], counts);
            }
        }
    }
}

function differ(place: readonly string[], made: unknown, found: unknown, field: string): Difference[] {
    return difference(path(place), made, found, field);
}

function secretData(
    made: Readonly<Record<string, unknown>>,
    found: Readonly<Record<string, unknown>>,
    encoded: (value: string) => string,
): Difference[] {
    return Object.entries(made).flatMap(([key, value]) => {
        const there = found[key];
        return typeof value !== "string" || encoded(value) === there
            ? []
            : [{ property: `data.${key}`, made: hidden, found: there === undefined ? "" : hidden }];
    });
}

/** What Pulumi's provider and kubectl write beside what is declared. */
function isOfProvider(place: readonly string[]): boolean {
    const key = place.at(-1) ?? "";
    return (
        place[0] === "metadata" &&
        (key.startsWith("pulumi.com/") || key === "kubectl.kubernetes.io/last-applied-configuration")
    );
}

function isMap(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

function path(place: readonly string[]): string {
    return place.join(".");
}

function pointer(place: readonly string[]): string {
    return place.map((part) => `/${part.replace(/~/g, "~0").replace(/\//g, "~1")}`).join("");
}

/** What a key that was added has; `map`: in which it stands. Base64 shows nobody whether it is a secret. */
function textOf(kind: string, place: readonly string[], map: Raw): string {
    const key = place.at(-1) ?? "";
    return kind === "Secret" || place[0] === "binaryData"
        ? hidden
        : shown(path(place), map[key], fieldIn(map, key));
}

/** Who changed an object last, and when, beside who made it; as its managed fields say. */
export function lastWriter(object: Raw): { readonly who?: string; readonly when?: string } {
    const entries = record(object["metadata"])["managedFields"];
    const others = (Array.isArray(entries) ? entries.map(record) : [])
        .filter((entry) => !isController(entry) && !text(entry["manager"]).startsWith("pulumi"))
        .sort((a, b) => (text(a["time"]) < text(b["time"]) ? 1 : -1));
    const [last] = others;
    return last === undefined
        ? {}
        : { who: text(last["manager"]), ...(text(last["time"]) === "" ? {} : { when: text(last["time"]) }) };
}

/** Who made an object: the manager of its oldest fields that is no controller. */
export function maker(object: Raw): { readonly who?: string; readonly when?: string } {
    const metadata = record(object["metadata"]);
    const [first] = (Array.isArray(metadata["managedFields"]) ? metadata["managedFields"].map(record) : [])
        .filter((entry) => !isController(entry))
        .sort((a, b) => (text(a["time"]) < text(b["time"]) ? -1 : 1));
    const when = text(metadata["creationTimestamp"]);
    return {
        ...(first === undefined ? {} : { who: text(first["manager"]) }),
        ...(when === "" ? {} : { when }),
    };
}

function isController(entry: Raw): boolean {
    return (
        entry["subresource"] === "status" || /controller|^kube-|^Go-http-client/.test(text(entry["manager"]))
    );
}
