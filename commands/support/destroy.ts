/**
 * What a destroy leaves. Groups, projects and image projects with deletionProtection are `protect`ed, and
 * `--exclude-protected` leaves them. Their settings are not, so that an update may change and remove them: without more, a
 * destroy would open the branches of a project that stays. So they are marked in the state for the time of the destroy.
 */
import { unbroken } from "./ending";
import { onStack, type PulumiEngine } from "./pulumiEngine";
import { exportStack, type ExportedStack } from "./exported";

/** Settings of protected resources that are not protected themselves, in the order of the state. Pure. */
export function settingsOfProtected(exported: ExportedStack): string[] {
    const resources = exported.deployment?.resources ?? [];
    const retained = new Set(resources.filter((each) => each.protect === true).map((each) => each.urn));
    return resources
        .filter(
            (each) =>
                each.deletedWith !== undefined &&
                retained.has(each.deletedWith) &&
                each.protect !== true &&
                each.delete !== true,
        )
        .map((each) => each.urn);
}

/** What the program protects itself, with deletionProtection: never released here. */
const protectedByProgram: ReadonlySet<string> = new Set([
    "gitlab:index/group:Group",
    "gitlab:index/project:Project",
    "harbor:index/project:Project",
]);

/** Settings that are marked: for a destroy that runs, or for one that was killed. The program protects none itself. Pure. */
export function markedSettings(exported: ExportedStack): string[] {
    const resources = exported.deployment?.resources ?? [];
    return resources
        .filter(
            ({ type, protect, deletedWith }) =>
                protect === true && deletedWith !== undefined && !protectedByProgram.has(type),
        )
        .map(({ urn }) => urn);
}

/** Takes the marks away that a destroy set, or left when it was killed: an update could remove no setting that has one. */
export async function releaseSettings(engine: PulumiEngine, exported: ExportedStack): Promise<void> {
    const marked = markedSettings(exported);
    if (marked.length > 0) {
        await onStack(engine, ["state", "unprotect", "--yes", ...marked]);
    }
}

/** Runs `destroy` while the settings of protected resources are protected too. */
export async function withProtectedSettings<T>(engine: PulumiEngine, destroy: () => Promise<T>): Promise<T> {
    const settings = settingsOfProtected(await exportStack(engine));
    return unbroken(async () => {
        try {
            if (settings.length > 0) {
                await onStack(engine, ["state", "protect", "--yes", ...settings]);
            }
            return await destroy();
        } finally {
            await releaseSettings(engine, await exportStack(engine));
        }
    });
}
