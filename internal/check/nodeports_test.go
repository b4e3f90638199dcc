package check_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
)

// TestNodePorts: an API server may have been told of another range.
func TestNodePorts(t *testing.T) {
	const service = "apiVersion: v1\nkind: Service\nmetadata: {name: broker}\nspec: {type: NodePort, selector: {app: broker}, ports: [{port: 1883, nodePort: 1883}]}\n" +
		"---\napiVersion: v1\nkind: Pod\nmetadata: {name: broker, labels: {app: broker}}\nspec: {containers: [{name: broker, image: 'broker:2'}]}\n"
	for name, c := range map[string]struct {
		files map[string]string
		want  finding.Severity
	}{
		"nothing":           {map[string]string{"README.md": "kubectl apply -f k8s\n"}, finding.Warning},
		"kubeadm":           {map[string]string{"setup/kubeadm.yaml": "apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\napiServer:\n  extraArgs:\n    service-node-port-range: 1024-32767\n"}, finding.Note},
		"kubeadm's list":    {map[string]string{"setup/kubeadm.yaml": "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\napiServer:\n  extraArgs:\n  - name: service-node-port-range\n    value: 1024-32767\n"}, finding.Note},
		"k3s":               {map[string]string{"up.sh": "k3s server --service-node-port-range 1024-32767\n"}, finding.Note},
		"minikube":          {map[string]string{"README.md": "minikube start --extra-config=apiserver.service-node-port-range=1-65535\n"}, finding.Note},
		"a range without":   {map[string]string{"up.sh": "k3s server --service-node-port-range=20000-32767\n"}, finding.Warning},
		"a range for other": {map[string]string{"README.md": "The range of ports is 1024-32767.\n"}, finding.Warning},
	} {
		c.files["k8s/broker.yaml"] = service
		assert.Equal(t, c.want, severityOf(t, "service-invalid", tree(t, c.files)), name)
	}
}

// TestSeveralNodePorts: somebody has chosen a range for the ports of a Service.
func TestSeveralNodePorts(t *testing.T) {
	for ports, want := range map[string]finding.Severity{
		"{name: a, port: 9000, nodePort: 9000}, {name: b, port: 9001, nodePort: 9001}, {name: c, port: 9002, nodePort: 9002}":   finding.Note,
		"{name: a, port: 9000, nodePort: 9000}, {name: b, port: 9001, nodePort: 30901}, {name: c, port: 9002, nodePort: 30902}": finding.Warning,
	} {
		assert.Equal(t, want, severityOf(t, "service-invalid", tree(t, map[string]string{"k8s/game.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: game}\nspec: {type: NodePort, selector: {app: game}, ports: [" + ports + "]}\n---\n" +
			"apiVersion: v1\nkind: Pod\nmetadata: {name: game, labels: {app: game}}\nspec: {containers: [{name: game, image: 'game:2'}]}\n"})), ports)
	}
}
