/** What every pod of an engine's namespace may need before it starts. */
import * as pulumi from "@pulumi/pulumi";
import { partOfLabel } from "../../estate/labels";
import type { Network } from "../../estate/model";
import { allAuthorities } from "../../estate/network";
import { childObject, KubeResource } from "./kubeObject";
import type { Login } from "./login";
import { mirrorLoginName, registryLogin } from "./mirrorLogin";
import { authoritiesConfigMap } from "./trust";

/** What {@link podGroundwork} depends on. */
export interface PodGroundworkArgs {
    /** The engine's part of the estate. */
    readonly engine: {
        readonly namespace: string;
        readonly imageMirror?: string;
        readonly imageMirrorLogin: boolean;
    };
    /** Value of the label that says what an object is part of. */
    readonly partOf: string;
    readonly network: Network;
    /** Login of the mirror, where it wants one. */
    readonly login: Login | undefined;
}

/** The mirror's login and the private authorities, where there are any. */
export function podGroundwork(
    name: string,
    { engine, partOf, network, login }: PodGroundworkArgs,
    opts: pulumi.CustomResourceOptions,
): KubeResource[] {
    const { namespace, imageMirror, imageMirrorLogin } = engine;
    const metadata = { namespace, labels: { [partOfLabel]: partOf } };
    const pem = allAuthorities(network);
    return [
        ...(pem === undefined ? [] : [childObject(name, authoritiesConfigMap(metadata, pem), opts)]),
        ...(imageMirrorLogin && imageMirror !== undefined && login !== undefined
            ? [
                  new KubeResource(
                      `${name}-secret-${mirrorLoginName}`,
                      {
                          apiVersion: "v1",
                          kind: "Secret",
                          metadata: { ...metadata, name: mirrorLoginName },
                          type: "kubernetes.io/dockerconfigjson",
                          stringData: pulumi.secret({
                              ".dockerconfigjson": registryLogin(imageMirror.split("/")[0] ?? "", login),
                          }),
                      },
                      opts,
                  ),
              ]
            : []),
    ];
}
