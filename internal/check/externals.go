package check

import (
	"cmp"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/redact"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Externals writes the objects that findings miss as the externals of a
// ConfigPipeline, ready to paste. The reasons are left to the reader: the
// configuration is refused until they are filled in.
func Externals(fs []finding.Finding) ([]byte, error) {
	var missing []finding.Resource
	for i := range fs {
		if m := fs[i].Missing; m != nil && fs[i].Severity >= finding.Warning && !slices.Contains(missing, *m) {
			missing = append(missing, *m)
		}
	}
	slices.SortFunc(missing, func(a, b finding.Resource) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
	})
	str, m := visible, yamlnode.NewMapping
	list := yamlnode.NewSequence()
	for _, r := range missing {
		e := m(str("kind"), str(r.Kind), str("name"), str(r.Name))
		if r.Namespace != "" {
			yamlnode.Set(e, "namespace", str(r.Namespace))
		}
		reason := str("")
		reason.Style = yaml.DoubleQuotedStyle
		yamlnode.Set(e, "reason", reason)
		list.Content = append(list.Content, e)
	}
	head := fmt.Sprintf("# %d object(s) that these trees use and do not make. Say in each reason who\n# provides it, then pass this file as --config or patch it into your own.\n", len(missing))
	if len(missing) == 0 {
		head = "# nothing is missing: every reference resolves\n"
		list.Style = yaml.FlowStyle
	}
	text, err := manifest.Encode(m(
		str("apiVersion"), str(config.APIVersion),
		str("kind"), str(config.Kind),
		str("metadata"), m(str("name"), str("externals")),
		str("spec"), m(str("validate"), m(str("externals"), list)),
	))
	if err != nil {
		return nil, err
	}
	text = redact.YAML(text)
	return append([]byte(head), text...), nil
}

// visible is a string in quotes if it has characters that have to be escaped in
// them.
func visible(text string) *yaml.Node {
	n := yamlnode.NewString(text)
	if redact.Escape(text) != text {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}
