package cli

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
	"golang.org/x/tools/txtar"

	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
)

// mutantTree is a folder of which one file is changed.
type mutantTree struct {
	name  string
	files map[string]string
	dirs  []string // with a kustomization, sorted
}

func (m *mutantTree) add(path, text string) {
	if m.files[path] = text; strings.HasPrefix(filepath.Base(path), "kustomization.") {
		m.dirs = append(m.dirs, filepath.Dir(path))
	}
}

// mutantTrees are this repository's own trees, some made for this, and fixtures of
// rules below a kustomization.
func mutantTrees(t *testing.T) []mutantTree {
	var trees []mutantTree
	collect := func(name string, roots ...string) {
		m := mutantTree{name: name, files: map[string]string{}}
		for _, root := range roots {
			require.NoError(t, filepath.WalkDir(filepath.Join(repo, root), func(path string, d fs.DirEntry, err error) error {
				if err != nil || d.IsDir() {
					return err
				}
				text, err := os.ReadFile(path)
				rel, _ := filepath.Rel(repo, path)
				m.add(rel, string(text))
				return err
			}))
		}
		slices.Sort(m.dirs)
		trees = append(trees, m)
	}
	collect("the application", "base", "overlays")
	collect("blame", "testdata/blame")
	collect("shop", "testdata/init/shop")
	collect("typed", "testdata/init/typed")
	archives, err := filepath.Glob("testdata/mutants/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, archives)
	for _, file := range archives {
		archive, err := txtar.ParseFile(file)
		require.NoError(t, err)
		m := mutantTree{name: file, files: map[string]string{}}
		for _, f := range archive.Files {
			m.add(f.Name, string(f.Data))
		}
		trees = append(trees, m)
	}
	fixtures, err := filepath.Glob(filepath.Join(repo, "fn/rules/testdata/*/*.yaml"))
	require.NoError(t, err)
	require.NotEmpty(t, fixtures)
	for _, file := range fixtures {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		trees = append(trees, mutantTree{file, map[string]string{"a.yaml": string(text), "kustomization.yaml": "resources: [a.yaml]\nnamePrefix: p-\n"}, []string{"."}})
	}
	return trees
}

// copied is a copy of a tree.
func copied(n *yaml.Node) *yaml.Node {
	c := *n
	c.Content = nil
	for _, x := range n.Content {
		c.Content = append(c.Content, copied(x))
	}
	return &c
}

// odd is a scalar of a tag.
func odd(tag, v string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: v} }

// oddScalars are scalars where something else is expected.
var oddScalars = []func(r *rand.Rand) *yaml.Node{
	func(*rand.Rand) *yaml.Node { return odd("!!null", "null") },
	func(*rand.Rand) *yaml.Node { return odd("!!null", "") },
	func(*rand.Rand) *yaml.Node { return odd("!!null", "~") },
	func(*rand.Rand) *yaml.Node { return odd("!!str", "") },
	func(r *rand.Rand) *yaml.Node {
		x := []string{"a", ".", "..", "/", "a/..", "../../..", ":", ",", "a,,b", "[]", "a[", "=", "${A}", "$(A)", "{{", "*", "-1", "\x00", "\u0085", "a b", "a.b.c", "a/b/c/d", "http://", "http://[::1", "a:99999999999", "%", "%zz", "!", "\n", "\t", "<<", "on", "é", "\U0001F600", "a=b=c", "-", "---", "|", "&a", "~1", "/spec/-", "[a=b]", "(", "[", "\\", "a\\", "?", "\u202e", "{\"a\":", "- a", "a: b: c", "v1/", "//", "apps/v1/x", "1.99", "v99999999999999999999", "a@sha256:", "@", "a:b:c:d@e", "=x", "x=", "$patch", "IO=", "AA==", "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----", "* * * * *", "@every 0s", "60 * * * *", "0x", "1e", "1..2", "10.0.0.0/999", "::/129", "999.1.1.1"}
		return odd("!!str", x[r.IntN(len(x))])
	},
	func(r *rand.Rand) *yaml.Node {
		x := []string{"0", "-1", "8080", "65536", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "0x7f", "0777", "0o7", "0b11", "1_000", "99999999999999999999999999", "4294967296", "2147483648", "+1", "190:20:30"}
		return odd("!!int", x[r.IntN(len(x))])
	},
	func(r *rand.Rand) *yaml.Node {
		x := []string{".inf", "-.inf", ".nan", "1e999999999", "-0.0", "1e-999999999", "1.5", ".5", "1."}
		return odd("!!float", x[r.IntN(len(x))])
	},
	func(r *rand.Rand) *yaml.Node { return odd("!!bool", []string{"true", "false"}[r.IntN(2)]) },
	func(*rand.Rand) *yaml.Node { return odd("!!timestamp", "2001-12-14t21:59:43.10-05:00") },
	func(*rand.Rand) *yaml.Node { return odd("!!timestamp", "2001-12-14") },
	func(*rand.Rand) *yaml.Node {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!binary", Style: yaml.TaggedStyle, Value: "AAAA"}
	},
	func(*rand.Rand) *yaml.Node {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!binary", Style: yaml.TaggedStyle, Value: "no!"}
	},
	func(*rand.Rand) *yaml.Node {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!thing", Style: yaml.TaggedStyle, Value: "x"}
	},
	func(*rand.Rand) *yaml.Node { return odd("!!str", strings.Repeat("a:1,", 20000)) },
	func(*rand.Rand) *yaml.Node { return odd("!!str", strings.Repeat("a", 70000)) },
	func(*rand.Rand) *yaml.Node { return odd("!!int", strings.Repeat("9", 5000)) },
	func(*rand.Rand) *yaml.Node { return odd("!!str", strings.Repeat("../", 3000)) },
	func(*rand.Rand) *yaml.Node { return odd("!!str", strings.Repeat("(", 3000)) },
}

// oddNode is what stands in the place of n.
func oddNode(r *rand.Rand, n *yaml.Node) *yaml.Node {
	m := func(k ...*yaml.Node) *yaml.Node { return &yaml.Node{Kind: yaml.MappingNode, Content: k} }
	l := func(k ...*yaml.Node) *yaml.Node { return &yaml.Node{Kind: yaml.SequenceNode, Content: k} }
	c := copied(n)
	switch r.IntN(20) {
	default:
		return oddScalars[r.IntN(len(oddScalars))](r)
	case 8:
		return l()
	case 9:
		return m()
	case 10:
		return l(oddScalars[r.IntN(len(oddScalars))](r), c)
	case 11:
		return m(oddScalars[r.IntN(len(oddScalars))](r), c)
	case 12:
		return l(l(), m())
	case 13:
		c.Tag = []string{"!!str", "!!map", "!!seq", "!!int", "!!float", "!!bool", "!!null", "!!set", "!!omap", "!!binary", "!!merge", "!vault", "!!timestamp", "!", "!!python/object:os"}[r.IntN(15)]
		c.Style |= yaml.TaggedStyle
		return c
	case 14:
		c.Anchor = "anch"
		return l(c, &yaml.Node{Kind: yaml.AliasNode, Value: "anch", Alias: c})
	case 15:
		if c.Kind == yaml.MappingNode {
			c.Content = append(c.Content, copied(c).Content...)
		}
		return c
	case 16:
		if c.Kind == yaml.MappingNode {
			c.Content = append(c.Content, odd("!!merge", "<<"), m(odd("!!str", "name"), odd("!!str", "x")))
		}
		return c
	case 17:
		step := 1
		if c.Kind == yaml.MappingNode {
			step = 2
		}
		if len(c.Content) >= step {
			i := r.IntN(len(c.Content)/step) * step
			c.Content = slices.Delete(c.Content, i, i+step)
		}
		return c
	case 18:
		for i := range 160 {
			if i%2 == 0 {
				c = l(c)
			} else {
				c = m(odd("!!str", "spec"), c)
			}
		}
		return c
	case 19:
		out := l()
		for range 60 {
			out.Content = append(out.Content, copied(c))
		}
		return out
	}
}

// mutated is a text with some bytes, or some nodes, replaced.
func mutated(r *rand.Rand, text string) string {
	if r.IntN(6) == 0 { // bytes
		b := []byte(text)
		for range 1 + r.IntN(3) {
			if len(b) == 0 {
				break
			}
			i := r.IntN(len(b))
			ins := []string{"\x00", "\t", "\r", "\n", "\xff", "\ufeff", "---\n", "\n...\n", "%YAML 1.1\n---\n", "&a ", "*a ", "!!", "!x ", "|\n", ">-\n", "'", "\"", "{", "}", "[", "]", "#", ": ", "? ", "- ", "<<: ", "\u2028", "\u0085", "${X}", "{{ .x }}", "\x1b[31m", "\n\n\n", "@", "`", "%"}
			switch r.IntN(4) {
			case 0:
				b = slices.Insert(b, i, []byte(ins[r.IntN(len(ins))])...)
			case 1:
				b = slices.Delete(b, i, min(len(b), i+1+r.IntN(20)))
			case 2:
				b[i] = byte(r.IntN(256))
			case 3:
				b = append(b, []byte(ins[r.IntN(len(ins))]+ins[r.IntN(len(ins))])...)
			}
		}
		return string(b)
	}
	dec := yaml.NewDecoder(strings.NewReader(text))
	var docs []*yaml.Node
	for {
		var d yaml.Node
		if dec.Decode(&d) != nil {
			break
		}
		docs = append(docs, &d)
	}
	var nodes []*yaml.Node
	var walk func(n *yaml.Node)
	walk = func(n *yaml.Node) {
		for _, c := range n.Content {
			nodes = append(nodes, c)
			walk(c)
		}
	}
	for _, d := range docs {
		walk(d)
	}
	if len(nodes) == 0 {
		return text + "\n- x"
	}
	k := 1
	if r.IntN(3) == 0 {
		k = 2 + r.IntN(3)
	}
	for range k {
		n := nodes[r.IntN(len(nodes))]
		if n.Kind == yaml.AliasNode {
			continue
		}
		*n = *oddNode(r, n)
	}
	var b bytes.Buffer
	for i, d := range docs {
		if i > 0 {
			b.WriteString("---\n")
		}
		func() {
			defer func() { recover() }()
			t, err := manifest.Encode(d)
			if err == nil {
				b.Write(t)
			}
		}()
	}
	return b.String()
}

// entries are ways into the program: D is the folder, K a kustomization in it, E the
// folder above that, F the file that was changed, O one that is not there.
var entries = [][]string{
	{"check", "D"}, {"check", "F"}, {"check", "-"}, {"check", "-o", "json", "D"}, {"check", "-o", "sarif", "D"}, {"check", "-o", "github", "F"}, {"check", "-o", "gitlab", "F"}, {"check", "-o", "junit", "D"}, {"check", "-o", "markdown", "D"}, {"check", "--notes", "D"}, {"check", "--print-externals", "D"},
	{"check", "--enable-helm", "--helm-command", "/bin/false", "D"},
	{}, {"post-render"}, {"build", "K"}, {"build", "--explain", "K"}, {"fix", "--diff", "D"}, {"fix", "--secrets", "--diff", "F"}, {"fix", "D"},
	{"import", "--dry-run", "--env", "a=D"}, {"import", "--dry-run", "--env", "a=F", "--new-env", "b"}, {"import", "--secrets", "external-secret", "--env", "a=F", "--env", "b=D", "-o", "O"},
	{"init", "--dry-run", "K"}, {"init", "--in-place", "K"},
	{"trace", "K", "http://wealist.local/api"}, {"trace", "F", "deploy/api"}, {"trace", "-o", "json", "D", "http://example.com/"},
	{"blame", "K"}, {"blame", "-o", "json", "K"}, {"graph", "K"}, {"graph", "-o", "html", "F"}, {"graph", "-o", "json", "D"}, {"graph", "-o", "mermaid", "F"},
	{"diff", "K", "F"}, {"diff", "F", "K"}, {"diff", "-o", "markdown", "-", "K"}, {"lock", "E"}, {"lock", "--check", "D"}, {"check", "-c", "F", "D"}, {"check", "--baseline", "F", "D"}, {"report", "merge", "F"}, {"check", "--write-baseline", "O", "D"},
}

// asList is a stream as a ResourceList.
func asList(stream string) string {
	var b strings.Builder
	b.WriteString("apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n")
	for _, d := range strings.Split(stream, "\n---\n") {
		if d = strings.TrimPrefix(strings.TrimSpace(d), "---\n"); d != "" {
			b.WriteString("- " + strings.ReplaceAll(d, "\n", "\n  ") + "\n")
		}
	}
	return b.String()
}

// TestMutantsOfFiles changes one file of a tree, by its bytes or its nodes, and calls
// the program in many ways: it ends soon, with one of its exit codes, and never by
// a mistake of its own. MUTANTS=SECONDS goes on for so long, MUTANTS=SECONDS#SEED
// from a seed on. A panic in a goroutine ends the test; the last line it logged
// says where.
func TestMutantsOfFiles(t *testing.T) {
	seed, most, until := uint64(1), 60, time.Now().Add(time.Hour)
	if only := os.Getenv("MUTANTS"); only != "" {
		seconds, first, _ := strings.Cut(only, "#")
		n, err := strconv.Atoi(seconds)
		if err != nil {
			t.Skip("MUTANTS is for others")
		}
		if first != "" {
			seed, err = strconv.ParseUint(first, 10, 64)
			require.NoError(t, err)
		}
		most, until = 1<<30, time.Now().Add(time.Duration(n)*time.Second)
	}
	trees := mutantTrees(t)
	base := t.TempDir()
	runs, codes := 0, map[int]int{}
	for ; most > 0 && time.Now().Before(until); seed, most = seed+1, most-1 {
		r := rand.New(rand.NewPCG(seed, 7))
		tree := &trees[r.IntN(len(trees))]
		if seed%2 == 0 {
			tree = &trees[r.IntN(7)]
		}
		dir := filepath.Join(base, "tree")
		require.NoError(t, os.RemoveAll(dir))
		require.NoError(t, os.RemoveAll(filepath.Join(base, "out")))
		write(t, dir, tree.files)
		names := make([]string, 0, len(tree.files))
		for name := range tree.files {
			names = append(names, name)
		}
		slices.Sort(names)
		name := names[r.IntN(len(names))]
		text := mutated(r, tree.files[name])
		write(t, dir, map[string]string{name: text})
		k := dir
		if len(tree.dirs) > 0 {
			k = filepath.Join(dir, tree.dirs[r.IntN(len(tree.dirs))])
		}
		places := map[string]string{"D": dir, "K": k, "E": filepath.Dir(k), "F": filepath.Join(dir, name), "O": filepath.Join(base, "out")}
		if len(tree.dirs) == 1 {
			places["E"] = k
		}
		for range 3 {
			entry := entries[r.IntN(len(entries))]
			args := make([]string, len(entry))
			for i, arg := range entry {
				before, last, named := strings.Cut(arg, "=")
				if !named {
					before, last = "", arg
				}
				if place := places[last]; place != "" {
					arg = strings.TrimPrefix(before+"="+place, "=")
				}
				args[i] = arg
			}
			stdin := text
			if len(entry) == 0 && r.IntN(8) > 0 {
				stdin = asList(text)
			}
			what := fmt.Sprintf("MUTANTS=1#%d: %s of %s: %q", seed, name, tree.name, entry)
			t.Log(what)
			codes[tryMutant(t, what, args, stdin)]++
			runs++
		}
		if t.Failed() {
			t.Logf("%.3000s", text)
			return
		}
	}
	t.Logf("%d runs, exit codes %v, next seed %d", runs, codes, seed)
}

// tryMutant runs the program.
func tryMutant(t *testing.T, what string, args []string, stdin string) (code int) {
	t.Helper()
	defer func() {
		if p := recover(); p != nil {
			t.Errorf("%s: panic: %v\n%s", what, p, debug.Stack())
		}
	}()
	ends := time.AfterFunc(time.Minute, func() { panic(what + " does not end") })
	defer ends.Stop()
	var stdout, stderr bytes.Buffer
	code = Main(args, strings.NewReader(stdin), &stdout, &stderr)
	if code < ExitOK || code > ExitFailure {
		t.Errorf("%s: exit code %d", what, code)
	}
	for _, said := range []string{"mistake of its own", "runtime error", "goroutine ", "nil pointer", "index out of range"} {
		if (strings.Contains(stdout.String(), said) || strings.Contains(stderr.String(), said)) && !strings.Contains(stdin, said) {
			t.Errorf("%s: says %q\n%.2000s\n%.2000s", what, said, stdout.String(), stderr.String())
		}
	}
	return code
}
