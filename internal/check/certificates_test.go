package check_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
)

// TestCertificateHosts: the rule for a host that has a certificate may be elsewhere.
func TestCertificateHosts(t *testing.T) {
	const ingress = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web, namespace: shop}\nspec:\n  tls:\n  - hosts: [shop.example.com, api.example.com]\n    secretName: shop-tls\n  rules:\n" +
		"  - host: shop.example.com\n    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}\n"
	for name, c := range map[string]struct {
		files map[string]string
		want  finding.Severity
	}{
		"nowhere":            {map[string]string{"k8s/web.yaml": ingress}, finding.Warning},
		"commented out":      {map[string]string{"k8s/web.yaml": ingress + "  # - host: api.example.com\n  #   http: {}\n"}, finding.Note},
		"another is":         {map[string]string{"k8s/web.yaml": ingress + "  # - host: old.example.com\n  #   http: {}\n"}, finding.Warning},
		"a comment only":     {map[string]string{"k8s/web.yaml": ingress + "  # api.example.com is new\n"}, finding.Warning},
		"a route of Traefik": {map[string]string{"k8s/web.yaml": ingress, "k8s/api.yaml": "apiVersion: traefik.io/v1alpha1\nkind: IngressRoute\nmetadata: {name: api, namespace: shop}\nspec: {entryPoints: [websecure], routes: [{kind: Rule, match: Host(`api.example.com`), services: [{name: api@internal, kind: TraefikService}]}]}\n"}, finding.Note},
		"a longer host":      {map[string]string{"k8s/web.yaml": ingress, "k8s/api.yaml": "apiVersion: traefik.io/v1alpha1\nkind: IngressRoute\nmetadata: {name: api, namespace: shop}\nspec: {entryPoints: [websecure], routes: [{kind: Rule, match: Host(`my.api.example.com`), services: [{name: api@internal, kind: TraefikService}]}]}\n"}, finding.Warning},
		"values of a chart":  {map[string]string{"k8s/web.yaml": ingress, "values/api.yaml": "ingress:\n  enabled: true\n  hosts:\n  - host: api.example.com\n"}, finding.Note},
		"a certificate":      {map[string]string{"k8s/web.yaml": ingress, "k8s/tls.yaml": "apiVersion: cert-manager.io/v1\nkind: Certificate\nmetadata: {name: shop, namespace: shop}\nspec: {secretName: shop-tls, dnsNames: [shop.example.com, api.example.com], issuerRef: {name: le, kind: ClusterIssuer}}\n"}, finding.Warning},
	} {
		assert.Equal(t, c.want, severityOf(t, "ingress-invalid", tree(t, c.files)), name)
	}
}
