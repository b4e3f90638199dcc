package rules

import (
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// problems are some of what the API server has against one resource, of one rule.
type problems struct {
	object *inventory.Object
	all    []apischema.Problem
}

// addProblems adds what there is against a resource, in pieces: a rule lets go of each
// when it has reported it.
func (b *Build) addProblems(o *inventory.Object, all []apischema.Problem) {
	const piece = 256
	many := len(all) > piece
	for len(all) > 0 {
		n := 1
		for n < min(len(all), piece) && all[n].Rule == all[0].Rule {
			n++
		}
		some := all[:n:n]
		if many {
			some = slices.Clone(some)
		}
		b.problems[all[0].Rule] = append(b.problems[all[0].Rule], problems{o, some})
		all = all[n:]
	}
}

// verdict is what is known of a resource before the rules run.
type verdict struct {
	problems []apischema.Problem
	// meant is the resource as it was meant, nil if that is how it is written;
	// written are the nodes that those of meant were copied from.
	meant   *yaml.Node
	written map[*yaml.Node]*yaml.Node
}

// asWritten is a resource that rules see as it was meant.
type asWritten struct {
	node  *yaml.Node
	of    *inventory.Type
	nodes map[*yaml.Node]*yaml.Node // by those that rules see
}

// judge compares resources with the schemas of their kinds.
type judge struct {
	inv   *inventory.Inventory
	newer bool // whether the cluster is newer than what is known
	// wholes are the files with a resource that is no part of one.
	wholes func() map[string]bool
}

func (j *judge) findWholes() map[string]bool {
	files := map[string]bool{}
	for _, o := range j.inv.Objects() {
		if o.Node != nil && !o.Patch && apischema.PartOf(o.Node, gvk(o.Type)) == apischema.Whole {
			files[o.File] = true
		}
	}
	return files
}

// kindOf is what is known of the resources of one type.
type kindOf struct {
	schema *apischema.Schema // nil if nobody has one
	from   string            // the module of an operator, whose schema says little
	meant  apischema.GroupVersionKind
	// unknown and suggestion are for the rule unknown-kind.
	unknown, suggestion string
	doubtful            bool // whether another version of an operator may have it
}

// judge compares the resources with the schemas of their kinds. Where a mistake
// hides what is below it from the rules, misspelt fields above all, they see the
// resource as it was meant, until restore is called.
func (b *Build) judge() (restore func()) {
	inv := b.Inventory
	objects := inv.Objects()
	kinds := map[*inventory.Type]*kindOf{}
	cluster, said := apischema.ParseRelease(b.Config.KubernetesVersion)
	court := &judge{inv: inv, newer: said && apischema.Newest.Before(cluster)}
	court.wholes = sync.OnceValue(court.findWholes)
	for _, o := range objects {
		if kinds[o.Type] == nil {
			kinds[o.Type] = newKind(inv, o)
		}
	}
	verdicts := make([]verdict, len(objects))
	const run = 256 // resources at a time
	var next atomic.Int64
	work := func() {
		for end := int(next.Add(run)); end-run < len(objects); end = int(next.Add(run)) {
			for i := end - run; i < min(end, len(objects)); i++ {
				o := objects[i]
				if !o.Local && o.Node != nil && yamlnode.Get(o.Node, "sops") == nil {
					verdicts[i] = court.object(o, kinds[o.Type])
				}
			}
		}
	}
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(objects)/run) - 1 {
		wg.Go(work)
	}
	work()
	wg.Wait()

	b.kinds, b.written, b.problems = kinds, map[*inventory.Object]*asWritten{}, map[string][]problems{}
	var restores []func()
	for i := range verdicts {
		v, o := &verdicts[i], objects[i]
		b.addProblems(o, v.problems)
		v.problems = nil
		if v.meant != nil {
			b.written[o] = &asWritten{o.Node, o.Type, v.written}
			restores = append(restores, inv.Recast(o, v.meant))
			reference.ProduceFor(inv, o)
		}
	}
	return func() {
		for i := len(restores) - 1; i >= 0; i-- {
			restores[i]()
		}
	}
}

// newKind says what is known of the kind of a resource.
func newKind(inv *inventory.Inventory, o *inventory.Object) *kindOf {
	k := &kindOf{}
	if o.Kind == "" || o.Node == nil {
		return k
	}
	if o.Version == "" {
		if versions := apischema.Kubernetes().Versions(o.Kind); len(versions) > 0 {
			k.meant = versions[0].GroupVersionKind
		}
	} else if k.schema = schemaOf(inv, o.Type); k.schema == nil && !notForClusters(o.Type) && !reference.IsPlaceholder(o.Kind) && !reference.IsPlaceholder(o.APIVersion()) && !strings.Contains(o.Version, "?") {
		k.unknown, k.suggestion, k.meant = unknownKindOf(inv, o.Type)
		if strings.Contains(o.Version, "alpha") && k.meant.Group == o.Group && k.meant.Kind == o.Kind && k.meant.Group != "" {
			// Alpha versions come and go with releases, and have fields of their own.
			k.doubtful, k.meant = true, apischema.GroupVersionKind{}
		}
		if k.unknown != "" && reference.IsVersion(o.Version) && definedVersions(inv, o.Type) != nil {
			k.doubtful = true // a release before or after that of the definition may have it
		}
	}
	if meant := apischema.Kubernetes().Lookup(k.meant); meant != nil {
		k.schema = meant.Schema
	} else if k.schema == nil && strings.Contains(o.Group, ".") && !apischema.Kubernetes().HasGroup(o.Group) {
		k.ofOperator(inv, o.Type)
		if k.schema == nil && k.unknown == "" && definedVersions(inv, o.Type) == nil {
			if near := nearDefinedKind(inv, o.Type); near != "" {
				k.unknown, k.suggestion, k.doubtful = fmt.Sprintf("there is no kind %s in %s", o.Kind, o.APIVersion()), near, true
			} else if near := nearDefinedGroup(inv, o.Type); near != "" {
				k.unknown, k.suggestion, k.doubtful = fmt.Sprintf("there is no group %s; kind %s is in another one", o.Group, o.Kind), near, true
			}
		}
	}
	return k
}

// ofOperator takes what is known of a kind from the table of operators.
func (k *kindOf) ofOperator(inv *inventory.Inventory, t *inventory.Type) {
	table := apischema.Operators()
	known := table.Lookup(gvk(t))
	if known == nil && table.HasGroup(t.Group) && len(table.Versions(t.Kind)) == 0 && definedVersions(inv, t) == nil {
		if kind := nearestKind(t.Kind, table.Kinds(t.Group)); kind != "" {
			k.unknown, k.suggestion, k.doubtful = fmt.Sprintf("there is no kind %s in %s", t.Kind, t.APIVersion()), kind, true
			k.meant = apischema.GroupVersionKind{Group: t.Group, Version: t.Version, Kind: kind}
			known = table.Lookup(k.meant)
		}
	}
	if known != nil {
		k.schema, k.from = known.Schema, table.From(known.Group, known.Kind)
	}
}

func (j *judge) object(o *inventory.Object, k *kindOf) (v verdict) {
	if o.Kind == "" || o.Version == "" {
		// The keys themselves may be misspelt.
		if meant := apischema.Kubernetes().Lookup(apischema.Heading(o.Node)); meant != nil {
			k = &kindOf{schema: meant.Schema, meant: meant.GroupVersionKind}
		}
	}
	if k.schema == nil || yamlnode.Get(o.Node, "metadata") == nil && (o.Version == "" && !apischema.Resembles(o.Node, k.schema) || apischema.Foreign(o.Node, k.schema)) {
		return v
	}
	secret := o.GroupKind == inventory.GroupKind{Kind: "Secret"} || k.meant.Kind == "Secret"
	n, kind := o.Node, o.Kind
	if k.meant != (apischema.GroupVersionKind{}) {
		v.meant, v.written = apischema.Typed(n, k.meant)
		n, kind = v.meant, k.meant.Kind
	}
	var found apischema.Judgement
	if k.from != "" {
		found = apischema.JudgeLoosely(n, k.schema, k.from)
	} else {
		found = apischema.Judge(n, k.schema, secret, j.inv.Finished)
	}
	if found.Meant != nil {
		v.written = through(v.written, found.Written)
		v.meant = found.Meant
		n = found.Meant
	}
	if j.newer {
		found.Problems = ofNewer(found.Problems)
	}
	if part := j.partOf(o, n, k); part != apischema.Whole {
		found.Problems = ofPart(found.Problems, part)
	}
	gk := inventory.GroupKind{Group: o.Group, Kind: kind}
	if o.Annotation("controller-gen.kubebuilder.io/version") != "" {
		ofGenerator(found.Problems)
	}
	v.problems = found.Problems
	if isAccessOfOpenShift(o.Node, o.Type) {
		v.problems = nil // those of another kind
	} else if k.from == "" {
		if more := apischema.Metadata(n, kind, !inventory.IsClusterScoped(gk)); len(more) > 0 {
			v.problems = append(more, found.Problems...)
		}
	}
	for i := range v.problems {
		for _, n := range [...]**yaml.Node{&v.problems[i].Node, &v.problems[i].Value} {
			if w := v.written[*n]; w != nil {
				*n = w
			}
		}
	}
	return v
}

// partOf says whether a resource may be a part of one. Only files that are read as
// they are hold parts: what is built is whole, and so is a stream.
func (j *judge) partOf(o *inventory.Object, n *yaml.Node, k *kindOf) apischema.Part {
	switch {
	case o.Patch, isMerged(o), o.Line > 0 && strings.Contains(path.Base(filepath.ToSlash(o.File)), "patch"):
		return apischema.Likely
	case o.Line == 0 || o.File == "stdin":
		return apischema.Whole
	}
	t := k.meant
	if t.Kind == "" {
		t = gvk(o.Type)
	}
	part := apischema.PartOf(n, t)
	if part == apischema.Perhaps {
		if j.wholes()[o.File] {
			return apischema.Whole
		}
		for _, other := range j.inv.Find(o.GroupKind, o.Name) {
			if other != o && other.File != o.File && other.Node != nil && inventory.SameNamespace(other.Namespace, o.Namespace) &&
				apischema.PartOf(other.Node, t) == apischema.Whole {
				return apischema.Likely
			}
		}
	}
	return part
}

// isMerged reports whether a resource says that it is applied as a part of one that
// somebody else applies: https://fluxcd.io/flux/components/kustomize/kustomizations/#controlling-the-apply-behavior-of-resources
func isMerged(o *inventory.Object) bool {
	annotations := o.Get("metadata", "annotations")
	switch yamlnode.GetString(annotations, "kustomize.toolkit.fluxcd.io/ssa") {
	case "Merge", "Override":
		return true
	}
	return strings.Contains(yamlnode.GetString(annotations, "argocd.argoproj.io/sync-options"), "Validate=false")
}

// ofPart leaves out what only whole resources need, or makes it less of a problem.
func ofPart(all []apischema.Problem, part apischema.Part) []apischema.Problem {
	var kept []apischema.Problem
	for _, p := range all {
		if p.Absent {
			if part == apischema.Likely {
				continue
			}
			p.Warning, p.Help = true, "the API server refuses it, unless this is a patch that is merged into a whole one"
		}
		kept = append(kept, p)
	}
	return kept
}

// ofGenerator makes less of what a definition lacks that controller-gen has written of a
// program's types: whatever it cannot say of them is put in before anybody applies it.
// https://book.kubebuilder.io/reference/controller-gen
func ofGenerator(all []apischema.Problem) {
	for i := range all {
		if p := &all[i]; p.Absent && p.Rule == apischema.ValueInvalid {
			p.Warning, p.Help = true, "the API server refuses it, unless something works on what controller-gen writes"
		}
	}
}

// ofNewer leaves out what a release newer than the table may allow: fields and
// values that nobody knows yet. What is close to a known one is a warning.
func ofNewer(all []apischema.Problem) []apischema.Problem {
	var kept []apischema.Problem
	for _, p := range all {
		if p.Rule == apischema.UnknownField || p.Rule == apischema.UnsupportedValue {
			if len(p.Suggestions) == 0 {
				continue
			}
			p.Warning = true
		}
		kept = append(kept, p)
	}
	return kept
}

// through follows two copies back to the first original.
func through(first, second map[*yaml.Node]*yaml.Node) map[*yaml.Node]*yaml.Node {
	if first == nil {
		return second
	}
	for n, w := range second {
		if origin := first[w]; origin != nil {
			second[n] = origin
		}
	}
	maps.Copy(second, first) // what the second has in common with the first
	return second
}
