package normalize

import (
	"maps"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

const (
	// ProfileKey is the annotation, or label, in which a workload or its pod
	// template names resource profiles: "python", or "python, nginx=static".
	ProfileKey = "wealist.io/resource-profile"
	// NoProfile is the profile that leaves a container alone.
	NoProfile = "none"

	// defaultContainerKey is what kubectl logs and exec read, too:
	// https://kubernetes.io/docs/reference/labels-annotations-taints/#kubectl-kubernetes-io-default-container
	defaultContainerKey = "kubectl.kubernetes.io/default-container"
)

// Named is one entry of an annotation or label that names profiles.
type Named struct {
	// Container is empty for the pod's default container.
	Container string
	Profile   string
	// Cause says what named it; Node is the value that does.
	Cause string
	Node  *yaml.Node
}

// NamedProfiles are the entries of the annotations and labels on a pod's
// template and on its workload, those that come first to be heard first.
func NamedProfiles(pod *inventory.Pod) []Named {
	var out []Named
	for _, field := range []string{"annotations", "labels"} {
		for i, holder := range []*yaml.Node{pod.Template, pod.Owner.Node} {
			if i == 1 && holder == pod.Template {
				continue
			}
			n := yamlnode.Path(holder, "metadata", field, ProfileKey)
			text := yamlnode.String(n)
			if text == "" {
				continue
			}
			cause := "named by the " + strings.TrimSuffix(field, "s") + " " + ProfileKey
			for entry := range strings.SplitSeq(text, ",") {
				container, name, ok := strings.Cut(entry, "=")
				if !ok {
					container, name = "", entry
				}
				out = append(out, Named{strings.TrimSpace(container), strings.TrimSpace(name), cause, n})
			}
		}
	}
	return out
}

// DefaultContainer is the container that a pod is about: the one that an
// annotation names, or the first.
func DefaultContainer(pod *inventory.Pod) *inventory.Container {
	name := yamlnode.GetString(pod.Template, "metadata", "annotations", defaultContainerKey)
	var first *inventory.Container
	for _, c := range pod.Containers {
		if c.Type != inventory.AppContainer {
			continue
		}
		if c.Name == name && name != "" {
			return c
		}
		if first == nil {
			first = c
		}
	}
	return first
}

// ProfileOf returns the name of the profile of a container, "" if it has none,
// and what chose it: the entry of an annotation or label, or a match of the
// configuration.
func ProfileOf(r *config.Resources, c *inventory.Container) Named {
	isDefault := DefaultContainer(c.Pod) == c
	for _, n := range NamedProfiles(c.Pod) {
		if n.Container == "" && isDefault || n.Container != "" && n.Container == c.Name {
			return n
		}
	}
	if r == nil || c.Type != inventory.AppContainer && !c.Sidecar() {
		return Named{}
	}
	for _, name := range slices.Sorted(maps.Keys(r.Match)) {
		if m := r.Match[name]; matches(m, c.Node) {
			return Named{Container: c.Name, Profile: m.Profile, Cause: "chosen by spec.normalize.resources.match." + name}
		}
	}
	return Named{}
}

func matches(m config.ProfileMatch, container *yaml.Node) bool {
	if m.Image != "" {
		img, ok := ParseImage(yamlnode.GetString(container, "image"))
		if !ok || !match(m.Image, img.Name) && !match(m.Image, path.Base(img.Name)) {
			return false
		}
	}
	return m.Command == "" || slices.ContainsFunc(words(container), func(w string) bool {
		return match(m.Command, w) || match(m.Command, path.Base(w))
	})
}

// words are the words of a container's command and args, those inside of shell
// text included.
func words(container *yaml.Node) []string {
	var out []string
	for _, field := range []string{"command", "args"} {
		for _, e := range yamlnode.Elements(yamlnode.Get(container, field)) {
			out = append(out, strings.Fields(yamlnode.String(e))...)
		}
	}
	return out
}
