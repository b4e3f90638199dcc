package reference

import (
	"regexp"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// builtinProducers are the built-in tables of producers.
func builtinProducers() [][]Producer {
	return [][]Producer{
		coreProducers, certificateProducers, secretProducers, copyProducers(), networkProducers,
		postgresProducers, databaseProducers, kafkaProducers, observabilityProducers,
		platformProducers, storageProducers, chartProducers, conventionProducers,
	}
}

// coreProducers are Kubernetes' own, and those of what its objects run.
var coreProducers = []Producer{
	// A StatefulSet makes a claim of each template for each replica; pods other
	// than its own may mount them too.
	{From: "apps/StatefulSet", Makes: "PersistentVolumeClaim", NamesOf: claimNames},
	// The Job of the ingress-nginx and Prometheus charts that makes the
	// certificate of a webhook.
	{From: "batch/Job,apps/Deployment", Makes: "Secret", NamesOf: certgenNames},
	// https://gateway.envoyproxy.io/docs/tasks/security/control-plane-authentication/ and
	// https://projectcontour.io/docs/main/grpc-tls-howto/
	{From: "batch/Job", Makes: "Secret", NamesOf: gatewayCertgenNames, Keys: []string{"ca.crt", "tls.crt", "tls.key"}},
	// A script that makes what the rest needs.
	{From: "batch/Job,batch/CronJob,Pod,apps/Deployment,ConfigMap", Makes: "Secret", NamesOf: secretsOfScripts, Likely: true},
	{From: "batch/Job,batch/CronJob,Pod,apps/Deployment,ConfigMap", Makes: "ConfigMap", NamesOf: configMapsOfScripts, Likely: true},
	// https://github.com/observatorium/thanos-receive-controller
	{From: "apps/Deployment", Makes: "ConfigMap", NamesOf: generatedHashrings},
	// https://metallb.io/: the key of the speakers' memberlist
	{From: "apps/Deployment", Makes: "Secret", NamesOf: memberlistNames, Keys: []string{"secretkey"}},
	// Argo CD's own pods make these when they first start.
	{From: "apps/Deployment,apps/StatefulSet", Makes: "Secret", Name: "argocd-redis", Keys: []string{"auth"}, When: `metadata.labels.app\.kubernetes\.io/part-of=argocd`},
	{From: "apps/Deployment,apps/StatefulSet", Makes: "Secret", Name: "argocd-initial-admin-secret", Keys: []string{"password"}, When: `metadata.labels.app\.kubernetes\.io/name=argocd-server`},
	// https://docs.dapr.io/concepts/dapr-services/sidecar/
	{From: "apps/Deployment,apps/StatefulSet", Makes: "Service", Name: `{spec.template.metadata.annotations.dapr\.io/app-id}-dapr`, When: `spec.template.metadata.annotations.dapr\.io/enabled=true`},
	{From: "apps/Deployment,apps/StatefulSet", Makes: "Service", Name: `{spec.template.metadata.annotations.dapr\.io/id}-dapr`, When: `spec.template.metadata.annotations.dapr\.io/enabled=true`}, // before 0.9
}

// maxReplicas bounds how many claims a StatefulSet is believed to make.
const maxReplicas = 100

func claimNames(o *inventory.Object) []string {
	replicas, err := strconv.Atoi(yamlnode.GetString(o.Node, "spec", "replicas"))
	if err != nil || replicas < 1 {
		replicas = 1
	}
	var names []string
	for _, t := range o.ClaimTemplates() {
		claim := yamlnode.GetString(t, "metadata", "name")
		for i := range min(replicas, maxReplicas) {
			names = append(names, claim+"-"+o.Name+"-"+strconv.Itoa(i))
		}
	}
	return names
}

func certgenNames(o *inventory.Object) []string { return argumentsOf(o, "--secret-name=") }

// gatewayCertgenNames are the Secrets that gateways have a Job make, of names of their own.
func gatewayCertgenNames(o *inventory.Object) []string {
	for _, p := range o.Pods() {
		for _, c := range p.Containers {
			words := map[string]bool{}
			for _, field := range [...]string{"command", "args"} {
				for _, arg := range yamlnode.Elements(yamlnode.Get(c.Node, field)) {
					words[yamlnode.String(arg)] = true
				}
			}
			switch {
			case !words["certgen"]:
			case words["envoy-gateway"]:
				return []string{"envoy", "envoy-gateway", "envoy-rate-limit"}
			case words["contour"]:
				return []string{"contourcert", "envoycert"}
			}
		}
	}
	return nil
}

var (
	createsSecret    = sync.OnceValue(func() *regexp.Regexp { return creates(`secret\s+(?:generic|tls|docker-registry)`) })
	createsConfigMap = sync.OnceValue(func() *regexp.Regexp { return creates(`(?:configmap|cm)`) })
)

// creates matches kubectl create with flags anywhere before the name.
func creates(what string) *regexp.Regexp {
	return regexp.MustCompile(`create\s+(?:-\S+\s+)*` + what + `\s+(?:(?:-n\s+\S+|-\S+)\s+)*["']?([a-z0-9][a-z0-9.-]*)`)
}

func secretsOfScripts(o *inventory.Object) []string    { return namesInScripts(o, createsSecret) }
func configMapsOfScripts(o *inventory.Object) []string { return namesInScripts(o, createsConfigMap) }

// namesInScripts returns what the command lines of o's containers, or the texts
// in a ConfigMap, create with kubectl.
func namesInScripts(o *inventory.Object, pattern func() *regexp.Regexp) []string {
	var names []string
	read := func(text string) {
		if strings.Contains(text, "create") && strings.Contains(text, "kubectl") || strings.Contains(text, "oc create") {
			for _, m := range pattern().FindAllStringSubmatch(text, -1) {
				names = append(names, m[1])
			}
		}
	}
	if o.Kind == "ConfigMap" {
		for _, v := range yamlnode.Fields(o.Get("data")) {
			read(yamlnode.String(v))
		}
	}
	for _, p := range o.Pods() {
		for _, c := range p.Containers {
			var words []string
			for _, field := range [...]string{"command", "args"} {
				for _, arg := range yamlnode.Elements(yamlnode.Get(c.Node, field)) {
					words = append(words, yamlnode.String(arg))
				}
			}
			read(strings.Join(words, " "))
		}
	}
	return names
}

func generatedHashrings(o *inventory.Object) []string {
	return argumentsOf(o, "--configmap-generated-name=")
}

func memberlistNames(o *inventory.Object) []string {
	var names []string
	for _, p := range o.Pods() {
		for _, c := range p.Containers {
			for _, e := range yamlnode.Elements(yamlnode.Get(c.Node, "env")) {
				if yamlnode.GetString(e, "name") == "METALLB_ML_SECRET_NAME" {
					names = append(names, yamlnode.GetString(e, "value"))
				}
			}
		}
	}
	return names
}

// argumentsOf returns the values of a flag in the arguments of o's containers.
func argumentsOf(o *inventory.Object, flag string) []string {
	var names []string
	for _, p := range o.Pods() {
		for _, c := range p.Containers {
			for _, arg := range yamlnode.Elements(yamlnode.Get(c.Node, "args")) {
				if name, ok := strings.CutPrefix(yamlnode.String(arg), flag); ok {
					names = append(names, name)
				}
			}
		}
	}
	return names
}

// keys that many producers have in common.
var (
	tlsKeys   = []string{"tls.crt", "tls.key"}
	loginKeys = []string{"username", "password"}
)

// certificateProducers make the Secrets of certificates, and bundles of them.
var certificateProducers = []Producer{
	{From: "cert-manager.io/Certificate", Makes: "Secret", Name: "{spec.secretName}", KeysOf: certificateKeys},
	{From: issuers, Makes: "Secret", Name: "{spec.acme.privateKeySecretRef.name}", Keys: []string{"tls.key"}},
	// https://cert-manager.io/docs/usage/ingress/
	{From: ingresses, Makes: "Secret", Name: "{spec.tls[].secretName}", Keys: certManagerKeys, When: `metadata.annotations.cert-manager\.io/cluster-issuer`},
	{From: ingresses, Makes: "Secret", Name: "{spec.tls[].secretName}", Keys: certManagerKeys, When: `metadata.annotations.cert-manager\.io/issuer`},
	{From: ingresses, Makes: "Secret", Name: "{spec.tls[].secretName}", Keys: certManagerKeys, When: `metadata.annotations.certmanager\.k8s\.io/cluster-issuer`},
	{From: ingresses, Makes: "Secret", Name: "{spec.tls[].secretName}", Keys: certManagerKeys, When: `metadata.annotations.kubernetes\.io/tls-acme=true`},
	// https://github.com/cybozu-go/contour-plus and cert-manager's ingress-shim
	{From: contour + "/HTTPProxy", Makes: "Secret", Name: "{spec.virtualhost.tls.secretName}", Keys: certManagerKeys, When: `metadata.annotations.kubernetes\.io/tls-acme=true`},
	{From: contour + "/HTTPProxy", Makes: "Secret", Name: "{spec.virtualhost.tls.secretName}", Keys: certManagerKeys, When: `metadata.annotations.cert-manager\.io/cluster-issuer`},
	{From: contour + "/HTTPProxy", Makes: "Secret", Name: "{spec.virtualhost.tls.secretName}", Keys: certManagerKeys, When: `metadata.annotations.cert-manager\.io/issuer`},
	{From: gatewayAPI + "/Gateway", Makes: "Secret", Name: "{spec.listeners[].tls.certificateRefs[].name}", Keys: certManagerKeys, When: `metadata.annotations.cert-manager\.io/cluster-issuer`},
	{From: gatewayAPI + "/Gateway", Makes: "Secret", Name: "{spec.listeners[].tls.certificateRefs[].name}", Keys: certManagerKeys, When: `metadata.annotations.cert-manager\.io/issuer`},
	// https://cert-manager.io/docs/trust/trust-manager/
	{From: "trust-manager.io/ClusterBundle", Makes: "ConfigMap", Name: "{name}", Namespace: "*", KeysOf: clusterBundleKeys, When: "spec.target.configMap"},
	{From: "trust-manager.io/ClusterBundle", Makes: "Secret", Name: "{name}", Namespace: "*", KeysOf: clusterBundleKeys, When: "spec.target.secret"},
	{From: "trust.cert-manager.io/Bundle", Makes: "ConfigMap", Name: "{name}", Namespace: "*", KeysOf: bundleKeys, When: "spec.target.configMap"},
	{From: "trust.cert-manager.io/Bundle", Makes: "Secret", Name: "{name}", Namespace: "*", KeysOf: bundleKeys, When: "spec.target.secret"},
	// https://docs.redhat.com/en/documentation/openshift_container_platform/latest/html/security_and_compliance/configuring-certificates
	{From: "Service", Makes: "Secret", Name: `{metadata.annotations.service\.beta\.openshift\.io/serving-cert-secret-name}`, Keys: tlsKeys},
	{From: "Service", Makes: "Secret", Name: `{metadata.annotations.service\.alpha\.openshift\.io/serving-cert-secret-name}`, Keys: tlsKeys},
}

var certManagerKeys = []string{"tls.crt", "tls.key", "ca.crt"}

// certificateKeys: https://cert-manager.io/docs/usage/certificate/
func certificateKeys(n *yaml.Node) (keys []string, open bool) {
	keys = append(keys, certManagerKeys...)
	if yamlnode.Path(n, "spec", "keystores", "jks") != nil {
		keys = append(keys, "keystore.jks", "truststore.jks")
	}
	if yamlnode.Path(n, "spec", "keystores", "pkcs12") != nil {
		keys = append(keys, "keystore.p12", "truststore.p12")
	}
	if len(yamlnode.Elements(yamlnode.Path(n, "spec", "additionalOutputFormats"))) > 0 {
		keys = append(keys, "tls-combined.pem", "key.der")
	}
	return keys, false
}

func bundleKeys(n *yaml.Node) (keys []string, open bool) {
	return keysAt("spec.target.configMap.key", "spec.target.secret.key",
		"spec.target.additionalFormats.jks.key", "spec.target.additionalFormats.pkcs12.key")(n)
}

func clusterBundleKeys(n *yaml.Node) (keys []string, open bool) {
	return keysAt("spec.target.configMap.data[].key", "spec.target.secret.data[].key")(n)
}

// secretProducers make Secrets from stores outside of the cluster, or from chance.
var secretProducers = []Producer{
	// https://external-secrets.io/latest/api/externalsecret/
	{From: eso + "/ExternalSecret", Makes: "Secret", Name: "{spec.target.name}", Or: "{name}", KeysOf: externalSecretKeys, When: "spec.target.creationPolicy!=None,spec.target.creationPolicy!=Merge"},
	{From: eso + "/ExternalSecret", Makes: "Secret", Name: "{spec.target.name}", Fills: true, When: "spec.target.creationPolicy=Merge"},
	{From: eso + "/ClusterExternalSecret", Makes: "Secret", Name: "{spec.externalSecretSpec.target.name}", Or: "{spec.externalSecretName}|{name}", Namespace: "*"},
	{From: "kubernetes-client.io/ExternalSecret", Makes: "Secret", Name: "{name}", KeysOf: legacyExternalSecretKeys},
	{From: "bitnami.com/SealedSecret", Makes: "Secret", Name: "{name}", KeysOf: sealedSecretKeys},
	// https://secrets-store-csi-driver.sigs.k8s.io/topics/sync-as-kubernetes-secret
	{From: "secrets-store.csi.x-k8s.io/SecretProviderClass", Makes: "Secret", Name: "{spec.secretObjects[].secretName}", KeysOf: secretObjectKeys},
	// https://developer.hashicorp.com/vault/docs/platform/k8s/vso/api-reference
	{From: vsoSecrets + "," + vso + "/HCPVaultSecretsApp", Makes: "Secret", Name: "{spec.destination.name}", When: "spec.destination.create=true"},
	{From: vsoSecrets + "," + vso + "/HCPVaultSecretsApp", Makes: "Secret", Name: "{spec.destination.name}", Fills: true, When: "spec.destination.create!=true"},
	{From: "ricoberger.de/VaultSecret", Makes: "Secret", Name: "{name}"},
	{From: "redhatcop.redhat.io/VaultSecret", Makes: "Secret", Name: "{spec.output.name}", KeysOf: vaultOutputKeys},
	{From: "onepassword.com/OnePasswordItem", Makes: "Secret", Name: "{name}"},
	{From: "secrets.doppler.com/DopplerSecret", Makes: "Secret", Name: "{spec.managedSecret.name}", Namespace: "{spec.managedSecret.namespace}"},
	{From: "secrets.infisical.com/InfisicalSecret", Makes: "Secret", Name: "{spec.managedSecretReference.secretName}", Namespace: "{spec.managedSecretReference.secretNamespace}"},
	{From: "secrets.infisical.com/InfisicalSecret", Makes: "Secret", Name: "{spec.managedKubeSecretReferences[].secretName}", Namespace: "{spec.managedKubeSecretReferences[].secretNamespace}"},
	{From: "secrets.infisical.com/InfisicalDynamicSecret", Makes: "Secret", Name: "{spec.managedSecretReference.secretName}", Namespace: "{spec.managedSecretReference.secretNamespace}"},
	{From: "k8s.bitwarden.com/BitwardenSecret", Makes: "Secret", Name: "{spec.secretName}"},
	// https://github.com/Lerentis/bitwarden-crd-operator
	{From: "lerentis.uploadfilter24.eu/BitwardenSecret,lerentis.uploadfilter24.eu/RegistryCredential,lerentis.uploadfilter24.eu/BitwardenTemplate", Makes: "Secret", Name: "{spec.name}", Namespace: "{spec.namespace}"},
	// https://github.com/digitalis-io/vals-operator
	{From: "digitalis.io/ValsSecret", Makes: "Secret", Name: "{spec.name}", Or: "{name}"},
	{From: "digitalis.io/DbSecret", Makes: "Secret", Name: "{spec.secretName}", Or: "{name}"},
	// https://github.com/tuenti/secrets-manager
	{From: "secrets-manager.tuenti.io/SecretDefinition", Makes: "Secret", Name: "{spec.name}", KeysOf: keysAt("spec.keysMap")},
	{From: "isindir.github.com/SopsSecret", Makes: "Secret", Name: "{spec.secretTemplates[].name}"},
	{From: "spv.no/AzureKeyVaultSecret", Makes: "Secret", Name: "{spec.output.secret.name}"},
	{From: "secretgenerator.mittwald.de/StringSecret,secretgenerator.mittwald.de/BasicAuth,secretgenerator.mittwald.de/SSHKeyPair", Makes: "Secret", Name: "{name}"},
	{From: "secretgen.k14s.io/Password,secretgen.k14s.io/Certificate,secretgen.k14s.io/RSAKey,secretgen.k14s.io/SSHKey,secretgen.carvel.dev/SecretImport,secretgen.carvel.dev/SecretTemplate", Makes: "Secret", Name: "{name}"},
	{From: "services.cloud.sap.com/ServiceBinding,servicecatalog.k8s.io/ServiceBinding", Makes: "Secret", Name: "{spec.secretName}", Or: "{name}"},
	// https://docs.crossplane.io/latest/managed-resources/managed-resources/#writeconnectionsecrettoref
	{From: "Custom", Makes: "Secret", Name: "{spec.writeConnectionSecretToRef.name}", Namespace: "{spec.writeConnectionSecretToRef.namespace}"},
	{From: "Custom", Makes: "Secret", Name: "{spec.publishConnectionDetailsTo.name}"},
	// https://azure.github.io/azure-service-operator/guide/secrets/
	{From: "Custom", Makes: "Secret", Name: "{spec.operatorSpec.secrets.**.name}"},
	{From: "Custom", Makes: "ConfigMap", Name: "{spec.operatorSpec.configMaps.**.name}"},
}

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

// https://github.com/external-secrets/kubernetes-external-secrets
func legacyExternalSecretKeys(n *yaml.Node) (keys []string, open bool) {
	keys, open = keysAt("spec.data[].name", "secretDescriptor.data[].name", "spec.template.data", "spec.template.stringData")(n)
	return keys, open || len(fieldpath.Of("spec.dataFrom[]").Nodes(n)) > 0
}

func sealedSecretKeys(n *yaml.Node) (keys []string, open bool) {
	return keysAt("spec.encryptedData", "spec.template.data")(n)
}

func secretObjectKeys(n *yaml.Node) (keys []string, open bool) {
	return keysAt("spec.secretObjects[].data[].key")(n)
}

func vaultOutputKeys(n *yaml.Node) (keys []string, open bool) {
	return keysAt("spec.output.stringData")(n)
}

func dataKeys(n *yaml.Node) (keys []string, open bool) {
	return keysAt("data", "stringData", "binaryData")(n)
}

// copyProducers copy a Secret or ConfigMap into other namespaces.
func copyProducers() []Producer {
	var copies []Producer
	for _, annotated := range copied {
		for _, annotation := range copying {
			row := annotated
			row.Namespace, row.When = "*", row.When+"."+annotation
			copies = append(copies, row)
		}
	}
	return append(copies, []Producer{
		// https://kyverno.io/docs/policy-types/cluster-policy/generate/
		{From: "kyverno.io/ClusterPolicy", Makes: "Secret", NamesOf: generatedSecrets, Namespace: "*"},
		{From: "kyverno.io/ClusterPolicy", Makes: "ConfigMap", NamesOf: generatedConfigMaps, Namespace: "*"},
		{From: "kyverno.io/ClusterPolicy", Makes: "ServiceAccount", NamesOf: generatedServiceAccounts, Namespace: "*"},
		// https://github.com/zakkg3/ClusterSecret
		{From: "clustersecret.io/ClusterSecret", Makes: "Secret", Name: "{name}", Namespace: "*", KeysOf: dataKeys},
	}...)
}

// copying are the annotations on account of which something is copied.
var copying = []string{
	`reflector\.v1\.k8s\.emberstack\.com/reflection-auto-enabled=true`, // https://github.com/emberstack/kubernetes-reflector
	// https://github.com/mittwald/kubernetes-replicator
	`replicator\.v1\.mittwald\.de/replicate-to`, `replicator\.v1\.mittwald\.de/replicate-to-matching`,
	`kubed\.appscode\.com/sync`, // https://config-syncer.com/docs/v0.15.2/guides/config-syncer/intra-cluster/
}

// copied are what is copied, or made and then copied, where the annotations at When say so.
var copied = []Producer{
	{From: "Secret", Makes: "Secret", Name: "{name}", KeysOf: dataKeys, When: "metadata.annotations"},
	{From: "ConfigMap", Makes: "ConfigMap", Name: "{name}", KeysOf: dataKeys, When: "metadata.annotations"},
	{From: "onepassword.com/OnePasswordItem", Makes: "Secret", Name: "{name}", When: "metadata.annotations"}, // which the operator copies
	{From: eso + "/ExternalSecret", Makes: "Secret", Name: "{spec.target.name}", Or: "{name}", KeysOf: externalSecretKeys, When: "spec.target.template.metadata.annotations"},
	{From: "cert-manager.io/Certificate", Makes: "Secret", Name: "{spec.secretName}", KeysOf: certificateKeys, When: "spec.secretTemplate.annotations"},
	{From: "redhatcop.redhat.io/VaultSecret", Makes: "Secret", Name: "{spec.output.name}", KeysOf: vaultOutputKeys, When: "spec.output.annotations"},
	{From: "bitnami.com/SealedSecret", Makes: "Secret", Name: "{name}", KeysOf: sealedSecretKeys, When: "spec.template.metadata.annotations"},
}

func generatedSecrets(o *inventory.Object) []string         { return generated(o, "Secret") }
func generatedConfigMaps(o *inventory.Object) []string      { return generated(o, "ConfigMap") }
func generatedServiceAccounts(o *inventory.Object) []string { return generated(o, "ServiceAccount") }

func generated(o *inventory.Object, kind string) []string {
	var names []string
	for _, g := range fieldpath.Of("spec.rules[].generate").Nodes(o.Node) {
		if yamlnode.GetString(g, "kind") == kind {
			names = append(names, yamlnode.GetString(g, "name"))
		}
	}
	return names
}

// conventionProducers are for the kinds that no table knows: a field of that
// name may as well say what is to be made as what is to be read.
var conventionProducers = []Producer{
	{From: "Custom", Makes: "Secret", Name: "{spec.**.secretName}", Likely: true},
	{From: "Custom", Makes: "Secret", Name: "{spec.**.targetSecretName}", Likely: true},
	{From: "Custom", Makes: "Secret", Name: "{spec.**.connectionSecretName}", Likely: true},
	{From: "Custom", Makes: "Secret", Name: "{spec.**.outputSecret.name}", Likely: true},
	{From: "Custom", Makes: "Secret", Name: "{spec.**.secretTemplate.name}", Likely: true},
	{From: "Custom", Makes: "ServiceAccount", Name: "{spec.**.serviceAccountTemplate.metadata.name}", Namespace: "*", Likely: true},
}
