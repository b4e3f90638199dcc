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

// TestReadmeCommands keeps CI running what newcomers are told to run, and runs
// what else they are told to run with this program.
func TestReadmeCommands(t *testing.T) {
	ci, err := os.ReadFile(absolute(t, ".ci/run"))
	require.NoError(t, err)
	block, program := regexp.MustCompile("(?s)\n```\n(.*?)```\n"), "go run ./cmd/krm-validate "
	var commands [][]string
	for _, name := range []string{"README.md", "README.ko.md"} {
		text, err := os.ReadFile(absolute(t, name))
		require.NoError(t, err)
		for _, command := range []string{program + "build overlays/prod/pipeline", "go test ./..."} {
			assert.Contains(t, string(text), "```\n"+command+"\n```\n")
			assert.Contains(t, string(ci), "\n"+command)
		}
		var told []string
		for _, m := range block.FindAllStringSubmatch(string(text), -1) {
			for line := range strings.Lines(m[1]) {
				if args, ok := strings.CutPrefix(line, program); ok {
					args, _, _ = strings.Cut(strings.TrimSpace(args), " >")
					told = append(told, args)
				}
			}
		}
		commands = append(commands, told)
	}
	assert.Equal(t, commands[0], commands[1], "both READMEs say the same commands")
	require.NotEmpty(t, commands[0])
	for _, command := range commands[0] {
		_, stderr, err := run(t, binary(t), strings.Fields(command)...)
		if strings.Contains(command, "testdata/incidents/") {
			assert.Error(t, err, command)
		} else {
			assert.NoError(t, err, "%s\n%s", command, stderr)
		}
	}
}
