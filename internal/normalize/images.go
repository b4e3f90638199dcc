package normalize

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

var _ = register(&Normalizer{
	Name: "images",
	Doc: "Sets imagePullPolicy to fit where an image comes from: Never for images that exist on the nodes only, the environment's policy for all others. " +
		"Appends the digests that the configuration lists, and adds the pull secrets that registries need. " +
		"A policy or digest that a container sets itself is left alone.",
	Default: true,
	Apply: func(p *Pass, o *inventory.Object) {
		cfg := p.Config.Images
		if cfg == nil {
			return
		}
		for _, pod := range o.Pods() {
			for _, c := range pod.Containers {
				node := yamlnode.Get(c.Node, "image")
				if img, ok := ParseImage(yamlnode.String(node)); ok {
					p.pullPolicy(cfg, o, c, img)
					p.digest(cfg, o, c, img, node)
				}
			}
			p.pullSecrets(cfg, o, pod)
		}
	},
})

// Policy is the imagePullPolicy that an image should have, "" if the
// configuration does not say, and the part of the configuration that says so.
func Policy(cfg *config.Images, img Image) (policy, cause string) {
	switch {
	case cfg == nil:
		return "", ""
	case img.IsLocal(cfg.Local):
		return "Never", "spec.normalize.images.local"
	}
	return cfg.PullPolicy, "spec.normalize.images.pullPolicy"
}

func (p *Pass) pullPolicy(cfg *config.Images, o *inventory.Object, c *inventory.Container, img Image) {
	policy, cause := Policy(cfg, img)
	old := yamlnode.Get(c.Node, "imagePullPolicy")
	if policy == "" || yamlnode.String(old) == policy {
		return
	}
	if !yamlnode.IsNull(old) && (!cfg.Enforce || old.Kind != yaml.ScalarNode) {
		return
	}
	yamlnode.Set(c.Node, "imagePullPolicy", yamlnode.NewString(policy))
	p.record(o, c.Path+".imagePullPolicy", yamlnode.String(old), policy, cause)
}

// listed is an entry of the configuration's digests.
type listed struct{ key, digest string }

func listedDigests(cfg *config.Images) map[string]listed {
	m := make(map[string]listed, len(cfg.Digests))
	for key, digest := range cfg.Digests {
		if img, ok := ParseImage(key); ok {
			m[img.canonical()] = listed{key, digest}
		}
	}
	return m
}

// digest appends the digest that the configuration lists. An image that has a
// digest keeps it.
func (p *Pass) digest(cfg *config.Images, o *inventory.Object, c *inventory.Container, img Image, node *yaml.Node) {
	if img.Digest != "" || img.IsLocal(cfg.Local) {
		return
	}
	entry, ok := p.digests()[img.canonical()]
	if !ok {
		return
	}
	old := node.Value
	node.SetString(old + "@" + entry.digest)
	p.record(o, c.Path+".image", old, node.Value, "spec.normalize.images.digests, "+entry.key)
}

// pullSecrets adds the Secrets with which the pod's images are pulled.
func (p *Pass) pullSecrets(cfg *config.Images, o *inventory.Object, pod *inventory.Pod) {
	if pod.Partial || len(cfg.Registries) == 0 {
		return
	}
	for _, c := range pod.Containers {
		img, ok := ParseImage(yamlnode.GetString(c.Node, "image"))
		if !ok || img.IsLocal(cfg.Local) {
			continue
		}
		key, registry := RegistryOf(cfg, img)
		name := registry.PullSecret
		if name == "" || hasPullSecret(pod.Spec, name) || hasPullSecret(p.serviceAccount(o, pod), name) {
			continue
		}
		list := yamlnode.EnsureSequence(pod.Spec, "imagePullSecrets")
		if list == nil {
			return // something other than a list is in the way
		}
		if len(list.Content) == 0 {
			list.Style &^= yaml.FlowStyle // [] grows into block style
		}
		list.Content = append(list.Content, yamlnode.NewMapping(yamlnode.NewString("name"), yamlnode.NewString(name)))
		at := fmt.Sprintf("%s.imagePullSecrets[%d].name", pod.Path, len(list.Content)-1)
		p.record(o, at, "", name, "spec.normalize.images.registries."+key+".pullSecret")
	}
}

// RegistryOf returns the most specific of the configured registries that the
// image comes from, and its key, which is empty if there is none.
func RegistryOf(cfg *config.Images, img Image) (string, config.Registry) {
	best := ""
	for key := range cfg.Registries {
		if img.From(key) && (best == "" || moreSpecific(key, best)) {
			best = key
		}
	}
	return best, cfg.Registries[best]
}

func moreSpecific(a, b string) bool {
	return cmp.Or(
		cmp.Compare(strings.Count(a, "/"), strings.Count(b, "/")),
		-cmp.Compare(strings.Count(a, "*"), strings.Count(b, "*")),
		cmp.Compare(len(a), len(b)),
		-cmp.Compare(a, b),
	) > 0
}

func (p *Pass) serviceAccount(o *inventory.Object, pod *inventory.Pod) *yaml.Node {
	name := cmp.Or(yamlnode.GetString(pod.Spec, "serviceAccountName"), "default")
	if sa := p.Inventory.Lookup(inventory.GroupKind{Kind: "ServiceAccount"}, pod.Namespace(), name, true, o); sa != nil {
		return sa.Node
	}
	return nil
}

// hasPullSecret looks into a pod spec or a ServiceAccount: both have the field.
func hasPullSecret(n *yaml.Node, name string) bool {
	return slices.ContainsFunc(yamlnode.Elements(yamlnode.Get(n, "imagePullSecrets")), func(e *yaml.Node) bool {
		return yamlnode.GetString(e, "name") == name
	})
}
