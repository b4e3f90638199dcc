package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// structure is a line of the table: a way to get the structure of a file wrong.
type structure struct {
	name  string
	edits func(t *tree) []change
}

// change is one edit that makes other documents.
type change struct {
	line int
	what string
	docs func() ([]manifest.Document, error)
}

var structures = []structure{
	{"separator dropped", separators},
	{"indented one level more", indented(2)},
	{"indented one level less", indented(-2)},
	{"requests and limits exchanged", exchanged},
	{"port of a container dropped", dropped(neededPort)},
	{"port of a Service dropped", dropped(neededServicePort)},
	{"volume dropped", dropped(neededVolume)},
	{"variable dropped", dropped(neededVariable)},
	{"label dropped", labelsDropped},
	{"key dropped", keysDropped},
	{"required field dropped", requiredDropped},
}

// with returns the tree's documents with another text in the place of some.
func (t *tree) with(from, to int, text []byte) func() ([]manifest.Document, error) {
	return func() ([]manifest.Document, error) {
		docs, err := manifest.Read("edited.yaml", text)
		if err != nil {
			return nil, err
		}
		return slices.Concat(t.docs[:from], docs, t.docs[to:]), nil
	}
}

func separators(t *tree) []change {
	var all []change
	for i := range max(0, len(t.docs)-1) {
		a, b := &t.docs[i], &t.docs[i+1]
		text := append(append(bytes.TrimRight(slices.Clone(a.Text), "\n"), '\n'), b.Text...)
		all = append(all, change{b.Line, "", t.with(i, i+2, text)})
	}
	return all
}

// indented shifts a field with what is below it. Where that changes nothing, or
// where nobody knows the kind's fields, it is left out.
func indented(by int) func(*tree) []change {
	return func(t *tree) []change {
		var all []change
		for _, p := range t.places {
			if p.key == nil || p.parent.Kind != yaml.MappingNode || len(p.path) < 2 || !servedKind(t, p) || p.kind == "CustomResourceDefinition" || p.parent.Style&yaml.FlowStyle != 0 {
				continue
			}
			if inFree(p) {
				continue
			}
			if text, ok := shift(&t.docs[p.doc], p.key, by); ok {
				all = append(all, change{p.key.Line, strings.Join(p.path, "."), t.with(p.doc, p.doc+1, text)})
			}
		}
		return all
	}
}

// shift moves the block that begins with a key.
func shift(d *manifest.Document, key *yaml.Node, by int) ([]byte, bool) {
	lines := strings.Split(string(d.Text), "\n")
	first := key.Line - 1
	if first < 0 || first >= len(lines) || key.Column+by < 1 {
		return nil, false
	}
	margin := key.Column - 1
	if strings.TrimLeft(lines[first][:min(margin, len(lines[first]))], " ") != "" {
		return nil, false // the first in an element of a list
	}
	last := first + 1
	for ; last < len(lines); last++ {
		line := lines[last]
		own := len(line) - len(strings.TrimLeft(line, " "))
		if strings.TrimSpace(line) != "" && own <= margin && !(own == margin && strings.HasPrefix(line[own:], "- ")) {
			break
		}
	}
	out := slices.Clone(lines)
	for i := first; i < last; i++ {
		switch {
		case strings.TrimSpace(out[i]) == "":
		case by > 0:
			out[i] = strings.Repeat(" ", by) + out[i]
		case strings.HasPrefix(out[i], strings.Repeat(" ", -by)):
			out[i] = out[i][-by:]
		default:
			return nil, false
		}
	}
	var before, after any
	if yaml.Unmarshal(d.Text, &before) != nil {
		return nil, false
	}
	text := []byte(strings.Join(out, "\n"))
	if yaml.Unmarshal(text, &after) == nil && fmt.Sprint(before) == fmt.Sprint(after) {
		return nil, false
	}
	return text, true
}

// edited makes a change that edits nodes, and takes the edit back when the
// documents have been read.
func (t *tree) edited(line int, what string, doc int, edit func() (undo func())) change {
	return change{line, what, func() ([]manifest.Document, error) {
		undo := edit()
		text, err := manifest.Encode(t.docs[doc].Node)
		undo()
		if err != nil {
			return nil, err
		}
		return t.with(doc, doc+1, text)()
	}}
}

func exchanged(t *tree) []change {
	var all []change
	for _, p := range t.places {
		if !matches("**.containers.resources", p.path) || p.value.Kind != yaml.MappingNode || !inKubernetes(t, p) {
			continue
		}
		var requests, limits *yaml.Node
		for k := range yamlnode.Fields(p.value) {
			switch k.Value {
			case "requests":
				requests = k
			case "limits":
				limits = k
			}
		}
		differ := false
		for k, v := range yamlnode.Fields(yamlnode.Get(p.value, "requests")) {
			if l := yamlnode.Get(yamlnode.Get(p.value, "limits"), k.Value); l != nil && l.Value != v.Value {
				differ = true
			}
		}
		if !differ {
			continue
		}
		all = append(all, t.edited(requests.Line, "", p.doc, func() func() {
			requests.Value, limits.Value = "limits", "requests"
			return func() { requests.Value, limits.Value = "requests", "limits" }
		}))
	}
	return all
}

// dropped leaves out an element of a list that something needs.
func dropped(needed func(t *tree, p *place) bool) func(*tree) []change {
	return func(t *tree) []change {
		var all []change
		for _, p := range t.places {
			if p.parent == nil || p.parent.Kind != yaml.SequenceNode || !needed(t, p) {
				continue
			}
			i := slices.Index(p.parent.Content, p.value)
			if i < 0 {
				continue
			}
			all = append(all, t.edited(p.value.Line, strings.Join(p.path, ".")+" "+yamlnode.GetString(p.value, "name"), p.doc, func() func() {
				was := p.parent.Content
				p.parent.Content = slices.Concat(was[:i], was[i+1:])
				return func() { p.parent.Content = was }
			}))
		}
		return all
	}
}

// neededPort is one that a Service sends to by name which selects the pods of one
// object.
func neededPort(t *tree, p *place) bool {
	name := yamlnode.GetString(p.value, "name")
	if !matches("**.containers.ports", p.path) || name == "" {
		return false
	}
	labels := yamlnode.Path(p.root, "spec", "template", "metadata", "labels")
	for _, s := range t.places {
		if s.kind == "Service" && matches("spec.ports.targetPort", s.path) && s.value.Value == name &&
			labels != nil && within(yamlnode.Path(s.root, "spec", "selector"), labels) && yamlnode.Path(s.root, "spec", "selector") != nil &&
			inventory.SameNamespace(yamlnode.GetString(s.root, "metadata", "namespace"), yamlnode.GetString(p.root, "metadata", "namespace")) {
			n := needed{of: "Pod", namespace: yamlnode.GetString(s.root, "metadata", "namespace"), labels: yamlnode.Path(s.root, "spec", "selector")}
			return len(t.selected(n)) == 1
		}
	}
	return false
}

// neededServicePort is one that a reference of the tree names.
func neededServicePort(t *tree, p *place) bool {
	if p.kind != "Service" || !matches("spec.ports", p.path) {
		return false
	}
	for _, s := range definitions(t)["port"] {
		if s.node == yamlnode.Get(p.value, "name") || s.node == yamlnode.Get(p.value, "port") {
			return true
		}
	}
	return false
}

func neededVolume(t *tree, p *place) bool {
	if !matches("**.template.spec.volumes", p.path) {
		return false
	}
	name := yamlnode.Get(p.value, "name")
	return name != nil && inKinds(workloads, p.kind) && mounted(t, &place{root: p.root, value: name, outer: append(slices.Clip(p.outer), p.value)})
}

// neededVariable is one that another text of the container has in $(NAME).
func neededVariable(t *tree, p *place) bool {
	name := yamlnode.GetString(p.value, "name")
	if !matches("**.containers.env", p.path) || name == "" {
		return false
	}
	container := p.outer[len(p.outer)-2]
	found := false
	for _, list := range [...]string{"args", "command", "env"} {
		eachScalar(yamlnode.Get(container, list), func(n *yaml.Node) { found = found || strings.Contains(n.Value, "$("+name+")") })
	}
	return found
}

// labelsDropped leaves out a label without which a selector selects nothing.
func labelsDropped(t *tree) []change {
	sites := map[*yaml.Node]bool{}
	for _, s := range labelSites(true)(t) {
		sites[s.node] = true
	}
	return t.fieldsDropped(func(p *place) bool { return sites[p.key] })
}

// keysDropped leaves out a key that a reference names.
func keysDropped(t *tree) []change {
	sites := map[*yaml.Node]bool{}
	for _, s := range definitions(t)["key"] {
		sites[s.node] = true
	}
	// An object without keys is filled at run time.
	alone := func(p *place) bool {
		return len(p.parent.Content) == 2 && (yamlnode.Get(p.root, "data") == nil || yamlnode.Get(p.root, "stringData") == nil)
	}
	return t.fieldsDropped(func(p *place) bool { return sites[p.key] && !alone(p) })
}

// required are fields that the API server wants.
var required = []struct{ in, at string }{
	{"Deployment,StatefulSet,DaemonSet", "spec.selector"},
	{"Deployment,StatefulSet,DaemonSet", "spec.template"},
	{"Deployment,StatefulSet,DaemonSet,CronJob,Job", "**.containers"},
	{"Deployment,StatefulSet,DaemonSet,CronJob,Job", "**.containers.name"},
	{"Deployment,StatefulSet,DaemonSet,CronJob,Job", "**.volumes.name"},
	{"Deployment,StatefulSet,DaemonSet,CronJob,Job", "**.volumeMounts.mountPath"},
	{"Deployment,StatefulSet,DaemonSet,CronJob,Job", "**.env.name"},
	{"Deployment,StatefulSet,DaemonSet", "**.ports.containerPort"},
	{"Service", "spec.ports.port"},
	{"CronJob", "spec.schedule"},
	{"RoleBinding,ClusterRoleBinding", "roleRef.name"},
	{"RoleBinding,ClusterRoleBinding", "roleRef.kind"},
	{"RoleBinding,ClusterRoleBinding", "subjects.name"},
	{"Role,ClusterRole", "rules.verbs"},
	{"Ingress", "**.pathType"},
	{"HorizontalPodAutoscaler", "spec.maxReplicas"},
	{"HorizontalPodAutoscaler", "spec.scaleTargetRef"},
	{"PersistentVolumeClaim", "spec.accessModes"},
	{"PersistentVolumeClaim", "spec.resources"},
	{"", "metadata.name"},
	{"", "metadata"},
	{"", "apiVersion"},
	{"", "kind"},
}

func requiredDropped(t *tree) []change {
	return t.fieldsDropped(func(p *place) bool {
		for _, r := range required {
			if inKinds(r.in, p.kind) && matches(r.at, p.path) && inKubernetes(t, p) {
				return true
			}
		}
		return false
	})
}

// fieldsDropped leaves out some fields of mappings.
func (t *tree) fieldsDropped(some func(p *place) bool) []change {
	var all []change
	for _, p := range t.places {
		if p.key == nil || p.parent.Kind != yaml.MappingNode || !some(p) {
			continue
		}
		i := slices.Index(p.parent.Content, p.key)
		if i < 0 {
			continue
		}
		all = append(all, t.edited(p.key.Line, strings.Join(p.path, "."), p.doc, func() func() {
			was := p.parent.Content
			p.parent.Content = slices.Concat(was[:i], was[i+2:])
			return func() { p.parent.Content = was }
		}))
	}
	return all
}
