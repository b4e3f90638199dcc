package check_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
)

// TestOnOneMachine: volumes of a cluster on one machine are folders.
func TestOnOneMachine(t *testing.T) {
	const database = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec:\n  serviceName: db\n  selector: {matchLabels: {app: db}}\n  template:\n    metadata: {labels: {app: db}}\n" +
		"    spec: {containers: [{name: db, image: 'postgres:16', volumeMounts: [{name: data, mountPath: /var/lib/postgresql/data}]}]}\n" +
		"  volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}]\n"
	for name, c := range map[string]struct {
		files map[string]string
		want  finding.Severity
	}{
		"nothing":      {map[string]string{"README.md": "kubectl apply -f k8s\n"}, finding.Note},
		"minikube":     {map[string]string{"README.md": "Run `minikube start`, then kubectl apply -f k8s.\n"}, finding.Note},
		"kind":         {map[string]string{"Makefile": "up:\n\tkind create cluster\n"}, finding.Note},
		"a kind":       {map[string]string{"README.md": "What kind of shop is it?\n"}, finding.Note},
		"Compose":      {map[string]string{"README.md": "docker compose up\n"}, finding.Note},
		"both":         {map[string]string{"README.md": "minikube start\n", "docs/prod.md": "eksctl create cluster\n"}, finding.Warning},
		"Terraform":    {map[string]string{"README.md": "k3d cluster create\n", "infra/main.tf": "resource \"google_container_cluster\" \"c\" {}\n"}, finding.Warning},
		"folders":      {map[string]string{"README.md": "Default storage class is `local-path`.\n", "docs/plan.md": "eksctl create cluster\n"}, finding.Note},
		"no folders":   {map[string]string{"README.md": "The default storage class is not local-path. Run eksctl create cluster.\n"}, finding.Warning},
		"of this word": {map[string]string{"README.md": "minikubes\n", "docs/prod.md": "eksctl create cluster\n"}, finding.Warning},
	} {
		c.files["k8s/db.yaml"] = database
		assert.Equal(t, c.want, severityOf(t, "data-folder-not-empty", tree(t, c.files)), name)
	}
}

// TestClassOfDisks: a class that is one of disks says that the cluster has them.
func TestClassOfDisks(t *testing.T) {
	const database = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec:\n  serviceName: db\n  selector: {matchLabels: {app: db}}\n  template:\n    metadata: {labels: {app: db}}\n" +
		"    spec: {containers: [{name: db, image: 'postgres:16', volumeMounts: [{name: data, mountPath: /var/lib/postgresql/data}]}]}\n" +
		"  volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], storageClassName: CLASS, resources: {requests: {storage: 1Gi}}}}]\n"
	for class, want := range map[string]finding.Severity{"gp3": finding.Warning, "rook-ceph-block": finding.Warning, "standard": finding.Note} {
		assert.Equal(t, want, severityOf(t, "data-folder-not-empty", tree(t, map[string]string{"k8s/db.yaml": strings.ReplaceAll(database, "CLASS", class)})), class)
	}
}

// TestOverlayOnOneMachine: what only an overlay for somebody's machine keeps is on that.
func TestOverlayOnOneMachine(t *testing.T) {
	const remove = "patches:\n- patch: |\n    $patch: delete\n    apiVersion: apps/v1\n    kind: StatefulSet\n    metadata: {name: db}\n"
	const database = "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db}\nspec:\n  serviceName: db\n  selector: {matchLabels: {app: db}}\n  template:\n    metadata: {labels: {app: db}}\n" +
		"    spec: {containers: [{name: db, image: 'postgres:16', volumeMounts: [{name: data, mountPath: /var/lib/postgresql/data}]}]}\n" +
		"  volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}]\n"
	for name, want := range map[string]finding.Severity{"local": finding.Note, "kind": finding.Note, "prod-k3s": finding.Note, "dev": finding.Warning, "localities": finding.Warning, "one-of-a-kind": finding.Warning} {
		dir := tree(t, map[string]string{
			"base/db.yaml": database, "base/kustomization.yaml": kustomization + "- db.yaml\n", "Makefile": "up:\n\teksctl create cluster\n",
			"overlays/" + name + "/kustomization.yaml": kustomization + "- ../../base\n", "overlays/cloud/kustomization.yaml": kustomization + "- ../../base\n" + remove,
		})
		assert.Equal(t, want, severityOf(t, "data-folder-not-empty", dir), name)
	}
	dir := tree(t, map[string]string{
		"base/db.yaml": database, "base/kustomization.yaml": kustomization + "- db.yaml\n", "Makefile": "up:\n\teksctl create cluster\n",
		"overlays/local/kustomization.yaml": kustomization + "- ../../base\n", "overlays/cloud/kustomization.yaml": kustomization + "- ../../base\n",
	})
	assert.Equal(t, finding.Warning, severityOf(t, "data-folder-not-empty", dir), "others keep it too")
}

// TestSharedOnOneMachine: volumes that one node may mount are enough for one.
func TestSharedOnOneMachine(t *testing.T) {
	const app = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\nspec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n---\n" +
		"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 2\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n" +
		"    spec: {containers: [{name: web, image: 'shop/web:1.2', volumeMounts: [{name: data, mountPath: /data}]}], volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]}\n"
	for text, want := range map[string]finding.Severity{"kubectl apply -f k8s\n": finding.Warning, "k3d cluster create\n": finding.Note} {
		assert.Equal(t, want, severityOf(t, "volume-not-shareable", tree(t, map[string]string{"k8s/web.yaml": app, "README.md": text})), text)
	}
}
