/** Flux's releases as far as the estate knows them. Pure. How one is pinned: docs/flux.md. */

/**
 * SHA-256 of `install.yaml` of Flux's releases, oldest first. None is known yet: whoever installs one writes the checksum
 * of the file that was reviewed.
 */
export const fluxReleases: Readonly<Record<string, string>> = {};

/** What an estate installs that names no version. */
export const defaultFluxVersion = "2.9.5";

/** SHA-256 of `install.yaml` of Flux Operator's releases, as {@link fluxReleases}. */
export const operatorReleases: Readonly<Record<string, string>> = {};

/** The operator's version that an estate installs that names none. */
export const defaultOperatorVersion = "0.59.0";
