package cli

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"sigs.k8s.io/kustomize/api/resmap"
	"sigs.k8s.io/kustomize/api/resource"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"

	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
	"github.com/ressKim-io/wealist-k8s-migration/internal/atomicfile"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
	"github.com/ressKim-io/wealist-k8s-migration/internal/function"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
)

type buildFlags struct {
	output  string
	explain bool
	kbuildFlags
}

// kbuildFlags are those of every command that builds kustomizations. They are
// spelt as kustomize build spells them.
type kbuildFlags struct {
	enableExec     bool
	loadRestrictor string
	enableHelm     bool
	helmCommand    string
	version        string
}

func (f *kbuildFlags) register(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.BoolVar(&f.enableExec, "enable-exec", false, "also run the functions and plugins of others that the tree names: programs and containers on this machine")
	fs.StringVar(&f.loadRestrictor, "load-restrictor", types.LoadRestrictionsRootOnly.String(),
		"LoadRestrictionsRootOnly keeps kustomizations from reading files outside their directory, LoadRestrictionsNone does not")
	fs.BoolVar(&f.enableHelm, "enable-helm", false, "inflate helmCharts")
	fs.StringVar(&f.helmCommand, "helm-command", "helm", "the helm program for --enable-helm")
	fs.StringVar(&f.version, "kubernetes-version", "", "the cluster's `release`, such as 1.33: API versions that it does not serve are errors; otherwise what the configuration says, or the newest one known, "+apischema.Newest.String())
	_ = cmd.RegisterFlagCompletionFunc("kubernetes-version", cobra.NoFileCompletions)
	_ = cmd.RegisterFlagCompletionFunc("load-restrictor", cobra.FixedCompletions(
		[]string{types.LoadRestrictionsRootOnly.String(), types.LoadRestrictionsNone.String()}, cobra.ShellCompDirectiveNoFileComp))
}

func (f *kbuildFlags) options(cmd *cobra.Command) (kbuild.Options, error) {
	opts := kbuild.Options{
		EnableExec:        f.enableExec,
		Helm:              f.enableHelm,
		HelmCommand:       f.helmCommand,
		KubernetesVersion: f.version,
		InProcess:         function.RunNodes,
		Spare:             check.Spare,
		Secrets:           secretsOf(cmd),
	}
	if _, ok := apischema.ParseRelease(f.version); !ok && f.version != "" {
		return opts, fmt.Errorf("--kubernetes-version %s: expected a release of Kubernetes, such as %s", f.version, apischema.Newest)
	}
	for _, r := range []types.LoadRestrictions{types.LoadRestrictionsRootOnly, types.LoadRestrictionsNone} {
		if f.loadRestrictor == r.String() {
			opts.LoadRestrictor = r
			return opts, nil
		}
	}
	return opts, fmt.Errorf("--load-restrictor %s: expected %s or %s", f.loadRestrictor,
		types.LoadRestrictionsRootOnly, types.LoadRestrictionsNone)
}

func newBuildCommand() *cobra.Command {
	var flags buildFlags
	var kustomize string
	cmd := &cobra.Command{
		Use:   "build [DIR | -k DIR]",
		Short: "Build a kustomization with the function in it",
		Long: `Build the kustomization in DIR (the current directory unless given) and print
its resources, byte for byte as

  kustomize build --enable-alpha-plugins --enable-exec DIR

prints them with kustomize ` + kbuild.KustomizeVersion + `. No kustomize, no krm-validate on the PATH and no
flags are needed. A ConfigPipeline in transformers: runs in this program,
whether its annotation names a program or a container image; every other
function or plugin that the tree names is refused unless --enable-exec says
that you trust it.

What the function finds goes to stderr. The exit code is 0 when nothing is at
error level, 1 when something is, and 2 when the tree could not be built.`,
		Example: `  # render and check prod
  krm-validate build overlays/prod/pipeline

  # apply it
  krm-validate build overlays/prod/pipeline | kubectl apply --server-side -f -

  # write one file, or one file per resource into a directory that exists
  krm-validate build overlays/prod/pipeline -o prod.yaml
  krm-validate build overlays/prod/pipeline -o rendered/`,
		Args: arguments(cobra.MaximumNArgs(1)),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := cmp.Or(kustomize, ".")
			if len(args) > 0 {
				if kustomize != "" {
					return fmt.Errorf("%s is named by itself, and %s with -k: one of the two", args[0], kustomize)
				}
				dir = args[0]
			}
			return runBuild(cmd, dir, &flags)
		},
	}
	cmd.Flags().BoolVar(&flags.explain, "explain", false, "say on stderr what the function writes, and which part of its configuration asks for it")
	cmd.Flags().StringVarP(&flags.output, "output", "o", "", "write to this file, or one file per resource into this directory")
	registerKustomize(cmd, &kustomize, "the kustomization, as kubectl names it")
	flags.register(cmd)
	return cmd
}

func runBuild(cmd *cobra.Command, dir string, flags *buildFlags) error {
	opts, err := flags.options(cmd)
	if err != nil {
		return err
	}
	files := kbuild.NewSnapshot(filesys.MakeFsOnDisk())
	result, err := kbuild.Build(files, dir, opts)
	if flags.explain && result != nil {
		for i := range result.Runs {
			fmt.Fprint(cmd.ErrOrStderr(), result.Runs[i].Explanation())
		}
	}
	if perr := check.PrintRuns(cmd.ErrOrStderr(), files, dir, opts, result); err == nil {
		err = perr
	}
	if err != nil {
		return buildError(err)
	}
	if err := files.Unchanged(); err != nil {
		return err
	}
	m := result.Resources
	if info, err := os.Stat(flags.output); err == nil && info.IsDir() {
		if err := kbuild.Writable(m, opts.Secrets); err != nil {
			return kbuild.Unwritable(files, dir, opts, err)
		}
		return writeEach(flags.output, m, opts.Secrets)
	}
	text, err := kbuild.YAML(m)
	if err != nil {
		return kbuild.Unwritable(files, dir, opts, unwritable(m, err, opts.Secrets))
	}
	if flags.output == "" || flags.output == "-" {
		_, err = cmd.OutOrStdout().Write(text)
		return err
	}
	return atomicfile.Write(flags.output, text, 0o644)
}

// buildError gives the function's own exit code to a build that it ended; what
// it found has been printed.
func buildError(err error) error {
	var failed *kbuild.FunctionError
	if !errors.As(err, &failed) {
		return err
	}
	if failed.Code == function.ExitFindings {
		return errFindings
	}
	return &exitError{code: ExitFailure}
}

// unwritable is the error about resources that cannot be written as YAML, which
// the library's own prints whole.
func unwritable(m resmap.ResMap, err error, secrets *redact.Secrets) error {
	if why := kbuild.Writable(m, secrets); why != nil {
		return why
	}
	return secrets.Foreign(err)
}

// writeEach writes one file per resource, with the names and contents of
// kustomize build -o DIR, all of them or none: not when two resources have one
// name, a name leads out of the directory, or a file there is read-only.
func writeEach(dir string, m resmap.ResMap, secrets *redact.Secrets) error {
	contents := map[string][]byte{}
	add := func(prefix string, r *resource.Resource) error {
		name := prefix + strings.ToLower(r.GetGvk().StringWoEmptyField()+"_"+r.GetName()) + ".yaml"
		if !filepath.IsLocal(name) || filepath.Base(name) != name {
			return fmt.Errorf("%s %q: cannot be written into a directory: its name is no file name", r.GetKind(), r.GetName())
		}
		if _, ok := contents[name]; ok {
			return fmt.Errorf("two resources would be written to %s", filepath.Join(dir, name))
		}
		object, err := r.Map()
		if err != nil {
			return unwritable(m, err, secrets)
		}
		contents[name], err = yaml.Marshal(object)
		return secrets.Foreign(err)
	}
	byNamespace := m.GroupedByCurrentNamespace()
	for namespace, resources := range byNamespace {
		prefix := ""
		if len(byNamespace) > 1 {
			prefix = strings.ToLower(namespace) + "_"
		}
		for _, r := range resources {
			if err := add(prefix, r); err != nil {
				return err
			}
		}
	}
	for _, r := range m.ClusterScoped() {
		if err := add("", r); err != nil {
			return err
		}
	}
	return atomicfile.WriteAll(dir, contents, 0o644)
}

// newChildCommand is the side of a build that kustomize starts as a child
// process; see package kbuild.
func newChildCommand() *cobra.Command {
	return &cobra.Command{
		Use:                kbuild.ChildCommand,
		Hidden:             true,
		DisableFlagParsing: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if code := kbuild.Child(args, function.RunFilter, cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr()); code != function.ExitOK {
				return &exitError{code: code}
			}
			return nil
		},
	}
}
