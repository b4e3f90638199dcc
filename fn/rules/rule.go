// Package rules holds the checks. A Rule is a value: a name, a paragraph of
// documentation with an example of the mistake and of its remedy, a severity
// and a function. The drivers (fn, the check command, the docs) know nothing
// of single rules, and the rules nothing of their drivers.
//
// This package is promised to authors of rules: Rule, Pass, Build, Fact and Run
// stay. The rules themselves come and go with what is known.
package rules

//go:generate go run -C ../../tools -mod=mod ./docs -rules ../docs/rules

import (
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unsafe"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Rule is one check.
type Rule struct {
	// Name is what is wrong, in kebab case: secret-not-found.
	Name string
	// Doc is one paragraph: what is checked, why it matters, what is left
	// alone. Its first sentence is the summary.
	Doc string
	// Severity is the default; a single finding may be less severe.
	Severity finding.Severity
	// URL is the Kubernetes or kustomize document the rule rests on.
	URL string
	// Run reports findings through the pass; an error says that it could not
	// judge the build. It is nil for rules about what a step before or after the
	// rules finds: see steps.go.
	Run func(*Pass) error
	// Kustomization is set for rules about kustomization files, which the build
	// of check finds, and about the files beside them. Their fixtures are several
	// files in one, each behind a comment with its path.
	Kustomization bool
	// Advises is set for rules whose warnings rest on what a program probably does, or
	// are about what works and somebody may have meant so: in a repository without a
	// configuration they are notes of check. Their errors stay. AdvisesIf is set where
	// this is so of some only.
	Advises   bool
	AdvisesIf func(*finding.Finding) bool
	// Live is set for rules that check --cluster has: they compare with a live
	// cluster.
	Live bool

	// topic is the number of the rule's topic, from 1.
	topic int
}

//go:embed testdata/*/bad.yaml testdata/*/good.yaml
var examples embed.FS

// Example returns YAML with the mistake the rule is about (good is false) or
// the same put right. The examples are the rule's first fixtures; in place of
// the comments that say what the tests want, one marks the line.
func (r *Rule) Example(good bool) string {
	file := "bad.yaml"
	if good {
		file = "good.yaml"
	}
	text, err := examples.ReadFile("testdata/" + r.Name + "/" + file)
	if err != nil {
		return ""
	}
	var b strings.Builder
	for line := range strings.Lines(string(text)) {
		if i := strings.Index(line, "# want "); i >= 0 {
			line = line[:i] + "# <-- here\n"
		}
		b.WriteString(line)
	}
	return b.String()
}

// Summary is the first sentence of Doc.
func (r *Rule) Summary() string {
	if i := strings.Index(r.Doc, ". "); i >= 0 {
		return r.Doc[:i+1]
	}
	return r.Doc
}

// Pass is what a rule works with: one build, and where it reports to.
type Pass struct {
	*Build

	rule     *Rule
	severity finding.Severity
	found    [][]kept // in pieces, which are not copied to grow
	summed   string   // the text whose checksum is sum
	sum      uint64
}

// Option adds to a finding.
type Option func(*finding.Finding)

// Suggest adds names that would resolve.
func Suggest(names ...string) Option {
	return func(f *finding.Finding) { f.Suggestions = append(f.Suggestions, names...) }
}

// DidYouMean adds names that would resolve, and lets reports ask whether the
// first was meant. Without names it does nothing.
func DidYouMean(names ...string) Option {
	return DidYouMeanAs("%q", names...)
}

// DidYouMeanAs is DidYouMean with a format for the first name instead of quotes.
func DidYouMeanAs(format string, names ...string) Option {
	return func(f *finding.Finding) {
		if len(names) > 0 {
			f.Suggestions = append(f.Suggestions, names...)
			f.Meant = fmt.Sprintf(format, names[0])
		}
	}
}

// Help says what to do.
func Help(format string, args ...any) Option {
	if len(args) == 1 && format == "%s" {
		if text, ok := args[0].(string); ok {
			return func(f *finding.Finding) { f.Help = text }
		}
	}
	return func(f *finding.Finding) { f.Help = fmt.Sprintf(format, args...) }
}

// AtMost lowers the severity of one finding.
func AtMost(s finding.Severity) Option {
	return func(f *finding.Finding) { f.Severity = min(f.Severity, s) }
}

// Says says to programs what the message says to people. Names in it are kept as parts of
// the message: findings outlive the text of the files.
func Says(about finding.About) Option {
	return func(f *finding.Finding) {
		part := func(name string) string {
			if i := strings.Index(f.Message, name); i >= 0 {
				return f.Message[i : i+len(name)]
			}
			return strings.Clone(name)
		}
		f.About = &finding.About{What: about.What, Name: part(about.Name), Object: part(about.Object), Of: part(about.Of)}
	}
}

// At moves a finding to a line and column below its node, for text inside a
// block scalar. Line and column count from 1 within the text.
func At(line, column int) Option {
	return func(f *finding.Finding) { f.Position = finding.Position{Line: line, Column: column} }
}

// NotInBuild marks a finding about an object that is simply not in this build:
// the configuration says how severe that is, and check can list such objects
// as externals.
func (p *Pass) NotInBuild(kind, namespace, name string) Option {
	return func(f *finding.Finding) {
		f.Missing = &finding.Resource{Kind: kind, Namespace: namespace, Name: name}
		p.lowerUnresolved(f)
	}
}

// Wanted says which object a finding misses although another was probably meant.
// Where something else of the same repository has it, that is not so.
func Wanted(kind, namespace, name string) Option {
	return func(f *finding.Finding) { f.Wanted = &finding.Resource{Kind: kind, Namespace: namespace, Name: name} }
}

// Unresolved is NotInBuild for findings that name no object.
func (p *Pass) Unresolved() Option { return p.lowerUnresolved }

func (p *Pass) lowerUnresolved(f *finding.Finding) {
	switch p.Config.Validate.GetUnresolved() {
	case "warning":
		f.Severity = min(f.Severity, finding.Warning)
	case "ignore":
		f.Severity = finding.Off
	case "error": // the tree is complete
		f.Severity = finding.Error
	}
}

// Report reports a finding at a node of o. The node may be nil, for findings
// about the whole resource. It is no key: those are for ReportKey.
func (p *Pass) Report(o *inventory.Object, n *yaml.Node, message string, opts ...Option) {
	p.ReportKey(o, n, nil, message, opts...)
}

// ReportKey is Report for a finding at a key, whose value must be given: keys may
// share their node.
func (p *Pass) ReportKey(o *inventory.Object, n, value *yaml.Node, message string, opts ...Option) {
	if p.rule.Name != twoResourcesRule && twoInOne.Of(p.Build)[o] {
		return
	}
	f := finding.Finding{
		Rule:     p.rule.Name,
		Severity: p.severity,
		Resource: o.Resource(),
		Message:  message,
		File:     o.File,
		Line:     o.Line,
	}
	if n != nil {
		root := o.Node
		if w := p.written[o]; w != nil {
			root = w.node
			if written := w.nodes[n]; written != nil {
				n = written
			}
			if written := w.nodes[value]; written != nil {
				value = written
			}
		}
		line, column, at := o.LineOf(n), n.Column, n
		if n.Line == yamlnode.Beside {
			if at = value; o.Line > 0 && value != nil {
				line = o.Line - 1 + yamlnode.KeyLine(n, value)
			}
			column = yamlnode.KeyColumn(n, value)
		}
		if f.Field, f.Key = fieldpath.Find(root, at); at != n {
			f.Key = true
		}
		if f.Field != "" && !f.Key {
			f.Sum = p.sumOf(yamlnode.Resolve(n).Value)
		}
		if line > 0 {
			f.Line, f.Column = line, max(0, column)
		}
	}
	for _, opt := range opts {
		opt(&f)
	}
	if f.Severity > finding.Note && o.Node != nil && isMade(o) {
		f.Severity = finding.Note
	}
	if f.Severity != finding.Off && p.explicit() {
		f.Severity = p.severity // whoever sets it means the rule's notes too
	}
	p.keep(&f, o)
}

// isMade reports whether a resource is what a server said of one that a controller had
// made: https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/
func isMade(o *inventory.Object) bool {
	for _, owner := range yamlnode.Elements(o.Get("metadata", "ownerReferences")) {
		if yamlnode.GetString(owner, "uid") != "" && yamlnode.GetString(owner, "controller") == "true" {
			return true
		}
	}
	return false
}

// sumOf is finding.Sum, which takes its time for a whole file that has many
// findings.
func (p *Pass) sumOf(text string) uint64 {
	if text == "" || len(text) != len(p.summed) || unsafe.StringData(text) != unsafe.StringData(p.summed) {
		p.summed, p.sum = text, finding.Sum(text)
	}
	return p.sum
}

// keep adds a finding about an object, or nil, to what the pass has found.
func (p *Pass) keep(f *finding.Finding, o *inventory.Object) {
	last := len(p.found) - 1
	var before *kept
	if last >= 0 {
		before = &p.found[last][len(p.found[last])-1]
	}
	if last < 0 || len(p.found[last]) == cap(p.found[last]) {
		const few, doublings = 4, 6
		p.found = append(p.found, make([]kept, 0, few<<min(last+1, doublings)))
		last++
	}
	p.found[last] = append(p.found[last], pack(p.rule.Name, f, o, before))
}

// Reportf is Report with a formatted message.
func (p *Pass) Reportf(o *inventory.Object, n *yaml.Node, format string, args ...any) {
	p.Report(o, n, fmt.Sprintf(format, args...))
}

// ifAdvised is what the documentation of rules that advise ends with.
const ifAdvised = "In a repository without a configuration a warning of it is a note of check, since what it says may be meant so."

// Advises reports whether a finding is advice, which may be meant so.
func Advises(f *finding.Finding) bool {
	if f.Severity == finding.Error {
		return false
	}
	r := advising()[f.Rule]
	return r != nil && (r.Advises || r.AdvisesIf(f))
}

var advising = sync.OnceValue(func() map[string]*Rule {
	names := map[string]*Rule{}
	for _, r := range all() {
		if r.Advises || r.AdvisesIf != nil {
			names[r.Name] = r
		}
	}
	return names
})

// All returns the rules, sorted by name. They are the same each time.
func All() []*Rule { return slices.Clone(all()) }

var all = sync.OnceValue(func() []*Rule {
	var rules []*Rule
	for i, topic := range topics() {
		for _, r := range topic {
			r.topic = i + 1
			if r.Advises {
				r.Doc += " " + ifAdvised
			}
			rules = append(rules, r)
		}
	}
	slices.SortFunc(rules, func(a, b *Rule) int { return strings.Compare(a.Name, b.Name) })
	return rules
})

// Lookup returns the rule with a name, or nil.
func Lookup(name string) *Rule {
	for _, r := range all() {
		if r.Name == name {
			return r
		}
	}
	return nil
}

// topics are the rules by topic, each in a file of its own. What a rule finds
// does not depend on its topic, nor on which rule is first: what they share are
// facts.
func topics() [][]*Rule {
	return append(existenceRules(), [][]*Rule{
		resourceRules(),
		imageRules(),
		hostRules,
		base64Rules,
		portRules(),
		selectorRules(),
		volumeRules(),
		variableRules(),
		namespaceRules(),
		referenceKindRules(),
		wiringRules(),
		duplicateRules(),
		placeholderRules(),
		configurationRules(),
		stepRules(),
		kustomizationRules(),
		likelyRules(),
		overlapRules(),
		rivalRules(),
		policyRules(),
		monitorRules(),
		gatewayRules(),
		subsetRules(),
		argoRules(),
		sourceRules(),
		wordRules(),
		annotationRules(),
		localNameRules(),
		tektonRules(),
		workflowRules(),
		chartValueRules(),
		headlessRules(),
		traefikRules(),
		linkRules(),
		claimRules(),
		shadowRules(),
		layoutRules(),
		neededRules(),
		openShiftRules(),
		admissionRules(),
		scaledContainerRules(),
		rewriteRules(),
		idleRules(),
		aggregationRules(),
		rolloutRules(),
		affinityRules(),
		schemaRules(),
	}...)
}
