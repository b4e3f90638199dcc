package redact

import (
	"cmp"
	_ "embed"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"go.yaml.in/yaml/v3"

	"github.com/ressKim-io/wealist-k8s-migration/internal/apischema"
	"github.com/ressKim-io/wealist-k8s-migration/internal/yamlnode"
)

// loaded is what is known when texts are printed. It grows with what is added:
// nothing is read twice that cannot have changed.
type loaded struct {
	collector collector
	matcher   *matcher
	walk      walk // of files
	built     walk // of documents that may be the result of a build

	// How much of what was added is in it.
	files, names, nodes, settled int

	// said is what the build says in public: names, kinds, keys, images, paths.
	said    map[string]bool
	shown   map[string]bool // is in the texts, though not said
	texts   []string        // said, in order
	weighed int             // how many of the texts have been held against the secrets
	weak    bool            // some secret is
	hidden  map[string]bool

	mu sync.Mutex // for words, which texts are printed by that share the rest
	// words are those of the texts. They are true for what an error may say.
	words  map[string]bool
	worded int // how many of the texts are in words

	// names that have control characters in them, and what makes them visible.
	unsafe   []string
	replacer func() *strings.Replacer
}

// nothing is what is known without Secrets.
var nothing loaded

func newLoaded() *loaded {
	l := &loaded{
		matcher: &matcher{byStart: map[[shortest]byte][]pattern{}},
		said:    map[string]bool{}, shown: map[string]bool{}, hidden: map[string]bool{}, words: map[string]bool{},
	}
	l.walk.say, l.built.say = l.say, l.show
	l.collector = collector{
		files: map[string][][]byte{}, targets: map[string][]string{}, uses: map[string][]func(string){}, secrets: map[string]bool{},
		read: l.walk.document, template: noTemplate,
	}
	return l
}

// add reads what was added to s since it was last called.
func (l *loaded) add(s *Secrets) {
	c := &l.collector
	c.visited, l.walk.visited, l.built.visited = 0, 0, 0
	unsafe := len(l.unsafe)
	for ; l.names < len(s.names); l.names++ {
		l.say(s.names[l.names])
	}
	// Who added nodes may have printed before editing them for the last time.
	for _, n := range s.nodes[l.settled:] {
		l.built.document(n)
		c.document(n, "")
	}
	l.settled, l.nodes = l.nodes, len(s.nodes)
	for ; l.files < len(s.order); l.files++ {
		name := s.order[l.files]
		l.say(name)
		c.file(strings.TrimSuffix(name, "\x00"), s.files[name])
	}
	l.hide()
	if len(l.unsafe) > unsafe {
		l.replacer = sync.OnceValue(l.controls)
	}
}

// say keeps what the build says in public.
func (l *loaded) say(text string) {
	if l.said[text] {
		return
	}
	l.said[text] = true
	l.text(text)
}

func (l *loaded) text(text string) {
	l.texts = append(l.texts, text)
	if name := strings.TrimSuffix(text, "\x00"); strings.ContainsAny(name, "\n\r") && len(name) < 1024 && strings.TrimSpace(name) != "" {
		l.unsafe = append(l.unsafe, name)
	}
}

var named = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z][a-z0-9]*(?:[-.][a-z0-9]+)*$`) })

// show is say for what may be the result of a build. There a replacement may have
// put a Secret's value where names and images are, so only what is a name by its
// own look is public: others have to be written in a file.
func (l *loaded) show(text string) {
	const long = 16 // a token in hexadecimal digits is no name
	if named().MatchString(text) && (len(text) < long || strings.ContainsAny(text, "-.") || !strings.ContainsAny(text, "0123456789")) {
		l.say(text)
		return
	}
	if !l.said[text] && !l.shown[text] {
		l.shown[text] = true
		l.text(text)
	}
}

// hide makes the matcher know the secrets that were found, but for those that
// are none because the build says them in public too, or because they are
// ordinary words.
func (l *loaded) hide() {
	c := &l.collector
	for _, value := range c.fresh {
		l.weak = l.weak || IsWeak(value)
	}
	if l.weak {
		l.extendWords()
	}
	var patterns []pattern
	for _, value := range c.fresh {
		if !l.innocent(value) {
			l.hidden[value] = true
			patterns = append(patterns, forms(value)...)
		}
	}
	c.fresh = nil
	l.matcher.add(patterns)
	for ; l.weighed < len(l.texts); l.weighed++ {
		text := l.texts[l.weighed]
		l.reveal(text)
		if l.weak {
			for _, w := range tokens(text) {
				l.reveal(w)
			}
		}
	}
}

// toReplace is what says of itself that a value is still to be put there.
var toReplace = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:CHANGE[_-]?ME|(?:CHANGE|REPLACE)[_-](?:ME|THIS|WITH)(?:[_-][A-Z]+)*|YOUR(?:[_-][A-Z]+){1,6}|TODO)$`)
})

// innocent reports whether a value is no secret by what was said up to now.
func (l *loaded) innocent(value string) bool {
	if l.said[value] || toReplace().MatchString(value) || mixed(value) && apischema.IsWord(value) {
		return true
	}
	if !IsWeak(value) {
		return false
	}
	_, word := l.words[value]
	return word || vocabulary()[value]
}

// mixed reports whether a value is letters, small ones and a capital first, as the words of
// schemas are: for others none is loaded.
func mixed(value string) bool {
	small := false
	for _, r := range value {
		if !unicode.IsLetter(r) {
			return false
		}
		small = small || unicode.IsLower(r)
	}
	return small && value[0] >= 'A' && value[0] <= 'Z'
}

// reveal takes a value out of the matcher if it has become innocent.
func (l *loaded) reveal(value string) {
	if l.hidden[value] && l.innocent(value) {
		delete(l.hidden, value)
		l.matcher.remove(forms(value))
	}
}

func (l *loaded) maskSecrets(text string) string {
	if spans := l.matcher.find(text); spans != nil {
		text, _ = cut(text, spans, 0)
	}
	return text
}

// mask is maskSecrets that also makes names visible.
func (l *loaded) mask(text string) string {
	text = l.maskSecrets(text)
	if l.replacer != nil && strings.ContainsAny(text, "\n\r") {
		text = l.replacer().Replace(text)
	}
	return text
}

// walk goes through the public part of documents.
type walk struct {
	say            func(string)
	level, visited int
}

func (w *walk) document(n *yaml.Node) { w.node(n, "") }

func (w *walk) node(n *yaml.Node, key string) {
	n = resolve(n)
	w.level++
	w.visited++
	defer func() { w.level-- }()
	if n == nil || w.level > maxLevel || w.visited > maxVisited {
		return
	}
	switch n.Kind {
	case yaml.ScalarNode:
		if isPublicKey(key) && !strings.Contains(n.Value, "://") {
			w.say(n.Value)
		}
	case yaml.SequenceNode:
		for _, e := range n.Content {
			w.node(e, key)
		}
	case yaml.MappingNode:
		secret := isSecretKind(strings.ToLower(yamlnode.GetString(n, "kind"))) || yamlnode.Get(n, "stringData") != nil
		for k, v := range yamlnode.Fields(n) {
			if r := resolve(v); !yamlnode.IsNull(r) {
				w.say(k.Value)
			}
			switch {
			case secret && (k.Value == "data" || k.Value == "stringData"):
				for k, v := range yamlnode.Fields(resolve(v)) {
					if v = resolve(v); !yamlnode.IsNull(v) && (v.Kind != yaml.ScalarNode || v.Value != "") {
						w.say(k.Value) // otherwise it may be a value without its key
					}
				}
			case secret && k.Value != "metadata" && k.Value != "kind" && k.Value != "apiVersion" && k.Value != "type":
			case k.Value == "labels", k.Value == "matchLabels", k.Value == "commonLabels":
				for k, v := range yamlnode.Fields(resolve(v)) {
					w.say(k.Value)
					w.node(v, "name")
				}
			case k.Value == "literals", k.Value == "annotations":
				for _, e := range elements(v) {
					key, _, ok := strings.Cut(e, "=")
					if ok {
						w.say(key)
					}
				}
			default:
				w.node(v, k.Value)
			}
		}
	}
}

// isPublicKey reports whether what stands under a key is a name, or says where
// something is.
func isPublicKey(key string) bool {
	switch key {
	case "name", "kind", "namespace", "apiVersion", "image", "newName", "newTag", "host", "hosts", "path", "key", "type", "engine", "app",
		"resources", "bases", "components", "transformers", "generators", "validators", "configurations", "crds", "files", "envs", "env",
		"patchesStrategicMerge", "namePrefix", "nameSuffix", "fieldPath", "fieldPaths", "group", "version", "protocol",
		"serviceName", "service", "secret", "secretName", "configMapName", "claimName", "storageClassName", "serviceAccountName", "ingressClassName", "metadata.name":
		return true
	}
	return strings.HasSuffix(key, "Name") && key != "userName" || strings.HasSuffix(key, "Ref")
}

// public are the words of all that is public.
func (l *loaded) public() map[string]bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.extendWords()
	return l.words
}

func (l *loaded) extendWords() {
	for ; l.worded < len(l.texts); l.worded++ {
		text := l.texts[l.worded]
		for _, w := range tokens(text) {
			l.words[w] = l.words[w] || len(text) <= 1024
		}
	}
}

// controls makes a replacer of names that have control characters in them, for
// texts whose ends of lines are kept.
func (l *loaded) controls() *strings.Replacer {
	// A name may begin with another.
	names := slices.SortedStableFunc(slices.Values(l.unsafe), func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	pairs := make([]string, 0, 2*len(names))
	for _, name := range names {
		pairs = append(pairs, name, Escape(name))
	}
	return strings.NewReplacer(pairs...)
}

// tokens are the words of a text: letters, digits and underscores.
func tokens(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return !isWordRune(r) })
}

//go:embed words.txt
var wordList string

// vocabulary are the words of error messages, in lower case.
var vocabulary = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{}
	for w := range strings.FieldsSeq(wordList) {
		all[w] = true
	}
	return all
})

var apiVersion = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^v\d+(?:(?:alpha|beta)\d+)?$`) })

// isOrdinary reports whether a word of an error cannot be a value.
func isOrdinary(word, before string, public map[string]bool) bool {
	if len(word) < 2 || public[word] || apiVersion().MatchString(word) || vocabulary()[strings.ToLower(word)] {
		return true
	}
	if strings.IndexFunc(word, func(r rune) bool { return !unicode.IsDigit(r) }) < 0 {
		return len(word) < 4 || before == "line" || before == "column" || before == "offset"
	}
	return false
}

func unescape(text string) string {
	if plain, err := url.PathUnescape(text); err == nil {
		return plain
	}
	return text
}
