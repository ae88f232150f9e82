/** First content of an app's folder in a config repository: a kustomization that builds before an image exists. Pure. */
import type { App } from "../../../estate/model";
import { kustomizeImage, pullSecretName } from "../../support/rendering";
import { lines, type SeedFile } from "./text";

/** File with what happens before the first image. */
const firstImage = "no-pods-without-image.yaml";

/** Annotation with the version that runs. It has no slash, which paths of replacements would have to escape. */
const versionAnnotation = "version";

/**
 * The kustomization: a Deployment and a Service.
 *
 * While the tag is `none` the Deployment has no replicas, so that Argo CD shows the app as healthy and nothing tries to
 * pull an image that does not exist. Kustomize has no conditions, but a transformer that runs after the images are set
 * can select by an annotation made from the tag; so whoever writes the first tag, be it a pipeline, the image updater
 * or a person, writes nothing but the tag.
 */
export function kustomizeContent(app: App): SeedFile[] {
    const folder = app.config.folder;
    const file = (path: string, text: string): SeedFile => ({ path: `${folder}/${path}`, text });
    return [
        file("kustomization.yaml", kustomization(app)),
        file(firstImage, noPodsWithoutImage(app)),
        file("deployment.yaml", deployment(app)),
        file("service.yaml", service(app)),
    ];
}

function kustomization(app: App): string {
    return lines(
        "apiVersion: kustomize.config.k8s.io/v1beta1",
        "kind: Kustomization",
        "resources:",
        "  - deployment.yaml",
        "  - service.yaml",
        "# The version that runs here. Pipelines write it; a merge into the next environment's branch carries it on.",
        "# The image's name comes from the environment, through the Application: this file is the same in all branches.",
        "images:",
        `  - name: ${kustomizeImage}`,
        // Three elements, as every image of a Harbor has: what tells the tag relies on it.
        `    newName: registry.invalid/${app.name}/${app.name}`,
        "    newTag: none",
        "# Can go once the app runs everywhere.",
        "transformers:",
        `  - ${firstImage}`,
    );
}

function noPodsWithoutImage(app: App): string {
    const pick = (source: string, delimiter: string, index: number): string[] => [
        "  - source:",
        "      kind: Deployment",
        `      name: ${app.name}`,
        `      fieldPath: ${source}`,
        `      options: { delimiter: "${delimiter}", index: ${index} }`,
        "    targets:",
        `      - select: { kind: Deployment, name: ${app.name} }`,
        `        fieldPaths: [metadata.annotations.${versionAnnotation}]`,
    ];
    return lines(
        "# No pods while the tag is none: there is no image to pull yet. Transformers run after the images are set.",
        "# First the tag of the image, registry/project/name:tag, is put into an annotation ...",
        "apiVersion: builtin",
        "kind: ReplacementTransformer",
        "metadata:",
        "  name: version",
        "replacements:",
        ...pick("spec.template.spec.containers.0.image", "/", 2),
        ...pick(`metadata.annotations.${versionAnnotation}`, ":", 1),
        "---",
        "# ... and then the annotation decides.",
        "apiVersion: builtin",
        "kind: PatchTransformer",
        "metadata:",
        "  name: no-pods",
        "target:",
        "  kind: Deployment",
        `  name: ${app.name}`,
        `  annotationSelector: ${versionAnnotation}=none`,
        "patch: |-",
        "  - op: add",
        "    path: /spec/replicas",
        "    value: 0",
    );
}

function deployment(app: App): string {
    return lines(
        "apiVersion: apps/v1",
        "kind: Deployment",
        "metadata:",
        `  name: ${app.name}`,
        "  annotations:",
        `    ${versionAnnotation}: none`,
        "  labels:",
        `    app.kubernetes.io/name: ${app.name}`,
        "spec:",
        "  # After so long without progress a rollout counts as failed and its team hears of it. Slow starters need more.",
        `  progressDeadlineSeconds: ${app.rolloutDeadlineSeconds}`,
        "  selector:",
        "    matchLabels:",
        `      app.kubernetes.io/name: ${app.name}`,
        "  template:",
        "    metadata:",
        "      labels:",
        `        app.kubernetes.io/name: ${app.name}`,
        "    spec:",
        "      automountServiceAccountToken: false",
        "      imagePullSecrets:",
        `        - name: ${pullSecretName}`,
        "      securityContext:",
        "        runAsNonRoot: true",
        "        seccompProfile:",
        "          type: RuntimeDefault",
        "      containers:",
        "        - name: app",
        `          image: ${kustomizeImage}`,
        "          ports:",
        "            - name: http",
        `              containerPort: ${app.port}`,
        "          readinessProbe:",
        "            tcpSocket:",
        "              port: http",
        "          resources:",
        "            requests:",
        "              cpu: 50m",
        "              memory: 64Mi",
        "            limits:",
        "              memory: 256Mi",
        "          securityContext:",
        "            allowPrivilegeEscalation: false",
        "            capabilities:",
        "              drop: [ALL]",
    );
}

function service(app: App): string {
    return lines(
        "apiVersion: v1",
        "kind: Service",
        "metadata:",
        `  name: ${app.name}`,
        "  labels:",
        `    app.kubernetes.io/name: ${app.name}`,
        "spec:",
        "  selector:",
        `    app.kubernetes.io/name: ${app.name}`,
        "  ports:",
        "    - name: http",
        "      port: 80",
        "      targetPort: http",
    );
}
