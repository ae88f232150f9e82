import type { App } from "../../../estate/model";
import type { Script } from "../scripts";
import type { Settings } from "../settings";
import type { CiSystem } from "../systems";

/** What a flow's repositories tell CI systems, and people about it: texts of files. */
export interface CiFiles {
    /** Of an app repository. `settings` are its pipeline's. */
    readonly app: {
        readonly scripts: readonly Script[];
        readonly pipeline: Readonly<Record<CiSystem, (app: App, settings: Settings) => string>>;
    };
    /** Of a config repository: one pipeline for all its apps of a CI system. `settings` are those of the promotions, by app. */
    readonly config: {
        readonly scripts: readonly Script[];
        readonly pipeline: Readonly<
            Record<CiSystem, (apps: readonly App[], settings: Readonly<Record<string, Settings>>) => string>
        >;
    };
    /** What an app repository says to people about the app's delivery; for apps without CI too. */
    readonly notes: (app: App) => string;
}
