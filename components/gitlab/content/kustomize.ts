/** First content of an app's folder in a config repository: a kustomization that builds before an image exists. Pure. */
import type { App } from "../../../estate/model";
import { kustomizeImage, pullSecretName } from "../../support/rendering";
import { lines, type SeedFile } from "./text";

/**
 * The kustomization: a Deployment and a Service.
 *
 * Kustomize has no conditions, so the Deployment starts with no replicas, and whoever writes the first tag also sets
 * the count: `kustomize edit set image app=*:<tag>` and `kustomize edit set replicas <app>=1`.
 */
export function kustomizeContent(app: App): SeedFile[] {
    const folder = app.config.folder;
    const file = (path: string, text: string): SeedFile => ({ path: `${folder}/${path}`, text });
    return [
        file("kustomization.yaml", kustomization(app)),
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
        "    newTag: none",
        "# No pods until the first image is there; the pipeline that writes the first tag sets the count.",
        "replicas:",
        `  - name: ${app.name}`,
        "    count: 0",
    );
}

function deployment(app: App): string {
    return lines(
        "apiVersion: apps/v1",
        "kind: Deployment",
        "metadata:",
        `  name: ${app.name}`,
        "  labels:",
        `    app.kubernetes.io/name: ${app.name}`,
        "spec:",
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
