package check_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
)

// TestBesideIsInOneFolder: files in several folders that no build lists may be for
// several clusters, or lessons of a course.
func TestBesideIsInOneFolder(t *testing.T) {
	for rule, parts := range map[string][2]string{
		"service-variable-collision": {
			"apiVersion: v1\nkind: Service\nmetadata: {name: kafka}\nspec: {selector: {app: kafka}, ports: [{port: 9092}]}\n",
			"apiVersion: v1\nkind: Pod\nmetadata: {name: kafka, labels: {app: kafka}}\nspec: {containers: [{name: kafka, image: \"confluentinc/cp-kafka:7.6.1\", ports: [{containerPort: 9092}]}]}\n",
		},
		"claim-fits-no-volume": {
			"apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: a}\nspec: {storageClassName: \"\", capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], hostPath: {path: /a}}\n",
			"apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: a}\nspec: {storageClassName: \"\", accessModes: [ReadWriteOnce], resources: {requests: {storage: 2Gi}}}\n",
		},
	} {
		for folder, want := range map[string]int{"one": 1, "two": 0} {
			t.Run(fmt.Sprint(rule, " ", folder), func(t *testing.T) {
				t.Chdir(tree(t, map[string]string{"one/a.yaml": parts[0], folder + "/b.yaml": parts[1]}))
				got := 0
				for _, f := range run(t, check.Options{}, ".").Findings {
					if f.Rule == rule {
						got++
						assert.Equal(t, "error", f.Severity.String())
					}
				}
				assert.Equal(t, want, got)
			})
		}
	}
}
