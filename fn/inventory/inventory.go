// Package inventory indexes the resources of one build: what they are called
// now, what they were called before kustomize renamed them, and which pods
// they embed. It is filled in one pass; everything after it asks the
// inventory instead of scanning the resources again.
//
// This package is promised to programs that call fn.Process and to authors of
// rules: what they need to add resources and to look them up stays.
package inventory

import (
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Annotations with which kustomize tracks a resource between its own steps.
// They are present while a function runs and gone from a finished build. See
// https://github.com/kubernetes-sigs/kustomize/blob/master/api/internal/utils/annotations.go
const (
	annoPreviousNames      = "internal.config.kubernetes.io/previousNames"
	annoPreviousNamespaces = "internal.config.kubernetes.io/previousNamespaces"
	annoPreviousKinds      = "internal.config.kubernetes.io/previousKinds"
	annoPrefixes           = "internal.config.kubernetes.io/prefixes"
	annoSuffixes           = "internal.config.kubernetes.io/suffixes"
	annoNeedsHash          = "internal.config.kubernetes.io/needsHashSuffix"
	annoOrigin             = "config.kubernetes.io/origin"
	annoLocal              = "config.kubernetes.io/local-config"

	// kptGroup is the group of Kptfile.
	kptGroup         = "kpt.dev"
	annoPath         = "config.kubernetes.io/path"
	annoPathInternal = "internal.config.kubernetes.io/path"
)

// GroupKind identifies a kind without its version: references between
// Kubernetes objects survive a change of version.
type GroupKind struct{ Group, Kind string }

// String is "group/Kind", or "Kind" for the core group.
func (gk GroupKind) String() string {
	if gk.Group == "" {
		return gk.Kind
	}
	return gk.Group + "/" + gk.Kind
}

// ParseGroupKind is the inverse of GroupKind.String.
func ParseGroupKind(s string) GroupKind {
	if i := strings.LastIndexByte(s, '/'); i >= 0 {
		return GroupKind{Group: s[:i], Kind: s[i+1:]}
	}
	return GroupKind{Kind: s}
}

// Identity is what a resource is, or was, called.
type Identity struct {
	Kind      string
	Namespace string
	Name      string
}

// Type is what a resource is. Resources of one type have it in common.
type Type struct {
	GroupKind
	Version string

	apiVersion string
	index      *kindIndex
}

// APIVersion is group/version, or version for the core group.
func (t *Type) APIVersion() string { return t.apiVersion }

// Object is one resource of the build, or one that another resource makes at
// run time (Producer is set, and Node is nil).
type Object struct {
	*Type
	Namespace string
	Name      string

	// Previous are earlier identities that kustomize still repairs references
	// from, oldest first, without those equal to the present one.
	Previous []Identity

	// Node is the resource itself, a mapping.
	Node *yaml.Node
	// Index is the position in the input.
	Index int
	// File and Line (of the document's first line, from 1) are where the
	// resource was read, when that is known.
	File string
	Line int

	// Producer is the resource that makes this one at run time.
	Producer *Object
	// NeedsHash says that kustomize will append a hash to the name.
	NeedsHash bool
	// Likely says that the producer may or may not make it.
	Likely bool
	// Local marks resources that never reach a cluster: kustomize and kpt drop
	// those annotated config.kubernetes.io/local-config, and a Kptfile is kpt's
	// own. They are not looked up.
	// kpt gives functions both: https://github.com/kptdev/kpt/pull/2894
	Local bool

	// Patch marks resources that are merged into others of the same name: nobody
	// applies them as they are.
	Patch bool

	// annotated says that there are annotations; see Annotations.
	annotated bool
	// modified is set by Edited.
	modified bool
	// added is what a ConfigMap or Secret gets at run time, beside what is in
	// Node. nil if that is nothing.
	added *additions
	// affixes are the prefixes and the suffixes that kustomize has added.
	affixes string
	// written is what the resource is called where Recast has it read otherwise.
	written *finding.Resource
	// What is read when it is first asked for, by whoever asks first.
	content atomic.Pointer[Content]
	pods    atomic.Pointer[[]*Pod]
}

// Source says where a resource was read.
type Source struct {
	File string
	// Line is the line of File (from 1) at which the resource's own text
	// starts; node lines count from there. 0 when lines mean nothing to a reader.
	Line int
	// Patch is set for patches: see Object.
	Patch bool
}

// String is "Kind namespace/name".
func (o *Object) String() string { return o.Resource().String() }

// Get returns the node at a path of keys.
func (o *Object) Get(keys ...string) *yaml.Node { return yamlnode.Path(o.Node, keys...) }

// ClaimTemplates returns the templates of the claims that a workload makes for each of
// its pods, which mount them by name: those of StatefulSets and LeaderWorkerSets.
// https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#volume-claim-templates
// https://lws.sigs.k8s.io/docs/reference/leaderworkerset.v1/
func (o *Object) ClaimTemplates() []*yaml.Node {
	if o.Kind == "LeaderWorkerSet" {
		return yamlnode.Elements(o.Get("spec", "leaderWorkerTemplate", "volumeClaimTemplates"))
	}
	return yamlnode.Elements(o.Get("spec", "volumeClaimTemplates"))
}

// Annotations returns the annotations, nil if there are none.
func (o *Object) Annotations() *yaml.Node {
	if !o.annotated && !o.modified {
		return nil
	}
	return yamlnode.Path(o.Node, "metadata", "annotations")
}

// Annotation returns the value of an annotation, "" if it is not there.
func (o *Object) Annotation(key string) string { return yamlnode.GetString(o.Annotations(), key) }

// Label returns the value of a label, "" if it is not there.
func (o *Object) Label(key string) string {
	return yamlnode.GetString(o.Node, "metadata", "labels", key)
}

// WasCalled reports whether name is a previous name of o.
func (o *Object) WasCalled(name string) bool {
	for i := range o.Previous {
		if o.Previous[i].Name == name {
			return true
		}
	}
	return false
}

// BaseName is the name the resource has in its own YAML, before any prefix,
// suffix or hash.
func (o *Object) BaseName() string {
	if len(o.Previous) > 0 {
		return o.Previous[0].Name
	}
	return o.Name
}

// LineOf returns the line (from 1) of a node of o in its File, 0 if unknown.
func (o *Object) LineOf(n *yaml.Node) int {
	if o.Line == 0 || n == nil || n.Line <= 0 {
		return 0
	}
	return o.Line - 1 + n.Line
}

// Inventory is the index. The zero value is empty and ready to use. It may be
// read by several goroutines at once while nobody adds or edits.
type Inventory struct {
	// Finished says that kustomize has rewritten all the names it will: an
	// earlier name that is still somewhere stays wrong.
	Finished bool
	// Produced says that what the resources make at run time has been added.
	Produced bool

	// Definitions is where CustomResourceDefinitions are looked up: a part of a
	// repository has the kinds that any of it defines. nil for the inventory itself.
	Definitions *Inventory

	// Repository are the files of the repository that the resources are in, nil if
	// that is not known.
	Repository fs.FS

	// Substituted says what puts values into ${NAME} in a resource after it is
	// built, nil if nothing is known to. It is nil itself where nothing can be.
	Substituted func(*Object) *Substitution

	// Unfinished says whether kustomize renames and rewrites more than was seen: in a
	// base that only overlays build, or where a GitOps tool sets the namespace. It is
	// nil where that cannot be.
	Unfinished func() bool

	objects []*Object
	byKind  map[GroupKind]*kindIndex
	byNS    map[string]int
	made    []*Object
	types   map[typeKey]*Type

	free  []Object  // to allocate many at once
	lists []*Object // likewise, for lists of one

	anyKindMu sync.Mutex
	anyKind   map[string][]GroupKind
}

// Substitution puts values into the ${NAME} of resources, as Flux does with those
// of a Kustomization: https://fluxcd.io/flux/components/kustomize/kustomizations/#post-build-variable-substitution
type Substitution struct {
	// By is what does it, as people call it.
	By string
	// Values are the names that it has values for. Complete is false where it may
	// have more.
	Values   map[string]bool
	Complete bool
}

// kindIndex are the resources of one kind.
type kindIndex struct {
	objects        []*Object
	byName, byPrev map[string][]*Object
}

type typeKey struct {
	GroupKind
	version string
}

// typeOf returns the one Type of a kind and version.
func (inv *Inventory) typeOf(gk GroupKind, version string) *Type {
	key := typeKey{gk, version}
	t := inv.types[key]
	if t == nil {
		t = &Type{GroupKind: gk, Version: version, apiVersion: version}
		if gk.Group != "" {
			t.apiVersion = gk.Group + "/" + version
		}
		if inv.types == nil {
			inv.types = map[typeKey]*Type{}
		}
		inv.types[key] = t
	}
	return t
}

// none is the index of kinds that are not there.
var none kindIndex

func (inv *Inventory) of(gk GroupKind) *kindIndex {
	if k := inv.byKind[gk]; k != nil {
		return k
	}
	return &none
}

const some = 64

// object returns a new Object.
func (inv *Inventory) object() *Object {
	if len(inv.free) == 0 {
		inv.free = make([]Object, some)
	}
	o := &inv.free[0]
	inv.free = inv.free[1:]
	return o
}

// add appends o to a list, most of which have one element.
func (inv *Inventory) add(list []*Object, o *Object) []*Object {
	if list != nil {
		return append(list, o)
	}
	if len(inv.lists) == 0 {
		inv.lists = make([]*Object, some)
	}
	list = inv.lists[:1:1]
	inv.lists = inv.lists[1:]
	list[0] = o
	return list
}

// Add indexes one resource. Nodes that are not mappings, or have no kind, are
// indexed by position only.
func (inv *Inventory) Add(node *yaml.Node, src Source) *Object {
	o := inv.object()
	o.Node = yamlnode.Resolve(node)
	o.Index = len(inv.objects)
	o.File, o.Line, o.Patch = src.File, src.Line, src.Patch
	o.readIdentity(inv)
	inv.objects = append(inv.objects, o)
	inv.index(o)
	return o
}

// AddMade indexes an object that producer makes at run time, with the keys of
// content.
func (inv *Inventory) AddMade(producer *Object, gk GroupKind, namespace, name string, content Content) *Object {
	o := &Object{
		Type:      inv.typeOf(gk, ""),
		Namespace: namespace,
		Name:      name,
		Index:     producer.Index,
		File:      producer.File,
		Producer:  producer,
		added:     &additions{content.Keys, content.Open},
	}
	inv.made = append(inv.made, o)
	inv.index(o)
	return o
}

func (inv *Inventory) index(o *Object) {
	if inv.byKind == nil {
		inv.byKind = map[GroupKind]*kindIndex{}
		inv.byNS = map[string]int{}
	}
	if o.Kind == "" || o.Local {
		return
	}
	inv.anyKind = nil
	k := o.index
	if k == nil {
		if k = inv.byKind[o.GroupKind]; k == nil {
			k = &kindIndex{byName: map[string][]*Object{}}
			inv.byKind[o.GroupKind] = k
		}
		o.index = k
	}
	k.objects = append(k.objects, o)
	if o.Namespace != "" {
		inv.byNS[o.Namespace]++
	}
	if o.Name == "" {
		return
	}
	k.byName[o.Name] = inv.add(k.byName[o.Name], o)
	for i, p := range o.Previous {
		if p.Name == o.Name || slices.ContainsFunc(o.Previous[:i], func(q Identity) bool { return q.Name == p.Name }) {
			continue
		}
		if k.byPrev == nil {
			k.byPrev = map[string][]*Object{}
		}
		k.byPrev[p.Name] = inv.add(k.byPrev[p.Name], o)
	}
}

func (o *Object) readIdentity(inv *Inventory) {
	var metadata *yaml.Node
	var apiVersion, kind string
	for k, v := range yamlnode.Fields(o.Node) {
		switch k.Value {
		case "apiVersion":
			apiVersion = yamlnode.String(v)
		case "kind":
			kind = yamlnode.String(v)
		case "metadata":
			metadata = v
			o.annotated = o.annotated || yamlnode.Get(v, "annotations") != nil
		}
	}
	group, version := splitAPIVersion(apiVersion)
	o.Type = inv.typeOf(GroupKind{group, kind}, version)
	o.Local = group == kptGroup
	for k, v := range yamlnode.Fields(metadata) {
		switch k.Value {
		case "name":
			o.Name = yamlnode.String(v)
		case "namespace":
			o.Namespace = yamlnode.String(v)
		case "annotations":
			o.readAnnotations(v)
		}
	}
	if IsClusterScoped(o.GroupKind) {
		o.Namespace = ""
	}
	if len(o.Previous) > 0 {
		o.Previous = slices.DeleteFunc(o.Previous, func(p Identity) bool {
			return p.Name == o.Name && p.Namespace == o.Namespace && p.Kind == o.Kind
		})
	}
}

func (o *Object) readAnnotations(annotations *yaml.Node) {
	var names, namespaces, kinds, prefixes, suffixes string
	for k, v := range yamlnode.Fields(annotations) {
		if !strings.Contains(k.Value, "config.kubernetes.io/") {
			continue
		}
		value := yamlnode.String(v)
		switch k.Value {
		case annoPreviousNames:
			names = value
		case annoPreviousNamespaces:
			namespaces = value
		case annoPreviousKinds:
			kinds = value
		case annoPrefixes:
			prefixes = value
		case annoSuffixes:
			suffixes = value
		case annoNeedsHash:
			o.NeedsHash = value == "enabled"
		case annoLocal:
			o.Local = value == "true" || o.Group == kptGroup
		case annoOrigin:
			if o.File == "" {
				o.File = originPath(value)
			}
		case annoPath, annoPathInternal:
			if o.File == "" {
				o.File = value
			}
		}
	}
	if prefixes != "" || suffixes != "" {
		o.affixes = prefixes + "\n" + suffixes
	}
	if names == "" {
		return
	}
	ns, ks := strings.Split(namespaces, ","), strings.Split(kinds, ",")
	for i, name := range strings.Split(names, ",") {
		id := Identity{Name: name}
		if i < len(ns) {
			id.Namespace = ns[i]
		}
		if i < len(ks) {
			id.Kind = ks[i]
		}
		o.Previous = append(o.Previous, id)
	}
}

// originPath reads the path out of an origin annotation, which is YAML with
// the field path for local files, and repo and ref besides for remote ones.
func originPath(annotation string) string {
	for line := range strings.Lines(annotation) {
		if p, ok := strings.CutPrefix(strings.TrimSpace(line), "path: "); ok {
			return strings.TrimSpace(p)
		}
	}
	return ""
}

func splitAPIVersion(s string) (group, version string) {
	if i := strings.LastIndexByte(s, '/'); i >= 0 {
		return s[:i], s[i+1:]
	}
	return "", s
}

// Objects returns the resources in input order, without those that are made
// at run time.
func (inv *Inventory) Objects() []*Object { return inv.objects }

// Made returns the resources that others make at run time.
func (inv *Inventory) Made() []*Object { return inv.made }

// OfKind returns the resources of a kind, made ones included.
func (inv *Inventory) OfKind(gk GroupKind) []*Object { return inv.of(gk).objects }

// CustomResourceDefinitions returns those that say what is in custom resources.
func (inv *Inventory) CustomResourceDefinitions() []*Object {
	if inv.Definitions != nil {
		inv = inv.Definitions
	}
	return inv.OfKind(GroupKind{"apiextensions.k8s.io", "CustomResourceDefinition"})
}

// CompositeResourceDefinitions returns those of Crossplane, which it makes
// CustomResourceDefinitions of: https://docs.crossplane.io/latest/composition/composite-resource-definitions/
func (inv *Inventory) CompositeResourceDefinitions() []*Object {
	if inv.Definitions != nil {
		inv = inv.Definitions
	}
	return inv.OfKind(GroupKind{"apiextensions.crossplane.io", "CompositeResourceDefinition"})
}

// HasNamespace reports whether some resource of the build lives in the
// namespace, or is it.
func (inv *Inventory) HasNamespace(namespace string) bool {
	return inv.byNS[namespace] > 0 || len(inv.Find(GroupKind{Kind: "Namespace"}, namespace)) > 0
}

// Find returns the resources that are called name now, in any namespace.
func (inv *Inventory) Find(gk GroupKind, name string) []*Object {
	return inv.of(gk).byName[name]
}

// FindPrevious returns the resources that were called name before kustomize
// renamed them.
func (inv *Inventory) FindPrevious(gk GroupKind, name string) []*Object {
	return inv.of(gk).byPrev[name]
}

// SameNamespace reports whether two namespaces may be the same one. A resource
// without a namespace goes wherever it is applied to, so it matches any.
func SameNamespace(a, b string) bool { return a == b || a == "" || b == "" }

// Lookup returns the resource called name in namespace, by its present name
// or, where kustomize repairs such references, by a previous one. Among several
// it prefers the one with the referrer's own prefixes and suffixes, as
// kustomize does, and files may be alternatives: the one in the referrer's own
// file, then in its folder. from may be nil.
func (inv *Inventory) Lookup(gk GroupKind, namespace, name string, repaired bool, from *Object) *Object {
	return inv.LookupOf(gk, namespace, name, repaired, from, nil)
}

// LookupOf is Lookup that prefers, among resources that are equally near, one
// with which the referrer is served.
func (inv *Inventory) LookupOf(gk GroupKind, namespace, name string, repaired bool, from *Object, serves func(*Object) bool) *Object {
	if o := pick(inv.Find(gk, name), namespace, from, serves); o != nil {
		return o
	}
	if repaired && !inv.Finished {
		return pick(inv.FindPrevious(gk, name), namespace, from, serves)
	}
	return nil
}

func pick(candidates []*Object, namespace string, from *Object, serves func(*Object) bool) *Object {
	var best *Object
	rank := -1
	for _, o := range candidates {
		if !SameNamespace(o.Namespace, namespace) {
			continue
		}
		if len(candidates) == 1 {
			return o
		}
		r := 0
		if o.Namespace == namespace {
			r += 32
		}
		if from != nil {
			if o.affixes == from.affixes {
				r += 16
			}
			switch {
			case o.File == from.File:
				r += 12
			case filepath.Dir(o.File) == filepath.Dir(from.File):
				r += 4
			}
		}
		if serves != nil && serves(o) {
			r += 2
			if from != nil && o.File == from.File {
				r += 28 // before one of that namespace in another file
			}
		}
		if o.Node != nil {
			r++
		}
		if r > rank {
			best, rank = o, r
		}
	}
	return best
}

// Kinds returns the groups in which the build has resources of a kind.
func (inv *Inventory) Kinds(kind string) []GroupKind {
	inv.anyKindMu.Lock()
	defer inv.anyKindMu.Unlock()
	if inv.anyKind == nil {
		inv.anyKind = map[string][]GroupKind{}
		for gk := range inv.byKind {
			inv.anyKind[gk.Kind] = append(inv.anyKind[gk.Kind], gk)
		}
		for _, gks := range inv.anyKind {
			slices.SortFunc(gks, func(a, b GroupKind) int { return strings.Compare(a.Group, b.Group) })
		}
	}
	return inv.anyKind[kind]
}

// Match reports whether a glob as in path.Match matches s. An empty or
// malformed glob matches nothing but itself.
func Match(glob, s string) bool {
	if glob == s {
		return true
	}
	ok, err := path.Match(glob, s)
	return err == nil && ok
}
