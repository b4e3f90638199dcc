package adopt

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/normalize"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// eachContainer calls f for the containers of a build, init containers too.
func eachContainer(inv *inventory.Inventory, f func(c *inventory.Container)) {
	for _, o := range inv.Objects() {
		if o.Node == nil || o.Local {
			continue
		}
		for _, pod := range o.Pods() {
			for _, c := range pod.Containers {
				f(c)
			}
		}
	}
}

// fillIn matches the names of images in which somebody has to put the registry.
var fillIn = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)your[-_.]?|change[-_.]?me|placeholder|replace[-_.]?me`)
})

// imagesOf says where the images of a build come from, and how they are pulled if
// all say the same about it.
func imagesOf(inv *inventory.Inventory) *config.Images {
	out := &config.Images{Registries: map[string]config.Registry{}}
	owners := map[string]map[string]bool{} // by registry
	policies := map[string]int{}
	n := 0
	eachContainer(inv, func(c *inventory.Container) {
		img, ok := normalize.ParseImage(yamlnode.GetString(c.Node, "image"))
		if !ok || fillIn().MatchString(img.Name) {
			return
		}
		policy := yamlnode.GetString(c.Node, "imagePullPolicy")
		if policy == "Never" {
			if !slices.Contains(out.Local, img.Name) {
				out.Local = append(out.Local, img.Name)
			}
			return
		}
		n++
		policies[policy]++
		owner := img.Registry
		if parts := strings.Split(img.Repository, "/"); len(parts) > 1 {
			owner += "/" + parts[0]
		}
		if owners[img.Registry] == nil {
			owners[img.Registry] = map[string]bool{}
		}
		owners[img.Registry][owner] = true
	})
	for registry, names := range owners {
		if len(names) > 6 {
			names = map[string]bool{registry: true}
		}
		for name := range names {
			out.Registries[name] = config.Registry{}
		}
	}
	slices.Sort(out.Local)
	for _, policy := range []string{"IfNotPresent", "Always"} {
		if n > 0 && policies[policy] == n {
			out.PullPolicy = policy
		}
	}
	if len(out.Registries) == 0 {
		out.Registries = nil
	}
	if out.Registries == nil && len(out.Local) == 0 {
		return nil
	}
	return out
}

// resourcesOf makes a profile of requests and limits that several workloads of a
// build repeat, where their images have a part of their names for themselves.
func resourcesOf(inv *inventory.Inventory) *config.Resources {
	type group struct {
		profile config.Profile
		images  map[string]bool
		owners  map[*inventory.Object]bool
	}
	groups := map[string]*group{}
	of := map[string]map[string]bool{} // the profiles that the containers of an image have
	eachContainer(inv, func(c *inventory.Container) {
		img, ok := normalize.ParseImage(yamlnode.GetString(c.Node, "image"))
		if !ok || len(normalize.NamedProfiles(c.Pod)) > 0 {
			return
		}
		p := config.Profile{}
		sign := ""
		for _, kind := range []string{"requests", "limits"} {
			values := map[string]config.Quantity{}
			for k, v := range yamlnode.Fields(yamlnode.Path(c.Node, "resources", kind)) {
				values[k.Value] = config.Quantity(v.Value)
			}
			for _, k := range slices.Sorted(maps.Keys(values)) {
				sign += fmt.Sprint(kind, k, "=", values[k], ";")
			}
			if kind == "requests" {
				p.Requests = values
			} else {
				p.Limits = values
			}
		}
		if c.Type != inventory.AppContainer || len(p.Requests) == 0 || len(p.Limits) == 0 {
			sign = "" // such as init containers, which profiles are for too
		}
		if of[img.Name] == nil {
			of[img.Name] = map[string]bool{}
		}
		of[img.Name][sign] = true
		if sign == "" {
			return
		}
		g := groups[sign]
		if g == nil {
			g = &group{profile: p, images: map[string]bool{}, owners: map[*inventory.Object]bool{}}
			groups[sign] = g
		}
		g.images[img.Name] = true
		g.owners[c.Pod.Owner] = true
	})
	out := &config.Resources{Profiles: map[string]config.Profile{}, Match: map[string]config.ProfileMatch{}}
	for _, sign := range slices.Sorted(maps.Keys(groups)) {
		g := groups[sign]
		if len(g.owners) < 2 {
			continue
		}
		glob := globOf(slices.Sorted(maps.Keys(g.images)))
		covers := glob != ""
		for image, signs := range of {
			img, _ := normalize.ParseImage(image)
			if covers && img.Matches(glob) && (len(signs) != 1 || !signs[sign]) {
				covers = false
			}
		}
		if !covers {
			continue
		}
		name := "standard"
		if n := len(out.Profiles); n > 0 {
			name = fmt.Sprintf("standard-%d", n+1)
		}
		out.Profiles[name] = g.profile
		out.Match[name] = config.ProfileMatch{Image: glob, Profile: name}
	}
	if len(out.Profiles) == 0 {
		return nil
	}
	return out
}

// globOf is a pattern for the names of images: the one there is, or the folder
// that all are in.
func globOf(images []string) string {
	if len(images) == 1 {
		return images[0]
	}
	dir := ""
	for i, image := range images {
		at := strings.LastIndexByte(image, '/')
		if at < 0 || i > 0 && image[:at] != dir {
			return ""
		}
		dir = image[:at]
	}
	return dir + "/*"
}
