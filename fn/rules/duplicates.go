package rules

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// duplicateRules are about things that are there twice where there can be one.
func duplicateRules() []*Rule {
	rules := []*Rule{duplicateYAMLKey, duplicateObject, duplicateEnv, duplicateContainer}
	for i := range duplicateEntries {
		rules = append(rules, duplicateEntries[i].rule())
	}
	return rules
}

// twoResourcesRule says of two resources that they are written as one: other rules say
// nothing of what then has the kind of the one and the fields of the other.
const twoResourcesRule = "duplicate-yaml-key"

// twoInOne are the resources in which another one begins.
var twoInOne = NewFact(func(b *Build) map[*inventory.Object]bool {
	var two map[*inventory.Object]bool
	for _, o := range b.Inventory.Objects() {
		if second, _ := secondHeading(b.writtenNode(o)); second != nil {
			if two == nil {
				two = map[*inventory.Object]bool{}
			}
			two[o] = true
		}
	}
	return two
})

var duplicateYAMLKey = &Rule{
	Name:     twoResourcesRule,
	Severity: finding.Error,
	URL:      "https://yaml.org/spec/1.2.2/#3213-node-comparison",
	Doc: "A YAML mapping has the same key twice. " +
		"YAML forbids it; most parsers take the last one silently, some the first, and kustomize refuses the file, so what reaches the cluster depends on the tool. " +
		"It is a note where the last one has all that the first one has: kubectl applies what is meant. " +
		"It is what is left of a merge or of a block that was pasted twice.",
	Run: func(p *Pass) error {
		two := twoInOne.Of(p.Build)
		for _, o := range p.Inventory.Objects() {
			if yamlnode.Get(o.Node, "apiVersion") == nil && yamlnode.Get(o.Node, "metadata") == nil {
				continue // variables of a program, one of which is a kind
			}
			if two[o] {
				second, value := secondHeading(p.writtenNode(o))
				p.ReportKey(o, second, value, "a second resource begins here, and no --- is before it",
					Help("write --- on a line of its own above it; as it is, one of the two is lost, and nothing else of them is checked"))
				continue
			}
			p.duplicateKeys(o, o.Node)
		}
		return nil
	},
}

// heading are the keys that every resource has.
var heading = [...]string{"apiVersion", "kind", "metadata"}

// secondHeading returns the key at which a mapping begins to be a second resource: it
// has a kind again, and another key of the heading.
func secondHeading(n *yaml.Node) (key, value *yaml.Node) {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil, nil
	}
	var seen, again [3]bool // apiVersion, kind, metadata
	for i := 0; i+1 < len(n.Content); i += 2 {
		at := slices.Index(heading[:], n.Content[i].Value)
		if at < 0 {
			continue
		}
		if seen[at] {
			again[at] = true
			if key == nil {
				key, value = n.Content[i], n.Content[i+1]
			}
		}
		seen[at] = true
	}
	if again[1] && (again[0] || again[2]) {
		return key, value
	}
	return nil, nil
}

// fewKeys is up to how many keys comparing each with each is faster than a map.
const fewKeys = 12

// duplicateKeys looks at all mappings below n, each once.
func (p *Pass) duplicateKeys(o *inventory.Object, n *yaml.Node) {
	if n == nil {
		return
	}
	if n.Kind == yaml.MappingNode {
		found := twiceIn(n)
		for len(found) > 0 {
			block := 1
			for block < len(found) && follows(found[block-1], found[block]) {
				block++
			}
			p.reportDuplicateKey(o, n, found[:block])
			found = found[block:]
		}
	}
	for _, c := range n.Content {
		if n.Kind == yaml.SequenceNode && c.Kind == yaml.MappingNode {
			if found := twiceIn(c); len(found) > 1 && p.reportDashless(o, c, found) {
				p.duplicateKeysBelow(o, c)
				continue
			}
		}
		if c.Kind != yaml.ScalarNode {
			p.duplicateKeys(o, c)
		}
	}
}

// duplicateKeysBelow looks at the mappings in n, and not at n itself.
func (p *Pass) duplicateKeysBelow(o *inventory.Object, n *yaml.Node) {
	for _, c := range n.Content {
		if c.Kind != yaml.ScalarNode {
			p.duplicateKeys(o, c)
		}
	}
}

// twice says where in the content of a mapping a key is for the second time, and
// for the first.
type twice struct{ second, first int }

// follows reports whether two keys that are there twice are beside one another both
// times: a block that was pasted.
func follows(a, b twice) bool { return b.second == a.second+2 && b.first == a.first+2 }

// twiceIn returns the keys of a mapping that are in it again.
func twiceIn(n *yaml.Node) (found []twice) {
	if len(n.Content) <= 2*fewKeys {
		for i := 2; i+1 < len(n.Content); i += 2 {
			for j := 0; j < i; j += 2 {
				if sameKey(n.Content[i], n.Content[j]) {
					found = append(found, twice{i, j})
					break
				}
			}
		}
		return found
	}
	first := make(map[string]int, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		if k.Kind != yaml.ScalarNode {
			continue
		}
		if j, again := first[k.Value]; again && sameKey(k, n.Content[j]) {
			found = append(found, twice{i, j})
		} else if !again {
			first[k.Value] = i
		}
	}
	return found
}

// sameKey reports whether two keys are one to Kubernetes, where all keys are
// strings.
func sameKey(a, b *yaml.Node) bool {
	return a.Value == b.Value && a.Kind == yaml.ScalarNode && b.Kind == yaml.ScalarNode && a.Tag != "!!merge"
}

// What a key that is there twice is, besides the same twice: with different values, or two
// entries of a list that have become one.
const (
	differently = "differently"
	dashless    = "dashless"
)

// reportDuplicateKey reports a key that is there twice, or several that are beside one
// another.
func (p *Pass) reportDuplicateKey(o *inventory.Object, n *yaml.Node, block []twice) {
	t := block[0]
	key, value, firstKey, firstValue := n.Content[t.second], n.Content[t.second+1], n.Content[t.first], n.Content[t.first+1]
	message := fmt.Sprintf("this mapping has the key %q twice", key.Value)
	if len(block) > 1 {
		message = fmt.Sprintf("this mapping has the keys %s twice", keysOf(n, block))
	}
	opts := []Option{Help("keep one of the two")}
	if slices.ContainsFunc(block, func(t twice) bool { return !sameYAML(n.Content[t.second+1], n.Content[t.first+1], 0) }) {
		message += ", with different values"
		opts = append(opts, Says(finding.About{What: differently}))
	}
	if !slices.ContainsFunc(block, func(t twice) bool { return !contains(n.Content[t.second+1], n.Content[t.first+1], 0) }) {
		opts = append(opts, AtMost(finding.Note)) // kubectl takes the last, and nothing is lost
	}
	if line := yamlnode.KeyLine(firstKey, firstValue); line > 0 && o.Line > 0 {
		message += fmt.Sprintf("; the first is on line %d", o.Line-1+line)
	}
	p.ReportKey(o, key, value, message, opts...)
}

// reportDashless reports, once, an entry of a list that has several keys twice: the
// dash of the second entry is missing, or stands too far in.
func (p *Pass) reportDashless(o *inventory.Object, n *yaml.Node, found []twice) bool {
	key := n.Content[found[0].second]
	if !slices.ContainsFunc(found, func(t twice) bool { return n.Content[t.second].Value != key.Value }) {
		return false
	}
	if found[0].first != 0 && !endsInEntry(n.Content[found[0].second-1], n.Content[0].Value) {
		return false // something else was pasted
	}
	p.ReportKey(o, key, n.Content[found[0].second+1], "a second entry begins here, and no dash is before it", Says(finding.About{What: dashless}),
		Help("begin it with a dash, in the column of the dash before the first; as it is, the keys %s are there twice, and one of each is lost", keysOf(n, found)))
	return true
}

// endsInEntry reports whether the last element of a list is a mapping that begins with
// a key, as entries of another list do.
func endsInEntry(list *yaml.Node, key string) bool {
	list = yamlnode.Resolve(list)
	if list.Kind != yaml.SequenceNode || len(list.Content) == 0 {
		return false
	}
	last := yamlnode.Resolve(list.Content[len(list.Content)-1])
	return last.Kind == yaml.MappingNode && len(last.Content) > 0 && last.Content[0].Value == key
}

// keysOf lists the keys that a mapping has twice.
func keysOf(n *yaml.Node, found []twice) string {
	var keys []string
	for _, t := range found {
		if key := strconv.Quote(n.Content[t.second].Value); !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	if len(keys) > 3 {
		keys = append(keys[:3], "others")
	}
	return strings.Join(keys[:len(keys)-1], ", ") + " and " + keys[len(keys)-1]
}

// dropDoubted removes what follows from a key that is there twice: nobody knows which
// of its values the field has, nor what a selector with it selects. Of an entry that is
// two nothing is known.
func (r *results) dropDoubted() {
	type place struct {
		finding.Resource
		file, field string
	}
	var doubted map[place]bool
	r.each(func(f *finding.Finding) {
		if f.Rule != duplicateYAMLKey.Name || f.Severity < finding.Error {
			return
		}
		several := f.Said().What == dashless
		if !several && f.Said().What != differently {
			return
		}
		if doubted == nil {
			doubted = map[place]bool{}
		}
		doubted[place{f.Resource, f.File, f.Field}] = true
		if i := strings.LastIndexByte(f.Field, '.'); i > 0 {
			if parent := f.Field[:i]; several || strings.HasSuffix(strings.ToLower(parent), "selector") || strings.HasSuffix(parent, ".matchLabels") {
				doubted[place{f.Resource, f.File, parent}] = true
			}
		}
	})
	if doubted == nil {
		return
	}
	r.drop(func(f *finding.Finding) bool {
		if f.Rule == duplicateYAMLKey.Name {
			return false
		}
		for field := f.Field; field != ""; field = field[:max(strings.LastIndexAny(field, ".["), 0)] {
			if doubted[place{f.Resource, f.File, field}] {
				return true
			}
		}
		return false
	})
}

// sameYAML reports whether two nodes say the same. It gives up on what is
// nested deeper than any Kubernetes field.
func sameYAML(a, b *yaml.Node, depth int) bool {
	a, b = yamlnode.Resolve(a), yamlnode.Resolve(b)
	if a == nil || b == nil || depth > 100 {
		return a == b
	}
	if a.Kind != b.Kind || a.Value != b.Value || len(a.Content) != len(b.Content) || a.Kind == yaml.ScalarNode && a.ShortTag() != b.ShortTag() {
		return false
	}
	for i := range a.Content {
		if !sameYAML(a.Content[i], b.Content[i], depth+1) {
			return false
		}
	}
	return true
}

// contains reports whether one node has all that another one has.
func contains(all, part *yaml.Node, depth int) bool {
	all, part = yamlnode.Resolve(all), yamlnode.Resolve(part)
	switch {
	case depth > 100:
		return false
	case yamlnode.IsNull(part), part.Kind != yaml.ScalarNode && len(part.Content) == 0:
		return true
	case all == nil || all.Kind != part.Kind:
		return false
	case part.Kind == yaml.MappingNode:
		for k, v := range yamlnode.Fields(part) {
			if !contains(yamlnode.Get(all, k.Value), v, depth+1) {
				return false
			}
		}
		return true
	case part.Kind == yaml.SequenceNode && len(all.Content)*len(part.Content) < 10_000:
		return !slices.ContainsFunc(part.Content, func(p *yaml.Node) bool {
			return !slices.ContainsFunc(all.Content, func(a *yaml.Node) bool { return sameYAML(a, p, depth+1) })
		})
	}
	return sameYAML(all, part, depth)
}

var duplicateObject = &Rule{
	Name:     "duplicate-object",
	Severity: finding.Error,
	URL:      "https://kubernetes.io/docs/concepts/overview/working-with-objects/names/",
	Doc: "Two documents define the same object: the same kind, namespace and name. " +
		"kubectl applies both, and the one that comes last wins; kustomize refuses to build, so this shows in plain files only. " +
		"It is a warning where both say the same or are in two versions of the API, which is a note for custom resources, or where a file has little else than variants of one object, as collections of examples do, and a note in two files, which may be alternatives. " +
		"It is a warning in two files that are the same in the folders of two applications, of which the name is that of one.",
	Run: func(p *Pass) error {
		type id struct {
			inventory.GroupKind
			namespace, name, file string
		}
		first := map[id]*inventory.Object{}
		for _, o := range p.Inventory.Objects() {
			if o.Local || o.Name == "" || o.Kind == "" || len(p.Inventory.Find(o.GroupKind, o.Name)) == 1 {
				continue
			}
			inFile, anywhere := id{o.GroupKind, o.Namespace, o.Name, o.File}, id{o.GroupKind, o.Namespace, o.Name, "*"}
			switch {
			case first[inFile] != nil:
				p.reportDuplicateObject(o, first[inFile])
			case first[anywhere] != nil:
				p.reportDuplicateObject(o, first[anywhere])
				first[inFile] = o
			default:
				first[inFile], first[anywhere] = o, o
			}
		}
		return nil
	},
}

// placed reports whether a resource says which clusters or namespaces it is for, in
// the way of Config Sync, so that others of its name are for others:
// https://cloud.google.com/kubernetes-engine/enterprise/config-sync/docs/how-to/namespace-scoped-objects
func placed(o *inventory.Object) bool {
	for k := range yamlnode.Fields(o.Get("metadata", "annotations")) {
		switch k.Value {
		case "configmanagement.gke.io/namespace-selector", "configmanagement.gke.io/cluster-selector", "configsync.gke.io/cluster-name-selector":
			return true
		}
	}
	return false
}

// isCollection reports whether a file has variants of one object and little else of
// its kind and nothing of another, as manuals have them one below the other: whoever
// forgot to rename a copy has other objects there.
func (p *Pass) isCollection(o *inventory.Object) bool {
	if o.File == "" || o.File == "stdin" {
		return false
	}
	few := 3
	if strings.Contains(o.Group, ".") && !apischema.Kubernetes().HasGroup(o.Group) {
		few = 2 // the samples of an operator
	}
	in := namesByFile.Of(p.Build)[o.File]
	variants := in.variants[[2]string{o.Namespace, o.Name}]
	return in.alike && variants >= few && 2*variants >= in.objects
}

// fileNames are the objects in a file: how many, whether all are of one kind, and
// how many of them have each namespace and name.
type fileNames struct {
	kind     inventory.GroupKind
	alike    bool
	objects  int
	variants map[[2]string]int
}

var namesByFile = NewFact(func(b *Build) map[string]*fileNames {
	files := map[string]*fileNames{}
	for _, o := range b.Inventory.Objects() {
		if o.Local {
			continue
		}
		in := files[o.File]
		if in == nil {
			in = &fileNames{kind: o.GroupKind, alike: true, variants: map[[2]string]int{}}
			files[o.File] = in
		}
		in.alike = in.alike && in.kind == o.GroupKind
		in.objects++
		in.variants[[2]string{o.Namespace, o.Name}]++
	}
	return files
})

// areRevisions reports whether two Services of Knative name different revisions: the
// second is rolled out after the first, which traffic may go to as well.
// https://knative.dev/docs/serving/traffic-management/
func areRevisions(o, other *inventory.Object) bool {
	if o.File != other.File || o.GroupKind != gk("serving.knative.dev/Service") {
		return false
	}
	a, b := yamlnode.GetString(o.Node, "spec", "template", "metadata", "name"), yamlnode.GetString(other.Node, "spec", "template", "metadata", "name")
	return a != "" && b != "" && a != b
}

func (p *Pass) reportDuplicateObject(o, other *inventory.Object) {
	if areRevisions(o, other) {
		return
	}
	if placed(o) && placed(other) && !sameYAML(o.Get("metadata", "annotations"), other.Get("metadata", "annotations"), 0) {
		return
	}
	message := o.String() + " is defined twice"
	var opts []Option
	switch {
	case isGlobal(o) && isGlobal(other): // https://docs.cilium.io/en/stable/network/clustermesh/services/
		opts = append(opts, AtMost(finding.Note), Help("each cluster of a mesh has a global Service of that name: check what is for each by itself"))
	case o.File == other.File && p.isCollection(o):
		opts = append(opts, AtMost(finding.Warning), Help("apply them one by one if they are alternatives"))
	case sameYAML(o.Node, other.Node, 0):
		message += ", both times the same"
		opts = append(opts, AtMost(finding.Warning))
	case o.Version != other.Version:
		message += ", in two versions of its API"
		most := finding.Warning
		if !inventory.ByKubernetes(o.Group) { // of each version that an operator serves, as samples are
			most = finding.Note
		}
		opts = append(opts, AtMost(most))
	case o.File != other.File:
		opts = append(opts, Help("check the files one by one if they are alternatives"))
	default:
		opts = append(opts, Help("keep one of the two, or give one of them another name or namespace"))
	}
	copied := false
	if o.File != other.File && sameYAML(o.Node, other.Node, 0) {
		var own string
		if o, other, own = copyOf(o, other); own != "" {
			copied = true
			message += ", and called after " + own + ", which this file is not of"
			opts = append(opts, Help("it was copied, it seems: give it the name, the labels and the image of what it is for"))
		}
	}
	if o.File != other.File && !copied {
		opts = append(opts, AtMost(finding.Note))
	}
	opts = append(opts, Says(finding.About{Of: message}))
	if other.File != "" && other.Line > 0 {
		which := "the first"
		if copied {
			which = "the other"
		}
		message += fmt.Sprintf("; %s is at %s:%d", which, other.File, other.Line)
	}
	name := yamlnode.Path(o.Node, "metadata", "name")
	p.Report(o, name, message, opts...)
}

// isGlobal reports whether a Service is one of several clusters' that Cilium makes one of.
func isGlobal(o *inventory.Object) bool {
	return o.Annotation("service.cilium.io/global") == "true" || o.Annotation("io.cilium/global-service") == "true"
}

// copyOf orders two objects that are the same so that the first is in the folder of
// another application than its name says, and returns the folder that it is called after,
// "" if none is: billing/k8s/deployment.yaml and catalog/k8s/deployment.yaml both have
// shop-catalog.
func copyOf(o, other *inventory.Object) (copied, original *inventory.Object, own string) {
	a, b := strings.Split(filepath.ToSlash(o.File), "/"), strings.Split(filepath.ToSlash(other.File), "/")
	differ := -1
	for i := range min(len(a), len(b)) - 1 { // not the names of the files, which may be alternatives
		if a[i] != b[i] {
			if differ >= 0 {
				return o, other, ""
			}
			differ = i
		}
	}
	if differ < 0 || len(a) != len(b) || a[len(a)-1] != b[len(b)-1] || calledAfterFolder(strings.TrimSuffix(a[len(a)-1], path.Ext(a[len(a)-1])), o.Name) {
		return o, other, "" // or the file itself is called after it: branding.configmap.yaml
	}
	ofA, ofB := calledAfterFolder(o.Name, a[differ]), calledAfterFolder(o.Name, b[differ])
	switch {
	case calledAfterFolder(a[differ], b[differ]) || calledAfterFolder(b[differ], a[differ]): // staging and staging-v2
	case strings.Contains(yamlnode.GetString(o.Node, "spec", "acme", "server"), "staging"): // it is Let's Encrypt's
	case ofB && !ofA:
		return o, other, b[differ]
	case ofA && !ofB:
		return other, o, a[differ]
	}
	return o, other, ""
}

// calledAfterFolder reports whether a name has all words of that of a folder, but for
// those that say nothing.
func calledAfterFolder(name, folder string) bool {
	words := strings.FieldsFunc(strings.ToLower(folder), isWordEnd)
	of := strings.FieldsFunc(strings.ToLower(name), isWordEnd)
	found := 0
	for _, word := range words {
		switch {
		case word == "service" || word == "svc" || word == "app" || word == "server":
		case slices.Contains(of, word):
			found++
		default:
			return false
		}
	}
	return found > 0
}

func isWordEnd(r rune) bool { return r == '-' || r == '_' || r == '.' }

var duplicateEnv = &Rule{
	Name:     "duplicate-env",
	Severity: finding.Error,
	URL:      "https://kubernetes.io/docs/tasks/inject-data-application/define-environment-variable-container/",
	Doc: "A container defines the same environment variable twice. " +
		"The last one wins silently, and kubectl apply and patches, which merge the list by name, may keep either. " +
		"It is a note where both have the same value. A second one that extends the first, as in $(PATH):/opt/bin, is left alone.",
	Run: func(p *Pass) error {
		p.eachContainer(func(o *inventory.Object, c *inventory.Container) {
			p.duplicates(c.Node, "env", "name", func(name string, second, first *yaml.Node) {
				if strings.Contains(yamlnode.GetString(second, "value"), "$("+name+")") {
					return
				}
				message := fmt.Sprintf("container %q has the variable %s twice, with different values; the last one wins", c.Name, name)
				opts := []Option{Help("keep one of the two")}
				if sameEnv(first, second) {
					message = fmt.Sprintf("container %q has the variable %s twice", c.Name, name)
					opts = append(opts, AtMost(finding.Note))
				}
				p.Report(o, yamlnode.Get(second, "name"), message, opts...)
			})
		})
		return nil
	},
}

// sameEnv reports whether two entries of env give the variable the same value.
func sameEnv(a, b *yaml.Node) bool {
	fromA, fromB := yamlnode.Get(a, "valueFrom"), yamlnode.Get(b, "valueFrom")
	return yamlnode.GetString(a, "value") == yamlnode.GetString(b, "value") &&
		(yamlnode.IsNull(fromA) && yamlnode.IsNull(fromB) || sameYAML(fromA, fromB, 0))
}

// duplicates calls report for each element of the list at field of n whose
// scalar at key an earlier element has too.
func (p *Pass) duplicates(n *yaml.Node, field, key string, report func(name string, second, first *yaml.Node)) {
	elements := yamlnode.Elements(yamlnode.Get(n, field))
	if len(elements) < 2 {
		return
	}
	first := make(map[string]*yaml.Node, len(elements))
	for _, e := range elements {
		name := yamlnode.GetString(e, key)
		if name == "" {
			continue
		}
		if other := first[name]; other != nil {
			report(name, e, other)
			continue
		}
		first[name] = e
	}
}

// duplicateEntry is a list in which the API server allows each name once.
type duplicateEntry struct {
	name, doc, url string
	// visit calls f with the lists: what holds them, at which field, by which
	// key, and what to call an entry.
	visit func(p *Pass, f func(o *inventory.Object, holder *yaml.Node, field, key, what string))
}

var duplicateEntries = []duplicateEntry{
	{
		name: "duplicate-volume",
		doc: "A pod has two volumes with the same name. " +
			"The API server rejects the pod: a volumeMount could mean either.",
		url: "https://kubernetes.io/docs/concepts/storage/volumes/",
		visit: func(p *Pass, f func(*inventory.Object, *yaml.Node, string, string, string)) {
			p.eachPod(func(pod *inventory.Pod) { f(pod.Owner, pod.Spec, "volumes", "name", "volume") })
		},
	},
	{
		name: "duplicate-mount-path",
		doc: "A container mounts two volumes at the same path. " +
			"The API server rejects the pod: mount paths must be unique within a container, whatever their subPath.",
		url: "https://kubernetes.io/docs/concepts/storage/volumes/",
		visit: func(p *Pass, f func(*inventory.Object, *yaml.Node, string, string, string)) {
			p.eachContainer(func(o *inventory.Object, c *inventory.Container) {
				f(o, c.Node, "volumeMounts", "mountPath", "mount path")
				f(o, c.Node, "volumeDevices", "devicePath", "device path")
			})
		},
	},
	{
		name: "duplicate-port-name",
		doc: "A container or a Service has two ports with the same name. " +
			"The API server rejects it: a reference by name could mean either. Two containers of one pod may share a port name.",
		url: "https://kubernetes.io/docs/concepts/services-networking/service/#multi-port-services",
		visit: func(p *Pass, f func(*inventory.Object, *yaml.Node, string, string, string)) {
			p.eachContainer(func(o *inventory.Object, c *inventory.Container) { f(o, c.Node, "ports", "name", "port name") })
			for _, svc := range p.Inventory.OfKind(inventory.GroupKind{Kind: "Service"}) {
				if svc.Node != nil {
					f(svc, svc.Get("spec"), "ports", "name", "port name")
				}
			}
		},
	},
}

func (e *duplicateEntry) rule() *Rule {
	return &Rule{
		Name: e.name, Doc: e.doc, URL: e.url, Severity: finding.Error,
		Run: func(p *Pass) error {
			e.visit(p, func(o *inventory.Object, holder *yaml.Node, field, key, what string) {
				p.duplicates(holder, field, key, func(name string, second, _ *yaml.Node) {
					p.Report(o, yamlnode.Get(second, key), fmt.Sprintf("%s %q is defined twice", what, name),
						Help("keep one of the two, or rename one and what refers to it"))
				})
			})
			return nil
		},
	}
}

// eachPod calls f for every pod of the build.
func (b *Build) eachPod(f func(*inventory.Pod)) {
	for _, pod := range workloads.Of(b) {
		f(pod)
	}
}

var duplicateContainer = &Rule{
	Name:     "duplicate-container",
	Severity: finding.Error,
	URL:      "https://kubernetes.io/docs/concepts/workloads/pods/",
	Doc: "A pod has two containers with the same name. " +
		"The API server rejects the pod: names must be unique among its containers, init containers and ephemeral containers together.",
	Run: func(p *Pass) error {
		p.eachPod(func(pod *inventory.Pod) {
			if len(pod.Containers) < 2 || pod.Partial {
				return
			}
			first := make(map[string]*inventory.Container, len(pod.Containers))
			for _, c := range pod.Containers {
				if c.Name == "" {
					continue
				}
				other := first[c.Name]
				if other == nil {
					first[c.Name] = c
					continue
				}
				message := fmt.Sprintf("container %q is defined twice", c.Name)
				if c.Type != other.Type {
					message = fmt.Sprintf("container %q is in %s and in %s", c.Name, other.Type, c.Type)
				}
				p.Report(pod.Owner, yamlnode.Get(c.Node, "name"), message, Help("rename one of the two"))
			}
		})
		return nil
	},
}
