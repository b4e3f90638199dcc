// Package fix changes what has one certain answer, at the place where it was
// written: a name with a typing error, a misspelt field, a version of an API that
// was removed and whose successor takes the same fields.
//
// It plans edits and makes them in memory. Whether they mend what they are meant
// to, and nothing else, is for the caller to find out: by checking the result.
package fix

import (
	"bytes"
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/fn/finding"
	"github.com/ressKim-io/wealist-k8s-migration/internal/suggest"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// Edit replaces a part of a file.
type Edit struct {
	File string
	// Line and Column are of the first byte of Old, from 1; Old may be several lines.
	Line, Column int
	Old, New     string
	// From and To are where Old begins, and where what is behind it does, with columns
	// in characters.
	From, To finding.Position
	// What is said of it, where Old and New are not to be shown.
	What string
	Rule string
	// Finding is the index of the finding it mends.
	Finding int
}

// Tree is what findings are about, as far as it matters for their answers.
type Tree struct {
	// Source returns the text of a file, nil where it may not be changed.
	Source func(file string) []byte
	// Resource returns a resource as it was built, nil where that is not known.
	Resource func(finding.Resource) *yaml.Node
	// Words returns those of all files. It takes time, and is asked for only where they
	// decide.
	Words func() *Words
	// Secrets allows to change what is in Secrets.
	Secrets bool
}

// Words counts the words of texts: the parts of names between dashes, dots and
// underscores, and whole names, without regard to case. The zero value has none.
type Words struct {
	index  map[string]int32 // whole names behind "="
	counts []int32
}

var partWord = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[a-z0-9]+`) })

// common are words that names are made of, for the spelling of those that are
// written only once.
var common = sync.OnceValue(func() map[string]bool {
	words := map[string]bool{}
	for _, w := range strings.Fields(`
		account admin agent alert api app apps auth backend backup bucket cache cert certs claim client cluster code collector
		config configs controller core credentials cron data database default demo deployment dev docker elasticsearch email env
		events exporter external files flux frontend gateway git grafana grpc handler health host http https image images
		ingress internal issuer job jobs kafka key keys kube kubernetes local logging login logs mail main manager mariadb
		master mesh metrics minio mongo mongodb monitoring mysql namespace nats network nginx node operator order orders
		password payment payments policy pool postgres postgresql prod product products prometheus proxy public queue rabbitmq
		reader redis registry release replica repo role root route runner scheduler search secret secrets server service session
		settings shared shop site source stage staging state static storage store system task team test tls token tools traefik
		ui upload uploads user users values vault version views volume web webhook worker writer zookeeper
	`) {
		words[w] = true
	}
	return words
})

// of is how often a word is written; one that is common counts as written elsewhere.
func (w *Words) of(word string) int {
	n := w.count(word)
	if common()[word] {
		n++
	}
	return n
}

// whole is how often a name is written.
func (w *Words) whole(name string) int { return w.count("=" + strings.ToLower(name)) }

func (w *Words) count(word string) int {
	i, ok := w.index[word]
	if !ok {
		return 0
	}
	return int(w.counts[i])
}

// Add counts the words of a text.
func (w *Words) Add(text []byte) {
	if w.index == nil {
		w.index = map[string]int32{}
	}
	name := []byte{'='}
	for at := 0; at < len(text); {
		name = name[:1]
		for ; at < len(text) && inName(text[at]); at++ {
			name = append(name, lower(text[at]))
		}
		if at++; len(name) == 1 {
			continue
		}
		w.add(name)
		for from := 1; from < len(name); {
			to := from
			for to < len(name) && inPart(name[to]) {
				to++
			}
			if to > from {
				w.add(name[from:to])
			}
			from = to + 1
		}
	}
}

func (w *Words) add(word []byte) {
	i, ok := w.index[string(word)]
	if !ok {
		i = int32(len(w.counts))
		w.index[string(word)] = i
		w.counts = append(w.counts, 0)
	}
	w.counts[i]++
}

func inName(c byte) bool { return inWord(c) || c == '.' }

func inPart(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' }

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// favour reports whether what differs between two names is written more often as
// in the second. A definition may be misspelt as well as what refers to it; the
// other words tell.
func (w *Words) favour(old, replacement string) bool {
	a, b := partWord().FindAllString(strings.ToLower(old), -1), partWord().FindAllString(strings.ToLower(replacement), -1)
	gone, come := without(a, b), without(b, a)
	if len(gone) == 0 || len(come) == 0 {
		return w.whole(replacement) > w.whole(old)
	}
	for _, x := range gone {
		for _, y := range come {
			if w.of(y) <= w.of(x) {
				return false
			}
		}
	}
	return true
}

// without returns the words that are in a more often than in b.
func without(a, b []string) []string {
	rest := slices.Clone(b)
	return slices.DeleteFunc(slices.Clone(a), func(word string) bool {
		i := slices.Index(rest, word)
		if i >= 0 {
			rest = slices.Delete(rest, i, i+1)
		}
		return i >= 0
	})
}

// Plan returns the edits for findings, sorted, at most one for a place.
//
// A finding has one certain answer if it asks whether one thing was meant, and
// nothing else is as near; and if the text at its place has the wrong word once.
// Where several places have the same word, or the word is written that way
// elsewhere, the one thing that is near may be what is misspelt: that is no
// certain answer. What is in a Secret is left alone, unless the tree allows it.
func Plan(fs []finding.Finding, tree *Tree) []Edit {
	uses := map[[2]string]map[[2]any]bool{} // of an answer: the places
	for i := range fs {
		if old, replacement, ok := tree.answer(&fs[i]); ok && !fromSchema[fs[i].Rule] {
			key := [2]string{old, replacement}
			if uses[key] == nil {
				uses[key] = map[[2]any]bool{}
			}
			uses[key][[2]any{fs[i].File, fs[i].Line}] = true
		}
	}
	type place struct {
		file string
		line int
	}
	planned := map[place][]Edit{}
	files := map[string]*file{}
	for i := range fs {
		f := &fs[i]
		if f.File == "" || f.Line < 1 {
			continue
		}
		old, replacement, certain := tree.answer(f)
		newline := f.Rule == "data-trailing-newline" && tree.Secrets && f.Severity == finding.Error
		if !certain && !newline {
			continue
		}
		if files[f.File] == nil {
			files[f.File] = newFile(tree.Source(f.File))
		}
		text := files[f.File]
		if f.Line > len(text.lines) {
			continue
		}
		e, ok := Edit{}, false
		if certain {
			if len(uses[[2]string{old, replacement}]) > 1 || !fromSchema[f.Rule] && !tree.Words().favour(old, replacement) {
				continue
			}
			if e, ok = text.word(f, old, replacement); !ok && tree.Secrets && inSecret(f) {
				e, ok = text.encoded(f, func(plain string) (string, bool) { return replaced(plain, old, replacement) })
				e.What = old + " -> " + replacement + ", in what is encoded"
			}
		} else {
			e, ok = text.newline(f)
			e.What = "no newline at the end"
		}
		if !ok {
			continue
		}
		e.File, e.Rule, e.Finding = f.File, f.Rule, i
		e.From, e.To = text.span(&e)
		at := place{f.File, f.Line}
		others := planned[at]
		if j := slices.IndexFunc(others, func(o Edit) bool { return text.overlap(o, e) }); j < 0 {
			planned[at] = append(others, e)
		} else if others[j].New != e.New {
			planned[at] = slices.Delete(others, j, j+1) // two answers are none
		}
	}
	edits := slices.Concat(slices.Collect(maps.Values(planned))...)
	slices.SortFunc(edits, func(a, b Edit) int {
		return cmp.Or(strings.Compare(a.File, b.File), a.Line-b.Line, a.Column-b.Column)
	})
	return edits
}

// successor is the version of a removed one that takes the same fields with the same
// meaning. where says of which resources that is so; nil is of all.
type successor struct {
	version string
	where   func(*yaml.Node) bool
}

// lossless are the versions that have one:
// https://kubernetes.io/docs/reference/using-api/deprecation-guide/
var lossless = map[string]successor{
	"apiregistration.k8s.io/v1beta1 APIService":       {version: "apiregistration.k8s.io/v1"},
	"apps/v1beta2 DaemonSet":                          {version: "apps/v1"},
	"apps/v1beta2 Deployment":                         {version: "apps/v1"},
	"apps/v1beta2 ReplicaSet":                         {version: "apps/v1"},
	"apps/v1beta2 StatefulSet":                        {version: "apps/v1"},
	"autoscaling/v2beta2 HorizontalPodAutoscaler":     {version: "autoscaling/v2"},
	"batch/v1beta1 CronJob":                           {version: "batch/v1"},
	"coordination.k8s.io/v1beta1 Lease":               {version: "coordination.k8s.io/v1"},
	"extensions/v1beta1 NetworkPolicy":                {version: "networking.k8s.io/v1"},
	"flowcontrol.apiserver.k8s.io/v1beta1 FlowSchema": {version: "flowcontrol.apiserver.k8s.io/v1"},
	"flowcontrol.apiserver.k8s.io/v1beta2 FlowSchema": {version: "flowcontrol.apiserver.k8s.io/v1"},
	"flowcontrol.apiserver.k8s.io/v1beta3 FlowSchema": {version: "flowcontrol.apiserver.k8s.io/v1"},
	"networking.k8s.io/v1beta1 IngressClass":          {version: "networking.k8s.io/v1"},
	"node.k8s.io/v1beta1 RuntimeClass":                {version: "node.k8s.io/v1"},
	// An empty selector, which selected nothing, selects all pods in v1.
	"policy/v1beta1 PodDisruptionBudget":                   {"policy/v1", selects},
	"rbac.authorization.k8s.io/v1beta1 ClusterRole":        {version: "rbac.authorization.k8s.io/v1"},
	"rbac.authorization.k8s.io/v1beta1 ClusterRoleBinding": {version: "rbac.authorization.k8s.io/v1"},
	"rbac.authorization.k8s.io/v1beta1 Role":               {version: "rbac.authorization.k8s.io/v1"},
	"rbac.authorization.k8s.io/v1beta1 RoleBinding":        {version: "rbac.authorization.k8s.io/v1"},
	"scheduling.k8s.io/v1beta1 PriorityClass":              {version: "scheduling.k8s.io/v1"},
	"storage.k8s.io/v1beta1 CSIDriver":                     {version: "storage.k8s.io/v1"},
	"storage.k8s.io/v1beta1 CSINode":                       {version: "storage.k8s.io/v1"},
	"storage.k8s.io/v1beta1 CSIStorageCapacity":            {version: "storage.k8s.io/v1"},
	"storage.k8s.io/v1beta1 StorageClass":                  {version: "storage.k8s.io/v1"},
	"storage.k8s.io/v1beta1 VolumeAttachment":              {version: "storage.k8s.io/v1"},
}

func selects(n *yaml.Node) bool {
	for _, v := range yamlnode.Fields(yamlnode.Path(n, "spec", "selector")) {
		if len(v.Content) > 0 {
			return true
		}
	}
	return false
}

// fromSchema are the rules that know right words from Kubernetes, not from the
// resources: several places may have the same mistake.
var fromSchema = map[string]bool{
	"unknown-field": true, "unsupported-value": true, "unknown-kind": true, "field-ref-invalid": true, "schedule-invalid": true,
	"api-removed": true, "quantity-invalid": true, "kind-missing": true,
}

// ofOne are the rules that look a name up among those of one object.
var ofOne = map[string]bool{
	"container-port-not-found": true, "key-not-found": true, "listener-not-found": true, "monitor-port-not-found": true, "route-port-not-found": true,
	"selector-mismatch": true, "service-port-not-found": true, "subset-not-found": true, "target-port-not-found": true, "volume-not-found": true,
}

// uncertain are rules that suggest what is near among words of very different
// meaning: redis beside rediss.
var uncertain = map[string]bool{"connection-invalid": true, "resources-invalid": true}

// word is a name that can be told from a number and a sentence, and needs no
// quotes that are not there.
var word = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_./-]*$`) })

var (
	quoted   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`"[^"]+"`) })
	variable = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\$\(([A-Za-z_][A-Za-z0-9_.-]*)\)`) })
	labels   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[\w./-]+=([\w.-]+)`) })
	ports    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\bno port ([A-Za-z][\w-]*)`) })
)

// inSecret reports whether a finding is about a value of a Secret.
func inSecret(f *finding.Finding) bool {
	if f.Resource.Kind != "Secret" || f.Key {
		return false
	}
	return strings.HasPrefix(f.Field, "data") || strings.HasPrefix(f.Field, "stringData")
}

// answer returns what is wrong, and what it should be, if that is certain.
func (t *Tree) answer(f *finding.Finding) (old, replacement string, ok bool) {
	if len(f.Suggestions) == 0 || f.Missing != nil || uncertain[f.Rule] || inSecret(f) && !t.Secrets {
		return "", "", false
	}
	replacement = f.Suggestions[0]
	switch {
	case f.Rule == "api-removed":
		s, known := lossless[f.Resource.APIVersion+" "+f.Resource.Kind]
		if !known || f.Field != "apiVersion" || f.Severity != finding.Error || s.version != replacement {
			return "", "", false
		}
		return f.Resource.APIVersion, replacement, s.where == nil || s.where(t.Resource(f.Resource))
	case f.Rule == "quantity-invalid":
		return quantity(f)
	case f.Severity != finding.Error && f.Rule != "unknown-field":
		return "", "", false
	case strings.HasPrefix(f.Meant, "$("):
		m := variable().FindStringSubmatch(f.Message)
		if m == nil || f.Meant != "$("+replacement+")" {
			return "", "", false
		}
		old = m[1]
	case f.Meant == "":
		return t.namespace(f)
	default:
		meant, err := strconv.Unquote(f.Meant)
		if err != nil {
			meant = f.Meant // a port
		}
		if meant != replacement || !word().MatchString(replacement) {
			return "", "", false
		}
		old = named(f.Message, replacement)
	}
	return old, replacement, old != "" && t.certain(f, old)
}

// certain reports whether the first of the suggestions, and nothing else, was meant
// by a word.
func (t *Tree) certain(f *finding.Finding, old string) bool {
	replacement := f.Suggestions[0]
	distance := suggest.Distance(old, replacement)
	for _, other := range f.Suggestions[1:] {
		if distance != 1 || suggest.Distance(old, other) < 2 {
			return false
		}
	}
	if f.Severity != finding.Error { // another version may have a field of that name
		return distance == 1 && old+"s" != replacement && old != replacement+"s" && !strings.EqualFold(old, replacement)
	}
	// Short names are near to one another by chance, but not the few of one object.
	return min(len(old), len(replacement)) > 3 || sameLetters(old, replacement) || distance == 1 && (fromSchema[f.Rule] || ofOne[f.Rule])
}

// named returns the wrong word in a message: of those that it names the one that is
// nearest to the right one.
func named(message, replacement string) (old string) {
	best := suggest.Limit(replacement) + 1
	consider := func(name string) {
		if d := suggest.Distance(name, replacement); d > 0 && d < best && word().MatchString(name) {
			old, best = name, d
		}
	}
	for _, q := range quoted().FindAllString(message, -1) {
		consider(q[1 : len(q)-1])
	}
	if old == "" {
		// Labels and ports are named without quotes: app=wbe.
		for _, m := range slices.Concat(labels().FindAllStringSubmatch(message, -1), ports().FindAllStringSubmatch(message, -1)) {
			consider(m[1])
		}
	}
	if old == "" {
		// So are names in findings about connections. One with a dash is no word of a
		// sentence.
		for _, name := range strings.Fields(message) {
			if name = strings.Trim(name, `:;,."`); strings.Contains(name, "-") {
				consider(name)
			}
		}
	}
	return old
}

// units are spellings of units that mean one thing. MB is none: it is M, and mostly
// Mi was meant.
var units = map[string]bool{"ki": true, "mi": true, "gi": true, "ti": true, "kib": true, "mib": true, "gib": true, "tib": true, "core": true, "cores": true, "millicores": true, "": true}

// quantity returns the answer to a finding about one.
func quantity(f *finding.Finding) (old, replacement string, ok bool) {
	q := quoted().FindString(f.Message)
	if q == "" || f.Severity != finding.Error || len(f.Suggestions) != 1 || !strings.HasSuffix(f.Message, "is not a quantity") {
		return "", "", false
	}
	old, replacement = q[1:len(q)-1], f.Suggestions[0]
	unit := strings.TrimLeft(strings.TrimSpace(old), "0123456789.")
	blank := strings.HasPrefix(unit, " ")
	unit = strings.TrimSpace(unit)
	return old, replacement, units[strings.ToLower(unit)] || blank && strings.HasSuffix(replacement, unit)
}

// namespace returns the answer to a finding about a name that is in another
// namespace only, which differs by a typing error from one that is written nowhere
// else.
func (t *Tree) namespace(f *finding.Finding) (old, replacement string, ok bool) {
	replacement = f.Suggestions[0]
	_, only, found := strings.Cut(f.Message, ", only in ")
	if !found || len(f.Suggestions) != 1 || f.Severity != finding.Error || !word().MatchString(replacement) {
		return "", "", false
	}
	if strings.HasPrefix(f.Rule, "host") {
		old = strings.Trim(quoted().FindString(f.Message), `"`)
	} else if only == strconv.Quote(replacement) {
		if old = named(f.Message, replacement); t.Words().whole(old) != 1 {
			return "", "", false
		}
	}
	return old, replacement, old != "" && len(old) > 3 && suggest.Distance(old, replacement) == 1 && suggest.Close(old, replacement)
}

// sameLetters reports whether only the order differs.
func sameLetters(a, b string) bool {
	x, y := []byte(a), []byte(b)
	slices.Sort(x)
	slices.Sort(y)
	return bytes.Equal(x, y)
}
