package rules

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Annotations that name a container of the pod:
// https://kubernetes.io/docs/reference/labels-annotations-taints/
var (
	// containerAnnotationValues have it as their value.
	containerAnnotationValues = []string{"kubectl.kubernetes.io/default-container", "kubectl.kubernetes.io/default-logs-container"}
	// appArmorPrefix is followed by it; the API server looks it up.
	appArmorPrefix = "container.apparmor.security.beta.kubernetes.io/"
)

var annotatedContainerNotFound = &Rule{
	Name:     "annotated-container-not-found",
	Severity: finding.Error,
	Doc: "An annotation of a pod names a container that the pod does not have. " +
		"The API server refuses pods with a profile of AppArmor for such a container; kubectl logs and exec, which kubectl.kubernetes.io/default-container is for, ask for a container or fail. " +
		"The latter is a warning, and a note where no container is called almost so: sidecars are injected later.",
	URL: "https://kubernetes.io/docs/reference/labels-annotations-taints/#kubectl-kubernetes-io-default-container",
	Run: func(p *Pass) error {
		for _, pod := range workloads.Of(p.Build) {
			if pod.Partial {
				continue
			}
			for k, v := range yamlnode.Fields(yamlnode.Path(pod.Template, "metadata", "annotations")) {
				at, name := v, yamlnode.String(v)
				container, appArmor := strings.CutPrefix(k.Value, appArmorPrefix)
				switch {
				case appArmor:
					at, name = k, container
				case !slices.Contains(containerAnnotationValues, k.Value):
					continue
				}
				var names []string
				for _, c := range pod.Containers {
					names = append(names, c.Name)
				}
				if name == "" || reference.IsPlaceholder(name) || len(names) == 0 || slices.Contains(names, name) {
					continue
				}
				near := nearest(name, names)
				opts := []Option{DidYouMean(near...), Help("%s", listOf("its containers", names))}
				switch {
				case appArmor && pod.Owner.Kind != "Pod":
				case len(near) > 0 && suggest.Close(name, near[0]):
					if !appArmor {
						opts = append(opts, AtMost(finding.Warning))
					}
				default:
					opts = append(opts, AtMost(finding.Note))
				}
				message := fmt.Sprintf("the pod has no container %q", name)
				if appArmor {
					p.ReportKey(pod.Owner, at, v, message, opts...)
					continue
				}
				p.Report(pod.Owner, at, message, opts...)
			}
		}
		return nil
	},
}
