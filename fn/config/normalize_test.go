package config_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
)

func decodeNormalize(t *testing.T, text string) (*config.Normalize, error) {
	t.Helper()
	var n yaml.Node
	require.NoError(t, yaml.Unmarshal([]byte("{apiVersion: wealist.io/v1alpha1, kind: ConfigPipeline, metadata: {name: test}, spec: {normalize: "+text+"}}"), &n))
	cfg, err := config.Decode(&n)
	if err != nil {
		return nil, err
	}
	return cfg.Spec.Normalize, nil
}

// TestNormalizeErrors is about what people get wrong: the error names the
// field, and what was expected.
func TestNormalizeErrors(t *testing.T) {
	for text, want := range map[string][]string{
		`{resource: {}}`: {"spec.normalize", `unknown field "resource"`, `"resources"`},
		`{resources: {profiles: {python: {limits: {memory: 512MB}}}}}`:                       {"spec.normalize.resources.profiles.python.limits.memory", "512MB", "512Mi"},
		`{resources: {profiles: {python: {limits: {memory: -1Gi}}}}}`:                        {"profiles.python.limits.memory", "negative"},
		`{resources: {profiles: {python: {limits: {memory: 128Mi}}}}}`:                       {"profiles.python", "limit of memory, 128Mi", "request, 256Mi"},
		`{resources: {profiles: {none: {}}}}`:                                                {"profiles.none", "reserved"},
		`{resources: {match: {a: {profile: java}}}}`:                                         {"resources.match.a", "image or command"},
		`{resources: {match: {a: {image: "[", profile: java}}}}`:                             {"resources.match.a", "glob"},
		`{resources: {match: {a: {image: "x", profile: jaav}}}}`:                             {"resources.match.a.profile", `"jaav"`, `did you mean "java"`},
		`{resources: {scale: {cpu: 0}}}`:                                                     {"resources.scale.cpu", "above 0"},
		`{resources: {scale: {cpu: 1e9}}}`:                                                   {"resources.scale.cpu", `"1e9"`},
		`{resources: {scale: {cpu: 50%}}}`:                                                   {"resources.scale.cpu", `"50%"`},
		`{resources: {ratio: {memory: 0.5}}}`:                                                {"resources.ratio.memory", "from 1"},
		`{images: {pullPolicy: Never}}`:                                                      {"images.pullPolicy", "IfNotPresent, Always"},
		`{images: {local: ["["]}}`:                                                           {"images.local", "glob"},
		`{images: {digests: {shop: sha256:abc}}}`:                                            {"images.digests", "shop", "64 hexadecimal"},
		`{images: {digests: {"a@b": sha256:abc}}}`:                                           {"images.digests", "without a digest"},
		`{images: {registries: {"[": {}}}}`:                                                  {"images.registries", "glob"},
		`{labels: {set: {"a b": c}}}`:                                                        {"labels.set", `"a b"`},
		`{labels: {set: {a: "b c"}}}`:                                                        {"labels.set.a", `"b c"`},
		`{secrets: {trimNewlines: ["["]}}`:                                                   {"secrets.trimNewlines", "glob"},
		`{quantities: {enabled: yes please}}`:                                                {"quantities.enabled", "true or false"},
		`{resources: {profiles: {python: {floor: {memory: [1]}}}}}`:                          {"floor.memory", "list"},
		`{resources: {profiles: {"a=b": {}}}}`:                                               {"profiles.a=b"},
		`{resources: {profiles: {web: {requests: {cpu: 2}, limits: {cpu: 1}}}}}`:             {"profiles.web", "cpu"},
		`{resources: {ratio: {memory: 1001}}}`:                                               {"ratio.memory", "1000"},
		`{resources: {scale: {memory: "-1"}}}`:                                               {"scale.memory"},
		`{resources: {scale: {memory: "0.0000000000000000000000000000000000000000000001"}}}`: {"scale.memory"},
	} {
		_, err := decodeNormalize(t, text)
		if assert.Error(t, err, text) {
			for _, w := range want {
				assert.Contains(t, err.Error(), w, text)
			}
		}
	}
}

// TestProfile shows how a configured profile and a built-in one make one.
func TestProfile(t *testing.T) {
	n, err := decodeNormalize(t, `{resources: {profiles: {python: {limits: {memory: 1Gi, cpu: none}}, worker: {requests: {cpu: 1}}}}}`)
	require.NoError(t, err)

	python, ok := n.Resources.Profile("python")
	assert.True(t, ok)
	assert.Equal(t, map[string]config.Quantity{"memory": "1Gi"}, python.Limits)
	assert.Equal(t, map[string]config.Quantity{"cpu": "100m", "memory": "256Mi"}, python.Requests)
	assert.Equal(t, map[string]config.Quantity{"memory": "256Mi"}, python.Floor)

	worker, ok := n.Resources.Profile("worker")
	assert.True(t, ok)
	assert.Equal(t, map[string]config.Quantity{"cpu": "1"}, worker.Requests)

	_, ok = n.Resources.Profile("pyhton")
	assert.False(t, ok)

	var none *config.Resources
	assert.Equal(t, []string{"go", "java", "node", "postgres", "python", "redis", "static"}, none.ProfileNames())
	for _, name := range none.ProfileNames() {
		_, err := decodeNormalize(t, `{resources: {profiles: {`+name+`: {}}}}`)
		assert.NoError(t, err, "the built-in profile is not valid")
	}
}
