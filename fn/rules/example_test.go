package rules_test

import (
	"context"
	"fmt"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
)

// owners are the teams that own namespaces: a fact, so that it is found out once
// however many rules ask.
var owners = rules.NewFact(func(b *rules.Build) map[string]string {
	teams := map[string]string{}
	for _, ns := range b.Inventory.OfKind(inventory.GroupKind{Kind: "Namespace"}) {
		teams[ns.Name] = ns.Label("team")
	}
	return teams
})

// A program may run rules of its own, besides all others or alone.
func ExampleRun() {
	ownerMissing := &rules.Rule{
		Name:     "owner-missing",
		Severity: finding.Warning,
		Run: func(p *rules.Pass) error {
			for _, o := range p.Inventory.Objects() {
				if team, ok := owners.Of(p.Build)[o.Namespace]; ok && team == "" {
					p.Report(o, nil, fmt.Sprintf("namespace %q belongs to no team", o.Namespace))
				}
			}
			return nil
		},
	}
	var inv inventory.Inventory
	for _, text := range []string{
		"{apiVersion: v1, kind: Namespace, metadata: {name: shop}}",
		"{apiVersion: v1, kind: ConfigMap, metadata: {name: api-config, namespace: shop}}",
	} {
		var n yaml.Node
		if err := yaml.Unmarshal([]byte(text), &n); err != nil {
			panic(err)
		}
		inv.Add(&n, inventory.Source{})
	}
	found, err := rules.Run(context.Background(), []*rules.Rule{ownerMissing}, &inv, nil)
	if err != nil {
		panic(err)
	}
	for _, f := range found {
		fmt.Printf("%s[%s]: %s: %s\n", f.Severity, f.Rule, f.Resource, f.Message)
	}
	// Output:
	// warning[owner-missing]: ConfigMap shop/api-config: namespace "shop" belongs to no team
}
