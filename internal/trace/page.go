package trace

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"html"
	"io"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

var (
	//go:embed page.html
	pageHTML string
	//go:embed page.css
	pageCSS string
	//go:embed page.js
	pageJS string
)

// Page is a graph as a web page that needs nothing besides itself.
type Page struct {
	// Title is what was built.
	Title   string
	Version string
	// Place is where a resource was written, with an empty file where that is not
	// known. It may be nil.
	Place   func(*inventory.Object) finding.Place
	Secrets *redact.Secrets
}

// The data of a page, as page.js reads it.
type (
	pageData struct {
		Title   string     `json:"title"`
		Version string     `json:"version"`
		Nodes   []pageNode `json:"nodes"`
		Edges   []Edge     `json:"edges"`
	}
	pageNode struct {
		APIVersion string        `json:"apiVersion"`
		Kind       string        `json:"kind"`
		Namespace  string        `json:"namespace"`
		Name       string        `json:"name"`
		Missing    bool          `json:"missing,omitempty"`
		Place      string        `json:"place,omitempty"`
		YAML       string        `json:"yaml,omitempty"`
		Findings   []pageFinding `json:"findings,omitempty"`
		// Lines are those of the YAML, from 1, that references leave from, by field.
		Lines map[string]int `json:"lines,omitempty"`
	}
	pageFinding struct {
		Rule     string   `json:"rule"`
		Severity string   `json:"severity"`
		Message  string   `json:"message"`
		Field    string   `json:"field,omitempty"`
		Place    string   `json:"place,omitempty"`
		Then     []string `json:"then,omitempty"`
		Help     string   `json:"help,omitempty"`
		Line     int      `json:"line,omitempty"`
	}
)

// WritePage writes the graph as HTML. The page carries its style and its script,
// and forbids itself to run or to load anything else: what is in the resources
// cannot, whatever it says.
func (t *Tracer) WritePage(w io.Writer, g *Graph, p Page) error {
	data := pageData{Title: p.Secrets.Line(p.Title), Version: p.Version, Nodes: make([]pageNode, len(g.Nodes)), Edges: slices.Clone(g.Edges)}
	about := t.about()
	from := map[int][]string{}
	for i := range data.Edges {
		e := &data.Edges[i]
		from[e.From] = append(from[e.From], e.Field)
		e.Field = p.Secrets.Line(e.Field)
	}
	for i, n := range g.Nodes {
		d := &data.Nodes[i]
		d.APIVersion, d.Kind, d.Missing = p.Secrets.Line(n.APIVersion), p.Secrets.Line(n.Kind), n.Missing
		d.Namespace, d.Name = p.Secrets.Line(n.Namespace), p.Secrets.Line(n.Name)
		o := g.objects[i]
		if o == nil {
			continue
		}
		if p.Place != nil {
			d.Place = p.place(p.Place(o))
		}
		root, text := shown(o, p.Secrets)
		d.YAML = text
		for _, field := range from[i] {
			if line := lineOf(root, field); line > 0 {
				if d.Lines == nil {
					d.Lines = map[string]int{}
				}
				d.Lines[p.Secrets.Line(field)] = line
			}
		}
		for _, f := range about[o] {
			d.Findings = append(d.Findings, p.finding(f, root))
		}
	}
	text, err := json.Marshal(data) // with < and & escaped: it stands in a page
	if err != nil {
		return err
	}
	sum := func(text string) string {
		s := sha256.Sum256([]byte(text))
		return "'sha256-" + base64.StdEncoding.EncodeToString(s[:]) + "'"
	}
	_, err = strings.NewReplacer(
		"@TITLE@", html.EscapeString(data.Title), "@CSS@", pageCSS, "@JS@", pageJS, "@DATA@", string(redact.JSON(text)),
		"@STYLE-SUM@", sum(pageCSS), "@SCRIPT-SUM@", sum(pageJS),
	).WriteString(w, pageHTML)
	return err
}

func (p *Page) place(at finding.Place) string {
	if at.File == "" {
		return ""
	}
	text := at.File
	if at.Line > 0 {
		text += ":" + strconv.Itoa(at.Line)
	}
	if at.Column > 0 {
		text += ":" + strconv.Itoa(at.Column)
	}
	return p.Secrets.Line(text)
}

func (p *Page) finding(f *finding.Finding, root *yaml.Node) pageFinding {
	out := pageFinding{
		Rule: f.Rule, Severity: f.Severity.String(), Message: p.Secrets.Line(f.Sentence()), Field: p.Secrets.Line(f.Place()),
		Place: p.place(finding.Place{File: f.File, Line: f.Line, Column: f.Column}), Help: p.Secrets.Line(f.Help), Line: lineOf(root, f.Field),
	}
	for _, c := range f.Consequences {
		out.Then = append(out.Then, p.Secrets.Line(c))
	}
	return out
}

// about are the findings by the objects that they are about, the worst first.
func (t *Tracer) about() map[*inventory.Object][]*finding.Finding {
	if t.byObject != nil {
		return t.byObject
	}
	byName := map[finding.Resource][]*inventory.Object{}
	for _, o := range t.inv.Objects() {
		r := o.Resource()
		names := []string{r.Name}
		for i := range o.Previous {
			names = append(names, o.Previous[i].Name)
		}
		slices.Sort(names)
		for _, r.Name = range slices.Compact(names) {
			byName[r] = append(byName[r], o)
		}
	}
	about := map[*inventory.Object][]*finding.Finding{}
	for i := range t.findings {
		f := &t.findings[i]
		for _, o := range byName[f.Resource] {
			if f.Severity >= finding.Note {
				about[o] = append(about[o], f)
			}
		}
	}
	for _, fs := range about {
		slices.SortStableFunc(fs, func(a, b *finding.Finding) int { return int(b.Severity) - int(a.Severity) })
	}
	t.byObject = about
	return about
}

// shown is the YAML of a resource as it may be shown, and its nodes, whose lines
// are those of the text. Comments are left out, and what kustomize notes.
func shown(o *inventory.Object, secrets *redact.Secrets) (*yaml.Node, string) {
	hide := strings.EqualFold(o.Kind, "Secret")
	n := masked(o.Node, "", hide)
	if all := yamlnode.Path(n, "metadata", "annotations"); all != nil {
		for i := len(all.Content) - 2; i >= 0; i -= 2 {
			if key := all.Content[i].Value; strings.HasPrefix(key, "internal.config.kubernetes.io/") {
				all.Content = slices.Delete(all.Content, i, i+2)
			}
		}
		if len(all.Content) == 0 {
			yamlnode.Delete(yamlnode.Get(n, "metadata"), "annotations")
		}
	}
	text, err := manifest.Encode(n)
	if err != nil {
		return nil, ""
	}
	var doc yaml.Node
	if yaml.Unmarshal(text, &doc) != nil {
		return nil, secrets.Text(string(text))
	}
	return yamlnode.Resolve(&doc), secrets.Text(string(text))
}

// masked copies a node without its comments and, where it hides, without the
// scalars of a Secret that nobody should see.
func masked(n *yaml.Node, path string, hide bool) *yaml.Node {
	c := *n
	c.HeadComment, c.LineComment, c.FootComment, c.Content = "", "", "", nil
	if n.Kind == yaml.ScalarNode && hide && path != "" && !redact.IsPublicField(path) {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Anchor: n.Anchor, Value: redact.Mask}
	}
	for i, child := range n.Content {
		switch {
		case n.Kind != yaml.MappingNode:
			c.Content = append(c.Content, masked(child, path, hide))
		case i%2 == 0:
			key := *child
			key.HeadComment, key.LineComment, key.FootComment = "", "", ""
			c.Content = append(c.Content, &key)
		default:
			at := n.Content[i-1].Value
			if path != "" {
				at = path + "." + at
			}
			c.Content = append(c.Content, masked(child, at, hide))
		}
	}
	return &c
}

// lineOf is the line of a field, 0 where there is no such field.
func lineOf(root *yaml.Node, field string) int {
	if root == nil || field == "" {
		return 0
	}
	n, ok := fieldpath.Parse(field).Follow(root)
	if !ok || n == nil {
		return 0
	}
	return n.Line
}
