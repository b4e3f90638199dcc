package check

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
	"github.com/ressKim-io/wealist-k8s-migration/internal/limits"
	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// objects are what one tree has, what its resources make at run time included,
// by kind, namespace and name.
type objects map[finding.Resource]presence

// presence is what there is of an object in a tree; its zero value is nothing.
type presence uint8

const (
	issued presence = iota + 1 // a Secret that nobody has written: a certificate's, an operator's, or one without data
	there
	served // it is there in a version of its API that Kubernetes serves
)

func (rep *Report) objectsOf(inv *inventory.Inventory, around *surroundings) objects {
	if !rep.several && (around == nil || len(around.Objects) == 0) {
		return nil
	}
	have := objects{}
	for _, list := range [...][]*inventory.Object{inv.Objects(), inv.Made()} {
		for _, o := range list {
			if !o.Local && !o.Likely {
				key, is := finding.Resource{Kind: o.Kind, Namespace: o.Namespace, Name: o.Name}, there
				if isIssued(o) {
					is = issued
				} else if apischema.Kubernetes().Lookup(apischema.GroupVersionKind{Group: o.Group, Version: o.Version, Kind: o.Kind}) != nil {
					is = served
				}
				have[key] = max(have[key], is)
			}
		}
	}
	return have
}

// isIssued reports whether an object is a Secret that says nothing of how people keep
// theirs: a program fills it in.
func isIssued(o *inventory.Object) bool {
	switch {
	case o.Kind != "Secret" || o.Group != "":
		return false
	case o.Producer != nil:
		kind := o.Producer.Kind // SealedSecret, ExternalSecret, SecretProviderClass and the like
		return !strings.Contains(kind, "Secret") && kind != "OnePasswordItem"
	}
	for _, field := range [...]string{"data", "stringData"} {
		for range yamlnode.Fields(o.Get(field)) {
			return false
		}
	}
	return o.Node != nil
}

// keepSecrets reports whether there is a Secret that somebody has written, or had made of
// what a store has.
func (have objects) keepSecrets() bool {
	for object, is := range have {
		if isKept(&object, is) {
			return true
		}
	}
	return false
}

func isKept(object *finding.Resource, is presence) bool {
	return object.Kind == "Secret" && is > issued
}

func identity(n *yaml.Node) finding.Resource {
	return finding.Resource{
		Kind:      yamlnode.GetString(n, "kind"),
		Namespace: yamlnode.GetString(n, "metadata", "namespace"), Name: yamlnode.GetString(n, "metadata", "name"),
	}
}

// asksOthers reports whether other trees have a say in a finding: see absent. What is
// in a kustomization is applied with it, whatever others have.
func (o *outcome) asksOthers(f *finding.Finding) bool {
	switch {
	case f.Rule == "api-removed" && f.Severity == finding.Error:
		_, set := o.set[f.Rule]
		return o.tree.Root == "" && !set
	case rules.LabelsSelected(f) != nil:
		return f.Severity == finding.Warning
	case f.Missing == nil:
		return f.Wanted != nil
	}
	return f.Severity >= finding.Warning
}

// absent says more of what is not in one tree: that another tree of the same
// run has it, or a file that no kustomization lists.
func (rep *Report) absent(outcomes []outcome) {
	var unlisted map[finding.Resource][]string
	holders := sync.OnceValue(func() map[finding.Resource][]int { return holdersOf(outcomes) })
	for i := range outcomes {
		for j := range outcomes[i].findings {
			f := &outcomes[i].findings[j]
			if !outcomes[i].asksOthers(f) {
				continue
			}
			if f.Rule == "api-removed" && f.Severity == finding.Error {
				self := finding.Resource{Kind: f.Resource.Kind, Namespace: f.Resource.Namespace, Name: f.Resource.Name}
				if other := holding(holders()[self], func(i int) bool { return outcomes[i].have[self] == served }); other >= 0 {
					f.Severity = finding.Warning // who has both chooses between them
					if rules.ForNewerClusters(f.File, outcomes[other].tree.Name) {
						f.Severity = finding.Note
					}
					f.Help = "it is in " + outcomes[other].tree.Name + " in a version that is served"
				}
				continue
			}
			_, set := outcomes[i].set[f.Rule]
			if f.Missing == nil && f.Wanted != nil {
				if other := complement(outcomes, holders(), i, f, f.Wanted); other >= 0 {
					f.Missing = f.Wanted
					if !set {
						f.Severity = min(f.Severity, finding.Note)
					}
					f.Message += "; it is in " + outcomes[other].tree.Name
					f.Suggestions, f.Meant = nil, ""
					continue
				}
				if unlisted == nil {
					unlisted = readUnlisted(outcomes)
				}
				if files := unlisted[*f.Wanted]; len(files) > 0 && f.Wanted.Namespace != "" && !set {
					f.Severity, f.Missing = min(f.Severity, finding.Warning), f.Wanted
					f.Message += fmt.Sprintf("; %s, which no kustomization lists, has it", files[0])
					f.Suggestions, f.Meant = nil, ""
					outcomes[i].forget(f, files[0])
				}
				continue
			}
			if f.Missing == nil || f.Severity < finding.Warning {
				continue
			}
			if other := complement(outcomes, holders(), i, f, f.Missing); other >= 0 {
				if !set {
					f.Severity = finding.Note
				}
				f.Message += "; it is in " + outcomes[other].tree.Name
				continue
			}
			if unlisted == nil {
				unlisted = readUnlisted(outcomes)
			}
			if file := nearby(unlisted, &outcomes[i].tree, f); file != "" {
				f.Help = fmt.Sprintf("it is in %s, which no kustomization lists: add it to resources", file)
				outcomes[i].forget(f, file)
				if !set && outcomes[i].around != nil && isSampleFile(file, f.Missing.Name) {
					f.Severity, f.Help = finding.Note, fmt.Sprintf("%s is a sample of it, which somebody makes the real one from", file)
				}
				if !set && outcomes[i].around != nil && outcomes[i].tree.off[absolute(file)] {
					f.Severity, f.Help = finding.Note, fmt.Sprintf("it is in %s, which the kustomization has commented out", file)
				}
			}
		}
	}
}

// isSampleFile reports whether a file is one to make another one of, by its name:
// settings-sample.yaml. Where what it has is called so itself, that is the name of a program.
func isSampleFile(file, object string) bool {
	if reference.HasWord(object, "sample", "example", "template") {
		return false
	}
	stem, _, _ := strings.Cut(strings.ToLower(filepath.Base(file)), ".y")
	return slices.ContainsFunc(strings.FieldsFunc(stem, func(r rune) bool { return r == '-' || r == '_' || r == '.' }), func(word string) bool {
		return word == "sample" || word == "example" || word == "template"
	})
}

// nearby returns the file that no kustomization lists and that defines what f
// misses, "" if there is none. One without a namespace gets that of its
// kustomization, so it has to be beside what the tree consists of: names such as
// config are in many places.
func nearby(unlisted map[finding.Resource][]string, t *Tree, f *finding.Finding) string {
	key := *f.Missing
	if files := unlisted[key]; len(files) > 0 && key.Namespace != "" {
		return files[0]
	}
	key.Namespace = ""
	own := filepath.Dir(filepath.FromSlash(f.File))
	for _, file := range unlisted[key] {
		if dir := filepath.Dir(file); dir == own || slices.Contains(t.Folders, dir) {
			return file
		}
	}
	return ""
}

// holdersOf returns the indexes of the outcomes that have each object, in order.
func holdersOf(outcomes []outcome) map[finding.Resource][]int {
	holders := map[finding.Resource][]int{}
	for i := range outcomes {
		for object := range outcomes[i].have {
			holders[object] = append(holders[object], i)
		}
	}
	return holders
}

// holding returns the first of the indexes that is suitable, -1 if none is.
func holding(indexes []int, suits func(i int) bool) int {
	if at := slices.IndexFunc(indexes, suits); at >= 0 {
		return indexes[at]
	}
	return -1
}

// complement returns a tree that has what f misses, and is not an alternative
// to the tree of f: it does not have the resource that misses it, but for files that
// no kustomization lists, and that are a copy of what one has. It is -1 if
// there is none. A tree without a namespace goes wherever it is applied to, which
// may be the one that is meant.
func complement(outcomes []outcome, holders map[finding.Resource][]int, own int, f *finding.Finding, missing *finding.Resource) int {
	if outcomes[own].have == nil {
		return -1
	}
	self := finding.Resource{Kind: f.Resource.Kind, Namespace: f.Resource.Namespace, Name: f.Resource.Name}
	anywhere, selfAnywhere := *missing, self
	anywhere.Namespace, selfAnywhere.Namespace = "", ""
	copied := outcomes[own].tree.Root == "" && !outcomes[own].tree.Named
	if other := holding(holders[*missing], func(i int) bool {
		return outcomes[i].have[self] == 0 || copied && i != own && outcomes[i].tree.Root != ""
	}); other >= 0 {
		return other
	}
	return holding(holders[anywhere], func(i int) bool { return outcomes[i].have[self] == 0 && outcomes[i].have[selfAnywhere] == 0 })
}

// readUnlisted says which files in the folders of kustomizations that none of
// them lists define what. A resource without a namespace gets that of its
// kustomization, so it is known without one.
func readUnlisted(outcomes []outcome) map[finding.Resource][]string {
	files := map[finding.Resource][]string{}
	seen := map[string]bool{}
	for _, o := range outcomes {
		for _, file := range o.tree.Unlisted {
			if seen[file] {
				continue
			}
			seen[file] = true
			text, err := limits.ReadRegular(file)
			if err != nil {
				continue
			}
			docs, err := manifest.ReadOnly(manifest.Source{File: file, Data: text})
			if err != nil {
				continue
			}
			for i := range docs {
				if id := identity(docs[i].Node); id.Kind != "" && id.Name != "" {
					files[id] = append(files[id], file)
				}
			}
		}
	}
	return files
}

// unresolved gives what a tree's own function found the severity that the
// command line asks for.
func unresolved(fs []finding.Finding, severity string) []finding.Finding {
	switch severity {
	case "warning":
		for i := range fs {
			if fs[i].Missing != nil {
				fs[i].Severity = min(fs[i].Severity, finding.Warning)
			}
		}
	case "ignore":
		return slices.DeleteFunc(fs, func(f finding.Finding) bool { return f.Missing != nil })
	case "error":
		for i := range fs {
			if fs[i].Missing != nil {
				fs[i].Severity = finding.Error
			}
		}
	}
	return fs
}
