// The objects of __app__, of what its environments differ in.
function(settings)
  local config = {
    replicas: 1,
    port: __port__,
    // Seconds without progress after which a rollout counts as failed and its team hears of it. Slow starters need more.
    progressDeadlineSeconds: __rolloutDeadlineSeconds__,
    resources: {
      requests: { cpu: '50m', memory: '64Mi' },
      limits: { memory: '256Mi' },
    },
  } + settings;
  local labels = { 'app.kubernetes.io/name': config.name };
  local deployed = config.imagetag != '';
  [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: config.name, labels: labels },
      spec: {
        // Without a tag there is no image to pull yet.
        replicas: if deployed then config.replicas else 0,
        progressDeadlineSeconds: config.progressDeadlineSeconds,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels: labels },
          spec: {
            automountServiceAccountToken: false,
            imagePullSecrets: [{ name: 'registry-pull' }],
            securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
            containers: [
              {
                name: 'app',
                image: config.image + ':' + (if deployed then config.imagetag else 'none'),
                ports: [{ name: 'http', containerPort: config.port }],
                readinessProbe: { tcpSocket: { port: 'http' } },
                resources: config.resources,
                securityContext: {
                  allowPrivilegeEscalation: false,
                  capabilities: { drop: ['ALL'] },
                },
              },
            ],
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: config.name, labels: labels },
      spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
    },
  ]
