package check

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/kyaml/filesys"

	"github.com/ressKim-io/wealist-k8s-migration/fn"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
	"github.com/ressKim-io/wealist-k8s-migration/internal/provenance"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
	"github.com/ressKim-io/wealist-k8s-migration/internal/report"
)

// Relay takes what the function says in a build and prints it for people, with
// the places that findings are about. While it is in use, the function reports
// to programs: see [fn.ReportEnv].
type Relay struct {
	said    bytes.Buffer
	restore func()
}

// NewRelay begins a relay. [Relay.Print] ends it.
func NewRelay() *Relay { return &Relay{restore: setenv(fn.ReportEnv, fn.ReportJSON)} }

// Write implements [io.Writer]. It is what the build's Stderr has to be.
func (r *Relay) Write(text []byte) (int, error) { return r.said.Write(text) }

// Print writes what was said. dir is what was built, with opts: if there are
// findings, it is built again to follow where values were written.
func (r *Relay) Print(w io.Writer, dir string, opts kbuild.Options) error {
	findings, _, text := decodeSaid(r.said.Bytes())
	defer r.restore()
	if _, err := w.Write(text); err != nil {
		return err
	}
	if len(findings) == 0 {
		return nil
	}
	var trace provenance.Trace
	opts.Trace, opts.Stderr = &trace, io.Discard
	var resources []*yaml.Node
	if m, err := kbuild.Build(filesys.MakeFsOnDisk(), dir, opts); err == nil {
		for _, res := range m.Resources() {
			resources = append(resources, res.YNode())
		}
	}
	places := NewPlaces(&trace, resources)
	places.Locate(findings)
	tree := Tree{Name: relative(dir)}.shown()
	for i := range findings {
		findings[i].Tree = tree
	}
	finding.Sort(findings)
	secrets := opts.Secrets
	if secrets == nil {
		secrets = &redact.Secrets{}
	}
	return report.Text(w, &report.Report{
		Findings: report.Clean(findings, secrets), Quiet: true, Source: places.source, Secrets: secrets,
	})
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

// decodeSaid splits what a function wrote into findings and what is for people.
// ran is false when no function reported.
func decodeSaid(said []byte) (fs []finding.Finding, ran bool, text []byte) {
	for line := range bytes.Lines(said) {
		if bytes.HasPrefix(line, []byte(`{"findings":`)) {
			if more, err := report.ReadJSONLine(json.NewDecoder(bytes.NewReader(line))); err == nil {
				fs, ran = append(fs, more...), true
				continue
			}
		}
		text = append(text, line...)
	}
	return fs, ran, text
}
