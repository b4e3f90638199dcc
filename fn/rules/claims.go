package rules

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/quantity"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// claimRules are about PersistentVolumeClaims and the volumes that are for them.
func claimRules() []*Rule { return []*Rule{claimFitsNoVolume} }

var claimFitsNoVolume = &Rule{
	Name:     "claim-fits-no-volume",
	Severity: finding.Error,
	URL:      "https://kubernetes.io/docs/concepts/storage/persistent-volumes/#binding",
	Doc: "A PersistentVolumeClaim asks for what none of the PersistentVolumes beside it that have its class offers: an access mode, more space, or labels. " +
		"It stays Pending, and so do the pods that mount it. " +
		"It is an error where nobody makes other volumes: the class is \"\", or a StorageClass of the build without a provisioner, or the claim names its volume. " +
		"Else it is a warning. A claim without a class has the cluster's default, and is left alone.",
	Run: func(p *Pass) error {
		volumes := map[string][]*inventory.Object{} // by class
		for _, v := range p.Inventory.OfKind(gk("PersistentVolume")) {
			if v.Node != nil {
				class := yamlnode.String(v.Get("spec", "storageClassName"))
				volumes[class] = append(volumes[class], v)
			}
		}
		if len(volumes) == 0 {
			return nil
		}
		for _, c := range p.Inventory.OfKind(gk("PersistentVolumeClaim")) {
			if c.Node != nil {
				p.checkClaim(c, volumes)
			}
		}
		return nil
	},
}

func (p *Pass) checkClaim(c *inventory.Object, volumes map[string][]*inventory.Object) {
	named := c.Get("spec", "storageClassName")
	if yamlnode.IsNull(named) {
		return
	}
	class := yamlnode.String(named)
	nobody := class == ""
	if sc := p.Inventory.Lookup(gk("storage.k8s.io/StorageClass"), "", class, false, nil); sc != nil {
		if sc.Node == nil || yamlnode.String(sc.Get("provisioner")) != "kubernetes.io/no-provisioner" {
			return
		}
		nobody = true
	}
	candidates := volumes[class]
	if name := yamlnode.String(c.Get("spec", "volumeName")); name != "" {
		candidates = slices.DeleteFunc(slices.Clone(candidates), func(v *inventory.Object) bool { return v.Name != name })
		nobody = true
	}
	var misfit *misfit
	count := 0
	for _, v := range candidates {
		if !p.Inventory.Finished && filepath.Dir(v.File) != filepath.Dir(c.File) || keptForOther(v, c) {
			continue
		}
		m := fit(c, v)
		if m == nil {
			return
		}
		if count++; misfit == nil || m.why < misfit.why { // whatever the order of files
			misfit = m
		}
	}
	if misfit == nil {
		return
	}
	of := fmt.Sprintf("the PersistentVolume of class %q does not fit", class)
	if count > 1 {
		of = fmt.Sprintf("none of the %d PersistentVolumes of class %q fits", count, class)
	}
	var opts []Option
	if !nobody {
		opts = append(opts, AtMost(finding.Warning))
	}
	p.Report(c, misfit.asked, of+": "+misfit.why, opts...)
}

// keptForOther reports whether a volume is kept for another claim.
func keptForOther(v, c *inventory.Object) bool {
	ref := v.Get("spec", "claimRef")
	if yamlnode.IsNull(ref) {
		return false
	}
	namespace := yamlnode.GetString(ref, "namespace")
	return yamlnode.GetString(ref, "name") != c.Name || namespace != "" && c.Namespace != "" && namespace != c.Namespace
}

// misfit is what a claim asks for and a volume does not offer.
type misfit struct {
	asked *yaml.Node
	why   string
}

// fit returns why a claim and a volume are not bound, nil if they may be.
// https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/volume/persistentvolume/index.go
func fit(c, v *inventory.Object) *misfit {
	modes := map[string]bool{}
	var offered []string
	for _, n := range yamlnode.Elements(v.Get("spec", "accessModes")) {
		modes[yamlnode.String(n)] = true
		offered = append(offered, yamlnode.String(n))
	}
	for _, n := range yamlnode.Elements(c.Get("spec", "accessModes")) {
		if mode := yamlnode.String(n); len(offered) > 0 && !modes[mode] && !reference.IsPlaceholder(mode) && !slices.ContainsFunc(offered, reference.IsPlaceholder) {
			return &misfit{n, fmt.Sprintf("%s offers %s, not %s", v.Name, strings.Join(offered, ", "), mode)}
		}
	}
	size := c.Get("spec", "resources", "requests", "storage")
	asked, err := quantity.Parse(yamlnode.String(size))
	has := yamlnode.String(v.Get("spec", "capacity", "storage"))
	if capacity, err2 := quantity.Parse(has); err == nil && err2 == nil && capacity.Cmp(asked) < 0 {
		return &misfit{size, fmt.Sprintf("%s has %s, and %s is asked for", v.Name, has, size.Value)}
	}
	for key, n := range yamlnode.Fields(c.Get("spec", "selector", "matchLabels")) {
		if label := yamlnode.GetString(v.Get("metadata", "labels"), key.Value); label != yamlnode.String(n) && !reference.IsPlaceholder(n.Value) {
			return &misfit{n, fmt.Sprintf("%s does not have the label %s=%s", v.Name, key.Value, n.Value)}
		}
	}
	return nil
}
