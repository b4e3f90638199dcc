// Package cli holds the commands of krm-validate. Each command is one file
// with a constructor that returns a *cobra.Command; none holds logic that
// another program could want.
package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ressKim-io/wealist-k8s-migration/internal/cleanup"
	"github.com/ressKim-io/wealist-k8s-migration/internal/function"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
	"github.com/ressKim-io/wealist-k8s-migration/internal/limits"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/terminal"
)

// Exit codes, the same for every command.
const (
	ExitOK       = 0 // nothing at error level
	ExitFindings = 1 // findings at error level, or a lock that is out of date
	ExitFailure  = 2 // the work could not be done: bad usage, unreadable or unparsable input
)

// exitError carries an exit code. A nil cause has been reported already.
type exitError struct {
	code  int
	cause error
}

func (e *exitError) Error() string {
	if e.cause == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.cause.Error()
}

func (e *exitError) Unwrap() error { return e.cause }

// errFindings ends a command whose findings have been printed already.
var errFindings = &exitError{code: ExitFindings}

// Program is Main for a process of its own: it keeps its temporary files together
// and removes them, also when it is told to end.
func Program() int {
	cleanup.OnSignals()
	limits.OwnMemory()
	args := calledAs(os.Args)
	if len(args) > 0 { // the function has none
		defer cleanup.TempDir()()
	}
	stderr := os.Stderr
	if len(args) > 0 {
		defer onceEach(stderr)()
	}
	return Main(args, os.Stdin, os.Stdout, stderr)
}

// onceEach lets each warning through once that kustomize prints by itself, as it
// does for every kustomization that it reads. It ends with what it returns.
func onceEach(stderr *os.File) (end func()) {
	r, w, err := os.Pipe()
	if err != nil {
		return func() {}
	}
	os.Stderr = w
	done := make(chan struct{})
	go func() {
		defer close(done)
		seen := map[string]bool{}
		for lines := bufio.NewReader(r); ; {
			line, err := lines.ReadString('\n')
			if warning := strings.HasPrefix(line, "# Warning:"); !warning || !seen[line] {
				fmt.Fprint(stderr, line)
				if warning {
					seen[line] = true
				}
			}
			if err != nil {
				return
			}
		}
	}()
	return func() {
		os.Stderr = stderr
		_ = w.Close() // all of it is written, or nobody reads
		<-done
		_ = r.Close()
	}
}

// names are those that the program may be called by, as a link or a copy, with the
// arguments that each stands for. kubectl calls plugins by such names, and their
// completion: https://kubernetes.io/docs/tasks/extend-kubectl/kubectl-plugins/
var names = map[string][]string{
	postRendererName:                {"post-render"},
	"kubectl-krm_validate":          {},
	"kubectl_complete-krm_validate": {cobra.ShellCompRequestCmd},
}

// calledAs are the arguments of a program, with what its name stands for.
func calledAs(args []string) []string {
	return slices.Concat(names[calledName(args)], args[1:])
}

func calledName(args []string) string { return strings.TrimSuffix(filepath.Base(args[0]), ".exe") }

// Main runs the program and returns its exit code.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	secrets := &redact.Secrets{}
	secrets.Name(args...)
	var printed outputs
	stdout, stderr = printed.guard(stdout), printed.guard(stderr)
	log.SetFlags(0)
	log.SetOutput(judged{stderr, secrets})
	root := newRootCommand()
	root.SetContext(context.WithValue(context.Background(), door{}, secrets))
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.Execute()
	var exit *exitError
	said := err == nil || errors.Is(err, syscall.EPIPE) || errors.As(err, &exit) && exit.cause == nil
	if said && printed.readerGone() {
		return ExitFailure // whoever reads has seen enough, such as head
	}
	if err = printed.worse(err); err == nil {
		return ExitOK
	}
	code := ExitFailure
	if errors.As(err, &exit) {
		code = exit.code
		if exit.cause == nil {
			return code
		}
	}
	fmt.Fprintln(stderr, "Error:", secrets.Error(err))
	fmt.Fprint(stderr, where(err, secrets))
	return code
}

// where is the place of what a build failed for, if it is known: lines to print
// after the error.
func where(err error, secrets *redact.Secrets) string {
	var f *kbuild.Failure
	if !errors.As(err, &f) {
		return ""
	}
	return f.Where(secrets)
}

// door is the key of the context's *redact.Secrets: what is printed goes
// through them.
type door struct{}

func secretsOf(cmd *cobra.Command) *redact.Secrets {
	s, _ := cmd.Context().Value(door{}).(*redact.Secrets)
	return s
}

// judged takes the log of kustomize.
type judged struct {
	w       io.Writer
	secrets *redact.Secrets
}

func (j judged) Write(text []byte) (int, error) {
	_, err := fmt.Fprintln(j.w, j.secrets.Judge(string(text)))
	return len(text), err
}

// isCommand refuses a command that does not exist, with the one that is meant.
func isCommand(cmd *cobra.Command, args []string) error {
	err := cobra.NoArgs(cmd, args)
	if err == nil {
		return nil
	}
	if cmd.SuggestionsMinimumDistance <= 0 {
		cmd.SuggestionsMinimumDistance = 2
	}
	if meant := cmd.SuggestionsFor(args[0]); len(meant) > 0 {
		return fmt.Errorf("%w; did you mean %s?", err, anyOf(meant))
	}
	return fmt.Errorf("%w; krm-validate --help lists the commands", err)
}

// isFlag adds to a complaint about a flag that does not exist the one that is
// meant, or where they are listed.
func isFlag(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return err
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, f.Name)
		}
	})
	if near := suggest.Nearest(unknown.GetSpecifiedName(), names, 1); len(near) > 0 && unknown.GetSpecifiedShortnames() == "" {
		return fmt.Errorf("%w; did you mean --%s?", err, near[0])
	}
	return fmt.Errorf("%w; %s --help lists the flags", err, cmd.CommandPath())
}

// arguments adds to a complaint about arguments how the command is called.
func arguments(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return fmt.Errorf("%w\nUsage: %s", err, cmd.UseLine())
		}
		return nil
	}
}

// Command is the program's command line, for what is made from it, such as man
// pages.
func Command() *cobra.Command { return newRootCommand() }

func newRootCommand() *cobra.Command {
	var most, colors string
	root := &cobra.Command{
		Use:     "krm-validate",
		Version: version(),
		Short:   "Inject, normalize and validate Kubernetes resources inside kustomize build",
		Long: `Without arguments krm-validate is a KRM function: it reads a ResourceList on
stdin and writes the processed one to stdout. kustomize runs it from the
transformers of a kustomization.

It injects connection URLs computed from the real Services, normalizes
resources, and validates every cross-reference. A ConfigPipeline
(wealist.io/v1alpha1) says what to do; each part of it is optional.

Exit codes: 0 nothing at error level, 1 findings at error level or a lock that
is out of date, 2 the work could not be done.`,
		Example: `  krm-validate build overlays/prod/pipeline        # kustomize with the function inside
  krm-validate check overlays/ rendered.yaml       # every rule, changing nothing
  krm-validate import --env dev=k8s-dev/ --env prod=k8s-prod/
  krm-validate init overlays/dev overlays/prod     # a pipeline for the overlays you have
  krm-validate fix --diff overlays/                # what has one certain answer
  krm-validate trace overlays/prod/pipeline http://wealist.local/api
  krm-validate diff --against origin/main overlays/
  krm-validate lock overlays/prod                  # for kubectl apply -k
  krm-validate blame overlays/prod                 # who wrote each line of it
  krm-validate explain secret-not-found
  kustomize build --enable-alpha-plugins --enable-exec overlays/prod/pipeline`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          isCommand,
		PersistentPreRunE: func(*cobra.Command, []string) error {
			if err := terminal.SetMode(colors); err != nil {
				return fmt.Errorf("--color: %w", err)
			}
			if most == "" {
				return limits.Check()
			}
			if err := limits.Set(most); err != nil {
				return fmt.Errorf("--%s: %w", limits.Flag, err)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			if terminal.Is(cmd.InOrStdin()) {
				return cmd.Help() // nobody types a ResourceList
			}
			if code := function.Run(cmd.Context(), cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr()); code != function.ExitOK {
				return &exitError{code: code}
			}
			return nil
		},
	}
	if calledName(os.Args) == "kubectl-krm_validate" {
		root.Annotations = map[string]string{cobra.CommandDisplayNameAnnotation: "kubectl krm-validate"}
	}
	root.PersistentFlags().StringVar(&most, limits.Flag, "", "how much input to take, as in size=1Gi,depth=1000,aliases=4000000,remote=5m (default size=256Mi,depth=500,aliases=1048576,remote=1m, which is how long a server may take for one answer; also $"+limits.Env+")")
	root.PersistentFlags().StringVar(&colors, "color", "auto", "auto, always or never; auto means on terminals, and follows NO_COLOR, FORCE_COLOR and CLICOLOR")
	complete(root, "color", terminal.Modes...)
	root.AddCommand(newBuildCommand(), newChildCommand(), newPostRenderCommand(), newApplyCommand(), newArgoCDCommand(), newLockCommand(), newCheckCommand(), newFixCommand(), newImportCommand(), newInitCommand(), newTraceCommand(), newGraphCommand(), newDiffCommand(), newReportCommand(), newBlameCommand(), newRulesCommand(), newExplainCommand(), newSchemaCommand(), newVersionCommand())
	root.SetFlagErrorFunc(isFlag)
	root.InitDefaultHelpCmd()
	if help, _, err := root.Find([]string{"help"}); err == nil {
		help.Args = func(_ *cobra.Command, args []string) error {
			about, rest, err := root.Find(args)
			if err != nil {
				return err
			}
			return isCommand(about, rest)
		}
	}
	return root
}
