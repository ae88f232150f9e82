/**
 * The releases of Argo CD and of its image updater that the estate was checked with, and the SHA-256 of what each is
 * installed from. Pure. How to add one: docs/argocd.md.
 */

/** SHA-256 of `manifests/install.yaml` and `manifests/ha/install.yaml` of Argo CD's releases, oldest first. */
export const argoCdReleases: Readonly<Record<string, { readonly standard: string; readonly ha: string }>> = {
    "3.2.11": {
        standard: "6cdd269e07f27b50f9e481cc7e685443b26b79372001ff7868ff1543610417bd",
        ha: "6f2ecbca976d88c2a615c019205df4c461119ef0f8a7dbc591c00fa10d045fdc",
    },
    "3.3.14": {
        standard: "74fe2e5b57b1ca652078c262e057b563efc4dcd317d734479185c2623177aea8",
        ha: "7906559e4402f67c07cc4dbe6209aa4c66bc7906a6e12ce5de3438c475cca850",
    },
    "3.4.7": {
        standard: "11016889371e4b1e3754b7ba2494b36ab1111338bd2362d499abe3ff2f63c906",
        ha: "e7290b677c7453e6346eeee774c1e947b7e7f04cba315734423dbc0d53b7fc5b",
    },
    "3.4.13": {
        standard: "2904fe432572425803e6519d59ded69f79ce0b1da38c4952c5989b83051bb445",
        ha: "af4a0f123485881618199f3794b214c1c7ec6c6644c803383d09baa5e1df329d",
    },
    "3.5.1": {
        standard: "795a3a972224da6a7f9d32c3e946445f062b60fb46028476715affeb688236e3",
        ha: "1d7b6baa0769ff8a5757c61e2c677ae0939a15e86e149f64df6b12435db5c4b2",
    },
    "3.5.7": {
        standard: "09bfbb9041b4a8503c6e4fa22cf41c403fa62be17526de353648a4551f5beb77",
        ha: "d7b75669da63dc218de0ea67ac00183783cebabd52147c3cf012250faa5ced85",
    },
};

/**
 * The last day with fixes of Argo CD's minor versions, oldest first; later ones have no day yet. Three of them are
 * supported: one ends when the third after it is out, which is planned for the first Mondays of February, May, August
 * and November. Sources: Argo CD's "Release Process And Cadence", and the notes of release 3.3.19, the last of its line.
 */
export const argoCdSupport: Readonly<Record<string, string>> = {
    "3.2": "2026-08-04",
    "3.3": "2026-11-03",
    "3.4": "2027-02-01",
    "3.5": "2027-05-03",
};

/** What an estate installs that names no version: the newest of them. */
export const defaultArgoCdVersion = "3.5.7";

/** SHA-256 of the manifest file of the image updater's releases, oldest first. */
export const updaterReleases: Readonly<Record<string, string>> = {
    "0.12.2": "32923fdebd422cf60b78b8177cbfbf8bc6883ac801b03799ba92b8aa9a9caec1",
    "1.3.0": "e0176c2a2d3590bd0f970c1fee55f25d722112add4a667bb30cc0beea40d6efd",
};

/** What an estate with an updater takes that names no version: the newest of them. */
export const defaultUpdaterVersion = "1.3.0";
