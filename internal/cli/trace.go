package cli

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/fatih/color"
	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/fn"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
	"github.com/ressKim-io/wealist-k8s-migration/internal/function"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
	"github.com/ressKim-io/wealist-k8s-migration/internal/limits"
	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/provenance"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
	"github.com/ressKim-io/wealist-k8s-migration/internal/report"
	"github.com/ressKim-io/wealist-k8s-migration/internal/silence"
	"github.com/ressKim-io/wealist-k8s-migration/internal/terminal"
	"github.com/ressKim-io/wealist-k8s-migration/internal/trace"
)

func newTraceCommand() *cobra.Command {
	var flags kbuildFlags
	var output string
	cmd := &cobra.Command{
		Use:   "trace PATH TARGET",
		Short: "Follow a request from the Ingress to the database, with a tick or the reason at each hop",
		Long: `Trace builds the kustomization in PATH, or reads the file PATH (- is stdin), and
follows TARGET through it: the Ingress or route, the Service and its port, the
pods behind it with their probes, the Secrets and ConfigMaps they need, and the
Services they connect to.

TARGET is a URL, for which the rule of an Ingress, an HTTPRoute or a VirtualService
is looked up, or a resource as kubectl names it: ingress/web, gateway/edge, svc/api,
deploy/api.

Each hop has a tick, or what the rules found against it at error level. The exit
code is 1 if there is any such reason, 2 if there is nothing to trace.`,
		Example: `  krm-validate trace overlays/prod/pipeline http://wealist.local/api/health
  krm-validate trace overlays/dev/pipeline deploy/board-api
  helm template shop ./chart | krm-validate trace - ingress/shop`,
		Args: arguments(cobra.ExactArgs(2)),
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 1 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return completeBlame(args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := oneOf("output", output, "text", "json"); err != nil {
				return err
			}
			opts, err := flags.options(cmd)
			if err != nil {
				return err
			}
			in, err := inspect(cmd, args[0], opts)
			if err != nil {
				return err
			}
			chain, err := trace.New(in.inv, report.Clean(in.findings, secretsOf(cmd))).Trace(args[1])
			if err != nil {
				return err
			}
			if err := printChain(cmd, chain, output); err != nil {
				return err
			}
			if !chain.OK() {
				return errFindings
			}
			return nil
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "text", "text or json")
	flags.register(cmd)
	complete(cmd, "output", "text", "json")
	return cmd
}

// inspected is what a kustomization or a file has, and what is found in it.
type inspected struct {
	inv      *inventory.Inventory
	findings []finding.Finding
	// nodes are the resources; trace, where one was asked for, knows where they
	// were written.
	nodes []*yaml.Node
	trace *provenance.Trace
}

// inspect returns what a kustomization or a file has, and what is found in it.
func inspect(cmd *cobra.Command, path string, opts kbuild.Options) (*inspected, error) {
	in, err := load(cmd, path, opts)
	if err != nil {
		return nil, err
	}
	if in.findings != nil {
		reference.Produce(in.inv) // what is made at run time is there
	} else {
		res, err := fn.Process(cmd.Context(), in.inv, nil)
		if err != nil {
			return nil, err
		}
		in.findings = res.Findings
	}
	places := check.NewPlaces(cmp.Or(in.trace, new(provenance.Trace)), in.nodes)
	if in.trace != nil {
		places.Locate(in.findings)
	}
	in.findings = places.Silenced(in.findings)
	return in, nil
}

// load returns the resources of a kustomization, or of a file or stdin. A build
// that the function would stop is finished. Where it ran, findings are what it
// found, and not nil.
func load(cmd *cobra.Command, path string, opts kbuild.Options) (*inspected, error) {
	in := &inspected{inv: &inventory.Inventory{Finished: true}}
	add := func(n *yaml.Node, from inventory.Source) {
		secretsOf(cmd).Node(n)
		in.inv.Add(n, from)
		in.nodes = append(in.nodes, n)
	}
	info, err := os.Stat(path)
	switch {
	case path != "-" && err != nil:
		return nil, bare(path, err)
	case path != "-" && info.IsDir():
		opts.KeepNames = true
		opts.InProcess = func(items []*yaml.Node, config *yaml.Node) (manifest.Output, function.Report) {
			out, r := function.RunNodes(items, config)
			if r.Code == function.ExitFindings {
				r.Code = function.ExitOK
			}
			return out, r
		}
		files := kbuild.NewSnapshot(filesys.MakeFsOnDisk())
		result, err := kbuild.Build(files, path, opts)
		if err == nil && opts.Trace == nil && files.Has(silence.Mark) { // what they are about is where values were written
			opts.Trace = &provenance.Trace{}
			result, err = kbuild.Build(files, path, opts)
		}
		if err != nil {
			return nil, buildError(err)
		}
		for _, r := range result.Runs {
			in.findings = append(append([]finding.Finding{}, in.findings...), r.Findings...)
		}
		for _, r := range result.Resources.Resources() {
			add(r.YNode(), inventory.Source{})
		}
		in.trace = opts.Trace
	default:
		if err := readNodes(cmd, path, add); err != nil {
			return nil, err
		}
	}
	return in, nil
}

// bare is why a path cannot be read, without what was tried.
func bare(path string, err error) error {
	var failed *fs.PathError
	if errors.As(err, &failed) {
		err = failed.Err
	}
	return fmt.Errorf("%s: %w", path, err)
}

func readNodes(cmd *cobra.Command, path string, add func(*yaml.Node, inventory.Source)) (err error) {
	var text []byte
	if path == "-" {
		path = "stdin"
		text, err = limits.Read(cmd.InOrStdin())
	} else {
		text, err = limits.ReadFile(path)
	}
	if err != nil {
		return err
	}
	docs, err := manifest.Read(path, text)
	if err != nil {
		return err
	}
	for i := range docs {
		resources, err := docs[i].Resources()
		if err != nil {
			return err
		}
		for _, n := range resources {
			add(n, inventory.Source{File: docs[i].File, Line: docs[i].Line})
		}
	}
	return nil
}

func printChain(cmd *cobra.Command, chain trace.Chain, output string) error {
	secrets := secretsOf(cmd)
	w := cmd.OutOrStdout()
	for i := range chain {
		chain[i].What = secrets.Line(chain[i].What)
		for j := range chain[i].Why {
			chain[i].Why[j] = secrets.Line(chain[i].Why[j])
		}
	}
	if output == "json" {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(chain)
	}
	paint := func(text string, attr color.Attribute) string {
		if !terminal.Colors(w) {
			return text
		}
		c := color.New(attr)
		c.EnableColor()
		return c.Sprint(text)
	}
	for _, h := range chain {
		indent := strings.Repeat("  ", h.Depth)
		mark := paint("✓", color.FgGreen)
		if !h.OK {
			mark = paint("✗", color.FgRed)
		}
		if _, err := fmt.Fprintf(w, "%s%s %s\n", indent, mark, h.What); err != nil {
			return err
		}
		for _, why := range h.Why {
			fmt.Fprintf(w, "%s    %s\n", indent, why)
		}
	}
	return nil
}
