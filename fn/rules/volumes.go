package rules

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

func volumeRules() []*Rule { return []*Rule{volumeNotFound, subPathNotFound, resourceClaimNotFound} }

var volumeNotFound = &Rule{
	Name:     "volume-not-found",
	Severity: finding.Error,
	Doc: "A container mounts a volume that its pod does not have. " +
		"The API server rejects the pod. The claim templates of a StatefulSet count as volumes. " +
		"In the pod of a custom resource, which an operator completes, only a name is reported that is almost that of a volume which nothing mounts.",
	URL: "https://kubernetes.io/docs/concepts/storage/volumes/",
	Run: func(p *Pass) error {
		p.eachContainer(func(o *inventory.Object, c *inventory.Container) {
			var volumes *choice
			var idle []string
			for _, field := range []string{"volumeMounts", "volumeDevices"} {
				for _, m := range yamlnode.Elements(yamlnode.Get(c.Node, field)) {
					n := yamlnode.Get(m, "name")
					name := yamlnode.String(n)
					if name == "" || reference.IsPlaceholder(name) {
						continue
					}
					if volumes == nil {
						volumes = choose(volumeNames(c.Pod))
					}
					if volumes.has(name) {
						continue
					}
					if idle == nil {
						idle = unmounted(c.Pod, volumes.names)
					}
					near := volumes.nearest(name)
					if c.Pod.Partial && (len(near) == 0 || !slices.Contains(idle, near[0]) || !suggest.Close(name, near[0])) {
						continue // whoever completes the pod adds it
					}
					if len(idle) == 1 {
						near = append(slices.Clone(idle), slices.DeleteFunc(near, func(n string) bool { return n == idle[0] })...)
					}
					message := fmt.Sprintf("container %q mounts volume %q, which the pod does not have", c.Name, name)
					p.Report(o, n, message, DidYouMean(near...), Help("%s", listOf("its volumes", volumes.names)))
				}
			}
		})
		return nil
	},
}

// unmounted are the volumes that no container mounts: a name that fits none is
// meant for one of them.
func unmounted(pod *inventory.Pod, volumes []string) []string {
	mounted := map[string]bool{}
	for _, c := range pod.Containers {
		for _, field := range []string{"volumeMounts", "volumeDevices"} {
			for _, m := range yamlnode.Elements(yamlnode.Get(c.Node, field)) {
				mounted[yamlnode.GetString(m, "name")] = true
			}
		}
	}
	idle := []string{}
	for _, name := range volumes {
		if !mounted[name] {
			idle = append(idle, name)
		}
	}
	return idle
}

func volumeNames(pod *inventory.Pod) []string {
	names := []string{}
	for _, v := range yamlnode.Elements(yamlnode.Get(pod.Spec, "volumes")) {
		names = append(names, yamlnode.GetString(v, "name"))
	}
	for _, v := range pod.Owner.ClaimTemplates() {
		names = append(names, yamlnode.GetString(v, "metadata", "name"))
	}
	// https://jobset.sigs.k8s.io/docs/reference/jobset.v1alpha2/
	for _, policy := range yamlnode.Elements(pod.Owner.Get("spec", "volumeClaimPolicies")) {
		for _, v := range yamlnode.Elements(yamlnode.Get(policy, "templates")) {
			names = append(names, yamlnode.GetString(v, "metadata", "name"))
		}
	}
	return names
}

var subPathNotFound = &Rule{
	Name:     "sub-path-not-found",
	Severity: finding.Error,
	Doc: "A volumeMount picks one file out of a ConfigMap or Secret volume with subPath, and there is no such key. " +
		"The container then sees an empty directory where it expects a file.",
	URL: "https://kubernetes.io/docs/concepts/storage/volumes/#using-subpath",
	Run: func(p *Pass) error {
		byVolume := map[spot]*reference.Ref{}
		for _, kind := range gks("ConfigMap", "Secret") {
			for _, r := range p.refs.To(kind) {
				if r.Pod != nil && (strings.HasPrefix(r.Row.Path, "volumes[].configMap") || strings.HasPrefix(r.Row.Path, "volumes[].secret")) {
					byVolume[spot{r.From, r.Parent}] = r
				}
			}
		}
		p.eachContainer(func(o *inventory.Object, c *inventory.Container) {
			for _, m := range yamlnode.Elements(yamlnode.Get(c.Node, "volumeMounts")) {
				n := yamlnode.Get(m, "subPath")
				want := strings.TrimPrefix(yamlnode.String(n), "./")
				if want == "" || reference.IsPlaceholder(want) {
					continue
				}
				p.checkSubPath(o, c, n, want, volumeOf(c.Pod, yamlnode.GetString(m, "name")), byVolume)
			}
		})
		return nil
	},
}

// volumeOf returns the volume of a pod with a name, nil for none and for a
// StatefulSet's claim, which takes precedence over a volume of its name:
// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/stateful-set-v1/#StatefulSetSpec
func volumeOf(pod *inventory.Pod, name string) *yaml.Node {
	for _, v := range pod.Owner.ClaimTemplates() {
		if yamlnode.GetString(v, "metadata", "name") == name {
			return nil
		}
	}
	for _, v := range yamlnode.Elements(yamlnode.Get(pod.Spec, "volumes")) {
		if yamlnode.GetString(v, "name") == name {
			return v
		}
	}
	return nil
}

func (p *Pass) checkSubPath(o *inventory.Object, c *inventory.Container, n *yaml.Node, want string, volume *yaml.Node, byVolume map[spot]*reference.Ref) {
	source := yamlnode.Get(volume, "configMap")
	if source == nil {
		source = yamlnode.Get(volume, "secret")
	}
	r := byVolume[spot{o, source}]
	if r == nil || r.Optional {
		return
	}
	files, known := p.filesOf(r, source)
	first, _, _ := strings.Cut(want, "/")
	if !known || slices.ContainsFunc(files, func(f string) bool {
		dir, _, _ := strings.Cut(f, "/")
		return f == want || dir == first
	}) {
		return
	}
	near := nearest(want, files)
	message := fmt.Sprintf("container %q mounts %q out of %s, which has no such file", c.Name, want, describe(r))
	p.Report(o, n, message, DidYouMean(near...), Help("%s", listOf("its files", files)))
}

// filesOf returns the files that a ConfigMap or Secret volume shows.
func (p *Pass) filesOf(r *reference.Ref, source *yaml.Node) (files []string, known bool) {
	if items := yamlnode.Elements(yamlnode.Get(source, "items")); len(items) > 0 {
		for _, item := range items {
			file := yamlnode.GetString(item, "path")
			if reference.IsPlaceholder(file) {
				return nil, false
			}
			files = append(files, file)
		}
		return files, true
	}
	res := p.resolve(r)
	if res.Status != reference.Found || res.Target == nil {
		return nil, false
	}
	content := res.Target.Content()
	return content.Keys, !content.Open
}

var resourceClaimNotFound = &Rule{
	Name:     "resource-claim-not-found",
	Severity: finding.Error,
	Doc: "A container asks for a resource claim that its pod does not list. " +
		"The API server rejects the pod.",
	URL: "https://kubernetes.io/docs/concepts/scheduling-eviction/dynamic-resource-allocation/",
	Run: func(p *Pass) error {
		p.eachContainer(func(o *inventory.Object, c *inventory.Container) {
			claims := yamlnode.Elements(yamlnode.Path(c.Node, "resources", "claims"))
			if len(claims) == 0 || c.Pod.Partial {
				return
			}
			var names []string
			for _, rc := range yamlnode.Elements(yamlnode.Get(c.Pod.Spec, "resourceClaims")) {
				names = append(names, yamlnode.GetString(rc, "name"))
			}
			for _, claim := range claims {
				n := yamlnode.Get(claim, "name")
				if name := yamlnode.String(n); name != "" && !slices.Contains(names, name) {
					near := nearest(name, names)
					p.Report(o, n, fmt.Sprintf("container %q asks for resource claim %q, which the pod does not list", c.Name, name),
						Suggest(near...), Help("%s", listOf("its resourceClaims", names)))
				}
			}
		})
		return nil
	},
}
