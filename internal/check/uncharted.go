package check

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/konfig"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
	"github.com/ressKim-io/wealist-k8s-migration/internal/kbuild"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// charts are the fields of a kustomization that kustomize runs helm for.
var charts = []string{"helmCharts", "helmGlobals", "helmChartInflationGenerator"}

// checkUncharted checks a kustomization that has charts beside resources of its own, and
// may not run helm, without the charts: other trees have what is in it, and of that an
// error stays which no chart could mend. It returns what it was given if the build fails
// for something else.
func (rep *Report) checkUncharted(ctx context.Context, t Tree, opts Options, b built, err error) (built, error) {
	if opts.Build.Helm {
		return b, err
	}
	texts := maps.Clone(opts.Edited)
	if texts == nil {
		texts = map[string][]byte{}
	}
	var makers []maker
	for _, dir := range append([]string{t.Root}, t.Folders...) {
		for _, name := range konfig.RecognizedKustomizationFileNames() {
			path := absolute(filepath.Join(dir, name))
			text, failed := opts.files().ReadFile(path)
			if failed != nil || texts[path] != nil && opts.Edited[path] == nil {
				continue // it is not there, or was looked at
			}
			if without, namespaces := withoutCharts(text); without != nil {
				texts[path] = without
				for _, ns := range namespaces {
					makers = append(makers, maker{what: "a chart of " + t.Name, namespace: ns, fills: true})
				}
			}
		}
	}
	if len(makers) == 0 {
		return b, err
	}
	unread := Unread{t.Name, fmt.Errorf("%w; the rest is checked without the charts", oneLine(err)), t.Named}
	seen := kbuild.NewSnapshot(opts.files()) // what is on the disk
	opts.Edited = texts
	opts.Build.Cache = nil // what is in it was read with them
	c, failed := rep.buildAndCheck(ctx, kbuild.NewSnapshot(edited{seen, &opts}), t, opts)
	if failed != nil || c.function {
		return b, err
	}
	rep.inputs, rep.Unread, rep.about = append(rep.inputs, seen), append(rep.Unread, unread), nil
	c.findings = slices.DeleteFunc(c.findings, mayBeMended)
	if c.around != nil {
		c.around.Absences, c.around.makers = rules.Absences{}, append(c.around.makers, makers...)
	}
	return c, nil
}

// mayBeMended reports whether resources that nobody knows may put right what was found.
func mayBeMended(f finding.Finding) bool {
	if f.Missing != nil && sharedKinds[f.Missing.Kind] {
		return f.Severity > finding.Note // else another tree may have it
	}
	return f.Severity < finding.Error || f.Missing != nil || f.Wanted != nil || selects[f.Rule]
}

// selects are the rules about what labels lead to, and what nothing leads to, which may be
// of a chart.
var selects = map[string]bool{
	"config-not-used":          true,
	"affinity-selects-nothing": true, "aggregation-selects-nothing": true, "monitor-selects-nothing": true, "policy-selects-nothing": true,
	"selector-matches-nothing": true, "subset-matches-nothing": true,
}

// withoutCharts is the text of a kustomization with empty lines for its charts, and the
// namespaces that these go to, "" for one that is not said. It is nil where there are
// none, or they cannot be told from the rest.
func withoutCharts(text []byte) (without []byte, namespaces []string) {
	var doc yaml.Node
	if yaml.Unmarshal(text, &doc) != nil {
		return nil, nil
	}
	root := yamlnode.Resolve(&doc)
	if root == nil || root.Kind != yaml.MappingNode || root.Style&yaml.FlowStyle != 0 {
		return nil, nil
	}
	lines := bytes.SplitAfter(text, []byte("\n"))
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		if !slices.Contains(charts, key.Value) {
			continue
		}
		end := len(lines)
		if i+2 < len(root.Content) {
			end = root.Content[i+2].Line - 1
		}
		for at := key.Line - 1; at < end; at++ {
			lines[at] = []byte("\n")
		}
		for _, chart := range yamlnode.Elements(value) {
			ns := yamlnode.GetString(chart, "namespace")
			if own := yamlnode.GetString(root, "namespace"); own != "" {
				ns = own
			}
			namespaces = append(namespaces, ns)
		}
	}
	if len(namespaces) == 0 {
		return nil, nil
	}
	return bytes.Join(lines, nil), namespaces
}
