package reference

import (
	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// builtinProducers are the built-in tables of producers.
func builtinProducers() [][]Producer {
	return [][]Producer{coreProducers, secretProducers}
}

// coreProducers are Kubernetes' own.
var coreProducers = []Producer{
	// A StatefulSet makes a claim of each template for each replica; pods other
	// than its own may mount them too.
	{From: "apps/StatefulSet", Makes: "PersistentVolumeClaim", Name: "{spec.volumeClaimTemplates[].metadata.name}-{name}-0"},
}

// secretProducers make Secrets from something else.
var secretProducers = []Producer{
	{From: "external-secrets.io/ExternalSecret", Makes: "Secret", Name: "{spec.target.name}", Or: "{name}", KeysOf: externalSecretKeys},
	{From: "cert-manager.io/Certificate", Makes: "Secret", Name: "{spec.secretName}", Keys: nil},
	{From: "bitnami.com/SealedSecret", Makes: "Secret", Name: "{spec.template.metadata.name}", Or: "{name}", KeysOf: keysAt("spec.encryptedData", "spec.template.data")},
}

// externalSecretKeys: https://external-secrets.io/latest/api/externalsecret/
func externalSecretKeys(n *yaml.Node) (keys []string, open bool) {
	template := yamlnode.Path(n, "spec", "target", "template")
	if len(yamlnode.Elements(yamlnode.Get(template, "templateFrom"))) > 0 {
		open = true
	}
	data := yamlnode.Get(template, "data")
	for k := range yamlnode.Fields(data) {
		keys = append(keys, k.Value)
	}
	if data != nil && yamlnode.GetString(template, "mergePolicy") != "Merge" {
		return keys, open
	}
	for _, e := range yamlnode.Elements(yamlnode.Path(n, "spec", "data")) {
		keys = append(keys, yamlnode.GetString(e, "secretKey"))
	}
	if len(yamlnode.Elements(yamlnode.Path(n, "spec", "dataFrom"))) > 0 {
		open = true
	}
	return keys, open || len(keys) == 0
}
