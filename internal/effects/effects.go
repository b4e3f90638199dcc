// Package effects finds the entries of kustomizations that do nothing, or
// something else than was meant: a patch whose target selects nothing, a name
// under images that no container has, a list of a custom resource that a patch
// replaced as a whole. kustomize passes over all of them without a word.
//
// A [Recorder] watches a build, step by step, and sees what each entry is
// applied to.
package effects

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/api/types"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// The rules about kustomizations, whose documentation is in fn/rules.
const (
	PatchTargetMissing   = "patch-target-missing"
	ImagesEntryUnused    = "images-entry-unused"
	ReplacementMisplaced = "replacement-misplaced"
	PatchReplacesList    = "patch-replaces-list"
	PatchReplacesAll     = "patch-replaces-all"
	LabelsBreakSelector  = "labels-break-selector"
	VarUnused            = "var-unused"
	ComponentUnused      = "component-without-effect"
	GeneratorQuotes      = "generator-keeps-quotes"
)

// Recorder collects what the steps of a build did not do.
type Recorder struct {
	findings    []finding.Finding
	files       map[string]*yaml.Node
	texts       map[string][]byte
	commented   map[string]map[string]bool // what resources that are commented out are named after, by file
	renamed     map[string]string          // images: the new name, by the old
	used        map[string]bool            // entries of images that found one, by file and field
	labels      []addedLabels
	overwritten []overwritten
	merged      []merged
	moved       map[movedLabel]bool
	vars        []declaredVar
	read        func(path string) ([]byte, error)
	remote      map[string]string // addresses of kustomization files, by path
}

// addedLabels are labels that an entry adds to selectors.
type addedLabels struct {
	file  string
	entry []any
	pairs map[string]string
}

// Observe is for [kbuild.Options].
func (r *Recorder) Observe(s *kbuild.Step) (done func()) {
	r.read = s.Read
	if s.Shown != "" {
		if r.remote == nil {
			r.remote = map[string]string{}
		}
		r.remote[s.File] = s.Shown
	}
	switch s.Kind {
	case "PatchTransformer":
		r.patchTarget(s, s.Kustomization.Patches)
		r.addedWhole(s, s.Kustomization.Patches)
		return r.patchedLists(s)
	case "PatchJson6902Transformer":
		r.patchTarget(s, s.Kustomization.PatchesJson6902) //nolint:staticcheck // deprecated, and in use
		r.addedWhole(s, s.Kustomization.PatchesJson6902)  //nolint:staticcheck // as above
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

// Told counts the findings: it is for [kbuild.Options] too.
func (r *Recorder) Told() int {
	return len(r.findings) + len(r.overwritten) + len(r.merged) + len(r.moved)
}

// Texts are the kustomization files that findings point into, by path.
func (r *Recorder) Texts() map[string][]byte { return r.texts }

func (r *Recorder) report(rule string, s finding.Severity, file string, entry []any, message string, opts ...func(*finding.Finding)) {
	shown := r.shown(file)
	f := finding.Finding{Rule: rule, Severity: s, Resource: finding.Resource{Kind: "Kustomization", Name: filepath.Base(filepath.Dir(file))}, Message: message, File: shown}
	if n := r.node(file, shown, entry); n != nil {
		f.Line, f.Column = n.Line, n.Column
	}
	f.Field = field(entry)
	for _, o := range opts {
		o(&f)
	}
	r.findings = append(r.findings, f)
}

// shown is what findings call a file.
func (r *Recorder) shown(file string) string {
	if address, ok := r.remote[file]; ok {
		return address
	}
	if cwd, err := os.Getwd(); err == nil {
		if rel, err := filepath.Rel(cwd, file); err == nil && !strings.HasPrefix(rel, "..") {
			return rel
		}
	}
	return file
}

// field is the path of an entry: images[0].name.
func field(entry []any) string {
	var b strings.Builder
	for i, e := range entry {
		switch e := e.(type) {
		case int:
			fmt.Fprintf(&b, "[%d]", e)
		case string:
			if i > 0 {
				b.WriteByte('.')
			}
			b.WriteString(e)
		}
	}
	return b.String()
}

func says(about finding.About) func(*finding.Finding) {
	return func(f *finding.Finding) { f.About = &about }
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
		if text, err := r.read(file); err == nil && yaml.Unmarshal(text, &doc) == nil {
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
	if rs, err := s.Select(target); err != nil || len(rs) > 0 {
		return
	}
	const silent = "kustomize skips such a patch without a word"
	message := "the patch changes nothing: its target " + described(&target) + "selects no resource"
	entry := append(slices.Clone(s.Entry), "target")
	if r.nearSelector(s, PatchTargetMissing, s.File, &target, entry, message, silent) {
		return
	}
	if !slices.ContainsFunc(patches, func(p types.Patch) bool { // alternatives, of which one is to fit
		return p.Target != nil && p.Target.Kind == target.Kind && p.Target.Gvk != target.Gvk
	}) && s.Kustomization.Kind != types.ComponentKind {
		if f, want, have := otherKind(s, &target); f != "" {
			r.report(PatchTargetMissing, finding.Warning, s.File, append(entry, f),
				fmt.Sprintf("the patch changes nothing: the %s %q has no %s, and those here have %q", f, want, target.Kind, have), meant(have), help(silent))
			return
		}
	}
	if target.Name == "" || isPattern(target.Name) || target.LabelSelector != "" || target.AnnotationSelector != "" {
		return
	}
	resources := 0
	s.Each(func(*resource.Resource) { resources++ })
	// flux bootstrap fills the files later that the patches are for; a component may
	// be for other builds.
	if resources == 0 || s.Kustomization.Kind == types.ComponentKind || r.commentedOut(s.File, target.Name) {
		return
	}
	switch before := r.takenOutBefore(s, patches[:i], &target); {
	case r.takesOut(s, &patches[i], nil):
		r.report(PatchTargetMissing, finding.Note, s.File, append(entry, "name"), message,
			help("what the patch takes out is not there"))
	case before != "":
		r.report(PatchTargetMissing, finding.Note, s.File, append(entry, "name"), message, help(before+" takes it out before"))
	default:
		r.report(PatchTargetMissing, finding.Warning, s.File, append(entry, "name"), message,
			help(silent+"; take it out, or write the name that is meant"))
	}
}

// otherKind returns the group or version of a target for resources of a kind in which no
// resource of that kind is, or can be, and that of those which are there: HelmReleases of an
// old version, a Deployment of the group of Ingresses.
func otherKind(s *kbuild.Step, target *types.Selector) (field, want, have string) {
	if target.Kind == "" || isPattern(strings.ReplaceAll(target.Kind+target.Group+target.Version, ".", "")) || target.Name != "" && !isPattern(target.Name) {
		return "", "", ""
	}
	s.Each(func(res *resource.Resource) {
		id := res.CurId()
		if id.Kind != target.Kind || field != "" {
			return
		}
		switch f, w, h := differs(target, res); {
		case f == "version" && (target.Group != "" || inventory.ByKubernetes(id.Group)),
			f == "group" && apischema.Kubernetes().HasGroup(w) && !slices.Contains(apischema.Kubernetes().Kinds(w), target.Kind):
			field, want, have = f, w, h
		}
	})
	return field, want, have
}

// takenOutBefore returns the entry of a kustomization that takes out what a target means:
// one of the patches before it, or what is merged before all of them. Who switches parts of
// an environment off that way leaves the rest as it is, for the day they are switched on.
func (r *Recorder) takenOutBefore(s *kbuild.Step, before []types.Patch, target *types.Selector) string {
	for i := range before {
		if r.takesOut(s, &before[i], target) {
			return field([]any{s.Entry[0], i})
		}
	}
	for i, merged := range s.Kustomization.PatchesStrategicMerge { //nolint:staticcheck // deprecated, and in use
		patch := types.Patch{Path: string(merged)}
		if strings.Contains(patch.Path, "\n") {
			patch = types.Patch{Patch: patch.Path}
		}
		if r.takesOut(s, &patch, target) {
			return field([]any{"patchesStrategicMerge", i})
		}
	}
	return ""
}

// takesOut reports whether a patch takes out what a target means, or all that it is about
// if that is nil.
func (r *Recorder) takesOut(s *kbuild.Step, patch *types.Patch, target *types.Selector) bool {
	text := []byte(patch.Patch)
	if patch.Path != "" {
		file := patch.Path
		if !filepath.IsAbs(file) {
			file = filepath.Join(filepath.Dir(s.File), file)
		}
		var err error
		if text, err = s.Read(file); err != nil {
			return false
		}
	}
	if !strings.Contains(string(text), "$patch") {
		return false
	}
	all, some := true, false
	for d := yaml.NewDecoder(bytes.NewReader(text)); ; {
		var doc yaml.Node
		if d.Decode(&doc) != nil {
			break
		}
		n := yamlnode.Resolve(&doc)
		if yamlnode.GetString(n, "$patch") != "delete" {
			all = false
			continue
		}
		some = true
		if target == nil {
			continue
		}
		kind, name := yamlnode.GetString(n, "kind"), yamlnode.GetString(yamlnode.Get(n, "metadata"), "name")
		if patch.Target != nil {
			kind, name = patch.Target.Kind, patch.Target.Name
		}
		if name == target.Name && (kind == target.Kind || kind == "" || target.Kind == "") {
			return true
		}
	}
	return target == nil && all && some
}

// commentedOut reports whether a resource of a kustomization that is named after
// something is commented out, as in
//
//	#- instances/queue.yaml
//
// Entries for it are there for the day it is taken in.
func (r *Recorder) commentedOut(file, name string) bool {
	names, ok := r.commented[file]
	if !ok {
		names = map[string]bool{}
		text, _ := r.read(file) // what cannot be read has no comments
		for line := range strings.Lines(string(text)) {
			comment, ok := strings.CutPrefix(strings.TrimSpace(line), "#")
			entry, is := strings.CutPrefix(strings.TrimSpace(comment), "- ")
			entry, _, _ = strings.Cut(strings.TrimSpace(entry), " ")
			if ok && is {
				names[strings.TrimSuffix(path.Base(entry), path.Ext(entry))] = true
			}
		}
		if r.commented == nil {
			r.commented = map[string]map[string]bool{}
		}
		r.commented[file] = names
	}
	return name != "" && names[name]
}

// described is the kind and name of a selector, with a blank behind it.
func described(target *types.Selector) string {
	if what := strings.TrimSpace(target.Kind + " " + target.Name); what != "" {
		return what + " "
	}
	return ""
}

// isPattern reports whether a selector's field is an expression.
func isPattern(text string) bool { return strings.ContainsAny(text, `*+?|()[]\^$.{`) }

// nearSelector reports a selector that selects nothing, and would select a
// resource by one field that is written nearly so or by one that is there by
// name. It says whether it did. entry is that of the selector.
func (r *Recorder) nearSelector(s *kbuild.Step, rule, file string, target *types.Selector, entry []any, message, silent string) bool {
	field, have, what := "", "", ""
	near := map[string][]string{}
	s.Each(func(res *resource.Resource) {
		id := res.CurId()
		if target.Name != "" && !isPattern(target.Name) && (id.Name == target.Name || res.OrgId().Name == target.Name) && (target.Kind == "" || id.Kind == target.Kind) && what == "" {
			if f, want, is := differs(target, res); f != "" {
				field, have, what = f, is, fmt.Sprintf("%s: %s has %s %q, not %q", message, strings.TrimSpace(target.Kind+" "+target.Name), f, is, want)
			}
		}
		for f, change := range map[string]struct{ want, is string }{"name": {target.Name, id.Name}, "kind": {target.Kind, id.Kind}, "labelSelector": {target.LabelSelector, labelOf(target.LabelSelector, res.GetLabels())}} {
			if change.want == "" || change.is == "" || change.want == change.is || f != "labelSelector" && isPattern(change.want) || !suggest.Close(change.want, change.is) {
				continue
			}
			other := *target
			switch f {
			case "name":
				other.Name = regexp.QuoteMeta(change.is)
			case "kind":
				other.Kind = change.is
			case "labelSelector":
				other.LabelSelector = change.is
			}
			if fits(&other, res) {
				near[f] = append(near[f], change.is)
			}
		}
	})
	if what != "" {
		r.report(rule, finding.Error, file, append(entry, field), what, meant(have), help(silent))
		return true
	}
	for _, f := range [...]string{"name", "kind", "labelSelector"} {
		if len(near[f]) > 0 {
			want := map[string]string{"name": target.Name, "kind": target.Kind, "labelSelector": target.LabelSelector}[f]
			severity := finding.Error
			if f == "labelSelector" {
				message, severity = fmt.Sprintf("%s with %s", message, want), finding.Warning
			}
			r.report(rule, severity, file, append(entry, f), message, meant(closest(want, near[f])...), help(silent))
			return true
		}
	}
	return false
}

// labelOf is the label of a resource that a selector of one label, key=value,
// nearly has: with its key or its value.
func labelOf(selector string, labels map[string]string) string {
	key, value, ok := strings.Cut(strings.Replace(selector, "==", "=", 1), "=")
	if !ok || strings.ContainsAny(selector, ",!() ") {
		return ""
	}
	if have := labels[key]; have != "" {
		return key + "=" + have
	}
	for _, k := range slices.Sorted(maps.Keys(labels)) {
		if labels[k] == value && suggest.Close(key, k) {
			return k + "=" + value
		}
	}
	return ""
}

// fits reports whether a selector takes a resource.
func fits(target *types.Selector, res *resource.Resource) bool {
	if field, _, _ := differs(target, res); field != "" {
		return false
	}
	id := res.CurId()
	if !matches(target.Kind, id.Kind) || !matches(target.Name, id.Name) {
		return false
	}
	for selector, match := range map[string]func(string) (bool, error){target.LabelSelector: res.MatchesLabelSelector, target.AnnotationSelector: res.MatchesAnnotationSelector} {
		if ok, err := match(selector); selector != "" && (err != nil || !ok) {
			return false
		}
	}
	return true
}

func matches(pattern, value string) bool {
	ok, err := regexp.MatchString("^(?:"+pattern+")$", value)
	return pattern == "" || err == nil && ok
}

// differs returns the first field of a target that a resource of its name does
// not fit.
func differs(target *types.Selector, res *resource.Resource) (field, want, have string) {
	id := res.CurId()
	switch {
	case !matches(target.Group, id.Group):
		return "group", target.Group, id.Group
	case !matches(target.Version, id.Version):
		return "version", target.Version, id.Version
	case !matches(target.Namespace, id.EffectiveNamespace()):
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
	found, already := false, false
	var names []string
	s.Each(func(res *resource.Resource) {
		eachImage(res.YNode(), 0, func(image string) {
			found = found || pattern.MatchString(image)
			already = already || isGiven(image, &entry)
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
		if r.used == nil {
			r.used = map[string]bool{}
		}
		r.used[r.shown(s.File)+":"+field(at)] = true
		if entry.NewName != "" && entry.NewName != entry.Name {
			r.renamed[entry.Name] = entry.NewName
		}
	case already:
		r.report(ImagesEntryUnused, finding.Note, s.File, at, message+"; one is what the entry gives already", silent)
	case r.renamed[entry.Name] != "" && slices.Contains(names, r.renamed[entry.Name]):
		r.report(ImagesEntryUnused, finding.Error, s.File, at, message+", since a kustomization below has renamed it", meant(r.renamed[entry.Name]), silent)
	case len(near) > 0 && otherSpelling(s.Kustomization.Images, entry, near):
		// another entry has that spelling: this one is for those that are not here
	case len(near) > 0:
		r.report(ImagesEntryUnused, finding.Error, s.File, at, message, meant(near...), silent)
	case s.Kustomization.Kind != types.ComponentKind && len(names) > 0:
		if other := sameBase(entry.Name, names); other != "" {
			if otherSpelling(s.Kustomization.Images, entry, []string{other}) {
				return
			}
			r.report(ImagesEntryUnused, finding.Error, s.File, at, message, meant(other), silent)
			return
		}
		level := finding.Warning
		if entry.NewName+entry.NewTag+entry.TagSuffix+entry.Digest == "" || strings.Contains(entry.Name, "$(") { // nothing is lost, and something may write a tag here
			level = finding.Note
		}
		r.report(ImagesEntryUnused, level, s.File, at, message, silent, says(finding.About{Name: entry.Name}))
	}
}

// otherSpelling reports whether another entry of images gives one of the names
// the new name that entry gives.
func otherSpelling(images []types.Image, entry types.Image, names []string) bool {
	return entry.NewName != "" && slices.ContainsFunc(images, func(i types.Image) bool {
		return i.NewName == entry.NewName && slices.Contains(names, i.Name)
	})
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

// isGiven reports whether an image is what an entry makes of those that it is for.
func isGiven(image string, entry *types.Image) bool {
	if entry.NewName == "" || imageName(image) != entry.NewName || entry.TagSuffix != "" {
		return false
	}
	switch rest := image[len(entry.NewName):]; {
	case entry.Digest != "":
		return strings.HasSuffix(rest, "@"+entry.Digest)
	default:
		return entry.NewTag == "" || rest == ":"+entry.NewTag
	}
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
		r.overwrittenSelectors(inv)
		r.mergedServices(inv)
	}
	if len(r.used) > 0 { // of a component, or a base, that is there several times
		r.findings = slices.DeleteFunc(r.findings, func(f finding.Finding) bool {
			return f.Rule == ImagesEntryUnused && r.used[f.File+":"+f.Field]
		})
	}
	return r.findings
}
