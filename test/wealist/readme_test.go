package wealist_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// quotation is a block of a README that repeats a file, named in a comment
// before it. Lines that say "# …" leave some out.
var quotation = regexp.MustCompile("(?s)(<!-- from (\\S+) -->\n```\\w*\n)(.*?)```\n")

// TestReadme keeps what the READMEs quote true: messages are those that are
// printed, YAML is what comes out. UPDATE=1 rewrites quotations of whole files.
func TestReadme(t *testing.T) {
	var quoted [][]string
	for _, name := range []string{"README.md", "README.ko.md"} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(root(t), name)
			text, err := os.ReadFile(path)
			require.NoError(t, err)
			var files []string
			updated := quotation.ReplaceAllStringFunc(string(text), func(block string) string {
				m := quotation.FindStringSubmatch(block)
				file, quote := m[2], m[3]
				files = append(files, file)
				source, err := os.ReadFile(absolute(t, filepath.FromSlash(file)))
				require.NoError(t, err)
				if strings.Contains(quote, "# …\n") {
					rest := string(source)
					for _, part := range strings.Split(quote, "# …\n") {
						_, after, found := strings.Cut(rest, strings.TrimRight(part, " "))
						assert.True(t, found, "%s no longer has, in this order:\n%s", file, part)
						rest = after
					}
					return block
				}
				return m[1] + strings.TrimSpace(string(source)) + "\n```\n"
			})
			if os.Getenv("UPDATE") != "" {
				write(t, path, []byte(updated))
				text = []byte(updated)
			}
			assert.Equal(t, updated, string(text), "UPDATE=1 go test ./test/wealist rewrites quotations")
			quoted = append(quoted, files)
		})
	}
	require.Len(t, quoted, 2)
	assert.Equal(t, quoted[0], quoted[1], "both READMEs quote the same")
	assert.Len(t, quoted[0], 1+5, "prod, and the five incidents")
}

// TestReadmeCommands keeps CI running what newcomers are told to run.
func TestReadmeCommands(t *testing.T) {
	ci, err := os.ReadFile(absolute(t, ".ci/run"))
	require.NoError(t, err)
	for _, name := range []string{"README.md", "README.ko.md"} {
		text, err := os.ReadFile(absolute(t, name))
		require.NoError(t, err)
		for _, command := range []string{"go run ./cmd/krm-validate build overlays/prod/pipeline", "go test ./..."} {
			assert.Contains(t, string(text), "```\n"+command+"\n```\n")
			assert.Contains(t, string(ci), "\n"+command)
		}
	}
}
