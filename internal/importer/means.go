package importer

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// image is a reference of an image, in the parts that kustomize sets.
type image struct{ name, tag, digest string }

func parseImage(ref string) (im image) {
	im.name = ref
	if i := strings.Index(im.name, "@"); i >= 0 {
		im.name, im.digest = im.name[:i], im.name[i+1:]
	}
	if i := strings.LastIndexByte(im.name, ':'); i > strings.LastIndexByte(im.name, '/') {
		im.name, im.tag = im.name[:i], im.name[i+1:]
	}
	return im
}

// eachImage calls f for the images of an object's containers.
func eachImage(n *yaml.Node, f func(image *yaml.Node)) {
	for k, v := range yamlnode.Fields(n) {
		if k.Value == "containers" || k.Value == "initContainers" {
			for _, c := range yamlnode.Elements(v) {
				if im := yamlnode.Get(c, "image"); im != nil && im.Kind == yaml.ScalarNode && im.Value != "" {
					f(im)
				}
			}
		}
	}
	for _, c := range n.Content {
		if c.Kind == yaml.MappingNode || c.Kind == yaml.SequenceNode {
			eachImage(c, f)
		}
	}
}

// imagesByContainer are the images of an object, by the names of containers.
func imagesByContainer(o *object) map[string]string {
	all := map[string]string{}
	for path, spec := range podSpecs(o.node) {
		for _, list := range []string{"containers", "initContainers"} {
			for _, c := range yamlnode.Elements(yamlnode.Get(spec, list)) {
				if im := yamlnode.GetString(c, "image"); im != "" {
					all[path+"/"+list+"/"+yamlnode.GetString(c, "name")] = im
				}
			}
		}
	}
	return all
}

// planImages finds the images that entries of images: can tell apart: in the base
// they have a name only. An entry is for all images of that name, so each
// environment has to want one thing of it.
func (a *attempt) planImages() {
	a.images = make([]map[string]string, len(a.p.envs))
	a.imageEntries = make([][]*yaml.Node, len(a.p.envs))
	for i := range a.images {
		a.images[i] = map[string]string{}
	}
	if a.p.withoutImages || len(a.p.envs) < 2 {
		return
	}
	type wish struct {
		refs    []string // by environment
		comment []*yaml.Node
	}
	wishes := map[string]*wish{}
	var order []string
	bad := map[string]bool{}
	for _, m := range a.p.matches {
		if !m.shared() || m.count() < len(m.objects) {
			continue
		}
		first := imagesByContainer(m.objects[0])
		var containers []string
		for c := range first {
			containers = append(containers, c)
		}
		slices.Sort(containers)
		for _, c := range containers {
			refs := make([]string, len(m.objects))
			differs, missing := false, false
			for i, o := range m.objects {
				refs[i] = imagesByContainer(o)[c]
				differs = differs || refs[i] != refs[0]
				missing = missing || refs[i] == ""
			}
			if !differs || missing {
				continue
			}
			name := neutralImage(refs)
			w := wishes[name]
			if w == nil {
				w = &wish{refs: refs, comment: make([]*yaml.Node, len(refs))}
				wishes[name] = w
				order = append(order, name)
			} else if !slices.Equal(w.refs, refs) {
				bad[name] = true
			}
			for i, o := range m.objects {
				eachImage(o.node, func(n *yaml.Node) {
					if n.Value == refs[i] && (n.LineComment != "" || n.HeadComment != "") {
						w.comment[i] = n
					}
				})
			}
		}
	}
	// What has the name of an entry without being meant would be changed too, and
	// one spelling in an environment can have one name in the base.
	for i, e := range a.p.envs {
		meant := map[string]string{}
		for _, name := range order {
			ref := wishes[name].refs[i]
			if other, ok := meant[ref]; ok && other != name {
				bad[name], bad[other] = true, true
			}
			meant[ref] = name
		}
		for _, o := range e.objects {
			eachImage(o.node, func(n *yaml.Node) {
				if name := parseImage(n.Value).name; wishes[name] != nil && meant[n.Value] != name {
					bad[name] = true
				}
			})
		}
	}
	for _, name := range order {
		if bad[name] {
			continue
		}
		w := wishes[name]
		for i, ref := range w.refs {
			a.images[i][ref] = name
			im := parseImage(ref)
			entry := mapping("name", name)
			if im.name != name {
				add(entry, "newName", text(im.name))
			}
			if im.tag != "" {
				add(entry, "newTag", text(im.tag))
			}
			if im.digest != "" {
				add(entry, "digest", text(im.digest))
			}
			if len(entry.Content) == 2 {
				continue
			}
			if c := w.comment[i]; c != nil {
				entry.Content[len(entry.Content)-1].LineComment = c.LineComment
				entry.HeadComment = c.HeadComment
			}
			a.imageEntries[i] = append(a.imageEntries[i], entry)
		}
	}
}

// neutralImage is the name in the base for images that environments spell like
// this.
func neutralImage(refs []string) string {
	first := parseImage(refs[0]).name
	last := func(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }
	name := first
	for _, ref := range refs[1:] {
		other := parseImage(ref).name
		if other != name && last(other) == last(first) {
			name = last(first)
		}
	}
	return name
}

// scalable are the kinds whose replicas kustomize sets.
var scalable = []string{"Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"}

// planReplicas finds the objects whose replicas environments set.
func (a *attempt) planReplicas() {
	a.replicas = map[*match]bool{}
	if a.p.withoutReplicas || len(a.p.envs) < 2 {
		return
	}
	names := map[string]int{}
	for _, m := range a.p.matches {
		if slices.Contains(scalable, m.first().kind) {
			names[m.unit.name+"\x00"+m.name]++
		}
	}
	for _, m := range a.p.matches {
		if !m.shared() || !slices.Contains(scalable, m.first().kind) || names[m.unit.name+"\x00"+m.name] > 1 {
			continue
		}
		differ := false
		for _, o := range m.objects {
			if o != nil {
				differ = differ || !same(yamlnode.Path(o.node, "spec", "replicas"), yamlnode.Path(m.first().node, "spec", "replicas"))
			}
		}
		a.replicas[m] = differ
	}
}

// labelMeans are labels that all objects of an environment have.
type labelMeans struct {
	key                  string
	values               []string // by environment, "" for none
	templates, selectors bool
}

// takeOff takes a label off, where labels: puts it.
func (l *labelMeans) takeOff(n *yaml.Node) {
	drop := func(path ...string) {
		yamlnode.Delete(yamlnode.Path(n, path...), l.key)
		if labels := yamlnode.Path(n, path...); labels != nil && len(labels.Content) == 0 {
			yamlnode.Delete(yamlnode.Path(n, path[:len(path)-1]...), path[len(path)-1])
		}
	}
	drop("metadata", "labels")
	if l.templates || l.selectors {
		for _, path := range templates {
			drop(append(slices.Clip(path), "metadata", "labels")...)
		}
	}
	if l.selectors {
		for _, path := range selectors {
			drop(path...)
		}
	}
}

var (
	templates = [][]string{{"spec", "template"}, {"spec", "jobTemplate"}, {"spec", "jobTemplate", "spec", "template"}}
	selectors = [][]string{{"spec", "selector"}, {"spec", "selector", "matchLabels"}}
)

// planLabels finds labels that tell environments apart, and that all objects of
// one have.
func (a *attempt) planLabels() {
	if a.p.withoutLabels || len(a.p.envs) < 2 {
		return
	}
	all := make([]map[string]string, len(a.p.envs)) // labels of all objects
	var keys []string
	for i, e := range a.p.envs {
		for j, o := range e.objects {
			labels := map[string]string{}
			for k, v := range yamlnode.Fields(yamlnode.Path(o.node, "metadata", "labels")) {
				if j == 0 || all[i][k.Value] == v.Value {
					labels[k.Value] = v.Value
				}
			}
			all[i] = labels
		}
		for k := range all[i] {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	for _, k := range slices.Compact(keys) {
		l := labelMeans{key: k, values: make([]string, len(all))}
		differ := false
		for i := range all {
			l.values[i] = all[i][k]
			differ = differ || all[i][k] != all[0][k]
		}
		if !differ || !a.decides(&l) {
			continue
		}
		a.labels = append(a.labels, l)
	}
}

// decides finds out where else a label is.
func (a *attempt) decides(l *labelMeans) bool {
	inTemplates, inSelectors := true, true
	some := false
	for i, e := range a.p.envs {
		for _, o := range e.objects {
			if l.values[i] == "" {
				if yamlnode.GetString(o.node, "metadata", "labels", l.key) != "" {
					return false // some objects have it there
				}
				continue
			}
			for _, path := range templates {
				if t := yamlnode.Path(o.node, path...); t != nil {
					some = true
					inTemplates = inTemplates && yamlnode.GetString(t, "metadata", "labels", l.key) == l.values[i]
				}
			}
			for _, path := range selectors {
				if s := yamlnode.Path(o.node, path...); s != nil && s.Kind == yaml.MappingNode && yamlnode.Get(s, "matchLabels") == nil {
					inSelectors = inSelectors && yamlnode.GetString(s, l.key) == l.values[i]
				}
			}
		}
	}
	l.templates, l.selectors = some && inTemplates, some && inTemplates && inSelectors
	return true
}

// labelEntry is an entry of labels:.
func (l *labelMeans) entry(env int) *yaml.Node {
	if l.values[env] == "" {
		return nil
	}
	e := yamlnode.NewMapping(text("pairs"), mapping(l.key, l.values[env]))
	switch {
	case l.selectors:
		add(e, "includeSelectors", boolean(true))
	case l.templates:
		add(e, "includeTemplates", boolean(true))
	}
	return e
}
