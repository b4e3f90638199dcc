package normalize

import (
	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

var images = &Normalizer{
	Name: "images",
	Doc: "Sets imagePullPolicy to fit where an image comes from: Never for images that exist on the nodes only, the environment's policy for all others. " +
		"Appends the digests that the configuration lists, and adds the pull secrets that registries need. " +
		"A policy or digest that a container sets itself is left alone.",
	Default: true,
	setting: func(c *config.Normalize) (bool, *bool) {
		if c.Images == nil {
			return false, nil
		}
		return true, c.Images.Enabled
	},
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
				}
			}
		}
	},
}

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
