package rules_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/fn/reference"
	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Fixtures are testdata/<rule>/*.yaml. A comment
//
//	# want "regexp" "regexp"…
//
// expects that many findings of the rule on its line, each matching one
// regexp against "severity: message". There must be no others. A ConfigPipeline
// in the file configures the run.
func TestFixtures(t *testing.T) {
	for _, rule := range rules.All() {
		t.Run(rule.Name, func(t *testing.T) {
			files, err := filepath.Glob(filepath.Join("testdata", rule.Name, "*.yaml"))
			require.NoError(t, err)
			require.Subset(t, base(files), []string{"bad.yaml", "good.yaml"}, "every rule has an example of the mistake and of its remedy")
			for _, file := range files {
				t.Run(filepath.Base(file), func(t *testing.T) { checkFixture(t, rule.Name, file) })
			}
		})
	}
}

func base(files []string) []string {
	var names []string
	for _, f := range files {
		names = append(names, filepath.Base(f))
	}
	return names
}

func checkFixture(t *testing.T, rule, file string) {
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	wants := parseWants(t, string(data))
	if filepath.Base(file) == "bad.yaml" {
		require.NotEmpty(t, wants, "bad.yaml has no # want comment")
	}
	for _, f := range runRule(t, rule, file, data) {
		text := f.Severity.String() + ": " + f.Message
		if !wants.take(f.Line, text) {
			t.Errorf("%s:%d: unexpected finding at %s: %s", file, f.Line, f.Field, text)
		}
	}
	for line, res := range wants {
		for _, re := range res {
			t.Errorf("%s:%d: no finding matches %q", file, line, re)
		}
	}
}

// runRule runs one rule over a stream; other rules are off.
func runRule(t *testing.T, rule, file string, data []byte) []finding.Finding {
	t.Helper()
	docs, err := manifest.Read(file, data)
	require.NoError(t, err)
	inv := &inventory.Inventory{}
	spec := &config.Spec{}
	var configuration manifest.Document
	for _, d := range docs {
		if yamlnode.GetString(d.Node, "kind") == config.Kind {
			cfg, err := config.Decode(d.Node)
			require.NoError(t, err)
			spec = &cfg.Spec
			configuration = d
			continue
		}
		inv.Add(d.Node, inventory.Source{File: d.File, Line: d.Line})
	}
	if spec.Validate == nil {
		spec.Validate = &config.Validate{}
	}
	severities := map[string]finding.Severity{}
	for _, r := range rules.All() {
		if r.Name != rule && !strings.HasPrefix(rule, "unused-") {
			severities[r.Name] = finding.Off
		}
	}
	for name, s := range spec.Validate.Rules {
		severities[name] = s
	}
	spec.Validate.Rules = severities
	reference.Produce(inv)
	var own []finding.Finding
	for _, f := range rules.Run(inv, spec) {
		if f.Rule != rule {
			continue
		}
		if f.Resource.Kind == config.Kind {
			f.Line = lineOfField(configuration, f.Field)
		}
		own = append(own, f)
	}
	return own
}

// lineOfField finds a field path, as in spec.validate.ignore[0], in a document.
func lineOfField(d manifest.Document, path string) int {
	n := d.Node
	for _, step := range regexp.MustCompile(`[^.\[\]]+`).FindAllString(path, -1) {
		if i, err := strconv.Atoi(step); err == nil {
			n = yamlnode.Elements(n)[i]
		} else {
			n = yamlnode.Get(n, step)
		}
	}
	return d.Line + n.Line - 1
}

type wants map[int][]*regexp.Regexp

var (
	wantComment = regexp.MustCompile(`# want (.*)$`)
	quoted      = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
)

func parseWants(t *testing.T, text string) wants {
	t.Helper()
	w := wants{}
	for i, line := range strings.Split(text, "\n") {
		m := wantComment.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		for _, q := range quoted.FindAllString(m[1], -1) {
			pattern, err := strconv.Unquote(q)
			require.NoError(t, err, "line %d", i+1)
			w[i+1] = append(w[i+1], regexp.MustCompile(pattern))
		}
	}
	return w
}

func (w wants) take(line int, text string) bool {
	for i, re := range w[line] {
		if re.MatchString(text) {
			w[line] = append(w[line][:i:i], w[line][i+1:]...)
			return true
		}
	}
	return false
}

// TestRulesAreDocumented keeps what explain, the docs and reports are made of
// complete.
func TestRulesAreDocumented(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range rules.All() {
		assert.False(t, seen[r.Name], "rule %s is defined twice", r.Name)
		seen[r.Name] = true
		assert.Regexp(t, `^[a-z0-9]+(-[a-z0-9]+)+$`, r.Name)
		assert.Regexp(t, `^[A-Z].*\.$`, r.Doc, r.Name)
		assert.NotEqual(t, finding.Off, r.Severity, r.Name)
		assert.NotEmpty(t, r.Example(false), r.Name)
		assert.NotEmpty(t, r.Example(true), r.Name)
		assert.NotContains(t, r.Example(false), "# want", r.Name)
	}
	for _, dir := range base(must(filepath.Glob("testdata/*"))) {
		assert.NotNil(t, rules.Lookup(dir), "testdata/%s belongs to no rule", dir)
	}
}

func must(files []string, err error) []string {
	if err != nil {
		panic(err)
	}
	return files
}
