package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kubectl"
	"github.com/ressKim-io/wealist-k8s-migration/internal/report"
)

// kubectlFlags are those of commands that hand over to kubectl, spelt as there.
type kubectlFlags struct {
	client    kubectl.Client
	namespace string
}

func (f *kubectlFlags) register(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.StringVar(&f.client.Program, "kubectl", "kubectl", "the kubectl `program`")
	fs.StringVar(&f.client.Context, "context", "", "the `context` of the kubeconfig; kubectl's current one unless set")
	fs.StringVar(&f.client.Kubeconfig, "kubeconfig", "", "the kubeconfig `file`; kubectl's own unless set")
	_ = cmd.RegisterFlagCompletionFunc("context", func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		var out bytes.Buffer
		client := kubectl.Client{Program: f.client.Program, Kubeconfig: f.client.Kubeconfig}
		if client.Run(cmd.Context(), nil, &out, &bytes.Buffer{}, "config", "get-contexts", "-o", "name") != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var names []string
		for line := range bytes.Lines(out.Bytes()) {
			names = append(names, string(bytes.TrimSpace(line)))
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	})
}

// idle refuses flags that were given without the one that they are for.
func (f *kubectlFlags) idle(cmd *cobra.Command, purpose string) error {
	for _, name := range [...]string{"context", "kubeconfig", "kubectl", "namespace"} {
		if cmd.Flags().Changed(name) {
			return fmt.Errorf("--%s: it is for %s", name, purpose)
		}
	}
	return nil
}

func (f *kubectlFlags) registerNamespace(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&f.namespace, "namespace", "n", "", "the `namespace` of resources that name none; that of the context unless set")
}

func newApplyCommand() *cobra.Command {
	var flags kbuildFlags
	var to kubectlFlags
	var dir, dryRun, fieldManager string
	var force bool
	cmd := &cobra.Command{
		Use:   "apply -k DIR [-- FLAGS OF KUBECTL]",
		Short: "Build and check a kustomization, then apply it with kubectl",
		Long: `Apply builds the kustomization in DIR with the function in it, checks it as check
does, and gives the result to kubectl apply --server-side. When anything is at
error level kubectl is not called.

Which kubectl, which cluster and who you are there is kubectl's own business:
the program on the PATH is called with your kubeconfig. What stands behind -- is
passed on to it.

The exit code is 0 when everything was applied, 1 when something is at error level
and nothing was applied, and 2 when it could not be built or kubectl failed.`,
		Example: `  krm-validate apply -k overlays/prod/pipeline
  krm-validate apply -k overlays/prod --context prod --dry-run=server
  krm-validate apply -k overlays/prod -- --prune --selector app.kubernetes.io/part-of=shop

  # as a plugin of kubectl: a link to the program named kubectl-krm_validate
  kubectl krm-validate apply -k overlays/prod/pipeline`,
		Args: arguments(cobra.ArbitraryArgs),
		RunE: func(cmd *cobra.Command, args []string) error {
			extra, err := behindDashes(cmd, args)
			if err != nil {
				return err
			}
			if err := oneOf("dry-run", dryRun, "none", "server", "client"); err != nil {
				return err
			}
			call := []string{"apply", "--server-side=true", "-f", "-", "--field-manager=" + fieldManager}
			if dryRun == "client" { // which is none of the server's
				call = []string{"apply", "-f", "-"}
			}
			if dryRun != "none" {
				call = append(call, "--dry-run="+dryRun)
			}
			if force {
				call = append(call, "--force-conflicts")
			}
			to.client.Extra = extra
			return handOver(cmd, dir, &flags, &to, call)
		},
	}
	registerKustomize(cmd, &dir, "the kustomization to apply")
	cmd.Flags().StringVar(&dryRun, "dry-run", "none", "none, server (the API server says what it would do) or client")
	cmd.Flags().StringVar(&fieldManager, "field-manager", "kubectl", "the `name` under which fields are owned; kubectl's own unless set, so that those of an earlier kubectl apply --server-side stay yours")
	cmd.Flags().BoolVar(&force, "force-conflicts", false, "take over fields that others own")
	_ = cmd.MarkFlagRequired("kustomize")
	complete(cmd, "dry-run", "none", "server", "client")
	to.register(cmd)
	to.registerNamespace(cmd)
	flags.register(cmd)
	return cmd
}

// registerKustomize adds the flag that kubectl has for a kustomization.
func registerKustomize(cmd *cobra.Command, dir *string, usage string) {
	cmd.Flags().StringVarP(dir, "kustomize", "k", "", usage+", in `DIR`")
	_ = cmd.RegisterFlagCompletionFunc("kustomize", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return nil, cobra.ShellCompDirectiveFilterDirs
	})
}

// behindDashes are the arguments behind --. There are no others.
func behindDashes(cmd *cobra.Command, args []string) ([]string, error) {
	at := cmd.ArgsLenAtDash()
	if at < 0 {
		at = len(args)
	}
	if at > 0 {
		return nil, fmt.Errorf("%q: the kustomization is named with -k, and flags of kubectl stand behind --\nUsage: %s", args[0], cmd.UseLine())
	}
	return args[at:], nil
}

// handOver checks a kustomization, and calls kubectl with what it builds if
// nothing is at error level.
func handOver(cmd *cobra.Command, dir string, flags *kbuildFlags, to *kubectlFlags, call []string) error {
	opts, err := flags.options(cmd)
	if err != nil {
		return err
	}
	if _, err := to.client.Command(cmd.Context()); err != nil {
		return err // before anything else is said
	}
	text, err := checked(cmd, dir, "", opts, report.Text)
	if err != nil {
		return err
	}
	if to.namespace != "" {
		call = append(call, "--namespace="+to.namespace)
	}
	err = to.client.Run(cmd.Context(), bytes.NewReader(text), cmd.OutOrStdout(), cmd.ErrOrStderr(), call...)
	var exit *kubectl.ExitError
	if errors.As(err, &exit) && call[0] == "diff" && exit.Code == 1 {
		return errFindings // there are differences
	}
	return err
}

// checked builds a kustomization that nothing is wrong with. What is found goes to
// stderr, as show writes it.
func checked(cmd *cobra.Command, dir, unresolved string, opts kbuild.Options, show func(io.Writer, *report.Report) error) ([]byte, error) {
	if info, err := os.Stat(dir); err != nil {
		return nil, err
	} else if !info.IsDir() {
		return nil, fmt.Errorf("%s is no directory: name the one with the kustomization", dir)
	}
	trees, err := check.Find([]string{dir}, check.FindOptions{})
	if err != nil {
		return nil, err
	}
	if len(trees) != 1 || trees[0].Root == "" {
		return nil, fmt.Errorf("%s has no kustomization", dir)
	}
	files := kbuild.NewSnapshot(filesys.MakeFsOnDisk())
	result, failure := kbuild.Build(files, dir, opts) // the check says more about what is wrong
	c := &checkFlags{Options: check.Options{Build: opts, Unresolved: unresolved}}
	rep := check.Run(cmd.Context(), trees, c.Options)
	secrets := secretsOf(cmd)
	if err := c.unread(cmd, rep); err != nil {
		return nil, err
	}
	if err := show(cmd.ErrOrStderr(), &report.Report{
		Findings: rep.Findings, WithoutSchema: rep.WithoutSchema, Quiet: true, Secrets: secrets,
		Source: func(file string) []byte { return rep.Sources[file] },
	}); err != nil {
		return nil, err
	}
	if finding.Count(rep.Findings, finding.Error) > 0 {
		return nil, errFindings
	}
	if failure != nil {
		return nil, buildError(failure)
	}
	if err := files.Unchanged(); err != nil { // what was checked is what was built
		return nil, err
	}
	text, err := kbuild.YAML(result.Resources)
	if err != nil {
		return nil, unwritable(result.Resources, err, secrets)
	}
	return text, nil
}
