import { list, record, text } from "../../doctor/json";
import { facts } from "../finding";
import type { EngineInDrift, OwnKind } from "./engine";

const group = "argoproj.io/v1alpha1";

const own = (kind: string, risk: OwnKind["risk"] = "delivery"): OwnKind => ({
    apiVersion: group,
    kind,
    risk,
    whole: ["spec"],
});

export const argocd: EngineInDrift = {
    kinds: [
        own("Application"),
        own("ApplicationSet"),
        own("AppProject", "access"),
        { apiVersion: "argocd-image-updater.argoproj.io/v1alpha1", kind: "ImageUpdater" },
    ],
    // In the namespace with its projects; nobody has been given another.
    obeysIn: (declared) =>
        declared
            .filter(({ apiVersion, kind }) => apiVersion === group && kind === "AppProject")
            .map(({ namespace }) => namespace),
    told: ({ kind, namespace, object }, isDeclared) => {
        const owners = list(record(object["metadata"])["ownerReferences"]);
        const made = owners.some(
            (owner) =>
                owner["kind"] === "ApplicationSet" &&
                isDeclared({ kind: "ApplicationSet", namespace, name: text(owner["name"]) }),
        );
        if (made) {
            return undefined;
        }
        const spec = record(object["spec"]);
        const destination = record(spec["destination"]);
        const project = text(spec["project"]);
        const open = kind === "Application" && !isDeclared({ kind: "AppProject", namespace, name: project });
        return {
            differences: facts({
                project,
                namespace: destination["namespace"],
                cluster: destination["name"] ?? destination["server"],
                destinations: list(spec["destinations"])
                    .map((each) => `${text(each["name"] ?? each["server"])}/${text(each["namespace"])}`)
                    .join(", "),
            }),
            ...(open ? { remark: "openProject" } : {}),
        };
    },
    delivered: (object) =>
        "argocd.argoproj.io/tracking-id" in record(record(object["metadata"])["annotations"]),
    secretLabel: "argocd.argoproj.io/secret-type",
};
