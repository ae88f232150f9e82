/** What the tags of images look like that an app's pipeline pushes. Pure. */
import { createHash } from "node:crypto";
import type { Lane } from "./flows/plan";

/** How many characters of a commit stand in a tag; components/ci/scripts cut them off. */
const commitLength = 10;

/** How many tags are looked at: of so many commits, several have digits alone, and all sixteen begin some. */
const samples = 1000;

/** Tags as commits of a lane get them, for telling whether an expression can match any; the same at each call. */
export function sampleTags({ tag }: Lane): string[] {
    return Array.from({ length: samples }, (_, index) => {
        const commit = createHash("sha256").update(String(index)).digest("hex");
        return `${tag.prefix}${commit.slice(0, commitLength)}`;
    });
}
