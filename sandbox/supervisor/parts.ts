/** A sandbox as data: the table of its parts, each one process with what it needs and how it says that it is ready. */
import * as crypto from "node:crypto";

import { type Readiness } from "../support/process";

/** One process of the sandbox. Plain data: it is written to disk and sent to the supervisor as it is. */
export interface PartSpec {
    /** Unique; also the name of its log file. */
    readonly name: string;
    /** What it is, for tables: "etcd", "kube-apiserver", "gitlab" ... */
    readonly kind: string;
    /** Parts that are asked for together: "clusters", "gitlab", "harbor", "harbor-prod" ... */
    readonly group: string;
    readonly command: string;
    /** Never a secret: arguments are visible to every user of the machine. Paths of files instead. */
    readonly args: readonly string[];
    readonly env: Readonly<Record<string, string>>;
    readonly cwd?: string;
    /** Ports it will listen on; they are checked before it is started. */
    readonly ports: readonly number[];
    readonly readiness: Readiness;
    readonly readyTimeoutMs?: number;
    readonly graceMs?: number;
    /** Parts that must be ready before this one is started. */
    readonly after: readonly string[];
    /** Where people reach it, if they do. */
    readonly url?: string;
    /** Digest of the files it reads at start: a change restarts it, as any change of this record does. */
    readonly inputs?: string;
}

/** Parts and clusters are named so: lower-case words joined by dashes, at most 40 characters. */
export const partName = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** Every reason why a table of parts cannot work; empty when it can. */
export function checkParts(parts: readonly PartSpec[]): string[] {
    const problems: string[] = [];
    const names = new Set<string>();
    const ports = new Map<number, string>();
    for (const part of parts) {
        if (!partName.test(part.name) || part.name.length > 60) {
            problems.push(
                `"${part.name}" is no name for a part: use lower-case letters, digits and single dashes, at most 60`,
            );
        }
        if (names.has(part.name)) {
            problems.push(`two parts are named "${part.name}"`);
        }
        names.add(part.name);
        for (const port of part.ports) {
            const other = ports.get(port);
            if (other !== undefined) {
                problems.push(`${other} and ${part.name} both want port ${port}`);
            }
            ports.set(port, part.name);
        }
    }
    for (const part of parts) {
        for (const needed of part.after.filter((name) => !names.has(name))) {
            problems.push(`${part.name} waits for "${needed}", which is no part`);
        }
    }
    return problems.length > 0 ? problems : cycleOf(parts);
}

/** The parts, each behind all that it waits for; otherwise in the order given. The table must be free of problems. */
export function startOrder(parts: readonly PartSpec[]): PartSpec[] {
    const byName = new Map(parts.map((part) => [part.name, part]));
    const ordered = new Set<PartSpec>();
    const visit = (part: PartSpec): void => {
        if (!ordered.has(part)) {
            part.after.forEach((name) => visit(byName.get(name) as PartSpec));
            ordered.add(part);
        }
    };
    parts.forEach(visit);
    return [...ordered];
}

function cycleOf(parts: readonly PartSpec[]): string[] {
    const byName = new Map(parts.map((part) => [part.name, part]));
    const done = new Set<string>();
    const walk = (name: string, trail: readonly string[]): string[] => {
        if (trail.includes(name)) {
            const cycle = [...trail.slice(trail.indexOf(name)), name];
            return [`parts wait for each other: ${cycle.join(" -> ")}`];
        }
        if (done.has(name)) {
            return [];
        }
        const found = byName.get(name)?.after.flatMap((next) => walk(next, [...trail, name])) ?? [];
        done.add(name);
        return found;
    };
    return parts.flatMap((part) => walk(part.name, [])).slice(0, 1);
}

/** Whether a running part is just what is wanted. */
export function sameSpec(left: PartSpec, right: PartSpec): boolean {
    return canonical(left) === canonical(right);
}

/** A short digest of texts, for {@link PartSpec.inputs}. */
export function digest(...texts: readonly string[]): string {
    const hash = crypto.createHash("sha256");
    texts.forEach((text) => hash.update(`${text.length}:${text}`));
    return hash.digest("hex").slice(0, 16);
}

function canonical(value: unknown): string {
    return JSON.stringify(value, (_key, inner: unknown) =>
        inner !== null && typeof inner === "object" && !Array.isArray(inner)
            ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
            : inner,
    );
}
