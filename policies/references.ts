/**
 * Frameworks that rules refer to. The numbers of the CIS benchmarks are those of the versions named here; the guide of NSA
 * and CISA has none, so its headings are named.
 */
import type { Reference } from "./rule";

/** Of section 5, "Policies", of the CIS Kubernetes Benchmark. */
export function cisKubernetes(item: string): Reference {
    return { framework: "CIS Kubernetes Benchmark", version: "1.9", item };
}

/** Of section 1.1, "Code Changes", of the CIS GitLab Benchmark. */
export function cisGitlab(item: string): Reference {
    return { framework: "CIS GitLab Benchmark", version: "1.0.1", item };
}

/** A heading of the Kubernetes Hardening Guide of NSA and CISA. */
export function nsa(item: string): Reference {
    return { framework: "NSA/CISA Kubernetes Hardening Guide", version: "1.2", item };
}

/** A level of the source track of SLSA. */
export function slsaSource(item: string): Reference {
    return { framework: "SLSA", version: "1.2", item: `Source ${item}` };
}
