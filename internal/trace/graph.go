package trace

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/function"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
)

// Graph is the references of a build.
type Graph struct {
	Nodes []Node `json:"nodes"`
	Edges []Edge `json:"edges"`

	objects map[int]*inventory.Object // by node
}

// Node is a resource, or what something refers to that is not there.
type Node struct {
	finding.Resource
	// Missing is set for what is not in the build.
	Missing bool `json:"missing,omitempty"`
}

// Edge is a reference, by the places of its ends in Nodes.
type Edge struct {
	From int `json:"from"`
	To   int `json:"to"`
	// Field is the path of what refers, or "makes" from what makes the other at run
	// time.
	Field string `json:"field"`
	// Broken is set for a reference that does not resolve.
	Broken bool `json:"broken,omitempty"`
}

// Graph returns the graph of the build: its resources in their order, and then
// what is made at run time and what is missing. Addresses of Services are
// references too; one that leads nowhere is broken where the rules say so. The
// function's receipt is none of the resources: it is never applied.
func (t *Tracer) Graph() *Graph {
	g := &Graph{Nodes: []Node{}, Edges: []Edge{}, objects: map[int]*inventory.Object{}}
	index := map[finding.Resource]int{}
	node := func(n Node) int {
		if i, ok := index[n.Resource]; ok {
			return i
		}
		index[n.Resource] = len(g.Nodes)
		g.Nodes = append(g.Nodes, n)
		return len(g.Nodes) - 1
	}
	objects := slices.DeleteFunc(slices.Clone(t.inv.Objects()), isReceipt)
	for _, o := range objects {
		if i := node(Node{Resource: o.Resource()}); g.objects[i] == nil {
			g.objects[i] = o
		}
	}
	for _, o := range objects {
		from := index[o.Resource()]
		for _, r := range t.refs.From(o) {
			res := t.resolver.Resolve(r)
			switch {
			case res.Target != nil && res.Status == reference.Found:
				g.Edges = append(g.Edges, Edge{From: from, To: node(Node{Resource: res.Target.Resource()}), Field: r.Field(r.Node)})
			case res.Status == reference.Found || r.Optional || r.Vague || len(r.To) == 0 || r.Row.Lenient || r.Row.Guess || inventory.IsClusterScoped(r.To[0]):
			default:
				missing := finding.Resource{Kind: r.To[0].Kind, Namespace: r.Namespace, Name: r.Name}
				if r.To[0].Group != "" {
					missing.APIVersion = r.To[0].Group
				}
				g.Edges = append(g.Edges, Edge{From: from, To: node(Node{Resource: missing, Missing: true}), Field: r.Field(r.Node), Broken: true})
			}
		}
		for _, c := range t.connections(o) {
			e := Edge{From: from, Field: c.field}
			if c.target != nil {
				e.To = node(Node{Resource: c.target.Resource()})
			} else {
				e.To, e.Broken = node(Node{Resource: finding.Resource{Kind: "Service", Namespace: c.namespace, Name: c.name}, Missing: true}), true
			}
			g.Edges = append(g.Edges, e)
		}
		if o.Kind == "Service" && o.Group == "" {
			var owners []*inventory.Object
			for _, pod := range t.build.SelectedPods(o) {
				if !slices.Contains(owners, pod.Owner) {
					owners = append(owners, pod.Owner)
					g.Edges = append(g.Edges, Edge{From: from, To: index[pod.Owner.Resource()], Field: "spec.selector"})
				}
			}
		}
	}
	for _, o := range t.inv.Made() {
		from, known := index[o.Producer.Resource()]
		if to, used := index[o.Resource()]; known && used && g.objects[to] == nil {
			g.Edges = append(g.Edges, Edge{From: from, To: to, Field: "makes"})
		}
	}
	return g
}

func isReceipt(o *inventory.Object) bool {
	return o.Kind == function.ReceiptKind && o.Resource().APIVersion == config.APIVersion
}

// Write writes the graph as dot, mermaid or json.
func (g *Graph) Write(w io.Writer, format string) error {
	var b strings.Builder
	switch format {
	case "json":
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		if err := e.Encode(g); err != nil {
			return err
		}
		_, err := w.Write(redact.JSON([]byte(b.String())))
		return err
	case "dot":
		g.dot(&b)
	default:
		g.mermaid(&b)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// dot writes the language of Graphviz: https://graphviz.org/doc/info/lang.html
func (g *Graph) dot(b *strings.Builder) {
	quote := func(text string) string {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(redact.Escape(text)) + `"`
	}
	b.WriteString("digraph {\n  rankdir=LR;\n  node [shape=box];\n")
	for i, n := range g.Nodes {
		style := ""
		if n.Missing {
			style = ", color=red, style=dashed"
		}
		fmt.Fprintf(b, "  n%d [label=%s%s];\n", i, quote(n.String()), style)
	}
	for _, e := range g.Edges {
		style := ""
		if e.Broken {
			style = ", color=red"
		}
		fmt.Fprintf(b, "  n%d -> n%d [tooltip=%s%s];\n", e.From, e.To, quote(e.Field), style)
	}
	b.WriteString("}\n")
}

// mermaid writes a flowchart: https://mermaid.js.org/syntax/flowchart.html
func (g *Graph) mermaid(b *strings.Builder) {
	quote := func(text string) string {
		var q strings.Builder
		for _, r := range redact.Escape(text) {
			if strings.ContainsRune("\"#;<>&`\\", r) {
				q.WriteString("#" + strconv.Itoa(int(r)) + ";")
			} else {
				q.WriteRune(r)
			}
		}
		return `"` + q.String() + `"`
	}
	b.WriteString("flowchart LR\n")
	for i, n := range g.Nodes {
		mark := ""
		if n.Missing {
			mark = ":::missing"
		}
		fmt.Fprintf(b, "  n%d[%s]%s\n", i, quote(n.String()), mark)
	}
	var broken []string
	for i, e := range g.Edges {
		fmt.Fprintf(b, "  n%d --> n%d\n", e.From, e.To)
		if e.Broken {
			broken = append(broken, strconv.Itoa(i))
		}
	}
	b.WriteString("  classDef missing stroke:red,stroke-dasharray:4\n")
	if len(broken) > 0 {
		b.WriteString("  linkStyle " + strings.Join(broken, ",") + " stroke:red\n")
	}
}
