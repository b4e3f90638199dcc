package cli

import (
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
	"github.com/ressKim-io/wealist-k8s-migration/internal/function"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
	"github.com/ressKim-io/wealist-k8s-migration/internal/report"
)

func newArgoCDCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "argocd",
		Short: "Be a Config Management Plugin of Argo CD",
		Long: `Argocd has the two commands that integrations/argocd/plugin.yaml names. Argo CD
runs them in the folder of an Application.`,
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newArgoCDDiscoverCommand(), newArgoCDGenerateCommand())
	return cmd
}

func newArgoCDDiscoverCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "discover",
		Short: "Say whether the kustomization here runs the function",
		Long: `Discover prints a line if the kustomization in this folder runs krm-validate in
its transformers, and nothing otherwise: those are for Argo CD's own kustomize.`,
		Example: `  krm-validate argocd discover`,
		Args:    arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			runs := false
			_, _ = kbuild.Build(filesys.MakeFsOnDisk(), ".", kbuild.Options{ // generate says what is wrong
				InProcess: func(items []*yaml.Node, functionConfig *yaml.Node) (manifest.Output, function.Report) {
					runs = true
					return manifest.Output{Changed: func(int) bool { return false }}, function.Report{}
				},
				Secrets: secretsOf(cmd),
			})
			if runs {
				fmt.Fprintln(cmd.OutOrStdout(), "krm-validate")
			}
			return nil
		},
	}
}

// Environment variables that Argo CD sets for plugins: parameters by their names
// in capitals, and the version of the destination cluster.
// https://argo-cd.readthedocs.io/en/stable/operator-manual/config-management-plugins/#using-environment-variables-in-your-plugin
const (
	paramVersion    = "PARAM_KUBERNETES_VERSION"
	paramUnresolved = "PARAM_UNRESOLVED"
	kubeVersion     = "KUBE_VERSION"
)

func newArgoCDGenerateCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "generate",
		Short: "Build and check the kustomization here, for Argo CD to apply",
		Long: `Generate builds the kustomization in this folder with the function in it, checks
it, and prints the resources. When something is at error level it prints none,
and says what on stderr, a line for each error: the text is part of a condition of
the Application.

Parameters of the Application, which Argo CD passes on as environment variables:
kubernetes-version (that of the destination cluster unless set) and unresolved
(error, warning or ignore).`,
		Example: `  krm-validate argocd generate
  PARAM_UNRESOLVED=warning krm-validate argocd generate`,
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			version, unresolved := os.Getenv(paramVersion), os.Getenv(paramUnresolved)
			if version == "" {
				version = releaseOf(os.Getenv(kubeVersion))
			} else if _, ok := apischema.ParseRelease(version); !ok {
				return fmt.Errorf("parameter kubernetes-version %q: expected a release of Kubernetes, such as %s", version, apischema.Newest)
			}
			if err := oneOf("unresolved", unresolved, "", "error", "warning", "ignore"); err != nil {
				return err
			}
			text, err := checked(cmd, ".", unresolved, kbuild.Options{
				InProcess: function.RunNodes, Spare: check.Spare, KubernetesVersion: version, Secrets: secretsOf(cmd),
			}, short)
			if err != nil {
				return err
			}
			_, err = cmd.OutOrStdout().Write(text)
			return err
		},
	}
}

// releaseOf is the release of a version such as v1.33.2+k3s1, or empty.
func releaseOf(version string) string {
	version, _, _ = strings.Cut(version, "+") // that of a build; some have 1.33+ alone
	r, ok := apischema.ParseRelease(version)
	if !ok {
		return ""
	}
	return r.String()
}

// short writes the errors of a report, a line for each, and no more than a screen
// of Argo CD holds.
func short(w io.Writer, r *report.Report) error {
	const most = 10
	left := 0
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Severity < finding.Error {
			continue
		}
		if left++; left > most {
			continue
		}
		place := f.Resource.String()
		if f.File != "" {
			place = path.Clean(f.File)
			if f.Line > 0 {
				place += fmt.Sprintf(":%d", f.Line)
			}
		}
		if _, err := fmt.Fprintln(w, redact.Escape(fmt.Sprintf("%s: %s [%s]", place, f.Sentence(), f.Rule))); err != nil {
			return err
		}
	}
	if left > most {
		_, err := fmt.Fprintf(w, "and %d more errors: krm-validate check shows them\n", left-most)
		return err
	}
	return nil
}
