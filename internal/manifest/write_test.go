package manifest

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// listMaker makes ResourceLists as all kinds of programs and people write them,
// with comments wherever YAML has a place for one. Comments are numbered.
type listMaker struct {
	*rand.Rand
	comments int
}

func (g *listMaker) one(of ...string) string { return of[g.IntN(len(of))] }
func (g *listMaker) often() bool             { return g.IntN(3) > 0 }
func (g *listMaker) seldom() bool            { return g.IntN(6) == 0 }

// comment returns lines of comments, or none.
func (g *listMaker) comment(indent string) string {
	var b strings.Builder
	for g.IntN(3) == 0 {
		g.comments++
		fmt.Fprintf(&b, "%s# comment %d.\n", indent, g.comments)
	}
	return b.String()
}

func (g *listMaker) lineComment() string {
	if !g.seldom() {
		return ""
	}
	g.comments++
	return fmt.Sprintf(" # comment %d.", g.comments)
}

func (g *listMaker) blank() string {
	if g.seldom() {
		return strings.Repeat("\n", 1+g.IntN(2))
	}
	return ""
}

// item returns the lines of an item, the first without its dash.
func (g *listMaker) item(i int, indent string) string {
	if g.seldom() {
		return fmt.Sprintf("{kind: K%d, metadata: {name: n}, spec: [1, {a: b}]}\n", i)
	}
	in := indent + "  "
	first := g.one("kind: ", "kind:   ", "\"kind\": ")
	var b strings.Builder
	fmt.Fprintf(&b, "%sK%d%s\n", first, i, g.lineComment())
	b.WriteString(g.comment(in))
	fmt.Fprintf(&b, "%smetadata:%s\n", in, g.lineComment())
	b.WriteString(g.comment(in + "  "))
	fmt.Fprintf(&b, "%s  name:   n%d%s\n", in, i, g.lineComment())
	if g.seldom() {
		fmt.Fprintf(&b, "%sshared: &s%d {a: 1}\n%sagain: *s%d\n", in, i, in, i)
	}
	if g.often() {
		list := g.one("", "  ")
		fmt.Fprintf(&b, "%sspec:%s\n", in, g.lineComment())
		b.WriteString(g.comment(in + list))
		for range 1 + g.IntN(2) {
			fmt.Fprintf(&b, "%s%s- name: x%s\n", in, list, g.lineComment())
			b.WriteString(g.comment(in + list + "  "))
			fmt.Fprintf(&b, "%s%s  value: %s%s\n", in, list, g.one("1", "'1'", "\"a\\tb\"", "x y", "[a, b]", "{}"), g.lineComment())
			b.WriteString(g.comment(in + list))
		}
	}
	if g.seldom() {
		fmt.Fprintf(&b, "%sdata: %s\n%s  text\n%s  # text\n\n%s  - text\n", in, g.one("|", "|-", "|+", ">"), in, in, in)
	}
	return b.String()
}

func (g *listMaker) list() string {
	var fields []string
	fields = append(fields, g.comment("")+"apiVersion: config.kubernetes.io/v1"+g.lineComment()+"\n", g.comment("")+"kind: ResourceList\n")
	indent := g.one("", "", "  ", "    ")
	var items strings.Builder
	items.WriteString(g.comment("") + "items:" + g.lineComment() + "\n")
	n := g.IntN(5)
	for i := range n {
		items.WriteString(g.blank() + g.comment(indent))
		switch g.IntN(4) {
		case 0:
			g.comments++
			fmt.Fprintf(&items, "%s- # comment %d.\n%s%s  %s", indent, g.comments, g.comment(indent+"  "), indent, g.item(i, indent))
		case 1:
			fmt.Fprintf(&items, "%s-\n%s%s  %s", indent, g.comment(indent+"  "), indent, g.item(i, indent))
		default:
			fmt.Fprintf(&items, "%s- %s", indent, g.item(i, indent))
		}
		items.WriteString(g.comment(indent + "  "))
	}
	items.WriteString(g.blank())
	if n == 0 {
		items.Reset()
		items.WriteString(g.one("items: []\n", "items: [] # none\n", "items:\n", ""))
	}
	fields = append(fields, items.String())
	if g.often() {
		fields = append(fields, g.comment("")+"functionConfig:"+g.lineComment()+"\n"+g.comment("  ")+"  kind: C\n  spec: {a:   b}\n"+g.comment("  "))
	}
	if g.seldom() {
		fields = append(fields, g.comment("")+"results:\n- message: old"+g.lineComment()+"\n"+g.comment(""))
	}
	if g.seldom() {
		g.Shuffle(len(fields), func(i, j int) { fields[i], fields[j] = fields[j], fields[i] })
	}
	text := strings.Join(fields, "") + g.comment("")
	if g.seldom() {
		text = g.one("---\n", "# comment 0.\n---\n", "\ufeff", "%YAML 1.1\n---\n") + text
	}
	if g.seldom() {
		text += g.one("...\n", "---\n", "...\n# comment 0.\n")
	}
	if g.seldom() {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	if g.seldom() {
		text = strings.TrimRight(text, "\r\n")
	}
	return text
}

var commentMark = regexp.MustCompile(`# comment \d+\.`)

// comments are those of a text, sorted.
func commentsOf(text string) []string {
	found := commentMark.FindAllString(text, -1)
	slices.Sort(found)
	return found
}

func none(int) bool { return false }

// TestWriteLeavesAloneWhatDoesNotChange writes generated lists: without changes
// the bytes stay as they came. With changes, all other items do, and every comment
// is there as often as before, however often the list goes round.
func TestWriteLeavesAloneWhatDoesNotChange(t *testing.T) {
	const lists = 1000
	for seed := range uint64(lists) {
		g := &listMaker{Rand: rand.New(rand.NewPCG(seed, 1))}
		text := g.list()
		rl, err := ReadResourceList([]byte(text))
		require.NoError(t, err, "%d\n%s", seed, text)
		require.Equal(t, text, write(t, rl, Output{Changed: none}), "seed %d", seed)

		changed := map[int]bool{}
		for i := range rl.Items {
			if g.IntN(3) == 0 {
				changed[i] = true
			}
		}
		out := Output{Changed: func(i int) bool { return changed[i] }}
		if g.IntN(3) == 0 {
			out.Added = append(out.Added, yamlnode.NewMapping(yamlnode.NewString("kind"), yamlnode.NewString("Receipt")))
		}
		once := write(t, rl, out)
		where := fmt.Sprintf("seed %d, changed %v, added %d\n%s\n=====\n%s", seed, changed, len(out.Added), text, once)
		old := yamlnode.Get(rl.root, "results")
		require.Equal(t, commentsOf(text), commentsOf(once), where)
		again, err := ReadResourceList([]byte(once))
		require.NoError(t, err, where)
		require.Len(t, again.Items, len(rl.Items)+len(out.Added), where)
		for i := range rl.Items {
			require.True(t, sameContent(rl.Items[i], again.Items[i]), "item %d, %s", i, where)
			if rl.cut != nil && len(rl.cut.items) > 0 && !changed[i] && !(rl.cut.open && i == len(rl.Items)-1) {
				require.Contains(t, once, string(rl.cut.items[i].body), where)
			}
		}
		require.True(t, sameContent(rl.FunctionConfig, again.FunctionConfig), where)
		require.True(t, sameContent(old, yamlnode.Get(again.root, "results")), where)
		require.Equal(t, once, write(t, again, Output{Changed: none}), where)

		// What changes at every run settles too.
		all := Output{Changed: func(int) bool { return true }}
		first := write(t, again, all)
		next, err := ReadResourceList([]byte(first))
		require.NoError(t, err, where)
		assert.Equal(t, commentsOf(text), commentsOf(first), where)
		second := write(t, next, all)
		if !assert.Equal(t, first, second, where) {
			return
		}
	}
}

// TestLongResultsAreWrittenAsShortOnes: in parts, and nobody can tell.
func TestLongResultsAreWrittenAsShortOnes(t *testing.T) {
	str := yamlnode.NewString
	results := yamlnode.NewSequence()
	for i := range 3*some + 1 {
		results.Content = append(results.Content, yamlnode.NewMapping(str("message"), str(fmt.Sprintf("number %d: a\nb", i)), str("tags"), yamlnode.NewMapping(str("rule"), str("x"))))
	}
	rl, err := ReadResourceList([]byte("kind: ResourceList\nitems:\n- kind: A\n"))
	require.NoError(t, err)
	rl.Results = results
	got := write(t, rl, Output{Changed: none})
	want, err := Encode(yamlnode.NewMapping(str("results"), results))
	require.NoError(t, err)
	require.Equal(t, "kind: ResourceList\nitems:\n- kind: A\n"+string(want), got)
	again, err := ReadResourceList([]byte(got))
	require.NoError(t, err)
	require.Equal(t, got, write(t, again, Output{Changed: none}))
}
