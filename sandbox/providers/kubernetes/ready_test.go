package kubernetes

import (
	"strings"
	"testing"
)

func TestReadyStates(t *testing.T) {
	tests := []struct {
		name   string
		decide func(object) state
		live   string
		want   string // "ready", or a part of what is missing or failed
	}{
		{"deployment not seen", deploymentState, `{"metadata":{"generation":2},"status":{"observedGeneration":1}}`, "not seen"},
		{"deployment new", deploymentState, `{"metadata":{"generation":1},"spec":{"replicas":2},"status":{"observedGeneration":1,"updatedReplicas":1}}`, "1 of 2 pods updated"},
		{"deployment old pods", deploymentState, `{"metadata":{"generation":1},"spec":{"replicas":1},"status":{"observedGeneration":1,"updatedReplicas":1,"replicas":2}}`, "1 old pods"},
		{
			"deployment unavailable", deploymentState, `{"metadata":{"generation":1},"status":{"observedGeneration":1,"updatedReplicas":1,"replicas":1,
			"conditions":[{"type":"Available","status":"False","message":"too few"}]}}`, "0 of 1 pods available (Available: too few)",
		},
		{"deployment done", deploymentState, `{"metadata":{"generation":1},"status":{"observedGeneration":1,"updatedReplicas":1,"replicas":1,"availableReplicas":1}}`, "ready"},
		{"deployment paused", deploymentState, `{"metadata":{"generation":1},"spec":{"paused":true},"status":{"observedGeneration":1}}`, "ready"},
		{"deployment of none", deploymentState, `{"metadata":{"generation":1},"spec":{"replicas":0},"status":{"observedGeneration":1}}`, "ready"},
		{
			"deployment failed", deploymentState, `{"metadata":{"generation":1},"status":{"observedGeneration":1,
			"conditions":[{"type":"Progressing","status":"False","reason":"ProgressDeadlineExceeded","message":"timed out"}]}}`, "timed out",
		},
		{"stateful set", statefulSetState, `{"metadata":{"generation":1},"spec":{"replicas":2},"status":{"observedGeneration":1,"readyReplicas":1}}`, "1 of 2 pods ready"},
		{"stateful set update", statefulSetState, `{"metadata":{"generation":1},"status":{"observedGeneration":1,"readyReplicas":1,"updatedReplicas":1,"updateRevision":"b","currentRevision":"a"}}`, "revision b"},
		{"stateful set done", statefulSetState, `{"metadata":{"generation":1},"status":{"observedGeneration":1,"readyReplicas":1,"updatedReplicas":1,"updateRevision":"b","currentRevision":"b"}}`, "ready"},
		{"daemon set", daemonSetState, `{"metadata":{"generation":1},"status":{"observedGeneration":1,"desiredNumberScheduled":2,"updatedNumberScheduled":2,"numberAvailable":1}}`, "1 of 2 pods available"},
		{"daemon set done", daemonSetState, `{"metadata":{"generation":1},"status":{"observedGeneration":1}}`, "ready"},
		{"job", jobState, `{"status":{"active":1}}`, "1 pods active"},
		{"job done", jobState, `{"status":{"conditions":[{"type":"Complete","status":"True"}]}}`, "ready"},
		{"job suspended", jobState, `{"spec":{"suspend":true}}`, "ready"},
		{"job failed", jobState, `{"status":{"conditions":[{"type":"Failed","status":"True","reason":"BackoffLimitExceeded","message":"m"}]}}`, "BackoffLimitExceeded: m"},
		{"pod pending", podState, `{"status":{"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","message":"no node"}]}}`, "Pending (PodScheduled: no node)"},
		{"pod ready", podState, `{"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}}`, "ready"},
		{"pod failed", podState, `{"status":{"phase":"Failed","reason":"Evicted","message":"m"}}`, "Evicted: m"},
		{"volume", volumeState, `{"status":{"phase":"Pending"}}`, "Pending"},
		{"volume done", volumeState, `{"status":{"phase":"Available"}}`, "ready"},
		{"quota", quotaState, `{"spec":{"hard":{"pods":"1"}}}`, "not taken over"},
		{"quota done", quotaState, `{"spec":{"hard":{"pods":"1"}},"status":{"hard":{"pods":"1"}}}`, "ready"},
		{"token", tokenState, `{"metadata":{"annotations":{"kubernetes.io/service-account.name":"sa"}}}`, `service account "sa"`},
		{"token done", tokenState, `{"data":{"token":"x"}}`, "ready"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := test.decide(parse(t, test.live))
			text := got.missing
			if got.failed != nil {
				text = got.failed.Error()
			}
			if got.done {
				text = "ready"
			}
			if !strings.Contains(text, test.want) {
				t.Errorf("got %q, want %q", text, test.want)
			}
		})
	}
}

func TestWaitFor(t *testing.T) {
	live := parse(t, `{"status":{"phase":"Running","address":"1.2.3.4","conditions":[{"type":"Synced","status":"True"},{"type":"Stuck","status":"False"}]}}`)
	tests := []struct {
		annotation string
		holds      bool
	}{
		{"condition=Synced", true},
		{"condition=Stuck", false},
		{"condition=Stuck=False", true},
		{"condition=Other", false},
		{"jsonpath={.status.phase}=Running", true},
		{"jsonpath='{.status.phase}'=Running", true},
		{"jsonpath='{.status.phase}'=Failed", false},
		{"jsonpath={.status.phase}=Failed", false},
		{"jsonpath={.status.address}", true},
		{"jsonpath={.status.nothing}", false},
		{`["condition=Synced","jsonpath={.status.phase}=Running"]`, true},
		{`["condition=Synced","condition=Stuck"]`, false},
	}
	for _, test := range tests {
		conditions, err := parseWaitFor(test.annotation)
		if err != nil {
			if test.holds {
				t.Errorf("%s: %v", test.annotation, err)
			}
			continue
		}
		if got := conditions.judge(live).done; got != test.holds {
			t.Errorf("%s: %v", test.annotation, got)
		}
	}
	for _, annotation := range []string{"Ready", "condition=", "jsonpath=.a", "[", "jsonpath={.a"} {
		if _, err := parseWaitFor(annotation); err == nil {
			t.Errorf("%q must not be accepted", annotation)
		}
	}
}
