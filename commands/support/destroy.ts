/**
 * What a destroy leaves. Groups, projects and image projects with deletionProtection are `protect`ed, and
 * `--exclude-protected` leaves them. Their settings are not, so that an update may change and remove them: without more, a
 * destroy would open the branches of a project that stays. So they are marked in the state for the time of the destroy.
 */
import { onStack, type PulumiEngine } from "./pulumiEngine";
import { exportStack, type ExportedStack } from "./exported";

/** Settings of protected resources that are not protected themselves, in the order of the state. Pure. */
export function settingsOfProtected(exported: ExportedStack): string[] {
    const resources = exported.deployment?.resources ?? [];
    const staying = new Set(resources.filter((each) => each.protect === true).map((each) => each.urn));
    return resources
        .filter(
            (each) =>
                each.deletedWith !== undefined &&
                staying.has(each.deletedWith) &&
                each.protect !== true &&
                each.delete !== true,
        )
        .map((each) => each.urn);
}

/** Runs `destroy` while the settings of protected resources are protected too. */
export async function keepingSettings<T>(engine: PulumiEngine, destroy: () => Promise<T>): Promise<T> {
    const settings = settingsOfProtected(await exportStack(engine));
    if (settings.length === 0) {
        return destroy();
    }
    await onStack(engine, ["state", "protect", "--yes", ...settings]);
    try {
        return await destroy();
    } finally {
        // What the destroy removed all the same is no longer there to be released.
        const left = await exportStack(engine);
        const present = new Set(left.deployment?.resources?.map(({ urn }) => urn));
        const marked = settings.filter((urn) => present.has(urn));
        if (marked.length > 0) {
            await onStack(engine, ["state", "unprotect", "--yes", ...marked]);
        }
    }
}
