// Package effects finds the entries of kustomizations that do nothing, or
// something else than was meant: a patch whose target selects nothing, a name
// under images that no container has, a list of a custom resource that a patch
// replaced as a whole. kustomize passes over all of them without a word.
//
// A [Recorder] watches a build, step by step, and sees what each entry is
// applied to.
package effects

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/api/types"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
	"github.com/ressKim-io/wealist-k8s-migration/internal/limits"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// The rules about kustomizations, whose documentation is in fn/rules.
const (
	PatchTargetMissing   = "patch-target-missing"
	ImagesEntryUnused    = "images-entry-unused"
	ReplacementMisplaced = "replacement-misplaced"
	PatchReplacesList    = "patch-replaces-list"
	LabelsBreakSelector  = "labels-break-selector"
	VarUnused            = "var-unused"
	ComponentUnused      = "component-without-effect"
	GeneratorQuotes      = "generator-keeps-quotes"
)

// Recorder collects what the steps of a build did not do.
type Recorder struct {
	findings []finding.Finding
	files    map[string]*yaml.Node
	texts    map[string][]byte
	renamed  map[string]string // images: the new name, by the old
	labels   []addedLabels
	vars     []declaredVar
}

// addedLabels are labels that an entry adds to selectors.
type addedLabels struct {
	file  string
	entry []any
	pairs map[string]string
}

// Observe is for [kbuild.Options].
func (r *Recorder) Observe(s *kbuild.Step) (done func()) {
	switch s.Kind {
	case "PatchTransformer":
		r.patchTarget(s, s.Kustomization.Patches)
		return r.patchedLists(s)
	case "PatchJson6902Transformer":
		r.patchTarget(s, s.Kustomization.PatchesJson6902) //nolint:staticcheck // deprecated, and in use
	case "PatchStrategicMergeTransformer":
		return r.patchedLists(s)
	case "ImageTagTransformer":
		r.image(s)
	case "ReplacementTransformer":
		return r.replacements(s)
	case "LabelTransformer":
		r.selectorLabels(s)
	case "Component":
		return r.component(s)
	case "Generators":
		r.generators(s)
	case "Vars":
		r.declared(s)
	case "UnusedVars":
		r.unusedVars(s)
	}
	return nil
}

// Texts are the kustomization files that findings point into, by path.
func (r *Recorder) Texts() map[string][]byte { return r.texts }

func (r *Recorder) report(rule string, s finding.Severity, file string, entry []any, message string, opts ...func(*finding.Finding)) {
	shown := file
	if cwd, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(cwd, file); err == nil && !strings.HasPrefix(rel, "..") {
			shown = rel
		}
	}
	f := finding.Finding{Rule: rule, Severity: s, Resource: finding.Resource{Kind: "Kustomization", Name: filepath.Base(filepath.Dir(file))}, Message: message, File: shown}
	if n := r.node(file, shown, entry); n != nil {
		f.Line, f.Column = n.Line, n.Column
	}
	for i, e := range entry {
		switch e := e.(type) {
		case int:
			f.Field += fmt.Sprintf("[%d]", e)
		case string:
			if i > 0 {
				f.Field += "."
			}
			f.Field += e
		}
	}
	for _, o := range opts {
		o(&f)
	}
	r.findings = append(r.findings, f)
}

func help(text string) func(*finding.Finding) { return func(f *finding.Finding) { f.Help = text } }

func meant(names ...string) func(*finding.Finding) {
	return func(f *finding.Finding) {
		if len(names) > 0 {
			f.Suggestions, f.Meant = names, fmt.Sprintf("%q", names[0])
		}
	}
}

// node is what stands at an entry of a kustomization file.
func (r *Recorder) node(file, shown string, entry []any) *yaml.Node {
	if r.files == nil {
		r.files, r.texts = map[string]*yaml.Node{}, map[string][]byte{}
	}
	root, ok := r.files[file]
	if !ok {
		var doc yaml.Node
		if text, err := limits.ReadRegular(file); err == nil && yaml.Unmarshal(text, &doc) == nil {
			root = yamlnode.Resolve(&doc)
			r.texts[shown] = text
		}
		r.files[file] = root
	}
	n := root
	for _, e := range entry {
		switch e := e.(type) {
		case int:
			es := yamlnode.Elements(n)
			if e >= len(es) {
				return nil
			}
			n = yamlnode.Resolve(es[e])
		case string:
			n = yamlnode.Get(n, e)
		}
	}
	return n
}

// patchTarget reports a target that selects nothing.
func (r *Recorder) patchTarget(s *kbuild.Step, patches []types.Patch) {
	i, ok := index(s.Entry)
	if !ok || i >= len(patches) || patches[i].Target == nil {
		return
	}
	target := *patches[i].Target
	if target.Name == "" || strings.ContainsAny(target.Name, `*+?|()[]\^$.{`) || target.LabelSelector != "" || target.AnnotationSelector != "" {
		return // for whatever there is
	}
	if rs, err := s.Select(target); err != nil || len(rs) > 0 {
		return
	}
	what := target.Kind + " " + target.Name
	if target.Kind == "" {
		what = target.Name
	}
	message := fmt.Sprintf("the patch changes nothing: its target %s selects no resource", strings.TrimSpace(what))
	entry := append(slices.Clone(s.Entry), "target")
	var names []string
	var same *resource.Resource
	resources := 0
	s.Each(func(res *resource.Resource) {
		resources++
		if target.Kind != "" && res.GetKind() != target.Kind {
			return
		}
		names = append(names, res.GetName())
		if res.GetName() == target.Name || res.OrgId().Name == target.Name {
			same = res
		}
	})
	if resources == 0 {
		return // flux bootstrap fills the files later that the patches are for
	}
	if same != nil {
		field, want, have := differs(&target, same)
		if field != "" {
			r.report(PatchTargetMissing, finding.Error, s.File, append(entry, field),
				fmt.Sprintf("%s: %s has %s %q, not %q", message, what, field, have, want), meant(have), help("kustomize skips such a patch without a word"))
			return
		}
	}
	near := closest(target.Name, names)
	switch {
	case len(near) > 0:
		r.report(PatchTargetMissing, finding.Error, s.File, append(entry, "name"), message, meant(near...), help("kustomize skips such a patch without a word"))
	case s.Kustomization.Kind != types.ComponentKind: // which may be for other builds
		r.report(PatchTargetMissing, finding.Warning, s.File, append(entry, "name"), message,
			help("kustomize skips such a patch without a word; take it out, or write the name that is meant"))
	}
}

// differs returns the first field of a target that a resource of its name does
// not fit.
func differs(target *types.Selector, res *resource.Resource) (field, want, have string) {
	id := res.CurId()
	fits := func(pattern, value string) bool {
		ok, err := regexp.MatchString("^(?:"+pattern+")$", value)
		return pattern == "" || err == nil && ok
	}
	switch {
	case !fits(target.Group, id.Group):
		return "group", target.Group, id.Group
	case !fits(target.Version, id.Version):
		return "version", target.Version, id.Version
	case !fits(target.Namespace, id.EffectiveNamespace()):
		return "namespace", target.Namespace, id.EffectiveNamespace()
	}
	return "", "", ""
}

func index(entry []any) (int, bool) {
	if len(entry) < 2 {
		return 0, false
	}
	i, ok := entry[1].(int)
	return i, ok
}

// closest returns the names that were probably meant.
func closest(name string, names []string) []string {
	var near []string
	for _, n := range suggest.Nearest(name, names, 3) {
		if suggest.Close(name, n) {
			near = append(near, n)
		}
	}
	return near
}

// image reports a name under images that nothing has.
func (r *Recorder) image(s *kbuild.Step) {
	i, ok := index(s.Entry)
	if !ok || i >= len(s.Kustomization.Images) || len(s.Kustomization.Configurations) > 0 {
		return
	}
	entry := s.Kustomization.Images[i]
	pattern, err := regexp.Compile("^" + entry.Name + "([:@].*)?$")
	if err != nil || entry.Name == "" {
		return
	}
	found := false
	var names []string
	s.Each(func(res *resource.Resource) {
		eachImage(res.YNode(), 0, func(image string) {
			found = found || pattern.MatchString(image)
			names = append(names, imageName(image))
		})
	})
	if r.renamed == nil {
		r.renamed = map[string]string{}
	}
	at := append(slices.Clone(s.Entry), "name")
	message := fmt.Sprintf("images changes nothing for %q: no container has an image of that name", entry.Name)
	silent := help("kustomize compares whole names, with the registry, and skips the entry without a word")
	switch near := closest(entry.Name, names); {
	case found:
		if entry.NewName != "" && entry.NewName != entry.Name {
			r.renamed[entry.Name] = entry.NewName
		}
	case r.renamed[entry.Name] != "":
		r.report(ImagesEntryUnused, finding.Error, s.File, at, message+", since a kustomization below has renamed it", meant(r.renamed[entry.Name]), silent)
	case len(near) > 0:
		r.report(ImagesEntryUnused, finding.Error, s.File, at, message, meant(near...), silent)
	case s.Kustomization.Kind != types.ComponentKind && len(names) > 0:
		if other := sameBase(entry.Name, names); other != "" {
			r.report(ImagesEntryUnused, finding.Error, s.File, at, message, meant(other), silent)
			return
		}
		r.report(ImagesEntryUnused, finding.Warning, s.File, at, message, silent)
	}
}

// sameBase returns an image of the same last part in another registry.
func sameBase(name string, names []string) string {
	base := name[strings.LastIndexByte(name, '/')+1:]
	for _, n := range names {
		if n[strings.LastIndexByte(n, '/')+1:] == base {
			return n
		}
	}
	return ""
}

func imageName(image string) string {
	image, _, _ = strings.Cut(image, "@")
	if colon := strings.LastIndexByte(image, ':'); colon > strings.LastIndexByte(image, '/') {
		return image[:colon]
	}
	return image
}

func eachImage(n *yaml.Node, depth int, f func(string)) {
	if n == nil || depth > 100 {
		return
	}
	for i, c := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 1 && c.Kind == yaml.ScalarNode {
			if key := n.Content[i-1].Value; c.Value != "" && strings.HasSuffix(strings.ToLower(key), "image") {
				f(c.Value)
			}
			continue
		}
		eachImage(c, depth+1, f)
	}
}

// Findings are what the build's steps did not do. inv is what was built, as the
// last of them left it; it may be nil.
func (r *Recorder) Findings(inv *inventory.Inventory) []finding.Finding {
	if inv != nil {
		r.brokenSelectors(inv)
	}
	return r.findings
}
