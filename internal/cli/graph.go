package cli

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/provenance"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
	"github.com/ressKim-io/wealist-k8s-migration/internal/report"
	"github.com/ressKim-io/wealist-k8s-migration/internal/trace"
)

var graphFormats = []string{"dot", "mermaid", "json", "html"}

func newGraphCommand() *cobra.Command {
	var flags kbuildFlags
	var output string
	cmd := &cobra.Command{
		Use:   "graph PATH",
		Short: "Draw which resource refers to which, with what does not resolve in red",
		Long: `Graph builds the kustomization in PATH, or reads the file PATH (- is stdin), and
writes its resources and the references between them, for Graphviz, Mermaid, as
JSON or as a web page. Services lead to what they select. What is referred to and
not there is a node of its own, and the edge to it is red. Left out are optional
references, and those to what clusters bring along, such as an IngressClass.

The page is one file that loads nothing: a browser opens it from the disk, or from
where a pipeline keeps its results. It can be searched, and filtered by namespace
and kind; a click on a resource shows its YAML, where it was written and what was
found in it. Secrets are masked.`,
		Example: `  krm-validate graph overlays/prod/pipeline | dot -Tsvg > prod.svg
  krm-validate graph -o html overlays/prod/pipeline > prod.html
  krm-validate graph -o mermaid overlays/prod/pipeline
  krm-validate graph -o json overlays/prod/pipeline | jq '.edges[] | select(.broken)'`,
		Args: arguments(cobra.ExactArgs(1)),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveDefault
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("output", output, graphFormats...); err != nil {
				return err
			}
			opts, err := flags.options(cmd)
			if err != nil {
				return err
			}
			if output == "html" {
				opts.Trace = &provenance.Trace{} // its reader asks where things were written
			}
			in, err := inspect(cmd, args[0], opts)
			if err != nil {
				return err
			}
			if len(in.nodes) == 0 {
				return fmt.Errorf("%s: nothing to draw: no Kubernetes resource", nameOf(args[0]))
			}
			secrets := secretsOf(cmd)
			tracer := trace.New(in.inv, report.Clean(in.findings, secrets))
			g := tracer.Graph()
			if output == "html" {
				return tracer.WritePage(cmd.OutOrStdout(), g, in.page(args[0], secrets))
			}
			for i := range g.Nodes {
				n := &g.Nodes[i]
				n.Name, n.Namespace = secrets.Masked(n.Name), secrets.Masked(n.Namespace)
			}
			for i := range g.Edges {
				g.Edges[i].Field = secrets.Masked(g.Edges[i].Field)
			}
			return g.Write(cmd.OutOrStdout(), output)
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "dot", anyOf(graphFormats))
	flags.register(cmd)
	complete(cmd, "output", graphFormats...)
	return cmd
}

// nameOf is what to call a path that is read.
func nameOf(path string) string {
	if path == "-" {
		return "stdin"
	}
	return filepath.ToSlash(path)
}

// page is what the page of a graph says besides the graph.
func (in *inspected) page(path string, secrets *redact.Secrets) trace.Page {
	p := trace.Page{Title: nameOf(path), Version: version(), Secrets: secrets}
	p.Place = func(o *inventory.Object) finding.Place {
		if in.trace != nil {
			r, _, _ := in.trace.Locate(o.Node, "")
			return finding.Place{File: r.File, Line: r.Line, Column: r.Column}
		}
		return finding.Place{File: o.File, Line: o.LineOf(o.Node)}
	}
	return p
}
