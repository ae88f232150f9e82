/**
 * Tags that are not the image they were: promotion carries an image from one environment's project to the next by digest,
 * so the same tag of an app is the same image everywhere it is.
 */
import type { App, Estate } from "../../../estate/model";
import { list, text } from "../../doctor/json";
import type { Finding } from "../finding";
import type { Reader } from "../reader";
import { word } from "../shell";

/** One tag of an app's image in one environment. */
export interface SeenTag {
    readonly app: string;
    readonly environment: string;
    readonly registry: string;
    readonly project: string;
    /** Reference without tag. */
    readonly image: string;
    readonly tag: string;
    readonly digest: string;
    /** In ISO form. */
    readonly pushed: string;
}

/** Whether an app's tags are meant to stay what they are: with the strategy `digest` one tag is another image each day. */
export function hasImmutableTags({ updater }: Pick<App, "updater">): boolean {
    return updater?.strategy !== "digest";
}

/** The tags of the apps' images in one registry. */
export async function tagsIn(
    reader: Reader,
    { apps }: Pick<Estate, "apps">,
    registry: string,
): Promise<SeenTag[]> {
    const places = Object.values(apps)
        .filter(hasImmutableTags)
        .flatMap((app) =>
            app.environments
                .filter((each) => each.registry === registry)
                .map(({ environment, project, image }) => ({ app: app.name, environment, project, image })),
        );
    const found = await Promise.all(
        places.map(async (place): Promise<SeenTag[]> => {
            const repository = place.image.slice(
                place.image.indexOf(`/${place.project}/`) + place.project.length + 2,
            );
            // Harbor wants a slash in it escaped twice.
            const name = encodeURIComponent(encodeURIComponent(repository));
            const artifacts = await reader.list(
                `/projects/${place.project}/repositories/${name}/artifacts?with_tag=true`,
                "page_size",
                [404],
            );
            return (artifacts ?? []).flatMap((artifact) =>
                list(artifact["tags"]).map((tag) => ({
                    ...place,
                    registry,
                    tag: text(tag["name"]),
                    digest: text(artifact["digest"]),
                    pushed: text(tag["push_time"]),
                })),
            );
        }),
    );
    return found.flat();
}

/** Tags of an app that are several images: the one that was pushed last is named. Pure. */
export function movedTags(tags: readonly SeenTag[]): Finding[] {
    const byTag = new Map<string, SeenTag[]>();
    for (const each of tags) {
        const key = `${each.app}:${each.tag}`;
        byTag.set(key, [...(byTag.get(key) ?? []), each]);
    }
    return [...byTag.values()].flatMap((same) => {
        const [first, ...others] = [...same].sort((a, b) => (a.pushed < b.pushed ? -1 : 1));
        const last = others.filter(({ digest }) => digest !== first?.digest).at(-1);
        if (first === undefined || last === undefined) {
            return [];
        }
        const short = (digest: string): string => digest.slice(0, 19);
        return [
            {
                list: "changed",
                risk: "data",
                server: `Harbor ${last.registry}`,
                place: last.project,
                noun: "tag",
                name: last.tag,
                differences: [{ property: "digest", made: short(first.digest), found: short(last.digest) }],
                remark: "otherDigest",
                ...(last.pushed === "" ? {} : { when: last.pushed }),
                mend: `crane copy ${word(`${first.image}@${first.digest}`)} ${word(`${last.image}:${last.tag}`)}`,
            },
        ];
    });
}
