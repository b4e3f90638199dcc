package config_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
)

// A release that cannot be read is an error: it would be as if none were named.
func TestKubernetesVersion(t *testing.T) {
	for version, fine := range map[string]bool{
		"1.33": true, "1.30": true, `"1.33"`: true, "v1.33": true, "1.33.2": true, `""`: true, "v1.33.5+k3s1": true, "v1.31.2-gke.100": true,
		"latest": false, "1": false, "1.x": false,
	} {
		var n yaml.Node
		require.NoError(t, yaml.Unmarshal([]byte("{apiVersion: wealist.io/v1alpha1, kind: ConfigPipeline, metadata: {name: test}, spec: {kubernetesVersion: "+version+"}}"), &n))
		_, err := config.Decode(&n)
		if fine {
			assert.NoError(t, err, version)
		} else {
			assert.ErrorContains(t, err, "spec.kubernetesVersion", version)
		}
	}
}
