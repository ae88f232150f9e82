/** Credentials that a stack has made, from its exported state. Pure; values stay behind, they are ciphertext there. */
import { tokenPurposes, type CredentialKind } from "../../estate/madeCredentials";
import { given } from "../../estate/plain";
import {
    lastDayOf,
    liveResources,
    purposeOf,
    type ExportedStack,
    type StateResource,
} from "../support/exported";
import { nameOf } from "../support/urn";
import type { MadeCredential } from "./found";

const kindOfToken: Readonly<Record<string, CredentialKind>> = tokenPurposes;

/** Reads an exported stack. */
export function madeCredentials(exported: ExportedStack): MadeCredential[] {
    return liveResources(exported).flatMap((each): MadeCredential[] => {
        const kind = kindOf(each);
        return kind === undefined
            ? []
            : [{ kind, name: nameOf(each.urn), ...given("ends", lastDayOf(each)) }];
    });
}

const text = ({ outputs, inputs }: StateResource, key: string): string => {
    const value = outputs?.[key] ?? inputs?.[key];
    return typeof value === "string" ? value : "";
};

function kindOf(resource: StateResource): CredentialKind | undefined {
    const name = nameOf(resource.urn);
    const purpose = purposeOf(resource);
    switch (resource.type) {
        case "harbor:index/robotAccount:RobotAccount":
            return text(resource, "level") === "system"
                ? "promotion"
                : purpose === "pull"
                  ? "pull"
                  : // Both may push; that of previews is of no environment.
                    /(?<!-push)-preview-robot$/.test(name)
                    ? "preview"
                    : "push";
        case "gitlab:index/projectDeployToken:ProjectDeployToken":
            return purpose === "release" ? "release" : "reader";
        case "gitlab:index/pipelineTrigger:PipelineTrigger":
            return "release";
        case "gitlab:index/projectAccessToken:ProjectAccessToken":
            return kindOfToken[purpose];
        case "gitlab:index/projectHook:ProjectHook":
        case "harbor:index/projectWebhook:ProjectWebhook":
            return "hook";
        case "kubernetes:core/v1:Secret":
            return /^access-.+-token$/.test(name) ? "cluster" : undefined;
        default:
            return undefined;
    }
}
