package cli

import (
	"github.com/spf13/cobra"

	"github.com/ressKim-io/wealist-k8s-migration/fn/schema"
)

func newSchemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON schema of the configuration",
		Long: `Schema prints the JSON schema of ConfigPipeline, for editors and for programs
that check configuration.`,
		Example: `  krm-validate schema > configpipeline.json

  # in the first line of a configuration, for editors with the YAML language server
  # yaml-language-server: $schema=configpipeline.json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := cmd.OutOrStdout().Write(schema.ConfigPipeline)
			return err
		},
	}
}
