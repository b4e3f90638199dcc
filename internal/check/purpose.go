package check

import (
	"cmp"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/fn/rules"
	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
	"github.com/ressKim-io/wealist-k8s-migration/internal/reference"
)

// purpose is what a file is there for, as far as its path says so. An error is a
// mistake in what somebody applies: where a path says that this is something else,
// there is none.
type purpose int

const (
	applied  purpose = iota
	tested           // a test applies it, and may want it refused
	kept             // what was replaced, or is shown in part, which nobody applies
	form             // something is filled in first
	past             // what was replaced, and is for the clusters of its time
	released         // the copy of a release, which stays as it went out
	input            // a program's tests read it, and no cluster does
	broken           // it is wrong so that something can be shown or tried
)

// purposes are words in the names of folders that say what is in them, and those of
// form and broken in the names of files too.
var purposes = map[string]purpose{
	"test": tested, "tests": tested, "testing": tested, "e2e": tested, "conformance": tested, "fixtures": input, "fuzz": input,
	"deprecated": kept, "obsolete": kept, "legacy": kept, "old": kept, "archive": kept, "archived": kept, "attic": kept, "unused": kept, "outdated": kept, "disabled": kept, "retired": kept, "trash": kept, "unmaintained": kept,
	"snippet": kept, "snippets": kept, // shown in documents
	"template": form, "tmpl": form, "tpl": form, "skeleton": form, "boilerplate": form, "scaffold": form,
	"invalid": broken, "bad": broken, "broken": broken, "wrong": broken, "malformed": broken, "incorrect": broken, "negative": broken, "noncompliant": broken,
	"disallowed": broken, "violating": broken, "fail": broken, "failing": broken, "faulty": broken, "erroneous": broken, "mistake": broken, "mistakes": broken, "misconfigured": broken, "typo": broken, "faults": broken, "failures": broken, "antipatterns": broken,
	"illegal": broken, "reject": broken, "rejects": broken, "rejected": broken, "expectedfailures": broken, "shouldfail": broken, "mustfail": broken,
	// states of pods that something shows how to get out of
	"imagepullbackoff": broken, "errimagepull": broken, "crashloop": broken, "crashing": broken, "crashloopbackoff": broken, "createcontainerconfigerror": broken, "unschedulable": broken, "oomkill": broken, "oomkilled": broken,
}

// partial are the rules that ask for what a patch leaves to the resource it changes.
var partial = map[string]bool{apischema.RequiredField: true, "kind-missing": true, "selector-mismatch": true, "volume-not-found": true, apischema.ServiceInvalid: true, apischema.WorkloadInvalid: true}

// folders are whole names of folders that say so; as one word of several they may be
// a program's.
var folders = map[string]purpose{
	"fake": input, "fakes": input, "mock": input, "mocks": input, "mock_files": input, "mock_data": input, "mock_yamls": input, "golden": input, "goldens": input, "testcase": tested, "testcases": tested,
	"evidence": input, "sanitized": input, // what was recorded of a cluster
	"testdata": input, "test_data": input, "test-data": input, "__snapshot__": input, "__snapshots__": input,
	"deprecated": past, "obsolete": past, "archive": past, "archived": past, "attic": past, "unused": past, "outdated": past, "retired": past,
	"_template": form, "_templates": form, "_skeleton": form, "_boilerplate": form,
	"versioned_docs": past, // https://docusaurus.io/docs/versioning
}

// environments are the usual names of environments, one of which is test.
var environments = []string{"dev", "develop", "development", "prod", "production", "stage", "staging", "stg", "qa", "uat", "preprod", "live", "integration", "acceptance"}

// toCopy are names of files that somebody copies and fills in: values.example.yaml.
var toCopy = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\.(?:example|sample|dist)\.ya?ml$`)
})

// stamped are names of files with the time at which they were put aside:
// api_20240131_101500.yaml.
var stamped = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`[-_.]20\d\d-?(?:0[1-9]|1[0-2])-?(?:[0-2]\d|3[01])[-_T](?:[01]\d|2[0-3])-?[0-5]\d(?:-?[0-5]\d)?Z?\.ya?ml$`)
})

// paths judges the paths of files below a folder.
type paths struct {
	below string
	known map[string]purpose // by file
	read  map[string]*folder // by its path
}

// folder is what the names in a folder say, and the tests there.
type folder struct {
	names []string
	cases []string // files that its tests of policies are about
	test  bool     // a test runner knows it by a file
	// jsonnet says that there are programs in Jsonnet: https://jsonnet.org/ref/language.html
	jsonnet bool
	// passes and fails say that some of its files are called after how they are judged.
	passes, fails bool
}

// verdicts are the first words of names of files that a program is to accept, and of those
// that it is to refuse.
var verdicts = map[string]bool{
	"pass": true, "passes": true, "passing": true, "success": true, "good": true, "valid": true, "compliant": true, "allowed": true,
	"fail": false, "fails": false, "failing": false, "failure": false, "bad": false, "invalid": false, "noncompliant": false, "disallowed": false, "denied": false,
}

// of returns what a file is there for.
func (p *paths) of(file string) purpose {
	if is, ok := p.known[file]; ok {
		return is
	}
	is := applied
	if rel, ok := p.relative(file); ok {
		dir := p.below
		parts := strings.Split(rel, "/")
		for i, name := range parts {
			is = max(is, p.part(dir, name, i == len(parts)-1))
			in := p.folder(dir)
			if slices.Contains(in.cases, strings.Join(parts[i:], "/")) {
				is = max(is, tested)
			}
			if i == len(parts)-1 && path.Ext(name) == ".json" && (in.jsonnet || i > 0 && p.folder(filepath.Dir(dir)).jsonnet) {
				is = max(is, input) // which Jsonnet imports
			}
			if i > 0 && in.test || is >= tested && in.passes && in.fails {
				is = max(is, input)
			}
			dir = filepath.Join(dir, name)
		}
	}
	if p.known == nil {
		p.known = map[string]purpose{}
	}
	p.known[file] = is
	return is
}

// testCases are the names of the files by which test runners know a folder of a test,
// whose other files they read: https://kyverno.github.io/chainsaw/ and
// https://kuttl.dev/docs/kuttl-test-harness.html
var testCases = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:chainsaw-test|kuttl-test|[0-9]+-(?:assert|errors?))\.ya?ml$`)
})

func isTestCase(name string) bool {
	return strings.HasSuffix(name, "ml") && testCases().MatchString(name)
}

// relative returns the path of a file below the folder, with slashes.
func (p *paths) relative(file string) (string, bool) {
	abs, err := filepath.Abs(filepath.FromSlash(file))
	if err != nil {
		return "", false
	}
	rel, err := filepath.Rel(p.below, abs)
	return filepath.ToSlash(rel), err == nil && filepath.IsLocal(rel)
}

// casesOf returns the files that a test of policies is about, some of which are to be
// refused.
// https://kyverno.io/docs/kyverno-cli/reference/kyverno_test/ and
// https://open-policy-agent.github.io/gatekeeper/website/docs/gator/#the-gator-verify-command
func casesOf(file string) (cases []string) {
	var test struct {
		Kind      string
		Resources []string
		Tests     []struct{ Cases []struct{ Object string } }
	}
	const largest = 1 << 20 // bytes
	if info, err := os.Lstat(file); err != nil || !info.Mode().IsRegular() || info.Size() > largest {
		return nil
	}
	text, err := os.ReadFile(file)
	if err != nil || yaml.Unmarshal(text, &test) != nil || test.Kind != "Test" && test.Kind != "Suite" && test.Kind != "" {
		return nil
	}
	for _, resource := range test.Resources {
		cases = append(cases, path.Clean(resource))
	}
	for _, t := range test.Tests {
		for _, c := range t.Cases {
			cases = append(cases, path.Clean(c.Object))
		}
	}
	return cases
}

// part is what the name of one folder says, or that of the file at the end.
func (p *paths) part(dir, name string, last bool) purpose {
	is := applied
	if !last {
		is = max(folders[name], folders[strings.Trim(name, "_")])
		if name == "it" && filepath.Base(dir) == "src" {
			is = tested // https://maven.apache.org/plugins/maven-invoker-plugin/usage.html
		}
	}
	words := wordsOf(name)
	for _, word := range append(words, strings.Join(words, "")) { // CrashLoopBackOff
		said := purposes[word]
		if said == applied && isBadOne(word) {
			said = broken
		}
		if said == applied && !last && isTests(word) {
			said = tested
		}
		if last && said < form || !last && word == "template" || strings.HasPrefix(word, "test") && name == word && p.isEnvironment(dir) && !p.holdsTests(filepath.Join(dir, name)) {
			continue
		}
		is = max(is, said)
	}
	if !last && strings.HasPrefix(name, "_") && strings.HasSuffix(strings.TrimSuffix(name, "s"), "_template") {
		is = max(is, form) // _flux_templates
	}
	if last && toCopy().MatchString(name) {
		is = max(is, form)
	}
	if last && stamped().MatchString(name) {
		is = max(is, released) // what there was at that time
	}
	if !last && strings.HasPrefix(name, "zz_generated") {
		is = max(is, form) // which the generators of a program's types go on with
	}
	if !last && p.isPutAside(dir, name) {
		is = max(is, released) // as it was before what is beside it
	}
	if older, copied := p.isSuperseded(dir, name); older && copied && !last && !p.isEnvironment(dir) {
		is = max(is, released)
	} else if older || before().MatchString(name) {
		is = max(is, past)
	}
	return is
}

// wordsOf takes a name apart at dashes, digits and the like, and where a capital
// follows a small letter.
func wordsOf(name string) []string {
	var words []string
	var word []rune
	end := func() {
		if len(word) > 0 {
			words = append(words, strings.ToLower(string(word)))
			word = word[:0]
		}
	}
	small := false
	for _, r := range name {
		if !unicode.IsLetter(r) && r != '2' || unicode.IsUpper(r) && small {
			end()
		}
		if small = unicode.IsLower(r); unicode.IsLetter(r) || r == '2' { // e2e
			word = append(word, r)
		}
	}
	end()
	return words
}

// isBadOne reports whether a word is bad and a kind, as policies' tests have them:
// badpod, badresource.
func isBadOne(word string) bool {
	kind, ok := strings.CutPrefix(word, "bad")
	return ok && kind != "" && (strings.HasPrefix(kind, "resource") || slices.ContainsFunc(apischema.Kubernetes().AllKinds(), func(k string) bool {
		k = strings.ToLower(k)
		return kind == k || kind == k+"s"
	}))
}

// isTests reports whether a word is one for tests or what they need, written as one:
// integrationtests, testutils.
func isTests(word string) bool {
	for _, end := range [...]string{"tests", "test"} {
		if what, ok := strings.CutSuffix(word, end); ok {
			switch what {
			case "integration", "unit", "acceptance", "functional", "smoke", "system", "regression", "component", "api", "chart", "conformance", "upgrade":
				return true
			}
		}
	}
	for _, start := range [...]string{"tests", "test"} {
		if what, ok := strings.CutPrefix(word, start); ok {
			switch what {
			case "data", "util", "utils", "cases", "case", "assets", "files", "fixtures", "resources", "suite", "suites", "support", "helpers", "inputs", "manifests":
				return true
			}
		}
	}
	return false
}

// isEnvironment reports whether the folder test, or testing, in dir is for an
// environment of that name: it is in a folder for environments, or others are beside
// it.
func (p *paths) isEnvironment(dir string) bool {
	switch filepath.Base(dir) {
	case "overlays", "overlay", "environments", "environment", "envs", "env", "clusters", "cluster", "stages", "instances":
		return true
	}
	return slices.ContainsFunc(p.siblings(dir), func(name string) bool { return slices.Contains(environments, name) })
}

// holdsTests reports whether a folder has what only those of tests have: folders for
// kinds of tests, or programs.
func (p *paths) holdsTests(dir string) bool {
	return slices.ContainsFunc(p.siblings(dir), func(name string) bool {
		switch name {
		case "e2e", "integration", "conformance", "unit", "fixtures", "testdata":
			return true
		}
		return strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.py")
	})
}

func (p *paths) siblings(dir string) []string { return p.folder(dir).names }

// folder reads a folder, once.
func (p *paths) folder(dir string) *folder {
	in, ok := p.read[dir]
	if ok {
		return in
	}
	in = &folder{}
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		in.names = append(in.names, e.Name())
		in.test = in.test || isTestCase(e.Name())
		in.jsonnet = in.jsonnet || path.Ext(e.Name()) == ".jsonnet" || path.Ext(e.Name()) == ".libsonnet"
		if words := wordsOf(e.Name()); len(words) > 0 && !e.IsDir() {
			passes, judged := verdicts[words[0]]
			in.passes, in.fails = in.passes || judged && passes, in.fails || judged && !passes
		}
		switch e.Name() {
		case "kyverno-test.yaml", "kyverno-test.yml", "suite.yaml", "suite.yml":
			in.cases = append(in.cases, casesOf(filepath.Join(dir, e.Name()))...)
		}
	}
	if p.read == nil {
		p.read = map[string]*folder{}
	}
	p.read[dir] = in
	return in
}

// release is a version in the name of a file or folder, of two numbers at least: v1
// and v2 may well be there side by side.
var release = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(.*?)v?([0-9]+)\.([0-9]+)(?:\.([0-9]+))?([^0-9].*)?$`)
})

// before says that what follows is the first release that something is not for, as in
// images-pre-4.6.
var before = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(?:^|[-_])(?:pre|before|lt|until|upto)[-_.]?v?[0-9]+[._][0-9]`)
})

// isPutAside reports whether a folder is called as one that was put aside, and what took its
// place is there: monitoring.old beside monitoring.
func (p *paths) isPutAside(dir, name string) bool {
	m := putAside().FindStringSubmatch(name)
	return m != nil && slices.Contains(p.siblings(dir), m[1])
}

var putAside = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^(.+?)[-_.]?(?:old|bak|backup|orig)$`)
})

// isSuperseded reports whether a name is that of a release, and a later one is beside
// it, and whether it is nothing else, so that all of a product is copied in it.
func (p *paths) isSuperseded(dir, name string) (older, copied bool) {
	own := release().FindStringSubmatch(name)
	if own == nil {
		return false, false
	}
	switch strings.ToLower(strings.Trim(own[1], "-_.")) {
	case "", "release", "releases", "version", "bundle":
		copied = true
	}
	return slices.ContainsFunc(p.siblings(dir), func(sibling string) bool {
		other := release().FindStringSubmatch(sibling)
		return other != nil && other[1] == own[1] && compareReleases(own, other) < 0
	}), copied
}

// compareReleases compares two versions as release takes them apart.
func compareReleases(a, b []string) int {
	for i := 2; i <= 4; i++ {
		m, _ := strconv.Atoi(a[i])
		n, _ := strconv.Atoi(b[i])
		if m != n {
			return cmp.Compare(m, n)
		}
	}
	before := func(v []string) int {
		if isPreview(v[5]) {
			return 0
		}
		return 1
	}
	return cmp.Compare(before(a), before(b))
}

// isPreview reports whether what follows the numbers of a version is that of one before it.
func isPreview(suffix string) bool {
	return len(suffix) > 1 && suffix[0] == '-' && slices.ContainsFunc([]string{"rc", "alpha", "beta", "dev", "pre", "snapshot"}, func(word string) bool {
		return strings.HasPrefix(strings.ToLower(suffix[1:]), word)
	})
}

// hasLater reports whether a file beside one is called after it and names a release of
// Kubernetes without what is asked for: deployment_k8s_1.25.yaml beside deployment.yaml.
func (p *paths) hasLater(file string, what finding.Resource) bool {
	_, gone := rules.Removed(what.APIVersion, what.Kind)
	name := filepath.Base(file)
	stem := strings.TrimSuffix(name, filepath.Ext(name))
	return slices.ContainsFunc(p.siblings(filepath.Dir(absolute(filepath.FromSlash(file)))), func(sibling string) bool {
		of, ok := strings.CutPrefix(sibling, stem)
		m := kubernetesRelease().FindStringSubmatch(of)
		if !ok || m == nil {
			return false
		}
		minor, _ := strconv.Atoi(m[1])
		return minor >= gone
	})
}

// isFor reports whether the path of a file names an apiVersion, as in
// ingress-v1beta1.yaml, or a release of Kubernetes that still served it, as in
// deploy/1.15.
func (p *paths) isFor(file string, what finding.Resource) bool {
	rel, ok := p.relative(file)
	if !ok {
		return false
	}
	version := what.APIVersion[strings.LastIndexByte(what.APIVersion, '/')+1:]
	if version != "v1" && strings.Contains(rel, version) {
		return true
	}
	_, gone := rules.Removed(what.APIVersion, what.Kind)
	for _, m := range kubernetesRelease().FindAllStringSubmatch(rel, -1) {
		if minor, _ := strconv.Atoi(m[1]); oldest <= minor && minor < gone {
			return true
		}
	}
	return false
}

// isForOpenShift3 reports whether the path of a file names OpenShift 3, which is Kubernetes
// 1.11 at most and has what a finding says is gone.
func (p *paths) isForOpenShift3(file string, what finding.Resource) bool {
	rel, ok := p.relative(file)
	_, gone := rules.Removed(what.APIVersion, what.Kind)
	return ok && gone > 11 && openShift3().MatchString(rel)
}

// oldest is the minor number of the oldest release of Kubernetes that anybody names.
const oldest = 5

var openShift3 = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(?:openshift|ocp|okd)[-_]?v?3[._]?\d{1,2}(?:[^0-9]|$)`)
})

var kubernetesRelease = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?:^|[^0-9.])1[._]([0-9]{1,2})(?:[^0-9]|$)`) })

// weighPaths lowers what was found in files that are not there to be applied, except
// for rules whose severity is set. What was named by itself is meant as it stands, and
// so is all that a kustomization reaches which is there to be applied.
//
// Files beside those of overlaid folders are what a template language reads: they may
// be in part, and as they were before.
// What was read for other trees of the run is in known, by the folder that was named.
func (t *Tree) weighPaths(findings []finding.Finding, set map[string]finding.Severity, overlaid map[string]bool, known map[string]*paths) {
	if t.Named || len(findings) == 0 {
		return
	}
	below, err := filepath.Abs(cmp.Or(t.Within, t.Name))
	if err != nil {
		return
	}
	p := known[below]
	if p == nil {
		p = &paths{below: below}
		known[below] = p
	}
	var root string // the file whose path has a say, if that of the finding has none
	if t.Root != "" {
		if own := filepath.Join(t.Root, "kustomization.yaml"); p.of(own) == applied {
			root = own
		}
	}
	merged := partsToMerge(findings)
	inSamples := foldersBelow{top: t.top(), names: samples}
	for i := range findings {
		f := &findings[i]
		if _, ok := set[f.Rule]; ok {
			continue
		}
		if t.Root == "" && f.Rule == apischema.RequiredField && merged[object{f.File, f.Resource}] {
			f.Severity = finding.Note
		}
		together := t.Root != "" || f.Rule != "quota-exceeded" && f.Rule != "limit-range-violated" // files of a folder need not be
		if t.Root == "" && (f.Rule == "service-spans-applications" || !together) && inSamples.has(f.File) {
			f.Severity = min(f.Severity, finding.Note) // each is tried by itself
		}
		if t.Root == "" && isSnippet(f) || isBlankToFill(f) || !together {
			f.Severity = min(f.Severity, finding.Warning)
		}
		if f.File == "" || f.Severity <= finding.Note {
			continue
		}
		file := cmp.Or(root, f.File)
		is := p.of(file)
		if t.Root == "" && overlaid[filepath.Dir(file)] {
			is = max(is, form)
		}
		switch is {
		case released, broken, input:
			f.Severity = finding.Note
		case tested, kept, form, past: // a mistake here is worth less than one elsewhere
			f.Severity = max(f.Severity-1, finding.Note)
		default:
			switch {
			case f.Rule != "api-removed":
			case p.hasLater(file, f.Resource), p.isForOpenShift3(file, f.Resource):
				f.Severity = finding.Note
			case f.Severity == finding.Error && p.isFor(file, f.Resource):
				f.Severity = finding.Warning
			}
		}
		switch {
		case is != applied && (f.Rule == "image-tag-latest" || f.Rule == "image-likely-local"):
			f.Severity = finding.Note // nobody has to roll it back
		case is == form && f.Rule == "data-not-base64":
			f.ToFillIn = true // the real value goes into the copy
		case is == past && f.Rule == "api-removed", is == tested && f.Rule == "duplicate-object", // of several tests, or what one is compared with
			is == form && f.Rule == BuildFails: // what it lacks comes with the copy
			f.Severity = finding.Note
		}
		// What lacks in a test may be made by it, or be in another namespace, and what
		// lacks where something was left, or is shown in part, is somewhere else.
		lacks := f.Rule == apischema.RequiredField || f.Missing != nil || f.Wanted != nil && (f.Meant == "" || is != tested)
		if is != applied && lacks {
			f.Severity = finding.Note
		}
		if folder := filepath.Base(filepath.Dir(f.File)); t.Root == "" && (reference.HasWord(filepath.Base(f.File), "patch") || folder == "patch" || folder == "patches") {
			switch {
			case partial[f.Rule], f.Rule == "api-removed" && t.unlisted: // it is no object, and nothing changes one by it
				f.Severity = finding.Note
			case !structural[f.Rule]:
				f.Severity = min(f.Severity, finding.Warning)
			}
		}
	}
}

// foldersBelow says whether files are in folders of some names below the top of a
// repository, wherever that is and however their paths are written.
type foldersBelow struct {
	top   string // "" for files that are in none
	names map[string]bool
	known map[string]bool // by folder, as it is written
}

func (b *foldersBelow) has(file string) bool {
	dir := filepath.Dir(file)
	is, ok := b.known[dir]
	if !ok {
		rel := dir
		if abs, err := filepath.Abs(filepath.FromSlash(dir)); err == nil && b.top != "" {
			if below, err := filepath.Rel(b.top, abs); err == nil && filepath.IsLocal(below) {
				rel = below
			}
		}
		for name := range strings.SplitSeq(filepath.ToSlash(rel), "/") {
			is = is || b.names[strings.ToLower(name)]
		}
		if b.known == nil {
			b.known = map[string]bool{}
		}
		b.known[dir] = is
	}
	return is
}

// isBlankToFill reports whether a finding is about what was left empty, or a placeholder
// in angle brackets, as in <your-registry>/shop: that is how one is written that a reader
// of the repository or a script is to fill in.
func isBlankToFill(f *finding.Finding) bool {
	word, ok := rules.PlaceholderLeft(f)
	return f.ToFillIn && !ok || strings.HasPrefix(word, "<")
}
