package cli

import (
	"github.com/spf13/cobra"

	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/trace"
)

func newGraphCommand() *cobra.Command {
	var flags kbuildFlags
	var output string
	cmd := &cobra.Command{
		Use:   "graph PATH",
		Short: "Draw which resource refers to which, with what does not resolve in red",
		Long: `Graph builds the kustomization in PATH, or reads the file PATH (- is stdin), and
writes its resources and the references between them, for Graphviz, Mermaid or
as JSON. Services lead to what they select. What is referred to and not there is
a node of its own, and the edge to it is red. Left out are optional references, and
those to what clusters bring along, such as an IngressClass.`,
		Example: `  krm-validate graph overlays/prod/pipeline | dot -Tsvg > prod.svg
  krm-validate graph -o mermaid overlays/prod/pipeline
  krm-validate graph -o json overlays/prod/pipeline | jq '.edges[] | select(.broken)'`,
		Args: arguments(cobra.ExactArgs(1)),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveDefault
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("output", output, "dot", "mermaid", "json"); err != nil {
				return err
			}
			opts, err := flags.options(cmd)
			if err != nil {
				return err
			}
			inv, _, err := load(cmd, args[0], opts)
			if err != nil {
				return err
			}
			reference.Produce(inv) // what is made at run time is no gap
			g := trace.New(inv, nil).Graph()
			secrets := secretsOf(cmd)
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
	cmd.Flags().StringVarP(&output, "output", "o", "dot", "dot, mermaid or json")
	flags.register(cmd)
	complete(cmd, "output", "dot", "mermaid", "json")
	return cmd
}
