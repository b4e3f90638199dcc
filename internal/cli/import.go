package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/ressKim-io/wealist-k8s-migration/internal/atomicfile"
	"github.com/ressKim-io/wealist-k8s-migration/internal/gitignore"
	"github.com/ressKim-io/wealist-k8s-migration/internal/importer"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
)

func newImportCommand() *cobra.Command {
	var i importRun
	var envs, newEnvs []string
	var secrets string
	cmd := &cobra.Command{
		Use:   "import --env NAME=PATH... [PATH]",
		Short: "Make a base and overlays of copied YAML, and prove that nothing changed",
		Long: `Import reads the manifests of each environment and writes base/ and
overlays/NAME/: what the environments have in common once, and what differs as
namespace, nameSuffix, labels, images, replicas, generators and, last, patches.

A PATH is a folder, a file, or - for what kubectl get -o yaml or helm template
prints. Environments that name one folder share it: the files whose names, or
whose folders' names, have an environment in them are that environment's, and
the others are everybody's. Objects are matched by kind and name, without what an
environment adds to names and namespaces. What a cluster adds to objects (status,
uid, defaults and so on) is taken off, and counted.

With --new-env there is a further environment, made of the first: names,
namespaces, labels and hosts become its own, and passwords are new ones.

Values of Secrets, and what looks like a secret elsewhere, never get into the base.
They go into files below overlays/NAME/secrets that .gitignore lists, or, with
--secrets external-secret, are left out, with an ExternalSecret in their place.

Nothing is written before both our builder and kustomize's own build each overlay
to exactly the objects that it was made of; the order of objects, of lists in
which order means nothing, and hashes in names aside. Existing files are replaced
with --force only. The exit code is 1 if no such layout was found or files are in
the way, and 2 if the input cannot be read.`,
		Example: `  krm-validate import --env dev=k8s-dev/ --env prod=k8s-prod/
  krm-validate import --env prod=k8s-manifests/ --new-env dev -o deploy/
  krm-validate import --env dev --env prod k8s/            # app-dev.yaml, app-prod.yaml
  krm-validate import --env dev=k8s-dev/ --env prod=k8s-prod/ --dry-run

  # what runs in a cluster
  kubectl get deploy,svc,cm,ing -n shop -o yaml | krm-validate import --env prod=-

  # a chart
  helm template shop ./chart -f dev.yaml > dev.rendered.yaml
  helm template shop ./chart -f prod.yaml > prod.rendered.yaml
  krm-validate import --env dev=dev.rendered.yaml --env prod=prod.rendered.yaml`,
		Args: arguments(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			i.out, i.secrets = cmd.OutOrStdout(), secretsOf(cmd)
			inputs, err := importInputs(envs, args)
			if err != nil {
				return fmt.Errorf("%w\nUsage: %s", err, cmd.UseLine())
			}
			if err := oneOf("secrets", secrets, string(importer.EnvFiles), string(importer.ExternalSecrets)); err != nil {
				return err
			}
			for _, e := range newEnvs {
				if err := environmentName(e); err != nil {
					return fmt.Errorf("--new-env: %w", err)
				}
			}
			return i.run(cmd.InOrStdin(), inputs, newEnvs, importer.Options{Secrets: importer.Secrets(secrets), Hidden: i.secrets})
		},
	}
	f := cmd.Flags()
	f.StringArrayVarP(&envs, "env", "e", nil, "an environment and where its manifests are, as `NAME=PATH`; without =PATH they are in the folder PATH, by name; may be repeated, also for one NAME")
	f.StringArrayVar(&newEnvs, "new-env", nil, "make this further environment of the first; may be repeated")
	f.StringVarP(&i.dir, "output", "o", ".", "the folder in which base/ and overlays/ are written")
	f.StringVar(&secrets, "secrets", string(importer.EnvFiles), "what becomes of Secrets: env, in files that git ignores, or external-secret")
	f.BoolVar(&i.dry, "dry-run", false, "print what would be written and write nothing")
	f.BoolVar(&i.force, "force", false, "replace files that are there already")
	complete(cmd, "secrets", string(importer.EnvFiles), string(importer.ExternalSecrets))
	_ = cmd.MarkFlagDirname("output")
	return cmd
}

var environmentNames = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`) })

func environmentName(name string) error {
	if !environmentNames().MatchString(name) {
		return fmt.Errorf("%q is no name for an environment: it becomes a folder and a part of names, so lower-case letters, digits and - between them", name)
	}
	return nil
}

// importInputs reads --env NAME=PATH and --env NAME with PATH.
func importInputs(envs, args []string) (inputs []importer.Input, err error) {
	if len(envs) == 0 {
		return nil, errors.New("which environments are there? Name one at least: --env prod=DIR")
	}
	used := false
	stdin := 0
	for _, e := range envs {
		name, where, ok := strings.Cut(e, "=")
		if err := environmentName(name); err != nil {
			return nil, fmt.Errorf("--env %s: %w", e, err)
		}
		if !ok {
			if len(args) == 0 {
				return nil, fmt.Errorf("--env %s: where are its manifests? Write --env %s=PATH, or name the folder that has those of all environments", e, name)
			}
			where, used = args[0], true
		}
		if where == "" {
			return nil, fmt.Errorf("--env %s: there is no path behind =", e)
		}
		if where == "-" {
			if stdin++; stdin > 1 {
				return nil, errors.New("stdin can be one environment only")
			}
		}
		if i := slices.IndexFunc(inputs, func(in importer.Input) bool { return in.Env == name }); i >= 0 {
			inputs[i].Paths = append(inputs[i].Paths, where)
			continue
		}
		inputs = append(inputs, importer.Input{Env: name, Paths: []string{where}})
	}
	if len(args) > 0 && !used {
		return nil, fmt.Errorf("%s: every environment has a path of its own, so what is this?", args[0])
	}
	return inputs, nil
}

// importRun is one run of import.
type importRun struct {
	out        io.Writer
	secrets    *redact.Secrets
	dir        string
	dry, force bool
}

func (r *importRun) run(stdin io.Reader, inputs []importer.Input, newEnvs []string, opts importer.Options) error {
	envs, err := importer.Read(inputs, stdin, r.secrets)
	if err != nil {
		return err
	}
	for _, name := range newEnvs {
		if slices.ContainsFunc(envs, func(e *importer.Environment) bool { return e.Name == name }) {
			return fmt.Errorf("--new-env %s: there is one of that name already", name)
		}
		e, err := envs[0].Renamed(name, len(envs))
		if err != nil {
			return err
		}
		envs = append(envs, e)
	}
	plan, err := importer.New(envs, opts)
	var unequal *importer.UnequalError
	if errors.As(err, &unequal) {
		d := differ{out: r.out, secrets: r.secrets}
		if perr := d.print("", unequal.Changes); perr != nil {
			return perr
		}
		return &exitError{code: ExitFindings, cause: fmt.Errorf("%w; nothing is written", err)}
	}
	if err != nil {
		return err
	}
	if !r.dry { // what a run that was killed left is not there already
		if err := atomicfile.Recover(r.dir); err != nil {
			return err
		}
	}
	if err := r.ignore(plan); err != nil {
		return err
	}
	if r.dry {
		return r.print(plan, envs)
	}
	news, err := r.news(plan)
	if err != nil {
		return err
	}
	if len(news) > 0 {
		if err := atomicfile.WriteTree(r.dir, news); err != nil {
			return err
		}
	}
	return r.report(plan, envs, len(news))
}

// ignore adds the patterns of a plan to .gitignore.
func (r *importRun) ignore(plan *importer.Plan) error {
	if len(plan.Ignored) == 0 {
		return nil
	}
	old, err := os.ReadFile(filepath.Join(r.dir, ".gitignore"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	patterns := gitignore.Patterns{}.Add("", string(old))
	missing := false
	for file := range plan.SecretFiles {
		ignored := patterns.Ignores(file, false)
		for dir := path.Dir(file); dir != "." && !ignored; dir = path.Dir(dir) {
			ignored = patterns.Ignores(dir, true)
		}
		missing = missing || !ignored
	}
	if !missing {
		return nil
	}
	text := string(old)
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	plan.Files[".gitignore"] = atomicfile.File{Content: []byte(text + strings.Join(plan.Ignored, "\n") + "\n"), Perm: 0o644}
	return nil
}

// news returns the files that are not there yet. Others that are there stop it.
func (r *importRun) news(plan *importer.Plan) (map[string]atomicfile.File, error) {
	news := map[string]atomicfile.File{}
	var other []string
	for _, name := range slices.Sorted(maps.Keys(plan.Files)) {
		f := plan.Files[name]
		now, err := os.ReadFile(filepath.Join(r.dir, filepath.FromSlash(name)))
		switch {
		case err == nil && string(now) == string(f.Content):
			continue
		case err == nil && name != ".gitignore":
			other = append(other, name)
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return nil, err
		}
		news[name] = f
	}
	// Files of another layout would be mixed with this one.
	for _, dir := range append([]string{"base"}, overlaysOf(plan)...) {
		err := filepath.WalkDir(filepath.Join(r.dir, dir), func(file string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			rel, err := filepath.Rel(r.dir, file)
			if _, ok := plan.Files[filepath.ToSlash(rel)]; !ok && err == nil {
				other = append(other, filepath.ToSlash(rel))
			}
			return err
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	if len(news) > 0 && len(other) > 0 && !r.force {
		shown := other
		if len(shown) > 5 {
			shown = append(slices.Clone(shown[:5]), fmt.Sprintf("and %d more", len(other)-5))
		}
		return nil, &exitError{code: ExitFindings, cause: fmt.Errorf("there are files already in %s, and nothing is written: %s\nWrite elsewhere with -o DIR, or replace them with --force", r.dir, strings.Join(shown, ", "))}
	}
	return news, nil
}

func overlaysOf(plan *importer.Plan) (dirs []string) {
	for _, e := range plan.Environments {
		dirs = append(dirs, "overlays/"+e.Name)
	}
	return dirs
}

// print prints the files of a plan; of secrets only the keys.
func (r *importRun) print(plan *importer.Plan, envs []*importer.Environment) error {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(plan.Files)) {
		fmt.Fprintf(&b, "--- %s\n", r.secrets.Line(name))
		if keys, ok := plan.SecretFiles[name]; ok {
			fmt.Fprintf(&b, "(not shown; it has %s)\n", r.secrets.Line(strings.Join(keys, ", ")))
			continue
		}
		text := string(plan.Files[name].Content)
		b.WriteString(r.secrets.Excerpts(text))
		if !strings.HasSuffix(text, "\n") {
			b.WriteByte('\n')
		}
	}
	b.WriteByte('\n')
	if _, err := io.WriteString(r.out, b.String()); err != nil {
		return err
	}
	return r.report(plan, envs, -1)
}

// report says what was done; written is how many files, -1 for a dry run.
func (r *importRun) report(plan *importer.Plan, envs []*importer.Environment, written int) error {
	var b strings.Builder
	before, after := 0, 0
	for _, e := range envs {
		before += e.Lines
	}
	for name, f := range plan.Files {
		if _, secret := plan.SecretFiles[name]; !secret && name != ".gitignore" {
			after += strings.Count(string(f.Content), "\n")
		}
	}
	for i, o := range plan.Environments {
		fmt.Fprintf(&b, "overlays/%s builds to the %d objects of %s, %d of them from the base; kustomize %s says the same\n", o.Name, o.Objects, envs[i].Name, o.Common, kbuild.KustomizeVersion)
	}
	fmt.Fprintf(&b, "%d lines of YAML were read; the layout has %d, secrets aside\n", before, after)
	for _, e := range envs {
		if len(e.Cleaned) > 0 {
			var all []string
			for _, what := range slices.Sorted(maps.Keys(e.Cleaned)) {
				all = append(all, fmt.Sprintf("%s (%d)", what, e.Cleaned[what]))
			}
			fmt.Fprintf(&b, "%s: taken off, as the cluster adds it: %s\n", e.Name, strings.Join(all, ", "))
		}
		for _, d := range e.Dropped {
			fmt.Fprintf(&b, "%s: left out: %s\n", e.Name, d)
		}
		for _, n := range e.Notes {
			fmt.Fprintf(&b, "%s: %s\n", e.Name, n)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(plan.SecretFiles)) {
		fmt.Fprintf(&b, "secret, and ignored by git: %s (%s)\n", name, strings.Join(plan.SecretFiles[name], ", "))
	}
	for _, n := range plan.Notes {
		fmt.Fprintf(&b, "note: %s\n", n)
	}
	switch {
	case written < 0:
		fmt.Fprintf(&b, "%d files would be written\n", len(plan.Files))
	case written == 0:
		fmt.Fprintf(&b, "all %d files are there already\n", len(plan.Files))
	default:
		fmt.Fprintf(&b, "%d files written\n", written)
	}
	_, err := io.WriteString(r.out, r.secrets.Text(b.String()))
	return err
}
