package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/internal/atomicfile"
	"github.com/ressKim-io/wealist-k8s-migration/internal/function"
	"github.com/ressKim-io/wealist-k8s-migration/internal/terminal"
)

// postRendererName is what Helm 3 calls: its --post-renderer is a path without
// arguments.
const postRendererName = "krm-validate-post-renderer"

func newPostRenderCommand() *cobra.Command {
	var file, report string
	cmd := &cobra.Command{
		Use:   "post-render",
		Short: "Run the function over a stream of YAML, as a post-renderer of Helm",
		Long: `Post-render reads a stream of YAML documents on stdin, injects, normalizes and
validates as the function does, and writes the stream to stdout. Documents that
it does not change keep their bytes.

The configuration is a ConfigPipeline in the file of --config, or one among the
documents: a template of the chart. It is not passed on. Without one the
documents are validated.

What is found goes to stderr. When something is at error level nothing is
written to stdout, the exit code is 1, and Helm stops before it has changed
anything in the cluster. Helm 3 shows what was found then; Helm 4 shows no word
of a plugin: --report writes it to a file.

Called by the name ` + postRendererName + `, a link or a copy, the program is
this command: Helm 3 takes a path. Helm 4 takes a plugin.`,
		Example: `  # any stream
  helm template shop ./chart | krm-validate post-render --config krm-validate.yaml | kubectl apply --server-side -f -

  # Helm 3
  ln -s "$(command -v krm-validate)" /usr/local/bin/` + postRendererName + `
  helm upgrade --install shop ./chart --post-renderer ` + postRendererName + ` --post-renderer-args --config=krm-validate.yaml

  # Helm 4
  helm plugin install integrations/helm
  helm upgrade --install shop ./chart --post-renderer krm-validate \
    --post-renderer-args --config=krm-validate.yaml --post-renderer-args --report=found.txt || cat found.txt`,
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if terminal.Is(cmd.InOrStdin()) {
				return cmd.Help() // nobody types a stream
			}
			var printed bytes.Buffer
			stderr := io.MultiWriter(&printed, cmd.ErrOrStderr())
			err := postRender(cmd, file, stderr)
			if report == "" {
				return err
			}
			var exit *exitError
			if err != nil && (!errors.As(err, &exit) || exit.cause != nil) { // Main prints it
				fmt.Fprintln(&printed, "Error:", secretsOf(cmd).Error(err))
			}
			if werr := atomicfile.Write(report, printed.Bytes(), 0o644); werr != nil {
				return &exitError{code: ExitFailure, cause: fmt.Errorf("writing the report: %w", errors.Join(werr, causeOf(err)))}
			}
			return err
		},
	}
	cmd.Flags().StringVarP(&file, "config", "c", "", "file with a ConfigPipeline")
	cmd.Flags().StringVar(&report, "report", "", "write what goes to stderr to this file too")
	return cmd
}

// causeOf is what an error says that has not been printed yet.
func causeOf(err error) error {
	var exit *exitError
	if errors.As(err, &exit) && exit.cause == nil {
		return nil
	}
	return err
}

func postRender(cmd *cobra.Command, file string, stderr io.Writer) error {
	var cfg *config.ConfigPipeline
	if file != "" {
		var err error
		if cfg, err = readConfig(file); err != nil {
			return err
		}
	}
	if code := function.RunStream(cmd.Context(), cfg, cmd.InOrStdin(), cmd.OutOrStdout(), stderr); code != function.ExitOK {
		return &exitError{code: code}
	}
	return nil
}
