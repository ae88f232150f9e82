/** HTTP proxies of pods. Pure. */
import { proxyVariables } from "../../estate/network";
import type { Network } from "../../estate/model";
import type { KubeObject } from "./kubeObject";
import { workloadKinds } from "./workloads";

/** The API server's address, which the kubelet puts in: programs in a pod reach it by number. */
const apiServer = "$(KUBERNETES_SERVICE_HOST)";

interface PodTemplate {
    readonly spec: { readonly containers: readonly { readonly env?: readonly object[] }[] };
}

/**
 * A workload whose containers take the proxy of the spec; any other object as it is, and all of them where there is none.
 *
 * @param direct hosts that its programs reach past the proxy, beside what the spec says.
 */
export function throughProxy(
    object: KubeObject,
    network: Network,
    direct: readonly string[] = [],
): KubeObject {
    const variables = Object.entries(proxyVariables(network, [...direct, apiServer]));
    if (variables.length === 0 || !workloadKinds.has(object.kind)) {
        return object;
    }
    const spec = object["spec"] as { readonly template: PodTemplate };
    const { template } = spec;
    const containers = template.spec.containers.map((container) => ({
        ...container,
        env: [...(container.env ?? []), ...variables.map(([name, value]) => ({ name, value }))],
    }));
    return {
        ...object,
        spec: { ...spec, template: { ...template, spec: { ...template.spec, containers } } },
    };
}
