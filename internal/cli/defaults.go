package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
	"github.com/ressKim-io/wealist-k8s-migration/internal/defaults"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
)

// applyDefaults gives flags that were not given what the repository says, and
// returns the paths to check.
func (c *checkFlags) applyDefaults(cmd *cobra.Command, args []string) ([]string, error) {
	if c.noDefaults {
		return args, nil
	}
	d, err := defaults.Find(".")
	if err != nil || d.Path == "" {
		return args, err
	}
	unset := func(flag, value string) bool { return value != "" && !cmd.Flags().Changed(flag) }
	if len(args) == 0 {
		for _, root := range d.Roots {
			path, err := d.From(root)
			if err != nil {
				return nil, err
			}
			args = append(args, path)
		}
	}
	c.find.Exclude = append(c.find.Exclude, d.Exclude...)
	if len(d.Output) > 0 && !cmd.Flags().Changed("output") {
		c.outputs = nil
		for _, value := range d.Output {
			format, file, ok := strings.Cut(value, "=")
			if ok && file != "-" {
				if file, err = d.From(file); err != nil {
					return nil, err
				}
				value = format + "=" + file
			}
			c.outputs = append(c.outputs, value)
		}
	}
	if unset("fail-on", d.FailOn) {
		c.failOn = d.FailOn
	}
	if unset("unresolved", d.Unresolved) {
		c.Unresolved = d.Unresolved
	}
	if unset("baseline", d.Baseline) && c.known.write == "" {
		if c.known.baseline, err = d.From(d.Baseline); err != nil {
			return nil, err
		}
	}
	for name := range d.Rules {
		if rules.Lookup(name) == nil {
			meant := ""
			if near := suggest.Nearest(name, ruleNames(), 1); len(near) > 0 {
				meant = fmt.Sprintf("; did you mean %q?", near[0])
			}
			return nil, fmt.Errorf("%s: rules: there is no rule %q%s", d.Path, name, meant)
		}
	}
	c.Severities = d.Rules
	return args, nil
}

// anyPath refuses to begin where neither the command line nor the defaults say
// with what.
func anyPath(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return nil
	}
	return fmt.Errorf("which PATH? None is given, and no %s has roots\nUsage: %s", defaults.File, cmd.UseLine())
}
