/** By what the doctor knows an engine on a host, whoever installed it. */
export interface EngineMarks {
    /** Label `app.kubernetes.io/part-of` of its deployments, as its published manifests have it. */
    readonly partOf: string;
    /** Whether a definition is its own. */
    readonly defines: (definition: string) => boolean;
    /** ConfigMaps that the estate writes whole. */
    readonly settings: readonly string[];
    /** How the names begin under which it writes what it applies, in `managedFields`. */
    readonly writesAs: readonly string[];
}
