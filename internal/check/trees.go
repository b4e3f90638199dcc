package check

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

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
	flux     map[string]func() []fluxFolder             // by the top of the repository
	configs  map[string]*config.ConfigPipeline          // by their text
	deployed map[string]func() map[string]*deployment   // likewise
	defined  map[string]func() map[crdKey]definitionsOf // likewise
	// generating says of the tops of repositories whether they have generated definitions.
	generating map[string]bool
	read       map[string]bool // kustomizations and files of resources that trees were built of
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
	unread := map[int]int{}      // which of the reasons is that of a tree, from 1
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
			rep.Unread = append(rep.Unread, Unread{Name: t.Name, Err: j.err, Named: true})
		case j.err != nil && !t.alone:
			rep.Unread = append(rep.Unread, Unread{Name: t.Name, Err: oneLine(j.err), Named: t.Named})
			unread[i] = len(rep.Unread)
			if len(j.outcomes) == 0 || (j.outcomes[0].unbuilt || len(j.outcomes[0].findings) == 0) && !errors.Is(j.err, errTemplate) {
				failed = append(failed, i)
			}
		}
		for _, o := range j.outcomes {
			trees[i].lost = o.tree.lost
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
	if ctx.Err() != nil {
		return outcomes
	}
	for i := range all {
		if !chosen(i) { // who knows, and it is not asked
			all[i].builtOf(rep.shared.known)
		}
	}
	spareSound(trees, failed, outcomes)
	rest, of := rep.below(trees, failed)
	if len(rest) == 0 {
		return outcomes
	}
	for i := range rest {
		if n := unread[of[i]]; n > 0 && rest[i].torn {
			rep.Unread[n-1].Err = fmt.Errorf("%w; what it refers to is checked by itself", rep.Unread[n-1].Err)
			delete(unread, of[i])
		}
	}
	opts.Progress, opts.Remote = nil, nil
	for _, o := range rep.trees(ctx, rest, opts, func(int) bool { return true }) {
		o.at = at[of[o.at]]
		outcomes = append(outcomes, o)
	}
	return outcomes
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
	errors := certain(findings)
	if t.unlisted {
		for i := range errors {
			errors[i].Severity = finding.Warning
		}
	}
	return errors
}

// certain are the errors that stand whatever is made of a resource.
func certain(findings []finding.Finding) []finding.Finding {
	return slices.DeleteFunc(findings, func(f finding.Finding) bool {
		return f.Severity < finding.Error || !slices.ContainsFunc(certainRules(), func(r *rules.Rule) bool { return r.Name == f.Rule })
	})
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
	for key, dirs := range own.definedIn {
		rep.definesIn(key, dirs...)
	}
	for key, all := range own.defined {
		for _, n := range all {
			rep.defines(key, n)
		}
	}
}

// union adds what is in a set to another one, which may be nil.
func union[K comparable](set, more map[K]bool) map[K]bool {
	if set == nil {
		set = map[K]bool{}
	}
	maps.Copy(set, more)
	return set
}
