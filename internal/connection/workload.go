package connection

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/labels"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// workloadIndex finds the objects that embed pods by any of their names.
type workloadIndex struct {
	all    []*inventory.Object
	byName map[string][]*inventory.Object
}

func (a *applier) workloadIndex() *workloadIndex {
	x := &a.workloads
	if x.byName != nil {
		return x
	}
	x.byName = map[string][]*inventory.Object{}
	for _, o := range a.inv.Objects() {
		if len(inventory.PodTemplates(o.GroupKind)) == 0 {
			continue
		}
		x.all = append(x.all, o)
		names := []string{o.Name}
		for _, id := range o.Previous {
			if !slices.Contains(names, id.Name) {
				names = append(names, id.Name)
			}
		}
		for _, name := range names {
			x.byName[name] = append(x.byName[name], o)
		}
	}
	return x
}

// containers finds the containers that a sink goes into.
func (s *sink) containers() []*inventory.Container {
	var found []*inventory.Container
	for _, o := range s.workloads() {
		found = append(found, s.containersOf(o)...)
	}
	return found
}

// workloads finds the objects that a sink's selector names, and reports when
// there are none.
func (s *sink) workloads() []*inventory.Object {
	w, c := s.Workload, s.c
	if w.Name == "" && w.Labels == "" {
		c.fail(RuleConfig, s.field("workload"), nil, "the workload has neither name nor labels")
		return nil
	}
	selector, err := labels.Parse(w.Labels)
	if err != nil {
		c.fail(RuleConfig, s.field("workload.labels"), nil, "%q is not a label selector: %s", w.Labels, err)
		return nil
	}
	candidates := c.workloadIndex().all
	if w.Name != "" {
		candidates = presentFirst(c.workloadIndex().byName[w.Name], w.Name)
	}
	var found []*inventory.Object
	for _, o := range candidates {
		if w.Kind != "" && !strings.EqualFold(w.Kind, o.Kind) || !inNamespace(o, w.Namespace) || !selector.Matches(objectLabels{o}) {
			continue
		}
		found = append(found, o)
	}
	if len(found) == 0 {
		s.noWorkload(candidates)
		return nil
	}
	if w.Name != "" && w.Labels == "" && len(found) > 1 {
		c.fail(RuleConfig, s.field("workload.namespace"), nil, "%d workloads are called %s: %s; say which with workload.kind and workload.namespace",
			len(found), w.Name, list(found))
		return nil
	}
	return found
}

// presentFirst keeps those with the name now, or all if there are none.
func presentFirst(objects []*inventory.Object, name string) []*inventory.Object {
	present := slices.DeleteFunc(slices.Clone(objects), func(o *inventory.Object) bool { return o.Name != name })
	if len(present) > 0 {
		return present
	}
	return objects
}

func (s *sink) noWorkload(sameName []*inventory.Object) {
	w, c := s.Workload, s.c
	what := strings.TrimSpace("workload " + w.Name)
	if w.Kind != "" {
		what = strings.TrimSpace(w.Kind + " " + w.Name)
	}
	if w.Labels != "" {
		what += " with labels " + w.Labels
	}
	if w.Namespace != "" {
		what += " in namespace " + w.Namespace
	}
	f := finding.Finding{
		Rule: RuleWorkloadNotFound, Field: s.field("workload.name"),
		Message: fmt.Sprintf("connection %s: there is no %s in this build", c.name, what),
	}
	switch {
	case w.Name == "":
		f.Field = s.field("workload.labels")
	case len(sameName) > 0:
		f.Help = "there is " + list(sameName)
	default:
		var names []string
		for _, o := range c.workloadIndex().all {
			if w.Kind == "" || strings.EqualFold(w.Kind, o.Kind) {
				names = append(names, o.BaseName())
			}
		}
		f.Suggestions = suggest.Nearest(w.Name, names, 3)
	}
	c.add(f)
}

func (s *sink) containersOf(o *inventory.Object) []*inventory.Container {
	var found []*inventory.Container
	var names []string
	for _, pod := range o.Pods() {
		for _, ctr := range pod.Containers {
			names = append(names, ctr.Name)
			if want := s.Workload.Container; ctr.Name == want || want == "" && ctr.Type == inventory.AppContainer {
				found = append(found, ctr)
			}
		}
	}
	if len(found) > 0 {
		return found
	}
	f := finding.Finding{
		Rule: RuleContainerNotFound, Field: s.field("workload.container"),
		Message: fmt.Sprintf("connection %s: %s has no containers", s.c.name, o),
	}
	if want := s.Workload.Container; want != "" {
		f.Message = fmt.Sprintf("connection %s: %s has no container %s", s.c.name, o, want)
		f.Suggestions = suggest.Nearest(want, names, 3)
		if len(f.Suggestions) == 0 && len(names) > 0 {
			f.Help = "it has " + strings.Join(names, ", ")
		}
	}
	s.c.add(f)
	return nil
}

func list(objects []*inventory.Object) string {
	var texts []string
	for _, o := range objects {
		texts = append(texts, o.String())
	}
	slices.Sort(texts)
	return strings.Join(texts, ", ")
}

// objectLabels lets a selector look at an object's labels.
type objectLabels struct{ *inventory.Object }

func (o objectLabels) Has(key string) bool {
	return o.Object.Get("metadata", "labels", key) != nil
}

func (o objectLabels) Get(key string) string { return o.Label(key) }

func (o objectLabels) Lookup(key string) (string, bool) {
	n := o.Object.Get("metadata", "labels", key)
	return yamlnode.String(n), n != nil
}
