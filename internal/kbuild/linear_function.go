package kbuild

import (
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/resource"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/function"
	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/provenance"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Function is the function on resources in memory, such as [function.RunNodes]. items
// are its own: it edits them in place and says which ones it did.
type Function func(items []*yaml.Node, functionConfig *yaml.Node) (manifest.Output, function.Report)

// errUnusual ends a build whose resources could change when they are written
// and read again, as they are on their way to a function of kustomize's.
var errUnusual = errors.New("resources that a function could see as others")

// errSecond ends a build with two functions: the second would see annotations
// that kustomize leaves behind the first.
var errSecond = errors.New("a second function")

// functionStep is our function as a transformer. kustomize hands resources to a
// function as text, through five conversions and two comparisons of every
// resource with every other, which together take longer than a build. Here it
// is a call.
type functionStep struct {
	*linearBuild
	config *yaml.Node
}

// function returns our function as a configuration in a transformers: field
// asks for it.
func (b *linearBuild) function(config *resource.Resource) (*functionStep, error) {
	if b.opts.InProcess == nil {
		return nil, errors.New("the function needs a process of its own")
	}
	if b.ran {
		return nil, errSecond
	}
	b.ran = true
	text, err := asYAML(config)
	if err != nil {
		return nil, err
	}
	b.configs = append(b.configs, string(text))
	node, ok := view(config.YNode())
	if !ok {
		return nil, errUnusual
	}
	if v := b.opts.KubernetesVersion; v != "" {
		yamlnode.Set(yamlnode.Ensure(node, "spec"), "kubernetesVersion", yamlnode.NewString(v))
	}
	return &functionStep{b, node}, nil
}

// Transform implements [resmap.Transformer].
func (s *functionStep) Transform(rm resmap.ResMap) error {
	m, ok := rm.(*indexed)
	if !ok {
		return errors.New("not an indexed map")
	}
	items := make([]*yaml.Node, len(m.list))
	for i, e := range m.list {
		item, ok := view(e.res.YNode())
		if !ok || isEmbedded(item) {
			return errUnusual
		}
		items[i] = item
	}
	out, report := s.opts.InProcess(items, s.config)
	became, wasAdded := s.trace.function(m, items, s.config, out)
	if s.opts.Spare != nil && s.trace != nil && report.Code == function.ExitFindings {
		report.Findings = s.opts.Spare(s.trace.Trace, s.fsys.ReadFile, report.Findings)
		if finding.Count(report.Findings, finding.Error) == 0 {
			report.Code = function.ExitOK
		}
	}
	s.runs = append(s.runs, Run{Report: report})
	if report.Code != function.ExitOK {
		return &FunctionError{Code: report.Code}
	}
	return s.update(m, items, out, became, wasAdded)
}

// update makes m what the function made of items.
func (s *functionStep) update(m *indexed, items []*yaml.Node, out manifest.Output, became func(int), wasAdded func(int, *resource.Resource)) error {
	for i, e := range m.list {
		if out.Changed(i) {
			e.res.ResetRNode(&resource.Resource{RNode: *kyaml.NewRNode(items[i])})
			became(i)
			m.lend(e)
		}
	}
	for i, n := range out.Added {
		text, err := manifest.Encode(n)
		if err != nil {
			return err
		}
		added, err := s.factory.RF().SliceFromBytes(text)
		if err != nil {
			return err
		}
		for _, r := range added {
			if err := m.Append(r); err != nil {
				return err
			}
			wasAdded(i, r)
		}
	}
	return nil
}

// isEmbedded reports whether kustomize would take a resource for a list of
// others when it reads it.
func isEmbedded(n *yaml.Node) bool {
	return strings.HasSuffix(yamlnode.GetString(n, "kind"), "List") && yamlnode.Get(n, "items") != nil
}

// view returns a copy of a resource as a function gets to see it: keys are
// sorted, and there are no comments, styles or lines. ok is false for whatever
// could come out as something else: such a build takes the long way.
func view(n *yaml.Node) (_ *yaml.Node, ok bool) {
	if n.Anchor != "" || n.Kind != yaml.MappingNode && len(n.Content) > 0 && n.Kind != yaml.SequenceNode {
		return nil, false
	}
	c := &yaml.Node{Kind: n.Kind, Tag: n.ShortTag(), Value: n.Value, Line: provenance.Mark(n)}
	switch n.Kind {
	case yaml.ScalarNode:
		return c, canonical(c) && !changesWhenWritten(n)
	case yaml.SequenceNode:
		c.Tag = "!!seq"
		c.Content = make([]*yaml.Node, len(n.Content))
		for i, e := range n.Content {
			if c.Content[i], ok = view(e); !ok {
				return nil, false
			}
		}
		return c, true
	case yaml.MappingNode:
		c.Tag = "!!map"
		return c, viewFields(n, c)
	}
	return nil, false
}

// viewFields sets the fields of c to views of those of n.
func viewFields(n, c *yaml.Node) bool {
	fields := make([][2]*yaml.Node, len(n.Content)/2)
	for i := range fields {
		k, kok := view(n.Content[2*i])
		v, vok := view(n.Content[2*i+1])
		if !kok || !vok || k.Kind != yaml.ScalarNode || k.Tag != "!!str" || len(k.Value) > maxKey {
			return false
		}
		if (k.Value == "annotations" || k.Value == "labels") && len(v.Content) == 0 {
			return false // kustomize drops some of these when it sets annotations
		}
		fields[i] = [2]*yaml.Node{k, v}
	}
	slices.SortStableFunc(fields, func(a, b [2]*yaml.Node) int { return strings.Compare(a[0].Value, b[0].Value) })
	c.Content = make([]*yaml.Node, 0, len(n.Content))
	for i, f := range fields {
		if i > 0 && fields[i-1][0].Value == f[0].Value {
			return false
		}
		c.Content = append(c.Content, f[0], f[1])
	}
	return true
}

// changesWhenWritten reports whether a scalar may be read as another one once it is
// written: a folded one may get a line more, and what kustomize has made a number
// keeps the quotes of the text that it was, which makes it a text again. An empty
// line at the end becomes two where a comment follows.
func changesWhenWritten(n *yaml.Node) bool {
	const quotes = yaml.SingleQuotedStyle | yaml.DoubleQuotedStyle | yaml.LiteralStyle
	if n.Value == "\n" || strings.HasSuffix(n.Value, "\n\n") {
		return true
	}
	return n.Style&yaml.FoldedStyle != 0 || n.Style&quotes != 0 && n.ShortTag() != "!!str"
}

// canonical reports whether a scalar stays what it is in JSON and back.
func canonical(n *yaml.Node) bool {
	n.Tag = n.ShortTag()
	switch n.Tag {
	case "!!str":
		return plainText(n.Value)
	case "!!bool":
		return n.Value == "true" || n.Value == "false"
	case "!!int":
		i, err := strconv.ParseInt(n.Value, 10, 53)
		return err == nil && strconv.FormatInt(i, 10) == n.Value
	case "!!float":
		// JSON and YAML write others with exponents, at different magnitudes.
		f, err := strconv.ParseFloat(n.Value, 64)
		return err == nil && math.Abs(f) >= 1e-4 && math.Abs(f) < 1e6 &&
			strings.Contains(n.Value, ".") && strconv.FormatFloat(f, 'f', -1, 64) == n.Value
	}
	return n.Tag == "!!null" && n.Value == "null"
}

// maxKey is the length of keys, in bytes, that every reader takes: the limit is
// at 1,024 characters of text as it is written.
// https://yaml.org/spec/1.1/#id934537
const maxKey = 500

// plainText reports whether a string survives any YAML writer and reader. What
// is text in one version of YAML and not in another does not: octal numbers of
// 1.2, merge keys.
func plainText(s string) bool {
	if s == "<<" {
		return false
	}
	if t := strings.TrimLeft(s, "+-"); strings.HasPrefix(t, "0o") {
		return false
	}
	for _, r := range s {
		switch {
		case r < ' ' && r != '\n' && r != '\t', r >= 0x7f && r < 0xa0, r == 0x2028, r == 0x2029, r == 0xfeff, r >= 0xfffd && r <= 0xffff:
			return false
		}
	}
	return true
}
