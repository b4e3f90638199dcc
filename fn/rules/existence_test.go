package rules_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
)

// TestHelpSaysHowToReachANamespace: fields that name what is in another namespace differ in how.
func TestHelpSaysHowToReachANamespace(t *testing.T) {
	for text, want := range map[string]string{
		"- {apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: door, namespace: gate}}\n" +
			"- {apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: shop, namespace: shop}, spec: {gateways: [door]}}\n": "write gate/door where",
		"- {apiVersion: traefik.io/v1alpha1, kind: Middleware, metadata: {name: door, namespace: gate}}\n" +
			"- {apiVersion: traefik.io/v1alpha1, kind: IngressRoute, metadata: {name: shop, namespace: shop}, spec: {routes: [{kind: Rule, match: PathPrefix(`/`), middlewares: [{name: door}]}]}}\n": "write namespace: gate beside the name where",
		"- {apiVersion: v1, kind: Secret, metadata: {name: door, namespace: gate}}\n" +
			"- {apiVersion: v1, kind: Pod, metadata: {name: shop, namespace: shop}, spec: {containers: [{name: a, image: 'a:1', envFrom: [{secretRef: {name: door}}]}]}}\n": "this field cannot reach another namespace",
	} {
		var help []string
		for _, f := range process(t, listed(t, text), &config.ConfigPipeline{}) {
			help = append(help, f.Help)
		}
		assert.Contains(t, strings.Join(help, "\n"), want)
	}
}
