package manifest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// TestJSONThatYAMLReadersRefuse: JSON may escape a slash, and writes characters
// beyond the first plane as two.
func TestJSONThatYAMLReadersRefuse(t *testing.T) {
	for text, want := range map[string]string{
		`{"a": "\/"}`:             "/",
		`{"a": "x\/y\/"}`:         "x/y/",
		`{"a": "\\/"}`:            `\/`,
		`{"a": "\ud83d\ude00\/"}`: "\U0001f600/",
		`{"a": "\u0041\u0042\/"}`: "AB/",
		"{\"a\":\n\t\"\\/\"}":     "/",
		`{"b": "\/"} {"a": "\/"}`: "/",
	} {
		docs, err := manifest.Read("a.json", []byte(text))
		require.NoError(t, err, text)
		assert.Equal(t, want, yamlnode.GetString(docs[len(docs)-1].Node, "a"), text)
	}
	for _, text := range []string{`{"a": "\ud83d"}`, `{"a": "\ud83dx\/"}`, `{"a": "\x"}`, `{"a": "\/"`, `{"a": "\/"} x`, `{"a"` + "\n" + `: 1}`, `{`, `{}}`} {
		_, err := manifest.Read("a.json", []byte(text))
		assert.Error(t, err, text)
	}
}
