package reference

import (
	"cmp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Set holds all references of an inventory.
type Set struct {
	All []*Ref
	// Mistyped are kinds and groups of references that lead nowhere.
	Mistyped []Mistyped

	byKind map[inventory.GroupKind][]*Ref
	from   [][]*Ref // by the index of the resource
}

// To returns the references that may point to the kind.
func (s *Set) To(gk inventory.GroupKind) []*Ref { return s.byKind[gk] }

// From returns the references in a resource.
func (s *Set) From(o *inventory.Object) []*Ref {
	if o.Producer != nil || o.Index >= len(s.from) {
		return nil
	}
	return s.from[o.Index]
}

// Table is a set of rows by kind. The rows of a kind are compiled into a tree
// of path steps when the first resource of that kind is met, so that a
// resource is walked once however many rows there are for it, and nobody waits
// for kinds that a build does not have.
type Table struct {
	rows map[inventory.GroupKind][]*Row

	mu    sync.Mutex
	steps map[inventory.GroupKind]*step
}

// What stands in From for more than a kind.
var (
	podKind    = inventory.GroupKind{Kind: "Pod"}
	anyKind    = inventory.GroupKind{Kind: "*"}
	customKind = inventory.GroupKind{Kind: "Custom"}
)

type step struct {
	fields map[string]*step
	bits   uint64 // of the keys of fields, see keyBit
	each   *step  // elements of a list
	values *step  // values of a map
	deep   *step  // any number of levels down
	// suffixes are fields by the ending of their key; only below deep.
	suffixes []suffixStep
	rows     []*compiledRow
}

type suffixStep struct {
	suffix string
	next   *step
}

type compiledRow struct {
	*Row
	to   []inventory.GroupKind
	when []condition
	// repaired are the kinds in which kustomize repairs the field, inPods those
	// whose pods it repairs it in.
	repaired, inPods []string
}

type condition struct {
	path, value string
	not         bool
}

var defaultTable = sync.OnceValue(func() *Table { return compile(nil) })

// NewTable compiles the built-in rows and the given ones besides.
func NewTable(extra []Row) *Table {
	if len(extra) == 0 {
		return defaultTable()
	}
	return compile(extra)
}

func compile(extra []Row) *Table {
	t := &Table{rows: map[inventory.GroupKind][]*Row{}, steps: map[inventory.GroupKind]*step{}}
	for _, rows := range append(builtinRows(), extra) {
		for i := range rows {
			for from := range strings.SplitSeq(rows[i].From, ",") {
				gk := inventory.ParseGroupKind(strings.TrimSpace(from))
				t.rows[gk] = append(t.rows[gk], &rows[i])
			}
		}
	}
	return t
}

// root returns the tree for a kind, or nil.
func (t *Table) root(gk inventory.GroupKind) *step {
	rows := t.rows[gk]
	if rows == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	root := t.steps[gk]
	if root == nil {
		root = &step{}
		for _, r := range rows {
			root.add(r, gk)
		}
		t.steps[gk] = root
	}
	return root
}

func (s *step) add(r *Row, from inventory.GroupKind) {
	c := &compiledRow{Row: r, when: conditions(r.When), repaired: repaired()[r.Path], inPods: strings.Fields(repairedInPods[r.Path])}
	for to := range strings.SplitSeq(r.To, ",") {
		c.to = append(c.to, inventory.ParseGroupKind(strings.TrimSpace(to)))
	}
	rest, ok := strings.CutPrefix(r.Path, "container.")
	if from != podKind || !ok {
		s.insert(r.Path, c)
		return
	}
	for _, list := range [...]string{"containers[]", "initContainers[]", "ephemeralContainers[]", "container", "script", "sidecars[]"} {
		s.insert(list+"."+rest, c)
	}
}

func conditions(when string) []condition {
	var all []condition
	for when != "" {
		var one string
		one, when, _ = strings.Cut(when, ",")
		if path, value, ok := strings.Cut(one, "!="); ok {
			all = append(all, condition{path, value, true})
		} else if path, value, ok := strings.Cut(one, "="); ok {
			all = append(all, condition{path, value, false})
		}
	}
	return all
}

func (c *condition) holds(at place) bool {
	equal := false
	nodes := at.companion(c.path)
	for _, n := range nodes {
		equal = equal || yamlnode.String(n) == c.value
	}
	if len(nodes) == 0 {
		equal = c.value == ""
	}
	return equal != c.not
}

// insert adds a row below s.
func (s *step) insert(path string, row *compiledRow) {
	below := func(at **step) *step {
		if *at == nil {
			*at = &step{}
		}
		return *at
	}
	for _, to := range fieldpath.Of(path) {
		switch to.Kind {
		case fieldpath.Deep:
			s = below(&s.deep)
		case fieldpath.Each:
			s = below(&s.each)
		case fieldpath.Values:
			s = below(&s.values)
		case fieldpath.Suffix:
			s = s.suffix(to.Key)
		default:
			if s.fields == nil {
				s.fields = map[string]*step{}
			}
			next := s.fields[to.Key]
			if next == nil {
				next = &step{}
				s.fields[to.Key] = next
				s.bits |= keyBit(to.Key)
			}
			s = next
		}
	}
	s.rows = append(s.rows, row)
}

// field returns the step for a key, or nil. Most keys lead nowhere, and most of
// these have no bit.
func (s *step) field(key string) *step {
	if s.bits&keyBit(key) == 0 {
		return nil
	}
	return s.fields[key]
}

// keyBit is one of 64 bits, by the length and the ends of a key.
func keyBit(key string) uint64 {
	n := len(key)
	if n == 0 {
		return 1
	}
	return 1 << ((uint(n)*5 + uint(key[0]) + uint(key[n-1])*11) & 63)
}

// suffix returns the step for keys that end in suffix.
func (s *step) suffix(suffix string) *step {
	for _, x := range s.suffixes {
		if x.suffix == suffix {
			return x.next
		}
	}
	next := &step{}
	s.suffixes = append(s.suffixes, suffixStep{suffix, next})
	return next
}

// Extract finds the references in all resources of inv, on all processors.
// domain is the DNS domain of the cluster.
func (t *Table) Extract(inv *inventory.Inventory, domain string) *Set {
	objects := inv.Objects()
	set := &Set{byKind: map[inventory.GroupKind][]*Ref{}, from: make([][]*Ref, len(objects))}
	mistyped := make([][]Mistyped, len(objects))
	const chunk = 256 // resources at a time
	var next atomic.Int64
	work := func() {
		x := extractor{table: t, roots: map[inventory.GroupKind]*step{}, inv: inv, domain: domain}
		for end := int(next.Add(chunk)); end-chunk < len(objects); end = int(next.Add(chunk)) {
			for i := end - chunk; i < min(end, len(objects)); i++ {
				set.from[i] = x.extract(objects[i])
				mistyped[i], x.wrong = x.wrong, nil
			}
		}
	}
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(objects)/chunk) - 1 {
		wg.Go(work)
	}
	work()
	wg.Wait()
	set.Mistyped = slices.Concat(mistyped...)
	n := 0
	for _, refs := range set.from {
		n += len(refs)
	}
	set.All = make([]*Ref, 0, n)
	for i, refs := range set.from {
		first := len(set.All)
		for _, r := range refs {
			r.Index = len(set.All)
			set.All = append(set.All, r)
			for _, gk := range r.To {
				set.byKind[gk] = append(set.byKind[gk], r)
			}
		}
		set.from[i] = set.All[first:len(set.All):len(set.All)]
	}
	return set
}

// extract returns the references in one resource.
func (x *extractor) extract(o *inventory.Object) []*Ref {
	if o.Local {
		return nil
	}
	x.obj, x.pod, x.taken, x.unmet, x.declared, x.into = o, nil, nil, x.unmet[:0], nil, ""
	before := len(x.refs)
	if o.GroupKind != podKind {
		x.start(o.Node, x.root(o.GroupKind))
	}
	for _, p := range o.Pods() {
		x.pod = p
		first := len(x.refs)
		x.start(p.Spec, x.root(podKind))
		x.refs = append(x.refs[:first], seen(p, x.refs[first:])...)
	}
	x.pod = nil
	if o.Annotations() != nil || o.Get("metadata", "labels") != nil {
		x.start(o.Node, x.root(anyKind))
	}
	if !inventory.InKubernetes(o.Group) {
		x.taken = make(map[*yaml.Node]bool, len(x.refs)-before)
		for _, r := range x.refs[before:] {
			x.taken[r.Node] = true
		}
		for _, n := range x.unmet {
			x.taken[n] = true
		}
		into, known := deploysTo(o)
		if x.into = into; known {
			x.start(o.Node, x.root(customKind))
		}
	}
	return slices.Clip(x.refs[before:])
}

// deploysTo returns the namespace that a resource has a chart deployed to, whose values
// name what is there, and whether it is known. It is "" for the resource's own.
func deploysTo(o *inventory.Object) (namespace string, known bool) {
	switch o.GroupKind {
	case inventory.GroupKind{Group: argo, Kind: "ApplicationSet"}:
		namespace = yamlnode.GetString(o.Node, "spec", "template", "spec", "destination", "namespace")
		return namespace, namespace != ""
	case inventory.GroupKind{Group: argo, Kind: "Application"}:
		namespace = yamlnode.GetString(o.Node, "spec", "destination", "namespace")
		return namespace, namespace != ""
	case inventory.GroupKind{Group: "helm.toolkit.fluxcd.io", Kind: "HelmRelease"}, inventory.GroupKind{Group: "helm.cattle.io", Kind: "HelmChart"}:
		return yamlnode.GetString(o.Node, "spec", "targetNamespace"), true
	}
	return "", true
}

// seen are the references of a pod without those in volumes that it never sees:
// a StatefulSet's claim takes the place of a volume of its name.
// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/stateful-set-v1/#StatefulSetSpec
func seen(pod *inventory.Pod, refs []*Ref) []*Ref {
	var hidden []*yaml.Node
	for _, claim := range pod.Owner.ClaimTemplates() {
		for _, v := range yamlnode.Elements(yamlnode.Get(pod.Spec, "volumes")) {
			if name := yamlnode.GetString(v, "name"); name != "" && name == yamlnode.GetString(claim, "metadata", "name") {
				hidden = append(hidden, v)
			}
		}
	}
	if hidden == nil {
		return refs
	}
	return slices.DeleteFunc(refs, func(r *Ref) bool {
		return slices.ContainsFunc(hidden, func(v *yaml.Node) bool { return holds(v, r.Node) })
	})
}

// holds reports whether a node is another one or below it.
func holds(n, below *yaml.Node) bool {
	return n == below || slices.ContainsFunc(n.Content, func(c *yaml.Node) bool { return holds(c, below) })
}

// root is that of the table.
func (x *extractor) root(gk inventory.GroupKind) *step {
	root, known := x.roots[gk]
	if !known {
		root = x.table.root(gk)
		x.roots[gk] = root
	}
	return root
}

func (x *extractor) start(n *yaml.Node, root *step) {
	if root != nil {
		x.walk(n, root, nil, nil, 0)
	}
}

// extractor finds the references of one resource after the other.
type extractor struct {
	table  *Table
	domain string                        // of the cluster
	roots  map[inventory.GroupKind]*step // of the table
	inv    *inventory.Inventory
	obj    *inventory.Object
	pod    *inventory.Pod
	into   string // the namespace that obj deploys to, where that counts
	refs   []*Ref
	free   []Ref
	wrong  []Mistyped
	// taken are the nodes that rows of the kind itself have answered for.
	taken map[*yaml.Node]bool
	// unmet are those for which rows say that they mean something else here.
	unmet []*yaml.Node
	// declared are the references that rows of the configuration found.
	declared map[*yaml.Node]*Ref
}

// walk follows the resource and the table in parallel. parent is the mapping
// around n, outer the one around that.
func (x *extractor) walk(n *yaml.Node, s *step, parent, outer *yaml.Node, depth int) {
	n = yamlnode.Resolve(n)
	if n == nil || depth > fieldpath.MaxDepth {
		return
	}
	for _, row := range s.rows {
		x.add(row, n, place{x.obj.Node, parent, outer})
	}
	if s.deep != nil {
		x.walkDeep(n, s.deep, parent, outer, depth)
	}
	switch n.Kind {
	case yaml.MappingNode:
		if s.fields == nil && s.values == nil {
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			if next := s.field(n.Content[i].Value); next != nil {
				x.walk(n.Content[i+1], next, n, parent, depth+1)
			}
			if s.values != nil {
				x.walk(n.Content[i+1], s.values, n, parent, depth+1)
			}
		}
	case yaml.SequenceNode:
		next := s.each
		if next == nil {
			next = s // kustomize's own paths do not mark lists
		}
		for _, e := range n.Content {
			// A list does not count as a level for companion fields.
			x.walk(e, next, parent, outer, depth+1)
		}
	}
}

// walkDeep looks for the fields of d at every level below n. It does not enter
// whole objects inside others: those are templates, with rules of their own.
func (x *extractor) walkDeep(n *yaml.Node, d *step, parent, outer *yaml.Node, depth int) {
	n = yamlnode.Resolve(n)
	if n == nil || depth > fieldpath.MaxDepth {
		return
	}
	switch n.Kind {
	case yaml.MappingNode:
		if n != x.obj.Node && fieldpath.IsObject(n) {
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i].Value, n.Content[i+1]
			if next := d.field(key); next != nil {
				x.walk(value, next, n, parent, depth+1)
			} else {
				for _, s := range d.suffixes {
					if strings.HasSuffix(key, s.suffix) {
						x.walk(value, s.next, n, parent, depth+1)
					}
				}
			}
			x.walkDeep(value, d, n, parent, depth+1)
		}
	case yaml.SequenceNode:
		for _, e := range n.Content {
			x.walkDeep(e, d, parent, outer, depth+1)
		}
	}
}

func (x *extractor) add(row *compiledRow, n *yaml.Node, at place) {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" || n.Value == "" || row.Guess && x.taken[n] {
		return
	}
	for i := range row.when {
		if !row.when[i].holds(at) {
			x.unmet = append(x.unmet, n)
			return
		}
	}
	if row.Parse == Plain {
		x.addName(row, n, at, qualified{name: n.Value})
		return
	}
	for _, name := range parsers[row.Parse](x, n.Value) {
		x.addName(row, n, at, name)
	}
}

func (x *extractor) addName(row *compiledRow, n *yaml.Node, at place, name qualified) {
	r := Ref{
		Row: row.Row, From: x.obj, Pod: x.pod, Node: n, Parent: at.parent,
		To: row.to, Name: name.name, Namespace: cmp.Or(x.into, x.obj.Namespace),
	}
	if row.InNamespace != "" {
		r.Namespace = strings.TrimSuffix(row.InNamespace, "*")
	}
	if row.Namespace != "" {
		if n := at.first(row.Namespace); yamlnode.String(n) != "" {
			r.NamespaceNode = n
			r.Namespace = n.Value
		} else if row.InNamespace == "" && inventory.IsClusterScoped(x.obj.GroupKind) {
			r.Namespace = ""
		}
	}
	if name.namespace != "" {
		r.Namespace = name.namespace
	}
	if r.Name == "" {
		return
	}
	if IsPlaceholderName(r.Name) {
		if !IsTemplate(r.Name) {
			return
		}
		r.Vague = true
	}
	if IsPlaceholderName(r.Namespace) {
		if !x.inv.HasNamespace(r.Namespace) {
			return
		}
		r.Vague = true
	}
	if row.Kind != "" && (x.mistyped(row, at) || !r.chooseKind(row, at)) {
		return
	}
	if row.Optional != "" {
		for _, o := range at.companion(row.Optional) {
			r.Optional = r.Optional || yamlnode.Bool(o)
		}
	}
	if row.Key != "" {
		for _, k := range at.companion(row.Key) {
			if key := yamlnode.String(k); key != "" && !IsPlaceholder(key) {
				r.Keys = append(r.Keys, Key{Name: key, Node: k})
			}
		}
	}
	if len(r.Keys) == 0 && row.DefaultKey != "" {
		r.Keys = append(r.Keys, Key{Name: row.DefaultKey, Node: n})
	}
	if row.Port != "" {
		if port := at.first(row.Port); port != nil && port.Value == "use-annotation" {
			// The name is that of an action of the AWS Load Balancer Controller:
			// https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/#actions
			return
		} else if redirects(x.obj) {
			r.Optional = true
		} else if port != nil && port.Kind == yaml.ScalarNode && !IsPlaceholder(port.Value) {
			r.Port = port
		}
	}
	r.Repaired = row.repairs(x.obj, x.pod)
	if declared := x.declared[n]; declared != nil && declared.Name == r.Name {
		// The configuration says that kustomize rewrites a field that the
		// built-in rows know too: those know more of it.
		r.Repaired = true
		*declared = r
		return
	}
	kept := x.keep(r)
	if row.Repaired {
		if x.declared == nil {
			x.declared = map[*yaml.Node]*Ref{}
		}
		x.declared[n] = kept
	}
	x.refs = append(x.refs, kept)
}

// keep returns a copy of r on the heap, many of which are allocated at once.
func (x *extractor) keep(r Ref) *Ref {
	const some = 64
	if len(x.free) == 0 {
		x.free = make([]Ref, some)
	}
	kept := &x.free[0]
	x.free = x.free[1:]
	*kept = r
	return kept
}

// chooseKind narrows To by the companion fields kind and group, and reports
// whether the reference is one that can be judged.
func (r *Ref) chooseKind(row *compiledRow, at place) bool {
	kind := at.text(row.Kind)
	if kind == "" {
		r.To = row.to[:1]
		return true
	}
	group, hasGroup := "", false
	if row.Group != "" {
		if n := at.first(row.Group); n != nil {
			hasGroup = true
			group = yamlnode.String(n)
			if g, _, ok := strings.Cut(group, "/"); ok {
				group = g
			} else if group == "v1" {
				group = ""
			}
		}
	}
	var match []inventory.GroupKind
	for _, gk := range row.to {
		// The kinds of extensions/v1beta1 live in other groups today.
		if gk.Kind == kind && (!hasGroup || gk.Group == group || group == "extensions") {
			match = append(match, gk)
		}
	}
	if len(match) > 0 {
		r.To = match
		return true
	}
	if hasGroup && group != "" {
		r.To = []inventory.GroupKind{{Group: group, Kind: kind}}
		return true
	}
	return false
}

// redirects reports whether ingress-nginx answers all requests of an Ingress itself, whatever
// its backends are, which an Ingress has to name:
// https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/#permanent-redirect
func redirects(o *inventory.Object) bool {
	const prefix = "nginx.ingress.kubernetes.io/"
	return o.Kind == "Ingress" && (o.Annotation(prefix+"permanent-redirect") != "" || o.Annotation(prefix+"temporal-redirect") != "")
}
