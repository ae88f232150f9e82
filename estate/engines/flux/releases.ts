/** Flux's releases as far as the estate knows them. Pure. How one is pinned: docs/flux.md. */

/**
 * SHA-256 of `install.yaml` of Flux's releases, oldest first. None is known yet: whoever installs one writes the checksum
 * of the file that was reviewed.
 */
export const fluxReleases: Readonly<Record<string, string>> = {};

/** What an estate installs that names no version. */
export const defaultFluxVersion = "2.9.5";
