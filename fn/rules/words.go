package rules

import (
	"fmt"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

func wordRules() []*Rule { return []*Rule{wordMistyped} }

var wordMistyped = &Rule{
	Name:     "word-mistyped",
	Severity: finding.Warning,
	Doc: "A word that a program looks for is spelt nearly so: a label that all nodes have, the type of a Secret, a trigger of KEDA, an annotation of an ingress controller. " +
		"Nothing refuses it, for anybody may have words of their own: the pod is not scheduled, the setting is not read. " +
		"Only what is one or two letters away from a word that is known, and is not known itself, is reported.",
	URL: "https://kubernetes.io/docs/reference/labels-annotations-taints/",
	Run: func(p *Pass) error {
		p.eachPod(func(pod *inventory.Pod) {
			if yamlnode.Get(pod.Spec, "affinity") != nil || yamlnode.Get(pod.Spec, "topologySpreadConstraints") != nil { // few have one
				for _, path := range nodeLabelPaths {
					for _, n := range fieldpath.Of(path).Nodes(pod.Spec) {
						nodeLabels().check(p, pod.Owner, n, nil)
					}
				}
			}
			for k, v := range yamlnode.Fields(yamlnode.Get(pod.Spec, "nodeSelector")) {
				nodeLabels().check(p, pod.Owner, k, v)
			}
		})
		for _, row := range fieldWords {
			for _, o := range p.Inventory.OfKind(row.kind) {
				for _, n := range fieldpath.Of(row.path).Nodes(o.Node) {
					row.words().check(p, o, n, nil)
				}
			}
		}
		for _, o := range p.Inventory.Objects() {
			if o.Local || o.Node == nil {
				continue
			}
			for k, v := range yamlnode.Fields(o.Get("metadata", "annotations")) {
				annotations().check(p, o, k, v)
			}
		}
		return nil
	},
}

// words are those that a program knows.
type words struct {
	what  string
	known map[string]bool
	index *suggest.Index
	// domains are the parts before the slash, where words have one.
	domains map[string]bool
	memo    sync.Map // what is meant by each that is not known
}

func newWords(what string, list string) *words {
	w := &words{what: what, known: map[string]bool{}, domains: map[string]bool{}}
	domain := ""
	var names []string
	for word := range strings.FieldsSeq(list) {
		if strings.HasSuffix(word, "/") { // of those that follow
			domain = word
			continue
		}
		word = domain + word
		w.known[word] = true
		names = append(names, word)
		if d, _, ok := strings.Cut(word, "/"); ok {
			w.domains[d] = true
		}
	}
	w.index = suggest.NewIndex(names)
	return w
}

// meant returns the word that another one is nearly, "" if it is none.
func (w *words) meant(word string) string {
	if word == "" || w.known[word] || strings.ContainsAny(word, "{$<") {
		return ""
	}
	domain, _, divided := strings.Cut(word, "/")
	if divided == (len(w.domains) == 0) {
		return ""
	}
	if divided && !w.domains[domain] && !w.nearDomain(domain) {
		return ""
	}
	if meant, ok := w.memo.Load(word); ok {
		return meant.(string)
	}
	meant := ""
	for _, near := range w.index.Nearest(word, 3) {
		if meant == "" && slips(word, near) {
			meant = near
		}
	}
	w.memo.Store(word, meant)
	return meant
}

// slips reports whether a word is nearly another one in both of its parts: short words of
// one domain are near to one another. Roles of nodes are anybody's.
func slips(word, other string) bool {
	domain, name, divided := strings.Cut(word, "/")
	otherDomain, otherName, _ := strings.Cut(other, "/")
	if !divided {
		return suggest.Close(word, other)
	}
	return (domain == otherDomain || suggest.Close(domain, otherDomain)) && (name == otherName || suggest.Close(name, otherName)) &&
		(domain != otherDomain || domain != "node-role.kubernetes.io")
}

func (w *words) nearDomain(domain string) bool {
	for known := range w.domains {
		if suggest.Close(domain, known) {
			return true
		}
	}
	return false
}

// check reports a word, a key if it has a value.
func (w *words) check(p *Pass, o *inventory.Object, n, value *yaml.Node) {
	if n.Kind != yaml.ScalarNode {
		return
	}
	meant := w.meant(n.Value)
	if meant == "" {
		return
	}
	p.ReportKey(o, n, value, fmt.Sprintf("nobody knows the %s %q", w.what, n.Value), DidYouMean(meant))
}

// nodeLabelPaths lead from a pod to the keys of labels that nodes have.
var nodeLabelPaths = []string{
	"topologySpreadConstraints[].topologyKey",
	"affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[].matchExpressions[].key",
	"affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[].preference.matchExpressions[].key",
	"affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[].topologyKey",
	"affinity.podAffinity.preferredDuringSchedulingIgnoredDuringExecution[].podAffinityTerm.topologyKey",
	"affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[].topologyKey",
	"affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution[].podAffinityTerm.topologyKey",
}

// nodeLabels are those that Kubernetes and clouds give to nodes.
// https://kubernetes.io/docs/reference/labels-annotations-taints/
var nodeLabels = sync.OnceValue(func() *words {
	return newWords("label of nodes", `
		kubernetes.io/ os arch hostname
		beta.kubernetes.io/ os arch instance-type
		topology.kubernetes.io/ zone region
		failure-domain.beta.kubernetes.io/ zone region
		node.kubernetes.io/ instance-type windows-build role exclude-from-external-load-balancers
		node-role.kubernetes.io/ control-plane master worker infra agent node etcd
	`)
})

// fieldWords are fields that hold such words.
var fieldWords = []struct {
	kind  inventory.GroupKind
	path  string
	words func() *words
}{
	{gk("Secret"), "type", secretTypes},
	{gk("keda.sh/ScaledObject"), "spec.triggers[].type", triggers},
	{gk("keda.sh/ScaledJob"), "spec.triggers[].type", triggers},
}

// https://kubernetes.io/docs/concepts/configuration/secret/#secret-types
var secretTypes = sync.OnceValue(func() *words {
	return newWords("type of Secrets", `
		kubernetes.io/ tls dockerconfigjson dockercfg basic-auth ssh-auth service-account-token rbd cephfs glusterfs iscsi-chap scaleio azure-file opaque Opaque
		bootstrap.kubernetes.io/ token
	`)
})

// https://keda.sh/docs/latest/scalers/
var triggers = sync.OnceValue(func() *words {
	return newWords("trigger", `
		activemq apache-kafka arangodb artemis-queue aws-cloudwatch aws-dynamodb aws-dynamodb-streams aws-kinesis-stream aws-sqs-queue
		azure-app-insights azure-blob azure-data-explorer azure-eventhub azure-log-analytics azure-monitor azure-pipelines azure-queue azure-servicebus
		beanstalkd cassandra couchdb cpu cron datadog dynatrace elasticsearch etcd external external-push forgejo-runner
		gcp-cloudtasks gcp-pubsub gcp-stackdriver gcp-storage github-runner graphite huawei-cloudeye ibmmq influxdb kafka kubernetes-resource kubernetes-workload
		liiklus loki memory metrics-api mongodb mssql mysql nats-jetstream new-relic nsq openstack-metric openstack-swift postgresql predictkube
		prometheus pulsar rabbitmq redis redis-cluster redis-cluster-streams redis-sentinel redis-sentinel-streams redis-streams selenium-grid
		solace-event-queue solace-dead-message-queue solarwinds solr splunk splunk-observability stan sumologic temporal
	`)
})

// annotations are those that ingress controllers and cert-manager read, of all their
// releases.
//
//   - https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/
//   - https://cert-manager.io/docs/reference/annotations/
var annotations = sync.OnceValue(func() *words {
	return newWords("annotation", `
		nginx.ingress.kubernetes.io/
		add-base-url affinity affinity-canary-behavior affinity-mode allowlist-source-range app-root auth-always-set-cookie auth-cache-duration auth-cache-key
		auth-keepalive auth-keepalive-requests auth-keepalive-share-vars auth-keepalive-timeout auth-method auth-proxy-set-headers auth-realm auth-request-redirect
		auth-response-headers auth-secret auth-secret-type auth-signin auth-signin-redirect-param auth-snippet auth-tls-error-page auth-tls-match-cn
		auth-tls-pass-certificate-to-upstream auth-tls-secret auth-tls-verify-client auth-tls-verify-depth auth-type auth-url backend-protocol base-url-scheme
		canary canary-by-cookie canary-by-header canary-by-header-pattern canary-by-header-value canary-weight canary-weight-total client-body-buffer-size
		configuration-snippet connection-proxy-header cors-allow-credentials cors-allow-headers cors-allow-methods cors-allow-origin cors-expose-headers cors-max-age
		custom-headers custom-http-errors default-backend denylist-source-range disable-proxy-intercept-errors enable-access-log enable-cors enable-global-auth
		enable-influxdb enable-modsecurity enable-opentelemetry enable-opentracing enable-owasp-core-rules enable-owasp-modsecurity-crs enable-rewrite-log
		fastcgi-index fastcgi-params-configmap force-ssl-redirect from-to-www-redirect global-rate-limit global-rate-limit-ignored-cidrs global-rate-limit-key
		global-rate-limit-window grpc-backend http2-push-preload influxdb-host influxdb-measurement influxdb-port influxdb-server-name limit-allowlist
		limit-burst-multiplier limit-connections limit-rate limit-rate-after limit-rpm limit-rps limit-whitelist load-balance lua-resty-waf lua-resty-waf-allow-unknown-content-types
		lua-resty-waf-debug lua-resty-waf-extra-rules lua-resty-waf-ignore-rulesets lua-resty-waf-process-multipart-body lua-resty-waf-score-threshold mirror-host
		mirror-request-body mirror-target modsecurity-snippet modsecurity-transaction-id opentelemetry-operation-name opentelemetry-trust-incoming-span opentelemetry-trust-incoming-spans
		opentracing-trust-incoming-span permanent-redirect permanent-redirect-code preserve-trailing-slash proxy-body-size proxy-buffer-size proxy-buffering
		proxy-buffers-number proxy-buffers-size proxy-busy-buffers-size proxy-connect-timeout proxy-cookie-domain proxy-cookie-path proxy-http-version
		proxy-max-temp-file-size proxy-next-upstream proxy-next-upstream-timeout proxy-next-upstream-tries proxy-pass-params proxy-read-timeout proxy-redirect-from
		proxy-redirect-to proxy-request-buffering proxy-send-timeout proxy-ssl-ciphers proxy-ssl-name proxy-ssl-protocols proxy-ssl-secret proxy-ssl-server-name
		proxy-ssl-verify proxy-ssl-verify-depth relative-redirects rewrite-log rewrite-target satisfy secure-backends secure-verify-ca-secret server-alias server-snippet
		server-tokens service-match service-upstream service-weight session-cookie-change-on-failure session-cookie-conditional-samesite-none session-cookie-domain
		session-cookie-expires session-cookie-hash session-cookie-max-age session-cookie-name session-cookie-partitioned session-cookie-path session-cookie-samesite
		session-cookie-secure ssl-ciphers ssl-passthrough ssl-prefer-server-ciphers ssl-protocols ssl-redirect stream-snippet temporal-redirect temporal-redirect-code
		upstream-fail-timeout upstream-hash-by upstream-hash-by-subset upstream-hash-by-subset-size upstream-keepalive-timeout upstream-max-fails upstream-vhost
		use-port-in-redirects use-port-in-redirect use-regex websocket-services whitelist-source-range x-forwarded-prefix

		cert-manager.io/
		allow-direct-injection alt-names certificate-name certificate-revision cluster-issuer common-name duration email-sans inject-apiserver-ca inject-ca-from
		inject-ca-from-secret ip-sans issue-temporary-certificate issuer issuer-group issuer-kind issuer-name private-key-algorithm private-key-encoding
		private-key-rotation-policy private-key-secret-name private-key-size renew-before renew-before-percentage revision-history-limit secret-template
		subject-countries subject-localities subject-organizationalunits subject-organizations subject-postalcodes subject-provinces subject-serialnumber
		subject-streetaddresses uri-sans usages uris
		acme.cert-manager.io/ http01-edit-in-place http01-ingress-class http01-ingress-ingressclassname http01-override-ingress-name
	`)
})
