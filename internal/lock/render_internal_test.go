package lock

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/resid"
	"sigs.k8s.io/yaml"
)

// Any text comes out of a rendered lock as it went in: it goes through YAML in
// a block scalar in YAML, and kustomize trims the outer one.
func FuzzRenderKeepsText(f *testing.F) {
	for _, seed := range []string{
		"", "plain", "a\nb\n", "a\nb", "\n\n", " lead\n", "tab\t\n\tx\n", "trail \n", "\r\n", "\u2028", "\u0085", "\ufeff", "yes", "1e3", "# (end)",
		"key: |\n  x\n", "- a\n- b\n", "---\n", "...\n", "'\"\\", "\x00", "\x7f", "end\n\n\n", "0x10", "null", "~", "%", "@a", "`", "{a: b}", "?", "a: b", "!x", "&a", "*a",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			return
		}
		id := resid.NewResIdWithNamespace(resid.NewGvk("", "v1", "ConfigMap"), "c", "n")
		p := &plan{
			patches: []*patch{{id: id, annotations: map[string]any{"note": text}, ops: []op{{"add", "/data/" + "k", text}}}},
			added:   []*object{{id: id, content: map[string]any{"data": map[string]any{"k": text}}}},
		}
		out, err := p.render("../source")
		require.NoError(t, err)
		require.NoError(t, out.edited())

		var added struct{ Data map[string]string }
		require.NoError(t, yaml.Unmarshal(out[addedFile], &added))
		assert.Equal(t, text, added.Data["k"])

		var k types.Kustomization
		require.NoError(t, k.Unmarshal(out[kustomizationFile]))
		require.Len(t, k.Patches, 2)
		var merge struct {
			Metadata struct{ Annotations map[string]string }
		}
		require.NoError(t, yaml.Unmarshal([]byte(strings.TrimSpace(k.Patches[0].Patch)), &merge))
		assert.Equal(t, text, merge.Metadata.Annotations["note"])
		var ops []struct {
			Op    string
			Value json.RawMessage
		}
		require.NoError(t, yaml.Unmarshal([]byte(strings.TrimSpace(k.Patches[1].Patch)), &ops))
		var back string
		require.NoError(t, json.Unmarshal(ops[len(ops)-1].Value, &back))
		assert.Equal(t, text, back)
	})
}
