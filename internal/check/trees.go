package check

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
	"github.com/ressKim-io/wealist-k8s-migration/internal/parallel"
)

// shared is what the trees of a run have in common while they are checked at once.
type shared struct {
	mu sync.Mutex
	// followed says that a tree has had findings: those beside it may have too.
	followed atomic.Bool
	flux     map[string]func() []fluxFolder          // by the top of the repository
	configs  map[string]*config.ConfigPipeline       // by their text
	deployed map[string]func() map[string][]string   // likewise
	defined  map[string]func() map[crdKey]*yaml.Node // likewise
}

// judged is what came of one tree.
type judged struct {
	own      *Report
	outcomes []outcome
	err      error
	skipped  bool // it was not begun
}

// trees checks those of the trees that are chosen, several at once. It returns what
// was found in each part of them, in order.
func (rep *Report) trees(ctx context.Context, all []Tree, opts Options, chosen func(i int) bool) (outcomes []outcome) {
	var trees []Tree
	var at []int
	for i, t := range all {
		if chosen(i) {
			trees, at = append(trees, t), append(at, i)
		}
	}
	var mu sync.Mutex
	begun := 0
	var failed []int
	known := map[string]*paths{} // by the folder that was named
	parallel.InOrder(len(trees), opts.Jobs, func(i int) (j judged) {
		t := trees[i]
		mu.Lock()
		if opts.Progress != nil {
			opts.Progress(begun, len(trees), t.Name)
		}
		begun++
		if ctx.Err() == nil && opts.Remote != nil {
			for _, url := range t.Remote {
				opts.Remote(url)
			}
		}
		mu.Unlock()
		j.own = &Report{
			Sources: map[string][]byte{}, WithoutSchema: map[string]int{}, secrets: rep.secrets, several: rep.several, files: rep.files,
			shared: rep.shared, follow: rep.shared.followed.Load(),
		}
		if j.err = ctx.Err(); j.err != nil {
			j.skipped = true
			return j
		}
		j.outcomes, j.err = j.own.survive(ctx, t, opts)
		rep.shared.followed.Store(j.own.follow)
		return j
	}, func(i int, j judged) {
		t := trees[i]
		if t.alone {
			j.own.Unread = nil // nobody asked for these files
			if rep.certain == nil {
				rep.certain = map[string]bool{}
			}
			for file := range j.own.Sources {
				rep.certain[file] = true
			}
		}
		rep.take(j.own)
		size := 0
		for _, text := range j.own.Sources {
			size += len(text)
		}
		rep.secrets.Settle(size) // nobody looks at the resources of a tree again
		switch {
		case j.skipped:
			rep.Unread = append(rep.Unread, Unread{t.Name, j.err, true})
		case j.err != nil && !t.alone:
			rep.Unread = append(rep.Unread, Unread{t.Name, oneLine(j.err), t.Named})
			if len(j.outcomes) == 0 || len(j.outcomes[0].findings) == 0 && !errors.Is(j.err, errTemplate) {
				failed = append(failed, i)
			}
		}
		for _, o := range j.outcomes {
			if o.found != nil {
				o.findings, o.found = o.found.Findings(), nil
			}
			t.weighPaths(o.findings, o.set, j.own.overlaid, known)
			if j.err == nil && !o.aside && !t.alone {
				rep.Trees++
				rep.Checked = append(rep.Checked, cmp.Or(o.tree.shown(), o.tree.Name))
			}
			for j := range o.findings {
				o.findings[j].Tree = o.tree.shown()
			}
			o.at = at[i]
			if !opts.Keep {
				o.resources = nil // a fleet has more than memory holds
			}
			outcomes = append(outcomes, o)
		}
	})
	if len(failed) > 0 && ctx.Err() == nil {
		opts.Progress, opts.Remote = nil, nil
		for _, o := range rep.trees(ctx, loose(trees, failed), opts, func(int) bool { return true }) {
			o.at = at[failed[0]]
			outcomes = append(outcomes, o)
		}
	}
	return outcomes
}

// loose are the files that kustomizations which failed have as resources, but for those
// of others which did not. What patches and transformers make of them is not known: only
// what is wrong whatever they do is looked for.
func loose(trees []Tree, failed []int) []Tree {
	known := map[string]bool{} // files
	for i, t := range trees {
		if !slices.Contains(failed, i) {
			for _, file := range t.Listed {
				known[file] = true
			}
		}
	}
	var rest []Tree
	for _, i := range failed {
		t := trees[i]
		at := slices.IndexFunc(rest, func(r Tree) bool { return r.Name == t.Within })
		for _, file := range t.Listed {
			if known[file] || !isManifestFile(file) {
				continue
			}
			if known[file] = true; at < 0 {
				at, rest = len(rest), append(rest, Tree{Name: t.Within, Within: t.Within, alone: true})
			}
			rest[at].Files = append(rest[at].Files, file)
		}
	}
	return rest
}

// rules are those that the resources of the tree are judged by.
func (t *Tree) rules() []*rules.Rule {
	if t.alone {
		return certainRules()
	}
	return rules.All()
}

// certainRules are those whose errors stand whatever patches and transformers do to a
// resource: about structure, and about values that are there.
var certainRules = sync.OnceValue(func() []*rules.Rule {
	return slices.DeleteFunc(rules.All(), func(r *rules.Rule) bool {
		return !structural[r.Name] && r.Name != apischema.UnsupportedValue && r.Name != apischema.ValueInvalid
	})
})

// certain are the errors in resources that are judged by themselves.
func (t *Tree) certain(findings []finding.Finding) []finding.Finding {
	errors := slices.DeleteFunc(findings, func(f finding.Finding) bool {
		return f.Severity < finding.Error || !slices.ContainsFunc(certainRules(), func(r *rules.Rule) bool { return r.Name == f.Rule })
	})
	if t.unlisted {
		for i := range errors {
			errors[i].Severity = finding.Warning
		}
	}
	return errors
}

// take adds what came of one tree. Its resources are not edited any more: only now
// may others look through them.
func (rep *Report) take(own *Report) {
	for _, n := range own.nodes {
		rep.secrets.Node(n)
	}
	own.nodes = nil
	rep.count(own.Resources, own.WithoutSchema)
	maps.Copy(rep.Sources, own.Sources)
	rep.warn(own.Warnings)
	rep.spared = append(rep.spared, own.spared...)
	rep.Unread = append(rep.Unread, own.Unread...)
	rep.inputs = append(rep.inputs, own.inputs...)
	rep.brought = union(rep.brought, own.brought)
	rep.mutated = union(rep.mutated, own.mutated)
	for key, n := range own.defined {
		rep.defines(key, n)
	}
}

// union adds what is in a set to another one, which may be nil.
func union(set, more map[string]bool) map[string]bool {
	if set == nil {
		set = map[string]bool{}
	}
	maps.Copy(set, more)
	return set
}
