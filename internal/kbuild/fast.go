package kbuild

import (
	"errors"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	_ "unsafe" // for go:linkname

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/resource"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// NodeFunction is the function on resources in memory. items are its own: it
// edits them in place and says which ones it did. What it has to say to people
// goes to stderr; the code is that of a process.
type NodeFunction func(items []*yaml.Node, functionConfig *yaml.Node, stderr io.Writer) (manifest.Output, int)

// kustomize hands resources to a function as text, through five conversions
// and two comparisons of every resource with every other, which together take
// longer than a build. A transformer that is part of kustomize gets them as
// they are, but its library has no call to add one. So the function is put into
// the table that kustomize makes its own transformers from, under the type that
// stands for none. Should a release of kustomize move that table, this package
// does not link.
//
//go:linkname transformerFactories sigs.k8s.io/kustomize/api/internal/plugins/builtinhelpers.TransformerFactories
var transformerFactories map[int]func() resmap.TransformerPlugin

const unknownBuiltin = 0

// inProcessAnnotation on a built-in transformer's configuration says which
// build the function runs for.
const inProcessAnnotation = "internal.wealist.io/build"

// builds are the trees being built, by number.
var builds struct {
	sync.Mutex
	trees map[string]*tree
	last  int
}

// enlist makes t known to the transformers of its build until leave is called.
func (t *tree) enlist() (leave func()) {
	builds.Lock()
	defer builds.Unlock()
	if builds.trees == nil {
		builds.trees = map[string]*tree{}
		transformerFactories[unknownBuiltin] = func() resmap.TransformerPlugin { return &inProcess{} }
	}
	builds.last++
	t.number = strconv.Itoa(builds.last)
	builds.trees[t.number] = t
	return func() {
		builds.Lock()
		defer builds.Unlock()
		delete(builds.trees, t.number)
	}
}

// adoptInProcess makes d, a configuration of our function, a transformer of
// this process. The second function of a build would see annotations that
// kustomize leaves behind the first.
func (t *tree) adoptInProcess(d *document) error {
	if t.adopted {
		t.unusual = true
		return errUnusual
	}
	t.adopted = true
	d.SetApiVersion(konfig.BuiltinPluginApiVersion)
	return d.PipeE(kyaml.SetAnnotation(inProcessAnnotation, t.number))
}

// inProcess is the function as a transformer of kustomize's.
type inProcess struct {
	tree   *tree
	config *yaml.Node
	rf     *resource.Factory
}

// Config implements resmap.Configurable.
func (p *inProcess) Config(h *resmap.PluginHelpers, content []byte) error {
	node, err := kyaml.Parse(string(content))
	if err != nil {
		return err
	}
	number := node.GetAnnotations()[inProcessAnnotation]
	builds.Lock()
	p.tree = builds.trees[number]
	builds.Unlock()
	if p.tree == nil {
		return errors.New("unable to load builtin " + node.GetKind())
	}
	node.SetApiVersion(config.APIVersion)
	if err := node.PipeE(kyaml.ClearAnnotation(inProcessAnnotation)); err != nil {
		return err
	}
	p.config, p.rf = node.YNode(), h.ResmapFactory().RF()
	return nil
}

// errUnusual ends a build whose resources could change when they are written
// and read again, as they are on their way to a function.
var errUnusual = errors.New("the function cannot run in process")

// Transform implements resmap.Transformer.
func (p *inProcess) Transform(m resmap.ResMap) error {
	t := p.tree
	items := make([]*yaml.Node, m.Size())
	for i, r := range m.Resources() {
		item, ok := view(r.YNode())
		if !ok || isEmbedded(item) {
			t.unusual = true
			return errUnusual
		}
		items[i] = item
	}
	var stderr strings.Builder
	out, code := t.opts.InProcess(items, p.config, &stderr)
	file, err := t.report.file()
	if err != nil {
		return err
	}
	if err := appendReport(file, reportEntry{Code: code, Text: stderr.String()}); err != nil {
		return err
	}
	if code != 0 {
		t.failed = true
		return &FunctionError{Code: code}
	}
	return p.update(m, items, out)
}

// update makes m what the function made of items.
func (p *inProcess) update(m resmap.ResMap, items []*yaml.Node, out manifest.Output) error {
	resources := slices.Clone(m.Resources())
	for i, r := range resources {
		switch {
		case out.Dropped(i):
			if err := m.Remove(r.CurId()); err != nil {
				return err
			}
		case out.Changed(i):
			r.ResetRNode(&resource.Resource{RNode: *kyaml.NewRNode(items[i])})
		}
	}
	receipts := maps.Clone(p.tree.receipts)
	for _, n := range out.Added {
		if name := receiptName(n); name != "" && receipts[name] {
			delete(receipts, name) // a patch would take it away
			continue
		}
		text, err := manifest.Encode(n)
		if err != nil {
			return err
		}
		added, err := p.rf.SliceFromBytes(text)
		if err != nil {
			return err
		}
		for _, r := range added {
			if err := m.Append(r); err != nil {
				return err
			}
		}
	}
	if len(receipts) > 0 {
		p.tree.unusual = true // kustomize says what is missing
		return errUnusual
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
	c := &yaml.Node{Kind: n.Kind, Tag: n.ShortTag(), Value: n.Value}
	switch n.Kind {
	case yaml.ScalarNode:
		// Writing a folded scalar may add a line to it.
		return c, canonical(c) && n.Style&yaml.FoldedStyle == 0
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

// receiptName is the name of a receipt, "" of anything else.
func receiptName(n *yaml.Node) string {
	if yamlnode.GetString(n, "apiVersion") != config.APIVersion || yamlnode.GetString(n, "kind") != receiptKind {
		return ""
	}
	return yamlnode.GetString(n, "metadata", "name")
}

// receiptKind is fn.ReceiptKind: this package does not import the rules.
const receiptKind = "FunctionRan"
