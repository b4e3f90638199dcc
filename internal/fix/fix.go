// Package fix changes what has one certain answer, at the place where it was
// written: a name with a typing error, a misspelt field, a version of an API that
// was removed and whose successor takes the same fields.
//
// It plans edits and makes them in memory. Whether they mend what they are meant
// to, and nothing else, is for the caller to find out: by checking the result.
package fix

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
)

// Edit replaces a part of one line.
type Edit struct {
	File string
	// Line and Column are of the first byte of Old, from 1.
	Line, Column int
	Old, New     string
	Rule         string
	// Finding is the index of the finding it mends.
	Finding int
}

// Words counts the words of texts: the parts of names between dashes, dots and
// underscores, and whole names, without regard to case.
type Words map[string]int

var (
	wholeWord = regexp.MustCompile(`[A-Za-z0-9_.-]+`)
	partWord  = regexp.MustCompile(`[a-z0-9]+`)
)

// Add counts the words of a text.
func (w Words) Add(text []byte) {
	for _, name := range wholeWord.FindAll(text, -1) {
		name = bytes.ToLower(name)
		w["="+string(name)]++
		for _, part := range partWord.FindAll(name, -1) {
			w[string(part)]++
		}
	}
}

// favour reports whether what differs between two names is written more often as
// in the second. A definition may be misspelt as well as what refers to it; the
// other words tell.
func (w Words) favour(old, replacement string) bool {
	a, b := partWord.FindAllString(strings.ToLower(old), -1), partWord.FindAllString(strings.ToLower(replacement), -1)
	if len(a) != len(b) {
		return w["="+strings.ToLower(replacement)] > w["="+strings.ToLower(old)]
	}
	for i := range a {
		if a[i] != b[i] && w[b[i]] <= w[a[i]] {
			return false
		}
	}
	return true
}

// Plan returns the edits for findings, sorted, at most one for a place. source
// returns the text of a file, nil where it may not be changed; words are those of
// all files.
//
// A finding has one certain answer if it asks whether one thing was meant, and
// the only thing that is near; and if the text at its place has the wrong word
// once. Where several places have the same word, or the word is written that way
// elsewhere, the one thing that is near may be what is misspelt: that is no
// certain answer. What is in a Secret is left alone.
func Plan(fs []finding.Finding, source func(file string) []byte, words Words) []Edit {
	var edits []Edit
	uses := map[[2]string]map[[2]any]bool{} // of an answer: the places
	for i := range fs {
		if old, replacement, ok := answer(&fs[i]); ok && !fromSchema[fs[i].Rule] {
			key := [2]string{old, replacement}
			if uses[key] == nil {
				uses[key] = map[[2]any]bool{}
			}
			uses[key][[2]any{fs[i].File, fs[i].Line}] = true
		}
	}
	lines := map[string][][]byte{}
	for i := range fs {
		f := &fs[i]
		old, replacement, ok := answer(f)
		if !ok || f.File == "" || f.Line < 1 || f.Column < 1 || len(uses[[2]string{old, replacement}]) > 1 {
			continue
		}
		if !fromSchema[f.Rule] && !words.favour(old, replacement) {
			continue
		}
		if lines[f.File] == nil {
			lines[f.File] = bytes.SplitAfter(source(f.File), []byte("\n"))
		}
		if f.Line > len(lines[f.File]) {
			continue
		}
		at, ok := find(string(lines[f.File][f.Line-1]), f.Column, old, replacement)
		if !ok {
			continue
		}
		e := Edit{File: f.File, Line: f.Line, Column: at + 1, Old: old, New: replacement, Rule: f.Rule, Finding: i}
		same := func(o Edit) bool { return o.File == e.File && o.Line == e.Line && overlap(o, e) }
		if j := slices.IndexFunc(edits, same); j >= 0 {
			if edits[j].New != e.New {
				edits = slices.Delete(edits, j, j+1) // two answers are none
			}
			continue
		}
		edits = append(edits, e)
	}
	slices.SortStableFunc(edits, func(a, b Edit) int {
		if c := strings.Compare(a.File, b.File); c != 0 {
			return c
		}
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	return edits
}

func overlap(a, b Edit) bool {
	return a.Column < b.Column+len(b.Old) && b.Column < a.Column+len(a.Old)
}

// lossless are the versions whose successor takes the same fields with the same
// meaning: https://kubernetes.io/docs/reference/using-api/deprecation-guide/
var lossless = map[string]string{
	"batch/v1beta1 CronJob":                                "batch/v1",
	"autoscaling/v2beta2 HorizontalPodAutoscaler":          "autoscaling/v2",
	"apps/v1beta2 Deployment":                              "apps/v1",
	"apps/v1beta2 StatefulSet":                             "apps/v1",
	"apps/v1beta2 DaemonSet":                               "apps/v1",
	"apps/v1beta2 ReplicaSet":                              "apps/v1",
	"extensions/v1beta1 NetworkPolicy":                     "networking.k8s.io/v1",
	"networking.k8s.io/v1beta1 IngressClass":               "networking.k8s.io/v1",
	"rbac.authorization.k8s.io/v1beta1 Role":               "rbac.authorization.k8s.io/v1",
	"rbac.authorization.k8s.io/v1beta1 RoleBinding":        "rbac.authorization.k8s.io/v1",
	"rbac.authorization.k8s.io/v1beta1 ClusterRole":        "rbac.authorization.k8s.io/v1",
	"rbac.authorization.k8s.io/v1beta1 ClusterRoleBinding": "rbac.authorization.k8s.io/v1",
	"scheduling.k8s.io/v1beta1 PriorityClass":              "scheduling.k8s.io/v1",
	"storage.k8s.io/v1beta1 StorageClass":                  "storage.k8s.io/v1",
	"storage.k8s.io/v1beta1 CSIDriver":                     "storage.k8s.io/v1",
	"coordination.k8s.io/v1beta1 Lease":                    "coordination.k8s.io/v1",
	"node.k8s.io/v1beta1 RuntimeClass":                     "node.k8s.io/v1",
}

// fromSchema are the rules that know right words from Kubernetes, not from the
// resources: several places may have the same mistake.
var fromSchema = map[string]bool{"unknown-field": true, "unsupported-value": true, "unknown-kind": true, "field-ref-invalid": true, "schedule-invalid": true, "api-removed": true}

// uncertain are rules that suggest what is near among words of very different
// meaning: redis beside rediss.
var uncertain = map[string]bool{"connection-invalid": true, "resources-invalid": true}

// word is a name that can be told from a number and a sentence, and needs no
// quotes that are not there.
var word = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_./-]*$`)

var quoted = regexp.MustCompile(`"[^"]+"`)

// answer returns what is wrong, and what it should be, if that is certain.
func answer(f *finding.Finding) (old, replacement string, ok bool) {
	if f.Secret || f.Resource.Kind == "Secret" || len(f.Suggestions) != 1 {
		return "", "", false
	}
	replacement = f.Suggestions[0]
	if successor, ok := lossless[f.Resource.APIVersion+" "+f.Resource.Kind]; ok && f.Field == "apiVersion" && f.Severity == finding.Error {
		return f.Resource.APIVersion, successor, successor == replacement
	}
	if uncertain[f.Rule] || f.Severity != finding.Error || f.Meant == "" || !word.MatchString(replacement) || f.Missing != nil {
		return "", "", false
	}
	if meant, err := strconv.Unquote(f.Meant); err != nil || meant != replacement {
		return "", "", false
	}
	// The message names the wrong word in quotes: of several, the one that is near.
	best := suggest.Limit(replacement) + 1
	for _, q := range quoted.FindAllString(f.Message, -1) {
		name := q[1 : len(q)-1]
		if d := suggest.Distance(name, replacement); d > 0 && d < best && word.MatchString(name) {
			old, best, ok = name, d, true
		}
	}
	if !ok {
		// Labels are named without quotes: app=wbe.
		for _, m := range labels.FindAllStringSubmatch(f.Message, -1) {
			if d := suggest.Distance(m[1], replacement); d > 0 && d < best && word.MatchString(m[1]) {
				old, best, ok = m[1], d, true
			}
		}
	}
	if !ok {
		// So are names in findings about connections. One with a dash is no word of a
		// sentence.
		for _, name := range strings.Fields(f.Message) {
			name = strings.Trim(name, `:;,."`)
			if d := suggest.Distance(name, replacement); strings.Contains(name, "-") && d > 0 && d < best && word.MatchString(name) {
				old, best, ok = name, d, true
			}
		}
	}
	return old, replacement, ok && (min(len(old), len(replacement)) > 3 || sameLetters(old, replacement))
}

// sameLetters reports whether only the order differs. Short names are near to one
// another by chance.
func sameLetters(a, b string) bool {
	x, y := []byte(a), []byte(b)
	slices.Sort(x)
	slices.Sort(y)
	return bytes.Equal(x, y)
}

var labels = regexp.MustCompile(`[\w./-]+=([\w.-]+)`)

// find returns where a word begins in a line, in bytes from 0: in the scalar at
// the column, from 1 in characters, once and not as a part of another word.
func find(line string, column int, old, replacement string) (int, bool) {
	start := 0
	for range column - 1 {
		if start >= len(line) {
			return 0, false
		}
		_, size := utf8.DecodeRuneInString(line[start:])
		start += size
	}
	scalar := line[start:]
	end := strings.IndexAny(scalar, "\r\n")
	if end < 0 {
		end = len(scalar)
	}
	if scalar = scalar[:end]; scalar == "" {
		return 0, false
	}
	switch q := scalar[0]; q {
	case '"', '\'':
		stop := strings.IndexByte(scalar[1:], q)
		if stop < 0 || strings.Contains(scalar[:stop+1], `\`) {
			return 0, false
		}
		scalar = scalar[:stop+1]
	case '|', '>', '*', '&', '!', '{', '[':
		return 0, false
	default:
		if i := strings.Index(scalar, " #"); i >= 0 {
			scalar = scalar[:i]
		}
		if i := strings.IndexAny(scalar, ",}]"); i >= 0 {
			scalar = scalar[:i]
		}
		// Behind a key stands its value.
		if i := strings.Index(scalar, ": "); i >= 0 {
			scalar = scalar[:i]
		}
		scalar = strings.TrimSuffix(strings.TrimRight(scalar, " \t"), ":")
		if scalar == old && special[strings.ToLower(replacement)] {
			return 0, false
		}
	}
	i := strings.Index(scalar, old)
	if i < 0 || strings.Contains(scalar[i+len(old):], old) {
		return 0, false
	}
	if i > 0 && inWord(scalar[i-1]) || i+len(old) < len(scalar) && inWord(scalar[i+len(old)]) {
		return 0, false
	}
	return start + i, true
}

// special are words that are no strings without quotes.
var special = map[string]bool{"true": true, "false": true, "null": true, "yes": true, "no": true, "on": true, "off": true, "y": true, "n": true}

func inWord(c byte) bool {
	return c == '_' || c == '-' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}

// Apply makes the edits of one file.
func Apply(text []byte, edits []Edit) []byte {
	lines := bytes.SplitAfter(text, []byte("\n"))
	for i := len(edits) - 1; i >= 0; i-- { // from the right, so that columns stay
		e := edits[i]
		line := lines[e.Line-1]
		at := e.Column - 1
		lines[e.Line-1] = slices.Concat(line[:at], []byte(e.New), line[at+len(e.Old):])
	}
	return bytes.Join(lines, nil)
}
