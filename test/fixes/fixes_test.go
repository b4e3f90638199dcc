package fixes

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/internal/cli"
	"github.com/ressKim-io/wealist-k8s-migration/test/bench/gen"
)

// Mistakes are made in sound trees, one at a time, and fix is let loose on them: the
// file has to be as it was, or else as the mistake left it. Whatever else it makes of
// a file is an error.

// tally is what became of mutants.
type tally struct {
	mutants, silent, back map[string]int
	left                  map[string]int // why, of those that fix did not change
}

// try makes mistakes in a tree, one at a time, and lets fix undo them. args name
// the tree in the working directory.
func (c *tally) try(t *testing.T, texts map[string][]byte, each int, args ...string) {
	t.Helper()
	for name, text := range texts {
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, text, 0o600))
	}
	run("fix", args...) // what is wrong from the start is not counted
	for name := range texts {
		texts[name] = read(t, name)
	}
	before := findings(t, args)
	for _, m := range Mutants(texts, each, rand.New(rand.NewPCG(1, 0))) {
		right := texts[m.File]
		wrong := m.Apply(right)
		require.NoError(t, os.WriteFile(m.File, wrong, 0o600))
		run("fix", append(args, extra[m.Kind]...)...)
		after := read(t, m.File)
		c.mutants[m.Kind]++
		switch what := fmt.Sprintf("%s %s %q -> %q", m.Kind, m.File, right[m.Start:m.End], m.New); {
		case bytes.Equal(after, right):
			c.back[m.Kind]++
		case bytes.Equal(after, wrong):
			why := silent
			for print, text := range findings(t, args) {
				if before[print] == "" {
					why = text
				}
			}
			if why == silent {
				c.silent[m.Kind]++
				break
			}
			rule, _, _ := strings.Cut(why, ":")
			c.left[m.Kind+" "+rule]++
			t.Logf("left: %s: %s", what, why)
		default:
			t.Errorf("%s: fix made something else of it:\n%s", what, changed(wrong, after))
		}
		for name, text := range texts {
			if now := read(t, name); name != m.File && !bytes.Equal(now, text) {
				t.Errorf("%s %s: fix changed %s", m.Kind, m.File, name)
				require.NoError(t, os.WriteFile(name, text, 0o600))
			}
		}
		require.NoError(t, os.WriteFile(m.File, right, 0o600))
	}
}

const silent = "check says nothing"

// extra are flags without which a kind is left alone.
var extra = map[string][]string{"newline": {"--secrets"}}

func run(command string, args ...string) (code int, stdout string) {
	var out, errs bytes.Buffer
	code = cli.Main(append([]string{command, "--no-defaults"}, args...), strings.NewReader(""), &out, &errs)
	return code, out.String()
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	return text
}

// findings are those of check, by what tells them apart.
func findings(t *testing.T, args []string) map[string]string {
	t.Helper()
	_, stdout := run("check", append([]string{"-o", "json"}, args...)...)
	var d struct {
		Findings []struct {
			Rule, Severity, Message, Field string
			Suggestions                    []string
			Line                           int
			Resource                       struct{ Kind, Name string }
		}
	}
	if json.Unmarshal([]byte(stdout), &d) != nil {
		return nil
	}
	all := map[string]string{}
	for _, f := range d.Findings {
		all[fmt.Sprint(f)] = fmt.Sprintf("%s %s, %d suggestions: %s %q line %d", f.Rule, f.Severity, len(f.Suggestions), f.Message, f.Suggestions, f.Line)
	}
	return all
}

// changed are the lines that differ.
func changed(a, b []byte) string {
	x, y := strings.Split(string(a), "\n"), strings.Split(string(b), "\n")
	var out []string
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			out = append(out, "-"+x[i], "+"+y[i])
		}
	}
	return strings.Join(out, "\n")
}

// judge prints the table, and fails where fewer mistakes were made, or a lesser part
// of those that check speaks of came back, than there should be.
func (c *tally) judge(t *testing.T, least int, part float64) {
	t.Helper()
	var b strings.Builder
	tw := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(tw, "\tmistakes\tcheck is silent\tundone\t")
	all := [3]int{}
	for _, kind := range Kinds {
		for i, n := range [...]int{c.mutants[kind], c.silent[kind], c.back[kind]} {
			all[i] += n
		}
		fmt.Fprintf(tw, "%s\t%d\t%d\t%d\t\n", kind, c.mutants[kind], c.silent[kind], c.back[kind])
	}
	fmt.Fprintf(tw, "all\t%d\t%d\t%d\t\n", all[0], all[1], all[2])
	require.NoError(t, tw.Flush())
	var why []string
	for reason, n := range c.left {
		why = append(why, fmt.Sprintf("%5d %s", n, reason))
	}
	slices.Sort(why)
	slices.Reverse(why)
	t.Logf("\n%s\nleft as they are, with what check says:\n%s", &b, strings.Join(why, "\n"))
	require.GreaterOrEqual(t, all[0], least, "mistakes")
	require.GreaterOrEqual(t, float64(all[2]), part*float64(all[0]-all[1]), "mistakes that fix undoes")
}

func newTally() *tally {
	return &tally{map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}}
}

// TestFixtures runs over what the rules have for sound.
func TestFixtures(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "..", "fn", "rules", "testdata", "*", "good*.yaml"))
	require.NoError(t, err)
	c := newTally()
	texts := make([][]byte, len(files))
	for i, name := range files {
		texts[i] = read(t, name)
	}
	t.Chdir(t.TempDir())
	for i, name := range files {
		name = filepath.Base(filepath.Dir(name)) + "-" + filepath.Base(name)
		c.try(t, map[string][]byte{name: texts[i]}, 1, name)
	}
	c.judge(t, 300, 0.85)
}

// TestGenerated runs over a tree of many objects that are all alike.
func TestGenerated(t *testing.T) {
	t.Chdir(t.TempDir())
	c := newTally()
	c.try(t, map[string][]byte{"all.yaml": gen.Tree{Resources: 200}.Stream()}, 8, "all.yaml")
	c.judge(t, 40, 0.9)
}

// TestOverlays runs over weAlist: mistakes are in bases, patches and configuration,
// and found in what is built of them.
func TestOverlays(t *testing.T) {
	texts := map[string][]byte{}
	for _, root := range []string{"base", "overlays"} {
		top := filepath.Join("..", "..")
		require.NoError(t, filepath.WalkDir(filepath.Join(top, root), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			rel, err := filepath.Rel(top, path)
			texts[filepath.ToSlash(rel)] = read(t, path)
			return err
		}))
	}
	t.Chdir(t.TempDir())
	parts := map[string][]byte{}
	for name, text := range texts {
		if strings.Contains(name, "/source/") || strings.HasPrefix(name, "base/") && !strings.HasPrefix(name, "base/config/") && filepath.Base(name) != "kustomization.yaml" {
			parts[name] = text
		}
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, text, 0o600))
	}
	c := newTally()
	c.try(t, parts, 4, "overlays/dev/source", "overlays/prod/source")
	c.judge(t, 15, 0.8)
}

// TestCorpus runs over the rendered trees in the folder CORPUS, one file each.
func TestCorpus(t *testing.T) {
	dir := os.Getenv("CORPUS")
	if dir == "" {
		t.Skip("CORPUS=DIR is a folder of rendered trees, one file each: make fixes")
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	c := newTally()
	t.Chdir(t.TempDir())
	for _, file := range files {
		c.try(t, map[string][]byte{filepath.Base(file): read(t, file)}, 2, filepath.Base(file))
	}
	c.judge(t, len(files), 0.93)
}
