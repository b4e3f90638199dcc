package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"
	kyaml "sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/ressKim-io/wealist-k8s-migration/fn"
	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/internal/check"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/function"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
	"github.com/ressKim-io/wealist-k8s-migration/internal/lock"
	"github.com/ressKim-io/wealist-k8s-migration/internal/parallel"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

func newLockCommand() *cobra.Command {
	var check, force bool
	var build kbuildFlags
	var part partFlags
	var jobs int
	cmd := &cobra.Command{
		Use:   "lock [DIR...]",
		Short: "Pin the function's result so that kubectl apply -k applies it",
		Long: `Write the lock of environments: what the function changes in them, as a stock
kustomize component that every kustomize from 5.0 on applies without plugins,
and with it kubectl apply -k and Flux.

DIR is an environment's directory; without DIR all environments in and below
the current directory are meant. An environment has

  source/              its resources: base plus differences
  pipeline/            source/ with the function in transformers:
  lock/                written by this command, committed, never edited
  kustomization.yaml   resources: [source], components: [lock]; written if missing

The source may be elsewhere: where there is no source/, it is what pipeline/ runs
the function over. krm-validate init makes environments of overlays.

A lock is written only after a build of source and lock has proved to equal the
pipeline's. Its patches test what values were computed from: when a Service is
renamed and the lock is not refreshed, kubectl apply -k fails and applies
nothing. It never holds the bytes of a Secret.

With --check nothing is written: the exit code is 1 when a lock is out of date
or was edited, and what would change is printed.

The flags of kustomize build mean that those who apply the lock give them too:
kubectl apply -k has none, Flux and Argo CD can be told.`,
		Example: `  # after a change to source/, pipeline/ or the base
  krm-validate lock overlays/prod
  git diff overlays/prod/lock

  # in CI: fail when somebody forgot
  krm-validate lock --check
  krm-validate lock --check --changed-since origin/main --shard 1/4

  # what it is for
  kubectl apply -k overlays/prod`,
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if jobs < 0 {
				return fmt.Errorf("--jobs=%d: expected a number of environments, or 0", jobs)
			}
			envs, err := environments(args)
			if err != nil {
				return err
			}
			if envs, err = part.environments(envs); err != nil {
				return err
			}
			opts, err := build.options(cmd)
			if err != nil {
				return err
			}
			r := lockRun{build: opts, secrets: opts.Secrets, out: cmd.OutOrStdout(), errs: cmd.ErrOrStderr(), check: check, force: force, jobs: jobs}
			return r.all(cmd.Context(), envs)
		},
	}
	cmd.Flags().BoolVar(&check, "check", false, "write nothing; exit with 1 when a lock is not as it should be")
	cmd.Flags().BoolVar(&force, "force", false, "overwrite a lock that was edited by hand")
	cmd.MarkFlagsMutuallyExclusive("check", "force")
	registerJobs(cmd, &jobs, "environments")
	part.register(cmd)
	build.register(cmd)
	return cmd
}

// environments opens the named environments, or all there are.
func environments(dirs []string) ([]*lock.Environment, error) {
	if len(dirs) == 0 {
		var err error
		if dirs, err = lock.Find("."); err != nil {
			return nil, err
		}
		if len(dirs) == 0 {
			return nil, errors.New("no environment in or below this directory: expected a directory with a source/ and a pipeline/, such as overlays/prod")
		}
	}
	return lock.OpenAll(dirs)
}

type lockRun struct {
	out, errs    io.Writer
	build        kbuild.Options
	secrets      *redact.Secrets
	check, force bool
	jobs         int
}

// made is what came of making a lock, and what there is to print of that.
type made struct {
	lock *lock.Lock
	said bytes.Buffer
	err  error
}

// all works on every environment, also after one has failed, and ends with
// the worst exit code. Locks are made side by side, and written one by one.
func (r *lockRun) all(ctx context.Context, envs []*lock.Environment) error {
	worst := ExitOK
	if len(envs) > 1 && r.build.Cache == nil {
		r.build.Cache = &kbuild.Cache{} // they share their base
	}
	written := false
	parallel.InOrder(len(envs), r.jobs, func(i int) *made { return r.make(ctx, envs[i]) }, func(i int, m *made) {
		e := envs[i]
		if written && (m.err != nil || m.lock.Changed()) {
			m = r.make(ctx, e) // it may be built of one that has just been written
		}
		changed, err := r.finish(e, m)
		written = written || changed
		if err == nil {
			return
		}
		code := ExitFailure
		var exit *exitError
		if errors.As(err, &exit) {
			code = exit.code
		}
		if exit == nil || exit.cause != nil {
			text := r.secrets.Error(err)
			if name := redact.Escape(e.Name); !strings.Contains(text, name) {
				text = name + ": " + text
			}
			fmt.Fprintln(r.errs, "Error:", text)
		}
		worst = max(worst, code)
	})
	if worst != ExitOK {
		return &exitError{code: worst}
	}
	return nil
}

// make makes the lock of an environment. Nothing is written, and nothing printed.
func (r *lockRun) make(ctx context.Context, e *lock.Environment) *made {
	m := &made{}
	var printing error
	m.lock, m.err = lock.Make(e, lock.Options{Build: r.build, Recheck: r.check, Inputs: func(source []*yaml.Node, configs []string) ([]lock.Input, error) {
		return injectionInputs(ctx, source, configs)
	}, Built: func(files *kbuild.Snapshot, result *kbuild.Result) {
		printing = check.PrintRuns(&m.said, files, e.Pipeline(), r.build, result)
	}})
	if m.err == nil {
		m.err = printing
	}
	return m
}

// finish writes a lock that was made, or compares it, and says so. It reports
// whether anything was written.
func (r *lockRun) finish(e *lock.Environment, m *made) (changed bool, err error) {
	name := redact.Escape(e.Name)
	if _, err := r.errs.Write(m.said.Bytes()); err != nil {
		return false, err
	}
	if m.err != nil {
		var failed *kbuild.FunctionError
		if errors.As(m.err, &failed) {
			fmt.Fprintf(r.errs, "Error: %s: its pipeline does not build, so its lock stays as it is\n", name)
			if failed.Code == function.ExitFindings {
				return false, errFindings
			}
			return false, &exitError{code: ExitFailure}
		}
		return false, m.err
	}
	if r.check {
		return false, r.report(e, m.lock)
	}
	if changed, err = m.lock.Write(r.force); err != nil {
		return changed, err
	}
	if changed {
		fmt.Fprintf(r.out, "%s: lock written\n", name)
	} else {
		fmt.Fprintf(r.out, "%s: lock is up to date\n", name)
	}
	return changed, nil
}

func (r *lockRun) report(e *lock.Environment, l *lock.Lock) error {
	name := redact.Escape(e.Name)
	stale, err := l.Check()
	if err != nil {
		return err
	}
	if stale == nil {
		fmt.Fprintf(r.out, "%s: lock is up to date\n", name)
		return nil
	}
	command := "krm-validate lock " + name
	if stale.Edited {
		command = "krm-validate lock --force " + name
	}
	fmt.Fprintf(r.out, "%s: lock is out of date: %s\n%s\nTo refresh it, run\n  %s\n", name, r.secrets.Line(stale.Summary()), r.secrets.Excerpts(stale.Diff), command)
	return errFindings
}

// injectionInputs are the fields that the function computed connections from:
// it runs over the source once more, in this process.
func injectionInputs(ctx context.Context, source []*yaml.Node, configs []string) ([]lock.Input, error) {
	var inputs []lock.Input
	for _, text := range configs {
		var node yaml.Node
		if err := yaml.Unmarshal([]byte(text), &node); err != nil {
			return nil, err
		}
		cfg, err := config.Decode(yamlnode.Resolve(&node))
		if err != nil {
			return nil, err
		}
		inv := &inventory.Inventory{}
		for _, item := range source {
			inv.Add(kyaml.CopyYNode(item), inventory.Source{}) // which is edited
		}
		res, err := fn.Process(ctx, inv, cfg)
		if err != nil {
			return nil, err
		}
		for _, injection := range res.Injections {
			for _, in := range injection.Inputs {
				r := in.Object.Resource()
				inputs = append(inputs, lock.Input{
					APIVersion: r.APIVersion, Kind: r.Kind, Namespace: r.Namespace, Name: r.Name,
					Path: fieldpath.Parse(in.Field).Pointer(),
				})
			}
		}
	}
	return inputs, nil
}
