package check_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
)

// TestCopies: a file in the folder of one application that is all of another's was copied
// and forgotten. Environments, and what is called after neither, are alternatives.
func TestCopies(t *testing.T) {
	config := func(name string) string {
		return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + name + "}\ndata: {A: b}\n"
	}
	for name, c := range map[string]struct {
		files [2]string
		of    string
		want  string // the file that is reported
	}{
		"the copy is first":   {[2]string{"ledger-service/k8s/config.yaml", "orders-service/k8s/config.yaml"}, "shop-orders", "ledger-service/k8s/config.yaml"},
		"the copy is second":  {[2]string{"apps/ledger/k8s/config.yaml", "apps/orders/k8s/config.yaml"}, "ledger", "apps/orders/k8s/config.yaml"},
		"environments":        {[2]string{"dev/config.yaml", "prod/config.yaml"}, "ledger", ""},
		"releases of one":     {[2]string{"staging/config.yaml", "staging-v2/config.yaml"}, "ledger-staging", ""},
		"called after both":   {[2]string{"ledger/config.yaml", "shop/config.yaml"}, "shop-ledger", ""},
		"files of one folder": {[2]string{"k8s/ledger.yaml", "k8s/orders.yaml"}, "orders", ""},
		"the file is of it":   {[2]string{"base/orders.config.yaml", "orders/orders.config.yaml"}, "orders", ""},
		"other files":         {[2]string{"ledger/k8s/config.yaml", "orders/k8s/all.yaml"}, "orders", ""},
	} {
		dir := tree(t, map[string]string{c.files[0]: config(c.of), c.files[1]: config(c.of)})
		rep := run(t, check.Options{}, dir)
		var got string
		for _, f := range rep.Findings {
			if f.Rule == "duplicate-object" && f.Severity == finding.Warning {
				got = f.File
			}
		}
		if c.want == "" {
			assert.Empty(t, got, name)
		} else {
			assert.Contains(t, got, c.want, name)
		}
	}
}

// TestCopiedIssuers: letsencrypt-staging is called after what Let's Encrypt calls so.
func TestCopiedIssuers(t *testing.T) {
	for server, want := range map[string][]string{
		"https://acme-staging-v02.api.letsencrypt.org/directory": nil,
		"https://acme.example.org/directory":                     {"warning duplicate-object"},
	} {
		issuer := "apiVersion: cert-manager.io/v1\nkind: ClusterIssuer\nmetadata: {name: letsencrypt-staging}\nspec: {acme: {server: '" + server + "', privateKeySecretRef: {name: acme}}}\n"
		rep := run(t, check.Options{}, tree(t, map[string]string{"staging/issuer.yaml": issuer, "canary/issuer.yaml": issuer}))
		assert.Equal(t, want, above(rep, finding.Note), server)
	}
}
