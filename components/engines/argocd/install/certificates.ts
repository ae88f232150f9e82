/** ConfigMap in which Argo CD, and what shares its git client, looks for the authorities of repositories, by host. */
export const repositoryCertificates = "argocd-tls-certs-cm";
