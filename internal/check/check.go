// Package check runs the rules over what somebody names on a command line:
// kustomizations, files, folders of files, or a stream.
package check

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
	"github.com/ressKim-io/wealist-k8s-migration/internal/effects"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fix"
	"github.com/ressKim-io/wealist-k8s-migration/internal/flux"
	"github.com/ressKim-io/wealist-k8s-migration/internal/function"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
	"github.com/ressKim-io/wealist-k8s-migration/internal/limits"
	"github.com/ressKim-io/wealist-k8s-migration/internal/provenance"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
	"github.com/ressKim-io/wealist-k8s-migration/internal/report"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Options tune a check.
type Options struct {
	// Config is used for what does not bring its own.
	Config *config.ConfigPipeline
	// Unresolved overrides validate.unresolved of the configuration if set.
	Unresolved string
	// Severities override those of rules, whoever has set them.
	Severities map[string]finding.Severity
	Stdin      io.Reader
	// Edited are texts to read in place of those of files, by absolute path without
	// symbolic links.
	Edited map[string][]byte
	Build  kbuild.Options
	// Cluster is asked for what is not in the trees, if it is set; ClusterName is
	// what messages call it.
	Cluster     Cluster
	ClusterName string
	// Remote is called with each remote base before it is read. It may be nil.
	Remote func(url string)
	// Keep fills Report.Built.
	Keep bool
	// Chosen says which of the trees are checked, all if it is nil. The others are
	// looked at where what is found depends on them: whether one has what another
	// misses, say. So what is found in a part of the trees is what a check of all
	// finds in it.
	Chosen []bool
	// Jobs is how many trees are checked at once, 0 for one on each processor.
	Jobs int
	// Beside is called when the trees that are not chosen have to be looked at. It may
	// be nil.
	Beside func()
	// Progress is called before each tree is checked. It may be nil.
	Progress func(done, total int, name string)
}

// Report is what a check found.
type Report struct {
	Findings []finding.Finding
	// Trees and Resources count what was checked; Checked are the trees' names.
	Trees, Resources int
	Checked          []string
	// WithoutSchema counts resources whose fields could not be compared with a
	// schema, by API group.
	WithoutSchema map[string]int
	// Sources are the texts of the files that were read.
	Sources map[string][]byte
	// Warnings are about the kustomization files that were built.
	Warnings []kbuild.Warning
	// Unread is what could not be checked.
	Unread []Unread
	// Asked is what Options.Cluster said.
	Asked Asked
	// Built are the trees with their resources, if Options.Keep is set: those that
	// were built without an error, and without the function, whose part in them is
	// no more than what follows from the rest.
	Built []fix.Built

	brought       map[string]bool   // apiVersion and kind, by CustomResourceDefinitions of the trees
	follow        bool              // where values were written: the tree before had findings
	spared        []finding.Finding // what comments silenced in builds that the function would have ended
	about         []finding.Finding // the entries of the kustomization at hand
	withoutSchema map[string]int    // of the kustomization at hand
	secrets       *redact.Secrets
	inputs        []*kbuild.Snapshot
	several       bool         // trees, so that what each has is remembered
	nodes         []*yaml.Node // what secrets are looked for in, once nobody edits it
	shared        *shared
	defined       map[crdKey][]*yaml.Node // what CustomResourceDefinitions say, each thing once
	definedIn     map[crdKey][]string     // the folders that they are in, "" where that is not known
	mutated       map[crdKey]bool         // by group and plural, resources that a webhook of the trees may complete
	overlaid      map[string]bool         // folders with templates that change the files beside them
	unreadBeside  bool                    // something in the trees that are not chosen
	certain       map[string]bool         // files that are judged by a few rules only
	files         bool                    // no tree is a kustomization, whose builds take what they take
}

// Unread is a tree or a file that could not be checked. Its error is one line.
type Unread struct {
	Name string
	Err  error
	// Named is set for what was named on the command line by itself.
	Named bool
	// Found is set where a finding says why.
	Found bool
	// Partly is set where the rest was checked.
	Partly bool
}

// Need is what trees lack that have it in common: a program that nobody has let run, whatever its
// configurations are called, or helm. It is "" for other reasons.
func (u Unread) Need() string {
	need := ""
	if lacks := (*needError)(nil); errors.As(u.Err, &lacks) {
		need = lacks.alike
	} else if f := (*kbuild.Failure)(nil); errors.As(u.Err, &f) && f.What == kbuild.NeedsHelm {
		need = f.What
	}
	if need != "" && u.Partly {
		need += "; the rest is checked without that"
	}
	return need
}

func (u Unread) Error() string {
	if text := u.Err.Error(); u.Name == "" || strings.HasPrefix(text, u.Name+":") {
		return text
	}
	return u.Name + ": " + u.Err.Error()
}

// Run checks the trees, several at once. A tree that cannot be read does not keep
// the others from being checked; none is begun when ctx is done.
func Run(ctx context.Context, trees []Tree, opts Options) *Report {
	if opts.Build.Secrets == nil {
		opts.Build.Secrets = &redact.Secrets{}
	}
	if opts.Build.Unreached == nil {
		opts.Build.Unreached = &kbuild.Unreached{}
	}
	rep := &Report{Sources: map[string][]byte{}, WithoutSchema: map[string]int{}, secrets: opts.Build.Secrets, shared: &shared{}}
	if opts.Build.Cache == nil && len(trees) > 1 {
		opts.Build.Cache = &kbuild.Cache{} // overlays share their bases
	}
	rep.several = len(trees) > 1
	rep.files = !slices.ContainsFunc(trees, func(t Tree) bool { return t.Root != "" })
	for i := range trees {
		rep.Unread = append(rep.Unread, trees[i].Unread...)
	}
	outcomes := rep.trees(ctx, trees, opts, func(i int) bool { return opts.chosen(i) })
	texts := rep.Texts
	if slices.Contains(opts.Chosen, false) && ctx.Err() == nil && (rep.depends(outcomes) || namedNear(outcomes, trees)) {
		mine := rep.Texts()
		texts = func() map[string][]byte { return mine }
		outcomes = append(outcomes, rep.others(ctx, trees, opts)...)
	}
	// What is judged by itself comes last: which trees it is of depends on the part.
	slices.SortStableFunc(outcomes, func(a, b outcome) int { return cmp.Or(cmp.Compare(a.last(), b.last()), cmp.Compare(a.at, b.at)) })
	if err := kbuild.Unchanged(rep.inputs...); err != nil {
		var changed *kbuild.ChangedError
		if errors.As(err, &changed) {
			err = &kbuild.ChangedError{Files: relativeAll(changed.Files), Then: "What was found is of no state that they were in; run it again"}
		}
		rep.Unread = append(rep.Unread, Unread{Err: err, Named: true})
	}
	var found, beside [][]finding.Finding
	rep.absent(outcomes)
	var lacking map[finding.Resource]bool // in the cluster
	if opts.Cluster != nil {
		lacking = rep.ask(ctx, opts, outcomes)
	}
	rep.ofCharts(outcomes)
	readers := textReaders{}
	spoken := rep.scripted(outcomes, readers)
	unasked(outcomes)
	rep.saidToBeSet(outcomes)
	rep.saidToBeWrong(outcomes)
	rep.setImages(outcomes, readers)
	onOneMachine(outcomes, readers)
	onOldCluster(outcomes, readers)
	onOldCertManager(outcomes, readers)
	moreReplicas.ask(outcomes, readers)
	chosenPorts(outcomes)
	nodePorts.ask(outcomes, readers)
	varsElsewhere.ask(outcomes, readers)
	oldKustomize.ask(outcomes, readers)
	readByPrograms.ask(outcomes, readers)
	imagesOfPrograms.ask(outcomes, readers)
	portsOfPrograms.ask(outcomes, readers)
	flagsOfPrograms.ask(outcomes, readers)
	addedLater.ask(outcomes, readers)
	imagesElsewhere.ask(outcomes, readers)
	foldersOfPrograms.ask(outcomes, readers)
	accountsOfPrograms.ask(outcomes, readers)
	namespacesSet.ask(outcomes, readers)
	namespaceLabels.ask(outcomes, readers)
	dnsForAll.ask(outcomes, readers)
	podsOfFiles.ask(outcomes, readers)
	appliedApart.ask(outcomes, readers)
	judgeUnwritten := unwritten(outcomes, readers)
	madeLater(outcomes, readers)
	rep.definedElsewhere(outcomes, readers)
	charts := installedCharts(outcomes, readers)
	readers.read()
	rep.weighAbsences(outcomes, spoken, lacking, charts)
	rep.saidToBeMade(outcomes)
	grantedElsewhere(outcomes)
	misspelt(outcomes)
	judgeUnwritten()
	rep.spareToFill(outcomes)
	ofNoReader(outcomes)
	rep.shownInPart(outcomes)
	rep.switchedOff(outcomes)
	accountsSaid(outcomes)
	rep.embedded(outcomes)
	rep.saidOtherwise(outcomes)
	for i := range outcomes {
		o := &outcomes[i]
		rep.spareDisputed(o)
		if opts.chosen(o.at) {
			found = append(found, o.findings)
			if opts.Keep && o.resources != nil {
				rep.Built = append(rep.Built, fix.Built{Name: o.tree.shown(), Resources: o.resources})
			}
		} else {
			beside = append(beside, o.findings)
		}
	}
	if len(outcomes) == 1 && len(trees) == 1 {
		rep.Findings = once(found[0])
	} else {
		rep.Findings = merge(slices.Concat(found...))
	}
	rep.dropCommented(opts, texts(), slices.Concat(beside...))
	for i := range rep.Findings {
		// A build goes on where nobody has said why; who checks wants it said.
		if f := &rep.Findings[i]; f.Rule == rules.ReasonMissing.Name && f.Severity == finding.Warning {
			f.Severity = finding.Error
		}
	}
	rep.weigh(opts.Severities)
	finding.Sort(rep.Findings)
	rep.Findings = report.Clean(rep.Findings, rep.secrets)
	return rep
}

func (o *Options) chosen(i int) bool { return len(o.Chosen) == 0 || o.Chosen[i] }

// depends reports whether what was found in a part of the trees may be something
// else beside the others.
func (rep *Report) depends(outcomes []outcome) bool {
	var all []finding.Finding
	for _, o := range outcomes {
		for i := range o.findings {
			f := &o.findings[i]
			if o.asksOthers(f) || f.Severity > finding.Note && schemaRules[f.Rule] && !inventory.ByKubernetes(groupOf(f)) {
				return true
			}
		}
		all = append(all, o.findings...)
	}
	return rep.unusedComment(all)
}

// others checks the trees that are not chosen. What is found there is not reported.
func (rep *Report) others(ctx context.Context, trees []Tree, opts Options) []outcome {
	if opts.Beside != nil {
		opts.Beside()
	}
	opts.Progress = nil
	aside := &Report{
		Sources: map[string][]byte{}, WithoutSchema: map[string]int{}, secrets: rep.secrets, shared: rep.shared,
		several: true, files: rep.files, defined: rep.defined, definedIn: maps.Clone(rep.definedIn), mutated: maps.Clone(rep.mutated),
	}
	outcomes := aside.trees(ctx, trees, opts, func(i int) bool { return !opts.chosen(i) })
	rep.defined, rep.definedIn, rep.mutated, rep.unreadBeside = aside.defined, aside.definedIn, aside.mutated, len(aside.Unread) > 0
	rep.inputs, rep.spared = append(rep.inputs, aside.inputs...), append(rep.spared, aside.spared...)
	return outcomes
}

// count adds the resources of a tree to the totals.
func (rep *Report) count(resources int, withoutSchema map[string]int) {
	rep.Resources += resources
	for group, n := range withoutSchema {
		rep.WithoutSchema[group] += n
	}
}

// survive is check for trees that end it with a panic: the others are checked all
// the same.
func (rep *Report) survive(ctx context.Context, t Tree, opts Options) (outcomes []outcome, err error) {
	defer func() {
		if r := recover(); r != nil {
			outcomes, err = nil, fmt.Errorf("krm-validate gave up, which is a mistake of its own: %v", r)
		}
	}()
	return rep.check(ctx, t, opts)
}

// outcome is what is found in a tree, or in a part of one, and what is in it.
type outcome struct {
	tree     Tree
	findings []finding.Finding
	found    *function.Found // what findings come from when the resources are gone, nil if they are there
	have     objects
	set      map[string]finding.Severity // by rule, what the configuration says
	around   *surroundings               // nil where a configuration, or who asks, says what absences are
	at       int                         // of the tree among those of the run
	// resources are those of the tree, nil if it could not be built.
	resources []*yaml.Node
	// aside says that the tree is not checked, and only has what others may miss.
	aside bool
	// unbuilt says that the findings are why the tree does not build.
	unbuilt bool
	// forgotten are the files that no kustomization lists and that have what is missing.
	forgotten map[*finding.Finding]string
}

// last is 1 for what comes after the other trees, whatever is chosen of them.
func (o *outcome) last() int {
	if o.tree.alone {
		return 1
	}
	return 0
}

// severities are those that a configuration sets, by rule.
func severities(cfg *config.ConfigPipeline) map[string]finding.Severity {
	if cfg == nil || cfg.Spec.Validate == nil {
		return nil
	}
	return cfg.Spec.Validate.Rules
}

func (rep *Report) check(ctx context.Context, t Tree, opts Options) ([]outcome, error) {
	if t.Root != "" {
		o, err := rep.checkKustomization(ctx, t, opts)
		return []outcome{o}, err
	}
	sources, err := rep.read(t, opts)
	if err != nil {
		return nil, err
	}
	seen := kbuild.NewSnapshot(opts.files())
	for _, s := range sources {
		if info, err := os.Stat(s.File); err == nil && info.Mode().IsRegular() {
			seen.Saw(s.File, s.Data)
		}
	}
	rep.inputs = append(rep.inputs, seen)
	if rep.files {
		for _, s := range sources {
			limits.Expect(len(s.Data))
		}
	}
	listed := sources
	if !t.Named {
		sources = withoutData(sources)
	}
	patches := t.patches()
	inv, cfg, err := rep.index(sources, patches, opts.Config)
	var broken []outcome
	if err != nil && !t.Named {
		sources, broken = rep.readable(&t, sources, opts.Config)
		inv, cfg, err = rep.index(sources, patches, opts.Config)
	}
	var templates []outcome
	if err == nil && !t.Named {
		if templates = rep.templates(sources, inv); len(templates) > 0 {
			inv, cfg, err = rep.index(without(sources, templates), patches, opts.Config)
		}
	}
	if err != nil {
		return nil, err
	}
	if len(inv.Objects()) == 0 && cfg == nil {
		switch {
		case t.Named:
			return nil, fmt.Errorf("nothing to check: no Kubernetes resource in %s", strings.Join(names(listed), ", "))
		case rep.files && !rep.several && len(rep.Unread) == 0 && t.Charts == 0 && len(broken) == 0:
			all := names(listed)
			if more := len(all) - 3; more > 0 {
				all = append(all[:3], fmt.Sprintf("%d more", more))
			}
			return nil, fmt.Errorf("nothing to check: no Kubernetes resource in %s", strings.Join(all, ", "))
		}
	}
	inv.Repository = t.repository()
	rep.substitutes(&t, inv)
	rep.bring(inv)
	defineLive(ctx, inv, opts.Cluster)
	rep.defineNear(&t, inv)
	parts := []part{{t.Name, inv}}
	var replaced bundles
	if !t.Named {
		replaced = replacedBundles(inv)
		parts = split(t.top(), t.Name, inv)
	}
	for i := range broken {
		broken[i].set = severities(cfg)
		for j := range broken[i].findings {
			if level, ok := broken[i].set[YAMLInvalid]; ok {
				broken[i].findings[j].Severity = level
			}
		}
	}
	templates = append(templates, broken...)
	rep.several = rep.several || len(parts)+len(templates) > 1
	outcomes := make([]outcome, 0, len(parts))
	for _, p := range parts {
		if !t.alone { // only looked through
			rep.count(len(p.inv.Objects()), rules.WithoutSchema(p.inv))
		}
		found, err := validate(ctx, t.rules(), p.inv, cfg, opts)
		if err != nil {
			return outcomes, err
		}
		rep.define(p.inv)
		tree := t
		tree.Name = p.name
		around := rep.aroundOf(&tree, p.inv, found, cfg, opts)
		o := outcome{tree: tree, have: rep.objectsOf(p.inv, around), set: severities(cfg), around: around}
		processed, err := rep.processed(ctx, &t, p.inv, cfg, opts)
		if err != nil {
			return outcomes, err
		}
		if t.Named && len(processed) == 0 {
			o.found = found
		} else {
			o.findings = found.Findings()
			if !t.Named {
				spareForms(p.inv, o.findings, o.set)
			}
			o.findings = append(o.findings, processed...)
			replaced.spare(o.findings, o.set)
		}
		if t.alone {
			o.have, o.findings = nil, t.certain(o.findings)
		}
		if opts.Keep && cfg == nil {
			for _, object := range p.inv.Objects() {
				if object.Node != nil && !object.Local {
					o.resources = append(o.resources, object.Node)
				}
			}
		}
		outcomes = append(outcomes, o)
	}
	return append(outcomes, templates...), nil
}

// validate runs the pipeline in memory: rules judge what it would hand to a
// cluster, and connections are checked by computing them.
func validate(ctx context.Context, named []*rules.Rule, inv *inventory.Inventory, cfg *config.ConfigPipeline, opts Options) (*function.Found, error) {
	own := config.ConfigPipeline{}
	if cfg != nil {
		own = *cfg
	}
	own.Spec.Receipt = false
	if v := opts.Build.KubernetesVersion; v != "" {
		own.Spec.KubernetesVersion = v
	}
	if opts.Unresolved != "" {
		v := config.Validate{}
		if own.Spec.Validate != nil {
			v = *own.Spec.Validate
		}
		v.Unresolved = opts.Unresolved
		own.Spec.Validate = &v
	}
	_, found, err := function.Judge(ctx, named, inv, &own)
	return found, err
}

// checkKustomization builds a kustomization. If it runs the function itself,
// what the function found is the answer; else the result is checked.
func (rep *Report) checkKustomization(ctx context.Context, t Tree, opts Options) (outcome, error) {
	var trace provenance.Trace
	if rep.follow {
		opts.Build.Trace = &trace
	}
	files := kbuild.NewSnapshot(opts.files()) // both builds see the same
	rep.inputs = append(rep.inputs, files)
	b, err := rep.buildAndCheck(ctx, files, t, opts)
	if err != nil && len(b.findings) == 0 {
		b, err = rep.checkUnfilled(ctx, t, opts, b, err)
	}
	var why []finding.Finding // it does not build
	if failed := err; failed != nil {
		if !errors.Is(failed, errTemplate) {
			why = rep.unbuilt(&t, files, failuresOf(failed), nil)
			err = t.awaited(files, failed)
		}
		var more []*kbuild.Failure
		if len(b.findings) == 0 {
			b, more, err = rep.checkPartly(ctx, files, &t, opts, b, err)
		}
		if !errors.Is(failed, errTemplate) {
			why = rep.unbuilt(&t, files, append(more, kbuild.Lacking(files, t.Root)...), why)
		}
	}
	if t.torn && err == nil {
		b.findings = spareLost(b.findings, t.changed)
		b.around.lose([]maker{{what: "the kustomization that " + t.Name + " is a part of"}})
		rep.about = nil
	}
	if !rep.follow && len(b.findings) > 0 {
		// Sound trees are not followed. Others, and then those beside them, are.
		if resources := follow(b.files, t.Root, b.opts, &trace); trace.Any() && resources != nil {
			b.resources = resources
		}
	}
	if rep.follow = len(b.findings) > 0; err != nil && len(b.findings) == 0 {
		return outcome{tree: t, findings: why, unbuilt: len(why) > 0}, err
	}
	rep.count(len(b.resources), rep.withoutSchema)
	places := NewPlaces(&trace, b.resources)
	places.read = func(file string) ([]byte, error) { return readAbs(files, file) }
	places.Locate(b.findings)
	if b.config == nil {
		places.spareLayers(&t, b.findings)
	}
	places.sources(b.findings, rep.Sources)
	o := outcome{tree: t, findings: slices.Concat(b.findings, rep.about, b.aside, why), have: b.have, set: severities(b.config), around: b.around}
	if !b.function {
		o.resources = b.resources
	}
	return o, err
}

// built is a kustomization that was built of files, and what is found in it.
type built struct {
	files     filesys.FileSystem
	opts      kbuild.Options
	findings  []finding.Finding
	resources []*yaml.Node
	have      objects
	around    *surroundings
	function  bool // whether it ran
	config    *config.ConfigPipeline
	aside     []finding.Finding // about what others refuse to build
}

// buildAndCheck builds a kustomization and checks what comes out.
func (rep *Report) buildAndCheck(ctx context.Context, files *kbuild.Snapshot, t Tree, opts Options) (b built, err error) {
	rep.about, rep.withoutSchema = nil, nil
	build := opts.Build
	build.InProcess = function.RunNodes
	build.Spare = func(trace *provenance.Trace, read func(string) ([]byte, error), findings []finding.Finding) []finding.Finding {
		left, silent := spare(trace, read, findings)
		rep.spared = append(rep.spared, silent...)
		return left
	}
	build.KeepNames = true
	build.Namespace, build.Components = rep.targetNamespace(&t), rep.components(&t)
	steps := &effects.Recorder{}
	build.Observe, build.Told = steps.Observe, steps.Told
	b.files = files
	result, err := kbuild.Build(files, t.Root, build)
	if err != nil && len(build.Components) > 0 {
		steps, build.Components = &effects.Recorder{}, nil // those of several that may not go together
		build.Observe, build.Told = steps.Observe, steps.Told
		result, err = kbuild.Build(files, t.Root, build)
	}
	if err != nil && t.Within != "" && outsideOfFolder(err) {
		// The file may be read: it is in the folder that was named.
		steps = &effects.Recorder{}
		build.Observe, build.Told = steps.Observe, steps.Told
		build.LoadRestrictor, build.Cache = types.LoadRestrictionsNone, nil
		b.files = kbuild.NewSnapshot(within{files, t.Within})
		refused := err
		if result, err = kbuild.Build(b.files, t.Root, build); err == nil {
			b.aside = rep.outside(&t, files, refused)
		}
	}
	b.opts = build
	failure := ""
	if result != nil {
		b.config = rep.configOf(result, opts)
		rep.warn(result.Warnings)
		for _, r := range result.Runs {
			b.findings = append(b.findings, r.Findings...)
			failure += r.Failure
		}
	}
	var failed *kbuild.FunctionError
	if errors.As(err, &failed) && finding.Count(b.findings, finding.Error) > 0 {
		rep.about = rep.kustomizations(steps, nil, b.config)
		b.findings = unresolved(b.findings, opts.Unresolved)
		return b, nil
	}
	if err != nil {
		if failure != "" {
			err = fmt.Errorf("%s: %w", failure, err)
		}
		return b, err
	}
	m := result.Resources
	b.function = len(result.Runs) > 0
	b.resources = make([]*yaml.Node, 0, m.Size())
	for _, r := range m.Resources() {
		b.resources = append(b.resources, r.YNode())
		rep.nodes = append(rep.nodes, r.YNode()) // a remote base is no file of the build
	}
	inv := &inventory.Inventory{Finished: true, Repository: t.repository()}
	inv.Unfinished = func() bool { return rep.unfinished(&t) }
	rep.substitutes(&t, inv)
	var values *flux.Variables
	if len(result.Runs) == 0 && slices.ContainsFunc(b.resources, flux.HasVariables) { // Flux runs no function
		values = rep.variables(&t)
	}
	for _, n := range b.resources {
		if values != nil {
			filled := values.Fill(n)
			if filled != n {
				rep.nodes = append(rep.nodes, filled) // a Secret's values may come from there
			}
			n = filled
		}
		if o := inv.Add(n, inventory.Source{}); opts.Edited != nil {
			takeUnfilled(o)
		}
	}
	if makesChart(inv) {
		return b, fmt.Errorf("it builds the templates of a Helm chart: %w", errTemplate)
	}
	defineLive(ctx, inv, opts.Cluster)
	rep.defineNear(&t, inv)
	rep.about, rep.withoutSchema = rep.kustomizations(steps, inv, b.config), rules.WithoutSchema(inv)
	rep.bring(inv)
	served := rep.unserved(inv, opts)
	if b.config != nil {
		served = rules.Settle(served, b.config.Spec.Validate)
	}
	unwritable := kbuild.Writable(m, rep.secrets) // whoever builds it gets this
	if unwritable != nil {
		for _, n := range rep.nodes { // which nobody is going to edit
			rep.secrets.Node(n)
		}
		unwritable = kbuild.Writable(m, rep.secrets)
	}
	if unwritable != nil {
		unwritable = kbuild.Unwritable(b.files, t.Root, build, unwritable)
	}
	if len(result.Runs) > 0 || unwritable != nil {
		b.findings, b.have = append(unresolved(b.findings, opts.Unresolved), served...), rep.objectsOf(inv, nil)
		return b, unwritable
	}
	found, err := validate(ctx, t.rules(), inv, opts.Config, opts)
	b.findings, b.around = saidAlready(found.Findings(), rep.about), rep.aroundOf(&t, inv, found, b.config, opts)
	spareBundle(inv, b.findings, severities(b.config))
	if !t.Named {
		spareForms(inv, b.findings, severities(b.config))
		spareUnplaced(inv, t.Root, b.findings, severities(b.config))
	}
	b.findings = append(b.findings, served...)
	b.have = rep.objectsOf(inv, b.around)
	rep.define(inv)
	return b, err
}

// accountsSaid leaves out that there is no namespace of a name where it is said as loudly
// that the account which is not in it is in another one.
func accountsSaid(outcomes []outcome) {
	type place struct {
		file, field  string
		line, column int
	}
	at := func(f *finding.Finding) place { return place{f.File, f.Field, f.Line, f.Column} }
	for i := range outcomes {
		o := &outcomes[i]
		accounts := map[place]finding.Severity{}
		for j := range o.findings {
			if f := &o.findings[j]; f.Rule == "serviceaccount-not-found" && strings.HasSuffix(f.Field, "].namespace") {
				accounts[at(f)] = f.Severity
			}
		}
		if len(accounts) > 0 {
			o.findings = slices.DeleteFunc(o.findings, func(f finding.Finding) bool {
				said, ok := accounts[at(&f)]
				return ok && f.Rule == "object-not-found" && said >= f.Severity
			})
		}
	}
}

// saidAlready leaves out that a selector selects nothing, or the pods of others too, where it
// is said which labels of a kustomization are the reason.
func saidAlready(findings, about []finding.Finding) []finding.Finding {
	var broken []finding.Resource
	merged := false
	for i := range about {
		if kind, name := effects.Broken(&about[i]); kind != "" {
			broken = append(broken, finding.Resource{Kind: kind, Name: name})
		}
		merged = merged || effects.Merged(&about[i])
	}
	if len(broken) == 0 && !merged {
		return findings
	}
	return slices.DeleteFunc(findings, func(f finding.Finding) bool {
		if merged && f.Rule == "service-spans-applications" {
			return true
		}
		return (f.Rule == "selector-matches-nothing" || f.Rule == "policy-selects-nothing") && slices.Contains(broken, finding.Resource{Kind: f.Resource.Kind, Name: f.Resource.Name})
	})
}

// configOf is the configuration that what is found in a build is judged by: that
// of the function in it, or else the one that was given. It is not to be changed:
// trees whose configurations are written alike share it.
func (rep *Report) configOf(result *kbuild.Result, opts Options) *config.ConfigPipeline {
	for _, text := range result.Configs {
		if cfg := rep.shared.config(text); cfg != nil {
			return cfg
		}
	}
	return opts.Config
}

// config decodes a configuration, nil where it is none.
func (s *shared) config(text string) *config.ConfigPipeline {
	s.mu.Lock()
	defer s.mu.Unlock()
	if cfg, ok := s.configs[text]; ok {
		return cfg
	}
	var doc yaml.Node
	var cfg *config.ConfigPipeline
	if yaml.Unmarshal([]byte(text), &doc) == nil {
		if decoded, err := config.Decode(yamlnode.Resolve(&doc)); err == nil {
			cfg = decoded
		}
	}
	if s.configs == nil {
		s.configs = map[string]*config.ConfigPipeline{}
	}
	s.configs[text] = cfg
	return cfg
}

// kustomizations are the findings about the entries of kustomizations, with the
// severities that a configuration gives them, and without those that it ignores.
func (rep *Report) kustomizations(steps *effects.Recorder, inv *inventory.Inventory, cfg *config.ConfigPipeline) []finding.Finding {
	findings := steps.Findings(inv)
	for file, text := range steps.Texts() {
		rep.Sources[file] = text
	}
	if cfg == nil {
		return findings
	}
	return rules.Settle(findings, cfg.Spec.Validate)
}

// warn adds warnings, each once: overlays share their bases.
func (rep *Report) warn(ws []kbuild.Warning) {
	for _, w := range ws {
		if !slices.Contains(rep.Warnings, w) {
			rep.Warnings = append(rep.Warnings, w)
		}
	}
}
