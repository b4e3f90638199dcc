// Package kubectl calls the user's own kubectl, which knows every way to log in
// to a cluster that there is.
package kubectl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
)

// Client says which kubectl and which cluster.
type Client struct {
	// Program is found on the PATH; empty means kubectl.
	Program string
	// Context and Kubeconfig are kubectl's flags of these names; empty means what
	// kubectl chooses.
	Context, Kubeconfig string
	// Extra are arguments that stand behind all others.
	Extra []string
}

// ExitError is a kubectl that ran and did not succeed. It has said why.
type ExitError struct {
	Command string // such as apply
	Code    int
}

func (e *ExitError) Error() string {
	return fmt.Sprintf("kubectl %s ended with exit code %d", e.Command, e.Code)
}

// Command is kubectl with arguments, not yet started.
func (c *Client) Command(ctx context.Context, args ...string) (*exec.Cmd, error) {
	program := c.Program
	if program == "" {
		program = "kubectl"
	}
	path, err := exec.LookPath(program)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be run (%w): install it, https://kubernetes.io/docs/tasks/tools/, or name it with --kubectl", program, errors.Unwrap(err))
	}
	for _, f := range []struct{ name, value string }{{"--context=", c.Context}, {"--kubeconfig=", c.Kubeconfig}} {
		if f.value != "" {
			args = append(args, f.name+f.value)
		}
	}
	return exec.CommandContext(ctx, path, append(args, c.Extra...)...), nil
}

// Run runs kubectl to its end.
func (c *Client) Run(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer, args ...string) error {
	cmd, err := c.Command(ctx, args...)
	if err != nil {
		return err
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, stdout, stderr
	err = cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return &ExitError{Command: args[0], Code: exit.ExitCode()}
	}
	if err != nil {
		return fmt.Errorf("running kubectl: %w", err)
	}
	return nil
}
