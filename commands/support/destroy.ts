/**
 * What a destroy leaves. Groups, projects and image projects with deletionProtection are `protect`ed, and
 * `--exclude-protected` leaves them. Their settings are not, so that an update may change and remove them: without more, a
 * destroy would open the branches of a project that stays. So they are marked in the state for the time of the destroy.
 */
import { onStack, type Engine } from "./engine";

/** A resource of a deployment, as `pulumi stack export` gives it. */
interface StateResource {
    readonly urn: string;
    readonly protect?: boolean;
    readonly deletedWith?: string;
    readonly delete?: boolean;
}

/** A deployment as `pulumi stack export` gives it, as far as it matters here. */
export interface ExportedResources {
    readonly deployment?: { readonly resources?: readonly StateResource[] | null };
}

/** Settings of protected resources that are not protected themselves, in the order of the state. Pure. */
export function settingsOfProtected(exported: ExportedResources): string[] {
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
export async function keepingSettings<T>(engine: Engine, destroy: () => Promise<T>): Promise<T> {
    const settings = settingsOfProtected(
        JSON.parse(await onStack(engine, ["stack", "export"])) as ExportedResources,
    );
    if (settings.length === 0) {
        return destroy();
    }
    await onStack(engine, ["state", "protect", "--yes", ...settings]);
    try {
        return await destroy();
    } finally {
        // What the destroy removed all the same is no longer there to be released.
        const left = JSON.parse(await onStack(engine, ["stack", "export"])) as ExportedResources;
        const present = new Set(left.deployment?.resources?.map(({ urn }) => urn));
        const marked = settings.filter((urn) => present.has(urn));
        if (marked.length > 0) {
            await onStack(engine, ["state", "unprotect", "--yes", ...marked]);
        }
    }
}
