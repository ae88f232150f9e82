package kubernetes

import "estate/providers/internal/plugin"

// Which changes cannot be made in place: the same as upstream's, with what the API server refuses besides. Paths are in
// the engine's notation.
var (
	selectorRules = []string{"spec.selector"}

	podRules = append([]string{
		"spec.affinity", "spec.automountServiceAccountToken", "spec.dnsConfig", "spec.dnsPolicy", "spec.enableServiceLinks",
		"spec.hostAliases", "spec.hostIPC", "spec.hostNetwork", "spec.hostPID", "spec.hostname", "spec.imagePullSecrets",
		"spec.nodeName", "spec.nodeSelector", "spec.overhead", "spec.preemptionPolicy", "spec.priority",
		"spec.priorityClassName", "spec.readinessGates", "spec.restartPolicy", "spec.runtimeClassName", "spec.schedulerName",
		"spec.securityContext", "spec.serviceAccount", "spec.serviceAccountName", "spec.shareProcessNamespace",
		"spec.subdomain", "spec.terminationGracePeriodSeconds", "spec.volumes",
	}, containerRules("spec.containers[*]", "spec.initContainers[*]")...)

	volumeSourceRules = prefixed("spec.", "awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "csi", "fc",
		"flexVolume", "flocker", "gcePersistentDisk", "glusterfs", "hostPath", "iscsi", "local", "nfs",
		"photonPersistentDisk", "portworxVolume", "quobyte", "rbd", "scaleIO", "storageos", "vsphereVolume")

	replaceRules = map[groupKind][]string{
		{"", "PersistentVolume"}:      volumeSourceRules,
		{"", "PersistentVolumeClaim"}: {"spec"},
		{"", "Pod"}:                   podRules,
		{"", "ResourceQuota"}:         {"spec.scopes"},
		{"", "Service"}:               {"spec.clusterIP"},
		{"apps", "DaemonSet"}:         selectorRules,
		{"apps", "Deployment"}:        selectorRules,
		{"apps", "ReplicaSet"}:        selectorRules,
		{"apps", "StatefulSet"}:       append(prefixed("spec.", "podManagementPolicy", "revisionHistoryLimit", "serviceName", "volumeClaimTemplates"), selectorRules...),
		{"batch", "Job"}:              append(prefixed("spec.", "completions", "parallelism", "template"), selectorRules...),
		{"rbac.authorization.k8s.io", "ClusterRoleBinding"}: {"roleRef"},
		{"rbac.authorization.k8s.io", "RoleBinding"}:        {"roleRef"},
		{"storage.k8s.io", "StorageClass"}:                  {"parameters", "provisioner", "volumeBindingMode", "reclaimPolicy"},
		{groupAPIExtensions, kindCustomResourceDef}:         {"spec.group", "spec.scope", "spec.names.kind", "spec.names.plural"},
	}
)

func prefixed(prefix string, names ...string) []string {
	paths := make([]string, len(names))
	for i, name := range names {
		paths[i] = prefix + name
	}
	return paths
}

func containerRules(containers ...string) []string {
	var paths []string
	for _, container := range containers {
		paths = append(paths, prefixed(container+".", "args", "command", "env", "image", "imagePullPolicy", "lifecycle",
			"livenessProbe", "ports", "readinessProbe", "resources", "securityContext", "stdin", "stdinOnce",
			"terminationMessagePath", "terminationMessagePolicy", "tty", "volumeDevices", "volumeMounts", "workingDir")...)
	}
	return paths
}

// rulesOf lists the paths whose change makes a new object of one kind.
func rulesOf(t target, news, olds object, s settings) [][]any {
	paths := []string{"kind", "metadata.name", "metadata.namespace"}
	if !t.Patch {
		paths = append(paths, replaceRules[t.groupKind()]...)
		switch t.groupKind() {
		case groupKind{"", kindConfigMap}:
			paths = append(paths, dataRules(s.configMapMutable, news, olds, "data", "binaryData")...)
		case groupKind{"", kindSecret}:
			paths = append(paths, "type")
			paths = append(paths, dataRules(s.secretMutable, news, olds, "data", "stringData")...)
		}
	}
	rules := make([][]any, 0, len(paths))
	for _, path := range paths {
		if segments, ok := plugin.ParsePath(path); ok {
			rules = append(rules, segments)
		}
	}
	return rules
}

// dataRules: ConfigMaps and Secrets are replaced when their data changes, so that what uses them under an automatic name
// rolls over, unless the provider is told that they are mutable; marked immutable, they never can be changed in place.
func dataRules(mutable bool, news, olds object, keys ...string) []string {
	if olds["immutable"] == true {
		return append(keys, "immutable")
	}
	if mutable {
		return nil
	}
	return keys
}
