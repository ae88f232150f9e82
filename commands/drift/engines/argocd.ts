import { list, record, text } from "../../doctor/json";
import { facts } from "../finding";
import type { Found } from "../cluster/inventory";
import type { EngineInDrift, GrantedToken, OwnKind } from "./engine";

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
        { ...own("AppProject", "access"), apart: ["jwtTokens"] },
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
    tokensIn: (found) => (found.kind === "AppProject" ? roleTokens(found) : []),
    // One stops it, the others have images followed, and messages sent.
    steered:
        /^argocd\.argoproj\.io\/skip-reconcile$|^argocd-image-updater\.argoproj\.io\/|^notifications\.argoproj\.io\/subscribe\./,
    delivered: (object) =>
        "argocd.argoproj.io/tracking-id" in record(record(object["metadata"])["annotations"]),
    secretLabel: "argocd.argoproj.io/secret-type",
};

/**
 * Tokens of a project's roles. Argo CD has them twice, lets those of the status in, and puts into each place what is missing
 * there: both have to go.
 */
function roleTokens({ name, object }: Found): GrantedToken[] {
    const listed = record(record(object["status"])["jwtTokensByRole"]);
    const roles = list(record(object["spec"])["roles"]);
    const places = [
        ...Object.entries(listed).map(([role, each]) => ({
            role,
            path: `/status/jwtTokensByRole/${role.replace(/~/g, "~0").replace(/\//g, "~1")}/items`,
            tokens: list(record(each)["items"]),
        })),
        ...roles.map((role, index) => ({
            role: text(role["name"]),
            path: `/spec/roles/${index}/jwtTokens`,
            tokens: list(role["jwtTokens"]),
        })),
    ];
    const found = new Map<string, GrantedToken>();
    for (const { role, path, tokens } of places) {
        tokens.forEach((token, index) => {
            const { iat, exp } = token;
            const title = `${name}/${role} ${text(token["id"]) || String(iat)}`;
            found.set(title, {
                name: title,
                ...(typeof iat === "number" ? { made: iat * 1000 } : {}),
                ...(typeof exp === "number" && exp > 0 ? { ends: exp * 1000 } : {}),
                // Somebody may take another one back in between.
                removal: [
                    ...(found.get(title)?.removal ?? []),
                    { op: "test", path: `${path}/${index}/iat`, value: iat },
                    { op: "remove", path: `${path}/${index}` },
                ],
            });
        });
    }
    return [...found.values()];
}
