/** First content of an app's folder in a config repository: a chart that renders before an image exists. Pure. */
import type { App } from "../../../estate/model";
import { helmImageKey, helmTagKey, pullSecretName } from "../../support/rendering";
import { lines, type SeedFile } from "./text";

/**
 * The chart: a Deployment and a Service.
 *
 * While `imagetag` is empty the Deployment has no replicas, so that Argo CD shows the app as healthy and nothing tries
 * to pull an image that does not exist.
 */
export function helmContent(app: App): SeedFile[] {
    const folder = app.config.folder;
    const file = (path: string, text: string): SeedFile => ({ path: `${folder}/${path}`, text });
    return [
        file("Chart.yaml", chart(app)),
        file("values.yaml", values(app)),
        file("templates/_helpers.tpl", helpers()),
        file("templates/deployment.yaml", deployment()),
        file("templates/poddisruptionbudget.yaml", disruptionBudget()),
        file("templates/service.yaml", service()),
    ];
}

function chart(app: App): string {
    return lines(
        "apiVersion: v2",
        `name: ${app.name}`,
        `description: ${app.name} of team ${app.team}`,
        "type: application",
        "# Version of the chart itself; the app's version is the image tag in values.yaml.",
        "version: 0.1.0",
    );
}

function values(app: App): string {
    return lines(
        "# The version that runs here. Pipelines write it; a merge into the next environment's branch carries it on.",
        "# Empty: no pods.",
        `${helmTagKey}: ""`,
        "",
        "# The image without tag comes from the environment, through the Application: this file is the same in all branches.",
        `${helmImageKey}: ${app.name}`,
        "",
        "replicaCount: 1",
        "",
        "# Seconds without progress after which a rollout counts as failed and its team hears of it. Slow starters need more.",
        `progressDeadlineSeconds: ${app.rolloutDeadlineSeconds}`,
        "",
        `port: ${app.port}`,
        "",
        "resources:",
        "  requests:",
        "    cpu: 50m",
        "    memory: 64Mi",
        "  limits:",
        "    memory: 256Mi",
        "",
        "# Environment variables of the container, by name.",
        "env: {}",
        "",
        "# Path that answers 200 once the app can take requests; empty: the port is tried instead.",
        'readinessPath: ""',
        "",
        "# What must stay up while nodes are drained, e.g. {minAvailable: 2}; empty: nothing is promised.",
        "podDisruptionBudget: {}",
    );
}

function helpers(): string {
    return lines(
        '{{- define "app.selector" -}}',
        "app.kubernetes.io/name: {{ .Chart.Name }}",
        "app.kubernetes.io/instance: {{ .Release.Name }}",
        "{{- end }}",
        "",
        '{{- define "app.labels" -}}',
        '{{ include "app.selector" . }}',
        `app.kubernetes.io/version: {{ .Values.${helmTagKey} | default "none" | quote }}`,
        "{{- end }}",
    );
}

function deployment(): string {
    return lines(
        "apiVersion: apps/v1",
        "kind: Deployment",
        "metadata:",
        "  name: {{ .Release.Name }}",
        "  labels:",
        '    {{- include "app.labels" . | nindent 4 }}',
        "spec:",
        `  replicas: {{ if .Values.${helmTagKey} }}{{ .Values.replicaCount }}{{ else }}0{{ end }}`,
        "  progressDeadlineSeconds: {{ .Values.progressDeadlineSeconds }}",
        "  selector:",
        "    matchLabels:",
        '      {{- include "app.selector" . | nindent 6 }}',
        "  template:",
        "    metadata:",
        "      labels:",
        '        {{- include "app.labels" . | nindent 8 }}',
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
        `          image: "{{ .Values.${helmImageKey} }}:{{ .Values.${helmTagKey} | default "none" }}"`,
        "          ports:",
        "            - name: http",
        "              containerPort: {{ .Values.port }}",
        "          {{- with .Values.env }}",
        "          env:",
        "            {{- range $name, $value := . }}",
        "            - name: {{ $name }}",
        "              value: {{ $value | quote }}",
        "            {{- end }}",
        "          {{- end }}",
        "          readinessProbe:",
        "            {{- if .Values.readinessPath }}",
        "            httpGet:",
        "              path: {{ .Values.readinessPath }}",
        "              port: http",
        "            {{- else }}",
        "            tcpSocket:",
        "              port: http",
        "            {{- end }}",
        "          resources:",
        "            {{- toYaml .Values.resources | nindent 12 }}",
        "          securityContext:",
        "            allowPrivilegeEscalation: false",
        "            capabilities:",
        "              drop: [ALL]",
    );
}

function service(): string {
    return lines(
        "apiVersion: v1",
        "kind: Service",
        "metadata:",
        "  name: {{ .Release.Name }}",
        "  labels:",
        '    {{- include "app.labels" . | nindent 4 }}',
        "spec:",
        "  selector:",
        '    {{- include "app.selector" . | nindent 4 }}',
        "  ports:",
        "    - name: http",
        "      port: 80",
        "      targetPort: http",
    );
}

function disruptionBudget(): string {
    return lines(
        "{{- with .Values.podDisruptionBudget }}",
        "apiVersion: policy/v1",
        "kind: PodDisruptionBudget",
        "metadata:",
        "  name: {{ $.Release.Name }}",
        "  labels:",
        '    {{- include "app.labels" $ | nindent 4 }}',
        "spec:",
        "  {{- toYaml . | nindent 2 }}",
        "  selector:",
        "    matchLabels:",
        '      {{- include "app.selector" $ | nindent 6 }}',
        "{{- end }}",
    );
}
