package rules

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	"k8s.io/apimachinery/pkg/api/resource"

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
		"Else it is a warning, and where there are more claims than volumes, of which some have theirs from elsewhere; where claims name all the volumes, the others are left alone. " +
		"A claim without a class has the cluster's default, and is left alone, and so is one of a class that a storage system such as Longhorn brings along and makes volumes of. " +
		"A claim that names its volume gets it whatever its labels are, and if that is reserved for it (claimRef) whatever it offers.",
	Run: func(p *Pass) error {
		shelves := map[shelf]*stock{}
		var order []*stock
		for _, o := range p.Inventory.OfKind(gk("PersistentVolume")) {
			if o.Node == nil {
				continue
			}
			class, _ := storageClassOf(o)
			s := p.shelfOf(o, class)
			if shelves[s] == nil {
				shelves[s] = &stock{class: class}
				order = append(order, shelves[s])
			}
			shelves[s].volumes = append(shelves[s].volumes, newVolume(o))
		}
		if len(shelves) == 0 {
			return nil
		}
		for _, o := range p.Inventory.OfKind(gk("PersistentVolumeClaim")) {
			if class, ok := storageClassOf(o); ok && o.Node != nil && o.Annotation("pv.kubernetes.io/bind-completed") == "" {
				if on := shelves[p.shelfOf(o, class)]; on != nil {
					on.claims = append(on.claims, o)
				}
			}
		}
		for _, on := range order {
			p.checkClaims(on)
		}
		return nil
	},
}

// shelf is where a claim finds a volume: among those of its class, and in files that
// may be alternatives those of its folder.
type shelf struct{ class, folder string }

func (p *Pass) shelfOf(o *inventory.Object, class string) shelf {
	if p.Inventory.Finished {
		return shelf{class: class}
	}
	return shelf{class, filepath.Dir(o.File)}
}

// stock is what is on a shelf, and who asks for it.
type stock struct {
	class   string
	volumes []*volume
	claims  []*inventory.Object
}

// volume is what a PersistentVolume offers.
type volume struct {
	*inventory.Object
	modes    []string
	has      string // its capacity
	capacity *resource.Quantity
}

func newVolume(o *inventory.Object) *volume {
	v := &volume{Object: o, has: yamlnode.String(o.Get("spec", "capacity", "storage"))}
	for _, n := range yamlnode.Elements(o.Get("spec", "accessModes")) {
		v.modes = append(v.modes, yamlnode.String(n))
	}
	if q, err := quantity.Parse(v.has); err == nil {
		v.capacity = &q
	}
	return v
}

// storageClassOf returns the class that a volume or claim says it has; the annotation
// goes before the field.
// https://kubernetes.io/docs/concepts/storage/persistent-volumes/#class
func storageClassOf(o *inventory.Object) (class string, ok bool) {
	if class = o.Annotation("volume.beta.kubernetes.io/storage-class"); class != "" {
		return class, true
	}
	n := o.Get("spec", "storageClassName")
	return yamlnode.String(n), !yamlnode.IsNull(n)
}

func (p *Pass) checkClaims(on *stock) {
	nobody := on.class == ""
	if sc := p.Inventory.Lookup(gk("storage.k8s.io/StorageClass"), "", on.class, false, nil); sc != nil {
		if sc.Node == nil || yamlnode.String(sc.Get("provisioner")) != "kubernetes.io/no-provisioner" {
			return
		}
		nobody = true
	} else if makesVolumes(on.class) {
		return
	}
	free := 0 // claims that take whatever volume fits
	taken := map[string]bool{}
	for _, c := range on.claims {
		if name := yamlnode.String(c.Get("spec", "volumeName")); name == "" {
			free++
		} else {
			taken[name] = true
		}
	}
	if !nobody && !slices.ContainsFunc(on.volumes, func(v *volume) bool { return !taken[v.Name] }) {
		return // each volume is for the claim that names it, and the class makes others
	}
	for _, c := range on.claims {
		p.checkClaim(c, on, nobody && free <= len(on.volumes))
	}
}

// provisioned are the beginnings of the names of classes that storage systems bring along and
// make volumes of: https://longhorn.io/docs/latest/references/storage-class-parameters/,
// https://docs.cloud.google.com/kubernetes-engine/docs/concepts/persistent-volumes and others.
var provisioned = [...]string{"longhorn", "rook-", "ceph", "openebs", "linstor", "gp2", "gp3", "ebs-", "premium-rw", "standard-rw", "managed-csi", "managed-premium", "azurefile", "do-block-storage", "hcloud-volumes", "local-path", "nfs-client"}

func makesVolumes(class string) bool {
	return slices.ContainsFunc(provisioned[:], func(start string) bool { return strings.HasPrefix(class, start) })
}

// checkClaim judges a claim; nobody is whether nobody makes other volumes for it than
// these.
func (p *Pass) checkClaim(c *inventory.Object, on *stock, nobody bool) {
	name := yamlnode.String(c.Get("spec", "volumeName"))
	size := c.Get("spec", "resources", "requests", "storage")
	var asked *resource.Quantity
	if q, err := quantity.Parse(yamlnode.String(size)); err == nil {
		asked = &q
	}
	var misfit *misfit
	count := 0
	for _, v := range on.volumes {
		if name != "" && v.Name != name {
			continue
		}
		reserved, other := reservedFor(v, c)
		if other {
			continue
		}
		if reserved && name != "" {
			return
		}
		m := v.offers(c, size, asked)
		if m == nil && !reserved && name == "" {
			m = v.labelled(c)
		}
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
	of := fmt.Sprintf("the PersistentVolume of class %q does not fit", on.class)
	if count > 1 {
		of = fmt.Sprintf("none of the %d PersistentVolumes of class %q fits", count, on.class)
	}
	var opts []Option
	if !nobody && name == "" {
		opts = append(opts, AtMost(finding.Warning))
	}
	p.Report(c, misfit.asked, of+": "+misfit.why, opts...)
}

// reservedFor reports whether a volume is reserved for a claim, or for another one.
// https://kubernetes.io/docs/concepts/storage/persistent-volumes/#reserving-a-persistentvolume
func reservedFor(v *volume, c *inventory.Object) (it, other bool) {
	ref := v.Get("spec", "claimRef")
	if yamlnode.IsNull(ref) {
		return false, false
	}
	it = yamlnode.GetString(ref, "name") == c.Name && inventory.SameNamespace(yamlnode.GetString(ref, "namespace"), c.Namespace)
	return it, !it
}

// misfit is what a claim asks for and a volume does not offer.
type misfit struct {
	asked *yaml.Node
	why   string
}

// offers returns what a claim asks for, with its size, and the volume does not offer;
// nil if it may be bound.
// https://github.com/kubernetes/kubernetes/blob/master/pkg/controller/volume/persistentvolume/index.go
func (v *volume) offers(c *inventory.Object, size *yaml.Node, asked *resource.Quantity) *misfit {
	for _, n := range yamlnode.Elements(c.Get("spec", "accessModes")) {
		if mode := yamlnode.String(n); len(v.modes) > 0 && !slices.Contains(v.modes, mode) && !reference.IsPlaceholder(mode) && !slices.ContainsFunc(v.modes, reference.IsPlaceholder) {
			return &misfit{n, fmt.Sprintf("%s offers %s, not %s", v.Name, strings.Join(v.modes, ", "), mode)}
		}
	}
	if asked != nil && v.capacity != nil && v.capacity.Cmp(*asked) < 0 {
		return &misfit{size, fmt.Sprintf("%s has %s, and %s is asked for", v.Name, v.has, size.Value)}
	}
	return nil
}

// labelled returns a label that a claim selects volumes by and the volume does not have.
func (v *volume) labelled(c *inventory.Object) *misfit {
	for key, n := range yamlnode.Fields(c.Get("spec", "selector", "matchLabels")) {
		label := v.Label(key.Value)
		if label != yamlnode.String(n) && !reference.IsPlaceholder(n.Value) && !reference.IsPlaceholder(label) {
			return &misfit{n, fmt.Sprintf("%s does not have the label %s=%s", v.Name, key.Value, n.Value)}
		}
	}
	return nil
}
