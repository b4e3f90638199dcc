// Package importer turns copied manifests, one set for each environment, into a
// base and overlays that build to the same objects.
//
// # Three steps
//
// [Read] reads the sets and takes off what a cluster adds to what it is given.
// [Environment.Renamed] makes a further set of one, for an environment that is not
// there yet. [New] plans the layout: which objects are one and the same in all
// environments, what they have in common, and the means that say the rest.
//
// # Proof instead of prediction
//
// What kustomize makes of a base is not predicted but built. The overlays are
// written without patches first and built in memory; what is then left between a
// build and its input becomes patches. The second build has to equal the input,
// object by object, by our builder and by kustomize's own. An object for which
// it does not gets patches of a plainer kind, then files of its own; and a means
// that is the cause is given up for all. When nothing helps there is no plan but
// an [UnequalError].
package importer

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/atomicfile"
	"github.com/ressKim-io/wealist-k8s-migration/internal/compare"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
)

// Secrets is what becomes of the Secrets of an environment.
type Secrets string

// What becomes of Secrets.
const (
	// EnvFiles keeps the values in files of the environment that git ignores, and
	// generates the Secrets from them.
	EnvFiles Secrets = "env"
	// ExternalSecrets leaves the values out, and an ExternalSecret in their place.
	ExternalSecrets Secrets = "external-secret"
)

// Options tune a plan.
type Options struct {
	Secrets Secrets
	// Hidden gets to know what may not be printed. It may be nil.
	Hidden *redact.Secrets
}

// Plan is a layout that has proved to be right.
type Plan struct {
	// Files are its files, by slash-separated paths. Those of secrets are for
	// their owner alone.
	Files map[string]atomicfile.File
	// Ignored are patterns for .gitignore: files that must not get into git.
	Ignored []string
	// SecretFiles are the files that Ignored is about, with the keys in them.
	SecretFiles map[string][]string
	// Environments say of each environment what it builds to.
	Environments []Outcome
	// Notes are for the user to read.
	Notes []string
}

// Outcome is what an environment came to.
type Outcome struct {
	Name    string
	Objects int // of the input, and of the build
	Common  int // of them in the base
}

// UnequalError says where the builds of a layout differ from what it was made of.
type UnequalError struct {
	Env     string
	Changes []compare.Change
	Err     error // why it cannot be built, if it cannot
}

func (e *UnequalError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("no layout was found that builds %s: %v", e.Env, e.Err)
	}
	return fmt.Sprintf("no layout was found that builds to what %s is: %d objects differ", e.Env, len(e.Changes))
}

func (e *UnequalError) Unwrap() error { return e.Err }

// New plans the layout of environments.
func New(envs []*Environment, opts Options) (*Plan, error) {
	p := &planner{envs: envs, opts: opts, known: knownIn(envs)}
	if err := p.match(); err != nil {
		return nil, err
	}
	p.place()
	var last error
	for range 12 {
		a, err := p.attempt()
		if err == nil {
			return a.plan(), nil
		}
		last = err
		if !p.simplify(a) {
			break
		}
	}
	return nil, last
}

// planner is the making of a plan. What has been given up stays given up.
type planner struct {
	envs    []*Environment
	opts    Options
	known   known
	matches []*match
	units   []*unit
	affixes []affix // of the names of an environment
	affixed []bool  // whether all names of an environment have it

	withoutLabels, withoutImages, withoutReplicas bool
}

// match is one object, as it is in each environment.
type match struct {
	objects []*object // by environment, nil where it is not there
	name    string    // in the base
	unit    *unit
	how     manner
	plain   bool // no generator for a ConfigMap

	// literal are scalars that look like names of objects and are not repaired.
	literal map[string]bool
}

// manner is how what differs is said, the plainest last.
type manner int

const (
	merged  manner = iota // strategic merge where it can
	edited                // JSON patches
	apart                 // files of its own in each environment
	outside               // those, where no kustomization sets a namespace
)

func (m *match) first() *object {
	for _, o := range m.objects {
		if o != nil {
			return o
		}
	}
	return nil
}

func (m *match) count() (n int) {
	for _, o := range m.objects {
		if o != nil {
			n++
		}
	}
	return n
}

// shared reports whether an object belongs into the base: it is in all
// environments, or in most of three or more.
func (m *match) shared() bool {
	n := m.count()
	return m.how < apart && (n == len(m.objects) || n > 1 && n*2 > len(m.objects) && len(m.objects) > 2)
}

// simplify gives something up after an attempt that failed.
func (p *planner) simplify(a *attempt) bool {
	changed, moved := false, false
	for _, m := range a.wrong {
		switch {
		case m.first().kind == "ConfigMap" && !m.plain && a.generated[m]:
			m.plain = true
		case m.how < apart || m.how == apart && !m.unit.fixed:
			m.how++
			moved = moved || m.how == outside
		default:
			continue
		}
		changed = true
	}
	if moved {
		p.place()
	}
	if changed {
		return true
	}
	for _, means := range []*bool{&p.withoutLabels, &p.withoutImages, &p.withoutReplicas} {
		if !*means {
			*means = true
			for _, m := range p.matches {
				m.how, m.plain = merged, false
			}
			return true
		}
	}
	if slices.Contains(p.affixed, true) {
		for i := range p.affixed {
			p.affixed[i] = false
		}
		return true
	}
	return false
}

// clone copies a node and all below it.
func clone(n *yaml.Node) *yaml.Node {
	if n == nil {
		return nil
	}
	c := *n
	c.Content = make([]*yaml.Node, len(n.Content))
	for i := range n.Content {
		c.Content[i] = clone(n.Content[i])
	}
	return &c
}

func lower(s string) string { return strings.ToLower(s) }
