package report

import (
	"cmp"
	"hash/maphash"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
)

// containerName is what tells findings apart that have one cause, such as a key
// that several workloads read.
var containerName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`container "[^"]*"`) })

var indexes = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\[\d+\]`) })

// habits are rules of which what is found is one habit, whatever it says, as far
// as the findings have in common what the function returns: all, a file and an
// object in it. It returns false where a finding is a mistake of its own.
var habits = map[string]func(f *finding.Finding) (common string, ok bool){
	"api-removed": func(f *finding.Finding) (string, bool) { // what a cluster of one age has no more, whatever the kinds
		return f.Said().Of, f.Said().Of != ""
	},
	"image-tag-latest":   func(f *finding.Finding) (string, bool) { return "", f.Severity < finding.Error },
	"image-likely-local": func(f *finding.Finding) (string, bool) { return "", f.Severity < finding.Error && f.Meant == "" },
	"image-moved":        func(f *finding.Finding) (string, bool) { return "", f.Severity < finding.Error },
	"duplicate-object": func(f *finding.Finding) (string, bool) {
		if f.Severity == finding.Note { // alternatives
			return "", true
		}
		return f.File, f.File != "" // a part of a file that is in it twice
	},
	"annotation-unknown": func(f *finding.Finding) (string, bool) { // of one setting: rate-limit, rate-limit-window
		_, name, _ := strings.Cut(f.Field, "/")
		word, _, _ := strings.Cut(name, "-")
		return object(f) + end + word, f.File != "" && word != ""
	},
	"eviction-blocked": func(f *finding.Finding) (string, bool) { return f.File, f.File != "" && f.Severity < finding.Error }, // as the release of a product has them
	"access-invalid": func(f *finding.Finding) (string, bool) { // the rules of one Role
		return object(f), f.File != "" && f.Severity < finding.Error
	},
	apischema.UnknownField: func(f *finding.Finding) (string, bool) { // the fields of one object
		in := f.Field
		if f.Said().What == apischema.Elsewhere { // or of several entries of a list
			in = indexes().ReplaceAllString(in, "[]")
		}
		return object(f) + end + in[:max(0, strings.LastIndexByte(in, '.'))], f.File != "" && f.Meant == ""
	},
	apischema.ValueInvalid: func(f *finding.Finding) (string, bool) { // the capabilities of one container, or of all in an object
		_, _, ok := strings.Cut(f.Field, ".capabilities.")
		return object(f), ok && f.File != ""
	},
	apischema.WrongType: func(f *finding.Finding) (string, bool) { // the values of one mapping, such as numbers without quotes
		in := indexes().ReplaceAllString(f.Field, "[]")
		return object(f) + end + in[:max(0, strings.LastIndexAny(in, ".["))], f.File != "" && f.Meant == ""
	},
	"service-port-not-found": func(f *finding.Finding) (string, bool) { // a port that a file has for several Services
		port := f.Said().Name
		return f.File + end + port, port != "" && f.File != ""
	},
	apischema.RequiredField: func(f *finding.Finding) (string, bool) { // the fields that one mapping lacks
		if f.Severity < finding.Error { // or that a program gives an object
			return object(f), f.File != ""
		}
		return object(f) + end + f.Field, f.File != ""
	},
	"key-not-found": func(f *finding.Finding) (string, bool) { // the keys that one object lacks, or has in another form
		about := f.Said()
		form := ""
		if f.Meant != "" {
			form = inOneForm(about.Name)
			if form != inOneForm(strings.Trim(f.Meant, `"`)) {
				return "", false
			}
			form = "form"
		}
		return f.Tree + end + about.Of + end + form, about.Of != ""
	},
	"variable-not-expanded": func(f *finding.Finding) (string, bool) { // the variables of one value, or all that an object lacks
		if f.Severity == finding.Warning && f.Meant == "" {
			return object(f), f.File != ""
		}
		return place(f), f.File != "" && f.Line > 0
	},
	"replicas-fixed": func(f *finding.Finding) (string, bool) { // of one folder, whose autoscalers set them
		return path.Dir(f.File), f.File != "" && f.Severity < finding.Error
	},
	"metric-without-request": func(f *finding.Finding) (string, bool) { // of one file's autoscalers
		return f.File, f.File != "" && f.Meant == ""
	},
	"monitor-selects-nothing": func(f *finding.Finding) (string, bool) { // by the labels of pods
		about := f.Said()
		return f.File + end + about.Of, about.What == "" && about.Of != ""
	},
	"host-not-rewritten": func(f *finding.Finding) (string, bool) { // the addresses that one kustomization leaves
		return f.Tree, f.Tree != ""
	},
	"volume-not-shareable": func(f *finding.Finding) (string, bool) { // the claims of one workload
		return object(f), f.File != ""
	},
	"target-port-not-found": func(f *finding.Finding) (string, bool) { // the ports of one Service
		return object(f), f.File != "" && f.Meant == ""
	},
	"volume-not-found": func(f *finding.Finding) (string, bool) { // the mounts of one workload
		return object(f), f.File != "" && f.Meant == ""
	},
	"rewrite-drops-path": func(f *finding.Finding) (string, bool) { // the paths of one Ingress
		return object(f), f.File != ""
	},
	"policy-selects-nothing": func(f *finding.Finding) (string, bool) { // the peers of one policy
		return object(f), f.File != "" && f.Meant == ""
	},
	"quantity-invalid": func(f *finding.Finding) (string, bool) { // the quantities of a form
		return f.File, f.File != "" && f.Said().What == apischema.ToFillIn
	},
	"placeholder-left": func(f *finding.Finding) (string, bool) { // wherever it is
		return f.Said().Name, f.Said().Name != ""
	},
	"build-fails": func(f *finding.Finding) (string, bool) { // the files that one kustomization lacks
		return f.File, f.File != "" && f.Said().What != ""
	},
	"labels-break-selector": func(f *finding.Finding) (string, bool) { // the selectors that one entry changes
		return place(f), f.File != "" && f.Line > 0
	},
	"image-invalid": func(f *finding.Finding) (string, bool) { // the images of a registry whose name is wrong
		return f.Said().Of, f.Said().Of != ""
	},
	"images-entry-unused": func(f *finding.Finding) (string, bool) { return f.File, f.File != "" },
	"name-invalid": func(f *finding.Finding) (string, bool) { // names of a folder that are formed alike
		bad := badIn(f.Said().Name)
		return path.Dir(f.File) + end + bad, f.File != "" && bad != ""
	},
}

// inOneForm is a name without what words in capitals, with underscores or with dashes differ
// in.
func inOneForm(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "", ".", "").Replace(name))
}

// sameIn is what copies of a finding have in common: all it says, but for the place of the
// other object where that is defined twice.
func sameIn(f *finding.Finding) string {
	if about := f.Said(); f.Rule == "duplicate-object" && about.Of != "" {
		return about.Of
	}
	return f.Message
}

// badIn is what of a name no name of an object may have, "" if it is something rare.
func badIn(name string) string {
	switch {
	case strings.Contains(name, "_"):
		return "_"
	case strings.ToLower(name) != name:
		return "A"
	case strings.Trim(name, "-") != name: // what is to be put before or behind it lacks
		return "-"
	}
	return ""
}

const end = "\x00"

func object(f *finding.Finding) string { return f.File + end + f.Resource.String() }

// common returns what a finding shares with others that have its cause. Any of it is
// enough.
func common(f *finding.Finding) []string {
	if m := f.Missing; m != nil {
		return []string{m.String(), m.Kind + end + m.Name + end + copied(f, m.Namespace) + end + path.Base(f.File)}
	}
	if habit := habits[f.Rule]; habit != nil {
		if text, ok := habit(f); ok {
			keys := []string{text, copied(f, sameIn(f))}
			if (f.Rule == apischema.RequiredField || f.Rule == apischema.WrongType) && f.Line > 0 {
				keys = append(keys, place(f))
			}
			return keys
		}
	}
	text := f.Sentence()
	switch {
	case f.Said().What == finding.Renamed: // the names that one kustomization leaves
		return []string{text, copied(f, text), f.Tree + end + finding.Renamed}
	case strings.HasPrefix(f.Rule, "data-") && f.File != "": // the values of one Secret
		return []string{object(f), text}
	case f.File == "":
		return []string{containerName().ReplaceAllString(text, "container")}
	}
	text = containerName().ReplaceAllString(text, "container")
	keys := []string{text, copied(f, text) + end + path.Base(f.File)}
	switch {
	case f.Line <= 0:
	case f.Rule == apischema.WrongType:
		keys = append(keys, place(f))
	case f.Rule == "duplicate-yaml-key" || f.Rule == "build-fails": // for which a build fails
		keys = append(keys, f.File+end+strconv.Itoa(f.Line)+end+strconv.Itoa(f.Column))
	}
	return keys
}

// place is what the findings about one value have in common: what is of a wrong type
// lacks fields as well.
func place(f *finding.Finding) string {
	return f.File + end + strconv.Itoa(f.Line) + end + strconv.Itoa(f.Column) + end + f.Field
}

// copied is a text without what copies of a file differ in: the namespace, and the
// folders that the file is in. What is wrong in the copy for dev is wrong in that
// for prod.
func copied(f *finding.Finding, text string) string {
	if text == "" {
		return ""
	}
	names := strings.Split(path.Dir(f.File), "/")
	if f.Resource.Namespace != "" {
		names = append(names, f.Resource.Namespace)
	}
	slices.SortFunc(names, func(a, b string) int { return len(b) - len(a) })
	for _, name := range names {
		if name != "" && name != "." {
			text = replaceWord(text, name, "*")
		}
	}
	return text
}

// replaceWord replaces a word, as far as it is one by itself.
func replaceWord(text, word, by string) string {
	var b strings.Builder
	for rest, before := text, byte(' '); ; {
		i := strings.Index(rest, word)
		if i < 0 {
			if b.Len() == 0 {
				return text
			}
			b.WriteString(rest)
			return b.String()
		}
		if i > 0 {
			before = rest[i-1]
		}
		after := rest[i+len(word):]
		b.WriteString(rest[:i])
		if isWord(before) || after != "" && isWord(after[0]) {
			b.WriteString(word)
		} else {
			b.WriteString(by)
		}
		before, rest = word[len(word)-1], after
	}
}

func isWord(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// late are rules whose findings, however right, are about everything that is old or
// unfinished in a repository. What is a slip in one place is read before them.
var late = map[string]int{"placeholder-left": 1, "image-tag-latest": 1, "api-removed": 2}

// apart are words in the names of folders, and how far what is in them is from what
// is applied to a cluster that counts.
var apart = map[string]int{
	"example": 1, "examples": 1, "sample": 1, "samples": 1, "demo": 1, "demos": 1, "doc": 1, "docs": 1, "documentation": 1, "tutorial": 1, "tutorials": 1,
	"quickstart": 1, "quickstarts": 1, "playground": 1, "hack": 1, "contrib": 1,
	"test": 2, "tests": 2, "testing": 2, "testdata": 2, "e2e": 2, "fixtures": 2, "terratest": 2, "benchmark": 2, "benchmarks": 2, "perf": 2,
}

// distance is how far a folder is from what is applied.
func distance(dir string) int {
	most := 0
	for name := range strings.SplitSeq(dir, "/") {
		for word := range strings.FieldsFuncSeq(name, func(r rune) bool { return r == '-' || r == '_' || r == '.' }) {
			most = max(most, apart[strings.ToLower(word)])
		}
	}
	return most
}

// causes are findings by what they have in common, in the order of the first of
// each.
type causes struct {
	byKey map[uint64]int32
	seed  maphash.Seed
	list  [][]*finding.Finding
	into  []int32        // by place in list, where the findings went
	far   map[string]int // by folder
}

// distance is how far a finding is from what is applied.
func (c *causes) distance(f *finding.Finding) int {
	dir := path.Dir(f.File)
	n, ok := c.far[dir]
	if !ok {
		if c.far == nil {
			c.far = map[string]int{}
		}
		n = distance(dir)
		c.far[dir] = n
	}
	return n
}

// at is where the findings of a group are now.
func (c *causes) at(i int32) int32 {
	for c.into[i] != i {
		c.into[i] = c.into[c.into[i]]
		i = c.into[i]
	}
	return i
}

func (c *causes) add(f *finding.Finding) {
	if c.byKey == nil {
		c.byKey, c.seed = map[uint64]int32{}, maphash.MakeSeed()
	}
	own := int32(-1)
	var keys [4]uint64
	n := 0
	for i, text := range common(f) {
		rule := f.Rule
		if i == 2 || f.Missing != nil {
			rule = "" // a place, what a kustomization renames, or an object that is missing, is one whatever rule says so
		}
		key := maphash.String(c.seed, strconv.Itoa(int(f.Severity))+strconv.Itoa(i)+rule+end+text)
		keys[n], n = key, n+1
		at, ok := c.byKey[key]
		if !ok {
			continue
		}
		if at = c.at(at); own >= 0 && own != at { // they turn out to be one
			own, at = min(own, at), max(own, at)
			some, others := c.list[own], c.list[at]
			if len(some) < len(others) {
				some, others = others, some // each is copied a few times at most
			}
			c.list[own] = append(some, others...)
			c.list[at], c.into[at] = nil, own
		} else {
			own = at
		}
	}
	if own < 0 {
		own = int32(len(c.list)) //nolint:gosec // there are not that many findings
		c.list, c.into = append(c.list, nil), append(c.into, own)
	}
	c.list[own] = append(c.list[own], f)
	for _, key := range keys[:n] {
		c.byKey[key] = own
	}
}

// worstFirst returns the findings by cause: those of what is applied before those
// of examples, and these before those of tests, as far as paths say so.
func (c *causes) worstFirst() [][]*finding.Finding {
	type group struct {
		same     []*finding.Finding
		distance int
	}
	var groups []group
	for _, same := range c.list {
		if same == nil {
			continue
		}
		if len(same) > 1 {
			slices.SortStableFunc(same, func(a, b *finding.Finding) int { // a wrong type before what is missing there
				return cmp.Or(c.distance(a)-c.distance(b), strings.Compare(a.File, b.File), a.Line-b.Line, -strings.Compare(a.Rule, b.Rule))
			})
		}
		groups = append(groups, group{same, c.distance(same[0])})
	}
	slices.SortStableFunc(groups, func(a, b group) int {
		return cmp.Or(int(b.same[0].Severity)-int(a.same[0].Severity), a.distance-b.distance, late[a.same[0].Rule]-late[b.same[0].Rule])
	})
	list := make([][]*finding.Finding, len(groups))
	for i, g := range groups {
		list[i] = g.same
	}
	return list
}
