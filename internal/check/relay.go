package check

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
	"github.com/ressKim-io/wealist-k8s-migration/internal/provenance"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
	"github.com/ressKim-io/wealist-k8s-migration/internal/report"
)

// PrintRuns prints for people what a build of dir with opts warned of and what
// the function found in it, with the places that findings are about: if there
// are any, it is built again from the same files to follow where values were
// written. result may be nil.
func PrintRuns(w io.Writer, files *kbuild.Snapshot, dir string, opts kbuild.Options, result *kbuild.Result) error {
	if result == nil {
		return nil
	}
	secrets := opts.Secrets
	if secrets == nil {
		secrets = &redact.Secrets{}
	}
	PrintWarnings(w, result.Warnings)
	var findings []finding.Finding
	var withoutSchema map[string]int // what the last run saw is what is built
	for _, r := range result.Runs {
		if r.Failure != "" {
			fmt.Fprintln(w, r.Failure)
		}
		findings = append(findings, r.Findings...)
		if r.WithoutSchema != nil {
			withoutSchema = r.WithoutSchema
		}
	}
	if len(findings) == 0 {
		return nil
	}
	var trace provenance.Trace
	resources := follow(files, dir, opts, &trace)
	places := NewPlaces(&trace, resources)
	places.read = func(file string) ([]byte, error) { return readAbs(files, file) }
	places.Locate(findings)
	findings = places.Silenced(findings)
	tree := Tree{Name: relative(dir)}.shown()
	for i := range findings {
		findings[i].Tree = tree
	}
	if len(findings) == 0 {
		return nil
	}
	finding.Sort(findings)
	return report.Text(w, &report.Report{
		Findings: report.Clean(findings, secrets), WithoutSchema: withoutSchema, Quiet: true, Source: places.source, Secrets: secrets,
	})
}

// PrintWarnings prints what builds warned of, each warning once, with the files
// that it is about.
func PrintWarnings(w io.Writer, warnings []kbuild.Warning) {
	files := map[string][]string{} // by the warning
	for _, warning := range warnings {
		files[warning.Text] = append(files[warning.Text], redact.Escape(relative(warning.File)))
	}
	for _, warning := range warnings {
		where := files[warning.Text]
		if len(where) == 0 {
			continue // it is printed
		}
		delete(files, warning.Text)
		more := ""
		if len(where) > 1 {
			more = fmt.Sprintf(" and %d more", len(where)-1)
		}
		fmt.Fprintf(w, "Warning: %s%s: %s\n", where[0], more, redact.Escape(warning.Text))
	}
}

// relative returns a path from the working directory where that is shorter.
func relative(path string) string {
	cwd, err := os.Getwd()
	if err != nil || !filepath.IsAbs(path) {
		return path
	}
	if rel, err := filepath.Rel(cwd, path); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return path
}

// source returns the text of a file that a finding points to.
func (p *Places) source(path string) []byte { return p.file(filepath.FromSlash(path)) }

// readAbs reads a file as builds do, by its absolute path or its address.
func readAbs(files *kbuild.Snapshot, file string) ([]byte, error) {
	if text, ok := files.Remote(filepath.ToSlash(file)); ok {
		return text, nil
	}
	path, err := filepath.Abs(file)
	if err != nil {
		return nil, err
	}
	return files.ReadFile(path)
}

// relativeAll are the files as users name them.
func relativeAll(files []string) []string {
	out := make([]string, len(files))
	for i, f := range files {
		out[i] = relative(f)
	}
	return out
}

// follow builds dir once more, of the same files, to find out where values were
// written. It returns the resources, whose scalars the trace knows.
func follow(files filesys.FileSystem, dir string, opts kbuild.Options, trace *provenance.Trace) []*yaml.Node {
	opts.Trace, opts.Observe = trace, nil
	again, err := kbuild.Build(files, dir, opts)
	if err != nil || again.Resources == nil {
		return nil
	}
	var resources []*yaml.Node
	for _, res := range again.Resources.Resources() {
		resources = append(resources, res.YNode())
	}
	return resources
}
