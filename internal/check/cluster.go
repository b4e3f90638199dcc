package check

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Cluster is what a live cluster says of itself; *cluster.Cluster is one.
type Cluster interface {
	// Has reports whether an object is there. An error says why nobody knows.
	Has(ctx context.Context, kind, namespace, name string) (bool, error)
	Serves(group, version, kind string) bool
	// Definition is the CustomResourceDefinition of a kind, or nil.
	Definition(ctx context.Context, group, kind string) *yaml.Node
}

// Asked is what a cluster said about the objects that are not in the trees.
type Asked struct {
	There, Missing int
	// Unknown are the reasons why others could not be looked up.
	Unknown []string
}

// ask looks up in the cluster what is not in the trees. What is there is no
// finding; what is not there either, which it returns, is one whatever its kind.
func (rep *Report) ask(ctx context.Context, opts Options, outcomes []outcome) map[finding.Resource]bool {
	there, missing := map[finding.Resource]bool{}, map[finding.Resource]bool{}
	for i := range outcomes {
		o := &outcomes[i]
		if !opts.chosen(o.at) {
			continue
		}
		o.findings = slices.DeleteFunc(o.findings, func(f finding.Finding) bool {
			return f.Rule == rules.APINotServed && rep.brought[f.Resource.APIVersion+" "+f.Resource.Kind]
		})
		o.findings = slices.DeleteFunc(o.findings, func(f finding.Finding) bool {
			if f.Missing == nil || reference.IsPlaceholderName(f.Missing.Name) || reference.IsPlaceholderName(f.Missing.Namespace) {
				return false
			}
			has, err := opts.Cluster.Has(ctx, f.Missing.Kind, f.Missing.Namespace, f.Missing.Name)
			switch {
			case err != nil:
				if text := err.Error(); !slices.Contains(rep.Asked.Unknown, text) {
					rep.Asked.Unknown = append(rep.Asked.Unknown, text)
				}
			case has:
				there[*f.Missing] = true
				return true
			default:
				missing[*f.Missing] = true
			}
			return false
		})
		for j := range o.findings {
			if f := &o.findings[j]; f.Missing != nil && missing[*f.Missing] {
				f.Message += ", and not in cluster " + opts.ClusterName
				f.Severity = max(f.Severity, finding.Warning)
			}
		}
	}
	rep.Asked.There, rep.Asked.Missing = len(there), len(missing)
	return missing
}

// custom returns a resource of each kind that is neither Kubernetes' own nor for
// programs of this machine.
func custom(inv *inventory.Inventory) map[*inventory.Type]*inventory.Object {
	first := map[*inventory.Type]*inventory.Object{}
	for _, o := range inv.Objects() {
		if o.Local || o.Node == nil || first[o.Type] != nil || o.Kind == "" || !strings.Contains(o.Group, ".") ||
			apischema.Kubernetes().HasGroup(o.Group) || o.APIVersion() == config.APIVersion || reference.IsPlaceholder(o.APIVersion()+o.Kind) {
			continue
		}
		first[o.Type] = o
	}
	return first
}

// defineLive gives an inventory the definitions that the cluster has of the custom
// resources in it and that it does not bring itself.
func defineLive(ctx context.Context, inv *inventory.Inventory, c Cluster) {
	if c == nil {
		return
	}
	own := inv.CustomResourceDefinitions()
	defs := &inventory.Inventory{}
	added := map[inventory.GroupKind]bool{}
	for _, o := range own {
		if o.Node == nil {
			continue
		}
		added[inventory.GroupKind{Group: yamlnode.GetString(o.Node, "spec", "group"), Kind: yamlnode.GetString(o.Node, "spec", "names", "kind")}] = true
		defs.Add(o.Node, inventory.Source{File: o.File, Line: o.Line})
	}
	more := false
	for t := range custom(inv) {
		if added[t.GroupKind] {
			continue
		}
		added[t.GroupKind] = true
		if n := c.Definition(ctx, t.Group, t.Kind); n != nil {
			defs.Add(n, inventory.Source{})
			more = true
		}
	}
	if more {
		inv.Definitions = defs
	}
}

// bring remembers the kinds that a tree defines itself, whatever the cluster has.
func (rep *Report) bring(inv *inventory.Inventory) {
	if rep.brought == nil {
		rep.brought = map[string]bool{}
	}
	for _, o := range inv.OfKind(inventory.GroupKind{Group: "apiextensions.k8s.io", Kind: "CustomResourceDefinition"}) {
		if o.Node == nil {
			continue
		}
		for _, v := range yamlnode.Elements(o.Get("spec", "versions")) {
			rep.brought[yamlnode.GetString(o.Node, "spec", "group")+"/"+yamlnode.GetString(v, "name")+" "+yamlnode.GetString(o.Node, "spec", "names", "kind")] = true
		}
	}
}

// unserved finds the kinds of a build that the cluster does not serve; see ask for
// those that a tree defines.
func (rep *Report) unserved(inv *inventory.Inventory, opts Options) []finding.Finding {
	if opts.Cluster == nil {
		return nil
	}
	var fs []finding.Finding
	for t, o := range custom(inv) {
		if opts.Cluster.Serves(t.Group, t.Version, t.Kind) {
			continue
		}
		fs = append(fs, finding.Finding{
			Rule: rules.APINotServed, Severity: finding.Error, Resource: o.Resource(), Field: "apiVersion",
			Message: fmt.Sprintf("cluster %s does not serve %s %s", opts.ClusterName, t.APIVersion(), t.Kind),
			Help:    "install its CustomResourceDefinition before this is applied, or use a version that is served",
		})
	}
	return fs
}
