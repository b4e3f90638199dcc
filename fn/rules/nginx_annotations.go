package rules

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

func annotationRules() []*Rule { return []*Rule{annotationUnknown} }

var annotationUnknown = &Rule{
	Name:     "annotation-unknown",
	Severity: finding.Warning,
	Doc: "An Ingress has an annotation with the prefix of ingress-nginx that no release of it has known. " +
		"The controller passes over it without a word, and the limit or the redirect that was meant is not there. " +
		"Options of the controller's ConfigMap are said to be that; words that are nearly an annotation are left to word-mistyped.",
	URL: "https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/",
	Run: func(p *Pass) error {
		for _, o := range p.Inventory.OfKind(inventory.GroupKind{Group: "networking.k8s.io", Kind: "Ingress"}) {
			if o.Node == nil || o.Local {
				continue
			}
			for key, value := range yamlnode.Fields(o.Annotations()) {
				name, ok := strings.CutPrefix(key.Value, nginxAnnotations)
				if !ok || name == "" || annotations().known[key.Value] || annotations().meant(key.Value) != "" || strings.ContainsAny(name, "{$<%_/. ") {
					continue
				}
				message := fmt.Sprintf("ingress-nginx has no annotation %s: it does nothing", name)
				switch {
				case nginxOptions()[name]:
					p.ReportKey(o, key, value, message, Help("%s is an option of the controller's ConfigMap, for all Ingresses", name))
				case nginxInstead[name] != "":
					instead := nginxInstead[name]
					if instead == "limit-rps" && (ofMinutes().MatchString(yamlnode.String(value)) || ofMinutes().MatchString(o.Annotation(key.Value+"-window")+o.Annotation(key.Value+"-period"))) {
						instead = "limit-rpm"
					}
					if o.Annotation(nginxAnnotations+instead) != "" {
						p.ReportKey(o, key, value, message, Help("%s is here too, and does it", instead))
						continue
					}
					p.ReportKey(o, key, value, message, DidYouMean(nginxAnnotations+instead))
				default:
					p.ReportKey(o, key, value, message)
				}
			}
		}
		return nil
	},
}

// ofMinutes is a window of a minute, or a rate of one: 1m, 60s, 10r/m.
var ofMinutes = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:1 ?m(?:in(?:ute)?)?|60s?|minute|.*/m(?:in(?:ute)?)?)$`)
})

const nginxAnnotations = "nginx.ingress.kubernetes.io/"

// nginxInstead are the annotations that do what names suggest which none has.
var nginxInstead = map[string]string{
	"rate-limit": "limit-rps", "rate-limit-rps": "limit-rps", "rate-limit-rpm": "limit-rpm", "rate-limit-connections": "limit-connections", "rate-limit-burst": "limit-burst-multiplier",
	"limit-req": "limit-rps", "limit-burst": "limit-burst-multiplier", "limit-conn": "limit-connections", "rate-limit-burst-multiplier": "limit-burst-multiplier",
	"client-max-body-size": "proxy-body-size", "max-body-size": "proxy-body-size", "body-size": "proxy-body-size",
	"force-https": "force-ssl-redirect", "redirect-to-https": "ssl-redirect", "https-redirect": "ssl-redirect",
	"cors-allowed-origins": "cors-allow-origin", "cors-allow-origins": "cors-allow-origin", "cors-enabled": "enable-cors", "cors": "enable-cors",
	"ip-whitelist": "whitelist-source-range", "read-timeout": "proxy-read-timeout", "send-timeout": "proxy-send-timeout", "connect-timeout": "proxy-connect-timeout",
	"proxy-buffers": "proxy-buffers-number", "sticky-sessions": "affinity", "session-affinity": "affinity", "add-header": "custom-headers",
}

// nginxOptions are those of the controller's ConfigMap that are no annotations:
// https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/configmap/
var nginxOptions = sync.OnceValue(func() map[string]bool {
	options := map[string]bool{}
	for name := range strings.FieldsSeq(`
		access-log-params access-log-path add-headers allow-backend-server-header allow-cross-namespace-resources allow-snippet-annotations
		annotation-value-word-blocklist annotations-risk-level bind-address block-cidrs block-referers block-user-agents brotli-level brotli-min-length
		brotli-types client-body-timeout client-header-buffer-size client-header-timeout compute-full-forwarded-for debug-connections default-type
		disable-access-log disable-ipv6 disable-ipv6-dns enable-access-log-for-default-backend enable-aio-write enable-brotli enable-multi-accept
		enable-ocsp enable-real-ip enable-serial-reloads enable-syslog enable-underscores-in-headers error-log-level error-log-path forwarded-for-header
		forwarded-for-proxy-protocol-header generate-request-id geoip2-autoreload-in-minutes global-allowed-response-headers global-auth-cache-duration
		global-auth-cache-key global-auth-method global-auth-request-redirect global-auth-response-headers global-auth-signin
		global-auth-signin-redirect-param global-auth-snippet global-auth-url grpc-buffer-size-kb gzip-disable gzip-level gzip-min-length gzip-types
		hide-headers hsts hsts-include-subdomains hsts-max-age hsts-preload http-access-log-path http-redirect-code http-snippet
		http2-max-concurrent-streams http2-max-field-size http2-max-header-size http2-max-requests ignore-invalid-headers jaeger-baggage-header
		jaeger-collector-host jaeger-collector-port jaeger-debug-header jaeger-endpoint jaeger-propagation-format jaeger-sampler-host jaeger-sampler-param
		jaeger-sampler-port jaeger-sampler-type jaeger-service-name jaeger-trace-baggage-header-prefix jaeger-trace-context-header-name keep-alive
		keep-alive-requests large-client-header-buffers limit-conn-status-code limit-conn-zone-variable limit-req-status-code location-snippet
		log-format-escape-json log-format-escape-none log-format-stream log-format-upstream lua-shared-dicts main-snippet map-hash-bucket-size
		max-worker-connections max-worker-open-files nginx-status-ipv4-whitelist nginx-status-ipv6-whitelist no-auth-locations no-tls-redirect-locations
		opentelemetry-config otel-max-export-batch-size otel-max-queuesize otel-sampler otel-sampler-parent-based otel-sampler-ratio
		otel-schedule-delay-millis otel-service-name otlp-collector-host otlp-collector-port proxy-add-original-uri-header proxy-headers-hash-bucket-size
		proxy-headers-hash-max-size proxy-protocol-header-timeout proxy-real-ip-cidr proxy-set-headers proxy-ssl-location-only proxy-stream-next-upstream
		proxy-stream-next-upstream-timeout proxy-stream-next-upstream-tries proxy-stream-responses proxy-stream-timeout retry-non-idempotent reuse-port
		server-name-hash-bucket-size server-name-hash-max-size skip-access-log-urls ssl-buffer-size ssl-dh-param ssl-ecdh-curve ssl-reject-handshake
		ssl-session-cache ssl-session-cache-size ssl-session-ticket-key ssl-session-tickets ssl-session-timeout stream-access-log-path
		strict-validate-path-type syslog-host syslog-port upstream-keepalive-connections upstream-keepalive-requests upstream-keepalive-time
		use-forwarded-headers use-geoip use-geoip2 use-gzip use-http2 use-proxy-protocol variables-hash-bucket-size variables-hash-max-size
		worker-cpu-affinity worker-processes worker-shutdown-timeout
	`) {
		options[name] = true
	}
	return options
})
