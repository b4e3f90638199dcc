package check

import (
	"path"
	"path/filepath"
	"strings"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
	"github.com/ressKim-io/wealist-k8s-migration/internal/fieldpath"
	"github.com/ressKim-io/wealist-k8s-migration/internal/provenance"
)

// spareLayers makes notes of variables that a patch gives a container in place of what a
// ConfigMap of the layer below says: that is what the patch is for. The other way round,
// and within one layer, nobody can have meant it.
func (p *Places) spareLayers(t *Tree, findings []finding.Finding) {
	for i := range findings {
		f := &findings[i]
		object, key := rules.Overridden(f)
		if object == nil {
			continue
		}
		object.Namespace = f.Resource.Namespace
		config := p.nodes[*object]
		if config == nil || p.nodes[f.Resource] == nil {
			continue
		}
		above, _, whole := p.trace.Locate(p.nodes[f.Resource], f.Field)
		below, _, there := p.trace.Locate(config, string(fieldpath.AppendKey([]byte("data"), key)))
		patched := above.Via == provenance.StrategicMerge || above.Via == provenance.JSONPatch
		if whole && there && patched && below.Known() && isAbove(t, above.File, below.File) {
			f.Severity = min(f.Severity, finding.Note)
		}
	}
}

// isAbove reports whether a file is of another kustomization than the file of its base.
func isAbove(t *Tree, file, base string) bool {
	root := filepath.ToSlash(t.Root)
	if isBelow(root, file) && !isBelow(root, base) {
		return true
	}
	above, below := path.Dir(file), path.Dir(base)
	return !isBelow(above, below) && !isBelow(below, above)
}

// isBelow reports whether a path is that of a folder, or of something in it.
func isBelow(folder, name string) bool {
	return folder == "." && !strings.HasPrefix(name, "..") || name == folder || strings.HasPrefix(name, folder+"/")
}
