package kubernetes

import "estate/providers/internal/plugin"

// observed says whether the controller of an object has seen its last change.
func observed(live object) bool {
	generation, _ := live.number("metadata", "generation")
	seen, known := live.number("status", "observedGeneration")
	return known && seen >= generation
}

func count(live object, path ...string) int {
	number, _ := live.number(path...)
	return int(number)
}

// replicas is how many pods are wanted: one where nothing is said.
func replicas(live object) int {
	if number, given := live.number("spec", "replicas"); given {
		return int(number)
	}
	return 1
}

// trouble is what the conditions of an object say went wrong, for messages.
func trouble(live object, names ...string) string {
	for _, name := range names {
		condition := live.condition(name)
		bad := "False"
		if name == "ReplicaFailure" || name == "Failed" {
			bad = "True"
		}
		if condition.text("status") == bad {
			return " (" + name + ": " + orElse(condition.text("message"), condition.text("reason")) + ")"
		}
	}
	return ""
}

func deploymentState(live object) state {
	if !observed(live) {
		return waiting("the deployment controller has not seen the change yet")
	}
	if live.at("spec", "paused") == true {
		return ready
	}
	progress := live.condition("Progressing")
	if progress.text("reason") == "ProgressDeadlineExceeded" {
		return failed("%s%s", progress.text("message"), trouble(live, "ReplicaFailure", "Available"))
	}
	wanted, updated := replicas(live), count(live, "status", "updatedReplicas")
	if updated < wanted {
		return waiting("%d of %d pods updated%s", updated, wanted, trouble(live, "ReplicaFailure", "Available"))
	}
	if total := count(live, "status", "replicas"); total > updated {
		return waiting("%d old pods are not gone yet", total-updated)
	}
	if available := count(live, "status", "availableReplicas"); available < updated {
		return waiting("%d of %d pods available%s", available, updated, trouble(live, "ReplicaFailure", "Available"))
	}
	return ready
}

func statefulSetState(live object) state {
	if !observed(live) {
		return waiting("the stateful set controller has not seen the change yet")
	}
	if live.text("spec", "updateStrategy", "type") == "OnDelete" {
		return ready
	}
	wanted := replicas(live)
	if ready := count(live, "status", "readyReplicas"); ready < wanted {
		return waiting("%d of %d pods ready", ready, wanted)
	}
	partition := count(live, "spec", "updateStrategy", "rollingUpdate", "partition")
	if updated := count(live, "status", "updatedReplicas"); updated < wanted-partition {
		return waiting("%d of %d pods updated", updated, wanted-partition)
	}
	if partition == 0 && live.text("status", "updateRevision") != live.text("status", "currentRevision") {
		return waiting("the update to revision %s is not finished", live.text("status", "updateRevision"))
	}
	return ready
}

func daemonSetState(live object) state {
	if !observed(live) {
		return waiting("the daemon set controller has not seen the change yet")
	}
	if live.text("spec", "updateStrategy", "type") == "OnDelete" {
		return ready
	}
	wanted := count(live, "status", "desiredNumberScheduled")
	if updated := count(live, "status", "updatedNumberScheduled"); updated < wanted {
		return waiting("%d of %d pods updated", updated, wanted)
	}
	if available := count(live, "status", "numberAvailable"); available < wanted {
		return waiting("%d of %d pods available", available, wanted)
	}
	return ready
}

func jobState(live object) state {
	if failure := live.condition("Failed"); failure.text("status") == "True" {
		return failed("%s: %s", orElse(failure.text("reason"), "Failed"), failure.text("message"))
	}
	if live.condition("Complete").text("status") == "True" || live.at("spec", "suspend") == true {
		return ready
	}
	return waiting("the job is not complete: %d pods active, %d succeeded, %d failed", count(live, "status", "active"),
		count(live, "status", "succeeded"), count(live, "status", "failed"))
}

func podState(live object) state {
	phase := live.text("status", "phase")
	switch {
	case phase == "Succeeded", live.condition("Ready").text("status") == "True":
		return ready
	case phase == "Failed":
		return failed("%s: %s", orElse(live.text("status", "reason"), "Failed"), live.text("status", "message"))
	}
	return waiting("the pod is %s%s", orElse(phase, "Pending"), trouble(live, "PodScheduled", "Initialized", "Ready"))
}

func volumeState(live object) state {
	switch phase := live.text("status", "phase"); phase {
	case "Available", "Bound":
		return ready
	case "Failed":
		return failed("%s", orElse(live.text("status", "message"), "the volume is Failed"))
	default:
		return waiting("the volume is %s", orElse(phase, "Pending"))
	}
}

func quotaState(live object) state {
	if plugin.Equal(live.fields("spec", "hard"), live.fields("status", "hard")) {
		return ready
	}
	return waiting("the quota controller has not taken over the limits yet")
}

func tokenState(live object) state {
	if live.text("data", "token") == "" {
		return waiting("no token is in the Secret yet: does service account %q exist?",
			live.annotation("kubernetes.io/service-account.name"))
	}
	return ready
}
