package finding_test

import (
	"fmt"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
)

// A report of one's own asks whether something else was meant, as Sentence does,
// or shows the suggestions in its own way.
func ExampleFinding() {
	f := finding.Finding{
		Rule: "secret-not-found", Severity: finding.Error,
		Resource: finding.Resource{APIVersion: "apps/v1", Kind: "Deployment", Namespace: "shop", Name: "api"},
		Field:    "spec.template.spec.containers[0].envFrom[0].secretRef.name",
		Message:  `Secret "db-secrt" in namespace "shop" does not exist`, Suggestions: []string{"db-secret"}, Meant: `"db-secret"`,
	}
	fmt.Printf("%s[%s]: %s: %s\n", f.Severity, f.Rule, f.Resource, f.Sentence())
	// Output:
	// error[secret-not-found]: Deployment shop/api: Secret "db-secrt" in namespace "shop" does not exist; did you mean "db-secret"?
}
