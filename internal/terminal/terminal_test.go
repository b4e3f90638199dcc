package terminal_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/internal/terminal"
)

func TestColors(t *testing.T) {
	defer func() { require.NoError(t, terminal.SetMode("auto")) }()
	for _, c := range []struct {
		mode string
		env  map[string]string
		want bool
	}{
		{"auto", nil, false}, // a buffer is no terminal
		{"auto", map[string]string{"FORCE_COLOR": "1"}, true},
		{"auto", map[string]string{"FORCE_COLOR": "0"}, false},
		{"auto", map[string]string{"FORCE_COLOR": "1", "TERM": "dumb"}, true},
		{"auto", map[string]string{"CLICOLOR_FORCE": "1"}, true},
		{"auto", map[string]string{"CLICOLOR": "1"}, false},
		{"auto", map[string]string{"FORCE_COLOR": "1", "NO_COLOR": "1"}, false},
		{"always", map[string]string{"NO_COLOR": "1"}, true},
		{"never", map[string]string{"FORCE_COLOR": "1"}, false},
	} {
		for _, name := range []string{"NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE"} {
			t.Setenv(name, c.env[name])
		}
		require.NoError(t, terminal.SetMode(c.mode))
		var b bytes.Buffer
		assert.Equal(t, c.want, terminal.Colors(&b), "%s %v", c.mode, c.env)
		assert.False(t, terminal.Colors(terminal.Plain{Writer: &b}), "files are never coloured")
	}
	assert.EqualError(t, terminal.SetMode("blue"), `"blue": expected auto, always or never`)
}
