package rules_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ressKim-io/wealist-k8s-migration/fn"
	"github.com/ressKim-io/wealist-k8s-migration/fn/config"
	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/inventory"
	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
	"github.com/ressKim-io/wealist-k8s-migration/internal/manifest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Fixtures are testdata/<rule>/*.yaml. A comment
//
//	# want "regexp" "regexp"…
//
// expects that many findings of the rule on its line, each matching one
// regexp against "severity: message". There must be no others. The whole
// pipeline runs, with the ConfigPipeline in the file if there is one; findings
// about that are expected on its lines.
func TestFixtures(t *testing.T) {
	for _, rule := range rules.All() {
		t.Run(rule.Name, func(t *testing.T) {
			files, err := filepath.Glob(filepath.Join("testdata", rule.Name, "*.yaml"))
			require.NoError(t, err)
			require.Subset(t, base(files), []string{"bad.yaml", "good.yaml"}, "every rule has an example of the mistake and of its remedy")
			if rule.Kustomization || rule.Live {
				return // internal/check builds them
			}
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
		text := f.Severity.String() + ": " + f.Sentence()
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

// runRule runs the pipeline over a stream, with all rules but one off.
func runRule(t *testing.T, rule, file string, data []byte) []finding.Finding {
	t.Helper()
	inv, cfg := read(t, file, data)
	if cfg.Spec.Validate == nil {
		cfg.Spec.Validate = &config.Validate{}
	}
	severities := map[string]finding.Severity{}
	for _, r := range rules.All() {
		if r.Name != rule && !strings.HasPrefix(rule, "unused-") {
			severities[r.Name] = finding.Off
		}
	}
	for name, s := range cfg.Spec.Validate.Rules {
		severities[name] = s
	}
	cfg.Spec.Validate.Rules = severities
	return slices.DeleteFunc(process(t, inv, cfg), func(f finding.Finding) bool { return f.Rule != rule })
}

// process runs the pipeline.
func process(t *testing.T, inv *inventory.Inventory, cfg *config.ConfigPipeline) []finding.Finding {
	t.Helper()
	res, err := fn.Process(t.Context(), inv, cfg)
	require.NoError(t, err)
	return res.Findings
}

// read indexes a stream. A ConfigPipeline in it is the configuration.
func read(t *testing.T, file string, data []byte) (*inventory.Inventory, *config.ConfigPipeline) {
	t.Helper()
	docs, err := manifest.Read(file, data)
	require.NoError(t, err)
	inv, cfg := &inventory.Inventory{}, &config.ConfigPipeline{}
	for _, d := range docs {
		if yamlnode.GetString(d.Node, "kind") != config.Kind {
			inv.Add(d.Node, inventory.Source{File: d.File, Line: d.Line})
			continue
		}
		cfg, err = config.Decode(d.Node)
		require.NoError(t, err, file)
		cfg.File, cfg.Line = d.File, d.Line
	}
	return inv, cfg
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

// TestOnlyRulesAreReported runs the pipeline over everything in the repository
// that makes parts of it report something: whatever they report is a rule, at
// no more than its severity.
func TestOnlyRulesAreReported(t *testing.T) {
	trees := map[string][]string{}
	for _, file := range must(filepath.Glob("testdata/*/*.yaml")) {
		trees[file] = []string{file}
	}
	for _, file := range must(filepath.Glob("../connection/testdata/*/before.yaml")) {
		trees[file] = []string{filepath.Join(filepath.Dir(file), "config.yaml"), file}
	}
	for _, file := range must(filepath.Glob("../normalize/testdata/*/*/before.yaml")) {
		trees[file] = []string{filepath.Join(filepath.Dir(file), "config.yaml"), file}
	}
	require.Greater(t, len(trees), len(rules.All()))
	byName := map[string]*rules.Rule{}
	reported := map[string]bool{}
	for _, r := range rules.All() {
		byName[r.Name] = r
	}
	for name, files := range trees {
		var data []byte
		for _, file := range files {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			data = append(append(data, "---\n"...), text...)
		}
		inv, cfg := read(t, name, data)
		for _, f := range process(t, inv, cfg) {
			reported[f.Rule] = true
			r := byName[f.Rule]
			if assert.NotNil(t, r, "%s: %q is reported and is not a rule", name, f.Rule) && cfg.Spec.Validate == nil {
				assert.LessOrEqual(t, f.Severity, r.Severity, "%s: %s", name, f.Rule)
			}
		}
	}
	for name := range byName {
		assert.True(t, reported[name] || byName[name].Kustomization || byName[name].Live, "nothing reports %s", name)
	}
}

// TestUnknownRulesAreSuggested: a misspelt name of any rule is reported, with
// the right one first.
func TestUnknownRulesAreSuggested(t *testing.T) {
	for _, r := range rules.All() {
		misspelt := r.Name[:len(r.Name)-2] + r.Name[len(r.Name)-1:]
		cfg := &config.ConfigPipeline{Spec: config.Spec{Validate: &config.Validate{
			Rules:  map[string]finding.Severity{misspelt: finding.Warning},
			Ignore: []config.Ignore{{Rule: misspelt, Reason: "a test"}},
		}}}
		found := process(t, &inventory.Inventory{}, cfg)
		if assert.Len(t, found, 2, misspelt) {
			for _, f := range found {
				assert.Equal(t, "unknown-rule", f.Rule)
				assert.Equal(t, finding.Error, f.Severity)
				assert.Equal(t, r.Name, f.Suggestions[0])
			}
		}
	}
}

func must(files []string, err error) []string {
	if err != nil {
		panic(err)
	}
	return files
}
