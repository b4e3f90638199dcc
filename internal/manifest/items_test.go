package manifest

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
	"github.com/ressKim-io/wealist-k8s-migration/test/bench/gen"
)

// lists are ResourceLists as people and programs write them; side says that
// the items are expected to be parsed side by side.
var lists = map[string]struct {
	text string
	side bool
}{
	"no indentation":               {"apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n- kind: A\n  x: 1\n- kind: B\n  y:\n  - 1\n  - 2\n", true},
	"indented":                     {"kind: ResourceList\nitems:\n  - kind: A\n    x: 1\n  - kind: B\n    y:\n      - 1\n      - 2\n", true},
	"config behind":                {"kind: ResourceList\nitems:\n- kind: A\nfunctionConfig:\n  kind: C\n  spec:\n  - a\nresults:\n- message: old\n", true},
	"config before":                {"kind: ResourceList\nfunctionConfig:\n  kind: C\nitems:\n- kind: A\n- kind: B\n", true},
	"items first":                  {"items:\n- kind: A\n- kind: B\nkind: ResourceList\n", true},
	"separator":                    {"---\nkind: ResourceList\nitems:\n- kind: A\n", true},
	"blank lines":                  {"kind: ResourceList\n\nitems:\n- kind: A\n\n- kind: B\n\n\nfunctionConfig:\n  kind: C\n", true},
	"block scalars":                {"kind: ResourceList\nitems:\n- kind: A\n  data: |\n    - x\n    # no comment\n    items:\n\n    y\n- kind: B\n  data: |-2\n      z\n  folded: >\n    a\n    b\n", true},
	"block scalar at the end":      {"kind: ResourceList\nitems:\n- kind: A\n  data: |+\n    x\n\n\n- kind: B\n  data: |+\n    y\n\n", true},
	"quoted over lines":            {"kind: ResourceList\nitems:\n- kind: A\n  x: \"one\n    two\"\n- kind: B\n  y: 'one\n\n    two'\n", true},
	"quoted without indentation":   {"kind: ResourceList\nitems:\n- kind: A\n  x: \"one\n- kind: two\"\n- kind: B\n", false},
	"items within a string":        {"kind: ResourceList\nx: \"\nitems:\n- kind: A\n\"\n", false},
	"flow items":                   {"kind: ResourceList\nitems:\n- {kind: A, x: [1, 2]}\n- {kind: B}\n", true},
	"flow over lines":              {"kind: ResourceList\nitems:\n- {kind: A,\n- kind: B}\n", false},
	"flow list":                    {"kind: ResourceList\nitems: [{kind: A}]\n", false},
	"JSON":                         {`{"kind": "ResourceList", "items": [{"kind": "A"}]}`, false},
	"no items":                     {"kind: ResourceList\n", false},
	"empty items":                  {"kind: ResourceList\nitems: []\n", false},
	"null items":                   {"kind: ResourceList\nitems:\nfunctionConfig: {kind: C}\n", false},
	"anchor within an item":        {"kind: ResourceList\nitems:\n- kind: A\n  x: &a {b: 1}\n  y: *a\n- kind: B\n", true},
	"anchor used in the next item": {"kind: ResourceList\nitems:\n- kind: A\n  x: &a {b: 1}\n- kind: B\n  y: *a\n", false},
	"anchor from the head":         {"x: &a 1\nkind: ResourceList\nitems:\n- kind: A\n  y: *a\n", false},
	"anchor for the tail":          {"kind: ResourceList\nitems:\n- kind: A\n  y: &a 1\nfunctionConfig:\n  kind: *a\n", false},
	"anchor of two items":          {"kind: ResourceList\nitems:\n- kind: A\n  x: &a 1\n- kind: B\n  x: &a 2\n  y: *a\n", true},
	"merge keys":                   {"kind: ResourceList\nitems:\n- kind: A\n  x: &a {b: 1}\n  y:\n    <<: *a\n    c: 2\n", true},
	"merge keys without an anchor": {"kind: ResourceList\nitems:\n- kind: A\n  x: {<<: {b: 1}, c: 2}\n  y:\n    <<:\n      d: 1\n- kind: B\n", true},
	"a merge key of nothing":       {"kind: ResourceList\nitems:\n- &a {b: c}\n<<:\n", false},
	"comments within items":        {"kind: ResourceList\nitems:\n- kind: A\n  # head\n  x: 1 # line\n  y: 2\n", true},
	"comment between items":        {"kind: ResourceList\nitems:\n- kind: A\n# of B\n- kind: B\n", false},
	"comment behind an item":       {"kind: ResourceList\nitems:\n- kind: A\n  # of A\n- kind: B\n", false},
	"comment on the dash":          {"kind: ResourceList\nitems:\n- # of A\n  kind: A\n- kind: B\n", false},
	"comment before the first":     {"kind: ResourceList\nitems:\n# of A\n- kind: A\n", false},
	"comment behind the list":      {"kind: ResourceList\nitems:\n- kind: A\n# of C\nfunctionConfig:\n  kind: C\n", false},
	"comment on items":             {"kind: ResourceList\nitems: # all\n- kind: A\n", false},
	"comment in front":             {"# list\nkind: ResourceList\n# items\nitems:\n- kind: A\n- kind: B\n", true},
	"carriage returns":             {"kind: ResourceList\r\nitems:\r\n- kind: A\r\n- kind: B\r\n", false},
	"byte order mark":              {"\ufeffkind: ResourceList\nitems:\n- kind: A\n", true},
	"no newline at the end":        {"kind: ResourceList\nitems:\n- kind: A", false},
	"two lists of items":           {"kind: ResourceList\nitems:\n- kind: A\n\"items\":\n- kind: B\n", false},
	"items twice":                  {"kind: ResourceList\nitems:\n- kind: A\nitems:\n- kind: B\n", false},
	"dash alone":                   {"kind: ResourceList\nitems:\n-\n  kind: A\n-\n  kind: B\n", false},
	"wide dash":                    {"kind: ResourceList\nitems:\n-   kind: A\n    x: 1\n-   kind: B\n    x: 1\n", true},
	"scalar item":                  {"kind: ResourceList\nitems:\n- kind: A\n- b\n", false},
	"list item":                    {"kind: ResourceList\nitems:\n- kind: A\n- - b\n", false},
	"complex key":                  {"kind: ResourceList\nitems:\n- ? kind\n  : A\n- kind: B\n", true},
	"keys without values":          {"kind: ResourceList\nitems:\n- ? 00\n- 0: \n", true},
	"tag":                          {"kind: ResourceList\nitems:\n- !!map\n  kind: A\n- kind: !!str B\n", true},
	"end of document":              {"kind: ResourceList\nitems:\n- kind: A\n...\n", true},
	"directive":                    {"%YAML 1.2\n---\nkind: ResourceList\nitems:\n- kind: A\n", false},
	"other kind":                   {"kind: List\nitems:\n- kind: A\n", true},
	"nothing":                      {"", false},
	"unicode":                      {"kind: ResourceList\nitems:\n- kind: Ä\n- kind: é\n  y: \"\\u0085\"\n", true},
	"line separator":               {"kind: ResourceList\nitems:\n- kind: \"\u2028\"\n- kind: B\n- kind: C\n", false},
	"carriage return alone":        {"kind: ResourceList\nitems:\n- kind: A\r- kind: B\n- kind: C\n", false},
	"tab":                          {"kind: ResourceList\nitems:\n- kind: A\n\tx: 1\n- kind: B\n", false},
	"not UTF-8":                    {"kind: ResourceList\nitems:\n- kind: \xff\n", false},
}

func TestItemsSideBySideEqualTheWhole(t *testing.T) {
	for name, tc := range lists {
		t.Run(name, func(t *testing.T) {
			sideEqualsWhole(t, []byte(tc.text))
			if docs := split(nil, "", []byte(tc.text)); len(docs) == 1 {
				_, _, ok := (&reading{}).parseList(docs[0].Text, always)
				assert.Equal(t, tc.side, ok)
			}
		})
	}
}

func TestGeneratedListsAreParsedSideBySide(t *testing.T) {
	list := gen.Tree{Resources: 300}.ResourceList(gen.Config)
	_, _, ok := (&reading{}).parseList(list, always)
	assert.True(t, ok)
	sideEqualsWhole(t, list)
}

func FuzzItemsSideBySide(f *testing.F) {
	for _, tc := range lists {
		f.Add([]byte(tc.text))
	}
	f.Fuzz(func(t *testing.T, data []byte) { sideEqualsWhole(t, data) })
}

// sideEqualsWhole asserts that ReadResourceList answers as readWhole does.
func sideEqualsWhole(t *testing.T, data []byte) {
	t.Helper()
	want, wantErr := readWhole(data)
	got, gotErr := ReadResourceList(data)
	if wantErr != nil {
		require.EqualError(t, gotErr, wantErr.Error())
		return
	}
	require.NoError(t, gotErr)
	require.Equal(t, len(want.Items), len(got.Items))
	for i := range want.Items {
		sameNode(t, want.Items[i], got.Items[i])
	}
	sameNode(t, want.FunctionConfig, got.FunctionConfig)
	for _, changed := range []func(int) bool{
		func(int) bool { return false },
		func(i int) bool { return i%2 == 0 },
	} {
		out := Output{Changed: changed}
		require.Equal(t, write(t, want, out), write(t, got, out))
	}
}

func write(t *testing.T, rl *ResourceList, out Output) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, rl.Write(&b, out))
	return b.String()
}

func sameNode(t *testing.T, want, got *yaml.Node) {
	t.Helper()
	if want == nil || got == nil {
		require.Equal(t, want, got)
		return
	}
	w, g := *want, *got
	w.Content, g.Content, w.Alias, g.Alias = nil, nil, nil, nil
	require.Equal(t, w, g)
	require.Equal(t, len(want.Content), len(got.Content))
	for i := range want.Content {
		child := got.Content[i]
		if got.Kind == yaml.MappingNode && i%2 == 0 && child.Line == yamlnode.Beside {
			own := *child
			own.Line, own.Column = yamlnode.KeyLine(child, got.Content[i+1]), yamlnode.KeyColumn(child, got.Content[i+1])
			child = &own
		}
		sameNode(t, want.Content[i], child)
	}
}

func TestWriteKeepsUntouchedItems(t *testing.T) {
	const text = "kind: ResourceList\nitems:\n- kind:   A # as it came\n  x:  0x1F\n- kind: B\n  y:   1\n"
	rl, err := ReadResourceList([]byte(text))
	require.NoError(t, err)
	out := write(t, rl, Output{
		Changed: func(i int) bool { return i == 1 },
		Added:   []*yaml.Node{{Kind: yaml.MappingNode}},
	})
	assert.Contains(t, out, "- kind: B\n  y: 1\n")
	assert.True(t, strings.HasSuffix(out, "- {}\n"), out)
}

func always(*yaml.Node) bool { return true }
