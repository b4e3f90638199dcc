package check_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
)

// Patches that are named by themselves are not taken for whole resources.
func TestParts(t *testing.T) {
	const head = "apiVersion: %\nmetadata: {name: web}\n"
	whole := func(kind, rest string) string { return strings.Replace(head, "%", kind, 1) + rest }
	dir := tree(t, map[string]string{
		"replicas.yaml": whole("apps/v1\nkind: Deployment", "spec: {replicas: 3}\n"),
		"limits.yaml": whole("apps/v1\nkind: StatefulSet", `spec:
  template:
    spec:
      containers:
      - name: web
        resources: {limits: {memory: 1Gi}}
`),
		"type.yaml":     whole("v1\nkind: Service", "spec: {type: LoadBalancer}\n"),
		"schedule.yaml": whole("batch/v1\nkind: CronJob", "spec: {schedule: '0 4 * * *'}\n"),
		"bounds.yaml":   whole("autoscaling/v2\nkind: HorizontalPodAutoscaler", "spec: {minReplicas: 3, maxReplicas: 9}\n"),
		"forgotten.yaml": whole("apps/v1\nkind: Deployment", `spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
`),
		"typo.yaml":                   whole("apps/v1\nkind: Deployment", "spec: {replcas: 3}\n"),
		"overlay/kustomization.yaml":  kustomization + "- ../base\npatches:\n- path: patches/bounds.yaml\n",
		"overlay/patches/bounds.yaml": whole("autoscaling/v2\nkind: HorizontalPodAutoscaler", "spec: {minReplicas: 3, maxReplicas: 9}\n"),
	})
	for file, want := range map[string]finding.Severity{
		"replicas.yaml": finding.Off, "limits.yaml": finding.Off, "type.yaml": finding.Off, "overlay/patches/bounds.yaml": finding.Off,
		"schedule.yaml": finding.Warning, "bounds.yaml": finding.Warning, // or was something forgotten?
		"forgotten.yaml": finding.Error, "typo.yaml": finding.Error,
	} {
		rep := run(t, check.Options{}, dir+"/"+file)
		worst := finding.Off
		for _, f := range rep.Findings {
			if f.Severity > finding.Note {
				worst = max(worst, f.Severity)
			}
		}
		assert.Equal(t, want, worst, "%s: %v", file, rep.Findings)
	}
}
